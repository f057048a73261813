"""One POST over HTTP or HTTPS, bounded in time and in size; no redirect is followed, and no proxy asked.

``http.client`` bounds each step on its own, so that a receiver which sends a byte now and then holds it up for ever.
A watch bounds the whole: when its time is over, it cuts the connection.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import threading
from collections.abc import Mapping
from typing import Any
from urllib.parse import SplitResult, urlsplit

import attrs

__all__ = ["Poster", "Reply"]

_PORTS = {"http": 80, "https": 443}


@attrs.frozen(slots=True)
class Reply:
    """What came back: the status, the header ``Retry-After``, and the body if it was asked for.

    ``body`` is None where it is longer than allowed.
    """

    status: int
    retry_after: str
    body: bytes | None


@attrs.frozen(slots=True, kw_only=True)
class Poster:
    """Posts to one address.

    Attributes:
        url: ``https://`` or ``http://`` with a host, without a name and a password and without a fragment.
        connect_timeout, read_timeout: seconds for each address that the host's name has, and for each step after that.
        deadline: seconds for everything together; finding the addresses of a name is the operating system's business.
        longest: how many bytes of a body are read.
        tls: None for the certificates that the operating system trusts.

    Raises:
        TypeError, ValueError: one of these cannot be, or ``tls`` checks no certificate.
    """

    url: str
    connect_timeout: float = attrs.field(validator=attrs.validators.gt(0))
    read_timeout: float = attrs.field(validator=attrs.validators.gt(0))
    deadline: float = attrs.field(validator=attrs.validators.gt(0))
    longest: int = attrs.field(validator=attrs.validators.gt(0))
    tls: ssl.SSLContext | None = None
    _parts: SplitResult = attrs.field(init=False, repr=False)
    _context: ssl.SSLContext = attrs.field(init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        context = ssl.create_default_context() if self.tls is None else self.tls
        if context.verify_mode != ssl.CERT_REQUIRED or not context.check_hostname:
            raise ValueError(
                "tls must check the receiver's certificate and name; for one of your own authority pass "
                "ssl.create_default_context(cafile=…)"
            )
        object.__setattr__(self, "_parts", _checked(self.url))
        object.__setattr__(self, "_context", context)

    def post(self, body: bytes, headers: Mapping[str, str], *, wants_body: bool) -> Reply:
        """Send it once.

        Raises:
            OSError: no connection, a certificate that is not trusted, or it took too long.
            http.client.HTTPException: what came back is no HTTP.
        """
        with _Watch(self.deadline) as watch:
            try:
                reply = self._exchange(watch, body, headers, wants_body=wants_body)
            except (OSError, http.client.HTTPException):
                watch.check()
                raise
            watch.check()
        return reply

    def _exchange(self, watch: _Watch, body: bytes, headers: Mapping[str, str], *, wants_body: bool) -> Reply:
        parts = self._parts
        host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
        kind = http.client.HTTPConnection if parts.scheme == "http" else http.client.HTTPSConnection
        connection = kind(host, port)
        connection.sock = self._connected(watch, host, port)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        try:
            connection.request("POST", target, body, {**headers, "Connection": "close"})
            response = connection.getresponse()
            found = response.read(self.longest + 1) if wants_body else b""
            too_long = len(found) > self.longest
            return Reply(
                response.status, response.headers.get("Retry-After", ""), None if too_long else found
            )
        finally:
            connection.close()

    def _connected(self, watch: _Watch, host: str, port: int) -> socket.socket:
        """A connection to the first address of the host that answers."""
        failure: OSError = OSError(f"{host} has no address")
        for family, kind, protocol, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
            watch.check()
            try:
                return self._opened(watch, socket.socket(family, kind, protocol), address, host)
            except OSError as caught:
                watch.close()
                failure = caught
        raise failure

    def _opened(self, watch: _Watch, plain: socket.socket, address: Any, host: str) -> socket.socket:
        watch.over(plain)
        plain.settimeout(self.connect_timeout)
        plain.connect(address)
        plain.settimeout(self.read_timeout)
        if self._parts.scheme == "http":
            return plain
        secure = self._context.wrap_socket(plain, server_hostname=host, do_handshake_on_connect=False)
        watch.over(secure)
        secure.do_handshake()
        return secure


class _Watch:
    """Cuts a connection when its time is over."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._over = threading.Event()
        self._socket: socket.socket | None = None
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True

    def __enter__(self) -> _Watch:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    def over(self, one: socket.socket) -> None:
        """Watch over this connection from now on."""
        self._socket = one
        if self._over.is_set():
            self._cut()

    def close(self) -> None:
        """Close the connection that did not come about."""
        if self._socket is not None:
            self._socket.close()

    def check(self) -> None:
        """Make sure that there is time left.

        Raises:
            TimeoutError: there is none.
        """
        if self._over.is_set():
            raise TimeoutError(f"the receiver took longer than {self._seconds:g} s altogether")

    def _cut(self) -> None:
        self._over.set()
        if self._socket is not None:
            with contextlib.suppress(OSError):
                # that of the plain socket: an SSLSocket's own would take its encryption away from who is reading
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)


def _checked(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as failure:
        if "@" in url:  # there may be a password in it, and a part of that in the text of the failure
            raise ValueError("what was given is no address; write https://host/path") from None
        raise ValueError(f"{url!r} is no address: {failure}") from failure
    if parts.scheme not in _PORTS or not parts.hostname:
        shown = "what was given" if "@" in url else repr(url)
        raise ValueError(
            f"{shown} is no address of a receiver; write https://host/path, or http:// for tests"
        )
    if parts.username is not None or parts.fragment:
        raise ValueError("an address has neither a name and a password before its host, nor a fragment")
    if port == 0 or not url.isascii() or not url.isprintable() or " " in url:
        raise ValueError(
            f"{url!r}: write a host in xn-- form, what is not ASCII as %XX, and no blank or port 0"
        )
    return parts
