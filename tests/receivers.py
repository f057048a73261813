"""Real receivers on the loopback: an HTTP server that answers as told, and one that misbehaves on a bare socket."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple

import attrs


class Request(NamedTuple):
    path: str
    headers: Mapping[str, str]
    body: bytes


@attrs.define
class Receiver:
    """What came in, and what is answered next: status, headers, body; the last answer repeats."""

    url: str
    requests: list[Request] = attrs.field(factory=list)
    answers: list[tuple[int, Mapping[str, str], bytes]] = attrs.field(factory=lambda: [(204, {}, b"")])

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.answers = [(status, {name.replace("_", "-"): value for name, value in headers.items()}, body)]

    def next(self) -> tuple[int, Mapping[str, str], bytes]:
        return self.answers[0] if len(self.answers) == 1 else self.answers.pop(0)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hung up is no news."""


@contextmanager
def receiver(tls: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """A server on a free port of 127.0.0.1, over TLS if it is given a context."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            found.requests.append(Request(self.path, dict(self.headers.items()), self.rfile.read(length)))
            status, headers, body = found.next()
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if "Transfer-Encoding" not in headers:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    server = _Server(("127.0.0.1", 0), Handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    found = Receiver(f"{'http' if tls is None else 'https'}://localhost:{server.server_port}/hook?a=1")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def bare_receiver(behave: Callable[[socket.socket, threading.Event], None]) -> Iterator[str]:
    """The address of a server that does as it likes with each connection until the event is set."""
    listener = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def serve() -> None:
        with suppress(OSError):
            connection, _ = listener.accept()
            with connection, suppress(OSError):
                behave(connection, over)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
    finally:
        over.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()
