"""What people read instead of codes: every label of a workflow, with its place."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from casewf.analysis.parts import Steps
from casewf.model.text import Label
from casewf.model.workflow import Field, Track, Workflow

__all__ = ["Labelled", "labels"]


@attrs.frozen(slots=True, kw_only=True)
class Labelled:
    """Something that people see by its label.

    Attributes:
        what: it, in words.
        label: its label; an empty one where it has none.
        path: the label.
        owner: what to point at where there is none.
    """

    what: str
    label: Label
    path: Steps
    owner: Steps


def labels(workflow: Workflow) -> Iterator[Labelled]:
    """Everything that has a label or should have one, in the order of the reference.

    Options that are a mere list of codes count as one, and so do the triggers of a track without labels. The only
    track of a workflow may go without both: a small file that is played alone.
    """
    yield Labelled(what="the workflow", label=workflow.title, path=("title",), owner=("id",))
    for role, label in workflow.roles.items():
        yield _named("role", role, label, ("roles", role))
    for card, label in workflow.cards:
        yield _named("card", card, label, ("cards", card))
    for name, field in workflow.fields.items():
        yield from _of_field(name, field)
    for kind, label in ({} if workflow.parties is None else workflow.parties.kinds).items():
        yield _named("kind of party", kind, label, ("parties", "kinds", kind))
    for track in workflow.tracks:
        yield from _of_track(track, alone=len(workflow.tracks) == 1)
    for sla in workflow.slas:
        path = ("slas", sla.id)
        yield Labelled(what=f"SLA {sla.id!r}", label=sla.title, path=(*path, "title"), owner=path)


def _named(kind: str, name: str, label: Label, path: Steps) -> Labelled:
    return Labelled(what=f"{kind} {name!r}", label=label, path=path, owner=path)


def _of_field(name: str, field: Field) -> Iterator[Labelled]:
    path = ("fields", name)
    yield Labelled(what=f"field {name!r}", label=field.title, path=(*path, "title"), owner=path)
    if field.of and not any(_is_given(label) for label in field.options.values()):
        yield _named("the options of field", name, Label(), (*path, "of"))
        return
    for code, label in field.options.items():
        yield _named("option", f"{name}.{code}", label, (*path, "of", code))


def _of_track(track: Track, *, alone: bool) -> Iterator[Labelled]:
    path = ("tracks", track.id)
    if _is_given(track.title) or not alone:
        yield Labelled(what=f"track {track.id!r}", label=track.title, path=(*path, "title"), owner=path)
    for state in track.states:
        yield _named("state", f"{track.id}.{state.id}", state.title, (*path, "states", state.id))
    if track.transitions and not track.triggers and not alone:
        yield _named("the triggers of track", track.id, Label(), path)
    for trigger, label in track.triggers.items():
        yield _named("trigger", trigger, label, (*path, "triggers", trigger))


def _is_given(label: Label) -> bool:
    return bool(label.zh or label.en)
