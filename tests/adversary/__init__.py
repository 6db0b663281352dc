"""The adversary: runs that nobody would think of, and a second opinion about all that came of them."""
