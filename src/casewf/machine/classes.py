"""The state, event, transition and machine classes that casewf plugs into ``transitions``.

They add two things to the stock classes and leave their behaviour alone:

* a **plan**: for each source state the tuple of its transitions, in the order in which they are tried. The
  core selects its row from ``CaseEvent.rows``, and ``CaseEvent.trigger`` moves a model along the same rows
  (see architecture, M1);
* **speed**: a fire that only checks conditions and moves the model is a *light* one and done in one frame.
  Every other (callbacks of any kind, a queue, enum states, an unknown state, logging switched on ...) is left
  to stock code.

How a light fire runs is settled when it starts: a row or callback that one of its *conditions* adds to the
machine takes part from the next fire on, where stock would use some of it at once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, cast

from transitions import Event, Machine, State, Transition
from transitions.core import _LOGGER as STOCK_LOG
from transitions.core import Condition

__all__ = ["CaseEvent", "CaseMachine", "CaseState", "CaseTransition"]

_INFO = 20
"""``logging.INFO``, at which stock records the steps of a move; who listens there gets the stock path."""


class CaseState(State):
    """A stock state that also carries what the definition says about it.

    Attributes:
        title: The label, opaque here.
        category: The category, such as ``closed``; ``None`` when the definition names none.
    """

    # Any: the other parameters are those of transitions.State, handed on untouched.
    def __init__(self, *args: Any, title: object = None, category: str | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = title
        self.category = category


class CaseTransition(Transition):
    """A stock transition that also carries the row of the definition it was made from.

    Attributes:
        rule: The compiled row, opaque here; ``None`` for a transition added by hand.
    """

    # Any: the other parameters are those of transitions.Transition, handed on untouched.
    def __init__(self, *args: Any, rule: object = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rule = rule


class CaseEvent(Event):
    """A stock event whose transitions are read through a plan, by the core and by ``trigger`` alike."""

    def __init__(self, name: str, machine: Machine) -> None:
        super().__init__(name, machine)
        # source -> (a copy of the list it was compiled from, its rows)
        self._compiled: dict[str, tuple[list[Transition], tuple[CaseTransition, ...]]] = {}

    def rows(self, source: str) -> tuple[CaseTransition, ...]:
        """Return the transitions that leave a state, in the order in which they are tried (M1).

        They are compiled at first use and stay the same tuple until the source's transitions change, in any
        way: ``Machine.add_transition``, ``Machine.remove_transition``, or a hand in ``transitions`` itself.

        Args:
            source: The name of a state, known or not.

        Returns:
            The rows; empty when none leaves the state.
        """
        live = self.transitions.get(source)
        compiled = self._compiled.get(source)
        if compiled is not None and compiled[0] == live:
            return compiled[1]
        if live is None:
            return ()
        rows = tuple(cast("list[CaseTransition]", live))  # a CaseMachine makes no others
        self._compiled[source] = (live.copy(), rows)
        return rows

    @property
    def plan(self) -> Mapping[str, tuple[CaseTransition, ...]]:
        """The rows of every source state, read-only.

        Assigning a mapping replaces the event's transitions by its rows, for the core and for ``trigger``.
        """
        return MappingProxyType({source: self.rows(source) for source in self.transitions})

    @plan.setter
    def plan(self, plan: Mapping[str, tuple[CaseTransition, ...]]) -> None:
        self.transitions = defaultdict(list, {source: list(rows) for source, rows in plan.items() if rows})

    # Any: a model is any object with a state attribute; the arguments are for the host's own callables.
    def trigger(self, model: Any, *args: Any, **kwargs: Any) -> bool:
        """Try the rows of the model's state in order; move the model along the first whose conditions hold.

        Args:
            model: Any object with the machine's state attribute; it need not be added to the machine.
            *args: Handed on to conditions and callbacks.
            **kwargs: Handed on to conditions and callbacks.

        Returns:
            Whether a row was taken; on a queued machine, always true.

        Raises:
            MachineError: No row leaves the model's state, and neither state nor machine ignores that.
        """
        config = self.machine.__dict__  # past Machine.__getattr__, which makes attributes slow
        if not _is_plain(self.machine, config):
            return super().trigger(model, *args, **kwargs)
        source = model.state
        states: dict[object, State] = config["states"]
        rows = self.rows(source) if source.__class__ is str and source in states else ()
        if not rows or not _are_light(rows, states):
            return super().trigger(model, *args, **kwargs)
        for row in rows:
            for condition in row.conditions:
                # a light condition is no name; stock's `==` is kept, `!=` can be another operator
                met = condition.func(*args, **kwargs) == condition.target  # type: ignore[operator]
                if not met:
                    break
            else:
                if row.dest:
                    model.state = states[row.dest].value
                return True
        return False


class CaseMachine(Machine):
    """A ``transitions.Machine`` made of casewf's classes.

    casewf gives it ``model=None`` and ``auto_transitions=False`` and adds no model: models are cells with a
    ``state``, moved by ``machine.events[trigger].trigger(cell)``.
    """

    state_cls = CaseState
    event_cls = CaseEvent
    transition_cls = CaseTransition
    events: dict[str, CaseEvent]  # type: ignore[assignment]  # what event_cls makes


# Any: the values of an instance dictionary.
def _is_plain(machine: Machine, config: dict[str, Any]) -> bool:
    """Tell whether a machine adds nothing of its own to a fire: no callbacks, queue, subclass or log."""
    kind = type(machine)
    return (kind is CaseMachine or kind is Machine) and not (
        config["_queued"]
        or config["_transition_queue"]
        or config["send_event"]
        or config["_prepare_event"]
        or config["_before_state_change"]
        or config["_after_state_change"]
        or config["_finalize_event"]
        or config["_on_exception"]
        or config["_on_final"]
        or config["model_attribute"] != "state"
        or STOCK_LOG.isEnabledFor(_INFO)
    )


def _are_light(rows: tuple[CaseTransition, ...], states: Mapping[object, State]) -> bool:
    """Tell whether trying these rows means only calling conditions and setting the state.

    The lists are read at every fire, not compiled: callbacks are appended to them behind any plan's back.
    """
    for row in rows:
        if row.__class__ is not CaseTransition or row.prepare or row.before or row.after:
            return False
        for condition in row.conditions:
            if condition.__class__ is not Condition or isinstance(condition.func, str):
                return False
        if row.dest:
            try:
                left, entered = states[row.source], states[row.dest]
            except KeyError:
                return False
            if left.__class__ is not CaseState or entered.__class__ is not CaseState:
                return False
            if left.on_exit or entered.on_enter:
                return False
    return True
