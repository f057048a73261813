"""The events that an engine logs: their logger, level and keys. docs/reference/telemetry.md explains them.

Each record carries the event's name and its keys as attributes (``extra=``), so that whatever formats records as JSON
has them; its text repeats them. Keys are only ever added, and none holds a value of a case, a comment, or the text of
an error (D5).
"""

from __future__ import annotations

import logging
from collections.abc import Mapping

import attrs

from casewf.ports.observing import KeyValue


@attrs.frozen(slots=True)
class Event:
    """An event: to which logger it goes, at which level, with which keys."""

    logger: logging.Logger
    level: int
    keys: tuple[str, ...]


def _event(logger: str, level: int, keys: str) -> Event:
    return Event(logging.getLogger(f"casewf.{logger}"), level, tuple(keys.split()))


_COMMAND = "command case workflow workflow_version version trigger sla actor on_behalf duration_us"
_EFFECT = "effect case destination attempt duration_us"

EVENTS: Mapping[str, Event] = {
    "command.accepted": _event("command", logging.INFO, f"{_COMMAND} events"),
    "command.unchanged": _event("command", logging.INFO, _COMMAND),
    "command.refused": _event("command", logging.INFO, f"{_COMMAND} reasons"),
    "command.not_found": _event("command", logging.INFO, _COMMAND),
    "command.conflict": _event("command", logging.INFO, _COMMAND),
    "command.key_reused": _event("command", logging.WARNING, _COMMAND),
    "command.failed": _event("command", logging.ERROR, f"{_COMMAND} error_type"),
    "rung.fired": _event(
        "timers",
        logging.INFO,
        "case workflow workflow_version version sla cycle term rung repetition scheduled_for fired_at late_us",
    ),
    "sweep.finished": _event("timers", logging.DEBUG, "cases events failed duration_us"),
    "sweep.failed": _event("timers", logging.ERROR, "error_type duration_us"),
    "effect.delivered": _event("delivery", logging.INFO, _EFFECT),
    "effect.put_off": _event("delivery", logging.DEBUG, f"{_EFFECT} due_at"),
    "effect.failed": _event("delivery", logging.WARNING, f"{_EFFECT} error_type due_at"),
    "effect.dead": _event("delivery", logging.ERROR, f"{_EFFECT} error_type"),
    "effect.unsettled": _event("delivery", logging.ERROR, f"{_EFFECT} error_type"),
    "delivery.interrupted": _event("delivery", logging.WARNING, "case error_type"),
    "incident.raised": _event("incidents", logging.WARNING, "case kind about"),
    "observer.failed": _event("observer", logging.ERROR, "error_type"),
}
"""By name. What ends with a failure of the system is an error; what needs somebody's eye, a warning."""


def log(name: str, event: Event, keys: Mapping[str, KeyValue]) -> None:
    """Write the record of an event; a text in it cannot begin a line of its own."""
    text = " ".join((name, *(f"{key}=%({key})s" for key in event.keys)))
    event.logger.log(
        event.level,
        text,
        {key: _plain(value) for key, value in keys.items()},
        extra={"event": name, **keys},
    )


def _plain(value: KeyValue) -> KeyValue:
    if isinstance(value, tuple):
        return ",".join(value)
    return value if not isinstance(value, str) or value.isprintable() else ascii(value)
