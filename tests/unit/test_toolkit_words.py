"""The toolkit page's parts that need no page: its own words, its colours, the addresses that share a text."""

from __future__ import annotations

import re
from string import Formatter
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amplify.pages.colours import DARK_SOFT, LIGHT_SOFT, colour_schemes, readable_colour
from amplify.platforms import registry
from amplify.rules.plan.contrast import contrast_ratio, parse_rgb, relative_luminance
from amplify.toolkit.share_links import ANYWHERE_WAYS, percent_encode, share_links
from amplify.toolkit.text_cards import by_hand
from amplify.toolkit.toolkit_html import file_size, text_direction
from amplify.toolkit.translations import LANGUAGES, page_words

BY_HAND = by_hand(registry.profiles())
ANYWHERE = BY_HAND["anywhere"]

NAMES = re.compile(r"\{\w+\}|Facebook|LinkedIn|Mastodon|JavaScript|JPEG|Ctrl|cookie|social\.example")
"""What stays Latin in every language."""
COLOURS = st.integers(0, 0xFFFFFF).map("#{:06x}".format)
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\x00"), min_size=1, max_size=300)


def contrast(one: str, other: str) -> float:
    return contrast_ratio(relative_luminance(parse_rgb(one)), relative_luminance(parse_rgb(other)))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_language_says_everything(lang: str) -> None:
    english, said = page_words("en"), page_words(lang)
    assert said.known == english.known
    for key in english.known:
        assert said(key).strip()
        assert fields(said(key)) == fields(english(key)), key


@pytest.mark.parametrize("lang", ["be", "ru"])
def test_it_is_said_in_its_own_letters(lang: str) -> None:
    own = {"be": "іўшчэы", "ru": "ищэыъ"}[lang]
    for key in page_words(lang).known:
        assert not re.findall(r"[A-Za-z]{4,}", NAMES.sub("", page_words(lang)(key))), key
    text = "".join(page_words(lang)(key) for key in page_words(lang).known)
    assert any(letter in text for letter in own)
    foreign = {"be": "ищъ", "ru": "іў"}[lang]
    assert not set(text) & set(foreign)


def test_every_word_is_used() -> None:
    from importlib.resources import files

    here = files("amplify.toolkit")
    source = "".join(one.read_text("utf-8") for one in here.iterdir() if one.name.endswith((".j2", ".py")))
    made = ("kinds.", "calls.", "bars_")  # put together from a prefix and an id
    asked = set(re.findall(r"""['"](\w+)['"]""", source))
    assert [key for key in page_words("en").known if not key.startswith(made) and key not in asked] == []


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_along_the_chain() -> None:
    assert page_words("be-tarask").lang == "be"
    assert page_words("pl").lang == "en"


@given(COLOURS)
def test_every_colour_can_be_read(colour: str) -> None:
    light, dark = colour_schemes(colour)
    assert contrast(light.mark, LIGHT_SOFT) >= 4.5
    assert contrast(dark.mark, DARK_SOFT) >= 4.5
    for scheme in (light, dark):
        assert contrast(scheme.fill, scheme.on_fill) >= 4.5


@pytest.mark.parametrize("colour", ["#7a2e45", "#1f5f6b", "#000000"])
def test_a_colour_that_can_be_read_stays(colour: str) -> None:
    assert readable_colour(colour, LIGHT_SOFT) == colour


@given(TEXTS)
def test_every_text_arrives_whole(text: str) -> None:
    for platform in ("x", "bluesky"):
        (way,) = share_links(BY_HAND[platform], text, "subject")
        assert parse_qs(urlsplit(way.url.replace("\n", "")).query, keep_blank_values=True)["text"] == [text]
    body = next(way for way in share_links(ANYWHERE, text, "a subject") if way.id == "email").url.partition("body=")[2]
    assert parse_qs(f"body={body}", keep_blank_values=True)["body"] == [text]


@given(TEXTS)
def test_no_sign_that_means_something_in_an_address(text: str) -> None:
    assert not set(percent_encode(text)) & set(' \n\t"#&+<>[\\]^`{|}\u2028')


def test_threads_takes_500() -> None:
    assert [way.id for way in share_links(ANYWHERE, "a" * 500, "")] == list(ANYWHERE_WAYS)
    assert "threads" not in [way.id for way in share_links(ANYWHERE, "a" * 501, "")]


def test_mastodon_has_no_address_yet() -> None:
    (way,) = share_links(BY_HAND["mastodon"], "text", "")
    assert (way.url, way.path) == ("", "/share?text=")


def test_telegram_sets_the_address_first() -> None:
    way = next(one for one in share_links(ANYWHERE, "Sign: https://a.example/b\n\n#Tag", "") if one.id == "telegram")
    asked = parse_qs(urlsplit(way.url).query)
    assert asked == {"url": ["https://a.example/b"], "text": ["Sign:\n#Tag"]}


@pytest.mark.parametrize(("lang", "said"), [("be", "ltr"), ("ar", "rtl"), ("he", "rtl"), ("ar-Latn", "ltr")])
def test_direction(lang: str, said: str) -> None:
    assert text_direction(lang) == said


def test_sizes() -> None:
    assert file_size(36_400, "en") == "36\u00a0kB"
    assert file_size(1_240_000, "be") == "1,2\u00a0МБ"
