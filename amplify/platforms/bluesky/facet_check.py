"""Whether facets lie where readers see them: Bluesky's server takes any offsets, and clients drop or misplace bad ones
(lexicon `app.bsky.richtext.facet`). Pure."""

from __future__ import annotations

from collections.abc import Sequence


def misplaced_facet(text: str, facets: Sequence[tuple[int, int]]) -> str | None:
    """What is wrong with these facets of `text`, in a sentence; None where nothing is.

    A facet is its first byte and the byte after its last, in UTF-8. Each holds something, lies inside the text, begins
    and ends between two characters, and begins where the one before it has ended, or later.
    """
    octets = text.encode("utf-8", "surrogatepass")
    before = 0
    for number, (start, end) in enumerate(facets, start=1):
        if start >= end:
            return f"facet {number} is empty: bytes {start} to {end}"
        if start < 0 or end > len(octets):
            return f"facet {number}, bytes {start} to {end}, leads out of the text, which has {len(octets)}"
        if start < before:
            return f"facet {number}, from byte {start}, overlaps the one before it or stands before it"
        for edge in (start, end):
            if edge < len(octets) and octets[edge] & 0b1100_0000 == 0b1000_0000:
                return f"facet {number} cuts a character in two at byte {edge}"
        before = end
    return None
