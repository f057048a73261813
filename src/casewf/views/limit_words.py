"""Limits in words: how long under which condition, when a clock starts and stops, what each rung does."""

from __future__ import annotations

from collections.abc import Iterable

from casewf.core.limit_plan import SlaPlan, TargetPlan
from casewf.model.effect_specs import EffectSpec, HookSpec, MergeSpec, NotifySpec, OpenSpec, PushSpec
from casewf.model.text import Label
from casewf.model.workflow import Moment, Rung, Sla
from casewf.views.diagram_model import Card, RungLine, TargetLine
from casewf.views.words import Speaker

__all__ = ["KINDS", "act_words", "effect_words", "moment_words", "note_words", "target_lines"]

KINDS = {
    "advisory": Label("提示性时限", "advisory limit"),
    "service": Label("服务时限", "service limit"),
    "statutory": Label("法定时限", "statutory limit"),
}


def target_lines(plan: SlaPlan, speaker: Speaker) -> tuple[TargetLine, ...]:
    """The targets of a limit in the order in which they are looked at."""
    say = speaker.say
    found = []
    for target in plan.targets:
        condition = "" if target.spec.when is None else speaker.condition(target.spec.when)
        if target.spec.until is not None:
            field = speaker.label("field", target.spec.until)
            length = say(f"到“{field}”当日", f"until the day of “{field}”")
        elif target.spec.within is not None:
            length = speaker.amount(target.spec.within)
        else:
            length = ""
        found.append(TargetLine(condition=condition, length=length, ladder=_ladder(plan, target, speaker)))
    return tuple(found)


def _ladder(plan: SlaPlan, target: TargetPlan, speaker: Speaker) -> tuple[RungLine, ...]:
    places = (
        ("early", target.ladder.early),
        ("due", target.ladder.at_due),
        ("late", target.ladder.late),
    )
    return tuple(
        _rung(speaker, place, rung.spec, speaker.rung(plan.spec.id, rung.number))
        for place, rungs in places
        for rung in rungs
    )


def _rung(speaker: Speaker, place: str, rung: Rung, when: str) -> RungLine:
    say = speaker.say
    if rung.every is not None:
        every = speaker.amount(rung.every)
        when = say(
            f"{when}，每{every}一次，共{rung.times}次", f"{when}, every {every}, {rung.times} times in all"
        )
    told = [role for one in rung.effects if isinstance(one, NotifySpec) for role in one.roles]
    more = [effect_words(speaker, one) for one in rung.effects if not isinstance(one, NotifySpec)]
    more += [
        say(f"填写{speaker.label('field', name)}", f"sets {speaker.label('field', name)}")
        for name in rung.set
    ]
    more += [
        say(f"换{speaker.label('role', name)}", f"assigns {speaker.label('role', name)}")
        for name in rung.assign
    ]
    return RungLine(
        place=place,
        when=when,
        told=tuple(speaker.label("role", role) for role in dict.fromkeys(told)),
        card=None
        if rung.card is None
        else Card(title=speaker.card(rung.card), tone=_tone(speaker, rung.card)),
        fires="" if rung.fire is None else speaker.label("trigger", rung.fire),
        more=tuple(more),
    )


def _tone(speaker: Speaker, card: str) -> str:
    if card in ("blue", "yellow", "red"):
        return card
    return "red" if card == speaker.workflow.cards[-1][0] else "yellow"


def effect_words(speaker: Speaker, effect: EffectSpec) -> str:
    """What an effect means for the outside world."""
    say = speaker.say
    match effect:
        case NotifySpec(roles=roles):
            told = speaker.joined([speaker.label("role", role) for role in roles])
            return say(f"通知{told}", f"tells {told}")
        case PushSpec(connector=name):
            return say(f"推送到 {name}", f"pushes to {name}")
        case HookSpec(name=name):
            return say(f"调用 {name}", f"runs {name}")
        case OpenSpec(workflow=name):
            title = speaker.workflow_title(name)
            return say(f"开立“{title}”", f"opens “{title}”")
        case MergeSpec(into=field):
            into = speaker.label("field", field)
            return say(f"并入“{into}”所指的工单", f"merges into the case of “{into}”")


def moment_words(speaker: Speaker, moments: Iterable[Moment]) -> tuple[str, ...]:
    """When something is looked at, one text for each moment, with its condition."""
    return tuple(_moment(speaker, one) for one in moments)


def _moment(speaker: Speaker, moment: Moment) -> str:
    say = speaker.say

    def states(names: tuple[str, ...]) -> str:
        titles = [f"“{speaker.state(*name.split('.', 1))}”" for name in names]
        return say("或", " or ").join(titles)

    triggers = say("或", " or ").join(f"“{speaker.label('trigger', name)}”" for name in moment.fire)
    if moment.enter:
        words = say(f"进入{states(moment.enter)}", f"entering {states(moment.enter)}")
    elif moment.leave:
        words = say(f"离开{states(moment.leave)}", f"leaving {states(moment.leave)}")
    elif moment.inside:
        words = say(f"处于{states(moment.inside)}期间", f"while in {states(moment.inside)}")
    elif moment.fire:
        words = say(f"执行{triggers}", f"firing {triggers}")
    else:
        words = {
            "closed": say("整单办结", "the case closes"),
            "reopened": say("整单重开", "the case is reopened"),
        }.get(moment.case or "", "")
    if moment.when is None:
        return words
    condition = speaker.condition(moment.when)
    return say(f"{words}（须{condition}）", f"{words} (if {condition})")


def act_words(speaker: Speaker, sla: Sla) -> tuple[str, ...]:
    """Whether people may have the limit extended or its clock suspended, and how far (K7)."""
    say = speaker.say
    found = []
    for rule, zh, en in ((sla.extension, "延期", "Extension"), (sla.suspension, "中止计时", "Suspension")):
        if rule is None:
            continue
        asked = speaker.joined([speaker.label("role", name) for name in rule.asked_by]) or say(
            "任何角色", "any role"
        )
        by = speaker.label("role", rule.by)
        words = say(
            f"{zh}：{asked}申请，另一人以{by}身份审批", f"{en}: {asked} asks, somebody else as {by} grants"
        )
        often = say(f"，最多{rule.times}次", f", at most {rule.times} time{'s' if rule.times > 1 else ''}")
        amount = "" if rule.up_to is None else speaker.amount(rule.up_to)
        far = say(f"，最长{amount}", f", up to {amount}") if amount else ""
        early = "" if rule.asked_before is None else speaker.amount(rule.asked_before)
        when = say(f"，须在到期前{early}提出", f", asked for {early} before it is due") if early else ""
        found.append(words + often + far + when)
    return tuple(found)


_NOTES = {
    "restarts": Label("每次起算都重新计时", "every start counts afresh"),
    "once": Label("只在第一次起算", "only the first start counts"),
    "continue": Label("续计时接着已用的时间", "where it goes on, the time spent so far counts"),
    "restart": Label("续计时从头计", "where it goes on, it counts from the beginning"),
    "rebase": Label(
        "适用条件改变时，从原起点按新的时长计",
        "another length that comes to apply counts from the same start",
    ),
    "carry": Label(
        "适用条件改变时，按比例折算已用的时间",
        "of another length that comes to apply the same share is spent",
    ),
    "change-restart": Label(
        "适用条件改变时，从那时重新计", "another length that comes to apply counts from then on"
    ),
    "occurred": Label(
        "按实际发生的时间计，可事后登记", "measured by when things happened, even if recorded later"
    ),
}


def note_words(speaker: Speaker, sla: Sla) -> tuple[str, ...]:
    """How a limit behaves when it starts again, goes on, or has another length."""
    codes = ["restarts" if sla.restarts else "once"]
    if sla.on_reopen != "never":
        codes.append(sla.on_reopen)
    if len(sla.target) > 1:
        codes.append("change-restart" if sla.on_change == "restart" else sla.on_change)
    if sla.measure == "occurred":
        codes.append("occurred")
    return tuple(_NOTES[code].text(speaker.lang) for code in codes)
