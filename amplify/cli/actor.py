"""Who acts: `AMPLIFY_ACTOR`, or the system's user.

A record and no protection: whoever can run amplify can claim any name.
"""

from __future__ import annotations

import getpass
import os


def acting_person() -> str:
    """The name that history keeps."""
    named = " ".join(os.environ.get("AMPLIFY_ACTOR", "").split())
    if named:
        return named
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user without a name, as in some containers
        return f"user {os.getuid()}"
