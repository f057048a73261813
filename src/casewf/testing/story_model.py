"""A story: time-stamped commands on a case and its relatives, and what is expected of them; frozen data.

``docs/reference/story-format.md`` is the grammar; ``story_file`` reads the files, ``story`` plays them.
Instants are microseconds since 1970-01-01T00:00Z.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

import attrs

from casewf.definition.document import Document
from casewf.definition.source import Place
from casewf.model.amount import Amount
from casewf.model.case import Actor
from casewf.model.directory import StaticDirectory
from casewf.model.quiet_hours import QuietHours
from casewf.model.staff import Organisation
from casewf.model.text import Label
from casewf.model.workflow import Workflow
from casewf.ports.outside import Outcome
from casewf.testing.story_entries import Entry
from casewf.worktime import WorkCalendar

NOT_FOUND = "not_found"
"""Beside the codes of reasons, what ``refused`` may name: the actor does not see the case (M2)."""

ABSENT = "absent"
"""What ``pushed`` may say of a field: it did not go along."""


@attrs.frozen(slots=True, kw_only=True)
class Someone:
    """A person of a story, with the roles he has in his organisation, and his quiet hours."""

    name: Label = attrs.field(factory=Label)
    roles: tuple[str, ...] = ()
    org: str | None = None
    quiet: QuietHours | None = None


@attrs.frozen(slots=True, kw_only=True)
class OpenCase:
    """Open the story's case."""

    by: str
    data: Mapping[str, object] = attrs.field(factory=dict)
    occurred_at: int | None = None


@attrs.frozen(slots=True, kw_only=True)
class FireTrigger:
    """Fire a trigger on the story's case."""

    trigger: str
    by: str
    data: Mapping[str, object] = attrs.field(factory=dict)
    comment: str | None = None
    occurred_at: int | None = None


@attrs.frozen(slots=True, kw_only=True)
class ActOnClock:
    """Do an act on a clock of the story's case (K7)."""

    act: str
    sla: str
    by: str
    amount: Amount | None = None
    comment: str | None = None


@attrs.frozen(slots=True, kw_only=True)
class SplitCase:
    """Let a part of the case go on as a case of its own, called ``new_id``."""

    new_id: str
    by: str
    parties: tuple[str, ...] = ()
    data: Mapping[str, object] = attrs.field(factory=dict)
    comment: str | None = None


@attrs.frozen(slots=True)
class SweepNow:
    """Fire everything that is due before now (E7)."""


@attrs.frozen(slots=True)
class DeliverNow:
    """Deliver the effects whose time has come (D2)."""


@attrs.frozen(slots=True, kw_only=True)
class EraseValues:
    """Erase sensitive fields and who parties are, or with None for both all that the case has in the vault (D5)."""

    by: str
    fields: tuple[str, ...] | None
    parties: tuple[str, ...] | None = None
    reason: str = ""


Action: TypeAlias = (
    OpenCase | FireTrigger | ActOnClock | SplitCase | SweepNow | DeliverNow | EraseValues | Entry
)


@attrs.frozen(slots=True)
class Check:
    """One expectation.

    Attributes:
        what: ``state``, ``clock``, ``due``, ``verdict``, ``phase``, ``card``, ``closed``, ``field``,
            ``effects``, ``pushed``, ``children``, ``links``, ``parties``, ``told``, ``option``, ``incidents``,
            ``not_found``, ``party``, ``notes`` or ``attachments``.
        about: which one: ``(track,)``, ``(sla,)``, ``(field,)``, ``(connector, field)``, ``(person, trigger)``,
            ``(person,)``, ``(kind,)``, ``(party, key)``.
        wanted: the expected value; for ``clock`` None, the clock never ran.
        place: where the story says so.
    """

    what: str
    about: tuple[str, ...]
    wanted: object
    place: Place


@attrs.frozen(slots=True, kw_only=True)
class Step:
    """One line of a story.

    Attributes:
        at: the instant.
        case: the id of the case that it is about.
        action: what happens, or None where the step only looks.
        refused: the codes of the expected refusal, or None where the action must succeed.
        note: what the timeline says beside it.
        checks: what must be true afterwards.
        place: where it stands.
    """

    at: int
    place: Place
    case: str
    action: Action | None = None
    refused: frozenset[str] | None = None
    note: Label = attrs.field(factory=Label)
    checks: tuple[Check, ...] = ()


@attrs.frozen(slots=True, kw_only=True)
class StoryCase:
    """A case of a story: the workflow that it goes by, and its organisation."""

    workflow: Workflow
    org: str | None = None


@attrs.frozen(slots=True, kw_only=True)
class Story:
    """A whole story, its names checked against the workflow it plays on.

    Attributes:
        file: what failures call the file.
        zone: the IANA name of the time zone of every time in it.
        cases: the other cases that its steps are about, by id.
        calendars: calendars that the workflow needs beside the packaged ones, by id.
        directory: the directory file that the story names; else its people are those that it writes down itself.
        directory_file: how it names it, a path that starts at its folder.
        connectors: the answers of each connector, in order; the last one repeats.
        documents: the files of the workflows that it names, as far as it was read from files.
    """

    file: str
    workflow: Workflow
    zone: str
    case: str
    org: str | None
    steps: tuple[Step, ...]
    title: Label = attrs.field(factory=Label)
    note: Label = attrs.field(factory=Label)
    directory: StaticDirectory | None = None
    directory_file: str | None = None
    organisations: Mapping[str, Organisation] = attrs.field(factory=dict)
    people: Mapping[str, Someone] = attrs.field(factory=dict)
    connectors: Mapping[str, tuple[Outcome, ...]] = attrs.field(factory=dict)
    calendars: Mapping[str, WorkCalendar] = attrs.field(factory=dict)
    cases: Mapping[str, StoryCase] = attrs.field(factory=dict)
    documents: tuple[Document, ...] = attrs.field(default=(), eq=False, repr=False)

    def of(self, case_id: str) -> StoryCase:
        """What is known of one of its cases."""
        return self.cases.get(case_id) or StoryCase(workflow=self.workflow, org=self.org)

    @property
    def workflows(self) -> tuple[Workflow, ...]:
        """Those of all its cases, each once."""
        every = (self.workflow, *(case.workflow for case in self.cases.values()))
        return tuple({workflow.id: workflow for workflow in reversed(every)}.values())[::-1]

    def actor(self, person: str, at: int) -> Actor:
        """One of the people as he may act at an instant."""
        found = None if self.directory is None else self.directory.actor(person, at)
        someone = self.people[person]
        return Actor(person, frozenset(someone.roles), someone.org) if found is None else found


def people_of(directory: StaticDirectory) -> dict[str, Someone]:
    """The people of a directory as a story knows them."""
    return {
        one.id: Someone(
            name=Label(one.name, one.name), roles=tuple(sorted(one.roles)), org=org, quiet=one.quiet
        )
        for org, members in directory.members.items()
        for one in members
    }
