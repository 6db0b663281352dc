"""Looking ahead: the plan, its problems, the queue, and how a message would go out."""
