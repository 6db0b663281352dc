"""Whether the files agree with each other: each check looks across files."""
