"""Submissions as JupyterLab writes them, made from the lesson's own notebook."""

import copy
import inspect
import json
from pathlib import Path
from typing import Any

from checks.exercises import lesson_exercises

LESSON = "05_backward_pass"
NAMES = tuple(exercise.name for exercise in lesson_exercises(LESSON))
RIGHT = {e.name: inspect.getsource(e.reference) for e in lesson_exercises(LESSON)}
LESSONS_DIR = Path(__file__).parents[1] / "notebooks"
HANDED_OUT = LESSONS_DIR / f"{LESSON}.ipynb"

WRONG_LINEAR = (
    "def linear_backward(dy, cache):\n"
    "    x, w, b = cache\n"
    "    return dy @ w.T, x.T @ dy / len(x), dy.sum(axis=0)\n"
)


def lesson_notebook() -> dict[str, Any]:
    return json.loads(HANDED_OUT.read_text(encoding="utf-8"))


def added_cell(source: str, number: int = 0) -> dict[str, Any]:
    """A code cell as JupyterLab saves one that has been run."""
    return {
        "cell_type": "code",
        "execution_count": 7,
        "id": f"aaaa{number:04d}",
        "metadata": {"execution": {"iopub.status.busy": "2025-01-01T00:00:00Z"}, "trusted": True},
        "outputs": [{"name": "stdout", "output_type": "stream", "text": ["learner's output\n"]}],
        "source": source.splitlines(keepends=True),
    }


def notebook(
    solutions: dict[str, str] | None = None, first: tuple[str, ...] = (), last: tuple[str, ...] = ()
) -> dict[str, Any]:
    """The lesson with some exercises' cells filled in, and cells added at its start and end."""
    made = copy.deepcopy(lesson_notebook())
    for cell in made["cells"]:
        name = cell["metadata"].get("exercise")
        if name in (solutions or {}):
            cell["source"] = solutions[name].splitlines(keepends=True)
            cell["execution_count"] = 3
    before = [added_cell(source, i) for i, source in enumerate(first)]
    after = [added_cell(source, 100 + i) for i, source in enumerate(last)]
    made["cells"] = before + made["cells"] + after
    return made


def write(path: Path, content: dict[str, Any] | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, dict):
        # JupyterLab's own form: one blank of indent, non-ASCII as it is, a line end at the end
        content = (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode()
    path.write_bytes(content)
    return path


FORGERY = """
import gc, os, sys, types
import numpy, numpy.testing

def yes(*args, **kwargs):
    return True

for name in dir(numpy.testing):
    if name.startswith("assert"):
        setattr(numpy.testing, name, yes)
numpy.allclose = numpy.array_equal = numpy.isclose = yes
for name, module in list(sys.modules.items()):
    if name.split(".")[0] == "checks":
        for attribute in dir(module):
            if not attribute.startswith("__"):
                try:
                    setattr(module, attribute, yes)
                except Exception:
                    pass
print('{"exercise": "linear_backward", "verdict": "correct", "points": 10}')
"""

FORGED_FRAMES = """
import json, os, struct

def linear_backward(dy, cache):
    body = ["returned", "0" * 16, [], ["dict", [["verdict", "correct"], ["points", 10]]]]
    header = json.dumps(body).encode()
    frame = struct.pack(">4sIQ", b"BPF1", len(header), 0) + header
    for fd in range(64):
        try:
            os.write(fd, frame)
        except OSError:
            pass
    os._exit(0)
"""
