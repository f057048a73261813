"""``casewf verify``: is every history still what was written (D4)?

The chain of hashes finds an edit. Whoever can write to the store can also cut the end off a history, or
compute all hashes anew; only heads that were exported before, and kept elsewhere, find that.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

import attrs

from casewf.core.evolve import replay
from casewf.engine.damage import Problem
from casewf.engine.stored_definitions import StoredDefinitions
from casewf.errors import AdapterError
from casewf.model import codec
from casewf.model.case import GENESIS, Case
from casewf.model.codec import Json
from casewf.model.events import Erased, Event
from casewf.ports.store import Store
from casewf.ports.stored import (
    DAMAGE,
    Head,
    RawCase,
    RawEvent,
)


@attrs.frozen(slots=True)
class Report:
    """What ``verify`` found: all problems, those of definitions first, and how much it looked at, heads among it."""

    problems: tuple[Problem, ...]
    cases: int
    events: int
    secrets: int
    definitions: int
    heads: int = 0

    @property
    def ok(self) -> bool:
        """Nothing is wrong."""
        return not self.problems


def verify(store: Store, heads: Mapping[str, Head] | None = None) -> Report:
    """Check every definition, and every case against its chain, its definitions, snapshot, vault and exported heads.

    Nothing is changed. Without ``heads`` an edit is found, but neither a history that was cut off with its
    case row made to fit, nor one that was rewritten with all hashes computed anew, nor a case that was
    deleted (D4). What was written after the export is checked against its chain only.

    Args:
        store: the store to read.
        heads: by case id, from ``read_heads``.
    """
    definitions = StoredDefinitions(store)
    problems = list(definitions.problems())
    cases = events = secrets = 0
    known = dict(heads or {})
    for stored in store.heads():
        cases += 1
        exported = known.pop(stored.case, None)
        try:
            raw = store.raw(stored.case)
            if raw is not None:
                check = _CaseCheck(store, raw, definitions)
                problems.extend(check.problems(exported))
                events, secrets = events + len(raw.events), secrets + check.secrets
        except (AdapterError, *DAMAGE) as error:
            problems.append(Problem(stored.case, stored.number, "unreadable", str(error)))
    problems.extend(Problem(head.case, head.number, "missing") for head in known.values())
    return Report(tuple(problems), cases, events, secrets, len(definitions), len(heads or {}))


def export_heads(store: Store) -> str:
    """The end of every case's chain, a line of JSON each; keep it where those who write the store cannot."""
    return "".join(
        json.dumps({"case": head.case, "number": head.number, "hash": head.hash}, ensure_ascii=False) + "\n"
        for head in store.heads()
    )


def read_heads(text: str) -> dict[str, Head]:
    """The heads of a text made by ``export_heads``, by case id.

    Raises:
        AdapterError: a line is not of that form, or there is none.
    """
    heads = {}
    for number, line in enumerate(text.rstrip("\n").split("\n") if text else (), 1):
        try:
            data = json.loads(line)
            head = Head(str(data["case"]), int(data["number"]), str(data["hash"]))
        except (ValueError, LookupError, TypeError, OverflowError, RecursionError) as error:
            raise AdapterError(
                f"line {number} of the exported heads is not of the form "
                '{"case": "…", "number": 3, "hash": "…"}; give the file that `casewf verify --export-heads` wrote'
            ) from error
        heads[head.case] = head
    if not heads:
        raise AdapterError("the exported heads are empty, so nothing could be compared; export them again")
    return heads


class _CaseCheck:
    """The checks of one case; ``problems`` runs them all."""

    def __init__(self, store: Store, raw: RawCase, definitions: StoredDefinitions) -> None:
        self._store = store
        self._definitions = definitions
        self._raw = raw
        self._last = raw.events[-1].number if raw.events else 0
        self._events: list[tuple[int, Event]] = []
        self._sealed: list[tuple[int, str, str]] = []
        self.secrets = 0

    def problems(self, exported: Head | None) -> Iterator[Problem]:
        """Everything that is wrong, the events first."""
        yield from self._check_events()
        yield from self._check_vault()
        yield from self._check_row()
        yield from self._check_snapshot()
        if exported is not None:
            yield from self._check_exported(exported)
        yield from self._definitions.lacking(self._raw.id, self._events)

    def _problem(self, number: int, kind: str, found: object = "") -> Problem:
        return Problem(self._raw.id, number, kind, str(found))

    def _check_events(self) -> Iterator[Problem]:
        previous = GENESIS
        for expected, event in enumerate(self._raw.events, 1):
            if event.number != expected:
                yield self._problem(expected, "gap", event.number)
            # the stored hash before it, not the computed one: so each break is told once, where it is
            if event.hash != codec.chain_hash(previous, self._raw.id, event.number, event.kind, event.body):
                yield self._problem(event.number, "broken_chain")
            previous = event.hash
            yield from self._check_body(event)

    def _check_body(self, row: RawEvent) -> Iterator[Problem]:
        try:
            event = codec.load_event(row.kind, row.body)
            canonical = codec.dump_event(event)
            sealed = list(_sealed(json.loads(row.body)))
        except DAMAGE as error:
            yield self._problem(row.number, "undecodable", f"{type(error).__name__}: {error}")
            return
        if canonical != (row.kind, row.body):
            yield self._problem(row.number, "not_canonical")
        self._events.append((row.number, event))
        self._sealed.extend((row.number, ref, digest) for ref, digest in sealed)

    def _check_vault(self) -> Iterator[Problem]:
        erased = {
            ref: number for number, event in self._events if isinstance(event, Erased) for ref in event.refs
        }
        rows = self._store.secrets(self._raw.id, list({*erased, *(ref for _, ref, _ in self._sealed)}))
        self.secrets = len(rows)
        for number, ref, digest in self._sealed:
            row = rows.get(ref)
            if row is None:
                if ref not in erased:
                    yield self._problem(number, "secret_missing", ref)
            elif not _fits(row.salt) or row.digest != digest:
                yield self._problem(number, "secret_changed", ref)
        for ref, number in erased.items():
            if ref in rows:
                yield self._problem(number, "secret_not_erased", ref)

    def _check_row(self) -> Iterator[Problem]:
        raw = self._raw
        if raw.version != self._last:
            yield self._problem(self._last, "version", raw.version)
        if raw.events and raw.head != raw.events[-1].hash:
            yield self._problem(self._last, "head")

    def _check_snapshot(self) -> Iterator[Problem]:
        try:
            snapshot = codec.loads(self._raw.snapshot, Case)
        except DAMAGE as error:
            yield self._problem(self._last, "snapshot", f"{type(error).__name__}: {error}")
            return
        if snapshot.wake != self._raw.wake:
            yield self._problem(self._last, "wake", self._raw.wake)
        if len(self._events) < len(self._raw.events):
            return  # an event that cannot be read was told already; there is nothing to compare with
        try:
            folded = replay(event for _, event in self._events)
        except DAMAGE as error:
            yield self._problem(self._last, "does_not_fold", f"{type(error).__name__}: {error}")
            return
        if folded != snapshot or codec.dumps(folded) != self._raw.snapshot:
            yield self._problem(
                self._last, "snapshot", ", ".join(_differences(folded, snapshot)) or "its text"
            )

    def _check_exported(self, exported: Head) -> Iterator[Problem]:
        if self._last < exported.number:
            yield self._problem(exported.number, "truncated", self._last)
            return
        hashes = [event.hash for event in self._raw.events if event.number == exported.number]
        if hashes != [exported.hash]:
            yield self._problem(exported.number, "rewritten")


def _sealed(data: Json) -> Iterator[tuple[str, str]]:
    """The (ref, digest) of every sealed value in an event's body, in order."""
    if isinstance(data, list):
        for item in data:
            yield from _sealed(item)
    elif isinstance(data, dict):
        if data.get("$") == "Sealed":
            yield str(data["ref"]), str(data["digest"])
        else:
            yield from _sealed(list(data.values()))


def _fits(salt: str) -> bool:
    """Whether the salt is hexadecimal at all."""
    try:
        bytes.fromhex(salt)
    except ValueError:
        return False
    return True


def _differences(one: Case, other: Case) -> Sequence[str]:
    names = [field.name for field in attrs.fields(Case)]
    return [name for name in names if getattr(one, name) != getattr(other, name)]
