"""One import of one case: whether its origin was imported before, then decide and append (M6, M7)."""

from __future__ import annotations

import attrs

from casewf.core.decide import Refusal, decide
from casewf.core.program import Program
from casewf.core.seal import seal_data, seal_value
from casewf.engine.commit import fold
from casewf.engine.keys import IMPORT, Key
from casewf.engine.refusing import refused
from casewf.engine.unit_of_work import UnitOfWork
from casewf.errors import KeyReused, Refused
from casewf.model.case import Case
from casewf.model.commands import Import
from casewf.model.reasons import Reason, reason
from casewf.views.words import refusal_words


@attrs.frozen(slots=True, kw_only=True)
class Importing:
    """What is asked of ``import_case``: the position with data as given and organisations alone, and the comment."""

    workflow: str
    position: Import
    comment: str | None = None

    def keyed(self) -> Key:
        """The origin as a key, whoever imports it; ``warned_until`` is no part of what is asked for."""
        wanted = self.position
        asked = (
            self.workflow,
            wanted.case,
            wanted.org,
            wanted.opened_at,
            wanted.opened_by,
            wanted.states,
            wanted.holders,
            wanted.previous,
            wanted.done_by,
            wanted.clocks,
        )
        return Key(
            actor=IMPORT,
            scope=IMPORT,
            text=wanted.origin,
            asked=asked,
            data=wanted.data,
            comment=self.comment,
        )


class ImportUnit(UnitOfWork):
    """A unit of work that imports."""

    __slots__ = ()

    def import_case(self, wanted: Importing, *, dry_run: bool) -> tuple[Case, bool]:
        """The case as it stands after its import, and whether it is new; a dry run writes nothing.

        Raises:
            Refused: its position is wrong, or its origin was imported with other content.
        """
        if dry_run:
            return self._import(wanted, dry_run=True)
        position = wanted.position
        asked = self._means.watch.command("import", position.case, position.actor, workflow=wanted.workflow)
        with asked as work:
            case, new = self._import(wanted, dry_run=False)
            work.done(case, self._wrote)
            return case, new

    def _import(self, wanted: Importing, *, dry_run: bool) -> tuple[Case, bool]:
        program = self._means.registry.current(wanted.workflow)
        try:
            return self._imported(program, wanted, dry_run=dry_run)
        except KeyReused as error:
            why = reason("imported_otherwise", origin=wanted.position.origin)
            raise Refused(wanted.position.case, "import", [why], refusal_words(program.workflow)) from error

    def _imported(self, program: Program, wanted: Importing, *, dry_run: bool) -> tuple[Case, bool]:
        means, position, key = self._means, wanted.position, wanted.keyed()
        # the case first: whoever imports it between the two looks is found by his key, and not in the way
        stored = means.store.load(position.case)
        first = key.first_answer(means.store, means.registry)
        if first is not None:
            return first, False
        data, rows = seal_data(program.fields, position.data, means.entropy.token)
        note = None
        if wanted.comment is not None:
            note, row = seal_value(wanted.comment, means.entropy.token)
            rows = (*rows, row)
        command = attrs.evolve(
            position,
            data=data,
            comment=note,
            org_above=() if position.org is None else means.lineage(position.org)[1:],
            holders={role: means.held(holder) for role, holder in position.holders.items()},
        )
        mistaken = self._persons_as_organisations(position)
        if not dry_run and not mistaken:
            case = self._run(program, stored, command, rows, key)
            return case, self._wrote > 0
        present = None if stored is None else stored.case
        result = decide(program, present, command, self.now, self._above(program, present, command))
        if isinstance(result, Refusal) or mistaken:
            more = result.reasons if isinstance(result, Refusal) else ()
            raise refused(means, program, present, command, Refusal((*mistaken, *more)))
        return fold(None, result), True

    def _persons_as_organisations(self, position: Import) -> list[Reason]:
        """Holders given as organisations that are persons to the directory, if there is one."""
        means = self._means
        if means.directory is None:
            return []
        found = []
        for role, holder in position.holders.items():
            for name in holder.ids if holder.kind == "org" else ():
                if not means.knows(name) and means.directory.actor(name, self.now) is not None:
                    found.append(reason("holder_is_person", column=f"holder.{role}", found=name))
        return found
