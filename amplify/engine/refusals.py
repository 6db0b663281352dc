"""Refusals that name neither text nor media: the account is asked after before a post is given up for them."""

from __future__ import annotations

from amplify.context.app_context import AppContext
from amplify.context.speakers import ask_whoami
from amplify.model.errors import LoggedOut, PlatformError, Refused, TryLater
from amplify.model.platform import Platform


def explain_refusal(client: Platform, refused: Refused) -> PlatformError:
    """What such a refusal means: LoggedOut where the platform does not know the account either, or does not let it
    write; TryLater where it does not say; the refusal itself where nothing is wrong with the account."""
    try:
        ask_whoami(client)
        client.check_write_access()
    except LoggedOut as fault:
        return fault
    except PlatformError as silent:
        return TryLater(f"{refused.why}; whether the account may write could not be asked: {silent.why}")
    return refused


def explain_error(app: AppContext, account: str, error: PlatformError) -> PlatformError:
    """What an error of an account's request means: what `explain_refusal` says of an unexplained refusal, or itself."""
    if not (isinstance(error, Refused) and error.unexplained):
        return error
    try:
        return explain_refusal(app.adapter(account), error)
    except PlatformError as fault:
        return fault
