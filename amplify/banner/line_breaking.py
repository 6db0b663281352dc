"""Breaks a text into lines: few, even, and with no word left alone that belongs to its neighbour.

Lengths are in any unit that `wide` measures in. Words that should not part are glued first: one-letter words to what
follows (`і`, `у`, `в`, `a`), a dash to what precedes it, a number to what it counts.
"""

from __future__ import annotations

import re
from collections.abc import Callable

Wide = Callable[[str], float]

_SHORT = re.compile(r"[«“\"(]?[^\W\d_]{1,2}")
_REST = re.compile(r"[,;:.!?…—][»”\")]?$")
_NO_REST = 0.05
"""What ending a line in the middle of a phrase costs, against ending it at a comma: some unevenness is better."""
_LONELY = 0.4
"""A last line of one word is lonely where it is shorter than this share of the longest line."""
_DASH = re.compile(r"[—–-]+")
_NUMBER = re.compile(r"[+−]?\d[\d.,\u00a0\u202f–]*%?")


def break_units(text: str) -> list[str]:
    """The units between which a line may end. Blanks that do not break are kept inside."""
    glued: list[str] = []
    bound = False
    for word in text.split(" "):
        if not word:
            continue
        if glued and (bound or _DASH.fullmatch(word)):
            glued[-1] += " " + word
        else:
            glued.append(word)
        bound = bool(_SHORT.fullmatch(word) or _NUMBER.fullmatch(word))
    return glued


def break_lines(text: str, room: float, most: int, wide: Wide) -> list[str] | None:
    """The text on at most `most` lines that are at most `room` wide; None where it does not fit.

    It takes as few lines as will do, and makes them as even as they can be: the longest becomes as short as possible.
    """
    lines: list[str] = []
    for paragraph in text.split("\n"):
        pieces = break_units(paragraph.strip())
        if not pieces:
            continue
        found = _greedy(pieces, room, wide)
        if found is None:
            return None
        lines += _even(pieces, len(found), room, wide) if len(found) > 1 else found
        if len(lines) > most:
            return None
    return lines


def has_lonely_word(lines: list[str], wide: Wide) -> bool:
    """Whether one short word stands alone on the last of several lines."""
    return len(lines) > 1 and len(break_units(lines[-1])) == 1 and wide(lines[-1]) < _LONELY * max(map(wide, lines))


def _greedy(pieces: list[str], room: float, wide: Wide) -> list[str] | None:
    lines = [""]
    for piece in pieces:
        longer = f"{lines[-1]} {piece}" if lines[-1] else piece
        if wide(longer) <= room:
            lines[-1] = longer
        elif wide(piece) > room:
            return None
        else:
            lines.append(piece)
    return lines


def _even(pieces: list[str], count: int, room: float, wide: Wide) -> list[str]:
    """The breaks into `count` lines with the least sum of squared blanks, the last line's counted too."""
    blank = wide("n n") - wide("nn")
    lengths = [wide(piece) for piece in pieces]
    goal = (sum(lengths) + blank * (len(pieces) - count)) / count
    rest = [_REST.search(piece) is not None for piece in pieces]
    best: list[tuple[float, tuple[int, ...]] | None] = [(0.0, ())] + [None] * len(pieces)
    for _ in range(count):
        then: list[tuple[float, tuple[int, ...]] | None] = [None] * (len(pieces) + 1)
        for start, before in enumerate(best):
            if before is None:
                continue
            length = -blank
            for end in range(start + 1, len(pieces) + 1):
                length += lengths[end - 1] + blank
                if length > room and end > start + 1:
                    break
                cost = before[0] + (goal - length) ** 2 + (0 if rest[end - 1] else _NO_REST * goal * goal)
                known = then[end]
                if known is None or cost < known[0]:
                    then[end] = (cost, (*before[1], end))
        best = then
    ends = best[-1][1] if best[-1] is not None else tuple(range(1, len(pieces) + 1))
    return [" ".join(pieces[start:end]) for start, end in zip((0, *ends), ends, strict=False)]
