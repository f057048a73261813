"""An overlay whose targets leave behind a ladder that a target of the base has of its own."""

from __future__ import annotations

from collections.abc import Iterator

from casewf.analysis.rule import WARNING, Problem, Rule
from casewf.analysis.subject import Subject
from casewf.definition.node import ListNode, MapNode, Node, Scalar
from casewf.definition.node_paths import same

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Problem]:
    document = subject.document
    slas = document.below.peek("slas") if isinstance(document.below, MapNode) else None
    for name, old in slas.pairs if isinstance(slas, MapNode) else ():
        new = document.node("slas", name.text)
        if not isinstance(old, MapNode) or not isinstance(new, MapNode):
            continue
        before, after = old.peek("target"), new.peek("target")
        if after is None or same(before, after):
            continue
        for lost, where in _lost(_rows(before), _rows(after), new):
            said = f" where {_condition(lost)[:80]}" if _condition(lost) else ""
            yield Problem(
                message=f"the ladder that the base gives the target of {name.text!r}{said} is gone; the limit's counts "
                "instead",
                span=(where or after).span,
                help="a list is replaced with all that its items hold: repeat the `ladder` of "
                f"{document.report.line(lost.span)}, or write `ladder: []` for no warnings",
            )


def _lost(
    before: list[MapNode], after: list[MapNode], limit: MapNode
) -> Iterator[tuple[MapNode, MapNode | None]]:
    """Rows of the base whose ladder is gone, each with the row that stands for it now, if one has its condition."""
    own = any(row.peek("ladder") is not None for row in after)
    for row in before:
        ladder = row.peek("ladder")
        if ladder is None or (isinstance(ladder, ListNode) and not ladder.items):
            continue
        now = next((one for one in after if _condition(one) == _condition(row)), None)
        has_one = own if now is None else now.peek("ladder") is not None
        if not has_one and not same(ladder, limit.peek("ladder")):
            yield row, now


def _rows(target: Node | None) -> list[MapNode]:
    items = target.items if isinstance(target, ListNode) else (target,)
    return [item for item in items if isinstance(item, MapNode)]


def _condition(row: MapNode) -> str:
    when = row.peek("when")
    return " ".join(when.text.split()) if isinstance(when, Scalar) else ""


RULE = Rule(
    code="CW780",
    name="ladder-left-behind",
    level=WARNING,
    title="an overlay leaves the ladder of a target behind",
    zh="叠加文件丢下了底本某个档位自己的预警阶梯",
    what="A new `target` in an overlay, without the `ladder` that a row of the base's `target` has of its own: where "
    "the row of the same condition has none, or where that condition is gone and no row has one. A limit that is "
    "sealed is not looked at: the reader refuses it (CW807).",
    why="A list replaces the whole list, with all that its items hold. Those cases are then warned of by the ladder of "
    "the limit, which was made for others: whoever is late with an urgent case of two hours hears of it a working day "
    "later.",
    instead="Repeat the ladder in the row, with instants that suit the new limit; `ladder: []` says that nobody is to "
    "be warned. `casewf show --resolved` shows what is left.",
    check=_check,
)
