"""Our rules and the platforms' own code say the same of 12,000 texts in nineteen scripts.

X: twitter-text of npm. Bluesky: `@atproto/api`. Mastodon: Ruby with twitter-text, below the servers' own rules. Where
ours differ knowingly, the rule says why: `platforms/*/entities.py`.
"""

from __future__ import annotations

from typing import Any

import pytest
import regex
from counterparts import oracles
from counterparts.require import need

from amplify.model.message import Entity
from amplify.platforms.bluesky.entities import find_entities as bluesky_entities
from amplify.platforms.mastodon.entities import find_entities as mastodon_entities
from amplify.platforms.mastodon.text_length import reduced_text, status_length
from amplify.platforms.x.entities import find_entities as x_entities
from amplify.platforms.x.text_length import weigh_text
from amplify.rules.text.text_length import count_graphemes, utf8_bytes
from amplify.rules.text.text_spans import encoded_spans
from conformance.generated_texts import WORDS, generated_texts

MANY = 12_000
BY_ITSELF = regex.compile(r"\p{InCB=Linker}|\p{InCB=Consonant}[\u200d\p{M}]+\p{InCB=Consonant}")
"""Where a server's Ruby and ours may disagree what one grapheme is."""
ISOLATES = regex.compile(r"[\u2066-\u2069]")
"""Our own marks around addresses in right-to-left texts: only our rules for Bluesky know them."""
GIVEN_BACK = regex.compile(r"[.,;:!?…'\"’”»`*)\]}]+")
"""What our addresses on Bluesky give back; without a scheme, also what follows a domain and is no path."""
NO_DOMAIN = regex.compile(r"(?!https?://)[a-z0-9.]+[^a-z0-9./?#:]", regex.IGNORECASE)
NO_HANDLE = regex.compile(r"^@.*(?:[.@]-|-[.@]|-$|\.\.|@\.)")
MORE_ON_BLUESKY = regex.compile(r"(?i:https?)://.*|[^:/?#]*[A-Z-].*|[^:/?#]+\.[a-z0-9-]+(?:[/?#].*)?", regex.DOTALL)


@pytest.fixture(scope="module")
def texts() -> list[str]:
    assert len(WORDS) >= 12
    return generated_texts(MANY)


@pytest.fixture(scope="module")
def of_node(texts: list[str]) -> list[dict[str, Any]]:
    if not oracles.node_installed():
        need("oracles", "run tests/counterparts/oracles/setup.sh once")
    return oracles.ask_node(texts)


@pytest.fixture(scope="module")
def of_ruby(texts: list[str]) -> list[dict[str, Any]]:
    if not oracles.node_installed():
        need("oracles", "run tests/counterparts/oracles/setup.sh once")
    if not oracles.ruby_installed():
        need("oracles", "no Ruby with the library of Debian's package ruby-twitter-text")
    return oracles.ask_ruby(texts)


def spans(found: tuple[Entity, ...]) -> list[list[Any]]:
    return [[one.kind, one.start, one.end] for one in found]


def test_x_links_and_counts_the_same(texts: list[str], of_node: list[dict[str, Any]]) -> None:
    for text, said in zip(texts, of_node, strict=True):
        ours, theirs = spans(x_entities(text)), said["x"]["entities"]
        if regex.search(r"\$[A-Za-z.]+[\"\u200e\u2068\u2069]|[\u200e\u2068\u2069]\$", text):
            ours, theirs = ([one for one in each if one[0] != "cashtag"] for each in (ours, theirs))
        assert ours == theirs, text
        weight = weigh_text(text)
        assert (weight.length, weight.valid) == (said["x"]["length"], said["x"]["valid"]), text


def test_mastodon_links_and_counts_the_same(texts: list[str], of_ruby: list[dict[str, Any]]) -> None:
    for text, said in zip(texts, of_ruby, strict=True):
        assert spans(mastodon_entities(text)) == said["entities"], text
        assert reduced_text(text) == said["counted"], text
        if not BY_ITSELF.search(text):
            assert status_length(text) == said["graphemes"], text


def test_bluesky_counts_and_tags_the_same(texts: list[str], of_node: list[dict[str, Any]]) -> None:
    for text, said in zip(texts, of_node, strict=True):
        assert (count_graphemes(text), utf8_bytes(text)) == (said["bluesky"]["graphemes"], said["bluesky"]["bytes"])
        if ISOLATES.search(text):
            continue
        found = on_bluesky(text)
        # Its client lets a tag lie over an address; a reader can only press one of them.
        taken = [(start, end) for kind, start, end, _ in found if kind != "tag"]
        theirs = [
            [kind, start, end, value]
            for kind, start, end, value in said["bluesky"]["entities"]
            if kind == "tag" and value[0] != "$" and not any(start < last and first < end for first, last in taken)
        ]
        assert [one for one in found if one[0] == "tag"] == theirs, text


def test_what_blueskys_client_links_is_a_link_and_gives_back_punctuation_at_most(
    texts: list[str], of_node: list[dict[str, Any]]
) -> None:
    more = 0
    for text, said in zip(texts, of_node, strict=True):
        if ISOLATES.search(text):
            continue
        octets = text.encode()
        theirs = {(kind, start): end for kind, start, end, _ in said["bluesky"]["entities"] if kind != "tag"}
        ours = {(kind, start): end for kind, start, end, _ in on_bluesky(text) if kind != "tag"}
        for key, end in theirs.items():
            if key not in ours:
                said_so = octets[key[1] : end].decode()
                assert NO_DOMAIN.match(said_so) or NO_HANDLE.search(said_so), (text, key)
                continue
            link, rest = octets[key[1] : ours[key]].decode(), octets[ours[key] : end].decode()
            bare = not link.lower().startswith("http") and rest[:1] not in ("/", "?", "#")
            assert not rest or bare or GIVEN_BACK.fullmatch(rest), (text, link, rest)
        for key in ours.keys() - theirs.keys():
            more += 1
            assert key[0] == "mention" or MORE_ON_BLUESKY.fullmatch(octets[key[1] : ours[key]].decode()), (text, key)
    assert more < MANY // 2


def on_bluesky(text: str) -> list[list[Any]]:
    found = bluesky_entities(text)
    return [[one.kind, *span.utf8, one.value] for one, span in zip(found, encoded_spans(text, found), strict=True)]
