"""Two accounts never carry each other's token, from however many threads; and a `~/.netrc` changes nothing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests
from ground import Ground, Member, OnStage
from test_cut_and_settled import timeline

from amplify.model.errors import PlatformError
from amplify.model.platform import Receipt

THREADS = 8
POSTS = 12


@pytest.fixture
def hostile(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A home whose `.netrc` has a password for every server of this machine."""
    home = tmp_path / "home"
    home.mkdir()
    netrc = home / ".netrc"
    words = "login intruder password intruders-word"
    netrc.write_text(f"machine 127.0.0.1 {words}\nmachine localhost {words}\ndefault {words}\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("NETRC", str(netrc))
    return netrc


def everything(ground: Ground, member: Member, name: str, number: int) -> Receipt:
    """One of each kind of request: uploads, a post, reading, looking up, signing in anew."""
    picture = member.picture(f"{name}-{number}.png", f"{name} {number}", (number * 9, 40, 90))
    call = member.call(member.message(f"{name} number {number}", pictures=(picture,)))
    receipt = member.platform.publish(call)
    assert member.platform.whoami().handle.partition("@")[0] == member.connection.handle.partition("@")[0]
    assert member.platform.read([receipt.id])[receipt.id] is not None
    return receipt


def wear_out(member: Member) -> None:
    """Let the next request of another adapter find a kept session that no longer holds, where sessions are kept."""
    for kept in member.connection.sessions.glob("*.session"):
        kept.write_text(kept.read_text().replace(":::ey", ":::eyXX"))


def said(ground: Ground, member: Member) -> list[str]:
    if isinstance(ground, OnStage):
        kept = ground.stage.control.posts(ground.platform)
        mine = [one for one in kept if one["handle"] == member.connection.handle and not one["deleted"]]
        return [one["text"] for one in mine]
    return timeline(ground, member)


def test_two_accounts_in_many_threads_speak_each_for_itself(ground: Ground, hostile: Path) -> None:
    first, second = ground.member(), ground.member()
    with ThreadPoolExecutor(THREADS) as pool:
        work = [
            pool.submit(everything, ground, member, name, number)
            for number in range(POSTS)
            for name, member in (("first", first), ("second", second))
        ]
        receipts = [one.result() for one in work]
    assert len({one.id for one in receipts}) == 2 * POSTS
    for name, member in (("first", first), ("second", second)):
        assert sorted(said(ground, member)) == sorted(f"{name} number {number}" for number in range(POSTS))


def test_a_netrc_changes_nothing(ground: Ground, hostile: Path) -> None:
    member = ground.member()
    address = member.connection.server or ""
    # The file is in force: any other program's session would carry it.
    assert requests.utils.get_netrc_auth(address) == ("intruder", "intruders-word")
    everything(ground, member, "before", 1)
    wear_out(member)
    again = Member(member.connection, member.again(), pictures=member.pictures)
    kept = everything(ground, again, "after", 2)
    again.platform.delete(kept)
    assert said(ground, member) == ["before number 1"]


def test_a_netrc_does_not_stand_in_for_a_missing_token(ground: Ground, hostile: Path) -> None:
    member = ground.member()
    wrong = {name: f"7-wrong{name}" for name in member.connection.secrets}
    with pytest.raises(PlatformError) as caught:
        member.again(secrets=wrong, sessions=None).whoami()
    assert type(caught.value).__name__ == "LoggedOut"
    assert "intruder" not in caught.value.why
