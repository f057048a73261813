"""Idempotency keys: whether a command is the one that a key stands for already (M7).

Kept are a digest of what was asked for, without sensitive values, whose digest could be guessed, and the
numbers of the events that answered. Sensitive values and comments are compared with the vault rows of those
events, whose salts make guessing vain (D5). An erased row cannot be compared; its value counts as equal.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping

import attrs

from casewf.core.evolve import replay
from casewf.core.fields import FieldProblem, check_value, plain_value
from casewf.core.program import Program
from casewf.engine.registry import Registry
from casewf.engine.sealed_values import beside_fields
from casewf.errors import KeyReused
from casewf.model.case import Case, Sealed
from casewf.model.codec import dumps
from casewf.model.events import Event
from casewf.model.vault import Secret
from casewf.model.workflow import Field
from casewf.ports.store import Store
from casewf.ports.stored import Answer

OPEN = "open"
"""The scope of the keys of openings; the other scopes are the cases' ids."""

IMPORT = ""
"""The scope of the origins of imported cases, and whose keys they are; neither a case nor a person has this id."""


@attrs.frozen(slots=True, kw_only=True)
class Key:
    """An idempotency key, and the command that it is to stand for.

    Attributes:
        actor: the id of who asks.
        scope: ``OPEN`` or the case's id.
        text: the key as the host gave it.
        asked: what is wanted, without data and comment.
        data, comment: as the host gave them; for a command on the file ``comment`` is whatever of it is sealed.
    """

    actor: str
    scope: str
    text: str
    asked: tuple[object, ...]
    data: Mapping[str, object]
    comment: object = None

    def claim(self, program: Program) -> Answer:
        """The answer that claims the key for this command; its case and numbers are still to be filled in."""
        return Answer(self.actor, self.scope, self.text, self._digest(program), "", 0, 0)

    def first_answer(self, store: Store, registry: Registry) -> Case | None:
        """The case right after the command that the key stands for, or None if the key is free.

        Raises:
            KeyReused: it stands for another command.
        """
        found = store.answer(self.actor, self.scope, self.text)
        if found is None:
            return None
        events = [row.event for row in store.history(found.case) if row.number <= found.last]
        case = replay(events)
        program = registry.pinned(case)
        if found.digest != self._digest(program) or not self._fits(
            store, program, case, events[found.first - 1]
        ):
            raise KeyReused(self.text)
        return case

    def _digest(self, program: Program) -> str:
        data = {name: _plain(name, program.fields.get(name), value) for name, value in self.data.items()}
        return hashlib.sha256(dumps((self.asked, data, self.comment is not None)).encode()).hexdigest()

    def _fits(self, store: Store, program: Program, case: Case, event: Event) -> bool:
        """Whether the sensitive values and the comment are those of the event that answered."""
        sealed: Mapping[str, object] = getattr(event, "fields", {})
        wanted = [
            (sealed.get(name), _canonical(name, program.fields[name], value))
            for name, value in self.data.items()
            if name in program.fields and program.fields[name].sensitive
        ]
        if self.comment is not None:
            wanted.append((beside_fields(event), dumps(self.comment)))
        refs = [value.ref for value, _ in wanted if isinstance(value, Sealed)]
        rows = store.secrets(case.id, refs) if refs else {}
        return all(_same(value, text, rows) for value, text in wanted)


def _plain(name: str, field: Field | None, value: object) -> object:
    """What stands for a value in the digest; one that its field does not take never claimed a key."""
    if field is None:
        return ("unknown", type(value).__name__, repr(value))
    if field.sensitive:
        return None
    try:
        return ("value", check_value(name, field, value))
    except FieldProblem:
        return ("wrong", type(value).__name__, repr(value))


def _canonical(name: str, field: Field, value: object) -> str | None:
    """A sensitive value as its vault row would hold it, or None if it would have none."""
    try:
        return dumps(plain_value(name, field, value))
    except FieldProblem:
        return None


def _same(sealed: object, text: str | None, rows: Mapping[str, Secret]) -> bool:
    if not isinstance(sealed, Sealed) or text is None:
        return False
    row = rows.get(sealed.ref)
    return row is None or hmac.compare_digest(Secret(row.ref, text, row.salt).digest, sealed.digest)
