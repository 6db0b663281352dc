"""What a command may need, to be loaded once by processes that fork themselves for each command."""

from __future__ import annotations

import pkgutil
from typing import Final

import amplify

_BESIDE = ("amplify.stage.", "amplify.ledger.migrations.")  # other programs' parts, and scripts that run at once
_FOREIGN = (
    *("PIL.Image", "alembic.command", "atproto", "babel.dates", "babel.numbers", "jinja2.sandbox", "mastodon", "numpy"),
    *("psycopg", "rapidfuzz.distance", "rapidfuzz.fuzz", "rapidfuzz.process", "rich.console", "rich.markdown"),
    *("rich.progress", "rich.table", "tweepy", "twitter_text", "typer._adapters", "typer._click.decorators", "yaml"),
)

MODULES: Final = [
    *(
        module.name
        for module in pkgutil.walk_packages(amplify.__path__, "amplify.")
        if not f"{module.name}.".startswith(_BESIDE) and not module.name.endswith("__main__")
    ),
    *_FOREIGN,
]
