"""``casewf outbox``: which effects wait, which were given up, and trying the latter once more (D2)."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from contextlib import suppress

from casewf.cli.engines import add_source, opened_engine
from casewf.cli.numbers import instant_iso, instant_text
from casewf.cli.showing import counted
from casewf.cli.terminal import Terminal, UsageError, add_lang, terminal
from casewf.engine.engine import Engine
from casewf.ports.stored import OutboxRow
from casewf.views.table import Cell, table
from casewf.views.text import unbroken, wrap


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "outbox",
        help="list the effects that wait or were given up, and revive the latter",
        description="Lists the notifications, pushes, hooks and child cases that wait to be delivered, or with --dead "
        "those that were given up. With --app what is revived is tried at once, unless the host's engine delivers "
        "later; with --db it waits for the host's deliver().",
    )
    add_source(parser)
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--dead", action="store_true", help="those that were given up, with the reason")
    what.add_argument(
        "--revive", metavar="ID", action="append", default=[], help="try this one once more; may be repeated"
    )
    what.add_argument(
        "--revive-all",
        metavar="DESTINATION",
        help="all that were given up on their way there: push:government",
    )
    parser.add_argument("--json", action="store_true", help="as JSON, for programs")
    add_lang(parser)
    parser.set_defaults(command=run)


def run(arguments: argparse.Namespace) -> int:
    """List or revive; 0, also if there is nothing, or 1 if what was revived is given up again."""
    out = terminal(arguments.lang)
    with opened_engine(arguments) as engine:
        if arguments.revive or arguments.revive_all is not None:
            return _revive(engine, arguments, out)
        rows = engine.outbox(dead=arguments.dead)
    if arguments.json:
        print(json.dumps([_json(row) for row in rows], ensure_ascii=False, indent=2))
    else:
        _print(rows, out, dead=arguments.dead)
    return 0


def _revive(engine: Engine, arguments: argparse.Namespace, out: Terminal) -> int:
    dead = engine.outbox(dead=True)
    names = {row.id for row in dead}
    for name in arguments.revive:
        if name not in names:
            raise UsageError(
                out.say(
                    f"没有已放弃的效果 {name}；casewf outbox --dead 列出全部",
                    f"no effect {name} was given up; casewf outbox --dead lists those that were",
                )
            )
    wanted = arguments.revive or [row.id for row in dead if row.destination == arguments.revive_all]
    if not wanted:
        places = out.say("、", ", ").join(sorted({row.destination for row in dead})) or "–"
        raise UsageError(
            out.say(
                f"没有发往 {arguments.revive_all} 的已放弃效果；有：{places}",
                f"nothing was given up on its way to {arguments.revive_all}; there are: {places}",
            )
        )
    chosen = set(wanted)
    for name in sorted(chosen):
        with suppress(ValueError):  # somebody else has revived it meanwhile
            engine.redeliver(name)
    waits = len(chosen.intersection(row.id for row in engine.outbox()))
    again = len(chosen.intersection(row.id for row in engine.outbox(dead=True)))
    parts = [
        out.say(f"{zh}{number}项", f"{counted(number, 'effect')} {en}")
        for number, zh, en in (
            (len(chosen) - waits - again, "已送达", "delivered"),
            (waits, "等待投递", "to be delivered"),
            (again, "再次放弃", "given up again"),
        )
        if number
    ]
    print(out.say("；", "; ").join(parts))
    return 1 if again else 0


def _print(rows: Sequence[OutboxRow], out: Terminal, *, dead: bool) -> None:
    heads = out.say(
        "效果 去向 起因 次数 下次 原因" if not dead else "效果 去向 起因 次数 写入 原因",
        "effect to about tries next error" if not dead else "effect to about tries written error",
    ).split()
    lanes: set[tuple[str, str]] = set()
    cells = []
    for row in rows:
        lane = (row.case, row.destination)
        behind = not dead and lane in lanes
        lanes.add(lane)
        when = out.say("排队", "in line") if behind else instant_text(row.created_at if dead else row.due_at)
        cells.append(
            (
                Cell(unbroken(row.id), ("bold",)),
                Cell(row.destination),
                Cell(row.effect.about),
                Cell(str(row.attempts)),
                Cell(when),
                Cell(row.error, ("red",) if dead else ()),
            )
        )
    for line in table(heads, cells, columns=out.columns, paint=out.paint):
        print(line)
    print(*([""] if rows else []), _summary(len(rows), out, dead=dead), sep="\n")
    if rows and dead:
        hint = out.say(
            "排除原因后：casewf outbox --revive 效果，或 --revive-all 去向",
            "once the cause is mended: casewf outbox --revive EFFECT, or --revive-all DESTINATION",
        )
        print(*wrap(hint, out.columns), sep="\n")


def _summary(number: int, out: Terminal, *, dead: bool) -> str:
    if dead:
        return out.say(f"已放弃{number}项", f"{counted(number, 'effect')} given up")
    return out.say(f"待投递{number}项", f"{counted(number, 'effect')} to be delivered")


def _json(row: OutboxRow) -> dict[str, object]:
    return {
        "id": row.id,
        "case": row.case,
        "destination": row.destination,
        "about": row.effect.about,
        "state": row.state,
        "attempts": row.attempts,
        "created_at": instant_iso(row.created_at),
        "due_at": instant_iso(row.due_at),
        "error": row.error,
    }
