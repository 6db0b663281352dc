"""Who goes by a handle, and how much a server takes, as each platform says it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from counterparts.ports import free_ports
from ground import Ground, MastodonOnStage

from amplify.model.errors import Refused, TryLater
from amplify.model.platform import Limits
from amplify.rules.text.bidi import isolate_text, tag_line
from amplify.stage.process import Stage


def test_a_handle_leads_to_its_account(ground: Ground) -> None:
    member, friend = ground.member(), ground.member()
    them = friend.platform.whoami().id
    assert member.platform.resolve(ground.handle_of(friend)) == them
    assert member.platform.resolve(ground.handle_of(member)) == member.platform.whoami().id


def test_a_handle_that_nobody_has(ground: Ground) -> None:
    member = ground.member()
    first, dot, rest = ground.handle_of(member).partition("." if ground.platform == "bluesky" else "@")
    nobody = f"nob{first[-6:]}{dot}{rest}"
    assert member.platform.resolve(nobody) is None


def test_a_name_that_cannot_be_is_nobody(ground: Ground) -> None:
    assert ground.member().platform.resolve("no-such.näme") is None


def test_a_server_that_does_not_answer_says_nothing_about_a_handle(ground: Ground) -> None:
    (port,) = free_ports(1)
    member = ground.member(timeout=3.0)
    with pytest.raises(TryLater):
        member.again(server=f"http://127.0.0.1:{port}").resolve(ground.handle_of(member))


def test_each_server_takes_what_it_says(stage: Stage, tmp_path: Path) -> None:
    stage.control.server("long.example", 1000)
    stage.control.server("short.example", 300)
    grounds = MastodonOnStage(tmp_path, stage)
    said: dict[str, Limits] = {}
    for host, most in {"long.example": 1000, "short.example": 300, "usual.example": 500}.items():
        member = grounds.member()
        handle = f"{member.connection.handle.partition('@')[0]}@{host}"
        secrets = stage.control.account("mastodon", handle, "Desk")
        member.connection = replace(member.connection, handle=handle, secrets=secrets)
        member.platform = member.again()
        said[host] = member.platform.limits()
        assert said[host].text == most
        member.publish("я" * most)
        with pytest.raises(Refused, match=str(most)):
            member.publish("я" * (most + 1))
    assert said["usual.example"] == Limits(
        text=500,
        pictures=4,
        picture_bytes=16_777_216,
        picture_pixels=33_177_600,
        alt=1500,
        video_bytes=103_809_024,
        counts="graphemes",
    )


@pytest.mark.parametrize(
    ("lang", "bluesky", "mastodon"),
    [("be-tarask", "be-tarask", "be"), ("be-latn", "be-Latn", "be"), ("bel", "be", "be"), ("szl", "szl", "szl")],
)
def test_the_language_is_told_in_each_platforms_own_form(
    ground: Ground, lang: str, bluesky: str, mastodon: str
) -> None:
    member = ground.member()
    seen = ground.seen(member, member.publish("Сёння дзень салідарнасці", lang=lang))
    assert seen is not None
    assert seen.langs == {"x": (), "bluesky": (bluesky,), "mastodon": (mastodon,)}[ground.platform]


def test_a_right_to_left_text_keeps_its_mention_link_and_tag(ground: Ground) -> None:
    member, friend = ground.member(), ground.member()
    handle, url = ground.handle_of(friend), "https://example.org/anna?lang=ar"
    tags = tag_line(["حرية", "FreeAnna"], "ar")
    text = f"الحرية {isolate_text(f'@{handle}', 'ar')} و {isolate_text(url, 'ar')} الآن\n\n{tags}"
    seen = ground.seen(member, member.publish(text, lang="ar"))
    assert seen is not None
    if ground.platform != "mastodon":  # it shows mentions without their host, and paragraphs as HTML
        assert seen.text == text
    assert seen.links == (url,)
    assert [tag.lower() for tag in seen.tags] == ["حرية", "freeanna"]
    assert [one.partition("@")[0] for one in seen.mentions] == [handle.partition("@")[0]]
