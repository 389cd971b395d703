"""A real JupyterLab in a real browser: open the lesson, run all cells, find the cards."""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

NOTEBOOKS = Path(__file__).resolve().parent.parent / "notebooks"
LESSON = "05_backward_pass.ipynb"
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")

WRONG = "05_backward_pass_wrong.ipynb"

pytestmark = pytest.mark.browser


def with_wrong_answer(lesson):
    """The lesson with an answer that takes the mean over the batch for the bias."""
    notebook = json.loads(lesson)
    for cell in notebook["cells"]:
        if cell["metadata"].get("exercise") == "linear_backward":
            cell["source"] = (
                "def linear_backward(dy, cache):\n"
                "    x, w, b = cache\n"
                "    dx = dy @ w.T\n"
                "    dw = x.T @ dy\n"
                "    db = dy.mean(axis=0)\n"
                "    return dx, dw, db"
            )
    return json.dumps(notebook)


@pytest.fixture(scope="module")
def jupyterlab(tmp_path_factory):
    """The address of a JupyterLab that serves a copy of the notebooks."""
    folder = tmp_path_factory.mktemp("lab")
    (folder / "notebooks").mkdir()
    lesson = (NOTEBOOKS / LESSON).read_text(encoding="utf-8")
    (folder / "notebooks" / LESSON).write_text(lesson, encoding="utf-8")
    (folder / "notebooks" / WRONG).write_text(with_wrong_answer(lesson), encoding="utf-8")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        *(sys.executable, "-m", "jupyter", "lab", "--no-browser", "--allow-root"),
        *("--ip=127.0.0.1", f"--port={port}", "--IdentityProvider.token="),
        f"--ServerApp.root_dir={folder / 'notebooks'}",
    ]
    (folder / "config" / "labconfig").mkdir(parents=True)
    no_news = {"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": True}}
    (folder / "config" / "labconfig" / "page_config.json").write_text(json.dumps(no_news))
    own = {
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
        "JUPYTER_DATA_DIR": str(folder / "data"),
        "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
    }
    log = (folder / "log").open("w")
    server = subprocess.Popen(command, env=os.environ | own, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(120):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"{address}/api/status", timeout=5).close()
                break
            time.sleep(0.5)
        else:
            pytest.fail(f"JupyterLab did not start:\n{(folder / 'log').read_text()}")
        yield address
    finally:
        server.terminate()
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
        log.close()


@pytest.fixture
def page():
    """A page in headless Chromium; skipped with a reason where there is none, save in CI."""
    if CHROMIUM is None:
        if os.environ.get("CI"):
            pytest.fail("Chromium is missing, and CI must not skip the browser test.")
        pytest.skip("needs Chromium (on Debian: apt-get install chromium)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        arguments = ["--disable-gpu", "--disable-background-networking", "--disable-sync"]
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            arguments.append("--no-sandbox")
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        page = browser.new_page(viewport={"width": 1180, "height": 900})
        page.set_default_timeout(60_000)
        yield page
        browser.close()


def sessions(address):
    with urllib.request.urlopen(f"{address}/api/sessions", timeout=10) as answer:
        return json.load(answer)


def wait_for_kernel(address, name):
    """Until the notebook's kernel is connected and idle: JupyterLab's own mark comes too early."""
    for _ in range(240):
        kernels = [s["kernel"] for s in sessions(address) if s["path"] == name]
        if any(k["execution_state"] == "idle" and k["connections"] > 0 for k in kernels):
            return
        time.sleep(0.25)
    pytest.fail("the kernel was not idle and connected within a minute")


def open_and_run(page, address, name):
    """Open a notebook, alone in a workspace of its own, and run all its cells."""
    page.goto(f"{address}/lab/workspaces/{Path(name).stem}/tree/{name}")
    page.locator(".jp-Notebook .jp-Cell").first.wait_for()
    wait_for_kernel(address, name)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()


def scroll_until(page, found, step=400):
    """Walk through the notebook, of which JupyterLab draws only what is near the window."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        if found():
            return
        page.locator(".jp-Notebook .jp-WindowedPanel-outer").hover()
        page.mouse.wheel(0, step)
        time.sleep(0.15)
    pytest.fail("not found in two minutes of scrolling")


def test_run_all_shows_the_cards(jupyterlab, page):
    problems = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    open_and_run(page, jupyterlab, LESSON)
    notebook = json.loads((NOTEBOOKS / LESSON).read_text(encoding="utf-8"))
    wanted = {c["metadata"]["check"] for c in notebook["cells"] if "check" in c["metadata"]}
    seen = {}

    def all_seen():
        labels = "cards => cards.map(card => card.getAttribute('aria-label'))"
        for label in page.locator(".bp-card").evaluate_all(labels):
            name, verdict = label.removeprefix("Check of ").split(": ")
            seen[name] = verdict
        return set(seen) == wanted

    scroll_until(page, all_seen)
    assert set(seen.values()) == {"not attempted"}
    assert page.locator('.jp-OutputArea-output[data-mime-type*="stderr"]').count() == 0
    assert problems == []


def test_a_wrong_answer_gets_a_card_that_names_the_mistake(jupyterlab, page):
    """With SCREENSHOTS=docs the README's picture is made anew."""
    open_and_run(page, jupyterlab, WRONG)
    # Run All Cells leaves the reader at the end
    page.get_by_role("heading", name="What comes next").wait_for()
    wait_for_kernel(jupyterlab, WRONG)
    card = page.locator(".bp-card.bp-wrong")

    def in_the_window():
        box = card.bounding_box() if card.count() else None
        return box is not None and box["height"] > 0 and 100 < box["y"] < 400

    scroll_until(page, in_the_window, step=-150)
    assert "Your db is N times too small" in card.inner_text()
    card.get_by_text("Hint 1 of 3").click()
    card.get_by_text("Start from the shapes").wait_for()
    assert not card.get_by_text("Which product of two matrices").is_visible()
    if folder := os.environ.get("SCREENSHOTS"):
        time.sleep(1)
        page.screenshot(path=Path(folder) / "lesson.png")
