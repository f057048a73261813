"""Overlays: a file that ``extends`` another one, read together with it as one plain file."""

from __future__ import annotations

from typing import NamedTuple

import attrs

from casewf.definition.expression_types import suggestion
from casewf.definition.files import NotReadable, is_id, packaged
from casewf.definition.findings import Report, quoted
from casewf.definition.node import MapNode, Node, Scalar
from casewf.definition.origin import Origin
from casewf.definition.overlay import lay_over
from casewf.definition.seals import check_seals, hold_seals
from casewf.definition.shapes import MapView, is_null, kind_of
from casewf.definition.source import SourceText
from casewf.definition.values import check_format, refuse_other_kind, text
from casewf.definition.workflow_file import FORMAT, WORKFLOW
from casewf.definition.yaml_text import compose
from casewf.errors import DefinitionError, InternalError

__all__ = ["MAX_DEEP", "OVERLAY", "Resolved", "resolve"]

MAX_DEEP = 8
_OWN = ("casewf", "id", "version")
OVERLAY = attrs.evolve(
    WORKFLOW,
    what="an overlay",
    required=(*_OWN, "extends"),
    optional=tuple(key for key in WORKFLOW.keys if key not in {*_OWN, "extends"}),
)


class Resolved(NamedTuple):
    """A file with everything that it lies over, and that alone: None for a plain file."""

    whole: Node
    below: Node | None = None


def resolve(report: Report, root: Node, origin: Origin) -> Resolved:
    """The file with everything that it lies over; a plain file is returned as it is.

    Both results have the shape of a plain file, without ``extends``. Values stand where they are written, each in its
    own file; the texts of the bases are added to ``report.sources``.

    Args:
        report: of the file that was asked for.
        root: its content.
        origin: where it lies.

    Raises:
        DefinitionError: a base cannot be had.
    """
    levels = _levels(report, root, origin)
    whole, below = levels.pop(), None
    if isinstance(whole, MapNode):
        check_seals(report, whole, whole)
    while levels:
        over, below = levels.pop(), whole
        assert isinstance(over, MapNode) and isinstance(below, MapNode)  # noqa: S101, PT018  # only maps have bases
        whole = lay_over(report, _without_migration(below), over)
        check_seals(report, over, whole)
        hold_seals(report, below, whole)
    return Resolved(whole, below)


def _without_migration(base: MapNode) -> MapNode:
    """A base as others lie over it: its section ``migrate`` is about cases of its own."""
    return attrs.evolve(base, pairs=tuple(pair for pair in base.pairs if pair[0].text != "migrate"))


def _levels(report: Report, root: Node, origin: Origin) -> list[Node]:
    """The file, its base, the base of that one, and so on."""
    refuse_other_kind(report, root, "casewf")
    levels = [root]
    while isinstance(root, MapNode) and (named := root.peek("extends")) is not None:
        if is_null(named):
            advice = "name the file that this one lies over, or leave it out"
            report.fail("CW206", "key 'extends' has no value", named.span, help=advice)
        root, origin = _base(report, named, origin)
        levels.append(root)
    for number, level in enumerate(levels):
        if isinstance(level, MapNode):
            _check_own(report, level, levels[number + 1 :])
    return levels


def _base(report: Report, named: Node, origin: Origin) -> tuple[Node, Origin]:
    """The content of the file that ``extends`` names, and where it lies."""
    name = text(report, named, "extends")
    if name is None:
        report.close()
        raise InternalError("a base without a name was noted")
    if circle := origin.circle(name):
        report.fail(
            "CW801", f"overlays in a circle: {circle}", named.span, help="let one of them extend nothing"
        )
    above = origin.above(name)
    if len(above.chain) > MAX_DEEP:
        message = f"overlays on overlays, more than {MAX_DEEP} files deep"
        report.fail("CW801", message, named.span, help="put some of them into one file")
    try:
        written, file = origin.text_of(name, "workflows")
    except NotReadable as error:
        known = packaged("workflows")
        advice = f"a path starts at this file's folder; packaged workflows: {', '.join(known)}"
        if is_id(name):
            advice = (
                f"{suggestion(name, known)}; for a file of that name write its path, such as ./{name}.yaml"
            )
        report.fail("CW801", f"the base {quoted(name)} cannot be read: {error}", named.span, help=advice)
    except DefinitionError as error:
        report.adopt(error)
        report.close()
        raise InternalError("a base that is no text was noted") from error
    report.sources.append(SourceText(file, written.removeprefix("\ufeff")))
    root = compose(report, file=len(report.sources) - 1)
    refuse_other_kind(report, root, "casewf")
    if not isinstance(root, MapNode):
        report.fail(
            "CW201",
            f"a workflow must be a map, found {kind_of(root)}",
            root.span,
            help="write `key: value` lines",
        )
    return root, above


def _check_own(report: Report, level: MapNode, bases: list[Node]) -> None:
    """What every file says for itself: the version of the format; and over a base an id and a version (K6)."""
    pairs = {key.text: (key, value) for key, value in level.pairs}
    given = {key: pairs[key] for key in _OWN if key in pairs and not is_null(pairs[key][1])}
    own = MapView(level.span, given, is_whole=True)
    if "casewf" in own:
        check_format(report, own, "casewf", FORMAT)
    if not bases:
        return
    for key in _OWN:
        if key not in own:
            advice = (
                "an overlay is a workflow of its own; the id and version of the base stay with the base (K6)"
            )
            report.add("CW203", f"an overlay needs the key {key!r}", level.span, help=advice)
    mine = own.get("id")
    for base in bases:
        other = base.peek("id") if isinstance(base, MapNode) else None
        if isinstance(mine, Scalar) and isinstance(other, Scalar) and mine.text == other.text:
            message = f"{quoted(mine.text)} is the id of the base"
            advice = f"it stands in {report.line(other.span)}; an overlay has an id and cases of its own (K6)"
            report.add("CW802", message, mine.span, help=advice)
