"""Rules about what a lexicon allows beside the length of the text."""

from __future__ import annotations

from collections.abc import Iterator

from amplify.model.plan import Planned
from amplify.model.problem import Problem
from amplify.rules.lint.lint_context import LintContext


def check_record_size(context: LintContext, delivery: Planned) -> Iterator[Problem]:
    """B-SIZE: over a limit of the record, where a platform has such: bytes of the text, languages, pictures.

    Source for Bluesky: the lexicons `app.bsky.feed.post` and `app.bsky.embed.images`. Its 300 graphemes are
    `TXT-LONG`, alt texts have `ALT-LONG`; pictures are repainted to fit their bytes, and a hashtag that is too long is
    no hashtag.
    """
    profile = context.profile(delivery)
    if profile.langs_max is None and profile.bytes_max is None:
        return
    if profile.langs_max is not None and len(delivery.message.langs) > profile.langs_max:
        yield Problem(
            context.place(delivery),
            "B-SIZE",
            f"{len(delivery.message.langs)} languages; {profile.title} takes {profile.langs_max}: name fewer",
        )
    for number, part in enumerate(delivery.message.parts):
        size = len(part.text.encode("utf-8", "surrogatepass"))
        if profile.bytes_max is not None and size > profile.bytes_max:
            yield Problem(
                context.place(delivery, number),
                "B-SIZE",
                f"{size} bytes on {profile.title}, which takes {profile.bytes_max}: shorten the text",
            )
        if len(part.pictures) > profile.pictures_max:
            yield Problem(
                context.place(delivery, number),
                "B-SIZE",
                f"{len(part.pictures)} pictures; {profile.title} takes {profile.pictures_max}: leave some out",
            )
