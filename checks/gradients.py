"""Is this function the gradient of that one? A check by numbers whose verdict can be trusted.

A derivative is a limit, and a computer cannot take it: with a large step h the curve bends away
from its tangent (truncation error), with a small one the rounding of f is divided by almost
nothing (rounding error). Checks that fix the step and the tolerance in advance therefore refuse
right gradients and pass wrong ones. This one measures both errors for the function at hand and
judges each entry by them. Where they are too large to tell, it says so.

    report = check_gradient(f, grad, x)                       # f: arrays -> a number
    report = check_backward(linear, linear_backward, (x, w, b))  # a forward and backward pass
    print(report)                                             # verdict, reason, evidence
    report.plot()                                             # error against step, entries

From top to bottom: what comes out (GradientReport); how arrays lie in one long vector (Layout);
the noise of f (rounding_noise); the derivative along a line (slope_along); all entries
(numerical_gradient); the claim and its own rounding (Claim); the verdict entry by entry and,
for many parameters, by random directions (check_gradient); a pair of passes (check_backward).

NumPy is all it needs. Sources: Richardson (1911) for extrapolation; Ridders (1982) for choosing
the step by the estimated error; More and Wild (2011) for the noise of f; Squire and Trapp (1998)
for the complex step; Clarke (1983) for what counts as a gradient at a kink.
"""

import functools
import inspect
import itertools
import math
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from checks.watched import Misbehaves, Randomness, Watched, changed_state, leaves_of, quiet

if TYPE_CHECKING:
    from backprop_lib.plots import Picture

__all__ = [
    "ArrayEvidence",
    "Entry",
    "GradientReport",
    "NumericalGradient",
    "check_backward",
    "check_gradient",
    "numerical_gradient",
]

Tree = Any
"""One array, or a dictionary, tuple or list of such, nested or not."""

Verdict = Literal["pass", "fail", "unresolved"]

EPS = float(np.finfo(np.float64).eps)
EPS_SINGLE = float(np.finfo(np.float32).eps)


# What comes out ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Entry:
    """One entry of the gradient: what was claimed and what the numbers say."""

    array: str
    """The array it belongs to: "x", a key, or a place such as "x[1]"."""
    index: tuple[int, ...]
    claimed: float
    numeric: float
    error: float
    """Estimated absolute error of the numeric value."""

    def __str__(self) -> str:
        place = f"{self.array}[{', '.join(map(str, self.index))}]" if self.index else self.array
        return (
            f"{place}: claimed {self.claimed:.10g}, numeric {self.numeric:.10g} ± {self.error:.1g}"
        )


@dataclass(frozen=True)
class ArrayEvidence:
    """What was found for one array of x; all arrays have its shape."""

    name: str
    verdict: Verdict
    claimed: np.ndarray
    numeric: np.ndarray
    """The numerical derivative; NaN where an entry was not looked at by itself."""
    error: np.ndarray
    """Estimated absolute error of numeric."""
    tolerance: np.ndarray
    """How far claimed may lie from numeric: measured errors of both, nothing fixed."""
    kink: np.ndarray
    """True where f has a kink; any value between the slopes of its two sides is right there."""


@dataclass(frozen=True)
class GradientReport:
    """The verdict on a gradient, with its evidence."""

    verdict: Verdict
    """ "pass": right, to the resolution. "fail": wrong, at the entries in `wrong`, or not a
    gradient at all, for the reason given. "unresolved": the numbers cannot decide."""
    reason: str
    """Why, in one plain sentence, with what was noticed about the functions in brackets."""
    resolution: float
    """The smallest relative fault in a single entry that a pass excludes. It covers all entries
    that count: those whose share in the change of f, |gradient| |x|, is at least COUNTS of the
    largest. Entries at a kink are left out; infinite where nothing was excluded."""
    evaluations: int
    """How often f was called."""
    gradient_calls: int = 0
    """How often the gradient was called."""
    wrong: tuple[Entry, ...] = ()
    """Wrong entries that were found, the worst first; in many dimensions not all are looked for."""
    worst: Entry | None = None
    """The entry furthest from its numeric value in units of its tolerance."""
    arrays: tuple[ArrayEvidence, ...] = ()
    """The evidence array by array."""
    noise: float = 0.0
    """Measured rounding noise of f at x, absolute."""
    notes: tuple[str, ...] = ()
    """What was noticed about f and grad besides their values."""
    line: Callable[[Entry], tuple[Callable[[float], float], float]] | None = field(
        default=None, repr=False, compare=False
    )
    """For the plot: f along an entry as a function of the displacement, and the entry's scale."""

    def __str__(self) -> str:
        lines = [f"{self.verdict}: {self.reason}"]
        if self.verdict == "pass":
            lines.append(f"resolution {self.resolution:.1g} (smallest relative fault excluded)")
        lines += [f"  {entry}" for entry in self.wrong[:8]]
        if len(self.wrong) > 8:
            lines.append(f"  and {len(self.wrong) - 8} more")
        lines.append(f"{self.evaluations} evaluations of f")
        return "\n".join(lines)

    def plot(self) -> "Picture":
        """Two pictures: the error against the step at one entry, and all entries.

        Left: how far a central difference lies from the extrapolated value as the step shrinks.
        From the right it falls (truncation), to the left it rises again (rounding). The entry is
        the worst one. Right: numeric against claimed values; on the diagonal they agree.
        Raises ValueError where there is no evidence to show, as when f could not be called.
        """
        from checks.gradient_plots import plot_report  # Matplotlib loads when it is used

        return plot_report(self)


@dataclass(frozen=True)
class NumericalGradient:
    """The gradient of a function by differences, in the structure and shapes of x."""

    value: Tree
    error: Tree
    """Estimated absolute error of each entry."""
    evaluations: int = 0
    """How often f was called."""


# How arrays lie in one long vector --------------------------------------------------------------


@dataclass(frozen=True)
class Layout:
    """The arrays of x and where their entries lie in one vector of n numbers."""

    tree: Tree
    names: tuple[str, ...]
    leaves: tuple[np.ndarray, ...]
    ends: tuple[int, ...]
    """Where each array ends in the vector."""

    @classmethod
    def of(cls, tree: Tree, name: str = "x") -> "Layout":
        """Find the arrays; TypeError where something else is in their place."""
        named = list(named_leaves(tree, "", name))
        leaves = tuple(leaf for _, leaf in named)
        ends = tuple(int(e) for e in np.cumsum([leaf.size for leaf in leaves]))
        return cls(tree, tuple(n for n, _ in named), leaves, ends)

    @functools.cached_property
    def plain(self) -> bool:
        """Whether x is one array in the usual memory order, the frequent case that is quick."""
        return isinstance(self.tree, np.ndarray) and self.tree.flags.c_contiguous

    @property
    def size(self) -> int:
        """How many numbers there are, n."""
        return self.ends[-1] if self.ends else 0

    def vector(self) -> np.ndarray:
        """All entries as float64, (n,)."""
        if not self.leaves:
            return np.zeros(0)
        return np.concatenate([np.asarray(leaf, float).ravel() for leaf in self.leaves])

    def parts(self, vector: np.ndarray) -> list[np.ndarray]:
        """A vector (n,) cut into the arrays' shapes, as views."""
        starts = (0, *self.ends)
        return [
            vector[a:b].reshape(leaf.shape)
            for a, b, leaf in zip(starts, self.ends, self.leaves, strict=False)
        ]

    def build(self, vector: np.ndarray, dtypes: Sequence[np.dtype] | None = None) -> Tree:
        """Fresh, writeable arrays in x's structure and memory order, with the vector's entries.

        dtypes: one for each array; the vector's own where None.
        """
        if self.plain:
            return vector.reshape(self.leaves[0].shape).astype(
                dtypes[0] if dtypes else vector.dtype
            )
        arrays = []
        for k, (part, leaf) in enumerate(zip(self.parts(vector), self.leaves, strict=True)):
            array = np.empty_like(leaf, dtype=dtypes[k] if dtypes else vector.dtype, subok=False)
            array[...] = part
            arrays.append(array)
        return rebuilt(self.tree, iter(arrays))

    def place(self, i: int) -> tuple[str, tuple[int, ...]]:
        """The array and the index of entry i of the vector."""
        k = int(np.searchsorted(self.ends, i, side="right"))
        start = self.ends[k - 1] if k else 0
        index = np.unravel_index(i - start, self.leaves[k].shape)
        return self.names[k], tuple(int(j) for j in index)


def named_leaves(tree: Tree, path: str, name: str) -> Iterator[tuple[str, np.ndarray]]:
    """The arrays inside a structure, each with its name."""
    if isinstance(tree, dict):
        for key, value in tree.items():
            yield from named_leaves(value, f"{path}.{key}" if path else str(key), name)
    elif isinstance(tree, tuple | list):
        for i, value in enumerate(tree):
            yield from named_leaves(value, f"{path or name}[{i}]", name)
    else:
        array = np.asarray(tree)
        if array.dtype.kind not in "fiub":
            raise TypeError(
                f"{path or name} must be an array of real numbers, or a dict or tuple of such; "
                f"got {type(tree).__name__} of {array.dtype}."
            )
        yield path or name, array


def rebuilt(tree: Tree, arrays: Iterator[np.ndarray]) -> Tree:
    """A structure like tree with these arrays in place of its own."""
    if isinstance(tree, dict):
        return {key: rebuilt(value, arrays) for key, value in tree.items()}
    if isinstance(tree, tuple | list):
        values = [rebuilt(value, arrays) for value in tree]
        if hasattr(tree, "_fields"):  # a named tuple
            return type(tree)(*values)
        return type(tree)(values)
    return next(arrays)


# f as a function of one long vector -------------------------------------------------------------


class Function:
    """f, called on fresh copies, as a function of one vector of n numbers.

    f gets float64 copies even where x is float32: code that does not insist on float32 then
    computes in double precision, and far smaller faults become visible. Where it does insist
    (it raises, or its value changes), it gets x's own types.
    """

    def __init__(
        self, f: Callable[..., Any], layout: Layout, pair: bool = False, name: str = "f"
    ) -> None:
        self.name = name
        self.randomness = Randomness(f)
        self.watched = Watched(f, name, self.randomness)
        self.layout = layout
        self.pair = pair
        self.own_types = [
            leaf.dtype if leaf.dtype.kind == "f" else np.dtype(float) for leaf in layout.leaves
        ]
        self.dtypes: list[np.dtype] | None = self.own_types
        self.trouble = ""

    def raw(self, point: np.ndarray) -> Any:
        """Whatever f returns at a point (n,)."""
        return self.watched(self.layout.build(point, self.dtypes))

    def start(self, x: np.ndarray) -> float:
        """f at x itself, looked at closely; Misbehaves where it is no function with a value."""
        try:
            returned = self.raw(x)
        except Misbehaves:
            raise
        except Exception as error:
            raise Misbehaves(f"{self.name} raises {type(error).__name__} at x: {error}") from error
        value = number(returned[0] if self.pair else returned, self.name)
        if not math.isfinite(value):
            kind = "NaN" if math.isnan(value) else "infinity"
            raise Misbehaves(
                f"{self.name} gives {kind} at x, so that there is nothing to differentiate"
            )
        self.look_for_memory(x, value)
        if any(dtype != np.float64 for dtype in self.own_types):
            self.dtypes = None
            precise = self(x)
            # 1e4 roundings: a generous allowance for a sum of many terms in single precision
            if not abs(precise - value) <= 1e4 * EPS_SINGLE * abs(value):
                self.dtypes = self.own_types
        return self(x)

    def look_for_memory(self, x: np.ndarray, value: float) -> None:
        """Misbehaves where f has not one value at x: it remembers, or draws at random."""
        again = self(x)
        self(x * (1 + 1e-3) + 1e-3)
        after = self(x)
        if agree(value, again) and agree(value, after):
            return
        if self.randomness.used:  # seen only now: from here on it is held
            value, again, after = self(x), self(x), self(x)
            if agree(value, again) and agree(value, after):
                return
        names = changed_state(self.watched.function, lambda: self(x))
        what = f" (it changes {', '.join(f'`{n}`' for n in names)})" if names else ""
        cause = "keeps state between calls" if names else "keeps state or draws random numbers"
        raise Misbehaves(
            f"{self.name} gives different values at the same x, {value:.10g} and {after:.10g}: "
            f"it {cause}{what}; hold that fixed inside it",
            "unresolved",
        )

    def __call__(self, point: np.ndarray) -> float:
        """f at a point (n,); NaN where it cannot be computed."""
        try:
            returned = self.raw(point)
            return number(returned[0] if self.pair else returned, self.name)
        except Exception as error:
            self.trouble = f"{type(error).__name__}: {error}"
            return math.nan

    def at_complex(self, point: np.ndarray) -> complex:
        """f at a complex point (n,); NaN where f does not take complex numbers."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error", np.exceptions.ComplexWarning)
                self.watched.calls += 1
                self.randomness.hold()
                returned = self.watched.function(self.layout.build(point))
            return complex(np.asarray(returned[0] if self.pair else returned).item())
        except Exception:
            return complex(math.nan, math.nan)

    def along(self, x: np.ndarray, direction: np.ndarray | int, scale: float = 1.0) -> "Line":
        """f on the line x + t direction; an integer stands for that axis, times scale."""

        def phi(t: float) -> float:
            point = x.copy()
            if isinstance(direction, int):
                point[direction] += t * scale
            else:
                point += t * direction
            return self(point)

        return phi


Line = Callable[[float], float]


def agree(a: float, b: float) -> bool:
    """Whether two values of f at the same point are the same but for a few roundings."""
    return abs(a - b) <= 8 * EPS * max(abs(a), abs(b))


def number(value: Any, name: str) -> float:
    """The number that a function returned; Misbehaves where it returned something else."""
    if isinstance(value, list | tuple | dict) or value is None:
        kind = "None" if value is None else f"a {type(value).__name__}"
        raise Misbehaves(f"{name} returned {kind} where a number was expected")
    array = np.asarray(value)
    if array.dtype.kind == "c":
        raise Misbehaves(f"{name} returned a complex number where a real one was expected")
    if array.dtype.kind not in "fiub":
        raise Misbehaves(f"{name} returned {type(value).__name__} where a number was expected")
    if array.shape != ():
        raise Misbehaves(
            f"{name} returned an array of shape {array.shape} where a single number was expected: "
            "add it up to a number, or use check_backward for functions with arrays as outputs"
        )
    return float(array)


# The noise of f ---------------------------------------------------------------------------------


def rounding_noise(
    function: Function, x: np.ndarray, f0: float, scales: np.ndarray, rng: np.random.Generator
) -> float:
    """Standard deviation of the rounding errors in f near x, measured.

    Where f is smooth, the k-th differences of f at 7 points with a tiny spacing vanish like
    spacing^k; what is left of them is noise, sqrt(C(2k, k)) times that of f (More and Wild 2011).
    A spacing of 2^-40 shows rounding in double precision. If some part of f is computed in single
    precision, it stands still on so short a way; therefore a second spacing, 2^-14.
    """
    windows = 3 if x.size <= ENTRYWISE else 1  # many entries average by themselves

    def seen(spacing: float) -> float:
        found = [window_noise(function, x, scales, spacing, rng) for _ in range(windows)]
        return float(np.median(found))

    fine = window_noise(function, x, scales, 2.0**-40, rng)
    floor = max(fine, EPS * abs(f0) / 2, np.finfo(float).tiny)
    coarse = seen(2.0**-14)
    if coarse <= 8 * floor:
        return floor
    # Is that rounding? Then a spacing 2^8 times smaller shows about the same. A kink shows 2^8
    # times less, a curve that is smooth but fast 2^32 times less.
    finer = seen(2.0**-22)
    return max(floor, coarse, finer) if finer > coarse / 32 else floor


def window_noise(
    function: Function,
    x: np.ndarray,
    scales: np.ndarray,
    spacing: float,
    rng: np.random.Generator,
) -> float:
    """The noise that the fourth and fifth differences show in one window of 7 points beside x."""
    w = scales * rng.choice([-1.0, 1.0], x.size) * rng.uniform(0.5, 1.5, x.size)  # (n,)
    line = function.along(x, w)
    start = rng.uniform(8, 24)  # beside x and not at it: x itself may be a kink
    values = np.array([line((start + k) * spacing) for k in range(7)])  # (7,)
    if not np.isfinite(values).all():
        return 0.0
    return max(
        math.sqrt(float(np.mean(np.diff(values, k) ** 2)) / math.comb(2 * k, k)) for k in (4, 5)
    )


# The derivative along a line --------------------------------------------------------------------


@dataclass(frozen=True)
class Slope:
    """The derivative of phi(t) at t = 0, by differences of steps h, h/2 and h/4."""

    value: float
    truncation: float
    """How much of value may come from the curve: estimated, on the safe side."""
    rounding: float
    """How much may come from the noise of phi: three standard deviations."""
    jump: float
    """Slope to the right minus slope to the left."""
    jump_error: float
    step: float
    """h, the largest step."""

    @property
    def error(self) -> float:
        """Estimated absolute error: truncation, rounding, and half of a jump beyond rounding."""
        return self.truncation + self.rounding + max(0.0, abs(self.jump) - 6 * self.rounding) / 2

    @property
    def has_jump(self) -> bool:
        """Whether the two sides have different slopes beyond doubt."""
        return abs(self.jump) > 6 * self.jump_error

    @property
    def sides(self) -> tuple[float, float, float]:
        """The smaller and the larger of the slopes of the two sides, and their error."""
        half = abs(self.jump) / 2
        return self.value - half, self.value + half, self.truncation + self.jump_error


START = 2.0**-6
"""The first step, as a share of the entry's own size."""


def slope_along(
    phi: Line,
    f0: float,
    noise: float,
    wanted: Callable[[float], float],
    step: float = START,
    tries: int = 12,
    values: dict[float, tuple[float, float]] | None = None,
) -> Slope | None:
    """The slope of phi at 0 with the smallest estimated error; None where phi has no values.

    wanted: from a slope to the error that is small enough to stop at; values: phi at ±h for
    steps h that are known already.
    Central differences of steps h, h/2, h/4 are extrapolated (Richardson 1911). While the curve
    limits the result the step shrinks; while the rounding does, it grows (after Ridders 1982).
    At a kink the step shrinks as far as rounding lets it, to see whether the kink is at 0 itself.
    """
    values = {} if values is None else values
    found: list[Slope] = []
    tried: set[float] = set()
    while len(tried) < tries and step not in tried and 1e-14 < step < 1e9:
        tried.add(step)
        slope = three_steps(phi, f0, noise, step, values)
        if slope is None:
            step /= 16
            continue
        found.append(slope)
        if slope.error <= wanted(slope.value):
            break
        if slope.error <= 2 * slope.rounding:
            step *= 4
        elif not slope.has_jump:
            step /= 4
        elif 6 * slope.rounding < abs(slope.jump) / 500:
            step /= 16
        else:
            break  # a kink as close as rounding lets one look
    if not found:
        return None
    best = min(found, key=lambda slope: slope.error)
    if not best.has_jump:
        return best
    # a kink: the smallest step looks closest; larger ones that see the same see it more exactly
    kinks = [slope for slope in found if slope.has_jump]
    closest = min(kinks, key=lambda slope: slope.step)
    low, high, error = closest.sides
    same = [
        slope
        for slope in kinks
        if abs(slope.sides[0] - low) <= error + slope.sides[2]
        and abs(slope.sides[1] - high) <= error + slope.sides[2]
    ]
    return min(same, key=lambda slope: slope.sides[2])


def three_steps(
    phi: Line, f0: float, noise: float, h: float, values: dict[float, tuple[float, float]]
) -> Slope | None:
    """The slope from the steps h, h/2 and h/4; None where phi is not finite there."""
    steps = (h, h / 2, h / 4)
    for step in steps:
        if step not in values:
            values[step] = (phi(step), phi(-step))
        if not all(map(math.isfinite, values[step])):
            return None
    # central differences D(h) = (phi(h) - phi(-h)) / 2h = phi' + c2 h^2 + c4 h^4 + ...
    d0, d1, d2 = ((values[s][0] - values[s][1]) / (2 * s) for s in steps)
    a1, a2 = (4 * d1 - d0) / 3, (4 * d2 - d1) / 3
    slope = (16 * a2 - a1) / 15
    # slope to the right minus slope to the left, E(h) = (phi(h) - 2 phi(0) + phi(-h)) / h
    # = jump + e1 h + e3 h^3 + ...; the jump is zero unless there is a kink at 0
    e0, e1, e2 = ((values[s][0] - 2 * f0 + values[s][1]) / s for s in steps)
    b1, b2 = 2 * e1 - e0, 2 * e2 - e1
    jump = (8 * b2 - b1) / 7
    # noise of standard deviation sigma in every value of phi makes one of 4.1 sigma / h in slope
    # and 24 sigma / h in jump, by the factors of the formulas above
    largest = max(abs(v) for s in steps for v in values[s])
    sigma = max(noise, EPS * max(largest, abs(f0)) / 2)
    rounding = 3 * 4.1 * sigma / h
    jump_rounding = 3 * 24 * sigma / h
    # |a2 - a1| is the truncation of a value less exact than slope, so on the safe side, provided
    # that the differences settle at all
    truncation = abs(a2 - a1)
    if abs(d1 - d2) > 0.5 * abs(d0 - d1) + rounding:
        truncation = max(truncation, abs(d1 - d2))
    return Slope(slope, truncation, rounding, jump, jump_rounding + abs(b2 - b1), h)


# All entries ------------------------------------------------------------------------------------

COUNTS = 1e-7
"""An entry counts when its share in the change of f is at least this part of the largest."""

ENOUGH = 1e-6
"""The relative error at which looking for a better numerical derivative ends."""


def scales_of(layout: Layout) -> np.ndarray:
    """The size of each entry, (n,): |x|, and for zeros that of a typical entry of the array.

    Steps are shares of it, so that neither 1e-6 nor 1e6 is a badly scaled parameter.
    """
    everything = np.abs(layout.vector())  # (n,)
    typical = float(np.median(everything[everything > 0])) if (everything > 0).any() else 1.0
    for part in layout.parts(everything):
        zero = part == 0
        part[zero] = np.median(part[~zero]) if (~zero).any() else typical
    return everything


@dataclass
class Evidence:
    """Numerical slopes of f along each axis, in units of its scale: the entries' shares."""

    function: Function
    x: np.ndarray
    f0: float
    noise: float
    scales: np.ndarray
    slopes: list[Slope | None]
    largest: float
    """The largest share of all."""

    @property
    def value(self) -> np.ndarray:
        """The numerical derivative, (n,); NaN where there is none."""
        values = [math.nan if s is None else s.value for s in self.slopes]
        return np.array(values) / self.scales

    @property
    def error(self) -> np.ndarray:
        """Its estimated absolute error, (n,); infinite where there is none."""
        errors = [math.inf if s is None else s.error for s in self.slopes]
        return np.array(errors) / self.scales

    def line(self, i: int) -> Line:
        """f along entry i, in units of its scale."""
        return self.function.along(self.x, i, self.scales[i])

    def wanted(self, value: float) -> float:
        """The error at which a slope of this value is good enough."""
        return ENOUGH * max(abs(value), 10 * COUNTS * self.largest)


def look_at_entries(
    function: Function,
    x: np.ndarray,
    f0: float,
    noise: float,
    scales: np.ndarray,
    claimed: np.ndarray | None = None,
) -> Evidence:
    """The slopes along all axes: one try each, then more for those that need it."""
    known: list[dict[float, tuple[float, float]]] = [{} for _ in x]
    slopes: list[Slope | None] = []
    for i in range(x.size):
        line = function.along(x, i, scales[i])
        slopes.append(slope_along(line, f0, noise, lambda _: math.inf, START, 1, known[i]))
    shares = [abs(s.value) for s in slopes if s is not None]
    if claimed is not None:
        shares += list(np.abs(claimed) * scales)
    largest = max(shares, default=0.0)
    if largest <= TRUST * max((s.error for s in slopes if s is not None), default=0.0):
        # no slope to speak of, as at a minimum: measure by how much f changes a step away
        changes = [abs(v - f0) / START for k in known for v in k.get(START, ())]
        largest = max([largest, *filter(math.isfinite, changes)])
    evidence = Evidence(function, x, f0, noise, scales, slopes, largest)
    for i, slope in enumerate(slopes):
        if slope is None or slope.error > evidence.wanted(slope.value):
            slopes[i] = slope_along(evidence.line(i), f0, noise, evidence.wanted, values=known[i])
    return evidence


@quiet()
def numerical_gradient(f: Callable[[Any], float], x: Tree, seed: int = 0) -> NumericalGradient:
    """The gradient of the function f at x by differences, with an error estimate for each entry.

    f: takes what x is, returns a number; x: an array of any shape, or a dict or tuple of arrays.
    seed: for the directions in which the noise of f is measured.
    The step is chosen for each entry by the measured noise of f; see `slope_along`.
    Raises ValueError where f gives no number at x, or not the same one twice.
    """
    layout = Layout.of(x)
    function = Function(f, layout)
    point = layout.vector()
    try:
        f0 = function.start(point)
    except Misbehaves as trouble:
        raise ValueError(str(trouble.args[0])) from trouble.__cause__
    scales = scales_of(layout)
    noise = rounding_noise(function, point, f0, scales, np.random.default_rng(seed))
    evidence = look_at_entries(function, point, f0, noise, scales)
    return NumericalGradient(
        layout.build(evidence.value), layout.build(evidence.error), function.watched.calls
    )


# The claim --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Claim:
    """The gradient that is to be checked."""

    value: np.ndarray
    """(n,)"""
    error: np.ndarray
    """How far rounding alone may have moved it, (n,)."""
    single: bool
    """Whether it was computed in single precision."""
    gradient: Callable[[np.ndarray], np.ndarray]
    """It at other points: (n,) -> (n,)."""

    def rounding(self, x: np.ndarray, i: int, rng: np.random.Generator) -> float:
        """A closer look at the rounding of entry i, for the case that all hangs on it.

        g(x + d) + g(x - d) - 2 g(x) vanishes like d^2 where g is smooth. With d of about the
        spacing of single precision, what is left is the rounding of a g that works in it.
        """
        seen = [0.0]
        for _ in range(3):
            d = x * 2.0**-24 * rng.choice([-1.0, 1.0], x.size)
            second = self.gradient(x + d) + self.gradient(x - d) - 2 * self.value
            seen.append(abs(float(second[i])))
        finite = [s for s in seen if math.isfinite(s)]
        return max(finite)


def read_claim(returned: Any, layout: Layout, name: str) -> tuple[np.ndarray, bool]:
    """The returned gradient as a vector (n,), and whether it is in single precision.

    Misbehaves where it has not x's structure and shapes, or is not finite.
    """
    arrays = list(matching(returned, layout.tree, name, "x"))
    vector = np.concatenate([np.asarray(a, float).ravel() for _, a in arrays] or [np.zeros(0)])
    for (place, array), leaf in zip(arrays, layout.leaves, strict=True):
        if array.shape != leaf.shape:
            raise Misbehaves(
                f"{place} has the wrong shape: {array.shape} where {leaf.shape} was expected"
            )
    bad = np.flatnonzero(~np.isfinite(vector))
    if bad.size:
        array_name, index = layout.place(int(bad[0]))
        kind = "NaN" if np.isnan(vector[bad[0]]) else "infinity"
        raise Misbehaves(
            f"{name} holds {kind} at {array_name}{list(index) if index else ''}"
            + (f" and {bad.size - 1} more entries that are not finite" if bad.size > 1 else "")
        )
    single = any(a.dtype in (np.float32, np.float16) for _, a in arrays)
    # float64 in name only: no entry has more than single precision, some more than half
    short = np.array_equal(vector.astype(np.float32), vector)
    with np.errstate(over="ignore"):
        shorter = np.array_equal(vector.astype(np.float16), vector)
    return vector, single or (short and not shorter and np.count_nonzero(vector) >= 4)


def matching(returned: Any, tree: Tree, name: str, place: str) -> Iterator[tuple[str, np.ndarray]]:
    """The arrays of a returned gradient in x's order; Misbehaves where the structure differs."""
    if isinstance(tree, dict):
        if not isinstance(returned, dict):
            raise Misbehaves(
                f"{name} returned {kind_of(returned)} where a dict with the keys of {place} "
                "was expected"
            )
        missing = [str(key) for key in tree if key not in returned]
        extra = [str(key) for key in returned if key not in tree]
        if missing or extra:
            raise Misbehaves(
                f"{name} returned the keys {', '.join(map(str, returned))}; "
                + (f"missing: {', '.join(missing)}. " if missing else "")
                + (f"not in {place}: {', '.join(extra)}." if extra else "")
            )
        for key in tree:
            yield from matching(returned[key], tree[key], name, f"{place}[{key!r}]")
    elif isinstance(tree, tuple | list):
        if not isinstance(returned, tuple | list) or len(returned) != len(tree):
            raise Misbehaves(
                f"{name} returned {kind_of(returned)} where {len(tree)} arrays were expected, "
                f"one for each of {place}"
            )
        for i, (mine, theirs) in enumerate(zip(returned, tree, strict=True)):
            yield from matching(mine, theirs, name, f"{place}[{i}]")
    else:
        plain = isinstance(returned, int | float | np.number) and np.ndim(tree) == 0
        if not plain and (isinstance(returned, list | tuple | dict) or returned is None):
            raise Misbehaves(
                f"{name} returned {kind_of(returned)} for {place} where an array of shape "
                f"{np.shape(tree)} was expected"
            )
        array = np.array(returned)  # a copy: the function may write into its own again
        if array.dtype.kind not in "fiub":
            raise Misbehaves(
                f"{name} returned {kind_of(returned)} for {place} where real numbers were expected"
            )
        yield f"{name} for {place}", array


def kind_of(value: Any) -> str:
    """A value's kind in words, with its length or shape."""
    if value is None:
        return "None"
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape} and type {value.dtype}"
    if isinstance(value, list | tuple | dict):
        return f"a {type(value).__name__} of {len(value)}"
    return f"a value of type {type(value).__name__}"


def hear_claim(
    gradient: Watched,
    layout: Layout,
    dtypes: list[np.dtype],
    x: np.ndarray,
    scales: np.ndarray,
    name: str,
) -> Claim:
    """Ask for the gradient at x, and beside x for its rounding; Misbehaves where it is none."""

    def at(point: np.ndarray) -> Any:
        return gradient(layout.build(point, dtypes))

    def elsewhere(point: np.ndarray) -> np.ndarray:
        try:
            return read_claim(at(point), layout, name)[0]
        except Exception:
            return np.full(x.size, math.nan)

    try:
        returned = at(x)
    except Misbehaves:
        raise
    except Exception as error:
        raise Misbehaves(f"{name} raises {type(error).__name__} at x: {error}") from error
    value, single = read_claim(returned, layout, name)
    single = single or any(dtype in (np.float32, np.float16) for dtype in dtypes)
    again = elsewhere(x)
    if not np.allclose(again, value, rtol=1e-12, atol=0):
        again, value = elsewhere(x), elsewhere(x)  # random numbers may be held only from now on
    if not np.allclose(again, value, rtol=1e-12, atol=0):
        names = changed_state(gradient.function, lambda: at(x))
        what = f" (it changes {', '.join(f'`{n}`' for n in names)})" if names else ""
        raise Misbehaves(
            f"{name} gives different values at the same x: it keeps state or draws random "
            f"numbers{what}; hold that fixed inside it",
            "unresolved",
        )
    eps = EPS_SINGLE if single else EPS
    d = 4 * eps * x * np.random.default_rng(0).choice([-1.0, 1.0], x.size)
    # the smaller of two sides: a kink between x and its neighbour shows on one side only
    moved = np.fmin(np.abs(elsewhere(x + d) - value), np.abs(elsewhere(x - d) - value))
    # sums whose terms cancel are off by roundings of the terms: as large as the array's largest
    largest = np.concatenate(
        [np.full(part.size, part.max(initial=0.0)) for part in layout.parts(np.abs(value) * scales)]
    )
    error = 4 * np.nan_to_num(moved, nan=0.0) + 4 * eps * (np.abs(value) + largest / scales)
    return Claim(value, error, single, elsewhere)


# Entry by entry -----------------------------------------------------------------------------------

TRUST = 4
"""How many estimated errors a right value may be off."""

ENTRYWISE = 400
"""Up to this many parameters every entry is looked at by itself."""


@dataclass(frozen=True)
class Finding:
    """What came out of looking at the entries."""

    numeric: np.ndarray
    error: np.ndarray
    tolerance: np.ndarray
    kink: np.ndarray
    wrong: list[int]
    resolution: float
    coarse_resolution: float
    """The same for the larger entries only, those of at least LARGER of the largest."""


LARGER = 1e-3
COARSE = 1e-2


def judge_entries(
    evidence: Evidence, claim: Claim, limit: float, rng: np.random.Generator
) -> Finding:
    """Compare every entry with its numerical derivative, looking twice at those that differ."""
    n = evidence.x.size
    scales = evidence.scales
    kink = np.array([s is not None and s.has_jump for s in evidence.slopes], dtype=bool)
    tolerance = TRUST * evidence.error + claim.error
    numeric, error = evidence.value, evidence.error
    with np.errstate(invalid="ignore"):
        off = np.abs(claim.value - numeric)
        suspects = np.flatnonzero(kink | ~(off <= tolerance))
        # the worst first
        suspects = suspects[np.argsort(-(off / np.maximum(tolerance, 1e-300))[suspects])]
    wrong: list[int] = []
    for i in map(int, suspects):
        slope = evidence.slopes[i]
        if slope is None:
            tolerance[i] = math.inf
            continue
        if len(wrong) >= 8 and not kink[i] and off[i] > 16 * tolerance[i]:
            wrong.append(i)  # enough were looked at twice
            continue
        slope, sure = look_again(evidence, i, slope)
        numeric[i], error[i] = slope.value / scales[i], slope.error / scales[i]
        rounding = claim.error[i]
        off[i] = abs(claim.value[i] - numeric[i])
        if off[i] > TRUST * error[i] + rounding and off[i] < 1e-3 * np.abs(claim.value).max():
            rounding += TRUST * claim.rounding(evidence.x, i, rng)
        kink[i] = slope.has_jump
        if kink[i]:
            low, high, side_error = (side / scales[i] for side in slope.sides)
            tolerance[i] = TRUST * side_error + rounding
            numeric[i], error[i] = np.clip(claim.value[i], low, high), side_error
            if not low - tolerance[i] <= claim.value[i] <= high + tolerance[i]:
                wrong.append(i)
            continue
        tolerance[i] = TRUST * error[i] + rounding
        if off[i] > 2 * tolerance[i] and sure:
            wrong.append(i)
        elif off[i] > tolerance[i]:
            tolerance[i] = 2 * off[i]  # too close to call
    share = np.maximum(np.abs(claim.value), COUNTS * evidence.largest / scales)
    # where share is 0, f does not change at all, and no fault has a size to be relative to
    resolutions = np.where(kink | (share == 0), 0.0, tolerance / np.where(share == 0, 1, share))
    larger = np.abs(claim.value) * scales >= LARGER * evidence.largest
    assert len(resolutions) == n
    return Finding(
        numeric,
        error,
        tolerance,
        kink,
        wrong,
        float(resolutions.max(initial=0.0)),
        float(resolutions[larger].max(initial=0.0)),
    )


def look_again(evidence: Evidence, i: int, slope: Slope) -> tuple[Slope, bool]:
    """The slope along entry i from other steps as well, and whether they agree.

    One estimate may be right by its own lights and wrong by luck, as when the steps hit a fast
    oscillation at like phases. Estimates from steps that are no multiples of its own tell.
    """
    line = evidence.line(i)

    def never(_: float) -> float:
        return 0.0

    for _ in range(4):
        others = [
            three_steps(line, evidence.f0, evidence.noise, slope.step * factor, {})
            for factor in (0.37, 0.083)
        ]
        seen = [s for s in others if s is not None]
        apart = [s for s in seen if abs(s.value - slope.value) > 2 * (s.error + slope.error)]
        if seen and not apart:
            return slope, True
        again = slope_along(line, evidence.f0, evidence.noise, never, slope.step * 0.083, tries=6)
        if again is None:
            return slope, False
        if again.has_jump and not slope.has_jump:
            return again, True
        slope = again
    return slope, False


def complex_shares(evidence: Evidence, entries: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Slopes along entries by the complex step, as shares, (2, entries): value and error.

    Im f(x + i t e) / t with a tiny t has no rounding and no truncation (Squire and Trapp 1998),
    where f is made of operations that know complex numbers. Its own error is seen from a second
    value, a few roundings away.
    """
    t = 2.0**-100
    x, scales = evidence.x, evidence.scales
    out = np.full((2, len(entries)), math.nan)
    near = x * (1 + 4 * EPS * rng.choice([-1.0, 1.0], x.size))
    for k, i in enumerate(entries):
        step = np.zeros(x.size, complex)
        step[i] = 1j * t * scales[i]
        value = evidence.function.at_complex(x + step)
        other = evidence.function.at_complex(near + step)
        if abs(value.real - evidence.f0) <= TRUST * 3 * evidence.noise:
            out[0, k] = value.imag / t
            out[1, k] = abs(other.imag - value.imag) / t + 16 * EPS * abs(value.imag) / t
    return out


def sharpen(evidence: Evidence, finding: Finding, claim: Claim, rng: np.random.Generator) -> bool:
    """Put complex steps in the place of differences that are too coarse; whether that worked.

    Code can take complex numbers and yet lose the derivative, as abs does. So the complex steps
    count only where they agree with the differences in every entry of a sample that the
    differences know well, and in the entries themselves as far as the differences can tell.
    """
    known = [
        i
        for i, s in enumerate(evidence.slopes)
        if s is not None and not s.has_jump and s.error <= 1e-3 * abs(s.value)
    ]
    if not known:
        return False
    sample = np.array(sorted(known, key=lambda i: -abs(evidence.slopes[i].value))[:6])  # type: ignore[union-attr]
    poor = np.flatnonzero(
        ~finding.kink
        & (
            finding.tolerance
            > ENOUGH
            * TRUST
            * np.maximum(np.abs(claim.value), COUNTS * evidence.largest / evidence.scales)
        )
    )
    value, error = complex_shares(evidence, np.concatenate([sample, poor]), rng)
    for k, i in enumerate([*sample, *poor]):
        slope = evidence.slopes[i]
        if slope is None or not abs(value[k] - slope.value) <= TRUST * slope.error + error[k]:
            return False
    for k, i in enumerate(poor, len(sample)):
        old = evidence.slopes[i]
        assert old is not None
        evidence.slopes[i] = Slope(value[k], 0.0, error[k], 0.0, error[k], old.step)
    return True


# Many parameters --------------------------------------------------------------------------------

BANDS = (1e-2, 1e-4, 1e-6)
"""Entries are gathered by their share: at least 1e-2 of the largest, then 1e-4, 1e-6, the rest."""

BUDGET = 140
"""Evaluations of f after which no further fault is looked for."""


@dataclass
class Directions:
    """Sums over random directions: slopes of f along v against claimed gradient times v."""

    function: Function
    claim: Claim
    x: np.ndarray
    f0: float
    noise: float
    scales: np.ndarray
    step: float = START
    use_complex: bool = False

    def slope(self, v: np.ndarray, tries: int, wanted: float = 0.0) -> tuple[float, float]:
        """The slope of f along v (n,) and its error; NaN and infinity where there is none."""
        if self.use_complex:
            t = 2.0**-100
            value = self.function.at_complex(self.x + 1j * t * v)
            if abs(value.real - self.f0) <= TRUST * 3 * self.noise:
                shares = float(np.abs(self.claim.value * v).max(initial=0.0))
                return value.imag / t, 64 * EPS * max(abs(value.imag) / t, shares)
        line = self.function.along(self.x, v)
        slope = slope_along(line, self.f0, self.noise, lambda _: wanted, self.step, tries)
        if slope is None:
            return math.nan, math.inf
        self.step = slope.step
        return slope.value, slope.error

    def mismatch(
        self, v: np.ndarray, tries: int = 1, wanted: float = 0.0
    ) -> tuple[float, float, float]:
        """Slope along v minus the claimed one, how much of it may be error, and that of f alone."""
        value, error = self.slope(v, tries, wanted)
        claimed = math.fsum(self.claim.value * v)
        rounding = float(np.sqrt(np.sum((self.claim.error * v) ** 2)))
        return value - claimed, TRUST * error + rounding, error

    def halves(self, entries: np.ndarray, v: np.ndarray, off: float) -> Iterator[int]:
        """Entries that are wrong, found by halving; v (n,) is the direction that shows off."""
        h = self.short_step(v, off)
        stack = [(entries, off)]
        while stack and self.function.watched.calls < BUDGET:
            group, off = stack.pop()
            if len(group) == 1:
                yield int(group[0])
                continue
            front, back = group[: len(group) // 2], group[len(group) // 2 :]
            part = np.zeros_like(v)
            part[front] = v[front]
            mine = self.mismatch(part)[0] if h is None else self.short_mismatch(part, h)
            # what the front half does not explain, the back half does
            halves = [(front, mine), (back, off - mine)]
            halves = [half for half in halves if abs(half[1]) > abs(off) / 8]
            stack += sorted(halves, key=lambda half: abs(half[1]))

    def short_step(self, v: np.ndarray, off: float) -> float | None:
        """A step with which one central difference is enough to see the known mismatch off."""
        if self.use_complex:
            return None
        for h in (self.step / 2, self.step / 8):
            if abs(self.short_mismatch(v, h) - off) + 3 * self.noise / h < abs(off) / 16:
                return h
        return None

    def short_mismatch(self, v: np.ndarray, h: float) -> float:
        """Slope along v minus the claimed one, by a single central difference."""
        line = self.function.along(self.x, v)
        return (line(h) - line(-h)) / (2 * h) - math.fsum(self.claim.value * v)

    def fault_at(self, i: int) -> Slope | None:
        """The numerical slope along entry i where the claim does not agree with it, else None."""
        scale = self.scales[i]
        line = self.function.along(self.x, i, scale)
        slope = slope_along(line, self.f0, self.noise, lambda v: 1e-3 * abs(v), self.step, tries=3)
        if slope is None:
            return None
        claimed = self.claim.value[i] * scale
        low, high, _ = slope.sides if slope.has_jump else (slope.value, slope.value, 0.0)
        excess = max(low - claimed, claimed - high)
        return slope if excess > TRUST * slope.error + self.claim.error[i] * scale else None

    def confirmed(self, v: np.ndarray, off: float) -> bool:
        """Whether another step shows the same mismatch along v."""
        step, self.step = self.step, self.step * 0.37
        again, tolerance, _ = self.mismatch(v, tries=2)
        self.step = step
        return abs(again) > tolerance and abs(again - off) < abs(off) / 4


@dataclass(frozen=True)
class Sums:
    """What came out of sums over random directions."""

    wrong: dict[int, Slope]
    """Wrong entries that were found, with the numerical slope in units of the scale."""
    differ: bool
    sure: bool
    resolution: float
    larger_resolution: float


def judge_directions(
    function: Function,
    claim: Claim,
    x: np.ndarray,
    f0: float,
    noise: float,
    scales: np.ndarray,
    limit: float,
    rng: np.random.Generator,
) -> Sums:
    """Compare the claim with f along random directions, within about 150 evaluations of f."""
    n = x.size
    directions = Directions(function, claim, x, f0, noise, scales)
    share = np.abs(claim.value) * scales
    largest = float(share.max(initial=0.0))

    def draw(entries: np.ndarray) -> np.ndarray:
        v = np.zeros(n)
        v[entries] = rng.choice([-1.0, 1.0], len(entries)) * rng.uniform(0.5, 1.5, len(entries))
        return v * scales

    # a first direction finds the step that suits f, and whether complex steps can be trusted
    everything = draw(np.arange(n))
    value, error = directions.slope(everything, tries=8, wanted=ENOUGH * largest)
    directions.use_complex = True
    by_complex, complex_error = directions.slope(everything, 1, math.inf)
    agrees = abs(by_complex - value) <= TRUST * error + complex_error
    directions.use_complex = bool(agrees and complex_error < error)

    edges = [math.inf, *(b * largest for b in BANDS), 0.0]
    resolution, larger_resolution = 0.0, 0.0
    suspects: list[tuple[np.ndarray, np.ndarray, float]] = []
    for high, low in itertools.pairwise(edges):
        band = np.flatnonzero((share >= low) & (share < high))
        if not band.size:
            continue
        smallest = max(float(share[band].min()), COUNTS * largest)
        seen = math.inf
        for _ in range(2):
            v = draw(band)
            off, tolerance, _ = directions.mismatch(v, 2, limit * smallest / (8 * TRUST))
            if not abs(off) <= tolerance:
                suspects.append((band, v, off))
                break
            seen = min(seen, tolerance)
        if suspects:
            break  # wrong already; what evaluations are left are for finding where
        if smallest > 0:
            resolution = max(resolution, 2 * seen / smallest)  # a step may be half the scale
        if low >= LARGER * largest and smallest > 0:
            larger_resolution = max(larger_resolution, 2 * seen / smallest)

    wrong: dict[int, Slope] = {}
    for band, v, off in suspects:
        for i in directions.halves(rng.permutation(band), v, off):
            slope = directions.fault_at(i)
            if slope is not None:
                wrong[i] = slope
            if len(wrong) >= 3:
                break
        if wrong:
            break
    sure = any(directions.confirmed(v, off) for _, v, off in suspects) if not wrong else True
    return Sums(wrong, bool(suspects), sure, resolution, larger_resolution)


# The check --------------------------------------------------------------------------------------


def check_gradient(
    f: Callable[[Any], Any],
    grad: Callable[[Any], Any] | None,
    x: Tree,
    *,
    resolution: float = 1e-4,
    seed: int = 0,
) -> GradientReport:
    """Check that grad is the gradient of f at x.

    f: takes what x is and returns a number; where grad is None, a pair (number, gradient).
    grad: takes what x is, returns the gradient in its structure and shapes.
    x: an array of any shape and real type, or a dict or tuple of arrays, nested or not. It is
    never changed; f and grad get copies.
    resolution: the relative fault in a single entry that a pass must exclude. A function or a
    gradient in single precision passes at the resolution that it allows; the report tells it.
    seed: for the random directions. The same call gives the same report.

    Up to ENTRYWISE parameters every entry is compared with its numerical derivative; beyond,
    sums over random directions are, and faults are found by halving. Neither f's nor grad's
    exceptions come out of here: they are in the report. TypeError where x holds no real numbers.
    """
    layout = Layout.of(x)
    function = Function(f, layout, pair=grad is None)
    if grad is None:

        def second(point: Any) -> Any:
            return f(point)[1]

        gradient, name = Watched(second, "the gradient of f", function.randomness), "f's gradient"
    else:
        function.randomness = function.watched.randomness = Randomness(f, grad)
        gradient, name = Watched(grad, "grad", function.randomness), "grad"
    return examine(function, gradient, name, resolution, seed)


@quiet()
def examine(
    function: Function, gradient: Watched, name: str, limit: float, seed: int
) -> GradientReport:
    """The check itself, once f and grad are in a common form."""
    layout = function.layout
    x = layout.vector()
    scales = scales_of(layout)
    rng = np.random.default_rng(seed)

    def report(verdict: Verdict, reason: str, **more: Any) -> GradientReport:
        notes = tuple(dict.fromkeys([*function.watched.notes.values(), *gradient.notes.values()]))
        if notes:
            reason += f" ({'; '.join(notes)})"
        more.setdefault("resolution", math.inf)
        return GradientReport(
            verdict,
            reason,
            evaluations=function.watched.calls,
            gradient_calls=gradient.calls,
            notes=notes,
            **more,
        )

    try:
        f0 = function.start(x)
        claim = hear_claim(gradient, layout, function.own_types, x, scales, name)
    except Misbehaves as trouble:
        text, verdict = (*trouble.args, "fail")[:2]
        return report(verdict, text)
    noise = rounding_noise(function, x, f0, scales, rng)
    if x.size > ENTRYWISE:
        sums = judge_directions(function, claim, x, f0, noise, scales, limit, rng)
        wrong = tuple(
            Entry(*layout.place(i), claim.value[i], s.value / scales[i], s.error / scales[i])
            for i, s in sums.wrong.items()
        )
        verdict, reason = words_for_sums(sums, wrong, x.size, noise, limit)
        return report(
            verdict,
            reason,
            resolution=sums.resolution if verdict == "pass" else math.inf,
            wrong=wrong,
            worst=wrong[0] if wrong else None,
            noise=noise,
        )
    evidence = look_at_entries(function, x, f0, noise, scales, claim.value)
    finding = judge_entries(evidence, claim, limit, rng)
    if not finding.wrong and finding.resolution > limit and sharpen(evidence, finding, claim, rng):
        finding = judge_entries(evidence, claim, limit, rng)

    def entry(i: int) -> Entry:
        place, index = layout.place(i)
        return Entry(place, index, claim.value[i], finding.numeric[i], finding.error[i])

    def line(e: Entry) -> tuple[Line, float]:
        i = entries[e.array, e.index]
        return function.along(x, i, scales[i]), float(scales[i])

    entries = {layout.place(i): i for i in range(x.size)}
    with np.errstate(invalid="ignore", divide="ignore"):
        excess = np.abs(claim.value - finding.numeric) / finding.tolerance
    worst = entry(int(np.nanargmax(excess))) if np.isfinite(excess).any() else None
    imprecise = claim.single or noise > 2.0**-30 * max(abs(f0), evidence.largest)
    verdict: Verdict
    if finding.wrong:
        verdict = "fail"
        reason = wrong_words(len(finding.wrong), x.size, entry(finding.wrong[0]))
    elif finding.resolution <= limit or (imprecise and finding.coarse_resolution <= COARSE):
        verdict = "pass"
        reason = right_words(x.size, int(finding.kink.sum()), finding.resolution)
    else:
        verdict = "unresolved"
        reason = unclear_words(finding, noise, limit, function)
    return report(
        verdict,
        reason,
        resolution=finding.resolution if verdict == "pass" else math.inf,
        wrong=tuple(map(entry, finding.wrong)),
        worst=worst,
        arrays=evidence_by_array(layout, claim, finding, verdict),
        noise=noise,
        line=line,
    )


def wrong_words(wrong: int, n: int, worst: Entry) -> str:
    """Why it failed, in a sentence."""
    some = (
        f"{wrong} of {n} entries are wrong, worst" if wrong > 1 else f"one entry of {n} is wrong,"
    )
    return (
        f"{some} {worst.array}{list(worst.index) if worst.index else ''}: claimed "
        f"{worst.claimed:.6g}, numeric {worst.numeric:.6g} ± {worst.error:.1g}"
    )


def right_words(n: int, kinks: int, resolution: float) -> str:
    """Why it passed, in a sentence."""
    text = f"all {n} entries agree with the numerical derivatives"
    if resolution > 0:
        text += f"; a relative fault of {resolution:.1g} in any entry that counts would have shown"
    if kinks:
        text += (
            f"; at {kinks} of them f has a kink, where any value between the slopes of the two "
            "sides is right"
        )
    return text


def unclear_words(finding: Finding, noise: float, limit: float, function: Function) -> str:
    """Why it could not be decided, in a sentence."""
    if not np.isfinite(finding.numeric).all():
        trouble = f" ({function.trouble})" if function.trouble else ""
        return f"f has no finite values beside x in some directions{trouble}"
    return (
        f"f is known only to its rounding noise of {noise:.1g}, which hides faults of up to "
        f"{finding.resolution:.1g} in single entries where {limit:.1g} should show: scale or "
        "shift the loss, or use float64"
    )


def words_for_sums(
    sums: Sums, wrong: tuple[Entry, ...], n: int, noise: float, limit: float
) -> tuple[Verdict, str]:
    """Verdict and reason for many parameters."""
    if wrong:
        some = "entry" if len(wrong) == 1 else "entries"
        return "fail", (
            f"{len(wrong)} wrong {some} found among {n:,}, {wrong[0].array}"
            f"{list(wrong[0].index)}: claimed {wrong[0].claimed:.6g}, numeric "
            f"{wrong[0].numeric:.6g}"
        )
    if sums.differ and sums.sure:
        return "fail", (
            f"along a random direction of the {n:,} entries f changes otherwise than the gradient "
            "claims; no single entry could be named, since many small faults or a kink lie there"
        )
    if not sums.differ and (sums.resolution <= limit or sums.larger_resolution <= COARSE):
        return "pass", (
            f"sums over random directions of the {n:,} entries agree with f; a relative fault of "
            f"{sums.resolution:.1g} in any entry that counts would have shown"
        )
    return "unresolved", (
        f"f is known only to its rounding noise of {noise:.1g} beside x, or has kinks close by: "
        f"faults of up to {sums.resolution:.1g} in single entries would not show"
    )


def evidence_by_array(
    layout: Layout, claim: Claim, finding: Finding, verdict: Verdict
) -> tuple[ArrayEvidence, ...]:
    """The findings cut into x's arrays."""
    wrong = np.zeros(layout.size, dtype=bool)
    wrong[finding.wrong] = True
    columns = (claim.value, finding.numeric, finding.error, finding.tolerance, finding.kink, wrong)
    out = []
    for name, *parts in zip(layout.names, *(layout.parts(c) for c in columns), strict=True):
        own: Verdict = "fail" if parts[-1].any() else "pass" if verdict == "fail" else verdict
        out.append(ArrayEvidence(name, own, *(p.copy() for p in parts[:-1])))
    return tuple(out)


# A forward and a backward pass ------------------------------------------------------------------


def check_backward(
    forward: Callable[..., Any],
    backward: Callable[[Any, Any], Any],
    inputs: Tree,
    *,
    wrt: Sequence[str] | None = None,
    resolution: float = 1e-4,
    seed: int = 0,
) -> GradientReport:
    """Check a backward pass against its forward pass, such as linear_backward against linear.

    forward: called as forward(*inputs), or forward(**inputs) where inputs is a dict; returns a
    pair (out, cache), out being an array of any shape or a number.
    backward: called as backward(dout, cache) with dout of out's shape; returns the gradients for
    the inputs that have one, in order or as a dict by name (for a single one also bare).
    inputs: a tuple or dict of arrays, or of structures of arrays. Those that hold floating point
    numbers are differentiated; others, such as integer labels, are passed on.
    wrt: the names of the inputs to differentiate, where that is not all of them; in a tuple
    inputs have the names of forward's parameters.
    The loss is sum(R * out) with a random upstream gradient R, so dout = R. The report names the
    inputs one by one.
    """
    named = name_inputs(forward, inputs)
    differentiated = {
        name: value
        for name, value in named.items()
        if (name in wrt if wrt is not None else holds_floats(value))
    }
    unknown = sorted(set(wrt or ()) - set(named))
    if unknown or not differentiated:
        raise ValueError(
            f"inputs has {', '.join(named) or 'no arrays'}; "
            + (
                f"wrt names {', '.join(unknown)}"
                if unknown
                else "none holds floating point numbers"
            )
        )
    layout = Layout.of(differentiated)
    upstream: list[np.ndarray] = []

    def run(arrays: dict[str, Any]) -> tuple[np.ndarray, Any]:
        values = {**named, **arrays}
        returned = forward(**values) if isinstance(inputs, dict) else forward(*values.values())
        if not isinstance(returned, tuple | list) or len(returned) != 2:
            raise Misbehaves(
                f"forward returned {kind_of(returned)} where a pair (out, cache) was expected"
            )
        out = np.array(returned[0])
        if out.dtype.kind not in "fc":
            raise Misbehaves(
                f"forward returned {kind_of(returned[0])} as out where floats were expected"
            )
        if not upstream:
            upstream.append(np.random.default_rng(seed).normal(size=out.shape))
        return out, returned[1]

    def loss(arrays: dict[str, Any]) -> Any:
        out, _ = run(arrays)
        return np.sum(upstream[0] * out)  # L = sum(R * out), so dL/dout = R

    randomness = Randomness(forward, backward)
    passed_back = Watched(backward, "backward", randomness)

    def gradient(arrays: dict[str, Any]) -> Any:
        out, cache = run(arrays)
        randomness.hold()
        returned = passed_back(upstream[0].astype(out.dtype), cache)
        return by_name(returned, list(differentiated), list(named))

    function = Function(loss, layout, name="forward")
    function.randomness = function.watched.randomness = randomness
    report = examine(
        function, Watched(gradient, "backward", randomness), "backward", resolution, seed
    )
    return with_notes(report, passed_back)


def name_inputs(forward: Callable[..., Any], inputs: Tree) -> dict[str, Any]:
    """The inputs by name: a dict's keys, or the names of forward's parameters."""
    if isinstance(inputs, dict):
        return dict(inputs)
    if not isinstance(inputs, tuple | list):
        inputs = (inputs,)
    try:
        names = list(inspect.signature(forward).parameters)[: len(inputs)]
    except (TypeError, ValueError):
        names = []
    if len(names) < len(inputs):
        names = [f"inputs[{i}]" for i in range(len(inputs))]
    return dict(zip(names, inputs, strict=True))


def holds_floats(value: Any) -> bool:
    """Whether a value is a floating point array or number, or a structure of such."""
    leaves = list(leaves_of(value))
    return bool(leaves) and all(np.asarray(leaf).dtype.kind == "f" for leaf in leaves)


def by_name(returned: Any, wanted: list[str], names: list[str]) -> Any:
    """What backward returned as a dict by input; left as it is where it does not fit."""
    if isinstance(returned, dict) and set(wanted) <= set(returned):
        return {name: returned[name] for name in wanted}
    if isinstance(returned, tuple | list):
        if len(returned) == len(wanted):
            return dict(zip(wanted, returned, strict=True))
        if len(returned) == len(names):  # None, or anything, for the inputs without a gradient
            every = dict(zip(names, returned, strict=True))
            return {name: every[name] for name in wanted}
        raise Misbehaves(
            f"backward returned {kind_of(returned)} where {len(wanted)} gradients were expected: "
            f"{', '.join(wanted)}"
        )
    if len(wanted) == 1:
        return {wanted[0]: returned}
    raise Misbehaves(
        f"backward returned {kind_of(returned)} where {len(wanted)} gradients were expected: "
        f"{', '.join(wanted)}"
    )


def with_notes(report: GradientReport, watched: Watched) -> GradientReport:
    """The report with what was noticed about one more function."""
    new = [note for note in watched.notes.values() if note not in report.notes]
    if not new:
        return report
    return replace(
        report, reason=f"{report.reason} ({'; '.join(new)})", notes=(*report.notes, *new)
    )
