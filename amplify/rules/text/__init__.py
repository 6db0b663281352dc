"""Text rules: lengths, links, hashtags, handles, names, languages, threads. Pure."""
