"""The whole way of a post whose answer is lost, on a server that changes its text: it is never said twice."""

from __future__ import annotations

import html
import itertools
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from engine.fake import LEASE, FakeDesk, World
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ledger.databases import WoundLedger, database, ledger, migrated_file, migrated_postgres
from ledger.rows import NOW, planned, queue, row, state
from test_near_match import gone_over, servers, texts
from workshop import Workshop

from amplify.decisions.settle import settle_delivery
from amplify.engine.publish import run_pass
from amplify.model.delivery import DeliveryState
from amplify.model.message import Message, Part
from amplify.model.plan import Planned
from amplify.model.platform import AccountConnection, Limits
from amplify.platforms.mastodon.adapter import MastodonAdapter
from amplify.platforms.mastodon.server_description import ServerDescription

__all__ = ["database", "ledger", "migrated_file", "migrated_postgres"]

ACCOUNT = "press_union/mastodon"
SERVER = "http://127.0.0.1:9"
_NUMBERS = itertools.count(1)


class _ChangingServer:
    """Takes a post, goes over its text and loses the answer. Stands in for Mastodon.py's client."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.now = now
        self.ways: list[int] = []
        self.escapes = True
        self.posts: list[dict[str, Any]] = []

    def status_post(self, status: str, spoiler_text: str | None = None, **_: object) -> Mapping[str, Any]:
        changed = gone_over(status, self.ways)
        number = str(next(_NUMBERS))
        self.posts.insert(
            0,
            {
                "id": number,
                "url": f"{SERVER}/@press/{number}",
                "content": f"<p>{html.escape(changed) if self.escapes else changed}</p>",
                "spoiler_text": gone_over(spoiler_text or "", self.ways),
                "created_at": self.now(),
                "account": {"id": "1"},
            },
        )
        raise ConnectionResetError

    def account_statuses(self, account: str, max_id: str | None = None, **_: object) -> list[dict[str, Any]]:
        return [dict(one) for one in self.posts if max_id is None or int(one["id"]) < int(max_id)][:40]

    def status(self, number: str) -> Mapping[str, Any]:
        return next(one for one in self.posts if one["id"] == number)


class _Speaking(FakeDesk):
    """A desk whose one account speaks to such a server through the real adapter."""

    def __init__(self, ledger: WoundLedger) -> None:
        super().__init__(ledger, World(), NOW, Workshop())
        self.server = _ChangingServer(self.time.now)
        self.way: Any = MastodonAdapter(
            AccountConnection(
                account=ACCOUNT,
                handle="press@127.0.0.1",
                server=SERVER,
                secrets={"access_token": "of-the-press"},
                loopback_only=True,
                limits=Limits(),
            )
        )
        self.way._client, self.way._account = self.server, "1"
        # One that keeps keys: what is absent there is sent again at once.
        self.way._described = ServerDescription(keeps_keys=True)

    def _connect(self, name: str) -> Any:
        return self.way


def _plan(app: _Speaking, name: str, text: str, warning: str | None = None) -> Planned:
    plan = planned(name, ACCOUNT, due=app.time.now() - timedelta(seconds=1))
    message = Message("mastodon", ("be",), (Part(text),), content_warning=warning)
    plan = replace(plan, message=message, content_hash=message.content_hash())
    queue(app.ledger, plan, now=app.time.now())
    return plan


def _passes(app: _Speaking, many: int = 4) -> None:
    for _ in range(many):
        app.as_queued()
        run_pass(app, workers=1)
        app.ledger.wind(LEASE + timedelta(seconds=1))  # type: ignore[attr-defined]
        app.time.set(app.time.now() + timedelta(minutes=6))


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=texts, ways=servers, warning=st.sampled_from([None, "a < b", "<Vera>", "Турма"]), escapes=st.booleans())
def test_whatever_a_server_does_there_is_no_second_post(
    ledger: WoundLedger, text: str, ways: list[int], warning: str | None, escapes: bool
) -> None:
    app = _Speaking(ledger)
    app.server.ways, app.server.escapes = ways, escapes
    with ledger.read() as connection:
        count = connection.exec_driver_sql("SELECT count(*) FROM delivery").scalar_one()
    one = _plan(app, f"n{count}", text, warning)
    _passes(app)
    assert len(app.server.posts) == 1
    now = state(ledger, one)
    assert now in (DeliveryState.SENT, DeliveryState.UNSURE)
    if now is DeliveryState.UNSURE:
        assert "may be it" in row(ledger, one)["why"]
        assert settle_delivery(app, one.id, app.server.posts[0]["url"], "Desk") == "sent"


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_what_is_not_there_is_sent_again_though_others_stand_there(ledger: WoundLedger) -> None:
    """Else the test above would be true of a server of which nothing is ever known."""
    app = _Speaking(ledger)
    other = _plan(app, "other", "Суд адклалі да чацвярга. Адвакат кажа, што здароўе горшае.")
    _passes(app, 2)
    one = _plan(app, "one", "Forty-one journalists will spend this month without a newspaper.")
    app.as_queued()
    run_pass(app, workers=1)
    lost = app.server.posts.pop(0)  # it never arrived
    app.ledger.wind(LEASE + timedelta(seconds=1))  # type: ignore[attr-defined]
    _passes(app)
    assert [post["content"] for post in app.server.posts].count(lost["content"]) == 1
    assert (state(ledger, one), state(ledger, other)) == (DeliveryState.SENT, DeliveryState.SENT)
