"""The moments of a limit one by one: which moves bring them, and where in the file they stand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import SimpleNamespace

import attrs

from casewf.analysis.flow.reach import Reach, Way
from casewf.definition.document import Path
from casewf.machine.guards import compile_expression
from casewf.machine.rules import is_met
from casewf.model.expression import And, Expression, Name, Node, Or, walk
from casewf.model.workflow import Moment, Sla

__all__ = ["Coming", "comings", "named", "why_never"]


@attrs.frozen(slots=True, kw_only=True, eq=False)
class Coming:
    """One thing that a moment of a limit listens to: a state entered or left, a trigger, the case closed or reopened.

    Attributes:
        words: what it is, as it is written: ``enter union.closed``.
        signal: the same for ``Reach.ways``.
        path: where it stands in the file.
        ways: the moves that bring it while the moment's condition can be met.
        at_opening: the opening brings it.
        barred: moves would bring it, but never with the condition met.
        sure: the moment has no condition.
    """

    words: str
    signal: str
    path: tuple[Path, ...]
    ways: tuple[Way, ...]
    at_opening: bool
    barred: bool
    sure: bool

    @property
    def can_come(self) -> bool:
        """Whether anything brings it."""
        return self.at_opening or bool(self.ways)


def comings(reach: Reach, sla: Sla, key: str) -> tuple[Coming, ...]:
    """What the ``start``, ``stop``, ``cancel`` or ``reopen`` moments of a limit listen to, in file order.

    A limit that goes on with the case, without ``reopen`` moments of its own, has one that is written nowhere.
    """
    moments: tuple[Moment, ...] = getattr(sla, key)
    if key == "reopen" and sla.on_reopen == "never":
        return ()
    if key == "reopen" and not moments:
        reopened = Moment(case="reopened")
        return (_coming(reach, reopened, "case", "reopened", ("slas", sla.id, "on_reopen"), starts=False),)
    return tuple(
        _coming(reach, moment, kind, name, ("slas", sla.id, key, number, *path), starts=key == "start")
        for number, moment in enumerate(moments)
        for kind, name, path in _names(moment)
    )


def named(moments: Iterable[Coming]) -> str:
    """Some of them as they are written: `enter union.closed` or `fire sign`."""
    return " or ".join(f"`{one.words}`" for one in moments)


def why_never(reach: Reach, coming: Coming) -> str:
    """Why something never comes, as a clause."""
    kind, _, name = coming.signal.partition(":")
    if coming.barred:
        return f"the condition of `{coming.words}` is never met then"
    if kind == "fire":
        return f"no case comes to where {name!r} can be fired"
    if kind == "case":
        return f"no case is ever {name}"
    track, _, state = name.partition(".")
    if state not in reach.reached[track]:
        return f"no case comes to {name!r}"
    if kind == "leave":
        return f"no transition leads out of {name!r}"
    if state in reach.program.last_states.get(track, ()):
        return f"a case that is in {name!r} is over for good, and starts nothing"
    return f"cases begin in {name!r}, and no transition leads there"


def _names(moment: Moment) -> Iterator[tuple[str, str, tuple[Path, ...]]]:
    for kind, names in (("enter", moment.enter), ("leave", moment.leave), ("fire", moment.fire)):
        for place, name in enumerate(names):
            yield kind, name, (kind, place)
    if moment.case is not None:
        yield "case", moment.case, ("case",)


def _coming(
    reach: Reach, moment: Moment, kind: str, name: str, path: tuple[Path, ...], *, starts: bool
) -> Coming:
    workflow, when = reach.program.workflow, moment.when
    heard = reach.ways(f"{kind}:{name}")
    if starts:  # nothing starts once the case is over for good (M8)
        over = reach.program.last_states
        heard = tuple(way for way in heard if way.entered not in over.get(way.track, ()))
    ways = tuple(way for way in heard if _can_be_met(when, {way.track: way.entered}))
    initial = {track.id: track.initial for track in workflow.tracks}
    opens = starts and kind == "enter" and name in {f"{track}.{state}" for track, state in initial.items()}
    at_opening = opens and _can_be_met(when, initial)
    return Coming(
        words=f"{kind} {name}",
        signal=f"{kind}:{name}",
        path=path,
        ways=ways,
        at_opening=at_opening,
        barred=bool(heard or opens) and not ways and not at_opening,
        sure=when is None,
    )


def _can_be_met(when: Expression | None, states: Mapping[str, str]) -> bool:
    """Whether a condition can be met with these tracks in these states; of all else nothing is known."""
    return when is None or _possible(when.tree, states)


def _possible(node: Node, states: Mapping[str, str]) -> bool:
    if isinstance(node, And):
        return all(_possible(part, states) for part in node.parts)
    if isinstance(node, Or):
        return any(_possible(part, states) for part in node.parts)
    names = [one for one in walk(node) if isinstance(one, Name)]
    if any(one.kind != "state" or one.name not in states for one in names):
        return True
    return is_met(compile_expression(Expression(node)), SimpleNamespace(states=states))
