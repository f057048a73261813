"""What cases do to one another, in words: children, merges, splits."""

from __future__ import annotations

from casewf.core.relatives import CHILD
from casewf.model.effects import Effect, MergeInto, OpenCase, TellParent
from casewf.model.file_events import Absorbed, ChildReported, SplitOff
from casewf.views.words import Speaker

__all__ = ["RelationEvent", "effect_words", "event_words", "party_words"]

RelationEvent = Absorbed | ChildReported | SplitOff


def event_words(speaker: Speaker, event: RelationEvent) -> str:
    """The headline of an event that another case has to do with."""
    say = speaker.say
    match event:
        case ChildReported(closed=True):
            return say(f"子案 {event.child} 已办结", f"Child {event.child} is closed")
        case ChildReported():
            return say(f"子案 {event.child} 重开", f"Child {event.child} is open again")
        case Absorbed():
            return say(f"工单 {event.source} 并入本工单", f"Case {event.source} is merged into this one")
        case SplitOff():
            return say(f"分案：另立工单 {event.other}", f"A part goes on as case {event.other}")


def party_words(speaker: Speaker, event: RelationEvent) -> str:
    """Who comes or goes with it, by the ids that cases call them; the empty text for nobody."""
    if isinstance(event, Absorbed):
        names = [party.id for party in event.parties]
    else:
        names = list(event.parties) if isinstance(event, SplitOff) else []
    return speaker.say("当事人：", "parties: ") + speaker.joined(names) if names else ""


def effect_words(speaker: Speaker, effect: Effect) -> str:
    """What an effect means for another case, or where it goes."""
    say = speaker.say
    match effect:
        case OpenCase() if effect.relation == CHILD:
            title = speaker.workflow_title(effect.workflow)
            return say(f"立子案 {effect.case}：{title}", f"open child {effect.case}: {title}")
        case OpenCase():
            return say(f"立工单 {effect.case}", f"open case {effect.case}")
        case TellParent():
            return say(f"告知主案 {effect.parent}", f"tell the parent, {effect.parent}")
        case MergeInto():
            return say(f"当事人转入工单 {effect.case}", f"bring the parties into case {effect.case}")
        case _:
            return effect.destination
