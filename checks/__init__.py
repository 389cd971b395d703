"""Checking what learners write: exercises, judge, card, grader, and the gradient check.

`check` loads, with all exercises, when it is first used; the judge is `checks.judge.judge`.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from checks.notebook import check

__all__ = ["check"]


def __getattr__(name: str) -> Any:
    if name == "check":
        from checks.notebook import check

        return check
    raise AttributeError(f"module 'checks' has no attribute {name!r}")
