"""Report of a joint statement: its words in one language, who stands under them, and which posts use it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from amplify.model.statement import Statement
from amplify.model.workspace import Workspace
from amplify.rules.plan.statements import (
    SignatoryName,
    signatory_names,
    signatory_subject,
    used_statement,
)
from amplify.rules.text.language import fallback_chain, pick_any


@dataclass(frozen=True, slots=True)
class StatementReport:
    """One statement as it stands now, in one language."""

    statement: Statement
    lang: str
    title: str
    text: str
    text_hash: str
    """Of exactly these words (`Statement.text_hash`)."""
    signed: Sequence[SignatoryName]
    """Who stands under it, in order."""
    withdrawn: Sequence[SignatoryName]
    asked: Sequence[SignatoryName]
    """Who has not answered."""
    posts: Sequence[str]
    """Posts that use it."""

    @property
    def gone(self) -> frozenset[str]:
        """Subjects of what was said with the name of somebody who has withdrawn."""
        return frozenset(signatory_subject(self.statement.id, one.signatory) for one in self.withdrawn)

    def as_json(self) -> dict[str, Any]:
        head = self.statement.head
        return {
            "id": head.id,
            "campaign": head.campaign,
            "lang": self.lang,
            "languages": list(self.statement.texts),
            "title": self.title,
            "text": self.text,
            "parts": dict(self.statement.texts[self.lang].parts),
            "text_hash": self.text_hash,
            "dated": _day(head.dated),
            "embargo_until": head.embargo_until.isoformat() if head.embargo_until is not None else None,
            "people": list(head.people),
            "facts": list(head.facts),
            "signed": [_signatory(one) for one in self.signed],
            "withdrawn": [_signatory(one) for one in self.withdrawn],
            "asked": [_signatory(one) for one in self.asked],
            "posts": list(self.posts),
        }


def report_statement(workspace: Workspace, statement: Statement, lang: str | None) -> StatementReport | None:
    """What is known of a statement, in `lang` or the language it was written in. None where it has no such words."""
    fallback = workspace.settings.fallback
    chain = fallback_chain(lang or statement.head.lang, fallback)
    said = next((one for one in chain if one in statement.texts), None)
    if said is None:
        return None
    text = statement.texts[said]

    def named(signed: bool, withdrawn: bool) -> list[SignatoryName]:
        return signatory_names(statement, workspace.partners, said, fallback, signed, withdrawn)

    return StatementReport(
        statement=statement,
        lang=said,
        title=pick_any(statement.head.title, said, fallback),
        text=text.whole,
        text_hash=statement.text_hash(said) or "",
        signed=named(True, False),
        withdrawn=named(True, True),
        asked=named(False, False),
        posts=[one.id for one in workspace.posts.values() if used_statement(one, workspace) is statement],
    )


def _signatory(one: SignatoryName) -> dict[str, Any]:
    found = one.signatory
    return {
        "name": one.name,
        "partner": found.partner,
        "order": found.order,
        "signed": _day(found.signed),
        "withdrawn": _day(found.withdrawn),
    }


def _day(day: date | None) -> str | None:
    return day.isoformat() if day is not None else None
