"""Random edits of files: whatever is edited, no banner that may go out has an old number or another language.

After each edit everything is planned, and an oracle of its own, which knows only what the files say in plain values,
counts the days one by one and looks at every banner and its alt text. `BANNER_EDITS=10000` is what `make torture` runs.
"""

from __future__ import annotations

import hashlib
import os
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest
from workshop import PROFILES, Workshop

from amplify.model.message import Attachment
from amplify.model.picture import SidecarRecipe
from amplify.model.plan import Plan, Planned
from amplify.model.problem import Severity
from amplify.model.workspace import Workspace
from amplify.planning.plan import plan_deliveries
from amplify.rules.lint.care import HELD_BY_GATES
from amplify.rules.plan.banner_text import fill_template
from amplify.rules.plan.rendered_recipe import sidecar_recipe

EDITS: Final = int(os.environ.get("BANNER_EDITS", "250"))
STORY: Final = 250
"""Edits of one story: from the beginning on, each on top of those before it."""
LANGS: Final = ("en", "be", "ru")
MARKS: Final = {"en": "En", "be": "Бе", "ru": "Ру"}
"""Every word of a language begins with its mark, so that a foreign one is seen whatever it says."""
ZONES: Final = (
    "UTC", "Europe/Vilnius", "America/New_York", "Pacific/Kiritimati", "Asia/Kathmandu", "Australia/Lord_Howe",
    "Pacific/Pago_Pago",
)  # fmt: skip
PARTNERS: Final = ("press_union", "lantern", "league", "shelf", "harbour", "marginalia")
FIRST, LAST = date(2027, 1, 1), date(2028, 12, 31)
DAYS: Final = {
    "en": ("day", "days"), "be": ("дзень", "дні", "дзён"), "ru": ("день", "дня", "дней"),
}  # fmt: skip
FILE: Final = "rendered/by-hand.png"
SPOKEN: Final = {
    "days": "{{ who.days_detained }}",
    "in_words": "{{ who.days_detained.in_words }}",
    "fact": "{{ fact.count.value }}",
    "anna": "{{ person.anna.days_detained }}",
}
"""What a text may count → how a template says it."""


@dataclass
class Template:
    """What a template says: by layer and language, a word of its own and what it counts."""

    person: bool
    layers: list[dict[str, tuple[str, str | None]]]
    scene: dict[str, str]


@dataclass
class ByHand:
    """A picture that was rendered by hand, and what it was rendered from."""

    template: str
    person: str | None
    lang: str
    numbers: list[str]
    words: list[str]
    recipe: SidecarRecipe


@dataclass
class Files:
    """What stands in the files, in plain values."""

    detained: dict[str, list[tuple[date, date | None]]]
    names: dict[str, dict[str, str]]
    states: dict[str, str]
    count: int
    templates: dict[str, Template]
    variants: list[str]
    media: Any
    zones: dict[str, str]
    spoken: dict[str, str]
    due: datetime
    by_hand: ByHand | None = None
    fresh: list[int] = field(default_factory=lambda: [0])

    def word(self, lang: str) -> str:
        """A word that nobody has said before."""
        self.fresh[0] += 1
        letters = "".join("abcdefghij"[int(digit)] for digit in str(self.fresh[0]))
        return f"{MARKS[lang]}{letters}"


def beginning(chance: random.Random) -> Files:
    files = Files(
        detained={"anna": [(date(2026, 5, 19), None)], "boris": [(date(2024, 2, 28), date(2024, 9, 27)),
                                                               (date(2026, 11, 4), None)]},
        names={}, states={"anna": "detained", "boris": "convicted"}, count=1_040, templates={}, variants=[],
        media=[{"banner": "days", "person": "anna"}], zones=dict(zip(PARTNERS, ZONES, strict=False)),
        spoken={partner: LANGS[number % 3] for number, partner in enumerate(PARTNERS)},
        due=datetime.combine(date(2027, 5, 19), time(8)),
    )  # fmt: skip
    for person in files.detained:
        files.names[person] = {lang: files.word(lang) for lang in LANGS}
    for name, person, counts in (("days", True, "days"), ("number", False, "fact"), ("portrait", True, "in_words")):
        layers = [{lang: (files.word(lang), told) for lang in LANGS} for told in (counts, None)]
        files.templates[name] = Template(person, layers, {lang: files.word(lang) for lang in LANGS})
    files.variants = [lang for lang in LANGS for _ in range(3)]
    return files


# Edits


def _detention(files: Files, chance: random.Random) -> None:
    person = chance.choice(list(files.detained))
    begin = date(2023, 1, 1) + timedelta(days=chance.randrange(1_200))
    spans: list[tuple[date, date | None]] = []
    for _ in range(chance.randrange(3)):
        end = begin + timedelta(days=chance.randrange(300))
        spans.append((begin, end))
        begin = end + timedelta(days=chance.randrange(1, 200))
    files.detained[person] = [*spans, (begin, chance.choice((None, begin + timedelta(days=chance.randrange(900)))))]


def _name(files: Files, chance: random.Random) -> None:
    lang = chance.choice(LANGS)
    files.names[chance.choice(list(files.names))][lang] = files.word(lang)


def _state(files: Files, chance: random.Random) -> None:
    states = ("detained", "convicted", "release_reported", "died", "family_hold")
    files.states[chance.choice(list(files.states))] = chance.choice(states)


def _fact(files: Files, chance: random.Random) -> None:
    files.count = chance.choice((1, 2, 5, 11, 21, 999, 1_000, 1_031, 12_345, chance.randrange(3_000)))


def _words(files: Files, chance: random.Random) -> None:
    template, lang = chance.choice(list(files.templates.values())), chance.choice(LANGS)
    layer = chance.choice(template.layers)
    told = chance.choice((None, "fact", "anna", *(("days", "in_words") if template.person else ())))
    layer[lang] = (files.word(lang), told)


def _layers(files: Files, chance: random.Random) -> None:
    template = chance.choice(list(files.templates.values()))
    if len(template.layers) > 1 and chance.random() < 0.5:
        template.layers.pop(chance.randrange(len(template.layers)))
    elif len(template.layers) < 4:
        template.layers.insert(0, {lang: (files.word(lang), "fact") for lang in LANGS})


def _less(files: Files, chance: random.Random) -> None:
    """A language is taken out of one text or of the scene."""
    template, lang = chance.choice(list(files.templates.values())), chance.choice(LANGS)
    texts: dict[str, Any] = chance.choice([template.scene, *template.layers])
    if len(texts) > 1:
        texts.pop(lang, None)


def _whole(files: Files, chance: random.Random) -> None:
    """Somebody fills in every language that a template lacks."""
    template = chance.choice(list(files.templates.values()))
    for lang in LANGS:
        template.scene.setdefault(lang, files.word(lang))
        for layer in template.layers:
            layer.setdefault(lang, (files.word(lang), chance.choice((None, "fact"))))


def _variant(files: Files, chance: random.Random) -> None:
    files.variants[chance.randrange(len(files.variants))] = chance.choice((*LANGS, "be-tarask"))


def _media(files: Files, chance: random.Random) -> None:
    def item() -> Any:
        name = chance.choice(list(files.templates))
        one = {"banner": name}
        if files.templates[name].person:
            one["person"] = chance.choice(("anna", "boris"))
        return one | chance.choice(({}, {}, {"size": "square"}, {"size": "story"}))

    kinds: tuple[Callable[[], Any], ...] = (
        lambda: [item()],
        lambda: [item(), item()],
        lambda: {lang: [item()] for lang in LANGS},
        lambda: [FILE] if files.by_hand is not None else [item()],
        lambda: {"be": [item()], "en": [FILE] if files.by_hand is not None else [], "ru": [item()]},
    )
    files.media = chance.choice(kinds)()


def _zone(files: Files, chance: random.Random) -> None:
    files.zones[chance.choice(PARTNERS)] = chance.choice(ZONES)


def _tongue(files: Files, chance: random.Random) -> None:
    files.spoken[chance.choice(PARTNERS)] = chance.choice(LANGS)


def _due(files: Files, chance: random.Random) -> None:
    day = FIRST + timedelta(days=chance.randrange((LAST - FIRST).days))
    clock = time(chance.choice((0, 1, 2, 9, 12, 22, 23)), chance.choice((0, 1, 30, 59)))
    files.due = datetime.combine(day, clock)


def _render(files: Files, chance: random.Random) -> None:
    """Somebody renders a banner by hand, now or in advance, and attaches it."""
    name = chance.choice(list(files.templates))
    template = files.templates[name]
    person = chance.choice(("anna", "boris")) if template.person else None
    lang = chance.choice([one for one in LANGS if all(one in layer for layer in template.layers)] or [""])
    if not lang or lang not in template.scene:
        return
    now = chance.choice((files.due, files.due - timedelta(days=chance.randrange(400)))).replace(tzinfo=UTC)
    workspace = built(files).workspace()
    worded = fill_template(workspace, workspace.banners[name], lang, person, now)
    day = now.astimezone(ZoneInfo(files.zones["press_union"])).date()  # the campaign's owner counts by its own calendar
    numbers, words = expected(files, template, person, lang, day)
    recipe = sidecar_recipe(worded, "post", now, workspace, True)
    files.by_hand = ByHand(name, person, lang, numbers, words, recipe)
    files.media = [FILE]


KINDS: Final = (
    _detention, _name, _state, _fact, _words, _layers, _less, _whole, _whole, _variant, _media, _media, _zone, _tongue,
    _due, _due, _render,
)  # fmt: skip


def built(files: Files) -> Workshop:
    """The files as a workspace."""
    shop = Workshop().campaign("free_anna", people=["anna", "boris"], languages=[*LANGS, "be-tarask"])
    consent = {"given_by": "family", "channel": "letter", "scope": ["name", "portrait"], "given": "2023-01-01",
               "review": "2035-01-01"}  # fmt: skip
    for person, spans in files.detained.items():
        detentions = [{"start": start} | ({"end": end} if end is not None else {}) for start, end in spans]
        shop.person(person, name=files.names[person], detentions=detentions, state=files.states[person],
                    reviewed="2026-12-31", consent=consent)  # fmt: skip
    shop.fact("count", value=files.count, expires="2035-01-01", as_of="2026-12-01")
    for name, template in files.templates.items():
        layers = [
            {
                "text": {
                    "say": {lang: f"{word} {SPOKEN[told]}" if told else word for lang, (word, told) in layer.items()}
                }
            }
            for layer in template.layers
        ]
        people = ["anna", "boris"] if template.person else None
        shop.banner(name, layers=layers, scene=template.scene, people=people)
    for partner in PARTNERS:
        shop.partner(partner, zone=files.zones[partner], languages=[files.spoken[partner]])
        for platform in PROFILES:
            shop.account(f"{partner}/{platform}")
    if files.by_hand is not None:
        words = "\n".join(files.by_hand.words)
        shop.picture(FILE, alt={files.by_hand.lang: words}, caption={files.by_hand.lang: words})
    texts = [f"## variant v{number} in {lang}\n{own_text(number)}" for number, lang in enumerate(files.variants)]
    shop.post("hello", "Nobody.\n\n" + "\n\n".join(texts), people=["anna", "boris"], media=files.media)
    return shop.queue("monday", "hello", local=files.due.isoformat(timespec="minutes"))


def own_text(number: int) -> str:
    """A text that is like no other: no two accounts say the same."""
    letters = hashlib.sha256(str(number).encode()).hexdigest().translate(str.maketrans("0123456789", "ghijklmnop"))
    return " ".join(letters[at : at + 6] for at in range(0, 60, 6))


def with_note(workspace: Workspace, files: Files) -> Workspace:
    if files.by_hand is None:
        return workspace
    picture = workspace.pictures[FILE]
    note = picture.note.model_copy(update={"recipe": files.by_hand.recipe})
    return replace(workspace, pictures={FILE: replace(picture, note=note)})


# The oracle


def counted(spans: list[tuple[date, date | None]], day: date) -> int:
    """Days behind bars, one by one."""
    seen = {
        start + timedelta(days=number)
        for start, end in spans
        for number in range((min(end or day, day) - start).days + 1)
    }
    return len(seen)


def grouped(count: int, lang: str) -> str:
    return f"{count:,}".replace(",", "," if lang == "en" else "\u00a0")


def in_words(count: int, lang: str) -> str:
    if lang == "en":
        return DAYS["en"][count != 1]
    tens, ones = count % 100 // 10, count % 10
    return DAYS[lang][2 if tens == 1 or ones in (0, 5, 6, 7, 8, 9) else 0 if ones == 1 else 1]


def expected(files: Files, template: Template, person: str | None, lang: str, day: date) -> tuple[list[str], list[str]]:
    """Every number that a banner has to show, and every text, by layer."""
    numbers, words = [], []
    for layer in template.layers:
        word, told = layer[lang]
        if told is None:
            words.append(word)
            continue
        about = "anna" if told == "anna" else person
        count = files.count if about is None or told == "fact" else counted(files.detained[about], day)
        numbers.append(grouped(count, lang))
        unit = f" {in_words(count, lang)}" if told == "in_words" else ""
        words.append(f"{word} {numbers[-1]}{unit}")
    return numbers, words


def whole(template: Template, lang: str) -> bool:
    return all(lang in texts for texts in (template.scene, *template.layers))


def numbers_in(text: str) -> list[str]:
    return re.findall(r"\d+(?:[,\u00a0]\d+)*", text)


def shown(one: Planned) -> tuple[Attachment, ...]:
    return one.message.parts[0].pictures


def items(media: Any, lang: str) -> list[Any]:
    return list(media.get(lang, [])) if isinstance(media, dict) else list(media)


def held(plan: Plan) -> dict[str, str]:
    """Deliveries with an error that no gate holds, and what it is: they are not queued."""
    return {
        id: f"{finding.problem.code}: {finding.problem.message}"
        for finding in plan.findings
        if finding.problem.severity is Severity.ERROR and finding.problem.code not in HELD_BY_GATES
        for id in finding.deliveries
    }


def look_at(files: Files, plan: Plan) -> Iterator[str]:
    """What is wrong with the banners of a plan: one sentence each. Every picture that is fine yields an empty one."""
    faulty = held(plan)
    for one in plan.deliveries:
        lang, day = one.lang.partition("-")[0], one.due.astimezone(ZoneInfo(files.zones[one.partner])).date()
        asked = items(files.media, lang)
        if len(asked) != len(shown(one)):
            yield f"{one.account} shows {len(shown(one))} of {len(asked)}"
        for item, picture in zip(asked, shown(one), strict=False):
            if isinstance(item, str):
                yield _look_at_file(files, one, day, faulty)
                continue
            template = files.templates[item["banner"]]
            if not whole(template, lang):
                yield f"{one.account} shows {item} in `{lang}`, which it has not"
                continue
            numbers, words = expected(files, template, item.get("person"), lang, day)
            yield _wrong(one, item, picture, numbers, words, template.scene[lang], lang)


def _wrong(
    one: Planned, item: dict[str, str], picture: Attachment, numbers: list[str], words: list[str], scene: str, lang: str
) -> str:
    recipe = picture.banner
    assert recipe is not None
    if list(recipe.words) != words:
        return f"{one.account} {item}: {recipe.words}, not {words}"
    if numbers_in(picture.alt) != numbers or numbers_in(picture.caption) != numbers:
        return f"{one.account} {item}: alt text {picture.alt!r}, not {numbers}"
    if not picture.alt.startswith(scene) or any(word.capitalize()[:2] not in picture.alt for word in words):
        return f"{one.account} {item}: alt text {picture.alt!r} lacks {scene} or {words}"
    for other in LANGS:
        if other != lang and MARKS[other] in f"{picture.alt} {picture.caption} {recipe.words}":
            return f"{one.account} {item}: {other} in {picture.alt!r}"
    size = item.get("size", "bluesky" if one.platform == "bluesky" else "post")
    return "" if recipe.size == size else f"{one.account} {item}: size {recipe.size}"


def _look_at_file(files: Files, one: Planned, day: date, faulty: dict[str, str]) -> str:
    """A picture that was rendered by hand goes out only while it is true, and in the language of its text."""
    by_hand = files.by_hand
    assert by_hand is not None
    template, lang = files.templates[by_hand.template], one.lang.partition("-")[0]
    same = all(by_hand.lang in layer for layer in template.layers)  # its scene is not painted
    if same:
        same = expected(files, template, by_hand.person, by_hand.lang, day)[1] == by_hand.words
    fine = same and lang == by_hand.lang
    if fine and one.id in faulty:
        return f"{one.account} is held, and {FILE} is right: {faulty[one.id]}"
    return "" if fine or one.id in faulty else f"{one.account} goes out with {by_hand.words} in `{by_hand.lang}`"


@pytest.mark.parametrize("seed", range(-(-EDITS // STORY)))
def test_no_edit_lets_an_old_number_or_another_language_out(seed: int) -> None:
    chance, checked, files_seen, before = random.Random(seed), 0, 0, dict[str, tuple[str, str]]()
    files = beginning(chance)
    for number in range(STORY):
        kind = chance.choice(KINDS)
        kind(files, chance)
        workspace = with_note(built(files).workspace(), files)
        start = files.due.replace(tzinfo=UTC) - timedelta(days=1)
        plan = plan_deliveries(workspace, start, start + timedelta(days=3), PROFILES)
        told = list(look_at(files, plan))
        assert not [one for one in told if one], f"edit {number} of seed {seed}, {kind.__name__}: {max(told)}"
        checked += len(told)
        files_seen += sum(picture.banner is None for one in plan.deliveries for picture in shown(one))
        _hashes_change(plan, before, f"edit {number} of seed {seed}, {kind.__name__}")
    assert checked > STORY * 3, "most plans have nothing to look at"
    assert files_seen > STORY // 4


def _hashes_change(plan: Plan, before: dict[str, tuple[str, str]], when: str) -> None:
    """Whatever a reader would see otherwise has another hash: what waits is queued anew, and approved anew."""
    for one in plan.deliveries:
        seen = repr([(picture.alt, picture.banner and picture.banner.words) for picture in shown(one)])
        old = before.get(one.id)
        assert old is None or old[0] == seen or old[1] != one.content_hash, f"{when}: {one.account}"
        before[one.id] = seen, one.content_hash
