"""The Bluesky package: its profile, adapter and text rules."""
