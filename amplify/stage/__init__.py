"""The stage: a loopback emulator of X, Bluesky and Mastodon. Beside the program; only the command line starts it."""
