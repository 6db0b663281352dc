"""Opens the ledger that this workspace belongs to, and no other: what this machine remembers is compared each time."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from amplify.ledger.address import VARIABLE, describe_ledger, ledger_url, plain_address, without_password
from amplify.ledger.database import Ledger, NoLedger
from amplify.ledger.machine_record import KnownLedger, read_record, remember_ledger
from amplify.model.errors import NeedsPerson

_HOW: Final = (
    f"name the right one (`ledger:` in config/accounts.yaml, or {VARIABLE}), "
    "or say with `amplify confirm` that it has changed"
)


class OtherLedger(NeedsPerson):
    """The ledger at hand is not the one that this workspace published from last."""


def open_bound(root: Path, *, create: bool = True, publishes: bool = False, looks: bool = False) -> Ledger:
    """Open the workspace's ledger. `create`: make it where there is none, and none is remembered. `publishes`: remember
    it. `looks`: a command that only looks may look at another one that the environment names, such as a rehearsal's.

    Raises OtherLedger where it is not the one that is remembered, or that one is gone; NoLedger where there is none.
    """
    url, known = ledger_url(root), read_record(root).ledger
    if known is None or (looks and os.environ.get(VARIABLE) and plain_address(known.address) != plain_address(url)):
        ledger = _open(url, create)
    else:
        ledger = _open_known(url, known, create, publishes)
    try:
        if publishes:
            now = KnownLedger(without_password(url), ledger.identity(create=True))
            if now != known:
                remember_ledger(root, now)
    except BaseException:
        ledger.close()
        raise
    return ledger


def remember_restored(root: Path) -> None:
    """Remember the ledger as it lies there now: a person has just put it back."""
    url = ledger_url(root)
    ledger = Ledger.open(url, create=False)
    try:
        remember_ledger(root, KnownLedger(without_password(url), ledger.identity(create=True)))
    finally:
        ledger.close()


def other_ledger(url: str, known: KnownLedger, identity: str | None, publishes: bool) -> str | None:
    """Why the ledger at `url`, with this identity, is not the one that is remembered; None where it is."""
    moved = plain_address(known.address) != plain_address(url)
    if known.identity is not None and identity != known.identity:
        if moved:
            return _moved(url, known)
        return (
            f"{describe_ledger(url)} is not the ledger that this workspace published from: somebody has put another "
            "one in its place. Put a backup back (`amplify restore`), or say with `amplify confirm` that this is ours"
        )
    if moved and (publishes or known.identity is None):
        return _moved(url, known)
    return None


def _open(url: str, create: bool) -> Ledger:
    try:
        return Ledger.open(url, create)
    except NoLedger as error:
        raise NoLedger(f"{error}. {_HOW[0].upper()}{_HOW[1:]}; `amplify queue` makes the first one") from None


def _open_known(url: str, known: KnownLedger, create: bool, publishes: bool) -> Ledger:
    moved = plain_address(known.address) != plain_address(url)
    try:
        ledger = Ledger.open(url, create and not moved and known.identity is None)
    except NoLedger as error:
        if moved:
            raise OtherLedger(_moved(url, known)) from None
        if known.identity is None:
            raise
        raise OtherLedger(
            f"{error}. The one that this workspace published from is gone from there: put a backup back "
            "(`amplify restore`), or say with `amplify confirm` that a new one begins"
        ) from None
    try:
        why = other_ledger(url, known, ledger.identity(), publishes)
        if why is not None:
            raise OtherLedger(why)
    except BaseException:
        ledger.close()
        raise
    return ledger


def _moved(url: str, known: KnownLedger) -> str:
    return (
        f"this workspace publishes from {describe_ledger(known.address)}, and this would be {describe_ledger(url)}: "
        f"{_HOW}"
    )
