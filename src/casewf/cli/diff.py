"""``casewf diff``: what a new version of a workflow means for open cases (X2)."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence

from casewf.analysis.changes.change import BREAKS, MARKS, NEEDS, SAFE, Change
from casewf.analysis.changes.diff import diff, left_open
from casewf.analysis.changes.skeleton import skeleton
from casewf.cli.databases import METAVAR
from casewf.cli.terminal import Terminal, add_lang, terminal
from casewf.cli.versions import Version, version_of
from casewf.definition.migrate import check_earlier
from casewf.model.codec import Json
from casewf.model.reasons import Reason
from casewf.model.text import Label
from casewf.views.text import marked

_TITLES: Mapping[str, tuple[Label, str, str]] = {
    BREAKS: (Label("在办工单无法沿用", "breaks open cases"), "✗", "red"),
    NEEDS: (Label("需要迁移说明", "needs migration"), "!", "yellow"),
    SAFE: (Label("安全", "safe"), "·", "green"),
}


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "diff",
        help="say what a new version of a workflow means for open cases",
        description="Compares two versions by what they mean, not by their lines. Each change is safe for open cases, "
        "needs a word in the section `migrate` of the new file, or breaks them. 0 if nothing is left to be said or "
        "decided, 1 otherwise.",
    )
    for name in ("old", "new"):
        parser.add_argument(
            name,
            metavar=name.upper(),
            help="a file, a packaged workflow's id, or with --db a stored VERSION or ID@VERSION",
        )
    parser.add_argument("--db", metavar=METAVAR, help="the database that stores the versions named by number")
    parser.add_argument(
        "--format", choices=("text", "json"), default="text", help="how to print; text by default"
    )
    add_lang(parser)
    parser.set_defaults(command=run)


def run(arguments: argparse.Namespace) -> int:
    """Compare and print; 0 if open cases can be moved as things are, 1 if not."""
    out = terminal(arguments.lang)
    old, new = (version_of(one, arguments.db, out) for one in (arguments.old, arguments.new))
    if new.document is not None and old.workflow.id == new.workflow.id:
        check_earlier(new.document, old.workflow)
    found = diff(old.workflow, new.workflow, new.migration)
    wrong = [gap.why for gap in left_open(old.workflow, new.workflow, new.migration, found)]
    settled = not wrong and all(one.is_settled for one in found)
    sketch = _sketch(old, new, out)
    if arguments.format == "json":
        document = _document(old, new, found, wrong, sketch, settled=settled)
        print(json.dumps(document, ensure_ascii=False, indent=2))
    else:
        _print(old, new, found, wrong, out)
        if sketch:
            print()
            words = "to paste at the end of the new file, and to check line by line:"
            print(out.say("可粘贴到新文件末尾，再逐行核对：", words))
            print()
            print(sketch, end="")
    return 0 if settled else 1


def _sketch(old: Version, new: Version, out: Terminal) -> str:
    """A section `migrate` to begin with, for a file that has none and needs one."""
    one, other = old.workflow, new.workflow
    if (
        new.document is None
        or new.migration is not None
        or one.id != other.id
        or one.version == other.version
    ):
        return ""
    return skeleton(one, other, out.lang)


def _print(
    old: Version, new: Version, found: Sequence[Change], wrong: Sequence[Reason], out: Terminal
) -> None:
    print(out.paint(f"{old.name} → {new.name}", "bold"))
    for mark in MARKS:
        changes = [one for one in found if one.mark == mark]
        if not changes:
            continue
        title, sign, colour = _TITLES[mark]
        print()
        print(out.paint(f"{sign} {title.text(out.lang)} ({len(changes)})", "bold", colour))
        for change in changes:
            _print_change(change, old, new, out)
    if wrong:
        print()
        print(out.paint(f"✗ migrate ({len(wrong)})", "bold", "red"))
        for why in wrong:
            print("\n".join(_lines(why.text(out.lang), 2, out)))
    print()
    print(_summary(found, out))


def _print_change(change: Change, old: Version, new: Version, out: Terminal) -> None:
    path = " ".join(".".join(change.path).split())
    what = f"{change.old or '–'} → {change.new or '–'}" if change.old or change.new else ""
    print("\n".join(_lines(f"{path}  {what}".rstrip(), 2, out)))
    places = [_where(version, at) for version, at in ((old, change.at_old), (new, change.at_new))]
    if where := " → ".join(place for place in places if place):
        print(out.paint(f"      {where}", "dim"))
    print("\n".join(_lines(change.text(out.lang), 6, out)))
    if change.mark != SAFE and change.is_settled:
        print(out.paint(f"      ✓ migrate: {change.answer}", "green"))
    elif change.mark == NEEDS:
        print(out.paint(f"      ✗ {out.say('migrate 尚未写明', '`migrate` does not say')}", "red"))


def _lines(text: str, indent: int, out: Terminal) -> list[str]:
    return [" " * indent + line for line in marked("", text, out.columns - indent)]


def _where(version: Version, path: Sequence[str | int]) -> str:
    place = version.place(path)
    return "" if place is None else f"{place[0]}:{place[1]}"


def _summary(found: Sequence[Change], out: Terminal) -> str:
    if not found:
        return out.paint(out.say("✓ 含义相同", "✓ they mean the same"), "green")
    left = sum(not one.is_settled for one in found)
    counts = {mark: sum(one.mark == mark for one in found) for mark in MARKS}
    words = out.say(
        f"{counts[BREAKS]}项在办工单无法沿用，{counts[NEEDS]}项需要迁移说明，{counts[SAFE]}项安全；尚待决定{left}项",
        f"{counts[BREAKS]} break open cases, {counts[NEEDS]} need migration, {counts[SAFE]} safe; "
        f"{left} left to settle",
    )
    return out.paint(f"{'✗' if left else '✓'} {words}", "red" if left else "green")


def _document(
    old: Version,
    new: Version,
    found: Sequence[Change],
    wrong: Sequence[Reason],
    sketch: str,
    *,
    settled: bool,
) -> Json:
    return {
        "old": {"workflow": old.workflow.id, "version": old.workflow.version},
        "new": {"workflow": new.workflow.id, "version": new.workflow.version},
        "settled": settled,
        "skeleton": sketch or None,
        "wrong": [{"code": one.code, "zh": one.text("zh"), "en": one.text("en")} for one in wrong],
        "changes": [
            {
                "what": one.what,
                "mark": one.mark,
                "path": list(one.path),
                "old": one.old,
                "new": one.new,
                "old_place": _place(old, one.at_old),
                "new_place": _place(new, one.at_new),
                "answer": one.answer,
                "settled": one.is_settled,
                "zh": one.text("zh"),
                "en": one.text("en"),
            }
            for one in found
        ],
    }


def _place(version: Version, path: Sequence[str | int]) -> Json:
    place = version.place(path)
    return None if place is None else {"file": place[0], "line": place[1]}
