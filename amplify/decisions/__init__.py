"""People's decisions: approve, stop, resume, take down, settle, set a person's state, forget, prune."""
