"""Small changes to a function's source: each mutant is a near miss that nobody thought of."""

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from typing import Any

__all__ = ["mutants"]

SWAPS: dict[type[ast.operator], tuple[type[ast.operator], ...]] = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div, ast.Add),
    ast.Div: (ast.Mult,),
    ast.MatMult: (ast.Mult,),
    ast.Pow: (ast.Mult,),
    ast.FloorDiv: (ast.Div,),
}
COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
}


def mutants(function: Callable[..., Any]) -> Iterator[tuple[str, Callable[..., Any]]]:
    """Every mutant of a function, with what was changed in a line of source."""
    source = textwrap.dedent(inspect.getsource(function))
    places = sum(1 for _ in ast.walk(ast.parse(source)))
    seen = {ast.unparse(ast.parse(source))}
    for place in range(places):
        for choice in range(8):
            tree = ast.parse(source)
            node = list(ast.walk(tree))[place]
            if node in set(aside(tree)) or not change(node, choice):
                break
            text = ast.unparse(ast.fix_missing_locations(tree))
            if text in seen:
                continue
            seen.add(text)
            space = dict(function.__globals__)
            exec(compile(text, f"<mutant of {function.__name__}>", "exec"), space)
            before = ast.unparse(ast.parse(source)).splitlines()
            pairs = zip(text.splitlines(), before, strict=True)
            yield next(new.strip() for new, old in pairs if new != old), space[function.__name__]


def aside(tree: ast.AST) -> Iterator[ast.AST]:
    """What no judge looks at: defaults of arguments, and refusals of arguments that are wrong."""
    for node in ast.walk(tree):
        refusal = isinstance(node, ast.If) and isinstance(node.body[0], ast.Raise)
        for part in [node.test, *node.body] if refusal else []:
            yield from ast.walk(part)
        if isinstance(node, ast.arguments):
            yield from ast.walk(node)


def change(node: ast.AST, choice: int) -> bool:
    """Make one change to this node, the choice-th of those that are possible; False if none."""
    options = list(changes(node))
    if choice >= len(options):
        return False
    options[choice]()
    return True


def changes(node: ast.AST) -> Iterator[Callable[[], None]]:
    """Changes that can be made to a node of the syntax tree."""
    if isinstance(node, ast.BinOp):
        for operator in SWAPS.get(type(node.op), ()):
            yield lambda operator=operator: setattr(node, "op", operator())
        yield lambda: become(node, node.left)
        if isinstance(node.op, ast.Add | ast.Mult | ast.MatMult):
            yield lambda: become(node, node.right)
        if isinstance(node.op, ast.Sub | ast.Div | ast.MatMult):
            yield lambda: swap(node)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield lambda: become(node, node.operand)
    elif isinstance(node, ast.Compare) and len(node.ops) == 1:
        for comparison in COMPARISONS.get(type(node.ops[0]), ()):
            yield lambda comparison=comparison: setattr(node, "ops", [comparison()])
    elif isinstance(node, ast.Attribute) and node.attr == "T":
        yield lambda: become(node, node.value)
    elif isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        if isinstance(node.value, bool):
            yield lambda: setattr(node, "value", not node.value)
        else:
            yield lambda: setattr(node, "value", node.value + 1)
            if node.value:
                yield lambda: setattr(node, "value", 0)
    elif isinstance(node, ast.AugAssign):
        for operator in SWAPS.get(type(node.op), ()):
            yield lambda operator=operator: setattr(node, "op", operator())


def become(node: ast.AST, other: ast.AST) -> None:
    """Turn a node into another in place."""
    node.__class__ = type(other)  # type: ignore[assignment]
    node.__dict__ = dict(other.__dict__)


def swap(node: ast.BinOp) -> None:
    """Exchange the two sides."""
    node.left, node.right = node.right, node.left
