"""What a host does with personal data: erase it, give it to whom it is about, end its retention (D5)."""

from __future__ import annotations

from collections.abc import Sequence

from casewf.engine.erasing import Erasure, end_retention, erase_person, named_values
from casewf.engine.personal_data import personal_data
from casewf.engine.unit_of_work import UnitOfWork
from casewf.engine.upkeep import CaseKeeper
from casewf.model.arguments import check_switch
from casewf.model.case import Actor
from casewf.model.codec import Json
from casewf.model.plain_text import stored_text


class DataKeeper(CaseKeeper):
    """The part of the engine that answers for personal data. Who may call it is the host's decision.

    A person is known by the host's own id: a case holds his data where a party carries that id, or the field that
    ``identifies`` has it. The id itself stays in the history for ever, so it should say nothing to others: the number
    of an account, never of a telephone.
    """

    def erase(
        self,
        case_id: str,
        *,
        actor: Actor,
        fields: Sequence[str] | None = None,
        parties: Sequence[str] | None = None,
        reason: str = "",
    ) -> int:
        """Delete vault rows of a case and record that it was done (D5); returns how many.

        The actor must be one who sees the case. With neither ``fields`` nor ``parties`` everything goes that the
        case has in the vault: comments, notes, and where files lie, too.

        Args:
            case_id: the case.
            actor: who does it.
            fields: names of sensitive fields, every value they ever had.
            parties: ids of parties, also of those who left; all that was ever known of who they are.
            reason: why; it stays in the history for ever, so it should name nobody.

        Raises:
            NotFound: no such case, or not his to see.
            Conflict: somebody else was faster.
            ValueError: a name that is no sensitive field of the case, or an id that none of its parties ever had.
        """
        self._only_outside("erase")  # the log, which holds the values too, is emptied after the commit
        actor = self._means.resolve(actor)
        touched: set[str] = set()
        choose = named_values(case_id, fields, parties)
        why = stored_text(reason, "a reason")
        try:
            stored = self._means.visible(case_id, actor)
            return UnitOfWork(self._means, touched).erase(stored, actor, choose, why)
        finally:
            self._deliver(touched)

    def erase_person(
        self, person: str, *, actor: Actor, reason: str = "", texts: bool = False, apply: bool = False
    ) -> Erasure:
        """Erase what all cases hold about a person (PIPL art. 47), whether or not the actor sees them.

        What says who he is goes: his identity as a party, and the sensitive fields while they described him. Comments,
        notes and names of files, in which anybody may be named, go along where the case is about nobody else; else
        they stay, and are counted. What the host keeps itself, and what was passed on, is not reached from here:
        ``personal_data`` says to whom it went.

        Args:
            person: the host's id of the person.
            actor: in whose name.
            reason: why; it stays in the histories for ever, so it should name nobody.
            texts: take the texts of cases that are about others, too.
            apply: whether to do it, or only to tell; it cannot be undone.

        Raises:
            TypeError: ``texts`` or ``apply`` is neither True nor False.
        """
        check_switch(texts, "texts")
        check_switch(apply, "apply")
        self._only_outside("erase_person")
        actor = self._means.resolve(actor)
        touched: set[str] = set()
        name, why = _person(person), stored_text(reason, "a reason")
        try:
            return erase_person(self._means, name, actor, why, touched, texts=texts, apply=apply)
        finally:
            self._deliver(touched)

    def end_retention(
        self, *, actor: Actor, reason: str = "retention is over", apply: bool = False
    ) -> Erasure:
        """Erase everything that the vault holds of closed cases whose ``retention`` is over (PIPL art. 19, 47).

        Call it every day. A case that is reopened in time is kept until it has been closed again for so long.

        Args: as ``erase_person``.

        Raises:
            TypeError: ``apply`` is neither True nor False.
        """
        check_switch(apply, "apply")
        self._only_outside("end_retention")
        actor = self._means.resolve(actor)
        touched: set[str] = set()
        why = stored_text(reason, "a reason")
        try:
            return end_retention(self._means, actor, why, touched, apply=apply)
        finally:
            self._deliver(touched)

    def personal_data(self, person: str) -> dict[str, Json]:
        """All that the cases hold about a person, in plain words, to be given to him (PIPL art. 45).

        What is about others in the same cases is left out: their identities, and texts in which they may be named,
        which are counted.

        Args:
            person: the host's id of the person.

        Returns:
            What ``json.dumps`` takes; its keys are in docs/how-to/answer-for-personal-data.md.
        """
        return personal_data(self._means, _person(person))


def _person(person: str) -> str:
    name = stored_text(person, "a person's id")
    if not name:
        raise ValueError("a person's id is empty; give the host's own id of the person")
    return name
