"""Every lesson keeps the promises that make it a lesson of this course."""

import re
from itertools import pairwise
from pathlib import Path

import jupytext
import pytest

from checks.exercises import LESSONS, lesson_exercises
from checks.questions import QUESTIONS

SOURCES = sorted((Path(__file__).parents[1] / "notebooks" / "src").glob("[0-9][0-9]_*.py"))
MOST_MINUTES = 30
"""Between one check and the next."""

ENDING = ("## What you have learned", "## Where this is used", "## What comes next")

lesson = pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)


def cells_of(path):
    return jupytext.reads(path.read_text(encoding="utf-8"), fmt="py:percent").cells


def code_of(path):
    return [cell.source for cell in cells_of(path) if cell.cell_type == "code"]


def text_of(path):
    return "\n".join(cell.source for cell in cells_of(path) if cell.cell_type == "markdown")


def places(cells, tag):
    return [i for i, cell in enumerate(cells) if tag in cell.metadata.get("tags", [])]


@lesson
def test_opens_with_title_minutes_needs_and_aims(path):
    first = cells_of(path)[0].source
    assert re.match(rf"# {path.stem[:2]} · \S", first)
    assert re.search(r"\*\d+ minutes\. You need: ", first)
    assert "you will be able to" in first


@lesson
def test_all_imports_stand_in_the_setup_cell(path):
    (setup,) = places(cells_of(path), "setup")
    assert setup == 1
    for i, cell in enumerate(cells_of(path)):
        if cell.cell_type == "code" and i != setup:
            assert not re.search(r"^(import|from) ", cell.source, re.MULTILINE), cell.source


@lesson
def test_asks_four_questions_on_earlier_lessons_near_its_start(path):
    cells = code_of(path)
    assert any(f'quiz("{path.stem}")' in cell for cell in cells[:6])
    questions = QUESTIONS[path.stem]
    assert len(questions) == 4
    for question in questions:
        assert question.lesson < path.stem or path.stem.startswith("00")
        assert all(len(answer.reply.split()) >= 4 for answer in question.answers)
    at = [[a.right for a in q.answers].index(True) for q in questions]
    assert len(set(at)) > 1, "the right answer is always in the same place"


@lesson
def test_predictions_are_asked_for_and_then_shown(path):
    code = "\n".join(code_of(path))
    asked = set(re.findall(r"^(\w+) = predict\(", code, re.MULTILINE))
    shown = set(re.findall(r"^(\w+)\.reveal\(", code, re.MULTILINE))
    assert len(asked) >= 3
    assert asked == shown


@lesson
def test_worked_then_faded_then_blank(path):
    cells = cells_of(path)
    worked, faded = places(cells, "worked"), places(cells, "faded")
    blank = [i for i, cell in enumerate(cells) if "exercise" in cell.metadata]
    assert worked and faded and worked[0] < faded[0] < blank[-1]
    assert all("= ..." in cells[i].source for i in faded)


@lesson
def test_exercises_say_minutes_difficulty_and_points_as_declared(path):
    cells, text = cells_of(path), text_of(path)
    exercises = lesson_exercises(path.stem)
    headings = re.findall(
        r"^## Exercise (\d+) · .+\n\n\*(\d+) minutes?, difficulty (\d) of 5, (\d+) points?\.\*$",
        text,
        re.MULTILINE,
    )
    declared = [
        (str(i), str(e.minutes), str(e.difficulty), str(e.points))
        for i, e in enumerate(exercises, 1)
    ]
    assert headings == declared
    assert all(e.minutes <= MOST_MINUTES for e in exercises)
    (minutes,) = re.findall(r"\*(\d+) minutes\. You need: ", cells[0].source)
    assert sum(e.minutes for e in exercises) <= 0.8 * int(minutes), "no time is left for reading"
    for exercise, check in pairwise(c for c in cells if {"exercise", "check"} & set(c.metadata)):
        if "exercise" in exercise.metadata:
            assert check.metadata.get("check") == exercise.metadata["exercise"]


@lesson
def test_has_a_bug_clinic_an_explorer_and_an_ending(path):
    text, code = text_of(path), code_of(path)
    assert len(re.findall(r"^## The bug clinic", text, re.MULTILINE)) == 1
    assert sum(bool(re.search(r"^explorers\.\w+\(", cell, re.MULTILINE)) for cell in code) >= 1
    positions = [text.index(heading) for heading in ENDING]
    assert positions == sorted(positions)
    assert code[-1].strip() == "progress()"


def test_every_lesson_that_has_exercises_is_written():
    assert [path.stem for path in SOURCES] == list(LESSONS)
