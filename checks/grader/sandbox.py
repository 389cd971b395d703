"""The server that learners' processes are forked from, seen from the grader: start, use, end."""

import base64
import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Literal, Protocol, Self

import checks
from checks.exercise import Exercise
from checks.grader.isolation import (
    COURSE_IN,
    SCRATCH_IN,
    WALLS,
    Walls,
    bubblewrap_command,
    hidden_places,
    system_call_filter,
    why_no_bubblewrap,
    why_no_filter,
)
from checks.grader.withheld import write_library

__all__ = ["Mode", "Pipes", "Sandbox", "SandboxError", "find_mode"]

Mode = Literal["bubblewrap as root", "bubblewrap", "fork", "fresh process"]
"""How learners' processes are made: forked inside bubblewrap, which root can set up with other
powers than anybody; forked without it; or started anew each time, where nothing can be forked."""

MODES: tuple[Mode, ...] = ("bubblewrap as root", "bubblewrap", "fork", "fresh process")
START_SECONDS = 120
END_SECONDS = 20
FILE_BYTES = 64 * 2**20


class SandboxError(Exception):
    """Learners' processes cannot be made, with the reason."""


@dataclass(frozen=True)
class Pipes:
    """The grader's ends of the pipes to a learner's process. They block nobody, and a selector
    can wait for them."""

    to: IO[bytes]
    """Requests go in here."""
    back: IO[bytes]
    """Answers come out here."""
    printed: IO[bytes]
    """What the code prints comes out here."""


class Server(Protocol):
    """What learners' processes come from, one at a time."""

    setup_error: str

    def start(self, cpu_seconds: int) -> Pipes:
        """Start a process."""

    def end(self) -> int | None:
        """End it, with all that it started; gives how it ended, as os.waitpid does."""

    def close(self) -> None:
        """End everything."""


@dataclass
class Sandbox:
    """Makes the processes of one lesson's learners. Use it in a with statement."""

    exercises: Sequence[Exercise]
    """The lesson's: the library's versions of these are withheld."""
    setup: Sequence[str]
    """The sources of the lesson's setup cells."""
    memory_mb: int
    """Address space of a process."""
    mode: Mode
    plots: bool = True
    """Whether the lesson draws anything."""
    _server: Server | None = field(default=None, repr=False)
    _course: tempfile.TemporaryDirectory | None = field(default=None, repr=False)

    def __enter__(self) -> Self:
        """Write what the processes may see, and start the server; a SandboxError says why not."""
        self._course = tempfile.TemporaryDirectory(prefix="course-", ignore_cleanup_errors=True)
        try:
            write_course(Path(self._course.name), self)
            self._server = self._start_server()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End everything."""
        self.close()

    def close(self) -> None:
        """End everything."""
        if self._server is not None:
            self._server.close()
            self._server = None
        if self._course is not None:
            self._course.cleanup()
            self._course = None

    @property
    def setup_error(self) -> str:
        """What the lesson's own setup raised, empty where all is well."""
        return self._server.setup_error if self._server else ""

    def start(self, cpu_seconds: int) -> Pipes:
        """Start a learner's process, in a server that is as new wherever it has to be."""
        if self._server is None:
            self._server = self._start_server()
        try:
            return self._server.start(cpu_seconds)
        except OSError:
            self._server.close()
            self._server = self._start_server()
            return self._server.start(cpu_seconds)

    def end(self) -> int | None:
        """End the process; gives how it ended, as os.waitpid does, None where nobody knows."""
        if self._server is None:
            return None
        try:
            status, clean = self._server.end(), True
        except OSError:
            status, clean = None, False
        if not clean or getattr(self._server, "dirty", False):
            self._server.close()  # the next process gets a new server, and a new file system
            self._server = None
        return status

    def facts(self) -> dict[str, Any]:
        """What the server sees from inside."""
        found: dict[str, Any] = getattr(self._server, "facts", {})
        return found

    def _start_server(self) -> Server:
        assert self._course is not None
        course = Path(self._course.name)
        if self.mode == "fresh process":
            return FreshProcesses(course)
        return ForkServer(course, self.mode)


class ForkServer:
    """A server process that forks, inside bubblewrap or not."""

    def __init__(self, course: Path, mode: Mode) -> None:
        """Start it and wait until it is ready."""
        self.dirty = False
        self._count = 0
        self._scratch: tempfile.TemporaryDirectory | None = None
        ours, theirs = socket.socketpair()
        self._control = ours
        if mode == "fork":
            self._scratch = tempfile.TemporaryDirectory(
                prefix="scratch-", ignore_cleanup_errors=True
            )
            inside, scratch, wrapper = str(course), self._scratch.name, []
        else:
            inside, scratch = COURSE_IN, SCRATCH_IN
            wrapper = bubblewrap_command(course, as_root=mode == "bubblewrap as root")
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed in close()
        try:
            with theirs:
                self._process = subprocess.Popen(
                    [*wrapper, *python(inside)],
                    stdin=theirs.fileno(),
                    stdout=subprocess.DEVNULL,
                    stderr=self._errors,
                    cwd=scratch if mode == "fork" else "/",
                    env=environment(scratch),
                    start_new_session=True,
                )
        except OSError as error:
            self._control.close()
            self._errors.close()
            raise SandboxError(f"{mode}: {error}") from None
        self._control.settimeout(START_SECONDS)
        try:
            hello = self._receive()
        except OSError:
            self._process.kill()
            self._process.wait()
            self._errors.seek(0)
            lines = self._errors.read().decode(errors="replace").strip().splitlines()
            self.close()
            raise SandboxError(f"{mode}: {lines[-1] if lines else 'it did not start'}") from None
        self.setup_error: str = hello["setup_error"]
        self.facts: dict[str, Any] = hello["facts"]

    def start(self, cpu_seconds: int) -> Pipes:
        """Fork a learner's process."""
        self._count += 1
        request = {"do": "start", "folder": str(self._count), "limits": {"CPU": cpu_seconds}}
        request_in, request_out = os.pipe()
        answer_in, answer_out = os.pipe()
        printed_in, printed_out = os.pipe()
        theirs = [request_in, answer_out, printed_out]
        try:
            self._control.settimeout(END_SECONDS)
            socket.send_fds(self._control, [json.dumps(request).encode()], theirs)
            self._receive()
        except OSError:
            for fd in (request_out, answer_in, printed_in):
                os.close(fd)
            raise
        finally:
            for fd in theirs:
                os.close(fd)
        for fd in (request_out, answer_in, printed_in):
            os.set_blocking(fd, False)
        return Pipes(
            open(request_out, "wb", buffering=0),
            open(answer_in, "rb", buffering=0),
            open(printed_in, "rb", buffering=0),
        )

    def end(self) -> int | None:
        """End it, with all that it started."""
        self._control.sendall(json.dumps({"do": "end"}).encode())
        answer = self._receive()
        self.dirty = not answer["clean"]
        status: int | None = answer["status"]
        return status

    def close(self) -> None:
        """End everything."""
        self._control.close()
        self._process.kill()  # bubblewrap's children die with it
        self._process.wait()
        self._errors.close()
        if self._scratch is not None:
            self._scratch.cleanup()

    def _receive(self) -> dict[str, Any]:
        data = self._control.recv(2**16)
        if not data:
            raise ConnectionError("The server of learners' processes has ended.")
        message: dict[str, Any] = json.loads(data)
        return message


class FreshProcesses:
    """For systems without fork: a new Python for each learner."""

    def __init__(self, course: Path) -> None:
        self.setup_error = ""
        self._course = course
        self._process: subprocess.Popen[bytes] | None = None
        self._scratch: tempfile.TemporaryDirectory | None = None

    def start(self, cpu_seconds: int) -> Pipes:
        """Start a process; cpu_seconds is not kept here."""
        self._scratch = tempfile.TemporaryDirectory(prefix="scratch-", ignore_cleanup_errors=True)
        self._process = subprocess.Popen(
            [*python(str(self._course)), "--once"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            cwd=self._scratch.name,
            env=environment(self._scratch.name),
            start_new_session=True,
        )
        assert self._process.stdin and self._process.stdout and self._process.stderr
        return Pipes(
            pumped(self._process.stdin, to=True),
            pumped(self._process.stdout, to=False),
            pumped(self._process.stderr, to=False),
        )

    def end(self) -> int | None:
        """End it, and what is left of its group."""
        if self._process is None or self._scratch is None:
            return None
        if sys.platform != "win32":
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, 9)
        self._process.kill()
        code = self._process.wait()
        self._scratch.cleanup()
        self._process = self._scratch = None
        return -code if code < 0 else code << 8

    def close(self) -> None:
        """End everything."""
        self.end()


def pumped(pipe: IO[bytes], to: bool) -> IO[bytes]:
    """A socket in place of a pipe, since not every system can wait for pipes.

    A thread moves what comes from one to the other, until either ends.
    """
    ours, theirs = socket.socketpair()
    end = theirs.makefile("rb" if to else "wb", buffering=0)

    def pump() -> None:
        source, target = (end, pipe) if to else (pipe, end)
        with contextlib.suppress(OSError, ValueError), pipe, end, theirs:
            while data := source.read(2**16):
                view = memoryview(data)
                while view:
                    view = view[target.write(view) or 0 :]

    threading.Thread(target=pump, daemon=True).start()
    ours.setblocking(False)
    with ours:  # the file keeps it open
        file: Any = ours.makefile("wb" if to else "rb", buffering=0)
    return file


def python(course: str) -> list[str]:
    """The command that runs the server's script."""
    script, config = os.path.join(course, "server.py"), os.path.join(course, "config.json")
    return [sys.executable, "-s", "-P", "-B", script, config]


def environment(folder: str) -> dict[str, str]:
    """All that a learner's process learns of ours: no keys, no tokens, no home folder."""
    kept = ("PATH", "SYSTEMROOT", "LANG", "LC_ALL")
    return {name: os.environ[name] for name in kept if name in os.environ} | {
        "HOME": folder,
        "TMPDIR": folder,
        "TEMP": folder,
        "MPLCONFIGDIR": os.path.join(folder, ".matplotlib"),
        "MPLBACKEND": "Agg",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "PYTHONHASHSEED": "0",  # sets come in the same order in every run
        "PYTHONUTF8": "1",
    }


def write_course(folder: Path, sandbox: Sandbox) -> None:
    """Write all that learners' processes may see of the course and of the grader."""
    folder.chmod(0o755)
    here = Path(__file__).parent
    for name in ("server.py", "learner.py", "protocol.py"):
        shutil.copyfile(here / name, folder / name)
    write_library(folder / "library", sandbox.exercises)
    if sandbox.plots:
        lend_font_list(folder / "matplotlib")
    walled = sandbox.mode in ("bubblewrap as root", "bubblewrap")
    limits = {
        "AS": sandbox.memory_mb * 2**20,
        "FSIZE": FILE_BYTES,
        "CORE": 0,
        "NOFILE": 256,
        "MEMLOCK": 2**16,
        "MSGQUEUE": 0,
    }
    if walled:  # elsewhere all processes of this user would count
        limits["NPROC"] = 128
    root = Path(checks.__file__).resolve().parent.parent
    config = {
        "setup": list(sandbox.setup),
        "plots": sandbox.plots and sandbox.mode != "fresh process",  # it saves time by forking
        "limits": limits,
        # each worker's learners have a user of their own, so that their processes are counted apart
        "uid": 61_000 + os.getpid() % 4_000 if sandbox.mode == "bubblewrap as root" else None,
        "seccomp": base64.b64encode(system_call_filter()).decode(),
        "answers": [str(place) for place in hidden_places()],
        "not_imported_from": [] if root.name.endswith("-packages") else [str(root)],
    }
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")


def lend_font_list(folder: Path) -> None:
    """Copy Matplotlib's list of fonts, if it has been made: making it anew takes seconds."""
    folder.mkdir()
    with contextlib.suppress(ImportError, OSError):
        import matplotlib

        for path in Path(matplotlib.get_cachedir()).glob("fontlist-*.json"):
            shutil.copyfile(path, folder / path.name)


def find_mode(
    exercises: Sequence[Exercise], setup: Sequence[str], memory_mb: int, least: Mode | None = None
) -> tuple[Mode, Walls]:
    """The best way of making learners' processes here, and the walls that it has.

    Each way is tried, and what counts is what can be seen from inside. least: begin with this one.
    """
    reason = why_no_bubblewrap()
    for mode in MODES[MODES.index(least) if least else 0 :]:
        if mode.startswith("bubblewrap") and why_no_bubblewrap():
            continue
        if mode == "bubblewrap as root" and os.geteuid() != 0:
            continue
        if mode == "fork" and not (hasattr(os, "fork") and hasattr(socket, "send_fds")):
            continue
        try:
            with Sandbox(exercises, setup, memory_mb, mode, plots=False) as sandbox:
                return mode, walls_of(mode, sandbox.facts(), reason)
        except SandboxError as error:
            reason = str(error)
    raise SandboxError(f"No process can be made for learners here. {reason}")


def walls_of(mode: Mode, facts: dict[str, Any], reason: str) -> Walls:
    """Which walls are up, by what the server saw from inside."""
    up, missing = [], []
    alone = facts.get("pid") == 1
    seen = {
        "files": alone and not facts.get("seen"),
        "network": facts.get("interfaces") == ["lo"] or bool(facts.get("filtered")),
        "processes": alone,
        "system calls": bool(facts.get("filtered")),
        "limits": bool(facts.get("limited")),
    }
    other = {
        "system calls": why_no_filter() or reason,
        "limits": "this system has no such limits",
    }
    for name in WALLS:
        if seen[name]:
            up.append(name)
        else:
            why = other.get(name) or reason or f"{mode} does not give it"
            missing.append((name, why))
    return Walls(tuple(up), tuple(missing))
