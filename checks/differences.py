"""Derivatives by differences, each with a measured error.

A derivative is a limit, and a computer cannot take it. With a large step h the curve bends away
from its tangent: truncation error. With a small step the rounding of f is divided by almost
nothing: rounding error. Both are measured here for the function at hand, and the step is chosen
by them, entry by entry.

In order: a function of arrays as one of a long vector (Function); the noise of f
(rounding_noise); the slope along a line (slope_along); the slopes along all axes
(look_at_entries).
"""

import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from checks.layout import Layout, number
from checks.watched import Misbehaves, Randomness, Watched, changed_state

__all__ = [
    "COUNTS",
    "ENOUGH",
    "EPS",
    "EPS_SINGLE",
    "MANY",
    "START",
    "TRUST",
    "Evidence",
    "Function",
    "Line",
    "Neighbourhood",
    "Slope",
    "averaged",
    "look_at_entries",
    "reach_of",
    "slope_along",
    "three_steps",
]

EPS = float(np.finfo(np.float64).eps)
EPS_SINGLE = float(np.finfo(np.float32).eps)

TRUST = 4
"""How many estimated errors a right value may be off."""

MANY = 400
"""From this many parameters on, entries are no longer looked at one by one."""


Line = Callable[[float], float]
"""f on a line through x, as a function of the distance t from x."""


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

    def hold(self, randomness: Randomness) -> None:
        """Share the random generators with another function."""
        self.watched.randomness = self.randomness = randomness

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


def agree(a: float, b: float) -> bool:
    """Whether two values of f at the same point are the same but for a few roundings."""
    return abs(a - b) <= 8 * EPS * max(abs(a), abs(b))


# The noise of f ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Neighbourhood:
    """f near x: all that differences need."""

    function: Function
    x: np.ndarray
    """(n,)"""
    f0: float
    """f(x)."""
    scales: np.ndarray
    """The size of each entry, (n,); steps are shares of it."""
    reach: np.ndarray
    """How far each entry may be thought to move, (n,); its share in the change of f is
    |gradient| times this."""
    noise: float
    """Standard deviation of the rounding errors of f."""

    @classmethod
    def of(cls, function: Function, f0: float, rng: np.random.Generator) -> "Neighbourhood":
        """Measure the sizes and the noise; f0 is f(x)."""
        x = function.layout.vector()
        scales = scales_of(function.layout)
        noise = rounding_noise(function, x, f0, scales, rng)
        return cls(function, x, f0, scales, reach_of(function.layout), noise)

    def axis(self, i: int) -> Line:
        """f along entry i, in units of its scale."""

        def phi(t: float) -> float:
            point = self.x.copy()
            point[i] += t * self.scales[i]
            return self.function(point)

        return phi

    def along(self, v: np.ndarray) -> Line:
        """f along a direction v (n,)."""
        return lambda t: self.function(self.x + t * v)


def scales_of(layout: Layout) -> np.ndarray:
    """The size of each entry, (n,): |x|; for (almost) zeros that of other entries.

    Steps are shares of it, so that neither 1e-6 nor 1e6 is a badly scaled parameter.
    """
    everything = np.abs(layout.vector())  # (n,)
    typical = float(np.median(everything[everything > 0])) if (everything > 0).any() else 1.0
    for part in layout.parts(everything):
        zero = part == 0
        own = float(np.median(part[~zero])) if (~zero).any() else typical
        part[zero] = own
        np.maximum(part, 1e-6 * own, out=part)
    return everything


def reach_of(layout: Layout) -> np.ndarray:
    """The size of each entry, (n,), but at least a thousandth of the largest in its array.

    An entry that happens to be almost 0 among larger ones is not without importance.
    """
    reach = scales_of(layout)
    for part in layout.parts(reach):
        np.maximum(part, part.max(initial=0.0) / 1000, out=part)
    return reach


def rounding_noise(
    function: Function, x: np.ndarray, f0: float, scales: np.ndarray, rng: np.random.Generator
) -> float:
    """Standard deviation of the rounding errors in f near x, measured.

    Where f is smooth, the k-th differences of f at 7 points with a tiny spacing vanish like
    spacing^k; what is left of them is noise, sqrt(C(2k, k)) times that of f (More and Wild 2011).
    A spacing of 2^-40 shows rounding in double precision. If some part of f is computed in single
    precision, it stands still on so short a way; therefore a second spacing, 2^-14.
    """
    windows = 3 if x.size < MANY else 1  # many entries average by themselves

    def seen(spacing: float) -> list[float]:
        return [window_noise(function, x, scales, spacing, rng) for _ in range(windows)]

    fine = window_noise(function, x, scales, 2.0**-40, rng)
    floor = max(fine, EPS * abs(f0) / 2, np.finfo(float).tiny)
    coarse = float(np.median(seen(2.0**-14)))
    if coarse <= 8 * floor:
        return floor
    # Is that rounding? Then a spacing 2^6 times smaller shows about the same. A kink shows 2^6
    # times less, a curve that is smooth but fast 2^24 times less.
    finer = max(seen(2.0**-20))
    return max(floor, coarse, finer) if finer > coarse / 16 else floor


def window_noise(
    function: Function,
    x: np.ndarray,
    scales: np.ndarray,
    spacing: float,
    rng: np.random.Generator,
) -> float:
    """The noise that the fourth and fifth differences show in one window of 7 points beside x."""
    w = scales * rng.choice([-1.0, 1.0], x.size) * rng.uniform(0.5, 1.5, x.size)  # (n,)
    start = rng.uniform(8, 24)  # beside x and not at it: x itself may be a kink
    values = np.array([function(x + (start + k) * spacing * w) for k in range(7)])  # (7,)
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
    bend: float = 0.0
    """Change of the value from the last extrapolation, whose size bounds the truncation."""

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
    kinks = [slope for slope in found if slope.has_jump]
    if not kinks:
        return best
    # A kink that only larger steps see lies beside 0. Else the smallest step looks closest;
    # larger ones that see the same see it more exactly.
    closest = min(kinks, key=lambda slope: slope.step)
    if best.step < closest.step and best.error < abs(closest.jump) / 8:
        return best
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
    return Slope(slope, truncation, rounding, jump, jump_rounding + abs(b2 - b1), h, a2 - a1)


def averaged(
    phi: Line, f0: float, noise: float, slope: Slope, rng: np.random.Generator, many: int = 25
) -> Slope:
    """The mean of many slopes from steps about as long: rounding averages out, 1 / sqrt(many).

    For functions in single precision, where rounding is all that limits a slope.
    """
    steps = slope.step * rng.uniform(0.7, 1.4, many)
    found = [three_steps(phi, f0, noise, float(h), {}) for h in steps]
    known = [s for s in found if s is not None and not s.has_jump]
    if len(known) < many:
        return slope
    rounding = 1.4 * slope.rounding / math.sqrt(many)  # 1.4 for the steps that are shorter
    bend = abs(float(np.mean([s.bend for s in known])))
    value = float(np.mean([s.value for s in known]))
    # the mean bend has about as much rounding in it as the mean slope
    return Slope(value, bend + rounding, rounding, 0.0, slope.jump_error, slope.step)


# All entries ------------------------------------------------------------------------------------

COUNTS = 1e-7
"""An entry counts when its share in the change of f is at least this part of the largest."""

ENOUGH = 1e-7
"""The relative error at which looking for a better numerical derivative ends."""


@dataclass
class Evidence:
    """Slopes of f along all axes, in units of the scales: the entries' shares in its change."""

    near: Neighbourhood
    slopes: list[Slope | None]
    largest: float
    """The largest share of all."""

    @property
    def value(self) -> np.ndarray:
        """The numerical derivative, (n,); NaN where there is none."""
        values = [math.nan if s is None else s.value for s in self.slopes]
        return np.array(values) / self.near.scales

    @property
    def error(self) -> np.ndarray:
        """Its estimated absolute error, (n,); infinite where there is none."""
        errors = [math.inf if s is None else s.error for s in self.slopes]
        return np.array(errors) / self.near.scales

    def wanted(self, i: int, value: float) -> float:
        """The error at which a slope of this value along entry i is good enough."""
        counts = COUNTS * self.largest * self.near.scales[i] / self.near.reach[i]
        return ENOUGH * max(abs(value), 10 * counts)


def look_at_entries(near: Neighbourhood, claimed: np.ndarray | None = None) -> Evidence:
    """The slopes along all axes: one try each, then more for those that need it.

    claimed: (n,), a gradient whose entries, too, say what is large and what is small.
    """
    known: list[dict[float, tuple[float, float]]] = [{} for _ in near.x]
    slopes = [
        slope_along(near.axis(i), near.f0, near.noise, lambda _: math.inf, tries=1, values=values)
        for i, values in enumerate(known)
    ]
    longer = near.reach / near.scales
    shares = [abs(s.value) * r for s, r in zip(slopes, longer, strict=True) if s is not None]
    if claimed is not None:
        shares += list(np.abs(claimed) * near.reach)
    largest = max(shares, default=0.0)
    if largest <= TRUST * max((s.error for s in slopes if s is not None), default=0.0):
        # no slope to speak of, as at a minimum: measure by how much f changes a step away
        changes = [abs(v - near.f0) / START for k in known for v in k.get(START, ())]
        largest = max([largest, *filter(math.isfinite, changes)])
    evidence = Evidence(near, slopes, largest)
    for i, slope in enumerate(slopes):
        wanted = partial(evidence.wanted, i)
        if slope is None or slope.error > wanted(slope.value):
            slopes[i] = slope_along(near.axis(i), near.f0, near.noise, wanted, values=known[i])
    return evidence
