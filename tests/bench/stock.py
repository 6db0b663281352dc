"""Deliveries in a ledger without any files behind them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Final

from amplify.ledger.database import Ledger
from amplify.ledger.holds.gates import write_gates
from amplify.ledger.rows.plan_changes import diff_plan, write_accounts, write_changes
from amplify.model.clock import Timestamp
from amplify.model.delivery import delivery_id
from amplify.model.gate import Gate
from amplify.model.message import Attachment, Entity, Message, Part
from amplify.model.plan import Planned

NOW: Final = datetime(2027, 5, 17, 9, tzinfo=UTC)
"""Campaign time of the benches."""
WINDOW: Final = timedelta(days=7)
_SUBJECTS: Final = (("campaign", "bench"), ("person", "anna"), ("fact", "prisoners"), ("partner", "press_union"))
_LINK: Final = "https://example.org/petition"
_WORDS: Final = "today they are still in prison for what they wrote and we ask you to say their names".split()


def account(number: int, platform: str = "x") -> str:
    return f"p{number}/{platform}"


def fill(
    ledger: Ledger,
    count: int,
    accounts: int,
    *,
    due: datetime = NOW,
    apart: timedelta = timedelta(0),
    platform: str = "x",
    picture: Attachment | None = None,
) -> None:
    """Queue `count` deliveries, the first due at `due` (UTC, campaign time), in turn for each of `accounts`; all
    gates are open. `picture`: each carries it."""
    planned = list(deliveries(count, accounts, due, apart, platform, picture))
    with ledger.write() as connection:
        write_gates(connection, [Gate(kind, name) for kind, name in _SUBJECTS])
        changes = diff_plan(connection, planned, due, planned[-1].late)
        write_accounts(connection, dict.fromkeys(one.account for one in planned))
        write_changes(connection, planned, changes, Timestamp(due, ledger.real_now(connection)))


def deliveries(
    count: int, accounts: int, first: datetime, apart: timedelta, platform: str, picture: Attachment | None = None
) -> Iterator[Planned]:
    for number in range(count):
        name = account(number % accounts, platform)
        message = Message(platform, ("en",), (_part(number, picture),))
        due = first + number * apart
        yield Planned(
            id=delivery_id("bench", f"entry{number}", f"post{number}", name, "once"),
            entry=f"entry{number}",
            post=f"post{number}",
            variant="default",
            campaign="bench",
            partner=name.partition("/")[0],
            platform=platform,
            occurrence="once",
            kind="statement",
            lang="en",
            due=due,
            late=due + WINDOW,
            zone="UTC",
            message=message,
            content_hash=message.content_hash(),
            subjects=tuple(f"{kind}:{name}" for kind, name in _SUBJECTS),
            hashtags=("FreeAnna",),
            ours=True,
        )


def _part(number: int, picture: Attachment | None) -> Part:
    """As long as posts are: some 200 characters with a hashtag and a link, the message some 500 bytes of JSON."""
    words = " ".join(Random(number).choices(_WORDS, k=30))
    text = f"{number} {words} #FreeAnna {_LINK}"
    tag, link = text.index("#"), text.index(_LINK)
    entities = (Entity("tag", tag, tag + 9, "FreeAnna"), Entity("link", link, link + len(_LINK), _LINK))
    return Part(text, entities, (picture,) if picture is not None else ())
