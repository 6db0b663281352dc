"""Previews as a page that can be passed on."""
