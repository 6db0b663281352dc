"""Everything that is said of Mastodon alone."""
