"""What a rule of the linter is about, as a page: what, why, an example and what to write instead."""

from __future__ import annotations

from importlib.resources import files

from casewf.analysis.lint import lint
from casewf.analysis.rule import Rule
from casewf.definition.findings import render_findings
from casewf.definition.load import load_calendar, packaged_calendars, parse_document

__all__ = ["example", "explain_rule"]


def example(rule: Rule, kind: str) -> str:
    """The text of a rule's example; ``kind`` is ``bad`` or ``good``."""
    return files("casewf").joinpath("analysis", "examples", f"{rule.code}.{kind}.yaml").read_text("utf-8")


def explain_rule(rule: Rule) -> str:
    """The page of a rule, as Markdown."""
    bad = example(rule, "bad")
    calendars = {name: load_calendar(name) for name in packaged_calendars()}
    found = lint(parse_document(bad, file="workflow.yaml"), calendars)
    return f"""# {rule.code} {rule.name}: {rule.title}

Level: {rule.level}.

## What it finds

{rule.what}

## Why

{rule.why}

## Example

```yaml
{bad.rstrip()}
```

`casewf lint` says:

```text
{render_findings(found).rstrip()}
```

## Instead

{rule.instead}

```yaml
{example(rule, "good").rstrip()}
```
"""
