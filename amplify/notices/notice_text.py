"""Words of a notice: what happened, how often, what to do next. No names of people, no texts, no ids of posts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, Final

from amplify.model.notice import NoticeEvent, QueuedNotice

_LISTED: Final = 20
"""Ids that are listed of one event."""

_WORDS: Final[dict[NoticeEvent, tuple[str, str, str]]] = {
    "stop": (
        "a stop is in force",
        "{n} stops are in force",
        "`amplify status` says what is held, and who set it.",
    ),
    "unsure": (
        "1 post may be out, or not",
        "{n} posts may be out, or not",
        "Look at the account's own timeline, then run `amplify settle ID --sent ADDRESS` or `--not-sent`.",
    ),
    "logged_out": (
        "1 account cannot sign in",
        "{n} accounts cannot sign in",
        "`amplify status` says why. Give it a new key, then run `amplify check --online`.",
    ),
    "needs_approval": (
        "1 message waits for approval",
        "{n} messages wait for approval",
        "Run `amplify approve`.",
    ),
    "nearly_missed": (
        "1 message is due, is held, and will soon be too late",
        "{n} messages are due, are held, and will soon be too late",
        "`amplify status ID` says why it is held.",
    ),
    "missed": (
        "1 message did not go out in time",
        "{n} messages did not go out in time",
        "`amplify status ID` says why. Give it a new time to say it after all.",
    ),
    "refused": (
        "1 message was refused by its platform",
        "{n} messages were refused by their platforms",
        "`amplify status ID` says why. Change its words, and it comes back.",
    ),
    "takedown": (
        "1 takedown is not finished",
        "{n} takedowns are not finished",
        "`amplify status ID` says what is left. Look at the post yourself.",
    ),
    "file_errors": (
        "the files have errors",
        "the files have errors",
        "What they name is held. `amplify check` says what to change.",
    ),
    "files_differ": (
        "1 machine has other files",
        "{n} machines have other files",
        "Run `git pull` there.",
    ),
    "no_pass": (
        "nothing has published for an hour",
        "nothing has published for an hour",
        "Look whether cron, or `amplify run`, is still running there.",
    ),
    "review": (
        "1 person has to be asked about again",
        "{n} people have to be asked about again",
        "`amplify people` says who, and by when.",
    ),
    "fact": (
        "1 fact runs out",
        "{n} facts run out",
        "`amplify facts` says which.",
    ),
    "test": (
        "this is a test",
        "this is a test",
        "Nothing has happened. This is how you will be told when something does.",
    ),
}


def notice_subject(notices: Sequence[QueuedNotice]) -> str:
    """One line, at most three events: `amplify: a stop is in force; 2 posts may be out, or not`."""
    said = [_headline(event, len(some)) for event, some in _by_event(notices)]
    more = f"; and {len(said) - 3} more" if len(said) > 3 else ""
    return f"amplify: {'; '.join(said[:3])}{more}"


def notice_body(notices: Sequence[QueuedNotice]) -> str:
    """Plain text: for each event its count, the ids, and the next step."""
    lines: list[str] = []
    for event, some in _by_event(notices):
        headline = _headline(event, len(some))
        lines += [headline[0].upper() + headline[1:] + "."]
        ids = [one.about for one in some if one.about]
        lines += [f"  {one}" for one in ids[:_LISTED]]
        if len(ids) > _LISTED:
            lines += [f"  and {len(ids) - _LISTED} more"]
        lines += [_WORDS[event][2], ""]
    lines += [
        "This says no names and no texts on purpose: e-mail is read by many.",
        "Who is told of what stands under `notify:` in config/accounts.yaml.",
    ]
    return "\n".join(lines) + "\n"


def notice_json(notices: Sequence[QueuedNotice]) -> list[dict[str, Any]]:
    """The same for programs: event, how many, the first ids, the next step."""
    return [
        {
            "event": event,
            "count": len(some),
            "ids": [one.about for one in some if one.about][:_LISTED],
            "says": _headline(event, len(some)),
            "next": _WORDS[event][2],
        }
        for event, some in _by_event(notices)
    ]


def _by_event(notices: Sequence[QueuedNotice]) -> Iterator[tuple[NoticeEvent, list[QueuedNotice]]]:
    for event, some in groupby(notices, key=lambda one: one.event):
        yield event, list(some)


def _headline(event: NoticeEvent, count: int) -> str:
    one, many, _ = _WORDS[event]
    return one if count == 1 else many.format(n=count)
