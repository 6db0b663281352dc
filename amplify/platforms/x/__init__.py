"""Everything that is said of X alone."""
