"""Progress: which exercises are solved, kept in a small file beside the notebooks.

The file, `progress.jsonl`, gets a line whenever an exercise is solved for the first time or tried
for the first time. Lines are only ever added, so a crash can tear the last one at most; a torn
line is passed over, and nothing else is lost. Delete the file to begin anew.
"""

import json
import os
from dataclasses import dataclass
from html import escape
from pathlib import Path

from checks.card import STYLE
from checks.exercise import Exercise, Verdict
from checks.exercises import EXERCISES, LESSONS, lesson_exercises

__all__ = ["Progress", "progress", "progress_file", "record"]

FILE = "progress.jsonl"


def progress_file() -> Path:
    """Where progress is kept: beside the notebook, or where BACKPROP_PROGRESS says."""
    return Path(os.environ.get("BACKPROP_PROGRESS", FILE))


def read(path: Path) -> dict[str, str]:
    """For each exercise in the file "solved" or "tried"; what cannot be read is passed over."""
    found: dict[str, str] = {}
    try:
        lines = path.read_bytes().splitlines()
    except OSError:
        return found
    for line in lines:
        try:
            entry = json.loads(line)
            name, state = entry["exercise"], entry["state"]
        except (ValueError, KeyError, TypeError):
            continue  # torn by a crash, or not ours
        if isinstance(name, str) and state in ("solved", "tried") and found.get(name) != "solved":
            found.pop(name, None)  # so that the latest stands last
            found[name] = state
    return found


def record(exercise: Exercise, verdict: Verdict) -> str:
    """Keep that an exercise was tried or solved. Returns why it could not be kept, else nothing."""
    state = {"correct": "solved", "wrong": "tried"}.get(verdict)
    path = progress_file()
    if state is None or read(path).get(exercise.name) in (state, "solved"):
        return ""
    line = json.dumps({"exercise": exercise.name, "state": state})
    try:
        with path.open("ab") as file:
            # the line end before it closes a line that a crash may have torn
            file.write(f"\n{line}\n".encode())
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        return f"Your progress could not be kept in {path}: {error.strerror}."
    return ""


@dataclass(frozen=True)
class Progress:
    """What is solved so far, as a notebook and a terminal show it."""

    states: dict[str, str]
    """For each exercise that was tried "solved" or "tried", the latest last."""

    def solved_in(self, lesson: str) -> int:
        """How many exercises of a lesson are solved."""
        return sum(self.states.get(e.name) == "solved" for e in lesson_exercises(lesson))

    @property
    def next(self) -> Exercise | None:
        """What to do next; None when all is done.

        The first exercise that is not solved in the lesson of the latest one or after it, else
        the first of all: whoever began in the middle goes on from there.
        """
        latest = next(reversed(self.states), None)
        lesson = next((e.lesson for e in EXERCISES if e.name == latest), "")
        left = [e for e in EXERCISES if self.states.get(e.name) != "solved"]
        return next((e for e in left if e.lesson >= lesson), left[0] if left else None)

    @property
    def sentence(self) -> str:
        """What is solved, and what comes next."""
        solved = sum(state == "solved" for state in self.states.values())
        done = f"{solved} of {len(EXERCISES)} exercises solved."
        if self.next is None:
            return f"{done} That is the whole course."
        minutes = f"about {self.next.minutes} minutes"
        return f"{done} Next: {self.next.name} in “{title(self.next.lesson)}”, {minutes}."

    def __repr__(self) -> str:
        lines = [self.sentence]
        for lesson in LESSONS:
            marks = "".join(SIGNS[self.states.get(e.name, "")] for e in lesson_exercises(lesson))
            lines.append(f"  {title(lesson):<24} {marks}")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        rows = []
        for lesson in LESSONS:
            exercises = lesson_exercises(lesson)
            boxes = "".join(box_html(e, self.states.get(e.name, "")) for e in exercises)
            rows.append(
                f"<tr><th scope='row'>{escape(title(lesson))}</th><td>{boxes}</td>"
                f"<td>{self.solved_in(lesson)} of {len(exercises)}</td></tr>"
            )
        return (
            f'{STYLE}{PROGRESS_STYLE}\n<div class="bp-card bp-progress" role="group" '
            f'aria-label="Your progress"><p class="bp-head">Your progress</p>'
            f"<p>{escape(self.sentence)}</p><table><tbody>{''.join(rows)}</tbody></table></div>"
        )


SIGNS = {"solved": "✓", "tried": "✗", "": "·"}

PROGRESS_STYLE = """<style>
.bp-card.bp-progress{--bp-tone:#0072b2}
.bp-progress table{border-collapse:collapse;border:0;margin:.4em 0;font-size:13px}
.bp-card.bp-progress th,.bp-card.bp-progress td{border:0;padding:2px 10px 2px 0;text-align:left;
font-weight:400;background:transparent}
.bp-box{display:inline-block;width:1.35em;height:1.35em;line-height:1.3em;margin-right:4px;
text-align:center;border:1px solid var(--bp-line);border-radius:4px;font-size:13px}
.bp-card.bp-progress tr{background:transparent}.bp-progress td:last-child{white-space:nowrap}
.bp-box.bp-solved{background:#0072b2;border-color:#0072b2;color:#fff}
.bp-box.bp-tried{border:2px solid #d55e00}
</style>"""


def box_html(exercise: Exercise, state: str) -> str:
    """One exercise as a small box with its sign; its name is told to whoever points at it."""
    words = {"solved": "solved", "tried": "tried, not solved", "": "not tried"}[state]
    kind = f" bp-{state}" if state else ""
    about = escape(f"{exercise.name}: {words}")
    return (
        f'<span class="bp-box{kind}" role="img" aria-label="{about}" title="{about}">'
        f"{SIGNS[state]}</span>"
    )


def title(lesson: str) -> str:
    """A lesson's name as readers know it, such as "05 backward pass"."""
    return lesson.replace("_", " ")


def progress() -> Progress:
    """What you have solved across the lessons, and what to do next."""
    return Progress(read(progress_file()))
