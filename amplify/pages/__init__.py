"""Shared by all pages and files for readers: numbers, dates, colours, cells."""
