"""The atproto syntax files that concern what we write or accept, read where `AMPLIFY_CONFORMANCE` says."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from counterparts.conformance import lines
from hypothesis import given
from hypothesis import strategies as st

from amplify.model.base import Lang
from amplify.platforms.bluesky.entities import find_entities as bluesky_entities
from amplify.platforms.bluesky.profile import PROFILE
from amplify.platforms.bluesky.record import timestamp
from amplify.rules.plan.idempotency import record_key
from amplify.rules.text.handle_syntax import is_handle
from amplify.workspace.fields import pattern_of

TID = re.compile(r"[234567a-j][234567a-z]{12}")
RECORD_KEY = re.compile(r"(?!\.{1,2}$)[A-Za-z0-9._:~-]{1,512}")
DATETIME = re.compile(
    r"(?!-|0000)\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?"
    r"(Z|(?!-00:00)[+-]([01]\d|2[0-3]):[0-5]\d)"
)
"""What our own tests take for the three forms below; first they must agree with the files."""
INSTANTS = st.datetimes(datetime(1970, 1, 2), datetime(2200, 1, 1))  # noqa: DTZ001  # the zone is set below


def test_handles() -> None:
    for handle in lines("atproto-handle_syntax_valid.txt"):
        assert is_handle(PROFILE.handles, handle), handle
    for handle in lines("atproto-handle_syntax_invalid.txt"):
        assert not is_handle(PROFILE.handles, handle), handle


def test_a_valid_handle_is_mentioned_whole() -> None:
    for handle in lines("atproto-handle_syntax_valid.txt"):
        text = f"Разам з @{handle} сёння"
        assert [(one.kind, one.value) for one in bluesky_entities(text)] == [("mention", handle)], handle
    for handle in lines("atproto-handle_syntax_invalid.txt"):
        text = f"Разам з @{handle} сёння"
        assert handle not in [one.value for one in bluesky_entities(text) if one.kind == "mention"], handle


def test_languages() -> None:
    form = re.compile(pattern_of(Lang))
    for tag in lines("atproto-language_syntax_invalid.txt"):
        assert form.search(tag) is None, tag
    # Old tags that begin with no language, or were registered whole, are none that a text of ours has.
    grandfathered = {"i-default", "i-navajo", "X-fr-CH", "sgn-BE-NL"}
    valid = lines("atproto-language_syntax_valid.txt")
    assert {tag for tag in valid if form.search(tag) is None} <= grandfathered


def test_the_forms_agree_with_the_files() -> None:
    for name, form in (("tid", TID), ("recordkey", RECORD_KEY), ("datetime", DATETIME)):
        for one in lines(f"atproto-{name}_syntax_valid.txt"):
            assert form.fullmatch(one), one
        for one in lines(f"atproto-{name}_syntax_invalid.txt"):
            assert not form.fullmatch(one), one


@given(st.text(max_size=40), st.integers(0, 50), INSTANTS)
def test_our_record_keys_are_tids_and_record_keys(delivery: str, part: int, moment: datetime) -> None:
    key = record_key(delivery, part, moment.replace(tzinfo=UTC))
    assert TID.fullmatch(key)
    assert RECORD_KEY.fullmatch(key)


@given(INSTANTS, st.integers(-14 * 60, 14 * 60))
def test_our_time_stamps_are_datetimes(moment: datetime, minutes: int) -> None:
    stamp = timestamp(moment.replace(tzinfo=UTC) + timedelta(minutes=minutes))
    assert DATETIME.fullmatch(stamp)
    assert stamp.endswith("Z")
