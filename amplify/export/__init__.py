"""Texts for sharing by hand, as files."""
