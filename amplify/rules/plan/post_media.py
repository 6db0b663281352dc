"""What one wording of a post shows: its own pictures and banners, or those of the post, in its language. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from amplify.model.post import MediaList, Post, Variant
from amplify.rules.text.language import NO_FALLBACK, Fallback, fallback_chain


def media_of(post: Post, variant: Variant, fallback: Fallback = NO_FALLBACK) -> MediaList:
    """The pictures and banners that this variant shows, in their order."""
    media = post.front.media if variant.media is None else variant.media
    if not isinstance(media, dict):
        return media
    return next((media[one] for one in fallback_chain(variant.lang, fallback) if one in media), ())


def files_in_language(post: Post, lang: str, fallback: Fallback = NO_FALLBACK) -> Iterator[str]:
    """Files that a variant of the post in this language shows, once."""
    found = (one for variant in post.variants if variant.lang == lang for one in media_of(post, variant, fallback))
    yield from dict.fromkeys(one for one in found if isinstance(one, str))
