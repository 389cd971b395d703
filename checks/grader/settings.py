"""What instructors set: grading.toml beside the submissions, and the same by flags.

lessons = ["05_backward_pass"]   # those to grade; by default all that have exercises
seed = 20301                     # decides the cases, so that no answer is fitted to them
due = 2026-10-05T23:59:00+02:00  # what was written later is marked as late

[points]                         # in place of the exercises' own
linear_backward = 5

[limits]
seconds = 10                     # for one cell or one call
total_seconds = 120              # for one notebook
memory_mb = 2048
output_mb = 1                    # that one cell or call may print
"""

import contextlib
import datetime
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from checks.exercises import EXERCISES, LESSONS
from checks.grader.process import Limits

__all__ = [
    "FILE_NAME",
    "GRADING_SEED",
    "Settings",
    "SettingsError",
    "parse_settings",
    "read_settings",
]

FILE_NAME = "grading.toml"

GRADING_SEED = 20_301
"""The seed of grading, unlike the notebook's, so that no answer can be fitted to the cases."""


MOST = 1_000_000
"""Of points, and of what a limit allows: some systems take no more."""


class SettingsError(Exception):
    """A setting that cannot be used: which one, what was expected, and what came."""


@dataclass(frozen=True)
class Settings:
    """How a class is graded."""

    lessons: tuple[str, ...] = LESSONS
    seed: int = GRADING_SEED
    due: datetime.datetime | None = None
    """With its time zone; None where nothing is late."""
    points: Mapping[str, int] = field(default_factory=dict)
    """Points of exercises where they are not the exercise's own."""
    limits: Limits = Limits()  # noqa: RUF009 - it is frozen


def read_settings(path: Path) -> Settings:
    """The settings in a file; a SettingsError says what is wrong with it."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} is no TOML: {error}.") from None
    try:
        return parse_settings(content)
    except SettingsError as error:
        raise SettingsError(f"{path}: {error}") from None


def parse_settings(content: Mapping[str, Any]) -> Settings:
    """The settings in a file's content."""
    known = [f.name for f in fields(Settings)]
    for name in content:
        if name not in known:
            raise SettingsError(f"There is no setting {name!r}. There are: {', '.join(known)}.")
    lessons = content.get("lessons", list(LESSONS))
    if not isinstance(lessons, list) or not lessons:
        raise SettingsError(
            f"lessons should be a list like {list(LESSONS[:1])}; it is {lessons!r}."
        )
    for lesson in lessons:
        if lesson not in LESSONS:
            raise SettingsError(f"There is no lesson {lesson!r}. There are: {', '.join(LESSONS)}.")
    seed = content.get("seed", GRADING_SEED)
    if type(seed) is not int or not 0 <= seed < 2**63:
        raise SettingsError(f"seed should be a whole number from 0 to 2**63 - 1; it is {seed!r}.")
    points = table(content, "points")
    names = [exercise.name for exercise in EXERCISES]
    for name, value in points.items():
        if name not in names:
            raise SettingsError(f"points: there is no exercise {name!r}. See the lessons' names.")
        if type(value) is not int or not 0 <= value <= MOST:
            raise SettingsError(
                f"points.{name} should be a whole number from 0 to {MOST:,}; it is {value!r}."
            )
    return Settings(
        tuple(dict.fromkeys(lessons)),
        seed,
        parse_due(content.get("due")),
        points,
        parse_limits(table(content, "limits")),
    )


def table(content: Mapping[str, Any], name: str) -> dict[str, Any]:
    """A table of the file, empty where there is none."""
    value = content.get(name, {})
    if not isinstance(value, dict):
        raise SettingsError(f"{name} should be a table, [{name}]; it is {value!r}.")
    return value


def parse_limits(given: Mapping[str, Any]) -> Limits:
    """The limits, the default ones where nothing is said."""
    known = {f.name: getattr(Limits(), f.name) for f in fields(Limits)}
    for name, value in given.items():
        if name not in known:
            raise SettingsError(f"limits: there is no {name!r}. There are: {', '.join(known)}.")
        if type(value) not in (int, float) or not 0 < value <= MOST:
            raise SettingsError(
                f"limits.{name} should be a number above 0 and at most {MOST:,}; it is {value!r}."
            )
    values = known | dict(given)
    if values["memory_mb"] < 256:
        raise SettingsError("limits.memory_mb should be 256 or more: Python and NumPy take that.")
    return Limits(**(values | {"memory_mb": int(values["memory_mb"])}))


def parse_due(value: Any) -> datetime.datetime | None:
    """A due date, in this machine's time zone where it names none."""
    if isinstance(value, str):
        with contextlib.suppress(ValueError):
            value = datetime.datetime.fromisoformat(value)
    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        value = datetime.datetime.combine(value, datetime.time(23, 59, 59))
    if value is None:
        return None
    if not isinstance(value, datetime.datetime):
        raise SettingsError(
            "due should be a date such as 2026-10-05 or 2026-10-05T23:59:00+02:00; it is "
            f"{value!r}."
        )
    try:
        return value.astimezone() if value.tzinfo is None else value
    except (ValueError, OverflowError):
        raise SettingsError(f"due lies outside of all calendars; it is {value}.") from None
