"""Finds the addresses that Mastodon's servers link and count as 23: twitter-text (Ruby, 3.1.0) with their own changes.

Pure, in time that grows with the text. They differ from what X links (`rules.text.url_finder`):

- only with a scheme (`https://`, also `gemini://` …); one without is passed over, and with it what touches it:
  `example.org/https://example.org/x` links nothing;
- the domain has an ending that exists, so `https://127.0.0.1/x` is no address;
- a path goes on to the next blank, round bracket, `<`, `>` or `?`, then gives back ASCII punctuation: `»`, `”`, `…`,
  `。` and U+200B belong to it;
- a query takes everything beyond ASCII, even U+00A0 and U+200A: only a plain blank or a line's end certainly ends it;
- an address may follow any character but a Latin letter, an ASCII digit, `@`, `$`, `#`.

Their library's expression backtracks; here each part is looked at once. The answers are the same, which
`tests/conformance/test_oracles.py` asks them.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import cache
from typing import Final, NamedTuple

import regex

from amplify.rules.text.entities import ACCENTED
from amplify.rules.text.url_library import domain_endings

_DIRECTIONS: Final = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_NEVER: Final = "\ufeff\ufffe\uffff"
_RUN: Final = re.compile(
    rf"[^{_DIRECTIONS}{_NEVER}!\"#$%&'()*+,/:;<=>?@\[\]^`{{|}}~"
    r"\x00-\x20\x7f\x85\xa0\u1680\u180e\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+"
)
"""A stretch that can hold a domain: no character outside it belongs to one. Of ASCII signs `.`, `-`, `_`, `\\` do."""
_BEFORE: Final = re.compile(rf"[^A-Za-z0-9@＠$#＃{_NEVER}]")
_SCHEMES: Final = ("https", "http", "dat", "dweb", "ipfs", "ipns", "ssb", "gopher", "gemini")
_PORT: Final = re.compile(":[0-9]+")

_IN_PATH: Final = r"[^\p{White_Space}<>()?]"
_PATH: Final = regex.compile(rf"{_IN_PATH}*+")
_NO_END: Final = frozenset("!*\"'「」;:=,.$%[]~&|@")


def _brackets(inside: str) -> regex.Pattern[str]:
    """Round brackets, with one more pair inside them at most."""
    return regex.compile(rf"\((?:{inside}++|{inside}*+\({inside}++\){inside}*+)\)")


_BRACKETS: Final = _brackets(_IN_PATH)
_LAST_BRACKETS: Final = _brackets(rf"[a-zA-Z\p{{Cyrillic}}0-9!*';:=+,.$/%#\[\]\p{{Pd}}_~&|@{ACCENTED}]")
"""Brackets with which a path may end: fewer letters may stand in them than in the middle of one."""

_BEYOND_ASCII: Final = "".join(
    (
        "\xa0-\ud7ff\ue000-\ufdcf\ufdf0-\uffef",
        *(f"{chr(plane * 0x10000)}-{chr(plane * 0x10000 + 0xFFFD)}" for plane in (*range(1, 14), 15, 16)),
        "\U000e1000-\U000efffd",
    )
)
_QUERY: Final = re.compile(rf"\?[A-Za-z0-9!?*'();:&=+$/%#\[\]\-_.,~|@^{_BEYOND_ASCII}]+")
_QUERY_END: Final = re.compile(rf"[A-Za-z0-9_&=#/\-{_BEYOND_ASCII}]")

_SHORT: Final = re.compile(r"https?://t\.co/([a-z0-9]+)", re.IGNORECASE | re.ASCII)
_SHORT_MOST: Final = 40
_LONGEST: Final = 4096
_LABEL_MOST: Final = 63

_PLAIN: Final = r"[a-zA-Z\p{Cyrillic}0-9\p{Pd}._~]|%[0-9a-fA-F]{2}"
_EXTRA: Final = re.compile(r"(xmpp:)|magnet:(?=\?)", re.IGNORECASE | re.ASCII)
_NODE: Final = regex.compile(rf"(?:{_PLAIN}|[!$()*+,;=])++@")
_RESOURCE: Final = regex.compile(rf"/(?:{_PLAIN}|[!$&'()*+,;=])++")


class LinkedAddress(NamedTuple):
    """One address, in code points."""

    start: int
    end: int


def find_linked(text: str) -> Iterator[LinkedAddress]:
    """Addresses that count 23, in order."""
    if "://" not in text:
        return
    for start, domain, end in _matches(text):
        if domain is None:
            continue
        short = _SHORT.match(text, start, end)
        if short is not None:
            if len(short[1]) > _SHORT_MOST:
                continue
            end = short.end()
        if end - start <= _LONGEST and is_domain(domain):
            yield LinkedAddress(start, end)


def find_extra(text: str) -> Iterator[LinkedAddress]:
    """`xmpp:` and `magnet:` addresses: they link, and count as they are written."""
    done = 0
    for scheme in _EXTRA.finditer(text):
        if scheme.start() < done or not _may_begin(text, scheme.start(), done):
            continue
        end = _xmpp_end(text, scheme.end()) if scheme[1] else _query_end(text, scheme.end())
        if end > scheme.end():
            yield LinkedAddress(scheme.start(), end)
            done = end


def is_domain(domain: str) -> bool:
    """Whether a domain can be written in ASCII (IDNA 2003), which twitter-text asks for."""
    if any(len(label) > _LABEL_MOST for label in domain.split(".")):
        return False
    try:
        domain.encode("idna")
    except UnicodeError:
        return False
    return True


def _matches(text: str) -> Iterator[tuple[int, str | None, int]]:
    """Everything twitter-text takes for an address: start, domain (None without a scheme), end."""
    done = 0
    for run in _RUN.finditer(text):
        start, end = run.span()
        labels = _Labels(text, start, end) if "." in run[0] else None
        while done < end:
            scheme, schemed = _schemed(text, start, end, done)
            bare = labels.first_domain(done) if labels is not None else None
            if schemed is not None and (bare is None or scheme <= bare[0]):
                done = _address_end(text, schemed)
                yield scheme, text[end + 3 : schemed], done
            elif bare is not None:
                done = _address_end(text, bare[1])
                yield bare[0], None, done
            else:
                break


def _schemed(text: str, start: int, end: int, done: int) -> tuple[int, int | None]:
    """The scheme with which a stretch ends: where it begins, and where the domain behind it ends, if there is one."""
    if text.startswith("://", end):
        tail = text[max(start, end - 6) : end].lower()
        for name in _SCHEMES:
            at = end - len(name)
            if tail.endswith(name) and at >= done and _may_begin(text, at, done):
                return at, _domain_end(text, end + 3)
    return end, None


def _may_begin(text: str, at: int, done: int) -> bool:
    """Whether an address may begin here: at a line's beginning, or after a character that belongs to nothing else."""
    if at == 0 or text[at - 1] == "\n":
        return True
    return at > done and _BEFORE.match(text, at - 1) is not None


class _Labels:
    """The labels of a stretch that can hold a domain, and how far a domain reaches that begins in each of them."""

    def __init__(self, text: str, start: int, end: int) -> None:
        self._text = text
        self._spans: list[tuple[int, int]] = []
        for label in text[start:end].split("."):
            self._spans.append((start, start + len(label)))
            start += len(label) + 1
        self._endings = [None, *(_ending_end(text, begin) for begin, _ in self._spans[1:])]
        self._reach = self._reaches()

    def _reaches(self) -> list[int | None]:
        """For each label, where the longest domain ends that begins with all of it."""
        reach: list[int | None] = [None] * (len(self._spans) + 1)
        for index in range(len(self._spans) - 2, -1, -1):
            label = self._text[slice(*self._spans[index])]
            if label and label[0] not in "_-" and label[-1] not in "_-":
                longer = reach[index + 1]
                last = self._endings[index + 1] if "_" not in label else None
                reach[index] = last if longer is None else longer
        return reach

    def first_domain(self, done: int) -> tuple[int, int] | None:
        """The first domain that may begin at `done` or later: its start and its end."""
        index = max(0, bisect_right(self._spans, (done, len(self._text))) - 1)
        for number in range(index, len(self._spans) - 1):
            begin, end = self._spans[number]
            if begin == end or self._text[end - 1] in "_-":
                continue
            reach, lowest = self._reach[number + 1], max(begin, done)
            if reach is None:  # this label is the last before the ending, where no `_` stands
                reach, lowest = self._endings[number + 1], max(lowest, self._text.rfind("_", begin, end) + 1)
            if reach is not None:
                for at in range(lowest, end):
                    if self._text[at] not in "_-" and _may_begin(self._text, at, done):
                        return at, reach
        return None

    def whole_domain(self) -> int | None:
        """Where the domain ends that begins where the stretch does."""
        return self._reach[0]


def _domain_end(text: str, start: int) -> int | None:
    run = _RUN.match(text, start)
    return _Labels(text, start, run.end()).whole_domain() if run is not None and "." in run[0] else None


@cache
def _endings_by_letter() -> dict[str, tuple[str, ...]]:
    """Endings of domains, by their first letter; in Latin letters by all of them."""
    found: dict[str, list[str]] = {}
    for ending in domain_endings():
        found.setdefault(ending if ending.isascii() else ending[0], []).append(ending)
    return {key: tuple(endings) for key, endings in found.items()}


_LATIN_RUN: Final = re.compile("[A-Za-z]+")
_PUNYCODE: Final = re.compile("xn--[a-z0-9]+", re.IGNORECASE | re.ASCII)
_NOT_BEHIND: Final = re.compile("[0-9A-Za-z@+-]")


def _ending_end(text: str, at: int) -> int | None:
    """Where the ending of a domain ends that begins at `at`; None where none does."""
    latin = _LATIN_RUN.match(text, at)
    for ending in _endings_by_letter().get(latin[0].lower() if latin else text[at : at + 1].lower(), ()):
        end = at + len(ending)
        if text[at:end].lower() == ending and not _NOT_BEHIND.match(text, end):
            return end
    punycode = _PUNYCODE.match(text, at)
    return punycode.end() if punycode else None


def _address_end(text: str, domain_end: int) -> int:
    """Where an address ends: behind its port, path and query."""
    port = _PORT.match(text, domain_end)
    at = port.end() if port else domain_end
    return _query_end(text, _path_end(text, at) if text.startswith("/", at) else at)


def _path_end(text: str, at: int) -> int:
    stretches = [_PATH.match(text, at + 1)]
    while (last := stretches[-1]) and (pair := _BRACKETS.match(text, last.end())):
        stretches.append(_PATH.match(text, pair.end()))
    while stretches and (stretch := stretches.pop()):
        for end in range(stretch.end(), stretch.start(), -1):
            if text[end - 1] not in _NO_END:
                return end
        before = stretches[-1] if stretches else None
        if before and (pair := _LAST_BRACKETS.match(text, before.end())):
            return pair.end()
    return at + 1


def _query_end(text: str, at: int) -> int:
    found = _QUERY.match(text, at)
    for end in range(found.end() if found else at, at + 1, -1):
        if _QUERY_END.match(text, end - 1):
            return end
    return at


def _xmpp_end(text: str, at: int) -> int:
    """Where an `xmpp:` address ends; `at` where it is none."""
    begin = at
    if text.startswith("//", at) and (node := _NODE.match(text, at + 2)):
        host = _domain_end(text, node.end())
        if host is not None and text.startswith("/", host):
            begin = host + 1
    named = _NODE.match(text, begin)
    domain = _domain_end(text, named.end()) if named else None
    if domain is None:
        domain = _domain_end(text, begin)
    if domain is None:
        return at
    resource = _RESOURCE.match(text, domain)
    return _query_end(text, resource.end() if resource else domain)
