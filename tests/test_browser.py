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

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def jupyterlab(tmp_path_factory):
    """The address of a JupyterLab that serves a copy of the notebooks."""
    folder = tmp_path_factory.mktemp("lab")
    (folder / "notebooks").mkdir()
    shutil.copy(NOTEBOOKS / LESSON, folder / "notebooks")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        *(sys.executable, "-m", "jupyter", "lab", "--no-browser", "--allow-root"),
        *("--ip=127.0.0.1", f"--port={port}", "--IdentityProvider.token=", "--LabApp.news_url="),
        f"--ServerApp.root_dir={folder / 'notebooks'}",
    ]
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
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.set_default_timeout(60_000)
        yield page
        browser.close()


def sessions(address):
    with urllib.request.urlopen(f"{address}/api/sessions", timeout=10) as answer:
        return json.load(answer)


def wait_for_kernel(address):
    """Until the lesson's kernel is connected and idle: JupyterLab's own mark comes too early."""
    for _ in range(240):
        kernels = [session["kernel"] for session in sessions(address)]
        if any(k["execution_state"] == "idle" and k["connections"] > 0 for k in kernels):
            return
        time.sleep(0.25)
    pytest.fail("the kernel was not idle and connected within a minute")


def test_run_all_shows_the_cards(jupyterlab, page):
    problems = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(f"{jupyterlab}/lab/tree/{LESSON}")
    page.locator(".jp-Notebook .jp-Cell").first.wait_for()
    wait_for_kernel(jupyterlab)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()

    # JupyterLab draws only what is near the window, so walk down the notebook
    last = page.locator(".jp-Notebook .jp-CodeCell").last
    seen = set()
    notebook = json.loads((NOTEBOOKS / LESSON).read_text(encoding="utf-8"))
    wanted = {c["metadata"]["check"] for c in notebook["cells"] if "check" in c["metadata"]}
    deadline = time.monotonic() + 120
    while seen != wanted and time.monotonic() < deadline:
        page.locator(".jp-Notebook .jp-WindowedPanel-outer").hover()
        page.mouse.wheel(0, 500)
        time.sleep(0.1)
        for label in page.locator(".bp-card").evaluate_all(
            "cards => cards.map(card => card.getAttribute('aria-label'))"
        ):
            name, verdict = label.removeprefix("Check of ").split(": ")
            assert verdict == "not attempted"
            seen.add(name)
        if last.is_visible() and page.locator(".bp-card").count() == 0:
            page.keyboard.press("Control+Home")
    assert seen == wanted
    assert page.locator('.jp-OutputArea-output[data-mime-type*="stderr"]').count() == 0
    assert problems == []
