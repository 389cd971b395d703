"""What learners hand in, graded in real processes: each kind gets the verdicts that it should."""

import inspect
import json
import os
import subprocess
import sys
import textwrap
import time
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import pytest
import right_answers as other_right_answers
from grader_submissions import (
    ALL_CORRECT,
    HANDED_OUT,
    LESSON,
    NAMES,
    RIGHT,
    WRONG_LINEAR,
    Grading,
    code_cell,
    lesson_notebook,
    manifest,
    notebook,
    right_answers,
    verdicts,
    write,
)

from checks.exercises import LESSONS, find_exercise, lesson_exercises
from checks.grader.cells import plan_cells, symbols, written
from checks.grader.learner import without_magics
from checks.grader.process import Limits
from checks.grader.settings import Settings
from checks.grader.submissions import (
    Notebook,
    NotebookError,
    Submission,
    find_submissions,
    mark_standing,
    parse_notebook,
    read_notebook,
)
from checks.judge import judge


@pytest.fixture(scope="module")
def grading():
    with Grading() as grading:
        yield grading


# every lesson


@pytest.mark.parametrize("lesson", LESSONS)
def test_right_answers_of_every_lesson_are_correct(lesson: str, tmp_path: Path) -> None:
    names = [e.name for e in lesson_exercises(lesson)]
    with Grading(lesson) as grading:
        solved = grading.graded(notebook(right_answers(lesson), lesson=lesson), tmp_path)
        untouched = grading.graded(lesson_notebook(lesson), tmp_path)
    assert verdicts(solved.rows) == dict.fromkeys(names, "correct")
    assert all(row.points == row.max_points > 0 for row in solved.rows)
    assert {flag.kind for flag in solved.flags} <= {"library's source"}
    assert verdicts(untouched.rows) == dict.fromkeys(names, "not attempted")
    assert not untouched.flags and not untouched.notes


@pytest.mark.parametrize("module", [m.name for m in iter_modules(other_right_answers.__path__)])
def test_right_answers_written_differently_are_neither_wrong_nor_suspicious(
    module: str, tmp_path: Path
) -> None:
    answers = import_module(f"right_answers.{module}")
    # a class of answers may use what its module holds, so the whole module is handed in
    source = inspect.getsource(answers).partition("\nRIGHT")[0]
    source = source.replace("from right_answers import keeping\n", "")
    lesson = find_exercise(next(iter(answers.RIGHT))).lesson
    compared = 0
    with Grading(lesson) as grading:
        for name, functions in answers.RIGHT.items():
            for function in functions:
                if hasattr(function, "__wrapped__"):
                    continue  # its cache is made for it, with functions that are withheld here
                cell = f"{source}\n\n{name} = {function.__name__}\n"
                graded = grading.graded(notebook({name: cell}, lesson=lesson), tmp_path)
                row = next(row for row in graded.rows if row.exercise == name)
                if "is withheld while grading" in row.message:
                    continue  # it is written with a function of the library that answers here
                compared += 1
                assert row.verdict == "correct", (function.__name__, row.message)
                assert not [f for f in graded.flags if f.kind.startswith("library")], graded.flags
    assert compared >= 5


@pytest.mark.parametrize("lesson", HANDED_OUT)
def test_the_solved_notebook_of_every_lesson_is_correct(lesson: str, tmp_path: Path) -> None:
    solved = Path(__file__).parents[1] / "notebooks" / "solutions" / f"{lesson}.ipynb"
    with Grading(lesson) as grading:
        rows = grading.rows(solved.read_bytes(), tmp_path)
    assert {row.verdict for row in rows.values()} == {"correct"}


def test_every_known_mistake_gets_the_name_that_the_notebook_gives_it(
    grading: Grading, tmp_path: Path
) -> None:
    compared = 0
    for exercise in lesson_exercises(LESSON):
        for mistake in exercise.mistakes:
            try:
                source = inspect.getsource(mistake.wrong)
            except (OSError, TypeError):
                continue
            if not source.startswith("def ") or f" {exercise.name}(" in source:
                continue  # it is made from the right answer, which is withheld
            module = inspect.getmodule(mistake.wrong)
            cell = (
                "from typing import Any\nimport numpy as np\nGrads = dict\n"
                f"{source}\n{exercise.name} = {mistake.wrong.__name__}\n"
            )
            space = dict(vars(module))
            exec(cell, space)
            here = judge(exercise.name, space[exercise.name], grading.settings.seed)
            row = grading.rows(notebook({exercise.name: cell}), tmp_path)[exercise.name]
            if "NameError" in row.message:
                continue  # it is made from helpers
            compared += 1
            assert (row.verdict, row.mistake) == (here.verdict, here.mistake), mistake.id
            assert row.message == here.message
    assert compared > 12


# what learners hand in


def test_a_wrong_step_counts_once(grading: Grading, tmp_path: Path) -> None:
    rows = grading.rows(notebook(RIGHT | {"linear_backward": WRONG_LINEAR}), tmp_path)
    assert verdicts(rows.values()) == ALL_CORRECT | {"linear_backward": "wrong"}
    assert rows["linear_backward"].points == 0
    assert rows["linear_backward"].mistake
    assert "bp-card" in rows["linear_backward"].card


def test_partly_done(grading: Grading, tmp_path: Path) -> None:
    found = grading.verdicts(notebook({"relu_backward": RIGHT["relu_backward"]}), tmp_path)
    assert found == dict.fromkeys(NAMES, "not attempted") | {"relu_backward": "correct"}


def test_magics_and_shell_do_not_hurt(grading: Grading, tmp_path: Path) -> None:
    magics = (
        "%matplotlib inline\n!pip install x\nscale = 1.0\nfiles = !ls\nnow = %time 3\n",
        "%%time\nif scale:\n    %pwd\n",
        "%%bash\nrm -rf / && echo {\n",
        "import numpy as np\nnp.sum?\n?np\n",
        "await something\n",
    )
    needing = RIGHT["linear_backward"].replace("dx = ", "dx = scale * ")
    solutions = RIGHT | {"linear_backward": needing}
    assert grading.verdicts(notebook(solutions, first=magics), tmp_path) == ALL_CORRECT
    assert without_magics("  !ls\nx %= 3\na = !ls") == "  pass\nx %= 3\na = None"
    long_line = " " * 300_000 + "x )("
    assert without_magics(long_line) == long_line  # at once
    timed = "%%time\n" + RIGHT["relu_backward"]
    assert grading.verdicts(notebook(RIGHT | {"relu_backward": timed}), tmp_path) == ALL_CORRECT


RELU = "def relu_backward(dy, cache):\n    return dy * (cache > 0)\n"


@pytest.mark.parametrize(
    "source",
    [
        textwrap.indent(RELU, "    "),
        ">>> def relu_backward(dy, cache):\n...     return dy * (cache > 0)\n...\n",
        "In [3]: def relu_backward(dy, cache):\n   ...:     return dy * (cache > 0)\n",
        "%time scale = 1.0\n" + RELU.replace("dy *", "scale * dy *"),
        "scale = %time 0.5 + 0.5\n" + RELU.replace("dy *", "scale * dy *"),
        "%matplotlib inline\n" + RELU.replace("(cache > 0)", "(7\n        % 3) * (cache > 0)"),
        "!ls\n" + RELU.replace("(cache > 0)", "(7\n        != 3) * (cache > 0)"),
        "%pwd\n" + RELU.replace("return", '"""Which pass?\n\n    Really?\n    """\n    return'),
    ],
)
def test_what_ipython_reads_as_python_is_python_here(
    source: str, grading: Grading, tmp_path: Path
) -> None:
    assert grading.verdicts(notebook(RIGHT | {"relu_backward": source}), tmp_path) == ALL_CORRECT
    assert "relu_backward" in written(source)


@pytest.mark.parametrize("strict", ["warnings.simplefilter('error')", "np.seterr(all='raise')"])
def test_a_warning_inside_an_answer_costs_nothing(
    strict: str, grading: Grading, tmp_path: Path
) -> None:
    strictly = f"import warnings\n{strict}\n"
    warning = strictly + RELU.replace("    return", "    np.exp(np.array([1e4]))\n    return")
    assert grading.verdicts(notebook(RIGHT | {"relu_backward": warning}), tmp_path) == ALL_CORRECT


def test_a_decorated_answer_builds_on_the_librarys_earlier_ones(
    grading: Grading, tmp_path: Path
) -> None:
    decorated = "@np.errstate(all='ignore')\n" + RIGHT["mlp_backward"]
    wrong = RIGHT | {"linear_backward": WRONG_LINEAR, "mlp_backward": decorated}
    found = grading.verdicts(notebook(wrong), tmp_path)
    assert found == ALL_CORRECT | {"linear_backward": "wrong"}


@pytest.mark.parametrize(
    "source",
    [
        "from typing import Any\nrelu_backward: Any = lambda dy, cache: dy * (cache > 0)\n",
        "if True:\n" + textwrap.indent(RELU, "    "),
        "try:\n    import numba\nexcept ImportError:\n" + textwrap.indent(RELU, "    "),
    ],
)
def test_an_answer_in_a_cell_before_the_stub(source: str, grading: Grading, tmp_path: Path) -> None:
    answers = {name: RIGHT[name] for name in NAMES if name != "relu_backward"}
    assert grading.verdicts(notebook(answers, first=(source,)), tmp_path) == ALL_CORRECT


@pytest.mark.parametrize("seconds", [0.4, 9])
def test_long_experiments_take_no_time_from_the_answers(seconds: float, tmp_path: Path) -> None:
    cells = [f"import time; time.sleep({seconds}); n = {i}\n" for i in range(20)]
    needing = RIGHT | {"relu_backward": RELU.replace("dy *", "scale * dy *")}
    made = notebook(needing, first=tuple(cells), last=("scale = 1.0\n",))
    with Grading(limits=Limits(seconds=1.5, total_seconds=6)) as grading:
        rows = grading.rows(made, tmp_path)
    assert verdicts(rows.values()) == ALL_CORRECT
    assert "did not run" in rows["relu_backward"].message


def test_cells_and_names_without_number_are_planned_at_once() -> None:
    many = notebook(RIGHT)
    many["cells"] += [code_cell(f"c{i} = {i}\n") for i in range(2000)]
    many["cells"] += [
        {"cell_type": "markdown", "metadata": {"exercise": NAMES[-1]}, "source": f"t{i}"}
        for i in range(2000)
    ]
    names = ", ".join(f"b{i}" for i in range(20_000))
    cell_of(many, "relu_backward")["source"] += f"def more():\n    return {names}\n"
    begun = time.monotonic()
    plan(many)
    assert time.monotonic() - begun < 10
    many["cells"] += [code_cell("1")] * 2000
    with pytest.raises(NotebookError, match="cells; at most 5,000"):
        parse_notebook(json.dumps(many).encode())


def test_what_notebooks_do_beside_the_exercises_does_no_harm(
    grading: Grading, tmp_path: Path
) -> None:
    cells = (
        "from checks import check, predict, progress, quiz\nfrom checks.quiz import Quiz\n"
        "import checks.explorers.deep as deep\nquiz(1)(2).show()\nwith progress() as p:\n    pass\n"
        "for _ in predict('x'):\n    pass\n",
        "display(3)\nget_ipython().run_line_magic('pwd', '')\n",
        "import warnings, sys\nwarnings.warn('x')\nprint('x', file=sys.stderr)\n"
        "warnings.simplefilter('error')\n",
        "1 / 0\n",
        "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()\nplt.savefig('a.png')\n",
        "open('notes.txt', 'w').write('x')\n",
        "linear_backward = check(linear_backward)\n",
    )
    assert grading.verdicts(notebook(RIGHT, first=cells, last=cells), tmp_path) == ALL_CORRECT


def test_an_error_is_told_with_its_line(grading: Grading, tmp_path: Path) -> None:
    broken = "def relu_backward(dy, cache):\n    dx = dy @ missing\n    return dx\n"
    row = grading.rows(notebook(RIGHT | {"relu_backward": broken}), tmp_path)["relu_backward"]
    assert row.verdict == "wrong"
    assert "NameError: name 'missing' is not defined (line 2: dx = dy @ missing)" in row.message


def test_changing_the_inputs_is_seen(grading: Grading, tmp_path: Path) -> None:
    changing = (
        "def relu_backward(dy, cache):\n    dx = dy * (cache > 0)\n    dy *= 0\n    return dx\n"
    )
    row = grading.rows(notebook({"relu_backward": changing}), tmp_path)["relu_backward"]
    assert (row.verdict, row.mistake) == ("wrong", "input-overwritten")


def test_a_value_of_a_class_of_ones_own(grading: Grading, tmp_path: Path) -> None:
    own = "class Mine: pass\ndef relu_backward(dy, cache):\n    return Mine()\n"
    row = grading.rows(notebook({"relu_backward": own}), tmp_path)["relu_backward"]
    assert row.verdict == "wrong" and "type Mine" in row.message


# full credit depends on nothing else


@pytest.mark.parametrize(
    "noise",
    [
        "import sys; print('x' * 1000, file=sys.stderr)",
        "import warnings; warnings.warn('deprecated')",
        "import time; time.sleep(0.4)",
        "print('Traceback (most recent call last): Error')",
        "raise SystemExit(1)",
        "assert False",
        "import logging; logging.error('bad')",
    ],
)
def test_noise_costs_nothing(noise: str, grading: Grading, tmp_path: Path) -> None:
    inside = {
        name: source.rstrip() + f"\n\ntry:\n    {noise}\nexcept BaseException:\n    pass\n"
        for name, source in RIGHT.items()
    }
    assert grading.verdicts(notebook(inside, first=(noise,), last=(noise,)), tmp_path) == (
        ALL_CORRECT
    )


def test_outputs_and_counts_in_the_file_do_not_matter(grading: Grading, tmp_path: Path) -> None:
    made = notebook(RIGHT)
    for cell in made["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"] = [{"output_type": "error", "ename": "E", "evalue": "", "traceback": 3}]
            cell["execution_count"] = "many"
    assert grading.verdicts(made, tmp_path) == ALL_CORRECT


# cells that have been deleted, doubled, moved, retyped, renamed


def cell_of(made: dict, name: str) -> dict:
    return next(c for c in made["cells"] if c["metadata"].get("exercise") == name)


def plan(made: dict):
    return plan_cells(parse_notebook(json.dumps(made).encode()), manifest(), NAMES)


def test_only_exercises_and_added_cells_run() -> None:
    chosen = plan(notebook(RIGHT, first=("a = 1",), last=("b = 2",))).cells
    assert [c.exercise or c.source for c in chosen] == ["a = 1", *NAMES, "b = 2"]


def test_a_deleted_cell(grading: Grading, tmp_path: Path) -> None:
    made = notebook(RIGHT)
    made["cells"].remove(cell_of(made, "relu_backward"))
    graded = grading.graded(made, tmp_path)
    assert verdicts(graded.rows) == ALL_CORRECT | {"relu_backward": "no such function"}
    assert graded.notes == ("The cell of relu_backward has been deleted.",)


def test_a_second_definition_in_an_added_cell(grading: Grading, tmp_path: Path) -> None:
    again = "def relu_backward(dy, cache):\n    return dy\n"
    graded = grading.graded(notebook(RIGHT, last=(again,)), tmp_path)
    assert verdicts(graded.rows) == ALL_CORRECT | {"relu_backward": "wrong"}
    assert graded.notes == (
        "Another cell defines relu_backward too; the definition that ran last counts.",
    )


def test_all_of_the_lessons_own_cells_deleted(grading: Grading, tmp_path: Path) -> None:
    made = notebook(RIGHT)
    made["cells"] = [c for c in made["cells"] if c["metadata"].get("exercise")]
    assert grading.verdicts(made, tmp_path) == ALL_CORRECT


def test_a_doubled_cell(grading: Grading, tmp_path: Path) -> None:
    for stub_last in (False, True):
        made = notebook(RIGHT)
        stub = cell_of(lesson_notebook(), "relu_backward")
        place = made["cells"].index(cell_of(made, "relu_backward"))
        made["cells"].insert(place + stub_last, stub)
        assert grading.verdicts(made, tmp_path) == ALL_CORRECT
    made["cells"].insert(place, cell_of(notebook({"relu_backward": "1 / 0"}), "relu_backward"))
    graded = grading.graded(made, tmp_path)
    assert verdicts(graded.rows) == ALL_CORRECT
    assert "relu_backward is there 2 times" in graded.notes[0]


def test_moved_cells_run_in_the_lessons_order(grading: Grading, tmp_path: Path) -> None:
    made = notebook(RIGHT)
    made["cells"].reverse()
    graded = grading.graded(made, tmp_path)
    assert verdicts(graded.rows) == ALL_CORRECT
    assert graded.notes == ("Cells were moved; they ran in the lesson's order.",)
    assert [c.exercise for c in plan(made).cells] == list(NAMES)


def test_a_helper_moves_with_its_cell() -> None:
    made = notebook(RIGHT)
    place = made["cells"].index(cell_of(made, "mlp_backward"))
    made["cells"].insert(place + 1, code_cell("helper = 1"))
    block = made["cells"][place : place + 2]
    del made["cells"][place : place + 2]
    made["cells"][:0] = block
    chosen = [c.exercise or c.source for c in plan(made).cells]
    assert chosen == [*NAMES, "helper = 1"]


@pytest.mark.parametrize("kind", ["markdown", "raw"])
def test_a_retyped_cell_still_counts(kind: str, grading: Grading, tmp_path: Path) -> None:
    made = notebook(RIGHT)
    cell_of(made, "relu_backward")["cell_type"] = kind
    graded = grading.graded(made, tmp_path)
    assert verdicts(graded.rows) == ALL_CORRECT
    assert "no code cell" in graded.notes[0]


def test_markdown_turned_into_code_does_no_harm(grading: Grading, tmp_path: Path) -> None:
    made = notebook(RIGHT)
    for cell in made["cells"]:
        cell["cell_type"] = "code"
    assert grading.verdicts(made, tmp_path) == ALL_CORRECT


@pytest.mark.parametrize("what", ["id", "metadata", "both"])
def test_cells_without_id_or_metadata(what: str, grading: Grading, tmp_path: Path) -> None:
    made = notebook(RIGHT)
    for cell in made["cells"]:
        if what in ("id", "both"):
            del cell["id"]
        if what in ("metadata", "both"):
            del cell["metadata"]
    graded = grading.graded(made, tmp_path)
    assert verdicts(graded.rows) == ALL_CORRECT
    lost = [note for note in graded.notes if "lost its mark" in note]
    assert len(lost) == (len(NAMES) if what == "both" else 0)


def test_a_notebook_without_our_metadata(grading: Grading, tmp_path: Path) -> None:
    cells = [code_cell("import numpy as np\n"), *(code_cell(s) for s in RIGHT.values())]
    content = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    assert grading.verdicts(content, tmp_path) == ALL_CORRECT


def test_doubled_ids(grading: Grading, tmp_path: Path) -> None:
    made = notebook(RIGHT, first=("helper = 1",), last=("other = 2",))
    for cell in made["cells"]:
        cell["id"] = "same"
    assert grading.verdicts(made, tmp_path) == ALL_CORRECT


def test_renamed_exercise_metadata(grading: Grading, tmp_path: Path) -> None:
    made = notebook(RIGHT)
    cell_of(made, "relu_backward")["metadata"]["exercise"] = "something_else"
    assert grading.verdicts(made, tmp_path) == ALL_CORRECT


def test_changed_points_have_no_effect_and_are_told(grading: Grading, tmp_path: Path) -> None:
    made = notebook(RIGHT)
    cell_of(made, "relu_backward")["metadata"]["points"] = 1000
    graded = grading.graded(made, tmp_path)
    assert [r.max_points for r in graded.rows] == [e.points for e in lesson_exercises(LESSON)]
    assert "says how many points" in graded.notes[0]


def test_an_answer_in_a_check_cell(grading: Grading, tmp_path: Path) -> None:
    made = notebook(RIGHT | {"relu_backward": "x = 1\n"})
    check = next(c for c in made["cells"] if c["metadata"].get("check") == "relu_backward")
    check["source"] = RIGHT["relu_backward"] + "\nrelu_backward = check(relu_backward)\n"
    assert grading.verdicts(made, tmp_path) == ALL_CORRECT


def test_a_demonstration_runs_only_where_an_exercise_needs_it(
    grading: Grading, tmp_path: Path
) -> None:
    made = notebook(RIGHT, last=("print(volume)",))
    assert not any("def volume(" in c.source for c in plan(made).cells)
    using = RIGHT["relu_backward"].replace("return ", "volume(np.ones(1), 1.0)\n    return ")
    made = notebook(RIGHT | {"relu_backward": using})
    assert [c.id for c in plan(made).cells if "def volume(" in c.source]
    assert grading.verdicts(made, tmp_path) == ALL_CORRECT
    through_a_helper = RIGHT["relu_backward"].replace("return ", "helper()\n    return ")
    made = notebook({"relu_backward": through_a_helper}, first=("def helper(): return volume",))
    assert any("def volume(" in c.source for c in plan(made).cells)


def test_symbols_tells_global_names_from_local_ones() -> None:
    found = symbols("def f(x, y=a):\n    z = g(x)\n    return [z for z in h]\nb = f(1)\n")
    assert {"f", "b"} == found.defined
    assert {"a", "g", "h", "f"} == found.used
    assert symbols("x = (").defined == frozenset()
    assert symbols("%time\ndef f(): pass\n").defined == {"f"}
    assert symbols("def f(x):\n    return (\n").defined == {"f"}


def test_a_cell_with_a_syntax_error_costs_only_itself(grading: Grading, tmp_path: Path) -> None:
    rows = grading.rows(
        notebook(RIGHT | {"relu_backward": "def relu_backward(dy, cache:\n"}), tmp_path
    )
    assert verdicts(rows.values()) == ALL_CORRECT | {"relu_backward": "did not parse"}
    assert "(line 1: def relu_backward(dy, cache:)" in rows["relu_backward"].message


def test_a_renamed_function(grading: Grading, tmp_path: Path) -> None:
    renamed = RIGHT["relu_backward"].replace("relu_backward", "backward_of_relu")
    found = grading.verdicts(notebook(RIGHT | {"relu_backward": renamed}), tmp_path)
    assert found == ALL_CORRECT | {"relu_backward": "no such function"}


def test_a_cell_that_raises_is_named(grading: Grading, tmp_path: Path) -> None:
    raising = "1 / 0\n" + RIGHT["relu_backward"]
    row = grading.rows(notebook(RIGHT | {"relu_backward": raising}), tmp_path)["relu_backward"]
    assert row.verdict == "no such function" and "ZeroDivisionError" in row.message


def test_a_lessons_name_without_end_is_cut(grading: Grading, tmp_path: Path) -> None:
    made = notebook()
    made["cells"] = [code_cell("a = 1")]
    made["metadata"]["course"]["lesson"] = "\x1b[2J" + "x" * 10**6
    row = grading.rows(made, tmp_path)["relu_backward"]
    assert row.verdict == "wrong lesson" and len(row.message) < 300


def test_the_notebook_of_another_lesson(grading: Grading, tmp_path: Path) -> None:
    other = notebook(right_answers("04_chain_rule"), lesson="04_chain_rule")
    rows = grading.rows(other, tmp_path)
    assert {row.verdict for row in rows.values()} == {"wrong lesson"}
    assert "04_chain_rule" in rows["relu_backward"].message


def test_no_code_cells(grading: Grading, tmp_path: Path) -> None:
    made = notebook()
    made["cells"] = [c for c in made["cells"] if c["cell_type"] == "markdown"]
    graded = grading.graded(made, tmp_path)
    assert {row.verdict for row in graded.rows} == {"no such function"}
    assert graded.notes == ("The notebook has no code cell.",)


def test_windows_line_ends(grading: Grading, tmp_path: Path) -> None:
    made = notebook(RIGHT)
    for cell in made["cells"]:
        cell["source"] = "".join(cell["source"]).replace("\n", "\r\n")
    data = json.dumps(made, indent=1).replace("\n", "\r\n").encode()
    assert grading.verdicts(data, tmp_path) == ALL_CORRECT


def test_points_of_our_own(tmp_path: Path) -> None:
    with Grading() as grading:
        grading.grader._settings = Settings(
            points={"relu_backward": 7}, limits=grading.settings.limits
        )
        rows = grading.rows(notebook(RIGHT), tmp_path)
    assert (rows["relu_backward"].points, rows["relu_backward"].max_points) == (7, 7)
    assert rows["linear_backward"].points == 3


def test_a_failing_grader_is_a_row_too(
    grading: Grading, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(name: str, *args: object) -> object:
        if name == "relu_backward":
            raise ZeroDivisionError("oh")
        return judge(name, *args)

    monkeypatch.setattr("checks.grader.grade.judge", fail)
    found = grading.verdicts(notebook(RIGHT), tmp_path)
    assert found == ALL_CORRECT | {"relu_backward": "grader error"}
    monkeypatch.setattr("checks.grader.grade.plan_cells", fail)
    assert {*grading.verdicts(notebook(RIGHT), tmp_path).values()} == {"grader error"}


# suspicions: told, and never a grade


def kinds(grading: Grading, tmp_path: Path, **solutions: str) -> dict[str, set[str]]:
    graded = grading.graded(notebook(solutions), tmp_path)
    found: dict[str, set[str]] = {}
    for flag in graded.flags:
        found.setdefault(flag.exercise, set()).add(flag.kind)
        assert flag.evidence
    return found


def test_the_librarys_source_is_recognised_and_stays_correct(
    grading: Grading, tmp_path: Path
) -> None:
    graded = grading.graded(notebook(RIGHT), tmp_path)
    assert verdicts(graded.rows) == ALL_CORRECT
    assert {f.exercise for f in graded.flags if f.kind == "library's source"} == set(NAMES)
    renamed = RIGHT["mlp_backward"]
    for old, new in (("grads", "result"), ("dout", "signal"), ("dscores", "top")):
        renamed = renamed.replace(old, new)
    renamed = "\n".join(line for line in renamed.split("\n") if "#" not in line)
    start, _, rest = renamed.partition('"""')
    renamed = start + "pass\n" * 0 + rest.partition('"""')[2].lstrip() if rest else renamed
    found = kinds(grading, tmp_path, linear_backward=RIGHT["linear_backward"])
    assert "library's source" in found["linear_backward"]


def test_an_answer_of_ones_own_is_not_suspicious(grading: Grading, tmp_path: Path) -> None:
    own = {
        "linear_backward": "def linear_backward(dy, cache):\n    x, w, b = cache\n"
        "    return dy @ w.T, x.T @ dy, dy.sum(0)\n",
        "relu_backward": "def relu_backward(dy, cache):\n    return dy * (cache > 0)\n",
        "sigmoid_backward": "def sigmoid_backward(dy, cache):\n    y = cache\n"
        "    return dy * y * (1 - y)\n",
        "softmax_cross_entropy_backward": "def softmax_cross_entropy_backward(dloss, cache):\n"
        "    p, labels = cache\n    d = p.copy()\n    for n, c in enumerate(labels):\n"
        "        d[n, c] -= 1\n    return dloss * d / len(labels)\n",
        "mlp_backward": "def mlp_backward(dscores, cache):\n    grads, d = {}, dscores\n"
        "    for i in range(len(cache), 0, -1):\n        lin, rel = cache[i - 1]\n"
        "        if rel is not None:\n            d = relu_backward(d, rel)\n"
        "        d, grads[f'w{i}'], grads[f'b{i}'] = linear_backward(d, lin)\n    return grads\n",
    }
    graded = grading.graded(notebook(own), tmp_path)
    assert verdicts(graded.rows) == ALL_CORRECT
    assert graded.flags == ()


def test_a_library_function_handed_in_is_refused_and_recognised(
    grading: Grading, tmp_path: Path
) -> None:
    for source in (
        "import backprop_lib\nfrom backprop_lib import {0}\n",
        "import backprop_lib\n{0} = backprop_lib.{0}\n",
    ):
        handed_in = {name: source.format(name) for name in NAMES}
        graded = grading.graded(notebook(handed_in), tmp_path)
        assert verdicts(graded.rows) == dict.fromkeys(NAMES, "wrong")
        assert all("withheld while grading" in row.message for row in graded.rows)
        assert {f.exercise for f in graded.flags if f.kind == "library's function"} == set(NAMES)


def test_what_does_the_same_in_the_library_is_withheld_too(
    grading: Grading, tmp_path: Path
) -> None:
    in_place = (
        "from backprop_lib.in_place import relu_backward_in_place\n"
        "def relu_backward(dy, cache):\n    dx = dy.copy()\n"
        "    relu_backward_in_place(dx, cache)\n    return dx\n"
    )
    network = (
        "import backprop_lib\ndef linear_backward(dy, cache):\n"
        "    return backprop_lib.Network([2, 3], np.random.default_rng(0))\n"
    )
    graded = grading.graded(
        notebook({"relu_backward": in_place, "linear_backward": network}), tmp_path
    )
    rows = {row.exercise: row for row in graded.rows}
    for name in ("relu_backward", "linear_backward"):
        assert rows[name].verdict == "wrong" and "withheld" in rows[name].message
        assert [f for f in graded.flags if f.exercise == name]


DETOURS = {
    "softmax": """
        import backprop_lib.in_place as lib
        def softmax(scores):
            _, _, (e, total, _) = lib.softmax_cross_entropy_in_place(
                scores.copy(), np.zeros(len(scores), int))
            return e / total
    """,
    "mlp_forward": """
        import backprop_lib.network as lib
        def mlp_forward(x, params):
            lib.linear, lib.relu, lib.dropout = linear, relu, lambda x, *others: (x, None)
            scores, cache = lib.dropout_mlp_forward(x, params, 1.0, None)
            return scores, [layer[:2] for layer in cache]
    """,
    "mlp_backward": """
        import backprop_lib.network as lib
        def mlp_backward(dscores, cache):
            lib.linear_backward, lib.relu_backward = linear_backward, relu_backward
            lib.dropout_backward = lambda dout, mask: dout
            return lib.dropout_mlp_backward(dscores, [(*layer, None) for layer in cache])
    """,
    "train_mlp": """
        import backprop_lib.training as lib
        def train_mlp(params, x, labels, learning_rate, epochs, batch_size, rng):
            names = ("iterate_minibatches", "softmax_cross_entropy_backward")
            vars(lib).update({name: globals()[name] for name in names})
            lib.dropout_mlp_forward = lambda x, params, *others: mlp_forward(x, params)
            lib.dropout_mlp_backward = mlp_backward
            lib.adam_step = lambda params, grads, *others: sgd_step(params, grads, learning_rate)
            lib.train_regularized(params, (x, labels), (x, labels), epochs=epochs,
                batch_size=batch_size, learning_rate=learning_rate, rng=rng)
            return params
    """,
}


@pytest.mark.parametrize("name", DETOURS)
def test_a_detour_through_the_patched_library_is_withheld(name: str, tmp_path: Path) -> None:
    lesson = find_exercise(name).lesson
    with Grading(lesson) as grading:
        made = notebook({name: textwrap.dedent(DETOURS[name])}, lesson=lesson)
        row = grading.rows(made, tmp_path)[name]
    assert row.points == 0 and "withheld while grading" in row.message


def test_numerical_differences_are_flagged_and_stay_correct(
    grading: Grading, tmp_path: Path
) -> None:
    numerical = (
        "def linear_backward(dy, cache):\n"
        "    arrays = [a.copy() for a in cache]\n"
        "    grads = []\n"
        "    for a in arrays:\n"
        "        g = np.zeros_like(a)\n"
        "        for i in np.ndindex(a.shape):\n"
        "            kept = a[i]\n"
        "            a[i] = kept + 1.0\n"
        "            up = np.sum(dy * linear(*arrays)[0])\n"
        "            a[i] = kept - 1.0\n"
        "            down = np.sum(dy * linear(*arrays)[0])\n"
        "            a[i] = kept\n"
        "            g[i] = (up - down) / 2.0\n"
        "        grads.append(g)\n"
        "    return tuple(grads)\n"
    )
    graded = grading.graded(notebook(RIGHT | {"linear_backward": numerical}), tmp_path)
    assert verdicts(graded.rows) == ALL_CORRECT
    (flag,) = [f for f in graded.flags if f.kind == "numerical differences"]
    assert flag.exercise == "linear_backward" and "parameters" in flag.evidence


BY_COMPLEX_STEPS = """
from concurrent.futures import ThreadPoolExecutor
import sys

def one_by_one(dy, y):
    x, out = np.log(y / (1 - y)), np.zeros_like(y)
    for i in np.ndindex(y.shape):
        z = x.astype(complex)
        z[i] += 1e-30j
        out[i] = (dy / (1 + np.exp(-z))).imag.sum() / 1e-30
    return out

def sigmoid_backward(dy, cache):
    {how}
"""


@pytest.mark.parametrize(
    ("how", "kind"),
    [
        ("return one_by_one(dy, cache)", "numerical differences"),
        (
            "return ThreadPoolExecutor(1).submit(one_by_one, dy, cache).result()",
            "numerical differences",
        ),
        (
            "return dy if getattr(sys, 'getpro' + 'file')() else one_by_one(dy, cache)",
            "watches the grader",
        ),
        (
            "if getattr(sys, 'getpro' + 'file')(): raise ValueError\n"
            "    return one_by_one(dy, cache)",
            "watches the grader",
        ),
    ],
)
def test_differences_that_hide_are_flagged(
    how: str, kind: str, grading: Grading, tmp_path: Path
) -> None:
    source = BY_COMPLEX_STEPS.replace("{how}", how)
    graded = grading.graded(notebook(RIGHT | {"sigmoid_backward": source}), tmp_path)
    assert kind in {f.kind for f in graded.flags if f.exercise == "sigmoid_backward"}


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("import torch", "autograd package"),
        ("from jax import grad", "autograd package"),
        ("torch = __import__('torch')", "autograd package"),
        ("from checks.gradients import numerical_gradient", "numerical differences"),
        ("import gc", "touches internals"),
        ("import sys\nsys._getframe(1)", "touches internals"),
        ("open('/proc/self/maps')", "touches internals"),
        ("import numpy as np\nnp.allclose = lambda *a: True", "patches a module"),
        ("import numpy as np\nsetattr(np, 'isclose', 3)", "patches a module"),
    ],
)
def test_suspicions_have_evidence_and_take_no_points(
    source: str, kind: str, grading: Grading, tmp_path: Path
) -> None:
    graded = grading.graded(notebook(RIGHT, last=(source,)), tmp_path)
    assert verdicts(graded.rows) == ALL_CORRECT
    found = [f for f in graded.flags if f.kind == kind]
    assert found and "line" in found[0].evidence


# files


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b" \n\t ", "empty"),
        (b"not JSON", "not JSON"),
        (b'{"cells": [', "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b'{"a":' * 100_000, "not JSON"),
        (b"\xff\xfe\x00", "not JSON in UTF-8"),
        (b'{"cells": [], "x": "\xe9"}', "not JSON in UTF-8"),
        (b'{"cells": 3}', "no Jupyter notebook"),
        (b"[]", "no Jupyter notebook"),
        (b"3", "no Jupyter notebook"),
        (b'{"worksheets": [], "nbformat": 3}', "nbformat 3"),
        (
            json.dumps({"cells": [{"cell_type": "code", "source": "x\n" * 400_000}]}).encode(),
            "800,000 characters",
        ),
    ],
)
def test_files_that_are_no_notebooks(content: bytes, reason: str) -> None:
    with pytest.raises(NotebookError, match=reason):
        parse_notebook(content)


def test_a_cut_off_notebook_says_where(tmp_path: Path) -> None:
    data = write(tmp_path / "a.ipynb", notebook(RIGHT)).read_bytes()
    for size in range(1, len(data), len(data) // 50):
        with pytest.raises(NotebookError):
            parse_notebook(data[:size])


def test_a_byte_order_mark_and_odd_entries_are_no_harm() -> None:
    assert parse_notebook(b'\xef\xbb\xbf{"cells": []}') == Notebook(())
    odd = b'{"cells": [3, null, [], {}, {"cell_type": 4}, {"cell_type": "code", "source": 7, "id":'
    odd += b' [], "metadata": {"exercise": 3, "tags": "setup"}}], "metadata": {"course": 4}}'
    (cell,) = parse_notebook(odd).cells
    assert (cell.source, cell.id, cell.exercise) == ("", "", None)


def test_a_large_file_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "large.ipynb"
    with path.open("wb") as file:
        file.truncate(200 * 10**6)
    with pytest.raises(NotebookError, match="200 MB"):
        read_notebook(path)


def test_links_and_pipes_are_not_opened(tmp_path: Path) -> None:
    if not hasattr(os, "mkfifo"):
        pytest.skip("needs named pipes")
    (tmp_path / "link.ipynb").symlink_to("/etc/hostname")
    (tmp_path / "lost.ipynb").symlink_to("nowhere")
    os.mkfifo(tmp_path / "pipe.ipynb")
    for name in ("link.ipynb", "lost.ipynb", "pipe.ipynb", "missing.ipynb"):
        with pytest.raises(NotebookError):
            read_notebook(tmp_path / name)


def test_layouts_and_the_newest(tmp_path: Path) -> None:
    for name in ("ada/05/a.ipynb", "ada/b.ipynb", "bo.ipynb", ".hidden.ipynb", "cy/x/y/z.ipynb"):
        write(tmp_path / name, b"{}")
    found = list(find_submissions(tmp_path))
    assert [(s.student_id, s.folder) for s in found] == [
        ("ada", "05"),
        ("ada", None),
        ("bo", None),
        ("cy", None),
    ]
    assert found[-1].path == tmp_path / "cy"  # too deep down: a row that says so
    with pytest.raises(NotebookError, match="no notebook"):
        read_notebook(found[-1].path)
    older = Submission("ada", Path("b.ipynb"), lesson="x", modified=1.0)
    newer = Submission("ada", Path("a.ipynb"), lesson="x", modified=2.0)
    other = Submission("ada", Path("c.ipynb"), lesson="y", modified=1.0)
    marked = mark_standing([newer, other, older])
    assert [(s.path.name, s.counts) for s in marked] == [
        ("b.ipynb", False),
        ("a.ipynb", True),
        ("c.ipynb", True),
    ]
    assert "b.ipynb not" in marked[1].note


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_linked_folders_are_told_and_not_followed(tmp_path: Path) -> None:
    write(tmp_path / "elsewhere" / "a.ipynb", b"{}")
    (tmp_path / "in" / "ada").mkdir(parents=True)
    (tmp_path / "in" / "bo").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "in" / "ada" / "05").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "in" / "grades").mkdir()
    (tmp_path / "in" / "grades" / "gradebook.sqlite").touch()
    found = list(find_submissions(tmp_path / "in"))
    assert [s.student_id for s in found] == ["ada", "bo"]
    for submission in found:
        with pytest.raises(NotebookError, match="link"):
            read_notebook(submission.path)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there are no such rights")
def test_folders_that_nobody_may_enter_are_told(tmp_path: Path) -> None:
    for name in ("locked/a.ipynb", "listed/a.ipynb", "zed/a.ipynb", "in/05/a.ipynb"):
        write(tmp_path / "in" / name, b"{}")
    asking = (
        "import os, pathlib\n"
        "from checks.grader.submissions import *\n"
        "if os.geteuid() == 0:\n    os.setuid(65534)\n"
        "for s in find_submissions(pathlib.Path('.')):\n"
        "    try:\n        read_bytes(s.path)\n        print(s.student_id, 'read')\n"
        "    except NotebookError as error:\n        print(s.student_id, error)\n"
    )
    try:
        for name, mode in (("locked", 0), ("listed", 0o444), ("in/05", 0o444)):
            (tmp_path / "in" / name).chmod(mode)
        done = subprocess.run(
            [sys.executable, "-c", asking],
            cwd=tmp_path / "in",
            env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])},
            capture_output=True,
            text=True,
        )
    finally:
        for name in ("locked", "listed", "in/05"):
            (tmp_path / "in" / name).chmod(0o755)
    told = dict(line.split(" ", 1) for line in done.stdout.splitlines())
    denied = "The file cannot be read: Permission denied."
    assert told == {"locked": denied, "listed": denied, "in": denied, "zed": "read"}, done.stderr


def test_a_student_with_a_gradebook_is_a_student(tmp_path: Path) -> None:
    for name in ("ada/a.ipynb", "ada/gradebook.sqlite", "grades/gradebook.sqlite"):
        write(tmp_path / "in" / name, b"{}")
    assert [s.student_id for s in find_submissions(tmp_path / "in")] == ["ada"]


def test_a_file_that_changes_during_the_run_is_not_graded(grading: Grading, tmp_path: Path) -> None:
    path = write(tmp_path / "ada.ipynb", notebook(RIGHT))
    submission = Submission("ada", path, lesson=LESSON, digest="0" * 64)
    rows = grading.grader.grade(submission).rows
    assert {row.verdict for row in rows} == {"unreadable"}
    assert "has changed" in rows[0].message


def test_what_an_answer_says_steers_neither_terminal_nor_page(
    grading: Grading, tmp_path: Path
) -> None:
    hostile = "\x1b[2J\u202e<script>"
    sources = (
        f"def relu_backward(dy, cache):\n    raise ValueError({hostile!r})\n",
        f"def relu_backward(dy, cache):\n    return type({hostile!r}, (), {{}})()\n",
        f"raise ValueError({hostile!r})\n",
    )
    for source in sources:
        row = grading.rows(notebook({"relu_backward": source}), tmp_path)["relu_backward"]
        keys = f"def mlp_backward(dscores, cache):\n    return {{{hostile!r}: 1}}\n"
        other = grading.rows(notebook({"mlp_backward": keys}), tmp_path)["mlp_backward"]
        for text in (row.message, row.card, row.text, other.message, other.card, other.text):
            assert "\x1b" not in text and "\u202e" not in text
        assert "<script" not in row.card + other.card


def test_names_that_differ_stay_different(tmp_path: Path) -> None:
    names = ["a b", "a'b", 'a"b', "a\nb", "a\tb", "..x", "🎓", "=1+1", "a\x1b[2Jb", "a\u202eb"]
    for name in names:
        write(tmp_path / "in" / f"x{name}.ipynb", b"{}")
    found = [s.student_id for s in find_submissions(tmp_path / "in")]
    assert len(set(found)) == len(names)
    assert all(name.isprintable() for name in found)


def test_a_setup_that_fails_on_this_machine_is_nobodys_fault(tmp_path: Path) -> None:
    broken = lesson_notebook()
    for cell in broken["cells"]:
        if "setup" in cell["metadata"].get("tags", []):
            cell["source"] = "import a_package_that_nobody_installed"
    with Grading(handed_out=parse_notebook(json.dumps(broken).encode())) as grading:
        rows = grading.rows(notebook(RIGHT), tmp_path)
    assert {row.verdict for row in rows.values()} == {"grader error"}
    assert "setup fails on this machine" in rows["linear_backward"].message
