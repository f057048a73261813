"""What single things cost from one position, as far as that was worked out: states, values, clocks, cards."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from casewf.core.evolve import Draft
from casewf.model.amount import US_PER_DAY
from casewf.model.case import Case, Clock
from casewf.model.workflow import Workflow

__all__ = ["FAR", "Costs", "together"]

FAR = 1_000.0
"""Nothing seems to lead there."""

_AGAIN = 8
"""What one more round counts for where something has to be counted up."""

_SHARE = 0.3
"""How much of the cost of a thing is added to that of a dearer one."""

_LONG = 10
"""So many days of waiting count for half a command."""


def together(*costs: float) -> float:
    """What several things cost together: ways to them mostly have much in common, so the dearest counts most."""
    dearest = max(costs, default=0)
    return min(dearest + _SHARE * (sum(costs) - dearest), FAR)


class Costs:
    """What single things cost from one position; 0 is what holds there."""

    def __init__(self, workflow: Workflow, case: Case, view: Draft, now: int) -> None:
        self.case = case
        self.view = view
        self._now = now
        self.changed: set[tuple[str, ...]] = set()
        self.truths: dict[str, bool] = {}
        self._guessed: dict[Callable[[Costs], float], float] = {}
        self._workflow = workflow
        self._costs: dict[tuple[str, ...], float] = {}
        self._set: dict[str, dict[object, float]] = {}
        self._states = {track: {state: 0.0} for track, state in case.states.items()}
        if case.card != "none":
            self._costs["card",] = 0

    def once(self, guess: Callable[[Costs], float]) -> float:
        """A guess that many points share; to be asked for when everything that is known has its cost."""
        found = self._guessed.get(guess)
        if found is None:
            found = self._guessed[guess] = guess(self)
        return found

    def _lower(self, key: tuple[str, ...], cost: float) -> None:
        before = self._costs.get(key, FAR)
        if cost < before:
            self._costs[key] = cost
            self.changed.add(key)

    def enters(self, track: str, state: str, cost: float) -> None:
        """A row leads to a state for so much."""
        found = self._states[track]
        before = found.get(state, FAR)
        if cost < before:
            found[state] = cost
            self.changed.add(("state", track))

    def fires(self, trigger: str, cost: float) -> None:
        """A trigger can be fired for so much."""
        self._lower(("trigger", trigger), cost)

    def gives(self, field: str, cost: float) -> None:
        """Somebody can give a field any value for so much."""
        self._lower(("field", field), cost)

    def sets(self, field: str, value: object, cost: float) -> None:
        """A field is set to a value for so much."""
        found = self._set.setdefault(field, {})
        if cost < found.get(value, FAR):
            found[value] = cost
            self.changed.add(("field", field))

    def counts(self, field: str, cost: float) -> None:
        """A field is worked out anew, such as counted up, for so much."""
        if cost < self._costs.get(("count", field), FAR):
            self._costs["count", field] = cost
            self.changed.add(("field", field))

    def starts(self, sla: str, cost: float) -> None:
        """A clock starts for so much."""
        self._lower(("start", sla), cost)

    def stops(self, sla: str, cost: float) -> None:
        """What stops a clock happens for so much."""
        self._lower(("stop", sla), cost)

    def raises(self, cost: float) -> None:
        """A card is raised for so much."""
        self._lower(("card",), cost)

    def state(self, track: str, state: str) -> float:
        """To have a track in a state."""
        return self._states[track].get(state, FAR)

    def states(self, track: str) -> Iterable[tuple[str, float]]:
        """What each state of a track costs that can be had."""
        return self._states[track].items()

    def trigger(self, name: str) -> float:
        """To have a trigger fired."""
        return self._costs.get(("trigger", name), FAR)

    def field(self, name: str) -> float:
        """To have another value, or one at all, in a field."""
        found = self._costs.get(("field", name), FAR)
        return min([found, self._costs.get(("count", name), FAR), *self._set.get(name, {}).values()])

    def value(self, name: str, fits: Callable[[object], bool], given: Iterable[object], rounds: int) -> float:
        """To have a value in a field that fits; ``rounds`` is how often it would have to be counted up."""
        found = [cost for value, cost in self._set.get(name, {}).items() if fits(value)]
        if any(map(fits, given)):
            found.append(self._costs.get(("field", name), FAR))
        counted = self._costs.get(("count", name), FAR)
        return min([FAR, *found, counted + _AGAIN * rounds])

    def card(self) -> float:
        """To have a card raised."""
        return self._costs.get(("card",), FAR)

    def closed(self) -> float:
        """To have the case closed."""
        if self.case.closed:
            return 0
        tracks = (
            min(
                (self.state(track.id, one.id) for one in track.states if one.closed or one.final), default=FAR
            )
            for track in self._workflow.tracks
        )
        return together(*tracks)

    def runs(self, sla: str) -> bool:
        """Whether a clock runs now."""
        clock = self.case.clocks.get(sla)
        return clock is not None and clock.phase == "running"

    def running(self, sla: str) -> float:
        """To have a clock run."""
        clock = self.case.clocks.get(sla)
        if clock is None or clock.phase == "stopped":
            return self._costs.get(("start", sla), FAR)
        return 0 if clock.phase == "running" else 1

    def stopped(self, sla: str) -> float:
        """To have a clock stopped that ran."""
        clock = self.case.clocks.get(sla)
        if clock is not None and clock.phase == "stopped":
            return 0
        return together(self.running(sla), self._costs.get(("stop", sla), FAR))

    def until(self, clock: Clock) -> float:
        """What the time until a clock does something next counts for: less than a command, the shorter the less."""
        if clock.phase != "running" or clock.wake is None:
            return 1
        ahead = max(clock.wake - self._now, 0)
        return ahead / (ahead + US_PER_DAY * _LONG)

    def clock(self, sla: str, part: str, value: object) -> float:
        """To have the phase, the verdict or the cycle of a clock read so."""
        start = self._costs.get(("start", sla), FAR)
        if part == "cycle":
            return start
        if value == "running":
            return self.running(sla)
        if value == "none" and part == "verdict":
            return start
        if value == "none":
            return FAR
        if (
            value == "breached"
            and (clock := self.case.clocks.get(sla)) is not None
            and clock.phase == "running"
        ):
            return 1 + self.until(clock)
        wait = {"breached": 2.0, "met": self._costs.get(("stop", sla), FAR)}.get(str(value), 2.0)
        return min(self.running(sla) + wait, FAR)
