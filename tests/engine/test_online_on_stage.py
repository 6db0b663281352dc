"""A server that takes 1,000 characters and one that takes 300, both honoured from the files to the timeline."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from amplify.context.app_context import AppContext
from amplify.engine.publish import run_pass
from amplify.ledger.database import Ledger
from amplify.model.problem import Problem
from amplify.planning.check import check_workspace
from amplify.planning.preview import preview_deliveries
from amplify.planning.queue import queue_plan
from amplify.planning.server_lookup import ask_servers
from amplify.stage.process import Stage
from engine.fake import TIMINGS
from engine.files import Files, soon

SERVERS = {"roomy": 1000, "narrow": 300}


@pytest.fixture
def files(tmp_path: Path) -> Files:
    """Two partners, each on a Mastodon server of its own; we hold both accounts. A third is only in the book."""
    house = Files(tmp_path / "house", *SERVERS)
    partners: list[dict[str, Any]] = [
        {
            "id": name,
            "name": {"en": name.title()},
            "handles": {"mastodon": f"desk@{name}.example"},
            "zone": "UTC",
            "languages": ["en"],
            "joined": f"2020-01-0{number}",
        }
        for number, name in enumerate(SERVERS, 1)
    ]
    gone = {**partners[0], "id": "gone", "handles": {"mastodon": "gone@roomy.example"}, "publishes": False}
    house.write("config/partners.yaml", {"partners": [*partners, gone]})
    accounts = [
        {"partner": name, "platform": "mastodon", "credential": name, "caps": {"per_day": 50, "gap": "0s"}}
        for name in SERVERS
    ]
    house.write("config/accounts.yaml", {"partner": "roomy", "approvals": 0, "accounts": accounts})
    return house


@pytest.fixture
def app(files: Files, stage: Stage) -> Iterator[AppContext]:
    stage.control.clear_failures()
    secrets = {}
    for name, most in SERVERS.items():
        stage.control.server(f"{name}.example", most)
        secrets[name] = stage.control.account("mastodon", f"desk@{name}.example", "Desk")
    ledger = Ledger.open(f"sqlite:///{files.root}/.amplify/ledger.sqlite")
    opened = AppContext(
        files.root,
        ledger,
        timings=TIMINGS,
        secrets=lambda account: secrets[account.partner],
        server=stage.url,
    )
    yield opened
    opened.close()


def problems(app: AppContext, code: str) -> list[Problem]:
    found = check_workspace(app.root, app.clock.now(), app.profiles, known=app.server_info())
    return [problem for problem in found.problems if problem.code == code]


def test_both_are_honoured(files: Files, app: AppContext) -> None:
    files.post("long", "ж" * 900, "щ" * 290)
    files.queue("long", at=soon(-30))
    assert [problem.place.path for problem in problems(app, "TXT-LONG")] == ["posts/long.md"]
    assert {one.code for one in queue_plan(app).problems} == {"TXT-LONG"}

    ask_servers(app)
    assert {name: said.limits.text for name, said in app.server_info().limits.items()} == {
        "roomy/mastodon": 1000,
        "narrow/mastodon": 300,
    }
    assert problems(app, "TXT-LONG") == []
    shown = {one.delivery.account: one for one in preview_deliveries(app, queue_plan(app).plan.ours)}
    assert [(shown[f"{name}/mastodon"].length_max, shown[f"{name}/mastodon"].lengths) for name in SERVERS] == [
        (1000, (900,)),
        (300, (290,)),
    ]
    assert all(one.asked is not None for one in shown.values())
    assert run_pass(app).outcomes == {"sent": 2}

    files.post("long", "ж" * 900, "щ" * 301)
    (too_long,) = problems(app, "TXT-LONG")
    assert "300" in too_long.message


def test_handles_are_looked_up_through_our_own_server(app: AppContext) -> None:
    found = ask_servers(app).known.handles
    assert sorted(bool(said.id) for said in found.values()) == [False, True, True]
    (gone,) = problems(app, "HANDLE-UNKNOWN")
    assert gone.place.path == "config/partners.yaml"
    assert gone.place.line > 0
    assert "gone@roomy.example" in gone.message
    assert problems(app, "HANDLE-OTHER") == []
