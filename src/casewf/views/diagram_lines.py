"""The sentences of a picture, the same in every format: who may, under which condition, how long, who is told."""

from __future__ import annotations

from casewf.views.diagram_model import (
    Limit,
    Mark,
    Move,
    Picture,
    RungLine,
    Span,
    StateBox,
    TargetLine,
    TrackPicture,
)

__all__ = [
    "beside",
    "condition_lines",
    "heads_of",
    "limit_lines",
    "mark_words",
    "rung_words",
    "shared_from",
    "span_words",
    "state_words",
    "target_words",
    "who_may",
]

_ACTIONS = {
    "start": ("起算", "starts"),
    "stop": ("停止", "stops"),
    "cancel": ("不再计", "calls off"),
    "reopen": ("续计", "goes on"),
}


def who_may(picture: Picture, move: Move) -> str:
    """The roles of a move, ``system`` for timers and connectors, ``automatic`` for what is taken by itself."""
    if move.auto:
        return picture.say("自动", "automatic")
    system = (picture.say("系统", "system"),) if move.system else ()
    return picture.say("、", ", ").join((*move.who, *system))


def condition_lines(picture: Picture, move: Move) -> list[tuple[int | None, str]]:
    """The conditions of a move, each with the place of the track that it is about, or None for its own."""
    found: list[tuple[int | None, str]] = []
    for number, guard in enumerate(move.guards):
        head = picture.say("若" if number == 0 else "或", "if " if number == 0 else "or ")
        parts: list[tuple[int | None, str]] = [(None, guard.words)] if guard.words else []
        parts += [(one.place, one.words) for one in guard.across]
        for place, (about, words) in enumerate(parts):
            found.append((about, f"{head if place == 0 else picture.say('且', 'and ')}{words}"))
    return found


def heads_of(picture: Picture, move: Move, track: TrackPicture) -> str:
    """Where a move leads, empty for an internal one."""
    names = [track.state(name).title for name in move.targets]
    if len(names) > 1:
        return picture.say("原来的状态", "where it was before")
    return names[0] if names else ""


def shared_from(picture: Picture, move: Move, track: TrackPicture) -> str:
    """The states that a shared move is open from."""
    return picture.say("、", ", ").join(track.state(name).title for name in move.sources)


def state_words(picture: Picture, state: StateBox) -> tuple[str, ...]:
    """What a state is beside its name: the initial one, a closed one, a final one, one that ends the case."""
    told = (
        (state.initial, "起点", "start"),
        (state.closed and not state.final, "办结类", "closed"),
        (state.final, "终态", "final"),
        (state.ends_case, "整单结束", "ends the case"),
    )
    return tuple(picture.say(zh, en) for is_so, zh, en in told if is_so)


def mark_words(picture: Picture, mark: Mark) -> str:
    """What happens to which limit: ``3 签收 起算``, ``3 Sign for starts``."""
    limit = picture.limit(mark.limit)
    return f"{limit.number} {limit.title} {picture.say(*_ACTIONS[mark.action])}"


def span_words(picture: Picture, span: Span | None) -> str:
    """Whether a limit runs beside a state, or stands there; empty where it does neither."""
    if span is None:
        return ""
    if span.pauses:
        return picture.say("可能暂停", "may stand") if span.runs else picture.say("暂停", "stands")
    return picture.say("计时", "runs") if span.always else picture.say("可能计时", "may run")


def beside(picture: Picture, track: str, state: str) -> dict[str, list[Limit]]:
    """The limits beside a state by what they do there, in words, those that always run first."""
    found: dict[str, list[Limit]] = {}
    for limit in sorted(picture.limits, key=lambda one: _certainty(one, track, state)):
        words = span_words(picture, limit.spans.get((track, state)))
        if words:
            found.setdefault(words, []).append(limit)
    return found


def _certainty(limit: Limit, track: str, state: str) -> tuple[bool, bool, int]:
    span = limit.spans.get((track, state))
    return span is None or span.pauses, span is None or not span.always, limit.number


def target_words(picture: Picture, limit: Limit, target: TargetLine) -> str:
    """How long a limit is, and for which cases."""
    if target.condition:
        return picture.say(f"{target.condition}：{target.length}", f"{target.condition}: {target.length}")
    if len(limit.targets) > 1:
        return picture.say(f"其他：{target.length}", f"Otherwise: {target.length}")
    return target.length


def rung_words(picture: Picture, rung: RungLine, *, with_card: bool = True) -> str:
    """What a rung does: who is told, which card, what is fired."""
    told = picture.say("、", ", ").join(rung.told)
    parts = [picture.say(f"告知{told}", f"tells {told}")] if told else []
    if rung.card is not None and with_card:
        parts.append(rung.card.title)
    if rung.fires:
        parts.append(picture.say(f"触发“{rung.fires}”", f"fires “{rung.fires}”"))
    return picture.say("；", "; ").join((*parts, *rung.more))


def limit_lines(picture: Picture, limit: Limit) -> list[str]:
    """A limit in lines of text: how long, then who is warned when."""
    lines = []
    ladders = limit.ladders
    for targets, ladder in ladders:
        lines += [target_words(picture, limit, target) for target in targets]
        lines += [f"· {rung.when}{picture.say('：', ': ')}{rung_words(picture, rung)}" for rung in ladder]
    return lines
