"""Questions on earlier lessons, one module a lesson: answered without looking, never graded."""

from checks.questions import backward_pass, faces
from checks.questions.question import Answer, Question

__all__ = ["QUESTIONS", "Answer", "Question"]

QUESTIONS: dict[str, tuple[Question, ...]] = {
    "05_backward_pass": backward_pass.QUESTIONS,
    "08_faces": faces.QUESTIONS,
}
"""For each lesson its questions, in order."""
