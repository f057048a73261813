"""Files that authors write, read into the model: workflows, working calendars, directories, bindings.

::

    from casewf.definition import load_workflow, load_calendar

    workflow = load_workflow("hotline-12351")
    calendar = load_calendar("cn-office")

What is wrong in a file comes back as one ``DefinitionError`` with all its findings.
"""

from casewf.definition.bindings_file import Bindings, load_bindings, parse_bindings
from casewf.definition.findings import Finding, render_findings
from casewf.definition.load import (
    load_calendar,
    load_directory,
    load_workflow,
    packaged_calendars,
    packaged_workflows,
    parse_calendar,
    parse_directory,
    parse_workflow,
)

__all__ = [
    "Bindings",
    "Finding",
    "load_bindings",
    "load_calendar",
    "load_directory",
    "load_workflow",
    "packaged_calendars",
    "packaged_workflows",
    "parse_bindings",
    "parse_calendar",
    "parse_directory",
    "parse_workflow",
    "render_findings",
]
