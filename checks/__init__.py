"""Checking what learners write: exercises, judge, card, grader, and the gradient check.

What the lessons call, `check`, `predict`, `quiz` and `progress`, loads when it is first used; the
judge is `checks.judge.judge`.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from checks.notebook import check
    from checks.predictions import predict
    from checks.questions.quiz import quiz
    from checks.solved import progress

__all__ = ["check", "predict", "progress", "quiz"]

PLACES = {
    "check": "checks.notebook",
    "predict": "checks.predictions",
    "progress": "checks.solved",
    "quiz": "checks.questions.quiz",
}


def __getattr__(name: str) -> Any:
    if name in PLACES:
        from importlib import import_module

        return getattr(import_module(PLACES[name]), name)
    raise AttributeError(f"module 'checks' has no attribute {name!r}")
