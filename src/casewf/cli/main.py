"""The command line: one word each, in the modules of this package that carry its name.

Exit codes: 0 all is well; 1 a file is wrong, an expectation was not met, a chain is broken, a case could not be swept;
2 it could not be done: wrong usage, or a file that is missing, unreadable or no casewf database; 130 it was
interrupted. ``doctor`` has those of monitoring plugins.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Iterable, Sequence
from importlib import metadata

from casewf.cli.collecting import seldom_collecting
from casewf.cli.terminal import UsageError, language, prepare_output
from casewf.definition.findings import Finding, render_findings
from casewf.errors import AdapterError, BindingError, CasewfError, DefinitionError, ImportFileError
from casewf.worktime.extras import MissingExtra

_UNREADABLE = "CW101"
_COMMANDS = {
    "demo": "demo",
    "new": "new",
    "run": "run",
    "test": "test",
    "play": "play",
    "explore": "explore",
    "lint": "lint",
    "show": "show",
    "schema": "schema",
    "diagram": "diagram",
    "docs": "docs",
    "diff": "diff",
    "explain": "explain",
    "simulate": "simulate",
    "cases": "cases",
    "case": "case",
    "sweep": "sweep",
    "outbox": "outbox",
    "worker": "worker",
    "doctor": "doctor",
    "report": "report",
    "import": "import_cases",
    "migrate": "migrate",
    "verify": "verify",
    "calendar": "calendar",
    "erase": "erase",
    "export": "export",
}
"""The module of each command, in the order in which --help lists them."""


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
    words = sys.argv[1:] if arguments is None else list(arguments)
    parsed = _parsed(words)
    lang = parsed.lang or language(os.environ)
    try:
        with seldom_collecting():
            code: int = parsed.command(parsed)
        sys.stdout.flush()
    except BrokenPipeError:
        # whoever read the output has had enough; Python would complain once more when it flushes at the end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 130  # as shells say it of a command that was interrupted
    except DefinitionError as error:
        findings = [one for one in error.findings if isinstance(one, Finding)]
        sys.stderr.write(_rendered(findings, lang))
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


def _parsed(words: Sequence[str]) -> argparse.Namespace:
    try:
        return _parser(words).parse_args(words)
    except SystemExit as end:
        if end.code == 2 and words[:1] == ["doctor"]:
            raise SystemExit(3) from None  # to monitoring 2 is CRITICAL, and 3 that nothing is known
        raise


def _parser(words: Sequence[str]) -> argparse.ArgumentParser:
    """A parser of what ``words`` call for: one command, whose module alone is imported, or all of them."""
    parser = argparse.ArgumentParser(
        prog="casewf", description="Case lifecycles with deadlines, from YAML files."
    )
    parser.add_argument("--version", action="version", version=f"casewf {_version()}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    wanted: Iterable[str] = words[:1] if words and words[0] in _COMMANDS else _COMMANDS
    for name in wanted:
        importlib.import_module(f"casewf.cli.{_COMMANDS[name]}").add(commands)
    return parser


def _rendered(findings: Sequence[Finding], lang: str) -> str:
    from casewf.analysis.explain import code_titles  # noqa: PLC0415 -- it knows every rule, and few commands fail

    return render_findings(findings, code_titles(lang))


def _version() -> str:
    try:
        return metadata.version("casewf")
    except metadata.PackageNotFoundError:
        return "(not installed)"


if __name__ == "__main__":
    sys.exit(main())
