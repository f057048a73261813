"""An extension or a suspension that nobody can ever be granted."""

from __future__ import annotations

from collections.abc import Iterator

from casewf.analysis.limits.sample_starts import instant_words, sample_starts
from casewf.analysis.rule import WARNING, Problem, Rule
from casewf.analysis.subject import Subject
from casewf.core.clocks import Measure, limit_of
from casewf.errors import WorkingTimeError
from casewf.model.amount import Amount
from casewf.model.workflow import Sla

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Problem]:
    for sla in subject.workflow.slas:
        yield from _in_another_unit(subject, sla)
        extends = False
        for key, rule in (("extension", sla.extension), ("suspension", sla.suspension)):
            before = None if rule is None else rule.asked_before
            too_late = "" if before is None else _too_late(subject, sla, before)
            if key == "extension":
                extends = rule is not None and not too_late
            if too_late and not extends:
                yield Problem(
                    message=f"the {key} of limit {sla.id!r} can never be asked for: {too_late}",
                    span=subject.at("slas", sla.id, key, "asked_before"),
                    help="ask for less than the shortest limit",
                )


def _in_another_unit(subject: Subject, sla: Sla) -> Iterator[Problem]:
    """The targets in another unit than the one in which an extension may be asked for."""
    most = None if sla.extension is None else sla.extension.up_to
    for number, target in enumerate(sla.target):
        if most is not None and target.within is not None and type(target.within) is not type(most):
            yield Problem(
                message=f"limit {sla.id!r} can never be extended with this target: an extension is asked for in "
                f"its unit, and `up_to` is {subject.written('slas', sla.id, 'extension', 'up_to')}",
                span=subject.at("slas", sla.id, "target", number, "within"),
                help="write the target in the unit of up_to, or `up_to: original`: as much as the limit itself",
            )


def _too_late(subject: Subject, sla: Sla, before: Amount) -> str:
    """Why it is too late from the start on, with any target and for any start; empty if it is not."""
    if any(target.within is None for target in sla.target):
        return ""  # a date may lie as far ahead as one likes
    why = ""
    for calendar in subject.program.calendars.values():
        for start in sample_starts(calendar):
            for target in sla.target:
                try:
                    limit = limit_of(Measure(calendar, start, target.within))
                    latest = calendar.subtract_us(limit, before, anchor="same_time")
                except WorkingTimeError:
                    continue
                if latest >= start:
                    return ""
                why = why or (
                    f"started {instant_words(calendar, start)} it is due {instant_words(calendar, limit)}, and "
                    f"it had to be asked for before {instant_words(calendar, latest)}"
                )
    return why


RULE = Rule(
    code="CW768",
    name="act-never-possible",
    level=WARNING,
    title="an extension or a suspension can never be had",
    zh="延期或暂停永远申请不到",
    what="`asked_before` that is longer than every target, so that it is too late when the limit starts, tried "
    "with the real calendar; not of a suspension where the limit may be extended first. And a target in another unit "
    "than that of `up_to`, with which no extension can be granted (K7).",
    why="`options` offers the act, and every request is refused; who needs the time learns it then.",
    instead="Let it be asked for until shortly before the due instant, and write `up_to` in the unit of the "
    "targets, or `original`.",
    check=_check,
)
