"""Every lint rule by its code: severity, the policy it rests on, and whether a workspace may weaken it."""

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
class RuleInfo:
    """What a rule has besides its function: severity, policy, whether it is fixed."""

    severity: Severity
    policy: str
    fixed: bool = False
    """A rule of care, or one whose breach costs other people: it may be sharpened, never weakened."""


RULEBOOK: Final[dict[str, RuleInfo]] = {
    "ALT-LONG": RuleInfo(_ERROR, "the platforms' limits"),
    "ALT-MISSING": RuleInfo(_ERROR, _WAI),
    "ALT-NAME": RuleInfo(_ERROR, _WAI),
    "ALT-SAME": RuleInfo(_ERROR, _WAI),
    "BANNER-LANG": RuleInfo(_WARNING, _OURS),
    "BANNER-STALE": RuleInfo(_ERROR, _CARE, fixed=True),
    "B-BOT": RuleInfo(_ERROR, _BOTS),
    "B-OPTIN": RuleInfo(_ERROR, _BOTS, fixed=True),
    "B-SIZE": RuleInfo(_ERROR, _LEXICON),
    "CAP-DAY": RuleInfo(_ERROR, _OURS),
    "CAP-FIT": RuleInfo(_ERROR, _OURS),
    "CAP-GAP": RuleInfo(_WARNING, _OURS),
    "CAPTION-SIZE": RuleInfo(_ERROR, "the platforms' limits"),
    "CONSENT-LANG": RuleInfo(_ERROR, _CARE, fixed=True),
    "CONSENT-MISSING": RuleInfo(_ERROR, _CARE, fixed=True),
    "CONSENT-SCOPE": RuleInfo(_ERROR, _CARE, fixed=True),
    "CTA-CLOSED": RuleInfo(_ERROR, _CARE, fixed=True),
    "CTA-MANY": RuleInfo(_WARNING, _OURS),
    "EMBARGO": RuleInfo(_ERROR, _CARE, fixed=True),
    "FACT-CONFLICT": RuleInfo(_ERROR, _CARE, fixed=True),
    "FACT-PLURAL": RuleInfo(_WARNING, "Unicode CLDR, plural rules"),
    "FACT-STALE": RuleInfo(_ERROR, _CARE, fixed=True),
    "GIF-LONG": RuleInfo(_ERROR, "the platforms' limits"),
    "GIF-STILL": RuleInfo(_WARNING, "the platforms' limits"),
    "HANDLE-FORM": RuleInfo(_ERROR, "the platforms' own forms of handles"),
    "HANDLE-OTHER": RuleInfo(_WARNING, _OURS),
    "HANDLE-UNKNOWN": RuleInfo(_WARNING, _OURS),
    "LINK-DOMAIN": RuleInfo(_ERROR, _CARE, fixed=True),
    "LINK-FORM": RuleInfo(_WARNING, "the platforms' own forms of links"),
    "LINK-TAIL": RuleInfo(_WARNING, "the platforms' own forms of links"),
    "M-BOT": RuleInfo(_WARNING, _SERVERS),
    "M-CAP": RuleInfo(_ERROR, _SERVERS),
    "M-RULES": RuleInfo(_ERROR, _SERVERS),
    "M-SHORT": RuleInfo(_ERROR, _SERVERS, fixed=True),
    "MOVE-ALONE": RuleInfo(_ERROR, "the platforms' limits"),
    "PERSON-STAGE": RuleInfo(_ERROR, _CARE, fixed=True),
    "PERSON-STATE": RuleInfo(_ERROR, _CARE, fixed=True),
    "PERSON-UNLISTED": RuleInfo(_WARNING, _CARE, fixed=True),
    "PICTURE-NARROW": RuleInfo(_ERROR, "the platforms' limits"),
    "PROSE-NUMBER": RuleInfo(_WARNING, _CARE),
    "PROSE-TERM": RuleInfo(_WARNING, _CARE),
    "PROSE-YEAR": RuleInfo(_WARNING, _CARE),
    "QUIET": RuleInfo(_WARNING, _CARE, fixed=True),
    "RISK-BOOST": RuleInfo(_ERROR, _CARE, fixed=True),
    "RISK-CALL": RuleInfo(_ERROR, _CARE, fixed=True),
    "RISK-LINK": RuleInfo(_ERROR, _CARE, fixed=True),
    "STATUS-STALE": RuleInfo(_ERROR, _CARE, fixed=True),
    "TAG-BANNED": RuleInfo(_ERROR, _OURS),
    "TAG-CASE": RuleInfo(_WARNING, _WAI),
    "TAG-COUNT": RuleInfo(_WARNING, "custom of the platforms"),
    "TAG-DESIGNATED": RuleInfo(_ERROR, _CARE, fixed=True),
    "TAG-FORM": RuleInfo(_WARNING, "the platforms' own forms of hashtags"),
    "TAG-MANY": RuleInfo(_ERROR, _X_AUTOMATION),
    "TAG-RETIRED": RuleInfo(_ERROR, _OURS),
    "TXT-BIDI": RuleInfo(_ERROR, "Unicode, bidirectional algorithm (UAX #9)"),
    "TXT-HIDDEN": RuleInfo(_ERROR, "the platforms' own forms of handles"),
    "TXT-HUGE": RuleInfo(_ERROR, "the platforms' limits"),
    "TXT-LONG": RuleInfo(_ERROR, "the platforms' limits"),
    "TXT-MARKS": RuleInfo(_ERROR, _WAI),
    "TXT-MARKUP": RuleInfo(_WARNING, _OURS),
    "TXT-MIXED": RuleInfo(_WARNING, _OURS),
    "VIDEO-CAPTION": RuleInfo(_WARNING, _WAI),
    "VIDEO-CODEC": RuleInfo(_ERROR, "the platforms' limits"),
    "VIDEO-LONG": RuleInfo(_ERROR, "the platforms' limits"),
    "VIDEO-RATE": RuleInfo(_ERROR, "the platforms' limits"),
    "VIDEO-SHAPE": RuleInfo(_ERROR, "the platforms' limits"),
    "VIDEO-SIZE": RuleInfo(_ERROR, "the platforms' limits"),
    "X-BOOST": RuleInfo(_ERROR, _X_AUTOMATION, fixed=True),
    "X-BUDGET": RuleInfo(_WARNING, _OURS),
    "X-COST": RuleInfo(_WARNING, "X, prices of its API"),
    "X-DUP": RuleInfo(_ERROR, _X_POSTS, fixed=True),
    "X-LABEL": RuleInfo(_ERROR, _X_AUTOMATION),
    "X-MENTION": RuleInfo(_ERROR, _X_AUTOMATION, fixed=True),
    "X-REPEAT": RuleInfo(_ERROR, "X automation rules: no duplicate posts"),
    "X-TREND": RuleInfo(_ERROR, "X automation rules: no posting into trending topics"),
}
"""Code → what is known. A rule that is not here cannot be named in `rules:` of the workspace's settings."""


def weakens_rule(code: str, severity: str) -> bool:
    """Whether giving a rule this severity (`off`, `warning`, `error`) would weaken one that is fixed."""
    entry = RULEBOOK.get(code)
    ranks = {"off": 0, "warning": 1, "error": 2}
    return entry is not None and entry.fixed and ranks[severity] < ranks[entry.severity.value]
