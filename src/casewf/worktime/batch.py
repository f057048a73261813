"""Due instants and working time of whole columns at once, by numpy (the extra ``numpy``).

Each answer is the one that the scalar call gives for its element, to the microsecond, and each error is the
scalar call's; an error means no answers at all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from casewf.model.amount import Amount
from casewf.worktime.calendar import WorkCalendar
from casewf.worktime.extras import extra

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Instants = TypeVar("Instants", npt.NDArray[np.int64], npt.NDArray[np.datetime64])

__all__ = ["before_many", "between_many", "due_many"]


def due_many(calendar: WorkCalendar, starts: Instants, amount: Amount, *, anchor: str = "close") -> Instants:
    """The instant at which ``amount`` is used up, from each start: ``WorkCalendar.due`` of each.

    Args:
        calendar: which instants are working time; its ``provisional`` twin guesses past the horizon.
        starts: a one-dimensional array: int64 microseconds since 1970 in UTC, or datetime64, which is UTC.
        amount: one amount for all.
        anchor: where day amounts end: at ``"close"`` of business or at the ``"same_time"`` of day.

    Returns:
        An array of the same length and kind; datetime64 in microseconds.

    Raises:
        HorizonError, AmountError: as ``due`` does for one of the starts; a note of the error says for which.
        WorkingTimeError: the array is of another kind or holds a NaT, or an argument is not one of those
            named.
        ModuleNotFoundError: numpy is not installed.
    """
    with extra("numpy", "numpy"):
        from casewf.worktime import vectors  # noqa: PLC0415  # an extra
    return vectors.due(calendar, starts, amount, anchor)


def before_many(
    calendar: WorkCalendar, ends: Instants, amount: Amount, *, anchor: str = "same_time"
) -> Instants:
    """The latest instant from which ``amount`` leads to each end: ``WorkCalendar.before`` of each.

    Takes, gives and raises what ``due_many`` does.
    """
    with extra("numpy", "numpy"):
        from casewf.worktime import vectors  # noqa: PLC0415  # an extra
    return vectors.before(calendar, ends, amount, anchor)


def between_many(calendar: WorkCalendar, a: Instants, b: Instants) -> npt.NDArray[np.int64 | np.timedelta64]:
    """The working time from each ``a`` to the ``b`` of the same row, negative when ``b`` is before ``a`` (T2).

    Args:
        calendar: which instants are working time.
        a: a column of instants as ``due_many`` takes them.
        b: another of the same length and kind.

    Returns:
        int64 microseconds for int64, timedelta64 in microseconds for datetime64.

    Raises:
        HorizonError, AmountError: as ``between`` does for one of the pairs; a note of the error says for
            which.
        WorkingTimeError: the arrays are of other kinds or lengths, or hold a NaT.
        ModuleNotFoundError: numpy is not installed.
    """
    with extra("numpy", "numpy"):
        from casewf.worktime import vectors  # noqa: PLC0415  # an extra
    return vectors.between(calendar, a, b)
