"""A real JupyterLab on loopback, and a real Chromium that drives it."""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")


@contextlib.contextmanager
def jupyterlab(folder: Path) -> Iterator[str]:
    """The address of a JupyterLab that serves folder/notebooks, with settings of its own."""
    (folder / "notebooks").mkdir(exist_ok=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        *(sys.executable, "-m", "jupyter", "lab", "--no-browser", "--allow-root"),
        *("--ip=127.0.0.1", f"--port={port}", "--IdentityProvider.token="),
        "--ServerApp.disable_check_xsrf=True",  # so that a test may set the theme
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
            raise RuntimeError(f"JupyterLab did not start:\n{(folder / 'log').read_text()}")
        yield address
    finally:
        server.terminate()
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
        log.close()


@contextlib.contextmanager
def chromium(width: int = 1180, height: int = 900, touch: bool = False):
    """A page in headless Chromium."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        arguments = ["--disable-gpu", "--disable-background-networking", "--disable-sync"]
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            arguments.append("--no-sandbox")
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        page = browser.new_page(viewport={"width": width, "height": height}, has_touch=touch)
        page.set_default_timeout(60_000)
        try:
            yield page
        finally:
            browser.close()


def set_theme(address: str, dark: bool) -> None:
    """Choose JupyterLab's dark or light theme, for pages opened from now on."""
    theme = "JupyterLab Dark" if dark else "JupyterLab Light"
    request = urllib.request.Request(
        f"{address}/lab/api/settings/@jupyterlab/apputils-extension:themes",
        data=json.dumps({"raw": json.dumps({"theme": theme})}).encode(),
        method="PUT",
        headers={"Content-Type": "application/json"},
    )
    urllib.request.urlopen(request, timeout=10).close()


def sessions(address: str) -> list[dict]:
    """The notebooks that have a kernel."""
    with urllib.request.urlopen(f"{address}/api/sessions", timeout=10) as answer:
        return json.load(answer)


def wait_for_kernel(address: str, name: str) -> None:
    """Until the notebook's kernel is connected and idle: JupyterLab's own mark comes too early."""
    for _ in range(480):
        kernels = [s["kernel"] for s in sessions(address) if s["path"] == name]
        if any(k["execution_state"] == "idle" and k["connections"] > 0 for k in kernels):
            return
        time.sleep(0.25)
    raise TimeoutError("the kernel was not idle and connected within two minutes")


def open_notebook(page, address: str, name: str) -> None:
    """Open a notebook, alone in a workspace of its own, with its kernel ready."""
    page.goto(f"{address}/lab/workspaces/{Path(name).stem}/tree/{name}")
    page.locator(".jp-Notebook .jp-Cell").first.wait_for()
    wait_for_kernel(address, name)


def open_and_run(page, address: str, name: str) -> None:
    """Open a notebook and run all its cells."""
    open_notebook(page, address, name)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()


def scroll_until(page, found, step: int = 400) -> None:
    """Walk through the notebook, of which JupyterLab draws only what is near the window."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        if found():
            return
        page.locator(".jp-Notebook .jp-WindowedPanel-outer").hover()
        page.mouse.wheel(0, step)
        time.sleep(0.15)
    raise TimeoutError("not found in two minutes of scrolling")
