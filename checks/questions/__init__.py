"""Questions on earlier lessons, one module a lesson: answered without looking, never graded."""

from checks.questions import (
    backward_pass,
    chain_rule,
    faces,
    forward_pass,
    gradient_descent,
    loss,
    overfitting,
    perceptron,
    start_here,
)
from checks.questions.question import Answer, Question

__all__ = ["QUESTIONS", "Answer", "Question"]

QUESTIONS: dict[str, tuple[Question, ...]] = {
    "00_start_here": start_here.QUESTIONS,
    "01_perceptron": perceptron.QUESTIONS,
    "02_forward_pass": forward_pass.QUESTIONS,
    "03_loss": loss.QUESTIONS,
    "04_chain_rule": chain_rule.QUESTIONS,
    "05_backward_pass": backward_pass.QUESTIONS,
    "06_gradient_descent": gradient_descent.QUESTIONS,
    "07_overfitting": overfitting.QUESTIONS,
    "08_faces": faces.QUESTIONS,
}
"""For each lesson its questions, in order."""
