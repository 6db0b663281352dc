"""A release in the middle of a busy hour: four workers on one PostgreSQL, counted where the requests arrive.

Once the stop's command is back, nothing about the person begins any more: what lands afterwards was on the wire, at
most one request a thread. She is named in every way: in words, in each script, in hashtags, alt texts, captions,
boosts, and in the tails of threads that had begun.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from counterparts.postgres import Cluster
from sqlalchemy import select

from amplify.context.app_context import AppContext
from amplify.decisions.approve import approve_reviews, to_review
from amplify.decisions.stop import stop_subject
from amplify.engine.publish import run_pass
from amplify.ledger.database import Ledger
from amplify.ledger.holds.stops import StopRequest
from amplify.ledger.tables import ATTEMPT, DELIVERY
from amplify.planning.queue import queue_plan
from amplify.stage.process import Stage
from engine.fake import TIMINGS
from engine.files import PLATFORMS, Files

WORKERS, THREADS = 4, 2
PARTNERS = ("north", "south", "east", "west")
NAMED = (
    "Anna Petrova", "Г. Пятрова", "Ганне Пятровай", "Анну Петрову", "Hanna Piatrova", "ANNA PETROVA’S",
    "#FreeAnnaPetrova", "#свабодаганне", "example.org/free-anna-petrova",
)  # fmt: skip
ALIASES = ["Ганне Пятровай", "Г. Пятрова", "Анну Петрову", "Hanna Piatrova", "СвабодаГанне"]
SYLLABLES = "ba de fi go lu ma ne pi ro su ta ve wi xo zu".split()


class Crowd:
    """Four desks of one workspace: one for each worker, as four machines would have them."""

    def __init__(self, root: Path, stage: Stage, url: str, suffix: str) -> None:
        self.root, self.stage, self.url = root, stage, url
        handles = {partner: f"{partner}{suffix}" for partner in PARTNERS}
        forms = {"x": "{0}", "bluesky": "{0}.example", "mastodon": "{0}@social.example"}
        self.files = files = Files(root, *PARTNERS)
        files.write("config/people.yaml", {"people": [_anna()]})
        self.handles = {p: {platform: forms[platform].format(handles[p]) for platform in PLATFORMS} for p in PARTNERS}
        files.write("config/partners.yaml", {"partners": [_partner(p, self.handles[p]) for p in PARTNERS]})
        self.secrets = {
            f"{partner}/{platform}": stage.control.account(platform, handle, partner)
            for partner, own in self.handles.items()
            for platform, handle in own.items()
        }
        accounts = [
            {"partner": account.split("/")[0], "platform": account.split("/")[1], "credential": "stage",
             "server": stage.url, "caps": {"per_day": 50, "gap": "0s"}}
            for account in self.secrets
        ]  # fmt: skip
        files.write("config/accounts.yaml", {"partner": PARTNERS[0], "approvals": 0, "accounts": accounts})
        self.chance = random.Random(21)
        self.desks: list[AppContext] = []

    def app(self) -> AppContext:
        ledger, secrets = Ledger.open(self.url), lambda account: self.secrets[account.id]
        made = AppContext(self.root, ledger, timings=TIMINGS, server=self.stage.url, secrets=secrets)
        self.desks.append(made)
        return made

    def say(self, id: str, text: str, account: str, **fields: object) -> None:
        partner, platform = account.split("/")
        pictures = fields.pop("pictures", ())
        self.files.post(id, text, pictures=pictures)  # type: ignore[arg-type]
        due = (datetime.now(UTC) - timedelta(minutes=1)).isoformat(timespec="seconds")
        self.files.queue(id, at=due, partners=[partner], platforms=[platform])

    def boost(self, id: str, of: str, partner: str, platform: str) -> None:
        self.files.post(id, kind="boost", boost={"post": of})
        due = (datetime.now(UTC) - timedelta(minutes=1)).isoformat(timespec="seconds")
        self.files.queue(id, at=due, partners=[partner], platforms=[platform])

    def words(self) -> str:
        """Nothing that resembles any other."""
        return " ".join("".join(self.chance.choices(SYLLABLES, k=3)) for _ in range(9))

    def landed(self) -> list[str]:
        """What stands on the stage about her: texts, alt texts, what a boost repeats."""
        own = {handle for handles in self.handles.values() for handle in handles.values()}
        posts = [post for post in self.stage.control.posts() if post["handle"] in own]
        return [post["text"] for post in posts if "§" in post["text"] or post["boost_of"]]


def _anna() -> dict[str, object]:
    today = datetime.now(UTC).date()
    consent = {"given_by": "family", "channel": "letter", "scope": ["name", "portrait"], "given": "2024-01-01"}
    return {
        "id": "anna", "name": {"en": "Anna Petrova"}, "aliases": ALIASES, "detentions": [{"start": "2024-01-01"}],
        "state": "detained", "reviewed": today.isoformat(),
        "consent": consent | {"review": (today + timedelta(days=300)).isoformat()},
    }  # fmt: skip


def _partner(id: str, handles: dict[str, str]) -> dict[str, object]:
    joined = f"2025-01-0{PARTNERS.index(id) + 1}"
    return {"id": id, "name": {"en": id.title()}, "handles": handles, "zone": "UTC", "languages": ["en"],
            "joined": joined, "boost_consent": True}  # fmt: skip


@pytest.fixture
def crowd(tmp_path: Path, stage: Stage, postgres_cluster: Cluster) -> Iterator[Crowd]:
    stage.control.clear_failures()
    stage.control.clock(datetime.now(UTC))
    made = Crowd(tmp_path / "house", stage, postgres_cluster.new_database(), str(len(stage.control.posts())))
    yield made
    stage.control.latency(0)
    for app in made.desks:
        app.close()


def _fill(crowd: Crowd) -> None:
    """Eight posts for each account, in turn about her (marked §) and about something else; threads and pictures."""
    number = 0
    for account in crowd.secrets:
        for turn in range(4):
            named = NAMED[number % len(NAMED)]
            name = f"n{number}"
            if turn == 1:  # named in the tail of a thread only
                crowd.say(name, f"§ {crowd.words()}\n---\n§ {crowd.words()}\n---\n§ {named} {crowd.words()}", account)
            elif turn == 2:  # named in a picture only
                crowd.files.picture(f"{name}.png")
                where = {"alt": {"en": f"A drawing of {named} {name}"}} if number % 2 else {"caption": {"en": named}}
                note = {"alt": {"en": f"What {name} shows"}, "credit": "Desk", "licence": "CC0-1.0"} | where
                crowd.files.write(f"media/{name}.yaml", note)
                crowd.say(name, f"§ {crowd.words()}", account, pictures=(f"{name}.png",))
            else:
                crowd.say(name, f"§ {named} {crowd.words()}", account)
            crowd.say(f"other{number}", crowd.words(), account)
            number += 1
        partner, platform = account.split("/")
        after = PARTNERS[(PARTNERS.index(partner) + 1) % len(PARTNERS)]
        crowd.boost(f"n{number}boost", f"n{number - 1}", after, platform)


def test_nothing_begins_once_the_command_is_back(crowd: Crowd) -> None:
    _fill(crowd)
    first = crowd.app()
    queue_plan(first)
    approve_reviews(first, to_review(first), "editor")
    workers = [crowd.app() for _ in range(WORKERS)]
    crowd.stage.control.latency(0.05)
    busy = [threading.Thread(target=run_pass, args=(app,), kwargs={"workers": THREADS}) for app in workers]
    for one in busy:
        one.start()
    until = datetime.now(UTC) + timedelta(seconds=60)
    while len(crowd.landed()) < 8 and datetime.now(UTC) < until:
        pass  # each look is a request to the stage
    done = stop_subject(first, StopRequest("person", "anna", "she is free", "vera"))
    with first.ledger.read() as connection:
        back = first.ledger.real_now(connection)
        on_the_wire = _named(connection.execute(select(DELIVERY.c.post).where(DELIVERY.c.state == "sending")).scalars())
    there = len(crowd.landed())
    for one in busy:
        one.join(120)
    assert done.seen
    assert done.reach.held

    # At the stage: nothing beyond what was on the wire, at most one request a thread.
    assert there >= 8
    assert len(crowd.landed()) - there <= len(on_the_wire) <= WORKERS * THREADS
    with first.ledger.read() as connection:
        began = connection.execute(
            select(DELIVERY.c.post, ATTEMPT.c.real_began).join(ATTEMPT, ATTEMPT.c.folio == DELIVERY.c.folio)
        ).all()
        states = dict(connection.execute(select(DELIVERY.c.post, DELIVERY.c.state)).all())
    late = {post for post, at in began if at > back}
    assert late, "the workers had come to their end before the stop"
    assert _named(late) == []
    # Everything else goes on, and of her at least one waits, and one thread was cut or waits with its tail.
    assert {state for post, state in states.items() if post.startswith("other")} == {"sent"}
    assert {state for post, state in states.items() if post.startswith("n")} <= {"sent", "waiting", "cut"}
    assert sum(state != "sent" for post, state in states.items() if post.startswith("n")) >= 20


def _named(posts: object) -> list[str]:
    return [post for post in posts if post.startswith("n")]  # type: ignore[attr-defined]
