"""What a host reads. Reads change nothing: they show what was decided last."""

from __future__ import annotations

from collections.abc import Mapping

from casewf.core.explain import Explanation, explain
from casewf.core.options import Option, options
from casewf.core.permission import capacities, may_see
from casewf.core.seal import unseal
from casewf.engine.case_view import (
    CasePage,
    CaseView,
    HistoryEntry,
    to_datetime,
    zone_of,
)
from casewf.engine.commit import ANYBODY
from casewf.engine.means import Means
from casewf.engine.sealed_values import text_of
from casewf.engine.sight import Sight
from casewf.engine.unit_of_work import UnitOfWork
from casewf.model.arguments import check_number, check_switch
from casewf.model.case import Actor, Case
from casewf.model.events import Event, Opened
from casewf.model.migration_events import Migrated
from casewf.model.plain_text import stored_text
from casewf.model.vault import Secret
from casewf.model.workflow import Workflow
from casewf.ports.stored import Filter, Health, Incident


class CaseReader:
    """The reading half of the engine. Every read names its actor (M2).

    No read fires what has become due meanwhile: ``Engine.sweep`` does, and every command on the case. A case
    that waits for it is shown as it is stored, see ``ClockView``.
    """

    def __init__(self, means: Means) -> None:
        self._means = means

    def actor(self, person: str) -> Actor:
        """The person as the directory lets him act now: in his own right, and for those who are away.

        Ask anew for every command: who has a deputy today may be back tomorrow.

        Raises:
            BindingError: the engine was given no directory.
            ValueError: the directory knows nobody of this id.
        """
        return self._means.actor(person)

    def case(self, case_id: str, *, actor: Actor) -> CaseView:
        """The case as it is stored and as the actor may see it; see ``CaseView`` on overdue clocks.

        Raises:
            NotFound: no such case, or not his to see.
        """
        actor = self._means.resolve(actor)
        return self._view(self._means.visible(case_id, actor).case, actor)

    def options(self, case_id: str, *, actor: Actor) -> tuple[Option, ...]:
        """Every trigger of the present states, and every act (K7), allowed or with all reasons why not (M4).

        They are those of the case as a command would find it, once what is due by now has fired (E3).
        """
        actor = self._means.resolve(actor)
        case = self._means.visible(case_id, actor).case
        program = self._means.registry.pinned(case)
        unit = UnitOfWork(self._means, set())
        return options(program, unit.foreseen(program, case), actor, unit.now)

    def history(self, case_id: str, *, actor: Actor) -> tuple[HistoryEntry, ...]:
        """What happened, oldest first; comments are shown to those who see the case.

        The id of another case that the actor does not see is masked wherever it stands (M2).
        """
        actor = self._means.resolve(actor)
        case = self._means.visible(case_id, actor).case
        program, sight = self._means.registry.pinned(case), Sight(self._means, actor)
        zone = zone_of(program, case)
        rows = self._means.store.history(case_id)
        refs = [written.ref for row in rows if (written := text_of(row.event)) is not None]
        found = self._means.store.secrets(case_id, refs) if refs else {}
        return tuple(
            HistoryEntry(
                number=row.number,
                at=to_datetime(row.event.at, zone),
                event=sight.event(program, case, row.event),
                comment=_comment(row.event, found),
            )
            for row in rows
        )

    def workflow_of(self, case_id: str, *, actor: Actor) -> Workflow:
        """The definition that the case is pinned to (K6), which may be older than the one given to the engine.

        Raises:
            NotFound: no such case, or not his to see.
        """
        actor = self._means.resolve(actor)
        return self._means.registry.pinned(self._means.visible(case_id, actor).case).workflow

    def definitions_of(self, case_id: str, *, actor: Actor) -> Mapping[str, Workflow]:
        """Every definition that the case was ever pinned to, by content hash, the present one last (X2).

        Raises:
            NotFound: no such case, or not his to see.
        """
        actor = self._means.resolve(actor)
        case = self._means.visible(case_id, actor).case
        events = [row.event for row in self._means.store.history(case.id)]
        pinned = [event.workflow[2] for event in events if isinstance(event, Opened | Migrated)]
        return {one: self._means.registry.program(one).workflow for one in dict.fromkeys(pinned)}

    def explain(self, case_id: str, sla: str, *, actor: Actor) -> Explanation:
        """Why a limit of the case is due when it is (X1).

        Raises:
            NotFound: no such case, or not his to see.
            KeyError: a clock that never ran.
            DateMissingError: one that waits for a date.
        """
        actor = self._means.resolve(actor)
        means, case = self._means, self._means.visible(case_id, actor).case
        program, sight = means.registry.pinned(case), Sight(means, actor)
        history = [sight.event(program, case, row.event) for row in means.store.history(case.id)]
        return explain(program, case, sla, max(means.clock.now(), case.at), history)

    def find(
        self,
        *,
        actor: Actor,
        workflow: str | None = None,
        state: tuple[str, str] | None = None,
        card: str | None = None,
        closed: bool | None = None,
        limit: int = 50,
        after: str = "",
    ) -> CasePage:
        """A page of the cases that the actor may see, in the order of their ids.

        Args:
            actor: who asks.
            workflow: only cases of this workflow, in any version.
            state: only cases in this ``(track, state)``.
            card: only cases with this card; ``none`` for those without one.
            closed: only closed cases, or only open ones.
            limit: at most so many, 1 to 500.
            after: the id after which the page begins.

        Raises:
            TypeError, ValueError: a condition that cannot be.
        """
        check_page(limit, workflow=workflow, state=state, card=card)
        if closed is not None:
            check_switch(closed, "closed")
        stored_text(after, "the id to go on after")
        actor = self._means.resolve(actor)
        page = self._means.store.find(
            Filter(
                org=actor.org,
                below=frozenset(
                    (ANYBODY, *(name for one in capacities(actor) for name in (*one.lineage, one.id)))
                ),
                opened_by=actor.id,
                workflow=workflow,
                state=state,
                card=card,
                closed=closed,
                limit=limit,
                after=after,
            )
        )
        sight = Sight(self._means, actor)
        seen = tuple(self._view(case, actor, sight) for case in page.cases if may_see(case, actor))
        return CasePage(seen, page.next_after)

    def incidents(self, case_id: str | None = None) -> tuple[Incident, ...]:
        """What needs a person, oldest first: of one case, or of all. For operators; it tells no values."""
        name = None if case_id is None else stored_text(case_id, "a case's id")
        return tuple(self._means.store.incidents(name))

    def health(self) -> Health:
        """How far behind the sweep and the delivery are, for operators; it costs the same however much there is."""
        return self._means.store.health(self._means.clock.now())

    def _view(self, case: Case, actor: Actor, sight: Sight | None = None) -> CaseView:
        return (sight or Sight(self._means, actor)).view(case)


def check_page(limit: int, *, workflow: str | None, state: tuple[str, str] | None, card: str | None) -> None:
    """Make sure that a page of cases can be asked for.

    Raises:
        ValueError: a limit out of range, or a text that no store can hold.
        TypeError: what should be a text, a number or a pair of texts is none.
    """
    check_number(limit, "limit", 1, 500)
    for text, what in ((workflow, "a workflow's id"), (card, "a card")):
        if text is not None:
            stored_text(text, what)
    pair: object = state
    if pair is not None and not (isinstance(pair, tuple) and len(pair) == 2):
        raise TypeError(f"state must be a pair (track, state) such as ('main', 'received'), got {pair!r}")
    for text in () if state is None else state:
        stored_text(text, "a track or a state")


def _comment(event: Event, found: Mapping[str, Secret]) -> str | None:
    """What was written with an event; of an attachment the name alone."""
    written = text_of(event)
    if written is None or written.ref not in found:
        return None
    value = unseal(found[written.ref])
    return str(value["name"] if isinstance(value, Mapping) else value)
