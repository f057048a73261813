"""The picture of a workflow, read from the program that decides: its machines' plans and its compiled limits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import attrs

from casewf.core.known import decide
from casewf.core.program import Program, rule_of
from casewf.core.running import Places, own_tracks
from casewf.machine.rules import PREVIOUS, Rule, Watch
from casewf.model.expression import And, Compare, Constant, Expression, In, Literals, Name, Node, walk
from casewf.model.roles import SYSTEM
from casewf.model.workflow import Moment, Sla, State, Transition, Workflow
from casewf.views.conditions import condition_words
from casewf.views.diagram_model import (
    Across,
    Guard,
    Limit,
    Mark,
    Move,
    Picture,
    Span,
    StateBox,
    TrackPicture,
)
from casewf.views.limit_words import KINDS, target_lines
from casewf.views.words import Speaker

__all__ = ["picture_of", "track_title"]


def picture_of(program: Program, *, lang: str = "en", tracks: Iterable[str] | None = None) -> Picture:
    """What a picture of a workflow shows.

    Args:
        program: the compiled workflow; a change of its machines' plans is a change of the picture.
        lang: ``zh`` or ``en``.
        tracks: the ids of the tracks to show; all by default.

    Raises:
        KeyError: there is no such track.
    """
    speaker = Speaker(workflow=program.workflow, zone="UTC", lang=lang)
    shown = tuple(program.machines) if tracks is None else tuple(tracks)
    for name in shown:
        program.machines[name]
    limits = tuple(_limits(program, speaker, shown))
    return Picture(
        lang=lang,
        title=program.workflow.title.text(lang) or program.workflow.id,
        source=speaker.say(
            f"{program.workflow.id} 第{program.workflow.version}版",
            f"{program.workflow.id}, version {program.workflow.version}",
        ),
        tracks=tuple(_Track(program, speaker, name, limits).picture() for name in shown),
        limits=limits,
    )


def _limits(program: Program, speaker: Speaker, shown: tuple[str, ...]) -> Iterator[Limit]:
    """The limits of the tracks that are shown, numbered through the whole workflow."""
    places = Places(program)
    for plan in program.slas:
        if not set(shown).intersection(own_tracks(program, plan.spec)):
            continue
        spans = {
            (track, state): Span(runs=one.runs, pauses=one.pauses, always=one.always)
            for (track, state), one in places.of(plan.spec.id).items()
            if track in shown
        }
        yield Limit(
            number=plan.number + 1,
            id=plan.spec.id,
            title=speaker.sla(plan.spec.id),
            level=plan.spec.kind,
            kind=KINDS[plan.spec.kind].text(speaker.lang),
            spans=spans,
            targets=target_lines(plan, speaker),
        )


def track_title(workflow: Workflow, track: str, lang: str) -> str:
    """What a track is called; the only one, if it has no name of its own, is called as the workflow is."""
    title = workflow.track(track).title.text(lang)
    alone = workflow.title.text(lang) if len(workflow.tracks) == 1 else ""
    return title or alone or track


class _Track:
    """One track on its way into the picture."""

    def __init__(self, program: Program, speaker: Speaker, name: str, limits: tuple[Limit, ...]) -> None:
        self._program = program
        self._speaker = speaker
        self._name = name
        self._limits = limits
        self._track = program.workflow.track(name)
        self._states = sorted(self._track.states, key=lambda state: state.final)
        self._going = {
            (limit.number, state) for limit in limits for track, state in limit.spans if track == name
        }
        self._awaiting = self._needs()
        self._ways_in: dict[str, set[str]] = {state.id: set() for state in self._states}
        for rule in self._rules():
            if rule.target is not None:
                self._ways_in[rule.target].add(rule.source)

    def picture(self) -> TrackPicture:
        """The track with its moves."""
        own = tuple(
            limit.number
            for limit in self._limits
            if self._name in own_tracks(self._program, self._program.by_name[limit.id].spec)
        )
        return TrackPicture(
            id=self._name,
            place=list(self._program.machines).index(self._name),
            title=track_title(self._program.workflow, self._name, self._speaker.lang),
            states=tuple(self._state(state) for state in self._states),
            moves=tuple(_merged(self._moves())),
            limits=own,
        )

    def _rules(self) -> Iterator[Rule]:
        """Every row of the machine."""
        for event in self._program.machines[self._name].events.values():
            for rows in event.plan.values():
                yield from map(rule_of, rows)

    def _moves(self) -> Iterator[Move]:
        """One for each row of the definition that the machine still has, its sources in the order of the states."""
        places = {state.id: number for number, state in enumerate(self._states)}
        rows: dict[tuple[int, str], list[Rule]] = {}
        for rule in self._rules():
            rows.setdefault((rule.row, rule.spec.trigger), []).append(rule)
        for _, rules in sorted(rows.items()):
            spec = rules[0].spec
            targets = dict.fromkeys(rule.target for rule in rules if rule.target is not None)
            sources = sorted(dict.fromkeys(rule.source for rule in rules), key=lambda name: places[name])
            if spec.target == PREVIOUS and len(sources) > 1:
                for source in sources:
                    yield self._move(spec, [rule for rule in rules if rule.source == source])
                continue
            yield attrs.evolve(
                self._move(spec, rules),
                sources=tuple(sources),
                targets=tuple(sorted(targets, key=lambda name: places[name])),
            )

    def _move(self, spec: Transition, rules: list[Rule]) -> Move:
        speaker = self._speaker
        marks = {(rule.source, mark) for rule in rules for mark in self._fired(rule)}
        return Move(
            trigger=spec.trigger,
            title=speaker.label("trigger", spec.trigger),
            sources=tuple(dict.fromkeys(rule.source for rule in rules)),
            targets=tuple(dict.fromkeys(rule.target for rule in rules if rule.target is not None)),
            who=tuple(dict.fromkeys(speaker.label("role", by.role) for by in spec.by if by.role != SYSTEM)),
            system=any(by.role == SYSTEM for by in spec.by),
            auto=spec.auto,
            guards=() if spec.when is None else (self._guard(spec.when),),
            marks=tuple(sorted(marks)),
        )

    def _fired(self, rule: Rule) -> Iterator[Mark]:
        """What a row itself does to clocks, beside what is told of the states that it leaves and enters."""
        told: set[Mark] = set()
        if rule.target is not None:
            told = {*self._at_state("leave", rule.source), *self._at_state("enter", rule.target)}
        state = frozenset({rule.target or rule.source})
        for mark, when in _marks(rule.watch):
            possible = decide(when, lambda name: state if name.dotted == f"state.{self._name}" else None)
            if mark not in told and possible is not False and self._matters(mark, {rule.source}):
                yield mark

    def _matters(self, mark: Mark, before: set[str]) -> bool:
        """Whether what ends a clock can find one that runs in one of the states before; a start needs none."""
        return mark.action in ("start", "reopen") or any(
            (mark.limit, state) in self._going for state in before
        )

    def _at_state(self, how: str, state: str) -> Iterator[Mark]:
        """What entering or leaving a state does to clocks."""
        name = f"{self._name}.{state}"
        for plan in self._program.slas:
            for action, moments in _actions(plan.spec):
                for moment in moments:
                    if name in (moment.enter if how == "enter" else moment.leave):
                        yield Mark(plan.number + 1, action)

    def _state(self, state: State) -> StateBox:
        return StateBox(
            id=state.id,
            title=state.title.text(self._speaker.lang) or state.id,
            initial=state.id == self._program.machines[self._name].initial,
            closed=state.closed or state.final,
            final=state.final,
            ends_case=state.ends_case,
            entered=tuple(sorted(self._marked("enter", state.id, self._ways_in[state.id]))),
            left=tuple(sorted(self._marked("leave", state.id, {state.id}))),
            awaited=tuple(title for title, states in self._awaiting.items() if state.id in states),
        )

    def _marked(self, how: str, state: str, before: set[str]) -> set[Mark]:
        """What entering or leaving a state does to clocks that can be running in the states before."""
        return {mark for mark in self._at_state(how, state) if self._matters(mark, before)}

    def _needs(self) -> dict[str, set[str]]:
        """The moves of other tracks that need this one to be in certain states, and in which."""
        found: dict[str, set[str]] = {}
        for track, machine in self._program.machines.items():
            for event in machine.events.values() if track != self._name else ():
                for rule in (rule_of(row) for rows in event.plan.values() for row in rows):
                    if rule.spec.when is not None:
                        title = self._speaker.label("trigger", rule.spec.trigger)
                        found.setdefault(title, set()).update(_needed(rule.spec.when.tree, self._name))
        every = {state.id for state in self._track.states}
        return {title: states for title, states in found.items() if states != every}

    def _guard(self, when: Expression) -> Guard:
        """A condition in two parts: what is asked of this track and the fields, and what of each other track."""
        here: list[Node] = []
        across: list[Across] = []
        order = list(self._program.machines)
        for part in when.tree.parts if isinstance(when.tree, And) else (when.tree,):
            others = [
                node.name
                for node in walk(part)
                if isinstance(node, Name) and node.kind == "state" and node.name != self._name
            ]
            if others:
                across.append(
                    Across(
                        track=others[0],
                        place=order.index(others[0]),
                        words=condition_words(self._speaker, part),
                    )
                )
            else:
                here.append(part)
        whole = here[0] if len(here) == 1 else And(tuple(here))
        return Guard(words=condition_words(self._speaker, whole), across=tuple(across))


def _merged(moves: Iterable[Move]) -> list[Move]:
    """Rows of one trigger between the same states by the same people as one move with several ways."""
    found: dict[object, Move] = {}
    for move in moves:
        key = move.trigger, move.sources, move.targets, move.who, move.system, move.auto
        known = found.get(key)
        if known is None:
            found[key] = move
            continue
        guards = (*known.guards, *move.guards) if known.guards and move.guards else ()
        found[key] = attrs.evolve(
            known,
            guards=tuple(dict.fromkeys(guards)),
            marks=tuple(sorted({*known.marks, *move.marks})),
        )
    return list(found.values())


def _marks(watch: Watch) -> Iterator[tuple[Mark, Expression | None]]:
    heard = (("start", watch.start), ("stop", watch.stop), ("cancel", watch.cancel), ("reopen", watch.reopen))
    for action, watchers in heard:
        for number, when, _ in watchers:
            yield Mark(number + 1, action), when


def _actions(sla: Sla) -> tuple[tuple[str, tuple[Moment, ...]], ...]:
    return (
        ("start", sla.start),
        ("stop", sla.stop),
        ("cancel", sla.cancel),
        ("reopen", sla.reopen),
    )


def _needed(node: Node, track: str) -> set[str]:
    """The states of a track that a condition names as good ones."""
    found: set[str] = set()
    for one in walk(node):
        match one:
            case Compare(("==",), (Name("state", name), Constant(value=str(state)))) if name == track:
                found.add(state)
            case In(Name("state", name), Literals(items), False) if name == track:
                found |= {str(item.value) for item in items}
    return found
