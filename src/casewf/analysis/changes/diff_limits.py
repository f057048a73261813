"""What differs between the limits of two versions, and what that means for the clocks of open cases (X2)."""

from __future__ import annotations

from collections.abc import Iterator

from casewf.analysis.changes.change import Change, shown
from casewf.core.migration_gaps import is_alike
from casewf.definition.document import Path
from casewf.model.migration import Migration
from casewf.model.workflow import Rung, Sla, Workflow

__all__ = ["limit_changes"]

_MOMENTS = ("start", "stop", "pause", "cancel", "reopen")
_RULES = ("kind", "restarts", "measure", "on_reopen", "on_change", "counts")
_ACTS = ("extension", "suspension")


def limit_changes(old: Workflow, new: Workflow, plan: Migration) -> Iterator[Change]:
    """The changes of SLAs; one that goes on under another name is compared with that."""
    now = {sla.id: sla for sla in new.slas}
    before = [sla.id for sla in old.slas]
    for sla in old.slas:
        rule, at = plan.rule_of(sla.id), ("slas", sla.id)
        to = rule.to or sla.id
        if sla.id not in now or to != sla.id:
            yield Change(what="limit_removed", path=at, old=_length(sla), at_old=at)
        if to in now:
            yield from _limit(sla, now[to])
    for sla in new.slas:
        if sla.id not in before:
            yield Change(what="limit_added", path=("slas", sla.id), new=_length(sla), at_new=("slas", sla.id))
    common = [name for name in before if name in now]
    turned = [name for name in now if name in before]
    if common != turned:
        words = ", ".join(common), ", ".join(turned)
        yield Change(
            what="limits_order",
            path=("slas",),
            old=words[0],
            new=words[1],
            at_old=("slas",),
            at_new=("slas",),
        )


def _length(sla: Sla) -> str:
    """How long it is, row by row."""
    rows = []
    for target in sla.target:
        amount = f"until {target.until}" if target.within is None else shown(target.within)
        rows.append(amount if target.when is None else f"{amount} if {target.when}")
    return ", else ".join(rows)


def _limit(old: Sla, new: Sla) -> Iterator[Change]:
    path = ("slas", old.id)

    def change(what: str, key: str, before: str, after: str) -> Change:
        return Change(
            what=what, path=path, old=before, new=after, at_old=(*path, key), at_new=("slas", new.id, key)
        )

    if not is_alike(old, new):
        yield change("limit_length", "target", _length(old), _length(new))
    if old.title != new.title:
        yield change("label", "title", shown(old.title), shown(new.title))
    for key in _MOMENTS:
        before, after = (" or ".join(map(shown, getattr(one, key))) for one in (old, new))
        if getattr(old, key) != getattr(new, key):
            yield change("moment_changed", key, f"{key}: {before or 'never'}", f"{key}: {after or 'never'}")
    for key in _RULES:
        if getattr(old, key) != getattr(new, key):
            before, after = shown(getattr(old, key)), shown(getattr(new, key))
            yield change("limit_rule", key, f"{key}: {before}", f"{key}: {after}")
    for key in _ACTS:
        one, other = getattr(old, key), getattr(new, key)
        if one != other:
            what = "act_added" if one is None else "act_removed" if other is None else "act_changed"
            before, after = ("" if rule is None else f"{key}: {shown(rule)}" for rule in (one, other))
            yield change(what, key, before, after)
    yield from _ladders(old, new)


def _ladders(old: Sla, new: Sla) -> Iterator[Change]:
    """The SLA's own ladder, and those of target rows of the same condition."""
    yield from _ladder(old.id, old.ladder, new.ladder, ("slas", old.id), ("slas", new.id))
    rows = {row.when: (number, row) for number, row in enumerate(new.target)}
    for number, row in enumerate(old.target):
        place, other = rows.get(row.when, (number, None))
        if other is None or row.ladder == other.ladder:
            continue
        at_old: tuple[Path, ...] = ("slas", old.id, "target", number)
        at_new: tuple[Path, ...] = ("slas", new.id, "target", place)
        yield from _ladder(
            old.id,
            old.ladder if row.ladder is None else row.ladder,
            new.ladder if other.ladder is None else other.ladder,
            at_old if row.ladder is not None else ("slas", old.id),
            at_new if other.ladder is not None else ("slas", new.id),
        )


def _ladder(
    sla: str, old: tuple[Rung, ...], new: tuple[Rung, ...], at_old: tuple[Path, ...], at_new: tuple[Path, ...]
) -> Iterator[Change]:
    """Rungs by where they stand, each with the first free one at the same place."""
    free = list(enumerate(new))
    for number, rung in enumerate(old):
        pair = next((one for one in free if one[1] == rung), None) or next(
            (one for one in free if _place(one[1]) == _place(rung)), None
        )
        where = (*at_old, "ladder", number)
        if pair is None:
            yield Change(what="rung_removed", path=("slas", sla), old=shown(rung), at_old=where)
            continue
        free.remove(pair)
        if pair[1] != rung:
            yield Change(
                what="rung_changed",
                path=("slas", sla),
                old=shown(rung),
                new=shown(pair[1]),
                at_old=where,
                at_new=(*at_new, "ladder", pair[0]),
            )
    for number, rung in free:
        yield Change(
            what="rung_added", path=("slas", sla), new=shown(rung), at_new=(*at_new, "ladder", number)
        )


def _place(rung: Rung) -> tuple[object, object, object]:
    return rung.percent, rung.before, rung.after
