"""One move, worked out: its event, what the clocks make of it, and what follows by itself.

Values and guards see the draft with the command's data applied (M2); the clocks look after every row (M5).
"""

from __future__ import annotations

from collections.abc import Mapping

from casewf.core import clock_moves
from casewf.core.automatic import is_planned
from casewf.core.evolve import Draft
from casewf.core.fields import FieldProblem, check_value
from casewf.core.limit_plan import RungPlan
from casewf.core.select import state_reasons
from casewf.core.work import Work
from casewf.errors import CasewfError, InternalError
from casewf.machine.guard_view import GuardError, View
from casewf.machine.rules import EffectPlan, Evaluate, Rule, is_met, value_or_none
from casewf.model.amount import Amount
from casewf.model.case import Actor, Holder, Sealed, Stamp
from casewf.model.effect_specs import HookSpec, MergeSpec, NotifySpec, OpenSpec, PushSpec
from casewf.model.effects import CallHook, Effect, MergeInto, Notify, OpenCase, Push, TellParent
from casewf.model.events import Moved
from casewf.model.quick import copier, maker
from casewf.model.reasons import Reason, reason
from casewf.model.roles import SYSTEM

_moved = copier(
    Moved, Rule, "at", "by", "role", "occurred_at", "fields", "holders", "comment", "closed", "effects"
)
_notify = maker(Notify)
_NOTHING: Mapping[str, object] = {}
_NOBODY: Mapping[str, Holder] = {}

MAX_ROUNDS = 32
"""How many rounds of automatic transitions may follow a move (M5)."""

SYSTEM_ACTOR = Actor(SYSTEM, frozenset((SYSTEM,)))


class StepRefused(CasewfError):  # noqa: N818  # a refusal under way, never seen by hosts
    """A move that began cannot be finished; nothing of it counts (M3, M6)."""

    def __init__(self, why: Reason) -> None:
        self.reason = why
        super().__init__(why.text())


class Step(Work):
    """A unit of work that takes rows and lets follow what follows by itself."""

    __slots__ = ()

    def move(
        self,
        rule: Rule,
        by: Stamp,
        *,
        role: str | None = None,
        data: Mapping[str, object] | None = None,
        comment: Sealed | None = None,
        occurred_at: int | None = None,
    ) -> None:
        """Take a row: values, holders and effects, the move itself, then the clocks (K3)."""
        draft, program = self.draft, self.program
        was_closed = closed = draft.closed
        fields, holders = data or _NOTHING, _NOBODY
        if rule.sets or rule.assigns:
            fields, holders = self._results(rule, fields)
        if rule.target is not None:
            closed = program.closes(draft.states, rule)
        effects: tuple[Effect, ...] = ()
        if rule.effects:
            effects = self.effects(rule.effects, rule.trigger, fields, holders)
        if closed is not was_closed and draft.parent is not None:
            effects = (*effects, TellParent(draft.parent, closed, rule.trigger))
        self.emit(
            _moved(
                rule,
                at=self.at,
                by=by,
                role=role,
                occurred_at=occurred_at,
                fields=fields,
                holders=holders,
                comment=comment,
                closed=closed,
                effects=effects,
            )
        )
        if program.conditional_pauses or fields or closed is not was_closed or rule.watch:
            clock_moves.look(self, rule.watch, fields, was_closed, by, occurred_at)

    def automatic(self) -> None:
        """Run automatic transitions in rounds until none is enabled (M5).

        Raises:
            StepRefused: they do not end within ``MAX_ROUNDS`` rounds.
        """
        rounds = 0
        while chosen := self.enabled_rows():
            if rounds == MAX_ROUNDS:
                raise StepRefused(reason("auto_chain"))
            for rule in chosen:
                self.move(rule, Stamp(SYSTEM, None, rule.trigger))
            rounds += 1

    def effects(
        self,
        plans: tuple[EffectPlan, ...],
        about: str,
        fields: Mapping[str, object],
        holders: Mapping[str, Holder],
    ) -> tuple[Effect, ...]:
        """The effects of a row or rung that sets these values and holders, who are resolved here (D3).

        Raises:
            StepRefused: a row merges the case, and no field says into which one.
        """
        made: list[Effect] = []
        opened = 0
        for plan in plans:
            spec = plan.spec
            if isinstance(spec, NotifySpec):
                for role in spec.roles:
                    holder = holders.get(role) or self.draft.holders.get(role)
                    made.append(self._notify(role, holder, about, spec.quiet_hours))
            elif isinstance(spec, HookSpec):
                made.append(CallHook(spec.name, about))
            elif isinstance(spec, PushSpec):
                send = spec.send
                if spec.send_if is not None and self._met_after(plan.condition, fields):
                    send = (*send, *spec.send_if.fields)
                made.append(Push(spec.connector, send, spec.on_ok, spec.on_fail, _retry_waits(spec), about))
            elif isinstance(spec, OpenSpec):
                opened += 1
                case = f"{self.draft.id}.{self.draft.children.total + opened}"
                made.append(self._child(plan, spec, case, about, fields))
            else:
                made.append(self._merge(spec, about, fields))
        return tuple(made)

    def _notify(self, role: str, holder: Holder | None, about: str, quiet_hours: str) -> Notify:
        if holder is not None and holder.kind == "person":
            return _notify(role, (), about, quiet_hours, persons=holder.ids)
        own = () if self.draft.org is None else (self.draft.org,)
        return _notify(role, own if holder is None else holder.ids, about, quiet_hours)

    def _child(
        self, plan: EffectPlan, spec: OpenSpec, case: str, about: str, fields: Mapping[str, object]
    ) -> OpenCase:
        """What opens a child; a value that is missing, or cannot be worked out, is left out.

        If the child cannot do without, its opening is refused, and that is an incident of this case (D2).
        """
        draft = self.draft
        before = draft.fields
        draft.fields = {**before, **fields}
        try:
            found = {name: value_or_none(evaluate, draft) for name, evaluate in plan.values}
            org = draft.org if plan.org is None else value_or_none(plan.org, draft)
            carry = tuple(name for name in spec.carry if draft.fields.get(name) is not None)
        finally:
            draft.fields = before
        return OpenCase(
            workflow=spec.workflow,
            case=case,
            org=draft.org if org is None else str(org),
            values={name: value for name, value in found.items() if value is not None},
            carry=carry,
            about=about,
        )

    def _merge(self, spec: MergeSpec, about: str, fields: Mapping[str, object]) -> MergeInto:
        into = {**self.draft.fields, **fields}.get(spec.into)
        if into is None:
            raise StepRefused(reason("field_missing", field=spec.into))
        return MergeInto(str(into), tuple(sorted(self.draft.parties)), caller=True, about=about)

    def _met_after(self, condition: Evaluate | None, fields: Mapping[str, object]) -> bool:
        """Whether there is a condition, and it is met with these values set."""
        draft = self.draft
        before = draft.fields
        draft.fields = {**before, **fields}
        try:
            return condition is not None and is_met(condition, draft)
        finally:
            draft.fields = before

    def rung_results(self, rung: RungPlan) -> tuple[Mapping[str, object], Mapping[str, Holder]]:
        """The values and holders that a rung sets."""
        if not rung.sets and not rung.assigns:
            return _NOTHING, _NOBODY
        values = {name: self._field_value(name, evaluate, self.draft) for name, evaluate in rung.sets}
        return values, {role: self._holder(role, one, kind, self.draft) for role, one, kind in rung.assigns}

    def _results(
        self, rule: Rule, data: Mapping[str, object]
    ) -> tuple[Mapping[str, object], Mapping[str, Holder]]:
        """The values and holders of a row, worked out with the command's data applied."""
        draft = self.draft
        before = draft.fields
        draft.fields = {**before, **data} if data else before
        values: Mapping[str, object] = _NOTHING
        holders: Mapping[str, Holder] = _NOBODY
        try:
            if rule.sets:
                values = {name: self._field_value(name, evaluate, draft) for name, evaluate in rule.sets}
            if rule.assigns:
                draft.fields = {**draft.fields, **values}
                holders = {role: self._holder(role, one, kind, draft) for role, one, kind in rule.assigns}
        finally:
            draft.fields = before
        return {**data, **values}, holders

    def _value(self, name: str, evaluate: Evaluate, view: View) -> object:
        try:
            return evaluate(view)
        except GuardError as error:
            raise StepRefused(reason("value_failed", field=name, detail=str(error))) from error

    def _field_value(self, name: str, evaluate: Evaluate, view: View) -> object:
        try:
            return check_value(name, self.program.fields[name], self._value(name, evaluate, view))
        except FieldProblem as problem:
            raise StepRefused(problem.reason) from problem

    def _holder(self, role: str, evaluate: Evaluate, kind: str, view: View) -> Holder:
        found = self._value(role, evaluate, view)
        ids = tuple(str(one) for one in found) if isinstance(found, tuple) else (str(found),)
        if kind == "person":
            return Holder(ids, kind)
        above = dict.fromkeys(org for one in ids for org in self.lineages.get(one, ()) if org not in ids)
        return Holder(ids, kind, tuple(above))

    def enabled_rows(self) -> list[Rule]:
        """At most one automatic row per track, all chosen on one snapshot."""
        draft = self.draft
        chosen: list[Rule] = []
        for rows in self.program.possible_autos.of(draft.states):
            for row, wanted in rows:
                if wanted is not None and draft.fields.get(wanted) is None:
                    continue  # what most wait for; their guards need not be asked
                if enabled(row[1], draft) and is_planned(row):
                    chosen.append(row[1])
                    break
        return chosen


def enabled(rule: Rule, draft: Draft) -> bool:
    """Whether the row is open to the case as it stands, what it needs has values, and its guard is met."""
    for name in rule.spec.needs:
        if draft.fields.get(name) is None:
            return False
    try:
        if rule.guard is not None and not rule.guard(draft):
            return False
    except GuardError:
        return False
    return not ((draft.closed or rule.back_to is not None) and state_reasons(rule, draft))


def _retry_waits(push: PushSpec) -> tuple[int, ...]:
    """The waits between attempts in microseconds; only plain time makes sense for machines."""
    return tuple(_plain(amount) for amount in push.retry)


def _plain(amount: Amount) -> int:
    us = getattr(amount, "us", None)
    if not isinstance(us, int):
        raise InternalError(f"a retry wait must be plain time, got {amount}")
    return us
