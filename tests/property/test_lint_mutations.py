"""However the packaged workflows are changed, what can still be read can be linted, and findings can be shown (X2)."""

from __future__ import annotations

import re
from importlib.resources import files

from hypothesis import event, given, settings
from hypothesis import strategies as st

from casewf.analysis.lint import lint
from casewf.definition.findings import render_findings
from casewf.definition.load import load_calendar, parse_document
from casewf.errors import DefinitionError

TEXTS = [
    files("casewf").joinpath(f"workflows/{name}.yaml").read_text(encoding="utf-8")
    for name in ("hotline-12351", "legal-supervision", "prevention-visit")
]
CALENDARS = {"cn-office": load_calendar("cn-office")}
KINDS = (
    re.compile(r"(?<=from: )\w+|(?<=to: )\w+|(?<=\[)\w+(?=[,\]])|(?<=, )\w+(?=[,\]])"),
    re.compile(r"(?<=by: )\w+|(?<=trigger: )\w+|(?<=fire: )\w+"),
    re.compile(r"(?<='\w)?'\w+'"),
    re.compile(r"==|!=|<=|>=|(?<= )<(?= )|(?<= )>(?= )|\band\b|\bor\b"),
    re.compile(r"\b\d+\b|\btrue\b|\bfalse\b"),
    re.compile(r"\b(?:final|category|ends_case|auto|restarts)\b: \w+"),
)
"""Words that stand for the same kind of thing; one put in another's place is often read."""


@st.composite
def changed(draw: st.DrawFn) -> str:
    """A workflow with a few words replaced by others of their kind, and a line left out or moved."""
    text = draw(st.sampled_from(TEXTS))
    for _ in range(draw(st.integers(1, 4))):
        found = list(draw(st.sampled_from(KINDS)).finditer(text))
        if len(found) > 1:
            one, other = (found[draw(st.integers(0, len(found) - 1))] for _ in range(2))
            text = text[: one.start()] + other[0] + text[one.end() :]
    if draw(st.booleans()):
        lines = text.split("\n")
        rows = [number for number, line in enumerate(lines) if re.match(r" +- \{.*\}$", line)]
        taken = lines.pop(rows[draw(st.integers(0, len(rows) - 1))])
        if draw(st.booleans()):
            lines.insert(rows[draw(st.integers(0, len(rows) - 1))], taken)
        text = "\n".join(lines)
    return text


@settings(max_examples=60, deadline=None)
@given(text=changed())
def test_what_can_be_read_can_be_linted(text: str) -> None:
    try:
        document = parse_document(text)
    except DefinitionError:
        event("cannot be read")
        return
    event("can be read")
    render_findings(lint(document, CALENDARS))
