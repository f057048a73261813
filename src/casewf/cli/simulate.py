"""``casewf simulate``: let a year pass, with calls, staff and chance from a profile, and say whether limits hold."""

from __future__ import annotations

import argparse
import itertools
import os
import re
from collections.abc import Mapping, Sequence

from casewf.cli.collecting import not_collecting
from casewf.cli.output import check_output, write_output
from casewf.cli.progress import progress
from casewf.cli.terminal import Terminal, UsageError, add_lang, terminal
from casewf.definition.load import load_workflow, parse_terms, read_text, terms_of
from casewf.definition.nearest import nearest
from casewf.model.terms import Terms
from casewf.simulation.exports import result_csv, result_json
from casewf.simulation.parallel import compare, simulate
from casewf.simulation.profile import Profile
from casewf.simulation.profile_file import MAX_DAYS, load_profile, packaged_profiles
from casewf.simulation.report import result_page, result_text
from casewf.simulation.result import Result

_VARIED = re.compile(r"([a-z][a-z0-9_]*)=([0-9]{1,8}(?:,[0-9]{1,8})*)")
_MOST_RUNS = 20


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "simulate",
        help="let a year pass with assumed calls and staff, and see whether limits hold",
        description="Simulates a workflow in virtual time: the same rules as in operation, with calls, staff, service "
        "times and choices from a profile. The same seed gives the same result.",
    )
    parser.add_argument(
        "workflow",
        metavar="WORKFLOW",
        nargs="?",
        help="a workflow file, or a packaged id; by default the one that the profile names",
    )
    parser.add_argument(
        "--profile",
        metavar="FILE",
        required=True,
        help=f"what is assumed: a file, or a packaged id ({', '.join(packaged_profiles())})",
    )
    parser.add_argument(
        "--terms", metavar="FILE", help="what the names of your workflow mean, for the key figures"
    )
    parser.add_argument(
        "--seed", type=_whole, default=1, help="for everything that chance decides; 1 by default"
    )
    parser.add_argument(
        "--days", type=_days, help="on how many days cases arrive, instead of the profile's number"
    )
    parser.add_argument(
        "--vary",
        metavar="NAME=N,N",
        action="append",
        type=_varied,
        default=[],
        help="compare runs with other numbers of people of a group, or of cases of a stream; may be given again",
    )
    parser.add_argument("--html", metavar="FILE", help="write a page with charts")
    parser.add_argument("--json", metavar="FILE", help="write everything for machines")
    parser.add_argument("--csv", metavar="FILE", help="write a line for each number")
    add_lang(parser)
    parser.set_defaults(command=run)


def run(arguments: argparse.Namespace) -> int:
    """Simulate, print and write; 0."""
    out = terminal(arguments.lang)
    for path in (arguments.html, arguments.json, arguments.csv):
        if path is not None:
            check_output(path, out)
    workflow = None if arguments.workflow is None else load_workflow(arguments.workflow)
    profile = load_profile(arguments.profile, workflow=workflow, beside=arguments.workflow)
    plans = _plans(profile, arguments.vary, out)
    if arguments.days is not None:
        profile = profile.for_days(arguments.days)
    terms = _terms(profile, arguments.terms)
    results = _simulated(profile, terms, plans, arguments.seed, out)
    print(
        result_text(
            results, profile, seed=arguments.seed, lang=out.lang, columns=out.columns, colour=out.colour
        ),
        end="",
    )
    if arguments.html is not None:
        write_output(result_page(results, profile, seed=arguments.seed, lang=out.lang), arguments.html, out)
    if arguments.json is not None:
        write_output(result_json(results, profile, seed=arguments.seed), arguments.json, out)
    if arguments.csv is not None:
        write_output(result_csv(results, profile, out.lang), arguments.csv, out)
    return 0


def _terms(profile: Profile, file: str | None) -> Terms:
    if file is None:
        return terms_of(profile.workflow)
    return parse_terms(read_text(file), profile.workflow, file=file)


def _simulated(
    profile: Profile, terms: Terms, plans: Sequence[Mapping[str, int]], seed: int, out: Terminal
) -> list[Result]:
    processes = _processors()
    with not_collecting(), progress(out.say("模拟", "simulating")) as show:
        if len(plans) > 1:
            return compare(profile, plans, seed=seed, terms=terms, processes=processes, progress=show)
        one = simulate(profile, seed=seed, numbers=plans[0], terms=terms, processes=processes, progress=show)
        return [one]


def _processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):  # not on every system
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _plans(
    profile: Profile, varied: Sequence[tuple[str, tuple[int, ...]]], out: Terminal
) -> list[dict[str, int]]:
    """What each run has instead of the profile's numbers: every combination; first none, where something varies."""
    known = [name for name, group in profile.staff.items() if group.number is not None]
    known += [stream.name for stream in profile.arrivals]
    for name, _ in varied:
        if name in profile.staff and name not in known:
            raise UsageError(
                out.say(
                    f"--vary {name}：画像未写明其人数（number），即人数不限；写明后才能比较",
                    f"--vary {name}: the profile gives the group no number, so there are as many as it takes; "
                    "give it one, then it can be varied",
                )
            )
        if name not in known:
            near = nearest(name, known)
            hint = out.say(f"；是否指 {near}？", f"; did you mean {near}?") if near else ""
            listed = out.say("、", ", ").join(known)
            raise UsageError(
                out.say(
                    f"--vary {name}：画像中没有这样的人员或来源；有：{listed}{hint}",
                    f"--vary {name}: the profile has no such group or stream; there are {listed}{hint}",
                )
            )
    names = [name for name, _ in varied]
    for name in (one for number, one in enumerate(names) if one in names[:number]):
        raise UsageError(
            out.say(
                f"--vary {name} 写了两次；请把数目写在一起，如 --vary {name}=4,8",
                f"--vary {name} is given twice; write its numbers together, such as --vary {name}=4,8",
            )
        )
    found = [
        dict(zip(names, some, strict=True)) for some in itertools.product(*(values for _, values in varied))
    ]
    if len(found) > _MOST_RUNS:
        raise UsageError(
            out.say(
                f"--vary：{len(found)}种方案，最多{_MOST_RUNS}种",
                f"--vary: {len(found)} runs; {_MOST_RUNS} at most",
            )
        )
    return found


def _varied(text: str) -> tuple[str, tuple[int, ...]]:
    form = _VARIED.fullmatch(text)
    if form is None:
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form NAME=N,N, such as handlers=4,8,12")
    return form[1], tuple(dict.fromkeys(int(one) for one in form[2].split(",")))


def _whole(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,18}", text):
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 0")
    return int(text)


def _days(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,4}", text) or not 1 <= int(text) <= MAX_DAYS:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of days from 1 to {MAX_DAYS}")
    return int(text)
