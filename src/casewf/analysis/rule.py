"""A rule of the linter: what it looks for, why that hurts, and what to write instead."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import attrs

from casewf.analysis.subject import Subject
from casewf.definition.node import Span
from casewf.definition.source import Place

__all__ = ["ERROR", "WARNING", "Problem", "Rule"]

ERROR = "error"
WARNING = "warning"


@attrs.frozen(slots=True, kw_only=True)
class Problem:
    """What a rule found at one place.

    Attributes:
        message: what is wrong; one sentence, lower-case, without a full stop.
        span: where.
        help: what to do about this very one.
        story: the text of a story file that shows it, or the empty text.
        place: where, if in another file than the workflow's; ``span`` is not looked at then.
    """

    message: str
    span: Span = Span()  # noqa: RUF009  # a tuple
    help: str = ""
    story: str = ""
    place: Place | None = None


@attrs.frozen(slots=True, kw_only=True)
class Rule:
    """One rule; its examples are ``examples/CODE.bad.yaml`` and ``examples/CODE.good.yaml`` beside this package.

    Those of a rule that needs bindings have them in ``CODE.bindings.yaml``.

    Attributes:
        code: the stable code, ``CW7xx``; never used again for anything else.
        name: the rule's name and that of its file, in words with hyphens: ``unreachable-state``.
        level: ``error`` for what cannot have been meant, ``warning`` for what may have been.
        title: what is the case; one line, lower-case, without a full stop.
        zh: the same in Chinese.
        what: what exactly is looked for, and what is not.
        why: what happens to a case in the field.
        instead: what to write.
        check: finds it in a workflow.
        needs_bindings: it looks only where it is known what the host has.
    """

    code: str
    name: str
    level: str
    title: str
    zh: str = ""
    what: str
    why: str
    instead: str
    check: Callable[[Subject], Iterable[Problem]] = attrs.field(repr=False)
    needs_bindings: bool = False
