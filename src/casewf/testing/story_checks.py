"""What a story expects, looked up in the engine it is played on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from casewf.engine.case_view import CaseView
from casewf.engine.engine import Engine
from casewf.engine.file_view import CaseFileView
from casewf.errors import NotFound
from casewf.model.case import Actor
from casewf.model.clock_events import ActRequested, RungFired
from casewf.model.effects import CallHook, Effect, MergeInto, Notify, OpenCase, Push, TellParent
from casewf.model.events import Moved
from casewf.model.text import Label
from casewf.model.zone import load_zone
from casewf.ports.outside import Delivery
from casewf.testing.clock import datetime_of, instant_of
from casewf.testing.story_model import ABSENT, Check, Story

NEVER = "the clock never ran"
"""What is found where a clock is looked for that never ran."""

NOTHING_PUSHED = "nothing was pushed"
"""What is found where a connector was not asked yet."""

_SUBJECTS = {
    "state": Label("{0} 的状态", "the state of {0}"),
    "clock": Label("时限 {0}", "clock {0}"),
    "due": Label("时限 {0} 的到期时刻", "the due instant of {0}"),
    "verdict": Label("时限 {0} 的结论", "the verdict of {0}"),
    "phase": Label("时限 {0} 的阶段", "the phase of {0}"),
    "card": Label("警示牌", "the card"),
    "closed": Label("是否办结", "whether the case is closed"),
    "field": Label("字段 {0}", "the field {0}"),
    "effects": Label("效果", "the effects"),
    "pushed": Label("推送给 {0} 的 {1}", "{1} as pushed to {0}"),
    "children": Label("子案数（{0}）", "the number of children, {0}"),
    "links": Label("关联 {0}", "the links {0}"),
    "parties": Label("当事人", "the parties"),
    "told": Label("通知到的人", "who was told"),
    "option": Label("{0} 能否执行 {1}", "whether {0} may {1}"),
    "incidents": Label("异常数", "the number of incidents"),
    "not_found": Label("{0} 是否看不到工单", "whether the case is hidden from {0}"),
    "party": Label("当事人 {0} 的 {1}", "{1} of the party {0}"),
    "notes": Label("备注数", "the number of notes"),
    "attachments": Label("附件", "the attachments"),
}


class Finder:
    """Answers the checks of one story, in the order in which they are asked.

    ``actor_of`` gives one of the story's people as he may act now. ``deliveries`` is what reached the notifier so far,
    ``pushes`` what each connector was asked to take; both grow with the story.
    """

    def __init__(
        self,
        story: Story,
        engine: Engine,
        observer: Callable[[str], Actor],
        actor_of: Callable[[str], Actor],
        deliveries: Sequence[Delivery],
        pushes: Mapping[str, Sequence[Delivery]],
    ) -> None:
        self._observer = observer
        self._actor_of = actor_of
        self._story = story
        self._engine = engine
        self._zone = load_zone(story.zone)
        self._deliveries = deliveries
        self._pushes = pushes
        self._told = 0
        self._written: dict[str, int] = {}
        self._answers: dict[str, Callable[[CaseView, tuple[str, ...]], object]] = {
            "state": lambda case, about: case.states.get(about[0]),
            "clock": lambda case, about: case.clocks[about[0]].phase if about[0] in case.clocks else None,
            "due": self._due,
            "verdict": lambda case, about: getattr(case.clocks.get(about[0]), "verdict", NEVER),
            "phase": lambda case, about: getattr(case.clocks.get(about[0]), "phase", NEVER),
            "card": lambda case, _: case.card,
            "closed": lambda case, _: case.closed,
            "field": self._field,
            "effects": self._effects,
            "pushed": self._pushed,
            "children": lambda case, about: getattr(case.children, about[0]),
            "links": lambda case, about: tuple(link.case for link in case.links if link.kind == about[0]),
            "parties": lambda case, _: case.parties,
            "told": lambda *_: self._people_told(),
            "option": self._option,
            "incidents": lambda case, _: len(self._engine.incidents(case.id)),
            "not_found": self._hidden,
            "party": self._party,
            "notes": lambda case, _: len(self._file(case).notes),
            "attachments": lambda case, _: tuple(one.id for one in self._file(case).attachments),
        }

    def found(self, case_id: str, check: Check) -> object:
        """What is so of a case; equal to ``check.wanted`` if all is well."""
        try:
            case = self._engine.case(case_id, actor=self._observer(case_id))
        except NotFound:
            return "no case"
        return self._answers[check.what](case, check.about)

    def subject(self, check: Check) -> Label:
        """What the check is about, in both languages."""
        words = _SUBJECTS[check.what]
        return Label(words.zh.format(*check.about), words.en.format(*check.about))

    def words(self, check: Check, value: object) -> str:
        """A wanted or found value as a story writes it."""
        if value is None:
            return "none"
        if check.what == "due" and isinstance(value, int):
            return datetime_of(value).astimezone(self._zone).replace(tzinfo=None).isoformat(" ")
        if isinstance(value, tuple | list):
            return f"[{', '.join(map(str, value))}]"
        return str(value).lower() if isinstance(value, bool) else str(value)

    def _due(self, case: CaseView, about: tuple[str, ...]) -> object:
        clock = case.clocks.get(about[0])
        if clock is None:
            return NEVER
        return None if clock.due is None else instant_of(clock.due)

    def _field(self, case: CaseView, about: tuple[str, ...]) -> object:
        return self._as_written(case, about[0], case.fields.get(about[0]))

    def _pushed(self, case: CaseView, about: tuple[str, ...]) -> object:
        """What went along in the last push of the case that the connector was asked to take."""
        connector, field = about
        pushes = [one for one in self._pushes[connector] if one.case.id == case.id]
        if not pushes:
            return NOTHING_PUSHED
        return self._as_written(case, field, pushes[-1].values.get(field, ABSENT))

    def _as_written(self, case: CaseView, field: str, value: object) -> object:
        """A field's value in the type in which stories give it."""
        if self._story.of(case.id).workflow.fields[field].kind == "instant" and isinstance(value, int):
            return datetime_of(value)
        return int(value) if isinstance(value, Decimal) and value == int(value) else value

    def _effects(self, case: CaseView, _: tuple[str, ...]) -> object:
        found: list[str] = []
        for entry in self._engine.history(case.id, actor=self._observer(case.id)):
            if entry.number > self._written.get(case.id, 0) and isinstance(
                entry.event, Moved | RungFired | ActRequested
            ):
                authored = [effect for effect in entry.event.effects if not isinstance(effect, TellParent)]
                found.extend(_effect_words(effect) for effect in authored)
        self._written[case.id] = case.version
        return tuple(found)

    def _people_told(self) -> tuple[str, ...]:
        fresh = self._deliveries[self._told :]
        self._told = len(self._deliveries)
        return tuple(person.id for delivery in fresh for person in delivery.recipients)

    def _option(self, case: CaseView, about: tuple[str, ...]) -> object:
        person, trigger = about
        try:
            found = self._engine.options(case.id, actor=self._actor_of(person))
        except NotFound:
            return False
        name, _, sla = trigger.partition("/")
        return any(one.allowed for one in found if (one.trigger, one.sla or "") == (name, sla))

    def _file(self, case: CaseView) -> CaseFileView:
        return self._engine.file(case.id, actor=self._observer(case.id))

    def _party(self, case: CaseView, about: tuple[str, ...]) -> object:
        name, key = about
        party = self._file(case).parties.get(name)
        if party is None:
            return None if key == "kind" else "no party"
        if key == "rated":
            return party.last_rating if party.rated else None
        return party.first_rating if key == "first" else getattr(party, key)

    def _hidden(self, case: CaseView, about: tuple[str, ...]) -> object:
        try:
            self._engine.case(case.id, actor=self._actor_of(about[0]))
        except NotFound:
            return True
        return False


def _effect_words(effect: Effect) -> str:
    if isinstance(effect, Notify):
        return f"notify {effect.role}"
    if isinstance(effect, Push):
        return f"push {effect.connector}"
    if isinstance(effect, OpenCase):
        return f"open {effect.workflow}"
    if isinstance(effect, MergeInto):
        return f"merge {effect.case}"
    return f"hook {effect.name}" if isinstance(effect, CallHook) else effect.destination
