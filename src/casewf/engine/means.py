"""What every unit of work needs: the host's ports and the compiled workflows."""

from __future__ import annotations

from collections.abc import Mapping, Set

import attrs

from casewf.core.permission import capacities, may_see
from casewf.core.program import Program
from casewf.engine.registry import Registry
from casewf.engine.watch import Watch
from casewf.errors import BindingError, NotFound
from casewf.model.case import Actor, Case, Holder
from casewf.model.commands import Command, Fire, Import, Open
from casewf.model.plain_text import is_whole, stored_text
from casewf.model.roles import SYSTEM
from casewf.ports.outside import Clock, Directory, Entropy
from casewf.ports.store import Store
from casewf.ports.stored import Incident, StoredCase

TIMER_TRIES = 8
"""How often the engine's own timers and outcomes are tried again when somebody else was faster (D1)."""


@attrs.frozen(slots=True, kw_only=True)
class Means:
    """What every unit of work needs; the same for the life of an engine.

    ``inside`` says that the store works inside a transaction of the host (D2).
    """

    store: Store
    registry: Registry
    clock: Clock
    entropy: Entropy
    directory: Directory | None
    watch: Watch
    inside: bool = False

    @property
    def timer_tries(self) -> int:
        """How often timers are tried again: ``TIMER_TRIES``, and never inside a transaction of the host (D2)."""
        return 0 if self.inside else TIMER_TRIES

    def report(self, incident: Incident) -> None:
        """Record an incident that belongs to no append, and tell of it."""
        self.store.report(incident)
        self.watch.incident(incident)

    def lineage(self, org: str) -> tuple[str, ...]:
        """An organisation and those above it, nearest first; one that no directory knows stands alone."""
        return (() if self.directory is None else tuple(self.directory.lineage(org))) or (org,)

    def knows(self, org: str) -> bool:
        """Whether there is such an organisation, as far as anybody can tell: without a directory there is."""
        return self.directory is None or bool(self.directory.lineage(org))

    def held(self, holder: Holder) -> Holder:
        """The holder with the organisations above him (M11)."""
        if holder.kind != "org":
            return holder
        above = dict.fromkeys(
            org for one in holder.ids for org in self.lineage(one)[1:] if org not in holder.ids
        )
        return attrs.evolve(holder, above=tuple(above))

    def resolve(self, actor: Actor) -> Actor:
        """The actor, and those for whom he stands in, with the organisations above their own (M11).

        Raises:
            TypeError: he is no ``Actor``, his roles are no set of names, or ``deputy_for`` no tuple of actors.
            ValueError: he has no id, pretends to be the engine, or stands in for himself.
        """
        resolved = self._resolve_one(actor)
        absent: object = actor.deputy_for
        if absent == ():
            return resolved
        if not isinstance(absent, tuple) or not all(isinstance(one, Actor) for one in absent):
            raise TypeError(f"an actor's deputy_for must be a tuple of actors, got {absent!r}")
        others = tuple(self._resolve_one(one) for one in absent)
        names = {resolved.id, *(one.id for one in others)}
        if len(names) <= len(others) or any(one.deputy_for for one in others):
            raise ValueError("an actor stands in for others, for each once, and they for nobody themselves")
        return attrs.evolve(resolved, deputy_for=others)

    def actor(self, person: str) -> Actor:
        """The person as the directory lets him act now.

        Raises:
            BindingError: there is no directory.
            ValueError: it does not know the person.
        """
        if self.directory is None:
            raise BindingError(
                ["no directory was given, so nobody is known; pass `directory=` to the engine"]
            )
        found = self.directory.actor(stored_text(person, "a person's id"), self.clock.now())
        if found is None:
            raise ValueError(
                f"the directory knows no person {person!r}; add him to it, or build an Actor yourself"
            )
        return self.resolve(found)

    def _resolve_one(self, actor: Actor) -> Actor:
        if not isinstance(actor, Actor):
            raise TypeError(f"actor must be an Actor, got {type(actor).__name__}")
        roles: object = actor.roles
        if not isinstance(roles, Set) or not all(isinstance(role, str) for role in roles):
            raise TypeError(f"an actor's roles must be a set of names, got {roles!r}")
        if SYSTEM in actor.roles or actor.id == SYSTEM:
            raise ValueError("`system` is the engine itself; give the actor an id and roles of his own")
        if not actor.id or actor.org == "":
            raise ValueError("an actor needs an id, and an organisation is a name or None, not an empty text")
        org = None if actor.org is None else stored_text(actor.org, "an actor's organisation")
        name = stored_text(actor.id, "an actor's id")
        if actor.on_behalf is not None:
            stored_text(actor.on_behalf, "on whose behalf an actor acts")
        lineage = actor.lineage if org is None or actor.lineage else self.lineage(org)
        return attrs.evolve(actor, id=name, org=org, lineage=lineage)

    def visible(self, case_id: str, actor: Actor) -> StoredCase:
        """The case as it stands.

        Raises:
            NotFound: there is none, or not one that this actor may see; the same for both (M2).
        """
        if not isinstance(case_id, str):
            raise TypeError(f"a case's id must be text, got {type(case_id).__name__}")
        stored = self.store.load(case_id) if is_whole(case_id) else None
        if stored is None or not may_see(stored.case, actor):
            raise NotFound(case_id)
        return stored

    def lineages(
        self,
        program: Program,
        case: Case | None,
        command: Command,
        known: dict[str, tuple[str, ...]],
    ) -> dict[str, tuple[str, ...]]:
        """For every organisation that could become a holder, those above it (D3).

        ``known`` holds what was asked of the directory before, for the same unit of work, and gets what is asked now.
        """
        orgs = dict.fromkeys(self.registry.organisations(program))
        names = [name for name, field in program.fields.items() if field.kind == "org"]
        sources: list[Mapping[str, object]] = [] if case is None else [case.fields]
        if isinstance(command, Open | Fire | Import):
            sources.append(command.data)
        for value in (source[name] for source in sources for name in names if name in source):
            orgs.update(dict.fromkeys(map(str, value if isinstance(value, tuple | list) else (value,))))
        if isinstance(command, Open | Fire):
            orgs.update((one.org, None) for one in capacities(command.actor) if one.org is not None)
        for org in orgs.keys() - known.keys():
            known[org] = self.lineage(org)[1:]
        return {org: known[org] for org in orgs}
