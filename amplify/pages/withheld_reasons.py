"""Reasons for which a text or a picture is withheld from readers who share by hand."""

from __future__ import annotations

from typing import Final

WITHHELD: Final = {
    "embargo": "under embargo",
    "stop": "stopped",
    "person": "held for the sake of a person",
    "consent": "beyond what a person agreed to",
    "risk": "not for readers at risk",
    "fact": "with a fact that must not be said any more",
    "action": "with a call to action that is not open",
    "campaign": "of a campaign that is silent",
    "quiet": "in a time of silence",
    "approval": "not approved yet",
    "season": "for another time",
    "problem": "with a problem that `amplify check` tells",
    "picture": "pictures that are not painted",
}
"""Reason → the words staff see, in the order in which reasons are checked: the first one counts. An export gives
those that are names of gates, `embargo`, `stop` and `problem`; a toolkit any of them."""

UNTOLD: Final = frozenset({"embargo", "stop", "person", "consent"})
"""Reasons for which partners and readers get to see nothing of it, not even its name."""

RESTING: Final = frozenset({"stop", "person", "consent", "campaign", "quiet"})
"""Reasons for which readers are asked not to share older copies either."""
