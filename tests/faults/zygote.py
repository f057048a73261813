"""Processes to be killed: one interpreter that has imported everything, and forks a child for each task.

The test process has threads, so it must not fork itself; and a new interpreter for each kill would take too long.
"""

from __future__ import annotations

import importlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from types import TracebackType

_PATIENCE = 30.0
_MODULES = ("faults.crash_children",)


class Child:
    """A forked process and the lines that it has said."""

    def __init__(self, zygote: Zygote, pid: int, pipe: int) -> None:
        self.pid = pid
        self._zygote = zygote
        self._pipe = pipe
        self._rest = b""

    def lines(self) -> Iterator[str]:
        """What it says, until it has ended.

        Raises:
            TimeoutError: it neither says anything nor ends.
        """
        while True:
            while b"\n" in self._rest:
                line, _, self._rest = self._rest.partition(b"\n")
                yield line.decode()
            if not select.select([self._pipe], [], [], _PATIENCE)[0]:
                self.send(signal.SIGKILL)
                raise TimeoutError(f"child {self.pid} says nothing")
            more = os.read(self._pipe, 65536)
            if not more:
                return
            self._rest += more

    def send(self, number: signal.Signals) -> None:
        """Send it a signal."""
        os.kill(self.pid, number)

    def wait(self) -> int:
        """How it ended: its exit code, or minus the signal that killed it."""
        os.close(self._pipe)
        return self._zygote.ask({"wait": self.pid})


class Zygote:
    """The parent of all children; use it with ``with``."""

    def __init__(self) -> None:
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, sys.path))}
        command = [sys.executable, "-m", "faults.zygote", str(theirs.fileno())]
        self._process = subprocess.Popen(command, pass_fds=(theirs.fileno(),), env=environment)
        theirs.close()

    def __enter__(self) -> Zygote:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()
        self._process.wait(_PATIENCE)

    def start(self, function: str, *args: object) -> Child:
        """Fork a child that runs ``function`` of ``crash_children`` with a way to say things, and the arguments."""
        reading, writing = os.pipe()
        pid = self.ask({"run": function, "args": args}, writing)
        os.close(writing)
        return Child(self, pid, reading)

    def ask(self, what: dict[str, object], *fds: int) -> int:
        socket.send_fds(self._socket, [json.dumps(what).encode()], list(fds))
        if not select.select([self._socket], [], [], _PATIENCE)[0]:
            raise TimeoutError(f"no answer to {what}")
        return int(self._socket.recv(64))


def _serve(requests: socket.socket) -> None:
    modules = [importlib.import_module(name) for name in _MODULES]
    while True:
        text, fds, _, _ = socket.recv_fds(requests, 65536, 1)
        if not text:
            return
        asked = json.loads(text)
        if "wait" in asked:
            answer = os.waitstatus_to_exitcode(os.waitpid(asked["wait"], 0)[1])
        else:
            answer = os.fork()
            if answer == 0:
                requests.close()
                _run(getattr(modules[0], asked["run"]), fds[0], asked["args"])
            os.close(fds[0])
        requests.send(str(answer).encode())


def _run(function: object, fd: int, args: list[object]) -> None:
    """In the child: run, say how it failed, and leave without cleaning up after the parent."""
    code = 1
    try:
        function(lambda line: os.write(fd, f"{line}\n".encode()), *args)  # type: ignore[operator]
        code = 0
    except BaseException as failure:  # noqa: BLE001  # the parent is to hear of it
        os.write(fd, f"failed {type(failure).__name__}: {failure}\n".encode())
    finally:
        os._exit(code)


if __name__ == "__main__":
    _serve(socket.socket(fileno=int(sys.argv[1])))
