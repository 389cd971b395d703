"""Which cells of a submission run, in which order, and what has happened to the lesson's own."""

import ast
import builtins
import functools
import re
import symtable
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from checks.grader.learner import without_magics
from checks.grader.submissions import Cell, Notebook

__all__ = ["Plan", "Symbols", "parse", "plan_cells", "setup_sources", "symbols", "written"]

DEFINITION = re.compile(r"^def\s+(\w+)\s*\(", re.MULTILINE)


@dataclass(frozen=True)
class Plan:
    """What runs for one submission."""

    cells: tuple[Cell, ...]
    """In the lesson's order; number 0 marks the lesson's own cells."""
    notes: tuple[str, ...] = ()
    """What has happened to the lesson's cells, in a sentence each."""
    foreign: bool = False
    """Whether the notebook is that of another lesson."""


@dataclass(frozen=True)
class Symbols:
    """The global names of a cell."""

    defined: frozenset[str] = frozenset()
    used: frozenset[str] = frozenset()
    """Anywhere in it, also inside functions."""


def setup_sources(manifest: Notebook) -> tuple[str, ...]:
    """The sources of the lesson's setup cells, which run before all else."""
    return tuple(cell.source for cell in manifest.cells if "setup" in cell.tags)


def plan_cells(notebook: Notebook, manifest: Notebook, exercises: Sequence[str]) -> Plan:
    """Choose the cells that run after the lesson's setup.

    manifest: the lesson as it was handed out; exercises: the names of its exercises. The
    learner's cells run in the lesson's order, each added one after the cell that it follows. The
    lesson's own demonstrations run only where an exercise uses what they define.
    """
    sources = {cell.source.strip() for cell in manifest.cells if cell.exercise not in exercises}
    stubs = {cell.exercise: cell for cell in manifest.cells if cell.exercise in exercises}
    own = {cell.id: cell for cell in manifest.cells if cell.id and cell.exercise not in exercises}
    places = {cell.exercise or cell.id: i for i, cell in enumerate(manifest.cells)}
    notes: list[str] = []

    place = -1
    order: list[int] = []
    chosen: list[tuple[int, Cell]] = []  # what runs, by place
    edited: list[tuple[int, Cell]] = []  # the lesson's demonstrations, changed
    for cell in notebook.cells:
        key = cell.exercise if cell.exercise in exercises else cell.id
        if key in places:
            place = places[key]
            order.append(place)
        if cell.kind != "code":
            if cell.exercise in exercises and reads_as_answer(cell, notebook, sources):
                notes.append(f"The cell of {cell.exercise} is no code cell; it ran as one.")
                chosen.append((place, cell))
            continue
        if cell.exercise in exercises:
            chosen.append((place, cell))
        elif cell.source.strip() in sources:
            continue
        elif cell.id not in own or "setup" in own[cell.id].tags:
            chosen.append((place, cell))
        elif written(cell.source) & set(exercises):
            chosen.append((place, cell))  # a cell of the lesson that now holds an answer
        else:
            edited.append((place, cell))
    if order != sorted(order):
        notes.append("Cells were moved; they ran in the lesson's order.")
    chosen = without_spare_stubs(chosen, stubs)
    notes += losses(chosen, exercises, stubs)
    chosen += needed(chosen, edited, manifest, exercises)
    chosen.sort(key=lambda pair: pair[0])
    foreign = bool(
        notebook.lesson
        and manifest.lesson
        and notebook.lesson != manifest.lesson
        and not any(answers(cell, name) for _, cell in chosen for name in exercises)
    )
    return Plan(tuple(cell for _, cell in chosen), tuple(notes), foreign)


def reads_as_answer(cell: Cell, notebook: Notebook, sources: set[str]) -> bool:
    """Whether a cell of text holds its exercise's function, and no code cell does.

    sources: of the lesson's own cells.
    """
    name = cell.exercise or ""
    code = [c for c in notebook.cells if c.kind == "code" and c.source.strip() not in sources]
    if any(answers(c, name) for c in code):
        return False
    return parse(cell.source) is not None and name in written(cell.source)


def answers(cell: Cell, exercise: str) -> bool:
    """Whether it is the exercise's cell, or defines its function."""
    return cell.exercise == exercise or exercise in written(cell.source)


def without_spare_stubs(
    chosen: list[tuple[int, Cell]], stubs: dict[str | None, Cell]
) -> list[tuple[int, Cell]]:
    """Without copies of a stub, where another cell has an answer."""
    kept = chosen
    for name, stub in stubs.items():
        copies = [p for p in kept if p[1].source.strip() == stub.source.strip()]
        others = [p for p in kept if p not in copies and answers(p[1], str(name))]
        if others:
            kept = [p for p in kept if p not in copies]
    return kept


def losses(
    chosen: list[tuple[int, Cell]], exercises: Sequence[str], stubs: dict[str | None, Cell]
) -> list[str]:
    """What has happened to the exercises' cells, in a sentence each."""
    notes = []
    for name in exercises:
        own = [cell for _, cell in chosen if cell.exercise == name]
        if len(own) > 1:
            notes.append(f"The cell of {name} is there {len(own)} times; the last one counts.")
        elif not own and any(answers(cell, name) for _, cell in chosen):
            notes.append(f"The cell of {name} has lost its mark; its function was found by name.")
        elif not own:
            notes.append(f"The cell of {name} has been deleted.")
        known = stubs[name].metadata if name in stubs else frozenset()
        if any("points" in cell.metadata - known for cell in own):
            notes.append(f"The cell of {name} says how many points it gives; that has no effect.")
    return notes


def needed(
    chosen: list[tuple[int, Cell]],
    edited: list[tuple[int, Cell]],
    manifest: Notebook,
    exercises: Sequence[str],
) -> list[tuple[int, Cell]]:
    """The demonstrations that define what the exercises' cells use, and what those use in turn."""
    have = set(dir(builtins)) | set(exercises) | {"display", "get_ipython"}
    for source in setup_sources(manifest):
        have |= symbols(source).defined
    demonstrations = [
        (i, replace(cell, number=0))
        for i, cell in enumerate(manifest.cells)
        if cell.kind == "code" and cell.exercise not in exercises and "setup" not in cell.tags
    ]
    wanted = [
        (place, name)
        for place, cell in chosen
        if any(answers(cell, exercise) for exercise in exercises)
        for name in symbols(cell.source).used
    ]
    added: dict[int, tuple[int, Cell]] = {}
    while wanted:
        place, name = wanted.pop()
        if name in have:
            continue
        have.add(name)
        providers = [p for p in chosen if name in symbols(p[1].source).defined]
        for some in (edited, demonstrations):
            if not providers:
                nearest = [p for p in some if name in symbols(p[1].source).defined]
                before = [p for p in nearest if p[0] < place]
                providers = before[-1:] or nearest[:1]
                if providers:
                    added[providers[0][0]] = providers[0]
        wanted += [(at, used) for at, cell in providers for used in symbols(cell.source).used]
    return [added[i] for i in sorted(added)]


@functools.lru_cache(maxsize=256)
def parse(source: str) -> ast.Module | None:
    """The source's tree, without magics; None where it is no Python. Not to be changed."""
    for text in (source, without_magics(source)):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of escapes such as "\\d"
                return ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
    return None


@functools.lru_cache(maxsize=1024)
def written(source: str) -> frozenset[str]:
    """The global names of the functions and values that a cell makes itself: not its imports."""
    tree = parse(source)
    if tree is None:
        return frozenset(DEFINITION.findall(source))
    names = set()
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            names.add(node.name)
        elif isinstance(node, ast.Assign):
            names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return frozenset(names)


@functools.lru_cache(maxsize=1024)
def symbols(source: str) -> Symbols:
    """The global names that a cell defines and uses; by a guess where it is no Python."""
    for text in (source, without_magics(source)):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                table = symtable.symtable(text, "<cell>", "exec")
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        return Symbols(*(frozenset(names) for names in global_names(table)))
    return Symbols(frozenset(DEFINITION.findall(source)))


def global_names(top: symtable.SymbolTable) -> tuple[set[str], set[str]]:
    """The global names that are set, and those that are read, in a cell and its functions."""
    set_, read = set(), set()
    tables: Iterable[symtable.SymbolTable] = [top]
    while tables:
        inner: list[symtable.SymbolTable] = []
        for table in tables:
            inner += table.get_children()
            for symbol in table.get_symbols():
                if table is not top and not symbol.is_global():
                    continue
                if symbol.is_assigned() or symbol.is_imported() or symbol.is_namespace():
                    set_.add(symbol.get_name())
                if symbol.is_referenced():
                    read.add(symbol.get_name())
        tables = inner
    return set_, read
