"""Lint rules about handles, as the platforms answered when they were last asked (`amplify check --online`)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from amplify.model.plan import LintFinding, Planned
from amplify.model.problem import Problem, Severity
from amplify.rules.lint.lint_context import LintContext


def mention_of_nobody(context: LintContext, delivery: Planned) -> Iterator[Problem]:
    """HANDLE-UNKNOWN: a text mentions a handle that nobody goes by: it reaches no one, or a stranger later."""
    profile = context.profile(delivery)
    for number, part in enumerate(delivery.message.parts):
        for entity in part.entities:
            said = context.known.handle(delivery.platform, entity.value) if entity.kind == "mention" else None
            if said is not None and said.id is None:
                yield Problem(
                    context.place(delivery, number),
                    "HANDLE-UNKNOWN",
                    f"this mentions @{entity.value}, and nobody goes by that name on {profile.title} "
                    f"(asked on {said.at:%Y-%m-%d}): mend the handle, or write the plain name",
                    Severity.WARNING,
                )


def unknown_handles(context: LintContext, deliveries: Sequence[Planned]) -> Iterator[LintFinding]:
    """HANDLE-UNKNOWN: a handle of the handle book that nobody goes by."""
    for partner in context.workspace.partners.values():
        for platform, handle in partner.handles.items():
            said = context.known.handle(platform, handle)
            if said is not None and said.id is None:
                problem = Problem(
                    partner.place,
                    "HANDLE-UNKNOWN",
                    f"nobody goes by {handle} on {platform} (asked on {said.at:%Y-%m-%d}): "
                    f"ask {partner.id} for their handle there, or take it out",
                    Severity.WARNING,
                )
                yield _of_account(problem, f"{partner.id}/{platform}", deliveries)


def other_names(context: LintContext, deliveries: Sequence[Planned]) -> Iterator[LintFinding]:
    """HANDLE-OTHER: our credentials speak for somebody else than the handle book says."""
    for account in context.workspace.accounts.values():
        said = context.known.whoami.get(account.id)
        wanted = context.workspace.partners[account.partner].handles[account.platform]
        if said is not None and not said.whoami.goes_by(wanted):
            problem = Problem(
                account.place,
                "HANDLE-OTHER",
                f"the credentials of {account.id} speak for {said.whoami.handle} (asked on {said.at:%Y-%m-%d}), and "
                f"the handle book says {wanted}: mend one of them",
                Severity.WARNING,
            )
            yield _of_account(problem, account.id, deliveries)


def _of_account(problem: Problem, account: str, deliveries: Sequence[Planned]) -> LintFinding:
    about = sorted(delivery.id for delivery in deliveries if delivery.account == account)
    return LintFinding(problem, (account,), deliveries=tuple(about))


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
