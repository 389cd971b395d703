"""The static picture of a scene, as SVG: what stays where no widgets run.

It is laid out like the canvas in `explorer.js`, with the colours of the light theme.
"""

import base64
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

import numpy as np

from backprop_lib.explorers.scene import (
    Arrow,
    Bars,
    Box,
    Handle,
    Image,
    Line,
    Mark,
    Panel,
    Points,
    Scene,
    Text,
)

__all__ = ["scene_svg"]

COLOURS = {
    "blue": "#0072b2",
    "orange": "#d55e00",
    "green": "#00805c",
    "purple": "#aa4499",
    "grey": "#767676",
    "ink": "#222222",
}
DASHES = {"solid": "", "dashed": ' stroke-dasharray="9 5"', "dotted": ' stroke-dasharray="2 4"'}
WIDTH_OF_ONE, WIDTH_OF_SEVERAL = 620.0, 380.0
LEGEND_ROW = 18.0


@dataclass(frozen=True)
class Frame:
    """Where a panel lies, in pixels, and how data become pixels."""

    panel: Panel
    left: float
    each: float
    """Width of its column."""
    x0: float
    y0: float
    """The upper left corner inside the axes."""
    wide: float
    high: float

    def x(self, value: float) -> float:
        """The pixel of a value on the x axis."""
        low, high = self.panel.x.low, self.panel.x.high
        return round(self.x0 + (value - low) / (high - low) * self.wide, 2)

    def y(self, value: float) -> float:
        """The pixel of a value on the y axis."""
        low, high = self.panel.y.low, self.panel.y.high
        return round(self.y0 + (high - value) / (high - low) * self.high, 2)

    @property
    def bottom(self) -> float:
        """The lowest pixel, axis labels included."""
        return self.y0 + self.high + (8.0 if self.panel.bare else 44.0)


def scene_svg(scene: Scene) -> str:
    """The scene as an SVG text with its alternative text as title."""
    each = WIDTH_OF_ONE if len(scene.panels) == 1 else WIDTH_OF_SEVERAL
    frames = [frame_of(panel, i * each, each) for i, panel in enumerate(scene.panels)]
    width, height = each * len(frames), max(frame.bottom for frame in frames) + 4
    body = "\n".join(part for i, frame in enumerate(frames) for part in panel_svg(frame, i))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height:g}" '
        f'viewBox="0 0 {width:g} {height:g}" font-family="system-ui, sans-serif" font-size="12" '
        f'fill="{COLOURS["ink"]}"><title>{escape(scene.alt)}</title>'
        f'<rect width="100%" height="100%" fill="#ffffff"/>\n{body}\n</svg>'
    )


def frame_of(panel: Panel, left: float, each: float) -> Frame:
    """Lay a panel out in a column of this width."""
    rows = max((row for *_, row in legend_places(panel, left, each)), default=-1) + 1
    head = (24.0 if panel.title else 6.0) + rows * LEGEND_ROW
    margin_left, margin_right = (8.0, 8.0) if panel.bare else (56.0, 14.0)
    wide = each - margin_left - margin_right
    ratio = (panel.y.high - panel.y.low) / (panel.x.high - panel.x.low)
    high = wide * (ratio if panel.square else 0.52 if each == WIDTH_OF_ONE else 0.72)
    if panel.square and high > 400:
        wide, high = wide * 400 / high, 400.0
    return Frame(panel, left, each, left + margin_left, head, wide, high)


def legend_places(panel: Panel, left: float, each: float) -> Iterator[tuple[Mark, float, int]]:
    """Each mark that has a label, the x at which its legend entry begins, and its row."""
    x, row = left + each, -1
    for mark in panel.marks:
        if isinstance(mark, (Line, Points, Bars)) and mark.label:
            needed = 42 + 6.6 * len(mark.label)
            if x + needed > left + each - 20:
                x, row = left + (8.0 if panel.bare else 56.0), row + 1
            yield mark, x, row
            x += needed


def panel_svg(frame: Frame, number: int) -> Iterator[str]:
    """A panel: title, legend, axes, and its marks clipped to the axes."""
    panel = frame.panel
    if panel.title:
        x = frame.x0 if panel.bare else frame.left + 8
        yield text_svg(x, 12, panel.title, "start", 14, bold=True)
    for mark, x, row in legend_places(panel, frame.left, frame.each):
        yield from legend_svg(mark, x, (24 if panel.title else 6) + (row + 0.5) * LEGEND_ROW)
    if not panel.bare:
        yield from axes_svg(frame)
    yield (
        f'<clipPath id="inside{number}"><rect x="{frame.x0 - 1:g}" y="{frame.y0 - 1:g}" '
        f'width="{frame.wide + 2:g}" height="{frame.high + 2:g}"/></clipPath>'
        f'<g clip-path="url(#inside{number})">'
    )
    for mark in panel.marks:
        yield from mark_svg(mark, frame)
    yield "</g>"


def legend_svg(mark: Mark, x: float, y: float) -> Iterator[str]:
    """A mark's sample and its label."""
    assert isinstance(mark, (Line, Points, Bars))
    colour = COLOURS[mark.colour]
    if isinstance(mark, Line):
        yield (
            f'<path d="M{x:g} {y:g}h26" stroke="{colour}" stroke-width="{mark.width:g}"'
            f"{DASHES[mark.dash]}/>"
        )
    elif isinstance(mark, Bars):
        yield rectangle_svg(x + 6, y - 5, 14, 10, colour, mark.filled)
    else:
        yield point_svg(x + 13, y, mark, min(mark.size, 5.0))
    yield text_svg(x + 31, y, mark.label, "start", 12)


def axes_svg(frame: Frame) -> Iterator[str]:
    """Grid, numbers, frame and labels."""
    panel = frame.panel
    right, bottom = frame.x0 + frame.wide, frame.y0 + frame.high
    for place in panel.x.places:
        x = frame.x(place)
        yield f'<path d="M{x:g} {frame.y0:g}V{bottom:g}" stroke="#5a5a5a" stroke-opacity=".22"/>'
        yield text_svg(x, bottom + 12, number_text(place), "middle", 12)
    for place in panel.y.places:
        y = frame.y(place)
        yield f'<path d="M{frame.x0:g} {y:g}H{right:g}" stroke="#5a5a5a" stroke-opacity=".22"/>'
        yield text_svg(frame.x0 - 6, y, number_text(place), "end", 12)
    yield (
        f'<rect x="{frame.x0:g}" y="{frame.y0:g}" width="{frame.wide:g}" height="{frame.high:g}" '
        f'fill="none" stroke="{COLOURS["grey"]}"/>'
    )
    yield text_svg(frame.x0 + frame.wide / 2, bottom + 31, panel.x.label, "middle", 13)
    x, y = frame.left + 11, frame.y0 + frame.high / 2
    turned = text_svg(0, 0, panel.y.label, "middle", 13)
    yield f'<g transform="translate({x:g} {y:g}) rotate(-90)">{turned}</g>'


def mark_svg(mark: Mark, frame: Frame) -> Iterator[str]:
    """One mark in the panel."""
    match mark:
        case Line():
            style = f'stroke="{COLOURS[mark.colour]}" stroke-width="{mark.width:g}"'
            yield (
                f'<path d="{path_of(mark, frame)}" fill="none" stroke-linejoin="round" '
                f"{style}{DASHES[mark.dash]}/>"
            )
        case Points():
            for x, y in zip(mark.x, mark.y, strict=True):
                yield point_svg(frame.x(x), frame.y(y), mark, mark.size)
        case Bars():
            for x, height in zip(mark.x, mark.height, strict=True):
                zero, tip = frame.y(0), frame.y(height)
                left, right = frame.x(x - mark.width / 2), frame.x(x + mark.width / 2)
                top, high = min(zero, tip), abs(tip - zero)
                colour = COLOURS[mark.colour]
                yield rectangle_svg(left, top, right - left, high, colour, mark.filled)
        case Image():
            x, y = frame.x(mark.left), frame.y(mark.top)
            wide, high = frame.x(mark.right) - x, frame.y(mark.bottom) - y
            data = base64.b64encode(png(mark.rgb)).decode()
            crisp = "" if mark.smooth else ' style="image-rendering:pixelated"'
            yield (
                f'<image x="{x:g}" y="{y:g}" width="{wide:g}" height="{high:g}" '
                f'preserveAspectRatio="none"{crisp} href="data:image/png;base64,{data}"/>'
            )
        case Text():
            anchor = {"left": "start", "center": "middle", "right": "end"}[mark.align]
            colour = COLOURS[mark.colour]
            x, y = frame.x(mark.x), frame.y(mark.y)
            yield text_svg(x, y, mark.text, anchor, mark.size, mark.bold, colour, halo=True)
        case Arrow():
            yield from arrow_svg(mark, frame)
        case Box():
            yield from box_svg(mark, frame)
        case Handle():
            ring = f'cx="{frame.x(mark.x):g}" cy="{frame.y(mark.y):g}" r="9" fill="none"'
            yield f'<circle {ring} stroke="#ffffff" stroke-width="5"/>'
            yield f'<circle {ring} stroke="{COLOURS[mark.colour]}" stroke-width="2.5"/>'


def path_of(line: Line, frame: Frame) -> str:
    """The line as SVG path data, broken where it is not finite."""
    parts, down = [], False
    for x, y in zip(line.x, line.y, strict=True):
        if not (np.isfinite(x) and np.isfinite(y)):
            down = False
            continue
        parts.append(f"{'L' if down else 'M'}{frame.x(x):g} {frame.y(y):g}")
        down = True
    return "".join(parts)


def point_svg(x: float, y: float, mark: Points, size: float) -> str:
    """One point in the shape of its mark."""
    colour = COLOURS[mark.colour]
    fill, edge, width = (colour, "#fff", 1) if mark.filled else ("#fff", colour, 2)
    style = f'fill="{fill}" stroke="{edge}" stroke-width="{width}"'
    r = size
    match mark.shape:
        case "circle":
            return f'<circle cx="{x:g}" cy="{y:g}" r="{r:g}" {style}/>'
        case "square":
            side = 1.8 * r
            left, top = x - side / 2, y - side / 2
            return f'<rect x="{left:g}" y="{top:g}" width="{side:g}" height="{side:g}" {style}/>'
        case "triangle":
            path = f"M{x:g} {y - 1.15 * r:g}l{1.1 * r:g} {2 * r:g}h{-2.2 * r:g}z"
            return f'<path d="{path}" {style}/>'
        case "cross":
            path = f"M{x - r:g} {y - r:g}l{2 * r:g} {2 * r:g}m0 {-2 * r:g}l{-2 * r:g} {2 * r:g}"
            return f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="2.4"/>'


def rectangle_svg(
    x: float, y: float, width: float, height: float, colour: str, filled: bool
) -> str:
    """A bar, filled or as a dashed outline."""
    style = (
        f'fill="{colour}"'
        if filled
        else f'fill="none" stroke="{colour}" stroke-width="1.8" stroke-dasharray="9 5"'
    )
    return f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" {style}/>'


def arrow_svg(mark: Arrow, frame: Frame) -> Iterator[str]:
    """Shaft and head."""
    start = np.array([frame.x(mark.x0), frame.y(mark.y0)])
    end = np.array([frame.x(mark.x1), frame.y(mark.y1)])
    length = float(np.hypot(*(end - start)))
    if length < 0.5:
        return
    along = (end - start) / length
    across = np.array([-along[1], along[0]])
    size = min(5 + 2 * mark.width, length)
    shaft, foot = end - along * size * 0.8, end - along * size
    colour = COLOURS[mark.colour]
    yield (
        f'<path d="M{pair(start)}L{pair(shaft)}" stroke="{colour}" '
        f'stroke-width="{mark.width:g}"{DASHES[mark.dash]}/>'
    )
    corners = f"M{pair(end)}L{pair(foot + across * size / 2)}L{pair(foot - across * size / 2)}z"
    yield f'<path d="{corners}" fill="{colour}"/>'


def pair(point: np.ndarray) -> str:
    """Two numbers of SVG path data."""
    return f"{point[0]:.1f} {point[1]:.1f}"


def box_svg(mark: Box, frame: Frame) -> Iterator[str]:
    """A rounded rectangle with its lines of text."""
    left, right = frame.x(mark.x - mark.width / 2), frame.x(mark.x + mark.width / 2)
    top, bottom = frame.y(mark.y + mark.height / 2), frame.y(mark.y - mark.height / 2)
    colour = COLOURS[mark.colour]
    place = f'x="{left:g}" y="{top:g}" width="{right - left:g}" height="{bottom - top:g}" rx="6"'
    tint = f'<rect {place} fill="{colour}" fill-opacity=".2"/>' if mark.strong else ""
    width = 3 if mark.strong else 1.5
    yield f'<rect {place} fill="#fff" stroke="{colour}" stroke-width="{width}"/>{tint}'
    lines = mark.text.split("\n")
    longest = max(len(line) for line in lines) or 1
    size = max(8.0, min(13.0, (right - left - 6) / (longest * 0.56)))
    for i, line in enumerate(lines):
        y = (top + bottom) / 2 + (i - (len(lines) - 1) / 2) * 15
        yield text_svg((left + right) / 2, y, line, "middle", size)


def text_svg(
    x: float,
    y: float,
    text: str,
    anchor: str,
    size: float,
    bold: bool = False,
    colour: str = COLOURS["ink"],
    halo: bool = False,
) -> str:
    """A line of text, its middle at this height; with halo, readable on any ground."""
    style = ' font-weight="600"' if bold else ""
    if halo:
        style += ' stroke="#fff" stroke-width="4" stroke-linejoin="round" paint-order="stroke"'
    return (
        f'<text x="{x:g}" y="{y:g}" dy=".35em" text-anchor="{anchor}" font-size="{size:.3g}" '
        f'fill="{colour}"{style}>{escape(text)}</text>'
    )


def number_text(value: float) -> str:
    """A number in few characters, with a true minus sign."""
    return f"{value:.6g}".replace("-", "−")


def png(rgb: np.ndarray) -> bytes:
    """An image as a PNG file. rgb: (rows, columns, 3) bytes."""
    rows, columns, _ = rgb.shape
    # each row of pixels is preceded by the number of its filter, here none
    lines = np.concatenate([np.zeros((rows, 1), np.uint8), rgb.reshape(rows, -1)], axis=1)
    head = struct.pack(">IIBBBBB", columns, rows, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(lines.tobytes(), 9)), (b"IEND", b""))
    chunks = [
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)
