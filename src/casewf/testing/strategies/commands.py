"""Commands on the cases of a walk: mostly what somebody may do, sometimes anything; and what the outside answers."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st

from casewf.core.options import Option
from casewf.model.amount import Amount, CalendarDays, WorkingDays
from casewf.model.effects import Push
from casewf.model.text import Label
from casewf.model.workflow import Field, Workflow
from casewf.ports.outside import Delivery, Outcome
from casewf.testing.clock import at, instant_of
from casewf.testing.story_model import Action, ActOnClock, FireTrigger, OpenCase, Story
from casewf.testing.strategies.values import amounts, texts, values
from casewf.testing.walk import Walk
from casewf.testing.walk_people import people_of_roles

__all__ = [
    "answers",
    "attempts",
    "command_sequences",
    "commands",
    "filled_in",
    "one_of_them",
    "openings",
    "possibilities",
]

_CASE = "case-1"
_START = instant_of(at("2026-03-02 09:00"))
_DAY_US = 86_400_000_000


def openings(walk: Walk, case: str, *, wild: bool = False) -> st.SearchStrategy[OpenCase]:
    """Openings of a case that is not there yet, with what its workflow needs and some of what it accepts.

    Args:
        walk: who there is.
        case: its id.
        wild: by anybody, whether or not he has a role for it.
    """
    workflow, people = walk.workflow_of(case), walk.setting.people
    roles = {one.role for one in workflow.opening.by}
    able = [name for name in sorted(people) if wild or not roles or roles & set(people[name].roles)]
    accepted = workflow.opening.accepts
    return st.builds(
        OpenCase,
        by=st.sampled_from(able or sorted(people)),
        data=_data(
            walk, workflow, workflow.opening.needs, tuple(workflow.fields) if accepted is None else accepted
        ),
    )


@st.composite
def commands(draw: st.DrawFn, walk: Walk, case: str) -> Action:
    """What one of the people is allowed to do on a case, everything given that it asks for; now and then an attempt.

    Args:
        draw: Hypothesis's.
        walk: who there is, and where the case stands.
        case: its id; one that is not there is opened.
    """
    wild = draw(st.integers(0, 9)) == 9
    if not walk.is_open(case):
        return draw(openings(walk, case, wild=wild))
    allowed = possibilities(walk, case)
    if wild or not allowed:
        return draw(attempts(walk, case))
    return draw(filled_in(walk, case, *draw(one_of_them(walk, case, allowed))))


def possibilities(walk: Walk, case: str, *, allowed: bool = True) -> list[tuple[str, Option]]:
    """Who may do what on a case, by his id; or who may not do what others may, or he in another state."""
    every = [(name, one) for name in sorted(walk.setting.people) for one in walk.options(case, name) or ()]
    return [(name, one) for name, one in every if one.allowed is allowed]


@st.composite
def one_of_them(
    draw: st.DrawFn, walk: Walk, case: str, allowed: Sequence[tuple[str, Option]]
) -> tuple[str, Option]:
    """What is done, and who of those who may does it; every other time something that the case has not seen yet."""
    names = list(dict.fromkeys((one.trigger, one.sla) for _, one in allowed))
    done = {getattr(row.event, "trigger", "") for row in walk.history(case)}
    fresh = [name for name in names if name[0] not in done]
    is_new = bool(fresh) and draw(st.booleans())
    chosen = draw(st.sampled_from(fresh if is_new else names))
    return draw(st.sampled_from([(name, one) for name, one in allowed if (one.trigger, one.sla) == chosen]))


@st.composite
def attempts(draw: st.DrawFn, walk: Walk, case: str) -> Action:
    """What anybody may try on an open case, allowed or not, with whatever some row of it takes.

    Mostly it is something that the present state offers, and not to him, for any of the reasons there are.
    """
    tempting = possibilities(walk, case, allowed=False)
    is_tempted = bool(tempting) and draw(st.integers(0, 3)) > 0
    if is_tempted:
        whys = list(dict.fromkeys(_codes(one) for _, one in tempting))
        why = draw(st.sampled_from(whys))
        some = [(name, one) for name, one in tempting if _codes(one) == why]
        return draw(filled_in(walk, case, *draw(st.sampled_from(some))))
    workflow = walk.workflow_of(case)
    rows = [row for track in workflow.tracks for row in track.transitions]
    row = draw(st.sampled_from(rows))
    given = (*row.asks, *row.needs) if draw(st.booleans()) else ()
    return FireTrigger(
        trigger=row.trigger,
        by=draw(st.sampled_from(sorted(walk.setting.people))),
        data=draw(_data(walk, workflow, given, row.accepts)),
        comment=draw(st.none() | texts()),
    )


def filled_in(walk: Walk, case: str, person: str, option: Option) -> st.SearchStrategy[Action]:
    """An option of a person as a command, with everything that it asks for."""
    comments = texts() if option.comment_required else st.none() | texts()
    if option.sla is not None:
        return st.builds(
            ActOnClock,
            act=st.just(option.trigger),
            sla=st.just(option.sla),
            by=st.just(person),
            amount=_fitting(walk, case, option.sla) if (*option.asks, *option.accepts) else st.none(),
            comment=comments,
        )
    return st.builds(
        FireTrigger,
        trigger=st.just(option.trigger),
        by=st.just(person),
        data=_data(walk, walk.workflow_of(case), option.asks, option.accepts),
        comment=comments,
    )


def _codes(option: Option) -> tuple[str, ...]:
    return tuple(one.code for one in option.reasons)


def _fitting(walk: Walk, case: str, sla: str) -> st.SearchStrategy[Amount]:
    """Amounts that somebody asks for: mostly of the unit in which the limit is measured, a little or as much again."""
    stored = walk.store.load(case)
    clock = None if stored is None else stored.case.clocks.get(sla)
    budget = None if clock is None else clock.budget
    if budget is None:
        return amounts()
    if isinstance(budget, WorkingDays | CalendarDays):
        one: Amount = type(budget)(1)
    else:
        one = type(budget)(hours=1)
    return st.sampled_from((one, one, one, budget)) | amounts()


@st.composite
def command_sequences(draw: st.DrawFn, workflow: Workflow, *, most: int = 20) -> Story:
    """Stories of one case of a workflow: commands and waits one after another, as its rules let them happen.

    The steps say which attempts are refused, and why; ``casewf.testing.story.play`` plays it.

    Args:
        draw: Hypothesis's.
        workflow: what the case goes by. Its people are one for each role.
        most: how many commands and waits at the most.
    """
    company = people_of_roles((workflow,))
    setting = Story(
        file="",
        workflow=workflow,
        zone="Asia/Shanghai",
        title=Label("走查", "A walk"),
        case=_CASE,
        org=None,
        steps=(),
        organisations=company.organisations,
        people=company.people,
    )
    walk = Walk(setting, _START, lambda _, delivery: draw(answers(workflow, delivery)))
    walk.do(draw(openings(walk, _CASE)), _CASE)
    for _ in range(draw(st.integers(0, most - 1))):
        case = draw(st.sampled_from(walk.cases or (_CASE,)))
        if draw(st.integers(0, 3)):
            walk.do(draw(commands(walk, case)), case)
        else:
            walk.let_pass(walk.now + draw(st.integers(1, 5 * _DAY_US)))
    return walk.story()


@st.composite
def answers(draw: st.DrawFn, workflow: Workflow, delivery: Delivery) -> Outcome:
    """What a connector answers to a push: it takes it, with what the trigger of success asks for, or it does not.

    Args:
        draw: Hypothesis's.
        workflow: that of the case.
        delivery: the push.
    """
    if draw(st.integers(0, 3)) == 0:
        return Outcome(ok=False, error="no")
    effect = delivery.effect
    trigger = effect.on_ok if isinstance(effect, Push) else None
    rows = [row for track in workflow.tracks for row in track.transitions if row.trigger == trigger]
    wanted = dict.fromkeys(name for row in rows for name in (*row.asks, *row.needs, *row.accepts))
    plain = [
        name for name in wanted if workflow.fields[name].kind in ("text", "integer", "boolean", "choice")
    ]
    return Outcome(ok=True, data={name: draw(values(workflow.fields[name])) for name in plain})


@st.composite
def _data(
    draw: st.DrawFn, walk: Walk, workflow: Workflow, needed: Sequence[str], accepted: Sequence[str]
) -> dict[str, object]:
    """Values of all the fields that are needed, and of a few that are accepted."""
    further = [name for name in accepted if name not in needed]
    some = draw(st.lists(st.sampled_from(further), unique=True, max_size=3)) if further else []
    names = dict.fromkeys((*needed, *some))
    return {name: draw(_given(workflow.fields[name], walk.setting)) for name in names}


def _given(field: Field, setting: Story) -> st.SearchStrategy[object]:
    return values(field, people=setting.people, organisations=setting.organisations or ("union",))
