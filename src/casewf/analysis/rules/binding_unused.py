"""Something that the bindings name and no workflow knows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from casewf.analysis.rule import WARNING, Problem, Rule
from casewf.analysis.subject import Subject
from casewf.core.program import named_effects
from casewf.definition.bindings_file import Bindings
from casewf.definition.children import with_children
from casewf.definition.shapes import did_you_mean
from casewf.model.effect_specs import HookSpec, PushSpec
from casewf.model.workflow import Workflow

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Problem]:
    bindings = subject.bindings
    if bindings is None or bindings.workflows is None:
        return
    workflows = with_children(({**bindings.workflows, subject.workflow.id: subject.workflow}).values())
    known = _known(workflows)
    for key, what, names in _named(bindings):
        for number, name in enumerate(names):
            if name not in known[key]:
                yield Problem(
                    message=f"no workflow of the host knows {what} {name!r}",
                    place=bindings.report.place(bindings.span(key, number)),
                    help=did_you_mean(name, known[key]) or "take it out of the bindings",
                )


def _named(bindings: Bindings) -> Iterator[tuple[str, str, Sequence[str]]]:
    """What the file itself names; the people of a directory may have roles for other programs, too."""
    yield "roles", "role", bindings.listed_roles
    yield "hooks", "hook", bindings.hooks or ()
    yield "connectors", "connector", bindings.connectors or ()
    yield "calendars", "calendar", tuple(bindings.calendars or ())


def _known(workflows: Sequence[Workflow]) -> dict[str, list[str]]:
    effects = [effect for one in workflows for effect in named_effects(one)]
    return {
        "roles": [role for one in workflows for role in one.roles],
        "hooks": [effect.name for effect in effects if isinstance(effect, HookSpec)],
        "connectors": [effect.connector for effect in effects if isinstance(effect, PushSpec)],
        "calendars": [name for one in workflows for name in one.calendar.ids],
    }


RULE = Rule(
    code="CW747",
    name="binding-unused",
    level=WARNING,
    title="no workflow knows what the bindings name",
    zh="绑定文件中的名称没有任何流程使用",
    what="A role, hook, connector or calendar that the bindings name and that neither the file which is "
    "looked at uses, nor one of their `workflows`, nor a packaged child of these. Bindings without "
    "`workflows` do not say what the host runs, so nothing is found. Roles that people of the directory "
    "have are not looked at.",
    why="Most often it is the right thing under a wrong name, so that what a workflow calls is not there.",
    instead="Mend the name, add the workflow that uses it to `workflows`, or take it out.",
    check=_check,
    needs_bindings=True,
)
