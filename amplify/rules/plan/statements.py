"""Joint statements in texts: `{{ signatories }}`, `{{ statement.title }}`, `{{ statement.part.demands }}`; and what a
post that uses one speaks of. Pure.

A post uses the statement that it names, and the one that its campaign names where it is `cosigned` or a text of it
says `statement` or `signatories`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC
from typing import TYPE_CHECKING, Any, Final

from amplify.model.campaign import Campaign
from amplify.model.gate import Gate
from amplify.model.message import StatementWords
from amplify.model.partner import Partner
from amplify.model.post import Post
from amplify.model.statement import Statement, StatementSignatory, StatementText
from amplify.model.workspace import Workspace
from amplify.rules.plan.template import TemplateFault
from amplify.rules.text.language import Fallback, fallback_chain, format_number, pick_any, pick_text
from amplify.rules.text.plurals import plural_form

if TYPE_CHECKING:
    from amplify.rules.plan.template_context import RenderContext

_SAID: Final = re.compile(r"\{[{%][^{}]*\b(?:statement|signatories)\b")
_NO_LETTERS: Final = re.compile(r"[^\w]+")
_ORGANISATIONS: Final[Mapping[str, Mapping[str, str]]] = {
    "be": {"one": "арганізацыя", "few": "арганізацыі", "many": "арганізацый"},
    "be-Latn": {"one": "arhanizacyja", "few": "arhanizacyi", "many": "arhanizacyj"},
    "en": {"one": "organisation", "other": "organisations"},
    "ru": {"one": "организация", "few": "организации", "many": "организаций"},
}


@dataclass(frozen=True, slots=True)
class SignatoryName:
    """A signatory as a text names it."""

    name: str
    signatory: StatementSignatory


def statement_id(post: Post, campaign: Campaign) -> str | None:
    """The statement that a post's texts may quote: its own, or its campaign's."""
    return post.front.statement or campaign.statement


def find_statement(post: Post, workspace: Workspace) -> Statement | None:
    """The statement that a post's texts may quote; None where there is none."""
    campaign = workspace.campaigns.get(post.front.campaign)
    name = post.front.statement or (campaign.statement if campaign is not None else None)
    return workspace.statements.get(name) if name is not None else None


def uses_statement(post: Post) -> bool:
    """Whether a post uses the statement that its campaign names: a boost of its own text never does."""
    if post.front.statement is not None or post.front.cosigned:
        return True
    return any(
        _SAID.search(part.template)
        for variant in post.variants
        for parts in (variant.parts, *variant.by_platform.values())
        for part in parts
    )


def used_statement(post: Post, workspace: Workspace) -> Statement | None:
    """The statement that a post uses; None where it uses none."""
    return find_statement(post, workspace) if uses_statement(post) else None


def under_embargo(posts: Mapping[str, Post], workspace: Workspace) -> dict[str, Post]:
    """The posts, each under the embargo of the statement it uses where that lasts longer than its own."""
    found = dict(posts)
    for id, post in posts.items():
        statement = used_statement(post, workspace)
        until = statement.head.embargo_until if statement is not None else None
        if until is not None and (post.front.embargo_until is None or post.front.embargo_until < until):
            found[id] = replace(post, front=post.front.model_copy(update={"embargo_until": until}))
    return found


def signatory_names(
    statement: Statement, partners: Mapping[str, Partner], lang: str, fallback: Fallback
) -> list[SignatoryName]:
    """Who stands under a statement: signed and not withdrawn, in order, equal orders by name."""
    named = (SignatoryName(_name(one, partners, lang, fallback), one) for one in statement.standing)
    return sorted(named, key=lambda one: (one.signatory.order, one.name, one.signatory.key))


def _name(one: StatementSignatory, partners: Mapping[str, Partner], lang: str, fallback: Fallback) -> str:
    if one.partner is not None:
        return pick_any(partners[one.partner].name, lang, fallback)
    return pick_any(one.name, lang, fallback) if isinstance(one.name, dict) else one.name or ""


def signatory_subject(statement: str, signatory: StatementSignatory) -> str:
    """The subject of a message that names this signatory: `signatory:words-are-not-crimes/press_union`."""
    return f"signatory:{statement}/{_NO_LETTERS.sub('-', signatory.key).strip('-')}"


def statement_gates(statements: Iterable[Statement]) -> Iterator[Gate]:
    """One gate for each statement, open when its embargo ends, and one for each of its signatories, closed where it
    has not signed, or has withdrawn."""
    for statement in statements:
        until = statement.head.embargo_until
        yield Gate("statement", statement.id, opens_at=until.astimezone(UTC) if until is not None else None)
        for one in statement.head.signatories:
            subject = signatory_subject(statement.id, one)
            who, closed = subject.partition("/")[2], None
            if one.withdrawn is not None:
                closed = f"{who} has withdrawn its signature from {statement.id}"
            elif one.signed is None:
                closed = f"{who} has not signed {statement.id}"
            yield Gate("signatory", subject.partition(":")[2], closed=closed)


def count_organisations(count: int, lang: str, fallback: Fallback) -> str:
    """“8 organisations” as the language says it; the number alone where the word is not known."""
    known = next((one for one in fallback_chain(lang, fallback) if one in _ORGANISATIONS), None)
    number = format_number(count, lang, fallback)
    if known is None:
        return number
    forms = _ORGANISATIONS[known]
    return f"{number} {forms.get(plural_form(count, known)) or forms.get('other') or forms['many']}"


def name_signatories(setting: RenderContext, statement: Statement) -> str:
    """Those who stand under a statement, in order, shortened to “+N more”. Each name that is said is noted."""
    setting.used.add(f"statement:{statement.id}")
    signed = signatory_names(statement, setting.workspace.partners, setting.lang, setting.workspace.settings.fallback)
    shown = signed[: setting.campaign.signatories_shown]
    for one in shown:
        setting.used.add(signatory_subject(statement.id, one.signatory))
        if one.signatory.partner is not None:
            setting.used.add(f"partner:{one.signatory.partner}")
    return shorten_names([one.name for one in shown], len(signed), setting.lang)


_MORE: Final[Mapping[str, str]] = {"en": "+{} more", "be": "+яшчэ {}", "ru": "+ещё {}"}


def shorten_names(shown: list[str], count: int, lang: str) -> str:
    """These names, and how many of `count` are left."""
    more = count - len(shown)
    return ", ".join([*shown, (pick_text(_MORE, lang) or "+{}").format(more)] if more else shown)


def frozen_statement(setting: RenderContext) -> StatementWords | None:
    """The statement that a message uses, as it is now: what was approved was approved with these words above these
    names. None where it uses none."""
    statement = find_statement(setting.post, setting.workspace)
    if statement is None or f"statement:{statement.id}" not in setting.used:
        return None
    fallback = setting.workspace.settings.fallback
    text = _text(setting, statement) or statement.texts[statement.head.lang]
    signed = signatory_names(statement, setting.workspace.partners, text.lang, fallback)
    return StatementWords(
        id=statement.id,
        lang=text.lang,
        title=pick_any(statement.head.title, text.lang, fallback),
        text=text.whole,
        signatories=tuple(one.name for one in signed),
    )


def _text(setting: RenderContext, statement: Statement) -> StatementText | None:
    chain = fallback_chain(setting.lang, setting.workspace.settings.fallback)
    return next((statement.texts[one] for one in chain if one in statement.texts), None)


class StatementCount(str):
    """How many signed: `{{ … }}` is the number, `.in_words` has the word for organisations in the form it asks for."""

    __slots__ = ("in_words",)
    in_words: str


class _Quotes:
    """Template access to pieces of a text, by name or number: `statement.part.demands`, `statement.paragraph[2]`."""

    def __init__(self, what: str, pieces: Mapping[str, str]) -> None:
        self._what, self._pieces = what, pieces

    def __getitem__(self, name: Any) -> str:
        said = self._pieces.get(str(name))
        if said is None:
            known = ", ".join([*self._pieces][:8]) or "none"
            raise TemplateFault(f"the statement has no {self._what} `{name}` in this language; known: {known}")
        return said

    def __getattr__(self, name: str) -> str:
        if name.startswith("_"):
            raise AttributeError(name)
        return self[name]

    def __str__(self) -> str:
        raise TemplateFault(f"say which: `{{{{ statement.{self._what}['…'] }}}}`")


class StatementView:
    """Template access to the statement of a post: its title, its words, pieces of them, and how many signed."""

    KNOWN: Final = ("title", "text", "part", "paragraph", "organisations", "dated")

    def __init__(self, setting: RenderContext) -> None:
        statement = find_statement(setting.post, setting.workspace)
        if statement is None:
            raise TemplateFault("neither this post nor its campaign names a statement: add `statement:` to one of them")
        setting.used.add(f"statement:{statement.id}")
        self._setting, self._statement = setting, statement

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        if name not in self.KNOWN:
            raise TemplateFault(f"there is no `.{name}` here; known: {', '.join(self.KNOWN)}")
        return getattr(self, f"_{name}")()

    def __str__(self) -> str:
        return self._title()

    def _words(self) -> StatementText:
        text = _text(self._setting, self._statement)
        if text is None:
            lang = self._setting.lang
            raise TemplateFault(f"the statement `{self._statement.id}` has no words in `{lang}`: add `## in {lang}`")
        return text

    def _title(self) -> str:
        return pick_any(self._statement.head.title, self._words().lang, self._setting.workspace.settings.fallback)

    def _text(self) -> str:
        return self._words().whole

    def _part(self) -> _Quotes:
        return _Quotes("part", self._words().parts)

    def _paragraph(self) -> _Quotes:
        return _Quotes("paragraph", {str(at): one for at, one in enumerate(self._words().paragraphs, start=1)})

    def _organisations(self) -> StatementCount:
        count, fallback = len(self._statement.standing), self._setting.workspace.settings.fallback
        said = StatementCount(self._setting.number(count))
        said.in_words = count_organisations(count, self._setting.lang, fallback)
        return said

    def _dated(self) -> str:
        if self._statement.head.dated is None:
            raise TemplateFault(f"the statement `{self._statement.id}` has no `dated:`: write the day into its file")
        return self._setting.date(self._statement.head.dated)
