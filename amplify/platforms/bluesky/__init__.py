"""Everything that is said of Bluesky alone."""
