"""How long from a slider's move to the new picture, here and with other notebook tools.

Everybody draws the same picture in a real JupyterLab in headless Chromium: the answer of a neuron
to its input, with a slider for the weight. Each slider is moved by an arrow key. The clock starts
in the page at the key, and stops when the page has drawn something new.

    python benchmarks/explorers.py              prints the table
    python benchmarks/explorers.py --moves 20   fewer moves

Two things are measured: the time of single moves, each made when the last picture stands; and, of
50 moves that follow each other as fast as a hand drags, one in 33 ms, how many get a new picture
before the next move comes.
"""

import argparse
import importlib.metadata
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))
import lab

DRAGGED = 50
SECONDS_BETWEEN = 0.033

SETUP = """
import numpy as np
import ipywidgets as widgets
x = np.linspace(-4, 4, 81)
def neuron(w):
    return 1 / (1 + np.exp(-w * x))
slider = widgets.FloatSlider(value=-3.0, min=-10, max=10, step=0.1, description="w")
"""

WATCH = """() => {
  // notes when a key went down, and when the picture changed after it
  window.keys = [];
  window.pictures = [];
  window.changes = []; // when something was drawn; it can be seen from the next frame on
  const drawn = () => {
    window.changes.push(performance.now());
    requestAnimationFrame(() => window.pictures.push(performance.now()));
  };
  document.addEventListener("keydown", () => window.keys.push(performance.now()), true);
  for (const name of ["drawImage", "putImageData", "stroke", "fill"]) {
    const original = CanvasRenderingContext2D.prototype[name];
    CanvasRenderingContext2D.prototype[name] = function (...args) {
      drawn();
      return original.apply(this, args);
    };
  }
  const output = document.querySelector(".jp-OutputArea");
  const isPicture = (node) => node.nodeType === 1
    && (node.matches("img, svg *") || node.querySelector("img, svg") !== null);
  new MutationObserver((changes) => {
    for (const change of changes) {
      const nodes = change.type === "childList" ? [...change.addedNodes] : [change.target];
      for (const node of nodes) {
        if (!isPicture(node)) continue;
        const image = node.matches("img") ? node : node.querySelector("img");
        if (image && !image.complete) image.addEventListener("load", drawn, { once: true });
        else drawn();
      }
    }
  }).observe(output, { subtree: true, childList: true, attributes: true });
}"""


@dataclass(frozen=True)
class Peer:
    """A way to draw the picture, and where its slider is."""

    name: str
    code: str
    slider: str = ".noUi-handle"
    package: str | None = None


HERE = """
from dataclasses import replace
from backprop_lib.explorers import neuron
explorer = neuron().at(w=-3.0)
"""

PEERS = (
    Peer(
        "here, computed in the page",
        HERE + "explorer",
        '[data-control="w"]',
    ),
    Peer(
        "here, computed by NumPy",
        HERE + "replace(explorer, in_page='')",
        '[data-control="w"]',
    ),
    Peer(
        "Matplotlib, inline, interactive_output",
        SETUP
        + """
import matplotlib.pyplot as plt
def draw(w):
    plt.figure(figsize=(6, 3))
    plt.plot(x, neuron(w))
    plt.show()
widgets.VBox([slider, widgets.interactive_output(draw, {"w": slider})])
""",
        package="matplotlib",
    ),
    Peer(
        "ipympl",
        "%matplotlib widget\n"
        + SETUP
        + """
import matplotlib.pyplot as plt
figure, axes = plt.subplots(figsize=(6, 3))
(line,) = axes.plot(x, neuron(-3))
def move(change):
    line.set_ydata(neuron(change["new"]))
    figure.canvas.draw_idle()
slider.observe(move, "value")
widgets.VBox([slider, figure.canvas])
""",
        package="ipympl",
    ),
    Peer(
        "bqplot",
        SETUP
        + """
import bqplot
scales = {"x": bqplot.LinearScale(), "y": bqplot.LinearScale(min=0, max=1)}
line = bqplot.Lines(x=x, y=neuron(-3), scales=scales)
axes = [bqplot.Axis(scale=scales["x"]), bqplot.Axis(scale=scales["y"], orientation="vertical")]
def move(change):
    line.y = neuron(change["new"])
slider.observe(move, "value")
widgets.VBox([slider, bqplot.Figure(marks=[line], axes=axes)])
""",
        package="bqplot",
    ),
    Peer(
        "plotly FigureWidget",
        SETUP
        + """
import plotly.graph_objects as go
figure = go.FigureWidget(go.Scatter(x=x, y=neuron(-3)))
figure.update_layout(width=600, height=300)
def move(change):
    figure.data[0].y = neuron(change["new"])
slider.observe(move, "value")
widgets.VBox([slider, figure])
""",
        package="plotly",
    ),
)


@dataclass(frozen=True)
class Measured:
    """What came of one peer's moves."""

    milliseconds: list[float]
    """From key to picture, a number per single move that led to one."""
    lost: int
    """Single moves that led to no picture within a second."""
    pictures: int
    """Of the moves that followed each other quickly, those that got one before the next."""


def measure(server: lab.Server, browser, number: int, peer: Peer, moves: int) -> Measured:
    """Move one peer's slider in a notebook of its own."""
    name = f"peer_{number}.ipynb"
    lab.write_notebook(server.notebooks / name, peer.code)
    page = browser.new_context(viewport={"width": 1180, "height": 900}).new_page()
    page.set_default_timeout(90_000)
    try:
        lab.open_notebook(page, server, name)
        lab.run_all(page, server, name)
        handle = page.locator(peer.slider).first
        handle.wait_for()
        page.wait_for_timeout(2500)
        page.evaluate(WATCH)
        handle.focus()
        for _ in range(3):  # warm
            page.keyboard.press("ArrowRight")
            page.wait_for_timeout(500)
        times, lost = [], 0
        for _ in range(moves):
            page.evaluate("() => { window.keys = []; window.pictures = []; }")
            page.keyboard.press("ArrowRight")
            found = None
            deadline = time.monotonic() + 1.0
            while found is None and time.monotonic() < deadline:
                found = page.evaluate(
                    "() => window.pictures.length ? window.pictures[0] - window.keys[0] : null"
                )
                time.sleep(0.01)
            lost += found is None
            times += [] if found is None else [found]
            page.wait_for_timeout(120)
        page.evaluate("() => { window.keys = []; window.changes = []; }")
        start = time.monotonic()
        for i in range(DRAGGED):
            page.keyboard.press("ArrowLeft")
            time.sleep(max(0.0, start + (i + 1) * SECONDS_BETWEEN - time.monotonic()))
        page.wait_for_timeout(1500)
        pictures = page.evaluate(
            """() => window.keys.filter((key, i, keys) => window.changes.some(
                (change) => change > key && change <= (keys[i + 1] ?? key + 1000),
            )).length"""
        )
        return Measured(times, lost, pictures)
    finally:
        page.context.close()
        server.end_kernels()


def main() -> None:
    """Measure every peer and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--moves", type=int, default=50, help="single moves of each slider")
    options = parser.parse_args()
    if lab.CHROMIUM is None:
        sys.exit("Chromium is missing. On Debian: apt-get install chromium")
    rows = []
    with (
        tempfile.TemporaryDirectory() as folder,
        lab.jupyterlab(Path(folder)) as server,
        lab.chromium() as browser,
    ):
        for number, peer in enumerate(PEERS):
            print(f"{peer.name} ...", file=sys.stderr, flush=True)
            rows.append((peer, measure(server, browser, number, peer, options.moves)))
    print(f"From the move of a slider to the new picture, {options.moves} moves each:\n")
    print(f"| | median | 95th percentile | lost | {DRAGGED} quick moves: pictures |")
    print("|---|---:|---:|---:|---:|")
    for peer, measured in rows:
        version = f" {importlib.metadata.version(peer.package)}" if peer.package else ""
        times = sorted(measured.milliseconds)
        median = f"{statistics.median(times):.0f} ms" if times else "–"
        late = f"{times[int(0.95 * (len(times) - 1))]:.0f} ms" if times else "–"
        print(
            f"| {peer.name}{version} | {median} | {late} | {measured.lost} | {measured.pictures} |"
        )


if __name__ == "__main__":
    main()
