"""What a base seals: values that an overlay may not change, and limits that it may tighten, never loosen.

Which limits are tighter is in ``tighter.py``.
"""

from __future__ import annotations

import attrs

from casewf.definition.amounts import above, written_amount
from casewf.definition.expression_types import suggestion
from casewf.definition.findings import Report, quoted
from casewf.definition.node import ListNode, MapNode, Node, Scalar, Span
from casewf.definition.node_paths import NodePath, Tree, differences, taken_out
from casewf.definition.shapes import is_null
from casewf.definition.tighter import loosened
from casewf.definition.values import texts
from casewf.model.amount import Amount, amount_words

__all__ = ["check_seals", "hold_seals"]

_NEVER = ("id", "version", "casewf", "extends", "sealed")
"""What every overlay has of its own."""


@attrs.frozen(slots=True)
class _Seal:
    path: NodePath
    span: Span

    @property
    def name(self) -> str:
        return ".".join(self.path)


def check_seals(report: Report, own: MapNode, whole: MapNode) -> None:
    """Note what a file seals and cannot: ``own`` is the file, ``whole`` the same with everything below it."""
    tree, node = Tree(whole), own.peek("sealed")
    for item in [] if is_null(node) else texts(report, node, "sealed"):
        path = tuple(item.text.split("."))
        if path[0] in _NEVER:
            message = f"{quoted(path[0])} cannot be sealed; every overlay has its own"
            report.add("CW805", message, item.span, help="delete it")
            continue
        last, missing = tree.walk(path)
        if missing:
            way = ".".join(path[: len(path) - len(missing)])
            where = (
                f"{quoted(way)} has no {quoted(missing[0])}" if way else f"there is no {quoted(missing[0])}"
            )
            advice = suggestion(missing[0][:100], tree.names(last, path[: len(path) - len(missing)]))
            report.add("CW805", f"{where} to be sealed", item.span, help=advice)


def hold_seals(report: Report, below: MapNode, whole: MapNode) -> None:
    """Note what an overlay does to the values and limits that the files below it seal.

    Args:
        report: gets the findings, each where the overlay does it; the help names the line that forbids it.
        below: the base, with everything below it.
        whole: the same with the overlay on it.
    """
    old, new = Tree(below), Tree(whole)
    for seal in _seals(below):
        before = old.find(seal.path)
        if before is None or seal.path[0] in _NEVER:
            continue  # noted where it is sealed
        if seal.path[0] == "slas" and len(seal.path) <= 3:
            for name in seal.path[1:2] or old.names(before, seal.path):
                _hold_limit(report, seal, old, new, name)
                if seal.path[2:] in {(), ("target",)}:
                    _hold_clocks(report, seal, new, name)
        else:
            _hold_value(report, seal, before, new)
    _hold_ceilings(report, old, new)


def _seals(whole: MapNode) -> list[_Seal]:
    node = whole.peek("sealed")
    items = node.items if isinstance(node, ListNode) else (node,)
    found = {item.text: item.span for item in items if isinstance(item, Scalar)}
    return [_Seal(tuple(name.split(".")), span) for name, span in found.items()]


def _hold_value(report: Report, seal: _Seal, before: Node, new: Tree) -> None:
    forbidden = f"sealed in {report.line(seal.span)}"
    after, missing = new.walk(seal.path)
    if missing:
        message = f"{quoted(seal.name)} is sealed and cannot be taken out"
        report.add(
            "CW806", message, taken_out(after, missing[0]), help=f"{forbidden}; leave it as it is there"
        )
        return
    for path, span in differences(before, after, seal.path):
        message = f"{quoted('.'.join(path))} is sealed and cannot be changed"
        report.add("CW806", message, span, help=f"{forbidden}; leave it as it is there")


def _hold_limit(report: Report, seal: _Seal, old: Tree, new: Tree, name: str) -> None:
    """A limit, or a part of it, may be tightened."""
    forbidden = f"sealed in {report.line(seal.span)}"
    before, (after, missing) = old.find(("slas", name)), new.walk(("slas", name))
    if missing:
        message = f"the limit {quoted(name)} is sealed and cannot be taken out"
        report.add("CW807", message, taken_out(after, missing[0]), help=forbidden)
    elif isinstance(before, MapNode) and isinstance(after, MapNode):
        for slack in loosened(before, after, seal.path[2:]):
            stands = "" if slack.old is None else f"; what it was stands in {report.line(slack.old)}"
            code, what = ("CW807", "is loosened") if slack.comparable else ("CW809", "cannot be compared")
            message = f"the sealed limit {quoted(name)} {what}: {slack.why}"
            report.add(code, message, slack.span, help=forbidden + stands)


def _hold_clocks(report: Report, seal: _Seal, new: Tree, name: str) -> None:
    """The clocks of open cases, too: the section ``migrate`` may keep or shorten them, no more."""
    clocks = new.find(("migrate", "clocks"))
    for earlier, body in clocks.pairs if isinstance(clocks, MapNode) else ():
        to = body.peek("to") if isinstance(body, MapNode) else earlier
        how = body.peek("how") if isinstance(body, MapNode) else body
        word, target = (one.text if isinstance(one, Scalar) else "" for one in (how, to))
        if name not in (earlier.text, target):
            continue
        why = _ENDED.get(word, "")
        if target != name:
            why = f"`migrate` brings its clocks under {quoted(target)}"
        if why:
            message = f"the sealed limit {quoted(name)} is loosened: {why}"
            report.add("CW807", message, earlier.span, help=f"sealed in {report.line(seal.span)}")


_ENDED = {"cancel": "`migrate` ends its clocks", "restart": "`migrate` starts its clocks anew"}


def _hold_ceilings(report: Report, old: Tree, new: Tree) -> None:
    """``at_most`` stays, or becomes less; that the targets keep to it is seen when they are read."""
    slas = old.find(("slas",))
    for name, before in old.names(slas, ("slas",)).items() if slas is not None else ():
        node = before.peek("at_most") if isinstance(before, MapNode) else None
        most = _amounts(node)
        if node is None or not most:
            continue
        stands = f"it stands in {report.line(node.span)}"
        after, missing = new.walk(("slas", name, "at_most"))
        if missing:
            what = "at_most" if missing == ("at_most",) else "a limit with at_most"
            message = f"{what} cannot be taken out of {quoted(name if what == 'at_most' else 'slas')}"
            report.add("CW807", message, taken_out(after, missing[0]), help=stands)
        for one in _amounts(after if not missing else None):
            longer = above(one, most)
            if longer is not False:
                code, what = ("CW807", "is raised") if longer else ("CW809", "cannot be compared")
                said = " or ".join(amount_words(each, "en") for each in most)
                message = f"at_most of {quoted(name)} {what}: {amount_words(one, 'en')} instead of {said}"
                report.add(code, message, after.span, help=stands)


def _amounts(node: Node | None) -> list[Amount]:
    """What ``at_most`` says, as far as it can be read."""
    items = node.items if isinstance(node, ListNode) else (node,)
    found = (written_amount(item.text) for item in items if isinstance(item, Scalar))
    return [one for one in found if one is not None]
