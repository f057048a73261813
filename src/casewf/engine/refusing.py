"""A refusal as the exception that a host catches, in words that its actor may read (M2, M3)."""

from __future__ import annotations

from casewf.core.decide import Refusal
from casewf.core.program import Program
from casewf.engine.means import Means
from casewf.engine.sight import Sight
from casewf.errors import Conflict, Refused
from casewf.model.case import Case
from casewf.model.commands import Absorb, Act, Fire, Import, Open, ReportChild, Split
from casewf.model.file_commands import FileCommand
from casewf.views.words import refusal_words


def refused(
    means: Means,
    program: Program,
    case: Case | None,
    command: Open | Import | Fire | Act | Split | ReportChild | Absorb | FileCommand,
    refusal: Refusal,
) -> Refused | Conflict:
    """What is to be raised for a refused command; ``case`` is the case before it, if there is one."""
    if isinstance(command, Open):
        return Refused(command.case, "open", refusal.reasons, refusal_words(program.workflow))
    if isinstance(command, Import):
        return Refused(command.case, "import", refusal.reasons, refusal_words(program.workflow))
    case_id, version = ("", None) if case is None else (case.id, case.version)
    if isinstance(command, Split):
        return Refused(case_id, "split", refusal.reasons, refusal_words(program.workflow))
    if isinstance(command, ReportChild | Absorb):
        what = "report_child" if isinstance(command, ReportChild) else "absorb"
        return Refused(case_id, what, refusal.reasons, refusal_words(program.workflow))
    if refusal.is_conflict and command.expect is not None:
        return Conflict(case_id, command.expect, version)
    on_file = None if isinstance(command, Fire | Act) else command.name
    words = refusal_words(program.workflow, on_file)
    reasons = Sight(means, command.actor).reasons(refusal.reasons)
    return Refused(case_id, _what(command), reasons, words)


def _what(command: Fire | Act | FileCommand) -> str:
    """What a refusal calls a command on a case."""
    if isinstance(command, Fire):
        return command.trigger
    return command.act if isinstance(command, Act) else command.name
