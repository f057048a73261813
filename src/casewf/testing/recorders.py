"""Stand-ins for the world outside: they answer as told, and remember what they were asked."""

from __future__ import annotations

from collections.abc import Sequence

from casewf.ports.outside import Delivery, Outcome


class RecordingNotifier:
    """A ``Notifier`` that tells nobody; ``deliveries`` holds everything, oldest first."""

    def __init__(self) -> None:
        self.deliveries: list[Delivery] = []

    def notify(self, delivery: Delivery) -> None:
        """Remember the delivery."""
        self.deliveries.append(delivery)


class RecordingHook:
    """A ``Hook`` that does nothing; ``deliveries`` holds everything, oldest first."""

    def __init__(self) -> None:
        self.deliveries: list[Delivery] = []

    def __call__(self, delivery: Delivery) -> None:
        """Remember the delivery."""
        self.deliveries.append(delivery)


class ScriptedConnector:
    """A ``Connector`` that gives the answers it was given, in order; the last one repeats.

    Args:
        answers: at least one; by default everything is taken, without data.
    """

    def __init__(self, answers: Sequence[Outcome] = (Outcome(ok=True),)) -> None:
        if not answers:
            raise ValueError("a scripted connector needs at least one answer")
        self._answers = tuple(answers)
        self.deliveries: list[Delivery] = []

    def push(self, delivery: Delivery) -> Outcome:
        """The next answer; what was pushed is in ``deliveries``."""
        answer = self._answers[min(len(self.deliveries), len(self._answers) - 1)]
        self.deliveries.append(delivery)
        return answer


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
