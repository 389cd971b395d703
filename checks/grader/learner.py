"""What runs in a learner's process: cells, and calls of functions, whose raw values go back.

Loaded by server.py inside the walls; the checks and their references never exist there. Nothing
that decides a grade runs here, so whatever a learner's code patches, it patches only itself.
"""

import contextlib
import importlib.machinery
import itertools
import linecache
import os
import re
import sys
import threading
import traceback
import types
import warnings
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

import numpy as np

__all__: list[str] = []

MAX_TEXT = 2000
MAX_ITEMS = 1000


class Harmless:
    """Stands for whatever a notebook wants of checks: it can be used, and does nothing."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """The function where it was used as a decorator, else nothing harmful."""
        return args[0] if len(args) == 1 and callable(args[0]) and not kwargs else self

    def __getattr__(self, name: str) -> "Harmless":
        """Another of the same."""
        if name.startswith("__"):
            raise AttributeError(name)
        return Harmless()

    def __iter__(self) -> Iterator[Any]:
        """Nothing to go through."""
        return iter(())

    def __enter__(self) -> "Harmless":
        """Itself."""
        return self

    def __exit__(self, *error: object) -> None:
        """Nothing to end."""


class StandIn(types.ModuleType):
    """Stands for a module of which nothing is needed here, and for every module in it."""

    __path__: list[str] = []  # noqa: RUF012 - what makes it a package

    @staticmethod
    def check(function: Any, *args: Any, **kwargs: Any) -> Any:
        """Hand the function back: it is judged elsewhere."""
        return function

    def __getattr__(self, name: str) -> Any:
        """Something harmless, but none of the names that the import system asks for."""
        if name.startswith("__"):
            raise AttributeError(name)
        return Harmless()


STOOD_IN_FOR = ("checks", "backprop_lib.plots", "backprop_lib.explorers")
"""The checks live elsewhere, and nobody looks at pictures here."""


class StandInFinder:
    """Makes every import of these modules, and of what lies in them, give a stand-in."""

    @staticmethod
    def find_spec(name: str, path: Any = None, target: Any = None) -> Any:
        """A spec for a module that is stood in for, None for all else."""
        if not any(name == module or name.startswith(f"{module}.") for module in STOOD_IN_FOR):
            return None
        return importlib.machinery.ModuleSpec(name, StandInFinder, is_package=True)  # type: ignore[arg-type]

    @staticmethod
    def create_module(spec: Any) -> types.ModuleType:
        """The stand-in."""
        return StandIn(spec.name)

    @staticmethod
    def exec_module(module: types.ModuleType) -> None:
        """Nothing to run."""


def new_space() -> dict[str, Any]:
    """The namespace that cells run in, with what IPython adds to it."""
    module = types.ModuleType("__main__")
    sys.modules["__main__"] = module
    space = module.__dict__
    space["__builtins__"] = __builtins__
    space["display"] = Harmless()
    space["get_ipython"] = Harmless
    return space


def compile_cell(source: str, name: str) -> types.CodeType:
    """Compile a cell, as IPython would read it where it does not compile as it is."""
    try:
        return compile(source, name, "exec", dont_inherit=True)
    except SyntaxError as error:
        for plain in itertools.islice(readings(source), 1, None):
            with contextlib.suppress(SyntaxError):
                return compile(plain, name, "exec", dont_inherit=True)
        raise error


def readings(source: str) -> Iterator[str]:
    """A cell as it is, without IPython's magics, and without what comes along in pasting."""
    yield source
    yield without_magics(source)
    yield without_magics(pasted(source))


TARGET = r"\s*[\w.,\[\]][\w.,\[\] ]*=\s*"
ASSIGNED = re.compile(rf"^({TARGET})[%!].*$")
"""A line such as x = %magic or x = !command."""

TIMED = re.compile(rf"^({TARGET}|\s*)%time\s+(?=\S)")
"""The beginning of a line that does what stands behind it."""

MAGIC = re.compile(r"\s*(%{1,2}[^\W\d]|!(?!=)|\?{1,2}[\w%.*]+\s*$|%{0,2}[^\W\d][\w.*]*\?{1,2}\s*$)")
"""The beginning of a line that is IPython's own; the % or != of a longer expression is not."""

PROMPTS = (
    (">>> ", re.compile(r"^(>>>|\.\.\.)( |$)")),
    ("In [", re.compile(r"^(In \[\d+\]|\s*\.\.\.+): ?")),
)
"""How a cell begins that was copied from a session, and what IPython takes off its lines."""

PYTHON_MAGICS = ("%%time", "%%timeit", "%%capture", "%%prun", "%%python", "%%python3")


def without_magics(source: str) -> str:
    """The source with IPython's own lines turned into a pass: % and ! and %% lines, and help?

    A cell in another language, such as %%bash, becomes empty.
    """
    first = source.lstrip().split("\n", 1)[0].split(" ")[0].strip()
    if first.startswith("%%") and first not in PYTHON_MAGICS:
        return "pass\n"
    lines = []
    for line in source.split("\n"):
        line = TIMED.sub(r"\1", line)
        if MAGIC.match(line):
            line = line[: len(line) - len(line.lstrip())] + "pass"
        else:
            line = ASSIGNED.sub(r"\1None", line)
        lines.append(line)
    return "\n".join(lines)


def pasted(source: str) -> str:
    """The source without the first line's indent, and without prompts, as IPython runs it."""
    lines = source.split("\n")
    first = next((line for line in lines if line.strip()), "")
    begin = first.lstrip()
    lines = [line.removeprefix(first[: len(first) - len(begin)]) for line in lines]
    for mark, prompt in PROMPTS:
        if begin.startswith(mark):
            lines = [prompt.sub("", line, count=1) for line in lines]
    return "\n".join(lines)


def describe(error: BaseException) -> str:
    """Kind, text and the line of the learner's own code, in one line."""
    try:
        text = f"{type(error).__name__}: {error}"
    except BaseException:  # a learner's own exception may fail to print itself
        text = type(error).__name__
    frames = [
        f for f in traceback.extract_tb(error.__traceback__) if f.filename.startswith("<cell")
    ]
    if frames:
        line = linecache.getline(frames[-1].filename, frames[-1].lineno or 0).strip()
        text += f" (line {frames[-1].lineno}: {line})"
    return text[:MAX_TEXT]


def run_cell(source: str, name: str, space: dict[str, Any]) -> tuple[str, str]:
    """Run one cell: how it ended, and what it raised."""
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    try:
        code = compile_cell(source, name)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = getattr(error, "lineno", None)
        text = f"{type(error).__name__}: {getattr(error, 'msg', error)}"
        quoted = linecache.getline(name, line or 0).strip()
        return "did not parse", (f"{text} (line {line}: {quoted})" if quoted else text)[:MAX_TEXT]
    try:
        exec(code, space)
    except MemoryError as error:
        return "out of memory", describe(error)
    except BaseException as error:  # SystemExit must not end the process either
        return "raised", describe(error)
    return "done", ""


class Learner:
    """Answers the judge's requests, one at a time."""

    def __init__(self, course: Any, inbox: BinaryIO, outbox: BinaryIO) -> None:
        self.protocol = course.protocol
        self.library = course.library
        self.space = course.space
        self.inbox = inbox
        self.outbox = outbox
        self.nonce = ""
        self.last: dict[str, tuple[Any, Any]] = {}

    def serve(self) -> None:
        """Answer until the judge hangs up."""
        while (frame := self.protocol.read_frame(self.inbox)) is not None:
            self.nonce = frame.nonce
            try:
                kind, body = getattr(self, f"answer_{frame.kind}")(frame.body)
            except NotImplementedError:
                kind, body = "not implemented", None
            except MemoryError as error:
                kind, body = "out of memory", describe(error)
            except BaseException as error:  # SystemExit must not end the process either
                kind, body = "raised", describe(error)
            for stream in (sys.stdout, sys.stderr):
                with contextlib.suppress(BaseException):
                    stream.flush()
            try:
                self.send(kind, body)
            except self.protocol.ProtocolError as error:
                self.send("raised", f"The value that was returned is too large. {error}")

    def send(self, kind: str, body: Any) -> None:
        """Send one frame."""
        data = self.protocol.encode(self.protocol.Frame(kind, self.nonce, body))
        self.outbox.write(data)
        self.outbox.flush()

    def answer_cell(self, body: dict[str, str]) -> tuple[str, Any]:
        """Run one cell; what it raises is told, and the next can run all the same."""
        return run_cell(body["source"], body["name"], self.space)

    def answer_defined(self, names: list[str]) -> tuple[str, Any]:
        """Which of these names the cells have defined."""
        return "done", [name for name in names if name in self.space]

    def answer_loaded(self, names: list[str]) -> tuple[str, Any]:
        """Which of these modules have been imported."""
        return "done", [name for name in names if name in sys.modules]

    def answer_call(self, body: dict[str, Any]) -> tuple[str, Any]:
        """Call a function; those of its arguments that it has changed go back beside its value.

        With count, the number of calls that it made comes before its value.
        """
        function = self.space[body["name"]]
        if not callable(function):
            kind = type(function).__name__
            raise TypeError(f"{body['name']} should be a function, but is a value of type {kind}")
        args = body["args"]
        before = self.protocol.states(args)
        here = {name: self.shipped(own_name) for name, own_name in body["library"].items()}
        there = {name: self.reference(name) for name in body["references"]}
        with self.meaning(function, here | there), quiet():
            if body["count"]:
                counted = count_calls(function, args)
                return "returned", {"value": counted, "args": [], "overwrites": False}
            value = function(*args)
            if isinstance(value, Iterator):  # its lines run only as the items are asked for
                value = list(itertools.islice(value, MAX_ITEMS))
        overwrites = self.overwrites(body["name"], value)
        changed = self.protocol.changed(args, before)
        return "returned", {"value": value, "args": changed, "overwrites": overwrites}

    def overwrites(self, name: str, value: Any) -> bool:
        """Whether what this function returned the last time holds other numbers by now."""
        states = self.protocol.states
        before, was = self.last.get(name, (None, states([None])))
        self.last[name] = (value, states([value]))
        return bool(states([before]) != was)

    @contextlib.contextmanager
    def meaning(self, function: Any, names: dict[str, Any]) -> Iterator[None]:
        """While inside, these global names of the function mean something else."""
        # a decorator may come from a module: what it decorates is still in the cells' own names
        spaces = [self.space, getattr(function, "__globals__", {})]
        before = [{name: space[name] for name in names if name in space} for space in spaces]
        try:
            for space in spaces:
                space.update(names)
            yield
        finally:
            for space, known in zip(spaces, before, strict=True):
                for name in names:
                    space.pop(name, None)
                space.update(known)

    def shipped(self, name: str) -> Any:
        """The library's function of this name, as it was before any cell ran."""
        function = self.library[name]

        def call(*args: Any, **kwargs: Any) -> Any:
            with uncounted():
                return function(*args, **kwargs)

        call.__name__ = name
        return call

    def reference(self, name: str) -> Any:
        """A function that asks the judge for the answer of one that is withheld here."""

        def ask(*args: Any, **kwargs: Any) -> Any:
            with uncounted():
                self.send("reference", (name, list(args), kwargs))
                frame = self.protocol.read_frame(self.inbox)
            if frame is None:
                os._exit(1)
            match frame.body:
                case "value", value, series, changed:
                    for arg, now in zip(args, changed, strict=False):
                        if now is not None:
                            self.protocol.copy_back(arg, now)
                    return iter(value) if series else value
                case _, kind, text:
                    raise REFERENCE_ERRORS.get(kind, RuntimeError)(text)

        ask.__name__ = name
        return ask


REFERENCE_ERRORS: dict[str, type[Exception]] = {
    kind.__name__: kind for kind in (ValueError, TypeError, IndexError, KeyError)
}


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """While inside, warnings are nothing that stops a function, as in the notebook's judge."""
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@contextlib.contextmanager
def uncounted() -> Iterator[None]:
    """While inside, calls do not count as the learner's."""
    counter = sys.getprofile()
    sys.setprofile(None)
    try:
        yield
    finally:
        sys.setprofile(counter)


def count_calls(function: Callable[..., Any], args: list[Any]) -> tuple[int, Any]:
    """How many calls of Python and C functions this call leads to, and what it gives."""
    calls = 0

    def note(frame: Any, event: str, argument: Any) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    threading.setprofile(note)  # in threads that it starts
    sys.setprofile(note)
    try:
        value = function(*args)
        if isinstance(value, Iterator):
            value = list(itertools.islice(value, MAX_ITEMS))
    finally:
        sys.setprofile(None)
        threading.setprofile(None)
    return calls, value
