"""Plays a story on a real engine in virtual time, and says where it went otherwise than expected.

::

    from casewf.testing.story import play
    from casewf.testing.story_file import load_story

    play(load_story("s01-yang-yun")).check()
"""

from __future__ import annotations

from contextlib import nullcontext

from casewf.adapters.memory import MemoryStore
from casewf.definition.source import Place
from casewf.errors import AdapterError, CasewfError, NotFound, Refused
from casewf.model.case import Actor
from casewf.model.reasons import Reason
from casewf.model.text import Label
from casewf.ports.store import Store
from casewf.testing.clock import TestClock, datetime_of
from casewf.testing.coverage import Coverage
from casewf.testing.playback import Playback, RefusedAttempt, StoryFailure
from casewf.testing.recorders import RecordingNotifier
from casewf.testing.story_actions import action_subject, open_case, perform
from casewf.testing.story_checks import Finder
from casewf.testing.story_entries import Entry
from casewf.testing.story_model import (
    NOT_FOUND,
    Action,
    ActOnClock,
    FireTrigger,
    OpenCase,
    SplitCase,
    Step,
    Story,
)
from casewf.testing.story_world import story_connectors, story_engine


def play(story: Story, *, store: Store | None = None, coverage: Coverage | None = None) -> Playback:
    """Play a story from its first step to its last; the same story gives the same bytes in the store.

    A failed expectation is noted, and the story goes on; it ends early only if the case could not be opened.

    Args:
        story: what ``load_story`` gave.
        store: where the case lives afterwards; a fresh one in memory if None.
        coverage: takes note of what of the workflows the story covers.

    Raises:
        AdapterError: the store failed, or has a case of the story's id already.
    """
    for name in (story.case, *story.cases):
        if store is not None and store.load(name) is not None:
            raise AdapterError(f"the store has a case {name!r} already; play the story on another store")
    store = MemoryStore() if store is None else store
    playback = _Player(story, store, coverage).play()
    if coverage is not None:
        coverage.add(story, store)
    return playback


class _Player:
    """The state of one performance."""

    def __init__(self, story: Story, store: Store, coverage: Coverage | None) -> None:
        self._story = story
        self._coverage = coverage
        self._store = store
        self._clock = TestClock(datetime_of(story.steps[0].at))
        notifier = RecordingNotifier()
        connectors = story_connectors(story)
        self._engine = story_engine(
            story, store, self._clock, notifier, connectors, None if coverage is None else coverage.watch
        )
        self._failures: list[StoryFailure] = []
        self._refusals: list[RefusedAttempt] = []
        self._notes: dict[int, Label] = {}
        self._roles = frozenset(role for workflow in story.workflows for role in workflow.roles)
        self._observer = Actor("observer", self._roles, story.org)
        pushes = {name: connector.deliveries for name, connector in connectors.items()}
        self._finder = Finder(
            story, self._engine, self._observer_of, self._actor, notifier.deliveries, pushes
        )

    def play(self) -> Playback:
        """All steps, and what came of them."""
        for step in self._story.steps:
            self._clock.travel(datetime_of(step.at))
            if not self._act(step):
                break
            self._look(step)
        known = self._version(self._story.case) > 0
        return Playback(
            story=self._story,
            engine=self._engine,
            observer=self._observer,
            case=self._engine.case(self._story.case, actor=self._observer) if known else None,
            history=self._engine.history(self._story.case, actor=self._observer) if known else (),
            others={
                name: self._engine.history(name, actor=self._observer_of(name))
                for name in self._story.cases
                if self._version(name)
            },
            notes=self._notes,
            refusals=tuple(self._refusals),
            failures=tuple(self._failures),
        )

    def _act(self, step: Step) -> bool:
        """Do what the step says; False if the story cannot go on."""
        before = self._version(step.case)
        is_main = step.case == self._story.case
        refusal: Refused | NotFound | None = None
        try:
            with nullcontext() if self._coverage is None else self._coverage.listening():
                self._do(step.case, step.action)
        except (Refused, NotFound) as refused:
            refusal = refused
            if is_main:
                self._refusals.append(self._attempt(step, refused))
        except CasewfError as error:
            self._fail(
                step.place,
                action_subject(step.action),
                _outcome(step.refused),
                _same(f"{type(error).__name__}: {error}"),
            )
            return not is_main or self._version(step.case) > 0
        codes = None if refusal is None else _codes(refusal)
        if codes != step.refused:
            found = (
                _outcome(None) if refusal is None else _same(f"[{', '.join(sorted(codes or ()))}]", refusal)
            )
            self._fail(step.place, action_subject(step.action), _outcome(step.refused), found)
        if refusal is None:
            if is_main:
                self._write_note(step, before)
        elif left := self._left_behind(step, before):
            subject = Label("被拒绝的命令所留下的", "what a refused command left behind (M3)")
            self._fail(step.place, subject, Label("无", "nothing"), Label(f"事件 {left}", f"event {left}"))
        return not is_main or self._version(step.case) > 0 or step.refused is not None

    def _do(self, case: str, action: Action | None) -> None:
        if not isinstance(action, OpenCase):
            perform(self._engine, case, action, self._actor)
            return
        org = open_case(self._engine, self._story, case, action, self._actor(action.by))
        if case == self._story.case:
            # whoever opened a case always sees it, so an observer with his id sees it too
            self._observer = Actor(action.by, self._roles, org)

    def _observer_of(self, case: str) -> Actor:
        """Somebody who sees the case and has every role."""
        if case == self._story.case:
            return self._observer
        stored = self._store.load(case)
        return Actor("observer", self._roles, None if stored is None else stored.case.org)

    def _actor(self, person: str) -> Actor:
        return self._story.actor(person, self._clock.now())

    def _version(self, case: str) -> int:
        stored = self._store.load(case)
        return 0 if stored is None else stored.case.version

    def _write_note(self, step: Step, before: int) -> None:
        """Put the step's note beside the first event that the command made, timers before it left out."""
        trigger = step.action.trigger if isinstance(step.action, FireTrigger) else None
        for row in self._store.history(self._story.case, before):
            if step.note != Label() and trigger in (None, getattr(row.event, "trigger", None)):
                self._notes[row.number] = step.note
                return

    def _attempt(self, step: Step, refusal: Refused | NotFound) -> RefusedAttempt:
        match step.action:
            case FireTrigger(trigger=name) | ActOnClock(act=name):
                trigger = name
            case SplitCase():
                trigger = "split"
            case action:
                trigger = action.name if isinstance(action, Entry) else "open"
        return RefusedAttempt(
            at=step.at,
            after=self._version(step.case),
            person=getattr(step.action, "by", ""),
            trigger=trigger,
            reasons=() if isinstance(refusal, NotFound) else _reasons(refusal),
            note=step.note,
        )

    def _left_behind(self, step: Step, before: int) -> str:
        """The numbers of events that a refused command made; timers that fired before it may stay (E3)."""
        by = getattr(step.action, "by", None)
        rows = self._store.history(step.case, before)
        return ", ".join(
            str(row.number) for row in rows if getattr(getattr(row.event, "by", None), "id", None) == by
        )

    def _look(self, step: Step) -> None:
        for check in step.checks:
            found = self._finder.found(step.case, check)
            if found != check.wanted:
                wanted = _same(self._finder.words(check, check.wanted))
                self._fail(
                    check.place, self._finder.subject(check), wanted, _same(self._finder.words(check, found))
                )

    def _fail(self, place: Place, subject: Label, expected: Label, found: Label) -> None:
        self._failures.append(StoryFailure(place=place, subject=subject, expected=expected, found=found))


def _codes(refusal: Refused | NotFound) -> frozenset[str]:
    if isinstance(refusal, NotFound):
        return frozenset((NOT_FOUND,))
    return frozenset(reason.code for reason in refusal.reasons)


def _reasons(refusal: Refused) -> tuple[Reason, ...]:
    return tuple(reason for reason in refusal.reasons if isinstance(reason, Reason))


def _outcome(codes: frozenset[str] | None) -> Label:
    return Label("成功", "success") if codes is None else _same(f"[{', '.join(sorted(codes))}]")


def _same(words: str, refusal: Refused | NotFound | None = None) -> Label:
    if refusal is None:
        return Label(words, words)
    return Label(f"{words}（{refusal.text('zh')}）", f"{words} ({refusal.text('en')})")
