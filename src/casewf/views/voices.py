"""Which definition was in force when: a case that was migrated has a past in the words of another version (K6, X2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs

from casewf.model.events import Opened
from casewf.model.migration_events import Migrated
from casewf.model.workflow import Track, Workflow
from casewf.views.moments import Happening, Moment
from casewf.views.words import Speaker

__all__ = ["Voices"]


class Voices:
    """Speakers for the moments of one history, each in the words of the definition that was in force then.

    Args:
        speaker: how to speak, in the words of the present definition.
        history: the events of the case.
        definitions: earlier definitions of the case by content hash; one that is missing leaves its codes as they are.
    """

    def __init__(
        self, speaker: Speaker, history: Sequence[Happening], definitions: Mapping[str, Workflow]
    ) -> None:
        known = [_definition(row) for row in history]
        begins = [(row.number, found) for row, found in zip(history, known, strict=True) if found]
        found = [definitions.get(content_hash) for _, content_hash in begins[:-1]]
        workflows = [*(one or speaker.workflow for one in found), speaker.workflow]
        others = tuple(dict.fromkeys(map(id, workflows)))
        unique = [next(one for one in workflows if id(one) == key) for key in others]
        self._begins = [number for number, _ in begins] or [0]
        self._speakers = [
            attrs.evolve(speaker, workflow=one, others=tuple(each for each in unique if each is not one))
            for one in workflows
        ]

    @property
    def present(self) -> Speaker:
        """In the words of the present definition."""
        return self._speakers[-1]

    @property
    def tracks(self) -> tuple[Track, ...]:
        """The tracks that the case was ever in, those of the present definition first."""
        found = {
            track.id: track for one in reversed(self._speakers) for track in reversed(one.workflow.tracks)
        }
        present = [track.id for track in self.present.workflow.tracks]
        return tuple(found[name] for name in dict.fromkeys((*present, *found)))

    def of(self, number: int) -> Speaker:
        """In the words of the definition under which this event was written."""
        later = sum(begin <= number for begin in self._begins)
        return self._speakers[max(later - 1, 0)]

    def at(self, moment: Moment) -> Speaker:
        """In the words of the definition that the moment leaves in force."""
        return self.of(moment.rows[-1].number) if moment.rows else self.present


def _definition(row: Happening) -> str:
    """The content hash of the definition that an event brings into force, or nothing."""
    return row.event.workflow[2] if isinstance(row.event, Opened | Migrated) else ""
