"""Texts hold names, not programs."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from amplify.rules.plan.template import TemplateFault, _compiled_piece, _environment, render_template


class Thing:
    """A word as a text sees it."""

    name = "Анна"
    _secret = "never"

    def open(self) -> str:
        raise AssertionError("called")

    def __str__(self) -> str:
        return "a thing"


NAMES = {"thing": Thing(), "text": "Свабода", "number": 1495}


def fault(template: str) -> TemplateFault:
    with pytest.raises(TemplateFault) as caught:
        render_template(template, NAMES)
    return caught.value


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("", ""),
        ("plain { text } 100%", "plain { text } 100%"),
        ("{{ text }}!", "Свабода!"),
        ("{{text|upper}} {{ thing.name | lower }}", "СВАБОДА анна"),
        ("{{ thing }} {{ thing['name'] }}", "a thing Анна"),
        ("{{ number }}", "1495"),
        ("{% raw %}{# usual #}{% endraw %} { # }", "{# usual #} { # }"),
        ("{% if number > 1000 %}many{% else %}few{% endif %}", "many"),
        ("{{ 'yes' if thing.name == 'Анна' and not number == 2 else 'no' }}", "yes"),
        ("{% raw %}{{ text }}{% endraw %}", "{{ text }}"),
        ("<b>{{ '&' }}</b>", "<b>&</b>"),
    ],
)
def test_names_are_filled_in(template: str, expected: str) -> None:
    assert render_template(template, NAMES) == expected


@pytest.mark.parametrize("template", ["{{ nobody }}", "{{ nobody.name }}", "{{ thing.surname }}", "{{ імя }}"])
def test_an_unknown_name_is_a_fault(template: str) -> None:
    assert "unknown name" in str(fault(template))


@pytest.mark.parametrize(
    "template",
    [
        "{{ ''.__class__ }}",
        "{{ [].__class__.__mro__ }}",
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ thing.__class__ }}",
        "{{ thing.__init__.__globals__ }}",
        "{{ thing._secret }}",
        "{{ thing['__class__'] }}",
        "{{ thing['_secret'] }}",
        "{{ thing|attr('__class__') }}",
        "{{ thing.open() }}",
        "{{ thing.open }}",
        "{{ text.format }}",
        "{{ text.upper|upper }}",
        "{{ '{0.__class__}'.format(thing) }}",
        "{{ self }}",
        "{{ self.__init__ }}",
        "{{ cycler.__init__.__globals__ }}",
        "{{ lipsum.__globals__ }}",
        "{{ config }}",
        "{% if range %}x{% endif %}",
        "{% include '/etc/passwd' %}",
        "{% import 'os' as os %}",
        "{% extends 'x' %}",
        "{{ true }}",
        "{{ none }}",
    ],
)
def test_nothing_gets_out_of_the_sandbox(template: str) -> None:
    said = str(fault(template))
    assert "0x" not in said
    assert "never" not in said


@pytest.mark.parametrize(
    "template",
    [
        "{% for i in range(10**9) %}x{% endfor %}",
        "{% for a in text %}{% for b in text %}{% for c in text %}x{% endfor %}{% endfor %}{% endfor %}",
        "{% macro f() %}{{ f() }}{{ f() }}{% endmacro %}{{ f() }}",
        "{% set a = text %}{% set a = a ~ a %}{{ a }}",
        "{% set a %}{{ text }}{% endset %}{{ a }}",
        "{% filter upper %}x{% endfilter %}",
        "{% call thing() %}{% endcall %}",
        "{{ 'x' * 10**9 }}",
        "{{ 10**10**10 }}",
        "{{ text ~ text }}",
        "{{ 'x'|center(10**9) }}",
        "{{ 'x'|center(999999999) }}",
        "{{ '%999999999d'|format(1) }}",
        "{{ 'x'.ljust(999999999) }}",
        "{{ [1, 2]|random }}",
    ],
)
def test_nothing_runs_for_ever_or_grows_without_bound(template: str) -> None:
    fault(template)


def test_a_loop_is_called_a_loop() -> None:
    assert str(fault("{% for a in text %}{% endfor %}")).endswith("but not a loop")


@pytest.mark.parametrize(
    "template",
    [
        "{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}",
        "{% if 1 %}" * 150 + "{% endif %}" * 150,
        "{{ " + "text." * 5000 + "x }}",
        "{{ " + " and ".join(["1"] * 5000) + " }}",
        "{{ " + "9" * 5000 + " }}",
    ],
)
def test_a_tower_of_brackets_is_a_fault_not_a_crash(template: str) -> None:
    fault(template)


TOWERS = {
    "brackets": ("{{ " + "(" * 11 + "1" + ")" * 11 + " }}", "this text is nested too deeply: take some brackets out"),
    "indexes": ("{{ text" + "[0" * 11 + "]" * 11 + " }}", "this text is nested too deeply: take some brackets out"),
    "conditions": ("{% if 1 %}" * 11 + "{% endif %}" * 11, "this text is nested too deeply: take some brackets out"),
    "names": ("{{ text" + ".x" * 50 + " }}", "more than 100 words stand between two brackets: say it more simply"),
    "words": (f"{{{{ {'not ' * 100}1 }}}}", "more than 100 words stand between two brackets: say it more simply"),
    "filters": ("{{ text" + "|trim" * 50 + " }}", "more than 100 words stand between two brackets: say it more simply"),
    "branches": (
        "{% if 0 %}" + "{% elif 0 %}" * 199 + "{% endif %}",
        "a text has at most 200 conditions: divide it into several posts",
    ),
    "digits": ("{{ " + "9" * 19 + " }}", "this number is too long for a text"),
}


@pytest.mark.parametrize("kind", TOWERS)
def test_our_limits_come_before_those_of_parser_and_compiler(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Theirs are others in each release, and so would the answer be."""
    template, sentence = TOWERS[kind]

    def parse(*_: object) -> None:
        raise AssertionError("the parser saw it")

    monkeypatch.setattr("jinja2.Environment.parse", parse)
    found = fault(f"one\n{template}")
    assert (str(found), found.line) == (sentence, 2)


@pytest.mark.parametrize(
    "template",
    [
        "{{ " + "(" * 10 + "number" + ")" * 10 + " }}",
        "{% if 1 %}" * 10 + "1495" + "{% endif %}" * 10,
        "{{ number" + "|trim" * 49 + " }}",
        "{% if 0 %}" + "{% elif 0 %}" * 197 + "{% else %}1495{% endif %}",
        "{% raw %}{% endraw %}" * 300 + "{{ number }}",
    ],
)
def test_what_is_as_large_as_may_be_is_rendered(template: str) -> None:
    assert render_template(template, NAMES) == "1495"


def test_many_names_in_a_long_text_are_no_tower() -> None:
    assert render_template("({{ number }} " * 2000, NAMES) == "(1495 " * 2000


@pytest.mark.parametrize(
    ("template", "line"),
    [("Слава\nі {# не друкуецца #}ўсім", 2), ("{#FreeVera #FreeAnna#}", 1), ("one\n\n{#FreeVera", 3), ("{#- a -#}", 1)],
)
def test_no_text_is_swallowed(template: str, line: int) -> None:
    found = fault(template)
    assert "would be left out of the text" in str(found)
    assert found.line == line


@pytest.mark.parametrize(
    ("template", "line"),
    [
        ("one\ntwo {{ nobody }}\nthree", 2),
        ("one\n\n\n{{ thing.surname }}", 4),
        ("one\n{{ text", 2),
        ("one\n\n{% if %}", 3),
        ("{% if text %}\none\n\n", 1),
        ("{% if text %}\n{{ nobody }}\n{% endif %}", 2),
        ("one\n{% for a in text %}\n{% endfor %}", 2),
        ("one\n{{ text|center(3) }}", 2),
        ("one\n{{ ''.__class__ }}", 2),
        ("{{ text }}\n{{ text.upper }}", 2),
    ],
)
def test_a_fault_knows_its_line(template: str, line: int) -> None:
    assert fault(template).line == line


def test_the_same_expression_on_another_line_has_that_line() -> None:
    """What several texts say with the same names is compiled once for each line."""
    for line in (3, 1, 2, 3):
        assert fault("\n" * (line - 1) + "{{ thing.surname }}").line == line
        assert fault("\n" * (line - 1) + "{{\nthing.surname }}").line == line + 1


def test_an_expression_is_compiled_once_for_many_texts() -> None:
    before = _compiled_piece.cache_info().misses
    said = {
        render_template(f"text {number}: {{{{ number }}}} and {{{{ thing.name | upper }}}}", NAMES)
        for number in range(50)
    }
    assert len(said) == 50
    assert _compiled_piece.cache_info().misses - before <= 2


@given(st.lists(st.sampled_from(["a\n", " ў ", "{{ number }}", "{{- text -}}", "{% if text %}b{{ text }}{% endif %}"])))
def test_pieces_say_together_what_the_whole_says(pieces: list[str]) -> None:
    whole = "{{ number }}" + "".join(pieces)
    assert render_template(whole, NAMES) == _environment().from_string(whole).render(NAMES)


def test_a_fault_of_a_name_stands_where_the_name_does() -> None:
    class Names(dict[str, object]):
        def __getitem__(self, name: str) -> object:
            raise TemplateFault(f"{name} is not at home")

    with pytest.raises(TemplateFault, match="late is not at home") as caught:
        render_template("one\n\n{{ late }} {{ late }}", Names(late=None))
    assert caught.value.line == 3


SIGNS = [
    "{{ ",
    " }}",
    "{% ",
    " %}",
    "{#",
    "#}",
    "'",
    "[",
    "]",
    "(",
    ")",
    " + ",
    "**",
    "|upper",
    "9",
    "\n",
    "ў",
    "\ud800",
]
WORDS = ["text", "thing", ".name", "if ", "endif", "else", "for ", " in ", " and ", " is ", "not ", "raw", "endraw"]
PIECES = st.sampled_from(SIGNS + WORDS)


@given(st.one_of(st.text(max_size=80), st.lists(PIECES, max_size=25).map("".join)))
@example("{{}}")
@example("{%%}")
@example("{% if text.x.y is sameas text %}")
def test_a_text_renders_or_is_a_fault(template: str) -> None:
    try:
        first = render_template(template, NAMES)
    except TemplateFault as caught:
        line = caught.line
    else:
        line = 1
        assert render_template(template, NAMES) == first
    assert 1 <= line <= len(template.splitlines()) + 1
