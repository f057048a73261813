"""What a new version of a workflow means for open cases: every difference in meaning, with its mark (X2)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

import attrs

from casewf.analysis.changes.change import MARKS, Change, shown
from casewf.analysis.changes.diff_closing import closing_changes
from casewf.analysis.changes.diff_fields import field_changes
from casewf.analysis.changes.diff_limits import limit_changes
from casewf.analysis.changes.diff_tracks import track_changes
from casewf.analysis.changes.diff_ways_back import way_back_changes
from casewf.core.migration_gaps import Gap, gaps
from casewf.model.codec import content_hash
from casewf.model.migration import Migration
from casewf.model.people import PartyRules
from casewf.model.workflow import Workflow

__all__ = ["diff", "left_open"]


def diff(old: Workflow, new: Workflow, migration: Migration | None = None) -> tuple[Change, ...]:
    """The differences, what breaks open cases first; none if the two have the same content but for the version.

    Args:
        old: the version that open cases have.
        new: the version that they would have.
        migration: what the new file says of them, if it says something of this version.
    """
    said = migration if migration is not None and migration.moves(old.version) else None
    plan = said or Migration(workflow=new.id, version=new.version)
    found = [
        *_whole(old, new),
        *_names("role", "roles", old.roles, new.roles),
        *_cards(old, new),
        *field_changes(old, new, plan),
        *_parties(old.parties, new.parties),
        *track_changes(old, new, plan),
        *closing_changes(old, new, plan),
        *way_back_changes(old, new, plan),
        *limit_changes(old, new, plan),
    ]
    same = attrs.evolve(old, version=new.version)
    if not found and content_hash(same) != content_hash(new):
        found.append(Change(what="other", path=()))
    open_ends = {gap.path for gap in gaps(old, new, plan)} if old.id == new.id else set()
    answered = [_answered(change, plan, open_ends) for change in found]
    return tuple(sorted(answered, key=lambda change: MARKS.index(change.mark)))


def left_open(
    old: Workflow, new: Workflow, migration: Migration | None, found: Sequence[Change]
) -> tuple[Gap, ...]:
    """What is wrong in the section ``migrate`` itself, beside the changes of which it says too little."""
    if migration is None or not migration.moves(old.version) or old.id != new.id:
        return ()
    told = {change.path for change in found if change.is_open}
    return tuple(gap for gap in gaps(old, new, migration) if gap.path not in told)


def _answered(change: Change, plan: Migration, open_ends: Collection[tuple[str, ...]]) -> Change:
    """The change with what the section ``migrate`` says about it."""
    if change.mark == MARKS[-1]:
        return change
    answer = answer_of(plan, change)
    return attrs.evolve(change, answer=answer, is_open=not answer or change.path in open_ends)


def answer_of(plan: Migration, change: Change) -> str:
    """The entry of the section ``migrate`` about what a change is about, or nothing."""
    section, *rest = change.path or ("",)
    name = rest[0] if rest else ""
    if section == "fields":
        return _of_field(plan, name, change.what)
    if section == "slas":
        return _of_limit(plan, name, change.what)
    if section == "tracks":
        return _of_track(plan, name, rest[1:])
    maps: Mapping[str, Mapping[str, str | None]] = {
        "roles": plan.roles,
        "cards": plan.cards,
        "triggers": plan.triggers,
        "parties": plan.kinds,
    }
    known = maps.get(section, {})
    return _to(known[rest[-1]]) if rest and rest[-1] in known else ""


def _of_field(plan: Migration, name: str, what: str) -> str:
    move = plan.fields.get(name)
    to = name if move is None else move.to
    if to is not None and to in plan.set:
        return f"set {to}: {plan.set[to]}"
    if move is None or (what == "bounds_tightened" and to is not None):
        return ""  # a name alone brings no value within the bounds
    return _to(to) + (f" {shown(move.values)}" if move.values else "")


def _of_limit(plan: Migration, name: str, what: str) -> str:
    limit = plan.limits.get(name)
    if limit is None or (what == "act_removed" and limit.how != "cancel"):
        return ""  # only a clock that ends waits for nobody any more
    return limit.how if limit.to is None else f"{limit.to} ({limit.how})"


def _of_track(plan: Migration, track: str, rest: list[str]) -> str:
    new = plan.tracks.get(track, track)
    if len(rest) == 2 and rest[0] == "states":
        moved = plan.states.get(new or "", {})
        if new is None:
            return "=drop"
        return (moved[rest[1]] or "=stay") if rest[1] in moved else ""
    if track in plan.tracks:
        return _to(new)
    return plan.begin.get(track, "")


def _to(name: str | None) -> str:
    return "=drop" if name is None else name


def _whole(old: Workflow, new: Workflow) -> Iterator[Change]:
    if old.id != new.id:
        yield Change(
            what="other_workflow", path=("id",), old=old.id, new=new.id, at_old=("id",), at_new=("id",)
        )
    elif old.version == new.version and content_hash(old) != content_hash(new):
        version = str(new.version)
        at = ("version",)
        yield Change(what="same_version", path=at, old=version, new=version, at_old=at, at_new=at)
    for what, section in (
        ("label", "title"),
        ("calendar", "calendar"),
        ("opening", "opening"),
        ("split", "split"),
        ("retention", "retention"),
    ):
        before, after = getattr(old, section), getattr(new, section)
        if before != after:
            yield Change(
                what=what,
                path=(section,),
                old=shown(before),
                new=shown(after),
                at_old=(section,),
                at_new=(section,),
            )


def _names(kind: str, section: str, old: Mapping[str, object], new: Mapping[str, object]) -> Iterator[Change]:
    """Names that come or go, and labels that change."""
    for name, label in old.items():
        at = (section, name)
        if name not in new:
            yield Change(what=f"{kind}_removed", path=at, old=shown(label) or name, at_old=at)
        elif label != new[name]:
            yield Change(what="label", path=at, old=shown(label), new=shown(new[name]), at_old=at, at_new=at)
    for name, label in new.items():
        if name not in old:
            yield Change(
                what=f"{kind}_added", path=(section, name), new=shown(label) or name, at_new=(section, name)
            )


def _cards(old: Workflow, new: Workflow) -> Iterator[Change]:
    yield from _names("card", "cards", dict(old.cards), dict(new.cards))
    before, after = [name for name, _ in old.cards], [name for name, _ in new.cards]
    common = [name for name in before if name in after]
    turned = [name for name in after if name in before]
    if common != turned:
        at = ("cards",)
        yield Change(
            what="cards_order", path=at, old=", ".join(before), new=", ".join(after), at_old=at, at_new=at
        )


def _parties(old: PartyRules | None, new: PartyRules | None) -> Iterator[Change]:
    at = ("parties",)
    if old is None or new is None:
        if old is not new:
            what = "parties_added" if old is None else "parties_removed"
            yield Change(
                what=what,
                path=at,
                old=", ".join(old.kinds) if old else "",
                new=", ".join(new.kinds) if new else "",
                at_old=at if old else (),
                at_new=at if new else (),
            )
        return
    for change in _names("kind", "kinds", old.kinds, new.kinds):
        at_old = ("parties", *change.at_old) if change.at_old else ()
        at_new = ("parties", *change.at_new) if change.at_new else ()
        yield attrs.evolve(change, path=("parties", *change.path), at_old=at_old, at_new=at_new)
    for name in ("by", "seen_by", "rating"):
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            key = (*at, "ratings" if name == "rating" else name)
            yield Change(
                what="parties_changed", path=key, old=shown(before), new=shown(after), at_old=key, at_new=key
            )
