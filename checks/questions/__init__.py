"""Questions on earlier lessons, one module a lesson: answered without looking, never graded."""

from checks.questions import backward_pass, forward_pass, loss
from checks.questions.question import Answer, Question

__all__ = ["QUESTIONS", "Answer", "Question"]

QUESTIONS: dict[str, tuple[Question, ...]] = {
    "02_forward_pass": forward_pass.QUESTIONS,
    "03_loss": loss.QUESTIONS,
    "05_backward_pass": backward_pass.QUESTIONS,
}
"""For each lesson its questions, in order."""
