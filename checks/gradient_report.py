"""What a gradient check reports: the verdict, its reason in words, and the evidence."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from checks.layout import Tree

if TYPE_CHECKING:
    from backprop_lib.plots import Picture

__all__ = ["ArrayEvidence", "Entry", "GradientReport", "NumericalGradient", "Verdict"]

Verdict = Literal["pass", "fail", "unresolved"]


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

    @property
    def name(self) -> str:
        """Its place in words, such as "w[2, 1]"."""
        return f"{self.array}[{', '.join(map(str, self.index))}]" if self.index else self.array

    def __str__(self) -> str:
        numeric = f"{self.numeric:.10g} ± {self.error:.1g}"
        return f"{self.name}: claimed {self.claimed:.10g}, numeric {numeric}"


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
    resolution: float = math.inf
    """The smallest relative fault in a single entry that a pass excludes. It covers all entries
    that count: those whose share in the change of f, |gradient| |x|, is at least COUNTS = 1e-7
    of the largest. Entries at a kink are left out; infinite where nothing was excluded."""
    evaluations: int = 0
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

    def with_notes(self, notes: Iterable[str]) -> "GradientReport":
        """The report with what was noticed, in its reason too."""
        new = [note for note in dict.fromkeys(notes) if note not in self.notes]
        if not new:
            return self
        reason = f"{self.reason} ({'; '.join(new)})"
        return replace(self, reason=reason, notes=(*self.notes, *new))

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
