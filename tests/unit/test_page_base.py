"""What all pages are made of: values are escaped, nothing is asked of the network, colours stand once."""

from __future__ import annotations

import ast
import base64
import csv
import hashlib
import io
import re
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import UndefinedError

from amplify.pages import colours
from amplify.pages.csv_cells import table_as_csv
from amplify.pages.formatting import long_day, long_month
from amplify.pages.page_html import INLINE, PageFrame, marked_sentence, page_environment, rendered_page, style_sheet
from amplify.pages.view_models import LinkPreview, PictureRef, TextSpan
from amplify.rules.plan.contrast import contrast_ratio, parse_rgb, relative_luminance

ROOT = Path(__file__).parents[2]
PACKAGES = ("amplify.preview", "amplify.report", "amplify.toolkit")
NASTY = "</p><script>alert(1)</script> \"'&{{ frame }}"


def drawn(macro: str, *values: object) -> str:
    module = page_environment("amplify.preview").get_template("cards.html.j2").module
    return str(getattr(module, macro)(*values))


def test_values_are_escaped_everywhere() -> None:
    picture = PictureRef("p", NASTY, NASTY, 1, 1)
    made = (
        drawn("text_spans", [TextSpan(kind, NASTY, NASTY) for kind in ("text", "link", "tag", "mention")]),
        drawn("image", picture, NASTY),
        drawn("picture_cards", [picture, picture], NASTY),
        drawn("link_card", LinkPreview(NASTY, NASTY, NASTY, NASTY, picture), NASTY, NASTY),
        drawn("link_card", LinkPreview(NASTY, NASTY), NASTY, NASTY),
        drawn("page_head", NASTY, NASTY, NASTY),
        str(marked_sentence(NASTY)),
    )
    for text in made:
        assert NASTY[:20] not in text
        assert "&lt;/p&gt;&lt;script&gt;" in text


def test_spaces_between_spans_are_those_of_the_text() -> None:
    spans = [TextSpan("text", " one\n"), TextSpan("link", "two", "https://two.example"), TextSpan("tag", "#three ")]
    assert re.sub("<[^>]+>", "", drawn("text_spans", spans)) == " one\ntwo#three "


def test_an_unknown_name_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        rendered_page("amplify.preview", "page.html.j2", PageFrame(""))


def test_marks_of_sentences() -> None:
    assert str(marked_sentence("**Why.** see `a < b`, 2 ** 3")) == (
        "<strong>Why.</strong> see <code>a &lt; b</code>, 2 ** 3"
    )


def test_the_policy_allows_what_is_there() -> None:
    def digest(text: str) -> str:
        return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"

    end = "base-uri 'none'; form-action 'none'"
    assert PageFrame("a{}").policy == f"default-src 'none'; style-src {digest('a{}')}; img-src data:; {end}"
    scripted = PageFrame("a{}", "1", images="'self' data:").policy
    assert f"script-src {digest('1')}; img-src 'self' data:; " in scripted
    assert "style-src 'unsafe-inline'; " in PageFrame("a{}", styles=INLINE).policy
    text = rendered_page("amplify.toolkit", "index.html.j2", PageFrame("p > a { color: red }"), name="x", shelves=())
    assert "<style>p > a { color: red }</style>" in text


@pytest.mark.parametrize("package", PACKAGES)
def test_a_style_sheet_asks_for_nothing_and_stands_on_the_base(package: str) -> None:
    css = style_sheet(package)
    assert not re.search(r"@import|url\(", css)
    own = (files(package) / "page.css").read_text("utf-8")
    assert not re.search(r"--(paper|sheet|ink|font|serif): ", own), "the base has these"
    asked = set(re.findall(r"var\(--([a-z0-9-]+)\)", style_sheet(package, "cards.css")))
    known = set(re.findall(r"--([a-z0-9-]+): ", css))
    platform = {"words", "hush", "edge", "tint", "blue", "round"}  # those of the cards, set by a page that has cards
    assert asked - known - platform - {"fill", "on-fill"} == set()


def test_the_grounds_that_contrast_is_reckoned_with_are_those_of_the_base() -> None:
    css = (files("amplify.pages") / "base.css").read_text("utf-8")
    schemes = [dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", part)) for part in css.split("@media (prefers-color")]
    for scheme, grounds in zip(
        schemes, [(colours.LIGHT, colours.LIGHT_SOFT), (colours.DARK, colours.DARK_SOFT)], strict=True
    ):
        assert (scheme["paper"], scheme["sheet"]) == grounds
        for name in ("ink", "soft", "mark", "bad", "warn"):
            for ground in grounds:
                assert (
                    contrast_ratio(relative_luminance(parse_rgb(scheme[name])), relative_luminance(parse_rgb(ground)))
                    >= 4.5
                ), (
                    name,
                    ground,
                )


def test_nobody_else_makes_an_environment_of_pages() -> None:
    found = set()
    for path in (ROOT / "amplify").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if (
                isinstance(node, ast.ImportFrom)
                and node.module == "jinja2"
                and "Environment" in {a.name for a in node.names}
            ):
                found.add(path.relative_to(ROOT / "amplify").as_posix())
    assert found == {"pages/page_html.py", "stage/timeline_pages.py"}  # the stage stands beside the house


@given(st.lists(st.dictionaries(st.sampled_from(["a", "b"]), st.none() | st.integers() | st.text("=+a \n,\"'1"))))
def test_csv_reads_back_without_a_formula(rows: list[dict[str, str | int | None]]) -> None:
    read = list(csv.reader(io.StringIO(table_as_csv(("a", "b"), rows), newline="")))
    assert read[0] == ["a", "b"]
    for cells, row in zip(read[1:], rows, strict=True):
        for cell, value in zip(cells, (row.get("a"), row.get("b")), strict=True):
            said = "" if value is None else str(value)
            assert cell in (said, f"'{said}")
            assert isinstance(value, int) or not cell.lstrip().startswith(("=", "+"))


def test_days_in_full() -> None:
    from datetime import date

    assert [long_day(date(2027, 5, 17)), long_month(date(2027, 12, 1))] == ["Monday 17 May 2027", "December 2027"]
