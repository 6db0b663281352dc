"""Importing this loads everything that a command may need, once, for processes that are forked afterwards."""

from __future__ import annotations

import pkgutil
from importlib import import_module

import amplify

_BESIDE = ("amplify.stage.", "amplify.ledger.migrations.")  # other programs' parts, and scripts that run at once
_FOREIGN = (
    *("PIL.Image", "alembic.command", "atproto", "babel.dates", "babel.numbers", "jinja2.sandbox", "mastodon", "numpy"),
    *("psycopg", "rapidfuzz.distance", "rapidfuzz.fuzz", "rapidfuzz.process", "rich.console", "rich.markdown"),
    *("rich.progress", "rich.table", "tweepy", "twitter_text", "typer._adapters", "typer._click.decorators", "yaml"),
)

for _module in pkgutil.walk_packages(amplify.__path__, "amplify."):
    if not f"{_module.name}.".startswith(_BESIDE) and not _module.name.endswith("__main__"):
        import_module(_module.name)
for _name in _FOREIGN:
    import_module(_name)
