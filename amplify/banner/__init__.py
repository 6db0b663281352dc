"""Banners: templates rendered with Pillow. `paint.paint_banner` is the way in; it reads no files of a workspace."""
