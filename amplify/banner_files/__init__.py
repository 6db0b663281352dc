"""Banners as files: which may be made now, pictures behind bars, and the notes beside them. `render` is the way in."""
