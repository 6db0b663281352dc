"""Sends a notice as an e-mail, through a server of one's own."""

from __future__ import annotations

import hashlib
import smtplib
import ssl
from collections.abc import Sequence
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Final

from amplify.model.errors import LoggedOut
from amplify.model.notice import MailRecipient, QueuedNotice
from amplify.notices.not_told import NotTold
from amplify.notices.notice_text import notice_body, notice_subject
from amplify.platforms.credentials import find_secrets

_TIMEOUT: Final = 10.0
"""Seconds for each answer of the server."""


def send_mail(recipient: MailRecipient, notices: Sequence[QueuedNotice], at: datetime) -> None:
    """Send one e-mail about all of these. Raises NotTold."""
    message = compose_mail(recipient, notices, at)
    where = f"{recipient.server}:{recipient.port}"
    try:
        password = find_secrets(("password",), recipient.credential, "notify")["password"] if recipient.user else ""
        with _connect(recipient) as server:
            if recipient.user:
                server.login(recipient.user, password)
            server.send_message(message, recipient.sender, [recipient.to])
    except LoggedOut as error:
        raise NotTold(error.why) from None
    except smtplib.SMTPAuthenticationError as error:
        raise NotTold(f"{where} does not take this user and password ({error.smtp_code})") from None
    except smtplib.SMTPResponseException as error:
        raise NotTold(f"{where} refused it with code {error.smtp_code}") from None
    except smtplib.SMTPRecipientsRefused:
        raise NotTold(f"{where} does not take mail for this address") from None
    except ssl.SSLError as error:
        raise NotTold(f"{where} has no certificate that can be trusted ({error.reason or 'TLS'})") from None
    except (OSError, smtplib.SMTPException) as error:
        raise NotTold(f"{where} cannot be reached ({type(error).__name__})") from None


def compose_mail(recipient: MailRecipient, notices: Sequence[QueuedNotice], at: datetime) -> EmailMessage:
    """The message. Its id follows from what it says: where one is sent twice after a crash, mail programs show one."""
    name = hashlib.sha256("\n".join([recipient.to, *(one.key for one in notices)]).encode()).hexdigest()[:32]
    message = EmailMessage()
    message["From"] = recipient.sender
    message["To"] = recipient.to
    message["Subject"] = notice_subject(notices)
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<{name}@{recipient.sender.partition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(notice_body(notices))
    return message


def _connect(recipient: MailRecipient) -> smtplib.SMTP:
    """The server, greeted in the name of the sender's domain: our machine's own name is nobody's business."""
    name = recipient.sender.partition("@")[2]
    if recipient.security == "tls":
        secure = ssl.create_default_context()
        return smtplib.SMTP_SSL(recipient.server, recipient.port, name, timeout=_TIMEOUT, context=secure)
    server = smtplib.SMTP(recipient.server, recipient.port, name, timeout=_TIMEOUT)
    try:
        if recipient.security == "starttls":
            server.starttls(context=ssl.create_default_context())
    except BaseException:
        server.close()
        raise
    return server
