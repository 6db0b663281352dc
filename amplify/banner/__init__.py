"""Banners: templates painted with Pillow. `paint.paint` is the way in; nothing here reads files of a workspace."""
