"""Text report: length and problems of a text on each platform. Read-only; needs a workspace only for posts."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import IO, Any, Final

from amplify.context.app_context import AppContext
from amplify.model.errors import WrongUse
from amplify.model.platform_profile import PlatformProfile
from amplify.planning.eligibility import EligibilityChecker
from amplify.planning.plan import plan_deliveries
from amplify.planning.preview import as_if_queued
from amplify.rules.text.text_report import TextReport, measure_on
from amplify.rules.text.text_spans import encoded_spans

LINE_MOST: Final = 4_000_000
"""Most bytes of one input line; nothing longer is kept in memory."""


@dataclass(frozen=True, slots=True)
class MeasuredMessage:
    """One message of a post on one platform."""

    standing: TextReport
    variant: str = ""
    """Empty where the text is no post's."""
    part: int = 1
    parts: int = 1
    accounts: tuple[str, ...] = ()
    """Accounts that would send it."""
    why_not: tuple[str, ...] = ()
    """Why it may not be said now: stops, closed gates, an embargo."""

    def as_json(self) -> dict[str, Any]:
        one, profile = self.standing, self.standing.profile
        told: dict[str, Any] = {"platform": profile.name}
        if self.variant:
            told |= {"variant": self.variant, "part": self.part, "parts": self.parts, "accounts": list(self.accounts)}
            told |= {"why_not": list(self.why_not)}
        told |= {"text": one.text, "length": one.length, "most": profile.text_max, "unit": profile.unit}
        told |= {"left": one.left, "bytes": one.octets, "bytes_most": profile.bytes_max, "valid": one.valid}
        told |= {"faults": list(one.faults), "notes": list(one.notes), "fits": one.fits}
        for key, kind in (("hashtags", "tag"), ("mentions", "mention"), ("urls", "link"), ("cashtags", "cashtag")):
            told[key] = one.values(kind)
        told["entities"] = [
            {
                "kind": entity.kind,
                "value": entity.value,
                "points": list(where.code_points),
                "utf16": list(where.utf16),
                "utf8": list(where.utf8),
            }
            for entity, where in zip(one.entities, encoded_spans(one.text, one.entities), strict=True)
        ]
        return told


def stand_everywhere(text: str, profiles: Mapping[str, PlatformProfile]) -> list[MeasuredMessage]:
    """Measure `text` on each platform."""
    return [MeasuredMessage(measure_on(text, profile)) for profile in profiles.values()]


def stand_post(app: AppContext, post: str) -> list[MeasuredMessage]:
    """Measure every message of a post as it would be composed now, drafts too; equal ones once.

    Raises WrongUse where there is no such post, UnreadableFiles where the workspace has errors.
    """
    words = app.whole_workspace()
    if post not in words.posts:
        raise WrongUse(
            f"there is no post {post}: `amplify plan` lists them, `--post` takes the `id` in the front matter"
        )
    known, now = app.server_info(), app.clock.now()
    planned = plan_deliveries(as_if_queued(words, [post], now), now, now + timedelta(days=1), app.profiles, known=known)
    accounts: dict[tuple[str, str, int, int, int, str, str, str], list[str]] = {}
    mine = [one for one in planned.deliveries if one.entry == "preview" and one.post == post]
    care = EligibilityChecker(words, now, app.ledger)
    held = {one.why: None for found in care.reasons([care.to_send(one) for one in mine]) for one in found}
    for delivery in mine:
        profile = known.on(app.profiles[delivery.platform], delivery.account, words.accounts)
        message = delivery.message
        for number, part in enumerate(message.parts, start=1):
            warning = message.content_warning or ""
            key = (
                delivery.platform,
                delivery.variant,
                number,
                len(message.parts),
                profile.text_max,
                profile.unit,
                warning,
                part.text,
            )
            accounts.setdefault(key, []).append(delivery.account)
    said = []
    for (platform, variant, number, count, _, _, warning, text), speakers in sorted(accounts.items(), key=_order(app)):
        profile = known.on(app.profiles[platform], speakers[0], words.accounts)
        said.append(
            MeasuredMessage(
                measure_on(text, profile, warning), variant, number, count, tuple(sorted(speakers)), tuple(held)
            )
        )
    if not said:
        why = sorted({finding.problem.message for finding in planned.findings if finding.problem.code == "TEXT"})
        why += sorted({left.why for left in planned.left_out if left.post == post})
        raise WrongUse(f"nobody would say {post} now: {'; '.join(why) or 'it is a boost, and has no text of its own'}")
    return said


def _order(app: AppContext) -> Any:
    platforms = list(app.profiles)
    return lambda item: (platforms.index(item[0][0]), *item[0][1:])


def measure_batch(
    lines: Iterable[bytes], profiles: Mapping[str, PlatformProfile]
) -> Iterator[tuple[dict[str, Any], bool]]:
    """Measure each line of JSON that is not blank; yields the answer and whether the line was valid. Streams."""
    for number, line in enumerate(lines, start=1):
        if number == 1:
            line = line.removeprefix(b"\xef\xbb\xbf")
        if not line.strip():
            continue
        asked = _asked(line)
        if isinstance(asked, str):
            yield {"error": asked, "line": number}, False
        else:
            yield _answer(*asked, profiles), True


def lines_of(file: IO[bytes]) -> Iterator[bytes]:
    """Read lines; of one that is longer than LINE_MOST only so much that this can be seen."""
    while line := file.readline(LINE_MOST + 1):
        yield line
        while len(line) > LINE_MOST and not line.endswith(b"\n"):
            line = file.readline(LINE_MOST + 1)


def _asked(line: bytes) -> tuple[str | int, str] | str:
    """Parse a line: the id and the text, or what is wrong with it."""
    if len(line) > LINE_MOST:
        return f"this line is longer than {LINE_MOST:,} bytes: give a shorter text"
    if _nested(line):
        return f'this line is nested more than {_DEPTH_MOST} levels deep: write {{"id": "1", "text": "…"}}'
    try:
        asked = json.loads(line)
    except UnicodeDecodeError:
        return "this line is not UTF-8"
    except (ValueError, RecursionError):
        return 'this line is not JSON: write {"id": "1", "text": "…"}'
    if not isinstance(asked, dict) or not isinstance(asked.get("text"), str):
        return 'this line has no `text`: write {"id": "1", "text": "…"}'
    name = asked.get("id")
    if not isinstance(name, str | int) or isinstance(name, bool):
        return 'this line has no `id`: write {"id": "1", "text": "…"}'
    return name, asked["text"]


def _nested(line: bytes) -> bool:
    """Whether lists and objects are nested too deeply: JSON parsers have limits too, different in each release."""
    if line.count(b"[") + line.count(b"{") <= _DEPTH_MOST:
        return False
    levels = 0
    for sign in _BRACKET.findall(_STRING.sub(b"", line)):
        levels += 1 if sign in b"[{" else -1
        if levels > _DEPTH_MOST:
            return True
    return False


_DEPTH_MOST: Final = 30
_BRACKET: Final = re.compile(rb"[\[\]{}]")
_STRING: Final = re.compile(rb'"(?:[^"\\]++|\\.)*+"')


def _answer(name: str | int, text: str, profiles: Mapping[str, PlatformProfile]) -> dict[str, Any]:
    answer: dict[str, Any] = {"id": name}
    for platform, profile in profiles.items():
        one = measure_on(text, profile)
        told: dict[str, Any] = {profile.length_key: one.length}
        if profile.bytes_max is not None:
            told["bytes"] = one.octets
        told |= {"valid": one.valid, "hashtags": one.values("tag"), "mentions": one.values("mention")}
        answer[platform] = told | {"urls": one.values("link")}
    return answer
