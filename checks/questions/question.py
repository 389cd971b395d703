"""What a question is."""

from dataclasses import dataclass

__all__ = ["Answer", "Question"]


@dataclass(frozen=True)
class Answer:
    """One answer to choose, and what is said to whoever chooses it."""

    text: str
    reply: str
    """For a wrong answer: the idea that leads to it, and what is true instead. For the right one:
    why it is right."""
    right: bool = False


@dataclass(frozen=True)
class Question:
    """A question with several answers, of which one is right."""

    lesson: str
    """The lesson that taught it, such as "03_loss"; in lesson 00 itself, what one brings along."""
    text: str
    answers: tuple[Answer, ...]

    def __post_init__(self) -> None:
        """Refuse a question that cannot be answered."""
        right = sum(answer.right for answer in self.answers)
        if right != 1 or len(self.answers) < 3:
            raise ValueError(
                f"A question needs at least three answers, one of them right; {self.text!r} has "
                f"{len(self.answers)}, {right} of them right."
            )
