"""Story files (``*.story.yaml``): read into a ``Story``, every name checked against the workflow.

The grammar is ``docs/reference/story-format.md``.
"""

from __future__ import annotations

import os
import re
import zoneinfo
from collections.abc import Collection
from importlib.resources import files
from pathlib import Path

from casewf.core.program import named_effects
from casewf.definition.document import Document
from casewf.definition.expression_types import suggestion
from casewf.definition.findings import Report, quoted
from casewf.definition.load import load_calendar, load_directory, packaged_workflows, read_document, read_text
from casewf.definition.node import ListNode, Node
from casewf.definition.people_times import read_quiet
from casewf.definition.shapes import MapView, Shape, as_entries, as_list, as_map
from casewf.definition.source import SourceText
from casewf.definition.values import (
    boolean,
    check_format,
    label,
    label_of,
    refuse_other_kind,
    text,
    texts,
    zone_name,
)
from casewf.definition.yaml_text import compose
from casewf.model.directory import StaticDirectory
from casewf.model.effect_specs import HookSpec, OpenSpec, PushSpec
from casewf.model.staff import Organisation, organisation_below_itself
from casewf.model.text import Label
from casewf.model.workflow import Workflow
from casewf.model.zone import load_zone
from casewf.ports.outside import Outcome
from casewf.testing.story_expectations import Cast
from casewf.testing.story_model import Someone, Step, Story, StoryCase, people_of
from casewf.testing.story_steps import StepReader
from casewf.testing.story_values import Times, field_value, known_name, names_of, note
from casewf.worktime import WorkCalendar

__all__ = [
    "ANSWER",
    "CASE",
    "FORMAT",
    "ORGANISATION",
    "OTHER_CASE",
    "PERSON",
    "STORY",
    "load_story",
    "packaged_stories",
    "parse_story",
]

FORMAT = 1
STORY = Shape(
    "a story",
    required=("casewf-story", "workflow", "zone", "case", "steps"),
    optional=("title", "note", "calendars", "directory", "organisations", "people", "connectors", "cases"),
)
ORGANISATION = Shape("an organisation", optional=("zh", "en", "under"))
PERSON = Shape("a person", required=("roles",), optional=("name", "org", "quiet"))
ANSWER = Shape("a connector's answer", required=("ok",), optional=("data", "error"))
CASE = Shape("a case", required=("id",), optional=("org",))
OTHER_CASE = Shape("another case", optional=("workflow", "org"))

_ID = re.compile(r"[a-z0-9][a-z0-9_-]*")
_SUFFIX = ".story.yaml"


def load_story(source: str | os.PathLike[str], *, workflow: Workflow | None = None) -> Story:
    """The story in a file, or a packaged one by its id, such as ``s01-yang-yun``.

    Args:
        source: a path, or an id. A text of only lower-case letters, digits, ``_`` and ``-`` is an id.
        workflow: plays the story instead of the one that it names.

    Raises:
        DefinitionError: the story, its workflow or a calendar is wrong; ``findings`` hold all of it.
    """
    name = os.fspath(source)
    if isinstance(source, str) and _ID.fullmatch(source) and source in packaged_stories():
        written = files("casewf").joinpath("stories", f"{source}{_SUFFIX}").read_text(encoding="utf-8")
        return parse_story(written, file=f"{source}{_SUFFIX}", workflow=workflow)
    written = read_text(source, advice=f"packaged stories: {', '.join(packaged_stories())}")
    return parse_story(written, file=name, folder=Path(name).parent, workflow=workflow)


def packaged_stories() -> tuple[str, ...]:
    """The ids of the stories that casewf ships."""
    names = [entry.name for entry in files("casewf").joinpath("stories").iterdir()]
    return tuple(sorted(name.removesuffix(_SUFFIX) for name in names if name.endswith(_SUFFIX)))


def parse_story(
    written: str, *, file: str = "<text>", folder: Path | None = None, workflow: Workflow | None = None
) -> Story:
    """The story in a YAML text.

    Args:
        written: the text.
        file: what findings and failures call it.
        folder: where relative paths in it start; the working directory if None.
        workflow: plays the story instead of the one that it names.

    Raises:
        DefinitionError: as ``load_story``.
    """
    report = Report(SourceText(file, written.removeprefix("\ufeff")))
    node = compose(report)
    refuse_other_kind(report, node, "casewf-story")
    root = as_map(report, node, STORY)
    if root is None:
        report.close()
        raise AssertionError("a root that is no map was noted")
    check_format(report, root, "casewf-story", FORMAT)
    document = None if workflow else _document(report, root.get("workflow"), folder or Path())
    definition = document.workflow if document else workflow
    if definition is None:
        report.close()
        raise AssertionError("a missing workflow was noted")
    reader = _Reader(report, root, definition, folder or Path())
    reader.documents += [document] if document else []
    return reader.story()


def _document(report: Report, node: Node | None, folder: Path) -> Document | None:
    """The workflow that a story names: a packaged id, or a path that starts at the story's folder."""
    name = text(report, node, "workflow")
    if name is None or node is None:
        return None
    if not _ID.fullmatch(name):
        return read_document(folder / name, name=os.path.normpath(folder / name))
    if name in packaged_workflows():
        return read_document(name)
    advice = f"{suggestion(name, packaged_workflows())}; for a file write its path, such as ./{name}.yaml"
    report.add("CW303", f"{quoted(name)} is not among the packaged workflows", node.span, help=advice)
    return None


class _Reader:
    """Reads the sections of one story in the order in which they refer to one another."""

    def __init__(self, report: Report, root: MapView, workflow: Workflow, folder: Path) -> None:
        self._report = report
        self._root = root
        self._workflow = workflow
        self._workflows: tuple[Workflow, ...] = (workflow,)
        self.documents: list[Document] = []
        self._folder = folder
        self._times = Times(report, self._zone(root.get("zone")))

    def story(self) -> Story:
        report, root = self._report, self._root
        directory = self._directory(root.get("directory"))
        organisations = self._organisations(root.get("organisations"))
        if directory is not None:
            organisations = dict(directory.organisations)
        cases = self._others(root.get("cases"), organisations)
        self._workflows = (self._workflow, *(case.workflow for case in cases.values()))
        self._children_known()
        people = self._people(root.get("people"), organisations)
        if directory is not None:
            people = people_of(directory)
        connectors = self._connectors(root.get("connectors"))
        case = as_map(report, root.get("case"), CASE)
        case_id = None if case is None else text(report, case.get("id"), "the id of the case")
        org = None if case is None else self._known(case.get("org"), "organisation", organisations)
        steps = self._steps(root.get("steps"), people, case_id or "", cases)
        story = Story(
            file=report.source.file,
            workflow=self._workflow,
            zone=self._times.zone,
            title=label(report, root.get("title")),
            note=note(report, root.get("note")),
            directory=directory,
            directory_file=None if directory is None else text(report, root.get("directory"), "directory"),
            organisations=organisations,
            people=people,
            connectors=connectors,
            calendars=self._calendars(root.get("calendars")),
            case=case_id or "",
            org=org,
            cases=cases,
            steps=steps,
            documents=tuple(self.documents),
        )
        report.close()
        return story

    def _zone(self, node: Node | None) -> zoneinfo.ZoneInfo:
        return load_zone(zone_name(self._report, node) or "UTC")

    def _directory(self, node: Node | None) -> StaticDirectory | None:
        """The directory file that stands for the people and organisations of the story."""
        self._root.check_one_of(
            self._report, "a story", ("directory", "people"), "write the people down here, or name their file"
        )
        if node is not None and "organisations" in self._root:
            advice = "the directory file has them"
            message = "organisations do not go with directory"
            self._report.add("CW205", message, self._root.at("organisations"), help=advice)
        path = text(self._report, node, "directory")
        return None if path is None else load_directory(self._folder / path, name=str(self._folder / path))

    def _calendars(self, node: Node | None) -> dict[str, WorkCalendar]:
        paths = texts(self._report, node, "calendars")
        found = [
            load_calendar(self._folder / path.text, name=str(self._folder / path.text)) for path in paths
        ]
        return {calendar.id: calendar for calendar in found}

    def _organisations(self, node: Node | None) -> dict[str, Organisation]:
        found: dict[str, Organisation] = {}
        entries = names_of(self._report, node, "organisations")
        names = [name.text for name, _ in entries]
        for name, body in entries:
            view = as_map(self._report, body, ORGANISATION, at=name.span)
            if view is None:
                found[name.text] = Organisation()
                continue
            under = self._known(view.get("under"), "organisation", names)
            found[name.text] = Organisation(title=label_of(self._report, view), under=under)
        circles = {
            way[0] for way in organisation_below_itself({name: org.under for name, org in found.items()})
        }
        for name, _ in entries:
            if name.text in circles:
                self._report.add("CW205", f"organisation {quoted(name.text)} lies below itself", name.span)
        return found

    def _others(self, node: Node | None, organisations: dict[str, Organisation]) -> dict[str, StoryCase]:
        """The other cases; each goes by the story's workflow unless it names one of its own."""
        found: dict[str, StoryCase] = {}
        for name, body in names_of(self._report, node, "cases"):
            view = as_map(self._report, body, OTHER_CASE, at=name.span)
            document = None
            if view is not None and "workflow" in view:
                document = _document(self._report, view.get("workflow"), self._folder)
                self.documents += [document] if document else []
            org = None if view is None else self._known(view.get("org"), "organisation", organisations)
            found[name.text] = StoryCase(workflow=document.workflow if document else self._workflow, org=org)
        return found

    def _children_known(self) -> None:
        """Every child that can be opened has a workflow: a packaged one, or that of a case under ``cases``."""
        known = {*packaged_workflows(), *(workflow.id for workflow in self._workflows)}
        opened = [child for workflow in self._workflows for child in _opened(workflow)]
        for child in dict.fromkeys(child for child in opened if child not in known):
            message = f"the story's workflows open cases of {child!r}, which is not among the packaged ones"
            advice = f"name one under `cases`, such as `{{CASE.1: {{workflow: ./{child}.yaml}}}}`"
            self._report.add("CW303", message, self._root.at("workflow"), help=advice)

    def _people(self, node: Node | None, organisations: dict[str, Organisation]) -> dict[str, Someone]:
        found: dict[str, Someone] = {}
        for name, body in as_entries(self._report, node, "people"):
            view = as_map(self._report, body, PERSON, at=name.span)
            if view is None:
                found[name.text] = Someone()
                continue
            written = view.get("roles")
            nothing = isinstance(written, ListNode) and not written.items
            roles = [] if nothing else texts(self._report, written, "roles")
            known = [role for workflow in self._workflows for role in workflow.roles]
            found[name.text] = Someone(
                name=label(self._report, view.get("name")) if "name" in view else Label(),
                roles=tuple(role for one in roles if (role := self._known(one, "role", known))),
                org=self._known(view.get("org"), "organisation", organisations),
                quiet=read_quiet(self._report, view.get("quiet"), self._times.zone),
            )
        return found

    def _connectors(self, node: Node | None) -> dict[str, tuple[Outcome, ...]]:
        found: dict[str, tuple[Outcome, ...]] = {}
        for name, body in names_of(self._report, node, "connectors"):
            known = [one for workflow in self._workflows for one in _used(workflow)[0]]
            self._known(name, "connector", known)
            answers = [
                self._answer(item) for item in as_list(self._report, body, "the answers of a connector")
            ]
            if not answers:
                self._report.add("CW206", f"connector {quoted(name.text)} has no answers", name.span)
            found[name.text] = tuple(answers)
        return found

    def _answer(self, node: Node) -> Outcome:
        view = as_map(self._report, node, ANSWER)
        if view is None:
            return Outcome(ok=False)
        data: dict[str, object] = {}
        for name, value in names_of(self._report, view.get("data"), "data"):
            if self._known(name, "field", self._workflow.fields):
                field = self._workflow.fields[name.text]
                data[name.text] = field_value(self._report, self._times, name.text, field, value)
        ok = boolean(self._report, view.get("ok"), "ok") or False
        return Outcome(ok=ok, data=data, error=text(self._report, view.get("error"), "error") or "")

    def _steps(
        self, node: Node | None, people: dict[str, Someone], main: str, others: dict[str, StoryCase]
    ) -> tuple[Step, ...]:
        cases = {main: StoryCase(workflow=self._workflow), **others}
        casts = {name: _cast(case.workflow, people, tuple(cases)) for name, case in cases.items()}
        reader = StepReader(self._report, self._times, casts, main)
        items = as_list(self._report, node, "steps")
        if node is not None and not items:
            self._report.add("CW206", "a story needs at least one step", self._root.at("steps"))
        return tuple(step for item in items if (step := reader.read(item)))

    def _known(self, node: Node | None, kind: str, known: Collection[str]) -> str | None:
        return known_name(self._report, node, kind, known)


def _cast(workflow: Workflow, people: dict[str, Someone], cases: tuple[str, ...]) -> Cast:
    connectors, hooks = _used(workflow)
    opened = _opened(workflow)
    return Cast(
        workflow=workflow, people=people, connectors=connectors, hooks=hooks, children=opened, cases=cases
    )


def _opened(workflow: Workflow) -> list[str]:
    """The workflows of the children that a workflow's cases can open."""
    return [effect.workflow for effect in named_effects(workflow) if isinstance(effect, OpenSpec)]


def _used(workflow: Workflow) -> tuple[list[str], list[str]]:
    """The connectors and the hooks that a workflow names."""
    effects = named_effects(workflow)
    connectors = dict.fromkeys(effect.connector for effect in effects if isinstance(effect, PushSpec))
    hooks = dict.fromkeys(effect.name for effect in effects if isinstance(effect, HookSpec))
    return list(connectors), list(hooks)
