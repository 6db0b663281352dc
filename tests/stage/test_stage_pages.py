"""The timelines, as a reader would see them."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
import requests
from atproto import models
from troupe import Troupe

from amplify.stage.process import Stage

EVIL = "<script>alert('x')</script> <img src=x onerror=alert(1)> \"&"


@pytest.fixture
def told(troupe: Troupe, picture: Callable[..., bytes]) -> Troupe:
    """One of everything, with words that would like to be markup. Repeated use finds it told already."""
    if troupe.control.posts():
        return troupe
    control = troupe.control
    control.account("x", "evil", EVIL)
    x = troupe.x("page_x")
    first = x.create_tweet(text=f"One {EVIL}\nsecond line https://example.org/petition #FreeAnna").data["id"]
    x.create_tweet(text="Two of the thread", in_reply_to_tweet_id=first)
    troupe.x("page_booster").retweet(first)
    x.delete_tweet(x.create_tweet(text="Soon gone").data["id"])
    m = troupe.mastodon("page@social.example")
    media = [m.media_post(picture(c), mime_type="image/png", description=f"Alt {c} {EVIL}") for c in ("red", "blue")]
    m.status_post(f"Hidden {EVIL}", spoiler_text=f"Warning {EVIL}", media_ids=media, language="be")
    b = troupe.bluesky("page.example")
    card = models.AppBskyEmbedExternal.External(
        uri="https://example.org/card", title=f"Card {EVIL}", description=EVIL, thumb=b.upload_blob(picture()).blob
    )
    b.send_post(
        "#NoFacet https://example.org/plain", langs=["en"], embed=models.AppBskyEmbedExternal.Main(external=card)
    )
    script = models.AppBskyRichtextFacet.Main(
        index=models.AppBskyRichtextFacet.ByteSlice(byte_start=0, byte_end=5),
        features=[models.AppBskyRichtextFacet.Link(uri="javascript:alert(1)")],
    )
    b.send_post("click me", langs=["en"], facets=[script])
    control.outside("https://x.com/river_defenders/status/1900000000000000001")
    troupe.x("page_booster").retweet("1900000000000000001")
    return troupe


def page(stage: Stage, path: str) -> str:
    said = requests.get(stage.url + path, timeout=5)
    assert said.status_code == 200
    policy = said.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    return said.text


@pytest.mark.parametrize("path", ["/", "/timeline/x", "/timeline/bluesky", "/timeline/mastodon"])
def test_nothing_a_user_wrote_becomes_markup(told: Troupe, path: str) -> None:
    text = page(told.stage, path)
    assert "<script" not in text
    assert "<img src=x" not in text
    assert "javascript:" not in text
    assert " style=" not in text
    assert " onerror=" not in re.sub(r"&lt;.*?&gt;", "", text)


def test_a_timeline_shows_what_a_reader_would_see(told: Troupe) -> None:
    x = page(told.stage, "/timeline/x")
    assert '<a href="https://example.org/petition"' in x
    assert '<span class="tag">#FreeAnna</span>' in x
    assert "\nsecond line" in x
    assert "Page_Booster</span> reposted" in x
    assert x.count('class="post joined"') == 1
    assert "Soon gone</s>" in x
    assert "outside this rehearsal" in x
    bluesky = page(told.stage, "/timeline/bluesky")
    assert '<span class="tag">' not in bluesky
    assert 'href="https://example.org/plain"' not in bluesky
    assert 'href="https://example.org/card"' in bluesky
    mastodon = page(told.stage, "/timeline/mastodon")
    assert "<details" in mastodon
    assert 'lang="be"' in mastodon
    assert mastodon.count('class="badge"') == 2
    assert mastodon.count("Alt red") == 2


def test_pictures_are_served_and_nothing_else(told: Troupe) -> None:
    names = re.findall(r'src="(/media/[^"]+)"', page(told.stage, "/timeline/mastodon"))
    assert len(names) == 2
    assert requests.get(told.stage.url + names[0], timeout=5).headers["content-type"] == "image/png"
    for bad in ("/media/..%2Fjournal.jsonl", "/media/nothing.png", "/timeline/elsewhere", "/timeline/x?page=x"):
        assert requests.get(told.stage.url + bad, timeout=5).status_code == 404


def test_addresses_of_posts_lead_to_their_place(told: Troupe) -> None:
    [status] = [p for p in told.control.posts("mastodon") if not p["deleted"]]
    said = requests.get(status["url"], timeout=5, allow_redirects=False)
    assert said.headers["location"] == f"/timeline/mastodon#p{status['id']}"
    assert f'id="p{status["id"]}"' in page(told.stage, "/timeline/mastodon")


def test_printed_pages_stand_on_their_own(told: Troupe, tmp_path: Path) -> None:
    first = told.control.render(tmp_path)
    assert first == tmp_path / "index.html"
    for name in ("index", "x", "bluesky", "mastodon"):
        text = (tmp_path / f"{name}.html").read_text("utf-8")
        assert "<style>" in text
        assert "<link" not in text
        assert "<script" not in text
        for link in re.findall(r'(?:src|href)="([^"#]+)"', text):
            if not link.startswith("http"):
                assert (tmp_path / link).is_file(), link


def test_a_long_timeline_has_pages(folder: Path) -> None:
    with Stage(folder, rate_factor=100) as stage:
        client = Troupe(stage).mastodon("long@social.example")
        for n in range(81):
            client.status_post(f"Number {n}.")
        assert "Number 80." in page(stage, "/timeline/mastodon")
        assert "Number 0." not in page(stage, "/timeline/mastodon")
        assert "Number 0." in page(stage, "/timeline/mastodon?page=2")
        stage.control.render(folder / "out")
        assert "Number 0." in (folder / "out" / "mastodon-2.html").read_text("utf-8")
