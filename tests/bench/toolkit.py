"""The toolkit of 500 posts, each in three languages with two wordings, for every place: 12,000 cards in one build."""

from __future__ import annotations

import tempfile
import time
from dataclasses import replace
from pathlib import Path

from amplify.context.app_context import AppContext
from amplify.ledger.database import Ledger
from amplify.model.clock import ManualClock
from amplify.model.post import Post, Variant
from amplify.model.workspace import Workspace
from amplify.rules.plan.compose import compose_message
from amplify.rules.plan.template_context import RenderContext
from amplify.toolkit.build import build_toolkit
from amplify.toolkit.text_cards import by_hand
from bench.crowd import START, workspace
from bench.figure import Figure

POSTS = 500
LANGUAGES = ("be", "en", "ru")
SECONDS = 5
RATIO = 2.5
"""Checking the texts, what supporters share them with, and drawing the pages, beside composing them."""
MOST = 300_000
"""Bytes of a page."""


def measure() -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        words, others = _libraries(root)
        app = AppContext(
            root, Ledger.open(f"sqlite:///{root}/ledger.sqlite"), ManualClock(START), account_override=lambda _: words
        )
        app.workspace = lambda: words  # type: ignore[method-assign]
        bare = _composing(others, app)
        began, busy = time.perf_counter(), time.process_time()
        built = build_toolkit(app, root / "out")
        seconds, busy = time.perf_counter() - began, time.process_time() - busy
        app.close()
    wordings = sum(len(item.wordings) for page in built.pages for item in page.items)
    assert wordings == POSTS * len(LANGUAGES) * 2, built.left_out[:3]
    pages = [size for name, size in built.sizes.items() if name.endswith(".html")]
    return [
        Figure("toolkit of 500 posts × 3 languages", seconds, "s", most=SECONDS),
        Figure("toolkit: CPU time against composing as many texts alone", busy / bare, most=RATIO),
        Figure("toolkit: its largest page", max(pages) / 1000, "kB", most=MOST / 1000),
    ]


def _libraries(root: Path) -> tuple[Workspace, Workspace]:
    """The posts of the toolkit, and as many others: what is remembered of one text is of no use for another."""
    found = workspace(root, 2 * POSTS, 1, ("x", "bluesky", "mastodon"), days=30)
    campaign = found.campaigns["bench"].model_copy(update={"languages": LANGUAGES})
    posts = [(id, _in_all(post)) for id, post in found.posts.items()]
    whole = replace(found, queue={}, campaigns={"bench": campaign})
    return replace(whole, posts=dict(posts[:POSTS])), replace(whole, posts=dict(posts[POSTS:]))


def _in_all(post: Post) -> Post:
    """Two wordings a language; letters of every script are as many bytes as they are in earnest."""
    place, (part,) = post.variants[0].place, post.variants[0].parts
    cyrillic = str.maketrans("aeioumnkrstdvlgp", "аеіоумнкрстдвлгп")
    variants = []
    for lang in LANGUAGES:
        for number in range(2):
            head, _, rest = part.template.partition(" https")
            said = f"{head.title() if number else head}"
            said = said.translate(cyrillic) if lang != "en" else said
            said = f"{said} {lang} {number} https{rest}"
            variants.append(Variant(f"{lang}{number}", lang, (replace(part, template=said),), {}, place))
    return Post(post.front, tuple(variants))


def _composing(words: Workspace, app: AppContext) -> float:
    """The texts composed for every place, and nothing else: seconds of CPU time."""
    profiles = by_hand(app.profiles)
    began = time.process_time()
    for post in words.posts.values():
        for variant in post.variants:
            for name, profile in profiles.items():
                compose_message(
                    RenderContext(words, profiles, post, name, variant.lang, START, "UTC"), variant, "", profile
                )
    return time.process_time() - began
