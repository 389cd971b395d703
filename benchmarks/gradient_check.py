"""This gradient check beside others, on the same functions and gradients, in one run.

    pip install -r requirements.txt -r benchmarks/requirements.txt
    python benchmarks/gradient_check.py --seeds 3

Every tool is used at its defaults and gets the same function of one flat vector with its right
gradient and with near misses, from tests/gradient_zoo.py. Printed is a table in Markdown: right
gradients refused, wrong ones accepted, evaluations of the function for each parameter, and the
time for the right gradients as a multiple of this check's.
"""

import argparse
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "tests")]

import gradient_zoo  # noqa: E402

import backprop_lib as bl  # noqa: E402
from checks.gradients import check_gradient  # noqa: E402
from checks.layout import Layout, matching  # noqa: E402

Function = Callable[[np.ndarray], float]
Verdict = str
Tool = Callable[[Function, np.ndarray, np.ndarray], Verdict]
"""From f, a claimed gradient (n,) and x (n,) to "pass", "fail" or "unresolved"."""
Numeric = Callable[[Function, np.ndarray], np.ndarray]
"""From f and x (n,) to the numerical gradient (n,)."""


def this_check(f: Function, claimed: np.ndarray, x: np.ndarray) -> Verdict:
    return check_gradient(f, lambda _: claimed, x).verdict


def torch_gradcheck(fast: bool) -> Tool:
    import torch

    torch.set_num_threads(1)

    def tool(f: Function, claimed: np.ndarray, x: np.ndarray) -> Verdict:
        class Loss(torch.autograd.Function):
            @staticmethod
            def forward(ctx, x):
                return torch.tensor(f(x.detach().numpy()), dtype=x.dtype)

            @staticmethod
            def backward(ctx, upstream):
                return torch.tensor(claimed) * upstream

        inputs = (torch.tensor(x, requires_grad=True),)
        right = torch.autograd.gradcheck(Loss.apply, inputs, fast_mode=fast, raise_exception=False)
        return "pass" if right else "fail"

    return tool


def jax_check_grads() -> Tool:
    import jax
    from jax.test_util import check_grads

    jax.config.update("jax_enable_x64", True)

    def tool(f: Function, claimed: np.ndarray, x: np.ndarray) -> Verdict:
        shape = jax.ShapeDtypeStruct((), x.dtype)

        def on_the_host(x):
            return np.asarray(f(np.array(x)), dtype=x.dtype)

        @jax.custom_vjp
        def loss(x):
            return jax.pure_callback(on_the_host, shape, x)

        loss.defvjp(lambda x: (loss(x), None), lambda _, upstream: (claimed * upstream,))
        check_grads(loss, (x,), order=1, modes=["rev"])
        return "pass"

    return tool


def autograd_check_grads() -> Tool:
    from autograd.extend import defvjp, primitive
    from autograd.test_util import check_grads

    def tool(f: Function, claimed: np.ndarray, x: np.ndarray) -> Verdict:
        loss = primitive(lambda x: float(f(x)))
        defvjp(loss, lambda value, x: lambda upstream: claimed * upstream)
        check_grads(loss, modes=["rev"], order=1)(x)
        return "pass"

    return tool


def scipy_check_grad() -> Tool:
    from scipy.optimize import check_grad

    def tool(f: Function, claimed: np.ndarray, x: np.ndarray) -> Verdict:
        # check_grad gives a distance and no verdict; 1e-5 is what its users compare it with
        return "pass" if check_grad(f, lambda _: claimed, x) < 1e-5 else "fail"

    return tool


def numdifftools_allclose() -> Tool:
    import numdifftools

    return by_comparing(lambda f, x: numdifftools.Gradient(f)(x), np.allclose)


def cs231n_rule() -> Tool:
    """Central differences of step 1e-5; a relative error below 1e-4 is said to be right."""

    def numeric(f: Function, x: np.ndarray) -> np.ndarray:
        found = np.empty_like(x)
        for i in range(x.size):
            ahead, behind = x.copy(), x.copy()
            ahead[i] += 1e-5
            behind[i] -= 1e-5
            found[i] = (float(f(ahead)) - float(f(behind))) / 2e-5
        return found

    def close(claimed: np.ndarray, found: np.ndarray) -> bool:
        off = np.abs(claimed - found) / np.maximum(1e-8, np.abs(claimed) + np.abs(found))
        return bool(off.max() < 1e-4)

    return by_comparing(numeric, close)


def by_comparing(numeric: Numeric, close: Callable[[np.ndarray, np.ndarray], bool]) -> Tool:
    """A tool whose numbers do not depend on the claim; they are kept from claim to claim."""
    last: tuple[object, np.ndarray] | None = None

    def tool(f: Function, claimed: np.ndarray, x: np.ndarray) -> Verdict:
        nonlocal last
        if last is None or last[0] is not f:
            last = (f, numeric(f, x))
        return "pass" if close(claimed, last[1]) else "fail"

    return tool


TOOLS: dict[str, Callable[[], Tool]] = {
    "this check": lambda: this_check,
    "torch gradcheck": lambda: torch_gradcheck(fast=False),
    "torch gradcheck, fast mode": lambda: torch_gradcheck(fast=True),
    "jax check_grads": jax_check_grads,
    "autograd check_grads": autograd_check_grads,
    "scipy check_grad < 1e-5": scipy_check_grad,
    "numdifftools + allclose": numdifftools_allclose,
    "CS231n rule < 1e-4": cs231n_rule,
}


@dataclass
class Tally:
    """What one tool made of all functions."""

    right: int = 0
    refused: int = 0
    wrong: int = 0
    accepted: int = 0
    unresolved: int = 0
    evaluations: list[float] = field(default_factory=list)
    seconds: float = 0.0


def ask(tool: Tool, f: Function, claimed: np.ndarray, x: np.ndarray) -> Verdict:
    """A tool's verdict; an exception, which is how some say no, is "fail"."""
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            return tool(f, claimed.copy(), x.copy())
    except Exception:
        return "fail"


def flat(problem: gradient_zoo.Problem) -> tuple[Layout, Function, np.ndarray, np.ndarray]:
    """A problem as a function of one vector: layout, f, right gradient and x, in x's own type."""
    layout = Layout.of(problem.x)
    dtype = np.result_type(*layout.leaves)

    def f(vector: np.ndarray) -> float:
        return problem.f(layout.build(np.asarray(vector)))

    right = as_vector(problem.grad(problem.x), layout, dtype)
    return layout, f, right, layout.vector().astype(dtype)


def as_vector(gradient: object, layout: Layout, dtype: np.dtype) -> np.ndarray:
    """A gradient's arrays as one vector, in the order of x's."""
    arrays = [array for _, array in matching(gradient, layout.tree, "gradient", "x")]
    return np.concatenate([array.ravel() for array in arrays]).astype(dtype)


def compare(tools: dict[str, Tool], seeds: int) -> dict[str, Tally]:
    """Every tool on every problem, right gradient and near misses."""
    from tqdm import tqdm

    tallies = {name: Tally() for name in tools}
    problems = list(gradient_zoo.problems(range(seeds)))
    for k, problem in enumerate(tqdm(problems, unit="function", mininterval=5)):
        layout, f, right, x = flat(problem)
        rng = np.random.default_rng(k)
        wrongs = [
            as_vector(w, layout, right.dtype) for _, w in gradient_zoo.wrong_gradients(problem, rng)
        ]
        for name, tool in tools.items():
            tally = tallies[name]
            calls = [0]

            def counted(vector, calls=calls, f=f):
                calls[0] += 1
                return f(vector)

            start = time.perf_counter()
            verdict = ask(tool, counted, right, x)
            tally.seconds += time.perf_counter() - start
            tally.evaluations.append(calls[0] / x.size)
            tally.right += 1
            tally.refused += verdict == "fail"
            tally.unresolved += verdict == "unresolved"
            for wrong in wrongs:
                tally.wrong += 1
                tally.accepted += ask(tool, counted, wrong, x) == "pass"
    return tallies


def print_table(tallies: dict[str, Tally]) -> None:
    first = next(iter(tallies.values()))
    print(f"\n{first.right:,} right gradients and {first.wrong:,} wrong ones:\n")
    print("| | right refused | wrong accepted | unresolved | evaluations a parameter | time |")
    print("|---|---:|---:|---:|---:|---:|")
    for name, tally in tallies.items():
        unresolved = str(tally.unresolved) if name == "this check" else "–"
        print(
            f"| {name} | {tally.refused} | {tally.accepted} | {unresolved} "
            f"| {np.mean(tally.evaluations):.1f} | {tally.seconds / first.seconds:.2g} |"
        )


def many_parameters(tools: dict[str, Tool], faults: int) -> None:
    """50,890 parameters: evaluations, time, and single wrong entries that are found."""
    rng = np.random.default_rng(0)
    x, labels = rng.normal(size=(32, 784)), rng.integers(0, 10, 32)
    params = bl.init_mlp([784, 64, 10], rng)
    layout = Layout.of(params)
    calls = 0

    def f(vector: np.ndarray) -> float:
        nonlocal calls
        calls += 1
        scores, _ = bl.mlp_forward(x, layout.build(np.asarray(vector)))
        return bl.softmax_cross_entropy(scores, labels)[0]

    scores, cache = bl.mlp_forward(x, params)
    dscores = bl.softmax_cross_entropy_backward(1.0, bl.softmax_cross_entropy(scores, labels)[1])
    point = layout.vector()
    right = as_vector(bl.mlp_backward(dscores, cache), layout, np.dtype(float))
    share = np.abs(right * point)
    counting = np.flatnonzero(share > 1e-3 * share.max())
    wrongs = []
    for i in rng.choice(counting, faults):
        wrong = right.copy()
        wrong[i] *= 1.01
        wrongs.append(wrong)
    print(f"\n{point.size:,} parameters, and {faults} gradients with one entry off by 1%:\n")
    print("| | right gradient | wrong ones refused | evaluations | time |")
    print("|---|---|---:|---:|---:|")
    first = None
    for name, tool in tools.items():
        calls = 0
        start = time.perf_counter()
        verdict = ask(tool, f, right, point)
        seconds = time.perf_counter() - start
        first = first or seconds
        used = calls
        refused = sum(ask(tool, f, wrong, point) == "fail" for wrong in wrongs)
        print(f"| {name} | {verdict} | {refused} of {faults} | {used:,} | {seconds / first:.2g} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seeds", type=int, default=3, help="draws of each family (default 3)")
    parser.add_argument("--faults", type=int, default=3, help="faults among 50,890 parameters")
    parser.add_argument("--tools", nargs="+", choices=TOOLS, default=list(TOOLS), metavar="TOOL")
    args = parser.parse_args()
    np.random.seed(0)
    tools: dict[str, Tool] = {}
    for name in args.tools:
        try:
            tools[name] = TOOLS[name]()
        except ImportError as error:
            sys.exit(f"{error}. Install the peers: pip install -r benchmarks/requirements.txt")
    print_table(compare(tools, args.seeds))
    quick = ("this check", "torch gradcheck, fast mode", "jax check_grads", "autograd check_grads")
    many_parameters({name: tools[name] for name in quick if name in tools}, args.faults)


if __name__ == "__main__":
    main()
