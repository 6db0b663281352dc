"""Texts: measured, and their entities extracted, against `parse_tweet` of twitter-text-parser on the same corpus.

Each text is measured once a platform: no answer is remembered from before.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Any

from amplify.platforms import registry
from amplify.rules.text.text_length import normalise_text
from amplify.rules.text.url_library import url_tables
from bench.figure import Figure

COUNT = 3000
_WORDS = """
сёння дзень салідарнасці з тымі, хто ў турме за словы — прачытайце іх імёны і раскажыце сябрам.
today is a day of solidarity with those who are in prison for words: read their names and tell a friend.
1,200 people т.д. «слова» 日本語 наступны ліст адрасаваны Анне
""".split()
_ENDS = (
    *("#СвабодаАнне", "#FreeAnna", "(#тэг)", "@press_union", "@press.example", "@press@social.example", "$ABC"),
    *("https://example.org/petition?lang=be", "example.org/petition", "👋", "👩‍👩‍👧", "❤️", "🇵🇱", "№ 5 …"),
)


def corpus(count: int = COUNT) -> list[str]:
    """Posts as campaigns write them: one to six dozen words, and in most of them tags, links, mentions or emoji."""
    chance = random.Random(7)
    texts = []
    for number in range(count):
        words = chance.choices(_WORDS, k=chance.randint(8, 40)) + chance.sample(_ENDS, k=chance.randint(0, 4))
        texts.append(normalise_text(f"{number} {' '.join(words)}".replace("petition", f"petition/{number}")))
    return texts


def measure() -> list[Figure]:
    texts = corpus()
    parse: Callable[[str], Any] = url_tables().parse_tweet
    for name in registry.names():  # tables are loaded once, not with the first text
        registry.profile(name).measure("https://example.org 👋")
    alone = _rate(parse, texts)
    figures = [Figure("texts parsed by twitter-text-parser alone", alone, "texts/s")]
    for name in registry.names():
        one = registry.profile(name)
        rate = _rate(lambda text, one=one: (one.measure(text), one.entities(text)), texts)
        figures.append(Figure(f"texts measured, entities extracted: {one.title}", rate, "texts/s"))
        figures.append(Figure(f"the same against twitter-text-parser alone: {one.title}", rate / alone, least=0.7))
    return figures


def _rate(judge: Callable[[str], Any], texts: list[str]) -> float:
    began = time.perf_counter()
    for text in texts:
        judge(text)
    return len(texts) / (time.perf_counter() - began)
