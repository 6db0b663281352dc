"""Tells people by e-mail or webhook when something needs them: each once, and never a name or a text."""
