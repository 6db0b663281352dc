"""A stop of a person empties her banners, whatever way they leave: painted ones too, and those that wait.

Nothing in the texts names anybody: only a banner does. Two canaries are colours. Whatever picture a command writes,
into a file, an archive or a page, is decoded, and searched for them; the other one proves that somebody looked.
"""

from __future__ import annotations

import base64
import io
import json
import re
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
import pytest
from engine.files import Files, soon
from PIL import Image, UnidentifiedImageError

from cli.conftest import Amplify, OnStage
from cli.test_every_way_out import call, person

STELLA, OLGA = (255, 0, 170), (0, 200, 90)
"""Colours of their banners, which nothing else has."""
COLOURS: Final = {"stella": STELLA, "olga": OLGA}
NAMES: Final = {"stella": "Stella Quokkanova", "olga": "Olga Openova"}


def template(id: str, who: str, say: str, **fields: Any) -> dict[str, Any]:
    ground = "#{:02x}{:02x}{:02x}".format(*COLOURS[who])
    return {
        "id": id, "campaign": "free", "about": "A banner.", "scene": {"en": "A field."}, "credit": "Desk",
        "licence": "CC0-1.0", "people": [who], "colours": {"ground": ground, "ink": "#000000"},
        "layers": [{"text": {"say": {"en": say}, "largest": 6}, "box": [0, 60, 100, 30]}],
    } | fields  # fmt: skip


@pytest.fixture
def gallery(amplify: Amplify, files: Files, on_stage: OnStage) -> Files:
    """For each of two people a day, a quote and a portrait: one is out, two wait, and all are painted."""
    house = {"id": "house", "name": "House", "lateness": "2h", "cancel_limit": 90}
    files.write("config/workspace.yaml", house)
    files.write("config/people.yaml", {"people": [person(who, name) for who, name in NAMES.items()]})
    path = files.root / "config/campaigns/free.yaml"
    free = json.loads(path.read_text("utf-8")) | {"people": ["stella", "olga"]}
    files.write("config/campaigns/free.yaml", free)
    files.write("config/actions.yaml", {"actions": [call("sign", "Sign the letter")]})
    for who in COLOURS:
        texts = {"days": "{{ who.days_detained.in_words }}", "quote": "{{ who.name }} wrote this", "portrait": "A name"}
        for kind, say in texts.items():
            files.write(f"media/banners/{who}-{kind}.yaml", template(f"{who}-{kind}", who, say))
            media = [{"banner": f"{who}-{kind}"}]
            files.post(f"{who}-{kind}", f"{files.partners[0]} shows {_words(who, kind)}", media=media)
        files.queue(f"{who}-days", at=soon(-40))
        files.queue(f"{who}-quote", at=soon(5400))
        files.queue(f"{who}-portrait", at=soon(9000))
    on_stage.stage.control.clock(datetime.now(UTC))
    assert amplify("publish", "-w", files.root).code == 0
    assert colours(on_stage) >= {STELLA, OLGA}, "both were shown while they might be"
    return files


def _words(who: str, kind: str) -> str:
    """Texts that are not alike, and name nobody."""
    return {
        ("stella", "days"): "how long one year can be", ("stella", "quote"): "what a sentence is worth",
        ("stella", "portrait"): "whom we miss at our table", ("olga", "days"): "a wall with chalk on it",
        ("olga", "quote"): "a line from some notebook", ("olga", "portrait"): "somebody with open hands",
    }[who, kind]  # fmt: skip


def holds(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Which of the colours is in a picture."""
    try:
        pixels = np.asarray(Image.open(io.BytesIO(data)).convert("RGB")).astype(int)
    except UnidentifiedImageError:
        return
    for colour in COLOURS.values():
        if (np.abs(pixels - colour).sum(axis=2) < 45).sum() > 30:
            yield colour


def pictures_in(path: Path) -> Iterator[bytes]:
    """Every picture in a file: the file, those packed in it, and those written into a page."""
    data = path.read_bytes()
    if path.suffix == ".zip":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            yield from (archive.read(name) for name in archive.namelist())
    elif path.suffix in (".html", ".json", ".md"):
        for found in re.finditer(rb"data:image/[a-z+]+;base64,([A-Za-z0-9+/=]+)", data):
            yield base64.b64decode(found[1])
    else:
        yield data


def colours(on_stage: OnStage) -> set[tuple[int, int, int]]:
    """What was sent to the stage."""
    sent = (Path(media["file"]) for post in on_stage.stage.control.posts() for media in post["media"])
    return {colour for path in sent for colour in holds(path.read_bytes())}


def written(folder: Path) -> set[tuple[int, int, int]]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {colour for path in files for data in pictures_in(path) for colour in holds(data)}


WAYS: Final[dict[str, tuple[str, str]]] = {
    # command, and where it writes
    "banner render": ("banner render --size post --out out {w}", "out"),
    "banner preview": ("banner preview --size post --out out/sheet.png {w}", "out"),
    "banner bars": ("banner bars --person {who} --instead chair --colour {colour} --out out {w}", "out"),
    "preview": ("preview --out out/page.html {w}", "out"),
    "preview, named": ("preview {who}-quote --out out/page.html {w}", "out"),
    "toolkit": ("toolkit build --out out {w}", "out"),
    "export": ("export --everything --out out/texts.md {w}", "out"),
    "rehearse": ("rehearse {w}", "house/.amplify/rehearsal/timelines"),
    "report": ("report --out out {w}", "out"),
}
SHOW_PICTURES: Final = frozenset(
    {"banner render", "banner preview", "banner bars", "preview", "preview, named", "toolkit", "rehearse"}
)


@pytest.mark.parametrize("way", WAYS)
def test_no_painted_banner_leaves_after_a_stop(amplify: Amplify, gallery: Files, tmp_path: Path, way: str) -> None:
    (tmp_path / "out").mkdir()
    line, folder = WAYS[way]

    def call_it(who: str) -> Any:
        colour = "#{:02x}{:02x}{:02x}".format(*COLOURS[who])
        words = line.replace("{who}", who).replace("{colour}", colour).split()
        return amplify(*(gallery.root if one == "{w}" else one for one in _placed(words)))

    assert amplify("stop", "--person", "stella", "--reason", "the family asks", "-w", gallery.root).code == 0
    for who in ("stella", "olga"):
        call_it(who)
    seen = written(tmp_path / folder)
    assert STELLA not in seen, f"her banner leaves by {way}"
    if way in SHOW_PICTURES:
        assert OLGA in seen, f"{way} shows nobody's banner: who finds nothing has looked nowhere"


def _placed(words: list[str]) -> Iterator[str]:
    for one in words:
        if one == "{w}":
            yield "-w"
        yield one


def test_what_waits_with_her_banner_is_held_and_the_rest_goes_out(
    amplify: Amplify, gallery: Files, on_stage: OnStage
) -> None:
    where = ("-w", gallery.root)
    assert amplify("stop", "--person", "stella", "--reason", "the family asks", *where).code == 0
    before = len(on_stage.texts())
    for who in COLOURS:
        for kind in ("quote", "portrait"):
            gallery.queue(f"{who}-{kind}", at=soon(-20))
    said = amplify("publish", *where)
    new = " ".join(on_stage.texts()[before:])
    assert _words("olga", "quote") in new, said.words
    assert _words("stella", "quote") not in new
    assert _words("stella", "portrait") not in new
    told = amplify("status", *where).words
    assert "stopped by" in told


def test_a_stop_lists_what_is_out_with_her_banner(amplify: Amplify, gallery: Files) -> None:
    said = amplify("stop", "--person", "stella", "--reason", "the family asks", "-w", gallery.root, "--json")
    told = json.loads(said.out)
    assert "stella-days" in json.dumps(told), "what shows her is out, though its text names nobody"
    assert "olga-days" not in json.dumps(told)
    removed = json.loads(
        amplify("takedown", "--person", "stella", "--reason", "asked", "--json", "-w", gallery.root).out
    )
    assert "olga" not in json.dumps(removed)


@pytest.mark.parametrize("state", ["release_reported", "died", "family_hold"])
def test_a_state_empties_them_likewise(amplify: Amplify, gallery: Files, tmp_path: Path, state: str) -> None:
    path = gallery.root / "config/people.yaml"
    people = json.loads(path.read_text("utf-8"))["people"]
    people[0] |= {"state": state, "state_since": soon(-5)}
    gallery.write("config/people.yaml", {"people": people})
    where = ("-w", gallery.root)
    amplify("banner", "render", "--size", "post", "--out", "out", *where)
    amplify("preview", "--out", "out/page.html", *where)
    amplify("toolkit", "build", "--out", "out/kit", *where)
    assert written(tmp_path / "out") == {OLGA}


def test_staff_is_told_that_it_is_held(amplify: Amplify, gallery: Files) -> None:
    where = ("-w", gallery.root)
    assert amplify("stop", "--person", "stella", "--reason", "the family asks", *where).code == 0
    said = amplify("preview", "stella-quote", "--json", *where)
    shown = json.loads(said.out)
    assert shown
    assert all("stopped by" in " ".join(one["why_not"]) for one in shown)
