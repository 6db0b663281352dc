"""Rules about the account that speaks."""

from __future__ import annotations

from collections.abc import Iterator

from amplify.model.plan import Planned
from amplify.model.problem import Problem
from amplify.rules.lint.lint_context import LintContext


def label_missing(context: LintContext, delivery: Planned) -> Iterator[Problem]:
    """X-LABEL, B-BOT, M-BOT: a live account tells its readers that it is automated, and who answers."""
    account = context.workspace.accounts.get(delivery.account)
    if account is not None and account.live and account.automation is not None and not account.automation.labelled:
        policy = context.profiles[account.platform].policy
        yield Problem(
            account.place,
            policy.label,
            f"{account.id} is live without the platform's automation label: set it there, then `labelled: true`",
            policy.label_severity,
        )


def rules_unreviewed(context: LintContext, delivery: Planned) -> Iterator[Problem]:
    """M-RULES: where each server has rules of its own on automated posts, as on Mastodon."""
    account = context.workspace.accounts.get(delivery.account)
    if account is None or not account.live or account.rules_reviewed is not None:
        return
    if context.profiles[account.platform].policy.each_server:
        yield Problem(
            account.place,
            "M-RULES",
            f"nobody has read the rules of {account.server or 'its server'}: read them, then set `rules_reviewed:`",
        )
