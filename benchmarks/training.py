"""Time of one training step here and in other libraries, side by side.

Everybody trains the same networks from the same starting weights on the same batches with the
same rule (plain gradient descent), in the same run: PyTorch on the CPU, scikit-learn's
MLPClassifier, HIPS autograd and, for the smallest network, micrograd. Beside them stand the bare
matrix products of the step, which no NumPy program can beat.

    python benchmarks/training.py            prints the tables, draws docs/training_growth.png
    python benchmarks/training.py --quick    the same with fewer repetitions and no picture

Each library has a process of its own, so that their threads do not get into each other's way,
and they take turns: many short ones, each as soon as the machine is quiet. The fastest turn
counts, for everybody, since whatever else runs on the machine can only add to a time.
"""

import argparse
import importlib.metadata
import math
import multiprocessing
import os
import platform
import statistics
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

import backprop_lib as bl
from backprop_lib.training import train_epoch

LEARNING_RATE = 0.05
STEPS_TO_AGREE = 20  # after so many steps all must have the same loss
DIFFERENT_BATCHES = 4
PICTURE = Path(__file__).resolve().parent.parent / "docs" / "training_growth.png"


@dataclass(frozen=True)
class Problem:
    """What everybody has to train. Data and starting weights follow from it."""

    sizes: tuple[int, ...]
    batch_size: int
    dtype: str = "float32"

    def batches(self):
        """Batches (x, labels) to go through again and again."""
        rng = np.random.default_rng(1)
        for _ in range(DIFFERENT_BATCHES):
            x = rng.normal(size=(self.batch_size, self.sizes[0])).astype(self.dtype)
            yield x, rng.integers(0, self.sizes[-1], self.batch_size)

    def layers(self):
        """Starting weights and biases of each layer."""
        params = bl.init_mlp(list(self.sizes), np.random.default_rng(0))
        for i in range(1, len(self.sizes)):
            yield params[f"w{i}"].astype(self.dtype), params[f"b{i}"].astype(self.dtype)

    def __str__(self):
        return "-".join(map(str, self.sizes))


PROBLEMS = (
    Problem((2, 16, 16, 2), 32),
    Problem((64, 64, 10), 64),
    Problem((784, 128, 10), 64),
    Problem((784, 512, 256, 10), 128),
    Problem((1024, 1024, 1024, 10), 256),
)


# The contenders. Each takes a problem and gives two functions: run(steps) takes so many steps,
# loss() is the loss on the first batch. Each imports what it needs in its own process.


def here(problem: Problem):
    network = bl.Network(problem.sizes, np.random.default_rng(0), dtype=problem.dtype)
    batches = list(problem.batches())
    optimizer = bl.SGD(LEARNING_RATE)
    state = optimizer.start(network.parameters)

    def run(steps):
        for i in range(steps):
            x, y = batches[i % len(batches)]
            network.backpropagate(x, y)
            optimizer.step(network.parameters, network.gradients, state)

    return run, lambda: network.evaluate(*batches[0]).loss


def bare_products(problem: Problem):
    """Every matrix product of a step, into arrays that exist, and nothing else."""
    batches = [x for x, _ in problem.batches()]
    weights = [w for w, _ in problem.layers()]
    gradients = [np.empty_like(w) for w in weights]
    rng = np.random.default_rng(2)
    shapes = [(problem.batch_size, size) for size in problem.sizes[1:]]
    outputs = [rng.normal(size=shape).astype(problem.dtype) for shape in shapes]
    hidden = [output.copy() for output in outputs[:-1]]
    douts = [output.copy() for output in outputs]

    def run(steps):
        for step in range(steps):
            inputs = [batches[step % len(batches)], *hidden]
            for a, w, out in zip(inputs, weights, outputs, strict=True):
                np.dot(a, w, out=out)
            for i in range(len(weights) - 1, -1, -1):
                np.dot(inputs[i].T, douts[i], out=gradients[i])
                if i > 0:
                    np.dot(douts[i], weights[i].T, out=outputs[i - 1])

    return run, lambda: None


def pytorch(problem: Problem):
    import torch

    modules = []
    for w, b in problem.layers():
        layer = torch.nn.Linear(*w.shape, dtype=getattr(torch, problem.dtype))
        with torch.no_grad():
            layer.weight.copy_(torch.from_numpy(w.T.copy()))
            layer.bias.copy_(torch.from_numpy(b))
        modules += [layer, torch.nn.ReLU()]
    network = torch.nn.Sequential(*modules[:-1])
    loss_of = torch.nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(network.parameters(), lr=LEARNING_RATE)
    batches = [(torch.from_numpy(x), torch.from_numpy(y)) for x, y in problem.batches()]

    def run(steps):
        for i in range(steps):
            x, y = batches[i % len(batches)]
            optimizer.zero_grad()
            loss_of(network(x), y).backward()
            optimizer.step()

    def loss():
        with torch.no_grad():
            x, y = batches[0]
            return float(loss_of(network(x), y))

    return run, loss


def scikit_learn(problem: Problem):
    """One call of fit, whose inner loop takes the steps, so that its checks count only once."""
    import warnings

    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier

    warnings.simplefilter("ignore", ConvergenceWarning)
    batches = list(problem.batches())
    classes = np.arange(problem.sizes[-1])
    network = MLPClassifier(
        problem.sizes[1:-1],
        solver="sgd",
        alpha=0,
        batch_size=problem.batch_size,
        learning_rate_init=LEARNING_RATE,
        momentum=0,
        nesterovs_momentum=False,
        shuffle=False,
        max_iter=1,
        warm_start=True,
        tol=0,
    )
    x, y = batches[0]
    y = np.resize(classes, len(y))  # so that it meets every class
    network.fit(x, y)
    for w, b, (start_w, start_b) in zip(
        network.coefs_, network.intercepts_, problem.layers(), strict=True
    ):
        # with two classes it has one logistic output where the others have two
        w[...], b[...] = start_w[:, : w.shape[1]], start_b[: len(b)]
    epochs = {}

    def run(steps):
        if steps not in epochs:
            chosen = [batches[i % len(batches)] for i in range(steps)]
            epochs[steps] = [np.concatenate(arrays) for arrays in zip(*chosen, strict=True)]
        network.fit(*epochs[steps])

    def loss():
        x, y = batches[0]
        p = network.predict_proba(x)
        return None if len(classes) == 2 else float(-np.log(p[np.arange(len(y)), y]).mean())

    return run, loss


def hips_autograd(problem: Problem):
    import autograd
    import autograd.numpy as anp

    def loss_of(params, x, y):
        out = x
        for w, b in params[:-1]:
            out = anp.maximum(anp.dot(out, w) + b, 0)
        w, b = params[-1]
        scores = anp.dot(out, w) + b
        shifted = scores - anp.max(scores, axis=1, keepdims=True)
        log_sum = anp.log(anp.sum(anp.exp(shifted), axis=1))
        return anp.mean(log_sum - shifted[np.arange(len(y)), y])

    gradient = autograd.grad(loss_of)
    params = list(problem.layers())
    batches = list(problem.batches())

    def run(steps):
        for i in range(steps):
            grads = gradient(params, *batches[i % len(batches)])
            for layer, layer_grads in zip(params, grads, strict=True):
                for p, g in zip(layer, layer_grads, strict=True):
                    p -= LEARNING_RATE * g

    return run, lambda: float(loss_of(params, *batches[0]))


def micrograd(problem: Problem):
    """It has no exp and no logarithm; both are added here in its own way."""
    from micrograd.engine import Value
    from micrograd.nn import MLP

    def exp(a):
        out = Value(math.exp(a.data), (a,), "exp")

        def backward():
            a.grad += out.data * out.grad

        out._backward = backward
        return out

    def log(a):
        out = Value(math.log(a.data), (a,), "log")

        def backward():
            a.grad += out.grad / a.data

        out._backward = backward
        return out

    network = MLP(problem.sizes[0], list(problem.sizes[1:]))
    for layer, (w, b) in zip(network.layers, problem.layers(), strict=True):
        for neuron, column, bias in zip(layer.neurons, w.T, b, strict=True):
            neuron.b.data = float(bias)
            for weight, value in zip(neuron.w, column, strict=True):
                weight.data = float(value)
    batches = [(x.tolist(), y.tolist()) for x, y in problem.batches()]

    def loss_of(x, y):
        losses = []
        for row, label in zip(x, y, strict=True):
            scores = network(row)
            losses.append(log(sum(exp(score) for score in scores)) - scores[label])
        return sum(losses) * (1 / len(losses))

    def run(steps):
        for i in range(steps):
            network.zero_grad()
            loss_of(*batches[i % len(batches)]).backward()
            for p in network.parameters():
                p.data -= LEARNING_RATE * p.grad

    return run, lambda: loss_of(*batches[0]).data


STEPS = {
    "here": here,
    "bare products": bare_products,
    "PyTorch": pytorch,
    "scikit-learn": scikit_learn,
    "autograd": hips_autograd,
    "micrograd": micrograd,
}


# A whole training: the digits to 97 % of the test digits, with Adam. Each gives a function that
# trains from a seed and returns the seconds and the epochs it took.


def draw_digits(seed):
    """Starting weights, data, and the order of each epoch: the same for everybody.

    The seed decides the order; the split into training and test digits is always the same.
    """
    x, y, x_test, y_test = bl.load_digits(np.random.default_rng(0))
    data = x.astype(np.float32), y, x_test.astype(np.float32), y_test
    return Problem((64, 64, 10), 64), data, np.random.default_rng(seed)


def digits_here(seed, goal, epochs):
    problem, (x, y, x_test, y_test), rng = draw_digits(seed)
    network = bl.Network(problem.sizes, np.random.default_rng(0), dtype=problem.dtype)
    optimizer = bl.Adam(0.003)
    start = time.perf_counter()
    state = optimizer.start(network.parameters)
    for epoch in range(1, epochs + 1):
        train_epoch(network, x, y, optimizer, state, problem.batch_size, rng, epoch)
        if network.evaluate(x_test, y_test).accuracy >= goal:
            return time.perf_counter() - start, epoch
    return math.inf, epochs


def digits_pytorch(seed, goal, epochs):
    import torch

    problem, data, rng = draw_digits(seed)
    x, y, x_test, y_test = map(torch.from_numpy, data)
    modules = []
    for w, b in problem.layers():
        layer = torch.nn.Linear(*w.shape)
        with torch.no_grad():
            layer.weight.copy_(torch.from_numpy(w.T.copy()))
            layer.bias.copy_(torch.from_numpy(b))
        modules += [layer, torch.nn.ReLU()]
    network = torch.nn.Sequential(*modules[:-1])
    loss_of = torch.nn.CrossEntropyLoss()
    start = time.perf_counter()
    optimizer = torch.optim.Adam(network.parameters(), lr=0.003)
    for epoch in range(1, epochs + 1):
        order = torch.from_numpy(rng.permutation(len(x)))
        for batch in order.split(problem.batch_size):
            optimizer.zero_grad()
            loss_of(network(x[batch]), y[batch]).backward()
            optimizer.step()
        with torch.no_grad():
            if float((network(x_test).argmax(1) == y_test).float().mean()) >= goal:
                return time.perf_counter() - start, epoch
    return math.inf, epochs


def digits_scikit_learn(seed, goal, epochs):
    from sklearn.neural_network import MLPClassifier

    problem, (x, y, x_test, y_test), rng = draw_digits(seed)
    network = MLPClassifier(
        problem.sizes[1:-1],
        alpha=0,
        batch_size=problem.batch_size,
        learning_rate_init=0.003,
        shuffle=False,
    )
    network.partial_fit(x[:64], y[:64], classes=np.arange(10))
    for w, b, (start_w, start_b) in zip(
        network.coefs_, network.intercepts_, problem.layers(), strict=True
    ):
        w[...], b[...] = start_w, start_b
    start = time.perf_counter()
    del network._optimizer  # so that Adam begins afresh with the weights
    for epoch in range(1, epochs + 1):
        order = rng.permutation(len(x))
        network.partial_fit(x[order], y[order])
        if (network.predict(x_test) == y_test).mean() >= goal:
            return time.perf_counter() - start, epoch
    return math.inf, epochs


DIGITS = {"here": digits_here, "PyTorch": digits_pytorch, "scikit-learn": digits_scikit_learn}


# Taking turns


def work(name, connection):
    """A library's process: take orders until told to stop."""
    run = loss = None
    while True:
        order, *args = connection.recv()
        try:
            if order == "stop":
                return
            if order == "prepare":
                run, loss = STEPS[name](*args)
                answer = None
            elif order == "agree":
                run(STEPS_TO_AGREE)
                answer = loss()
            elif order == "time":
                (steps,) = args
                run(max(1, steps // 10))  # wake up threads and caches
                start = time.perf_counter()
                run(steps)
                answer = (time.perf_counter() - start) / steps
            else:
                answer = DIGITS[name](*args)
            connection.send(("done", answer))
        except ImportError as error:
            connection.send(("not installed", str(error)))
        except Exception:
            connection.send(("failed", traceback.format_exc()))


class Library:
    """A library in its process, seen from outside."""

    def __init__(self, name):
        self.name = name
        context = multiprocessing.get_context("spawn")
        self.connection, other_end = context.Pipe()
        self.process = context.Process(target=work, args=(name, other_end), daemon=True)
        self.process.start()

    def ask(self, *order):
        """Its answer; None when it is not installed."""
        self.connection.send(order)
        outcome, answer = self.connection.recv()
        if outcome == "failed":
            raise RuntimeError(f"{self.name} failed:\n{answer}")
        return answer if outcome == "done" else None

    def is_installed(self, problem):
        self.connection.send(("prepare", problem))
        outcome, answer = self.connection.recv()
        if outcome == "failed":
            raise RuntimeError(f"{self.name} failed:\n{answer}")
        return outcome == "done"

    def stop(self):
        self.connection.send(("stop",))
        self.process.join()


def busy_cores(seconds):
    """How many cores were busy for so many seconds from now; 0 where it cannot be told."""
    try:
        before = Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]
        time.sleep(seconds)
        after = Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]
    except OSError:
        time.sleep(seconds)
        return 0.0
    spent = [int(b) - int(a) for a, b in zip(before, after, strict=True)]
    idle = spent[3] + spent[4]
    return os.cpu_count() * (1 - idle / max(1, sum(spent)))


class Patience:
    """Waits until hardly anything else runs, so many seconds in all, and then no more."""

    def __init__(self, seconds):
        self.seconds = seconds

    def wait_until_quiet(self):
        time.sleep(0.02)  # the threads of whoever came last go to sleep
        start = time.perf_counter()
        while self.seconds > time.perf_counter() - start and busy_cores(0.06) > 0.2:
            time.sleep(0.1)
        self.seconds -= time.perf_counter() - start


def measure(libraries, problem, rounds, seconds, patience):
    """Seconds per step of each library, its fastest turn, and the losses that must agree."""
    losses, steps = {}, {}
    for name, library in libraries.items():
        library.ask("prepare", problem)
        losses[name] = library.ask("agree")
        patience.wait_until_quiet()
        estimate = min(library.ask("time", n) for n in (1, 3))
        steps[name] = max(1, round(seconds / estimate))
    times = {name: [] for name in libraries}
    for _ in range(rounds):
        for name, library in libraries.items():
            patience.wait_until_quiet()
            times[name].append(library.ask("time", steps[name]))
    fastest = {name: min(taken) for name, taken in times.items()}
    return fastest, {name: loss for name, loss in losses.items() if loss is not None}


def as_ratio(mine, theirs):
    """A ratio in few digits."""
    value = mine / theirs
    return f"{value:.2f}" if value >= 0.01 else f"{value:.1g}"


def disagreement(losses):
    """Largest relative difference of a loss from the one here."""
    return max(abs(loss - losses["here"]) / losses["here"] for loss in losses.values())


def microseconds(seconds):
    value = seconds * 1e6
    return f"{value:,.0f} µs" if value < 10_000 else f"{value / 1000:,.1f} ms"


def print_steps(libraries, dtype, rounds, seconds, patience):
    """The table of the steps. Returns whether all losses agree."""
    others = [name for name in libraries if name != "here"]
    agree = True
    print(f"\nTime of a step here, and as a multiple of the time of others, {dtype}:\n")
    print("| Network, batch | here |", " | ".join(others), "| loss after 20 steps |")
    print("|---|" + "---:|" * (len(others) + 2))
    for problem in PROBLEMS:
        problem = replace(problem, dtype=dtype)
        taking_part = {
            name: library
            for name, library in libraries.items()
            if name != "micrograd" or problem.sizes == PROBLEMS[0].sizes
        }
        times, losses = measure(taking_part, problem, rounds, seconds, patience)
        cells = [as_ratio(times["here"], times[name]) if name in times else "" for name in others]
        difference = disagreement(losses)
        agree &= difference < (1e-4 if dtype == "float32" else 1e-9)
        print(
            f"| {problem}, {problem.batch_size} |",
            microseconds(times["here"]),
            "|",
            " | ".join(cells),
            f"| {losses['here']:.4f} ± {difference:.0e} |",
            flush=True,
        )
    return agree


def print_digits(libraries, seeds, patience, goal=0.97, epochs=60):
    """The table of the whole trainings."""
    print(f"\nDigits, 64-64-10, batch 64, Adam, float32, until {goal:.0%} of the test digits:\n")
    print("| | seconds | epochs | times as long as here |")
    print("|---|---:|---:|---:|")
    results = {name: [] for name in DIGITS if name in libraries}
    for seed in range(-1, seeds):  # the first one only warms up
        for name in results:
            patience.wait_until_quiet()
            results[name].append(libraries[name].ask("digits", max(seed, 0), goal, epochs))
    for name, runs in results.items():
        runs = runs[1:]
        seconds = statistics.median(s for s, _ in runs)
        mine = [s for s, _ in results["here"][1:]]
        longer = statistics.median(s / m for (s, _), m in zip(runs, mine, strict=True))
        taken = statistics.median(e for _, e in runs)
        print(f"| {name} | {seconds:.3f} | {taken:g} | {longer:.1f} |", flush=True)


def draw_growth(libraries, rounds, seconds, patience, path):
    """Time per step against width, depth and batch, beside the bare products."""
    from matplotlib.figure import Figure

    series: dict[str, tuple[Sequence[int], Callable[[int], Problem]]] = {
        "width (2 hidden layers, batch 64)": (
            (16, 32, 64, 128, 256, 512, 1024, 2048),
            lambda n: Problem((64, n, n, 10), 64),
        ),
        "hidden layers (256 wide, batch 64)": (
            (1, 2, 4, 8, 16, 32),
            lambda n: Problem((64, *[256] * n, 10), 64),
        ),
        "batch (2 hidden layers, 256 wide)": (
            (1, 4, 16, 64, 256, 1024),
            lambda n: Problem((64, 256, 256, 10), n),
        ),
    }
    styles = {
        "here": ("#0072b2", "o"),
        "PyTorch": ("#d55e00", "s"),
        "bare products": ("#777777", "^"),
    }
    figure = Figure(figsize=(12, 3.8), layout="constrained")
    for place, (label, (values, make)) in enumerate(series.items(), 1):
        shown = {name: libraries[name] for name in styles if name in libraries}
        medians = {name: [] for name in shown}
        for value in values:
            times, _ = measure(shown, make(value), rounds, seconds, patience)
            for name, taken in times.items():
                medians[name].append(taken * 1e6)
        axes = figure.add_subplot(1, 3, place)
        for name, taken in medians.items():
            colour, marker = styles[name]
            axes.loglog(values, taken, color=colour, marker=marker, lw=2, label=name)
        axes.set_xticks(values, [str(value) for value in values])
        axes.minorticks_off()
        axes.set_xlabel(label)
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(axis="y", color="#dddddd")
        if place == 1:
            axes.set_ylabel("µs per step, float32")
            axes.legend(frameon=False)
    figure.savefig(path, dpi=100, facecolor="white", metadata={"Software": None})
    print(f"\nwrote {path}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="fewer repetitions, no picture")
    parser.add_argument(
        "--wait", type=float, default=60, help="seconds to wait in all for a quiet machine"
    )
    options = parser.parse_args()
    patience = Patience(options.wait)
    rounds, seconds, seeds = (5, 0.03, 2) if options.quick else (15, 0.06, 9)
    libraries = {name: Library(name) for name in STEPS}
    missing = [name for name in libraries if not libraries[name].is_installed(PROBLEMS[0])]
    for name in missing:
        print(f"{name} is not installed: pip install -r benchmarks/requirements-training.txt")
        libraries.pop(name).stop()
    packages = ("numpy", "torch", "scikit-learn", "autograd", "micrograd")
    versions = []
    for package in packages:
        try:
            versions.append(f"{package} {importlib.metadata.version(package)}")
        except importlib.metadata.PackageNotFoundError:
            continue
    print(f"Python {platform.python_version()}, {', '.join(versions)}; {os.cpu_count()} cores")
    agree = print_steps(libraries, "float32", rounds, seconds, patience)
    print_digits(libraries, seeds, patience)
    if not options.quick:
        draw_growth(libraries, rounds // 3, seconds, patience, PICTURE)
    agree &= print_steps(libraries, "float64", rounds, seconds, patience)
    for library in libraries.values():
        library.stop()
    if not agree:
        raise SystemExit("The losses do not agree: somebody did not train the same network.")


if __name__ == "__main__":
    main()
