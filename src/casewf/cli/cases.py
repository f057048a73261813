"""``casewf cases``: which cases wait, the most urgent first: all of a database, or the list of one person."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from typing import Literal

from casewf.cli.case_json import worklist_json
from casewf.cli.engines import acting, add_source, known_workflows, opened_engine
from casewf.cli.showing import counted
from casewf.cli.terminal import Terminal, UsageError, add_lang, terminal
from casewf.cli.wanted import check_wanted
from casewf.engine.engine import Engine
from casewf.engine.worklist import Worklist, WorklistItem
from casewf.model.amount import US_PER_MINUTE
from casewf.views.table import Cell, table
from casewf.views.text import unbroken, wrap
from casewf.views.words import Speaker
from casewf.worktime import epoch_us

_MOST = 500


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "cases",
        help="list the cases that wait, what is due first at the top",
        description="Lists the open cases, what is due first at the top: all of them, or with --as those that concern "
        "somebody. With --db nobody knows which organisation lies above --org; with --app the host's directory does, "
        "and knows the roles of --as and for whom he stands in.",
    )
    add_source(parser)
    who = parser.add_argument_group("whose list")
    who.add_argument(
        "--as", dest="person", metavar="PERSON", help="what concerns this person's organisation, for him"
    )
    who.add_argument(
        "--role",
        metavar="ROLE",
        action="append",
        default=[],
        help="a role he has, instead of those that the host knows; may be repeated",
    )
    who.add_argument("--org", metavar="ORG", help="his organisation, instead of the one that the host knows")
    who.add_argument(
        "--mine", action="store_true", help="only what he holds himself, or opened and nobody holds"
    )
    which = parser.add_argument_group("which cases")
    which.add_argument("--workflow", metavar="ID", help="only cases of this workflow")
    which.add_argument(
        "--state", metavar="TRACK=STATE", type=_state, help="only cases in this state of a track"
    )
    which.add_argument("--card", metavar="CARD", help="only cases with this card; none for those without one")
    which.add_argument("--overdue", action="store_true", help="only cases that are late")
    which.add_argument("--closed", action="store_true", help="the closed cases instead, by id")
    which.add_argument(
        "--limit", metavar="N", type=_limit, default=50, help="at most so many; 50 if not given"
    )
    which.add_argument("--after", metavar="CURSOR", help="go on where a list ended; it says with what")
    parser.add_argument("--json", action="store_true", help="as JSON, for programs")
    add_lang(parser)
    parser.set_defaults(command=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the list; 0, also if it is empty, unless nothing could be on it."""
    out = terminal(arguments.lang)
    if arguments.person is None and (arguments.role or arguments.org or arguments.mine):
        raise UsageError(
            out.say(
                "--role、--org、--mine 需要 --as 指明是谁",
                "--role, --org and --mine need --as: whose list it is",
            )
        )
    with opened_engine(arguments) as engine:
        try:
            found = _found(engine, arguments)
        except ValueError as error:
            raise UsageError(_wrong(error, arguments, out)) from error
        if not found.items:
            # only then: a case of an older version may be in a state that the present one does not have
            check_wanted(known_workflows(engine, arguments), arguments, out)
    if arguments.json:
        print(json.dumps(worklist_json(found), ensure_ascii=False, indent=2))
    else:
        _print(found, out)
    return 0


def _found(engine: Engine, arguments: argparse.Namespace) -> Worklist:
    workflow, state, card = arguments.workflow, arguments.state, arguments.card
    overdue = True if arguments.overdue else None
    closed, limit, after = arguments.closed, arguments.limit, arguments.after
    if arguments.person is None:
        return engine.overview(
            workflow=workflow, state=state, card=card, overdue=overdue, closed=closed, limit=limit, after=after
        )  # fmt: skip
    actor = acting(engine, arguments)
    scope: Literal["mine", "organisation"] = "mine" if arguments.mine else "organisation"
    return engine.worklist(
        actor=actor, scope=scope, workflow=workflow, state=state, card=card, overdue=overdue, closed=closed,
        limit=limit, after=after,
    )  # fmt: skip


def _wrong(error: ValueError, arguments: argparse.Namespace, out: Terminal) -> str:
    if arguments.after is not None and "next_after" in str(error):
        return out.say(
            "--after 不是上一页给出的；条件与上一页相同，才能接着列出",
            "--after is not what the page before said; it goes with the same conditions as that page",
        )
    return str(error)


def _print(found: Worklist, out: Terminal) -> None:
    now = epoch_us(found.at)
    heads = out.say("工单 状态 警示牌 到期 时限 承办", "case state card due limit held-by").split()
    rows = [_row(item, now, out) for item in found.items]
    for line in table([head.replace("-", " ") for head in heads], rows, columns=out.columns, paint=out.paint):
        print(line)
    print(*([""] if rows else []), _summary(found, out), sep="\n")
    if found.next_after is not None:
        hint = out.say(f"下一页：加 --after {found.next_after}", f"next page: add --after {found.next_after}")
        print(*wrap(hint, out.columns), sep="\n")


def _row(item: WorklistItem, now: int, out: Terminal) -> Sequence[Cell]:
    zone = item.opened_at.timezone_name or "UTC"
    speaker = Speaker(workflow=item.definition, zone=zone, lang=out.lang, finest=US_PER_MINUTE)
    states = [
        unbroken(speaker.state(track.id, item.states[track.id]))
        for number, track in enumerate(item.definition.tracks)
        if number == 0 or not track.state(item.states[track.id]).closed
    ]
    card = Cell("") if item.card == "none" else Cell(speaker.card(item.card), ("yellow",))
    held = list(dict.fromkeys(one for ids in item.holders.values() for one in ids))
    limit = "" if item.sla is None else speaker.sla(item.sla)
    return (
        Cell(unbroken(item.id), ("bold",)),
        Cell(speaker.joined(states)),
        card,
        _due(item, now, speaker),
        Cell(limit),
        Cell(speaker.joined([unbroken(one) for one in held])),
    )


def _due(item: WorklistItem, now: int, speaker: Speaker) -> Cell:
    if item.due is None:
        return Cell("–")
    due = epoch_us(item.due)
    words = f"{unbroken(speaker.near(due, now))} {unbroken(speaker.until(due, now))}"
    return Cell(words, ("red",) if item.overdue else ())


def _summary(found: Worklist, out: Terminal) -> str:
    number, late = len(found.items), sum(item.overdue for item in found.items)
    if not number:
        return out.say("没有这样的工单", "no such cases")
    words = out.say(f"{number}件工单", counted(number, "case"))
    if late:
        words += out.say(f"，其中{late}件逾期", f", {late} of them late")
    return words


def _state(text: str) -> tuple[str, str]:
    track, equals, state = text.partition("=")
    if not (track and equals and state):
        raise argparse.ArgumentTypeError(f"write TRACK=STATE, for example union=dispatched, not {text}")
    return track, state


def _limit(text: str) -> int:
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else 0
    if not 1 <= number <= _MOST:
        raise argparse.ArgumentTypeError(f"a whole number, 1 to {_MOST}, not {text}")
    return number
