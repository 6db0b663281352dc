"""From a template to a timeline: each platform gets its own picture, in the post's language, of the post's person, with
the number of its day, painted once; and what changes later changes what waits.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from amplify.banner import paint
from amplify.banner.paint import paint_banner
from amplify.context.app_context import AppContext
from amplify.decisions.approve import approve_reviews, to_review
from amplify.engine.publish import run_pass
from amplify.ledger.database import Ledger
from amplify.ledger.queries.queued_messages import messages_of
from amplify.model.banner import SIZES
from amplify.planning.paint_ahead import banners_of, look_at_banners, paint_ahead
from amplify.planning.queue import queue_plan
from amplify.rules.plan.banner_text import fill_template
from amplify.stage.process import Stage
from engine.fake import TIMINGS
from engine.files import PLATFORMS, Files, handle, soon

DETAINED = datetime.now(UTC).date() - timedelta(days=99)
TEMPLATE: dict[str, Any] = {
    "id": "days",
    "campaign": "free",
    "about": "Counts the days.",
    "people": ["mira"],
    "scene": {"en": "A dark ground.", "be": "Цёмны фон."},
    "credit": "Desk",
    "licence": "CC0-1.0",
    "layers": [
        {
            "text": {
                "say": {
                    "en": "{{ who.name }}: day {{ who.days_detained }}",
                    "be": "{{ who.name }}: дзень {{ who.days_detained }}",
                }
            }
        }
    ],
}


def mira(**fields: Any) -> dict[str, Any]:
    today = datetime.now(UTC).date()
    consent = {"given_by": "family", "channel": "letter", "scope": ["name"], "given": "2020-01-01"}
    return {
        "id": "mira",
        "name": {"en": "Mira Vale", "be": "Міра Вале"},
        "detentions": [{"start": DETAINED.isoformat()}],
        "state": "detained",
        "reviewed": today.isoformat(),
        "consent": consent | {"review": (today + timedelta(days=400)).isoformat()},
    } | fields


def day_of(day: date) -> int:
    return (day - DETAINED).days + 1


@pytest.fixture
def files(tmp_path: Path) -> Files:
    house = Files(tmp_path / "house", "union")
    accounts = [
        {"partner": "union", "platform": name, "credential": name, "caps": {"per_day": 50, "gap": "0s"}}
        for name in PLATFORMS
    ]
    house.write("config/accounts.yaml", {"partner": "union", "approvals": 0, "accounts": accounts})
    campaign = json.loads((house.root / "config/campaigns/free.yaml").read_text())
    house.write("config/campaigns/free.yaml", campaign | {"languages": ["en", "be"], "people": ["mira"]})
    house.write("config/people.yaml", {"people": [mira()]})
    house.write("media/banners/days.yaml", TEMPLATE)
    return house


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with Stage(tmp_path / "stage") as running:
        yield running


@pytest.fixture
def app(files: Files, stage: Stage) -> Iterator[AppContext]:
    secrets = {name: stage.control.account(name, handle("union", name), "Union") for name in PLATFORMS}
    ledger = Ledger.open(f"sqlite:///{files.root}/.amplify/ledger.sqlite")
    opened = AppContext(
        files.root, ledger, timings=TIMINGS, secrets=lambda account: secrets[account.platform], server=stage.url
    )
    yield opened
    opened.close()


@pytest.fixture
def painted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The sizes of all banners that are painted, one after another."""
    seen: list[str] = []

    def counted(worded: Any, size: Any, pictures: Any) -> Any:
        seen.append(size.name)
        return paint_banner(worded, size, pictures)

    monkeypatch.setattr(paint, "paint_banner", counted)
    return seen


def queue(app: AppContext) -> None:
    done = queue_plan(app)
    assert done.problems == ()


def rows(app: AppContext) -> list[Any]:
    with app.ledger.read() as connection:
        return list(connection.exec_driver_sql("SELECT id, state, why, content_hash FROM delivery ORDER BY id"))


def expected(app: AppContext, lang: str, size: str, day: date) -> Image.Image:
    """The picture as it is painted by hand: nothing of the queue's own way is asked."""
    workspace = app.files()
    template = workspace.banners["days"]
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    worded = fill_template(workspace, template, lang, "mira", noon)
    assert str(day_of(day)) in worded.caption
    return paint_banner(worded, SIZES[size], lambda file: b"")


def same_pixels(one: dict[str, Any], other: Image.Image) -> bool:
    with Image.open(io.BytesIO(Path(one["file"]).read_bytes())) as sent:
        return sent.convert("RGB").tobytes() == other.convert("RGB").tobytes()


@pytest.mark.parametrize(
    ("lang", "alt"), [("en", "A dark ground. Mira Vale: day {}."), ("be", "Цёмны фон. Міра Вале: дзень {}.")]
)
def test_the_right_picture_arrives_on_each_platform(
    app: AppContext, files: Files, stage: Stage, painted: list[str], lang: str, alt: str
) -> None:
    partners = json.loads((files.root / "config/partners.yaml").read_text())
    partners["partners"][0]["languages"] = [lang]
    files.write("config/partners.yaml", partners)
    files.post("count", "Another day.", lang=lang, people=["mira"], media=[{"banner": "days"}])
    files.queue("count", at=soon(-5))
    queue(app)
    assert painted == [], "planning and queueing paint nothing"
    assert paint_ahead(app) == 2
    run_pass(app)
    today = datetime.now(UTC).date()
    for name in PLATFORMS:
        (post,) = stage.control.posts(name)
        (one,) = post["media"]
        assert one["alt"] == alt.format(day_of(today))
        assert (one["width"], one["height"], one["mime"]) == (1200, 675, "image/png")
        assert same_pixels(one, expected(app, lang, "bluesky" if name == "bluesky" else "post", today))
    assert sorted(painted) == ["bluesky", "post"], "X and Mastodon show the same one"


def test_a_platform_of_its_own_size_gets_it(app: AppContext, files: Files, stage: Stage) -> None:
    files.post("count", "Another day.", people=["mira"], media=[{"banner": "days", "size": "square"}])
    files.queue("count", at=soon(-5), platforms=["mastodon"])
    queue(app)
    run_pass(app)
    ((one,),) = (post["media"] for post in stage.control.posts("mastodon"))
    assert (one["width"], one["height"]) == (1080, 1080)


def test_a_banner_that_nobody_painted_is_painted_before_it_is_sent(
    app: AppContext, files: Files, stage: Stage, painted: list[str]
) -> None:
    files.post("count", "Another day.", people=["mira"], media=[{"banner": "days"}])
    files.queue("count", at=soon(-5), platforms=["x"])
    queue(app)
    run_pass(app)
    assert painted == ["post"]
    assert len(stage.control.posts("x")) == 1


def test_painting_waits_until_the_time_is_near(app: AppContext, files: Files, painted: list[str]) -> None:
    files.post("far", "Another day.", people=["mira"], media=[{"banner": "days"}])
    files.queue("far", at=soon(49 * 3600), platforms=["x"])
    files.post("near", "One more.", people=["mira"], media=[{"banner": "days"}])
    files.queue("near", at=soon(47 * 3600), platforms=["x"])
    queue(app)
    assert paint_ahead(app) == 1
    assert paint_ahead(app) == 0
    assert len(painted) == 1


def test_whoever_looks_paints_it_once(app: AppContext, files: Files, painted: list[str]) -> None:
    files.post("far", "Another day.", people=["mira"], media=[{"banner": "days"}])
    files.queue("far", at=soon(20 * 24 * 3600), platforms=["x"])
    queue(app)
    with app.ledger.read() as connection:
        ((message, _),) = messages_of(connection, [row.id for row in rows(app)]).values()
    (unseen,) = look_at_banners(app, message, paint=False)
    assert (unseen.file, painted) == (None, [])
    (view,) = look_at_banners(app, message)
    assert view.file is not None
    assert view.lines[0] == "banner: days, for mira, in en, size post"
    assert view.picture.alt.startswith("A dark ground. Mira Vale: day ")
    look_at_banners(app, message)
    assert len(painted) == 1
    kept = view.file.read_bytes()
    assert Image.open(io.BytesIO(kept)).size == (1200, 675)
    assert view.file.stat().st_mode & 0o077 == 0, "it may be under embargo"


@pytest.mark.parametrize("changed", ["fact", "day", "template", "picture"])
def test_what_changes_the_picture_voids_the_approval_and_says_which_line(
    app: AppContext, files: Files, changed: str
) -> None:
    local = json.loads((files.root / "config/accounts.yaml").read_text())
    files.write("config/accounts.yaml", local | {"approvals": 1})
    fact = {
        "id": "held", "value": 41, "as_of": "2026-01-01", "counted_by": {"en": "Example Watch"},
        "source": "https://example.org/count", "expires": "2999-01-01",
    }  # fmt: skip
    files.write("config/facts.yaml", {"facts": [fact]})
    files.picture("cell.png")
    layers: list[dict[str, Any]] = [{"picture": {"file": "cell.png"}}, *json.loads(json.dumps(TEMPLATE["layers"]))]
    layers[1]["text"] = {"say": {"en": "{{ fact.held.value }} held, {{ who.name }} for {{ who.days_detained }} days"}}
    template = {**TEMPLATE, "languages": ["en"], "layers": layers}
    files.write("media/banners/days.yaml", template)
    when = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=30)
    files.post("count", "Another day.", people=["mira"], media=[{"banner": "days"}])
    files.queue("count", at=when.isoformat(), platforms=["x"])
    queue(app)
    approve_reviews(app, to_review(app), "olga")
    assert to_review(app) == []
    before = day_of(when.date())
    if changed == "fact":
        files.write("config/facts.yaml", {"facts": [fact | {"value": 42}]})
        wanted = ["- banner says: 41 held", "+ banner says: 42 held"]
    elif changed == "day":
        files.queue("count", at=(when + timedelta(days=1)).isoformat(), platforms=["x"])
        wanted = [f"Mira Vale for {before} days", f"Mira Vale for {before + 1} days", "+ due "]
    elif changed == "template":
        layers[1]["text"]["colour"] = "accent"
        files.write("media/banners/days.yaml", template)
        wanted = ["- banner is drawn as ", "+ banner is drawn as "]
    else:
        Image.new("RGB", (64, 36), (1, 2, 3)).save(files.root / "media/cell.png")
        wanted = ["- banner shows: cell.png", "+ banner shows: cell.png"]
    queue(app)
    (review,) = to_review(app)
    for line in wanted:
        assert any(line in one for one in review.changed), (line, review.changed)


@pytest.mark.parametrize("changed", ["about", "credit", "ru"])
def test_what_changes_no_picture_voids_nothing(app: AppContext, files: Files, changed: str) -> None:
    files.post("count", "Another day.", people=["mira"], media=[{"banner": "days"}])
    files.queue("count", at=soon(30 * 3600), platforms=["x"])
    queue(app)
    before = rows(app)
    template = json.loads(json.dumps(TEMPLATE))
    if changed == "ru":
        template["layers"][0]["text"]["say"]["ru"] = "{{ who.name }}"
        template["scene"]["ru"] = "Тёмный фон."
    else:
        template[changed] = "Otherwise"
    files.write("media/banners/days.yaml", template)
    assert queue_plan(app).changes == []
    assert rows(app) == before


def test_what_was_queued_is_painted_whatever_becomes_of_the_files(app: AppContext, files: Files, stage: Stage) -> None:
    """The template is mended badly after queueing: what was approved goes out as it was, once its files are held."""
    files.post("count", "Another day.", people=["mira"], media=[{"banner": "days"}])
    files.queue("count", at=soon(-5), platforms=["x"])
    queue(app)
    with app.ledger.read() as connection:
        ((message, _),) = messages_of(connection, [row.id for row in rows(app)]).values()
    (picture,) = banners_of(message)
    (files.root / "media/banners/days.yaml").unlink()
    data = app.pictures.painted_file(picture).read_bytes()
    assert Image.open(io.BytesIO(data)).size == (1200, 675)


Break = Callable[[Files, pytest.MonkeyPatch], None]


def test_a_banner_that_cannot_be_painted_holds_its_own_post_only(
    app: AppContext, files: Files, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    files.post("count", "Another day.", people=["mira"], media=[{"banner": "days"}])
    files.queue("count", at=soon(-5), platforms=["x", "mastodon"])
    files.post("plain", "Words of their own.")
    files.queue("plain", at=soon(-5), platforms=["x"])
    queue(app)

    def broken(worded: Any, size: Any, pictures: Any) -> Any:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(paint, "paint_banner", broken)
    run_pass(app)
    states = sorted((row.state, row.why) for row in rows(app))
    assert [state for state, _ in states] == ["sent", "waiting", "waiting"]
    assert {why for state, why in states if state == "waiting"} == {
        "banner `days` cannot be painted: it cannot be written here: No space left on device"
    }
    assert not list((files.root / ".amplify/media").glob("*.*.*")), "nothing half lies there"
    monkeypatch.setattr(paint, "paint_banner", paint_banner)
    with app.ledger.write() as connection:
        connection.exec_driver_sql("UPDATE delivery SET look_at = due_at")
    run_pass(app)
    assert {row.state for row in rows(app)} == {"sent"}


def test_a_stop_of_the_person_holds_a_post_that_names_her_in_its_banner_only(
    app: AppContext, files: Files, stage: Stage
) -> None:
    files.write("config/people.yaml", {"people": [mira(state="release_reported")]})
    files.post("count", "Another day.", media=[{"banner": "days"}])
    files.queue("count", at=soon(-5), platforms=["x"])
    queue_plan(app)
    run_pass(app)
    assert [row.state for row in rows(app)] == ["waiting"]
    assert stage.control.posts("x") == []


def test_two_clones_have_the_same_recipe(app: AppContext, files: Files, tmp_path: Path) -> None:
    import shutil

    files.post("count", "Another day.", people=["mira"], media=[{"banner": "days"}])
    files.queue("count", at=soon(3600))
    other = tmp_path / "clone"
    shutil.copytree(files.root, other, ignore=shutil.ignore_patterns(".amplify"))
    queue(app)
    ledger = Ledger.open(f"sqlite:///{other}/.amplify/ledger.sqlite")
    clone = AppContext(other, ledger, timings=TIMINGS, secrets=lambda account: {})
    queue(clone)
    assert [row.content_hash for row in rows(app)] == [row.content_hash for row in rows(clone)]
    for each in (app, clone):
        paint_ahead(each)
    painted = [
        {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (root / ".amplify/media").iterdir()}
        for root in (files.root, other)
    ]
    assert painted[0] == painted[1]
    assert len(painted[0]) == 3, "two sizes, and the template without its words"
    clone.close()
