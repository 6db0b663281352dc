"""Consistency checks of a workspace: each looks across files."""
