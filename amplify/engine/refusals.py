"""Refusals that name neither text nor media: the account is asked after before a post is given up for them."""

from __future__ import annotations

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
