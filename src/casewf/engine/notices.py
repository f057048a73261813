"""What each recipient of a notification may read of the case: in the role in which he is told, and no more (D5)."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from casewf.core.permission import in_scope
from casewf.engine.case_view import zone_of
from casewf.engine.means import Means
from casewf.engine.sight import Sight
from casewf.model.case import Actor, Case
from casewf.model.effects import Notify
from casewf.model.notice import Notice
from casewf.model.staff import Person
from casewf.views.notice import full_notice, short_notice
from casewf.views.words import Speaker


@attrs.frozen(slots=True)
class Recipient:
    """Somebody who is told, and who he is in it: a member of the organisation, or the holder for whom he answers."""

    person: Person
    capacities: tuple[Actor, ...]


def recipient(person: Person, capacity: Actor, known: Mapping[str, Recipient]) -> Recipient:
    """The person in this capacity, and in those in which he was found before."""
    before = known[person.id].capacities if person.id in known else ()
    return Recipient(person, (*before, capacity))


class Notices:
    """Writes the notices of one delivery; good while it lasts.

    Whoever is told reads what he may read in the one role in which he is told, as a member of the organisation in which
    he was found, or as the holder for whom he answers. Other roles of his show him more in the host's application, not
    in a message. Where the case does not lie in that field of duty any more, because it was given to somebody else
    while the message waited, he is told what happened, and nothing of how the case stands (M2).

    Args:
        means: the host's ports.
        case: as it stands.
        effect: the notification.
        at: when it was written, in microseconds.
        recipients: by id.
    """

    def __init__(
        self, means: Means, case: Case, effect: Notify, at: int, recipients: Mapping[str, Recipient]
    ) -> None:
        self._means = means
        self._case = case
        self._effect = effect
        self._at = at
        self._recipients = recipients

    def __call__(self, person: Person, lang: str) -> Notice:
        """What to tell a recipient in ``"zh"`` or ``"en"``.

        Raises:
            ValueError: he is no recipient, or there is no such language.
        """
        if person.id not in self._recipients:
            raise ValueError(f"{person.id!r} is no recipient of this notification")
        if lang not in ("zh", "en"):
            raise ValueError(f"lang must be 'zh' or 'en', got {lang!r}")
        program, case = self._means.registry.pinned(self._case), self._case
        speaker = Speaker(workflow=program.workflow, zone=zone_of(program, case), lang=lang, finest=1_000_000)
        for capacity in self._recipients[person.id].capacities:
            lineage = () if capacity.org is None else self._means.lineage(capacity.org)
            actor = attrs.evolve(capacity, lineage=lineage)
            if person.id == case.opened_by or in_scope(case, actor):
                fields = Sight(self._means, actor).view(case).fields
                return full_notice(speaker, case, self._effect, self._at, fields)
        return short_notice(speaker, case, self._effect)
