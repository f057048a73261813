"""Hypothesis strategies for everything that a workflow is about.

* ``workflows.py``: ``workflows``, ``workflow_texts`` (valid), ``nearly_valid_texts`` (one change away)
* ``calendars.py``: ``calendars``, ``instants``, ``weeks``, ``zones``
* ``values.py``: ``values`` of a field by its declared type, ``texts``, ``amounts``
* ``people.py``: ``actors``, ``directories``, ``staffs``
* ``commands.py``: ``command_sequences`` of a workflow as stories; ``commands``, ``attempts``, ``openings`` and
  ``answers`` in a walk

Needs Hypothesis (``pip install casewf[testing]``).
"""

from casewf.testing.strategies.calendars import calendars, instants, weeks, zones
from casewf.testing.strategies.commands import answers, attempts, command_sequences, commands, openings
from casewf.testing.strategies.people import Staff, actors, directories, staffs
from casewf.testing.strategies.values import amounts, texts, values
from casewf.testing.strategies.workflows import nearly_valid_texts, workflow_texts, workflows

__all__ = [
    "Staff",
    "actors",
    "amounts",
    "answers",
    "attempts",
    "calendars",
    "command_sequences",
    "commands",
    "directories",
    "instants",
    "nearly_valid_texts",
    "openings",
    "staffs",
    "texts",
    "values",
    "weeks",
    "workflow_texts",
    "workflows",
    "zones",
]
