"""Nothing that is stopped, under embargo, or about somebody who was released leaves by any command.

Five canaries sing words that stand nowhere else, in whatever a workspace can hold. All commands are called, in the
order of the table of `amplify.cli.main`, and what they print and write is searched for these words.
"""

from __future__ import annotations

import base64
import io
import json
import re
import shutil
import sqlite3
import zipfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from engine.files import Files, soon
from nasty import make_film

from amplify.cli.main import COMMANDS
from cli.conftest import Amplify, OnStage

STOPPED, RELEASED, HUSHED = "Quokkanova", "Wombatova", "Numbatword"
WITHDRAWN, PARTED = "Bilbyhouse", "Possumguild"
"""Signatories of a statement: one withdraws, one is a partner who is stopped."""
CANARIES: Final = (STOPPED, RELEASED, HUSHED, WITHDRAWN, PARTED)
PUBLIC: Final = {
    "x": "https://x.com/open_line/status/",
    "bluesky": "https://bsky.app/profile/open.example/post/3k",
    "mastodon": "https://social.example/@open/",
}
TODAY: Final = datetime.now(UTC).date()

STAFF: Final = {
    "add": "asks somebody who names the post",
    "approve": "shows people what they decide about",
    "check": "tells whoever mends it what is wrong, where",
    "forget": "asks about the person whom it erases",
    "preview": "shows staff the very request, marked as held",
    "queue": "says what was changed in the files",
    "status": "says why something does not go out",
    "stop": "lists what is stopped, and what of it is out",
    "resume": "names what is lifted",
    "takedown": "lists what would be deleted",
    "history": "says who stopped whom, and why",
    "people": "lists everybody with their state",
    "facts": "lists all facts with their sources",
    "statement": "shows staff who signed and who withdrew",
    "text --post": "measures one post that somebody names, marked as held",
    "toolkit": "says what was left out, and why",
    "banner": "says what was not painted, and why",
    "doctor": "says what is wrong with the machine",
    "prune": "asks",
    "plan": "its problems, as `check` has them",
}
"""Commands whose own output is for staff, with the reason. What they write for others is searched all the same."""
KEPT: Final = {"backup": "a copy of everything, to be kept like the original", "restore": "brings back such a copy"}
"""Commands whose files are no way out."""

MUST_SUCCEED: Final = frozenset(
    {"export", "toolkit", "report", "rehearse", "demo", "preview", "queue", "backup", "days"}
)
"""What fails writes nothing, and nothing is found in it."""

RUNS: Final[dict[str, tuple[str, ...]]] = {
    "init": ("init fresh",),
    "days": (
        "days {w}", "days --json {w}", "days --ics out/staff.ics {w}", "days --person stella --ics out/one.ics {w}",
        "days --campaign free --until {month} --add {w}",
    ),
    "add": ("add spare --when +1h",),
    "text": ("text {open}", "text --post open {w}", "text --post s1 {w}", "text --post h1 --json {w}"),
    "import": ("import none.csv {w}",),
    "check": ("check {w}", "check --json {w}"),
    "plan": ("plan {w}", "plan --json --everyone {w}", "plan --diff {w}"),
    "queue": ("queue --yes {w}", "queue --json {w}"),
    "approve": ("approve {w}", "approve --json {w}"),
    "preview": (
        "preview {w}", "preview s1 h1 r1 --json {w}", "preview --out out/preview.html --everyone {w}",
        "preview s1 r1 h1 s3 boost --out out/one.html --json {w}",
    ),
    "export": (
        "export --everything {w}", "export --everything --json {w}", "export --format csv --everything {w}",
        "export --everything --out out/export.md {w}", "export --everything --out out/export.csv {w}",
    ),
    "toolkit": ("toolkit build --out out/kit {w}", "toolkit build --out out/kit --json {w}"),
    "banner": (
        "banner {w}", "banner list --json {w}", "banner render --out out/banners --size post {w}",
        "banner render --out out/banners --size post --json {w}",
        "banner preview --out out/sheet.png --size post {w}", "banner bars --person stella --out out/bars {w}",
        "banner bars --person rela --out out/bars {w}", "banner bars --person stella --instructions --out out/bars {w}",
        "banner bars --person rela --instructions {w}", "banner bars --person olga --out out/bars {w}",
    ),
    "publish": ("publish {w}", "publish --json {w}"),
    "run": ("run --drain {w}",),
    "status": ("status {w}", "status --json {w}"),
    "people": ("people {w}", "people --json {w}"),
    "facts": ("facts {w}", "facts --json {w}"),
    "statement": ("statement {w}", "statement said {w}", "statement said --json {w}"),
    "settle": ("settle none --not-sent {w}",),
    "takedown": ("takedown --person stella --reason asked --json {w}",),
    "stop": ("stop {w}", "stop --json {w}"),
    "resume": ("resume --hashtag Nothing --reason over {w}",),
    "history": ("history {w}", "history --json {w}"),
    "forget": ("forget nobody --yes {w}",),
    "prune": ("prune --older-than 9y --yes {w}",),
    "measure": ("measure --all {w}", "measure --all --json {w}"),
    "report": (
        "report {w}", "report --json {w}", "report --format csv {w}", "report --format html {w}",
        "report --out out/report {w}",
    ),
    "rehearse": ("rehearse {w}",),
    "demo": ("demo --dir out/demo {w}",),
    "doctor": ("doctor {w}", "doctor --json {w}"),
    "confirm": ("confirm {w}",),
    "notify": ("notify {w}", "notify --json {w}"),
    "backup": ("backup kept.tar {w}",),
    "restore": ("restore kept.tar {w}",),
    "schema": ("schema",),
}  # fmt: skip


def person(id: str, name: str, state: str = "detained") -> dict[str, Any]:
    consent: dict[str, Any] = {
        "given_by": "family",
        "channel": "letter",
        "scope": ["name", "portrait"],
        "given": "2024-02-01",
    }
    consent["review"] = (TODAY + timedelta(days=700)).isoformat()
    arrest = (TODAY - timedelta(days=495)).isoformat()
    said = {"id": id, "name": {"en": name}, "aliases": [name.split()[-1]], "detentions": [{"start": arrest}]}
    birthday = TODAY + timedelta(days=9)
    said |= {"born": birthday.replace(year=1990, day=min(birthday.day, 28)).isoformat()}
    consent["scope"] = ["name", "portrait", "birthday"]
    return said | {"state": state, "reviewed": TODAY.isoformat(), "review_days": 365, "consent": consent}


def call(id: str, title: str, **fields: Any) -> dict[str, Any]:
    known = {"id": id, "campaign": "free", "kind": "petition", "owner": "Desk", "title": {"en": title}}
    return known | {"url": {"en": f"https://example.org/{title.split()[-1].lower()}"}} | fields


class Aviary:
    """A workspace in which everything that can hold a word holds one of each canary."""

    def __init__(self, files: Files) -> None:
        self.files = files
        files.write("config/workspace.yaml", {"id": "house", "name": "Openhouse", "lateness": "2h", "cancel_limit": 90})
        people = [person("stella", f"Stella {STOPPED}"), person("rela", f"Rela {RELEASED}")]
        files.write("config/people.yaml", {"people": [*people, person("olga", "Olga Openova")]})
        self.campaigns()
        for name in (STOPPED, RELEASED):
            self.named(name, {STOPPED: "stella", RELEASED: "rela"}[name])
        self.hushed()
        self.organisations()
        self.stated()
        files.post("open", "Openword: write to somebody today")
        files.queue("open", at=soon(7200))
        files.post("spare", "A letter takes you ten minutes")
        files.post("out", f"{files.partners[0]} says that Olga Openova writes", people=["olga"])
        files.queue("out", at=soon(-30))

    def campaigns(self) -> None:
        path = self.files.root / "config/campaigns/free.yaml"
        known = json.loads(path.read_text("utf-8"))
        both = (STOPPED, RELEASED)
        texts = [{"en": f"{name} writes."} for name in both]
        tags = [{"tag": f"Free{name}", "why": f"For {name}."} for name in both]
        days = [{"id": f"d{n}", "name": {"en": f"Day of {one}'s arrest"}, "month": 5, "day": 20} for n, one in
                enumerate(both)]  # fmt: skip
        themes = {str(TODAY.year + n): {"en": f"The theme of {one}"} for n, one in enumerate(both)}
        days.append({"id": "d3", "name": {"en": "Openday"}, "month": 5, "day": 21, "themes": themes})
        days.append({"id": "d4", "name": {"en": "Opennight"}, "month": 5, "day": 22})
        toolkit = {part: {"en": f"{STOPPED} and {RELEASED}"} for part in ("lead", "ask", "safety", "contact")}
        free = known | {
            "people": ["stella", "rela", "olga"],
            "background": {"en": f"{STOPPED} and {RELEASED} were detained."},
            "key_messages": [*texts, {"en": "Openmessage."}],
            "hashtags": [*tags, {"tag": "FreeOpen", "why": "Openly."}],
            "occasions": days,
            "toolkit": toolkit,
            "in_country_languages": ["en"],
            "contact": {"name": f"Friends of {STOPPED}", "email": f"{RELEASED.lower()}@example.org"},
        }
        self.files.write("config/campaigns/free.yaml", free)
        for number, name in enumerate(both):
            titled = free | {"id": f"c{number}", "name": {"en": f"Free {name}"}}
            self.files.write(f"config/campaigns/c{number}.yaml", titled)

    def named(self, name: str, who: str) -> None:
        files, letter = self.files, who[0]
        for post, said in (
            (f"{letter}1", f"Write to {name} today #Free{name}"),
            (f"{letter}2", {"s": "A drawing from a cell", "r": "Look at what hangs on this wall"}[letter]),
            (f"{letter}3", f"{files.partners[0]} asks you: sign for {name}"),
        ):
            files.post(post, said, people=[who], pictures=[f"{name.lower()}.png"] if post.endswith("2") else [])
            files.queue(post, at=soon(7200))
        files.post(f"{letter}4", f"{files.partners[0]} said {name} before #Free{name}", people=[who])
        files.queue(f"{letter}4", at=soon(-40))
        by_campaign = {"s": "Only the campaign says whom this is about", "r": "Ask its title who is meant"}[letter]
        files.post(f"{letter}5", by_campaign, campaign=f"c{int(who == 'rela')}")
        files.queue(f"{letter}5", at=soon(7300))
        by_week = {"s": f"In the week of the demo {name} is spoken of", "r": f"{name}, whom a song is about"}[letter]
        files.post(f"{letter}6", by_week, people=[who])
        files.queue(f"{letter}6", at="2027-05-19T10:00:00Z")
        self.picture(f"{name.lower()}.png", f"{name} is drawn", "Desk")
        self.picture(f"{name.lower()}-file.png", "A window", "Desk")
        self.picture(f"{letter}-credit.png", "A wall", f"Sister of {name}")
        files.post(
            f"{letter}7", f"Openpictures {letter}", pictures=[f"{name.lower()}-file.png", f"{letter}-credit.png"]
        )
        self.film(f"{letter}-film", f"It is cold\n\nHere is {name}")
        filmed = {"s": "A street at noon, in the first snow", "r": "Two minutes before the gate opens"}[letter]
        files.post(f"{letter}8", filmed, media=[f"{letter}-film.mp4"])
        files.queue(f"{letter}8", at=soon(7400))
        self.banner(f"b{letter}", f"{name} must be free")
        self.banner(f"p{letter}", "A neutral line of words", credit=f"Drawn by {name}")
        files.write(f"media/banners/w{letter}.yaml", self.template(f"w{letter}", "{{ who.name }}", people=[who]))
        only_its_banner = {"s": "Hang this above your table", "r": "Print it and pass it to the next desk"}[letter]
        files.post(f"{letter}8", only_its_banner, media=[{"banner": f"w{letter}"}])
        files.queue(f"{letter}8", at=soon(7400))
        files.post(f"{letter}9", f"{files.partners[0]} hangs up number {letter}", media=[{"banner": f"b{letter}"}])
        files.queue(f"{letter}9", at="2027-05-19T11:00:00Z")

    def organisations(self) -> None:
        """Signatories and films that sing, and one of each that does not."""
        path = self.files.root / "config/partners.yaml"
        partners = json.loads(path.read_text("utf-8"))["partners"]
        known = {"id": "friends", "name": {"en": "Openpartner"}, "mention_consent": True, "publishes": False}
        known |= {"handles": {"x": "of_openpartner"}, "website": "https://friends.example/"}
        self.files.write("config/partners.yaml", {"partners": [*partners, partners[0] | known]})
        path = self.files.root / "config/campaigns/free.yaml"
        signed = [{"name": f"Signed for {name}"} for name in (STOPPED, RELEASED, "Opensignatory")]
        self.files.write("config/campaigns/free.yaml", json.loads(path.read_text("utf-8")) | {"signatories": signed})
        for number, name in enumerate((STOPPED, RELEASED, "Openfilm")):
            file = f"film{number}.mp4"
            make_film(self.files.root / "media" / file, seconds=1, size=(160, 90))
            captions = f"WEBVTT\n\n00:00.000 --> 00:00.900\n{name} was heard.\n"
            (self.files.root / "media" / f"film{number}.en.vtt").write_text(captions, "utf-8")
            note = {"alt": {"en": "A walk"}, "credit": "Desk", "licence": "CC0-1.0"}
            self.files.write(f"media/film{number}.yaml", note)
            self.files.post(f"film{number}", f"See how long the way is, number {number}", pictures=[file])
        for letter in "sr":
            self.files.post(f"{letter}8", f"Openbanners {letter}", media=[{"banner": f"b{letter}"}])

    def publicly(self) -> None:
        """What went out is at addresses that everybody can open, as it is when accounts are live."""
        ledger = sqlite3.connect(self.files.root / ".amplify" / "ledger.sqlite")
        with ledger:
            for platform, start in PUBLIC.items():
                ledger.execute(
                    "update part set url = ? || rowid where remote_id is not null and delivery in "
                    "(select id from delivery where platform = ?)",
                    (start, platform),
                )
        ledger.close()

    def hushed(self) -> None:
        files = self.files
        self.picture("numbatword.png", f"{HUSHED} is seen", "Desk")
        self.picture("called.png", f"{HUSHED} beside the call", "Desk")
        calls = [
            call("by-name", f"Sign the {HUSHED}", picture="called.png"),
            call("by-list", f"Read the {HUSHED}s"),
            call("stopped-call", f"Sign for {STOPPED}", picture="quokkanova-file.png"),
            call("released-call", f"Sign for {RELEASED}"),
            call("open-call", "Sign the openletter"),
        ]
        files.write("config/actions.yaml", {"actions": calls})
        fact = {"id": "early", "value": f"{HUSHED}-many", "as_of": TODAY.isoformat(), "counted_by": {"en": "Desk"}}
        fact |= {"source": "https://example.org", "expires": (TODAY + timedelta(days=90)).isoformat()}
        files.write("config/facts.yaml", {"facts": [fact]})
        text = f"{HUSHED}: on Friday we all say it {{{{ cta['by-name'] }}}} {{{{ fact['early'] }}}}"
        files.post("h1", text, cta="by-list", pictures=["numbatword.png"], embargo_until=soon(3600))
        files.queue("h1", at=soon(7200))
        files.post("boost", kind="boost", boost={"post": "h1"})
        files.queue("boost", at=soon(9000))
        self.film("h-film", f"{HUSHED} is heard")
        files.post("h2", "Nobody hears this before its day", media=["h-film.mp4"], embargo_until=soon(3600))
        files.queue("h2", at=soon(7500))
        self.banner("bh", "{{ cta['by-name'] }}")
        self.banner("bf", "{{ fact.early.value }}")
        self.banner("bt", f"{HUSHED}: on Friday we all say it")
        self.banner("bo", "Openbanner for all of them")
        files.post("h8", "One more reason to look at the wall", media=[{"banner": "bt"}], embargo_until=soon(3600))
        files.queue("h8", at=soon(7500))
        files.post("open8", "Nothing else is as quiet as paper", media=[{"banner": "bo"}])
        files.queue("open8", at=soon(7600))

    def stated(self, withdrawn: bool = False) -> None:
        """A statement: one signatory withdraws later, another is a partner of that name."""
        files, day = self.files, (TODAY - timedelta(days=9)).isoformat()
        path = files.root / "config/partners.yaml"
        partners = json.loads(path.read_text("utf-8"))["partners"]
        if all(one["id"] != "parted" for one in partners):
            guild = {"id": "parted", "name": {"en": f"The {PARTED}"}, "publishes": False, "zone": "UTC"}
            guild |= {"languages": ["en"], "joined": day}
            files.write("config/partners.yaml", {"partners": [*partners, guild]})
        gone = {"withdrawn": TODAY.isoformat()} if withdrawn else {}
        for id, who in (
            ("said", {"name": WITHDRAWN, "signed": day, **gone}),
            ("parting", {"partner": "parted", "signed": day}),
        ):
            head = {"id": id, "campaign": "free", "lang": "en", "title": {"en": "Openstatement"}}
            head["signatories"] = [who, {"name": "Openchoir", "signed": day}]
            target = files.root / "statements" / f"{id}.md"
            target.parent.mkdir(exist_ok=True)
            target.write_text(f"---\n{json.dumps(head)}\n---\nWe say it together.\n", "utf-8")
            if not withdrawn:
                files.post(f"{id}1", f"Openly we say it as {id}", statement=id, cosigned=True)
                files.queue(f"{id}1", at=soon(7400))
                files.post(f"{id}2", f"{files.partners[0]} said it before as {id}", statement=id, cosigned=True)
                files.queue(f"{id}2", at=soon(-20))

    def picture(self, name: str, alt: str, credit: str) -> None:
        self.files.picture(name)
        note = {"alt": {"en": alt}, "credit": credit, "licence": f"By {credit}"}
        self.files.write(f"media/{Path(name).with_suffix('.yaml')}", note)

    def film(self, name: str, words: str) -> None:
        """A film whose picture and alt text say nothing, and whose captions do: in another language than its post."""
        if not (made := self.files.root.parent / "film.mp4").exists():
            make_film(made)
        shutil.copyfile(made, self.files.root / f"media/{name}.mp4")
        cues = (f"00:00.{number}00 --> 00:00.{number}90\n{one}" for number, one in enumerate(words.split("\n\n"), 1))
        (self.files.root / f"media/{name}.be.vtt").write_text("WEBVTT\n\n" + "\n\n".join(cues) + "\n")
        self.files.write(
            f"media/{name}.yaml", {"alt": {"en": f"A street, {name[0]}."}, "credit": "Desk", "licence": "CC0-1.0"}
        )

    def template(self, id: str, say: str, **fields: Any) -> dict[str, Any]:
        layer = {"text": {"say": {"en": say}, "largest": 6}, "box": [0, 0, 100, 100]}
        usual = {"id": id, "campaign": "free", "about": "A banner.", "scene": {"en": "A field."}, "credit": "Desk"}
        return usual | {"licence": "CC0-1.0", "sizes": ["post"], "layers": [layer]} | fields

    def banner(self, id: str, say: str, **fields: Any) -> None:
        self.files.write(f"media/banners/{id}.yaml", self.template(id, say, **fields))

    def hold(self, amplify: Amplify) -> None:
        """Stella is stopped, Rela is released: both after something about them went out."""
        where = ("-w", self.files.root)
        assert amplify("stop", "--person", "stella", "--reason", "the family asks", *where).code == 0
        assert amplify("stop", "--partner", "parted", "--reason", "they ask", *where).code == 0
        self.stated(withdrawn=True)
        path = self.files.root / "config/people.yaml"
        people = json.loads(path.read_text("utf-8"))["people"]
        people[1] |= {"state": "release_confirmed", "state_since": soon(-5)}
        self.files.write("config/people.yaml", {"people": people})


@dataclass(frozen=True)
class Found:
    """A canary that was seen, and where."""

    command: str
    where: str
    words: str


def sung(text: str) -> list[str]:
    """What stands around each canary in a text."""
    return [match[0] for one in CANARIES for match in re.finditer(rf".{{0,40}}{one}.{{0,20}}", text, re.IGNORECASE)]


def unpacked(path: Path) -> str:
    """Everything in a file, and its name; of pictures only what is written in them as bytes."""
    data = path.read_bytes()
    said = [path.name, data.decode("utf-8", "replace")]
    if path.suffix == ".zip":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            said += [f"{name}\n{archive.read(name).decode('utf-8', 'replace')}" for name in archive.namelist()]
    for packed in re.findall(rb"data:text/vtt;base64,([\w+/=]+)", data):
        said.append(base64.b64decode(packed).decode())
    if path.suffix == ".ics":
        said.append(data.decode().replace("\r\n ", ""))
    return "\n".join(said)


def ours(path: Path, root: Path) -> bool:
    """Whether a file is the workspace's own, or the demo's copy of it."""
    inside = path.relative_to(root).parts
    if inside[:1] == ("house",):
        return inside[:4] != ("house", ".amplify", "rehearsal", "timelines") and inside[:4] != (
            "house", ".amplify", "rehearsal", "report")  # fmt: skip
    return "workspace" in inside or inside[-1].startswith(("ledger.", "amplify-crash"))


@pytest.fixture
def aviary(amplify: Amplify, files: Files, on_stage: OnStage) -> Aviary:
    made = Aviary(files)
    on_stage.stage.control.clock(datetime.now(UTC))
    said = amplify("publish", "-w", files.root)
    assert said.code == 0, said.words
    assert sung(" ".join(on_stage.texts())), "the canaries sang while they were allowed to"
    made.publicly()
    made.hold(amplify)
    return made


def test_each_command_is_called() -> None:
    """Whoever adds a command says here how it is called, and whom its output is for."""
    assert list(RUNS) == list(COMMANDS)
    for name in (*STAFF, *KEPT):
        assert name.split()[0] in COMMANDS


def test_no_canary_leaves(amplify: Amplify, aviary: Aviary, tmp_path: Path, on_stage: OnStage) -> None:
    before = len(on_stage.texts())
    found: list[Found] = []
    seen: dict[Path, int] = {}
    everything = ""
    for command, lines in RUNS.items():
        for line in lines:
            month = (TODAY + timedelta(days=30)).isoformat()
            words = line.replace("{open}", "Openword").replace("{month}", month).split()
            given: list[str | Path] = [one for one in words if one not in ("{w}",)]
            if "+1h" in given:
                given[given.index("+1h")] = soon(3600)
            if "{w}" in words or command == "add":
                given += ["-w", aviary.files.root]
            said = amplify(*given)
            everything += said.words
            assert said.code == 0 or command not in MUST_SUCCEED, (line, said.words)
            staff = STAFF.get(command) or next((why for name, why in STAFF.items() if line.startswith(name)), None)
            if staff is None and command not in KEPT:
                found += [Found(line, "printed", one) for one in sung(said.words)]
            for path in sorted(one for one in tmp_path.rglob("*") if one.is_file()):
                if ours(path, tmp_path) or command in KEPT or seen.get(path) == path.stat().st_mtime_ns:
                    continue
                seen[path] = path.stat().st_mtime_ns
                text = unpacked(path) if path.suffix != ".tar" else ""
                everything += text
                found += [Found(line, str(path.relative_to(tmp_path)), one) for one in sung(text)]
    assert found == []
    assert on_stage.texts()[before:] == [] or not sung(" ".join(on_stage.texts()[before:]))
    pages = "".join(one.read_text("utf-8") for one in (tmp_path / "out/kit").rglob("*.html"))
    for what in ("intent/retweet", "says that Olga Openova writes", "Openpartner", "of_openpartner", "Opensignatory"):
        assert what in pages, f"{what} was to be seen on the toolkit page"
    assert len(list((tmp_path / "out/kit/films").glob("*.mp4"))) == 1
    for open_word in (
        "Openword",
        "Openday",
        "Openmessage",
        "Openbanner",
        "FreeOpen",
        "openletter",
        "Openhouse",
        "Openchoir",
    ):
        assert open_word in everything, f"{open_word} was to be seen: who finds nothing has looked nowhere"


def test_what_staff_sees_is_marked(amplify: Amplify, aviary: Aviary) -> None:
    where = ("-w", aviary.files.root)
    said = amplify("preview", "s1", *where)
    assert STOPPED in said.words
    assert said.out.count("would be held: stopped by") == 3
    assert "would be held: rela is release confirmed" in amplify("preview", "r1", *where).words
    assert "under embargo: not to be passed on" in amplify("preview", "h1", *where).words
    shown = json.loads(amplify("preview", "s1", "h1", "--json", *where).out)
    assert all(one["why_not"] for one in shown if one["post"] == "s1")
    assert {one["post"] for one in shown if one["embargoed"]} == {"h1"}
    assert "may not be said now: stopped by" in amplify("text", "--post", "s1", *where).words
    assert "may not be said now: it is under embargo" in amplify("text", "--post", "h1", *where).words
    plan = json.loads(amplify("plan", "--json", *where).out)["deliveries"]
    assert {one["post"]: one["withheld"] for one in plan if one["post"] in ("s1", "r1", "h1", "open")} == {
        "s1": "stop",
        "r1": "person",
        "h1": "embargo",
        "open": None,
    }


def test_a_page_of_previews_marks_what_is_held(amplify: Amplify, aviary: Aviary, tmp_path: Path) -> None:
    where = ("-w", aviary.files.root)
    told = json.loads(amplify("preview", "--out", "page.html", "--json", *where).out)
    text = (tmp_path / "page.html").read_text("utf-8")
    assert told["without_words"] > 0
    assert text.count("Not shown here") == told["without_words"]
    assert "stopped: <code>amplify preview</code> tells why" in text or "for the sake of a person" in text
    assert "Openword" in text
    amplify("preview", "--out", "all.html", "--with-embargoed", *where)
    text = (tmp_path / "all.html").read_text("utf-8")
    assert all(one in text for one in (STOPPED, RELEASED, HUSHED))
    assert "Not shown here" not in text


def test_bars_are_refused_and_say_whose_stop_it_is(amplify: Amplify, aviary: Aviary, tmp_path: Path) -> None:
    where = ("-w", aviary.files.root)
    said = amplify("banner", "bars", "--person", "stella", *where)
    assert (said.code, "no picture is made: stopped by" in said.words) == (3, True)
    said = amplify("banner", "bars", "--person", "stella", "--instructions", *where)
    assert (said.code, "no instructions are given: stopped by" in said.words) == (3, True)
    refused = json.loads(amplify("banner", "render", "--out", "b", "--json", *where).out)["refused"]
    whys = {one["template"]: one["why"] for one in refused}
    assert "stopped by" in whys["bs"]
    assert "rela is release confirmed" in whys["br"]
    assert {"bh", "bf", "bt", "ps", "pr", "ws", "wr"} <= whys.keys()
    assert "bo" not in whys
