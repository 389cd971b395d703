"""Which cells of a submission run, in which order, and what has happened to the lesson's own."""

import ast
import builtins
import functools
import re
import symtable
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from checks.grader.learner import readings
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
    needed: frozenset[Cell] = frozenset()
    """The cells that define the exercises' functions, or what those use."""


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
    answered = {
        name
        for cell in notebook.cells
        if cell.kind == "code" and cell.source.strip() not in sources
        for name in exercises
        if answers(cell, name)
    }
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
            if cell.exercise in exercises and reads_as_answer(cell, answered):
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
    added, used = needed(chosen, edited, manifest, exercises)
    chosen += added
    chosen.sort(key=lambda pair: pair[0])
    foreign = bool(
        notebook.lesson
        and manifest.lesson
        and notebook.lesson != manifest.lesson
        and not any(answers(cell, name) for _, cell in chosen for name in exercises)
    )
    return Plan(tuple(cell for _, cell in chosen), tuple(notes), foreign, used)


def reads_as_answer(cell: Cell, answered: set[str]) -> bool:
    """Whether a cell of text holds its exercise's function, and no code cell does.

    answered: the exercises of which a code cell holds the function.
    """
    name = cell.exercise or ""
    if name in answered:
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
        copies = {p for p in kept if p[1].source.strip() == stub.source.strip()}
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
        elif own and any(
            f"def {name}(" in cell.source and name in written(cell.source)
            for _, cell in chosen
            if cell not in own
        ):
            notes.append(f"Another cell defines {name} too; the definition that ran last counts.")
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
) -> tuple[list[tuple[int, Cell]], frozenset[Cell]]:
    """The demonstrations that define what the exercises' cells use, and what those use in turn.

    With them, all cells that the exercises need, the learner's own among them.
    """
    have = set(dir(builtins)) | set(exercises) | {"display", "get_ipython"}
    for source in setup_sources(manifest):
        have |= symbols(source).defined
    demonstrations = [
        (i, replace(cell, number=0))
        for i, cell in enumerate(manifest.cells)
        if cell.kind == "code" and cell.exercise not in exercises and "setup" not in cell.tags
    ]
    own, *others = map(by_name, (chosen, edited, demonstrations))
    added: dict[int, tuple[int, Cell]] = {}
    used: set[Cell] = set()
    wanted: list[tuple[int, str]] = []
    providers = [p for p in chosen if any(answers(p[1], exercise) for exercise in exercises)]
    while True:
        for at, cell in providers:
            if cell not in used:
                used.add(cell)
                wanted += [(at, name) for name in symbols(cell.source).used]
        if not wanted:
            return [added[i] for i in sorted(added)], frozenset(used)
        place, name = wanted.pop()
        providers = []
        if name not in have:
            have.add(name)
            providers = own.get(name, [])
            for some in others:
                if not providers:
                    nearest = some.get(name, [])
                    before = [p for p in nearest if p[0] < place]
                    providers = before[-1:] or nearest[:1]
                    added |= {p[0]: p for p in providers}


def by_name(cells: Iterable[tuple[int, Cell]]) -> dict[str, list[tuple[int, Cell]]]:
    """The cells that define each name, with their places, in their order."""
    found: dict[str, list[tuple[int, Cell]]] = {}
    for place, cell in cells:
        for name in symbols(cell.source).defined:
            found.setdefault(name, []).append((place, cell))
    return found


@functools.lru_cache(maxsize=256)
def parse(source: str) -> ast.Module | None:
    """The source's tree, without magics; None where it is no Python. Not to be changed."""
    for text in readings(source):
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
    todo: list[ast.AST] = [*tree.body]
    while todo:
        node = todo.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            names.add(node.name)
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names |= {target.id for target in targets if isinstance(target, ast.Name)}
        elif not isinstance(node, (ast.ClassDef, ast.expr)):
            todo += ast.iter_child_nodes(node)  # what stands under an if, a try, a with
    return frozenset(names)


@functools.lru_cache(maxsize=1024)
def symbols(source: str) -> Symbols:
    """The global names that a cell defines and uses; by a guess where it is no Python."""
    for text in readings(source):
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
