"""The judge's side of a learner's process: start it, ask it, limit it, and end it.

A function in that process looks like any other to the judge: LearnerFunction is called with
arrays and returns arrays. Whatever ends the process comes as an AttemptLost.
"""

import contextlib
import os
import queue
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Literal, Self

import numpy as np

from checks.exercise import AttemptError
from checks.grader.protocol import (
    Frame,
    ProtocolError,
    Unsupported,
    encode,
    read_frame,
)

__all__ = [
    "AttemptLost",
    "CellOutcome",
    "LearnerFunction",
    "LearnerProcess",
    "Limits",
    "LossVerdict",
]

LossVerdict = Literal["time limit", "memory limit", "output limit", "crashed"]

REFERENCE_BYTES = 2**16
"""Most that a learner's process may hand to a reference: the judge computes with it."""

ANSWERS = ("done", "raised", "returned", "did not parse", "not implemented", "out of memory")


class AttemptLost(BaseException):
    """The attempt ran into a limit or took its process down.

    Not an Exception, so that it passes through the judge: there is nothing left to judge.
    """

    def __init__(self, verdict: LossVerdict, reason: str) -> None:
        """Take a verdict for the gradebook and a reason in one sentence."""
        super().__init__(reason)
        self.verdict: LossVerdict = verdict
        self.reason = reason


@dataclass(frozen=True)
class Limits:
    """What a learner's code may use."""

    seconds: float = 10.0
    """For one cell or one call."""
    memory_mb: int = 2048
    """Address space of the process."""
    output_mb: float = 1.0
    """What one cell or call may print."""
    total_seconds: float = 120.0
    """For one submission, all its processes together."""


@dataclass(frozen=True)
class CellOutcome:
    """How a cell ended."""

    kind: Literal["done", "raised", "did not parse"]
    text: str = ""
    """The error, where there was one."""


class LearnerProcess:
    """A process that runs one learner's cells. Use it in a with statement."""

    def __init__(
        self,
        library: Path,
        withheld: tuple[tuple[str, str], ...],
        limits: Limits,
        deadline: float,
    ) -> None:
        """Start the process.

        library: the folder of backprop_lib; withheld: (module, function) pairs that it shall not
        have; limits: as they say; deadline: the time.monotonic() at which all must be over.
        """
        self._limits = limits
        self._deadline = deadline
        self._lost: AttemptLost | None = None
        self._printed = 0
        self._closing = threading.Event()
        self._events: queue.Queue[Frame | AttemptLost | None] = queue.Queue(maxsize=8)
        self._outbox: queue.Queue[bytes | None] = queue.Queue()
        self._folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        lend_font_list(Path(self._folder.name, ".matplotlib"))
        self._process = subprocess.Popen(
            [sys.executable, "-s", "-P", "-B", str(Path(__file__).with_name("learner.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            cwd=self._folder.name,
            env=environment(self._folder.name),
            start_new_session=True,
        )
        self._threads = [
            threading.Thread(target=target, daemon=True)
            for target in (self._read_frames, self._count_output, self._write_frames)
        ]
        for thread in self._threads:
            thread.start()
        self._start = {
            "memory_mb": limits.memory_mb,
            "cpu_seconds": int(max(1, deadline - time.monotonic())) + 1,
            "library": str(library),
            "withheld": withheld,
            "stubs": ["checks", "checks.notebook", "checks.gradients", "checks.judge"],
        }

    def __enter__(self) -> Self:
        """Get the process ready to run cells."""
        try:
            frame = self._request("start", self._start)
            if frame.kind != "done":
                raise RuntimeError(f"A learner's process could not be set up: {frame.body}")
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
        """End the process."""
        self.close()

    @property
    def alive(self) -> bool:
        """Whether it can still be asked."""
        return self._lost is None

    def run_cell(self, source: str, name: str) -> CellOutcome:
        """Run a cell under a name such as "<cell 3>"; AttemptLost where it ends the process."""
        frame = self._request("cell", {"source": source, "name": name})
        match frame.kind:
            case "done":
                return CellOutcome("done")
            case "did not parse":
                return CellOutcome("did not parse", self._plain(frame.body))
            case _:
                return CellOutcome("raised", self._plain(frame.body))

    def defined(self, names: list[str]) -> frozenset[str]:
        """Which of these names the cells have defined."""
        frame = self._request("defined", names)
        found = frame.body if isinstance(frame.body, list) else []
        return frozenset(name for name in names if name in found)

    def call(
        self, name: str, args: tuple[Any, ...], references: Mapping[str, Callable[..., Any]]
    ) -> Any:
        """Call a function there and give back what it returned.

        What it did to its arguments is done to args as well. NotImplementedError and AttemptError
        are the learner's errors; AttemptLost is the end of the process.
        """

        def answer(body: Any) -> dict[str, Any]:
            return ask_reference(references, body)

        body = {"name": name, "args": list(args), "references": list(references)}
        frame = self._request("call", body, answer)
        if frame.kind == "not implemented":
            raise NotImplementedError
        if frame.kind == "out of memory":
            raise AttemptLost(
                "memory limit",
                f"{name} asked for more memory than the {self._limits.memory_mb:,} MB allowed.",
            )
        if frame.kind == "raised":
            raise AttemptError(self._plain(frame.body))
        reply = frame.body
        if frame.kind != "returned" or not isinstance(reply, dict) or {*reply} != {"value", "args"}:
            raise self._lose("crashed", "The answer of the learner's process makes no sense.")
        if (foreign := find_unsupported(reply["value"])) is not None:
            raise AttemptError(
                f"TypeError: {name} returned a value of type {foreign}; return arrays and plain "
                "numbers, or tuples, lists and dictionaries of these."
            )
        if isinstance(reply["args"], list) and len(reply["args"]) == len(args):
            copy_back(args, tuple(reply["args"]))
        return reply["value"]

    def close(self) -> None:
        """Kill the process and everything in its group, and wait for their end."""
        if self._lost is None:
            self._lost = AttemptLost("crashed", "The process has been closed.")
        self._closing.set()
        self._kill()
        self._process.wait()
        self._outbox.put(None)
        for thread in self._threads:
            thread.join(timeout=2)
        pipes = (self._process.stdout, self._process.stderr, self._process.stdin)
        for thread, pipe in zip(self._threads, pipes, strict=True):
            # a process that left the group may still hold a pipe: closing it would block
            if pipe is not None and not thread.is_alive():
                pipe.close()
        self._folder.cleanup()

    def _request(
        self, kind: str, body: Any, answer: Callable[[Any], dict[str, Any]] | None = None
    ) -> Frame:
        """Send a request and wait for its answer, serving references meanwhile."""
        if self._lost is not None:
            raise self._lost
        nonce = secrets.token_hex(8)
        self._printed = 0
        until = min(time.monotonic() + self._limits.seconds, self._deadline)
        self._outbox.put(encode(Frame(kind, nonce, body)))
        while True:
            frame = self._receive(until)
            if frame.nonce != nonce:
                raise self._lose("crashed", "The code wrote into the grader's pipe.")
            if frame.kind == "reference" and answer is not None:
                self._outbox.put(encode(Frame("answer", nonce, answer(frame.body))))
            elif frame.kind in ANSWERS:
                return frame
            else:
                raise self._lose("crashed", "The code wrote into the grader's pipe.")

    def _receive(self, until: float) -> Frame:
        """The next frame; AttemptLost where something else comes, or nothing in time."""
        try:
            event = self._events.get(timeout=max(0.0, until - time.monotonic()))
        except queue.Empty:
            if until >= self._deadline:
                reason = f"The notebook took longer than {self._limits.total_seconds:g} s in all."
            else:
                reason = f"It took longer than {self._limits.seconds:g} s."
            raise self._lose("time limit", reason) from None
        if event is None:
            raise self._lose(*self._cause_of_death())
        if isinstance(event, AttemptLost):
            raise self._lose(event.verdict, event.reason)
        return event

    def _cause_of_death(self) -> tuple[LossVerdict, str]:
        """Why the process hung up."""
        try:
            code = self._process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            return "crashed", "The code closed the grader's pipe."
        if code >= 0:
            return "crashed", f"The Python process ended itself (exit code {code})."
        try:
            name = signal.Signals(-code).name
        except ValueError:
            name = f"signal {-code}"
        if name == "SIGXCPU":
            return "time limit", "It used more processor time than is allowed."
        return "crashed", f"The Python process was ended by {name}."

    def _lose(self, verdict: LossVerdict, reason: str) -> AttemptLost:
        """Kill the process and say why; every later request says the same."""
        self._lost = AttemptLost(verdict, reason)
        self._kill()
        return self._lost

    def _kill(self) -> None:
        """Kill the process and its group."""
        if sys.platform == "win32":
            self._process.kill()
        else:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)

    def _plain(self, text: Any) -> str:
        """An error's text without what differs from run to run."""
        plain = str(text).replace(self._folder.name, "the working folder")
        return re.sub(r"\b0x[0-9a-fA-F]{6,}\b", "0x...", plain)

    def _report(self, event: Frame | AttemptLost | None) -> bool:
        """Hand an event over; False where nobody waits for it any more."""
        while not self._closing.is_set():
            with contextlib.suppress(queue.Full):
                self._events.put(event, timeout=0.05)
                return True
        return False

    def _read_frames(self) -> None:
        """Thread: hand over every frame, up to the first that is none."""
        stream = opened(self._process.stdout)
        while True:
            try:
                frame = read_frame(stream)
            except ProtocolError:
                self._report(AttemptLost("crashed", "The code wrote into the grader's pipe."))
                return
            if not self._report(frame) or frame is None:
                return

    def _count_output(self) -> None:
        """Thread: drop what is printed, and report when it is too much."""
        stream = opened(self._process.stderr)
        bound = int(self._limits.output_mb * 2**20)
        while chunk := stream.read(2**16):
            self._printed += len(chunk)
            if self._printed > bound:
                reason = f"It printed more than {self._limits.output_mb:g} MB."
                self._report(AttemptLost("output limit", reason))
                return

    def _write_frames(self) -> None:
        """Thread: send what is in the outbox, so that a process that won't read blocks nobody."""
        stream = opened(self._process.stdin)
        while (data := self._outbox.get()) is not None:
            view = memoryview(data)
            while view:
                try:
                    view = view[stream.write(view) or 0 :]
                except OSError:  # the process has ended; the reading thread says so
                    return


class LearnerFunction:
    """A function that lives in a learner's process; call it like any other."""

    def __init__(self, process: LearnerProcess, name: str) -> None:
        """Take the process and the function's name there."""
        self._process = process
        self._references: Mapping[str, Callable[..., Any]] = {}
        self.__name__ = name

    def __call__(self, *args: Any) -> Any:
        """Call it there; what it does to its arguments is done to args as well."""
        return self._process.call(self.__name__, args, self._references)

    @contextlib.contextmanager
    def with_references(self, uses: Mapping[str, Callable[..., Any]]) -> Iterator[None]:
        """While inside, its calls to these names are answered by these functions, here."""
        before, self._references = self._references, uses
        try:
            yield
        finally:
            self._references = before


def ask_reference(references: Mapping[str, Callable[..., Any]], body: Any) -> dict[str, Any]:
    """A reference's answer to a call from a learner's process, or the error that it raised."""
    match body:
        case {"name": str(name), "args": tuple(args), "kwargs": dict(kwargs)} if name in references:
            pass
        case _:
            return {"kind": "RuntimeError", "error": "There is no such function here."}
    if (
        find_unsupported(args) is not None
        or array_bytes([*args, *kwargs.values()]) > REFERENCE_BYTES
    ):
        return {"kind": "ValueError", "error": f"{name} cannot be called with such arguments"}
    try:
        with np.errstate(all="ignore"):
            return {"value": references[name](*args, **kwargs)}
    except Exception as error:
        return {"kind": type(error).__name__, "error": f"{name}: {error}"}


def array_bytes(value: Any) -> int:
    """How much a nested value holds, in bytes of its arrays and numbers."""
    if isinstance(value, (tuple, list)):
        return sum(array_bytes(item) for item in value)
    if isinstance(value, dict):
        return sum(array_bytes(item) for item in value.values())
    return value.nbytes if isinstance(value, np.ndarray) else len(str(value))


def find_unsupported(value: Any) -> str | None:
    """The type of the first value in a nested value that the pipe could not carry, if any."""
    if isinstance(value, Unsupported):
        return value.type_name
    if isinstance(value, dict):
        value = [*value.keys(), *value.values()]
    if isinstance(value, (tuple, list)):
        return next((name for item in value if (name := find_unsupported(item))), None)
    return None


def copy_back(target: Any, value: Any) -> None:
    """Make a nested value equal to another of the same structure, in place where it can be."""
    if isinstance(target, np.ndarray):
        if (
            isinstance(value, np.ndarray)
            and (target.dtype, target.shape) == (value.dtype, value.shape)
            and target.tobytes() != value.tobytes()
        ):
            np.copyto(target, value)
    elif isinstance(target, dict) and isinstance(value, dict):
        if list(target) != list(value):
            target.clear()
            target.update(value)
        for key in target:
            copy_back(target[key], value[key])
    elif isinstance(target, (tuple, list)) and isinstance(value, (tuple, list)):
        if isinstance(target, list) and len(target) != len(value):
            target[:] = value
        for ours, theirs in zip(target, value, strict=False):
            copy_back(ours, theirs)


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


def lend_font_list(folder: Path) -> None:
    """Copy Matplotlib's list of fonts, if it has been made: making it anew takes seconds."""
    folder.mkdir()
    with contextlib.suppress(ImportError, OSError):
        import matplotlib

        for path in Path(matplotlib.get_cachedir()).glob("fontlist-*.json"):
            shutil.copyfile(path, folder / path.name)


def opened(pipe: IO[bytes] | None) -> IO[bytes]:
    """The pipe that was asked for when the process was started."""
    if pipe is None:
        raise RuntimeError("The process was started without its pipes.")
    return pipe
