"""Mutation testing of the core and of working time: ``nice python tests/mutation/run.py --sample 300 --seed 7``.

A mutant is the module with one small thing changed; a test suite that is worth its name fails on it. Which changes
there are is mutmut's business; here a seeded sample of them is drawn, from every module in proportion, and each is
tried with the unit tests that reach it. What survives is shown; what no test can tell from the module is listed, with
the reason, in ``equivalent.toml``. Exit code 1 if less than 90 % of the rest are killed.
"""

from __future__ import annotations

import argparse
import math
import os
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

os.environ["CI"] = "1"  # Hypothesis draws the same examples every time
ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]

from mutation.mutants import (  # noqa: E402 -- found only now
    PACKAGES,
    Mutant,
    equivalents,
    make,
    modules,
    places,
    sample,
)
from mutation.trial import KILLED, SURVIVED, TIMEOUT, UNTESTED, try_mutants  # noqa: E402

TESTS = (
    "tests/unit/core",
    "tests/unit/worktime",
    # rules of the core that are tested where they are used
    "tests/unit/views/test_clock_changes.py",
    "tests/unit/views/test_explanation.py",
    "tests/unit/engine/test_calendar_change.py",
    "tests/unit/engine/test_due_and_retention.py",
    "tests/unit/engine/test_importing.py",
    "tests/unit/engine/test_merges.py",
    "tests/unit/engine/test_migration.py",
)
WANTED = 0.9
EQUAL = "equivalent"
COLUMNS = (KILLED, TIMEOUT, SURVIVED, UNTESTED, EQUAL)

Result = tuple[Mutant, str]
Listed = Mapping[tuple[str, str, str], str]


def main() -> int:
    """Try a sample of the mutants, or all, and print what became of them."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sample", type=int, default=300, help="how many, about")
    parser.add_argument("--seed", type=int, default=7, help="which")
    parser.add_argument("--module", help="of these modules only: core/clocks.py, worktime/")
    parser.add_argument("--all", action="store_true", help="all of them: hours")
    parser.add_argument("--jobs", type=int, default=2, help="how many processes at once")
    options = parser.parse_args()
    os.chdir(ROOT)
    found = {module: places(module) for module in modules(options.module)}
    if not any(found.values()):
        parser.error(f"no module {options.module!r} in {' or '.join(PACKAGES)}")
    everything = [place for each in found.values() for place in each]
    mutants = make(everything if options.all else sample(found, options.sample, options.seed))
    began = time.monotonic()
    listed = equivalents()
    results = [
        judged(result, listed) for result in try_mutants(mutants, TESTS, options.jobs, partial(show, listed))
    ]
    report(results)
    minutes = (time.monotonic() - began) / 60
    print(f"\n{len(mutants)} of {len(everything)} mutants in {minutes:.0f} minutes")
    return int(min(killed_share(of_package(results, name))[0] for name in PACKAGES) < WANTED)


def show(listed: Listed, one: Mutant, became: str) -> None:
    """Print a survivor that is not listed, as a diff."""
    if judged((one, became), listed)[1] in (SURVIVED, UNTESTED):
        print(f"\n{became}: {one.diff()}", flush=True)


def judged(result: Result, listed: Listed) -> Result:
    """The result, or that the mutant is listed as equivalent; a listed one that is killed is listed wrongly."""
    one, became = result
    if (one.module, one.was, one.becomes) not in listed:
        return result
    if became == KILLED:
        print(f"listed as equivalent, and killed: {one.diff()}")
    return (one, EQUAL) if became == SURVIVED else result


def report(results: Sequence[Result]) -> None:
    """Print a line for each module and package."""
    print(f"\n{'module':<32}" + "".join(f"{name:>11}" for name in COLUMNS))
    for module in sorted({one.module for one, _ in results}):
        counts = Counter(became for one, became in results if one.module == module)
        print(f"{module:<32}" + "".join(f"{counts[name]:>11}" for name in COLUMNS))
    print()
    for name in PACKAGES:
        of = of_package(results, name)
        share, low, high = killed_share(of)
        print(f"{name}: {share:.1%} of {len(of)} killed (95 % interval {low:.1%} to {high:.1%})")


def of_package(results: Sequence[Result], package: str) -> list[str]:
    """What became of the mutants of a package, those left out that no test can tell."""
    return [became for one, became in results if one.module.startswith(f"{package}/") and became != EQUAL]


def killed_share(of: Sequence[str]) -> tuple[float, float, float]:
    """The share that was killed, or went on for ever, with Wilson's 95 % interval."""
    number = len(of)
    if not number:
        return 1.0, 0.0, 1.0
    share = sum(became in (KILLED, TIMEOUT) for became in of) / number
    z = 1.96
    middle = (share + z * z / (2 * number)) / (1 + z * z / number)
    spread = (
        z * math.sqrt(share * (1 - share) / number + z * z / (4 * number * number)) / (1 + z * z / number)
    )
    return share, middle - spread, middle + spread


if __name__ == "__main__":
    sys.exit(main())
