"""The methodology section of every report: how its numbers were collected."""

from __future__ import annotations

from amplify.pages import formatting
from amplify.report.report_model import Report

_PERIOD = """
**Period.** Deliveries whose due time lies in it, and what was read of them until the report was made. A delivery is one
post for one account at one due time; it may be a thread of several messages. All times are UTC.
"""
_DELIVERIES = """
**Deliveries.** Planned is the sum of sent, missed, refused, unsure, waiting and cancelled. Held ones are among the
waiting; cut, removed and gone ones are among the sent. A refused delivery that was edited and queued again counts
once more. Columns that would hold nothing but zeros are left out.
"""
_ENGAGEMENT = """
**Engagement.** Each message is read at {marks} after it went out, and whenever somebody asks. Sums take the latest
reading of each message. Interactions are likes, reposts, replies, quotes and bookmarks added together as far as the
platform tells them. They are not deduplicated: one account may stand behind several. Views are not interactions, and
neither are the next part of our own thread and our own boosts: they are taken off the replies and reposts.
"""
_DASH = """
**Nothing and unknown.** A dash means that nobody told us; it is never a 0. Small print such as “12 of 30” says how many
of the readings are behind a sum. Boosts are deliveries, but what they draw counts at the post they repeat.
"""
_PLATFORMS = """
**Platforms.** They count differently and stand side by side in alphabetical order; this report neither ranks nor
compares them.
"""
_PEOPLE = """
**People.** Who engaged is never collected, so nobody is named. What would tell something about a person of whom
nothing may be said at present is counted, and neither named nor listed.
"""


def method_paragraphs(report: Report) -> tuple[str, ...]:
    """Paragraphs; each answers what a careful reader would ask."""
    marks = formatting.listed(report.marks) if report.marks else "no fixed age"
    said = [
        " ".join(text.split()).format(marks=marks)
        for text in (_PERIOD, _DELIVERIES, _ENGAGEMENT, _DASH, _PLATFORMS, _PEOPLE)
    ]
    if report.attempts:
        tries = sum(report.attempts.values())
        outcomes = [f"{formatting.number(n)} {word.replace('_', ' ')}" for word, n in sorted(report.attempts.items())]
        said.append(
            f"**Attempts.** {formatting.counted(tries, 'try', 'tries')} to publish a message: "
            f"{formatting.listed(outcomes)}."
        )
    if report.history is not None:
        said.append(
            f"**History.** What people did is kept in a chain; its head is `{report.history}`. "
            f"`amplify history --verify --expect {report.history}` tells whether any of it was cut off since."
        )
    return tuple(said)
