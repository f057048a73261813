"""Two versions of a small workflow, and a case that goes from one to the other."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import dedent, indent

from casewf.core.decide import Refusal
from casewf.core.evolve import evolve, replay
from casewf.core.migrate import migrate
from casewf.core.migration_gaps import gaps
from casewf.core.migration_position import Stays
from casewf.core.program import Program, compile_program
from casewf.core.recall import asks_for_more, recall
from casewf.definition.load import parse_document
from casewf.model.case import Actor
from casewf.model.events import Event
from casewf.model.migration import Migration
from casewf.worktime import WorkCalendar
from core_cases import BOSS, OFFICE, Story
from well_formed import check_nouns, check_reasons

HEAD = """\
casewf: 1
id: small
version: {version}
calendar: office
roles: {{desk: {{en: Desk}}, boss: {{en: Boss}}, {roles}helper: {{en: Helper}}}}
cards: {cards}
"""
CARDS = "{yellow: {en: Yellow}, red: {en: Red}}"

TRACKS = """
main:
  initial: idle
  states:
    idle: {en: Idle}
    work: {en: Work}
    wait: {en: Wait}
    done: {en: Done}
    shut: {en: Shut, category: closed}
  transitions:
    - {trigger: begin, from: idle, to: work, by: desk, accepts: [n, kind, until]}
    - {trigger: wait, from: work, to: wait, by: desk}
    - {trigger: go_on, from: wait, to: =previous, by: desk}
    - {trigger: ping, from: [idle, work, wait, done], by: [desk, system], accepts: [n, kind, until]}
    - {trigger: finish, from: [work, wait], to: done, by: [desk, system], not_by: [ping]}
    - {trigger: close, from: [work, done], to: shut, by: boss}
    - {trigger: back, from: [done, shut], to: work, by: boss}
"""
FIELDS = """
n: {type: integer, default: 0}
kind: {type: choice, of: [soft, hard], default: soft}
until: {type: date}
"""
SLAS = """
limit:
  start: {enter: main.work}
  pause: {in: main.wait}
  stop: {enter: main.done}
  reopen: {fire: back}
  target: [{when: kind == 'hard', within: 2 hours}, {within: 4 hours}]
  ladder: [{at: 50%, notify: boss}, {at: due, card: yellow}, {after: 1 hour, card: red}]
"""


WHOLE = """
from: [1, 3]
tracks: {other: main, lost: =drop}
states: {main: {fresh: idle, old: =stay}}
fields:
  m: n
  gone: =drop
  sort: {to: kind, values: {easy: soft, "true": hard}}
set: {n: n + 1, kind: "'soft' if has(until) else 'hard'"}
roles: {clerk: desk, guest: =drop}
triggers: {nudge: ping, shout: =drop}
cards: {blue: red, grey: =drop}
clocks: {term: {to: limit, how: carry}, stage: cancel}
starts: {limit: {in: [main.work, main.wait], when: n > 1}}
refused: leave
"""
"""A section ``migrate`` in which everything occurs."""


def version(number: int, **sections: str) -> str:
    """A workflow file; a section that is not given is the one above."""
    given = {"fields": FIELDS, "tracks": TRACKS, "slas": SLAS, "parties": "", "migrate": "", **sections}
    roles, cards = given.pop("roles", ""), given.pop("cards", CARDS)
    text = HEAD.format(version=number, roles=roles, cards=cards)
    for key, body in given.items():
        if body:
            text += f"{key}:\n{indent(dedent(body).strip(), '  ')}\n"
    return text


def compiled(text: str, calendar: WorkCalendar = OFFICE) -> tuple[Program, Migration]:
    document = parse_document(text)
    workflow = document.workflow
    migration = document.migration or Migration(workflow=workflow.id, version=workflow.version)
    return compile_program(workflow, {"office": calendar}), migration


def story(text: str | None = None, **more: object) -> Story:
    """A case of the first version."""
    return Story(compiled(text or version(1))[0], **more)  # type: ignore[arg-type]


def move(
    one: Story,
    text: str,
    *,
    when: int | str | None = None,
    actor: Actor = BOSS,
    calendar: WorkCalendar = OFFICE,
    lineages: Mapping[str, tuple[str, ...]] | None = None,
) -> tuple[Event, ...] | list[str] | Stays:
    """Make a case one of the version in ``text``: the events, the codes of a refusal, or that it stays."""
    one.elapse(when)
    old, (new, migration) = one.program, compiled(text, calendar)
    new.shelf.update(old.shelf)
    recalled = {}
    if asks_for_more(old.workflow, new.workflow):
        recalled = {"recalled": recall(old.workflow, one.history)}
    found = gaps(old.workflow, new.workflow, migration)
    check_nouns(found)
    check_reasons(gap.why for gap in found)
    result = migrate(old, new, migration, one.case, one.now, actor, lineages=lineages or {}, **recalled)
    if isinstance(result, Refusal):
        check_reasons(result.reasons)
        return [one.code for one in result.reasons]
    if isinstance(result, Stays):
        return result
    check_nouns(result)
    for event in result:
        one._case = evolve(one._case, event)
    one.history += result
    one.batches.append(result)
    one.program = new
    assert replay(one.history) == one.case
    assert one.case.version == len(one.history)
    return result


def moved(one: Story, text: str, **more: object) -> list[str]:
    """The kinds of the events of a migration that must be accepted."""
    result = move(one, text, **more)  # type: ignore[arg-type]
    assert isinstance(result, tuple), result
    return [type(event).__name__ for event in result]
