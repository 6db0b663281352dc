"""Joint statements in texts: who signed, what is quoted, whom a post speaks of, and what its approval holds for."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from workshop import MONDAY, Workshop, at, word

from amplify.model.message import message_from_json
from amplify.model.statement import StatementHead, StatementSignatory
from amplify.planning.embargo import embargoed_content, embargoed_posts
from amplify.planning.statement_report import report_statement
from amplify.rules.plan.compose import ComposeFault
from amplify.rules.plan.file_gates import derive_gates
from amplify.rules.plan.message_diff import diff_messages
from amplify.rules.plan.statements import signatory_subject, used_statement

BODY = """We say no.

### demands
Free Vera.

Let doctors in.

## in be
Мы кажам не.

### demands
Вызваліце Веру.

Пусціце лекараў.
"""
SIGNED = [
    {"partner": "writers", "order": 2, "signed": "2027-05-01"},
    {"partner": "press_union", "order": 1, "signed": "2027-05-02"},
    {"name": {"en": "Night Editors", "be": "Начныя рэдактары"}, "order": 3, "signed": "2027-05-03"},
    {"name": "Quay Printers", "order": 3, "signed": "2027-05-03", "withdrawn": "2027-05-09"},
    {"name": "Silent Choir", "order": 0},
]


def shop(**head: object) -> Workshop:
    made = Workshop().partner("writers").campaign("free_anna", statement="no_words", signatories_shown=2)
    titles = {"en": "No words", "be": "Няма слоў"}
    return made.statement("no_words", BODY, **{"title": titles, "signatories": SIGNED, **head})


@pytest.mark.parametrize(
    ("template", "lang", "expected"),
    [
        ("{{ signatories }}", "en", "Press Union, Writers, +1 more"),
        ("{{ signatories }}", "be", "Press Union, Writers, +яшчэ 1"),
        ("{{ statement }}", "en", "No words"),
        ("{{ statement.title }}", "be", "Няма слоў"),
        ("{{ statement.text }}", "en", "We say no.\n\nFree Vera.\n\nLet doctors in."),
        ("{{ statement.part.demands }}", "be", "Вызваліце Веру.\n\nПусціце лекараў."),
        ("{{ statement.part['demands'] }}", "en", "Free Vera.\n\nLet doctors in."),
        ("{{ statement.paragraph[2] }}", "en", "Free Vera."),
        ("{{ statement.organisations }}", "en", "3"),
        ("{{ statement.organisations.in_words }}", "en", "3 organisations"),
        ("{{ statement.organisations.in_words }}", "be", "3 арганізацыі"),
    ],
)
def test_texts_quote_it(template: str, lang: str, expected: str) -> None:
    assert shop().post("hello", template, lang=lang).said("hello") == expected


def test_a_post_may_name_another_statement_than_its_campaign() -> None:
    made = shop().statement("other", "Other words", signatories=[{"name": "Choir", "signed": "2027-05-01"}])
    made.post("hello", "{{ statement.title }}: {{ signatories }}", statement="other")
    assert made.said("hello") == "Other: Choir"


def test_a_cosigned_post_carries_those_who_stand() -> None:
    made = shop().campaign("free_anna", signatories_shown=9)
    said = made.post("hello", "We say it", cosigned=True).said("hello")
    assert said == "We say it\n\nPress Union, Writers, Night Editors"


@pytest.mark.parametrize(("count", "expected"), [(1, "1 организация"), (2, "2 организации"), (21, "21 организация"),
                                                 (25, "25 организаций")])  # fmt: skip
def test_their_number_has_its_plural(count: int, expected: str) -> None:
    signed = [{"name": f"House {one}", "signed": "2027-05-01"} for one in range(count)]
    made = shop(signatories=signed, lang="ru", title={"ru": "Нет"}).statement("no_words", "Мы говорим нет.")
    assert made.post("hello", "{{ statement.organisations.in_words }}", lang="ru").said("hello") == expected


@pytest.mark.parametrize(
    ("template", "lang", "says"),
    [
        ("{{ statement.part.wishes }}", "en", "no part `wishes`"),
        ("{{ statement.paragraph[9] }}", "en", "no paragraph `9`"),
        ("{{ statement.title }}", "ru", "no words in `ru`"),
        ("{{ statement.dated }}", "en", "no `dated:`"),
        ("{{ statement.author }}", "en", "there is no `.author` here"),
        ("{{ statement.part }}", "en", "say which"),
    ],
)
def test_what_it_does_not_have_is_a_fault(template: str, lang: str, says: str) -> None:
    with pytest.raises(ComposeFault, match=says.replace(".", "\\.")):
        shop().post("hello", template, lang=lang).said("hello")


def test_without_one_the_name_is_a_fault() -> None:
    with pytest.raises(ComposeFault, match="names a statement"):
        Workshop().post("hello", "{{ statement.title }}").said("hello")


def test_a_post_speaks_of_whom_the_statement_names_and_of_its_facts() -> None:
    made = shop(people=["leon"], facts=["count"]).person("vera").person("leon").fact("count")
    subjects = made.post("hello", "Hello", cosigned=True).composed("hello").subjects
    wanted = {"person:vera", "person:leon", "fact:count", "statement:no_words", "signatory:no_words/press_union"}
    assert wanted <= {*subjects}
    assert "partner:press_union" in subjects
    assert "signatory:no_words/night-editors" not in subjects, "it is one of `+1 more`"
    plain = {*made.post("plain", "Hello").composed("plain").subjects}
    assert not plain & (wanted - {"person:anna"}), "what does not use it speaks of nobody by it"


def test_gates_of_a_statement_and_of_its_signatories() -> None:
    made = shop(embargo_until="2027-05-20T10:00:00Z").workspace()
    gates = {(gate.kind, gate.subject): gate for gate in derive_gates(made)}
    embargo = at("2027-05-20 10:00")
    assert gates["statement", "no_words"].why_not(embargo - timedelta(seconds=1)) is not None
    assert gates["statement", "no_words"].why_not(embargo) is None
    assert gates["signatory", "no_words/writers"].why_not(MONDAY) is None
    assert "withdrawn" in (gates["signatory", "no_words/quay-printers"].why_not(MONDAY) or "")
    assert "not signed" in (gates["signatory", "no_words/silent-choir"].why_not(MONDAY) or "")


def hash_of(made: Workshop) -> str:
    return made.composed("hello").message.content_hash()


@pytest.mark.parametrize(
    ("changed", "line"),
    [
        ({"signatories": [*SIGNED, {"name": "Choir", "order": 9, "signed": "2027-05-09"}]}, "+ signed by: Choir"),
        ({"signatories": [SIGNED[0] | {"withdrawn": "2027-05-09"}, *SIGNED[1:]]}, "- signed by: Writers"),
        ({"title": {"en": "No word", "be": "Няма слоў"}}, "+ statement: No word"),
    ],
)
def test_a_changed_head_is_another_content_and_the_diff_says_which_line(changed: dict[str, object], line: str) -> None:
    before, after = shop().post("hello", "Hello", cosigned=True), shop(**changed).post("hello", "Hello", cosigned=True)
    assert hash_of(before) != hash_of(after)
    lines = diff_messages(before.composed("hello").message, after.composed("hello").message, MONDAY, MONDAY)
    assert line in lines


def test_a_changed_word_is_another_content_though_the_post_does_not_quote_it() -> None:
    before = shop().post("hello", "Hello", cosigned=True)
    after = (
        shop()
        .statement("no_words", BODY.replace("Let doctors in", "Let doctors see her"))
        .post("hello", "Hello", cosigned=True)
    )
    assert before.said("hello") == after.said("hello")
    assert hash_of(before) != hash_of(after)
    assert diff_messages(before.composed("hello").message, after.composed("hello").message, MONDAY, MONDAY) == [
        "- statement: Let doctors in.",
        "+ statement: Let doctors see her.",
    ]


def test_words_of_another_language_change_nothing_here() -> None:
    before = shop().post("hello", "Hello", cosigned=True)
    after = (
        shop().statement("no_words", BODY.replace("Мы кажам не", "Мы кажам: не")).post("hello", "Hello", cosigned=True)
    )
    assert hash_of(before) == hash_of(after)


def test_a_post_without_it_has_the_hash_it_always_had() -> None:
    made = shop().post("hello", "Hello").composed("hello").message
    assert "statement" not in made.as_json()


def test_a_frozen_message_comes_back_with_its_statement() -> None:
    message = shop().post("hello", "Hello", cosigned=True).composed("hello").message
    assert message.statement is not None
    assert message_from_json(message.as_json()) == message


def test_its_embargo_is_that_of_the_posts_that_use_it() -> None:
    made = shop(embargo_until="2027-05-20T10:00:00Z").post("quotes", "{{ statement.title }}").post("plain", "Hello")
    made.post("later", "Hi", statement="no_words", embargo_until="2027-06-01T10:00:00Z").boost("boosts", "quotes")
    workspace = made.workspace()
    now = at("2027-05-20 09:59")
    assert embargoed_posts(workspace, now) == {"quotes", "later", "boosts"}
    assert embargoed_posts(workspace, at("2027-05-20 10:00")) == {"later"}
    assert workspace.posts["later"].front.embargo_until == datetime(2027, 6, 1, 10, tzinfo=UTC)
    early = embargoed_content(workspace, embargoed_posts(workspace, now), now)
    assert "statement:no_words" in early.subjects


def test_a_statement_that_only_posts_under_embargo_use_is_under_embargo() -> None:
    made = shop().post("quotes", "{{ statement.title }}", embargo_until="2027-05-20T10:00:00Z")
    workspace, now = made.workspace(), at("2027-05-20 09:59")
    assert embargoed_content(workspace, embargoed_posts(workspace, now), now).statements == {"no_words"}
    open_too = made.post("open", "{{ statement.title }}").workspace()
    assert embargoed_content(open_too, embargoed_posts(open_too, now), now).statements == frozenset()


def test_the_hash_of_exact_words() -> None:
    one = shop().workspace().statements["no_words"]
    wrapped = (
        shop().statement("no_words", BODY.replace("We say no.", "We   say\nno. ")).workspace().statements["no_words"]
    )
    other = shop().statement("no_words", BODY.replace("We say no.", "We say yes.")).workspace().statements["no_words"]
    titled = replace(one, head=word(StatementHead, **{**one.head.model_dump(mode="json"), "title": {"en": "X"}}))
    assert one.text_hash("en") == wrapped.text_hash("en")
    assert len({one.text_hash("en"), one.text_hash("be"), other.text_hash("en"), titled.text_hash("en")}) == 4
    assert one.text_hash("be") == other.text_hash("be")
    assert one.text_hash("ru") is None


def test_the_report_of_a_statement() -> None:
    made = shop().post("quotes", "{{ statement.title }}").post("plain", "Hello").workspace()
    found = report_statement(made, made.statements["no_words"], "be")
    assert found is not None
    told = found.as_json()
    assert [one["name"] for one in told["signed"]] == ["Press Union", "Writers", "Начныя рэдактары"]
    assert [(one["name"], one["withdrawn"]) for one in told["withdrawn"]] == [("Quay Printers", "2027-05-09")]
    assert [one["name"] for one in told["asked"]] == ["Silent Choir"]
    assert told["posts"] == ["quotes"]
    assert found.gone == {"signatory:no_words/quay-printers"}
    assert report_statement(made, made.statements["no_words"], "ru") is None


@given(st.permutations(SIGNED))
def test_the_order_of_the_file_does_not_matter(signed: list[dict[str, object]]) -> None:
    said = shop(signatories=signed).post("hello", "{{ signatories }}").said("hello")
    assert said == "Press Union, Writers, +1 more"


@pytest.mark.parametrize(("one", "same"), [
    ({"name": "PEN:  Quay"}, {"name": "pen: quay"}),
    ({"partner": "writers", "order": 1}, {"partner": "writers", "order": 2}),
    ({"name": "Cafe\u0301"}, {"name": "Café"}),
])  # fmt: skip
def test_one_organisation_has_one_subject(one: dict[str, object], same: dict[str, object]) -> None:
    first, second = (signatory_subject("s", word(StatementSignatory, **fields)) for fields in (one, same))
    assert first == second
    assert " " not in first


def test_a_boost_uses_what_it_boosts_only() -> None:
    made = shop().post("quotes", "{{ statement.title }}").boost("boosts", "quotes").workspace()
    assert used_statement(made.posts["boosts"], made) is None
