"""Is this function the gradient of that one? A check by numbers whose verdict can be trusted.

Checks that fix the step of a difference and the tolerance in advance refuse right gradients and
pass wrong ones: some functions are steep, some are flat, some are rough. This one measures how
rough f is and how far each difference can be trusted, and judges every entry by that. Where the
numbers cannot decide, it says so.

    report = check_gradient(f, grad, x)                          # f: arrays -> a number
    report = check_backward(linear, linear_backward, (x, w, b))  # a forward and a backward pass
    print(report)                                                # verdict, reason, evidence
    report.plot()                                                # error against step, entries

The chapters: checks/differences.py takes derivatives by differences with a measured error. Here,
from top to bottom: the gradient by numbers (numerical_gradient); the gradient that is claimed and
its own rounding (Claim); the two entry by entry (compare_entries); the verdict (check_gradient);
a pair of passes (check_backward). For many parameters checks/directions.py compares sums.

NumPy is all it needs. Sources: Richardson (1911) for extrapolation; Ridders (1982) for choosing
the step by the estimated error; More and Wild (2011) for the noise of f; Squire and Trapp (1998)
for the complex step; Clarke (1983) for what counts as a gradient at a kink.
"""

import inspect
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from checks.differences import (
    COUNTS,
    ENOUGH,
    EPS,
    EPS_SINGLE,
    MANY,
    TRUST,
    Evidence,
    Function,
    Line,
    Neighbourhood,
    Slope,
    averaged,
    look_at_entries,
    reach_of,
    slope_along,
    three_steps,
)
from checks.directions import compare_sums
from checks.gradient_report import (
    ArrayEvidence,
    Entry,
    GradientReport,
    NumericalGradient,
    Verdict,
)
from checks.layout import Layout, Tree, kind_of, matching
from checks.watched import Misbehaves, Randomness, Watched, changed_state, leaves_of, quiet

__all__ = [
    "ArrayEvidence",
    "Entry",
    "GradientReport",
    "NumericalGradient",
    "check_backward",
    "check_gradient",
    "numerical_gradient",
]


TINY = float(np.finfo(float).tiny)


# The gradient by numbers ------------------------------------------------------------------------


@quiet()
def numerical_gradient(f: Callable[[Any], float], x: Tree, seed: int = 0) -> NumericalGradient:
    """The gradient of the function f at x by differences, with an error estimate for each entry.

    f: takes what x is, returns a number; x: an array of any shape, or a dict or tuple of arrays.
    seed: for the directions in which the noise of f is measured.
    The step is chosen for each entry by the measured noise of f (see checks/differences.py).
    Raises ValueError where f gives no number at x, or not the same one twice.
    """
    layout = Layout.of(x)
    function = Function(f, layout)
    try:
        f0 = function.start(layout.vector())
    except Misbehaves as trouble:
        raise ValueError(str(trouble.args[0])) from trouble.__cause__
    near = Neighbourhood.of(function, f0, np.random.default_rng(seed))
    evidence = look_at_entries(near)
    return NumericalGradient(
        layout.build(evidence.value), layout.build(evidence.error), function.watched.calls
    )


# The gradient that is claimed -------------------------------------------------------------------


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
    """It at other points, (n,) to (n,); NaN where it cannot be computed."""

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
        return max(s for s in seen if math.isfinite(s))


def hear_claim(gradient: Watched, function: Function) -> Claim:
    """Ask for the gradient at x, and beside x for its rounding; Misbehaves where it is none."""
    layout, name = function.layout, gradient.name
    x = layout.vector()

    def at(point: np.ndarray) -> Any:
        return gradient(layout.build(point, function.own_types))

    def elsewhere(point: np.ndarray) -> np.ndarray:
        try:
            return read_claim(at(point), layout, name)[0]
        except Exception:
            return np.full(x.size, math.nan)

    try:
        returned = at(x)
    except Misbehaves:
        raise
    except Exception as trouble:
        raise Misbehaves(f"{name} raises {type(trouble).__name__} at x: {trouble}") from trouble
    value, single = read_claim(returned, layout, name)
    again = elsewhere(x)
    if not same_values(value, again):  # random numbers may be held only from now on
        value, again = elsewhere(x), elsewhere(x)
    if not same_values(value, again):
        names = changed_state(gradient.function, lambda: at(x))
        what = f" (it changes {', '.join(f'`{n}`' for n in names)})" if names else ""
        raise Misbehaves(
            f"{name} gives different values at the same x: it keeps state or draws random "
            f"numbers{what}; hold that fixed inside it",
            "unresolved",
        )
    single = single or any(dtype in (np.float32, np.float16) for dtype in function.own_types)
    eps = EPS_SINGLE if single else EPS
    d = 4 * eps * x * np.random.default_rng(0).choice([-1.0, 1.0], x.size)
    # the smaller of two sides: a kink between x and its neighbour shows on one side only
    moved = np.fmin(np.abs(elsewhere(x + d) - value), np.abs(elsewhere(x - d) - value))
    # a sum whose terms cancel is off by roundings of the terms: up to the array's largest share
    reach = reach_of(layout)
    largest = np.concatenate(
        [np.full(p.size, p.max(initial=0.0)) for p in layout.parts(np.abs(value) * reach)]
    )
    error = 4 * np.nan_to_num(moved, nan=0.0) + 4 * eps * (np.abs(value) + largest / reach)
    return Claim(value, error, single, elsewhere)


def same_values(a: np.ndarray, b: np.ndarray) -> bool:
    """Whether two gradients at the same x are the same but for a few roundings."""
    return bool(np.allclose(a, b, rtol=1e-12, atol=0))


def read_claim(returned: Any, layout: Layout, name: str) -> tuple[np.ndarray, bool]:
    """The returned gradient as a vector (n,), and whether it is in single precision.

    Misbehaves where it has not x's structure and shapes, or is not finite.
    """
    arrays = list(matching(returned, layout.tree, name, "x"))
    for (place, array), leaf in zip(arrays, layout.leaves, strict=True):
        if array.shape != leaf.shape:
            raise Misbehaves(
                f"{place} has the wrong shape: {array.shape} where {leaf.shape} was expected"
            )
    vector = np.concatenate([array.astype(float).ravel() for _, array in arrays] or [np.zeros(0)])
    bad = np.flatnonzero(~np.isfinite(vector))
    if bad.size:
        place, index = layout.place(int(bad[0]))
        kind = "NaN" if np.isnan(vector[bad[0]]) else "infinity"
        more = f", and {bad.size - 1} more entries are not finite" if bad.size > 1 else ""
        raise Misbehaves(f"{name} holds {kind} at {place}{list(index) or ''}{more}")
    single = any(array.dtype in (np.float32, np.float16) for _, array in arrays)
    # float64 in name only: no entry needs more than single precision, some need more than half
    short = np.array_equal(vector.astype(np.float32), vector)
    shorter = np.array_equal(vector.astype(np.float16), vector)
    return vector, single or (short and not shorter and int(np.count_nonzero(vector)) >= 4)


# Entry by entry ---------------------------------------------------------------------------------

SHOWN_TWICE = 8
"""How many wrong entries are looked at twice; further ones as clearly wrong are believed."""

LARGER, COARSE = 1e-3, 1e-2
"""In single precision a pass resolves entries of at least LARGER of the largest to COARSE."""


@dataclass(frozen=True)
class Comparison:
    """The claim beside the numerical derivatives, entry by entry; all arrays (n,)."""

    numeric: np.ndarray
    error: np.ndarray
    tolerance: np.ndarray
    kink: np.ndarray
    wrong: tuple[int, ...]
    """Which entries are wrong, the worst first."""
    resolutions: np.ndarray
    """The smallest relative fault of each entry that would have shown."""

    @property
    def resolution(self) -> float:
        """The smallest relative fault that would have shown in any entry that counts."""
        return float(self.resolutions.max(initial=0.0))


def compare_entries(evidence: Evidence, claim: Claim, rng: np.random.Generator) -> Comparison:
    """Compare every entry with its numerical derivative, looking twice at those that differ."""
    scales = evidence.near.scales
    numeric, error = evidence.value, evidence.error
    tolerance = TRUST * error + claim.error
    kink = np.array([s is not None and s.has_jump for s in evidence.slopes], dtype=bool)
    off = np.abs(claim.value - numeric)
    suspects = np.flatnonzero(kink | ~(off <= tolerance))
    worst_first = np.argsort(-(off / np.maximum(tolerance, TINY))[suspects])
    wrong: list[int] = []
    for i in map(int, suspects[worst_first]):
        slope = evidence.slopes[i]
        if slope is None:
            tolerance[i] = math.inf
            continue
        if len(wrong) >= SHOWN_TWICE and not kink[i] and off[i] > 16 * tolerance[i]:
            wrong.append(i)
            continue
        slope, sure = look_again(evidence.near, i, slope)
        kink[i] = slope.has_jump
        # at a kink every value between the slopes of the two sides is a gradient (Clarke 1983)
        low, high, side_error = slope.sides if kink[i] else (*[slope.value] * 2, slope.error)
        numeric[i] = np.clip(claim.value[i], low / scales[i], high / scales[i])
        error[i] = side_error / scales[i]
        off[i] = abs(claim.value[i] - numeric[i])
        rounding = claim.error[i]
        if off[i] > TRUST * error[i] + rounding and off[i] < 1e-3 * np.abs(claim.value).max():
            rounding += TRUST * claim.rounding(evidence.near.x, i, rng)
        tolerance[i] = TRUST * error[i] + rounding
        if off[i] > 2 * tolerance[i] and sure:
            wrong.append(i)
        elif off[i] > tolerance[i]:
            tolerance[i] = 2 * off[i]  # too close to call
    wrong.sort(key=lambda i: -off[i] * evidence.near.reach[i])
    counting = size_that_counts(evidence, claim)
    # where that is 0, f does not change at all, and no fault has a size to be relative to
    nothing = kink | (counting == 0)
    resolutions = np.where(nothing, 0.0, tolerance / np.where(nothing, 1.0, counting))
    return Comparison(numeric, error, tolerance, kink, tuple(wrong), resolutions)


def size_that_counts(evidence: Evidence, claim: Claim) -> np.ndarray:
    """The claimed size of each entry, (n,), but at least the smallest that counts."""
    return np.maximum(np.abs(claim.value), COUNTS * evidence.largest / evidence.near.reach)


def look_again(near: Neighbourhood, i: int, slope: Slope) -> tuple[Slope, bool]:
    """The slope along entry i from other steps as well, and whether they agree.

    One estimate may be right by its own lights and wrong by luck, as when the steps hit a fast
    oscillation at like phases. Steps that are no multiples of its own tell.
    """
    if slope.step == 0:  # a complex step, which has been compared with differences already
        return slope, True
    line = near.axis(i)
    for _ in range(4):
        others = [
            three_steps(line, near.f0, near.noise, slope.step * factor, {})
            for factor in (0.37, 0.083)
        ]
        # rounding alone makes the error of the shorter one 12 times larger
        telling = [s for s in others if s is not None and s.error <= 32 * slope.error]
        apart = [s for s in telling if abs(s.value - slope.value) > 2 * (s.error + slope.error)]
        if telling and not apart:
            return slope, True
        again = slope_along(line, near.f0, near.noise, lambda _: 0.0, slope.step * 0.083, tries=6)
        if again is None:
            return slope, False
        if again.has_jump and not slope.has_jump:
            return again, True
        slope = again
    return slope, False


def sharpen(
    evidence: Evidence, comparison: Comparison, claim: Claim, rng: np.random.Generator
) -> bool:
    """Put complex steps in the place of differences that are too coarse; whether that worked.

    Im f(x + i t e) / t with a tiny t has no truncation and no cancellation (Squire and Trapp
    1998), where f is made of operations that know complex numbers. Code can take complex numbers
    and yet lose the derivative, as abs does. So the complex steps count only where they agree
    with the differences in every entry of a sample that the differences know, and in the entries
    themselves as far as the differences can tell.
    """
    slopes = evidence.slopes
    known = {
        i: abs(s.value)
        for i, s in enumerate(slopes)
        if s is not None and not s.has_jump and s.error <= 0.1 * abs(s.value)
    }
    sample = sorted(known, key=lambda i: -known[i])[:6]
    too_coarse = comparison.tolerance > TRUST * ENOUGH * size_that_counts(evidence, claim)
    poor = [int(i) for i in np.flatnonzero(too_coarse & ~comparison.kink)]
    sharper = {}
    for i in [*sample, *poor]:
        slope = slopes[i]
        value, error = complex_step(evidence.near, i, rng)
        if slope is None or not abs(value - slope.value) <= TRUST * slope.error + error:
            return False
        sharper[i] = Slope(value, 0.0, error, 0.0, error, step=0.0)
    for i in poor:
        slopes[i] = sharper[i]
    return bool(sample)


def steady(evidence: Evidence, entries: Iterable[int], rng: np.random.Generator) -> bool:
    """Put means of many slopes in the place of single ones; whether there was any."""
    near, found = evidence.near, False
    for i in entries:
        slope = evidence.slopes[i]
        if slope is not None and not slope.has_jump:
            evidence.slopes[i] = averaged(near.axis(i), near.f0, near.noise, slope, rng)
            found = True
    return found


def complex_step(near: Neighbourhood, i: int, rng: np.random.Generator) -> tuple[float, float]:
    """The slope along entry i by a complex step, in units of the scale, and its error.

    The error is seen from a second value, a few roundings away. NaN where f gives none.
    """
    t = 2.0**-100
    step = np.zeros(near.x.size, complex)
    step[i] = 1j * t * near.scales[i]
    beside = near.x * (1 + 4 * EPS * rng.choice([-1.0, 1.0], near.x.size))
    value = near.function.at_complex(near.x + step)
    other = near.function.at_complex(beside + step)
    if not abs(value.real - near.f0) <= 3 * TRUST * near.noise:
        return math.nan, math.nan
    return value.imag / t, (abs(other.imag - value.imag) + 16 * EPS * abs(value.imag)) / t


# The verdict ------------------------------------------------------------------------------------


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

    Up to MANY parameters every entry is compared with its numerical derivative; beyond, sums over
    random directions are, and faults are found by halving. Neither f's nor grad's exceptions come
    out of here: they are in the report. TypeError where x holds no real numbers.
    """
    layout = Layout.of(x)
    function = Function(f, layout, pair=grad is None)
    if grad is None:
        gradient = Watched(lambda point: f(point)[1], "f's gradient", function.randomness)
    else:
        function.hold(Randomness(f, grad))
        gradient = Watched(grad, "grad", function.randomness)
    return examine(function, gradient, resolution, seed)


@quiet()
def examine(function: Function, gradient: Watched, limit: float, seed: int) -> GradientReport:
    """The check itself, once f and grad are in a common form."""
    rng = np.random.default_rng(seed)
    layout = function.layout
    try:
        f0 = function.start(layout.vector())
        claim = hear_claim(gradient, function)
    except Misbehaves as trouble:
        report = GradientReport(trouble.verdict, str(trouble))
    else:
        near = Neighbourhood.of(function, f0, rng)
        judge = verdict_by_sums if layout.size > MANY else verdict_by_entries
        report = judge(near, claim, limit, rng)
        report = replace(report, noise=near.noise, line=lambda e: axis_of(near, e))
    function.randomness.hold()  # leave the generators as they were found
    report = replace(report, evaluations=function.watched.calls, gradient_calls=gradient.calls)
    return report.with_notes([*function.watched.notes.values(), *gradient.notes.values()])


def axis_of(near: Neighbourhood, entry: Entry) -> tuple[Line, float]:
    """For the plot: f along an entry, and the entry's scale."""
    i = near.function.layout.position(entry.array, entry.index)
    return near.axis(i), float(near.scales[i])


def verdict_by_entries(
    near: Neighbourhood, claim: Claim, limit: float, rng: np.random.Generator
) -> GradientReport:
    """The verdict from every entry's own numerical derivative."""
    layout, n = near.function.layout, near.x.size
    evidence = look_at_entries(near, claim.value)
    comparison = compare_entries(evidence, claim, rng)
    single = claim.single or near.noise > 2.0**-30 * max(abs(near.f0), evidence.largest)
    larger = np.abs(claim.value) * near.reach >= LARGER * evidence.largest
    if not comparison.wrong and comparison.resolution > limit:
        poor = np.flatnonzero(larger & (comparison.resolutions > COARSE))
        if sharpen(evidence, comparison, claim, rng) or (
            single and steady(evidence, map(int, poor), rng)
        ):
            comparison = compare_entries(evidence, claim, rng)

    def entry(i: int) -> Entry:
        place, index = layout.place(i)
        values = (claim.value[i], comparison.numeric[i], comparison.error[i])
        return Entry(place, index, *map(float, values))

    wrong = tuple(map(entry, comparison.wrong))
    off = np.abs(claim.value - comparison.numeric) / np.fmax(comparison.tolerance, TINY)
    worst = wrong[0] if wrong else entry(int(np.argmax(np.nan_to_num(off)))) if n else None
    resolution = comparison.resolution
    good_enough = single and comparison.resolutions[larger].max(initial=0.0) <= COARSE
    verdict: Verdict
    if wrong:
        verdict, resolution = "fail", math.inf
        some = f"one entry of {n} is" if len(wrong) == 1 else f"{len(wrong)} of {n} entries are"
        reason = f"{some} wrong: {'' if len(wrong) == 1 else 'worst '}{wrong[0]}"
    elif resolution <= limit or good_enough:
        verdict = "pass"
        reason = f"all {n} entries agree with the numerical derivatives"
        if resolution > 0:
            reason += f"; a relative fault of {resolution:.1g} in any that counts would show"
        if comparison.kink.any():
            reason += (
                f"; at {int(comparison.kink.sum())} of them f has a kink, where any value between "
                "the slopes of the two sides is right"
            )
    elif not np.isfinite(comparison.numeric).all():
        verdict, resolution = "unresolved", math.inf
        trouble = f" ({near.function.trouble})" if near.function.trouble else ""
        reason = f"{near.function.name} has no finite values beside x in some directions{trouble}"
    else:
        verdict = "unresolved"
        slope = evidence.slopes[int(np.argmax(comparison.resolutions))]
        if slope is not None and slope.error > 10 * slope.rounding:
            place = entry(int(np.argmax(comparison.resolutions)))
            reason = (
                f"the slope of {near.function.name} along {place.name} does not settle as the "
                "step shrinks: it may jump there or be infinitely steep"
            )
        else:
            reason = noise_hides(near, resolution, limit)
        resolution = math.inf
    return GradientReport(
        verdict,
        reason,
        resolution,
        wrong=wrong,
        worst=worst,
        arrays=evidence_by_array(layout, claim, comparison, verdict),
    )


def noise_hides(near: Neighbourhood, resolution: float, limit: float) -> str:
    """The reason for "unresolved": what the noise hides, and what to do."""
    return (
        f"{near.function.name} is known only to its rounding noise of {near.noise:.1g}, which "
        f"hides relative faults of up to {resolution:.1g} in single entries where {limit:.1g} "
        "should show: take away what is constant in the loss, scale it, or use float64"
    )


def evidence_by_array(
    layout: Layout, claim: Claim, comparison: Comparison, verdict: Verdict
) -> tuple[ArrayEvidence, ...]:
    """The comparison cut into x's arrays."""
    wrong = np.zeros(layout.size, dtype=bool)
    wrong[list(comparison.wrong)] = True
    columns = (
        *(claim.value, comparison.numeric, comparison.error),
        *(comparison.tolerance, comparison.kink, wrong),
    )
    found = []
    for name, *parts in zip(layout.names, *map(layout.parts, columns), strict=True):
        own: Verdict = "fail" if parts[-1].any() else "pass" if verdict == "fail" else verdict
        found.append(ArrayEvidence(name, own, *(part.copy() for part in parts[:-1])))
    return tuple(found)


def verdict_by_sums(
    near: Neighbourhood, claim: Claim, limit: float, rng: np.random.Generator
) -> GradientReport:
    """The verdict from sums over random directions, for many parameters."""
    layout, n = near.function.layout, near.x.size
    sums = compare_sums(near, claim.value, claim.error, limit, rng)

    def entry(i: int, slope: Slope) -> Entry:
        place, index = layout.place(i)
        scale = near.scales[i]
        return Entry(place, index, float(claim.value[i]), slope.value / scale, slope.error / scale)

    wrong = tuple(entry(i, slope) for i, slope in sums.wrong.items())
    if wrong:
        reason = f"sums over random directions of the {n:,} entries differ, since {wrong[0]}"
        return GradientReport("fail", reason, wrong=wrong, worst=wrong[0])
    if sums.differ and sums.confirmed:
        reason = (
            f"along a random direction of the {n:,} entries {near.function.name} changes otherwise "
            "than the gradient claims; no single entry stands out"
        )
        return GradientReport("fail", reason)
    if sums.differ or (sums.resolution > limit and sums.larger_resolution > COARSE):
        return GradientReport("unresolved", noise_hides(near, sums.resolution, limit))
    reason = (
        f"sums over random directions of the {n:,} entries agree with {near.function.name}; a "
        f"relative fault of {sums.resolution:.1g} in any that counts would show"
    )
    i = int(np.argmax(np.abs(claim.value) * near.reach))
    largest = slope_along(near.axis(i), near.f0, near.noise, lambda value: ENOUGH * abs(value))
    worst = entry(i, largest) if largest is not None else None
    return GradientReport("pass", reason, sums.resolution, worst=worst)


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
        trouble = f"wrt names {', '.join(unknown)}" if unknown else "none of them holds floats"
        raise ValueError(f"inputs has {', '.join(named) or 'nothing'}; {trouble}.")
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
    function.hold(randomness)
    report = examine(function, Watched(gradient, "backward", randomness), resolution, seed)
    return report.with_notes(passed_back.notes.values())


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
    elif len(wanted) == 1:
        return {wanted[0]: returned}
    raise Misbehaves(
        f"backward returned {kind_of(returned)} where {len(wanted)} gradients were expected: "
        f"{', '.join(wanted)}"
    )
