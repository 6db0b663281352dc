"""Who says which variant: no two accounts on a platform carry the same one.

X forbids identical or substantially similar posts over several accounts, many Mastodon servers too
(`docs/platforms.md`). Partners get variants in the order in which they joined, so that everybody's clone of the
workspace comes to the same result and a newcomer changes nobody else's text.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from amplify.model.partner import Partner
from amplify.model.post import Post, Variant


def assign(post: Post, platform: str, partners: Iterable[Partner]) -> Mapping[str, Variant]:
    """Partner id → its variant of `post` on `platform`. Partners beyond the variants are not in the answer.

    A partner takes the first free variant in the language it prefers most.
    """
    free = [variant for variant in post.variants if variant.parts_on(platform)]
    taken: dict[str, Variant] = {}
    for partner in sorted(partners, key=lambda p: (p.joined, p.id)):
        choice = _choose(free, partner.languages)
        if choice is not None:
            taken[partner.id] = choice
            free.remove(choice)
    return taken


def _choose(free: list[Variant], languages: tuple[str, ...]) -> Variant | None:
    for language in languages:
        for variant in free:
            if variant.lang == language:
                return variant
    return None
