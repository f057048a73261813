"""A stand-in for every connector and every hook that workflows name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from casewf.core.program import named_effects
from casewf.errors import BindingError
from casewf.model.effect_specs import HookSpec, PushSpec
from casewf.model.workflow import Workflow
from casewf.ports.outside import Outcome
from casewf.testing.recorders import RecordingHook, ScriptedConnector

__all__ = ["connectors_of", "hooks_of"]


def connectors_of(
    workflows: Sequence[Workflow], answers: Mapping[str, Sequence[Outcome | Exception]]
) -> dict[str, ScriptedConnector]:
    """A connector for every one that the workflows name, with its answers; without any it takes everything.

    Raises:
        BindingError: an answer is for a connector that they do not name.
    """
    effects = [effect for one in workflows for effect in named_effects(one)]
    names = dict.fromkeys(effect.connector for effect in effects if isinstance(effect, PushSpec))
    if unknown := [name for name in answers if name not in names]:
        there = ", ".join(names) or "none"
        raise BindingError([f"no workflow has a connector {name!r}; there are: {there}" for name in unknown])
    return {name: ScriptedConnector(answers.get(name, (Outcome(ok=True),))) for name in names}


def hooks_of(workflows: Sequence[Workflow]) -> dict[str, RecordingHook]:
    """A hook for every one that the workflows name."""
    effects = [effect for one in workflows for effect in named_effects(one)]
    return {effect.name: RecordingHook() for effect in effects if isinstance(effect, HookSpec)}
