"""Sends a notice as a signed request (Standard Webhooks), to the address that was looked up, and nowhere else."""

from __future__ import annotations

import hashlib
import ipaddress
import json
import socket
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from amplify.model.errors import LoggedOut
from amplify.model.notice import QueuedNotice, WebhookRecipient
from amplify.notices.not_told import NotTold
from amplify.notices.notice_text import notice_json
from amplify.platforms.credentials import find_secrets

_TIMEOUT: Final = 10.0
_MOST: Final = 4096
"""Bytes of a body."""


def send_webhook(recipient: WebhookRecipient, notices: Sequence[QueuedNotice], at: datetime) -> None:
    """Send one request about all of these. Raises NotTold.

    The host is looked up once, and the request goes to what was found: an address in a private network is refused
    unless the recipient says `private: true`, and redirects are not followed.
    """
    import httpx
    from standardwebhooks.webhooks import EmptyWebhookSecretError, Webhook

    host = urlsplit(recipient.url).hostname or ""
    name, body = webhook_body(notices, at)
    try:
        secret = find_secrets(("secret",), recipient.credential, "notify")["secret"]
        signature = Webhook(secret).sign(name, at, body)
    except LoggedOut as error:
        raise NotTold(error.why) from None
    except (RuntimeError, ValueError, EmptyWebhookSecretError):
        raise NotTold("its secret is none: Standard Webhooks has `whsec_` and base64") from None
    headers = {
        "Content-Type": "application/json",
        "webhook-id": name,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": signature,
    }
    url = httpx.URL(recipient.url)
    pinned = url.copy_with(host=_address(recipient, host))
    headers["Host"] = url.netloc.decode("ascii")
    try:
        with httpx.Client(timeout=_TIMEOUT, follow_redirects=False, trust_env=False) as client:
            answer = client.post(pinned, content=body, headers=headers, extensions={"sni_hostname": host})
    except httpx.HTTPError as error:
        raise NotTold(f"{host} cannot be reached ({type(error).__name__})") from None
    if not answer.is_success:
        raise NotTold(f"{host} answered with {answer.status_code}")


def webhook_body(notices: Sequence[QueuedNotice], at: datetime) -> tuple[str, str]:
    """The id of the request, which follows from what it says, and its body: JSON of at most 4 kB."""
    name = "msg_" + hashlib.sha256("\n".join(one.key for one in notices).encode()).hexdigest()[:32]
    said = notice_json(notices)
    while len(body := _packed(said, at)) > _MOST:
        longest = max(said, key=lambda one: len(one["ids"]))
        longest["ids"] = longest["ids"][: len(longest["ids"]) // 2]
    return name, body


def _packed(said: Sequence[object], at: datetime) -> str:
    whole = {"type": "amplify.notices", "timestamp": at.isoformat(), "data": {"notices": said}}
    return json.dumps(whole, ensure_ascii=True, separators=(",", ":"))


def _address(recipient: WebhookRecipient, host: str) -> str:
    """One IP address of the host, all of which have to be public. Raises NotTold."""
    try:
        found = {str(row[4][0]) for row in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)}
    except OSError:
        raise NotTold(f"{host} is not known") from None
    closed = [one for one in found if not ipaddress.ip_address(one.partition("%")[0]).is_global]
    if closed and not (recipient.private or recipient.is_local):
        raise NotTold(f"{host} lies in a private network: if it should, write `private: true`")
    return min(found, key=lambda one: (":" in one, one))
