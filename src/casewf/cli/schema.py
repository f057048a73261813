"""``casewf schema``: the JSON Schema of a kind of file, for editors."""

from __future__ import annotations

import argparse
import json

from casewf.definition.schema import workflow_schema
from casewf.definition.schema_files import bindings_schema, calendar_schema, directory_schema
from casewf.definition.schema_terms import terms_schema
from casewf.simulation.profile_schema import profile_schema
from casewf.testing.story_schema import story_schema

_KINDS = {
    "workflow": workflow_schema,
    "story": story_schema,
    "calendar": calendar_schema,
    "directory": directory_schema,
    "bindings": bindings_schema,
    "terms": terms_schema,
    "profile": profile_schema,
}


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "schema",
        help="print the JSON Schema of a kind of file",
        description="Prints a JSON Schema (2020-12) with which editors complete and check files while you write. "
        "casewf lint sees more: names, expressions, what is sealed. Its descriptions are in English.",
    )
    parser.add_argument(
        "--kind", choices=tuple(_KINDS), default="workflow", help="which; workflow by default"
    )
    parser.set_defaults(command=run, lang=None)  # descriptions are in English, as the reference is


def run(arguments: argparse.Namespace) -> int:
    """Print; 0."""
    print(json.dumps(_KINDS[arguments.kind](), ensure_ascii=False, indent=2))
    return 0
