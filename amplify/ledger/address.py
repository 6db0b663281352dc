"""The ledger's address: read without a valid workspace, and said without its password."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from amplify.ledger import machine_record
from amplify.model.errors import NeedsPerson

if TYPE_CHECKING:
    from sqlalchemy import URL

LEDGER_FILE: Final = "ledger.sqlite"
VARIABLE: Final = "AMPLIFY_DATABASE_URL"
_SQLITE: Final = "sqlite:///"
_ACCOUNTS: Final = Path("config", "accounts.yaml")
_LARGEST: Final = 4_000_000
"""Bytes of `accounts.yaml` that are looked through."""
_LINE: Final = re.compile(
    rb"^ledger:[ \t]+(?:\"([^\"\\\r\n]+)\"|'([^'\r\n]+)'|([^\s\"'#{\[&*!|>%@`][^\s#]*))[ \t]*(?:#.*)?\r?$", re.M
)
"""The key at the head of the file, as people write it: also where the rest of the file is broken."""
_WHERE: Final = frozenset({"host", "hostaddr", "port", "dbname", "service"})
"""What may stand behind an address and names another database."""


def ledger_url(root: Path) -> str:
    """The ledger's address: `AMPLIFY_DATABASE_URL`, or `ledger:` in `config/accounts.yaml`, or the SQLite file in
    `.amplify/`. Where that file cannot be understood, the address that this machine remembers. Raises NeedsPerson."""
    named = os.environ.get(VARIABLE)
    if named:
        return named
    try:
        written = _written(root)
    except ValueError:
        known = machine_record.read_record(root).ledger
        if known is None:
            raise NeedsPerson(
                f"{_ACCOUNTS.as_posix()} cannot be understood, and it names a ledger: mend it, "
                f"or name the ledger with {VARIABLE}"
            ) from None
        return known.address
    return _from_root(root, written) if written else f"sqlite:///{root / '.amplify' / LEDGER_FILE}"


def describe_ledger(url: str) -> str:
    """The ledger's address in words, for a sentence: never with its password."""
    parsed = _parsed(url)
    return describe_address(parsed) if parsed is not None else "an address that cannot be understood"


def describe_address(parsed: URL) -> str:
    """The same of an address in its parts."""
    if parsed.get_backend_name() == "sqlite":
        return f"the SQLite file {_file(parsed)}"
    host = parsed.host or _query(parsed, "host") or "this machine"
    port = f":{parsed.port}" if parsed.port not in (None, 5432) else ""
    name = parsed.database or _query(parsed, "dbname")
    return f"the PostgreSQL database {name} on {host}{port}" if name else f"the PostgreSQL database on {host}{port}"


def plain_address(url: str) -> str:
    """The address without user, password and options: two that are equal name one ledger."""
    parsed = _parsed(url)
    if parsed is None:
        return ""
    if parsed.get_backend_name() == "sqlite":
        return f"sqlite:///{_file(parsed)}"
    more = "&".join(f"{key}={_query(parsed, key)}" for key in sorted(_WHERE & parsed.query.keys()))
    host = (parsed.host or "").lower()
    port = 5432 if parsed.port is None else parsed.port
    return f"postgresql://{host}:{port}/{parsed.database or ''}" + (f"?{more}" if more else "")


def without_password(url: str) -> str:
    """The address as it may be kept: with its user, never with a password."""
    parsed = _parsed(url)
    if parsed is None:
        return ""
    bare = parsed._replace(password=None).difference_update_query(("password", "sslpassword"))
    if bare.get_backend_name() == "sqlite":
        return f"{_SQLITE}{_file(bare)}"
    return bare.render_as_string(hide_password=False)


def _written(root: Path) -> str | None:
    """What the local file says, leniently. Raises ValueError where it says something that cannot be understood."""
    try:
        with (root / _ACCOUNTS).open("rb") as opened:
            raw = opened.read(_LARGEST)
    except OSError:
        return None
    if b"ledger" not in raw:
        return None
    lines = _LINE.findall(raw)
    if len(lines) == 1:
        line: bytes = next(part for part in lines[0] if part)
        return line.decode("utf-8", "replace")
    import yaml

    try:
        said = yaml.safe_load(raw)
    except (yaml.YAMLError, RecursionError, ValueError):
        raise ValueError from None
    found: object = said.get("ledger") if isinstance(said, dict) else None
    if found is not None and not isinstance(found, str):
        raise ValueError
    return found


def _from_root(root: Path, url: str) -> str:
    """A relative SQLite path in the local file counts from the workspace, wherever one stands."""
    parsed = _parsed(url)
    if parsed is None or parsed.get_backend_name() != "sqlite" or not parsed.database:
        return url
    return f"sqlite:///{root / parsed.database}"


def parse_address(url: str) -> URL:
    """The address in its parts; raises what SQLAlchemy raises, of several kinds. A path to a file takes no options:
    `?`, `#` and `%20` are letters of its name. In a password `@`, `/` and `#` may stand as they are."""
    from sqlalchemy.engine import URL, make_url

    if url.startswith(_SQLITE):
        return URL.create("sqlite", database=url.removeprefix(_SQLITE) or None)
    scheme, mark, rest = url.partition("://")
    place, question, options = rest.partition("?")
    user, at, host = place.rpartition("@")
    for letter in "@/#":
        user = user.replace(letter, quote(letter, safe=""))
    return make_url(f"{scheme}{mark}{user}{at}{host}{question}{options}")


def _parsed(url: str) -> URL | None:
    try:
        return parse_address(url)
    except Exception:  # SQLAlchemy raises several kinds for one mistake
        return None


def _file(parsed: URL) -> str:
    return os.path.realpath(parsed.database or LEDGER_FILE)


def _query(parsed: URL, key: str) -> str:
    return ",".join(parsed.normalized_query.get(key, ()))
