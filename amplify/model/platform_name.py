"""Platform names as files spell them. Which platforms exist is decided by the registry, and checked by the reader."""

from __future__ import annotations

from typing import Annotated

from pydantic import StringConstraints

PlatformName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]{0,31}$")]
"""`x`, `bluesky`, `mastodon`; the registry of adapters knows which can be spoken to."""
