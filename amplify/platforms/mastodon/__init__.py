"""The Mastodon package: its profile, adapter and text rules."""
