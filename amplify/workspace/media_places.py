"""Where a post's pictures and banners stand in its file: in its head, and in the heads of its variants."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from amplify.model.post import Media, MediaItem, MediaList, Post
from amplify.model.problem import SourceLocation
from amplify.workspace.parsed import Parsed
from amplify.workspace.validate import SourceNode
from amplify.workspace.yaml_reader import Loc


def media_places(found: Parsed[Post]) -> Iterator[tuple[MediaItem, SourceLocation]]:
    """Every picture and banner of a post, with its place."""
    yield from _places(found.word.front.media, found.spot)
    for variant in found.word.variants:
        if variant.media is not None and variant.name in found.heads:
            yield from _places(variant.media, found.heads[variant.name])


def _places(media: Media, head: SourceNode) -> Iterator[tuple[MediaItem, SourceLocation]]:
    lists: Iterator[tuple[Loc, MediaList]] = (
        ((("media", lang), items) for lang, items in media.items())
        if isinstance(media, dict)
        else iter([(("media",), media)])
    )
    for loc, items in lists:
        for number, item in enumerate(items):
            yield item, head.place(*loc, number)


def with_file_names(post: Post, real: Callable[[str], str]) -> Post:
    """The post with the name of each picture as `real` spells it."""
    front, media = post.front, _real_media(post.front.media, real)
    if media != front.media:
        front = front.model_copy(update={"media": media})
    variants = tuple(
        replace(one, media=_real_media(one.media, real)) if one.media is not None else one for one in post.variants
    )
    return post if front is post.front and variants == post.variants else replace(post, front=front, variants=variants)


def _real_media(media: Media, real: Callable[[str], str]) -> Media:
    if isinstance(media, dict):
        return {lang: _real_list(items, real) for lang, items in media.items()}
    return _real_list(media, real)


def _real_list(items: MediaList, real: Callable[[str], str]) -> MediaList:
    return tuple(real(one) if isinstance(one, str) else one for one in items)
