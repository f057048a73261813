"""The ``tracks`` section: states first, for everything refers to them, then the transitions."""

from __future__ import annotations

from casewf.definition.consequences import read_assign, read_effects, read_set
from casewf.definition.findings import quoted
from casewf.definition.names import Names, check_name
from casewf.definition.node import ListNode, MapNode, Node, Scalar, Span
from casewf.definition.shapes import MapView, Shape, as_entries, as_list, as_map, did_you_mean, one_or_more
from casewf.definition.values import boolean, label, label_of, one_of, text, texts
from casewf.model.effect_specs import MergeSpec
from casewf.model.roles import SYSTEM, By
from casewf.model.text import Label
from casewf.model.workflow import State, Track, Transition

__all__ = [
    "ANY_HOLDER",
    "CLEARED",
    "MAX_MOVES",
    "STATE",
    "TRACK",
    "TRANSITION",
    "declare_track",
    "read_by",
    "read_track",
]

TRACK = Shape("a track", required=("initial", "states", "transitions"), optional=("title", "triggers"))
STATE = Shape("a state", optional=("zh", "en", "category", "final", "ends_case"))
_OF_COMMANDS = ("not_by", "not_by_org", "asks", "accepts", "comment")
TRANSITION = Shape(
    "a transition",
    required=("trigger", "from"),
    optional=("to", "by", "auto", *_OF_COMMANDS, "needs", "when", "set", "assign", "clears", "effects"),
)
ANY_HOLDER = Shape("a role without its holder", required=("any",))

MAX_MOVES = 50_000
"""Five times what the largest workflow is meant to have, so that compiling one takes seconds and not hours."""

PREVIOUS = "=previous"
CLEARED = ("cards", "ratings")


def declare_track(names: Names, name: Scalar, node: Node) -> None:
    """Make the track's states and triggers known, without a look at anything else."""
    check_name(names.report, name, "track")
    track = name.text
    states = node.peek("states") if isinstance(node, MapNode) else None
    rows = node.peek("transitions") if isinstance(node, MapNode) else None
    if not isinstance(states, MapNode):
        names.unreadable.add("state")
    names.declare_removed("state", states)
    names.declare_removed("trigger", rows)
    names.states[track] = {key.text: None for key, _ in states.pairs} if isinstance(states, MapNode) else {}
    if not isinstance(rows, ListNode):
        names.unreadable.add("trigger")
        return
    for row in rows.items:
        trigger = row.peek("trigger") if isinstance(row, MapNode) else None
        if isinstance(row, MapNode) and isinstance(trigger, Scalar):
            names.triggers.setdefault(trigger.text, track)
            by = row.peek("by")
            if any(isinstance(each, Scalar) and each.text == SYSTEM for each in _flat(by)):
                names.system_triggers.add(trigger.text)


def _flat(node: Node | None) -> tuple[Node, ...]:
    if isinstance(node, ListNode):
        return node.items
    return () if node is None else (node,)


def read_track(names: Names, name: Scalar, node: Node) -> Track | None:
    """One track; everything must be declared already."""
    report = names.report
    view = as_map(report, node, TRACK, at=name.span)
    if view is None:
        return None
    states = tuple(_state(names, key, body) for key, body in as_entries(report, view.get("states"), "states"))
    states_node = view.get("states")
    if isinstance(states_node, MapNode) and not states_node.pairs:
        report.add("CW203", "a track needs at least one state", view.at("states"))
    names.final_states[name.text] = frozenset(state.id for state in states if state.final)
    rows = as_list(report, view.get("transitions"), "transitions")
    found = [(row, _transition(names, name.text, row)) for row in rows]
    _count_ways_back(names, [row for _, row in found if row is not None], view.at("transitions"))
    _check_merges(names, found, frozenset(state.id for state in states if state.final and state.ends_case))
    return Track(
        id=name.text,
        title=label(report, view.get("title")),
        initial=_state_name(names, name.text, view.get("initial"), "initial") or "",
        states=states,
        transitions=tuple(row for _, row in found if row is not None),
        triggers=_trigger_labels(names, name.text, view),
    )


def _state(names: Names, name: Scalar, node: Node) -> State:
    report = names.report
    check_name(report, name, "state")
    view = as_map(report, node, STATE, at=name.span)
    if view is None:
        return State(id=name.text)
    category = one_of(report, view.get("category"), "category", ("open", "closed"))
    final = boolean(report, view.get("final"), "final") or False
    if final and category == "open":
        report.add(
            "CW205", "a final state is closed, not open", view.at("category"), help="delete `category`"
        )
    return State(
        id=name.text,
        title=label_of(report, view),
        closed=final or category == "closed",
        final=final,
        ends_case=boolean(report, view.get("ends_case"), "ends_case") or False,
    )


def _trigger_labels(names: Names, track: str, view: MapView) -> dict[str, Label]:
    """Labels of exactly the triggers that the track's rows use."""
    if "triggers" not in view:
        return {}
    report = names.report
    used = dict.fromkeys(trigger for trigger, owner in names.triggers.items() if owner == track)
    labels = {}
    for key, body in as_entries(report, view.get("triggers"), "triggers"):
        labels[key.text] = label(report, body)
        if key.text not in used and "trigger" not in names.unreadable:
            gone = names.gone(key.text, "trigger")
            advice = f"{gone}; take its label out, too: `triggers: {{{key.text}: null}}`"
            message = f"no transition here has the trigger {quoted(key.text)}"
            report.add("CW305", message, key.span, help=advice if gone else did_you_mean(key.text, used))
    missing = [trigger for trigger in used if trigger not in labels]
    if missing and isinstance(view.get("triggers"), MapNode):
        message = f"no label for {', '.join(map(quoted, missing))}"
        span = _new_in(view, missing) or view.at("triggers")
        report.add("CW305", message, span, help="give every trigger of the track a label")
    return labels


def _new_in(view: MapView, triggers: list[str]) -> Span | None:
    """The trigger of the first of its rows that an overlay adds to the labels of its base; None where none does."""
    rows = view.get("transitions")
    for row in rows.items if isinstance(rows, ListNode) else ():
        trigger = row.peek("trigger") if isinstance(row, MapNode) else None
        if isinstance(trigger, Scalar) and trigger.text in triggers:
            return trigger.span if trigger.span.file != view.at("triggers").file else None
    return None


def _state_name(names: Names, track: str, node: Node | None, what: str) -> str | None:
    if text(names.report, node, what) is None or not isinstance(node, Scalar):
        return None
    return names.known(node, "state", names.states[track])


def _transition(names: Names, track: str, node: Node) -> Transition | None:
    report = names.report
    trigger_node = node.peek("trigger") if isinstance(node, MapNode) else None
    view = as_map(report, node, TRANSITION, at=trigger_node.span if trigger_node else None)
    if view is None:
        return None
    trigger = text(report, view.get("trigger"), "trigger")
    if trigger is not None and isinstance(trigger_node, Scalar):
        check_name(report, trigger_node, "trigger")
        owner = names.triggers.get(trigger, track)
        if owner != track:
            report.add(
                "CW304",
                f"trigger {trigger!r} belongs to track {owner!r} already",
                trigger_node.span,
                help="give it another name",
            )
    auto = boolean(report, view.get("auto"), "auto") or False
    _check_who(names, view, auto=auto)
    return Transition(
        trigger=trigger or "",
        sources=_sources(names, track, view.get("from")),
        target=_target(names, track, view.get("to")),
        by=read_by(names, view.get("by")),
        auto=auto,
        not_by=names.trigger_list(view.get("not_by"), "not_by"),
        not_by_org=names.trigger_list(view.get("not_by_org"), "not_by_org"),
        needs=names.field_list(view.get("needs"), "needs"),
        asks=names.field_list(view.get("asks"), "asks"),
        accepts=names.field_list(view.get("accepts"), "accepts"),
        comment=one_of(report, view.get("comment"), "comment", ("optional", "required")) or "optional",
        when=names.guard(view.get("when")),
        set=read_set(names, view.get("set")),
        assign=read_assign(names, view.get("assign")),
        clears=_clears(names, view.get("clears")),
        effects=read_effects(names, view.get("effects")),
    )


def _count_moves(names: Names, many: int, span: Span) -> None:
    """A row is compiled for each state that it leaves, one to ``=previous`` for each state before that."""
    names.moves += many
    if names.moves > MAX_MOVES:
        message = (
            f"the transitions stand for more than {MAX_MOVES:,} moves, one from each state that a row leaves"
        )
        advice = 'let fewer rows leave very many states, as `from: "*"` does'
        names.report.fail("CW103", message, span, help=advice)


def _count_ways_back(names: Names, rows: list[Transition], span: Span) -> None:
    before: dict[str, set[str]] = {}
    for row in rows:
        if row.target is not None:
            before.setdefault(row.target, set()).update(row.sources)
    for row in rows:
        if row.target == PREVIOUS:
            _count_moves(names, sum(len(before.get(source, ())) for source in row.sources), span)


def _check_merges(names: Names, found: list[tuple[Node, Transition | None]], endings: frozenset[str]) -> None:
    """A merge is a person's decision, and the end of the case: else its clocks would run on, and it could be undone."""
    for node, row in found:
        effects = node.peek("effects") if isinstance(node, MapNode) else None
        if row is None or effects is None:
            continue
        merges = sum(isinstance(effect, MergeSpec) for effect in row.effects)
        if not merges:
            continue
        if row.target not in endings:
            message = "a transition that merges the case must end it for good"
            advice = "let `to` be a state with `final: true` and `ends_case: true`"
            names.report.add("CW411", message, effects.span, help=advice)
        if row.auto or any(by.role == SYSTEM for by in row.by):
            message = "a transition that merges the case is for people, not for the system"
            names.report.add("CW411", message, effects.span, help="name roles in `by`, without `system`")
        if merges > 1:
            names.report.add(
                "CW411", "a case can be merged into one other only", effects.span, help="keep one `merge`"
            )


def _check_who(names: Names, view: MapView, *, auto: bool) -> None:
    """Either people, or nobody (M5): an automatic row has no actor, no data and no comment."""
    if auto and "by" in view:
        names.report.add(
            "CW205", "an automatic transition has no `by`", view.at("by"), help="delete `by` or `auto: true`"
        )
    elif auto:
        for key in view.among(_OF_COMMANDS):
            names.report.add(
                "CW205",
                f"an automatic transition has no {key!r}",
                view.at(key),
                help="nobody is there to ask; delete it",
            )
    elif "by" not in view and view.is_whole:
        names.report.add(
            "CW203", "nobody may fire this transition", view.span, help="add `by: role`, or `auto: true`"
        )


def _sources(names: Names, track: str, node: Node | None) -> tuple[str, ...]:
    states, final = names.states[track], names.final_states[track]
    if isinstance(node, Scalar) and node.text == "*":
        every = tuple(state for state in states if state not in final)
        _count_moves(names, len(every), node.span)
        return every
    found = []
    for name in texts(names.report, node, "from"):
        if name.text in final:
            names.report.add(
                "CW402",
                f"state {name.text!r} is final and accepts nothing",
                name.span,
                help="delete it, or `final: true` of the state",
            )
        elif names.known(name, "state", states):
            found.append(name.text)
            _count_moves(names, 1, name.span)
    return tuple(found)


def _target(names: Names, track: str, node: Node | None) -> str | None:
    if isinstance(node, Scalar) and node.text == PREVIOUS:
        return PREVIOUS
    return _state_name(names, track, node, "to")


def read_by(names: Names, node: Node | None) -> tuple[By, ...]:
    """Who may: roles, bound to the case's holder of the role unless ``any`` lifts that (M11)."""
    report = names.report
    found: list[By] = []
    for item in one_or_more(report, node, "by"):
        if isinstance(item, MapNode):
            view = as_map(report, item, ANY_HOLDER)
            name = view.get("any") if view else None
            role = names.role(name) if isinstance(name, Scalar) and text(report, name, "any") else None
            by, span = By(role=role or "", any=True), item.span
        else:
            role = (
                names.role(item, system=True)
                if text(report, item, "by") and isinstance(item, Scalar)
                else None
            )
            by, span = By(role=role or ""), item.span
        if role is not None:
            _add_once(names, found, by, span)
    return tuple(found)


def _add_once(names: Names, found: list[By], by: By, span: Span) -> None:
    if any(other.role == by.role for other in found):
        names.report.add("CW211", f"role {by.role!r} stands twice in by", span, help="name it once")
    else:
        found.append(by)


def _clears(names: Names, node: Node | None) -> tuple[str, ...]:
    words = texts(names.report, node, "clears")
    for word in words:
        if word.text == "ratings" and not names.rated:
            names.report.add(
                "CW205",
                "nothing is rated in this workflow",
                word.span,
                help="add `ratings` to the section `parties`, or delete it",
            )
    return tuple(word.text for word in words if one_of(names.report, word, "clears", CLEARED))
