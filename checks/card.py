"""The card: a Result as HTML that stands alone, and as plain text.

The HTML needs no script and no outside file; the same card is shown in a notebook and on a
feedback page. Everything that came from a learner is escaped.
"""

from collections.abc import Sequence
from html import escape

import numpy as np

from checks.exercise import Comparison, Result

__all__ = ["card_html", "card_text"]

SIGNS = {"correct": "✓", "wrong": "✗", "not attempted": "○", "undecided": "?"}

SHOWN = 6
"""How many rows and columns of an array are shown in numbers."""

TO_SEE_IT_AGAIN = "To see this again, run the cell of your function, and then:"
"""Before the line that gives a result again: after a check the name may be the library's."""

STYLE = """<style>
.bp-card{--bp-tone:#7a7a7a;--bp-line:rgba(128,128,128,.35);border:1px solid var(--bp-line);
border-left:6px solid var(--bp-tone);border-radius:6px;padding:.7em 1em;margin:.3em 0;
max-width:60em;font-family:system-ui,sans-serif;font-size:14px;line-height:1.5;
color:var(--jp-content-font-color1,inherit)}
.bp-card.bp-correct{--bp-tone:#0072b2}.bp-card.bp-wrong{--bp-tone:#d55e00}
.bp-card.bp-undecided{--bp-tone:#aa4499}
.bp-card p{margin:.35em 0}.bp-head{font-size:16px;font-weight:600}
.bp-sign{display:inline-block;min-width:1.5em;height:1.5em;line-height:1.5em;text-align:center;
border-radius:50%;background:var(--bp-tone);color:#fff;margin-right:.5em}
.bp-points{float:right;font-weight:400;font-size:13px;opacity:.8}
.bp-question{font-style:italic}.bp-small{font-size:12.5px;opacity:.8}
.bp-numbers{display:flex;flex-wrap:wrap;gap:.4em 1.6em;align-items:flex-start;margin:.5em 0}
.bp-numbers figure{margin:0}.bp-numbers figcaption{font-size:12.5px;opacity:.8;
margin-bottom:.2em}
.bp-card table.bp-grid{border-collapse:collapse;font-family:ui-monospace,monospace;
font-size:12px;margin:0;border:0}
.bp-card table.bp-grid td{padding:1px 6px;text-align:right;border:1px solid var(--bp-line);
background:transparent;white-space:nowrap}
.bp-card table.bp-grid td.bp-off{background:rgba(213,94,0,.22);font-weight:600}
.bp-card details{margin:.3em 0}.bp-card summary{cursor:pointer;width:fit-content}
.bp-card details>div{margin-left:1.2em}
.bp-card code{font-family:ui-monospace,monospace;font-size:12px;background:none;color:inherit}
</style>"""


def card_html(result: Result, hints: Sequence[str] = (), note: str = "") -> str:
    """The card as HTML.

    hints: shown one inside the other, so that they open one at a time; note: a last line, such
    as which version the lesson goes on with.
    """
    kind = result.verdict.split()[0]
    parts = [
        STYLE,
        f'<div class="bp-card bp-{kind}" role="group" '
        f'aria-label="Check of {escape(result.exercise)}: {result.verdict}">',
        f'<p class="bp-head"><span class="bp-sign" aria-hidden="true">{SIGNS[result.verdict]}'
        f"</span>{escape(result.exercise)}: {result.verdict}"
        f'<span class="bp-points">{result.points} of {result.max_points} points</span></p>',
        f"<p>{code_marks(result.message)}</p>",
    ]
    if result.comparisons:
        parts.append(f'<p class="bp-small">The numbers of {escape(result.case or "")}</p>')
        right = [c.name for c in result.comparisons if not c.wrong.any()]
        parts += [comparison_html(c) for c in result.comparisons if c.wrong.any()]
        if right:
            parts.append(f'<p class="bp-small">Right here: {escape(", ".join(right))}.</p>')
    if result.question:
        parts.append(f'<p class="bp-question">{code_marks(result.question)}</p>')
    if hints and result.verdict != "correct":
        parts.append(hints_html(hints))
    if result.tried:
        parts.append(tried_html(result))
    if note:
        parts.append(f'<p class="bp-small">{escape(note)}</p>')
    parts.append("</div>")
    return "\n".join(parts)


def code_marks(text: str) -> str:
    """Escaped text in which `such words` become code."""
    pieces = escape(text).split("`")
    return "".join(f"<code>{piece}</code>" if i % 2 else piece for i, piece in enumerate(pieces))


def hints_html(hints: Sequence[str]) -> str:
    """Hints that open one at a time: each holds the next."""
    inner = ""
    for i in range(len(hints), 0, -1):
        inner = (
            f"<details><summary>Hint {i} of {len(hints)}</summary>"
            f"<div><p>{code_marks(hints[i - 1])}</p>{inner}</div></details>"
        )
    return inner


def tried_html(result: Result) -> str:
    """What was tried, folded away, with the line that does it again."""
    cases = "".join(f"<li>{escape(line)}</li>" for line in result.tried)
    return (
        f'<details class="bp-small"><summary>What was tried</summary><div><ul>{cases}</ul>'
        f"<p>{TO_SEE_IT_AGAIN} <code>{escape(result.reproduce)}</code></p></div></details>"
    )


def comparison_html(c: Comparison) -> str:
    """One wrong output: yours, what it should be, and a picture of the difference."""
    name = escape(c.name)
    figures = [grid_html(f"{c.source} {name} {shape_text(c.expected)}", c, c.expected, None)]
    if c.received is not None:
        same_shape = c.received.shape == c.expected.shape
        mine = grid_html(
            f"your {name} {shape_text(c.received)}",
            c,
            c.received,
            c.wrong if same_shape else None,
        )
        figures.insert(0, mine)
        if same_shape and not c.is_boolean:
            figures.append(difference_picture(c))
    return f'<div class="bp-numbers">{"".join(figures)}</div>'


def shape_text(array: np.ndarray) -> str:
    """The shape in words that fit a caption."""
    return str(array.shape) if array.ndim else "(a single number)"


def grid_html(caption: str, c: Comparison, array: np.ndarray, wrong: np.ndarray | None) -> str:
    """An array's first rows and columns as a table, wrong entries marked."""
    array = as_table(array)
    wrong = None if wrong is None else as_table(wrong)
    cut_columns, cut_rows = array.shape[1] > SHOWN, array.shape[0] > SHOWN
    rows = []
    for i, row in enumerate(array[:SHOWN]):
        cells = []
        for j, value in enumerate(row[:SHOWN]):
            off = ' class="bp-off"' if wrong is not None and wrong[i, j] else ""
            cells.append(f"<td{off}>{number_text(c, value)}</td>")
        rows.append(f"<tr>{''.join(cells)}{'<td>…</td>' if cut_columns else ''}</tr>")
    if cut_rows:
        width = min(array.shape[1], SHOWN) + cut_columns
        rows.append(f"<tr>{'<td>⋮</td>' * width}</tr>")
    return (
        f"<figure><figcaption>{caption}</figcaption>"
        f'<table class="bp-grid">{"".join(rows)}</table></figure>'
    )


def as_table(array: np.ndarray) -> np.ndarray:
    """The array in rows and columns: a vector is one row, further axes are laid side by side."""
    array = np.atleast_2d(array)
    return array.reshape(array.shape[0], int(np.prod(array.shape[1:])))  # -1 fails on empty ones


def number_text(c: Comparison, value: float) -> str:
    """A number in few characters, with a true minus sign."""
    return c.in_digits(value, 4).replace("-", "−")


def difference_picture(c: Comparison) -> str:
    """Yours minus numerical, a square per entry: the larger the error, the larger the square.

    Plus and minus differ in colour and in sign, so that the picture also reads in grey.
    """
    assert c.received is not None
    with np.errstate(all="ignore"):
        off = as_table(c.received - c.expected)
    wrong = as_table(c.wrong)
    finite = np.abs(off[np.isfinite(off)])
    largest = finite.max(initial=0.0) or 1.0
    cell = 16
    shapes = []
    for (i, j), value in np.ndenumerate(off):
        x, y = (j + 0.5) * cell, (i + 0.5) * cell
        if not wrong[i, j]:
            shapes.append(f'<circle cx="{x}" cy="{y}" r="1.5" fill="currentColor" opacity=".4"/>')
            continue
        share = min(abs(value) / largest, 1.0) if np.isfinite(value) else 1.0
        side = round((0.45 + 0.5 * share) * cell, 1)
        colour = "#d55e00" if value > 0 else "#0072b2"
        sign = "+" if value > 0 else "−" if value < 0 else "!"
        shapes.append(
            f'<rect x="{x - side / 2:.1f}" y="{y - side / 2:.1f}" width="{side}" height="{side}" '
            f'rx="2" fill="{colour}"/><text x="{x}" y="{y + 3.5}" text-anchor="middle" '
            f'font-size="10" font-family="monospace" fill="#fff">{sign}</text>'
        )
    height, width = off.shape[0] * cell, off.shape[1] * cell
    which = f"{int(wrong.sum())} of {wrong.size} entries are wrong, by up to"
    if c.wrong.ndim == 0:
        which = "it is off by"
    alt = f"Difference of your {escape(c.name)} and the {c.in_words}: {which} {largest:.3g}."
    return (
        f"<figure><figcaption>yours − {c.source}</figcaption>"
        f'<svg role="img" aria-label="{alt}" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}">'
        f"<title>{alt}</title>{''.join(shapes)}</svg></figure>"
    )


def card_text(result: Result, hints: Sequence[str] = (), note: str = "") -> str:
    """The card as plain text, for places that show no HTML."""
    lines = [
        f"{SIGNS[result.verdict]} {result.exercise}: {result.verdict} "
        f"({result.points} of {result.max_points} points)",
        result.message,
    ]
    if result.comparisons:
        lines.append(f"The numbers of {result.case}:")
        for c in result.comparisons:
            if not c.wrong.any():
                lines.append(f"  {c.name}: right")
                continue
            if c.received is not None:
                lines += [f"  your {c.name} {shape_text(c.received)}:", array_text(c, c.received)]
            lines += [
                f"  {c.source} {c.name} {shape_text(c.expected)}:",
                array_text(c, c.expected),
            ]
    if result.question:
        lines.append(result.question)
    lines += [f"Hint {i}: {hint}" for i, hint in enumerate(hints, 1)]
    if result.tried:
        lines.append(f"Tried: {'; '.join(result.tried)}")
        lines.append(f"{TO_SEE_IT_AGAIN} {result.reproduce}")
    if note:
        lines.append(note)
    return "\n".join(lines)


def array_text(c: Comparison, array: np.ndarray) -> str:
    """An array's first rows and columns in aligned columns of text."""
    array = as_table(array)
    rows = [
        "    "
        + " ".join(f"{number_text(c, v):>10}" for v in row[:SHOWN])
        + (" ..." if array.shape[1] > SHOWN else "")
        for row in array[:SHOWN]
    ]
    return "\n".join([*rows, "    ..."] if array.shape[0] > SHOWN else rows)
