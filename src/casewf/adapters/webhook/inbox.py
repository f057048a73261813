"""Webhooks that come in: the signature is verified, then a trigger is fired, once however often it comes."""

from __future__ import annotations

import datetime as dt
import difflib
import json
import logging
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol

import attrs

from casewf.adapters.webhook.json_values import read_object, to_values
from casewf.adapters.webhook.signatures import Keys
from casewf.errors import AdapterError, CasewfError
from casewf.model.case import Actor
from casewf.model.expression import instant_from_text
from casewf.model.workflow import Workflow
from casewf.ports import decoding
from casewf.ports.outside import Clock
from casewf.ports.stored import Definition
from casewf.views.problem import problem

__all__ = ["Answer", "WebhookInbox"]

_LOG = logging.getLogger("casewf.webhook")
_SECOND = 1_000_000
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_ID = re.compile(r"[!-~]{1,256}")
_TIMESTAMP = re.compile(r"[0-9]{1,12}")

_PROBLEMS = {
    "signature": (403, "签名不符", "The signature is not right"),
    "time": (503, "时间戳超出允许范围", "The timestamp is too far from now"),
    "size": (413, "内容过大", "The body is too large"),
    "event": (400, "不是有效的事件", "This is no valid event"),
    "type": (422, "不接受该类型的事件", "Events of this type are not taken"),
    "early": (503, "事件时间尚未到", "The event has not happened yet"),
}
"""What is wrong before the engine is asked: status, and the title in both languages.

A clock that is wrong will be set: whoever sends is to try again, signed anew, as with an event that has yet to happen.
Senders give up on most of 4xx, ``Webhook`` among them; 425 is for TLS early data alone (RFC 8470).
"""

_RETRY_AFTER = {"time": 60, "early": 1}
"""In how many seconds another attempt may do."""


class Engine(Protocol):
    """The part of ``casewf.Engine`` that an inbox needs."""

    def fire(
        self,
        case_id: str,
        trigger: str,
        *,
        actor: Actor,
        data: Mapping[str, object] | None,
        comment: str | None,
        key: str | None,
        occurred_at: dt.datetime | None,
        retry: int,
    ) -> object:
        """Fire a trigger."""

    def workflow_of(self, case_id: str, *, actor: Actor) -> Workflow:
        """The definition that the case goes by."""


@attrs.frozen(slots=True)
class Answer:
    """What to answer: ``status``, and where something is wrong a problem document (RFC 9457) and headers."""

    status: int
    problem: Mapping[str, object] | None = None
    retry_after: int | None = None

    @property
    def content(self) -> bytes:
        """The body."""
        return b"" if self.problem is None else json.dumps(self.problem, ensure_ascii=False).encode()

    @property
    def headers(self) -> dict[str, str]:
        """The headers that go with it."""
        kind = {} if self.problem is None else {"Content-Type": "application/problem+json"}
        wait = {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}
        return kind | wait


class _Wrong(Exception):  # noqa: N818  # an answer under way, never seen by hosts
    """A message is not taken; ``what`` is a key of ``_PROBLEMS``."""

    def __init__(self, what: str, zh: str, en: str) -> None:
        self.what = what
        self.detail = {"zh": zh, "en": en}
        super().__init__(en)


class WebhookInbox:
    """Takes CloudEvents 1.0 in structured JSON, signed as Standard Webhooks ask for; usable by several threads.

    ``subject`` is the case, ``type`` leads to the trigger, ``data.fields`` are the values of fields, ``data.comment``
    is the comment; whatever else stands in an event is not looked at. ``webhook-id`` is the idempotency key (M7): a
    message that comes again moves nothing and is answered as the first time, and the same id with another command for
    the same case is refused. Keys belong to a case, so the same id for another case is another message.

    Args:
        engine: the host's engine.
        secrets: ``whsec_`` + Base64, shared with the sender; two while one replaces the other.
        actor: in whose name the triggers are fired: what he does not see is not found, what he may not do is refused.
            Keys are his, so give each sender an actor of his own.
        triggers: by the ``type`` of an event, what is fired. Other types are refused.
        clock: the only source of time.
        occurred: whether ``time`` is when the thing really happened (M12); else that is when the message comes.
        tolerance: how many seconds the timestamp may be away from now; beyond that it is 503.
        longest: how many bytes a body may have; let your server refuse longer ones before they are read.
        retry: how often the engine tries again when somebody else was faster; 0 inside the host's transaction (D2).

    Raises:
        TypeError, ValueError: a secret cannot be, there is no trigger, or one that neither a workflow of the engine nor
            a version in its store has.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        secrets: Sequence[str],
        actor: Actor,
        triggers: Mapping[str, str],
        clock: Clock,
        occurred: bool = False,
        tolerance: int = 300,
        longest: int = 262_144,
        retry: int = 3,
    ) -> None:
        if not triggers:
            raise ValueError(
                "triggers is empty: no event would ever be taken; name the types and their triggers"
            )
        _check_triggers(engine, triggers)
        self._engine = engine
        self._keys = Keys.read(secrets)
        self._actor = actor
        self._triggers = dict(triggers)
        self._clock = clock
        self._occurred = occurred
        self._tolerance = tolerance
        self._longest = longest
        self._retry = retry

    def receive(self, headers: Mapping[str, str], body: bytes, lang: str = "en") -> Answer:
        """Take one message; 204 if the trigger was fired, now or when the message came first.

        Args:
            headers: of the request, their names in upper or lower case.
            body: as it came, byte for byte.
            lang: the language of problem documents, ``"zh"`` or ``"en"``.

        Raises:
            TypeError: ``headers`` is no mapping, or ``body`` is not the bytes that came: a mistake of the host's.
        """
        given: tuple[object, object] = (headers, body)
        if not callable(getattr(given[0], "items", None)) or not isinstance(given[1], bytes | bytearray):
            raise TypeError(
                "receive takes the request's headers as a mapping and its body as bytes, as they came, before anything "
                f"has read them; got {type(headers).__name__} and {type(body).__name__}"
            )
        try:
            self._take(headers, body)
        except _Wrong as wrong:
            status, zh, en = _PROBLEMS[wrong.what]
            document = {
                "type": f"urn:casewf:problem:webhook-{wrong.what}",
                "title": zh if lang == "zh" else en,
                "status": status,
                "detail": wrong.detail["zh" if lang == "zh" else "en"],
            }
            return Answer(status, document, _RETRY_AFTER.get(wrong.what))
        except CasewfError as error:
            refusal = problem(error, lang)
            status = int(str(refusal["status"]))
            if status >= 500:
                _LOG.error("a webhook could not be taken", exc_info=error)
            return Answer(status, refusal)
        return Answer(204)

    def _take(self, headers: Mapping[str, str], body: bytes) -> None:
        key = self._verified(headers, body)
        event = _event(body)
        trigger = self._triggers.get(event["type"])
        if trigger is None:
            raise _Wrong("type", f"类型：{event['type']}", f"its type is {event['type']}")
        happened = self._happened(event) if self._occurred else None
        data = event["data"]
        workflow = self._engine.workflow_of(event["subject"], actor=self._actor)
        self._engine.fire(
            event["subject"],
            trigger,
            actor=self._actor,
            data=to_values(workflow, data.get("fields", {})),
            comment=data.get("comment"),
            key=key,
            occurred_at=happened,
            retry=self._retry,
        )

    def _verified(self, headers: Mapping[str, str], body: bytes) -> str:
        """The id of a message that was signed by the sender, and not too long ago."""
        if len(body) > self._longest:
            raise _Wrong("size", f"上限 {self._longest} 字节", f"it may have {self._longest} bytes")
        given = {name.lower(): value for name, value in headers.items()}
        name, stamp, signatures = (
            given.get(f"webhook-{one}", "") for one in ("id", "timestamp", "signature")
        )
        if not (_ID.fullmatch(name) and _TIMESTAMP.fullmatch(stamp) and signatures):
            raise _Wrong(
                "signature",
                "缺少 webhook-id、webhook-timestamp 或 webhook-signature，或其格式不对",
                "webhook-id, webhook-timestamp or webhook-signature is missing, or not in its form",
            )
        if not self._keys.has_signed(name, stamp, body, signatures):
            raise _Wrong(
                "signature",
                "没有一个签名与密钥及所收到的内容相符",
                "none of the signatures is by our secret over the body as it came",
            )
        away = abs(self._clock.now() // _SECOND - int(stamp))
        if away > self._tolerance:
            raise _Wrong(
                "time",
                f"与本机时间相差{away}秒，最多允许{self._tolerance}秒；请重新签名发送",
                f"it is {away} s from our clock, and {self._tolerance} s are allowed; sign it anew",
            )
        return name

    def _happened(self, event: Mapping[str, Any]) -> dt.datetime:
        try:
            at = instant_from_text(event.get("time", ""))
        except (ValueError, TypeError):
            raise _Wrong(
                "event", "time 须为带时区的时间", "time must be an instant with an offset (RFC 3339)"
            ) from None
        ahead = at - self._clock.now()
        if 0 < ahead <= self._tolerance * _SECOND:
            # the sender's clock is a little ahead: taken at another time, the command would be another one (M7)
            raise _Wrong("early", "请稍后重发同一消息", "send the same message again a little later")
        return _EPOCH + dt.timedelta(microseconds=at)


def _check_triggers(engine: Engine, triggers: Mapping[str, str]) -> None:
    """Each trigger is one of the engine's workflows, or of the versions that are stored, as older cases go by them.

    Raises:
        ValueError: naming the first that is not, and what was probably meant.
    """
    workflows: Iterable[Workflow] = getattr(engine, "workflows", ())
    known = _triggers(workflows)
    if not known or known.issuperset(triggers.values()):
        return  # an engine on stored versions alone may have others tomorrow
    list_stored: Callable[[str], Iterable[Definition]] | None
    list_stored = getattr(getattr(engine, "store", None), "definitions", None)
    try:
        stored = () if list_stored is None else list_stored("workflow")
        known |= _triggers(decoding.workflow(one) for one in stored)
    except AdapterError:
        return  # a store inside the host's transaction, where none is open; or a damaged one
    for kind, trigger in triggers.items():
        if trigger not in known:
            near = difflib.get_close_matches(trigger, sorted(known), n=1)
            hint = f"; did you mean {near[0]!r}?" if near else f"; there are: {', '.join(sorted(known))}"
            raise ValueError(f"triggers has {kind!r}: {trigger!r}, and no workflow has such a trigger{hint}")


def _triggers(workflows: Iterable[Workflow]) -> set[str]:
    return {one.trigger for each in workflows for track in each.tracks for one in track.transitions}


def _event(body: bytes) -> dict[str, Any]:
    """A CloudEvent with the attributes that it must have, a subject, and ``data`` in the form that is read here."""
    try:
        event = read_object(body)
    except ValueError as failure:
        raise _Wrong("event", "内容不是有效的 JSON 对象", f"the body is no JSON object: {failure}") from None
    for name in ("id", "source", "type", "subject"):
        if not isinstance(event.get(name), str) or not event[name]:
            raise _Wrong("event", f"{name} 须为非空文本", f"{name} must be a text with something in it")
    if event.get("specversion") != "1.0":
        raise _Wrong("event", "specversion 须为 1.0", "specversion must be 1.0")
    data = event.setdefault("data", {})
    if not isinstance(data, dict) or not isinstance(data.get("fields", {}), dict):
        raise _Wrong("event", "data 与 data.fields 须为对象", "data and data.fields must be objects")
    if not isinstance(data.get("comment"), str | None):
        raise _Wrong("event", "data.comment 须为文本", "data.comment must be text")
    return event
