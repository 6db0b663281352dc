"""Composes messages: from a post to what one account publishes on one platform at one due time. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from amplify.model.action import Action
from amplify.model.message import Attachment, BoostOf, LinkCard, Message, Part
from amplify.model.picture import Picture
from amplify.model.platform_profile import PlatformProfile
from amplify.model.post import BannerItem, TextPart, Variant
from amplify.model.problem import SourceLocation
from amplify.rules.plan.banner_recipe import BannerItemFault, PlannedBanner, plan_banner
from amplify.rules.plan.captions import captions_in, spoken_text
from amplify.rules.plan.hashtags import missing_tags, with_hashtags
from amplify.rules.plan.post_media import media_of
from amplify.rules.plan.rendered_recipe import shows_today
from amplify.rules.plan.statements import frozen_statement
from amplify.rules.plan.subjects import message_subjects
from amplify.rules.plan.template import TemplateFault, render_template
from amplify.rules.plan.template_context import RenderContext, mention_partner, signatory_list, template_names
from amplify.rules.text.bidi import isolate_text, tag_line
from amplify.rules.text.host_names import comparable_url
from amplify.rules.text.language import fallback_chain
from amplify.rules.text.link_cleaning import strip_tracking, without_tracking
from amplify.rules.text.link_tails import set_apart
from amplify.rules.text.thread_split import PartLimit, ThreadPart, append_paragraph, part_limit, split_thread
from amplify.rules.text.typed_links import find_typed_links

_UNSAYABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
"""Control characters, and halves of characters, which cannot be written down as UTF-8."""


_LONGEST: Final = 200_000
"""Most characters of a text with its names filled in; far more than anything could send."""


class ComposeFault(Exception):
    """A message that cannot be composed: a problem with its place, its code and the sentence."""

    def __init__(self, sentence: str, place: SourceLocation, code: str = "TEXT") -> None:
        super().__init__(sentence)
        self.place, self.code = place, code


def _text_fault(sentence: str, part: TextPart, line: int) -> ComposeFault:
    """A text that cannot be composed; `line` counts inside it from 1."""
    return ComposeFault(sentence, SourceLocation(part.place.path, part.place.line + line - 1, 1))


@dataclass(frozen=True, slots=True)
class Composed:
    """A composed message, and the subjects it speaks of."""

    message: Message
    subjects: tuple[str, ...]
    hashtags: tuple[str, ...]
    today: bool = False
    """Whether one of its pictures says something that is true on one day only."""


def compose_message(setting: RenderContext, variant: Variant, partner: str, profile: PlatformProfile) -> Composed:
    """The message of `variant` for `partner` on the platform of `profile`. Raises ComposeFault.

    Pictures and hashtags stand with the first part of a thread; the call to action, mentions and signatories
    with the last. Addresses lose their tracking parameters.
    """
    front, setting.partner = setting.post.front, partner
    if front.statement is not None:
        setting.used.add(f"statement:{front.statement}")
    texts = [_rendered(part, setting) for part in variant.parts_on(profile.name)]
    texts = [set_apart(text, _calls_urls(setting), profile.entities) for text in texts]
    shown = media_of(setting.post, variant, setting.workspace.settings.fallback)
    banners = [_banner(item, setting, profile) for item in shown if isinstance(item, BannerItem)]
    painted = iter(banners)
    pictures = tuple(
        _shown(setting.workspace.pictures[one], setting, profile) if isinstance(one, str) else next(painted).attachment
        for one in shown
    )
    warning = setting.pick(front.content_warning) if profile.content_warning else None
    space = part_limit(profile, taken=profile.measure(warning) if warning else 0)
    said, card = _said(texts, setting, partner, profile, space, bool(pictures))
    parts = tuple(
        Part(
            text=text,
            entities=profile.entities(text),
            pictures=pictures if number == 0 else (),
            card=card if number == len(said) - 1 else None,
        )
        for number, text in enumerate(said)
    )
    message = Message(
        platform=profile.name,
        langs=(variant.lang,),
        parts=parts,
        content_warning=warning,
        visibility=front.visibility,
        statement=frozen_statement(setting),
    )
    subjects = message_subjects(setting, message, f"{partner}/{profile.name}")
    files = (setting.workspace.pictures[one] for one in shown if isinstance(one, str))
    today = any(one.today for one in banners) or any(map(shows_today, files))
    return Composed(message, subjects, tags_of(message), today)


def compose_boost(
    setting: RenderContext, partner: str, profile: PlatformProfile, target: BoostOf, original: Composed | None = None
) -> Composed:
    """The message for a repost: no text of its own, and everything that the original speaks of where it is known."""
    boost = setting.post.front.boost
    if boost is not None and boost.partner is not None:
        setting.used.add(f"partner:{boost.partner}")
    if target.url is not None:
        target = replace(target, url=without_tracking(target.url))
    message = Message(platform=profile.name, langs=(setting.lang,), parts=(), boost=target)
    carried = (original.message, original.subjects) if original is not None else None
    return Composed(message, message_subjects(setting, message, f"{partner}/{profile.name}", carried), ())


def tags_of(message: Message) -> tuple[str, ...]:
    """Every hashtag of a message, in order, once."""
    return tuple(
        dict.fromkeys(entity.value for part in message.parts for entity in part.entities if entity.kind == "tag")
    )


def _rendered(part: TextPart, setting: RenderContext) -> str:
    try:
        text = render_template(part.template, template_names(setting))
    except TemplateFault as fault:
        raise _text_fault(str(fault), part, fault.line) from None
    text = strip_tracking(unicodedata.normalize("NFC", text).strip())
    if not text:
        raise _text_fault("nothing is left of this text once its names are filled in: write one", part, 1)
    if len(text) > _LONGEST:
        raise _text_fault(f"with its names filled in, this text has {len(text):,} characters: shorten it", part, 1)
    if unsayable := _UNSAYABLE.search(text):
        line = text.count("\n", 0, unsayable.start()) + 1
        raise _text_fault(f"a character that no platform shows (U+{ord(unsayable[0]):04X}): take it out", part, line)
    return text


def _said(
    texts: Sequence[str],
    setting: RenderContext,
    partner: str,
    profile: PlatformProfile,
    space: PartLimit,
    pictured: bool,
) -> tuple[list[str], LinkCard | None]:
    """The texts of all parts, and the link card of the last one."""
    closing, card = _closing(texts, setting, partner, profile.card and not (pictured and len(texts) == 1))
    pieces = _pieces(texts, setting, space, closing)
    if profile.card and pictured and len(pieces) > len(texts) == 1:  # the last message has no pictures: a card again
        shorter, carded = _closing(texts, setting, partner, True)
        again = _pieces(texts, setting, space, shorter)
        if len(again) > 1:
            closing, card, pieces = shorter, carded, again
    said = [piece.said for piece in pieces]
    said[-1] = append_paragraph(said[-1], closing)
    first = pieces[0]
    said[0] = with_hashtags(
        first.text, append_paragraph(first.number, closing if len(pieces) == 1 else ""), setting, space
    )
    return said, card


def _pieces(texts: Sequence[str], setting: RenderContext, space: PartLimit, closing: str) -> tuple[ThreadPart, ...]:
    """The parts before anything is added to them, leaving length for what will be added."""
    how = setting.post.front.thread
    if how == "parts":
        return tuple(ThreadPart(text) for text in texts)
    pieces: tuple[ThreadPart, ...] = ()
    # A required hashtag that stands in the text needs no extra length, unless it turns out to stand in a later message.
    for text in ("\n".join(texts), ""):
        opening = tag_line(missing_tags(text, setting, space), setting.lang)
        pieces = split_thread(texts, space, opening, closing, numbered=how == "numbered")
        rest = append_paragraph(pieces[0].number, closing if len(pieces) == 1 else "")
        if space.fits(with_hashtags(pieces[0].text, rest, setting, space)):
            break
    return pieces


def _calls_urls(setting: RenderContext) -> list[str]:
    """Addresses of the calls to action that the texts have named."""
    named = (one.removeprefix("action:") for one in sorted(setting.used) if one.startswith("action:"))
    return [without_tracking(setting.pick_any(setting.workspace.actions[one].url)) for one in named]


def _closing(texts: Sequence[str], setting: RenderContext, partner: str, carded: bool) -> tuple[str, LinkCard | None]:
    """What stands below the last part, and the link card that carries the call to action instead."""
    front = setting.post.front
    added: list[str] = []
    card = None
    if front.cosigned and (signed := signatory_list(setting)) not in "\n".join(texts):
        added.append(signed)
    if front.cta is not None:
        action = setting.workspace.actions[front.cta]
        setting.used.add(f"action:{action.id}")
        url = without_tracking(setting.pick_any(action.url))
        if not _says([*texts, *added], url) and not _gives([*texts, *added], url):
            if carded:
                card = _card(action, url, setting)
            else:
                added.append(url)
    mentions = dict.fromkeys(_mentions(setting, partner))
    added.append(" ".join(_apart(m, setting) for m in mentions if not _says([*texts, *added], m)))
    return unicodedata.normalize("NFC", "\n\n".join(one for one in added if one)), card


def _says(texts: Sequence[str], words: str) -> bool:
    """Whether an address, a handle or a name is in the texts already, and not as the beginning of another."""
    whole = rf"(?<!\w){re.escape(words.removesuffix('/'))}/?(?![-.?#&=%~+:,;@!]*[\w/])"
    case = re.IGNORECASE if words.startswith("@") else re.NOFLAG
    return any(re.search(whole, text, case) for text in texts)


def _gives(texts: Sequence[str], url: str) -> bool:
    """Whether an address is in the texts already with its domain in another spelling."""
    wanted = comparable_url(url)
    return any(comparable_url(one) == wanted for text in texts for one in find_typed_links(text))


def _banner(item: BannerItem, setting: RenderContext, profile: PlatformProfile) -> PlannedBanner:
    try:
        planned = plan_banner(item, setting, profile.banner_size)
    except BannerItemFault as fault:
        raise ComposeFault(str(fault), item.place, fault.code) from None
    setting.used.update(planned.used)
    return planned


def _attach(picture: Picture, setting: RenderContext) -> Attachment:
    return Attachment(
        file=picture.file,
        sha256=picture.sha256,
        mime=picture.mime,
        width=picture.width,
        height=picture.height,
        alt=setting.pick(picture.note.alt) or "",
        caption="\n".join(picture.note.caption.values()),
    )


def _shown(picture: Picture, setting: RenderContext, profile: PlatformProfile) -> Attachment:
    """A picture, or a video with its captions: all of them, for readers choose, those in the text's language first.

    Where the platform shows none, what is said stands below the alt text, if that fits.
    """
    shown = _attach(picture, setting)
    if not picture.captions:
        return shown
    fallback = setting.workspace.settings.fallback
    chain = fallback_chain(setting.lang, fallback)
    captions = sorted(picture.captions, key=lambda one: chain.index(one.lang) if one.lang in chain else len(chain))
    alt, spoken = shown.alt, captions_in(setting.lang, captions, fallback)
    if spoken is not None and not profile.moving.captions:
        longer = f"{alt}\n\n{spoken_text(spoken)}"
        alt = longer if len(longer) <= profile.alt_max else alt
    return replace(shown, alt=alt, captions=tuple(captions))


def _card(action: Action, url: str, setting: RenderContext) -> LinkCard:
    picture = setting.workspace.pictures[action.picture] if action.picture else None
    return LinkCard(
        url=url,
        title=setting.pick_any(action.title),
        text=setting.pick_any(action.text),
        picture=_attach(picture, setting) if picture else None,
    )


def _mentions(setting: RenderContext, partner: str) -> list[str]:
    """Handles of the partners the post mentions; nobody mentions themselves."""
    said = []
    for other in setting.post.front.mentions:
        if other != partner:
            setting.used.add(f"partner:{other}")
            said.append(mention_partner(setting.workspace.partners[other], setting))
    return said


def _apart(mentioned: str, setting: RenderContext) -> str:
    return isolate_text(mentioned, setting.lang) if mentioned.startswith("@") else mentioned
