"""Counting the cases of a database for ``casewf report``: page by page, whatever there is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs

from casewf.cli.databases import PAGE, Database, paged, workflows_of
from casewf.cli.terminal import Terminal, UsageError
from casewf.cli.wanted import check_known
from casewf.definition.load import parse_terms, read_text, terms_of, terms_workflow
from casewf.engine.registry import stored_calendar
from casewf.kpi import CaseFacts, Conventions, Figure, Period, Plan, Tally, facts_of
from casewf.model.case import Case
from casewf.model.terms import Terms
from casewf.model.workflow import Workflow
from casewf.ports.decoding import damaged
from casewf.ports.stored import Filter
from casewf.worktime import WorkCalendar


@attrs.frozen(slots=True, kw_only=True)
class Section:
    """The figures of one workflow.

    Attributes:
        terms: what its names mean.
        versions: the versions that its cases go by, or went by.
        cases: how many cases were looked at, in the period or not.
        imported, erased: how many of them come from elsewhere, and how many were erased.
        figures: the figures.
    """

    terms: Terms
    versions: tuple[int, ...]
    cases: int
    imported: int
    erased: int
    figures: tuple[Figure, ...]


def calendars_of(store: Database) -> dict[str, WorkCalendar]:
    """All calendars that cases go by, by content hash.

    Raises:
        AdapterError: one is damaged.
    """
    return {one.hash: stored_calendar(one.id, one.body) for one in store.definitions("calendar")}


def versions_of(store: Database) -> dict[str, list[Workflow]]:
    """All workflows that cases go by, by id; the newest version last.

    Raises:
        AdapterError: one is damaged.
    """
    found: dict[str, list[Workflow]] = {}
    for one in workflows_of(store).values():
        found.setdefault(one.id, []).append(one)
    return {name: sorted(versions, key=lambda one: one.version) for name, versions in found.items()}


def terms_for(
    versions: Mapping[str, Sequence[Workflow]], files: Sequence[str], out: Terminal
) -> dict[str, Terms]:
    """The terms of each workflow: of a file that speaks of it, else the packaged ones, else the general ones.

    Raises:
        DefinitionError: a file is missing or wrong.
        UsageError: a file speaks of a workflow that no case goes by, or two files of the same.
    """
    texts: dict[str, tuple[str, str]] = {}
    for file in files:
        text = read_text(file)
        workflow = terms_workflow(text, file=file)
        check_known(out, ("流程", "workflow"), workflow, versions)
        if workflow in texts:
            other = texts[workflow][1]
            raise UsageError(
                out.say(
                    f"{other} 和 {file} 说的是同一流程 {workflow}；请只给一个",
                    f"{other} and {file} both speak of {workflow}; give one of them",
                )
            )
        texts[workflow] = text, file
    return {
        name: parse_terms(texts[name][0], *known, file=texts[name][1]) if name in texts else terms_of(*known)
        for name, known in versions.items()
    }


def count(
    store: Database,
    terms: Mapping[str, Terms],
    period: Period,
    conventions: Conventions,
    *,
    workflow: str | None,
    org: str | None,
) -> list[Section]:
    """The figures of each workflow, the workflow with the most cases first.

    Args:
        store: the database.
        terms: those of each workflow.
        period: what is reported on.
        conventions: how it is counted.
        workflow: only cases of this workflow; None for all.
        org: only cases that belong to this organisation or one below it, or are held by one; None for all.

    Raises:
        AdapterError: what is stored is damaged.
    """
    calendars = calendars_of(store)
    plans = {name: Plan(one) for name, one in terms.items()}
    tallies = {name: Tally(one, period, conventions, calendars) for name, one in terms.items()}
    seen = {name: _Seen() for name in terms}
    for case in paged(store, Filter(everything=org is None, org=org, workflow=workflow, limit=PAGE)):
        name = case.workflow[0]
        try:
            facts = _facts(store, case, plans)
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            raise damaged(f"case {case.id}", error) from error
        tallies[name].add(facts)
        seen[name].take(case, imported=facts.imported_at is not None, erased=facts.erased)
    sections = [
        Section(
            terms=terms[name],
            versions=tuple(sorted(one.versions)),
            cases=one.cases,
            imported=one.imported,
            erased=one.erased,
            figures=tallies[name].figures(),
        )
        for name, one in seen.items()
        if one.cases
    ]
    return sorted(sections, key=lambda one: -one.cases)


def _facts(store: Database, case: Case, plans: Mapping[str, Plan]) -> CaseFacts:
    """What the events of a case say.

    Raises:
        ValueError, LookupError: its workflow or some of its events are not there.
    """
    name = case.workflow[0]
    if name not in plans:
        raise LookupError(f"its workflow {name} is not there")
    events = [one.event for one in store.history(case.id)]
    if len(events) != case.version:
        raise ValueError(f"{len(events)} of its {case.version} events are there")
    return facts_of(events, plans[name])


@attrs.define(slots=True)
class _Seen:
    cases: int = 0
    imported: int = 0
    erased: int = 0
    versions: set[int] = attrs.field(factory=set)

    def take(self, case: Case, *, imported: bool, erased: bool) -> None:
        self.cases += 1
        self.imported += imported
        self.erased += erased
        self.versions.add(case.workflow[1])
