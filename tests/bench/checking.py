"""`amplify check` of a large library, against parsing its YAML alone; and finding texts that say the same."""

from __future__ import annotations

import random
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from amplify.planning.check import check_workspace
from amplify.platforms import registry
from amplify.rules.text.similarity import similar_pairs, similar_to
from amplify.workspace.yaml_reader import read_yaml
from bench.crowd import START
from bench.figure import Figure

PARTNERS, PLATFORMS = 10, ("x", "bluesky")
SMALL, LARGE = 1000, 10_000


def measure() -> list[Figure]:
    return [*_similarity(), *_check()]


def _similarity() -> list[Figure]:
    texts = sentences(20_000)
    began = time.perf_counter()
    similar_to(texts[7][:-9], texts, 0.85)
    one = time.perf_counter() - began
    began = time.perf_counter()
    found = sum(1 for _ in similar_pairs([*texts[:9_900], *(text[:-9] for text in texts[:100])], 0.85))
    every = time.perf_counter() - began
    assert found >= 100, found
    return [
        Figure("one text compared with 20,000", one, "s", most=0.2),
        Figure("10,000 texts compared with each other", every, "s", most=20),
    ]


def _check() -> list[Figure]:
    small, _ = _checked(SMALL)
    large, yaml = _checked(LARGE)
    accounts = PARTNERS * len(PLATFORMS)
    return [
        Figure(f"check of {SMALL:,} posts × {accounts} accounts", small, "s"),
        Figure(f"check of {LARGE:,} posts × {accounts} accounts", large, "s"),
        Figure(f"check of {LARGE:,} posts: parsing their YAML alone", yaml, "s"),
        Figure("check: against parsing the same YAML alone", large / yaml),
        Figure("check: time a post, 10,000 against 1,000", large / small / (LARGE / SMALL)),
    ]


def _checked(posts: int) -> tuple[float, float]:
    """Seconds of the whole check, and of reading the YAML in the same files."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        _write(root, posts)
        yaml = _parse(root)
        profiles = registry.profiles()
        began = time.perf_counter()
        found = check_workspace(root, START, profiles)
        seconds = time.perf_counter() - began
        assert {problem.code for problem in found.problems} == {"X-COST"}, [
            problem for problem in found.problems if problem.code != "X-COST"
        ][:5]
    return seconds, yaml


def _parse(root: Path) -> float:
    """Reading every front matter and every file of `config/`, as plain values with their places."""
    fronts = [path.read_text("utf-8").split("---\n")[1] for path in sorted((root / "posts").rglob("*.md"))]
    files = [path.read_text("utf-8") for path in sorted((root / "config").rglob("*.yaml"))]
    began = time.perf_counter()
    for text in (*fronts, *files):
        read_yaml(text, "bench")
    return time.perf_counter() - began


def _write(root: Path, posts: int) -> None:
    """A library in which each of the accounts has a text of its own for each post, all due within 400 days."""
    for folder in ("config/campaigns", "posts"):
        (root / folder).mkdir(parents=True)
    partners = [f"p{number}" for number in range(PARTNERS)]
    (root / "config/workspace.yaml").write_text("id: bench\nname: Bench\nhorizon_days: 400\n")
    (root / "config/campaigns/bench.yaml").write_text(
        "id: bench\nname: {en: Bench}\nowner: p0\nlanguages: [en]\nbackground: {en: What happened.}\n"
        "key_messages: [{en: One.}, {en: Two.}, {en: Three.}]\ncontact: {name: Desk, email: desk@example.org}\n"
        "hashtags: [{tag: FreeThem, why: Ours., required: true}]\nlinks: [example.org]\n"
    )
    book = "".join(
        f"  - {{id: {one}, name: {{en: Partner}}, zone: UTC, languages: [en], joined: 2020-01-01, "
        f"handles: {{x: {one}, bluesky: {one}.example}}}}\n"
        for one in partners
    )
    (root / "config/partners.yaml").write_text(f"partners:\n{book}")
    accounts = "".join(
        f"  - {{partner: {one}, platform: {platform}, credential: bench, caps: {{per_day: 50, gap: 1s}}}}\n"
        for one in partners
        for platform in PLATFORMS
    )
    (root / "config/accounts.yaml").write_text(f"partner: p0\napprovals: 0\naccounts:\n{accounts}")
    step = timedelta(days=390) / posts
    entries = "".join(
        f"  - {{id: e{number}, posts: [post{number}], when: {{at: {(START + step * number).isoformat()}}}}}\n"
        for number in range(posts)
    )
    (root / "config/queue.yaml").write_text(f"entries:\n{entries}")
    texts = iter(sentences(posts * PARTNERS))
    for number in range(posts):
        folder = root / "posts" / f"{number // 500:03}"
        folder.mkdir(exist_ok=True)
        first, *others = (f"{next(texts)} https://example.org/{number}" for _ in range(PARTNERS))
        variants = "".join(f"\n## variant v{which}\n{text}\n" for which, text in enumerate(others))
        (folder / f"post{number}.md").write_text(
            f"---\nid: post{number}\ncampaign: bench\nkind: statement\nlang: en\nstatus: ready\nauthor: bench\n---\n"
            f"{first}\n{variants}"
        )


def sentences(count: int) -> list[str]:
    """Texts as different as people write them: few words are frequent, most are rare."""
    chance = random.Random(1)
    syllables = [one + other for one in "bcdfghklmnprstvz" for other in "aeiou"]
    words = ["".join(chance.choices(syllables, k=chance.randint(1, 3))) for _ in range(3000)]
    weights = [1 / (rank + 1) for rank in range(3000)]
    return [" ".join(chance.choices(words, weights, k=chance.randint(15, 36))) for _ in range(count)]
