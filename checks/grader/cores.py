"""Which processor core the judge and a learner's process share.

The two take turns: while one works, the other waits. On one core the turn is passed on in about a
tenth of the time that it takes to wake another core.
"""

import ctypes
import os
from collections.abc import Iterable

__all__ = ["allow_cores", "keep_to_one_core"]


def keep_to_one_core(number: int | None = None) -> frozenset[int]:
    """Keep this process, and all that it starts from now on, to one of its cores.

    number: which, of a series that begins again where there are fewer cores; by default the one
    that it runs on. Gives the cores that it had, empty where the system has no such choice.
    """
    if not hasattr(os, "sched_setaffinity"):
        return frozenset()
    cores = sorted(os.sched_getaffinity(0))
    here = core_in_use() if number is None else cores[number % len(cores)]
    if here in cores:
        allow_cores({here})
    return frozenset(cores)


def core_in_use() -> int:
    """The core that this process runs on at the moment, -1 where that cannot be told."""
    try:
        return int(ctypes.CDLL(None).sched_getcpu())
    except (OSError, AttributeError, TypeError):
        return -1


def allow_cores(cores: Iterable[int]) -> None:
    """Let this process run on these cores; without any, on those that it has."""
    if cores and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, cores)
