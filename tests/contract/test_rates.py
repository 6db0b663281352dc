"""What servers say of their limits beside every answer, and how seldom we sign in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from ground import BlueskyOnStage, Ground, MastodonOnStage, Member, OnStage, XOnStage
from ledger.together import at_once
from requests.structures import CaseInsensitiveDict

from amplify.model.errors import TryLater
from amplify.model.rate_limit import ObservedLimit, RateLimit
from amplify.platforms import registry
from amplify.platforms.bluesky import rate_limits as bluesky_rate_limits
from amplify.platforms.mastodon import rate_limits as mastodon_rate_limits
from amplify.platforms.x import rate_limits as x_rate_limits
from amplify.stage.process import Stage

POSTS = {"x": x_rate_limits.POSTS, "bluesky": bluesky_rate_limits.HOUR, "mastodon": mastodon_rate_limits.POSTS}
BOOSTS = {"x": x_rate_limits.REPOSTS, "bluesky": bluesky_rate_limits.HOUR, "mastodon": mastodon_rate_limits.POSTS}
NOW = datetime.now(UTC)
SOON = str(int(NOW.timestamp()) + 600)


def listening(member: Member) -> tuple[Member, list[ObservedLimit]]:
    heard: list[ObservedLimit] = []
    return replace(member, platform=member.again(heard=heard.append)), heard


def test_every_answer_to_a_post_says_what_is_left(on_stage: OnStage) -> None:
    member, heard = listening(on_stage.member())
    allowance = POSTS[on_stage.platform]
    left = []
    for number in range(3):
        heard.clear()
        member.publish(f"Колькі засталося? {number}")
        (said,) = [one for one in heard if one.allowance == allowance]
        left.append(said.remaining)
        assert said.limit == allowance.limit
        assert datetime.now(UTC) < said.resets_at <= datetime.now(UTC) + allowance.window + timedelta(seconds=2)
    steps = {before - after for before, after in pairwise(left)}
    assert steps <= set(range(1, allowance.post + 1))  # never more than we count


def test_a_boost_says_it_of_its_own_allowance(on_stage: OnStage) -> None:
    author = on_stage.member()
    receipt = author.publish("Гэта варта паўтарыць")
    member, heard = listening(on_stage.member())
    call = member.call(member.message("-"))
    member.platform.boost(receipt, call.key, call.record_key, call.created_at)
    assert heard[-1].allowance == BOOSTS[on_stage.platform]


def test_a_question_says_nothing_of_posts(on_stage: OnStage) -> None:
    member, heard = listening(on_stage.member())
    receipt = member.publish("Пытанне")
    heard.clear()
    member.platform.read([receipt.id])
    member.platform.whoami()
    assert {one.allowance.name for one in heard} <= {"requests"}
    assert heard or on_stage.platform == "x"


@pytest.fixture(params=[XOnStage, BlueskyOnStage, MastodonOnStage])
def strict(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[OnStage]:
    """A stage that lets two or three posts through."""
    ground: type[OnStage] = request.param
    factor = {"x": 0.02, "bluesky": 0.0013, "mastodon": 0.01}[ground.platform]
    with Stage(tmp_path / "stage", rate_factor=factor) as stage:
        yield ground(tmp_path, stage)


def test_a_refusal_says_that_nothing_is_left(strict: OnStage) -> None:
    member, heard = listening(strict.member())
    calls = [member.call(member.message(f"Да мяжы {number}")) for number in range(5)]

    def publish_all() -> None:
        for call in calls:
            heard.clear()
            member.platform.publish(call)

    with pytest.raises(TryLater):
        publish_all()
    (said,) = [one for one in heard if one.allowance == POSTS[strict.platform]]
    assert said.remaining < said.allowance.post
    assert said.resets_at > datetime.now(UTC)


def test_the_real_counterparts_are_listened_to(real: Ground) -> None:
    """They name no limits, or their own: a post goes out in any case."""
    member, heard = listening(real.member())
    assert member.publish("Без лічбаў").id
    assert all(one.limit > 0 and one.remaining >= 0 for one in heard)


class TestHeaders:
    """What the stage does not send."""

    def x(self, path: str = "/2/tweets", **families: tuple[int, int, str]) -> dict[RateLimit, ObservedLimit]:
        names = {"rate": "x-rate-limit", "app": "x-app-limit-24hour", "user": "x-user-limit-24hour"}
        headers = {
            f"{names[family]}-{what}": str(value)
            for family, values in families.items()
            for what, value in zip(("limit", "remaining", "reset"), values, strict=True)
        }
        return {one.allowance: one for one in x_rate_limits.heard("POST", path, CaseInsensitiveDict(headers))}

    def test_x_names_three_limits_at_once(self) -> None:
        soon = str(int(datetime.now(UTC).timestamp()) + 600)  # when the suite began may be longer ago than that
        heard = self.x(rate=(100, 99, soon), app=(10_000, 7, soon), user=(1000, 0, soon))
        assert {one.name: (said.limit, said.remaining) for one, said in heard.items()} == {
            "posts": (100, 99), "app": (10_000, 7), "day": (1000, 0),
        }  # fmt: skip
        assert [one.scope for one in heard] == ["account", "account", "place"]
        (first, *_) = heard.values()
        assert abs(first.resets_at.timestamp() - int(soon)) < 1

    def test_an_upload_has_limits_of_its_own(self) -> None:
        assert self.x("/2/media/upload", rate=(500, 499, SOON)) == {}

    @pytest.mark.parametrize(
        "values",
        [("many", 1, SOON), (100, "", SOON), (100, 1, ""), (0, 0, SOON), (100, -1, SOON), (100, 1, "9" * 11)],
    )
    def test_what_is_no_number_says_nothing(self, values: tuple[int, int, str]) -> None:
        assert self.x(rate=values) == {}

    def test_mastodons_reset_is_a_date(self) -> None:
        headers = {"X-RateLimit-Limit": "300", "X-RateLimit-Remaining": "12", "X-RateLimit-Reset": iso(NOW, hours=2)}
        (said,) = mastodon_rate_limits.heard("POST", "/api/v1/statuses", CaseInsensitiveDict(headers))
        assert (said.allowance.name, said.remaining) == ("posts", 12)
        assert timedelta(hours=1) < said.resets_at - NOW < timedelta(hours=3)
        assert not list(mastodon_rate_limits.heard("POST", "/api/v2/media", CaseInsensitiveDict(headers)))
        assert not list(mastodon_rate_limits.heard("DELETE", "/api/v1/statuses/1", CaseInsensitiveDict(headers)))

    def bluesky(self, method: str, policy: str) -> list[str]:
        headers = {"ratelimit-limit": "30", "ratelimit-remaining": "3", "ratelimit-reset": SOON}
        said = bluesky_rate_limits.heard("POST", f"/xrpc/{method}", headers | {"ratelimit-policy": policy})
        return [one.allowance.name for one in said]

    def test_bluesky_tells_the_window_by_its_length(self) -> None:
        put = "com.atproto.repo.putRecord"
        assert self.bluesky(put, "5000;w=3600") == ["hour"]
        assert self.bluesky(put, "35000;w=86400") == ["day"]
        assert self.bluesky(put, "3000;w=300") == ["requests"]
        assert self.bluesky("app.bsky.feed.getPosts", "3000;w=300") == ["requests"]
        assert self.bluesky("app.bsky.feed.getPosts", "5000;w=3600") == []
        assert self.bluesky("com.atproto.server.createSession", "30;w=300") == []
        assert self.bluesky("com.atproto.repo.uploadBlob", "1000;w=86400") == []
        assert self.bluesky(put, "none") == []


def iso(moment: datetime, **more: float) -> str:
    return (moment + timedelta(**more)).strftime("%Y-%m-%dT%H:%M:%S.000000Z")


@pytest.mark.parametrize("platform", registry.names())
def test_what_is_declared(platform: str) -> None:
    declared = registry.profile(platform).allowances
    assert len({one.name for one in declared}) == len(declared)
    assert any(one.cost(1, False) for one in declared if one.limit)
    assert any(one.cost(1, True) for one in declared if one.limit)


def secrets_of(member: Member) -> Mapping[str, str]:
    return member.connection.secrets


SPEAKERS = """
    from datetime import UTC, datetime
    from pathlib import Path
    from amplify.model.message import Message, Part
    from amplify.model.platform import PublishRequest, AccountConnection
    from amplify.platforms.bluesky.adapter import BlueskyAdapter

    ready()
    for number in range(3):
        one = BlueskyAdapter(AccountConnection("press/bluesky", HANDLE, SERVER, SECRETS, True, sessions=Path(FOLDER)))
        part = Part(f"{NUMBER}-{number}")
        message = Message("bluesky", ("en",), (part,))
        record_key = f"3l{'abcdefgh'[NUMBER]}{'abc'[number]}aaaaaaaa2"
        call = PublishRequest(part, message, "k", record_key, datetime.now(UTC), {})
        print(one.publish(call).id[-13:], end=" ")
        one.close()
"""


def test_many_workers_sign_in_once(tmp_path: Path) -> None:
    """The server lets one sign-in in five minutes through: twelve clients in four processes live on one session."""
    with Stage(tmp_path / "stage", rate_factor=1 / 25) as stage:
        ground = BlueskyOnStage(tmp_path, stage)
        member = ground.member()
        connection = member.connection
        said = at_once(
            4,
            SPEAKERS,
            HANDLE=connection.handle,
            SERVER=connection.server,
            SECRETS=dict(secrets_of(member)),
            FOLDER=str(tmp_path / "sessions"),
        )
        assert len({key for line in said for key in line.split()}) == 12
        with pytest.raises(TryLater):  # a second one would have been refused
            member.again(sessions=None).whoami()
