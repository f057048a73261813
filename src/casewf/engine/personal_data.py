"""All that the cases hold about one person, to be given to him (D5; PIPL art. 45)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal

from casewf.core.program import Program
from casewf.core.seal import unseal
from casewf.engine.case_view import MASK, to_datetime, zone_of
from casewf.engine.means import Means
from casewf.engine.sealed_values import sealed_values
from casewf.engine.whose import cases_of, values_of
from casewf.model.case import Case, Party, Sealed
from casewf.model.codec import Json
from casewf.model.effects import Push
from casewf.model.events import Opened
from casewf.model.migration_events import Migrated
from casewf.model.vault import Secret
from casewf.ports.stored import StoredEvent


def personal_data(means: Means, person: str) -> dict[str, Json]:
    """See ``DataKeeper.personal_data``."""
    return {
        "person": person,
        "cases": [_case(means, case, person, carried=carried) for case, carried in cases_of(means, person)],
    }


def _case(means: Means, case: Case, person: str, *, carried: bool) -> dict[str, Json]:
    program = means.registry.pinned(case)
    zone = zone_of(program, case)
    history = means.store.history(case.id)
    found = values_of(means.registry, history, person, carried=carried)
    own = {one.ref for one in found.own}
    wanted = own | {one.ref for one in found.texts if found.alone}
    secrets = means.store.secrets(case.id, tuple(wanted)) if wanted else {}
    shown: dict[str, Json] = {
        "case": case.id,
        "workflow": program.workflow.id,
        "opened_at": to_datetime(case.opened_at, zone).isoformat(),
        "closed": case.closed,
        "states": dict(case.states),
        "fields": _fields(program, case, person, own, secrets, carried=carried),
        "parties": [_party(one, secrets) for one in case.parties.values() if one.person == person],
        "former_values": _former(case, history, own, secrets),
        "passed_on": _passed_on(means, history, case, zone, found.numbers),
    }
    if found.alone:
        shown["texts"] = [_text(row, secrets, zone) for row in history if _written(row)]
    else:
        shown["texts_left_out"] = len(found.texts)
    return shown


def _is_described(program: Program, case: Case, person: str) -> bool:
    return any(field.identifies and case.fields.get(name) == person for name, field in program.fields.items())


def _fields(
    program: Program, case: Case, person: str, own: set[str], secrets: Mapping[str, Secret], *, carried: bool
) -> dict[str, Json]:
    """The values of a case that is his: sensitive ones in the open, or masked once they were erased."""
    if not carried and not _is_described(program, case, person):
        return {}
    return {
        name: _plain(value)
        if not isinstance(value, Sealed)
        else (_opened(secrets, value.ref) if value.ref in own else MASK)
        for name, value in case.fields.items()
        if value is not None
    }


def _former(
    case: Case,
    history: Sequence[StoredEvent],
    own: set[str],
    secrets: Mapping[str, Secret],
) -> list[Json]:
    """What the vault still holds of him beside the present values: corrected ones, and those of a party who left."""
    present = {value.ref for value in case.fields.values() if isinstance(value, Sealed)}
    present |= {one.identity.ref for one in case.parties.values() if one.identity is not None}
    return [
        {"name": value.name, "value": _opened(secrets, value.ref)}
        for row in history
        for value in sealed_values(row.event)
        if value.ref in own and value.ref not in present and value.ref in secrets
    ]


def _party(party: Party, secrets: Mapping[str, Secret]) -> dict[str, Json]:
    return {
        "party": party.id,
        "kind": party.kind,
        "identity": None if party.identity is None else _opened(secrets, party.identity.ref),
        "represents": list(party.represents),
        "ratings": list(party.ratings),
    }


def _passed_on(
    means: Means, history: Sequence[StoredEvent], case: Case, zone: str, numbers: frozenset[int]
) -> list[Json]:
    """Which pushes of these events carried sensitive fields, whether they were delivered or still wait."""
    pinned = [row.event.workflow[2] for row in history if isinstance(row.event, Opened | Migrated)]
    programs = [means.registry.program(content_hash) for content_hash in dict.fromkeys(pinned)]
    sensitive = {name for one in programs for name, field in one.fields.items() if field.sensitive}
    return [
        {
            "at": to_datetime(row.created_at, zone).isoformat(),
            "to": row.effect.connector,
            "fields": [name for name in row.effect.fields if name in sensitive],
            "state": row.state,
        }
        for row in means.store.outbox(case.id)
        if row.number in numbers
        and isinstance(row.effect, Push)
        and not sensitive.isdisjoint(row.effect.fields)
    ]


def _written(row: StoredEvent) -> bool:
    return any(value.kind == "text" for value in sealed_values(row.event))


def _text(row: StoredEvent, secrets: Mapping[str, Secret], zone: str) -> Json:
    (ref,) = (value.ref for value in sealed_values(row.event) if value.kind == "text")
    return {
        "at": to_datetime(row.event.at, zone).isoformat(),
        "what": row.kind,
        "text": _opened(secrets, ref),
    }


def _opened(secrets: Mapping[str, Secret], ref: str) -> Json:
    return _plain(unseal(secrets[ref])) if ref in secrets else MASK


def _plain(value: object) -> Json:
    """A case's value as JSON has it: numbers with a fraction and dates as text, instants as microseconds."""
    if isinstance(value, Decimal | dt.date):
        return str(value)
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    return value if isinstance(value, bool | int | str) else None
