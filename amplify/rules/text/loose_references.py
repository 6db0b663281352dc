"""Finds addresses, handles and hashtags as a reader would follow them, whatever a platform makes of them. Pure, in time
that grows with the text.

With or without a scheme, user name, port or final dot; in letters of any width; with invisible characters inside, in
punycode or percent signs, or with the dot in brackets. Better one too many than one too few: what is found here is
only compared with what readers must not be led to.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple
from urllib.parse import unquote

from amplify.rules.text.name_words import without_invisible

_LABELS_MOST: Final = 12
"""Labels of a domain, from its end, that are compared."""
_LABEL_MOST: Final = 80
_PATH_MOST: Final = 500
_DOTS: Final = str.maketrans("。｡․", "...")
_BRACKETED = re.compile(r"[\[({] ?(?:\.|dot) ?[\])}]")
_CHUNK = re.compile(r"\S+")
_HOST = re.compile(r"[\w.-]+")
_PORT = re.compile(r":\d*")
_SIGNED = re.compile(r"(?<![\w.-])([\w.-]*)@([\w.-]+)(?:@([\w.-]+))?")
_TAG = re.compile(r"#(\w+)")
_OUTSIDE = re.compile(r"[^\w@.~+-]")


class LooseAddress(NamedTuple):
    """One address."""

    host: str
    """In Unicode and small letters, without a final dot."""
    behind: str
    """What follows the host, as it stands there."""

    @property
    def domains(self) -> Iterator[str]:
        """The host, and the domains it lies below."""
        labels = self.host.split(".")
        return (".".join(labels[at:]) for at in range(max(0, len(labels) - _LABELS_MOST), len(labels) - 1))

    @property
    def segments(self) -> tuple[str, ...]:
        """The path, in small letters, each segment without a leading `@`."""
        behind = self.behind[:_PATH_MOST]
        port = _PORT.match(behind)
        path = behind[port.end() if port else 0 :].replace("\\", "/").replace("#!/", "/")
        found: list[str] = []
        for raw in re.split("[?#]", path, maxsplit=1)[0].split("/") if path.startswith("/") else ():
            segment = fold_address(unquote(raw)).lstrip("@")
            if segment == "..":
                found = found[:-1]
            elif bare := _OUTSIDE.split(segment, maxsplit=1)[0].rstrip(".~+-"):
                found.append(bare)
        return tuple(found)


@dataclass(frozen=True, slots=True)
class LooseReferences:
    """What a text may lead its readers to."""

    addresses: tuple[LooseAddress, ...]
    handles: frozenset[str]
    """Without the leading `@`, in small letters: `radio`, `radio@social.example`."""
    hashtags: frozenset[str]
    """Without signs, in small letters."""


def find_references(texts: Iterable[str]) -> LooseReferences:
    """Everything in these texts that may lead somewhere."""
    addresses: list[LooseAddress] = []
    handles: set[str] = set()
    hashtags: set[str] = set()
    for text in texts:
        for said in dict.fromkeys((text, unquote(text))):
            plain = fold_address(said)
            for chunk in _CHUNK.findall(plain):
                found, rest = _addresses_in(chunk)
                addresses += found
                handles |= set(_handles_in(rest))
                hashtags |= set(_TAG.findall(rest))
    return LooseReferences(tuple(dict.fromkeys(addresses)), frozenset(handles), frozenset(hashtags))


def fold_address(text: str) -> str:
    """A text in the form in which addresses and handles are compared."""
    plain = without_invisible(unicodedata.normalize("NFKC", without_invisible(text)).translate(_DOTS)).casefold()
    return _BRACKETED.sub(".", plain)


def unicode_host(host: str) -> str:
    """A host in Unicode: `xn--…` as it is read."""
    return ".".join(map(_label, host.strip(".-").split(".")))


def _label(label: str) -> str:
    if not label.startswith("xn--") or len(label) > _LABEL_MOST:
        return label
    try:
        return fold_address(label.removeprefix("xn--").encode("ascii").decode("punycode"))
    except (UnicodeError, ValueError, OverflowError):
        return label


def _addresses_in(chunk: str) -> tuple[list[LooseAddress], str]:
    """The addresses in a stretch without blanks, and the stretch without their paths."""
    found: list[LooseAddress] = []
    path_from: int | None = None
    for run in _HOST.finditer(chunk):
        host, start = run[0].strip(".-"), run.start()
        if "." not in host:
            continue
        # Below a host, what follows a single slash is a segment of its path.
        if path_from is not None and chunk[start - 1] == "/" and ":/" not in chunk[start - 3 : start]:
            continue
        found.append(LooseAddress(unicode_host(host), chunk[run.end() : run.end() + _PATH_MOST]))
        if path_from is None and chunk[run.end() : run.end() + 1] in ("/", "\\", ":", "?", "#"):
            path_from = run.end()
    return found, chunk if path_from is None else chunk[:path_from]


def _handles_in(text: str) -> Iterator[str]:
    for found in _SIGNED.finditer(text):
        before, name, behind = (one.strip(".-") for one in found.groups(""))
        if behind:
            yield f"{name}@{unicode_host(behind)}"
        yield f"{before}@{unicode_host(name)}" if before else name
