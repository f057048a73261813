"""Assertions on limits, on one rung of them, and on refusals.

Rungs are called as the definition file writes them: ``due``, ``80%``, ``before 2 working days``, ``after 4 hours``. A
failure says what was expected, what was found, and what there is instead.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from contextlib import AbstractContextManager
from types import TracebackType

from casewf.definition.shapes import did_you_mean
from casewf.engine.engine import Engine
from casewf.errors import NotFound, Refused
from casewf.model.clock_events import RungFired
from casewf.model.workflow import Workflow
from casewf.testing.clock import instant_of, shown
from casewf.testing.looking import look, observer
from casewf.testing.rungs import about_words, rung_names
from casewf.testing.sentences import enough, fail, in_all, often
from casewf.testing.story_model import NOT_FOUND

__all__ = ["assert_due", "assert_refused", "assert_rung", "assert_rung_waits"]


def assert_rung(
    engine: Engine,
    case: str,
    sla: str,
    rung: str,
    *,
    at: dt.datetime | None = None,
    times: int | None = None,
) -> RungFired:
    """A rung of a limit fired; returns the last time.

    Args:
        engine: where the case lives.
        case: the case's id.
        sla: the limit's id.
        rung: ``due``, ``80%``, ``before 2 working days`` or ``after 4 hours``.
        at: the instant that it was for (``scheduled_for``), aware; any if None.
        times: how often in all, with its repetitions, cycles and terms; any number if None.

    Raises:
        AssertionError: it did not, for another instant, or another number of times.
        NotFound: there is no such case.
        ValueError: the limit has no such rung.
    """
    __tracebackhide__ = True
    ours = _fired(engine, case, sla, rung)
    found = [one for one in ours if at is None or one.scheduled_for == instant_of(at)]
    if not enough(found, times):
        when = "" if at is None else f" for {shown(instant_of(at))}"
        others = ", ".join(shown(one.scheduled_for) for one in ours)
        fail(
            f"{sla}/{rung} of {case} has fired{when}{in_all(times)}",
            f"for {others}" if others and not found else often(len(found)),
            "what fired, and the clocks",
            [*_fired_lines(engine, case), *_clock_lines(engine, case)],
        )
    return found[-1]


def assert_rung_waits(engine: Engine, case: str, sla: str, rung: str) -> None:
    """A rung of a limit has not fired; the arguments are those of ``assert_rung``.

    Raises:
        AssertionError: it has.
        NotFound: there is no such case.
        ValueError: the limit has no such rung.
    """
    __tracebackhide__ = True
    if found := _fired(engine, case, sla, rung):
        lines = [f"for {shown(one.scheduled_for)}, at {shown(one.at)}" for one in found]
        fail(f"{sla}/{rung} of {case} has not fired", often(len(found)), "fired", lines)


def assert_due(
    engine: Engine,
    case: str,
    sla: str,
    due: dt.datetime | None,
    *,
    verdict: str | None = None,
    phase: str | None = None,
) -> None:
    """A limit is due at an instant, to the microsecond.

    Args:
        engine: where the case lives.
        case: the case's id.
        sla: the limit's id.
        due: aware; None while it is paused (K2).
        verdict: ``none``, ``met``, ``breached`` or ``cancelled``; any if None.
        phase: ``running``, ``paused`` or ``stopped``; any if None.

    Raises:
        AssertionError: it is not, or the clock never ran.
        NotFound: there is no such case.
        ValueError: there is no such limit.
    """
    __tracebackhide__ = True
    _check_limit(engine.workflow_of(case, actor=observer(engine, case)), sla)
    clock = look(engine, case).clocks.get(sla)
    wanted = {"due": _moment(due)}
    wanted |= {} if verdict is None else {"verdict": verdict}
    wanted |= {} if phase is None else {"phase": phase}
    found = {}
    if clock is not None:
        found = {"due": _moment(clock.due), "verdict": clock.verdict, "phase": clock.phase}
    if any(found.get(name) != value for name, value in wanted.items()):
        there = _pairs(found) if found else "the clock never ran"
        fail(f"{sla} of {case} is {_pairs(wanted)}", there, "clocks", _clock_lines(engine, case))


def assert_refused(*codes: str) -> AbstractContextManager[None]:
    """What the block does is refused, for exactly these reasons in any order.

    Args:
        codes: codes of reasons, see ``docs/reference/refusals.md``; ``not_found`` for ``NotFound``. None: any.

    Raises:
        AssertionError: it was done, or refused for other reasons.
    """
    return _Refusal(frozenset(codes))


class _Refusal(AbstractContextManager[None]):
    """A block that must be refused."""

    def __init__(self, codes: frozenset[str]) -> None:
        self._codes = codes

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        __tracebackhide__ = True
        if error is None:
            fail(self._wanted, "it was done", "", [])
        if not isinstance(error, Refused | NotFound):
            return False
        found = {NOT_FOUND} if isinstance(error, NotFound) else {one.code for one in error.reasons}
        if self._codes and found != self._codes:
            sentences = [str(error)] if isinstance(error, NotFound) else error.sentences()
            try:
                fail(self._wanted, f"refused for {', '.join(sorted(found))}", "reasons", sentences)
            except AssertionError as failure:
                raise failure from None  # the reasons are all that the refusal says
        return True

    @property
    def _wanted(self) -> str:
        return f"refused for {', '.join(sorted(self._codes))}" if self._codes else "refused"


def _fired(engine: Engine, case: str, sla: str, rung: str) -> list[RungFired]:
    """Every time that a rung fired.

    Raises:
        ValueError: there is no such rung.
    """
    workflow = engine.workflow_of(case, actor=observer(engine, case))
    names = rung_names(workflow, sla)
    _check_limit(workflow, sla)
    if rung not in names:
        known = ", ".join(dict.fromkeys(names)) or "none"
        raise ValueError(f"the limit {sla!r} has no rung {rung!r}; it has {known}")
    return [event for event in _rungs(engine, case) if event.sla == sla and names[event.rung] == rung]


def _check_limit(workflow: Workflow, sla: str) -> None:
    """That there is such a limit.

    Raises:
        ValueError: there is not.
    """
    limits = [limit.id for limit in workflow.slas]
    if sla not in limits:
        meant = did_you_mean(sla, limits)
        words = ", ".join(limits) or "none"
        raise ValueError(f"{workflow.id} has no limit {sla!r}; it has {words}{meant and f'; {meant}'}")


def _rungs(engine: Engine, case: str) -> list[RungFired]:
    events = [entry.event for entry in engine.history(case, actor=observer(engine, case))]
    return [event for event in events if isinstance(event, RungFired)]


def _fired_lines(engine: Engine, case: str) -> list[str]:
    workflow = engine.workflow_of(case, actor=observer(engine, case))
    return [
        f"{about_words(workflow, f'{one.sla}/{one.rung}')} fired for {shown(one.scheduled_for)}"
        for one in _rungs(engine, case)
    ]


def _clock_lines(engine: Engine, case: str) -> list[str]:
    clocks = look(engine, case).clocks.values()
    lines = [f"{one.sla} is due {_moment(one.due)}, {one.phase}, verdict {one.verdict}" for one in clocks]
    return lines + [f"incident {one.kind}: {one.about} {one.detail}" for one in engine.incidents(case)]


def _moment(moment: dt.datetime | None) -> str:
    return "never (paused)" if moment is None else shown(instant_of(moment))


def _pairs(values: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {value}" for name, value in values.items())
