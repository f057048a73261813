"""The pytest plugin of casewf: every ``*.story.yaml`` that pytest finds is a test, and fixtures for tests of a host.

``docs/how-to/test-with-stories.md`` and ``docs/how-to/test-your-host.md`` say how to use it. pytest loads it by its
entry point ``casewf``, and ``-p no:casewf`` leaves it out. casewf itself is imported when it is first needed, so that
other test runs start as fast as before, and pytest-cov sees every line of it.
"""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from casewf.testing.clock import TestClock
    from casewf.testing.coverage import Coverage
    from casewf.testing.host import TestHost

__all__ = ["StoryFile", "StoryItem", "casewf_clock", "casewf_host", "casewf_start"]

_SUFFIX = ".story.yaml"
_COVERAGE = pytest.StashKey["Coverage"]()
_PAGE = pytest.StashKey[str]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--casewf-coverage`` and ``--casewf-coverage-html``."""
    group = parser.getgroup("casewf", "stories of casewf")
    group.addoption(
        "--casewf-coverage", action="store_true", help="tell how much of their workflows the stories cover"
    )
    group.addoption("--casewf-coverage-html", metavar="FILE", help="write that as a page for a browser")


@pytest.fixture
def casewf_start() -> dt.datetime:
    """When tests begin: Monday, 2 March 2026, 09:00 in China. Define it again for another time."""
    from casewf.testing.clock import at  # noqa: PLC0415  # see above

    return at("2026-03-02 09:00")


@pytest.fixture
def casewf_clock(casewf_start: dt.datetime) -> TestClock:
    """A ``TestClock`` that stands at ``casewf_start``; ``bind`` your engine to it, and its travels sweep."""
    from casewf.testing.clock import TestClock  # noqa: PLC0415  # see above

    return TestClock(casewf_start)


@pytest.fixture
def casewf_host(casewf_clock: TestClock) -> Callable[..., TestHost]:
    """Makes a ``TestHost`` that goes by ``casewf_clock``, from its other arguments."""
    from casewf.testing.host import TestHost  # noqa: PLC0415  # see above

    return partial(TestHost, clock=casewf_clock)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> StoryFile | None:
    """A story file, by its name."""
    return StoryFile.from_parent(parent, path=file_path) if file_path.name.endswith(_SUFFIX) else None


class StoryFile(pytest.File):
    """A file with one story."""

    def collect(self) -> Iterable[StoryItem]:
        """The story, under the name of its file."""
        yield StoryItem.from_parent(self, name=self.path.name.removesuffix(_SUFFIX))


class StoryItem(pytest.Item):
    """A story as a test: it is played in memory and in virtual time."""

    def runtest(self) -> None:
        """Play it.

        Raises:
            StoryFailed: something is not as it expects.
            CasewfError: it cannot be played; a ``DefinitionError`` where a file is wrong.
        """
        from casewf.testing.story import play  # noqa: PLC0415  # see above
        from casewf.testing.story_file import load_story  # noqa: PLC0415

        play(load_story(_shown(self.path)), coverage=_coverage(self.config)).check()

    def repr_failure(
        self,
        excinfo: pytest.ExceptionInfo[BaseException],
        style: object = None,  # noqa: ARG002  # pytest's signature
    ) -> str:
        """What the author of the story needs: where, what was expected, what was found; nothing of Python."""
        from casewf.errors import CasewfError, StoryFailed  # noqa: PLC0415
        from casewf.testing.suite import problem_lines  # noqa: PLC0415

        error = excinfo.value
        if isinstance(error, StoryFailed):
            return "\n".join(map(str, error.failures))
        if isinstance(error, CasewfError):
            return "\n\n".join(problem_lines(error))
        return str(super().repr_failure(excinfo))

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """The headline of a failure."""
        return self.path, None, f"story: {self.name}"


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> None:
    """What casewf refuses is shown at the line of the test: casewf's own frames are for ``--full-trace``."""
    errors = sys.modules.get("casewf.errors")
    options = item.config.option
    if call.excinfo is None or errors is None or options.fulltrace or options.usepdb:
        return
    failure = call.excinfo.value
    if not isinstance(failure, errors.CasewfError):
        return
    inside = Path(errors.__file__ or "").parent
    trace = None
    for one in reversed(list(_frames(failure))):
        if not _is_in(inside, one):
            trace = TracebackType(trace, one.tb_frame, one.tb_lasti, one.tb_lineno)
    if trace is not None:
        call.excinfo = pytest.ExceptionInfo.from_exception(failure.with_traceback(trace))
    before = [] if failure.__context__ is None else list(_frames(failure.__context__))
    if before and _is_in(inside, before[-1]):  # what casewf itself caught on the way
        failure.__suppress_context__ = True


def _is_in(folder: Path, frame: TracebackType) -> bool:
    return folder in Path(frame.tb_frame.f_code.co_filename).parents


def _frames(failure: BaseException) -> Iterable[TracebackType]:
    trace = failure.__traceback__
    while trace is not None:
        yield trace
        trace = trace.tb_next


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write the page; a run whose page cannot be written does not pass."""
    path, coverage = session.config.getoption("casewf_coverage_html"), _coverage(session.config)
    if path is None or coverage is None or _is_elsewhere(session.config):
        return
    from casewf.testing.coverage_page import coverage_page  # noqa: PLC0415  # see above

    try:
        Path(path).write_text(coverage_page(coverage.result()), encoding="utf-8")
        session.config.stash[_PAGE] = f"coverage page: {path}"
    except (ImportError, OSError) as failure:
        session.config.stash[_PAGE] = f"the coverage page was not written: {failure}"
        session.exitstatus = pytest.ExitCode.USAGE_ERROR


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """The coverage, if it is asked for."""
    coverage = _coverage(config)
    if coverage is None:
        return
    from casewf.testing.coverage_text import coverage_text  # noqa: PLC0415  # see above

    terminalreporter.section("coverage of workflows by stories")
    if _is_elsewhere(config):
        terminalreporter.line(
            "the stories were played in other processes; leave out -n to count what they cover"
        )
        return
    if config.getoption("casewf_coverage"):
        writer = config.get_terminal_writer()
        text = coverage_text(coverage.result(), columns=writer.fullwidth, colour=writer.hasmarkup)
        terminalreporter.write(text)
    if (page := config.stash.get(_PAGE, None)) is not None:
        terminalreporter.line(page)


def _coverage(config: pytest.Config) -> Coverage | None:
    """What takes note of what the stories of this run cover, if anybody asks for it; not in a process of xdist."""
    wanted = config.getoption("casewf_coverage") or config.getoption("casewf_coverage_html")
    if not wanted or hasattr(config, "workerinput"):
        return None
    if _COVERAGE not in config.stash:
        from casewf.testing.coverage import Coverage  # noqa: PLC0415  # see above

        config.stash[_COVERAGE] = Coverage()
    return config.stash[_COVERAGE]


def _is_elsewhere(config: pytest.Config) -> bool:
    """Whether pytest-xdist hands the tests to other processes, which tell nothing of what their stories cover."""
    return config.pluginmanager.has_plugin("dsession")


def _shown(path: Path) -> Path:
    """The path as people call it from where they are."""
    try:
        return path.relative_to(Path.cwd())
    except ValueError:
        return path
