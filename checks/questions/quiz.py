"""The quiz at the head of a lesson: what you remember of the lessons before, or bring along.

Each answer unfolds what there is to say about it, so it needs no kernel, no script and no mouse.
"""

from html import escape

from checks.card import STYLE, code_marks
from checks.questions import QUESTIONS
from checks.questions.question import Answer, Question

__all__ = ["Quiz", "quiz"]

QUIZ_STYLE = """<style>
.bp-quiz details{border:1px solid var(--bp-line);border-radius:5px;padding:.2em .7em}
.bp-quiz details[open].bp-yes{border-left:4px solid #0072b2}
.bp-quiz details[open].bp-no{border-left:4px solid #d55e00}
.bp-quiz summary:focus-visible{outline:3px solid #d55e00;outline-offset:2px}
</style>"""


class Quiz:
    """Questions that a notebook shows with answers to unfold, and a terminal as text."""

    def __init__(self, lesson: str, questions: tuple[Question, ...]) -> None:
        """Take the lesson that they open and the questions, in order."""
        self.lesson = lesson
        self.questions = questions

    @property
    def heading(self) -> str:
        """What is asked: nothing of this course where the questions name their own lesson."""
        earlier = any(question.lesson != self.lesson for question in self.questions)
        asked = "do you remember" if earlier else "do you bring along"
        return f"Before you begin: what {asked}?"

    def _repr_html_(self) -> str:
        parts = [
            STYLE,
            QUIZ_STYLE,
            '<div class="bp-card bp-quiz" role="group" aria-label="Questions before you begin">',
            f'<p class="bp-head">{self.heading}</p>',
            "<p>Decide on an answer first, without looking anything up. Then open it.</p>",
        ]
        for number, question in enumerate(self.questions, 1):
            parts.append(question_html(number, question, earlier=question.lesson != self.lesson))
        return "\n".join([*parts, "</div>"])

    def __repr__(self) -> str:
        lines = [self.heading]
        for number, question in enumerate(self.questions, 1):
            lines.append(f"{number}. {question.text}")
            lines += [f"   {letter}) {a.text}" for letter, a in lettered(question)]
        return "\n".join(lines)


def question_html(number: int, question: Question, earlier: bool) -> str:
    """One question; each answer unfolds its reply. Opening one closes the others.

    earlier: whether it is on an earlier lesson, which is then named.
    """
    rows = []
    for letter, answer in lettered(question):
        verdict, kind = ("✓ Yes.", "bp-yes") if answer.right else ("✗ No.", "bp-no")
        group = f"bp-{question.lesson}-{number}"
        rows.append(
            f'<details name="{escape(group)}" class="{kind}"><summary>{letter}) '
            f"{code_marks(answer.text)}</summary><div><p><b>{verdict}</b> "
            f"{code_marks(answer.reply)}</p></div></details>"
        )
    lesson = f' <span class="bp-small">(lesson {escape(question.lesson[:2])})</span>'
    where = lesson if earlier else ""
    return f"<p><b>{number}.</b> {code_marks(question.text)}{where}</p>{''.join(rows)}"


def lettered(question: Question) -> list[tuple[str, Answer]]:
    """The answers with their letters."""
    return list(zip("abcdefgh", question.answers, strict=False))


def quiz(lesson: str) -> Quiz:
    """The questions that open this lesson; a LookupError where it has none."""
    if lesson not in QUESTIONS:
        known = ", ".join(QUESTIONS)
        raise LookupError(f"No lesson {lesson!r} has questions. Those that have: {known}.")
    return Quiz(lesson, QUESTIONS[lesson])
