"""Stand-ins for the world outside: they answer as told, fail as told, and remember what they were asked."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

import attrs

from casewf.model.effects import Notify
from casewf.ports.outside import Delivery, Outcome
from casewf.testing.names import HostNames
from casewf.testing.rungs import about_words

__all__ = ["CountingEntropy", "RecordingHook", "RecordingNotifier", "ScriptedConnector", "Told"]


@attrs.frozen(slots=True, kw_only=True)
class Told:
    """That one person was told of something.

    Attributes:
        person: his id; ``role``: as what he was told.
        about: a trigger, or the rung or the act of a limit: ``handle/due``, ``handle/extend``.
        case: the id of the case.
        at: when it happened, in microseconds since 1970-01-01T00:00Z.
        delivery: all of it; ``delivery.notice`` gives the words.
    """

    person: str
    role: str
    about: str
    case: str
    at: int
    delivery: Delivery = attrs.field(repr=False)


class _Failing:
    """What can be told to fail; ``deliveries`` holds what it took, oldest first.

    Attributes:
        names: what there is in the host that it is a part of; None where it stands alone and cannot know.
    """

    def __init__(self) -> None:
        self.names: HostNames | None = None
        self.deliveries: list[Delivery] = []
        self._errors: deque[Exception] = deque()

    def fail(self, *errors: Exception) -> None:
        """Raise these errors at the next calls, one at each; what was asked then counts as not taken."""
        self._errors.extend(errors)

    def _take(self, delivery: Delivery) -> None:
        if self._errors:
            raise self._errors.popleft()
        self.deliveries.append(delivery)


class RecordingNotifier(_Failing):
    """A ``Notifier`` that tells nobody; ``deliveries`` holds everything, oldest first."""

    def notify(self, delivery: Delivery) -> None:
        """Remember the delivery."""
        self._take(delivery)

    def told(
        self,
        person: str | None = None,
        *,
        role: str | None = None,
        about: str | None = None,
        case: str | None = None,
    ) -> tuple[Told, ...]:
        """Who was told of what, oldest first; what is given narrows it down.

        Raises:
            ValueError: nobody was, and the host that it is a part of has no such name.
        """
        found = tuple(
            one
            for delivery in self.deliveries
            for one in _told(delivery)
            if person in (None, one.person)
            and role in (None, one.role)
            and about in (None, one.about)
            and case in (None, one.case)
        )
        if not found and self.names is not None:
            self.names.check(person=person, role=role, about=about)
        return found


class RecordingHook(_Failing):
    """A ``Hook`` that does nothing; ``deliveries`` holds everything, oldest first."""

    def __call__(self, delivery: Delivery) -> None:
        """Remember the delivery."""
        self._take(delivery)


class ScriptedConnector:
    """A ``Connector`` that gives the answers it was given, in order; the last one repeats.

    Args:
        answers: at least one; by default everything is taken, without data. An exception is raised.

    Attributes:
        names: as those of the other stand-ins.
    """

    def __init__(self, answers: Sequence[Outcome | Exception] = (Outcome(ok=True),)) -> None:
        if not answers:
            raise ValueError("a scripted connector needs at least one answer")
        self.names: HostNames | None = None
        self._answers = tuple(answers)
        self.deliveries: list[Delivery] = []

    def push(self, delivery: Delivery) -> Outcome:
        """The next answer; what was pushed is in ``deliveries``, whatever was answered."""
        answer = self._answers[min(len(self.deliveries), len(self._answers) - 1)]
        self.deliveries.append(delivery)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def pushes(self, case: str) -> tuple[Delivery, ...]:
        """What was pushed of a case, every attempt, oldest first; ``values`` holds the fields."""
        return tuple(one for one in self.deliveries if one.case.id == case)


class CountingEntropy:
    """An ``Entropy`` that counts: the same commands give the same bytes. For tests and stories only.

    Vault salts made by it can be guessed, so a store that holds real people's data must never see it.
    """

    def __init__(self) -> None:
        self._count = 0

    def token(self) -> str:
        """The next number as 32 hexadecimal digits."""
        self._count += 1
        return f"{self._count:032x}"


def _told(delivery: Delivery) -> list[Told]:
    effect = delivery.effect
    if not isinstance(effect, Notify):
        return []
    about = about_words(delivery.workflow, effect.about)
    return [
        Told(
            person=person.id,
            role=effect.role,
            about=about,
            case=delivery.case.id,
            at=delivery.at,
            delivery=delivery,
        )
        for person in delivery.recipients
    ]
