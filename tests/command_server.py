"""Processes without their start-up: a server that has loaded everything once, and forks itself for each command.

What it forks is a real process, with arguments, environment, folder, standard streams and exit code of its own. Only
the importing is left out, which takes longer than most commands. Tests of the start-up, of signals and of the entry
point start the real program.
"""

from __future__ import annotations

import atexit
import gc
import marshal
import os
import selectors
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

_HERE = Path(__file__)
_KILLED = 128
"""Shells add it to the number of the signal that ended a process."""

# It has to start at once: it imports little, and knows nothing of `site`.
_CLIENT = """\
import marshal, os, socket, sys
with socket.socket(socket.AF_UNIX) as server:
    server.connect({address!r})
    said = marshal.dumps((sys.argv[1:], dict(os.environ)))
    socket.send_fds(server, [len(said).to_bytes(8, "big")], [0, 1, 2, os.open(".", os.O_RDONLY)])
    server.sendall(said)
    code = server.recv(1)
sys.exit(code[0] if code else "the command server is gone")
"""


def program() -> Path:
    """A program that does what `amplify` does, with the same words."""
    return _programs() / "amplify"


def python() -> Path:
    """A program that does what `python -c` does, and has loaded all of amplify before."""
    return _programs() / "python"


@cache
def _programs() -> Path:
    """The folder of both. Their server lives as long as this process."""
    home = Path(tempfile.mkdtemp(prefix="amplify-commands-"))
    address = str(home / "socket")
    client = home / "client.py"
    client.write_text(_CLIENT.format(address=address))
    folder = home / "bin"
    folder.mkdir()
    for name in ("amplify", "python"):
        start = shlex.join([sys.executable, "-IS", str(client), name])
        (folder / name).write_text(f'#!/bin/sh\nexec {start} "$@"\n')
        (folder / name).chmod(0o755)
    server = subprocess.Popen(
        [sys.executable, str(_HERE), address],
        # This very tree, wherever the tests stand; and one thread, since what is forked has no other.
        env={**os.environ, "PYTHONPATH": str(_HERE.parents[1]), "OPENBLAS_NUM_THREADS": "1"},
        stdin=subprocess.PIPE,  # its end tells the server that we are gone
        stdout=subprocess.PIPE,
        start_new_session=True,  # Ctrl-C is for the tests
    )
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    atexit.register(server.communicate)
    assert server.stdout is not None
    assert server.stdout.readline() == b"ready\n", "the command server did not start; its own words stand above"
    return folder


@dataclass
class _Command:
    """One command: what to start, its words and environment, and handles of its standard streams and its folder."""

    program: str
    words: list[str]
    environment: dict[str, str]
    handles: list[int]


def _serve(address: str) -> _Command:
    """Serve until standard input ends. It comes back in the forked processes alone, each with what it has to run."""
    running: dict[int, socket.socket] = {}
    woken, wake = socket.socketpair()
    wake.setblocking(False)
    signal.set_wakeup_fd(wake.fileno())
    signal.signal(signal.SIGCHLD, lambda *_: None)
    with socket.socket(socket.AF_UNIX) as listener, selectors.DefaultSelector() as selector, woken, wake:
        listener.bind(address)
        listener.listen(64)
        for one in (listener, woken, sys.stdin):
            selector.register(one, selectors.EVENT_READ)
        print("ready", flush=True)
        while True:
            for key, _ in selector.select():
                if key.fileobj is sys.stdin:
                    for pid in running:
                        os.kill(pid, signal.SIGKILL)
                    sys.exit()
                elif key.fileobj is listener:
                    asker, _ = listener.accept()
                    command = _read(asker)
                    pid = os.fork()
                    if not pid:
                        for each in (asker, *running.values()):
                            each.close()
                        return command
                    for handle in command.handles:
                        os.close(handle)
                    running[pid] = asker
                    selector.register(asker, selectors.EVENT_READ, pid)
                elif key.fileobj is woken:
                    woken.recv(4096)
                    for pid, code in _ended(running):
                        asker = running.pop(pid)
                        selector.unregister(asker)
                        with suppress(OSError), asker:
                            asker.send(bytes([code]))
                elif key.data in running:  # whoever asked was killed: so is what it started
                    os.kill(key.data, signal.SIGKILL)


def _read(asker: socket.socket) -> _Command:
    length, handles, _, _ = socket.recv_fds(asker, 8, 4)
    with asker.makefile("rb") as said:
        (program, *words), environment = marshal.loads(said.read(int.from_bytes(length, "big")))
    return _Command(program, words, environment, handles)


def _ended(running: dict[int, socket.socket]) -> list[tuple[int, int]]:
    """Process and exit code of each that has ended."""
    found = []
    for pid in running:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            code = os.waitstatus_to_exitcode(status)
            found.append((pid, code if code >= 0 else _KILLED - code))
    return found


def _become(command: _Command) -> None:
    """Be a process that was just started."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    *streams, folder = command.handles
    os.fchdir(folder)
    for number, handle in enumerate(streams):
        os.dup2(handle, number)
    for handle in command.handles:
        os.close(handle)
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        old = getattr(sys, name)
        line_by_line = name == "stderr" or os.isatty(number)
        new = open(number, "w" if number else "r", encoding=old.encoding, errors=old.errors, closefd=False)  # noqa: SIM115
        new.reconfigure(line_buffering=line_by_line)
        setattr(sys, name, new)
        setattr(sys, f"__{name}__", new)
    os.environ.clear()
    os.environ.update(command.environment)
    time.tzset()
    sys.argv = [str(Path(sys.executable).with_name(command.program)), *command.words]


def _run(command: _Command) -> None:
    if command.program == "amplify":
        from amplify.cli.entry import main

        main()
    else:
        _, code = command.words
        exec(compile(code, "<string>", "exec"), {"__name__": "__main__"})


def _end(code: Any) -> NoReturn:
    """As processes end, but for taking apart what is loaded, which takes longer than most commands."""
    threading._shutdown()  # type: ignore[attr-defined]  # multiprocessing ends its forks in this way, too
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else 0)


if __name__ == "__main__":
    from loaded import MODULES

    for name in MODULES:
        import_module(name)
    sys.path.remove(str(_HERE.parent))
    gc.collect()
    gc.freeze()  # the pages of what is loaded stay shared
    command = _serve(sys.argv[1])
    _become(command)
    try:
        _run(command)
    except SystemExit as ended:
        _end(ended.code)
    _end(0)
