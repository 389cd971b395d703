"""Checking a gradient of many entries by sums: slopes of f along random directions.

Looking at 50,000 entries one by one takes 300,000 evaluations of f. The slope of f along a
random direction v is the sum of gradient times v over all entries, and costs six. A wrong entry
makes the sum wrong, unless it is so small that the others drown it. So entries are first
gathered in bands of like share in the change of f, and each band is summed by itself. A wrong
entry is then found by halving: 16 more sums for 50,000.
"""

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from checks.differences import COUNTS, ENOUGH, EPS, START, TRUST, Neighbourhood, Slope, slope_along

__all__ = ["BANDS", "Sums", "compare_sums"]

BANDS = (1e-2, 1e-4, 1e-6)
"""Bands of entries by share: at least 1e-2 of the largest, then 1e-4, then 1e-6, then the rest."""

LARGER = 1e-2
"""Entries of at least this part of the largest must be resolved, whatever becomes of the rest."""

BUDGET = 140
"""Evaluations of f after which no further wrong entry is looked for."""

NAMED = 3
"""How many wrong entries are looked for."""


@dataclass(frozen=True)
class Sums:
    """What the sums said."""

    wrong: dict[int, Slope]
    """Wrong entries that were found, with f's slope along them in units of their scale."""
    differ: bool
    """Whether a sum differs from the slope of f."""
    confirmed: bool
    """Whether another step shows the same difference."""
    resolution: float
    """The smallest relative fault in an entry that counts that would have shown."""
    larger_resolution: float
    """The same for the band of the largest entries."""


@dataclass
class Directions:
    """Slopes of f along directions v (n,) against sums of claimed gradient times v."""

    near: Neighbourhood
    claimed: np.ndarray
    error: np.ndarray
    """How far rounding may have moved the claimed entries, (n,)."""
    rng: np.random.Generator
    step: float = START
    """The step that suited the last direction; the next starts with it."""
    use_complex: bool = field(default=False)

    def draw(self, entries: np.ndarray) -> np.ndarray:
        """A random direction (n,) along these entries: half to one and a half of their reach."""
        v = np.zeros_like(self.near.x)
        signs = self.rng.choice([-1.0, 1.0], len(entries))
        v[entries] = signs * self.rng.uniform(0.5, 1.5, len(entries))
        return v * self.near.reach

    def slope(self, v: np.ndarray, tries: int, wanted: float = 0.0) -> tuple[float, float]:
        """The slope of f along v and its estimated error; NaN and infinity where there is none."""
        if self.use_complex:
            return self.complex_slope(v)
        slope = slope_along(
            self.near.along(v), self.near.f0, self.near.noise, lambda _: wanted, self.step, tries
        )
        if slope is None:
            return math.nan, math.inf
        self.step = slope.step
        return slope.value, slope.error

    def complex_slope(self, v: np.ndarray) -> tuple[float, float]:
        """The same by one complex step: Im f(x + i t v) / t (Squire and Trapp 1998)."""
        t = 2.0**-100
        value = self.near.function.at_complex(self.near.x + 1j * t * v)
        if not abs(value.real - self.near.f0) <= 3 * TRUST * self.near.noise:
            return math.nan, math.inf
        shares = float(np.abs(self.claimed * v).max(initial=0.0))
        return value.imag / t, 64 * EPS * max(abs(value.imag) / t, shares)

    def mismatch(self, v: np.ndarray, tries: int = 1, wanted: float = 0.0) -> tuple[float, float]:
        """Slope along v minus the sum that is claimed, and how much of it may be error."""
        value, error = self.slope(v, tries, wanted)
        rounding = float(np.sqrt(np.sum((self.error * v) ** 2)))
        return value - math.fsum(self.claimed * v), TRUST * error + rounding

    def prepare(self) -> None:
        """Find the step that suits f, and whether complex steps can be trusted.

        Code may take complex numbers and yet lose the derivative, as abs does; so they must
        agree with differences along a direction in which every entry has a part.
        """
        v = self.draw(np.arange(self.near.x.size))
        largest = float(np.abs(self.claimed * self.near.reach).max(initial=0.0))
        value, error = self.slope(v, tries=8, wanted=ENOUGH * largest)
        by_complex, complex_error = self.complex_slope(v)
        agrees = abs(by_complex - value) <= TRUST * error + complex_error
        self.use_complex = bool(agrees and complex_error < error)

    def halve(self, entries: np.ndarray, v: np.ndarray, off: float) -> Iterator[int]:
        """Candidates for wrong entries; v is a direction along these entries that shows off."""
        h = self.short_step(v, off)
        stack = [(self.rng.permutation(entries), off)]
        while stack and self.near.function.watched.calls < BUDGET:
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
        """A step at which one central difference shows the known mismatch off, if there is one."""
        if self.use_complex:
            return None
        for h in (self.step / 2, self.step / 8):
            error = abs(self.short_mismatch(v, h) - off) + 3 * self.near.noise / h
            if error < abs(off) / 16:
                return h
        return None

    def short_mismatch(self, v: np.ndarray, h: float) -> float:
        """Slope along v minus the sum that is claimed, by a single central difference."""
        line = self.near.along(v)
        return (line(h) - line(-h)) / (2 * h) - math.fsum(self.claimed * v)

    def slope_where_wrong(self, i: int) -> Slope | None:
        """The slope along entry i where it differs from the claim, else None."""
        slope = slope_along(
            self.near.axis(i),
            self.near.f0,
            self.near.noise,
            lambda value: 1e-3 * abs(value),
            self.step,
            tries=3,
        )
        if slope is None:
            return None
        scale = self.near.scales[i]
        claimed = self.claimed[i] * scale
        low, high, error = slope.sides if slope.has_jump else (*[slope.value] * 2, slope.error)
        excess = max(low - claimed, claimed - high)
        return slope if excess > TRUST * error + self.error[i] * scale else None

    def confirms(self, v: np.ndarray, off: float) -> bool:
        """Whether another step shows the same mismatch along v."""
        self.step *= 0.37
        again, tolerance = self.mismatch(v, tries=2)
        return abs(again) > tolerance and abs(again - off) < abs(off) / 4


def compare_sums(
    near: Neighbourhood,
    claimed: np.ndarray,
    error: np.ndarray,
    limit: float,
    rng: np.random.Generator,
) -> Sums:
    """Compare claimed (n,) with f along random directions, within about 150 evaluations of f.

    error: how far rounding may have moved claimed, (n,); limit: the relative fault that should
    show.
    """
    directions = Directions(near, claimed, error, rng)
    directions.prepare()
    share = np.abs(claimed) * near.reach
    largest = float(share.max(initial=0.0))
    resolutions = [0.0]
    for high, low in itertools.pairwise([math.inf, *BANDS, 0.0]):
        band = np.flatnonzero((share >= low * largest) & (share < high * largest))
        if low == 0 == largest:
            band = np.arange(share.size)
        if not band.size:
            continue
        smallest = max(float(share[band].min()), COUNTS * largest)
        seen = math.inf
        for _ in range(2):  # two faults can cancel in one sum, hardly in two
            v = directions.draw(band)
            off, tolerance = directions.mismatch(v, 2, limit * smallest / (8 * TRUST))
            if not abs(off) <= tolerance:
                wrong = dict(wrong_entries(directions, band, v, off))
                sure = bool(wrong) or directions.confirms(v, off)
                return Sums(wrong, True, sure, math.inf, math.inf)
            seen = min(seen, tolerance)
        # an entry may have only half its reach in v
        resolutions.append(2 * seen / smallest if smallest else 0.0)
        if low == LARGER:
            larger = resolutions[-1]
    return Sums({}, False, False, max(resolutions), larger if largest else 0.0)


def wrong_entries(
    directions: Directions, band: np.ndarray, v: np.ndarray, off: float
) -> Iterator[tuple[int, Slope]]:
    """The first few wrong entries of a band, each with f's slope along it."""
    found = 0
    for i in directions.halve(band, v, off):
        slope = directions.slope_where_wrong(i)
        if slope is not None:
            yield i, slope
            found += 1
        if found == NAMED:
            return
