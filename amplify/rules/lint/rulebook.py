"""Every rule by its code: how serious it is, which policy it rests on, and whether a workspace may weaken it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from amplify.model.problem import Severity

_ERROR, _WARNING = Severity.ERROR, Severity.WARNING
_X_POSTS = "X developer guidelines: no identical or substantially similar posts over several accounts"
_X_AUTOMATION = "X automation rules"
_BOTS = "Bluesky, page on bots"
_SERVERS = "rules of Mastodon servers"
_LEXICON = "Bluesky, lexicon `app.bsky.feed.post`"
_WAI = "W3C, Web Accessibility Initiative"
_CARE = "duty of care"
_OURS = "custom of campaigns"


@dataclass(frozen=True, slots=True)
class Entry:
    """What is known of a rule beside its function."""

    severity: Severity
    policy: str
    fixed: bool = False
    """A rule of care, or one whose breach costs other people: it may be sharpened, never weakened."""


RULEBOOK: Final[dict[str, Entry]] = {
    "ALT-LONG": Entry(_ERROR, "the platforms' limits"),
    "ALT-MISSING": Entry(_ERROR, _WAI),
    "ALT-NAME": Entry(_ERROR, _WAI),
    "ALT-SAME": Entry(_ERROR, _WAI),
    "B-BOT": Entry(_ERROR, _BOTS),
    "B-OPTIN": Entry(_ERROR, _BOTS, fixed=True),
    "B-SIZE": Entry(_ERROR, _LEXICON),
    "CAP-DAY": Entry(_ERROR, _OURS),
    "CAP-FIT": Entry(_ERROR, _OURS),
    "CAP-GAP": Entry(_WARNING, _OURS),
    "CONSENT-LANG": Entry(_ERROR, _CARE, fixed=True),
    "CONSENT-MISSING": Entry(_ERROR, _CARE, fixed=True),
    "CONSENT-SCOPE": Entry(_ERROR, _CARE, fixed=True),
    "CTA-CLOSED": Entry(_ERROR, _CARE, fixed=True),
    "CTA-MANY": Entry(_WARNING, _OURS),
    "EMBARGO": Entry(_ERROR, _CARE, fixed=True),
    "FACT-CONFLICT": Entry(_ERROR, _CARE, fixed=True),
    "FACT-STALE": Entry(_ERROR, _CARE, fixed=True),
    "GIF-LONG": Entry(_ERROR, "the platforms' limits"),
    "GIF-STILL": Entry(_WARNING, "the platforms' limits"),
    "HANDLE-FORM": Entry(_ERROR, "the platforms' own forms of handles"),
    "HANDLE-OTHER": Entry(_WARNING, _OURS),
    "HANDLE-UNKNOWN": Entry(_WARNING, _OURS),
    "LINK-DOMAIN": Entry(_ERROR, _CARE, fixed=True),
    "LINK-FORM": Entry(_WARNING, "the platforms' own forms of links"),
    "M-BOT": Entry(_WARNING, _SERVERS),
    "M-CAP": Entry(_ERROR, _SERVERS),
    "M-RULES": Entry(_ERROR, _SERVERS),
    "M-SHORT": Entry(_ERROR, _SERVERS, fixed=True),
    "MOVE-ALONE": Entry(_ERROR, "the platforms' limits"),
    "PERSON-STATE": Entry(_ERROR, _CARE, fixed=True),
    "PERSON-UNLISTED": Entry(_WARNING, _CARE, fixed=True),
    "QUIET": Entry(_WARNING, _CARE, fixed=True),
    "RISK-BOOST": Entry(_ERROR, _CARE, fixed=True),
    "RISK-CALL": Entry(_ERROR, _CARE, fixed=True),
    "RISK-LINK": Entry(_ERROR, _CARE, fixed=True),
    "STATUS-STALE": Entry(_ERROR, _CARE, fixed=True),
    "TAG-BANNED": Entry(_ERROR, _OURS),
    "TAG-CASE": Entry(_WARNING, _WAI),
    "TAG-COUNT": Entry(_WARNING, "custom of the platforms"),
    "TAG-DESIGNATED": Entry(_ERROR, _CARE, fixed=True),
    "TAG-MANY": Entry(_ERROR, _X_AUTOMATION),
    "TAG-RETIRED": Entry(_ERROR, _OURS),
    "TXT-BIDI": Entry(_ERROR, "Unicode, bidirectional algorithm (UAX #9)"),
    "TXT-HIDDEN": Entry(_ERROR, "the platforms' own forms of handles"),
    "TXT-HUGE": Entry(_ERROR, "the platforms' limits"),
    "TXT-LONG": Entry(_ERROR, "the platforms' limits"),
    "TXT-MARKS": Entry(_ERROR, _WAI),
    "TXT-MIXED": Entry(_WARNING, _OURS),
    "VIDEO-CODEC": Entry(_ERROR, "the platforms' limits"),
    "VIDEO-LONG": Entry(_ERROR, "the platforms' limits"),
    "VIDEO-SHAPE": Entry(_ERROR, "the platforms' limits"),
    "VIDEO-SIZE": Entry(_ERROR, "the platforms' limits"),
    "X-BOOST": Entry(_ERROR, _X_AUTOMATION, fixed=True),
    "X-BUDGET": Entry(_WARNING, _OURS),
    "X-COST": Entry(_WARNING, "X, prices of its API"),
    "X-DUP": Entry(_ERROR, _X_POSTS, fixed=True),
    "X-LABEL": Entry(_ERROR, _X_AUTOMATION),
    "X-MENTION": Entry(_ERROR, _X_AUTOMATION, fixed=True),
    "X-REPEAT": Entry(_ERROR, "X automation rules: no duplicate posts"),
    "X-TREND": Entry(_ERROR, "X automation rules: no posting into trending topics"),
}
"""Code → what is known. A rule that is not here cannot be named in `rules:` of the workspace's settings."""


def weakens(code: str, severity: str) -> bool:
    """Whether giving a rule this severity (`off`, `warning`, `error`) would weaken one that is fixed."""
    entry = RULEBOOK.get(code)
    ranks = {"off": 0, "warning": 1, "error": 2}
    return entry is not None and entry.fixed and ranks[severity] < ranks[entry.severity.value]
