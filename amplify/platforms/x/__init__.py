"""The X package: its profile, adapter and text rules."""
