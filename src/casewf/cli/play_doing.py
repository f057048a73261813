"""Doing things in ``casewf play``: what somebody may do, what it asks for, and what connectors answer to it."""

from __future__ import annotations

from casewf.cli.play_questions import Back, Questions
from casewf.cli.play_screen import option_name
from casewf.core.options import Option
from casewf.model.effects import Push
from casewf.model.roles import SYSTEM
from casewf.model.text import Label
from casewf.model.workflow import Workflow
from casewf.ports.outside import Delivery, Outcome
from casewf.testing.story_model import Action, ActOnClock, FireTrigger, OpenCase, Story
from casewf.testing.walk import Walk

__all__ = ["OPEN", "Doing", "is_automatic", "opener"]

OPEN = "open"
_GUARDS = frozenset({"guard_not_met", "guard_missing", "guard_failed"})


class Doing:
    """What one of the people may do on one of the cases, filled in by asking.

    Attributes:
        walk: where it is done.
        case: the case that everything is about.
        person: who acts.
        offered: what was listed last, by its numbers.
        at_end: the input ended while a connector was asked.
    """

    def __init__(self, setting: Story, start: int, questions: Questions) -> None:
        self._questions = questions
        self.walk = Walk(setting, start, self._answer)
        self.case = setting.case
        self.person = opener(setting)
        self.offered: list[Option] = []
        self.at_end = False

    # What may be done

    def options(self, person: str | None = None) -> tuple[Option, ...]:
        """What somebody may do or not, in order; before there is a case, to open it."""
        if self.walk.is_open(self.case):
            return self.walk.options(self.case, person or self.person) or ()
        return (_opening(self.walk.setting.workflow),)

    def sees(self) -> bool:
        """Whether the person sees the case, or there is none yet."""
        return not self.walk.is_open(self.case) or self.walk.options(self.case, self.person) is not None

    def able(self, person: str) -> list[Option]:
        """What somebody may do on the case."""
        return [one for one in self.options(person) if one.allowed] if self.walk.is_open(self.case) else []

    def triggers(self) -> dict[str, list[str]]:
        """Every trigger that is fired, and the states from which that is possible."""
        found: dict[str, dict[str, None]] = {}
        for track in self.walk.workflow_of(self.case).tracks:
            for row in track.transitions:
                sources = found.setdefault(row.trigger, {})
                sources |= dict.fromkeys(() if row.auto else row.sources)
        return {name: list(sources) for name, sources in found.items()}

    def called(self, name: str) -> tuple[str, ...]:
        """What is done by this number of the list, name or label.

        Several share the label where there are several: of these, what can be done now, if anything can.
        """
        if name.isdecimal() and len(name) <= 3:
            return tuple(map(option_name, self.offered[int(name) - 1 : int(name)] if int(name) else ()))
        workflow, options = self.walk.workflow_of(self.case), self.options()
        titles = {trigger: workflow.trigger_title(trigger) for trigger in self.triggers()}
        titles |= {option_name(one): one.title for one in options}
        if name in titles:
            return (name,)
        found = [code for code, title in titles.items() if name in (title.zh, title.en)]
        able = {option_name(one) for one in options if one.allowed}
        return tuple([code for code in found if code in able] or found)

    def option(self, name: str) -> Option | None:
        """The option of a name; None if it is none in the present states."""
        return next((one for one in self.options() if option_name(one) == name), None)

    # Doing it

    def filled(self, option: Option) -> Action:
        """The command of an option, with the values that somebody gives; what is refused anyway is not asked about.

        Raises:
            Back: somebody would rather do something else.
            EOFError: there is no more input.
        """
        questions, by = self._questions, self.person
        ask = option.allowed or {one.code for one in option.reasons} <= _GUARDS
        if option.sla is not None:
            has_amount = ask and (*option.asks, *option.accepts)
            amount = questions.amount(needed=bool(option.asks)) if has_amount else None
            comment = questions.comment() if ask and option.comment_required else None
            return ActOnClock(act=option.trigger, sla=option.sla, by=by, amount=amount, comment=comment)
        if not ask:
            return FireTrigger(trigger=option.trigger, by=by)
        workflow = self.walk.workflow_of(self.case)
        if not self.walk.is_open(self.case):
            data, _ = questions.fields(workflow, option.asks, option.accepts, comment="none")
            return OpenCase(by=by, data=data)
        wanted = "required" if option.comment_required else "optional"
        data, comment = questions.fields(workflow, option.asks, option.accepts, comment=wanted)
        return FireTrigger(trigger=option.trigger, by=by, data=data, comment=comment)

    def _answer(self, connector: str, delivery: Delivery) -> Outcome:
        """What a connector answers to a push: the player says whether it takes it, and what goes back with that."""
        effect = delivery.effect
        sent = ", ".join(delivery.values) or "–"
        question = Label(
            f"→ {connector} 收到推送（{sent}），成功 ok 还是失败 fail？[ok]",
            f"→ {connector} is pushed {sent}: ok or fail? [ok]",
        )
        try:
            if not self._questions.yes(question):
                return Outcome(ok=False, error="fail")
            trigger = effect.on_ok if isinstance(effect, Push) else None
            return Outcome(ok=True, data=self._data(trigger, delivery.case.workflow[0]))
        except Back:
            return Outcome(ok=True)
        except EOFError:  # must not reach the engine, which would take it for a failing connector
            self.at_end = True
            return Outcome(ok=True)

    def _data(self, trigger: str | None, workflow_id: str) -> dict[str, object]:
        """The values that go back with an outcome; a story can give those of its own workflow only."""
        workflow = self.walk.setting.workflow
        if workflow_id != workflow.id:
            return {}
        rows = [
            row
            for track in workflow.tracks
            for row in track.transitions
            if row.trigger == trigger and any(by.role == SYSTEM for by in row.by)
        ]
        asks = tuple(dict.fromkeys(name for row in rows for name in row.asks))
        accepts = tuple(dict.fromkeys(name for row in rows for name in (*row.needs, *row.accepts)))
        data, _ = self._questions.fields(workflow, asks, accepts, comment="none")
        return data


def opener(setting: Story) -> str:
    """Who may open the case, the first of them; the first of all if nobody may."""
    roles = {one.role for one in setting.workflow.opening.by}
    able = (name for name, someone in setting.people.items() if not roles or roles & set(someone.roles))
    return next(able, next(iter(setting.people)))


def is_automatic(option: Option) -> bool:
    """Whether nobody can do it, for it is the engine's own."""
    return [(one.code, one.params.get("roles")) for one in option.reasons] == [("role_missing", SYSTEM)]


def _opening(workflow: Workflow) -> Option:
    """To open the case, as an option."""
    opening, fields = workflow.opening, workflow.fields
    asks = tuple(name for name in opening.needs if fields[name].default is None)
    may = fields if opening.accepts is None else (*opening.needs, *opening.accepts)
    return Option(
        trigger=OPEN,
        title=Label("立单", "Open the case"),
        track="",
        allowed=True,
        asks=asks,
        accepts=tuple(name for name in may if name not in asks),
    )
