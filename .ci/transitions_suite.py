"""Run transitions' own flat tests twice, stock and with casewf's classes, and compare test by test.

    python .ci/transitions_suite.py

The tests come out of the source distribution of the *installed* version of transitions, which pip fetches
into a temporary directory; nothing of it is kept. Exit status: 0 no difference, 1 a difference, 2 no
comparison could be made.

For the run casewf's classes bear the names of the stock ones: the ``repr`` of a state, event or transition
shows the name of its class, and ``test_repr`` spells it out. Nothing else about them is changed.
"""

# ruff: noqa: T201 -- a script that reports by printing
from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import tempfile
import xml.etree.ElementTree as ET
from collections import Counter
from importlib.metadata import version
from pathlib import Path

SRC = Path(__file__).resolve().parent.parent / "src"
SUBJECTS = ["core", "states", "enum", "add_remove", "markup", "threading", "experimental"]
FILES = [f"tests/test_{subject}.py" for subject in SUBJECTS]
PLUGIN = """
from transitions import Machine

from casewf.machine.classes import CaseEvent, CaseState, CaseTransition

Machine.state_cls, Machine.event_cls, Machine.transition_cls = CaseState, CaseEvent, CaseTransition
for ours, stock_name in ((CaseState, "State"), (CaseEvent, "Event"), (CaseTransition, "Transition")):
    ours.__name__ = stock_name
"""

Outcomes = dict[str, str]
"""Outcome (passed, failed, error, skipped) of each test, by its full name."""


class CannotRunError(Exception):
    """The comparison could not be made at all."""


def fetch_tests(release: str, into: Path) -> Path:
    """Unpack the ``tests`` of a release's source distribution, and only them; return their parent folder."""
    wanted = f"transitions=={release}"
    pip = ["pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:", "--dest", str(into), wanted]
    done = python(*pip, cwd=into)
    archives = sorted(into.glob("transitions-*.tar.gz"))
    if done.returncode or not archives:
        said = done.stderr.strip()
        raise CannotRunError(f"pip could not fetch the source distribution of {wanted}; it said:\n{said}")
    root = f"transitions-{release}"
    with tarfile.open(archives[0]) as archive:
        tests = [member for member in archive if member.name.startswith(f"{root}/tests/")]
        archive.extractall(into, tests, filter="data")
    missing = [name for name in FILES if not (into / root / name).is_file()]
    if missing:
        raise CannotRunError(f"the source distribution of {wanted} lacks the tests {', '.join(missing)}")
    return into / root


def python(module: str, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a module in a Python process of its own, which sees this checkout's casewf."""
    return subprocess.run(  # noqa: S603 -- the arguments are this script's own
        [sys.executable, "-m", module, *arguments],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(cwd), str(SRC)])},
        capture_output=True,
        text=True,
        check=False,
    )


def run(suite: Path, *, plugged: bool) -> Outcomes:
    """Run the flat test files in a process of their own, with casewf's classes or without."""
    report = suite / f"{'ours' if plugged else 'stock'}.xml"
    (suite / "casewf_plug.py").write_text(PLUGIN, encoding="utf-8")
    plugin = ["-p", "casewf_plug"] if plugged else []
    done = python(
        "pytest", "-q", "-p", "no:cacheprovider", f"--junit-xml={report}", *plugin, *FILES, cwd=suite
    )
    if done.returncode not in (0, 1) or not report.exists():
        raise CannotRunError(f"pytest did not run the tests:\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
    return read(report)


def read(report: Path) -> Outcomes:
    """Read the outcome of each test from a JUnit report."""
    outcomes: Outcomes = {}
    for case in ET.parse(report).getroot().iter("testcase"):  # noqa: S314 -- written by our pytest
        verdicts = {child.tag for child in case} & {"failure", "error", "skipped"}
        name = f"{case.get('classname')}::{case.get('name')}"
        outcomes[name] = "+".join(sorted(verdicts)) or "passed"
    return outcomes


def main() -> int:
    """Compare the two runs and print what was found."""
    release = version("transitions")
    with tempfile.TemporaryDirectory() as folder:
        suite = fetch_tests(release, Path(folder))
        stock, ours = run(suite, plugged=False), run(suite, plugged=True)
    for title, outcomes in (("stock", stock), ("casewf", ours)):
        counts = ", ".join(f"{n} {verdict}" for verdict, n in sorted(Counter(outcomes.values()).items()))
        print(f"transitions {release}, {title} classes: {len(outcomes)} tests: {counts}")
    differing = sorted(name for name in stock.keys() | ours.keys() if stock.get(name) != ours.get(name))
    for name in differing:
        print(f"  DIFFERS {name}: stock {stock.get(name, 'absent')}, casewf {ours.get(name, 'absent')}")
    print(f"{len(differing)} tests differ")
    return 1 if differing else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except CannotRunError as error:
        print(f"cannot compare: {error}", file=sys.stderr)
        sys.exit(2)
