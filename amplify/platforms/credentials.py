"""Reads credentials: from the environment, the keyring, or a private file. Never from the ledger or config.

Under a test runner the real ones are out of reach: the environment is read as the test set it, the keyring only
where `PYTHON_KEYRING_BACKEND` names one, the file only where `AMPLIFY_CREDENTIALS` does.
"""

from __future__ import annotations

import os
import shlex
import stat
import string
from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Lock
from typing import Any, BinaryIO, Final

from amplify.model.errors import LoggedOut
from amplify.model.home_folder import home_folder

SERVICE: Final = "amplify"
"""The service name of our entries in the operating system's keyring."""


_AROUND: Final = string.whitespace + "\u00a0\u200b\u2028\u2029\ufeff"


def find_secrets(fields: Sequence[str], name: str, account: str) -> dict[str, str]:
    """All fields of the credential `name`, for `account` (`partner/platform`).

    Raises LoggedOut with a sentence that names each missing variable and keyring entry.
    """
    found: dict[str, str] = {}
    stored: Mapping[str, str] | None = None
    for field in fields:
        value = _bare(os.environ.get(secret_variable(name, field))) or _bare(_from_keyring(name, field))
        if not value:
            if stored is None:
                stored = _from_file(name, account)
            value = _bare(stored.get(field))
        if value:
            found[field] = value
    missing = [field for field in fields if field not in found]
    if missing:
        variables = " and ".join(secret_variable(name, field) for field in missing)
        entries = ", ".join(f"`keyring set {SERVICE} {name}/{field}`" for field in missing)
        raise LoggedOut(
            f"{account} has no {' and no '.join(missing)} for its credential {name!r}: "
            f"set {variables} in the environment, or store it with {entries}"
        )
    return found


def _bare(value: str | None) -> str:
    """A secret without what copying and editors put around it: blanks, ends of lines, a byte order mark."""
    return (value or "").strip(_AROUND)


def secret_variable(name: str, field: str) -> str:
    """The environment variable of one field: `press-x`, `api_key` → `AMPLIFY_PRESS_X_API_KEY`."""
    return f"AMPLIFY_{name}_{field}".upper().replace("-", "_")


def credentials_file() -> Path:
    """The path of the private file: `$AMPLIFY_CREDENTIALS`, or `~/.config/amplify/credentials.yaml`."""
    named = os.environ.get("AMPLIFY_CREDENTIALS")
    return Path(named) if named else home_folder() / ".config" / "amplify" / "credentials.yaml"


def _keep_tests_away(explicitly: str, what: str) -> None:
    if "PYTEST_CURRENT_TEST" in os.environ and not os.environ.get(explicitly):
        raise RuntimeError(f"a test reached for the real {what}: point {explicitly} at one of its own")


def _from_keyring(name: str, field: str) -> str | None:
    _keep_tests_away("PYTHON_KEYRING_BACKEND", "keyring")
    import keyring  # looks for backends when imported

    try:
        return keyring.get_password(SERVICE, f"{name}/{field}")
    except Exception:  # backends fail in ways of their own (D-Bus, a locked wallet); the file comes next
        return None


def _from_file(name: str, account: str) -> Mapping[str, str]:
    _keep_tests_away("AMPLIFY_CREDENTIALS", "credentials file")
    path = credentials_file()
    try:
        with path.open("rb") as opened:
            stat_now = os.fstat(opened.fileno())
            if stat.S_IMODE(stat_now.st_mode) & 0o077:
                raise LoggedOut(f"{account}: others can read {path}: run `chmod 600 {shlex.quote(str(path))}` first")
            content = _parsed(opened, stat_now)
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise LoggedOut(f"{account}: {path} cannot be read ({error.strerror})") from None
    except ValueError:  # the parser's own message would quote the line, and the line holds a secret
        raise LoggedOut(f"{account}: {path} is not valid YAML") from None
    entry = content.get(name, {}) if isinstance(content, dict) else None
    if not isinstance(entry, dict) or not all(isinstance(value, str) for value in entry.values()):
        raise LoggedOut(f"{account}: {path} should hold `{name}:` with one quoted text for each field")
    return entry


_lock: Final = Lock()
_last: tuple[tuple[int, ...], Any] | None = None
"""The file as it was parsed last: what identifies that version of it, and its content."""


def _parsed(opened: BinaryIO, stat_now: os.stat_result) -> Any:
    """The content of the file, cached for each version of it. Raises ValueError for what is not YAML."""
    global _last
    version = (stat_now.st_dev, stat_now.st_ino, stat_now.st_mtime_ns, stat_now.st_ctime_ns, stat_now.st_size)
    with _lock:  # hundreds of accounts ask at once when a worker begins
        if _last is None or _last[0] != version:
            _last = (version, _parse_yaml(opened.read()))
        return _last[1]


def _parse_yaml(raw: bytes) -> Any:
    import yaml

    # The loader in C is twenty times as fast; where PyYAML was built without it, Python's does.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return yaml.load(raw, loader)  # noqa: S506 - both are safe loaders
    except (yaml.YAMLError, RecursionError):
        raise ValueError from None
