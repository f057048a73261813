"""The command line: one word each, in the modules of this package that carry its name.

Exit codes: 0 all is well; 1 a file is wrong, an expectation was not met, a chain is broken, a case could not be swept;
2 it could not be done: wrong usage, or a file that is missing, unreadable or no casewf database. ``doctor`` has those
of monitoring plugins.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import metadata

from casewf.analysis.explain import code_titles
from casewf.cli import (
    calendar,
    case,
    cases,
    demo,
    diagram,
    diff,
    docs,
    doctor,
    erase,
    explain,
    export,
    import_cases,
    lint,
    migrate,
    new,
    outbox,
    play,
    run,
    schema,
    show,
    sweep,
    test,
    verify,
    worker,
)
from casewf.cli.collecting import seldom_collecting
from casewf.cli.terminal import UsageError, language, prepare_output
from casewf.definition.findings import Finding, render_findings
from casewf.errors import AdapterError, BindingError, CasewfError, DefinitionError, ImportFileError
from casewf.worktime.extras import MissingExtra

_UNREADABLE = "CW101"
_COMMANDS = (
    demo,
    new,
    run,
    test,
    play,
    lint,
    show,
    schema,
    diagram,
    docs,
    diff,
    explain,
    cases,
    case,
    sweep,
    outbox,
    worker,
    doctor,
    import_cases,
    migrate,
    verify,
    calendar,
    erase,
    export,
)
"""In the order in which --help lists them."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: the command line without the program's name; that of the process if None.

    Returns:
        The exit code.
    """
    if sys.stdout is None or sys.stderr is None:
        return 2  # closed before the start: there is nowhere to say anything
    prepare_output()
    parsed = _parser().parse_args(arguments)
    lang = parsed.lang or language(os.environ)
    try:
        with seldom_collecting():
            code: int = parsed.command(parsed)
        sys.stdout.flush()
    except BrokenPipeError:
        # whoever read the output has had enough; Python would complain once more when it flushes at the end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except DefinitionError as error:
        findings = [one for one in error.findings if isinstance(one, Finding)]
        sys.stderr.write(render_findings(findings, code_titles(lang)))
        return 2 if findings and all(one.code == _UNREADABLE for one in findings) else 1
    except (AdapterError, BindingError, MissingExtra, UsageError) as error:
        print(f"casewf: {error}", file=sys.stderr)
        return 2
    except ImportFileError as error:
        print(f"casewf: {error.text(lang)}", file=sys.stderr)
        return 2
    except CasewfError as error:
        text = getattr(error, "text", None)
        print(f"casewf: {text(lang) if text else error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"casewf: {error.filename or ''}: {error.strerror or error}", file=sys.stderr)
        return 2
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="casewf", description="Case lifecycles with deadlines, from YAML files."
    )
    parser.add_argument("--version", action="version", version=f"casewf {_version()}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for command in _COMMANDS:
        command.add(commands)
    return parser


def _version() -> str:
    try:
        return metadata.version("casewf")
    except metadata.PackageNotFoundError:
        return "(not installed)"


if __name__ == "__main__":
    sys.exit(main())
