"""The script of a learner's process: it runs cells, calls functions, and hands back raw values.

Started by its path, never imported: the checks and their references never exist here. Nothing
that decides a grade runs here, so whatever a learner's code patches, it patches only itself.
"""

import contextlib
import importlib
import importlib.util
import itertools
import linecache
import os
import secrets
import sys
import traceback
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

__all__: list[str] = []

MAX_TEXT = 2000
MAX_ITEMS = 1000


def load(name: str, path: Path) -> Any:
    """Load a module or package from its file, without making its neighbours importable."""
    places = [str(path.parent)] if path.name == "__init__.py" else None
    spec = importlib.util.spec_from_file_location(name, path, submodule_search_locations=places)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} cannot be loaded.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


class Harmless:
    """Stands for whatever a notebook wants of checks: it can be called, and does nothing."""

    def __call__(self, *args: Any, **kwargs: Any) -> None:
        """Do nothing."""

    def __getattr__(self, name: str) -> "Harmless":
        """Another of the same."""
        return Harmless()


class ChecksStub(types.ModuleType):
    """Stands for the module checks and for every module in it."""

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


def withhold(module_name: str, name: str) -> None:
    """Empty the library's version of an exercise, wherever it has been imported to."""
    function = getattr(importlib.import_module(module_name), name)
    message = (
        f"{name} is what this exercise asks for; the library's version is withheld while grading"
    )
    space: dict[str, Any] = {}
    exec(f"def {name}(*args, **kwargs): raise RuntimeError({message!r})", space)
    function.__code__ = space[name].__code__
    function.__defaults__ = function.__kwdefaults__ = None


def limit_resources(memory_mb: int, cpu_seconds: int) -> None:
    """Set the limits that the operating system keeps, where there are such."""
    try:
        import resource
    except ImportError:  # Windows: the judge's deadlines are all there is
        return
    limits = {
        resource.RLIMIT_AS: memory_mb * 2**20,
        resource.RLIMIT_CPU: cpu_seconds,
        resource.RLIMIT_FSIZE: 64 * 2**20,
        resource.RLIMIT_CORE: 0,
    }
    for kind, bound in limits.items():
        with contextlib.suppress(ValueError, OSError):  # a lower limit is already in force
            resource.setrlimit(kind, (bound, bound))


def compile_cell(source: str, name: str) -> types.CodeType:
    """Compile a cell, without its IPython magics where it does not compile as it is."""
    try:
        return compile(source, name, "exec", dont_inherit=True)
    except SyntaxError as error:
        plain = without_magics(source)
        if plain == source:
            raise
        try:
            return compile(plain, name, "exec", dont_inherit=True)
        except SyntaxError:
            raise error from None


def without_magics(source: str) -> str:
    """The source with each line that begins with % or ! turned into a pass, and so is a %% line."""
    lines = []
    for line in source.split("\n"):
        bare = line.lstrip()
        lines.append(line[: len(line) - len(bare)] + "pass" if bare[:1] in ("%", "!") else line)
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


class Learner:
    """Answers the judge's requests, one at a time."""

    def __init__(self, protocol: Any, inbox: BinaryIO, outbox: BinaryIO) -> None:
        self.protocol = protocol
        self.inbox = inbox
        self.outbox = outbox
        module = types.ModuleType("__main__")
        module.__dict__["__builtins__"] = __builtins__
        sys.modules["__main__"] = module
        self.space = module.__dict__
        self.nonce = ""

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

    def answer_start(self, body: dict[str, Any]) -> tuple[str, Any]:
        """Get ready: limits, the library without what is asked for, a stand-in for checks."""
        limit_resources(body["memory_mb"], body["cpu_seconds"])
        for name in body["stubs"]:
            sys.modules[name] = ChecksStub(name)
        load("backprop_lib", Path(body["library"]) / "__init__.py")
        for module_name, name in body["withheld"]:
            withhold(module_name, name)
        return "done", None

    def answer_cell(self, body: dict[str, str]) -> tuple[str, Any]:
        """Run one cell; what it raises is told, and the next can run all the same."""
        name, source = body["name"], body["source"]
        linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
        try:
            code = compile_cell(source, name)
        except (SyntaxError, ValueError) as error:
            line = getattr(error, "lineno", None)
            text = f"{type(error).__name__}: {getattr(error, 'msg', error)}"
            quoted = linecache.getline(name, line or 0).strip()
            return "did not parse", (f"{text} (line {line}: {quoted})" if quoted else text)[
                :MAX_TEXT
            ]
        try:
            exec(code, self.space)
        except BaseException as error:
            return "raised", describe(error)
        return "done", None

    def answer_defined(self, names: list[str]) -> tuple[str, Any]:
        """Which of these names the cells have defined."""
        return "done", [name for name in names if name in self.space]

    def answer_call(self, body: dict[str, Any]) -> tuple[str, Any]:
        """Call a function; its arguments as they are afterwards go back beside its value."""
        function = self.space[body["name"]]
        if not callable(function):
            kind = type(function).__name__
            raise TypeError(f"{body['name']} should be a function, but is a value of type {kind}")
        args = body["args"]
        with self.references(function, body["references"]):
            value = function(*args)
            if isinstance(value, Iterator):  # its lines run only as the items are asked for
                value = list(itertools.islice(value, MAX_ITEMS))
        return "returned", {"value": value, "args": args}

    @contextlib.contextmanager
    def references(self, function: Any, names: list[str]) -> Iterator[None]:
        """While inside, these global names of the function reach the judge's references."""
        space = getattr(function, "__globals__", self.space)
        before = {name: space[name] for name in names if name in space}
        space.update({name: self.reference(name) for name in names})
        try:
            yield
        finally:
            for name in names:
                space.pop(name, None)
            space.update(before)

    def reference(self, name: str) -> Any:
        """A function that asks the judge for the reference's answer."""

        def ask(*args: Any, **kwargs: Any) -> Any:
            self.send("reference", {"name": name, "args": args, "kwargs": kwargs})
            frame = self.protocol.read_frame(self.inbox)
            if frame is None:
                os._exit(1)
            if "error" in frame.body:
                kinds: dict[str, type[Exception]] = {
                    kind.__name__: kind for kind in (ValueError, TypeError, IndexError, KeyError)
                }
                raise kinds.get(frame.body["kind"], RuntimeError)(frame.body["error"])
            return frame.body["value"]

        ask.__name__ = name
        return ask


def main() -> None:
    """Keep the pipes to the judge for ourselves, give the learner others, and serve."""
    if sys.platform == "win32":
        import msvcrt

        for fd in (0, 1):
            msvcrt.setmode(fd, os.O_BINARY)
    inbox = os.fdopen(os.dup(0), "rb", buffering=0)
    outbox = os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    os.close(nothing)
    # under a name that no learner's own import can hit by chance
    name = f"_protocol_{secrets.token_hex(4)}"
    protocol = load(name, Path(__file__).with_name("protocol.py"))
    Learner(protocol, inbox, outbox).serve()
    os._exit(0)  # a learner's exit handlers have nothing to say any more


if __name__ == "__main__":
    main()
