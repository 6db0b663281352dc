"""The daemon: a worker that never ends, periodic tasks beside it, and its health."""
