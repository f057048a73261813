"""``casewf show``: what a workflow file says, with all that it lies over, and where each value is written."""

from __future__ import annotations

import argparse

from casewf.cli.terminal import Terminal, UsageError, add_lang, terminal
from casewf.definition.amounts import written_amount
from casewf.definition.document import Document
from casewf.definition.emit import Line, emit
from casewf.definition.files import packaged, read_packaged
from casewf.definition.load import packaged_terms, read_document
from casewf.definition.node import ListNode, Node, Scalar
from casewf.model.amount import amount_words
from casewf.model.plain_text import printable
from casewf.model.terms import general_terms
from casewf.model.workflow import Workflow
from casewf.views.overview import Origins, overview
from casewf.views.text import pad, width
from casewf.views.untold import untold

_COMMENTS = 72
"""The column in which comments begin, where the line is not longer."""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "show",
        help="print a workflow, with all that it lies over",
        description="Prints a workflow in short: tracks, roles, limits, what is sealed. With --resolved, the whole "
        "file as it is after every base and overlay, with a comment that says where each value is written. "
        "Of a packaged profile its file.",
    )
    parser.add_argument(
        "workflow", metavar="WORKFLOW", help="a workflow file, or the id of a packaged workflow or profile"
    )
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--resolved", action="store_true", help="print the whole of it as one plain YAML file")
    how.add_argument(
        "--terms", action="store_true", help="print the packaged terms for key figures that hold for it"
    )
    add_lang(parser)
    parser.set_defaults(command=run)


def run(arguments: argparse.Namespace) -> int:
    """Print; 0."""
    out = terminal(arguments.lang)
    if arguments.workflow in packaged("profiles"):
        print(read_packaged("profiles", arguments.workflow)[0], end="")
        return 0
    document = read_document(arguments.workflow)
    if arguments.terms:
        print(_terms(document.workflow, out), end="")
    elif arguments.resolved:
        for line in _resolved(document, out):
            print(line)
    else:
        text = overview(
            document.workflow, _origins(document, out), lang=out.lang, columns=out.columns, colour=out.colour
        )
        print(text, end="")
    return 0


def _terms(workflow: Workflow, out: Terminal) -> str:
    found = packaged_terms(workflow)
    if found is None:
        raise UsageError(untold(general_terms(workflow), out.lang))
    return found[1]


def _resolved(document: Document, out: Terminal) -> list[str]:
    """The file as YAML; what comes from a base says so."""
    return [_commented(document, line, out) for line in emit(document.root)]


def _commented(document: Document, line: Line, out: Terminal) -> str:
    if line.span is None:
        return line.text
    place = printable(document.report.line(line.span))
    comment = f"# {out.say('底本 ', 'base ') if line.span.file else ''}{place}"
    return f"{pad(line.text, max(_COMMENTS, width(line.text)))}  {out.paint(comment, 'dim')}"


def _origins(document: Document, out: Terminal) -> Origins:
    report, slas = document.report, [sla.id for sla in document.workflow.slas]
    ceilings = {name: document.node("slas", name, "at_most") for name in slas}
    return Origins(
        files=[source.file for source in report.sources],
        targets={name: report.line(document.span("slas", name, "target")) for name in slas},
        ceilings={name: _amounts(node, out) for name, node in ceilings.items() if node is not None},
        sealed={one.text: report.line(one.span) for one in _scalars(document.node("sealed"))},
    )


def _amounts(node: Node, out: Terminal) -> str:
    found = [written_amount(one.text) for one in _scalars(node)]
    return out.say("或", " or ").join(amount_words(one, out.lang) for one in found if one is not None)


def _scalars(node: Node | None) -> list[Scalar]:
    items = node.items if isinstance(node, ListNode) else (node,)
    return [item for item in items if isinstance(item, Scalar)]
