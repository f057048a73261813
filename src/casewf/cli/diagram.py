"""``casewf diagram``: a workflow as a picture, drawn from the tables that run."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from casewf.cli.output import write_output
from casewf.cli.terminal import Terminal, add_lang, terminal
from casewf.cli.unknown import unknown
from casewf.core.program import Program, compile_program
from casewf.definition.load import load_workflow
from casewf.views.diagram_build import picture_of
from casewf.views.diagram_dot import dot_text
from casewf.views.diagram_mermaid import mermaid_text
from casewf.views.diagram_model import Picture
from casewf.views.diagram_page import diagram_page
from casewf.views.diagram_svg import svg_text

_FORMATS: dict[str, Callable[[Picture], str]] = {
    "svg": svg_text,
    "html": diagram_page,
    "mermaid": mermaid_text,
    "dot": dot_text,
}


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "diagram",
        help="draw a workflow: tracks, states, moves, limits",
        description="Draws a workflow from the tables that run: its tracks side by side, who may move a case, and "
        "where each limit runs, with its warnings.",
    )
    parser.add_argument("workflow", metavar="WORKFLOW", help="a workflow file, or the id of a packaged one")
    parser.add_argument(
        "--format",
        choices=tuple(_FORMATS),
        default="svg",
        help="svg (the default), a page with the limits in a table, or text for Mermaid or Graphviz",
    )
    parser.add_argument(
        "--track", metavar="TRACK", action="append", help="draw this track; may be given several times"
    )
    parser.add_argument(
        "-o", "--output", metavar="FILE", help="the file to write; by default standard output"
    )
    add_lang(parser)
    parser.set_defaults(command=run)


def run(arguments: argparse.Namespace) -> int:
    """Draw; 0."""
    out = terminal(arguments.lang)
    program = compile_program(load_workflow(arguments.workflow), {}, pinned=True)
    picture = picture_of(program, lang=out.lang, tracks=_tracks(program, arguments.track, out))
    write_output(_FORMATS[arguments.format](picture), arguments.output, out)
    return 0


def _tracks(program: Program, asked: list[str] | None, out: Terminal) -> tuple[str, ...]:
    """The tracks to draw, in the workflow's order."""
    known = tuple(program.machines)
    for name in asked or ():
        if name not in known:
            raise unknown(out, out.say("轨道", "track"), name, known)
    return tuple(name for name in known if not asked or name in asked)
