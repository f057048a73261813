"""What the commands share: the databases they work on, and how what they found is printed."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from casewf.adapters.memory import MemoryStore
from casewf.adapters.sqlite import SqliteStore
from casewf.cli.terminal import Terminal
from casewf.engine.verify import Report
from casewf.errors import AdapterError
from casewf.ports.store import Store
from casewf.testing.playback import Playback
from casewf.testing.story_model import Story
from casewf.views.text import wrap
from casewf.views.timeline import Names, timeline


@contextmanager
def opened_store(path: str | None) -> Iterator[Store]:
    """A new SQLite file at ``path``, closed afterwards; in memory for None.

    Raises:
        AdapterError: there is such a file already; it is left as it is.
    """
    if path is None:
        yield MemoryStore()
        return
    if Path(path).exists():
        raise AdapterError(f"{path} exists already and is left as it is; name a file that does not exist yet")
    with SqliteStore(path) as store:
        yield store


def print_story(story: Story, terminal: Terminal) -> None:
    """The title and the note."""
    print(terminal.paint(story.title.text(terminal.lang) or story.case, "bold"))
    if note := story.note.text(terminal.lang):
        for line in wrap(note, terminal.columns):
            print(terminal.paint(line, "dim"))
    print()


def print_timeline(playback: Playback, terminal: Terminal) -> None:
    """What happened, with the names of the story; of several cases one after the other, in the order of opening."""
    story = playback.story
    workflows = {name: story.of(name).workflow for name in playback.others}
    names = Names(
        people={name: someone.name for name, someone in story.people.items()},
        organisations={name: organisation.title for name, organisation in story.organisations.items()},
        workflows={one.id: one.title for one in workflows.values()},
    )
    show = functools.partial(
        timeline,
        zone=story.zone,
        lang=terminal.lang,
        columns=terminal.columns,
        colour=terminal.colour,
        names=names,
    )
    show_first = functools.partial(
        show, story.workflow, playback.history, notes=playback.notes, attempts=playback.refusals
    )
    if not playback.others:
        print(show_first())
        return
    blocks = [(story.case, story.workflow, playback.history, show_first)]
    for name, history in playback.others.items():
        workflow = workflows[name]
        blocks.append((name, workflow, history, functools.partial(show, workflow, history)))
    blocks.sort(key=lambda block: block[2][0].event.at if block[2] else 0)
    for number, (name, workflow, _, show_it) in enumerate(blocks, 1):
        title = workflow.title.text(terminal.lang) or workflow.id
        print(terminal.paint(terminal.say(f"{name}：{title}", f"{name}: {title}"), "bold"))
        print(show_it(legend=number == len(blocks)))


def print_report(report: Report, terminal: Terminal) -> None:
    """What ``verify`` found, a line for each problem and one for all."""
    for problem in report.problems:
        print(terminal.paint(f"✗ {problem.text(terminal.lang)}", "red"))
    counts = terminal.say(
        f"{report.cases}件工单，{report.events}个事件，{report.secrets}条保险库记录，{report.definitions}个定义",
        ", ".join(
            (
                counted(report.cases, "case"),
                counted(report.events, "event"),
                counted(report.secrets, "vault row"),
                counted(report.definitions, "definition"),
            )
        ),
    )
    if report.heads:
        counts += terminal.say(
            f"，已与{report.heads}个导出的链尾比对",
            f", compared with {counted(report.heads, 'exported head')}",
        )
    if report.ok:
        print(terminal.paint(terminal.say(f"✓ 校验通过：{counts}", f"✓ verified: {counts}"), "green"))
    else:
        problems = len(report.problems)
        words = terminal.say(
            f"✗ 发现{problems}处问题（{counts}）", f"✗ {counted(problems, 'problem')} in {counts}"
        )
        print(terminal.paint(words, "bold", "red"))
        print(
            terminal.say(
                "请先留存数据库现状的副本，再从备份恢复",
                "keep a copy of the database as it is, then restore a backup",
            )
        )


def counted(number: int, word: str) -> str:
    """A number with its English word: ``1 case``, ``2,000 cases``."""
    return f"{number:,} {word}{'' if number == 1 else 's'}"
