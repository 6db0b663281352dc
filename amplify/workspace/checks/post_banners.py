"""Checks the banners that posts show, as far as the day does not matter: template, person, consent, language, size."""

from __future__ import annotations

from collections.abc import Iterator

from amplify.model.post import BannerItem, Post, Variant
from amplify.model.problem import Problem, Severity
from amplify.rules.plan.banner_recipe import banner_faults
from amplify.rules.plan.post_media import media_of
from amplify.rules.text.language import fallback_chain
from amplify.workspace.parsed import Parsed, ParsedWorkspace
from amplify.workspace.partial import NO_LANGUAGE
from amplify.workspace.suggest import did_you_mean


def posts_show_banners(findings: ParsedWorkspace) -> Iterator[Problem]:
    templates = {found.word.id: found.word for found in findings.banners if found.whole}
    people = {found.word.id: found.word for found in findings.people if found.whole}
    known, named = findings.known("banners"), findings.known("people")
    fallback = findings.settings.word.fallback if findings.settings else {}
    told: set[Problem] = set()
    for found in findings.posts:
        yield from _unknown(found.word, known, named)
        for variant in found.word.variants:
            if variant.lang == NO_LANGUAGE:
                continue
            if (missing := _without_media(found, variant, fallback)) is not None:
                yield missing
            for item in media_of(found.word, variant, fallback):
                template = templates.get(item.banner) if isinstance(item, BannerItem) else None
                if template is None or not isinstance(item, BannerItem):
                    continue
                about = (*found.word.front.people,)
                faults = banner_faults(template, item, about, variant.lang, people, findings.pictures, fallback)
                told.update(Problem(item.place, code, sentence) for code, sentence in faults)
    yield from sorted(told)


def _unknown(post: Post, known: frozenset[str], people: frozenset[str]) -> Iterator[Problem]:
    for item in post.media_banners:
        if item.banner not in known:
            message = f"unknown banner template `{item.banner}`" + did_you_mean(item.banner, known)
            yield Problem(item.place, "REF-BANNER", message)
        if item.person is not None and item.person not in people:
            message = f"unknown person `{item.person}`" + did_you_mean(item.person, people)
            yield Problem(item.place, "REF-PERSON", message)


def _without_media(found: Parsed[Post], variant: Variant, fallback: dict[str, tuple[str, ...]]) -> Problem | None:
    media = found.word.front.media if variant.media is None else variant.media
    if not isinstance(media, dict) or any(one in media for one in fallback_chain(variant.lang, fallback)):
        return None
    node = found.spot if variant.media is None else found.heads.get(variant.name, found.spot)
    return Problem(
        node.place("media"),
        "MEDIA-LANGUAGE",
        f"variant `{variant.name}` is in `{variant.lang}`, and nothing is to be shown with it: "
        f"add `{variant.lang}: [...]`, or `{variant.lang}: []` where that is meant",
        Severity.WARNING,
    )
