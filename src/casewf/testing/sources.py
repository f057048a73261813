"""The workflow that a test names: its file, or a packaged id."""

from __future__ import annotations

import os
from pathlib import Path

from casewf.definition.files import is_id
from casewf.definition.load import load_workflow
from casewf.errors import DefinitionError
from casewf.model.workflow import Workflow

__all__ = ["workflow_of_test"]


def workflow_of_test(source: Workflow | str | os.PathLike[str]) -> Workflow:
    """The workflow itself, or the one in a file or of a packaged id.

    Raises:
        DefinitionError: the file is missing or wrong; where a relative path leads nowhere, a note says where it begins.
    """
    __tracebackhide__ = True
    if isinstance(source, Workflow):
        return source
    try:
        return load_workflow(source)
    except DefinitionError as wrong:
        path = Path(source)
        if not is_id(source) and not path.is_absolute() and not path.exists():
            wrong.add_note(
                f"casewf: relative paths start at the working directory, {Path.cwd()}; in a test file write "
                f"Path(__file__).parent / {path.as_posix()!r}"
            )
        raise
