"""What differs between the fields of two versions, and what that means for the values of open cases (X2)."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from casewf.analysis.changes.change import Change, shown
from casewf.core.migration_gaps import LOSSLESS
from casewf.model.migration import Migration
from casewf.model.workflow import Field, Workflow

__all__ = ["field_changes"]


def field_changes(old: Workflow, new: Workflow, plan: Migration) -> Iterator[Change]:
    """The changes of fields; a value that goes elsewhere is compared with the field where it goes."""
    gone_to = {name: plan.field_of(name) for name in old.fields}
    for name, field in old.fields.items():
        to, at = gone_to[name], ("fields", name)
        if name not in new.fields or to != name:
            what = "sealed_field_removed" if field.sensitive else "field_removed"
            yield Change(what=what, path=at, old=_kind(field), at_old=at)
        if to is not None and to in new.fields:
            yield from _field(_Pair(name, to, field, new.fields[to]))
    for name, field in new.fields.items():
        if name not in old.fields:
            at = ("fields", name)
            yield Change(what="field_added", path=at, new=_kind(field), at_new=at)


@attrs.frozen(slots=True)
class _Pair:
    """A field in both versions, with its names."""

    name: str
    to: str
    old: Field
    new: Field

    def change(self, what: str, key: str, before: object, after: object) -> Change:
        """A difference of one key."""
        return Change(
            what=what,
            path=("fields", self.name),
            old=f"{key}: {shown(before)}" if shown(before) else "",
            new=f"{key}: {shown(after)}" if shown(after) else "",
            at_old=("fields", self.name, key),
            at_new=("fields", self.to, key),
        )

    def plain(self, what: str, name: str, key: str = "") -> Iterator[Change]:
        """A difference of one attribute, if there is one."""
        before, after = getattr(self.old, name), getattr(self.new, name)
        if before != after:
            yield self.change(what, key or name, before, after)


def _field(pair: _Pair) -> Iterator[Change]:
    old, new = pair.old, pair.new
    yield from pair.plain("field_sensitivity", "sensitive")
    yield from pair.plain(_retyped(old, new), "kind", "type")
    yield from pair.plain("field_widened" if new.many else "field_narrowed", "many")
    if old.of and new.of:
        yield from _options(pair)
    bounds = "bounds_tightened" if _is_tighter(old, new) else "bounds_loosened"
    yield from pair.plain(bounds, "minimum", "min")
    yield from pair.plain(bounds, "maximum", "max")
    yield from pair.plain("label", "title")
    yield from pair.plain("field_default_added" if old.default is None else "field_default", "default")
    yield from pair.plain("field_seen_by", "seen_by")
    yield from pair.plain("field_identifies", "identifies")


def _retyped(old: Field, new: Field) -> str:
    if old.sensitive:
        return "field_sensitivity"
    if (old.kind, new.kind) in LOSSLESS:
        return "field_widened"
    return "field_recoded" if old.kind in ("choice", "boolean") else "field_retyped"


def _options(pair: _Pair) -> Iterator[Change]:
    old, new = pair.old, pair.new
    gone = [one for one in old.of if one not in new.of]
    fresh = [one for one in new.of if one not in old.of]
    if gone:
        yield pair.change("options_removed", "of", gone, ())
    if fresh:
        yield pair.change("options_added", "of", (), fresh)
    if not gone and not fresh and old.of != new.of:
        yield pair.change("options_order", "of", old.of, new.of)
    labels = [one for one in old.of if one in new.of and old.options.get(one) != new.options.get(one)]
    if labels:
        before, after = ({one: field.options[one] for one in labels} for field in (old, new))
        yield pair.change("label", "of", before, after)


def _is_tighter(old: Field, new: Field) -> bool:
    """Whether some value that was within the bounds is outside now."""
    low = new.minimum is not None and (old.minimum is None or new.minimum > old.minimum)
    high = new.maximum is not None and (old.maximum is None or new.maximum < old.maximum)
    return low or high


def _kind(field: Field) -> str:
    words = [word for word, is_so in (("sensitive", field.sensitive), ("many", field.many)) if is_so]
    return " ".join((*words, field.kind))
