"""The port to a host's monitoring: what an engine tells of its work while it works."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, TypeAlias

__all__ = ["KeyValue", "Observer"]

KeyValue: TypeAlias = str | int | tuple[str, ...] | None
"""What a key of an event holds. Instants are ISO 8601 in UTC, spans whole microseconds; None where there is none."""


class Observer(Protocol):
    """Watches an engine at work: for traces, metrics, or whatever else a host counts.

    Called in the thread that does the work, so it must be quick. What it raises is logged and changes nothing. The
    events and their keys are those of the log records, in docs/reference/telemetry.md; they hold no value of a case,
    no comment, and no text of an error (D5).
    """

    def begin(self, work: str, keys: Mapping[str, KeyValue]) -> object:
        """Work begins: ``command``, ``sweep`` or ``delivery``; what is returned comes back with its ``end``."""

    def end(self, begun: object, event: str, keys: Mapping[str, KeyValue]) -> None:
        """It has ended, in the same thread, with this event; ``duration_us`` is among the keys."""

    def tell(self, event: str, keys: Mapping[str, KeyValue]) -> None:
        """Something happened meanwhile, such as ``rung.fired``."""
