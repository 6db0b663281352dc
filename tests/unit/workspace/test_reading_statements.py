"""Statements are read as posts are: every mistake has its place, its code and a sentence, and silences what uses it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from workshop import PLATFORMS

from amplify.model.problem import Severity
from amplify.workspace.load import Loaded, load_workspace

NOW = datetime(2027, 5, 10, 12, tzinfo=UTC)
HEAD = """---
id: no-words
campaign: free-vera
lang: en
title: {en: No words, be: Няма слоў, ru: Нет слов}
signatories:
  - {partner: harbour_house, signed: 2027-05-01}
  - {name: Quay Printers, signed: 2027-05-02, withdrawn: 2027-05-03}
---
"""
BODY = """We say no.

### demands
Free Vera.

## in be
Мы кажам не.

### demands
Вызваліце Веру.

## in ru
Мы говорим нет.

### demands
Освободите Веру.
"""
USES = "posts/vera-days.md"


@pytest.fixture
def partner(root: Path) -> str:
    """A partner that the starter has."""
    found = load_workspace(root, frozenset(PLATFORMS)).workspace
    assert found is not None
    return next(iter(found.partners))


def load(root: Path, text: str, name: str = "no-words.md") -> Loaded:
    (root / "statements").mkdir(exist_ok=True)
    (root / "statements" / name).write_text(text, "utf-8")
    return load_workspace(root, frozenset(PLATFORMS), NOW)


def written(partner: str, head: tuple[str, str] = ("", ""), body: tuple[str, str] = ("", "")) -> str:
    own = HEAD.replace("harbour_house", partner)
    assert head[0] in own
    assert body[0] in BODY
    return own.replace(*head, 1) + BODY.replace(*body, 1) if any((*head, *body)) else own + BODY


def test_it_is_read(root: Path, partner: str) -> None:
    loaded = load(root, written(partner))
    assert loaded.problems == ()
    assert loaded.workspace is not None
    found = loaded.workspace.statements["no-words"]
    assert found.texts["en"].paragraphs == ("We say no.", "Free Vera.")
    assert found.texts["be"].parts == {"demands": "Вызваліце Веру."}
    assert [one.partner for one in found.standing] == [partner]
    assert str(found.place).startswith("statements/no-words.md:")


QUAY = "{name: Quay Printers, signed: 2027-05-02, withdrawn: 2027-05-03}"
HEADS = {
    "unknown key": (("lang: en", "lang: en\nlanguage: en"), "KEY-UNKNOWN", "language: en", "did you mean"),
    "unknown campaign": (("free-vera", "free-anna"), "REF-CAMPAIGN", "free-anna", "unknown campaign"),
    "unknown person": (("lang: en", "lang: en\npeople: [nobody]"), "REF-PERSON", "nobody]", "unknown person"),
    "unknown fact": (("lang: en", "lang: en\nfacts: [nothing]"), "REF-FACT", "nothing]", "unknown fact"),
    "unknown partner": ((QUAY, "{partner: nobody, signed: 2027-05-02}"), "REF-PARTNER", "nobody", "unknown partner"),
    "neither partner nor name": ((QUAY, "{signed: 2027-05-02}"), "VALUE-SENSE", "{signed", "either a `partner`"),
    "withdrawn first": (("withdrawn: 2027-05-03", "withdrawn: 2027-05-01"), "VALUE-SENSE", "2027-05-01}\n---",
                        "before they have signed"),
    "withdrawn, never signed": (("signed: 2027-05-02, ", ""), "VALUE-SENSE", "2027-05-03", "before they have signed"),
    "signed tomorrow": (("2027-05-02, withdrawn: 2027-05-03", "2027-05-12"), "VALUE-SENSE", "2027-05-12", "future"),
    "withdrawn tomorrow": (("2027-05-03", "2027-05-12"), "VALUE-SENSE", "2027-05-12", "future"),
    "signed twice": ((QUAY, f"{QUAY}\n  - {{name: quay  printers, signed: 2027-05-04}}"), "ID-DUPLICATE",
                     "{name: quay", "each organisation signs once"),
    "title without words": (("ru: Нет слов", "ru: Нет слов, uk: Немає слів"), "STATEMENT-LANGUAGE", "Немає слів",
                            "below `## in uk`"),
    "words without title": (("be: Няма слоў, ", ""), "STATEMENT-LANGUAGE", "## in be", "no `title:` in `be`"),
    "no such day": (("2027-05-03", "2027-02-30"), "VALUE-DATE", "2027-02-30", "does not exist"),
}  # fmt: skip
BODIES = {
    "another heading": (("## in be", "## be"), "STATEMENT-HEADING", "## be", "is no heading"),
    "heading of a post": (("## in be", "## variant be in be"), "STATEMENT-HEADING", "## variant", "is no heading"),
    "no language": (("## in be", "## in belarusian_"), "STATEMENT-LANGUAGE", "## in belarusian_", "no language tag"),
    "a language twice": (("## in be", "## in en"), "STATEMENT-LANGUAGE", "## in en", "keep one of the two"),
    "a part twice": (("Free Vera.", "Free Vera.\n\n### demands\nAgain."), "STATEMENT-HEADING", "### demands\nAgain",
                     "stands on line"),
    "an empty part": (("Free Vera.\n", ""), "STATEMENT-EMPTY", "### demands\n\n", "this part is empty"),
    "a name to be filled in": (("say no", "say {{ fact.no }}"), "TXT-NAME", "{{ fact.no", "nothing in them"),
    "no part of such a name": (("### demands", "### Our demands!"), "STATEMENT-HEADING", "### Our", "is no heading"),
}  # fmt: skip


@pytest.mark.parametrize("name", [*HEADS, *BODIES])
def test_each_mistake_has_its_place_code_and_sentence(root: Path, partner: str, name: str) -> None:
    if name in HEADS:
        head, code, needle, says = HEADS[name]
        text = written(partner, head=head)
    else:
        body, code, needle, says = BODIES[name]
        text = written(partner, body=body)
    loaded = load(root, text)
    before = text[: text.index(needle)]
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    found = [(one.code, one.place.line, one.place.column) for one in loaded.problems if says in one.message]
    assert (code, line, column) in found, [f"{one.place} {one.code} {one.message}" for one in loaded.problems]
    assert loaded.workspace is None


@pytest.mark.parametrize(("text", "code"), [
    ("No words at all", "POST-FRONT"), ("---\nid: no-words\n", "POST-UNCLOSED"), ("---\n[\n---\n", "YAML-SYNTAX"),
    ("", "FILE-EMPTY"), (HEAD, "STATEMENT-EMPTY"), (HEAD + "word " * 5_000, "STATEMENT-LONG"),
])  # fmt: skip
def test_what_is_no_statement_is_a_problem(root: Path, text: str, code: str) -> None:
    assert code in [one.code for one in load(root, text).problems]


def test_a_partner_is_not_signed_for_by_a_plain_name(root: Path, partner: str) -> None:
    found = load_workspace(root, frozenset(PLATFORMS)).workspace
    assert found is not None
    name = next(iter(found.partners[partner].name.values()))
    loaded = load(root, written(partner, head=(f"partner: {partner}", f"name: {name.upper()}")))
    assert [(one.code, f"write `partner: {partner}`" in one.message) for one in loaded.problems] == [
        ("ID-DUPLICATE", True)
    ]


def test_languages_and_parts_that_are_missing_are_told(root: Path, partner: str) -> None:
    campaign = root / "config/campaigns/free-vera.yaml"
    campaign.write_text(campaign.read_text("utf-8").replace("languages: [en, be, ru]", "languages: [en, be, ru, uk]"))
    loaded = load(root, written(partner, body=("### demands\nВыз", "Выз")))
    told = [one for one in loaded.problems if one.code == "STATEMENT-LANGUAGE"]
    assert {one.severity for one in told} == {Severity.WARNING}
    assert any("speaks `uk`" in one.message for one in told), loaded.problems
    assert any("`demands` is not marked in `be`" in one.message for one in told)


@pytest.mark.parametrize(("line", "code", "says"), [
    ("{{ statement.title }}", "REF-STATEMENT", "neither this post nor its campaign"),
    ("statement: no-word", "REF-STATEMENT", "did you mean `no-words`?"),
    ("statement: no-words\n---\n{{ statement.part.wishes }}", "TXT-NAME", "no part `wishes`"),
    ("statement: no-words\n---\n{{ statement.paragraph[7] }}", "TXT-NAME", "has 2 paragraphs"),
])  # fmt: skip
def test_what_a_post_quotes_must_be_there(root: Path, partner: str, line: str, code: str, says: str) -> None:
    front = "id: new\ncampaign: free-vera\nkind: statement\nlang: en\nstatus: ready\nauthor: Desk\n"
    key, fence, said = line.partition("\n---\n") if line.startswith("statement:") else ("", "x", line)
    text = f"---\n{front}{key}\n---\n{said if fence else 'Hello'}\n"
    (root / "posts/new.md").write_text(text, "utf-8")
    loaded = load(root, written(partner))
    found = [(one.code, one.place.path, one.place.line > 0) for one in loaded.problems if says in one.message]
    assert found == [(code, "posts/new.md", True)], loaded.problems
    assert loaded.usable is not None
    assert set(loaded.usable.faulty_posts) == {"new"}


def test_a_faulty_statement_silences_what_uses_it_and_nothing_else(root: Path, partner: str) -> None:
    post = root / USES
    post.write_text(post.read_text("utf-8").replace("status: ready", "status: ready\nstatement: no-words"), "utf-8")
    loaded = load(root, written(partner, head=("2027-05-03", "2027-05-12")))
    assert loaded.usable is not None
    assert set(loaded.usable.faulty_posts) == {"vera-days"}
    assert loaded.usable.statements == {}


def test_a_campaign_has_its_signatories_in_one_place(root: Path, partner: str) -> None:
    campaign = root / "config/campaigns/free-vera.yaml"
    own = campaign.read_text("utf-8") + "statement: no-words\nsignatories: [{name: Choir}]\n"
    campaign.write_text(own, "utf-8")
    loaded = load(root, written(partner))
    assert [(one.code, "take these out" in one.message) for one in loaded.problems] == [("VALUE-SENSE", True)]


def test_another_kind_of_file_is_told(root: Path) -> None:
    assert [one.code for one in load(root, "id: x", "no-words.yaml").problems] == ["FILE-NAME"]
