"""Export of texts for sharing by hand, as files."""
