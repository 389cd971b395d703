"""What a human should look at: flags with evidence. None of them changes a grade."""

import ast
import functools
import inspect
import io
import textwrap
import tokenize
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import backprop_lib
from checks.exercise import Exercise
from checks.grader.cells import parse, written
from checks.grader.submissions import Cell
from checks.grader.withheld import withheld_names

__all__ = ["AUTOGRAD", "Flag", "source_flags"]

AUTOGRAD = (
    *("torch", "jax", "tensorflow", "autograd", "tinygrad", "mxnet", "theano", "pytensor"),
    *("casadi", "sympy", "numdifftools", "mindspore", "paddle", "keras", "aesara"),
)
"""Packages that differentiate by themselves."""

INNER_MODULES = (
    *("ctypes", "gc", "inspect", "subprocess", "socket", "multiprocessing", "signal", "mmap"),
    *("importlib", "pty", "faulthandler", "tracemalloc", "cffi", "pickle", "marshal", "imp"),
)
INNER_NAMES = (
    *("_getframe", "_current_frames", "f_back", "f_locals", "f_globals", "gi_frame", "tb_frame"),
    *("__globals__", "__code__", "__closure__", "__subclasses__", "__builtins__", "__loader__"),
    *("settrace", "setprofile", "get_objects", "get_referrers", "meta_path", "_exit", "fork"),
    *("system", "popen", "kill", "execv", "dup2", "fdopen", "exc_info", "last_traceback"),
)
INNER_TEXTS = ("/proc/", "/scratch", "/course", "gradebook", "notebooks/solutions", "/etc/")
LONG = 75
"""Nodes of a syntax tree: two people hardly write as many the same by chance."""
LONG_RENAMED = 110
"""The same where all names have been exchanged."""


@dataclass(frozen=True)
class Flag:
    """A suspicion."""

    exercise: str
    """The exercise that it concerns, empty where it is the whole notebook."""
    kind: str
    """What is suspected, in a few words."""
    evidence: str
    """What was seen, and where."""


def source_flags(cells: Sequence[Cell], exercises: Sequence[Exercise]) -> tuple[Flag, ...]:
    """What the learner's own cells show, without running them."""
    found: list[Flag] = []
    functions: dict[str, tuple[ast.FunctionDef, Cell]] = {}
    names = {exercise.name for exercise in exercises}
    own = {name for cell in cells for name in written(cell.source)}
    for cell in cells:
        tree = parse(cell.source)
        if (cell.number == 0 and cell.kind == "code") or tree is None:
            continue  # the lesson's own
        found += inner_flags(tree, cell)
        found += library_flags(tree, cell, exercises, own)
        for node in tree.body:
            if isinstance(node, ast.FunctionDef) and node.name in names:
                functions[node.name] = (node, cell)
    for exercise in exercises:
        if exercise.name in functions:
            found += copy_flags(exercise, *functions[exercise.name])
    return tuple(dict.fromkeys(found))


def title(cell: Cell) -> str:
    """What a reader calls the cell."""
    return f"the cell of {cell.exercise}" if cell.exercise else f"code cell {cell.number}"


def line_of(node: ast.AST, cell: Cell) -> str:
    """Where a node is, and the line itself."""
    number = getattr(node, "lineno", 1)
    lines = cell.source.split("\n")
    text = lines[number - 1].strip()[:120] if number <= len(lines) else ""
    return f"{title(cell)}, line {number}: {text}"


def inner_flags(tree: ast.Module, cell: Cell) -> Iterator[Flag]:
    """Autograd packages, Python's and the system's internals, and patches of modules."""
    modules = {"np", "numpy", "backprop_lib", "checks", "builtins", "sys", "plots"}
    for node in ast.walk(tree):
        imported: list[str] = []
        if isinstance(node, ast.Import):
            imported = [alias.name for alias in node.names]
            modules |= {a.asname or a.name.split(".")[0] for a in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported = [node.module or ""]
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "__import__":
            imported = [str(a.value) for a in node.args if isinstance(a, ast.Constant)]
        for name in imported:
            top = name.split(".")[0]
            if top in AUTOGRAD:
                yield Flag(cell.exercise or "", "autograd package", line_of(node, cell))
            if top in INNER_MODULES:
                yield Flag(cell.exercise or "", "touches internals", line_of(node, cell))
            if name in ("checks.gradients", "scipy.optimize"):
                yield Flag(cell.exercise or "", "numerical differences", line_of(node, cell))
        if isinstance(node, ast.Attribute) and node.attr in INNER_NAMES:
            yield Flag(cell.exercise or "", "touches internals", line_of(node, cell))
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            one_line = len(node.value) < 200
            if one_line and any(text in node.value for text in INNER_TEXTS):
                yield Flag(cell.exercise or "", "touches internals", line_of(node, cell))
        targets = node.targets if isinstance(node, ast.Assign) else []
        for target in targets:
            if isinstance(target, ast.Attribute) and root(target) in modules - {"plots"}:
                yield Flag(cell.exercise or "", "patches a module", line_of(node, cell))
        if (
            isinstance(node, ast.Call)
            and getattr(node.func, "id", "") in ("setattr", "delattr")
            and node.args
            and root(node.args[0]) in modules
        ):
            yield Flag(cell.exercise or "", "patches a module", line_of(node, cell))


def root(node: ast.AST) -> str:
    """The name at the beginning of a.b.c."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def library_flags(
    tree: ast.Module, cell: Cell, exercises: Sequence[Exercise], own: set[str]
) -> Iterator[Flag]:
    """A library function that answers an exercise, handed in as one's own.

    own: the names that some cell gives to what it has written itself.
    """
    for node in ast.walk(tree):
        used: list[str] = []
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("backprop_lib"):
            used = [alias.name for alias in node.names if alias.name not in own]
        elif isinstance(node, ast.Attribute):
            used = [node.attr]
        for name in used:
            answered = [e.name for e in exercises if name in withheld_names((e,))]
            for exercise in [x for x in answered if x == cell.exercise] or answered:
                yield Flag(exercise, "library's function", line_of(node, cell))


def copy_flags(exercise: Exercise, node: ast.FunctionDef, cell: Cell) -> Iterator[Flag]:
    """Whether the function is the source of a library function."""
    mine = portrait("\n".join(cell.source.split("\n")[node.lineno - 1 : node.end_lineno]))
    if mine is None:
        return
    for name, theirs in library_portraits():
        where = f"{title(cell)} and backprop_lib's {name}"
        kind = "library's source"
        if name == exercise.reference.__name__:
            if mine.docstring == theirs.docstring and len(theirs.docstring) > 40:
                yield Flag(exercise.name, kind, f"{where} have the same docstring")
            shared = sorted(mine.comments & theirs.comments)
            if sum(map(len, shared)) >= 30:
                told = "; ".join(shared)[:160]
                yield Flag(exercise.name, kind, f"{where} share comments: {told}")
        if theirs.size >= LONG and mine.tree == theirs.tree:
            told = f"{where} are the same, names too ({theirs.size} nodes)"
            yield Flag(exercise.name, kind, told)
        elif theirs.size >= LONG_RENAMED and mine.shape == theirs.shape:
            told = f"{where} are the same but for their names ({theirs.size} nodes)"
            yield Flag(exercise.name, kind, told)


@dataclass(frozen=True)
class Portrait:
    """What a function is recognised by."""

    docstring: str
    comments: frozenset[str]
    tree: str
    """Its syntax tree, without docstring and types."""
    shape: str
    """The same with numbers in place of names."""
    size: int
    """Nodes of the tree."""


@functools.lru_cache(maxsize=512)
def portrait(source: str) -> Portrait | None:
    """What a function is recognised by; None where the source is not that of one function."""
    module = parse.__wrapped__(source)  # a tree of our own, since it will be changed
    if module is None or len(module.body) != 1 or not isinstance(module.body[0], ast.FunctionDef):
        return None
    node = module.body[0]
    docstring = ast.get_docstring(node) or ""
    if docstring:
        del node.body[0]
    node.name, node.returns, node.decorator_list = "f", None, []
    inner = list(ast.walk(node))
    for part in inner:
        if isinstance(part, ast.arg):
            part.annotation = None
    tree = ast.dump(node)
    numbers: dict[str, str] = {}
    for part in inner:  # names become numbers, in order of appearance
        if isinstance(part, ast.Name):
            part.id = numbers.setdefault(part.id, f"n{len(numbers)}")
        elif isinstance(part, ast.arg):
            part.arg = numbers.setdefault(part.arg, f"n{len(numbers)}")
    return Portrait(docstring, comments(source), tree, ast.dump(node), len(inner))


@functools.cache
def library_portraits() -> tuple[tuple[str, Portrait], ...]:
    """The library's functions."""
    found = []
    for name in backprop_lib.__all__:
        function = getattr(backprop_lib, name)
        if inspect.isfunction(function):
            own = portrait(inspect.getsource(function))
            if own is not None:
                found.append((name, own))
    return tuple(found)


def comments(source: str) -> frozenset[str]:
    """The comments of more than a few letters."""
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(textwrap.dedent(source)).readline))
    except (tokenize.TokenError, SyntaxError, ValueError):
        return frozenset()
    found = {t.string.lstrip("# ").strip() for t in tokens if t.type == tokenize.COMMENT}
    return frozenset(text for text in found if len(text) > 8)
