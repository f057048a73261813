"""What rungs and notifications are called in tests: as the definition file writes them."""

from __future__ import annotations

from casewf.model.workflow import Rung, Workflow
from casewf.testing.story_writer import written_amount
from casewf.views.words import rungs_of

__all__ = ["about_words", "rung_name", "rung_names"]


def rung_name(rung: Rung) -> str:
    """``due``, ``80%``, ``before 2 working days`` or ``after 4 hours``."""
    if rung.percent is not None:
        return "due" if rung.percent == 100 else f"{rung.percent}%"
    if rung.before is not None:
        return f"before {written_amount(rung.before)}"
    return "" if rung.after is None else f"after {written_amount(rung.after)}"


def rung_names(workflow: Workflow, sla: str) -> tuple[str, ...]:
    """The rungs of a limit by their numbers: those of its targets that have a ladder of their own, too."""
    return tuple(rung_name(rung) for one in workflow.slas if one.id == sla for rung in rungs_of(one))


def about_words(workflow: Workflow | None, about: str) -> str:
    """What a notification is about: a trigger's name, or a rung as ``handle/due``."""
    sla, slash, number = about.partition("/")
    if workflow is None or not slash:
        return about
    names = rung_names(workflow, sla)
    return f"{sla}/{names[int(number)]}" if number.isdecimal() and int(number) < len(names) else about
