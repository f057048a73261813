"""Notifications as mails, one for each recipient, with nothing but the standard library."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import smtplib
import ssl
from collections.abc import Callable, Sequence
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Literal
from urllib.parse import quote

import attrs

from casewf.errors import Undelivered
from casewf.model.plain_text import printable
from casewf.ports.outside import Clock, Delivery, Person

__all__ = ["SmtpNotifier"]

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_POLICY = SMTP.clone(cte_type="7bit")
"""Every server takes what is ASCII on the wire, whatever extensions it has."""

_PORTS = {"starttls": 587, "tls": 465, "none": 25}

Language = Literal["zh", "en"]


@attrs.frozen(slots=True)
class _Failure:
    """Who was not told, why, and whether it is of no use to try again."""

    person: Person
    why: str
    final: bool


@attrs.frozen(slots=True)
class _Mail:
    """What one person is sent."""

    person: Person
    address: str
    message: EmailMessage


class SmtpNotifier:
    """A ``Notifier`` that writes mails; usable by several threads, each delivery has a connection of its own.

    What a mail says is ``Delivery.notice``: nothing that its recipient may not read (D5). Fields stand in it only where
    ``fields`` names them. A mail that is sent again has the ``Message-ID`` of the first, by which mailboxes know it.

    If some are told and others cannot be, only the others are tried again; who has no address, or whose mailbox does
    not exist, becomes a dead letter at once.

    Args:
        host, port: of the server that takes mails; the port is 587, 465 or 25 by ``security`` unless it is given.
        sender: the address that mails come from.
        address: where somebody gets his mails, or None for nobody knows; your own directory knows it.
        clock: the only source of time.
        security: ``starttls`` or ``tls``; ``none`` for a server on the same machine. There is no way from one to
            another: a server that cannot do what is asked for gets no mail.
        login: name and password, or None.
        lang: the language of a mail, for all, or by recipient.
        fields: which fields of the case stand in a mail, in this order; an engine refuses one that no workflow has.
        timeout: seconds for each step.
        tls: None for the authorities that the operating system trusts; another context must check names and
            certificates, too.

    Raises:
        TypeError, ValueError: one of these cannot be.
    """

    def __init__(
        self,
        host: str,
        *,
        sender: str,
        address: Callable[[Person], str | None],
        clock: Clock,
        port: int | None = None,
        security: Literal["starttls", "tls", "none"] = "starttls",
        login: tuple[str, str] | None = None,
        lang: Language | Callable[[Person], Language] = "zh",
        fields: Sequence[str] = (),
        timeout: float = 30,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        if security not in _PORTS:
            raise ValueError(f"security must be 'starttls', 'tls' or 'none', got {security!r}")
        if login is not None and security == "none":
            raise ValueError(
                "a password over a connection that anybody can read: use starttls or tls with login"
            )
        found = _read_address(sender, "")
        if found is None:
            raise ValueError(f"sender must be a mail address, got {sender!r}")
        if not host:
            raise ValueError("host is empty; name the server that takes mails")
        if isinstance(lang, str) and lang not in ("zh", "en"):
            raise ValueError(f"lang must be 'zh', 'en' or a function of a person, got {lang!r}")
        if isinstance(fields, str):
            raise TypeError(f"fields are several names, such as [{fields!r}]")
        context = ssl.create_default_context() if tls is None else tls
        if context.verify_mode != ssl.CERT_REQUIRED or not context.check_hostname:
            raise ValueError("tls must check the server's certificate and name")
        self._host = host
        self._port = _PORTS[security] if port is None else port
        self._sender = found
        self._address = address
        self._clock = clock
        self._security = security
        self._login = login
        self._lang = lang
        self._fields = tuple(fields)
        self._timeout = timeout
        self._context = context

    @property
    def field_names(self) -> tuple[str, ...]:
        """The fields that stand in a mail, which an engine looks for in its workflows."""
        return self._fields

    def notify(self, delivery: Delivery) -> None:
        """Send each recipient his mail.

        Raises:
            Undelivered: some were not told; it says who and why.
            OSError, smtplib.SMTPException: there is no server to hand mails to, so nobody was.
        """
        mails: list[_Mail] = []
        failures: list[_Failure] = []
        for person in delivery.recipients:
            given = self._address(person)
            to = None if given is None else _read_address(given, person.name)
            if to is None:
                what = "has no mail address" if given is None else "has a mail address that is none"
                failures.append(_Failure(person, f"{what}; mend it, then deliver this again", final=True))
            else:
                mails.append(_Mail(person, to.addr_spec, self._message(delivery, person, to)))
        if mails:
            failures += self._send(mails)
        if failures:
            raise Undelivered(
                "; ".join(f"{one.person.id} {one.why}" for one in failures),
                final=all(one.final for one in failures),
                people=[one.person.id for one in failures],
            )

    def _message(self, delivery: Delivery, person: Person, to: Address) -> EmailMessage:
        lang = self._lang if isinstance(self._lang, str) else self._lang(person)
        notice = delivery.notice(person, lang)
        shown = [notice.fields[name] for name in self._fields if name in notice.fields]
        mail = EmailMessage(policy=_POLICY)
        mail["From"] = self._sender
        mail["To"] = to
        mail["Subject"] = notice.subject
        mail["Date"] = format_datetime(_EPOCH + dt.timedelta(microseconds=self._clock.now()))
        mail["Message-ID"] = f"<{_digest(delivery, person)}@{self._sender.domain}>"
        mail["Auto-Submitted"] = "auto-generated"  # no answers of machines (RFC 3834)
        mail.set_content("\n".join((notice.subject, "", *notice.lines, *shown, "")))
        mail["Content-Language"] = lang
        return mail

    def _send(self, mails: Sequence[_Mail]) -> list[_Failure]:
        """Hand the mails over, one after the other; who was not told.

        Raises:
            OSError, smtplib.SMTPException: there is no server to hand them to.
        """
        server = self._connected()
        failures: list[_Failure] = []
        try:
            for number, mail in enumerate(mails):
                try:
                    server.send_message(mail.message, self._sender.addr_spec, [mail.address])
                except smtplib.SMTPRecipientsRefused as refused:
                    code, text = refused.recipients[mail.address]
                    failures.append(_Failure(mail.person, _said(code, text, mail), final=code >= 500))
                except smtplib.SMTPResponseException as refused:
                    why = _said(refused.smtp_code, refused.smtp_error, mail)
                    failures.append(_Failure(mail.person, why, final=False))
                except (OSError, smtplib.SMTPException) as failure:
                    why = f"was not reached: {type(failure).__name__}: {failure}"
                    return failures + [_Failure(one.person, why, final=False) for one in mails[number:]]
            with contextlib.suppress(OSError, smtplib.SMTPException):
                server.quit()  # what was taken is taken, whatever is answered here
        finally:
            server.close()
        return failures

    def _connected(self) -> smtplib.SMTP:
        """A connection over which mails may go."""
        if self._security == "tls":
            return self._logged_in(
                smtplib.SMTP_SSL(self._host, self._port, timeout=self._timeout, context=self._context)
            )
        return self._logged_in(smtplib.SMTP(self._host, self._port, timeout=self._timeout))

    def _logged_in(self, server: smtplib.SMTP) -> smtplib.SMTP:
        try:
            if self._security == "starttls":
                _begin_tls(server, self._context)
            if self._login is not None:
                server.login(*self._login)
        except BaseException:
            server.close()
            raise
        return server


def _begin_tls(server: smtplib.SMTP, context: ssl.SSLContext) -> None:
    try:
        server.starttls(context=context)
    except smtplib.SMTPNotSupportedError as failure:
        raise smtplib.SMTPNotSupportedError(
            "the server offers no STARTTLS, so it gets no mail; pass security='tls' if it is encrypted from the first "
            "byte (port 465), or security='none' if it is on the same machine"
        ) from failure


def _said(code: int, text: bytes | str, mail: _Mail) -> str:
    shown = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    shown = shown.replace(mail.address, "…")  # nobody's address in the outbox and its incidents
    return f"was refused: {code} {printable(' '.join(shown.split()))}"


def _read_address(text: str, name: str) -> Address | None:
    """An address as it may stand in a header, or None."""
    try:
        made = Address(printable(" ".join(name.split())), addr_spec=text)
    except (ValueError, MessageError, IndexError):
        return None
    spec = made.addr_spec
    return made if made.domain and spec.isascii() and spec.isprintable() and " " not in spec else None


def _digest(delivery: Delivery, person: Person) -> str:
    """The same whether somebody is told with the others, or by a row of his own that was split off (E6)."""
    only = getattr(delivery.effect, "only", None)
    whole = delivery.id if only is None else delivery.id.removesuffix(f"~{quote(only, safe='')}")
    return hashlib.sha256(f"{whole} {person.id}".encode()).hexdigest()[:40]
