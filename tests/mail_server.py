"""A real mail server on the loopback that keeps what it is given, and refuses whom it is told to refuse."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import attrs
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


@attrs.define
class MailServer:
    """``mails``: by recipient, oldest first; ``refuse``: by recipient, the line that he is refused with."""

    port: int = 0
    mails: list[tuple[str, EmailMessage]] = attrs.field(factory=list)
    raw: list[bytes] = attrs.field(factory=list)
    refuse: dict[str, str] = attrs.field(factory=dict)
    after_data: str = "250 OK"
    secure: list[bool] = attrs.field(factory=list)
    logins: list[tuple[str, str]] = attrs.field(factory=list)
    hangs_up: bool = False

    def to(self, address: str) -> EmailMessage:
        """The only mail to this address."""
        (found,) = (mail for recipient, mail in self.mails if recipient == address)
        return found

    @property
    def recipients(self) -> list[str]:
        return [recipient for recipient, _ in self.mails]

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = envelope.content
        assert isinstance(content, bytes)
        if self.after_data.startswith("250"):
            mail = message_from_bytes(content, policy=policy.default)
            assert isinstance(mail, EmailMessage)
            self.raw.append(content)
            self.mails += [(one, mail) for one in envelope.rcpt_tos]
            assert server.transport is not None
            self.secure.append(server.transport.get_extra_info("ssl_object") is not None)
        return self.after_data

    async def handle_QUIT(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.hangs_up:
            assert server.transport is not None
            server.transport.close()
        return "221 Bye"

    def log_in(self, server: SMTP, session: Session, envelope: Envelope, how: str, what: Any) -> AuthResult:
        assert isinstance(what, LoginPassword)
        self.logins.append((what.login.decode(), what.password.decode()))
        return AuthResult(success=what.password == b"s3cret", handled=False)


class _Controller(Controller):
    """As aiosmtpd's, on whatever port was free."""

    def _trigger_server(self) -> None:
        assert self.server is not None
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def mail_server(
    starttls: ssl.SSLContext | None = None, tls: ssl.SSLContext | None = None
) -> Iterator[MailServer]:
    """A server on a free port of 127.0.0.1; it asks for a login wherever the connection is secure."""
    found = MailServer()
    controller = _Controller(
        found,
        hostname="127.0.0.1",
        port=0,
        server_hostname="mail.example",
        tls_context=starttls,
        ssl_context=tls,
        authenticator=found.log_in,
        auth_required=starttls is not None,
        ready_timeout=30,
    )
    controller.start()
    try:
        found.port = controller.port
        yield found
    finally:
        controller.stop()
