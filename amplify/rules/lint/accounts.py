"""Rules about the account that speaks."""

from __future__ import annotations

from collections.abc import Iterator

from amplify.model.plan import Planned
from amplify.model.problem import Problem, Severity
from amplify.rules.lint.lint_context import LintContext

_LABEL = {"bluesky": "B-BOT", "mastodon": "M-BOT"}


def label_missing(context: LintContext, delivery: Planned) -> Iterator[Problem]:
    """X-LABEL, B-BOT, M-BOT: a live account tells its readers that it is automated, and who answers."""
    account = context.workspace.accounts.get(delivery.account)
    if account is not None and account.live and account.automation is not None and not account.automation.labelled:
        yield Problem(
            account.place,
            _LABEL.get(account.platform, "X-LABEL"),
            f"{account.id} is live without the platform's automation label: set it there, then `labelled: true`",
            Severity.WARNING if account.platform == "mastodon" else Severity.ERROR,
        )


def rules_unreviewed(context: LintContext, delivery: Planned) -> Iterator[Problem]:
    """M-RULES: each Mastodon server has rules of its own on automated posts."""
    account = context.workspace.accounts.get(delivery.account)
    if account is not None and account.live and account.platform == "mastodon" and account.rules_reviewed is None:
        yield Problem(
            account.place,
            "M-RULES",
            f"nobody has read the rules of {account.server or 'its server'}: read them, then set `rules_reviewed:`",
        )
