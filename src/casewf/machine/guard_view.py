"""What an expression sees of a case, and why it may have no value (M9)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from casewf.errors import CasewfError

__all__ = ["ActorView", "ChildrenView", "ClockView", "GuardError", "MissingValue", "View"]


class GuardError(CasewfError):
    """An expression has no value here; a guard is then not met, for this reason.

    ``code`` is ``missing_value``, ``division_by_zero``, ``out_of_range`` (a number beyond what decimals can
    hold) or ``type`` (a value of another type than was declared).
    """

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(message)


class MissingValue(GuardError):  # noqa: N818  # named after the reason that people see
    """Evaluation reached ``name``, which has no value.

    ``name`` is the field's name, or a dotted name such as ``actor.org``.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__("missing_value", f"{name} has no value")


class ActorView(Protocol):
    """Who acts."""

    @property
    def id(self) -> str:
        """The id of the person or account."""

    @property
    def org(self) -> str | None:
        """The organisation, or None."""

    @property
    def roles(self) -> frozenset[str]:
        """The role ids."""


class ClockView(Protocol):
    """How an SLA's clock stands (K2): ``cycle`` counts from 1 and is 0 before the first start."""

    @property
    def verdict(self) -> str:
        """none, met, breached or cancelled."""

    @property
    def phase(self) -> str:
        """none, running, paused or stopped."""

    @property
    def cycle(self) -> int:
        """Which run this is."""


class ChildrenView(Protocol):
    """How many child cases there are."""

    @property
    def open(self) -> int:
        """Those that are not closed."""

    @property
    def closed(self) -> int:
        """Those that are closed."""

    @property
    def total(self) -> int:
        """All of them."""


class View(Protocol):
    """What an expression sees of a case.

    A field's value is a ``str``, ``int``, ``Decimal``, ``bool``, ``datetime.date`` or, for an instant, an
    ``int`` of epoch microseconds; a field with many values has a collection of them. A field that is absent
    or None is missing. An SLA that never ran may be absent from ``clocks``; it reads as none, none and 0.
    """

    @property
    def fields(self) -> Mapping[str, object]:
        """The values of fields by name."""

    @property
    def states(self) -> Mapping[str, str]:
        """The state of every track."""

    @property
    def actor(self) -> ActorView:
        """Who acts."""

    @property
    def card(self) -> str:
        """The level, ``none`` without a card."""

    @property
    def clocks(self) -> Mapping[str, ClockView]:
        """The clocks by SLA."""

    @property
    def children(self) -> ChildrenView:
        """The child cases."""
