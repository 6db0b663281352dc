"""What changed since somebody looked, as the lines of a diff."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from amplify.model.message import Attachment, BoostOf, Entity, LinkCard, Message, Part
from amplify.rules.plan.message_diff import diff_messages

DUE = datetime(2027, 5, 21, 10, tzinfo=UTC)
WALL = Attachment("wall.png", "a" * 64, "image/png", 10, 10, "A wall")
SAID = Message(
    "mastodon", ("en",), (Part("Free Anna.\nSign now.", (), (WALL,), LinkCard("https://x.example", "Sign", "", None)),)
)


def first(**part: object) -> Message:
    return replace(SAID, parts=(replace(SAID.parts[0], **part),))  # type: ignore[arg-type]


def diff(after: Message, due: datetime = DUE, before: Message = SAID) -> list[str]:
    return diff_messages(before, after, DUE, due)


def test_the_same_is_nothing() -> None:
    assert diff(SAID) == []


def test_words_line_by_line() -> None:
    assert diff(first(text="Free Anna!\nSign now.")) == ["- Free Anna.", "+ Free Anna!"]


def test_pictures_by_their_bytes_and_their_alt_text() -> None:
    assert diff(first(pictures=(replace(WALL, sha256="b" * 64),))) == [
        "- picture: wall.png (aaaaaaaaaaaa)",
        "+ picture: wall.png (bbbbbbbbbbbb)",
    ]
    assert diff(first(pictures=(replace(WALL, alt="A door"),))) == ["- alt text: A wall", "+ alt text: A door"]
    assert diff(first(pictures=())) == ["- picture: wall.png (aaaaaaaaaaaa)", "- alt text: A wall"]


def test_parts_cards_warnings_and_time() -> None:
    assert diff(replace(SAID, parts=(*SAID.parts, Part("More.")))) == ["+ --- part 2", "+ More."]
    assert diff(first(card=LinkCard("https://x.example", "Sign", "", WALL)))[0].startswith("+ picture: wall.png")
    assert diff(first(card=None)) == ["- card: https://x.example Sign"]
    assert diff(replace(SAID, content_warning="Health")) == ["+ warning: Health"]
    assert diff(replace(SAID, visibility="unlisted")) == ["+ visibility: unlisted"]
    assert diff(SAID, DUE + timedelta(minutes=5)) == ["- due 2027-05-21 10:00 UTC", "+ due 2027-05-21 10:05 UTC"]


def test_a_boost_of_something_else() -> None:
    before = Message("x", ("en",), (), boost=BoostOf("one", None))
    assert diff(replace(before, boost=BoostOf(None, "https://x.example/2")), before=before) == [
        "- boost of one",
        "+ boost of https://x.example/2",
    ]


def test_what_no_line_shows_is_said_all_the_same() -> None:
    assert diff(replace(SAID, langs=("be",))) == ["+ something beside the words: languages, links or how it is marked"]
    assert diff(first(entities=(Entity("tag", 0, 4, "Free"),))) != []
