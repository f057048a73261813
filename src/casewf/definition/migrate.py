"""The ``migrate`` section: what open cases of earlier versions become (X2).

Names on the right are those of this file, and are checked as everywhere. Names on the left are those of an earlier
version, which the file does not know; ``check_earlier`` looks at them where that version is at hand.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from casewf.definition.consequences import read_set
from casewf.definition.document import Document
from casewf.definition.fields import read_value
from casewf.definition.findings import Report, quoted
from casewf.definition.names import NAME, Names
from casewf.definition.node import MapNode, Node, Scalar
from casewf.definition.shapes import MapView, Shape, as_entries, as_map, did_you_mean, one_or_more
from casewf.definition.values import one_of, text, whole_number
from casewf.model.migration import HOW, REFUSED, FieldMove, LimitMove, Migration
from casewf.model.workflow import Moment, Workflow

__all__ = ["DROP", "FIELD_MOVE", "LIMIT_MOVE", "MIGRATE", "START", "STAY", "check_earlier", "read_migrate"]

MIGRATE = Shape(
    "a migration",
    required=("from",),
    optional=(
        *("tracks", "states", "fields", "set", "roles", "triggers", "cards", "kinds", "clocks", "starts"),
        "refused",
    ),
)
FIELD_MOVE = Shape("what becomes of a field", required=("to",), optional=("values",))
LIMIT_MOVE = Shape("what becomes of a limit", required=("to",), optional=("how",))
START = Shape("where a limit starts", required=("in",), optional=("when",))
DROP, STAY = "=drop", "=stay"


def read_migrate(
    names: Names, node: Node | None, workflow: str, version: int, kinds: Collection[str]
) -> Migration | None:
    """The section, or None where there is none; everything else must be read already.

    Args:
        names: what the file declares.
        node: the section.
        workflow: the id of the workflow.
        version: its version.
        kinds: the kinds of parties.
    """
    view = as_map(names.report, node, MIGRATE)
    if view is None:
        return None
    report = names.report
    begin, states = _states(names, view.get("states"))
    return Migration(
        workflow=workflow,
        version=version,
        sources=_sources(report, view, version),
        tracks=_renamed(names, view, "tracks", "track", names.states, "track"),
        states=states,
        begin=begin,
        fields=_fields(names, view.get("fields")),
        set=read_set(names, view.get("set")),
        roles=_renamed(names, view, "roles", "role", names.roles, "role"),
        triggers=_renamed(names, view, "triggers", "trigger", names.triggers, "trigger"),
        cards=_renamed(names, view, "cards", "card", names.cards, "card"),
        kinds=_kinds(names, view, kinds),
        limits=_limits(names, view.get("clocks")),
        starts=_starts(names, view.get("starts")),
        refused=one_of(report, view.get("refused"), "refused", REFUSED) or REFUSED[0],
    )


def _sources(report: Report, view: MapView, version: int) -> tuple[int, ...]:
    """The versions whose cases are moved; this one cannot be among them."""
    found: list[int] = []
    for item in one_or_more(report, view.get("from"), "from"):
        number = whole_number(report, item, "from", minimum=1)
        if number == version:
            advice = "name earlier versions, and give this one a new `version`"
            report.add(
                "CW209", f"from cannot be {version}, which is this version itself", item.span, help=advice
            )
        elif number in found:
            report.add("CW211", f"version {number} stands twice in from", item.span, help="name it once")
        elif number is not None:
            found.append(number)
    return tuple(found)


def _old(report: Report, name: Scalar, kind: str) -> str:
    """A name of the earlier version, if it can be one."""
    if not NAME.fullmatch(name.text):
        advice = "on the left stands what it was called in the earlier version"
        report.add("CW301", f"{quoted(name.text)} is not a well-formed {kind} name", name.span, help=advice)
    return name.text


def _renamed(
    names: Names, view: MapView, section: str, kind: str, known: Collection[str], what: str
) -> dict[str, str | None]:
    """Old name to new one, or ``=drop``."""
    found: dict[str, str | None] = {}
    for name, body in as_entries(names.report, view.get(section), section):
        to = _target(names, body, kind, known, what, word=DROP)
        found[_old(names.report, name, kind)] = to
    return found


def _target(
    names: Names, node: Node, kind: str, known: Collection[str], what: str, *, word: str = ""
) -> str | None:
    """A name of this file, or None for ``word``, or for what was noted."""
    value = text(names.report, node, what)
    if value is None or not isinstance(node, Scalar) or (word and value == word):
        return None
    if value in (DROP, STAY):
        message = f"{value!r} does not go here"
        names.report.add("CW208", message, node.span, allowed=tuple(known), help=word and f"write {word}")
        return None
    if word and f"={value.lower()}" == word and value not in known and kind not in names.unreadable:
        advice = f"did you mean {word!r}?"
        names.report.add("CW303", f"unknown {kind} {quoted(value)}", node.span, help=advice)
        return None
    return names.known(node, kind, known)


def _kinds(names: Names, view: MapView, known: Collection[str]) -> dict[str, str]:
    """Kinds of parties; a person cannot be dropped with his kind."""
    found: dict[str, str] = {}
    for name, body in as_entries(names.report, view.get("kinds"), "kinds"):
        to = _target(names, body, "kind of party", known, "a kind of party")
        if to is not None:
            found[_old(names.report, name, "kind")] = to
    return found


def _states(names: Names, node: Node | None) -> tuple[dict[str, str], dict[str, dict[str, str | None]]]:
    """Per track of this file one state, for a track that is new, or old state to new one, or ``=stay``."""
    begin: dict[str, str] = {}
    states: dict[str, dict[str, str | None]] = {}
    for track, body in as_entries(names.report, node, "states"):
        if isinstance(body, Scalar) and track.text not in names.states:
            names.report.add(
                "CW303", f"unknown track {quoted(track.text)}", track.span, help=_in_track(names, track, body)
            )
            continue
        if names.known(track, "track", names.states) is None:
            continue
        known = names.states.get(track.text, {})
        if isinstance(body, MapNode):
            moved: dict[str, str | None] = {}
            for name, target in as_entries(names.report, body, f"states of {track.text}"):
                moved[_old(names.report, name, "state")] = _target(
                    names, target, "state", known, "a state", word=STAY
                )
            states[track.text] = moved
        elif (state := _target(names, body, "state", known, "a state")) is not None:
            begin[track.text] = state
    return begin, states


def _in_track(names: Names, name: Scalar, body: Scalar) -> str:
    """How to write a state and what becomes of it, which stand where a track is to be; or the track that is meant."""
    having = [track for track, states in names.states.items() if body.text in states]
    track = having[0] if len(having) == 1 else "TRACK"
    written = f"for a state, write states: {{{track}: {{{name.text[:100]}: {body.text[:100]}}}}}"
    meant = names.gone(name.text, "track") or did_you_mean(name.text, names.states)
    return f"{meant} {written}" if meant else written.removeprefix("for a state, ")


def _fields(names: Names, node: Node | None) -> dict[str, FieldMove]:
    """Old field to new one, or ``=drop``, or a map that also says which value becomes which."""
    report = names.report
    found: dict[str, FieldMove] = {}
    for name, body in as_entries(report, node, "fields"):
        old = _old(report, name, "field")
        if not isinstance(body, MapNode):
            to = _target(names, body, "field", names.fields, "a field", word=DROP)
            found[old] = FieldMove(to=to)
            continue
        view = as_map(report, body, FIELD_MOVE)
        target = None if view is None else view.get("to")
        to = None if target is None else _target(names, target, "field", names.fields, "a field")
        if view is not None and to is not None:
            found[old] = FieldMove(to=to, values=_values(names, view, to))
    return found


def _values(names: Names, view: MapView, to: str) -> dict[str, object]:
    """Old value, as text, to a value of the new field."""
    field = names.fields.get(to)
    if field is None or to in names.broken:
        return {}
    if field.sensitive and "values" in view:
        message = f"{to!r} is sensitive, so no value of it can be written here"
        names.report.add("CW404", message, view.at("values"), help="rename the field, or write =drop")
        return {}
    found: dict[str, object] = {}
    for name, body in as_entries(names.report, view.get("values"), "values"):
        value = read_value(names.report, field, body, "the value")
        if value is not None:
            found[name.text] = value
    return found


def _limits(names: Names, node: Node | None) -> dict[str, LimitMove]:
    """Old SLA to what becomes of its clock: a word, or a map that says what it is called now."""
    report = names.report
    found: dict[str, LimitMove] = {}
    for name, body in as_entries(report, node, "clocks"):
        old = _old(report, name, "SLA")
        if isinstance(body, MapNode):
            view = as_map(report, body, LIMIT_MOVE)
            target = None if view is None else view.get("to")
            if view is None or target is None:
                continue
            how = one_of(report, view.get("how"), "how", HOW[:-1]) or HOW[0]
            found[old] = LimitMove(how=how, to=_target(names, target, "SLA", names.slas, "an SLA"))
        elif (word := one_of(report, body, "what becomes of a clock", HOW)) is not None:
            found[old] = LimitMove(how=word)
    return found


def _starts(names: Names, node: Node | None) -> dict[str, Moment]:
    """SLA to the states in which its clock starts for open cases, and under which condition."""
    found: dict[str, Moment] = {}
    for name, body in as_entries(names.report, node, "starts"):
        sla = names.known(name, "SLA", names.slas)
        view = as_map(names.report, body, START)
        if sla is not None and view is not None:
            states = names.state_list(view.get("in"), "in")
            found[sla] = Moment(inside=states, when=names.guard(view.get("when")))
    return found


def check_earlier(document: Document, old: Workflow) -> None:
    """Look at the left side of the section ``migrate`` with the version at hand that its names are of.

    Raises:
        DefinitionError: with every name that the earlier version does not have.
    """
    section, report = document.node("migrate"), document.report
    if (
        document.migration is None
        or not document.migration.moves(old.version)
        or not isinstance(section, MapNode)
    ):
        return
    states = {track.id: [state.id for state in track.states] for track in old.tracks}
    triggers = {row.trigger: None for track in old.tracks for row in track.transitions}
    known: Mapping[str, tuple[str, Collection[str]]] = {
        "tracks": ("track", states),
        "fields": ("field", old.fields),
        "roles": ("role", old.roles),
        "triggers": ("trigger", triggers),
        "cards": ("card", dict(old.cards)),
        "kinds": ("kind of party", () if old.parties is None else old.parties.kinds),
        "clocks": ("SLA", [sla.id for sla in old.slas]),
    }
    for name, (kind, has) in known.items():
        _check_left(report, section.peek(name), old, kind, has)
    tracks = section.peek("states")
    for track, body in tracks.pairs if isinstance(tracks, MapNode) else ():
        source = document.migration.track_of(track.text)
        _check_left(report, body, old, f"state in {source!r} called", states.get(source, ()))
        if isinstance(body, Scalar) and source in states:
            message = f"version {old.version} has the track {source!r}, too"
            report.add("CW205", message, body.span, help="write a map of old states to new ones")
    report.close()


def _check_left(report: Report, node: Node | None, old: Workflow, kind: str, known: Collection[str]) -> None:
    if not isinstance(node, MapNode):
        return
    for name, _ in node.pairs:
        if name.text not in known:
            message = f"version {old.version} has no {kind} {quoted(name.text)}"
            report.add("CW303", message, name.span, help=did_you_mean(name.text, known))
