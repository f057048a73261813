"""``casewf docs``: a workflow as a handbook, one page for the people who handle its cases."""

from __future__ import annotations

import argparse

from casewf.cli.output import write_output
from casewf.cli.terminal import add_lang, terminal
from casewf.core.program import compile_program
from casewf.definition.load import load_workflow, packaged_workflows
from casewf.model.effect_specs import OpenSpec
from casewf.model.text import Label
from casewf.model.workflow import Workflow
from casewf.views.handbook import handbook_page


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "docs",
        help="write a workflow's handbook, a page for those who handle cases",
        description="Writes one self-contained HTML page: each state with who may do what there and within which "
        "limit, each role with what it may do, each limit.",
    )
    parser.add_argument("workflow", metavar="WORKFLOW", help="a workflow file, or the id of a packaged one")
    parser.add_argument(
        "-o", "--output", metavar="FILE", help="the file to write; by default standard output"
    )
    add_lang(parser)
    parser.set_defaults(command=run)


def run(arguments: argparse.Namespace) -> int:
    """Write the handbook; 0."""
    out = terminal(arguments.lang)
    workflow = load_workflow(arguments.workflow)
    program = compile_program(workflow, {}, pinned=True)
    write_output(handbook_page(program, lang=out.lang, workflows=_children(workflow)), arguments.output, out)
    return 0


def _children(workflow: Workflow) -> dict[str, Label]:
    """The titles of the packaged workflows of which child cases are opened."""
    opened = {
        effect.workflow
        for track in workflow.tracks
        for row in track.transitions
        for effect in row.effects
        if isinstance(effect, OpenSpec)
    }
    return {name: load_workflow(name).title for name in sorted(opened.intersection(packaged_workflows()))}
