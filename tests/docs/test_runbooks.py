"""Each runbook, typed command by command at a desk of its own: page and program cannot drift apart."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from handbook import ROOT
from runbook import Night, Typed, shows, steps

from amplify.stage.process import Stage

PAGES = sorted((ROOT / "docs" / "runbooks").glob("*.md"))
PERSON_NEEDED = 3


@pytest.fixture
def night(tmp_path: Path, stage: Stage) -> Night:
    """Five posts on three accounts: those of the morning are out."""
    made = Night(tmp_path / "house", stage)
    (published,) = made.type("```console\n$ amplify publish\n```\n")
    assert published.code == 0, published.printed
    assert len(made.standing()) == 9
    return made


def walk(night: Night, name: str) -> Sequence[Typed]:
    """Type a page, and see that each command ends well and prints what the page shows."""
    typed = night.type((ROOT / "docs" / "runbooks" / f"{name}.md").read_text("utf-8"))
    assert len(typed) >= 6
    for one in typed:
        assert one.code in (0, PERSON_NEEDED), f"$ {one.line}\nends with {one.code}\n{one.printed}"
        for sentence in one.expected:
            assert shows(one.printed, sentence), f"$ {one.line}\ndoes not print: {sentence}\nbut: {one.printed}"
    assert [one.line for one in typed if one.code == PERSON_NEEDED] == [
        one.line for one in typed if "a second person has to confirm it" in " ".join(one.expected)
    ]
    return typed


def test_someone_was_released(night: Night) -> None:
    walk(night, "someone-was-released")
    assert sorted(set(night.standing())) == ["1,459 people are in prison"]  # nothing about her stands any more


def test_someone_died(night: Night) -> None:
    walk(night, "someone-died")
    assert sorted(set(night.standing())) == ["1,459 people are in prison"]


def test_an_account_was_taken_over(night: Night) -> None:
    walk(night, "an-account-was-taken-over")
    assert night.standing().count("1,459 people are in prison") == 2  # ours on the others stays


def test_wrong_number_went_out(night: Night) -> None:
    walk(night, "wrong-number-went-out")
    assert set(night.standing()) == {"Good morning to Anna Petrova", "Write to her"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_each_has_numbered_steps_and_a_test_of_its_own(page: Path) -> None:
    text = page.read_text("utf-8")
    numbers = [int(number) for number in re.findall(r"^## (\d+)\. ", text, re.MULTILINE)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) >= 5
    assert f"test_{page.stem.replace('-', '_')}" in globals()
    assert next(line for line, expected in steps(text) if expected is not None).startswith("amplify ")


def test_a_page_that_drifts_is_found(night: Night) -> None:
    (typed,) = night.type("```console\n$ amplify stop --all --reason drift\nstopped: nothing at all\n```\n")
    assert not shows(typed.printed, typed.expected[0])
    assert shows(typed.printed, "stopped: … held: …")
