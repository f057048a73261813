"""Trying mutants: each in a process of its own, forked before the first import of casewf.

The parent is a pytest that has read its configuration and its plugins, and has collected nothing. A child imports
casewf with one module changed, collects the files of the tests that reach the change, and runs them, the fastest
first, up to the first that fails. Nothing is put into living objects, so what is worked out at an import changes, too.
"""

from __future__ import annotations

import functools
import gc
import importlib.abc
import importlib.machinery
import importlib.util
import json
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from types import CodeType

import attrs
import coverage
import pytest

from mutation.mutants import PACKAGES, SOURCE, Mutant

KILLED, SURVIVED, TIMEOUT, UNTESTED = "killed", "survived", "timeout", "no test"
AT_IMPORT = ""
"""The context of lines that run when modules are imported, where no test in particular reaches them."""
_OUR_FAULT = 3
FIXED_SECONDS = 20.0
"""What a trial may take besides its tests: imports, and a machine that is busy elsewhere."""


@attrs.define
class Reach:
    """Which tests reach which lines, and how long each takes.

    Attributes:
        seconds: by node id, in the order of collection.
        lines: by module, then by line: the node ids, and ``AT_IMPORT``.
    """

    seconds: dict[str, float]
    lines: dict[str, dict[int, list[str]]]

    def tests(self, mutant: Mutant) -> dict[str, list[str]]:
        """The tests that reach what was changed, else its function, by file; the fastest file and test come first."""
        known = self.lines.get(mutant.module, {})
        names: set[str] = set()
        for first, last in (mutant.lines, mutant.function):
            names = names or {name for line in range(first, last + 1) for name in known.get(line, ())}
        if AT_IMPORT in names:
            names = set(self.seconds)
        files: dict[str, list[str]] = {}
        for name in sorted(names, key=self.seconds.__getitem__):
            files.setdefault(name.split("::", 1)[0], []).append(name)
        return dict(sorted(files.items(), key=lambda file: self.time(file[1])))

    def time(self, tests: Iterable[str]) -> float:
        """How many seconds these tests take."""
        return sum(self.seconds[name] for name in tests)


class Trial:
    """A pytest plugin that tries mutants in the place of collecting tests."""

    def __init__(
        self, mutants: Sequence[Mutant], tests: Sequence[str], jobs: int, told: Callable[[Mutant, str], None]
    ) -> None:
        self.mutants = mutants
        self.tests = tests
        self.jobs = jobs
        self._told = told
        self.results: list[tuple[Mutant, str]] = []
        self._failed = False

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self, session: pytest.Session) -> bool:
        """Find out which tests reach what, then try every mutant."""
        self._session = session
        for mutant, became in self._try_all(self._find_reach()):
            self.results.append((mutant, became))
            self._told(mutant, became)
        return True

    def pytest_runtestloop(self) -> bool:
        """Nothing was collected here."""
        return True

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Remember that something failed."""
        self._failed = self._failed or report.failed

    def _find_reach(self) -> Reach:
        with tempfile.TemporaryDirectory() as folder:
            found = Path(folder) / "reach.json"
            child = self._fork(lambda: self._measure(found))
            _, status = os.waitpid(child, 0)
            if os.waitstatus_to_exitcode(status) or not found.exists():
                raise pytest.UsageError("the tests fail without any mutant; run them first")
            read = json.loads(found.read_text())
        lines = {
            module: {int(n): names for n, names in known.items()} for module, known in read["lines"].items()
        }
        return Reach(seconds=read["seconds"], lines=lines)

    def _measure(self, found: Path) -> bool:
        """Run every test once, and write down what it reaches; caches are emptied before each."""
        watched = [str(SOURCE / package / "*") for package in PACKAGES]
        measuring = coverage.Coverage(data_file=None, config_file=False, include=watched)
        measuring.start()
        items = self._session.perform_collect(self.tests)
        caches = [one for one in gc.get_objects() if isinstance(one, functools._lru_cache_wrapper)]
        seconds = {}
        for item in items:
            for cache in caches:
                cache.cache_clear()
            measuring.switch_context(item.nodeid)
            began = time.perf_counter()
            self._run(item)
            seconds[item.nodeid] = time.perf_counter() - began
        measuring.stop()
        data = measuring.get_data()
        lines = {
            Path(file).relative_to(SOURCE).as_posix(): data.contexts_by_lineno(file)
            for file in data.measured_files()
        }
        found.write_text(json.dumps({"seconds": seconds, "lines": lines}))
        return self._failed

    def _try_all(self, reach: Reach) -> Iterator[tuple[Mutant, str]]:
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})  # so that it can be waited for
        waiting = list(reversed(self.mutants))
        running: dict[int, tuple[Mutant, float]] = {}
        while waiting or running:
            while waiting and len(running) < self.jobs:
                mutant = waiting.pop()
                files = reach.tests(mutant)
                if not files:
                    yield mutant, UNTESTED
                    continue
                allowed = FIXED_SECONDS + 5 * sum(map(reach.time, files.values()))
                child = self._fork(functools.partial(self._try, mutant, files))
                running[child] = mutant, time.monotonic() + allowed
            child, status = os.waitpid(-1, os.WNOHANG)
            if child:
                mutant = running.pop(child)[0]
                if os.waitstatus_to_exitcode(status) == _OUR_FAULT:
                    raise RuntimeError(f"the trial of {mutant.module} #{mutant.number} went wrong")
                yield mutant, KILLED if status else SURVIVED
                continue
            for child, (mutant, until) in list(running.items()):
                if time.monotonic() > until:
                    os.kill(child, signal.SIGKILL)
                    os.waitpid(child, 0)
                    del running[child]
                    yield mutant, TIMEOUT
            signal.sigtimedwait({signal.SIGCHLD}, 1)

    def _try(self, mutant: Mutant, files: dict[str, list[str]]) -> bool:
        """Whether a test fails."""
        sys.meta_path.insert(0, _Mutated(mutant))
        for file, tests in files.items():
            collected = {item.nodeid: item for item in self._session.perform_collect([file])}
            if self._session.testsfailed:  # it cannot even be imported
                return True
            for name in tests:
                if name in collected:  # what is tried can depend on what is tested
                    self._run(collected[name])
                if self._failed:
                    return True
        return False

    def _run(self, item: pytest.Item) -> None:
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)

    def _fork(self, work: Callable[[], bool]) -> int:
        child = os.fork()
        if child:
            return child
        status = _OUR_FAULT
        try:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, 1)
            os.dup2(nowhere, 2)
            status = int(work())
        finally:
            os._exit(status)  # whatever happened: a child never goes on as its parent


class _Mutated(importlib.abc.MetaPathFinder):
    """Finds the mutated module in the place of the file."""

    def __init__(self, mutant: Mutant) -> None:
        assert mutant.name not in sys.modules, f"{mutant.name} was imported before the trial"
        self._mutant = mutant

    def find_spec(self, name: str, *_: object) -> importlib.machinery.ModuleSpec | None:
        if name != self._mutant.name:
            return None
        loader = _Loader(name, str(self._mutant.path), self._mutant.source)
        return importlib.util.spec_from_file_location(name, self._mutant.path, loader=loader)


class _Loader(importlib.machinery.SourceFileLoader):
    def __init__(self, name: str, path: str, source: str) -> None:
        super().__init__(name, path)
        self._source = source

    def get_code(self, fullname: str) -> CodeType:
        return compile(self._source, self.path, "exec")


def try_mutants(
    mutants: Sequence[Mutant], tests: Sequence[str], jobs: int, told: Callable[[Mutant, str], None]
) -> list[tuple[Mutant, str]]:
    """What becomes of mutants with the tests in these places; ``told`` hears it of each as soon as it is known."""
    trial = Trial(mutants, tests, jobs, told)
    quiet = ["-o", "addopts=", "--import-mode=importlib", "-p", "no:terminal", "-p", "no:casewf"]
    pytest.main([*quiet, "-p", "no:cacheprovider", "-o", "timeout=0", "tests"], plugins=[trial])
    return trial.results
