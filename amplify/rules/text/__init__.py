"""Texts: lengths, links, hashtags, handles, names, languages, threads. Pure."""
