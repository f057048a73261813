"""Splitting a case: a part of it goes on as a case of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from casewf.engine.case_view import CaseView
from casewf.engine.commanding import Commander, comment_text, derived_key
from casewf.engine.keys import OPEN
from casewf.engine.wanted import Splitting
from casewf.model.case import Actor
from casewf.model.plain_text import stored_text


class CaseSplitter(Commander):
    """The part of the engine that splits cases."""

    def split(
        self,
        case_id: str,
        *,
        actor: Actor,
        parties: Sequence[str] = (),
        data: Mapping[str, object] | None = None,
        comment: str | None = None,
        new_id: str | None = None,
        key: str | None = None,
        retry: int = 0,
    ) -> CaseView:
        """Let a part of a case go on as a case of its own; returns this one as it stands afterwards.

        The new case is of the same workflow, in its present version. It takes over the fields that the workflow's
        ``split`` names, and begins in the initial states, with clocks of its own; those of this case run on. It is
        opened when the effects are delivered; the last link of the kind ``split_to`` says what it is called.

        Args:
            case_id: the case.
            actor: who does it.
            parties: the ids of those who go along; they are no parties of this case any more.
            data: values of the new case that differ from this one's.
            comment: why; kept in the vault (D5).
            new_id: the host's id of the new case; a fresh one if None.
            key: makes the command idempotent (M7).
            retry: how often to try again when somebody else was faster.

        Raises:
            NotFound: no such case, or not his to see.
            Refused: the rules do not allow it, or would not allow the new case to be opened; nothing is changed.
            Conflict: somebody else was faster.
            KeyReused: the key was used for another command.
            HorizonError: a clock of the new case would be due past what its calendar knows (E2).
            ValueError: an actor without an id, or a new id that cannot be one.
        """
        if new_id in ("", OPEN):
            raise ValueError(f"{new_id!r} cannot be the id of a case; give another, or None for a fresh one")
        wanted = Splitting(
            case_id=case_id,
            actor=self._means.resolve(actor),
            parties=tuple(dict.fromkeys(stored_text(one, "a party's id") for one in parties)),
            data=dict(data or {}),
            comment=comment_text(comment),
            new_id=None if new_id is None else stored_text(new_id, "a case's id"),
            key=derived_key(case_id, "split") if key is None else stored_text(key, "a key"),
        )
        unkeyed = (case_id, "split") if key is None else None
        return self._command(lambda unit: unit.split(wanted), wanted.actor, retry, unkeyed)
