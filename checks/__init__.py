"""The checker of the course: judge exercises, draw cards, build lessons, grade classes."""

from checks.judge import judge
from checks.notebook import check

__all__ = ["check", "judge"]
