"""No page denies what is built, every command stands in the table of tasks, and the README's pictures are there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest
from denials import DENIAL, Existing, blocks, denied, stem
from handbook import PAGES, ROOT, page
from PIL import Image
from typer.main import get_command

from amplify.cli.main import COMMANDS, build_app
from amplify.platforms.registry import PLATFORMS
from amplify.workspace.schema import json_schemas


@dataclass(frozen=True)
class Allowed:
    """A denial that may stand near what exists."""

    why: str
    missing: tuple[str, ...] = ()
    """What it says is not there. Once a command, a platform or a package has that name, it is to be mended."""


ALLOWED: Final[Mapping[str, Allowed]] = {
    "Still to come: the staff's web page, signed sharing between partners, and Telegram.": Allowed(
        "it is true: `partners` and `sharing` are pages about something else", ("web", "share", "telegram")
    ),
    "is not open yet, or has closed": Allowed("a call to action is not open, and not a part of the program"),
    "If you are not in the handle book yet": Allowed("the reader is not there, and not a part of the program"),
    "A post that is not on the queue yet is read": Allowed("the reader's post is not there"),
    "Not on the queue yet; `amplify add` puts it there.": Allowed("the sample's post is not there"),
}

FORMERLY: Final = {
    "README, promise 3": """
3. **Never too late.** A post outside its lateness window is *missed* and shown; it is not sent in a burst. A changed
   state of a person, a closed call to action or a stale number holds what names it, before the next request.
   A campaign's quiet periods do the same. *Still to come:* commands to stop, resume and take down.
""",
    "README, promise 4": """
4. **What was looked at is what goes out.** Text and pictures are frozen and hashed when they are queued.
   *Still to come:* approvals. The files already say how many people must approve; nothing asks them yet.
""",
    "README, promise 5": """
5. **No harm.** Consent, review dates, embargoes, mentions, alt texts and the platforms' own rules are checked before
   anything is written down. [Care](docs/care.md) says exactly what is enforced, and what is only recorded so far.
""",
    "README, the rest": "Also still to come: video, and Telegram. Likes and follows will not be built.",
    "partners": """
`git pull` puts others' words into your mouth. Approvals, which will ask a person of yours first, are still to come:
until then fetch by hand, and read `git log -p` and `amplify plan --diff` before your pass runs, where that matters.
""",
    "writing, owner": "| `owner` | The id of the partner it came from. Recorded for now. |",
    "writing, a heading": """
### Kept for colleagues, and for what is still to come

| key | what to write |
|---|---|
| `contact` | Who answers questions about this post. |
""",
    "writing, a paragraph above a table": """
Read and checked, and not acted on yet.

| key | what to write |
|---|---|
| `consent` | A reference to a consent beyond the person's own record. |
""",
    "writing, for_states": "| `for_states` | States it is written for. Recorded: the post is held all the same. |",
    "writing, captions": "`caption:` keeps the words in the picture by themselves, for stops to come.",
    "one sentence later": "`amplify takedown` lists what is out. Nothing deletes it yet.",
    "an option": "For programs there is `--json`, which is not implemented.",
    "not asked yet": "The `approvals` of a campaign are not asked yet.",
    "will be built": "A page for supporters, the toolkit, will be built in May.",
    "a later version": "Quiet periods are read, and kept for a later version.",
    "broken over a line": "Banners behind bars are not\nyet painted.",
    "are recorded": "Of `sensitive` and `in_country`, both are recorded.",
    "a heading over prose": "## Still to come\n\nSomething else.\n\nA backup of the ledger.",
}
"""How pages once denied what was built, and other ways of doing so."""

HARMLESS: Final = {
    "what is to come": "List the deliveries to come. What is still to be said waits.",
    "nothing that exists": "A machine that reads minds is still to come.",
    "two paragraphs away": "An anthem is still to come.\n\nSomething else.\n\n`amplify stop` stops at once.",
    "in code": "```console\n$ amplify stop  # still to come\n```",
    "what never comes": "Likes and follows will not be built.",
}


def keys() -> frozenset[str]:
    """Every key of every file."""
    found: set[str] = set()
    for schema in json_schemas().values():
        for block in (schema, *schema.get("$defs", {}).values()):
            found |= set(block.get("properties", {}))
    return frozenset(found)


@pytest.fixture(scope="module")
def group() -> Any:
    return get_command(build_app(list(COMMANDS)))


@pytest.fixture(scope="module")
def existing(group: Any) -> Existing:
    options = {option for command in group.commands.values() for each in command.params for option in each.opts}
    titles = [next(blocks(path.read_text("utf-8"))).text for path in PAGES if path.is_relative_to(ROOT / "docs")]
    words = {*COMMANDS, *(part for key in keys() for part in key.split("_"))}
    words |= {word for title in titles for word in re.findall(r"[^\W\d_]+", title)}
    return Existing({stem(word) for word in words if len(word) >= 4}, {*COMMANDS, *options, *keys()})


def untrue(text: str, existing: Existing) -> list[str]:
    return [passage for passage in denied(text, existing) if not any(sentence in passage for sentence in ALLOWED)]


@pytest.mark.parametrize("name", FORMERLY)
def test_a_denial_near_something_that_exists_is_found(existing: Existing, name: str) -> None:
    assert untrue(FORMERLY[name], existing)


@pytest.mark.parametrize("name", HARMLESS)
def test_what_denies_nothing_may_stand(existing: Existing, name: str) -> None:
    assert untrue(HARMLESS[name], existing) == []


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_no_page_denies_what_is_built(existing: Existing, path: Path) -> None:
    assert untrue(path.read_text("utf-8"), existing) == []


@pytest.mark.parametrize("name", COMMANDS)
def test_no_help_text_denies_what_is_built(existing: Existing, group: Any, name: str) -> None:
    command = group.commands[name]
    said = [command.help or "", *(getattr(each, "help", None) or "" for each in command.params)]
    assert untrue("\n\n".join(said), existing) == []


@pytest.mark.parametrize("kind", json_schemas())
def test_no_description_of_a_key_denies_it(kind: str) -> None:
    """The description stands beside its key: no denial at all may stand in it."""
    schema = json_schemas()[kind]
    for block in (schema, *schema.get("$defs", {}).values()):
        for key, field in block.get("properties", {}).items():
            assert not DENIAL.search(field.get("description", "")), f"{kind}: {key}"


def test_no_file_of_the_sample_or_of_a_new_workspace_denies_what_is_built(existing: Existing) -> None:
    folders = [ROOT / "config", ROOT / "posts", ROOT / "media", ROOT / "amplify" / "workspace" / "starter"]
    files = [path for folder in folders for path in folder.rglob("*") if path.suffix in (".yaml", ".md")]
    assert len(files) > 40
    for path in files:
        lines = path.read_text("utf-8").split("\n")
        comments = (re.search(r"(?:^|\s)#\s(.*)", line) for line in lines)
        said = lines if path.name == "README.md" else [found[1] if found else "" for found in comments]
        assert untrue("\n".join(said), existing) == [], path


def test_what_is_allowed_still_stands_there_and_is_still_missing() -> None:
    files = [*PAGES, *(ROOT / "posts").rglob("*.md")]
    everything = " ".join(" ".join(re.sub(r"(?m)^# ", "", path.read_text("utf-8")).split()) for path in files)
    packages = {path.name for path in (ROOT / "amplify").iterdir() if path.is_dir()}
    for sentence, allowed in ALLOWED.items():
        assert sentence in everything, f"nobody says this any more: {sentence}"
        there = {*allowed.missing} & {*COMMANDS, *PLATFORMS, *packages}
        assert not there, f"{there} is built: mend the sentence `{sentence}`"


def test_every_command_stands_in_the_table_of_tasks() -> None:
    row = re.compile(r"^\| (.+?) \| `amplify (\w+)` \| \[[^\]]+\]\(([^)#]+)[^)]*\) \|$", re.MULTILINE)
    table = row.findall(page("index.md"))
    assert sorted(command for _, command, _ in table) == sorted(COMMANDS)
    assert len({task for task, _, _ in table}) == len(table)
    for _, command, target in table:
        text = (ROOT / "docs" / target).resolve().read_text("utf-8")
        assert re.search(rf"(?:amplify |`){command}\b", text), f"{target} says nothing of {command}"


def test_the_pictures_of_the_readme_are_there_and_are_made_by_make_docs() -> None:
    pictures = re.findall(r"!\[([^\]]+)\]\(([^)]+)\)", page("README.md"))
    assert {target for _, target in pictures} == {
        f"docs/images/{path.name}" for path in (ROOT / "docs" / "images").iterdir()
    }
    assert len(pictures) >= 4
    recipe = (ROOT / "Makefile").read_text("utf-8").split("\ndocs:")[1].split("\n\n")[0]
    assert "docs/screenshots.py" in recipe
    script = (ROOT / "docs" / "screenshots.py").read_text("utf-8")
    for alt, target in pictures:
        assert len(alt) > 40, f"{target} wants a description for those who do not see it"
        assert f'"{Path(target).name}"' in script, f"`make docs` does not make {target}"
        assert (ROOT / target).stat().st_size < 150_000
        with Image.open(ROOT / target) as picture:
            assert picture.format == "PNG"
            assert 500 <= picture.width <= 1000
