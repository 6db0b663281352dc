"""Every facet lands where its words stand, in all scripts: read back as the network keeps it."""

from __future__ import annotations

import re
import unicodedata

import httpx
import pytest
from ground import Ground

from amplify.model.platform import Json, Receipt

TEXTS = {
    "Cyrillic": "Ўчора, сёння і заўтра: #СвабодаАнне https://example.org/анна?мова=бел Чытайце @{friend}!",
    "emoji": "👩‍👩‍👧‍👦🏳️‍🌈 @{friend} 🇵🇱#️⃣ #тэг👋🏽 https://example.org/a 👨‍💻 #b",
    "combining marks": "Ўсё ўсё й #Ўсё й́ e\u0301e\u0302\u0323 https://example.org/é @{friend}",
    "right to left": "שלום \u2068@{friend}\u2069 #חופש https://example.org/חופש مرحبا #حرية سلام",
    "astral letters": "𐒠𐒡 #A𐒠 𝔉𝔯𝔢𝔢 https://example.org/𝔉 @{friend}",
    "line ends": "Першы\r\n#радок\r\rдругі https://example.org\n@{friend}",
    "beside each other": "#a #b #c @{friend} @{friend} https://example.org/x https://example.org/y",
}


def record(server: str, receipt: Receipt) -> Json:
    repo, collection, key = receipt.id.removeprefix("at://").split("/")
    answer = httpx.get(
        f"{server}/xrpc/com.atproto.repo.getRecord",
        params={"repo": repo, "collection": collection, "rkey": key},
        trust_env=False,
    )
    value: Json = answer.raise_for_status().json()["value"]
    return value


@pytest.mark.parametrize("script", TEXTS)
def test_facets_land_where_they_should(bluesky: Ground, script: str) -> None:
    member, friend = bluesky.member(), bluesky.member()
    text = TEXTS[script].format(friend=bluesky.handle_of(friend))
    server = member.connection.server
    assert server is not None
    kept = record(server, member.publish(text))
    octets = kept["text"].encode()
    before, inside = 0, []
    for facet in kept["facets"]:
        start, end = facet["index"]["byteStart"], facet["index"]["byteEnd"]
        assert before <= start < end <= len(octets)
        (feature,) = facet["features"]
        words = octets[start:end].decode()  # fails where a character is cut in two
        kind = feature["$type"].partition("#")[2]
        assert {"tag": feature.get("tag"), "link": feature.get("uri"), "mention": words[1:]}[kind] == words.lstrip("#@")
        if kind == "mention":
            assert words[1:] == bluesky.handle_of(friend)
            assert feature["did"].startswith("did:")
        inside.append(words)
        before = end
    normal = unicodedata.normalize("NFC", text)
    expected = [
        word.strip("!\u2068\u2069") for word in re.findall(r"\S+", normal) if re.match(r"\u2068?[#@]\w|http", word)
    ]
    assert inside == expected
