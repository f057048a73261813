"""How findings are handed to programs: JSON of our own, and SARIF 2.1.0 (OASIS) for code hosts and editors."""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib import metadata
from pathlib import PurePath
from urllib.parse import quote

from casewf.analysis.rules import RULES
from casewf.cli.terminal import Terminal
from casewf.definition.codes import CODES
from casewf.definition.findings import Finding

_SARIF_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def summary(findings: Sequence[Finding], out: Terminal) -> str:
    """One line: how many findings of which level in how many files."""
    files = len({finding.place.file for finding in findings})
    errors = sum(finding.level == "error" for finding in findings)
    warnings = len(findings) - errors
    return out.say(
        f"{files} 个文件中有 {errors} 个错误、{warnings} 个警告；casewf lint --explain 代码 说明原因和改法",
        f"{errors} error{_s(errors)} and {warnings} warning{_s(warnings)} in {files} file{_s(files)}; "
        "casewf lint --explain CODE says why, and what to write instead",
    )


def _s(number: int) -> str:
    return "" if number == 1 else "s"


def as_json(findings: Sequence[Finding]) -> str:
    """A list of findings; columns count characters from 1, ``end_column`` is the column after the last."""
    return json.dumps(
        [
            {
                "file": finding.place.file,
                "line": finding.place.line,
                "column": finding.place.column,
                "end_column": finding.place.column + finding.place.length,
                "level": finding.level,
                "code": finding.code,
                "message": finding.message,
                "allowed": list(finding.allowed),
                "help": finding.help,
            }
            for finding in findings
        ],
        ensure_ascii=False,
        indent=2,
    )


def as_sarif(findings: Sequence[Finding]) -> str:
    """A SARIF log with one run; only the codes that were found are described."""
    codes = sorted({finding.code for finding in findings})
    run = {
        "tool": {
            "driver": {
                "name": "casewf",
                "version": metadata.version("casewf"),
                "rules": [_descriptor(code) for code in codes],
            }
        },
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, codes.index(finding.code)) for finding in findings],
    }
    return json.dumps(
        {"$schema": _SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=2
    )


def _descriptor(code: str) -> dict[str, object]:
    rule = next((rule for rule in RULES if rule.code == code), None)
    if rule is None:
        return {"id": code, "shortDescription": {"text": CODES[code]}}
    return {
        "id": code,
        "name": rule.name,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": f"{rule.what} {rule.why}"},
        "help": {"text": rule.instead},
        "defaultConfiguration": {"level": rule.level},
    }


def _result(finding: Finding, number: int) -> dict[str, object]:
    place = finding.place
    region = {
        "startLine": place.line,
        "startColumn": place.column,
        "endColumn": place.column + place.length,
        "snippet": {"text": place.snippet},
    }
    allowed = f"; allowed: {', '.join(finding.allowed)}" if finding.allowed else ""
    advice = f"; {finding.help}" if finding.help else ""
    return {
        "ruleId": finding.code,
        "ruleIndex": number,
        "level": finding.level,
        "message": {"text": f"{finding.message}{allowed}{advice}"},
        "locations": [
            {"physicalLocation": {"artifactLocation": {"uri": _uri(place.file)}, "region": region}},
        ],
    }


def _uri(file: str) -> str:
    path = PurePath(file)
    return path.as_uri() if path.is_absolute() else quote(path.as_posix())
