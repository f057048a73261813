"""Effects as webhooks: CloudEvents 1.0 in structured JSON, signed as Standard Webhooks ask for."""

from __future__ import annotations

import http
import json
import ssl
from collections.abc import Sequence
from email.utils import parsedate_to_datetime
from urllib.parse import quote

from casewf.adapters.webhook.json_values import read_object, to_json, to_values, utc_text
from casewf.adapters.webhook.posting import Poster, Reply
from casewf.adapters.webhook.signatures import Keys
from casewf.errors import Undelivered
from casewf.model.effects import CallHook, Push
from casewf.ports.outside import Clock, Delivery, Outcome

__all__ = ["Webhook"]

_SECOND = 1_000_000
_MEDIA_TYPE = "application/cloudevents+json"
_WORTH_ANOTHER_TRY = frozenset({408, 409, 425, 429})
"""The statuses below 500 that may be others next time: time-out, conflict, too early, too many requests."""


class Webhook:
    """A ``Connector`` and a ``Hook`` that sends each effect to one address; usable by several threads.

    The receiver gets the same ``webhook-id`` with every attempt of an effect, and must take it once only.

    ==================================  ===================================================================
    what is answered                    what becomes of the effect
    ==================================  ===================================================================
    2xx                                 done; of a push, the fields of ``answers`` come back with ``on_ok``
    408, 409, 425, 429, 5xx             tried again, no sooner than ``Retry-After`` says
    nothing, or too late                tried again
    3xx                                 given up: redirects are not followed
    410, any other 4xx                  given up
    ==================================  ===================================================================

    Args:
        url: where to; ``https://``, or ``http://`` inside a machine or for tests.
        secrets: ``whsec_`` + Base64, shared with the receiver; two while one replaces the other.
        source: who sends, as a URI or a part of one, such as ``https://union.example/hotline``.
        clock: the only source of time.
        answers: of a push, the fields that may come back in the JSON object of an answer; the rest of it is ignored.
            With none, the body is not read. An engine refuses one that no workflow has.
        connect_timeout, read_timeout, deadline: seconds for each address of the host, for each step after that, and
            for everything together.
        longest_answer: how many bytes an answer may have, if it is read.
        tls: None for the authorities that the operating system trusts; another context must check names and
            certificates, too.

    Raises:
        TypeError, ValueError: one of these cannot be.
    """

    def __init__(
        self,
        url: str,
        *,
        secrets: Sequence[str],
        source: str,
        clock: Clock,
        answers: Sequence[str] = (),
        connect_timeout: float = 5,
        read_timeout: float = 10,
        deadline: float = 30,
        longest_answer: int = 65_536,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        if isinstance(answers, str):
            raise TypeError(f"answers are several names of fields, such as [{answers!r}]")
        if not source or not source.isascii() or not source.isprintable() or " " in source:
            raise ValueError(
                f"source must be a URI or a part of one, such as 'https://union.example', got {source!r}"
            )
        self._keys = Keys.read(secrets)
        self._source = source
        self._clock = clock
        self._answers = tuple(answers)
        self._poster = Poster(
            url=url,
            connect_timeout=connect_timeout,
            read_timeout=read_timeout,
            deadline=deadline,
            longest=longest_answer,
            tls=tls,
        )

    @property
    def field_names(self) -> tuple[str, ...]:
        """The fields that may come back, which an engine looks for in its workflows."""
        return self._answers

    def push(self, delivery: Delivery) -> Outcome:
        """Send the fields of a push.

        Raises:
            OSError, http.client.HTTPException: there was no answer.
        """
        if not isinstance(delivery.effect, Push):
            raise TypeError(f"a connector sends pushes, got {type(delivery.effect).__name__}")
        return self._send(delivery, f"casewf.push.{delivery.effect.connector}", answers=self._answers)

    def __call__(self, delivery: Delivery) -> None:
        """Send what a hook is called for: which case, and what happened to it.

        Raises:
            Undelivered: the receiver did not take it.
            OSError, http.client.HTTPException: there was no answer.
        """
        if not isinstance(delivery.effect, CallHook):
            raise TypeError(f"as a hook it sends calls of hooks, got {type(delivery.effect).__name__}")
        outcome = self._send(delivery, f"casewf.hook.{delivery.effect.name}", answers=())
        if not outcome.ok:
            raise Undelivered(outcome.error, final=outcome.final, retry_after=outcome.retry_after)

    def _send(self, delivery: Delivery, kind: str, *, answers: tuple[str, ...]) -> Outcome:
        name = message_id(delivery.id)
        # the same at every attempt, unless a value has changed: who got it twice compares what he got
        event = {
            "specversion": "1.0",
            "id": name,
            "source": self._source,
            "type": kind,
            "subject": delivery.case.id,
            "time": utc_text(delivery.at),
            "datacontenttype": "application/json",
            "data": {
                "workflow": delivery.case.workflow[0],
                "about": delivery.effect.about,
                "fields": to_json(delivery.workflow, delivery.values),
            },
        }
        body = json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()
        seconds = self._clock.now() // _SECOND
        headers = {
            "Content-Type": f"{_MEDIA_TYPE}; charset=utf-8",
            "Accept": "application/json",
            "User-Agent": "casewf",
            "webhook-id": name,
            "webhook-timestamp": str(seconds),
            "webhook-signature": self._keys.sign(name, seconds, body),
        }
        reply = self._poster.post(body, headers, wants_body=bool(answers))
        if 200 <= reply.status < 300:
            return _taken(delivery, reply, answers)
        return self._refused(reply)

    def _refused(self, reply: Reply) -> Outcome:
        status = reply.status
        what = f"the receiver answered {status} {_phrase(status)}".rstrip()
        if 300 <= status < 400:
            what += "; redirects are not followed, give the address that it leads to"
        again = status >= 500 or status in _WORTH_ANOTHER_TRY
        wait = self._asked(reply.retry_after) if again else None
        return Outcome(ok=False, error=what, final=not again, retry_after=wait)

    def _asked(self, text: str) -> int | None:
        """For how long ``Retry-After`` wants us to wait, in microseconds: a number of seconds, or a date (RFC 9110)."""
        if text.isascii() and text.isdecimal():
            return int(text[:9]) * _SECOND
        try:
            return max(int(parsedate_to_datetime(text).timestamp()) * _SECOND - self._clock.now(), 0)
        except (ValueError, OverflowError):
            return None


def message_id(effect_id: str) -> str:
    """The id of an effect as a header can carry it, and without a dot, which separates what is signed."""
    return quote(effect_id, safe=":~").replace(".", "%2E")


def _taken(delivery: Delivery, reply: Reply, answers: tuple[str, ...]) -> Outcome:
    """What a success brings back; without what was asked for it is none, and the receiver knows it the second time."""
    if not answers or reply.body == b"":
        return Outcome(ok=True)
    if reply.body is None:
        return Outcome(ok=False, error=f"the receiver answered {reply.status} with a body that is too long")
    try:
        found = read_object(reply.body)
    except ValueError:
        return Outcome(ok=False, error=f"the receiver answered {reply.status}, but not with a JSON object")
    kept = {name: found[name] for name in answers if found.get(name) is not None}
    return Outcome(ok=True, data=to_values(delivery.workflow, kept))


def _phrase(status: int) -> str:
    try:
        return http.HTTPStatus(status).phrase
    except ValueError:
        return ""
