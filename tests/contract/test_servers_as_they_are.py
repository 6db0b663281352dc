"""The adapter on servers that are not Mastodon: each is measured, told and looked up in its own way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from ground import MastodonOnStage, Member

from amplify.model.errors import Refused, TryLater
from amplify.model.message import Part
from amplify.model.platform import Limits
from amplify.model.platform_profile import PlatformProfile
from amplify.model.server_info import with_limits
from amplify.platforms.mastodon.profile import PROFILE
from amplify.rules.text.text_length import normalise_text
from amplify.stage.process import Stage

SOFTWARE = ("mastodon", "gotosocial", "takahe", "akkoma", "silent")
MARKDOWN = "2024. Год\n\n*Зорка* і _падкрэсліванне_"


class SomeServer(MastodonOnStage):
    """A server of some software, on the stage."""

    def __init__(self, folder: Path, stage: Stage, software: str) -> None:
        super().__init__(folder, stage)
        self.software = software
        self.host = f"{software}.example"
        stage.control.server(self.host, 600, software=software)

    def open(self, name: str) -> tuple[str, str, dict[str, str]]:
        handle = f"{name}@{self.host}"
        return handle, self.stage.url, self.stage.control.account("mastodon", handle, name.title())

    def asked(self) -> tuple[Member, PlatformProfile]:
        """A member whose server was asked what it is, and the profile that texts for it are measured with."""
        member = self.member()
        limits = member.platform.limits()
        asked = Member(replace(member.connection, limits=limits), member.again(limits=limits), pictures=member.pictures)
        return asked, with_limits(PROFILE, limits)


@pytest.fixture(params=SOFTWARE)
def server(request: pytest.FixtureRequest, tmp_path: Path, stage: Stage) -> SomeServer:
    return SomeServer(tmp_path, stage, request.param)


@pytest.fixture
def some_server(tmp_path: Path, stage: Stage) -> Callable[[str], SomeServer]:
    return lambda software: SomeServer(tmp_path, stage, software)


def test_it_is_asked_in_its_own_ways(server: SomeServer) -> None:
    limits = server.member().platform.limits()
    if server.software == "silent":
        assert limits == Limits()
        return
    assert limits.text == 600
    assert limits.counts == {
        "mastodon": "graphemes",
        "gotosocial": "code_points",
        "takahe": "code_points",
        "akkoma": "graphemes_in_full",
    }.get(server.software)
    assert limits.plain_text is (True if server.software in ("gotosocial", "akkoma") else None)
    assert limits.picture_pixels == {"takahe": 4_000_000, "akkoma": None}.get(server.software, 33_177_600)
    assert limits.video_bytes == {"mastodon": 103_809_024, "akkoma": 16_000_000}.get(server.software)


@pytest.mark.parametrize(
    "piece",
    [
        "слова ",
        "हिन्दी भाषा स्क्रिप्ट ",
        "👨‍👩‍👧 🇵🇱 ",
        "e\u0301 x\u0301 ",
        "https://example.org/a-long-address-of-a-petition ",
        "@desk@a-very-long-name-of-a-server.example ",
    ],
)
def test_the_longest_text_that_we_measure_is_taken(server: SomeServer, piece: str) -> None:
    """What fits by our measure is never refused, and one that the server counts in full is not cut for nothing."""
    member, profile = server.asked()
    text = ""
    while profile.measure(f"{text}{piece}".strip()) <= profile.text_max:
        text += piece
    text += "x" * (profile.text_max - profile.measure(text.strip()) - 1)
    receipt = member.publish(text.strip())
    kept = next(one for one in server.stage.control.posts("mastodon") if one["id"] == receipt.id)
    assert kept["text"] == normalise_text(text.strip())
    if server.software == "silent":  # it takes more than it says
        return
    with pytest.raises(Refused):
        member.publish(text.strip() + " and fifty letters more, which cannot be taken any")


def test_a_text_is_text(server: SomeServer) -> None:
    for member in (server.member(), server.asked()[0]):  # never asked before its first post, and asked
        message = member.message(MARKDOWN)
        call = replace(member.call(message), prepared=member.platform.prepare(message, message.parts[0]))
        receipt = member.platform.publish(call)
        kept = next(one for one in server.stage.control.posts("mastodon") if one["id"] == receipt.id)
        assert kept["text"] == MARKDOWN
        found = member.platform.find(call, datetime.now(UTC) - timedelta(hours=1))
        assert found is not None


def test_the_preview_shows_that_it_is_told_to_be_plain(some_server: Callable[[str], SomeServer]) -> None:
    member, _ = some_server("gotosocial").asked()
    assert member.platform.payload(member.call(member.message("Год")))["content_type"] == "text/plain"
    other, _ = some_server("mastodon").asked()
    assert "content_type" not in other.platform.payload(other.call(other.message("Год")))


def test_no_look_up_depends_on_what_it_says(server: SomeServer) -> None:
    """It is asked nothing of itself, or only fails: what was published is found, read and deleted all the same."""
    member = server.member()
    call = member.call(member.message("Знойдзецца"))
    receipt = member.platform.publish(call)
    for kind in ("500", "garbage", "reset_before"):
        server.stage.control.fail(kind, count=99, path="/instance", platform="mastodon")
        fresh = member.again()
        since = datetime.now(UTC) - timedelta(hours=1)
        assert fresh.find(call, since) is not None
        assert fresh.find(replace(call, part=Part("Не было")), since) is None
        assert not fresh.keeps_keys()
        assert fresh.read([receipt.id])[receipt.id] is not None
        message = member.message("Яшчэ адзін")
        assert fresh.prepare(message, message.parts[0]) == {"media_ids": []}
        server.stage.control.clear_failures()
    assert member.again().keeps_keys() is (server.software == "mastodon")
    member.platform.delete(receipt)
    assert member.platform.read([receipt.id]) == {receipt.id: None}


@pytest.mark.parametrize("broken", ["500", "garbage"])
def test_an_answer_that_failed_changes_nothing_that_is_known(
    some_server: Callable[[str], SomeServer], broken: Any
) -> None:
    server = some_server("gotosocial")
    member = server.member()
    server.stage.control.fail(broken, count=99, path="/instance", platform="mastodon")
    if broken == "500":
        with pytest.raises(TryLater):
            member.platform.limits()
    else:
        assert member.platform.limits() == Limits()
    server.stage.control.clear_failures()
