"""What people can try where a case stands. The core says what of it is allowed; here it is only made up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import attrs

from casewf.analysis.product.cast import TEXT, Cast
from casewf.core.acts import needs_comment
from casewf.model.case import Case, Clock
from casewf.model.commands import ACTS
from casewf.model.effect_specs import MergeSpec, PushSpec
from casewf.model.roles import SYSTEM
from casewf.model.workflow import Track, Transition, Workflow
from casewf.testing.coverage_points import guards_of
from casewf.testing.explore.commands import Command
from casewf.testing.explore.setting import CASE, OTHER
from casewf.testing.story_model import ActOnClock, FireTrigger, OpenCase, Story

__all__ = ["Choice", "Moves"]

_MOST_WAYS = 48
"""How many ways to fill in one command are tried."""


@attrs.frozen(slots=True, kw_only=True)
class Choice:
    """Something that several people could do, in several ways.

    Attributes:
        people: by role, who might, in the order in which they are asked; it is enough that one of them may.
        each: whether it makes a difference which role it is, so that one person of each is asked.
        ways: the commands of somebody, by how they are filled in.
        optional: the fields that need not be given again.
    """

    people: tuple[tuple[str, ...], ...]
    each: bool
    ways: tuple[Command, ...]
    optional: frozenset[str] = frozenset()

    def by(self, person: str) -> tuple[Command, ...]:
        """The commands, given by this person."""
        return tuple(_given_by(person, one) for one in self.ways)


class Moves:
    """What can be tried.

    Args:
        setting: the story without steps.
        casts: by the id of each workflow of it, what is written into its fields.
    """

    def __init__(self, setting: Story, casts: Mapping[str, Cast]) -> None:
        self._setting = setting
        self._casts = casts
        self._workflows = {one.id: one for one in setting.workflows}
        self._acts = {
            one.id: [sla.id for sla in one.slas if _is_read(one, sla.id)] for one in setting.workflows
        }
        self._known: dict[tuple[object, ...], tuple[Choice, ...]] = {}
        self._follows_children = any(
            name.startswith("children.") for _, guard in guards_of(setting.workflow) for name in guard.names
        )

    def follows(self, case: str) -> bool:
        """Whether it makes a difference what is done on a case."""
        return case == CASE or (self._follows_children and case != OTHER)

    def opening(self, case: str = CASE) -> Choice:
        """To open the case."""
        workflow = self._setting.workflow
        roles = [one.role for one in workflow.opening.by if one.role != SYSTEM]
        people = [self._having(role) for role in roles] or [tuple(self._setting.people)]
        ways = self._casts[workflow.id].opening_data()
        actions = [OpenCase(by="", data=data) for data in ways[:_MOST_WAYS]]
        return Choice(
            people=tuple(people), each=False, ways=tuple(Command(case=case, action=one) for one in actions)
        )

    def choices(self, name: str, case: Case) -> Iterator[Choice]:
        """Every trigger of the present states, in file order, then every act on a clock that conditions read."""
        workflow = self._workflows[case.workflow[0]]
        for track in workflow.tracks:
            state = case.states[track.id]
            there = frozenset(field for field, value in case.fields.items() if value is not None)
            key = (name, track.id, state, there)
            if key not in self._known:
                self._known[key] = tuple(self._triggers(name, workflow, track, state, there))
            yield from (_changing(choice, case.fields) for choice in self._known[key])
        for sla in self._acts[workflow.id]:
            clock = case.clocks.get(sla)
            if clock is not None and clock.phase != "stopped":
                yield from self._on_clock(name, workflow, sla, clock)

    # Triggers

    def _triggers(
        self, name: str, workflow: Workflow, track: Track, state: str, there: frozenset[str]
    ) -> Iterator[Choice]:
        if track.state(state).final:
            return
        rows = [row for row in track.transitions if state in row.sources and not row.auto]
        for trigger in dict.fromkeys(row.trigger for row in rows):
            of_it = [row for row in rows if row.trigger == trigger]
            roles = dict.fromkeys(by.role for row in of_it for by in row.by if by.role != SYSTEM)
            if roles:
                alike = len({row.by for row in of_it}) == 1 and not any(map(_looks_at_actor, of_it))
                yield Choice(
                    people=tuple(map(self._having, roles)),
                    each=not alike,
                    ways=tuple(self._ways(name, workflow, of_it, there)),
                    optional=there.difference(field for row in of_it for field in row.asks),
                )

    def _ways(
        self, name: str, workflow: Workflow, rows: Sequence[Transition], there: frozenset[str]
    ) -> Iterator[Command]:
        cast = self._casts[workflow.id]
        own = frozenset(
            field.removeprefix("field.")
            for row in rows
            for guard in _guards(row)
            for field in guard
            if field.startswith("field.")
        )
        found: dict[str, tuple[dict[str, object], str | None]] = {}
        for row in rows:
            must = (*row.asks, *(field for field in row.needs if field not in there))
            comment = TEXT if row.comment == "required" else None
            into = [effect.into for effect in row.effects if isinstance(effect, MergeSpec)]
            for data in cast.data(must, (*row.needs, *row.accepts), own):
                given = {**data, **{field: OTHER for field in into if field in data}}
                found.setdefault(repr((given, comment)), (given, comment))
        first = None
        if any(isinstance(effect, MergeSpec) for row in rows for effect in row.effects):
            opening = self.opening(OTHER)
            first = opening.by(opening.people[0][0])[0]
        for data, comment in [*found.values()][:_MOST_WAYS]:
            action = FireTrigger(trigger=rows[0].trigger, by="", data=data, comment=comment)
            yield Command(case=name, action=action, first=first)

    def _having(self, role: str) -> tuple[str, ...]:
        return tuple(name for name, one in self._setting.people.items() if role in one.roles)

    # Acts

    def _on_clock(self, name: str, workflow: Workflow, sla: str, clock: Clock) -> Iterator[Choice]:
        spec = workflow.sla(sla)
        for act in ACTS:
            extends = "extension" in act or act == "extend"
            rule = spec.extension if extends else spec.suspension
            kind = "extension" if extends else "suspension"
            asks = act.startswith("request")
            if rule is None or asks is not (clock.request(kind) is None):
                continue
            roles = (rule.asked_by or tuple(workflow.roles)) if asks else (rule.by,)
            amount = rule.up_to or spec.target[clock.target].within if asks and extends else None
            action = ActOnClock(
                act=act, sla=sla, by="", amount=amount, comment=TEXT if needs_comment(act) else None
            )
            yield Choice(
                people=tuple(map(self._having, roles)), each=False, ways=(Command(case=name, action=action),)
            )


def _given_by(person: str, command: Command) -> Command:
    action = command.action
    if not isinstance(action, OpenCase | FireTrigger | ActOnClock):
        return command
    return attrs.evolve(command, action=attrs.evolve(action, by=person))


def _changing(choice: Choice, fields: Mapping[str, object]) -> Choice:
    """The choice without what gives a field the value that it has."""
    if not choice.optional:
        return choice
    ways: dict[str, Command] = {}
    for way in choice.ways:
        action = way.action
        if isinstance(action, FireTrigger):
            data = {
                name: value
                for name, value in action.data.items()
                if name not in choice.optional or fields.get(name) != value
            }
            way = attrs.evolve(way, action=attrs.evolve(action, data=data))
            ways.setdefault(repr((data, action.comment)), way)
    return attrs.evolve(choice, ways=tuple(ways.values()))


def _guards(row: Transition) -> Iterator[frozenset[str]]:
    if row.when is not None:
        yield row.when.names
    for effect in row.effects:
        if isinstance(effect, PushSpec) and effect.send_if is not None:
            yield effect.send_if.when.names


def _looks_at_actor(row: Transition) -> bool:
    return row.when is not None and any(name.startswith("actor.") for name in row.when.names)


def _is_read(workflow: Workflow, sla: str) -> bool:
    """Whether a condition reads a limit with whose clock people can intervene."""
    spec = workflow.sla(sla)
    if spec.extension is None and spec.suspension is None:
        return False
    return any(name.startswith(f"sla.{sla}.") for _, guard in guards_of(workflow) for name in guard.names)
