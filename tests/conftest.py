"""What tests share: a progress file of their own, one JupyterLab, and one Chromium."""

import os
from pathlib import Path

import lab
import pytest

NOTEBOOKS = Path(__file__).resolve().parent.parent / "notebooks"


@pytest.fixture(autouse=True, scope="session")
def progress_of_the_tests(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BACKPROP_PROGRESS", str(tmp_path_factory.mktemp("progress") / "p.jsonl"))
        yield


@pytest.fixture(scope="session")
def jupyterlab(tmp_path_factory):
    """A JupyterLab that serves a copy of the lessons."""
    folder = tmp_path_factory.mktemp("lab")
    (folder / "notebooks").mkdir()
    for path in NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"):
        (folder / "notebooks" / path.name).write_bytes(path.read_bytes())
    with lab.jupyterlab(folder) as server:
        yield server


@pytest.fixture(scope="session")
def browser():
    """Headless Chromium; skipped with a reason where there is none, save in CI."""
    if lab.CHROMIUM is None:
        if os.environ.get("CI"):
            pytest.fail("Chromium is missing, and CI must not skip the browser tests.")
        pytest.skip("needs Chromium (on Debian: apt-get install chromium)")
    with lab.chromium() as browser:
        yield browser


@pytest.fixture
def page(browser):
    """A fresh page, and what must not happen in it: errors, and requests to other machines."""
    context = browser.new_context(viewport={"width": 1180, "height": 900})
    page = context.new_page()
    page.set_default_timeout(60_000)
    errors, strangers = [], []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda m: errors.append(m.text) if m.type == "error" else None)
    local = ("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:")
    page.on("request", lambda r: None if r.url.startswith(local) else strangers.append(r.url))
    yield page
    context.close()
    assert errors == []
    assert strangers == []
