"""Looks at a store after every step of a flow, and raises what is not as the rules say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from casewf.core.evolve import evolve
from casewf.errors import KeyReused, NotFound
from casewf.model.case import Actor, Case
from casewf.ports.stored import Head, OutboxRow, StoredEvent
from casewf.testing.flow import clocks, durability, ladder, moves
from casewf.testing.flow.moves import Attempt
from casewf.testing.flow.seen import Broken, Look, Seen, first_seen
from casewf.testing.flow.world import FlowWalk
from casewf.testing.story_model import Action, ActOnClock, OpenCase

__all__ = ["RuleBroken", "Watcher"]


class RuleBroken(AssertionError):  # noqa: N818  # a rule is
    """A rule of ``docs/reference/rules.md`` does not hold.

    Attributes:
        rule: its number, such as ``K2``.
        words: how that shows.
    """

    def __init__(self, rule: str, words: str) -> None:
        self.rule = rule
        self.words = words
        super().__init__(f"{rule}: {words}")


class Watcher:
    """What is known of every case of a flow, checked event by event.

    Args:
        walk: the flow; the store is read, and nothing of it is changed but by ``repeated``.
    """

    def __init__(self, walk: FlowWalk) -> None:
        self._walk = walk
        self._seen: dict[str, Seen] = {}
        self._calendar_of = clocks.calendars_of(walk.store)
        self._incidents = 0

    def before(self, action: Action, case: str, actor: Actor) -> Attempt:
        """What is so right before a command.

        Raises:
            RuleBroken: the actor sees a case that is none of his business, or not one that is (M2).
        """
        walk = self._walk
        stored = walk.store.load(case)
        wake = None if stored is None else stored.case.wake
        try:
            offered = walk.engine.options(case, actor=actor)
        except NotFound:
            offered = None
        if stored is not None and moves.sees(stored.case, actor) is (offered is None):
            raise RuleBroken("M2", f"{actor.id} {'does not see' if offered is None else 'sees'} case {case}")
        return Attempt(
            case=case,
            action=action,
            actor=actor,
            offered=offered,
            heads=self._heads(),
            outbox=self._outboxes(),
            was_due=wake is not None and wake < walk.now,
        )

    def refused(self, attempt: Attempt) -> None:
        """Look at the store after a command that was refused (M3).

        Raises:
            RuleBroken: something is other than before, or what fired before it is not in order.
        """
        _raise(
            Broken("M3", words) for words in moves.changes_nothing(attempt, self._heads(), self._outboxes())
        )
        found = self._seen.get(attempt.case)
        rows = self._walk.store.history(attempt.case, 0 if found is None else found.number)
        left = [row.number for row in rows if ladder.is_command(row.event)]
        _raise(Broken("M3", f"a refused command left event {number}") for number in left)

    def agrees(self, attempt: Attempt) -> None:
        """Hold what came of a command against what ``options`` said (M4).

        Raises:
            RuleBroken: it is something else.
        """
        _raise(moves.agrees(attempt))

    def repeated(self, attempt: Attempt, key: str) -> None:
        """Send an accepted command again under its key, and then another one under the same key (M7).

        Raises:
            RuleBroken: the first is not taken for the same, or the second is, or something changed.
        """
        before = (self._heads(), self._outboxes())
        try:
            self._walk.repeat(attempt.action, attempt.case, attempt.actor, key)
        except NotFound:
            pass  # it may be out of his sight meanwhile
        except Exception as failure:
            raise RuleBroken("M7", f"the same command under the same key: {failure!r}") from failure
        other, case = attempt.action, f"{attempt.case}-again"
        if not isinstance(attempt.action, OpenCase):
            other, case = ActOnClock(act="resume", sla="another", by=attempt.actor.id), attempt.case
        try:
            self._walk.repeat(other, case, attempt.actor, key)
        except (KeyReused, NotFound):
            pass
        except Exception as failure:
            raise RuleBroken("M7", f"another command under the same key: {failure!r}") from failure
        else:
            raise RuleBroken("M7", f"the key {key} of {attempt.action} was good for another command")
        if before != (self._heads(), self._outboxes()):
            raise RuleBroken("M7", f"{attempt.action} was done twice under the key {key}")

    def look(self, *, actor: Actor | None = None, on: str = "", caught_up: Iterable[str] = ()) -> None:
        """Look at everything that is new.

        Args:
            actor: whose command it is of, on the case ``on``.
            on: that case.
            caught_up: the cases on which nothing may be due any more, because of a command or a sweep.

        Raises:
            RuleBroken: what is not as the rules say.
        """
        walk = self._walk
        heads = self._heads()
        _raise(Broken("D3", f"case {name} is gone") for name in self._seen if name not in heads)
        for name in heads:
            self._look_at(name, actor if name == on else None)
        for name in caught_up:
            if name in self._seen:
                _raise(ladder.left_behind(self._seen[name], self._calendar_of, walk.now))
        incidents = walk.incidents()
        for one in incidents[self._incidents :]:
            if one.kind == "sweep_failed":
                raise RuleBroken("E7", f"the sweep failed on case {one.case}: {one.about}: {one.detail}")
        self._incidents = len(incidents)

    def delivered(self) -> None:
        """Look at the outbox right after a delivery.

        Raises:
            RuleBroken: something that could be delivered is not.
        """
        for outbox in self._outboxes().values():
            _raise(durability.undelivered(outbox, self._walk.now))

    def finish(self) -> None:
        """Read the whole store once more (D4).

        Raises:
            RuleBroken: it was changed.
        """
        _raise(durability.kept(self._walk.store))

    # Inside

    def _look_at(self, name: str, actor: Actor | None) -> None:
        walk = self._walk
        stored = walk.store.load(name)
        if stored is None:
            raise RuleBroken("D3", f"case {name} has a head, and is not there")
        known = self._seen.get(name)
        rows = tuple(walk.store.history(name, 0 if known is None else known.number))
        if known is None:
            _raise(Broken("D4", words) for words in durability.follows(name, 0, "0" * 64, rows[0]))
            known = self._seen[name] = first_seen(walk.workflow_of(name), rows)
            rows = rows[1:]
        for row in rows:
            self._event(known, row, actor)
        outbox = walk.store.outbox(name)
        _raise(durability.adds_up(known, stored))
        _raise(Broken("D2", words) for words in durability.lost_or_invented(name, known.effects, outbox))
        _raise(durability.lanes(outbox))
        _raise(durability.unfounded(outbox, walk.arrived, walk.cases))
        _raise(moves.at_rest(known))
        _raise(clocks.at_rest(known, self._calendar_of))

    def _event(self, seen: Seen, row: StoredEvent, actor: Actor | None) -> None:
        before: Case = seen.case
        _raise(Broken("D4", words) for words in durability.follows(before.id, seen.number, seen.head, row))
        after = evolve(before, row.event)
        look = Look(seen=seen, row=row, before=before, after=after, actor=actor)
        _raise(moves.at_event(look))
        _raise(moves.permitted(look))
        _raise(clocks.at_event(look, self._calendar_of))
        _raise(ladder.at_event(look, self._calendar_of))
        seen.take(row, after)

    def _heads(self) -> dict[str, Head]:
        return {head.case: head for head in self._walk.store.heads()}

    def _outboxes(self) -> dict[str, tuple[OutboxRow, ...]]:
        store = self._walk.store
        return {head.case: tuple(store.outbox(head.case)) for head in store.heads()}


def _raise(problems: Iterator[Broken]) -> None:
    """Raise the first of these, if there is one."""
    for found in problems:
        raise RuleBroken(*found)
