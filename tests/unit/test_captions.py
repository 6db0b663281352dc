"""Captions are read strictly, each mistake with its place, and written with nothing but times and words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amplify.rules.file_formats.webvtt import (
    CUE_MOST,
    CUES_MOST,
    FORM,
    MARKUP,
    TIME,
    join_cues,
    read_captions,
    write_captions,
)

GOOD = """WEBVTT - made at the kitchen table
Kind: captions
Language: be

NOTE translated by Ines, +375 29 000 00 00

1
00:00.500 --> 00:02.000 align:start position:0%
Добры дзень.
Мяне завуць Анна.

00:00:02.000 --> 00:00:03.750
Ліст &amp; канверт &lt;вось&gt;
"""


def test_times_and_words_are_read_and_nothing_else_is_kept() -> None:
    parsed = read_captions(GOOD, 4.0)
    assert parsed.faults == ()
    assert [(one.start, one.end, one.text, one.line) for one in parsed.cues] == [
        (500, 2000, "Добры дзень.\nМяне завуць Анна.", 8),
        (2000, 3750, "Ліст & канверт <вось>", 12),
    ]
    written = write_captions(*join_cues(parsed.cues))
    assert written == (
        "WEBVTT\n\n00:00:00.500 --> 00:00:02.000\nДобры дзень.\nМяне завуць Анна.\n\n"
        "00:00:02.000 --> 00:00:03.750\nЛіст &amp; канверт &lt;вось&gt;\n"
    )
    assert "Ines" not in written
    again = read_captions(written, 4.0)
    assert join_cues(again.cues) == join_cues(parsed.cues)


CUE = "00:00.000 --> 00:01.000\nHi\n"


@pytest.mark.parametrize(
    ("text", "line", "column", "code", "said"),
    [
        ("1\n00:00:00,000 --> 00:00:01,000\nHi\n", 1, 1, FORM, "SRT"),
        ("WEBVTT\n\n00:00:00,000 --> 00:00:01,000\nHi\n", 3, 9, FORM, "full stop"),
        (CUE, 1, 1, FORM, "WEBVTT"),
        ("WEBVTTS\n\n" + CUE, 1, 1, FORM, "WEBVTT"),
        ("WEBVTT\n" + CUE, 2, 1, FORM, "empty line"),
        ("WEBVTT\n\n00:00 --> 00:01\nHi\n", 3, 1, FORM, "cannot be read"),
        ("WEBVTT\n\n00:61.000 --> 00:62.000\nHi\n", 3, 1, FORM, "cannot be read"),
        ("WEBVTT\n\n00:00.000-->00:01.000\nHi\n", 3, 1, FORM, "cannot be read"),
        ("WEBVTT\n\nHi there\n\n" + CUE, 3, 1, FORM, "belongs to no caption"),
        ("WEBVTT\n\n" + CUE + "00:01.000 --> 00:02.000\nHo\n", 5, 1, FORM, "empty line"),
        ("WEBVTT\n\n00:00.000 --> 00:01.000\n\n", 3, 1, FORM, "says nothing"),
        ("WEBVTT\n\n00:00.000 --> 00:01.000\n&nbsp;\n", 3, 1, FORM, "says nothing"),
        ("WEBVTT\n\nNOTE nothing yet\n", 1, 1, FORM, "no captions"),
        ("WEBVTT\n", 1, 1, FORM, "no captions"),
        (f"WEBVTT\n\n00:00.000 --> 00:01.000\n{'x' * (CUE_MOST + 1)}\n", 3, 1, FORM, "divide"),
        ("WEBVTT\n\n00:02.000 --> 00:01.000\nHi\n", 3, 1, TIME, "ends before"),
        ("WEBVTT\n\n00:01.000 --> 00:01.000\nHi\n", 3, 1, TIME, "ends before"),
        ("WEBVTT\n\n" + CUE + "\n00:00.900 --> 00:02.000\nHo\n", 6, 1, TIME, "follow each other"),
        ("WEBVTT\n\n00:03.000 --> 00:04.000\nHo\n\n" + CUE, 6, 1, TIME, "follow each other"),
        ("WEBVTT\n\n00:08.000 --> 00:12.000\nHi\n", 3, 1, TIME, "the video ends at 00:00:10.000"),
        ("WEBVTT\n\nSTYLE\n::cue { color: red }\n\n" + CUE, 3, 1, MARKUP, "STYLE"),
        ("WEBVTT\n\nREGION\nid:a\n\n" + CUE, 3, 1, MARKUP, "REGION"),
        ("WEBVTT\n\n00:00.000 --> 00:01.000\nOh <i>really</i>\n", 4, 4, MARKUP, "markup"),
        ("WEBVTT\n\n00:00.000 --> 00:01.000\n<v Anna>Hi\n", 4, 1, MARKUP, "Ina"),
        ("WEBVTT\n\n00:00.000 --> 00:01.000\nline\n{\\an8}Hi\n", 5, 1, MARKUP, "markup"),
        ("WEBVTT\n\n00:00.000 --> 00:01.000\nA &#8238; b\n", 4, 3, MARKUP, "character itself"),
        ("WEBVTT\n\n00:00.000 --> 00:01.000\nA \u202e b\n", 4, 3, MARKUP, "U+202E"),
    ],
)
def test_each_mistake_is_named_with_its_place(text: str, line: int, column: int, code: str, said: str) -> None:
    faults = read_captions(text, 10.0).faults
    assert [(one.line, one.column, one.code) for one in faults] == [(line, column, code)]
    assert said in faults[0].sentence


def test_a_last_caption_may_outlast_the_video_by_what_programs_round() -> None:
    text = "WEBVTT\n\n00:00.000 --> 00:10.200\nHi\n"
    assert read_captions(text, 10.0).faults == ()
    assert read_captions(text, 9.9).faults != ()


def test_a_file_has_a_limit_of_captions() -> None:
    cues = "\n".join(f"{n // 3600:02d}:{n // 60 % 60:02d}:{n % 60:02d}.000 --> 99:00:00.000\nx\n" for n in range(1))
    many = "".join(f"00:00:00.{n % 1000:03d} --> 00:00:01.000\nx\n\n" for n in range(CUES_MOST + 1))
    assert read_captions(f"WEBVTT\n\n{cues}", 1e6).faults == ()
    parsed = read_captions(f"WEBVTT\n\n{many}", 1e6)
    assert len(parsed.cues) == CUES_MOST
    assert any("the most of a file" in one.sentence for one in parsed.faults)


WORDS = st.text(st.characters(blacklist_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1, max_size=40)


@given(st.lists(WORDS.filter(lambda one: one.strip() == one), min_size=1, max_size=5))
def test_whatever_was_read_is_written_and_read_again(lines: list[str]) -> None:
    cues = "\n\n".join(f"00:{n:02d}.000 --> 00:{n + 1:02d}.000\n{one}" for n, one in enumerate(lines))
    parsed = read_captions(f"WEBVTT\n\n{cues}\n", 60.0)
    if parsed.faults:
        return
    again = read_captions(write_captions(*join_cues(parsed.cues)), 60.0)
    assert (again.faults, join_cues(again.cues)) == ((), join_cues(parsed.cues))


@given(st.text(max_size=300), st.floats(0, 100))
def test_nothing_breaks_the_reader(text: str, seconds: float) -> None:
    for said in (text, f"WEBVTT\n\n{text}", f"WEBVTT\n\n00:00.000 --> 00:01.000\n{text}"):
        parsed = read_captions(said, seconds)
        assert parsed.cues or parsed.faults
        assert all(1 <= one.line <= said.count("\n") + 1 and one.column >= 1 for one in parsed.faults)
