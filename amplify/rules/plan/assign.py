"""Assigns variants to partners: no two accounts on a platform publish the same one.

X forbids identical or substantially similar posts over several accounts, many Mastodon servers too
(`docs/platforms.md`). Partners get variants in the order in which they joined, so that everybody's clone of the
workspace comes to the same result and a newcomer changes nobody else's text.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from amplify.model.partner import Partner
from amplify.model.post import Post, Variant
from amplify.rules.text.language import NO_FALLBACK, Fallback, fallback_chain


def assign_variants(
    post: Post, platform: str, partners: Iterable[Partner], fallback: Fallback = NO_FALLBACK
) -> Mapping[str, Variant]:
    """Partner id → its variant of `post` on `platform`. Partners beyond the variants are not in the answer.

    A partner takes the first free variant in the language it prefers most; where there is none in any of its
    languages, along the chain of each (`fallback`, see `rules.text.language`). Who joined earlier chooses first, even
    where it falls back to a language that a later one prefers: else a newcomer would change what others say.
    """
    free = [variant for variant in post.variants if variant.parts_on(platform)]
    taken: dict[str, Variant] = {}
    for partner in sorted(partners, key=lambda p: (p.joined, p.id)):
        choice = _choose(free, spoken_languages(partner.languages, fallback))
        if choice is not None:
            taken[partner.id] = choice
            free.remove(choice)
    return taken


def spoken_languages(languages: Sequence[str], fallback: Fallback = NO_FALLBACK) -> tuple[str, ...]:
    """A partner's languages in their order, then those of their fallback chains, each once."""
    return tuple(dict.fromkeys((*languages, *(one for lang in languages for one in fallback_chain(lang, fallback)))))


def _choose(free: list[Variant], languages: Sequence[str]) -> Variant | None:
    for language in languages:
        for variant in free:
            if variant.lang == language:
                return variant
    return None
