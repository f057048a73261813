"""What ``casewf cases`` is asked for must exist: the empty list of a mistyped state reads as if nothing waited."""

from __future__ import annotations

import argparse
import difflib
from collections.abc import Iterable, Sequence

from casewf.cli.terminal import Terminal, UsageError
from casewf.model.workflow import Workflow


def check_wanted(workflows: Sequence[Workflow], arguments: argparse.Namespace, out: Terminal) -> None:
    """Make sure that the workflows know what ``--workflow``, ``--state`` and ``--card`` ask for.

    Where nothing is known, as in a file without cases, anything may be asked for.

    Raises:
        UsageError: they do not; it says what there is.
    """
    if not workflows:
        return
    if arguments.workflow is not None:
        ids = [one.id for one in workflows]
        check_known(out, ("流程", "workflow"), arguments.workflow, ids)
        workflows = [one for one in workflows if one.id == arguments.workflow]
    if arguments.card is not None and arguments.card != "none":
        check_known(
            out, ("警示牌", "card"), arguments.card, (name for one in workflows for name, _ in one.cards)
        )
    if arguments.state is not None:
        name, state = arguments.state
        tracks = [track for one in workflows for track in one.tracks]
        check_known(out, ("轨道", "track"), name, (track.id for track in tracks))
        states = [one.id for track in tracks if track.id == name for one in track.states]
        check_known(out, (f"状态 {name}=", f"state {name}="), state, states)


def check_known(out: Terminal, kind: tuple[str, str], asked: str, known: Iterable[str]) -> None:
    """Make sure that there is something of this name.

    Args:
        out: the terminal, for its language.
        kind: what is asked for, in Chinese and in English.
        asked: the name.
        known: the names that there are.

    Raises:
        UsageError: there is not; it says what there is.
    """
    names = list(dict.fromkeys(known))
    if asked in names:
        return
    near = difflib.get_close_matches(asked, names, n=1)
    hint = out.say(f"；是否指 {near[0]}？", f"; did you mean {near[0]}?") if near else ""
    zh, en = kind
    what = out.say(f"{zh} {asked}", f"{en} {asked}").replace("= ", "=")
    listed = out.say("、", ", ").join(names) or "–"
    raise UsageError(
        out.say(f"没有{what}；有：{listed}{hint}", f"there is no {what}; there are {listed}{hint}")
    )
