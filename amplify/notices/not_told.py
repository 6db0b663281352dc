"""The error of a notice that could not be delivered."""

from __future__ import annotations


class NotTold(Exception):
    """A notice could not be delivered; its sentence says why, and holds nothing secret."""
