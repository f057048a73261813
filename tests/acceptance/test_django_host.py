"""``examples/django_host.py``: what its first lines say, and that row and case come true together (D1, D2, M6)."""

from __future__ import annotations

import importlib.util
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from casewf import Actor, AdapterError, NotFound, Refused, SqliteStore

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "django_host.py"
FACTS = {"category": "help", "topic": "contract", "summary": "合同", "district": "渝中区"}
WU = Actor("wu", frozenset({"operator", "dispatcher"}), "city")
LI = Actor("li", frozenset({"handler"}), "yuzhong")


def environment(**more: str) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(Path(sys.modules["casewf"].__path__[0]).parent), **more}


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    """The example as a module on a file of its own; Django can be set up once in a process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOST_DB", str(tmp_path_factory.mktemp("django") / "host.db"))
        spec = importlib.util.spec_from_file_location("django_host", EXAMPLE)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        module.migrate()
        yield module
        module.connection.close()
        module.outside()._means.store.close()


def test_it_is_under_120_lines() -> None:
    assert len(EXAMPLE.read_text(encoding="utf-8").splitlines()) < 120


def test_it_runs_as_its_first_lines_say(tmp_path: Path) -> None:
    command = re.search(r"python (examples/\S+)", EXAMPLE.read_text(encoding="utf-8"))
    assert command is not None
    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-W", "error", str(EXAMPLE.parents[1] / command[1])],
        cwd=tmp_path,
        env=environment(TMPDIR=str(tmp_path)),
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=60,
    )
    assert (done.stderr, done.stdout.splitlines()) == (
        "",
        [
            "  after the commit: tell handler",
            "  after the commit: push ['category', 'district', 'people', 'priority', 'topic']",
            "taken: dispatched",
            "工单 2026-0001 不能执行 签收（sign）：该操作需要角色：工单办理员（handler） | signed by ''",
            "the host's own code failed | row dispatched | case dispatched",
            "signed: coordinated | row coordinated",
        ],
    )


def test_m6_a_row_that_cannot_be_written_takes_the_new_case_with_it(
    host: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    host.Complaint.objects.create(number="C-1", summary="the number is taken", state="?")
    with pytest.raises(host.django.db.IntegrityError):
        host.take_call("C-1", FACTS, "yuzhong", WU)
    with pytest.raises(NotFound):
        host.outside().case("C-1", actor=WU)
    assert host.outside().deliver().delivered == 0
    assert capsys.readouterr().out == ""
    host.Complaint.objects.all().delete()
    host.take_call("C-1", FACTS, "yuzhong", WU)  # the transaction left nothing behind, no key and no number
    assert host.outside().case("C-1", actor=WU).states["union"] == "dispatched"


def test_m3_a_refused_command_takes_the_row_with_it_or_not_as_the_host_decides(host: ModuleType) -> None:
    host.take_call("C-2", FACTS, "yuzhong", WU)
    with pytest.raises(Refused):
        host.sign("C-2", WU)
    assert host.Complaint.objects.get(number="C-2").signed_by == ""
    with host.transaction.atomic():
        host.Complaint.objects.filter(number="C-2").update(summary="he called again")
        with pytest.raises(Refused):
            host.cases.fire("C-2", "sign", actor=WU)
    assert host.Complaint.objects.get(number="C-2").summary == "he called again"


def test_d2_effects_leave_after_the_commit_only(host: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    with host.transaction.atomic():
        host.take_call("C-3", FACTS, "yuzhong", WU)
        assert host.outside().deliver().delivered == 0
        assert capsys.readouterr().out == ""
    assert capsys.readouterr().out.count("after the commit") == 2
    assert host.outside().case("C-3", actor=WU).states["government"] == "pushed"


def test_outside_atomic_the_inner_engine_says_what_to_open(host: ModuleType) -> None:
    with pytest.raises(AdapterError, match=r"transaction\.atomic"):
        host.cases.fire("C-3", "sign", actor=LI)


@pytest.mark.parametrize("commits", [False, True])
def test_d1_killed_before_the_commit_neither_is_there_after_it_both(tmp_path: Path, commits: bool) -> None:
    """The process kills itself inside the transaction, after both have been written, or right after the commit."""
    script = (
        "import os, runpy, signal, sys\n"
        "host = runpy.run_path(sys.argv[1])\n"
        "from casewf import Actor\n"
        "host['migrate']()\n"
        "die = lambda: os.kill(os.getpid(), signal.SIGKILL)\n"
        "wu = Actor('wu', frozenset({'operator', 'dispatcher'}), 'city')\n"
        f"with host['transaction'].atomic():\n"
        f"    host['take_call']('C-1', {FACTS!r}, 'yuzhong', wu)\n"
        f"    if {commits}: host['transaction'].on_commit(die)\n"
        f"    else: die()\n"
    )
    path = tmp_path / "host.db"
    done = subprocess.run(
        [sys.executable, "-c", script, str(EXAMPLE)],
        env=environment(HOST_DB=str(path)),
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    with SqliteStore(path) as store:
        read: Callable[[str], object] = lambda sql: store._connections.run(  # noqa: E731
            lambda own: own.execute(sql).fetchone()[0]
        )
        assert read("SELECT count(*) FROM host_complaint") == int(commits)
        assert (store.load("C-1") is not None) is commits
        assert (read("SELECT count(*) FROM events") != 0) is commits
        assert (read("SELECT count(*) FROM outbox") != 0) is commits
