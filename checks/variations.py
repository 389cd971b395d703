"""What numbers come out when one thing in the right answer is changed.

Each variation is the library's version of an exercise with one small change, and words for that
change. Where a learner's numbers are exactly those of a variation, the words say what happened,
although no list foresaw it. Three kinds: the inputs are changed, an earlier exercise inside is
done with one of its known mistakes, or one place in the source is changed.
"""

import ast
import copy
import inspect
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache, partial
from types import FunctionType
from typing import Any

import numpy as np

from checks.exercise import Exercise
from checks.exercises import EXERCISES

__all__ = ["KINDS", "Variation", "variations"]


@dataclass(frozen=True)
class Variation:
    """The right answer with one change."""

    id: str
    """Short name in kebab case, such as "factor-left-out"."""
    function: Callable[..., Any]
    words: str
    """The change in words, to be read after "what comes out when"."""
    question: str
    """A question that leads on."""


@lru_cache(maxsize=512)
def variations(exercise: Exercise, kind: str) -> tuple[Variation, ...]:
    """All variations of an exercise's reference of one of the KINDS."""
    if kind == "inputs":
        return (*of_inputs(exercise), *of_used(exercise))
    return tuple(of_source(exercise.reference, *LOOKS[kind]))


# The inputs are changed


def of_inputs(exercise: Exercise) -> Iterator[Variation]:
    """The reference with other numbers in place of some that came in."""
    reference = exercise.reference
    first = next(iter(inspect.signature(reference).parameters), "")
    arrives = f"`{first}`, the gradient that arrives,"

    def upstream(change: Callable[[Any], Any]) -> Callable[..., Any]:
        return lambda dout, *rest: reference(change(dout), *rest)

    if exercise.name.endswith("_backward") and exercise.returns != "in place":
        question = "Where does the gradient from further on, the first argument, enter your result?"
        yield Variation(
            "upstream-ignored",
            upstream(ones_like),
            "the gradient that arrives is 1 everywhere",
            question,
        )
        question = "What should happen to a negative entry of what arrives?"
        yield Variation(
            "upstream-clipped",
            upstream(positive_part),
            f"{arrives} has its negative entries turned into 0",
            question,
        )
        yield Variation(
            "upstream-sign-lost", upstream(np.abs), f"{arrives} loses its signs", question
        )
        question = "Does your loop treat every sample alike, and keep what the others gave?"
        for which, index in (("first", 0), ("last", -1)):
            yield Variation(
                f"{which}-sample-only",
                upstream(partial(only_row, index=index)),
                f"only the {which} sample counts",
                question,
            )
            yield Variation(
                f"{which}-sample-missing",
                upstream(partial(all_but_row, index=index)),
                f"the {which} sample is left out",
                question,
            )
        yield Variation(
            "upstream-averaged",
            upstream(averaged),
            f"{arrives} is averaged over the samples first",
            "Does every sample have a gradient of its own?",
        )
    for name, parameter in inspect.signature(reference).parameters.items():
        if isinstance(parameter.default, float | int):
            yield Variation(
                "always-the-default",
                partial(with_default, reference, name),
                f"`{name}` is {parameter.default} whatever comes in",
                f"Which of your lines uses the argument {name}?",
            )
    if exercise.name.endswith("_backward") and exercise.returns != "in place":
        return
    if exercise.returns in ("array", "out and cache", "tuple"):
        question = "Does your loop treat every sample alike, and keep what the others gave?"
        for which, alone, others in (
            ("first", slice(0, 1), slice(1, None)),
            ("last", slice(-1, None), slice(0, -1)),
        ):
            words = f"only the {which} sample counts"
            yield Variation(f"{which}-sample-only", on_rows(reference, alone), words, question)
            words = f"the {which} sample is left out"
            yield Variation(f"{which}-sample-missing", on_rows(reference, others), words, question)


def with_default(reference: Callable[..., Any], name: str, *args: Any) -> Any:
    """The reference's answer where one of its parameters keeps its default."""
    given = inspect.signature(reference).bind(*args).arguments
    return reference(**{key: value for key, value in given.items() if key != name})


def on_rows(reference: Callable[..., Any], piece: slice) -> Callable[..., Any]:
    """A function of some of the samples, given all."""
    return lambda *args: reference(*(rows(value, args, piece) for value in args))


def ones_like(d: Any) -> Any:
    """Ones in place of an array, 1 in place of a number."""
    return np.ones_like(d) if isinstance(d, np.ndarray) else 1.0


def positive_part(d: np.ndarray) -> np.ndarray:
    """What is negative becomes 0."""
    return np.maximum(d, 0)


def averaged(d: np.ndarray) -> np.ndarray:
    """Each row becomes the mean of all rows."""
    return np.array(np.broadcast_to(d.mean(axis=0), d.shape))


def all_but_row(d: np.ndarray, index: int) -> np.ndarray:
    """The same array with zeros in one row."""
    return d - only_row(d, index)


def only_row(d: np.ndarray, index: int) -> np.ndarray:
    """The same array with zeros in all rows but one."""
    kept = np.zeros_like(d)
    kept[index] = d[index]
    return kept


def rows(value: Any, args: tuple[Any, ...], piece: slice) -> Any:
    """Some rows of an array that has as many as the first argument; all else as it is."""
    n = len(args[0])
    counted = isinstance(value, np.ndarray) and value.ndim > 0 and len(value) == n
    return value[piece] if counted else value


# An earlier exercise inside is done wrongly


def of_used(exercise: Exercise) -> Iterator[Variation]:
    """The reference with a known mistake in one of the earlier exercises that it calls."""
    inner = {e.name: e for e in EXERCISES if e.name in exercise.uses}
    for name, used in inner.items():
        for mistake in used.mistakes:
            for wrong in mistake.ways:
                yield Variation(
                    f"{name}-{mistake.id}",
                    rebuilt(exercise.reference, {name: wrong}),
                    f"`{name}` is done like this: {quoted(mistake.symptom)}",
                    mistake.question,
                )
    for name, used in inner.items():
        if used.returns in ("tuple", "array", "out and cache") and name.startswith(SMALL):
            for varied in of_source(
                used.reference, products, sums, calls, transposes, comparisons, functions
            ):
                yield Variation(
                    varied.id,
                    rebuilt(exercise.reference, {name: varied.function}),
                    f"in the step of `{name}`, {varied.words}",
                    varied.question,
                )


SMALL = ("linear", "relu", "local_gradients")
"""Exercises inside others of which every variation is tried: those that take no time."""


def quoted(symptom: str) -> str:
    """A symptom without its full stop, as a quotation."""
    return f"\u201c{symptom.rstrip('.')}\u201d"


def rebuilt(function: Callable[..., Any], names: dict[str, Any]) -> Callable[..., Any]:
    """The same function, but some names in it mean something else."""
    assert isinstance(function, FunctionType)
    space = {**function.__globals__, **names}
    made = FunctionType(function.__code__, space, function.__name__, function.__defaults__)
    made.__kwdefaults__ = function.__kwdefaults__
    return made


# One place in the source is changed


Edit = tuple[ast.AST, ast.AST]
"""A node, and the node that it becomes."""


@dataclass(frozen=True)
class Change:
    """A change that can be made to a syntax tree."""

    id: str
    words: str
    question: str
    edits: tuple[Edit, ...]


Look = Callable[[ast.AST, ast.FunctionDef], Iterator[Change]]


def of_source(function: Callable[..., Any], *looks: Look) -> Iterator[Variation]:
    """The reference with one place in its source changed."""
    tree = bare_tree(function)
    definition = tree.body[0]
    assert isinstance(definition, ast.FunctionDef)
    seen = set()
    found = [c for look in looks for node in ast.walk(tree) for c in look(node, definition)]
    for change in found:
        before = [(node, type(node), dict(node.__dict__)) for node, _ in change.edits]
        for node, other in change.edits:
            turn_into(node, type(other), other.__dict__)
        space = dict(function.__globals__)
        try:
            code = compile(ast.fix_missing_locations(tree), f"<{function.__name__}>", "exec")
            exec(code, space)
        except SyntaxError:
            continue
        finally:
            for node, kind, attributes in before:
                turn_into(node, kind, attributes)
        made = space[function.__name__]
        key = (made.__code__.co_code, made.__code__.co_consts, made.__code__.co_names)
        if repr(key) not in seen:
            seen.add(repr(key))
            yield Variation(change.id, made, change.words, change.question)


def turn_into(node: ast.AST, kind: type, attributes: dict[str, Any]) -> None:
    """Give a node another type and other attributes, in place."""
    node.__class__ = kind
    node.__dict__ = dict(attributes)


def bare_tree(function: Callable[..., Any]) -> ast.Module:
    """The syntax tree without docstring, annotations, and refusals of wrong arguments."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    definition = tree.body[0]
    assert isinstance(definition, ast.FunctionDef)
    if ast.get_docstring(definition) is not None:
        definition.body = definition.body[1:]
    definition.body = [
        line
        for line in definition.body
        if not (isinstance(line, ast.If) and isinstance(line.body[0], ast.Raise))
    ]
    definition.returns = None
    for argument in definition.args.args:
        argument.annotation = None
    return tree


def named(node: ast.AST, otherwise: str = "") -> str:
    """A name or a number as in the source; of something longer only what it is."""
    if isinstance(node, ast.Name | ast.Constant):
        return f" `{ast.unparse(node)}`"
    if isinstance(node, ast.Attribute) and node.attr == "T" and isinstance(node.value, ast.Name):
        return f" `{node.value.id}`"
    if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
        return f" `{node.value.id}`"
    return otherwise


def become(node: ast.AST, other: ast.AST) -> tuple[Edit, ...]:
    """The edit that puts another node in the place of this one."""
    # the node itself may be a part of what takes its place
    return ((node, copy.copy(other)),)


def put(node: ast.AST, **attributes: Any) -> tuple[Edit, ...]:
    """The edit that gives a node other attributes."""
    changed = copy.copy(node)
    changed.__dict__ = {**node.__dict__, **attributes}
    return ((node, changed),)


def products(node: ast.AST, whole: ast.FunctionDef) -> Iterator[Change]:
    """Factors and divisors."""
    if not isinstance(node, ast.BinOp):
        return
    left, right = node.left, node.right
    q = "Which factors does each term of your result need, and are they all there?"
    if isinstance(node.op, ast.Mult):
        for dropped, kept in ((right, left), (left, right)):
            words = (
                f"the factor{named(dropped)} is left out"
                if named(dropped)
                else ("one of the factors is left out")
            )
            yield Change("factor-left-out", words, q, become(node, kept))
        words = f"something is divided by{named(right, ' what')} that it should be multiplied by"
        yield Change("divided-for-multiplied", words, q, put(node, op=ast.Div()))
        words = f"{named(right, ' something').strip()} is added where it should be a factor"
        yield Change("added-for-multiplied", words, q, put(node, op=ast.Add()))
        square = ast.BinOp(right, ast.Mult(), right)
        words = f"the factor{named(right)} is there twice"
        yield Change("factor-twice", words, q, put(node, right=square))
    elif isinstance(node.op, ast.Div):
        words = f"the division{' by' + named(right) if named(right) else ''} is left out"
        yield Change("division-left-out", words, q, become(node, left))
        words = f"something is multiplied by{named(right, ' what')} that it should be divided by"
        yield Change("multiplied-for-divided", words, q, put(node, op=ast.Mult()))
        square = ast.BinOp(right, ast.Mult(), right)
        words = f"the division{' by' + named(right) if named(right) else ''} is done twice"
        yield Change("division-twice", words, q, put(node, right=square))
        words = "numerator and denominator have changed places"
        swapped = ast.BinOp(right, ast.Div(), left)
        yield Change("fraction-turned", words, q, become(node, swapped))
    elif isinstance(node.op, ast.Pow):
        words = f"the power{named(right)} is left out"
        yield Change(
            "power-left-out", words, "How often does this number count?", become(node, left)
        )
    elif isinstance(node.op, ast.MatMult):
        words = "the two sides of a matrix product have changed places"
        q = "Which index comes first in each of the two, and over which is summed?"
        yield Change("product-turned", words, q, become(node, ast.BinOp(right, node.op, left)))
        words = "entries are multiplied one by one where a matrix product is due"
        yield Change("entrywise-product", words, q, put(node, op=ast.Mult()))


def sums(node: ast.AST, whole: ast.FunctionDef) -> Iterator[Change]:
    """Terms and signs."""
    q = "Which terms does your result have, and with which sign?"
    if node in in_ranges(whole):
        return  # the loops see to that
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub):
        left, right = node.left, node.right
        words = f"the term{named(right)} is left out" if named(right) else "a term is left out"
        yield Change("term-left-out", words, q, become(node, left))
        rest = right if isinstance(node.op, ast.Add) else ast.UnaryOp(ast.USub(), right)
        words = f"the term{named(left)} is left out" if named(left) else "a term is left out"
        yield Change("term-left-out", words, q, become(node, rest))
        if isinstance(node.op, ast.Add):
            words = f"{named(right, 'a term').strip()} is multiplied where it should be added"
            yield Change("multiplied-for-added", words, q, put(node, op=ast.Mult()))
            words = f"{named(right, 'a term').strip()} is taken off where it should be added"
            yield Change("sign-of-a-term", words, q, put(node, op=ast.Sub()))
        else:
            words = f"{named(right, 'a term').strip()} is added where it should be taken off"
            yield Change("sign-of-a-term", words, q, put(node, op=ast.Add()))
            words = "a difference is taken the other way round"
            yield Change(
                "difference-turned", words, q, become(node, ast.BinOp(right, node.op, left))
            )
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield Change("minus-left-out", "a minus is left out", q, become(node, node.operand))
    elif isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Add | ast.Sub):
        target = ast.unparse(node.target)
        words = f"each new part of `{target}` overwrites the one before it"
        if isinstance(node.target, ast.Name) and not stored_before(node.target.id, whole):
            words = f"`{target}` becomes a new array and the one that came in is not changed"
        assign = ast.Assign([node.target], node.value, lineno=0)
        value = node.value if isinstance(node.op, ast.Add) else ast.UnaryOp(ast.USub(), node.value)
        assign = ast.Assign([node.target], value, lineno=0)
        q = "What becomes of what was there before?"
        yield Change("overwritten", words, q, become(node, assign))
        other = ast.Sub() if isinstance(node.op, ast.Add) else ast.Add()
        words = f"`{target}` moves the other way"
        yield Change("sign-of-a-step", words, "Which way should it go?", put(node, op=other))


def stored_before(name: str, whole: ast.FunctionDef) -> bool:
    """Whether a function makes a variable of this name by itself, and no loop hands it out."""
    assigned = [t for n in ast.walk(whole) if isinstance(n, ast.Assign) for t in n.targets]
    made = {t.id for t in assigned if isinstance(t, ast.Name)}
    return name in made and not any(
        isinstance(n, ast.Assign)
        and any(isinstance(t, ast.Name) and t.id == name for t in n.targets)
        and isinstance(n.value, ast.Subscript)
        for n in ast.walk(whole)
    )


def in_ranges(whole: ast.AST) -> set[ast.AST]:
    """All that stands in the ends of a range."""
    ranges = (
        n for n in ast.walk(whole) if isinstance(n, ast.Call) and ast.unparse(n.func) == "range"
    )
    return {part for n in ranges for argument in n.args for part in ast.walk(argument)}


OTHER_CALLS = {
    "sum": {
        "mean": "a mean is taken where a sum is due",
        "max": "the largest is taken where a sum is due",
        "min": "the smallest is taken where a sum is due",
    },
    "median": {"mean": "a mean is taken where a median is due"},
    "mean": {
        "sum": "a sum is taken where a mean is due",
        "max": "the largest is taken where a mean is due",
        "min": "the smallest is taken where a mean is due",
        "median": "a median is taken where a mean is due",
    },
    "max": {"min": "the smallest is taken where the largest is due"},
    "argmax": {"argmin": "the smallest is sought where the largest is due"},
    "argmin": {"argmax": "the largest is sought where the smallest is due"},
    "maximum": {"minimum": "the smaller is taken where the larger is due"},
    "minimum": {"maximum": "the larger is taken where the smaller is due"},
    "std": {"var": "the variance is taken where the standard deviation is due"},
    "zeros": {"ones": "it starts from ones in place of zeros"},
    "zeros_like": {"ones_like": "it starts from ones in place of zeros"},
    "exp": {
        "exp2": "powers of 2 are taken in place of powers of e",
        "expm1": "exp(a) - 1 is taken in place of exp(a)",
    },
    "log": {
        "log2": "the logarithm to the base 2 is taken in place of the natural one",
        "log10": "the logarithm to the base 10 is taken in place of the natural one",
        "log1p": "log(1 + a) is taken in place of log(a)",
    },
    "log1p": {"log": "log(a) is taken in place of log(1 + a)"},
    "logaddexp": {"logaddexp2": "powers of 2 are taken in place of powers of e"},
}
"""Functions of NumPy that others are mistaken for, each with words for that."""


def calls(node: ast.AST, whole: ast.FunctionDef) -> Iterator[Change]:
    """Sums along an axis, and functions that are applied."""
    if not isinstance(node, ast.Call):
        return
    function = node.func
    name = getattr(function, "attr", getattr(function, "id", ""))
    if isinstance(function, ast.Attribute) and name in OTHER_CALLS:
        for other, words in OTHER_CALLS[name].items():
            q = f"Is it the {name} that is asked for?"
            yield Change(f"{other}-for-{name}", words, q, put(function, attr=other))
    for keyword in node.keywords:
        axis = keyword.value
        if keyword.arg == "axis" and isinstance(axis, ast.Constant) and axis.value in (0, 1):
            what = {"sum": "the sum", "mean": "the mean", "max": "the maximum"}.get(name, name)
            q = "Which axis counts the samples, and along which should this run?"
            words = f"{what} runs along the other axis"
            yield Change("other-axis", words, q, put(axis, value=1 - axis.value))
            words = f"{what} runs over all entries"
            yield Change("all-axes", words, q, put(axis, value=None))
    if len(node.args) == 1 and name not in ("range", "len", "dict", "list", "reversed", "sorted"):
        words = f"`{name}` is left out"
        q = f"What does {name} change, and where is it needed?"
        yield Change(f"{name}-left-out".replace("_", "-"), words, q, become(node, node.args[0]))
    if isinstance(function, ast.Attribute) and not isinstance(function.value, ast.Name):
        return
    if isinstance(function, ast.Attribute) and name in ("sum", "mean", "max"):
        words = f"the {name} is left out"
        q = "Over which index should there be a sum, and over which not?"
        yield Change(f"{name}-left-out", words, q, become(node, function.value))


def transposes(node: ast.AST, whole: ast.FunctionDef) -> Iterator[Change]:
    """Transposes."""
    if isinstance(node, ast.Attribute) and node.attr == "T":
        what = named(node, " an array").strip()
        shape = ast.Attribute(ast.Attribute(node.value, "T", ast.Load()), "shape", ast.Load())
        reshape = ast.Call(ast.Attribute(node.value, "reshape", ast.Load()), [shape], [])
        words = f"{what} is reshaped where it should be transposed"
        q = "In a matrix that is turned, where does the second entry of the first row go?"
        yield Change("reshaped-for-transposed", words, q, become(node, reshape))
        words = f"{what} is not transposed"
        q = "Which index comes first, and which second?"
        yield Change("not-transposed", words, q, become(node, node.value))


TURNED: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Gt: (ast.Lt, ast.GtE),
    ast.GtE: (ast.Lt, ast.Gt),
    ast.Lt: (ast.GtE, ast.LtE),
    ast.LtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}


def comparisons(node: ast.AST, whole: ast.FunctionDef) -> Iterator[Change]:
    """Comparisons and conditions."""
    q = "Write down for which values your condition is True. Is it those?"
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        what = named(node.left, " what is compared").strip()
        words = f"{what} itself stands where a comparison belongs"
        yield Change("comparison-left-out", words, q, become(node, node.left))
        against = f" with{named(node.comparators[0])}" if named(node.comparators[0]) else ""
        turned, *edge = TURNED.get(type(node.ops[0]), (None,))
        if turned is not None:
            words = f"a comparison{against} is the other way round"
            yield Change("comparison-turned", words, q, put(node, ops=[turned()]))
        for operator in edge:
            words = f"a comparison{against} goes the other way where the two are equal"
            yield Change("comparison-of-equals", words, q, put(node, ops=[operator()]))
    elif isinstance(node, ast.If):
        for value, words in (
            (True, "what stands under a condition is done always"),
            (False, "what stands under a condition is never done"),
        ):
            yield Change("condition-ignored", words, q, put(node, test=ast.Constant(value)))


def indices(node: ast.AST, whole: ast.FunctionDef) -> Iterator[Change]:
    """Numbers, and indices that are one off."""
    if isinstance(node, ast.Subscript) and isinstance(
        node.slice, ast.Constant | ast.BinOp | ast.Name
    ):
        for by, word in ((1, "large"), (-1, "small")):
            moved = ast.BinOp(node.slice, ast.Add(), ast.Constant(by))
            words = f"an index into `{ast.unparse(node.value)}` is one too {word}"
            q = "Which entry should come first, and which last?"
            yield Change("index-one-off", words, q, put(node, slice=moved))
    if (
        isinstance(node, ast.Constant)
        and isinstance(node.value, int | float)
        and not isinstance(node.value, bool)
    ):
        q = "What should happen here for the smallest example that you can think of?"
        for value in dict.fromkeys((node.value + 1, node.value - 1, 0, 2 * node.value)):
            if value != node.value:
                words = f"a number {value} stands where a {node.value} should"
                yield Change("other-number", words, q, put(node, value=value))


def loops(node: ast.AST, whole: ast.FunctionDef) -> Iterator[Change]:
    """Loops that begin or end elsewhere, and lines that stand in the wrong one."""
    if not isinstance(node, ast.For):
        return
    q = "For a small example, which turns does your loop take, and in which order?"
    items = ast.Call(ast.Name("list", ast.Load()), [node.iter], [])

    def part(lower: int | None, upper: int | None, step: int | None = None) -> ast.expr:
        ends = [None if value is None else ast.Constant(value) for value in (lower, upper, step)]
        return ast.Subscript(items, ast.Slice(*ends), ast.Load())

    for words, iterated in (
        ("the first turn of a loop is left out", part(1, None)),
        ("the last turn of a loop is left out", part(None, -1)),
        ("only the first turn of a loop is done", part(None, 1)),
        ("only the last turn of a loop is done", part(-1, None)),
        ("a loop goes the other way", part(None, None, -1)),
    ):
        yield Change("other-turns", words, q, put(node, iter=iterated))
    parent = next(n for n in ast.walk(whole) if node in (getattr(n, "body", None) or []))
    around, inside = parent.body, node.body  # type: ignore[attr-defined]
    before, after = around[: around.index(node)], around[around.index(node) + 1 :]

    def moved(lines_before: list[ast.stmt], body: list[ast.stmt], rest: list[ast.stmt]) -> Any:
        loop = put(node, body=body)[0][1]
        return put(parent, body=[*lines_before, loop, *rest])

    if len(inside) > 1:
        yield Change(
            "after-the-loop",
            "the last line of a loop stands after it",
            "How far is each line indented?",
            moved(before, inside[:-1], [inside[-1], *after]),
        )
        yield Change(
            "before-the-loop",
            "the first line of a loop stands before it",
            "How often should each line be run?",
            moved([*before, inside[0]], inside[1:], after),
        )
    if after:
        yield Change(
            "inside-the-loop",
            "the line after a loop stands in it",
            "How far is each line indented?",
            moved(before, [*inside, after[0]], after[1:]),
        )
    if before:
        yield Change(
            "set-in-each-turn",
            "what should be set once before a loop is set anew in each turn",
            "How often should each line be run?",
            moved(before[:-1], [before[-1], *inside], after),
        )


def lines(node: ast.AST, whole: ast.FunctionDef) -> Iterator[Change]:
    """Lines that are left out, and lines in another order."""
    body = getattr(node, "body", None)
    if not isinstance(body, list):
        return
    for i, line in enumerate(body):
        if isinstance(line, ast.Expr | ast.AugAssign | ast.Break) or (
            isinstance(line, ast.Assign) and i and len(body) > 1
        ):
            target = getattr(line, "target", None) or getattr(line, "targets", [None])[0]
            what = f"what is done to `{ast.unparse(target)}`" if target is not None else "a line"
            words = f"{what} is left out"
            q = "Go through your lines one by one: what would each be missed for?"
            yield Change(
                "line-left-out",
                words,
                q,
                put(node, body=body[:i] + body[i + 1 :] or [ast.Pass()]),
            )
        if i + 1 < len(body) and not isinstance(body[i + 1], ast.Return):
            swapped = [*body[:i], body[i + 1], line, *body[i + 2 :]]
            words = "two steps are done in the other order"
            q = "Which of your lines need what another line has changed?"
            yield Change("other-order", words, q, put(node, body=swapped))


def names(node: ast.AST, whole: ast.FunctionDef) -> Iterator[Change]:
    """One variable in the place of another."""
    if not isinstance(node, ast.Name) or not isinstance(node.ctx, ast.Load):
        return
    stored = [
        n.id for n in ast.walk(whole) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
    ]
    known = dict.fromkeys([a.arg for a in whole.args.args] + stored)
    if node.id not in known:
        return
    for other in known:
        if other not in (node.id, "_"):
            words = f"`{other}` stands where `{node.id}` belongs"
            q = f"What does {other} hold at that moment, and what {node.id}?"
            yield Change("wrong-variable", words, q, put(node, id=other))


FUNCTIONS_OF = {
    "squared": "{} ** 2",
    "replaced by its size, without the sign": "abs({})",
    "replaced by its sign": "np.sign({})",
    "cut off below 0": "np.maximum({}, 0)",
    "replaced by 1 where it is positive and 0 elsewhere": "({} > 0) * 1.0",
    "replaced by its mean": "np.mean({}) + 0 * {}",
    "centred: the mean of each column is taken off": "{} - np.mean({}, axis=0)",
    "replaced by its root": "np.sqrt({})",
    "replaced by exp of it": "np.exp({})",
    "replaced by log of it": "np.log({})",
    "turned the other way: 1 less it": "1 - {}",
}


def functions(node: ast.AST, whole: ast.FunctionDef) -> Iterator[Change]:
    """A function of a variable in its place."""
    if not isinstance(node, ast.Name) or not isinstance(node.ctx, ast.Load):
        return
    made = {
        n.id for n in ast.walk(whole) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
    }
    if node.id not in made | {a.arg for a in whole.args.args}:
        return
    for words, template in FUNCTIONS_OF.items():
        other = ast.parse(template.replace("{}", node.id), mode="eval").body
        q = f"What is done to {node.id} before it is used, and should it be?"
        yield Change("function-of-a-variable", f"`{node.id}` is {words}", q, become(node, other))


LOOKS: dict[str, tuple[Look, ...]] = {
    "terms": (products, sums, calls, transposes, comparisons),
    "order": (indices, loops, lines),
    "names": (names,),
    "functions": (functions,),
}

KINDS = ("inputs", *LOOKS)
"""The kinds of variations, those that say most first."""
