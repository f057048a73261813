"""Effects as webhooks over real sockets: what is sent, what each answer means, and how long anything may take."""

from __future__ import annotations

import datetime as dt
import email.utils
import http.client
import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import trustme

from casewf.adapters.webhook import Webhook
from casewf.adapters.webhook.connector import message_id
from casewf.adapters.webhook.signatures import Keys
from casewf.definition.load import parse_workflow
from casewf.errors import Undelivered
from casewf.model.case import Case
from casewf.model.effects import CallHook, Effect, Notify, Push
from casewf.ports.outside import Delivery, Outcome
from casewf.testing.clock import TestClock, at, instant_of
from receivers import Receiver, bare_receiver, receiver

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
GOLDEN = Path(__file__).parents[2] / "golden" / "webhook"
NOW = at("2026-03-16 10:00")
SECOND = 1_000_000
WORKFLOW = parse_workflow("""
casewf: 1
id: claim
version: 1
calendar: cn-office
roles: {operator: {zh: 接线员}}
fields:
  summary: {type: text}
  amount: {type: decimal}
  people: {type: integer}
  urgent: {type: boolean}
  pay_by: {type: date}
  called: {type: instant}
  calls: {type: instant, many: true}
  external_no: {type: text}
tracks:
  main:
    initial: open
    states: {open: {zh: 受理}, closed: {zh: 办结, category: closed}}
    transitions: [{trigger: close, from: open, to: closed, by: operator}]
""")


@pytest.fixture
def server() -> Iterator[Receiver]:
    with receiver() as made:
        yield made


def webhook(url: str, **options: Any) -> Webhook:
    given = {"secrets": [SECRET], "source": "https://union.example/hotline", "clock": TestClock(NOW)}
    return Webhook(url, **{**given, **options})


def delivery(effect: Effect | None = None, case_id: str = "C-1", **more: Any) -> Delivery:
    case = Case(
        id=case_id, workflow=("claim", 1, "hash"), org="city", version=3, opened_at=0, at=0, opened_by="wu",
        states={"main": "open"}, fields={},
    )  # fmt: skip
    given = {
        "id": f"{case_id}:3:0",
        "effect": effect or Push("platform", about="dispatch"),
        "at": instant_of(NOW) - 1,
        "workflow": WORKFLOW,
    }
    return Delivery(case=case, **{**given, **more})


VALUES = {
    "summary": "欠薪“三个月”\n",
    "amount": Decimal("1200.50"),
    "people": 3,
    "urgent": True,
    "pay_by": dt.date(2026, 4, 1),
    "called": instant_of(at("2026-03-15 08:30")),
    "calls": (instant_of(at("2026-03-15 08:30")), instant_of(at("2026-03-15 09:00")) + 1),
}


# What is sent


def test_a_push_is_a_cloud_event_in_structured_json(server: Receiver) -> None:
    assert webhook(server.url).push(delivery(values=VALUES)).ok
    (request,) = server.requests
    assert request.body.decode() == (GOLDEN / "push.json").read_text(encoding="utf-8").rstrip("\n")
    assert request.headers["Content-Type"] == "application/cloudevents+json; charset=utf-8"
    assert request.path == "/hook?a=1"


def test_a_hook_says_which_case_and_what_happened_and_sends_no_field(server: Receiver) -> None:
    webhook(server.url)(delivery(CallHook("archive", "close")))
    assert server.requests[0].body.decode() == (GOLDEN / "hook.json").read_text(encoding="utf-8").rstrip("\n")


def test_what_is_sent_is_signed_byte_for_byte(server: Receiver) -> None:
    webhook(server.url).push(delivery(values=VALUES))
    (request,) = server.requests
    headers = {name.lower(): value for name, value in request.headers.items()}
    assert (headers["webhook-id"], headers["webhook-timestamp"]) == ("C-1:3:0", "1773626400")
    assert Keys.read([SECRET]).has_signed("C-1:3:0", "1773626400", request.body, headers["webhook-signature"])


def test_every_attempt_has_the_same_id_and_body_and_a_signature_of_its_own_time(server: Receiver) -> None:
    clock = TestClock(NOW)
    sending = webhook(server.url, clock=clock)
    sending.push(delivery(values=VALUES, attempt=1))
    clock.travel(at("2026-03-16 10:05"))
    sending.push(delivery(values=VALUES, attempt=2))
    first, second = server.requests
    assert (first.body, first.headers["webhook-id"]) == (second.body, second.headers["webhook-id"])
    assert first.headers["webhook-signature"] != second.headers["webhook-signature"]


@pytest.mark.parametrize(
    ("effect_id", "sent"),
    [
        ("C-1:3:0", "C-1:3:0"),
        ("P.1:3:0~li", "P%2E1:3:0~li"),
        ("渝-1:3:0", "%E6%B8%9D-1:3:0"),
        ("a%2Eb:1:0", "a%252Eb:1:0"),
        ("x\r\nwebhook-id: y:1:0", "x%0D%0Awebhook-id:%20y:1:0"),
    ],
)
def test_any_id_goes_into_a_header_and_two_never_become_one(
    server: Receiver, effect_id: str, sent: str
) -> None:
    webhook(server.url).push(delivery(id=effect_id))
    (request,) = server.requests
    assert request.headers["webhook-id"] == message_id(effect_id) == sent
    assert json.loads(request.body)["id"] == sent


# What each answer means


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_any_2xx_is_a_success(server: Receiver, status: int) -> None:
    server.answer(status)
    assert webhook(server.url).push(delivery()) == Outcome(ok=True)


@pytest.mark.parametrize(
    ("status", "final"),
    [(408, False), (409, False), (425, False), (429, False), (500, False), (502, False), (503, False), (599, False),
     (400, True), (401, True), (404, True), (410, True), (422, True), (499, True), (301, True), (307, True)],
)  # fmt: skip
def test_a_refusal_is_final_or_worth_another_try(server: Receiver, status: int, final: bool) -> None:
    server.answer(status, Location=server.url)
    outcome = webhook(server.url).push(delivery())
    assert (outcome.ok, outcome.final) == (False, final)
    assert f"the receiver answered {status}" in outcome.error
    assert len(server.requests) == 1
    with pytest.raises(Undelivered, match=f"answered {status}") as caught:
        webhook(server.url)(delivery(CallHook("archive")))
    assert caught.value.final == final


def test_a_redirect_is_not_followed_and_says_what_to_do(server: Receiver) -> None:
    with receiver() as elsewhere:
        server.answer(308, Location=elsewhere.url)
        error = webhook(server.url).push(delivery()).error
        assert error == (
            "the receiver answered 308 Permanent Redirect; redirects are not followed, "
            "give the address that it leads to"
        )
        assert elsewhere.requests == []


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("120", 120),
        ("0", 0),
        (email.utils.format_datetime(NOW.astimezone(dt.UTC) + dt.timedelta(minutes=3), usegmt=True), 180),
        (email.utils.format_datetime(NOW.astimezone(dt.UTC) - dt.timedelta(minutes=3), usegmt=True), 0),
        ("999999999999999999", 999_999_999),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("", None),
    ],
)
def test_retry_after_is_a_number_of_seconds_or_a_date(
    server: Receiver, text: str, seconds: int | None
) -> None:
    server.answer(503, Retry_After=text)
    outcome = webhook(server.url).push(delivery())
    assert outcome.retry_after == (None if seconds is None else seconds * SECOND)


def test_the_fields_that_were_declared_come_back_and_nothing_else(server: Receiver) -> None:
    body = {
        "external_no": "G-1", "amount": 1200.5, "people": 2, "called": "2026-03-16T10:00:00+08:00",
        "calls": ["2026-03-16T02:00:00Z", "no"], "urgent": None, "secret": "x",
    }  # fmt: skip
    server.answer(200, json.dumps(body).encode())
    names = ("external_no", "amount", "people", "called", "calls", "urgent", "missing")
    outcome = webhook(server.url, answers=names).push(delivery())
    assert outcome.data == {
        "external_no": "G-1",
        "amount": Decimal("1200.5"),
        "people": 2,
        "called": instant_of(NOW),
        "calls": [instant_of(NOW), "no"],
    }


@pytest.mark.parametrize(
    "body", [b"{", b"[1]", b"1", b'"x"', b"\xff", b'{"a": NaN}', b'{"a": "\\ud800"}', b"[" * 10_000]
)
def test_a_success_whose_answer_cannot_be_read_is_told(server: Receiver, body: bytes) -> None:
    server.answer(200, body)
    outcome = webhook(server.url, answers=["external_no"]).push(delivery())
    assert (outcome.ok, outcome.final) == (False, False)
    assert outcome.error == "the receiver answered 200, but not with a JSON object"


def test_an_answer_that_is_too_long_is_not_read_to_its_end(server: Receiver) -> None:
    server.answer(200, json.dumps({"external_no": "x" * 2000}).encode())
    outcome = webhook(server.url, answers=["external_no"], longest_answer=1000).push(delivery())
    assert outcome.error == "the receiver answered 200 with a body that is too long"
    assert webhook(server.url, answers=["external_no"], longest_answer=3000).push(delivery()).ok


def test_an_answer_without_end_is_left_where_it_is_too_long() -> None:
    def behave(connection: socket.socket, over: threading.Event) -> None:
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n" + b" " * 1001)
        over.wait(30)

    with bare_receiver(behave) as url:
        outcome = webhook(url, answers=["external_no"], longest_answer=1000).push(delivery())
        assert outcome.error == "the receiver answered 200 with a body that is too long"


def test_an_empty_answer_brings_nothing_back_and_one_that_nobody_asked_for_is_not_read(
    server: Receiver,
) -> None:
    assert webhook(server.url, answers=["external_no"]).push(delivery()).data == {}
    server.answer(200, b"not json")
    assert webhook(server.url).push(delivery()).ok


def test_an_answer_in_pieces_is_read(server: Receiver) -> None:
    server.answer(200, b'a\r\n{"external\r\nc\r\n_no": "G-1"}\r\n0\r\n\r\n', Transfer_Encoding="chunked")
    assert webhook(server.url, answers=["external_no"]).push(delivery()).data == {"external_no": "G-1"}


# How long anything may take


def hang(connection: socket.socket, over: threading.Event) -> None:
    over.wait(30)


def drip_headers(connection: socket.socket, over: threading.Event) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    while not over.wait(0.02):
        connection.sendall(b"X: y\r\n"[:6])


def drip_body(connection: socket.socket, over: threading.Event) -> None:
    connection.recv(65536)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n")
    while not over.wait(0.02):
        connection.sendall(b" ")


@pytest.mark.parametrize("behave", [hang, drip_headers, drip_body])
def test_no_receiver_holds_a_delivery_longer_than_the_deadline(
    behave: Callable[[socket.socket, threading.Event], None],
) -> None:
    with bare_receiver(behave) as url:
        sending = webhook(url, deadline=0.3, read_timeout=20, answers=["external_no"])
        with pytest.raises(TimeoutError, match=r"took longer than 0\.3 s altogether"):
            sending.push(delivery())


def test_a_receiver_that_says_nothing_is_given_up_after_the_read_timeout() -> None:
    with bare_receiver(hang) as url, pytest.raises(TimeoutError, match="timed out"):
        webhook(url, read_timeout=0.1).push(delivery())


@pytest.mark.parametrize("what", [b"", b"SSH-2.0-x\r\n", b"HTTP/1.1 abc\r\n\r\n", b"\x00" * 70_000])
def test_what_is_no_http_is_an_error(what: bytes) -> None:
    def behave(connection: socket.socket, over: threading.Event) -> None:
        connection.recv(65536)
        connection.sendall(what)

    with bare_receiver(behave) as url, pytest.raises((OSError, http.client.HTTPException)):
        webhook(url).push(delivery())


def test_nobody_there_is_an_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(ConnectionRefusedError):
        webhook(f"http://127.0.0.1:{port}/").push(delivery())


# TLS


def server_context(authority: trustme.CA, name: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return context


def test_over_tls_a_receiver_of_a_trusted_authority_is_believed() -> None:
    authority = trustme.CA()
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    with receiver(server_context(authority, "localhost")) as server:
        server.answer(200, b'{"external_no": "G-1"}')
        outcome = webhook(server.url, tls=trusting, answers=["external_no"]).push(delivery())
        assert outcome.data == {"external_no": "G-1"}


@pytest.mark.parametrize(
    ("host", "certified", "trusted"),
    [
        ("localhost", "localhost", False),
        ("localhost", "other.example", True),
        ("127.0.0.1", "localhost", True),
    ],
)
def test_over_tls_neither_an_unknown_authority_nor_another_name_is_believed(
    host: str, certified: str, trusted: bool
) -> None:
    authority = trustme.CA()
    trusting = ssl.create_default_context()
    if trusted:
        authority.configure_trust(trusting)
    with receiver(server_context(authority, certified)) as server:
        with pytest.raises(ssl.SSLCertVerificationError):
            webhook(server.url.replace("localhost", host), tls=trusting).push(delivery())
        assert server.requests == []


def test_a_receiver_that_hangs_in_the_handshake_is_cut_off() -> None:
    with bare_receiver(hang) as url, pytest.raises(TimeoutError, match="altogether"):
        webhook(url.replace("http:", "https:"), deadline=0.2).push(delivery())


def test_a_context_that_checks_nothing_is_refused() -> None:
    careless = ssl.create_default_context()
    careless.check_hostname = False
    with pytest.raises(ValueError, match="tls must check"):
        webhook("https://receiver.example/", tls=careless)


# What cannot be


@pytest.mark.parametrize(
    "url",
    ["", "receiver.example", "ftp://receiver.example/", "file:///etc/passwd", "https://", "https:///x", "http://h:0/",
     "http://h:x/", "http://h:99999/", "https://user:pw@h/", "https://h/#x", "https://渝.example/", "https://h/渝",
     "https://h/a b", "https://h/\r\nX: y", "https://[::1/"],
)  # fmt: skip
def test_an_address_that_is_none_is_told_at_once(url: str) -> None:
    with pytest.raises(ValueError, match=r"address|xn--"):
        webhook(url)


@pytest.mark.parametrize(
    "url", ["https://u:s3cret@[h", "https://u:s3cret@h:port", "https://u:s3cret/x@h", "ftp://u:s3cret@h"]
)
def test_an_address_that_is_none_is_told_without_its_password(url: str) -> None:
    with pytest.raises(ValueError, match="address") as caught:
        webhook(url)
    assert "s3cret" not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    "options",
    [{"source": ""}, {"source": "a b"}, {"source": "工会"}, {"secrets": []}, {"answers": "external_no"},
     {"deadline": 0}, {"read_timeout": -1}, {"connect_timeout": "5"}, {"longest_answer": 0}],
)  # fmt: skip
def test_an_option_that_cannot_be_is_told_at_once(options: dict[str, Any]) -> None:
    with pytest.raises((ValueError, TypeError)):
        webhook("https://receiver.example/", **options)


def test_it_sends_pushes_as_a_connector_and_calls_as_a_hook_and_nothing_else() -> None:
    sending = webhook("https://receiver.example/")
    with pytest.raises(TypeError, match="a connector sends pushes, got Notify"):
        sending.push(delivery(Notify("handler")))
    with pytest.raises(TypeError, match="calls of hooks, got Push"):
        sending(delivery(Push("platform")))
