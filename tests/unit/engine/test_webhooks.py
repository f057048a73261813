"""Webhooks at an engine: what leaves it, what comes back, and what comes in, once however often it comes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casewf.adapters.memory import MemoryStore
from casewf.adapters.webhook import Answer, Webhook, WebhookInbox
from casewf.adapters.webhook.signatures import Keys
from casewf.errors import AdapterError
from casewf.model.case import Actor
from casewf.ports.store import Store
from casewf.testing import FailingStore
from casewf.testing.clock import TestClock, at, instant_of
from engine_fakes import CLAIM, HANDLER, OPERATOR, World, claim, dump, fired, rows
from receivers import Receiver, receiver

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
GOVERNMENT = Actor("government", frozenset({"operator", "handler"}), "city")
TRIGGERS = {"gov.noted": "note", "gov.taken": "take", "gov.closed": "close"}
SECOND = 1_000_000


@pytest.fixture
def server() -> Iterator[Receiver]:
    with receiver() as made:
        yield made


def webhook(url: str, **options: Any) -> Webhook:
    return Webhook(
        url,
        secrets=[SECRET],
        source="https://union.example",
        clock=TestClock(at("2026-03-16 10:00")),
        **options,
    )


# What leaves


def test_only_what_the_workflow_lists_leaves_and_what_comes_back_moves_the_case(
    store: Store, server: Receiver
) -> None:
    server.answer(200, b'{"external_no": "G-7", "summary": "changed"}')
    listed = claim(**{"send: [summary, people, phone]": "send: [summary]"})
    platform = webhook(server.url, answers=["external_no"])
    world = World(store, workflows=[listed], connectors={"platform": platform})
    world.dispatched()
    assert b"13900001111" not in server.requests[0].body
    assert json.loads(server.requests[0].body)["data"]["fields"] == {"summary": "欠薪"}
    case = world.engine.case("C-1", actor=HANDLER)
    assert (case.states["platform"], case.fields["external_no"], case.fields["summary"]) == (
        "pushed",
        "G-7",
        "欠薪",
    )


def test_a_receiver_that_is_gone_makes_a_dead_letter_at_once_and_the_trigger_of_a_failure(
    store: Store, server: Receiver
) -> None:
    server.answer(410)
    world = World(store, connectors={"platform": webhook(server.url)})
    world.dispatched()
    assert len(fired(world, "p_fail")) == 1
    (row,) = rows(world, "push")
    assert (row.state, row.attempts, row.error) == ("dead", 1, "the receiver answered 410 Gone")


def test_a_busy_receiver_is_left_alone_for_as_long_as_it_asks(store: Store, server: Receiver) -> None:
    server.answers = [(429, {"Retry-After": "600"}, b""), (204, {}, b"")]
    world = World(store, connectors={"platform": webhook(server.url)})
    world.dispatched()
    world.go("10:09:59")
    assert world.engine.deliver().delivered == 0
    world.go("10:10")
    assert world.engine.deliver().delivered == 1


# What comes in


def inbox(world: World, **options: Any) -> WebhookInbox:
    given = {"secrets": [SECRET], "actor": GOVERNMENT, "triggers": TRIGGERS, "clock": world.clock}
    return WebhookInbox(world.engine, **{**given, **options})


def test_a_trigger_that_no_workflow_has_is_told_when_the_inbox_is_made(world: World) -> None:
    with pytest.raises(ValueError, match=r"'gov\.taken': 'p_okk'.*did you mean 'p_ok'"):
        inbox(world, triggers={"gov.taken": "p_okk"})
    with pytest.raises(ValueError, match="there are: close, dispatch"):
        inbox(world, triggers={"gov.taken": "xyz"})


def test_a_trigger_of_an_older_version_with_cases_is_taken(store: Store) -> None:
    World(store).open()
    newer = claim(
        **{"version: 1": "version: 2", "trigger: note,": "trigger: remark,", "note: {zh": "remark: {zh"}
    )
    inbox(World(store, workflows=[newer]), triggers={"gov.noted": "note", "gov.remarked": "remark"})
    with pytest.raises(ValueError, match="nothing_such"):
        inbox(World(store, workflows=[newer]), triggers={"gov.noted": "nothing_such"})


def test_a_stored_version_that_is_damaged_keeps_no_inbox_from_being_made() -> None:
    store = FailingStore(MemoryStore())
    world = World(store)
    store.fail("definitions")
    inbox(world, triggers={"gov.taken": "nothing_such"})
    damaged = MemoryStore()
    world = World(damaged)
    world.open()
    for one in damaged.definitions("workflow"):
        damaged._tables.definitions[one.hash] = attrs.evolve(one, body="garbage")
    inbox(world, triggers={"gov.taken": "nothing_such"})


def event(case: str = "C-1", kind: str = "gov.noted", data: object = None, **more: object) -> bytes:
    attributes = {
        "specversion": "1.0",
        "id": "e-1",
        "source": "https://gov.example",
        "type": kind,
        "subject": case,
    }
    body = {**attributes, "data": {} if data is None else data, **more}
    return json.dumps({name: value for name, value in body.items() if value is not ...}).encode()


def signed(
    world: World, body: bytes, name: str = "msg_1", *, secret: str = SECRET, ago: int = 0
) -> Mapping[str, str]:
    stamp = world.clock.now() // SECOND - ago
    return {
        "Content-Type": "application/cloudevents+json",
        "Webhook-Id": name,
        "Webhook-Timestamp": str(stamp),
        "Webhook-Signature": Keys.read([secret]).sign(name, stamp, body),
    }


def sent(world: World, body: bytes, name: str = "msg_1", **options: Any) -> Answer:
    return inbox(world, **options).receive(signed(world, body, name), body)


def what(answer: Answer) -> tuple[int, str]:
    problem = answer.problem or {}
    return answer.status, str(problem.get("type", "")).removeprefix("urn:casewf:problem:")


def test_a_signed_event_fires_its_trigger_in_the_name_of_the_sender(world: World) -> None:
    world.open()
    data = {"fields": {"summary": "三个月", "people": 3}, "comment": "来自平台", "ours": 1}
    answer = sent(world, event(data=data))
    assert (answer.status, answer.content, answer.headers) == (204, b"", {})
    (note,) = fired(world, "note")
    assert (note.by.id, note.fields, note.occurred_at) == (
        "government",
        {"summary": "三个月", "people": 3},
        None,
    )
    assert world.engine.history("C-1", actor=OPERATOR)[-1].comment == "来自平台"


def test_a_message_that_comes_again_moves_nothing_and_is_answered_as_the_first_time(world: World) -> None:
    world.open()
    body = event(data={"fields": {"people": 3}})
    first = sent(world, body)
    before = dump(world.store)
    world.go("10:04")
    assert sent(world, body) == first
    assert inbox(world).receive(signed(world, body, secret=SECRET, ago=299), body) == first
    assert dump(world.store) == before


def test_it_is_answered_as_the_first_time_although_the_case_has_moved_on(world: World) -> None:
    world.dispatched()
    body = event(kind="gov.taken")
    assert sent(world, body, actor=HANDLER).status == 204
    world.engine.fire("C-1", "close", actor=HANDLER)
    assert sent(world, body, actor=HANDLER).status == 204
    assert len(fired(world, "take")) == 1
    assert what(sent(world, body, "msg_2", actor=HANDLER)) == (422, "refused")


@pytest.mark.parametrize(
    "changed",
    [
        event(data={"fields": {"people": 4}}),
        event(data={"fields": {"people": 3}, "comment": "x"}),
        event(data={"fields": {"people": 3, "summary": "x"}}),
        event(kind="gov.closed", data={"fields": {"people": 3}}),
    ],
)
def test_the_same_id_with_another_content_is_refused(world: World, changed: bytes) -> None:
    world.open()
    sent(world, event(data={"fields": {"people": 3}}))
    before = dump(world.store)
    assert what(sent(world, changed)) == (422, "key-reused")
    assert dump(world.store) == before


def test_what_was_refused_may_come_again_and_is_taken_when_it_can_be(world: World) -> None:
    world.open()
    body = event(kind="gov.taken")
    assert what(sent(world, body, actor=HANDLER))[0] in (403, 404, 422)
    world.engine.fire("C-1", "dispatch", actor=OPERATOR, data={"lead_org": "yuzhong"})
    assert sent(world, body, actor=HANDLER).status == 204


def test_a_case_that_is_not_there_and_one_that_is_not_his_to_see_are_answered_alike(world: World) -> None:
    world.open("C-1")
    answers = [
        sent(world, event(case), actor=Actor("government", frozenset({"operator"}), "wanzhou"))
        for case in ("C-1", "C-9")
    ]
    assert [what(one) for one in answers] == [(404, "not-found")] * 2
    assert answers[0].content == answers[1].content.replace(b"C-9", b"C-1")


def test_what_the_sender_may_not_do_is_forbidden_with_the_reasons(world: World) -> None:
    world.open()
    answer = sent(world, event(kind="gov.taken"), actor=OPERATOR)
    assert what(answer) == (403, "forbidden")
    assert answer.headers == {"Content-Type": "application/problem+json"}
    assert json.loads(answer.content)["reasons"][0]["code"] == "role_missing"


def test_either_of_two_secrets_is_good_and_a_third_is_not(world: World) -> None:
    world.open()
    body, third = event(), "whsec_" + "B" * 32
    for secret, status in ((SECRET, 204), (OTHER, 204), (third, 403)):
        answer = inbox(world, secrets=[OTHER, SECRET]).receive(signed(world, body, secret=secret), body)
        assert answer.status == status


@pytest.mark.parametrize(
    ("ago", "status"), [(0, 204), (300, 204), (301, 503), (-300, 204), (-301, 503), (10**9, 503)]
)
def test_a_timestamp_may_be_five_minutes_away(world: World, ago: int, status: int) -> None:
    world.open()
    body = event()
    answer = inbox(world).receive(signed(world, body, ago=ago), body)
    assert what(answer) == ((status, "") if status == 204 else (503, "webhook-time"))
    assert answer.retry_after == (None if status == 204 else 60)


def test_without_a_signature_nobody_learns_how_far_a_timestamp_is_away(world: World) -> None:
    body = event()
    headers = {**signed(world, body, ago=10**6), "Webhook-Signature": "v1,AAAA"}
    assert what(inbox(world).receive(headers, body)) == (403, "webhook-signature")


@pytest.mark.parametrize(
    "changes",
    [
        {"Webhook-Id": ""}, {"Webhook-Id": "a b"}, {"Webhook-Id": "x" * 257}, {"Webhook-Id": "消息"},
        {"Webhook-Timestamp": ""}, {"Webhook-Timestamp": "-1"}, {"Webhook-Timestamp": "１２３"},
        {"Webhook-Timestamp": "9" * 13}, {"Webhook-Timestamp": "1e9"}, {"Webhook-Signature": ""},
        {"Webhook-Signature": "v1,AAAA"},
    ],
)  # fmt: skip
def test_headers_that_are_missing_or_wrong_are_a_wrong_signature(
    world: World, changes: Mapping[str, str]
) -> None:
    world.open()
    body = event()
    before = dump(world.store)
    assert what(inbox(world).receive({**signed(world, body), **changes}, body)) == (403, "webhook-signature")
    assert dump(world.store) == before


def test_a_body_over_the_limit_is_refused_before_it_is_looked_at(world: World) -> None:
    body = event()
    assert what(sent(world, body, longest=len(body))) == (404, "not-found")
    assert what(sent(world, body, longest=len(body) - 1)) == (413, "webhook-size")


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"a": "\\ud800"}', b"[" * 100_000, b'{"id": 1e400, "x": Infinity}',
        b'{"a": 1e9999999999999999999}',
        event(specversion="0.3"), event(specversion=...), event(subject=...), event(subject=""), event(subject=7),
        event(type=...), event(source=...), event(id=""), event(data=[1]), event(data={"fields": [1]}),
        event(data={"fields": None}), event(data={"comment": 7}),
    ],
)  # fmt: skip
def test_what_is_no_event_is_refused_and_changes_nothing(world: World, body: bytes) -> None:
    world.open()
    before = dump(world.store)
    assert what(sent(world, body)) == (400, "webhook-event")
    assert dump(world.store) == before


def test_a_type_that_nobody_named_is_refused_whatever_the_case(world: World) -> None:
    world.open()
    for case in ("C-1", "C-9"):
        assert what(sent(world, event(case, kind="gov.other"))) == (422, "webhook-type")


def test_values_come_as_json_has_them_and_are_read_by_their_fields(store: Store) -> None:
    text = CLAIM.replace(
        "  external_no: {type: text}", "  external_no: {type: text}\n  called: {type: instant}"
    )
    text = text.replace("accepts: [summary, people, phone]}", "accepts: [summary, amount, called, phone]}")
    world = World(store, workflows=[claim(text)])
    world.open()
    fields = {"amount": 12.5, "called": "2026-03-15T08:30:00+08:00", "phone": "13900001111"}
    assert sent(world, event(data={"fields": fields})).status == 204
    case = world.engine.case("C-1", actor=OPERATOR)
    assert str(case.fields["amount"]) == "12.5"
    assert case.fields["called"] == instant_of(at("2026-03-15 08:30"))
    assert case.fields["phone"] == "13900001111"
    wrong = sent(world, event(data={"fields": {"called": "yesterday", "phone": 139, "nothing": 1}}), "msg_2")
    assert wrong.problem is not None
    reasons = wrong.problem["reasons"]
    assert isinstance(reasons, list)
    assert [one["code"] for one in reasons] == ["field_type", "field_type", "field_unknown"]
    assert b"139" not in wrong.content


def test_the_time_of_an_event_is_when_it_happened_if_the_host_says_so(world: World) -> None:
    world.open()
    world.go("10:30")
    body = event(time="2026-03-16T10:10:00+08:00")
    assert sent(world, body, occurred=True).status == 204
    assert fired(world, "note")[0].occurred_at == instant_of(at("2026-03-16 10:10"))
    for time in (..., "soon", "2026-03-16T10:10:00", 5):
        assert what(sent(world, event(time=time), "msg_2", occurred=True)) == (400, "webhook-event")


def test_an_event_of_a_clock_that_is_ahead_waits_until_it_has_happened(world: World) -> None:
    world.open()
    body = event(time="2026-03-16T10:00:02+08:00")
    early = sent(world, body, occurred=True)
    assert (what(early), early.headers["Retry-After"]) == ((503, "webhook-early"), "1")
    assert fired(world, "note") == []
    world.go("10:00:02")
    assert sent(world, body, occurred=True).status == 204
    world.go("10:04")
    assert sent(world, body, occurred=True).status == 204
    far = event(time="2026-03-16T11:00:00+08:00")
    assert what(sent(world, far, "msg_2", occurred=True)) == (422, "refused")


def test_what_is_wrong_is_said_in_both_languages(world: World) -> None:
    body = event(kind="gov.other")
    for lang, title, detail in (
        ("zh", "不接受该类型的事件", "类型：gov.other"),
        ("en", "Events of this type are not taken", "its type is gov.other"),
    ):
        problem = inbox(world).receive(signed(world, body), body, lang).problem
        assert problem is not None
        assert (problem["title"], problem["detail"]) == (title, detail)


def test_a_store_that_fails_is_a_problem_that_tells_nothing_and_a_line_in_the_log(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    world.open()

    def locked(_: str) -> None:
        raise AdapterError("/srv/cases.db is locked", retryable=True)

    world.store.load = locked  # type: ignore[method-assign,assign]
    answer = sent(world, event())
    assert what(answer) == (503, "unavailable")
    assert b"/srv" not in answer.content
    assert "/srv/cases.db is locked" in caplog.text


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200), st.dictionaries(st.text(max_size=20), st.text(max_size=40), max_size=4))
def test_no_bytes_and_no_headers_make_it_fail(body: bytes, headers: dict[str, str]) -> None:
    world = World(MemoryStore())
    assert inbox(world).receive(headers, body).status == 403
    assert inbox(world).receive({**headers, **signed(world, body)}, body).status in (400, 403, 404, 422)


def test_an_inbox_without_a_trigger_or_a_good_secret_is_told_at_once(world: World) -> None:
    with pytest.raises(ValueError, match="triggers is empty"):
        inbox(world, triggers={})
    with pytest.raises(ValueError, match="whsec_"):
        inbox(world, secrets=["secret"])


def test_what_one_casewf_sends_another_one_takes_once(store: Store, server: Receiver) -> None:
    """Both ends of the wire are ours here; the signature itself is judged by the published vector."""
    city, district = World(store), World(MemoryStore())
    city.outside.push = webhook(server.url).push  # type: ignore[method-assign]
    district.open("C-1")
    server.answers = [(503, {}, b""), (204, {}, b"")]
    city.dispatched("C-1")
    city.go("10:01")
    city.engine.deliver()
    box = inbox(district, triggers={"casewf.push.platform": "note"}, actor=GOVERNMENT)
    first, second = (box.receive(request.headers, request.body) for request in server.requests)
    assert (first, second) == (Answer(204), Answer(204))
    (note,) = fired(district, "note")
    assert (note.fields["summary"], note.fields["people"]) == ("欠薪", 1)
