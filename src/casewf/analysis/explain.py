"""What a finding's code is about, as a page: what, why, an example and what to write instead."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import as_file, files
from importlib.resources.abc import Traversable

from casewf.analysis.lint import lint
from casewf.analysis.reader_codes import BASES, EXPLANATIONS
from casewf.analysis.rule import Rule
from casewf.analysis.rules import RULES
from casewf.definition.bindings_file import Bindings, load_bindings
from casewf.definition.codes import CODES
from casewf.definition.findings import Finding, render_findings
from casewf.definition.load import (
    load_calendar,
    packaged_calendars,
    parse_calendar,
    parse_directory,
    parse_document,
)
from casewf.errors import DefinitionError

__all__ = [
    "code_titles",
    "example",
    "example_bindings",
    "explain_code",
    "explain_rule",
    "findings_of_example",
]

_READERS = {
    "workflow": parse_document,
    "calendar": parse_calendar,
    "directory": parse_directory,
    "overlay": parse_document,
}


def code_titles(lang: str) -> dict[str, str]:
    """What codes are called in a language that is not the one of the findings, which are in English."""
    if lang != "zh":
        return {}
    read = {code: explanation.zh for code, explanation in EXPLANATIONS.items()}
    return read | {rule.code: rule.zh for rule in RULES}


def example(rule: Rule, kind: str) -> str:
    """The text of a rule's example; ``kind`` is ``bad``, ``good`` or ``bindings``."""
    return _examples().joinpath(f"{rule.code}.{kind}.yaml").read_text("utf-8")


def example_bindings(rule: Rule) -> Bindings | None:
    """What the host of a rule's examples has, if the rule needs to know."""
    if not rule.needs_bindings:
        return None
    with as_file(_examples().joinpath(f"{rule.code}.bindings.yaml")) as path:
        return load_bindings(path, name="bindings.yaml")


def explain_rule(rule: Rule) -> str:
    """The page of a rule, as Markdown."""
    bad = example(rule, "bad")
    calendars = {name: load_calendar(name) for name in packaged_calendars()}
    bindings = example_bindings(rule)
    found = lint(parse_document(bad, file="workflow.yaml"), calendars, bindings)
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

{_with_bindings(rule, bindings)}says:

```text
{render_findings(found).rstrip()}
```

## Instead

{rule.instead}

```yaml
{example(rule, "good").rstrip()}
```
"""


def _with_bindings(rule: Rule, bindings: Bindings | None) -> str:
    """The command of the example, after the bindings that it is given, and the directory that they name."""
    if bindings is None:
        return "`casewf lint` "
    text = example(rule, "bindings")
    page = f"""With the bindings

```yaml
{text.rstrip()}
```

"""
    if bindings.directory is not None:
        page = f"""With the directory `unions.yaml`

```yaml
{_examples().joinpath("unions.yaml").read_text("utf-8").rstrip()}
```

and the bindings

```yaml
{text.rstrip()}
```

"""
    return page + "`casewf lint --bindings bindings.yaml` "


def _examples() -> Traversable:
    return files("casewf").joinpath("analysis", "examples")


def findings_of_example(code: str) -> Sequence[Finding]:
    """What the reader finds in the example of one of its codes; nothing where there is no example."""
    explanation = EXPLANATIONS[code]
    if not explanation.right:
        return ()
    text = BASES[explanation.base].replace(explanation.right, explanation.wrong, 1)
    try:
        _READERS[explanation.base](text, file=f"{explanation.base}.yaml")
    except DefinitionError as error:
        return [one for one in error.findings if isinstance(one, Finding)]
    return ()


def explain_code(code: str) -> str:
    """The page of a code of the reader, as Markdown."""
    explanation = EXPLANATIONS[code]
    page = f"""# {code}: {CODES[code]}

Level: error.

## Why

{explanation.why}
"""
    if explanation.right:
        shown = render_findings(findings_of_example(code)).rstrip()
        page += f"""
## Example

```text
{shown}
```
"""
    page += f"""
## Instead

{explanation.instead}
"""
    if explanation.right:
        page += f"""
```text
{_whole_lines(BASES[explanation.base], explanation.right)}
```
"""
    return page


def _whole_lines(text: str, piece: str) -> str:
    """The lines of a text in which a piece of it stands."""
    start = text.index(piece)
    begin = text.rfind("\n", 0, start) + 1
    end = text.find("\n", start + len(piece.rstrip("\n")))
    return text[begin:end].rstrip("\n")
