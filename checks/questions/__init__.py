"""Questions on earlier lessons, one module a lesson: answered without looking, never graded."""

from checks.questions import backward_pass, gradient_descent
from checks.questions.question import Answer, Question

__all__ = ["QUESTIONS", "Answer", "Question"]

QUESTIONS: dict[str, tuple[Question, ...]] = {
    "05_backward_pass": backward_pass.QUESTIONS,
    "06_gradient_descent": gradient_descent.QUESTIONS,
}
"""For each lesson its questions, in order."""
