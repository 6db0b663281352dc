"""`amplify confirm`: says once, on this machine, which ledger and which servers are ours."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from amplify.cli import output
from amplify.cli.open_context import Workspace
from amplify.cli.options import Yes, acting_person, confirm_action
from amplify.cli.output import print_error
from amplify.context.machine_guard import place_of, unconfirmed_accounts
from amplify.ledger.address import describe_ledger, ledger_url, without_password
from amplify.ledger.binding import other_ledger
from amplify.ledger.database import Ledger, NoLedger
from amplify.ledger.machine_record import KnownAccount, KnownLedger, read_record, remember_accounts, remember_ledger
from amplify.workspace.local_paths import check_home, find_tracked, tracked_sentence
from amplify.workspace.locate import find_root

Changes = Mapping[str, tuple[KnownAccount | None, KnownAccount]]


def command(workspace: Workspace = None, yes: Yes = False) -> int:
    """Show which ledger this workspace publishes from, and where its accounts speak, so far as that is new or has
    changed on this machine; ask, and remember it.

    Until then no password goes to a new server, and nothing is read from or written to another ledger.
    """
    root = find_root(workspace)
    check_home(root)
    tracked = find_tracked(root)[0]
    if tracked:
        from amplify.model.errors import NeedsPerson

        raise NeedsPerson(tracked_sentence(tracked))
    url, known = ledger_url(root), read_record(root).ledger
    made, identity = _identity(url)
    ledger = known is None or known.identity != identity or other_ledger(url, known, identity, True) is not None
    changed = _changed(root)
    if not ledger and not changed:
        output.console().print(f"the ledger is {describe_ledger(url)}; all accounts are confirmed", soft_wrap=True)
        return 0
    _show(url, known, made, ledger, changed)
    if not confirm_action("Is that ours?", yes):
        output.console().print("nothing was changed")
        return 3
    if ledger:
        remember_ledger(root, KnownLedger(without_password(url), _name(url) if made else None))
    remember_accounts(root, {name: now for name, (_, now) in changed.items()})
    if made:
        _note(url, changed)
    output.console().print("confirmed on this machine")
    return 0


def _changed(root: Path) -> Changes:
    """Accounts that are to be confirmed. While files are broken, the ledger alone can be."""
    from amplify.context.app_context import UnreadableFiles
    from amplify.platforms import registry
    from amplify.workspace.load import load_workspace

    loaded = load_workspace(root, frozenset(registry.names()))
    if loaded.workspace is None:
        print_error(f"accounts are left for later: {UnreadableFiles(loaded.problems)}")
        return {}
    return unconfirmed_accounts(root, loaded.workspace)


def _identity(url: str) -> tuple[bool, str | None]:
    """Whether there is a ledger, and what it calls itself."""
    try:
        ledger = Ledger.open(url, create=False)
    except NoLedger:
        return False, None
    try:
        return True, ledger.identity()
    finally:
        ledger.close()


def _name(url: str) -> str | None:
    ledger = Ledger.open(url, create=False)
    try:
        return ledger.identity(create=True)
    finally:
        ledger.close()


def _show(url: str, known: KnownLedger | None, made: bool, ledger: bool, changed: Changes) -> None:
    from rich.text import Text

    lines = []
    if ledger:
        lines.append(f"ledger: {describe_ledger(url)}" + ("" if made else ", which is still to be made"))
        if known is not None:
            lines.append(f"    until now: {describe_ledger(known.address)}" + _same_place(url, known))
    for name, (before, now) in changed.items():
        lines.append(f"{name}: {place_of(now)}")
        if before is not None:
            lines.append(f"    until now: {place_of(before)}")
    for line in lines:
        output.console().print(Text(line), soft_wrap=True)


def _same_place(url: str, known: KnownLedger) -> str:
    return ", another one" if describe_ledger(url) == describe_ledger(known.address) else ""


def _note(url: str, changed: Changes) -> None:
    """Write into the history what was confirmed."""
    from datetime import UTC, datetime

    from amplify.ledger.queries.audit_log import record_event
    from amplify.model.clock import Timestamp

    accounts = {name: place_of(now) for name, (_, now) in changed.items()}
    payload = {"ledger": describe_ledger(url), "accounts": accounts}
    ledger = Ledger.open(url, create=False)
    try:
        with ledger.write() as connection:
            stamp = Timestamp(datetime.now(UTC), ledger.real_now(connection))
            record_event(connection, "confirm", acting_person(), None, None, payload, stamp)
    finally:
        ledger.close()
