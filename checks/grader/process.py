"""The judge's side of a learner's process: start it, ask it, limit it, and end it.

A function in that process looks like any other to the judge: LearnerFunction is called with
arrays and returns arrays. Whatever ends the process comes as an AttemptLost.
"""

import contextlib
import itertools
import os
import re
import secrets
import selectors
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Literal, Self

import numpy as np

from checks.exercise import AttemptError
from checks.grader.protocol import (
    Frame,
    ProtocolError,
    Unsupported,
    changed,
    copy_back,
    encode,
    leaves,
    states,
    take_frame,
)
from checks.grader.sandbox import Sandbox
from checks.grader.withheld import is_shipped

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

REFERENCE_LENGTH = 2**12
"""The same for the length of each axis of an array."""

REFERENCE_NUMBER = 2**20
"""The same for the size of a whole number: it may say how much is to be done."""

START_SECONDS = 60
"""For a process that is not forked, to load what the others have loaded already."""

MAX_ITEMS = 1000
"""How many items are taken at most from a reference that yields them one after another."""

MAX_TEXT = 2000
"""How much is kept of an error's text."""

REPLY = {"value", "args", "overwrites"}

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

    def __init__(self, sandbox: Sandbox, limits: Limits, deadline: float) -> None:
        """Start the process.

        sandbox: makes it; limits: as they say; deadline: the time.monotonic() at which all must
        be over.
        """
        self._sandbox = sandbox
        self._limits = limits
        self._deadline = deadline
        self._lost: AttemptLost | None = None
        self._ended = False
        self._status: int | None = None
        self._printed = 0
        self._incoming = bytearray()
        self._outgoing = bytearray()
        self.overwriting: set[str] = set()
        """The functions whose calls change what earlier calls returned."""
        self.forged = ""
        """What was wrong with what came back over the pipe, empty where nothing was."""
        self._pipes = sandbox.start(int(max(1, deadline - time.monotonic())) + 1)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._pipes.back, selectors.EVENT_READ, self._take_answer)
        self._selector.register(self._pipes.printed, selectors.EVENT_READ, self._take_output)
        if sandbox.mode == "fresh process":  # its start is not the learner's time
            try:
                self._request("loaded", [], seconds=START_SECONDS)
            except BaseException:
                self.close()
                raise

    def __enter__(self) -> Self:
        """Give the process itself."""
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
            case "out of memory":
                raise self._lose("memory limit", self._out_of_memory)
            case _:
                return CellOutcome("raised", self._plain(frame.body))

    def defined(self, names: list[str]) -> frozenset[str]:
        """Which of these names the cells have defined."""
        frame = self._request("defined", names)
        found = frame.body if isinstance(frame.body, list) else []
        return frozenset(name for name in names if name in found)

    def loaded(self, names: list[str]) -> tuple[str, ...]:
        """Which of these modules the process says it has imported."""
        frame = self._request("loaded", names)
        found = frame.body if isinstance(frame.body, list) else []
        return tuple(name for name in names if name in found)

    def call(
        self,
        name: str,
        args: tuple[Any, ...],
        references: Mapping[str, Callable[..., Any]],
        count: bool = False,
    ) -> Any:
        """Call a function there and give back what it returned.

        What it did to its arguments is done to args as well. NotImplementedError and AttemptError
        are the learner's errors; AttemptLost is the end of the process. With count, how many
        calls it made comes back before it, as far as the process can be believed.
        """

        def answer(body: Any) -> tuple[Any, ...]:
            return ask_reference(references, body)

        exercises = self._sandbox.exercises
        shipped = {n: f.__name__ for n, f in references.items() if is_shipped(f, exercises)}
        body = {
            "name": name,
            "args": list(args),
            "library": shipped,  # the process has these itself, and they are readable there
            "references": [n for n in references if n not in shipped],
            "count": count,
        }
        frame = self._request("call", body, answer)
        if frame.kind == "not implemented":
            raise NotImplementedError
        if frame.kind == "out of memory":
            raise AttemptLost("memory limit", self._out_of_memory)
        if frame.kind == "raised":
            raise AttemptError(self._plain(frame.body))
        reply = frame.body
        if frame.kind != "returned" or not isinstance(reply, dict) or {*reply} != REPLY:
            raise self._forgery("an answer that makes no sense")
        if (foreign := find_unsupported(reply["value"])) is not None:
            raise AttemptError(
                f"TypeError: {name} returned a value of type {foreign}; return arrays and plain "
                "numbers, or tuples, lists and dictionaries of these."
            )
        if isinstance(reply["args"], list) and len(reply["args"]) == len(args):
            for arg, now in zip(args, reply["args"], strict=True):
                if now is not None:  # it is as it was
                    copy_back(arg, now)
        if reply["overwrites"] is True:
            self.overwriting.add(name)
        return reply["value"]

    @property
    def _out_of_memory(self) -> str:
        return f"It asked for more memory than the {self._limits.memory_mb:,} MB allowed."

    def close(self) -> None:
        """Kill the process and everything that it started, and wait for their end."""
        if self._lost is None:
            self._lost = AttemptLost("crashed", "The process has been closed.")
        self._end()
        self._selector.close()
        for pipe in (self._pipes.to, self._pipes.back, self._pipes.printed):
            pipe.close()

    def _request(
        self,
        kind: str,
        body: Any,
        answer: Callable[[Any], tuple[Any, ...]] | None = None,
        seconds: float | None = None,
    ) -> Frame:
        """Send a request and wait for its answer, serving references meanwhile."""
        if self._lost is not None:
            raise self._lost
        nonce = secrets.token_hex(8)
        self._printed = 0
        until = min(time.monotonic() + (seconds or self._limits.seconds), self._deadline)
        self._send(Frame(kind, nonce, body))
        while True:
            frame = self._receive(until)
            if frame.nonce != nonce:
                raise self._forgery("a frame that nobody had asked for")
            if frame.kind == "reference" and self._outgoing:
                raise self._forgery("a question before the last answer was taken")
            if frame.kind == "reference" and answer is not None:
                self._send(Frame("answer", nonce, answer(frame.body)))
            elif frame.kind in ANSWERS:
                self._take_output()  # what was printed before it
                return frame
            else:
                raise self._forgery(f"a frame of the kind {frame.kind[:20]!r}")

    def _send(self, frame: Frame) -> None:
        """Begin to send a frame; what does not fit into the pipe goes while we wait."""
        self._outgoing += encode(frame)
        self._give()

    def _give(self) -> None:
        """Write what the pipe takes, of what is to be sent."""
        try:
            written = self._pipes.to.write(self._outgoing) or 0
        except OSError:  # the process has ended; its other pipe says so
            written = len(self._outgoing)
        del self._outgoing[:written]
        waiting = self._pipes.to in self._selector.get_map()
        if self._outgoing and not waiting:
            self._selector.register(self._pipes.to, selectors.EVENT_WRITE, self._give)
        elif waiting and not self._outgoing:
            self._selector.unregister(self._pipes.to)

    def _receive(self, until: float) -> Frame:
        """The next frame; AttemptLost where something else comes, or nothing in time."""
        while True:
            try:
                frame = take_frame(self._incoming)
            except ProtocolError:
                raise self._forgery("bytes that are no frame") from None
            if frame is not None:
                return frame
            left = until - time.monotonic()
            ready = self._selector.select(left) if left > 0 else []
            if not ready:
                if until >= self._deadline:
                    total = self._limits.total_seconds
                    reason = f"The notebook took longer than {total:g} s in all."
                else:
                    reason = f"It took longer than {self._limits.seconds:g} s."
                raise self._lose("time limit", reason)
            for key, _ in ready:
                key.data()

    def _take_answer(self) -> None:
        """Read what has come back."""
        try:
            data = self._pipes.back.read(2**16)
        except OSError:
            data = b""
        if data:
            self._incoming += data
        elif data is not None:
            self._take_output()
            raise self._lose(*self._cause_of_death())

    def _take_output(self) -> None:
        """Count what is printed, drop it, and stop where it is too much."""
        while True:
            try:
                data = self._pipes.printed.read(2**16)
            except OSError:
                data = b""
            if not data:
                if data is not None and self._pipes.printed in self._selector.get_map():
                    self._selector.unregister(self._pipes.printed)
                return
            self._printed += len(data)
            if self._printed > self._limits.output_mb * 2**20:
                reason = f"It printed more than {self._limits.output_mb:g} MB."
                raise self._lose("output limit", reason)

    def _cause_of_death(self) -> tuple[LossVerdict, str]:
        """Why the process hung up."""
        self._end()
        if self._status is None:
            return "crashed", "The code ended the Python process."
        code = os.waitstatus_to_exitcode(self._status)
        if code >= 0:
            return "crashed", f"The Python process ended itself (exit code {code})."
        try:
            name = signal.Signals(-code).name
        except ValueError:
            name = f"signal {-code}"
        if name == "SIGXCPU":
            return "time limit", "It used more processor time than is allowed."
        if name == "SIGKILL":
            return "crashed", "It hung up on the grader."
        return "crashed", f"The Python process was ended by {name}."

    def _lose(self, verdict: LossVerdict, reason: str) -> AttemptLost:
        """Kill the process and say why; every later request says the same."""
        self._lost = AttemptLost(verdict, reason)
        self._end()
        return self._lost

    def _forgery(self, what: str) -> AttemptLost:
        """Kill a process whose pipe brought what the grader's own code never sends."""
        self.forged = f"Over the grader's pipe came {what}."
        return self._lose("crashed", "The code wrote into the grader's pipe.")

    def _end(self) -> None:
        """Kill the process and everything that it started."""
        if not self._ended:
            self._ended = True
            self._status = self._sandbox.end()

    def _plain(self, text: Any) -> str:
        """An error's text without what differs from run to run, and no longer than it is sent."""
        text = str(text)[:MAX_TEXT]
        plain = re.sub(r"/scratch(-\w+)?/\d+\b|/\S*/scratch-\w+(/\d+)?", "the working folder", text)
        return re.sub(r"\b0x[0-9a-fA-F]{6,}\b", "0x...", plain)


class LearnerFunction:
    """A function that lives in a learner's process; call it like any other."""

    def __init__(
        self,
        process: LearnerProcess,
        name: str,
        earlier: Mapping[str, Callable[..., Any]] | None = None,
    ) -> None:
        """Take the process, the function's name there, and what its calls reach in any case."""
        self._process = process
        self._references = earlier or {}
        self.__name__ = name

    def __call__(self, *args: Any) -> Any:
        """Call it there; what it does to its arguments is done to args as well."""
        return self._process.call(self.__name__, args, self._references)

    @property
    def overwrites(self) -> bool:
        """Whether a call has changed what an earlier one returned."""
        return self.__name__ in self._process.overwriting

    def count_calls(self, args: tuple[Any, ...]) -> tuple[int, Any]:
        """How many calls it makes, as far as the process can be believed, and what it gives.

        0 and None where it fails.
        """
        try:
            calls, value = self._process.call(self.__name__, args, self._references, count=True)
        except Exception:
            return 0, None
        return calls if isinstance(calls, int) else 0, value

    @contextlib.contextmanager
    def with_references(self, uses: Mapping[str, Callable[..., Any]]) -> Iterator[None]:
        """While inside, its calls to these names are answered by these functions, here."""
        before = self._references
        self._references = {**before, **uses}
        try:
            yield
        finally:
            self._references = before


def ask_reference(references: Mapping[str, Callable[..., Any]], body: Any) -> tuple[Any, ...]:
    """A reference's answer to a call from a learner's process, or the error that it raised.

    body: name, args and kwargs. Gives "value", the value, whether it came as an iterator, and of
    the args those that the reference has changed, else None; or "error", the kind and the text.
    """
    match body:
        case str(name), [*args], dict(kwargs) if name in references:
            pass
        case _:
            return "error", "RuntimeError", "There is no such function here."
    given = list(leaves([args, kwargs]))
    if not all(map(modest, given)) or sum(map(held_bytes, given)) > REFERENCE_BYTES:
        return "error", "ValueError", f"{name} cannot be called with such arguments"
    before = states(args)
    try:
        with np.errstate(all="ignore"):
            value = references[name](*args, **kwargs)
            series = isinstance(value, Iterator)
            if series:
                value = list(itertools.islice(value, MAX_ITEMS))
        # what it did to its arguments must happen to the learner's as well
        return "value", value, series, changed(args, before)
    except Exception as error:
        return "error", type(error).__name__, f"{name}: {error}"


def modest(leaf: Any) -> bool:
    """Whether a value can be computed with, and asks for no more work than a lesson does."""
    if isinstance(leaf, np.ndarray):
        return all(n <= REFERENCE_LENGTH for n in leaf.shape)
    if isinstance(leaf, (int, np.integer)):
        return abs(int(leaf)) <= REFERENCE_NUMBER
    return not isinstance(leaf, Unsupported)


def held_bytes(leaf: Any) -> int:
    """How much a value holds, in bytes."""
    return leaf.nbytes if isinstance(leaf, (np.ndarray, np.generic)) else len(str(leaf))


def find_unsupported(value: Any) -> str | None:
    """The type of the first value in a nested value that the pipe could not carry, if any."""
    return next((leaf.type_name for leaf in leaves(value) if isinstance(leaf, Unsupported)), None)
