"""Every lesson in a real JupyterLab and a real browser: cards, pictures, and every control moved.

With SCREENSHOTS=folder the suite leaves pictures there, for the README and for eyes to judge.
"""

import json
import os
import re
from pathlib import Path

import lab
import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe

from backprop_lib import explorers
from backprop_lib.explorers import Button, Choice, Slider, Toggle
from backprop_lib.explorers.explorer import wire

NOTEBOOKS = Path(__file__).resolve().parent.parent / "notebooks"
LESSONS = sorted(path.name for path in NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))
SCREENSHOTS = os.environ.get("SCREENSHOTS")

pytestmark = pytest.mark.browser


def cells_of(name):
    return json.loads((NOTEBOOKS / name).read_text(encoding="utf-8"))["cells"]


def explorers_in(name):
    """The names of the explorers that a lesson shows, in order."""
    code = "\n".join("".join(c["source"]) for c in cells_of(name) if c["cell_type"] == "code")
    return re.findall(r"^explorers\.(\w+)\(", code, re.MULTILINE)


def screenshot(target, name):
    if SCREENSHOTS:
        Path(SCREENSHOTS).mkdir(exist_ok=True)
        target.screenshot(path=Path(SCREENSHOTS) / f"{name}.png")


def axe_findings(page, *selectors):
    """What axe-core finds serious or critical in these parts of the page."""
    options = {"resultTypes": ["violations"]}
    findings = []
    for selector in selectors:
        if page.locator(selector).count():
            report = Axe().run(page, context=selector, options=options)
            findings += [
                (v["id"], v["impact"], [n["html"][:200] for n in v["nodes"]])
                for v in report.response["violations"]
                if v["impact"] in ("serious", "critical")
            ]
    return findings


class Shown:
    """An explorer as the page shows it, beside the model that it must follow."""

    def __init__(self, root, model):
        self.root = root
        self.model = model
        self.pictures = 0
        self.root.locator("canvas").scroll_into_view_if_needed()
        self.wait_for_picture()

    def wait_for_picture(self):
        """Until at least one more picture is drawn and the kernel has answered everything."""
        self.root.evaluate(
            """(root, before) => new Promise((done, fail) => {
                const start = performance.now();
                const look = () => {
                    if (Number(root.dataset.pictures ?? 0) > before && root.explorer
                        && root.dataset.waits !== "true") done();
                    else if (performance.now() - start > 20000) fail("no new picture");
                    else requestAnimationFrame(look);
                };
                look();
            })""",
            self.pictures,
        )
        self.pictures = int(self.root.get_attribute("data-pictures"))

    def put(self, values):
        """Bring the controls to these values."""
        now = self.root.evaluate("root => ({ ...root.explorer.values })")
        for name, value in values.items():
            if now[name] != value:
                move = "(root, [name, value]) => root.explorer.move(name, value)"
                self.root.evaluate(move, [name, value])
                self.wait_for_picture()

    def prepare(self, control):
        """The values at the start; for a button all sliders at their lower end, so that one that
        leads back to the start has something to do."""
        low = {c.name: c.low for c in self.model.controls if isinstance(c, Slider)}
        self.put(self.model.start | (low if isinstance(control, Button) else {}))

    def state(self):
        """What can be seen and heard."""
        return {
            "pixels": self.root.locator("canvas").evaluate("canvas => canvas.toDataURL()"),
            "readout": self.root.locator(".bp-readout").inner_text(),
            "alt": self.root.locator("canvas").get_attribute("aria-label"),
            "values": self.root.evaluate("root => root.explorer.values"),
        }

    def follows_the_model(self):
        """The page's scene, read-out and alternative text are the model's."""
        page = self.root.evaluate(f"root => ({PLAIN})(root.explorer)")
        scene = self.agrees_with(page)
        assert self.root.locator(".bp-readout").inner_text().split() == scene.readout.split()
        assert self.root.locator("canvas").get_attribute("aria-label") == scene.alt

    def agrees_with(self, page):
        """Values and scene from the page agree with the model, number by number, word by word."""
        scene = self.model.scene(self.model.setting(page["values"]))
        buffers = []
        differ(unwired(wire(scene, buffers), buffers), page["scene"], "scene")
        return scene


PLAIN = """({ scene, values }) => {
    const plain = (v) => ArrayBuffer.isView(v) ? Array.from(v, plain)
        : Array.isArray(v) ? v.map(plain)
        : v && typeof v === "object"
            ? Object.fromEntries(Object.entries(v).map(([k, x]) => [k, plain(x)]))
            : Number.isNaN(v) ? null : v;
    return { scene: plain(scene), values: { ...values } };
}"""
"""Scene and values without typed arrays, and with null for NaN."""


def unwired(value, buffers):
    """What went over the wire, with its arrays as arrays again."""
    if isinstance(value, dict) and "buffer" in value:
        return np.frombuffer(buffers[value["buffer"]], dtype=value["dtype"])
    if isinstance(value, dict):
        return {key: unwired(item, buffers) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [unwired(item, buffers) for item in value]
    return value


def differ(ours, theirs, place):
    """Fail where two nested values differ by more than rounding, and say where."""
    if isinstance(ours, np.ndarray):
        theirs = np.array(theirs, dtype=float)  # null becomes NaN
        assert ours.shape == theirs.shape, place
        assert np.allclose(ours, theirs, rtol=1e-9, atol=1e-9, equal_nan=True), place
    elif isinstance(ours, dict):
        for key in ours:
            differ(ours[key], theirs[key], f"{place}.{key}")
    elif isinstance(ours, list):
        assert len(ours) == len(theirs), place
        for i, (a, b) in enumerate(zip(ours, theirs, strict=True)):
            differ(a, b, f"{place}[{i}]")
    elif isinstance(ours, float):
        assert theirs == pytest.approx(ours, rel=1e-9, abs=1e-9), place
    else:
        assert ours == theirs, place


def computes_the_same_in_the_page(shown):
    """What the page computes at once is what NumPy computes, number by number."""
    places = 0.0, 0.31, 0.77, 1.0
    for slider in (c for c in shown.model.controls if isinstance(c, Slider)):
        for place in places:
            steps = round(place * (slider.high - slider.low) / slider.step)
            target = shown.root.locator(f'[data-control="{slider.name}"]')
            source, page = target.evaluate(
                f"""(input, value) => {{
                    const root = input.closest(".bp-explorer");
                    input.value = value;
                    input.dispatchEvent(new Event("input"));
                    return [root.dataset.source, ({PLAIN})(root.explorer)];
                }}""",
                slider.low + steps * slider.step,
            )
            assert source == "page"
            shown.agrees_with(page)
            shown.wait_for_picture()


def changed(before, after, what):
    for part in ("pixels", "readout", "values"):
        assert before[part] != after[part], f"{what} does not change the {part}"


def move_by_keyboard(page, shown, control):
    """Move one control with keys alone, and see that picture and read-out follow the model."""
    shown.prepare(control)
    target = shown.root.locator(f'[data-control="{control.name}"]')
    before = shown.state()
    target.focus()
    if isinstance(control, Slider):
        at_the_end = before["values"][control.name] >= control.high
        for _ in range(5):
            page.keyboard.press("ArrowLeft" if at_the_end else "ArrowRight")
    elif isinstance(control, Choice):
        options = list(control.options)
        last = before["values"][control.name] == options[-1]
        page.keyboard.press("ArrowUp" if last else "ArrowDown")
    elif isinstance(control, Toggle):
        page.keyboard.press("Space")
    else:
        page.keyboard.press("Enter")
    shown.wait_for_picture()
    changed(before, shown.state(), f"{control.name}, by keyboard,")
    shown.follows_the_model()


def move_by_mouse(page, shown, control):
    """The same with the mouse."""
    shown.prepare(control)
    target = shown.root.locator(f'[data-control="{control.name}"]')
    before = shown.state()
    target.scroll_into_view_if_needed()
    if isinstance(control, Slider):
        value = before["values"][control.name]
        share = (value - control.low) / (control.high - control.low)
        box = target.bounding_box()
        goal = 0.25 if share > 0.5 else 0.8
        middle = box["y"] + box["height"] / 2
        page.mouse.move(box["x"] + 8 + share * (box["width"] - 16), middle)
        page.mouse.down()
        page.mouse.move(box["x"] + 8 + goal * (box["width"] - 16), middle, steps=4)
        page.mouse.up()
    elif isinstance(control, Choice):
        options = list(control.options)
        now = options.index(before["values"][control.name])
        target.select_option(options[(now + 1) % len(options)])
    else:
        target.click()
    shown.wait_for_picture()
    changed(before, shown.state(), f"{control.name}, by mouse,")
    shown.follows_the_model()


def drag_handles(page, shown):
    """Drag each ring a little way towards the middle of its panel."""
    canvas = shown.root.locator("canvas")
    for i in range(shown.root.evaluate("root => root.explorer.handles().length")):
        shown.put(shown.model.start)
        before = shown.state()
        canvas.scroll_into_view_if_needed()
        start, goal = shown.root.evaluate("(root, i) => root.explorer.handles()[i]", i)
        frame = canvas.bounding_box()
        page.mouse.move(frame["x"] + start[0], frame["y"] + start[1])
        page.mouse.down()
        page.mouse.move(frame["x"] + goal[0], frame["y"] + goal[1], steps=5)
        page.mouse.up()
        shown.wait_for_picture()
        changed(before, shown.state(), f"handle {i}")
        shown.follows_the_model()


def play(page, shown, control):
    """Let a slider run by itself, from its lower end on, for a moment."""
    shown.put(shown.model.start | {control.name: control.low})
    before = shown.state()
    button = shown.root.locator(f'[data-play="{control.name}"]')
    button.click()
    page.wait_for_timeout(500 + 1000 * control.pause)
    if "Pause" in button.inner_text():
        button.click()
    page.wait_for_timeout(200)
    changed(before, shown.state(), f"{control.name}, playing,")
    shown.follows_the_model()


def move_everything(page, shown):
    """Every control by keyboard and by mouse, every handle, every Play button."""
    shown.follows_the_model()
    for control in shown.model.controls:
        move_by_keyboard(page, shown, control)
    for control in shown.model.controls:
        move_by_mouse(page, shown, control)
        if isinstance(control, Slider) and control.plays:
            play(page, shown, control)
    drag_handles(page, shown)
    if shown.model.in_page:
        computes_the_same_in_the_page(shown)


@pytest.mark.parametrize("name", LESSONS)
def test_run_all_shows_every_card_and_picture_and_every_control_moves(jupyterlab, page, name):
    lab.open_notebook(page, jupyterlab, name)
    lab.run_all(page, jupyterlab, name)
    try:
        cards = page.locator('[aria-label^="Check of "]')
        checks = [c["metadata"]["check"] for c in cells_of(name) if "check" in c["metadata"]]
        cards.nth(len(checks) - 1).wait_for(state="attached")  # the page draws behind the kernel
        assert cards.evaluate_all("cards => cards.map(card => card.ariaLabel)") == [
            f"Check of {exercise}: not attempted" for exercise in checks
        ]
        assert page.locator('.jp-OutputArea-output[data-mime-type*="stderr"]').count() == 0
        outputs = page.locator(".jp-Notebook .jp-OutputArea")
        assert outputs.locator("img:not([alt]), img[alt='']").count() == 0
        silent = 'svg[role="img"]:not([aria-label]), canvas:not([aria-label])'
        assert outputs.locator(silent).count() == 0

        names = explorers_in(name)
        roots = page.locator(".bp-explorer")
        roots.nth(len(names) - 1).wait_for(state="attached")
        assert roots.count() == len(names)
        for i, explorer in enumerate(names):
            shown = Shown(roots.nth(i), getattr(explorers, explorer)())
            screenshot(roots.nth(i), f"explorer_{explorer}")
            move_everything(page, shown)
        assert axe_findings(page, ".bp-explorer", ".bp-card") == []
    finally:
        jupyterlab.end_kernels()


ALL_EXPLORERS = [name for lesson in LESSONS for name in explorers_in(lesson)]


@pytest.mark.parametrize("width", [1180, 620], ids=["wide", "narrow"])
def test_explorers_and_cards_in_the_dark_theme(jupyterlab, page, width):
    name = f"dark_{width}.ipynb"
    cards = "quiz('05_backward_pass')", "progress()", "predict('How many?', ...).reveal(3)"
    sources = [f"explorers.{explorer}()" for explorer in ALL_EXPLORERS] + list(cards)
    head = "from backprop_lib import explorers\nfrom checks import predict, progress, quiz"
    lab.write_notebook(jupyterlab.notebooks / name, head, *sources)
    jupyterlab.set_theme(dark=True)
    page.set_viewport_size({"width": width, "height": 1000})
    try:
        lab.open_notebook(page, jupyterlab, name)
        lab.run_all(page, jupyterlab, name)
        roots = page.locator(".bp-explorer")
        for i, explorer in enumerate(ALL_EXPLORERS):
            Shown(roots.nth(i), getattr(explorers, explorer)())
            canvas = roots.nth(i).locator("canvas").bounding_box()
            assert canvas["width"] <= width
            screenshot(roots.nth(i), f"explorer_{explorer}_dark_{width}")
        for i in range(page.locator(".bp-card").count()):
            screenshot(page.locator(".bp-card").nth(i), f"card_{i}_dark_{width}")
        assert axe_findings(page, ".bp-explorer", ".bp-card") == []
    finally:
        jupyterlab.set_theme(dark=False)
        jupyterlab.end_kernels()


WRONG = """def linear_backward(dy, cache):
x, w, b = cache
dx = dy @ w.T
dw = x.T @ dy
db = dy.mean(axis=0)
return dx, dw, db"""  # the editor indents what follows the first line by itself


def retype(page, exercise, code):
    """Replace the cell of an exercise as a learner does: click, select all, type, run."""
    cell = page.locator(".jp-CodeCell", has_text=f"def {exercise}(").first
    cell.scroll_into_view_if_needed()
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.type(code)
    page.keyboard.press("Shift+Enter")
    page.wait_for_timeout(300)
    page.keyboard.press("Shift+Enter")  # the check stands in the next cell


def test_an_exercise_is_solved_as_a_learner_would(jupyterlab, page):
    """First wrong: the card names the mistake. Then right: the card turns, and progress moves."""
    name = "05_backward_pass.ipynb"
    (jupyterlab.notebooks.parent / "progress.jsonl").unlink(missing_ok=True)
    try:
        lab.open_notebook(page, jupyterlab, name)
        lab.run_all(page, jupyterlab, name)
        retype(page, "linear_backward", WRONG)
        card = page.locator('[aria-label="Check of linear_backward: wrong"]')
        card.wait_for()
        assert "Your db is N times too small" in card.inner_text()
        card.get_by_text("Hint 1 of 3").click()
        card.get_by_text("Start from the shapes").wait_for()
        assert not card.get_by_text("Which product of two matrices").is_visible()
        card.evaluate("card => card.scrollIntoView({block: 'center'})")
        page.wait_for_timeout(300)
        screenshot(page, "lesson")

        retype(page, "linear_backward", WRONG.replace("mean", "sum"))
        card = page.locator('[aria-label="Check of linear_backward: correct"]')
        card.wait_for()
        assert "Solved in this lesson: 1 of" in card.inner_text()
        last = page.locator(".jp-CodeCell").last
        last.scroll_into_view_if_needed()
        last.locator(".cm-content").click()
        page.keyboard.press("Shift+Enter")
        page.locator('[aria-label="linear_backward: solved"]').wait_for()
        assert "1 of " in page.locator(".bp-progress").inner_text()
        screenshot(page.locator(".bp-progress"), "progress")
    finally:
        jupyterlab.end_kernels()


def test_a_finger_taps_and_a_busy_kernel_loses_nothing(jupyterlab, browser):
    """Moves made while the kernel computes are answered when it is done: the newest one counts."""
    name = "busy.ipynb"
    busy = "import time\ntime.sleep(4)"
    head = "from backprop_lib import explorers"
    lab.write_notebook(jupyterlab.notebooks / name, head, "explorers.neuron()", busy)
    context = browser.new_context(viewport={"width": 800, "height": 900}, has_touch=True)
    page = context.new_page()
    try:
        lab.open_notebook(page, jupyterlab, name)
        lab.run_all(page, jupyterlab, name)
        shown = Shown(page.locator(".bp-explorer"), explorers.neuron())
        page.locator(".jp-CodeCell").last.locator(".cm-content").click()
        page.keyboard.press("Shift+Enter")
        slider = shown.root.locator('[data-control="w"]')
        slider.focus()
        for _ in range(12):
            page.keyboard.press("ArrowRight")
        box = slider.bounding_box()
        page.touchscreen.tap(box["x"] + box["width"] * 0.9, box["y"] + box["height"] / 2)
        jupyterlab.wait_for_kernel(name)
        page.wait_for_timeout(500)
        assert shown.state()["values"]["w"] > 2.5
        shown.follows_the_model()
    finally:
        context.close()
        jupyterlab.end_kernels()


def test_every_kind_of_control_is_known_to_this_suite():
    kinds = {type(c) for name in ALL_EXPLORERS for c in getattr(explorers, name)().controls}
    assert kinds <= {Slider, Choice, Toggle, Button}
