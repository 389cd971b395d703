"""Pictures of a gradient check: the error of a difference against its step, and all entries."""

import numpy as np

from backprop_lib.plots.picture import BLUE, GREY, ORANGE, Picture, new_figure, show
from checks.differences import EPS, Line
from checks.gradient_report import Entry, GradientReport
from checks.watched import quiet

__all__ = ["plot_report"]

STEPS = 2.0 ** -np.arange(0, 48)
"""Steps of the central differences, as shares of the entry's own size."""


def plot_report(report: GradientReport) -> Picture:
    """The two pictures that `GradientReport.plot` promises."""
    if report.worst is None or report.line is None:
        raise ValueError(f"There is no entry to show: {report.reason}")
    figure, (left, right) = new_figure(9.0, 3.6, columns=2)
    entry = report.worst
    steps, off, rounding = errors_by_step(report, entry)
    left.loglog(steps, off, "o", color=BLUE, ms=4, label="central difference of step h")
    left.loglog(steps, rounding, "-", color=GREY, lw=1, label="rounding of f / h")
    apart = abs(entry.claimed - entry.numeric)
    if apart > entry.error:
        left.axhline(apart, color=ORANGE, ls="--", lw=1.5, label="what is claimed")
    left.set(xlabel="step h", ylabel="distance from the numeric value", title=f"Entry {entry.name}")
    left.legend(fontsize=8, frameon=False)
    claimed, numeric, wrong = entries(report)
    right.plot(numeric[~wrong], claimed[~wrong], "o", color=BLUE, ms=4, label="agree")
    if wrong.any():
        right.plot(numeric[wrong], claimed[wrong], "x", color=ORANGE, ms=7, mew=2, label="wrong")
    ends = [min(numeric.min(), claimed.min()), max(numeric.max(), claimed.max())]
    right.plot(ends, ends, "-", color=GREY, lw=1, zorder=0)
    right.set(xlabel="numeric", ylabel="claimed", title=f"{claimed.size} entries")
    right.legend(fontsize=8, frameon=False)
    best = int(np.argmin(off))
    alt = (
        f"Left: the error of a central difference at {entry.name} against its step. From large "
        f"steps it falls, as truncation does, down to {off[best]:.1g} at h = {steps[best]:.1g}; "
        "from there to smaller steps it rises again, as rounding does. Right: claimed against "
        f"numeric values; {int(wrong.sum())} of {claimed.size} entries lie off the diagonal."
    )
    return show(figure, alt)


@quiet()
def errors_by_step(
    report: GradientReport, entry: Entry
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Steps, the error of the central difference of each, and the part that rounding explains."""
    assert report.line is not None
    phi, scale = report.line(entry)
    slopes = np.array([central(phi, t) for t in STEPS]) / scale
    off = np.abs(slopes - entry.numeric)
    steps = STEPS * scale
    # where a difference happens to be exact there is still its own last digit
    off = np.maximum(off, EPS * max(abs(entry.numeric), np.finfo(float).tiny))
    known = np.isfinite(off)
    return steps[known], off[known], report.noise / steps[known]


def central(phi: Line, t: float) -> float:
    """The central difference of step t at 0."""
    return (phi(t) - phi(-t)) / (2 * t)


def entries(report: GradientReport) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Claimed and numeric values of the entries that were looked at, and which are wrong."""
    if report.arrays:
        claimed = np.concatenate([a.claimed.ravel() for a in report.arrays])
        numeric = np.concatenate([a.numeric.ravel() for a in report.arrays])
        off = np.abs(claimed - numeric)
        tolerance = np.concatenate([a.tolerance.ravel() for a in report.arrays])
        wrong = off > tolerance
    else:
        seen = report.wrong or ((report.worst,) if report.worst else ())
        claimed = np.array([e.claimed for e in seen])
        numeric = np.array([e.numeric for e in seen])
        wrong = np.full(len(seen), bool(report.wrong))
    known = np.isfinite(numeric)
    return claimed[known], numeric[known], wrong[known]
