"""When one limit is tighter than another: for every case due no later, warned no later and by no less, paused no more.

What cannot be told without a calendar or without solving conditions counts as not tighter. Works on nodes, so that it
needs nothing of the rest of the file; what is no limit at all, the reader notes by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

import attrs

from casewf.definition.amounts import written_amount
from casewf.definition.expression_source import evened
from casewf.definition.node import MapNode, Node, Scalar, Span
from casewf.definition.node_paths import same, taken_out
from casewf.definition.slas import SLA, SLA_WORDS
from casewf.definition.tighter_ladder import MAX_COMPARED, items, lost_rungs
from casewf.model.amount import Amount, amount_words, is_longer

__all__ = ["Slack", "loosened"]


@attrs.frozen(slots=True)
class Slack:
    """One way in which a limit is looser, or may be.

    Attributes:
        why: in words, after a colon.
        span: where the new limit says so.
        old: where the old one said what it was, if it said it.
        comparable: False if the two cannot be compared at all.
    """

    why: str
    span: Span
    old: Span | None = None
    comparable: bool = True


def loosened(old: MapNode, new: MapNode, keys: Collection[str] = ()) -> Iterator[Slack]:
    """How the SLA ``new`` is looser than ``old``; nothing if it is the same or tighter.

    Args:
        old: the limit of the base.
        new: the limit that the overlay makes of it.
        keys: the keys that are looked at; all if empty. Without ``ladder`` a target counts without its warnings, unless
            the base writes a ladder in the target itself.
    """
    wanted = keys or SLA.keys
    for key in wanted:
        before, after = old.peek(key), new.peek(key)
        if key == "ladder" and "target" not in wanted:
            yield from _ladders_of_rows(old, new)
        if same(before, after):
            continue
        span = taken_out(new, key) if after is None else after.span
        if key == "target":
            yield from _targets(old, new, warned="ladder" in wanted)
        elif key == "ladder":
            yield from _ladder(before, after, span, new)
        elif key in _PARTS:
            yield from _PARTS[key](before, after, span)
        elif key != "at_most" and _word(key, old) != _word(key, new):
            yield Slack(f"`{key}` is changed", span, before.span if before is not None else None)


def _word(key: str, sla: MapNode) -> object:
    """The value of a key that may be left out; other values equal only themselves."""
    node = sla.peek(key)
    words = {**SLA_WORDS, "restarts": ("false",)}
    if key == "on_reopen" and sla.peek("reopen") is not None:
        words[key] = ("continue",)
    if key not in words:
        return node
    return node.text if isinstance(node, Scalar) else words[key][0] if node is None else node


def _kind(old: Node | None, new: Node | None, span: Span) -> Iterator[Slack]:
    """More binding is tighter."""
    order = ("advisory", "service", "statutory")
    default = SLA_WORDS["kind"][0]
    before, after = (one.text if isinstance(one, Scalar) else default for one in (old, new))
    if before in order and after in order and order.index(after) < order.index(before):
        yield Slack(f"{after} instead of {before}", span, old.span if old is not None else None)


def _pause(old: Node | None, new: Node | None, _span: Span) -> Iterator[Slack]:
    """A pause may go, or be narrowed to a condition."""
    known = {(state, when) for state, when, _ in _pauses(old)}
    for state, when, at in _pauses(new):
        if (state, "") not in known and (state, when) not in known:
            yield Slack(f"it pauses in {state!r}", at, old.span if old is not None else None)


def _pauses(node: Node | None) -> Iterator[tuple[str, str, Span]]:
    for item in items(node):
        if isinstance(item, MapNode):
            for state in items(item.peek("in")):
                if isinstance(state, Scalar):
                    yield state.text, _condition(item), item.span


def _condition(item: MapNode) -> str:
    """The ``when`` of a map with its blanks made even; empty if it has none."""
    when = item.peek("when")
    return evened(when.text) if isinstance(when, Scalar) else ""


# Targets


@attrs.frozen(slots=True, eq=False)
class _Row:
    node: MapNode
    when: str
    within: Amount | None
    until: str
    ladder: Node | None

    @property
    def limit(self) -> str:
        return f"until {self.until}" if self.within is None else amount_words(self.within, "en")


def _rows(sla: MapNode) -> list[_Row]:
    found = []
    for item in items(sla.peek("target")):
        if isinstance(item, MapNode):
            within, until = item.peek("within"), item.peek("until")
            amount = written_amount(within.text) if isinstance(within, Scalar) else None
            date = until.text if isinstance(until, Scalar) else ""
            found.append(_Row(item, _condition(item), amount, date, item.peek("ladder")))
    return found


def _targets(old: MapNode, new: MapNode, *, warned: bool) -> Iterator[Slack]:
    """Every row against each row of the base that a case which comes to it may have come to there."""
    before, after = _rows(old), _rows(new)
    if max(len(before), len(after)) > MAX_COMPARED:
        if not same(old.peek("target"), new.peek("target")):
            span = new.peek("target") or new
            yield Slack(f"more than {MAX_COMPARED} targets", span.span, comparable=False)
        return
    conditions = [row.when for row in before]
    passed: set[str] = set()
    found: list[Slack] = []
    for row in after:
        last = conditions.index(row.when) if row.when in conditions else len(before) - 1
        for other in before[: last + 1]:
            if other.when in passed:
                continue  # such a case went to an earlier row here, too
            slack = _row_slack(row, other, old, new, warned=warned)
            if slack is not None:
                found.append(slack)
                break
        passed.add(row.when)
    if not found and _restarts_elsewhere(new, conditions, after):
        why = "`on_change: restart` counts from when another row wins, so the conditions of its rows stay"
        found.append(Slack(why, (new.peek("target") or new).span))
    yield from found


def _restarts_elsewhere(new: MapNode, conditions: Collection[str], rows: Collection[_Row]) -> bool:
    """Whether the limit counts anew at changes at which it did not: each would give the case a whole term (K5)."""
    return _word("on_change", new) == "restart" and len(rows) > 1 and [row.when for row in rows] != conditions


def _row_slack(row: _Row, other: _Row, old: MapNode, new: MapNode, *, warned: bool) -> Slack | None:
    limit = row.node.peek("within") or row.node.peek("until") or row.node
    where = (
        "" if row.when == other.when else f" where {other.when[:80]}" if other.when else ", its last target"
    )
    if row.limit != other.limit or (row.within is None) != (other.within is None):
        why = f"{row.limit} instead of {other.limit}{where}"
        if row.within is None or other.within is None:
            return (
                Slack(why, limit.span, other.node.span, comparable=False)
                if row.until or other.until
                else None
            )
        try:
            if is_longer(row.within, other.within):
                return Slack(why, limit.span, other.node.span)
        except TypeError:
            return Slack(why, limit.span, other.node.span, comparable=False)
    if other.ladder is None and (not warned or row.ladder is None):
        return None  # both have the ladder of the limit, which is compared by itself
    theirs, ours = other.ladder or old.peek("ladder"), row.ladder or new.peek("ladder")
    lost = lost_rungs(items(theirs), items(ours), (row.within,))
    return Slack(lost, (row.ladder or limit).span, other.node.span) if lost else None


def _ladder(old: Node | None, new: Node | None, span: Span, sla: MapNode) -> Iterator[Slack]:
    """The ladder of the limit itself, which counts for all rows without one of their own."""
    limits = [row.within for row in _rows(sla) if row.ladder is None]
    lost = lost_rungs(items(old), items(new), limits)
    if lost:
        yield Slack(lost, span, old.span if old is not None else None)


def _ladders_of_rows(old: MapNode, new: MapNode) -> Iterator[Slack]:
    """Ladders of new rows, which take the place of the limit's own where it alone is sealed.

    Rows for cases that had a row with a ladder of its own are free, as that is no part of what is sealed.
    """
    ladder, known = old.peek("ladder"), {row.when for row in _rows(old) if row.ladder is not None}
    for row in _rows(new)[:MAX_COMPARED]:
        lost = (
            ""
            if row.ladder is None or row.when in known
            else lost_rungs(items(ladder), items(row.ladder), (row.within,))
        )
        if lost:
            yield Slack(lost, (row.ladder or row.node).span, None if ladder is None else ladder.span)


# Acts


def _extension(old: Node | None, new: Node | None, span: Span) -> Iterator[Slack]:
    yield from _act(old, new, span, "it can be extended", endless="original")


def _suspension(old: Node | None, new: Node | None, span: Span) -> Iterator[Slack]:
    yield from _act(old, new, span, "it can be suspended", endless="")


def _act(old: Node | None, new: Node | None, span: Span, what: str, *, endless: str) -> Iterator[Slack]:
    """Fewer people, less often, less at a time, earlier asked for, more told of it."""
    if not isinstance(new, MapNode):
        return
    if not isinstance(old, MapNode):
        yield Slack(what, span)
        return
    for key in ("by", "asked_by", "times", "up_to", "asked_before", "notify"):
        before, after = old.peek(key), new.peek(key)
        if same(before, after):
            continue
        holds = _is_less(key, before, after, endless)
        if holds is not True:
            at = taken_out(new, key) if after is None else after.span
            yield Slack(
                f"{what}, and `{key}` is changed", at, (before or old).span, comparable=holds is not None
            )


def _is_less(key: str, old: Node | None, new: Node | None, endless: str) -> bool | None:
    """Whether a key of an act's rule allows no more than it did; None if that cannot be told."""
    if key == "notify":
        return _names(old) <= _names(new)
    if key == "asked_by":  # without it everybody may ask
        return old is None or (new is not None and _names(new) <= _names(old))
    if key == "times":
        return _number(new) <= _number(old)
    if key == "asked_before":
        return old is None or (new is not None and _is_within(old, new))
    if key == "up_to" and not endless:
        return old is None or (new is not None and _is_within(new, old))
    return _is_within(new, old) if key == "up_to" else False


def _is_within(one: Node | None, other: Node | None) -> bool | None:
    """Whether an amount is at most another one; None if they cannot be compared."""
    written = [written_amount(node.text) if isinstance(node, Scalar) else None for node in (one, other)]
    if written[0] is None or written[1] is None:
        return None
    try:
        return not is_longer(written[0], written[1])
    except TypeError:
        return None


def _number(node: Node | None) -> int:
    return int(node.text) if isinstance(node, Scalar) and node.text.isdecimal() and len(node.text) <= 4 else 1


def _names(node: Node | None) -> set[str]:
    return {item.text for item in items(node) if isinstance(item, Scalar)}


_PARTS: dict[str, Callable[[Node | None, Node | None, Span], Iterator[Slack]]] = {
    "kind": _kind,
    "pause": _pause,
    "extension": _extension,
    "suspension": _suspension,
}
