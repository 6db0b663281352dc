"""The names platforms go by in files. Which ones exist is the registry's business, checked by the reader."""

from __future__ import annotations

from typing import Annotated

from pydantic import StringConstraints

PlatformName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]{0,31}$")]
"""`x`, `bluesky`, `mastodon`; the registry of adapters knows which can be spoken to."""
