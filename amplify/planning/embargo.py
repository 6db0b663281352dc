"""Embargo: what must not leave the machine yet, in whatever form."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from amplify.model.banner import SIZES, Template
from amplify.model.post import Post
from amplify.model.workspace import Workspace
from amplify.rules.plan.template import ANY_NAME, names_in_template

_SENTENCE: Final = 3
"""Words from which a text of a banner is known as that of a post."""


@dataclass(frozen=True, slots=True)
class EmbargoedContent:
    """What only posts under embargo carry: it would tell that they are coming."""

    calls: frozenset[str] = frozenset()
    facts: frozenset[str] = frozenset()
    pictures: frozenset[str] = frozenset()
    """Files under `media/`, also such as another post carries."""
    banners: frozenset[str] = frozenset()
    """Ids of templates."""

    @property
    def subjects(self) -> frozenset[str]:
        return frozenset({*(f"action:{one}" for one in self.calls), *(f"fact:{one}" for one in self.facts)})


def embargoed_posts(workspace: Workspace, now: datetime) -> frozenset[str]:
    """Posts whose `embargo_until` lies after `now` (UTC), and boosts of them: these tell that they are coming.

    So are posts that were left out for an error: nobody knows what they say. `now` is the present, and never the day
    that somebody looks ahead to.
    """
    closed = {
        post.id
        for post in workspace.posts.values()
        if post.front.embargo_until is not None and now < post.front.embargo_until
    }
    boosts = {
        post.id for post in workspace.posts.values() if post.front.boost is not None and post.front.boost.post in closed
    }
    return frozenset({*closed, *boosts, *workspace.faulty_posts})


def embargoed_content(workspace: Workspace, embargoed: Collection[str]) -> EmbargoedContent:
    """What the posts under embargo carry and no open one does: calls and facts, however a text names them, pictures,
    and banners made for them."""
    if not embargoed:
        return EmbargoedContent()
    closed = [workspace.posts[post] for post in embargoed if post in workspace.posts]
    opened = [one for one in workspace.posts.values() if one.id not in embargoed and one.front.status != "draft"]
    calls = _calls(workspace, closed, True) - _calls(workspace, opened, False)
    facts = _facts(workspace, closed, True) - _facts(workspace, opened, False)
    pictures = {file for post in closed for file in post.media_files}
    pictures |= {picture for one in calls if (picture := workspace.actions[one].picture) is not None}
    said = _plain(" ".join(text for post in closed for text in _texts(post)))
    made = {item.banner for post in closed for item in post.media_banners}
    made -= {item.banner for post in opened for item in post.media_banners}
    banners = {
        one.id
        for one in workspace.banners.values()
        if any(_was_made_from(one, file) for file in pictures)
        or not pictures.isdisjoint(_shown(one))
        or one.id in made
        or any(len(words.split()) >= _SENTENCE and words in said for words in map(_plain, _says(one)))
    }
    return EmbargoedContent(frozenset(calls), frozenset(facts), frozenset(pictures), frozenset(banners))


def _calls(workspace: Workspace, posts: Iterable[Post], guess: bool) -> set[str]:
    """Calls that these posts carry: listed, by template, or by their address."""
    found: set[str] = set()
    for post in posts:
        texts = list(_texts(post))
        found |= _by_template(texts, "cta", workspace.actions, guess)
        found |= {
            one.id
            for one in workspace.actions.values()
            if one.id == post.front.cta
            or any(url.removesuffix("/") in text for url in one.url.values() for text in texts)
        }
    return found & workspace.actions.keys()


def _facts(workspace: Workspace, posts: Iterable[Post], guess: bool) -> set[str]:
    found: set[str] = set()
    for post in posts:
        found |= {*post.front.facts, *_by_template(_texts(post), "fact", workspace.facts, guess)}
    return found & workspace.facts.keys()


def _by_template(texts: Iterable[str], book: str, known: Collection[str], guess: bool) -> set[str]:
    """`guess`: whether a name that is only known when it is rendered counts as every name."""
    named = {name for text in texts for name in names_in_template(text, book)}
    return {*known} if ANY_NAME in named and guess else named


def _texts(post: Post) -> Iterator[str]:
    """Every text of a post, as a template."""
    for variant in post.variants:
        for parts in (variant.parts, *variant.by_platform.values()):
            yield from (part.template for part in parts)


def _was_made_from(template: Template, file: str) -> bool:
    """Whether a picture is the template's, rendered in some size: `rendered/portrait-mira-be-square.png`."""
    stem = file.rpartition("/")[2].rpartition(".")[0]
    return stem.startswith(f"{template.id}-") and stem.rpartition("-")[2] in SIZES


def _shown(template: Template) -> Iterator[str]:
    """The pictures in a template."""
    for layer in template.layers:
        if layer.picture is not None:
            yield layer.picture.file
        if layer.portrait is not None and layer.portrait.picture is not None:
            yield layer.portrait.picture
        if layer.logo is not None and layer.logo.picture is not None:
            yield layer.logo.picture


def _says(template: Template) -> Iterator[str]:
    for layer in template.layers:
        if layer.text is not None:
            yield from layer.text.say.values()


def _plain(text: str) -> str:
    """Only the words, in small letters."""
    return " ".join(re.findall(r"[\w{}]+", text.casefold()))
