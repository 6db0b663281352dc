"""Checks joint statements: their languages, who stands under them, and what posts and campaigns quote of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from amplify.model.post import TextPart
from amplify.model.problem import Problem, Severity, SourceLocation
from amplify.model.statement import Statement
from amplify.rules.plan.calendar_days import begun_somewhere
from amplify.rules.text.language import fallback_chain
from amplify.workspace.checks.template_names import place_in_text, texts_of_post
from amplify.workspace.parsed import Parsed, ParsedWorkspace
from amplify.workspace.partial import NO_LANGUAGE, NOT_READ
from amplify.workspace.suggest import did_you_mean

_QUOTED: Final = re.compile(
    r"(?<![\w.\"'])statement\s*\.\s*(?P<what>part|paragraph|title|text)\b"
    r"(?:\s*\.\s*(?P<name>\w+)|\s*\[\s*(?:[\"'](?P<quoted>[^\"']*)[\"']|(?P<number>\d+))\s*\])?"
)
_USED: Final = re.compile(r"\{[{%][^{}]*?(?<![\w.\"'])(statement)\b")


def check_statement_words(findings: ParsedWorkspace) -> Iterator[Problem]:
    """STATEMENT-LANGUAGE: texts without a title and titles without a text; languages of the campaign that are missing
    (a warning). Parts that stand in one language only are a warning, too."""
    campaigns = {found.word.id: found.word for found in findings.campaigns if found.whole}
    for found in (one for one in findings.statements if one.whole):
        statement = found.word
        for lang, text in statement.texts.items():
            if lang not in statement.head.title:
                yield Problem(text.place, "STATEMENT-LANGUAGE", f"there is no `title:` in `{lang}`: add it to the head")
        for lang in statement.head.title:
            if lang not in statement.texts:
                message = f"the title stands in `{lang}`, the words do not: add them below `## in {lang}`"
                yield Problem(found.spot.place("title", lang), "STATEMENT-LANGUAGE", message)
        campaign = campaigns.get(statement.head.campaign)
        missing = [one for one in campaign.languages if one not in statement.texts] if campaign is not None else []
        if missing:
            message = (
                f"campaign `{statement.head.campaign}` speaks {', '.join(f'`{one}`' for one in missing)}, and the "
                "statement does not: add its words, and no post in that language can quote it until then"
            )
            yield Problem(found.spot.place("title"), "STATEMENT-LANGUAGE", message, Severity.WARNING)
        yield from _parts_everywhere(statement)


def _parts_everywhere(statement: Statement) -> Iterator[Problem]:
    everywhere = {name for text in statement.texts.values() for name in text.parts}
    for text in statement.texts.values():
        for name in sorted(everywhere - text.parts.keys()):
            message = f"the part `{name}` is not marked in `{text.lang}`: put `### {name}` above its paragraphs"
            yield Problem(text.place, "STATEMENT-LANGUAGE", message, Severity.WARNING)


def check_signatories(findings: ParsedWorkspace) -> Iterator[Problem]:
    """Signatories that are nobody, stand there twice, or withdrew before they signed."""
    for found in findings.statements:
        first: dict[str, SourceLocation] = {}
        for i, one in enumerate(found.word.head.signatories):
            place = found.spot.place("signatories", i)
            if (one.partner is None) == (not one.name):
                yield Problem(place, "VALUE-SENSE", "give a signatory either a `partner` or a `name`")
                continue
            if one.withdrawn is not None and (one.signed is None or one.withdrawn < one.signed):
                message = "nobody withdraws before they have signed: mend `signed` or `withdrawn`"
                yield Problem(found.spot.place("signatories", i, "withdrawn"), "VALUE-SENSE", message)
            if one.key in first:
                message = f"`{one.key}` stands at {first[one.key]} already: each organisation signs once"
                yield Problem(place, "ID-DUPLICATE", message)
            first.setdefault(one.key, place)
        yield from _partners_by_name(findings, found)


def _partners_by_name(findings: ParsedWorkspace, found: Parsed[Statement]) -> Iterator[Problem]:
    """Plain names that are a partner's: a stop of the partner would not reach them."""
    names = {
        " ".join(name.casefold().split()): one.word.id for one in findings.partners for name in one.word.name.values()
    }
    for i, one in enumerate(found.word.head.signatories):
        said = one.name.values() if isinstance(one.name, dict) else [one.name or ""]
        partner = next((names[key] for name in said if (key := " ".join(name.casefold().split())) in names), None)
        if partner is not None:
            message = f"this is the partner `{partner}`: write `partner: {partner}`, so that a stop finds it"
            yield Problem(found.spot.place("signatories", i, "name"), "ID-DUPLICATE", message)


def check_signing_days(findings: ParsedWorkspace, now: datetime) -> Iterator[Problem]:
    """Signatures and withdrawals of days that have not begun anywhere. `now`: UTC."""
    for found in findings.statements:
        for i, one in enumerate(found.word.head.signatories):
            for key, day in (("signed", one.signed), ("withdrawn", one.withdrawn)):
                if day is not None and not begun_somewhere(day, now):
                    message = f"`{key}` is a day in the future: write the day on which it was done, no later than today"
                    yield Problem(found.spot.place("signatories", i, key), "VALUE-SENSE", message)


def check_quotes(findings: ParsedWorkspace) -> Iterator[Problem]:
    """Posts whose texts quote a statement that neither they nor their campaign name, or words that it does not have."""
    campaigns = {found.word.id: found.word for found in findings.campaigns}
    statements = {found.word.id: found.word for found in findings.statements if found.whole}
    fallback = findings.settings.word.fallback if findings.settings is not None else {}
    for found in findings.posts:
        front = found.word.front
        campaign = campaigns.get(front.campaign)
        if campaign is None:
            continue
        name = front.statement or campaign.statement
        if front.statement is not None and (own := statements.get(front.statement)) is not None:
            yield from _foreign(found.spot.place("statement"), own, front.campaign)
        for variant, part in texts_of_post(found.word):
            if "statement" not in part.template:
                continue
            if name is None:
                if (used := _USED.search(part.template)) is not None:
                    message = "neither this post nor its campaign names a statement: add `statement:` to one of them"
                    yield Problem(place_in_text(part, used.start(1)), "REF-STATEMENT", message)
            elif name in statements and variant.lang != NO_LANGUAGE:
                yield from _quotes(part, statements[name], fallback_chain(variant.lang, fallback))


def _quotes(part: TextPart, statement: Statement, chain: Sequence[str]) -> Iterator[Problem]:
    """What one text quotes that the statement does not have. `chain`: the languages that the text may quote."""
    text = next((statement.texts[one] for one in chain if one in statement.texts), None)
    for quoted in _QUOTED.finditer(part.template):
        name, number = quoted["name"] or quoted["quoted"], quoted["number"]
        message = ""
        if text is None:
            message = f"the statement `{statement.id}` has no words in `{chain[0]}`: add `## in {chain[0]}` to it"
        elif quoted["what"] == "part" and name and name not in text.parts:
            message = f"the statement `{statement.id}` has no part `{name}`" + did_you_mean(name, text.parts)
        elif quoted["what"] == "paragraph" and number and not 1 <= int(number) <= len(text.paragraphs):
            message = f"the statement `{statement.id}` has {len(text.paragraphs)} paragraphs in `{text.lang}`"
        if message:
            yield Problem(place_in_text(part, quoted.start()), "TXT-NAME", message)


def _foreign(place: SourceLocation, statement: Statement, campaign: str) -> Iterator[Problem]:
    if statement.head.campaign not in (campaign, NOT_READ):
        message = (
            f"`{statement.id}` belongs to campaign `{statement.head.campaign}`, the post to `{campaign}`: is it meant?"
        )
        yield Problem(place, "REF-FOREIGN", message, Severity.WARNING)
