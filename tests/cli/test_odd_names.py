"""Folders and pictures of any name: signs of addresses, of shells, of patterns, blanks, other scripts, bytes that are
no text. Every command works there, pages lead to their files, and commands that are printed can be pasted."""

from __future__ import annotations

import html
import json
import os
import re
import shlex
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from engine.files import Files

from amplify.ledger.machine_record import VARIABLE
from amplify.workspace.file_version import read_version
from amplify.workspace.git_index import repositories_around
from cli.conftest import Amplify
from cli.every_line import USUAL, every_line, fill_workspace

ODD = "a b?c%20d#e@f&g'h\"i[j]*{k};Ганна–\\$x"
NO_TEXT = os.fsdecode(b"caf\xe9")
"""As a disk of another time names a folder."""


def dead_links(page: Path) -> list[str]:
    """Links of a page, as a browser reads them, to files that are not there."""
    dead = []
    for written in re.findall(r'(?:href|src)="([^"]*)"', page.read_text("utf-8")):
        link = urlsplit(html.unescape(written))
        if link.path and not link.scheme and not link.netloc and not (page.parent / unquote(link.path)).is_file():
            dead.append(written)
    return dead


def test_every_command_where_names_are_odd(amplify: Amplify, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / f"~{ODD}"
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv(VARIABLE, str(home / "state"))
    files, out = Files(home / f"{NO_TEXT} {ODD}"), home / f"out {ODD}"
    files.we_are(files.partners[0])
    fill_workspace(files, out)
    picture = ODD.replace("\\", "") + "Ж" * 60 + ".png"
    files.picture(picture)
    files.post("later", f"{files.partners[0]} says it later", pictures=[picture])
    where = ["-w", str(files.root)]
    lines = [
        ["queue", *where],
        ["backup", str(out / "older.tar"), *where],
        ["rehearse", *where],
        ["preview", "--out", str(out / f"{NO_TEXT}.html"), *where],
        ["toolkit", "build", "--out", str(out / NO_TEXT), *where],
        *every_line(files, out),
    ]
    pasted = []
    for words in lines:
        said = amplify(*words)
        assert said.code == USUAL.get(words[0], 0), (words, said.words)
        if "--json" in words:
            json.loads(said.out)
        pasted += re.findall(r"cd .*(?= && )|(?<=`)amplify [a-z ]+ --out [^`]*(?=`)", said.out)
    named = {shlex.split(one)[-1] for one in pasted}
    assert {str(out / "fresh"), str(out / "kit"), str(out / "page.html")} <= named
    pages = sorted(home.rglob("*.html"))
    assert {"free.html", "page.html", "report.html", "mastodon.html"} <= {page.name for page in pages}
    assert {page: dead for page in pages if (dead := dead_links(page))} == {}
    assert all(re.fullmatch(r"[\w.-]+", one.name) for one in (out / "kit" / "pictures").glob("*.png"))


def test_a_repository_whose_name_ends_in_a_blank(tmp_path: Path) -> None:
    """A linked working tree names the folder of the first one, to its last letter."""
    folder = tmp_path / os.fsdecode(b"caf\xe9 ") / ".git"
    (folder / "refs").mkdir(parents=True)
    (folder / "HEAD").write_text("a" * 40 + "\n")
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / ".git").write_bytes(b"gitdir: " + os.fsencode(folder) + b"\n")
    assert read_version(tree).commit == "a" * 40
    assert next(repositories_around(tree)).folder == folder
