"""The stage: a loopback stand-in for X, Bluesky and Mastodon. Beside the house; only the command line starts it."""
