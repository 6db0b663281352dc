"""From a post to the message one account says on one platform at one due time. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from amplify.model.action import Action
from amplify.model.dialect import Dialect
from amplify.model.message import Attachment, BoostOf, Card, Message, Part
from amplify.model.picture import Picture
from amplify.model.post import TextPart, Variant
from amplify.rules.language import pick, pick_any
from amplify.rules.names import Setting, mention, names, signatories
from amplify.rules.template import TemplateFault, render

MOST_TAGS = 4
"""Optional hashtags are added while a text has fewer tags than this: more reads as spam on every platform."""


_UNSAYABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
"""Control characters, and halves of characters, which cannot be written down as UTF-8."""


class ComposeFault(Exception):
    """A text that cannot be composed; `part` is where, `line` counts inside it."""

    def __init__(self, sentence: str, part: TextPart, line: int) -> None:
        super().__init__(sentence)
        self.part, self.line = part, line


@dataclass(frozen=True, slots=True)
class Composed:
    """A message, and what it speaks of."""

    message: Message
    subjects: tuple[str, ...]
    hashtags: tuple[str, ...]


def compose(setting: Setting, variant: Variant, partner: str, dialect: Dialect) -> Composed:
    """The message of `variant` for `partner` on the platform of `dialect`. Raises ComposeFault.

    Pictures and hashtags stand with the first part of a thread; the call to action, mentions and signatories
    with the last.
    """
    front, workspace = setting.post.front, setting.workspace
    texts = [_rendered(part, setting) for part in variant.parts_on(dialect.name)]
    pictures = tuple(_attach(workspace.pictures[file], setting.lang) for file in front.media)
    if front.cosigned and (signed := signatories(setting)) not in "\n".join(texts):
        texts[-1] = _below(texts[-1], signed)
    card = None
    if front.cta is not None:
        action = workspace.actions[front.cta]
        setting.used.add(f"action:{action.id}")
        url = pick_any(action.url, setting.lang)
        if dialect.card and not (pictures and len(texts) == 1) and not _says(texts, url):
            card = _card(action, url, setting)
        elif not _says(texts, url):
            texts[-1] = _below(texts[-1], url)
    mentions = dict.fromkeys(_mentions(setting, partner))
    texts[-1] = _below(texts[-1], " ".join(m for m in mentions if not _says(texts, m)))
    texts[0] = _with_hashtags(texts[0], setting, dialect)
    texts = [unicodedata.normalize("NFC", text) for text in texts]
    parts = tuple(
        Part(
            text=text,
            entities=dialect.entities(text),
            pictures=pictures if number == 0 else (),
            card=card if number == len(texts) - 1 else None,
        )
        for number, text in enumerate(texts)
    )
    message = Message(
        platform=dialect.name,
        langs=(variant.lang,),
        parts=parts,
        content_warning=pick(front.content_warning, setting.lang) if dialect.content_warning else None,
        visibility=front.visibility,
    )
    return Composed(message, _subjects(setting, partner, dialect), tags_of(message))


def compose_boost(setting: Setting, partner: str, dialect: Dialect, target: BoostOf) -> Composed:
    """A repost: no text of its own."""
    boost = setting.post.front.boost
    if boost is not None and boost.partner is not None:
        setting.used.add(f"partner:{boost.partner}")
    message = Message(platform=dialect.name, langs=(setting.lang,), parts=(), boost=target)
    return Composed(message, _subjects(setting, partner, dialect), ())


def tags_of(message: Message) -> tuple[str, ...]:
    """Every hashtag of a message, in order, once."""
    return tuple(
        dict.fromkeys(entity.value for part in message.parts for entity in part.entities if entity.kind == "tag")
    )


def _rendered(part: TextPart, setting: Setting) -> str:
    try:
        text = render(part.template, names(setting))
    except TemplateFault as fault:
        raise ComposeFault(str(fault), part, fault.line) from None
    text = unicodedata.normalize("NFC", text).strip()
    if not text:
        raise ComposeFault("nothing is left of this text once its names are filled in: write one", part, 1)
    if unsayable := _UNSAYABLE.search(text):
        line = text.count("\n", 0, unsayable.start()) + 1
        raise ComposeFault(f"a character that no platform shows (U+{ord(unsayable[0]):04X}): take it out", part, line)
    return text


def _says(texts: Sequence[str], words: str) -> bool:
    """Whether an address, a handle or a name stands in the texts already, and not as the beginning of another."""
    whole = rf"(?<!\w){re.escape(words.removesuffix('/'))}/?(?![-.?#&=%~+:,;@!]*[\w/])"
    case = re.IGNORECASE if words.startswith("@") else re.NOFLAG
    return any(re.search(whole, text, case) for text in texts)


def _below(text: str, addition: str) -> str:
    return f"{text}\n\n{addition}" if addition else text


def _attach(picture: Picture, lang: str) -> Attachment:
    return Attachment(
        file=picture.file,
        sha256=picture.sha256,
        mime=picture.mime,
        width=picture.width,
        height=picture.height,
        alt=pick(picture.note.alt, lang) or "",
    )


def _card(action: Action, url: str, setting: Setting) -> Card:
    picture = setting.workspace.pictures[action.picture] if action.picture else None
    return Card(
        url=url,
        title=pick_any(action.title, setting.lang),
        text=pick_any(action.text, setting.lang),
        picture=_attach(picture, setting.lang) if picture else None,
    )


def _mentions(setting: Setting, partner: str) -> list[str]:
    """Handles of the partners the post mentions; nobody mentions themselves."""
    said = []
    for other in setting.post.front.mentions:
        if other != partner:
            setting.used.add(f"partner:{other}")
            said.append(mention(setting.workspace.partners[other], setting))
    return said


def _with_hashtags(text: str, setting: Setting, dialect: Dialect) -> str:
    present = {entity.value.casefold() for entity in dialect.entities(text) if entity.kind == "tag"}
    required = []
    for tag in _required(setting):
        if tag.casefold() not in present:
            required.append(tag)
            present.add(tag.casefold())
    text = _below(text, " ".join(f"#{tag}" for tag in required))
    for tag in _optional(setting):
        longer = f"{text} #{tag}" if required else _below(text, f"#{tag}")
        if tag.casefold() in present or len(present) >= MOST_TAGS or not _fits(longer, dialect):
            continue
        text, required = longer, [*required, tag]
        present.add(tag.casefold())
    return text


def _fits(text: str, dialect: Dialect) -> bool:
    return dialect.measure(text) <= dialect.text_max and (
        dialect.bytes_max is None or len(text.encode("utf-8", "surrogatepass")) <= dialect.bytes_max
    )


def _speaks(lang: str | None, setting: Setting) -> bool:
    return lang is None or lang.partition("-")[0] == setting.lang.partition("-")[0]


def _campaign_tags(setting: Setting, required: bool) -> Iterable[str]:
    for hashtag in setting.campaign.hashtags:
        here = not hashtag.platforms or setting.platform in hashtag.platforms
        if hashtag.required is required and here and not hashtag.retired and _speaks(hashtag.lang, setting):
            yield hashtag.tag


def _required(setting: Setting) -> Iterable[str]:
    tags = [*setting.post.front.hashtags.required, *_campaign_tags(setting, required=True)]
    return (unicodedata.normalize("NFC", tag) for tag in tags)


def _optional(setting: Setting) -> Iterable[str]:
    """The post's own; those of the campaign stand for authors to choose from."""
    return (unicodedata.normalize("NFC", tag) for tag in setting.post.front.hashtags.optional)


def _subjects(setting: Setting, partner: str, dialect: Dialect) -> tuple[str, ...]:
    front = setting.post.front
    subjects = {
        f"account:{partner}/{dialect.name}",
        f"campaign:{front.campaign}",
        *(f"person:{person}" for person in front.people),
        *(f"fact:{fact}" for fact in front.facts),
        *setting.used,
    }
    return tuple(sorted(subjects))
