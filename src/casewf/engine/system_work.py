"""What the engine does in its own name while it delivers an effect: as ``system``, again while others are faster."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from casewf.engine.attempt import current_attempt
from casewf.engine.means import TIMER_TRIES, Means
from casewf.engine.unit_of_work import UnitOfWork
from casewf.errors import Conflict
from casewf.model.case import Actor
from casewf.model.roles import SYSTEM
from casewf.ports.stored import OutboxRow

_T = TypeVar("_T")


def acting_for(row: OutboxRow) -> Actor:
    """The engine on behalf of an effect."""
    return Actor(SYSTEM, frozenset((SYSTEM,)), on_behalf=row.id)


def next_unit(means: Means, held: OutboxRow | None = None) -> UnitOfWork:
    """A unit of work whose new effects the delivery under way goes on with.

    Args:
        means: what it works with.
        held: the row that it delivers, if it may write nothing once somebody else has that row: because it goes by how
            another case stood, and nothing else would tell what that case has become since.
    """
    attempt = current_attempt()
    lease = None if held is None else (held.id, held.lease)
    return UnitOfWork(means, set() if attempt is None else attempt.cases, lease)


def insist(run: Callable[[], _T]) -> _T:
    """The result of a command of the engine's own, tried again while somebody else is faster (D1).

    Raises:
        Conflict: somebody always was.
    """
    for _ in range(TIMER_TRIES):
        try:
            return run()
        except Conflict:
            continue
    return run()
