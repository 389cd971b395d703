"""Wrong and right backward passes before this judge, and before what other courses test with.

    pip install -r requirements.txt
    python benchmarks/mistakes.py

The subjects are the known mistakes of every exercise that is a backward pass, near misses of the
right answer (a thousandth too large, one entry off by 1 %, the first sample left out, an input
overwritten, right in one case only), and the right answers of tests/right_answers. Each peer's
method is written here from its description, and fitted to our exercises: which inputs it draws,
what it sends in as upstream gradient, and by which rule it decides. Only torch gradcheck is the
package itself; without PyTorch its row is left out. Printed are a table in Markdown, how much this
judge names without its lists, and how long a verdict takes.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "tests")]

import right_answers  # noqa: E402

from checks.exercise import Case, Exercise  # noqa: E402
from checks.exercises import EXERCISES  # noqa: E402
from checks.judge import judge, judgement  # noqa: E402
from checks.outputs import call  # noqa: E402

Attempt = Callable[..., Any]
Outputs = dict[str, np.ndarray]
Accepts = Callable[[Exercise, Attempt], bool]

BACKWARD = tuple(e for e in EXERCISES if e.name.endswith("_backward") and "graph" not in e.name)
RIGHT: dict[str, tuple[Attempt, ...]] = {}
for module in iter_modules(right_answers.__path__):
    RIGHT |= import_module(f"right_answers.{module.name}").RIGHT


# Near misses


def changed(exercise: Exercise, change: Callable[[np.ndarray], np.ndarray]) -> Attempt:
    """The reference with a change to the first of its outputs."""

    def attempt(*args: Any) -> Any:
        found = exercise.reference(*args)
        if isinstance(found, dict):
            return found | {"w1": change(found["w1"])}
        return (change(found[0]), *found[1:]) if isinstance(found, tuple) else change(found)

    return attempt


def one_entry_off(a: np.ndarray) -> np.ndarray:
    largest = np.abs(a) == np.abs(a).max()
    return np.where(largest, 1.01 * a, a)


def right_in_one_case(exercise: Exercise) -> Attempt:
    """Right in the first case of seed 0, and in no other."""
    shown = repr(seeded(exercise, 0).args[1])

    def attempt(*args: Any) -> Any:
        found = exercise.reference(*args)
        return found if repr(args[1]) == shown else changed(exercise, np.negative)(*args)

    return attempt


def overwrites(exercise: Exercise) -> Attempt:
    """Right, and then what came in is no longer what it was."""

    def attempt(dout: Any, cache: Any) -> Any:
        found = exercise.reference(dout, cache)
        if isinstance(dout, np.ndarray):
            dout *= 0
        else:
            first = cache[0] if isinstance(cache, tuple) else cache
            for array in first.values() if isinstance(first, dict) else [first]:
                array *= 0
        return found

    return attempt


def first_sample_left_out(exercise: Exercise) -> Attempt:
    def attempt(dout: Any, cache: Any) -> Any:
        if isinstance(dout, np.ndarray):
            dout = dout.copy()
            dout[0] = 0
            return exercise.reference(dout, cache)
        return changed(exercise, lambda a: np.concatenate([0 * a[:1], a[1:]]))(dout, cache)

    return attempt


def near_misses(exercise: Exercise) -> tuple[Attempt, ...]:
    return (
        changed(exercise, lambda a: 1.001 * a),
        changed(exercise, one_entry_off),
        first_sample_left_out(exercise),
        overwrites(exercise),
        right_in_one_case(exercise),
    )


# The peers


@dataclass(frozen=True)
class Peer:
    """How another course decides, and in what it differs from us."""

    name: str
    accepts: Accepts
    how: str


def seeded(exercise: Exercise, seed: int) -> Case:
    """The first case of a seed: a batch, none of whose sizes is 1 or 2."""
    return exercise.cases(np.random.default_rng([seed, *exercise.name.encode()]))[0]


def with_upstream(case: Case, value: float | None) -> Case:
    """The case with this upstream gradient in every entry; as it is where value is None."""
    if value is None:
        return case
    first = case.args[0]
    upstream = np.full_like(first, value) if isinstance(first, np.ndarray) else value
    return replace(case, args=(upstream, *case.args[1:]))


def on_one_case(
    agree: Callable[[np.ndarray, np.ndarray], bool],
    upstream: float | None = None,
    noise: float = 0.0,
) -> Accepts:
    """A test on one fixed case, output by output.

    agree: from what the attempt gave and what is right; upstream: the upstream gradient in every
    entry, or None for a random one; noise: that of the numerical gradient that stands for right.
    """

    def accepts(exercise: Exercise, attempt: Attempt) -> bool:
        case = with_upstream(seeded(exercise, 0), upstream)
        right, _ = call(exercise, case, exercise.reference)
        try:
            with np.errstate(all="ignore"):
                found, problem = call(exercise, case, attempt)
        except Exception:
            return False
        rng = np.random.default_rng(1)
        return problem is None and all(
            found[name].shape == value.shape
            and agree(found[name], value * (1 + noise * rng.uniform(-1, 1, value.shape)))
            for name, value in right.items()
        )

    return accepts


def relative_error(a: np.ndarray, b: np.ndarray) -> float:
    """CS231n's: the largest difference, each beside its own size."""
    return float(np.max(np.abs(a - b) / np.maximum(1e-8, np.abs(a) + np.abs(b)), initial=0.0))


def norm_ratio(a: np.ndarray, b: np.ndarray) -> float:
    """Coursera's: the length of the difference beside the two lengths."""
    both = float(np.linalg.norm(a) + np.linalg.norm(b))
    return float(np.linalg.norm(a - b)) / both if both else 0.0


def one_entry_close(a: np.ndarray, b: np.ndarray) -> bool:
    """minitorch's: one random entry, to 1e-2 relative plus 1e-2."""
    place = int(np.random.default_rng(2).integers(max(a.size, 1)))
    return bool(np.isclose(a.flat[place], b.flat[place], rtol=1e-2, atol=1e-2))


PEERS = (
    Peer(
        "CS231n, relative error < 1e-4",
        on_one_case(lambda a, b: relative_error(a, b) < 1e-4, noise=1e-10),
        "as described",
    ),
    Peer(
        "Coursera, norms < 2e-7",
        on_one_case(lambda a, b: norm_ratio(a, b) < 2e-7, noise=1e-8),
        "as described",
    ),
    Peer(
        "needle, upstream of ones",
        on_one_case(lambda a, b: float(np.linalg.norm(a - b)) < 1e-2, upstream=1.0, noise=1e-8),
        "as described",
    ),
    Peer(
        "minitorch, one entry to 1e-2, ones",
        on_one_case(one_entry_close, upstream=1.0, noise=1e-6),
        "as described",
    ),
    Peer(
        "ARENA, fixed upstream of 2",
        on_one_case(lambda a, b: bool(np.allclose(a, b, rtol=1e-4, atol=1e-4)), upstream=2.0),
        "as described",
    ),
    Peer(
        "allclose on one fixed case",
        on_one_case(lambda a, b: bool(np.allclose(a, b))),
        "NumPy's defaults",
    ),
)


def torch_gradcheck() -> Peer | None:
    """torch.autograd.gradcheck at its defaults, with our forward pass and the attempt as backward.

    It gives its own upstream gradients, so only exercises whose forward pass is at hand are tried.
    """
    try:
        import torch
    except ImportError:
        return None
    from backprop_lib import layers, losses

    forwards = {
        "linear_backward": layers.linear,
        "relu_backward": layers.relu,
        "sigmoid_backward": layers.sigmoid,
        "softmax_cross_entropy_backward": losses.softmax_cross_entropy,
    }

    def accepts(exercise: Exercise, attempt: Attempt) -> bool:
        forward = forwards[exercise.name]
        case = seeded(exercise, 0)
        rest = case.args[1][1:] if exercise.name.startswith("softmax") else ()

        class Step(torch.autograd.Function):
            @staticmethod
            def forward(ctx: Any, *inputs: Any) -> Any:
                out, ctx.kept = forward(*(x.detach().numpy() for x in inputs), *rest)
                return torch.tensor(out)

            @staticmethod
            def backward(ctx: Any, dout: Any) -> Any:
                d = dout.numpy() if dout.ndim else float(dout)
                found = attempt(d, ctx.kept)
                parts = found if isinstance(found, tuple | list) else (found,)
                if exercise.returns == "array":
                    parts = (found,)
                tensors = tuple(torch.tensor(np.array(p, dtype=np.float64)) for p in parts)
                return tensors if len(tensors) > 1 else tensors[0]

        inputs = tuple(torch.tensor(a, requires_grad=True) for a in case.wrt.values())
        try:
            with np.errstate(all="ignore"):
                return bool(torch.autograd.gradcheck(Step.apply, inputs, raise_exception=False))
        except Exception:
            return False

    return Peer("torch gradcheck", accepts, f"package, {torch.__version__}, four exercises")


# The measurements


def this_judge(exercise: Exercise, attempt: Attempt) -> bool:
    """Accepted in the notebook, on seed 0, and by the grader, on another."""
    return all(judge(exercise.name, attempt, seed).verdict == "correct" for seed in (0, 1))


def table(peers: list[Peer]) -> Iterator[str]:
    """A row for each, in Markdown."""
    yield (
        "| | mistakes accepted | near misses accepted | right refused | names the mistake "
        "| how it was run |"
    )
    yield "|---|---:|---:|---:|---|---|"
    for peer in [Peer("this judge", this_judge, "itself"), *peers]:
        subjects = BACKWARD[:4] if peer.name == "torch gradcheck" else BACKWARD
        wrong = [(e, way) for e in subjects for m in e.mistakes for way in m.ways]
        right = [(e, f) for e in subjects for f in (e.reference, *RIGHT[e.name])]
        near = [(e, f) for e in subjects for f in near_misses(e)]
        accepted, close = (sum(peer.accepts(e, f) for e, f in fs) for fs in (wrong, near))
        refused = sum(not peer.accepts(e, f) for e, f in right)
        names = "yes" if peer.name == "this judge" else "no"
        yield (
            f"| {peer.name} | {accepted} of {len(wrong)} | {close} of {len(near)} "
            f"| {refused} of {len(right)} | {names} | {peer.how} |"
        )


def by_itself() -> str:
    """How many known mistakes the general diagnosis names when it is not told of them."""
    tried = named = listed = 0
    for exercise in EXERCISES:
        untold = replace(exercise, mistakes=())
        for mistake in exercise.mistakes:
            if mistake.habit is not None:
                continue  # no single outcome shows it, and with the list goes what would
            for wrong in mistake.ways:
                told, alone = judge(exercise.name, wrong), judgement(untold, wrong, 0)
                if told.verdict != "wrong" or alone.verdict != "wrong":
                    raise SystemExit(f"{exercise.name} accepts {mistake.id}")
                tried += 1
                listed += told.mistake == mistake.id
                named += alone.mistake is not None
    return (
        f"All {len(EXERCISES)} exercises: of {tried} wrong implementations {listed} are refused "
        f"under their own names; the general diagnosis alone, without any list, refuses all and "
        f"has a name for {named}."
    )


def times() -> str:
    """How long a first verdict takes: truth, attempt and diagnosis, each on a seed of its own."""
    subjects = [(e.name, m.wrong) for e in EXERCISES for m in e.mistakes]
    subjects += [(name, f) for name, functions in RIGHT.items() for f in functions]
    taken = []
    for seed, (name, attempt) in enumerate(subjects, 10_000):
        start = (time.perf_counter(), time.process_time())
        judge(name, attempt, seed)
        end = (time.perf_counter(), time.process_time())
        taken.append(1e3 * np.subtract(end, start))
    (median, at_work), (late, late_at_work) = np.percentile(taken, (50, 99), axis=0)
    return (
        f"A first verdict takes {median:.1f} ms at the median and {late:.0f} ms at the 99th "
        f"percentile ({at_work:.1f} and {late_at_work:.0f} ms of processor time), over "
        f"{len(taken)} wrong and right attempts."
    )


def main() -> None:
    argparse.ArgumentParser(description=__doc__.split("\n")[0]).parse_args()
    torch = torch_gradcheck()
    print("\n".join(table([*PEERS, *([torch] if torch else [])])))
    print(f"\n{by_itself()}\n\n{times()}")


if __name__ == "__main__":
    main()
