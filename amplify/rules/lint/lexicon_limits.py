"""Rules about what a lexicon allows beside the length of the text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from amplify.model.plan import Planned
from amplify.model.problem import Problem
from amplify.rules.lint.lint_context import LintContext

LANGUAGES_MAX: Final = 3


def check_record_size(context: LintContext, delivery: Planned) -> Iterator[Problem]:
    """B-SIZE: over a limit of the record: bytes of the text, languages, pictures.

    Source: the lexicons `app.bsky.feed.post` and `app.bsky.embed.images`. Its 300 graphemes are `TXT-LONG`, alt texts
    have `ALT-LONG`; pictures are repainted to fit their bytes, and a hashtag that is too long is no hashtag.
    """
    if delivery.platform != "bluesky":
        return
    dialect = context.dialect(delivery)
    if len(delivery.message.langs) > LANGUAGES_MAX:
        yield Problem(
            context.place(delivery),
            "B-SIZE",
            f"{len(delivery.message.langs)} languages; Bluesky takes {LANGUAGES_MAX}: name fewer",
        )
    for number, part in enumerate(delivery.message.parts):
        size = len(part.text.encode("utf-8", "surrogatepass"))
        if dialect.bytes_max is not None and size > dialect.bytes_max:
            yield Problem(
                context.place(delivery, number),
                "B-SIZE",
                f"{size} bytes on {dialect.title}, which takes {dialect.bytes_max}: shorten the text",
            )
        if len(part.pictures) > dialect.pictures_max:
            yield Problem(
                context.place(delivery, number),
                "B-SIZE",
                f"{len(part.pictures)} pictures; {dialect.title} takes {dialect.pictures_max}: leave some out",
            )
