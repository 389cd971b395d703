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
from dataclasses import dataclass
from pathlib import Path

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")


@dataclass(frozen=True)
class Server:
    """A running JupyterLab."""

    address: str
    notebooks: Path
    """The folder that it serves."""

    def ask(self, path: str, method: str = "GET", body: dict | None = None) -> bytes:
        """What the server answers to a request."""
        request = urllib.request.Request(
            self.address + path,
            data=None if body is None else json.dumps(body).encode(),
            method=method,
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.read()

    def set_theme(self, dark: bool) -> None:
        """Choose the dark or the light theme, for pages opened from now on."""
        theme = {"theme": f"JupyterLab {'Dark' if dark else 'Light'}"}
        path = "/lab/api/settings/@jupyterlab/apputils-extension:themes"
        self.ask(path, "PUT", {"raw": json.dumps(theme)})

    def sessions(self) -> list[dict]:
        """The notebooks that have a kernel."""
        return json.loads(self.ask("/api/sessions"))

    def end_kernels(self) -> None:
        """Shut all kernels down, so that their memory is free."""
        for session in self.sessions():
            self.ask(f"/api/sessions/{session['id']}", "DELETE")

    def wait_for_kernel(self, name: str) -> None:
        """Until the notebook's kernel is connected and idle: JupyterLab's mark comes too early."""
        for _ in range(600):
            kernels = [s["kernel"] for s in self.sessions() if s["path"] == name]
            if any(k["execution_state"] == "idle" and k["connections"] > 0 for k in kernels):
                return
            time.sleep(0.2)
        raise TimeoutError("the kernel was not idle and connected within two minutes")


@contextlib.contextmanager
def jupyterlab(folder: Path) -> Iterator[Server]:
    """A JupyterLab that serves folder/notebooks, with settings of its own."""
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
        "BACKPROP_PROGRESS": str(folder / "progress.jsonl"),
    }
    log = (folder / "log").open("w")
    process = subprocess.Popen(command, env=os.environ | own, stdout=log, stderr=log)
    server = Server(f"http://127.0.0.1:{port}", folder / "notebooks")
    try:
        for _ in range(120):
            with contextlib.suppress(OSError):
                server.ask("/api/status")
                break
            time.sleep(0.5)
        else:
            raise RuntimeError(f"JupyterLab did not start:\n{(folder / 'log').read_text()}")
        yield server
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        log.close()


@contextlib.contextmanager
def chromium():
    """Headless Chromium."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        arguments = ["--disable-gpu", "--disable-background-networking", "--disable-sync"]
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            arguments.append("--no-sandbox")
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        try:
            yield browser
        finally:
            browser.close()


def open_notebook(page, server: Server, name: str) -> None:
    """Open a notebook, alone in a workspace of its own, with its kernel ready."""
    page.goto(f"{server.address}/lab/workspaces/{Path(name).stem}/tree/{name}")
    page.locator(".jp-Notebook .jp-Cell").first.wait_for()
    server.wait_for_kernel(name)


def run_all(page, server: Server, name: str) -> None:
    """Run all cells and wait until the last has run."""
    menu(page, "Run", "Run All Cells")
    last = page.locator(".jp-Notebook .jp-CodeCell .jp-InputPrompt").last
    # "[12]:" once it has run, "[*]:" while it waits
    page.wait_for_function(
        "e => /\\d/.test(e.textContent)", arg=last.element_handle(), timeout=120_000
    )
    server.wait_for_kernel(name)


def menu(page, *names: str) -> None:
    """Choose from JupyterLab's menus."""
    for name in names:
        page.get_by_role("menuitem", name=name, exact=True).click()


def write_notebook(path: Path, *sources: str) -> None:
    """A notebook with these code cells."""
    cells = [
        {
            "cell_type": "code",
            "id": f"cell-{i}",
            "metadata": {},
            "source": source,
            "outputs": [],
            "execution_count": None,
        }
        for i, source in enumerate(sources)
    ]
    kernel = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    notebook = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(notebook), encoding="utf-8")
