"""A real case on a made-up way: every step decided by the core, as an engine would have it done (M2, E3)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

import attrs

from casewf.analysis.product.cast import Cast, Person
from casewf.analysis.product.ground import Ground
from casewf.core.decide import Refusal, decide
from casewf.core.evolve import evolve
from casewf.core.program import Program, rule_of
from casewf.errors import CasewfError
from casewf.machine.rules import Rule
from casewf.model.case import Actor, Case, Sealed
from casewf.model.commands import Command, Elapse, Fire, Open
from casewf.model.effects import OpenCase, Push
from casewf.model.events import Event
from casewf.model.roles import SYSTEM

__all__ = ["CASE", "Answer", "Deed", "Here", "Walker"]

CASE = "case-1"
_SEALED = Sealed("made-up", "made-up")
"""A sensitive value, or a comment, as the core sees it (D5)."""

_MINUTE = 60_000_000
_MOST_SENT = 16
_MOST_DUE = 40
"""How many instants at which something is due are looked at before nothing more is expected of time."""

_SYSTEM = Actor(SYSTEM, frozenset((SYSTEM,)))


@attrs.frozen(slots=True, kw_only=True)
class Deed:
    """One step of the way.

    Attributes:
        kind: ``open``, ``fire``, ``sweep`` or ``deliver``.
        at: the instant.
        by: who, or None.
        trigger: what is fired.
        data: the values given; sensitive ones as a story writes them.
        comment: whether there is one.
        answers: for ``deliver``, what connectors answer, in order, by connector.
    """

    kind: str
    at: int
    by: Person | None = None
    trigger: str = ""
    data: Mapping[str, object] = attrs.field(factory=dict)
    comment: bool = False
    answers: tuple[tuple[str, Answer], ...] = ()


@attrs.frozen(slots=True, kw_only=True)
class Answer:
    """What a connector answers: whether it took what was sent, and values that it sends back."""

    ok: bool
    data: Mapping[str, object] = attrs.field(factory=dict)


@attrs.frozen(slots=True, kw_only=True)
class Here:
    """A case, the time, and what waits to be delivered.

    Attributes:
        sent: pushes that were not delivered yet, oldest first.
        failed: a push failed, so that it would be tried again later.
        children: children wait to be opened, so that nothing is delivered.
    """

    case: Case
    now: int
    sent: tuple[Push, ...] = ()
    failed: bool = False
    children: bool = False


class Walker:
    """Takes steps; those that the core refuses are none.

    Attributes:
        tried: how many commands were tried.
    """

    def __init__(self, ground: Ground, program: Program, cast: Cast, start: int) -> None:
        self._ground = ground
        self._program = program
        self._cast = cast
        self._start = start
        self.tried = 0

    def opened(self) -> Iterator[tuple[Deed, Here]]:
        """The ways to open a case."""
        by = self._cast.opener()
        for data in self._cast.opening_data():
            deed = Deed(kind="open", at=self._start, by=by, data=data)
            here = self._decided(None, Open(CASE, by.actor, None, (), self._sealed(data)), self._start)
            if here is not None:
                yield deed, here

    def taken(self, here: Here, rule: Rule) -> Iterator[tuple[Deed, Here]]:
        """The ways in which somebody can take a row, or an earlier one of its trigger."""
        spec, fields = rule.spec, here.case.fields
        must = (*spec.asks, *(name for name in spec.needs if fields.get(name) is None))
        comment = _SEALED if spec.comment == "required" else None
        read = () if spec.when is None else spec.when.names
        own = frozenset(name.removeprefix("field.") for name in read if name.startswith("field."))
        for data in self._cast.data(must, (*spec.needs, *spec.accepts), own):
            for person in self._cast.people(spec.by):
                command = Fire(spec.trigger, person.actor, self._sealed(data), comment)
                after = self._decided(here, command, here.now)
                if after is not None:
                    deed = Deed(
                        kind="fire",
                        at=here.now,
                        by=person,
                        trigger=spec.trigger,
                        data=data,
                        comment=comment is not None,
                    )
                    yield deed, after
                    break

    def waited(self, here: Here, alike: Callable[[Here], object]) -> Iterator[tuple[Deed, Here]]:
        """Let time pass until something was due that makes a difference; all of it fires at once, late (E4)."""
        before, after = alike(here), here
        for _ in range(_MOST_DUE):
            wake = after.case.wake
            if wake is None:
                return
            now = (max(wake, after.now) // _MINUTE + 1) * _MINUTE
            found = self._decided(after, Elapse(), now)
            if found is None:
                return
            after = found
            if alike(after) != before:
                at_once = self._decided(here, Elapse(), now)
                if at_once is not None:
                    yield Deed(kind="sweep", at=now), at_once
                return

    def again(self, deeds: Iterable[Deed]) -> tuple[tuple[Deed, ...], Here] | None:
        """The same steps, and where they lead; None where one is not possible any more."""
        here: Here | None = None
        done: list[Deed] = []
        for deed in deeds:
            here = self._repeated(deed, here)
            if here is None:
                return None
            done.append(attrs.evolve(deed, at=here.now))
        return None if here is None else (tuple(done), here)

    def _repeated(self, deed: Deed, here: Here | None) -> Here | None:
        if deed.kind == "open" and here is None and deed.by is not None:
            return self._decided(None, Open(CASE, deed.by.actor, None, (), self._sealed(deed.data)), deed.at)
        if here is None:
            return None
        if deed.kind == "sweep":
            return self._decided(here, Elapse(), deed.at)
        if deed.by is None:
            return next((after for one, after in self.delivered(here) if one.answers == deed.answers), None)
        command = Fire(
            deed.trigger, deed.by.actor, self._sealed(deed.data), _SEALED if deed.comment else None
        )
        return self._decided(here, command, here.now)

    def delivered(self, here: Here) -> Iterator[tuple[Deed, Here]]:
        """Let connectors take what was sent, or fail to; not where more than that would be delivered."""
        if not here.sent or here.children or here.failed:
            return
        for ok in (True, False):
            after = attrs.evolve(here, failed=not ok)
            answers: list[tuple[str, Answer]] = []
            while after.sent and len(answers) < _MOST_SENT:
                push, after = after.sent[0], attrs.evolve(after, sent=after.sent[1:])
                trigger = push.on_ok if ok else push.on_fail
                answer = Answer(ok=ok, data=self._answered(after, trigger) if ok and trigger else {})
                answers.append((push.connector, answer))
                if trigger is not None:
                    command = Fire(trigger, _SYSTEM, self._sealed(answer.data))
                    after = self._decided(after, command, here.now) or after
            if not (after.children or after.sent):
                yield Deed(kind="deliver", at=here.now, answers=tuple(answers)), after

    def _answered(self, here: Here, trigger: str) -> dict[str, object]:
        """What a connector must send back, so that a row of the trigger can be taken."""
        if trigger not in self._program.triggers:
            return {}  # its only rows lead back from a state that nothing leads to
        track, event = self._program.triggers[trigger]
        for row in event.rows(here.case.states[track]):
            spec = rule_of(row).spec
            must = (*spec.asks, *(name for name in spec.needs if here.case.fields.get(name) is None))
            return self._cast.data(must, ())[0]
        return {}

    def _sealed(self, data: Mapping[str, object]) -> dict[str, object]:
        fields = self._program.fields
        return {name: _SEALED if fields[name].sensitive else value for name, value in data.items()}

    def _decided(self, here: Here | None, command: Command, now: int) -> Here | None:
        """The case after a command; None where it is refused, or cannot be worked out."""
        self.tried += 1
        case = None if here is None else here.case
        try:
            result = decide(self._program, case, command, now)
        except CasewfError:
            return None
        if isinstance(result, Refusal):
            return None
        return self._folded(here, case, result, now)

    def _folded(
        self, here: Here | None, case: Case | None, events: tuple[Event, ...], now: int
    ) -> Here | None:
        sent = [] if here is None else list(here.sent)
        children = False if here is None else here.children
        for event in events:
            case = evolve(case, event)
            for effect in getattr(event, "effects", ()):
                if isinstance(effect, Push):
                    sent.append(effect)
                children = children or isinstance(effect, OpenCase)
        if case is None:
            return None
        return Here(
            case=case,
            now=now,
            sent=tuple(sent),
            failed=here is not None and here.failed,
            children=children,
        )
