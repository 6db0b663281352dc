"""A post is proof where it is the account's own: the platform is asked whose it is."""

from __future__ import annotations

import pytest
from ground import Ground, Member

from amplify.model.errors import Refused
from amplify.model.platform import Receipt


def opened(member: Member, post: Receipt) -> str:
    """The address, as people open it; the mock names a host that is none."""
    return post.url.replace("https://mock.local", member.connection.server or "")


def test_only_an_own_post_is_located(ground: Ground) -> None:
    author, other = ground.member(), ground.member()
    mine, theirs = author.publish("Вера чакае лістоў"), other.publish("Гэта іншы допіс")
    ground.settle()
    assert author.platform.locate(opened(author, mine)).id == mine.id
    with pytest.raises(Refused, match="somebody else's"):
        author.platform.locate(opened(other, theirs))
    author.platform.delete(mine)
    ground.settle()
    with pytest.raises(Refused, match="not there"):
        author.platform.locate(opened(author, mine))


def test_what_is_no_address_of_a_post_is_refused(ground: Ground) -> None:
    author = ground.member()
    for url in (author.platform.page(), "https://charter.example/", "nonsense", ""):
        with pytest.raises(Refused):
            author.platform.locate(url)
