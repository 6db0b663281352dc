"""Planning: the plan, its problems, the queue, and previews of messages."""
