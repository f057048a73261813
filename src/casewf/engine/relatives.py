"""Effects that are for another case: it is opened, told of a child, or given the parties of one merged into it (D2).

Each is done once, however often it is delivered: a case knows which effect opened it, and every other effect
claims its id as an idempotency key on the case that it reaches (M7).
"""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from casewf.core.evolve import replay
from casewf.core.relatives import CHILD, merged_into
from casewf.core.seal import unseal
from casewf.engine.linking import link_back
from casewf.engine.means import Means
from casewf.engine.system_work import acting_for, insist, next_unit
from casewf.engine.wanted import Brought, Opening, Reaching
from casewf.errors import CasewfError, Refused
from casewf.model.case import Case, Party, Sealed
from casewf.model.effects import LinkBack, MergeInto, OpenCase, TellParent
from casewf.ports.stored import OutboxRow, StoredEvent


class GivenUp(CasewfError):  # noqa: N818  # what becomes of the effect
    """No later attempt can bring this effect about; the message says what is in the way, and what to do."""


def reach(
    means: Means, row: OutboxRow, effect: OpenCase | TellParent | MergeInto | LinkBack, source: Case
) -> None:
    """Bring about an effect of ``source`` on another case.

    Raises:
        GivenUp: no later attempt can bring it about.
    """
    match effect:
        case OpenCase():
            open_case(means, row, effect, source)
        case TellParent():
            tell_parent(means, row, effect, source)
        case MergeInto():
            merge_into(means, row, effect, source)
        case LinkBack():
            link_back(means, row)


def open_case(means: Means, row: OutboxRow, effect: OpenCase, source: Case) -> None:
    """Open a child, or what was split off.

    Raises:
        GivenUp: the id belongs to another case, or the opening is refused.
    """
    is_child = effect.relation == CHILD

    def wanted() -> Opening:
        return Opening(
            workflow=effect.workflow,
            actor=acting_for(row),
            data=_data(means, effect, source),
            case_id=effect.case,
            org=effect.org,
            parent=source.id if is_child else None,
            split_from=None if is_child else source.id,
            parties=() if is_child else _split_parties(means, row, effect, source),
        )

    def run() -> None:
        history = means.store.history(effect.case)
        if not history:
            next_unit(means).open(wanted())
        elif not _opened_by(history, row):
            raise GivenUp(
                f"there is a case {effect.case} already, and this effect did not open it; ids that begin with "
                f"{source.id}. belong to the children of {source.id}"
            )

    try:
        insist(run)
    except Refused as refused:
        if _opened_by(means.store.history(effect.case), row):
            return  # somebody else who has, or had, this effect was there a moment before
        raise GivenUp(
            f"case {effect.case} of {effect.workflow} cannot be opened: "
            + "; ".join(reason.text("en") for reason in refused.reasons)
        ) from refused


def _opened_by(history: Sequence[StoredEvent], row: OutboxRow) -> bool:
    return bool(history) and getattr(getattr(history[0].event, "by", None), "on_behalf", None) == row.id


def tell_parent(means: Means, row: OutboxRow, effect: TellParent, source: Case) -> None:
    """Tell a parent that its child is closed, or open again; a parent that is closed itself is told, too.

    It is told how the child stands now: one that was given up may be delivered long after a later one. Whoever is so
    slow that somebody else has the effect tells nothing any more, for he knows only how the child stood.
    """
    wanted = Reaching(case_id=effect.parent, actor=acting_for(row), effect_id=row.id)
    insist(lambda: next_unit(means, row).report_child(wanted, row.case, closed=source.closed))


def merge_into(means: Means, row: OutboxRow, effect: MergeInto, source: Case) -> None:
    """Bring parties of a merged case to the one that it was merged into."""
    leaving = [source.parties[name] for name in effect.parties if name in source.parties]
    circle = _leads_back(means, effect.case, source.id)
    wanted = Reaching(case_id=effect.case, actor=acting_for(row), effect_id=row.id)

    def run() -> None:
        # read anew at every try: who was erased since must not come back to life in the other case (D5)
        brought = _brought(means, source, leaving)
        if effect.caller:
            brought += _caller(means, source)
        next_unit(means).absorb(wanted, source.id, tuple(brought), circle=circle)

    insist(run)


def _data(means: Means, effect: OpenCase, source: Case) -> dict[str, object]:
    """The values of the new case, sensitive ones out of this case's vault, without those that were erased (D5)."""
    carried = {name: source.fields[name] for name in effect.carry if source.fields.get(name) is not None}
    values = {**effect.values, **carried}
    plain = _unsealed(means, source.id, [value for value in values.values() if isinstance(value, Sealed)])
    data: dict[str, object] = {}
    for name, value in values.items():
        found = plain.get(value.ref) if isinstance(value, Sealed) else value
        if found is not None:
            data[name] = found
    return data


def _split_parties(means: Means, row: OutboxRow, effect: OpenCase, source: Case) -> tuple[Brought, ...]:
    """Those who went along, as they were before they left."""
    if not effect.parties:
        return ()
    before = replay(one.event for one in means.store.history(source.id) if one.number < row.number)
    return tuple(_brought(means, source, [before.parties[name] for name in effect.parties]))


def _brought(means: Means, source: Case, leaving: Sequence[Party]) -> list[Brought]:
    """Parties on their way; who speaks for somebody who stays, speaks for him no more."""
    names = {party.id for party in leaving}
    plain = _unsealed(means, source.id, [party.identity for party in leaving if party.identity is not None])
    return [
        Brought(
            attrs.evolve(
                party,
                came_from=source.id,
                represents=tuple(name for name in party.represents if name in names),
            ),
            None if party.identity is None else plain.get(party.identity.ref),
        )
        for party in leaving
    ]


def _caller(means: Means, source: Case) -> list[Brought]:
    """The caller whom only the fields of a case know, as a party; none where its workflow keeps no parties.

    A case without any party had a caller, too, be he anonymous.
    """
    program = means.registry.pinned(source)
    rules = program.workflow.parties
    if rules is None:
        return []
    sealed = {name: value for name, value in source.fields.items() if isinstance(value, Sealed)}
    plain = _unsealed(means, source.id, list(sealed.values()))
    identity = {name: plain[value.ref] for name, value in sealed.items() if value.ref in plain}
    person = next(
        (source.fields.get(name) for name, field in program.fields.items() if field.identifies), None
    )
    known = {party.person for party in source.parties.values()}
    if (person is not None and person in known) or (source.parties and not identity and person is None):
        return []
    party = Party(
        id="",
        kind=next(iter(rules.kinds)),
        person=None if person is None else str(person),
        came_from=source.id,
    )
    return [Brought(party, identity or None)]


def _unsealed(means: Means, case_id: str, sealed: Sequence[Sealed]) -> dict[str, object]:
    """The values that still lie in a case's vault, by ref."""
    refs = [one.ref for one in sealed]
    return {ref: unseal(row) for ref, row in means.store.secrets(case_id, refs).items()} if refs else {}


def _leads_back(means: Means, start: str, source: str) -> bool:
    """Whether the case was merged, perhaps by way of others, into ``source``: two people merged crosswise."""
    seen: set[str] = set()
    case_id: str | None = start
    while case_id is not None and case_id not in seen:
        if case_id == source:
            return True
        seen.add(case_id)
        stored = means.store.load(case_id)
        case_id = None if stored is None else merged_into(stored.case.links)
    return False
