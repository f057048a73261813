"""What one reader may be told of other cases: of a case that he does not see, no id is shown (M2).

A case's id stands in many places of another one's history: where cases are tied, merged, split or opened, in the
effects that do so, in the id of the effect on whose behalf the engine acted, and in the field of a merge.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import attrs

from casewf.core.permission import may_see
from casewf.core.program import Program
from casewf.core.relatives import merged_into
from casewf.engine.case_view import MASK, CaseView, sealed_refs, view_case
from casewf.engine.means import Means
from casewf.model.case import Actor, Case, Link, Party, Stamp
from casewf.model.effect_specs import MergeSpec
from casewf.model.effects import Effect, LinkBack, MergeInto, OpenCase, TellParent
from casewf.model.events import Event, IncidentRaised, Opened
from casewf.model.file_events import Absorbed, ChildReported, Linked, PartyRecorded, SplitOff, Unlinked
from casewf.model.reasons import Reason
from casewf.model.roles import SYSTEM


class Sight:
    """The cases that an actor sees, looked up once each; good for one read."""

    def __init__(self, means: Means, actor: Actor) -> None:
        self._means = means
        self._actor = actor
        self._hidden: dict[str, bool] = {}

    def hides(self, case_id: str) -> bool:
        """Whether there is such a case, and the actor does not see it; one yet to be opened is hidden from nobody."""
        if case_id not in self._hidden:
            stored = self._means.store.load(case_id)
            self._hidden[case_id] = stored is not None and not may_see(stored.case, self._actor)
        return self._hidden[case_id]

    def name(self, case_id: str) -> str:
        """The id of a case, or ``MASK``."""
        return MASK if self.hides(case_id) else case_id

    def view(self, case: Case) -> CaseView:
        """A case that the actor sees, as he may read it: sensitive values masked (D5), and ids of hidden cases (M2)."""
        program = self._means.registry.pinned(case)
        refs = sealed_refs(program, case, self._actor)
        secrets = self._means.store.secrets(case.id, tuple(refs.values())) if refs else {}
        view = view_case(program, case, refs, secrets)
        if not case.links and case.parent is None:
            return view  # it names no other case
        return attrs.evolve(
            view,
            fields=self.fields(program, case, view.fields),
            links=self.links(case),
            parent=None if case.parent is None else self.name(case.parent),
        )

    def links(self, case: Case) -> tuple[Link, ...]:
        """The case's links, without those to cases that the actor does not see."""
        return tuple(link for link in case.links if not self.hides(link.case))

    def came_from(self, party: Party) -> str:
        """The case that a party was one of before, or empty."""
        return self.name(party.came_from) if party.came_from else ""

    def fields(self, program: Program, case: Case, values: Mapping[str, object]) -> Mapping[str, object]:
        """Values of a case, without what it was merged into.

        Any other id in such a field is what somebody wrote there, be there such a case or not: to mask it would tell.
        """
        into = merged_into(case.links)
        if into is None or not self.hides(into):
            return values
        names = _merge_fields(program)
        return {name: MASK if name in names and value == into else value for name, value in values.items()}

    def stamp(self, by: Stamp) -> Stamp:
        """Who did something; for the engine, the effect on whose behalf, unless that is a hidden case's."""
        source, *rest = (by.on_behalf or "").rsplit(":", 2)
        if by.id != SYSTEM or len(rest) < 2 or not self.hides(source):
            return by
        return attrs.evolve(by, on_behalf=MASK)

    def reasons(self, reasons: tuple[Reason, ...]) -> tuple[Reason, ...]:
        """Reasons of a refusal, without what the case was merged into; other cases they name as the command did."""
        return tuple(
            attrs.evolve(one, params={**one.params, "case": self.name(one.params["case"])})
            if one.code == "case_merged"
            else one
            for one in reasons
        )

    def event(self, program: Program, case: Case, event: Event) -> Event:
        """An event of a case as it may be shown."""
        changes = self._own(event)
        by: object = getattr(event, "by", None)
        if isinstance(by, Stamp):
            changes["by"] = self.stamp(by)
        values: Mapping[str, object] = getattr(event, "fields", {})
        if values:
            changes["fields"] = self.fields(program, case, values)
        effects: tuple[Effect, ...] = getattr(event, "effects", ())
        if effects:
            changes["effects"] = tuple(self._effect(effect) for effect in effects)
        return attrs.evolve(event, **changes) if changes else event

    def _own(self, event: Event) -> dict[str, Any]:
        """What is peculiar to the kind of event."""
        match event:
            case Linked() | Unlinked() | SplitOff():
                return {"other": self.name(event.other)}
            case Absorbed():
                parties = tuple(self._party(party) for party in event.parties)
                return {"source": self.name(event.source), "parties": parties}
            case PartyRecorded():
                return {"party": self._party(event.party)}
            case ChildReported():
                return {"child": self.name(event.child)}
            case Opened():
                return {"parent": None if event.parent is None else self.name(event.parent)}
            case IncidentRaised():
                return {"about": self._text(event.about), "detail": self._text(event.detail)}
        return {}

    def _party(self, party: Party) -> Party:
        return attrs.evolve(party, came_from=self.came_from(party))

    def _effect(self, effect: Effect) -> Effect:
        match effect:
            case OpenCase() | MergeInto() | LinkBack():
                return attrs.evolve(effect, case=self.name(effect.case))
            case TellParent():
                return attrs.evolve(effect, parent=self.name(effect.parent))
        return effect

    def _text(self, text: str) -> str:
        """What an incident tells, without the hidden cases that the events before it named."""
        hidden = sorted((one for one, is_hidden in self._hidden.items() if is_hidden), key=len, reverse=True)
        for case_id in hidden:
            text = re.sub(rf"(?<!\w){re.escape(case_id)}(?!\w)", MASK, text)
        return text


def _merge_fields(program: Program) -> frozenset[str]:
    """The fields that say what a case is merged into."""
    rows = (row for track in program.workflow.tracks for row in track.transitions)
    return frozenset(spec.into for row in rows for spec in row.effects if isinstance(spec, MergeSpec))
