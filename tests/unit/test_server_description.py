"""What servers say of themselves, in every way in which they say it badly, or not at all."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amplify.model.account import Account
from amplify.model.platform import Json, Limits
from amplify.model.server_info import NOTHING_KNOWN, SavedLimits, ServerInfo, with_limits
from amplify.platforms.mastodon.profile import PROFILE
from amplify.platforms.mastodon.server_description import ServerDescription, count_in, describe_server

MASTODON: Json = {
    "version": "4.5.2",
    "api_versions": {"mastodon": 7},
    "configuration": {
        "statuses": {"max_characters": 500, "max_media_attachments": 4, "characters_reserved_per_url": 23},
        "media_attachments": {
            "image_size_limit": 16_777_216,
            "image_matrix_limit": 33_177_600,
            "video_size_limit": 103_809_024,
            "description_limit": 1500,
        },
    },
}
TAKAHE: Json = {
    "version": "takahe/0.11.0",
    "configuration": {
        "statuses": {"max_characters": 1000, "max_media_attachments": 4, "characters_reserved_per_url": 23},
        "media_attachments": {"image_size_limit": 10_485_760, "image_matrix_limit": 4_000_000},
    },
}
AKKOMA: Json = {
    "version": "2.7.2 (compatible; Akkoma 3.13.2-0-gabc)",
    "max_toot_chars": 5000,
    "max_media_attachments": 16,
    "upload_limit": 16_000_000,
    "description_limit": 5000,
    "pleroma": {"metadata": {"post_formats": ["text/plain", "text/html", "text/markdown", "text/bbcode"]}},
}
GOTOSOCIAL: Json = {
    "version": "3.5.3+0.20.1-git-6b3c1f0",
    "source_url": "https://git.example/superseriousbusiness/gotosocial",
    "configuration": {
        "statuses": {
            "max_characters": 5000,
            "max_media_attachments": 6,
            "characters_reserved_per_url": 25,
            "supported_mime_types": ["text/plain", "text/markdown"],
        },
        "media_attachments": {"image_size_limit": 41_943_040, "video_size_limit": 0, "description_limit": 1500},
    },
}


class Server:
    """A server that answers at some addresses, and remembers what it was asked."""

    def __init__(self, **places: Any) -> None:
        self.places = {f"/api/{name.replace('_', '/')}": said for name, said in places.items()}
        self.asked: list[str] = []

    def __call__(self, path: str) -> Json | None:
        self.asked.append(path)
        said: Json | None = self.places.get(path)
        return said


def test_one_answer_is_enough_where_it_says_everything() -> None:
    server = Server(v2_instance=MASTODON)
    said = describe_server(server)
    assert said == ServerDescription(
        "mastodon",
        Limits(500, 4, 16_777_216, 1500, 103_809_024, 33_177_600, counts="graphemes"),
        keeps_keys=True,
        batches=True,
    )
    assert server.asked == ["/api/v2/instance"]


@pytest.mark.parametrize("place", ["v2_instance", "v1_instance", "v2_instance/", "v1_instance/"])
def test_wherever_it_describes_itself_it_is_heard(place: str) -> None:
    said = describe_server(Server(**{place: TAKAHE}))
    assert said.software == "takahe"
    assert said.limits == Limits(1000, 4, 10_485_760, picture_pixels=4_000_000, counts="code_points")
    assert not said.keeps_keys


def test_limits_that_are_kept_in_places_of_their_own() -> None:
    said = describe_server(Server(v1_instance=AKKOMA))
    assert said.software == "akkoma"
    assert said.limits == Limits(5000, 16, 16_000_000, 5000, 16_000_000, counts="graphemes_in_full", plain_text=True)


def test_what_one_version_lacks_the_other_has() -> None:
    short: Json = {"version": AKKOMA["version"], "configuration": {"statuses": {"max_characters": 4000}}}
    said = describe_server(Server(v2_instance=short, v1_instance=AKKOMA)).limits
    assert (said.text, said.pictures, said.alt, said.plain_text) == (4000, 16, 5000, True)


def test_software_that_calls_itself_mastodon_for_old_clients() -> None:
    said = describe_server(Server(v2_instance=GOTOSOCIAL))
    assert said.software == "gotosocial"
    assert not said.keeps_keys
    assert said.limits == Limits(5000, 6, 41_943_040, 1500, counts="code_points", plain_text=True)
    silent = {**GOTOSOCIAL, "source_url": None}
    assert describe_server(Server(v1_instance=silent)).software == "gotosocial"


@pytest.mark.parametrize(
    ("document", "software", "counts"),
    [
        ({"software": {"name": "GoToSocial", "version": "0.17.3"}}, "gotosocial", "code_points"),
        ({"software": {"name": "somethingnew"}}, "somethingnew", "strictest"),
        ({"software": {"name": ["mastodon"]}}, "", None),
        ({"software": None}, "", None),
        ({"software": {"name": "../../etc"}}, "", None),
    ],
)
def test_nodeinfo_names_what_the_version_does_not(document: Json, software: str, counts: str | None) -> None:
    links: Json = {"links": [{"rel": "http://nodeinfo.example/2.0", "href": "https://elsewhere.example/nodeinfo/2.1"}]}
    server = Server(v1_instance={"version": "0.17.3 git-6b3c1f0"})
    server.places |= {"/.well-known/nodeinfo": links, "/nodeinfo/2.1": document}
    said = describe_server(server)
    assert (said.software, said.limits.counts) == (software, counts)


@pytest.mark.parametrize("version", ["other/0.11.0", "0.17.3", "2.7.2 (compatible; Other 1)", None])
def test_who_says_two_things_is_not_trusted_with_keys(version: str | None) -> None:
    says: Json = {"version": version, "configuration": {}}
    for one, other in ((says, MASTODON), (MASTODON | {"configuration": {}}, says)):
        said = describe_server(Server(v2_instance=one, v1_instance=other))
        assert not said.keeps_keys
        assert said.limits.text in (500, None)


def test_a_server_that_says_nothing_takes_what_the_platform_takes() -> None:
    said = describe_server(Server())
    assert said == ServerDescription()
    assert with_limits(PROFILE, said.limits) is PROFILE


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        (500, 500),
        ("500", 500),
        (" 500 ", 500),
        (500.0, 500),
        (0, None),
        ("0", None),
        (-1, None),
        (True, None),
        (False, None),
        (None, None),
        ("", None),
        ("many", None),
        ("٥٠٠", None),
        ("1e3", None),
        (500.5, None),
        (float("inf"), None),
        (float("nan"), None),
        (10**400, None),
        ("9" * 5000, None),
        ([500], None),
        ({"max": 500}, None),
    ],
)
def test_a_number_is_judged(said: object, meant: int | None) -> None:
    assert count_in(said) == meant
    configuration = {"statuses": {"max_characters": said}, "media_attachments": {"video_size_limit": said}}
    limits = describe_server(Server(v2_instance={"version": "4.5.2", "configuration": configuration})).limits
    assert (limits.text, limits.video_bytes) == (meant, meant)


def test_what_our_own_file_says_of_a_server_counts_before_its_answer() -> None:
    mine = Account.model_validate(
        {
            "partner": "press",
            "platform": "mastodon",
            "credential": "press",
            "server_limits": {"text": 2000, "counts": "code_points", "picture_pixels": 1_000_000, "plain_text": True},
        }
    )
    accounts = {mine.id: mine}
    nobody_asked = NOTHING_KNOWN.on(PROFILE, mine.id, accounts)
    assert (nobody_asked.text_max, nobody_asked.picture_pixels, nobody_asked.alt_max) == (2000, 1_000_000, 1500)
    assert nobody_asked.measure("https://example.org/a") == 21
    assert nobody_asked.unit.startswith("code points")
    said = ServerInfo({mine.id: SavedLimits(Limits(text=500, alt=100), datetime(2027, 5, 17, tzinfo=UTC))})
    asked = said.on(PROFILE, mine.id, accounts)
    assert (asked.text_max, asked.alt_max) == (2000, 100)
    assert said.on(PROFILE, mine.id, {}).text_max == 500
    assert NOTHING_KNOWN.on(PROFILE, "other/mastodon", accounts) is PROFILE


def test_what_a_server_says_is_in_the_profile() -> None:
    profile = with_limits(PROFILE, describe_server(Server(v2_instance=TAKAHE)).limits)
    assert (profile.picture_pixels, profile.text_max, profile.pictures_max) == (4_000_000, 1000, 4)
    assert profile.measure("https://example.org/a") == 21
    assert profile.alt_max == PROFILE.alt_max


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
KEYS = (
    *("version", "source_url", "configuration", "statuses", "media_attachments", "max_characters", "pleroma"),
    *("metadata", "post_formats", "supported_mime_types", "api_versions", "mastodon", "links", "href", "software"),
    *("name", "upload_limit", "max_toot_chars", "image_size_limit", "characters_reserved_per_url"),
)
ODD = st.recursive(
    ANY_JSON, lambda inner: st.dictionaries(st.sampled_from(KEYS), inner, max_size=6), max_leaves=30
).filter(lambda said: isinstance(said, dict))


@given(ODD, ODD)
def test_nothing_that_a_server_says_is_too_odd(one: Json, other: Json) -> None:
    said = describe_server(lambda path: other if "nodeinfo" in path else one)
    profile = with_limits(PROFILE, said.limits)
    for number in (profile.text_max, profile.pictures_max, profile.picture_bytes, profile.alt_max):
        assert number > 0
    assert profile.measure("слова") >= 5
