"""The pages hang together: links lead somewhere, nothing in them belongs to one machine, all is invented."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
from handbook import NAMES, PAGES, ROOT, anchors, commands, fences, links, page

INVENTED = re.compile(r"(^|\.)(example|test)$|(^|\.)example\.(org|com|net)$")
REAL = {"x.com", "bsky.app", "keepachangelog.com", "semver.org"}
"""Hosts whose addresses are forms (of a post) or sources."""
RUNBOOKS = {path.name for path in (ROOT / "docs" / "runbooks").glob("*.md")}


def test_both_commands_stand_in_the_first_screen() -> None:
    first = "\n".join(page("README.md").split("\n")[:40])
    assert "make demo" in first
    assert "make test" in first


def test_the_map_leads_to_every_page() -> None:
    all_ = {path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs").rglob("*.md")}
    assert all_ - {"index.md"} <= set(links(page("index.md")))
    assert {f"docs/{name}" for name in all_} <= {link.partition("#")[0] for link in links(page("README.md"))}


@pytest.mark.parametrize("name", NAMES)
def test_every_link_leads_somewhere(name: str) -> None:
    path = next(path for path in PAGES if path.name == name)
    for link in links(path.read_text("utf-8")):
        if "://" in link:
            continue
        target, _, anchor = link.partition("#")
        file = (path.parent / target).resolve() if target else path
        assert file.is_relative_to(ROOT), f"{name}: {link} leads out of the repository"
        assert file.exists(), f"{name}: {link} leads nowhere"
        if anchor:
            assert anchor in anchors(file.read_text("utf-8")), f"{name}: {file.name} has no heading #{anchor}"


@pytest.mark.parametrize("name", NAMES)
def test_no_page_knows_a_machine(name: str) -> None:
    found = re.search(r"(?<![\w.$}])/(?:work|tmp|root|home|Users|mnt|usr/src)\b[^\s`]*", page(name))
    assert found is None, f"{name}: {found[0]}" if found else ""


@pytest.mark.parametrize("name", NAMES)
def test_every_address_is_invented(name: str) -> None:
    for url in re.findall(r"(?:https?|postgresql)://[^\s`\"')>|]+", page(name)):
        host = urlsplit(url).hostname or ""
        assert INVENTED.search(host) or host in REAL or host == "", f"{name}: {url}"


@pytest.mark.parametrize("name", NAMES)
def test_every_block_of_yaml_can_be_read(name: str) -> None:
    from amplify.workspace.yaml_reader import read_yaml

    for fence in fences(page(name)):
        if fence.words == "yaml":
            document, problems = read_yaml(fence.text, name)
            assert document is not None, f"{name}:{fence.line}: {problems}"
            assert not problems, f"{name}:{fence.line}: {problems}"


def test_most_pages_have_examples_and_many_run() -> None:
    typed = sum(1 for name in NAMES for _ in commands(page(name)))
    runs = sum(
        fence.text.count("\n$ ") + fence.text.startswith("$ ")
        for name in NAMES
        for fence in fences(page(name))
        if fence.words == "console runs" or (fence.words == "console" and name in RUNBOOKS)  # test_runbooks.py
    )
    assert typed >= 50
    assert runs >= typed / 2
