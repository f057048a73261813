"""Every exception of casewf, split by whose fault it is (X3).

::

    CasewfError
    ├── DefinitionError      the author's: a workflow, calendar or story file is wrong
    ├── WorkingTimeError     a question that working time cannot answer
    │   ├── HorizonError         a day past what the calendar knows
    │   ├── DateMissingError     a limit until a date that is not given
    │   ├── EmptyCalendarError   a calendar without working time
    │   └── AmountError          an amount beyond all reason
    ├── BindingError         the host's: names that nobody bound, hooks with a wrong signature
    ├── Refused              the actor's: a command that the rules do not allow
    ├── NotFound             the actor's: no such case, or not his to see (the same answer)
    ├── KeyReused            the host's: one idempotency key for two different commands
    ├── Conflict             the race's: somebody else was faster
    ├── StoryFailed          a test's: a story went otherwise than it expects
    ├── SimulationError      whoever simulates: what is asked for cannot be simulated
    ├── ImportFileError      the world's: a file of cases to import cannot be read as one
    ├── AdapterError         the world's: a store, connector or file failed
    └── InternalError        ours

Nothing here imports anything of casewf.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any, Protocol

__all__ = [
    "AdapterError",
    "AmountError",
    "BindingError",
    "CasewfError",
    "Conflict",
    "DateMissingError",
    "DefinitionError",
    "EmptyCalendarError",
    "HorizonError",
    "ImportFileError",
    "InternalError",
    "KeyReused",
    "NotFound",
    "Refused",
    "SimulationError",
    "StoryFailed",
    "WorkingTimeError",
]


class CasewfError(Exception):
    """The base of all errors of casewf; catch it to catch them all.

    Like other exceptions they can be pickled, and so reach whoever waits for another process.
    """

    # Any: what pickle takes may hold anything
    def __reduce__(self) -> tuple[Any, ...]:
        return _as_it_was, (type(self), self.args, self.__dict__)


def _as_it_was(cls: type[CasewfError], args: tuple[object, ...], state: dict[str, object]) -> CasewfError:
    """An error without its ``__init__``, which takes other arguments than those that an exception keeps."""
    error = cls.__new__(cls, *args)
    error.__dict__.update(state)
    return error


class ReasonLike(Protocol):
    """What ``Refused`` needs of a reason: a code for machines, a sentence per language."""

    @property
    def code(self) -> str:
        """A stable, machine-readable code such as ``wrong_state``."""

    def text(self, lang: str = "en", words: Callable[[str, str, str], str] | None = None) -> str:
        """The sentence in ``lang`` (``"zh"`` or ``"en"``), with labels where ``words`` knows them."""


class FindingLike(Protocol):
    """What ``DefinitionError`` needs of a finding: a line that says where and what."""

    def __str__(self) -> str: ...


class DefinitionError(CasewfError):
    """A definition file is wrong; ``findings`` holds every problem found, in file order."""

    def __init__(self, findings: Sequence[FindingLike]) -> None:
        self.findings = tuple(findings)
        super().__init__("\n".join(str(finding) for finding in self.findings))


class WorkingTimeError(CasewfError, ValueError):
    """Working time cannot answer the question; the message says why and what to do."""


class HorizonError(WorkingTimeError):
    """The answer touches a day past the calendar's ``announced_through`` (T6)."""

    def __init__(self, calendar: str, date: dt.date, announced_through: dt.date) -> None:
        self.calendar = calendar
        self.date = date
        self.announced_through = announced_through
        super().__init__(self.text("en"))

    def text(self, lang: str = "en") -> str:
        """The sentence in ``lang`` (``"zh"`` or ``"en"``)."""
        if lang == "zh":
            return (
                f"日历 {self.calendar} 只公布到 {self.announced_through}，而结果要用到 {self.date}；"
                "请补入下一年的放假通知，或接受暂定结果"
            )
        return (
            f"calendar {self.calendar!r} is announced through {self.announced_through}, but the answer touches "
            f"{self.date}; add the next year's notice to the calendar, or ask for a provisional answer"
        )


class DateMissingError(WorkingTimeError):
    """A limit runs until the date in a field, and the field has no value."""

    def __init__(self, sla: str, field: str) -> None:
        self.sla = sla
        self.field = field
        super().__init__(self.text("en"))

    def text(self, lang: str = "en") -> str:
        """The sentence in ``lang`` (``"zh"`` or ``"en"``)."""
        if lang == "zh":
            return f"时限 {self.sla} 以字段 {self.field} 中的日期为准，而该字段还没有值"
        return f"the limit {self.sla} runs until the date in the field {self.field}, which has no value"


class EmptyCalendarError(WorkingTimeError):
    """The calendar has no working time at all, so nothing can ever be due (T6)."""


class AmountError(WorkingTimeError):
    """The amount leads beyond the years that dates can express."""


class BindingError(CasewfError):
    """Names that a workflow uses and the host did not bind; all of them in one error."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


class Refused(CasewfError):
    """The rules do not allow this command; nothing was changed by it (M3).

    ``reasons`` lists all reasons of the step of M2 that left no row.
    """

    def __init__(
        self,
        case: str,
        trigger: str,
        reasons: Sequence[ReasonLike],
        words: Callable[[str, str, str], str] | None = None,
    ) -> None:
        self.case = case
        self.trigger = trigger
        self.reasons = tuple(reasons)
        self._words = words
        super().__init__(self.text("en"))

    def text(self, lang: str = "en") -> str:
        """All reasons as one text for people in ``lang`` (``"zh"`` or ``"en"``), labels beside codes."""
        label = "" if self._words is None else self._words("trigger", self.trigger, lang)
        joined = ("；" if lang == "zh" else "; ").join(self.sentences(lang))
        if lang == "zh":
            what = f"{label}（{self.trigger}）" if label and label != self.trigger else self.trigger
            return f"工单 {self.case} 不能执行 {what}：{joined}"
        what = f"{label} ({self.trigger})" if label and label != self.trigger else self.trigger
        return f"case {self.case} cannot {what}: {joined}"

    def sentences(self, lang: str = "en") -> tuple[str, ...]:
        """A sentence for each of ``reasons``, in ``lang`` (``"zh"`` or ``"en"``), labels beside codes."""
        return tuple(reason.text(lang, self._words) for reason in self.reasons)


class NotFound(CasewfError):
    """No such case, or not one that this actor may see; the answer does not tell which (M2)."""

    def __init__(self, case: str) -> None:
        self.case = case
        super().__init__(self.text("en"))

    def text(self, lang: str = "en") -> str:
        """The sentence in ``lang`` (``"zh"`` or ``"en"``)."""
        if lang == "zh":
            return f"没有找到工单 {self.case}"
        return f"no case {self.case} was found"


class KeyReused(CasewfError):
    """The idempotency key was used before, for another command (M7)."""

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(self.text("en"))

    def text(self, lang: str = "en") -> str:
        """The sentence in ``lang`` (``"zh"`` or ``"en"``)."""
        if lang == "zh":
            return f"幂等键 {self.key} 已用于另一条命令；请为新命令换一个键"
        return f"the idempotency key {self.key} was used for another command; give the new command a key of its own"


class Conflict(CasewfError):
    """Somebody else changed the case first (D1, M6); load it again and decide anew."""

    def __init__(self, case: str, expected: int, found: int | None = None) -> None:
        self.case = case
        self.expected = expected
        self.found = found
        super().__init__(self.text("en"))

    def text(self, lang: str = "en") -> str:
        """The sentence in ``lang`` (``"zh"`` or ``"en"``)."""
        if lang == "zh":
            return f"工单 {self.case} 已被他人修改（预期版本 {self.expected}）；请刷新后重试"
        return f"case {self.case} was changed by somebody else (expected version {self.expected}); load and try again"


class StoryFailed(CasewfError):
    """A story went otherwise than it expects; ``failures`` holds every difference, each with file and line."""

    def __init__(self, failures: Sequence[FindingLike]) -> None:
        self.failures = tuple(failures)
        super().__init__("\n".join(str(failure) for failure in self.failures))


class AdapterError(CasewfError):
    """A store, connector or file failed; ``retryable`` says whether the same call may succeed later."""

    def __init__(self, message: str, *, retryable: bool = False) -> None:
        self.retryable = retryable
        super().__init__(message)


class Undelivered(AdapterError):
    """What a notifier or a hook raises that knows more of its failure than that it failed (D2).

    Args:
        message: what went wrong, and what to do about it.
        final: trying again is of no use, so the effect is given up at once.
        retry_after: for how long the receiver wants to be left alone, in microseconds; None if it did not say.
        people: the ids of the recipients who were not told, where others were; only they are told again.

    Raises:
        TypeError: ``retry_after`` is no whole number.
    """

    def __init__(
        self, message: str, *, final: bool = False, retry_after: int | None = None, people: Sequence[str] = ()
    ) -> None:
        if retry_after is not None and type(retry_after) is not int:
            raise TypeError(f"retry_after is a whole number of microseconds, got {retry_after!r}")
        self.final = final
        self._retry_after = retry_after
        self.people = tuple(people)
        super().__init__(message, retryable=not final)

    @property
    def retry_after(self) -> int | None:
        """For how long the receiver wants to be left alone, in microseconds."""
        return self._retry_after


class SimulationError(CasewfError):
    """What is asked for cannot be simulated; the text says what to change."""

    def __init__(self, zh: str, en: str) -> None:
        self._zh = zh
        super().__init__(en)

    def text(self, lang: str = "en") -> str:
        """The sentence in ``lang`` (``"zh"`` or ``"en"``)."""
        return self._zh if lang == "zh" else str(self)


class ImportFileError(CasewfError):
    """A file of cases to import cannot be read as one; rows before the fault may have been imported."""

    def __init__(self, zh: str, en: str) -> None:
        self._zh = zh
        super().__init__(en)

    def text(self, lang: str = "en") -> str:
        """The sentence in ``lang`` (``"zh"`` or ``"en"``)."""
        return self._zh if lang == "zh" else str(self)


class InternalError(CasewfError):
    """A fault of casewf itself; please report it with the text of this error."""
