"""What exploring the product of a workflow's tracks shows, apart from what other rules tell."""

from __future__ import annotations

from collections.abc import Iterator
from weakref import WeakKeyDictionary

from casewf.analysis.lacking import lacking
from casewf.analysis.parts import fired_by_system
from casewf.analysis.product.soundness import Soundness
from casewf.analysis.subject import Subject
from casewf.definition.document import Path
from casewf.model.roles import SYSTEM

__all__ = ["soundness_of"]

_KNOWN: WeakKeyDictionary[Subject, Soundness] = WeakKeyDictionary()


def soundness_of(subject: Subject) -> Soundness:
    """What exploring shows, worked out once for each subject.

    A row that is never taken for a reason of its own has a finding of its own. What else would follow from it, such as
    that a case is caught because of it, goes away when it is mended.
    """
    found = _KNOWN.get(subject)
    if found is None:
        rows = frozenset(_told(subject))
        found = _KNOWN[subject] = Soundness(subject.program, subject.document.report.source.file, rows)
    return found


def _told(subject: Subject) -> Iterator[tuple[str, int]]:
    """The rows that are told by rules of their own.

    Their condition is never met (CW707), every case there is closed (CW712), they lack a field (CW722), or nobody fires
    them (CW720, CW721).
    """
    paths = [condition.path for condition, judgement in subject.conditions if judgement.never]
    for path in (*paths, *(one.path for one in lacking(subject))):
        yield from _row_at(path)
    for track in subject.workflow.tracks:
        for number, rules in subject.rows.rules_of(track.id).items():
            if not any(map(subject.rows.is_open, rules)):
                yield track.id, number
    fired, _ = fired_by_system(subject.workflow)
    for row in subject.transitions:
        spec = row.spec
        alone = bool(spec.by) and all(one.role == SYSTEM for one in spec.by)
        if alone and (spec.trigger not in fired or spec.comment == "required" or spec.asks):
            yield row.track.id, row.number


def _row_at(path: tuple[Path, ...]) -> Iterator[tuple[str, int]]:
    match path:
        case ("tracks", str(track), "transitions", int(number), *_):
            yield track, number
