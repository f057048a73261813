"""The pytest plugin, in runs of pytest inside this one."""

from __future__ import annotations

from importlib.metadata import entry_points
from pathlib import Path

import pytest

# Loaded before the runs inside: they forget what they load themselves, and the C part of the YAML parser
# does not bear being loaded twice.
import casewf.testing.coverage_page
import casewf.testing.story
from coverage_texts import HEAVY, PARCEL, URGENT

pytest_plugins = ["pytester"]

LATE = HEAVY + "  - expect: {states: {main: open}, clocks: {handle: {verdict: met}}}\n"
BROKEN = HEAVY.replace("weight: 7", "weigth: 7")
LOADED = bool(entry_points(group="pytest11", name="casewf"))
PLUGIN = () if LOADED else ("-p", "casewf.testing.plugin")


@pytest.fixture
def stories(pytester: pytest.Pytester) -> pytest.Pytester:
    """A folder with the workflow of a parcel and a story that is as it expects."""
    (pytester.path / "parcel.yaml").write_text(PARCEL, encoding="utf-8")
    (pytester.path / "heavy.story.yaml").write_text(HEAVY, encoding="utf-8")
    return pytester


def run(pytester: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    return pytester.runpytest(*PLUGIN, "-p", "no:cacheprovider", *arguments)


def write(pytester: pytest.Pytester, name: str, text: str) -> None:
    (pytester.path / name).write_text(text, encoding="utf-8")


def test_a_story_is_a_test(stories: pytest.Pytester) -> None:
    result = run(stories, "-v")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["heavy.story.yaml::heavy PASSED*"])


def test_only_story_files_are_collected(stories: pytest.Pytester) -> None:
    write(stories, "test_other.py", "def test_other(): pass\n")
    write(stories, "note.yaml", "a: 1\n")
    run(stories, "-k", "heavy").assert_outcomes(passed=1, deselected=1)


def test_a_failing_story_says_where_and_nothing_of_python(stories: pytest.Pytester) -> None:
    write(stories, "late.story.yaml", LATE)
    result = run(stories)
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        [
            "*_ story: late _*",
            "late.story.yaml:11: the state of main: expected open, found done",
            "late.story.yaml:11: the verdict of handle: expected met, found breached",
            "FAILED late.story.yaml::late - late.story.yaml:11: the state of main: *",
        ]
    )
    result.stdout.no_fnmatch_line("*Traceback*")
    result.stdout.no_fnmatch_line("*plugin.py*")


def test_a_wrong_story_shows_its_findings_and_the_others_go_on(stories: pytest.Pytester) -> None:
    write(stories, "broken.story.yaml", BROKEN)
    result = run(stories)
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        ["broken.story.yaml:8:35: unknown field 'weigth' [[]CW303[]]", "*^~~~~~", "*did you mean 'weight'*"]
    )
    result.stdout.no_fnmatch_line("*Traceback*")


def test_a_wrong_workflow_shows_its_findings(stories: pytest.Pytester) -> None:
    write(stories, "parcel.yaml", PARCEL.replace("initial: new", "initial: knew"))
    result = run(stories)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["parcel.yaml:12:14: unknown state 'knew'*", "*did you mean 'new'*"])


def test_a_story_that_cannot_be_played_says_why(stories: pytest.Pytester) -> None:
    write(stories, "parcel.yaml", PARCEL.replace("calendar: cn-office", "calendar: our-office"))
    result = run(stories)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*goes by calendar 'our-office', which is not packaged*"])
    result.stdout.no_fnmatch_line("*Traceback*")


def test_coverage_is_told_at_the_end_and_written_as_a_page(stories: pytest.Pytester) -> None:
    write(stories, "urgent.story.yaml", URGENT)
    result = run(stories, "--casewf-coverage", "--casewf-coverage-html=coverage.html")
    assert result.ret == 0
    result.stdout.fnmatch_lines(
        [
            "*= coverage of workflows by stories =*",
            "parcel Parcel (version 1, 2 stories)",
            "  transitions  3/4  75.0%",
            "  parcel.yaml:20  main: finish  never taken from new",
            "coverage page: coverage.html",
        ]
    )
    assert "never" not in result.stderr.str()
    page = (stories.path / "coverage.html").read_text(encoding="utf-8")
    assert "<h1>Story coverage</h1>" in page


def test_a_page_alone_prints_no_figures(stories: pytest.Pytester) -> None:
    result = run(stories, "--casewf-coverage-html=coverage.html")
    result.stdout.fnmatch_lines(["coverage page: coverage.html"])
    result.stdout.no_fnmatch_line("*transitions*")


def test_without_the_option_nothing_is_said_of_coverage(stories: pytest.Pytester) -> None:
    run(stories).stdout.no_fnmatch_line("*coverage of workflows*")


def test_a_page_that_cannot_be_written_fails_the_run(stories: pytest.Pytester) -> None:
    result = run(stories, "--casewf-coverage-html=nowhere/coverage.html")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stdout.fnmatch_lines(["the coverage page was not written: *nowhere/coverage.html*"])


def test_coverage_of_no_story_says_so(pytester: pytest.Pytester) -> None:
    write(pytester, "test_other.py", "def test_other(): pass\n")
    run(pytester, "--casewf-coverage").stdout.fnmatch_lines(["no story opened a case"])


def test_coverage_of_stories_played_in_other_processes_says_so(stories: pytest.Pytester) -> None:
    """``dsession`` is the plugin with which pytest-xdist hands out tests."""
    stories.makeconftest("def pytest_configure(config): config.pluginmanager.register(object(), 'dsession')")
    result = run(stories, "--casewf-coverage", "--casewf-coverage-html=coverage.html")
    result.stdout.fnmatch_lines(["the stories were played in other processes; leave out -n *"])
    result.stdout.no_fnmatch_line("*transitions*")
    assert not (stories.path / "coverage.html").exists()


def test_a_run_without_stories_loads_nothing_of_casewf_but_the_plugin(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """pytest-cov sees every line of casewf only if nothing was loaded before it; and pytest starts faster."""
    code = """
        import sys

        def test_loaded():
            loaded = {name for name in sys.modules if name.startswith("casewf")}
            assert loaded == {"casewf", "casewf.testing", "casewf.testing.plugin"}
    """
    pytester.makepyfile(code)
    monkeypatch.setenv("PYTHONPATH", str(Path(casewf.testing.coverage_page.__file__).parents[2]))
    result = pytester.runpytest_subprocess(*PLUGIN, "-p", "no:cacheprovider")
    result.assert_outcomes(passed=1)


def test_the_names_of_the_package_are_loaded_when_used() -> None:
    import casewf.testing as testing
    from casewf.testing.clock import TestClock

    assert testing.TestClock is TestClock
    assert set(testing.__all__) <= set(dir(testing))
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        testing.Nothing  # noqa: B018


def test_fixtures_give_a_clock_and_a_host(pytester: pytest.Pytester) -> None:
    write(
        pytester,
        "test_host.py",
        """
import pytest
from casewf.testing import assert_told, at, instant_of

PEOPLE = {"wu": "operator dispatcher @ city", "li": "handler @ city/yuzhong"}
FACTS = {"category": "help", "topic": "contract", "summary": "x", "district": "y"}

def test_it_begins_on_a_monday(casewf_clock):
    assert casewf_clock.now() == instant_of(at("2026-03-02 09:00"))

class TestLater:
    @pytest.fixture
    def casewf_start(self):
        return at("2026-04-01 10:00")

    def test_host(self, casewf_host, casewf_clock):
        host = casewf_host("hotline-12351", people=PEOPLE)
        assert host.clock is casewf_clock
        host.engine.open("hotline-12351", actor=host.actor("wu"), case_id="C-1", data=FACTS)
        host.engine.fire("C-1", "register", actor=host.actor("wu"), data=FACTS)
        host.engine.fire("C-1", "dispatch", actor=host.actor("wu"), data={"lead_org": "yuzhong"})
        casewf_clock.travel(at("2026-04-02 18:30"))
        assert_told(host.notifier, "li", about="sign/due")

def test_a_failure_shows_what_there_was_and_nothing_of_casewf(casewf_host):
    host = casewf_host("hotline-12351", people=PEOPLE)
    assert_told(host.notifier, "li")
""",
    )
    result = run(pytester)
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(
        ["E*expected: li is told", "E*found: never", "E*everybody who was told: none"]
    )
    result.stdout.no_fnmatch_line("*sentences.py*")


REFUSED = """
def test_fire(casewf_host):
    host = casewf_host("parcel.yaml", people={"post": "clerk @ city"})
    host.engine.open("parcel", actor=host.actor("post"), data={"wieght": 1})

def test_actor(casewf_host):
    casewf_host("parcels.yaml", people={})
"""


def test_a_refusal_is_shown_at_the_line_of_the_test(stories: pytest.Pytester) -> None:
    write(stories, "test_refused.py", REFUSED)
    result = run(stories, "test_refused.py")
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(
        ["test_refused.py:*: Refused", "*working directory, *Path(__file__).parent / 'parcels.yaml'"]
    )
    result.stdout.no_fnmatch_line("*unit_of_work.py*")
    run(stories, "--full-trace", "test_refused.py").stdout.fnmatch_lines(["*unit_of_work.py:*"])
