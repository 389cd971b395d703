"""Worker processes: each judges one submission at a time, apart from the others.

A worker that dies, or that takes longer than any submission may, costs only its task: it is
replaced, and the task comes back as lost. Workers end with the process that made them.
"""

import hashlib
import multiprocessing
import signal
import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any

from checks.exercises import LESSONS
from checks.grader.grade import Graded, LessonGrader, unjudged
from checks.grader.sandbox import Mode, SandboxError
from checks.grader.settings import Settings
from checks.grader.submissions import (
    Notebook,
    NotebookError,
    Submission,
    decide_lesson,
    parse_notebook,
    read_bytes,
)

__all__ = ["Job", "Lost", "Workers"]

MEMORY_BYTES = 6 * 2**30
"""Address space of a worker, so that no notebook can take all of the machine's memory."""
GRACE_SECONDS = 60


@dataclass(frozen=True)
class Job:
    """What every worker knows."""

    settings: Settings
    mode: Mode
    manifests: Mapping[str, Notebook]
    """The lessons as they were handed out, by name."""
    lesson: str = ""
    """The lesson of every notebook, whatever they say; empty where they decide."""


@dataclass(frozen=True)
class Lost:
    """A task whose worker came to an end."""

    reason: str


class Workers:
    """A number of worker processes. Use it in a with statement."""

    def __init__(self, count: int, job: Job) -> None:
        self._job = job
        self._count = count
        self._context = multiprocessing.get_context("spawn")
        self._workers: list[Worker] = []

    def __enter__(self) -> "Workers":
        """Itself; workers start when they are needed."""
        return self

    def __exit__(self, *error: object) -> None:
        """End them all."""
        for worker in self._workers:
            worker.end()

    def look_at(self, submissions: Iterable[Submission]) -> Iterator[Submission]:
        """Each submission with its lesson, digest and time, or with the reason it has none."""
        for submission, found in self._work("look", submissions):
            yield replace(submission, reason=found.reason) if isinstance(found, Lost) else found

    def grade(self, submissions: Iterable[Submission]) -> Iterator[tuple[Submission, Graded]]:
        """What is found for each submission, in the order in which they are done."""
        for submission, found in self._work("grade", submissions):
            if isinstance(found, Lost):
                found = unjudged(
                    submission.lesson, "grader error", found.reason, self._job.settings
                )
            yield submission, found

    def _work(self, what: str, tasks: Iterable[Submission]) -> Iterator[tuple[Submission, Any]]:
        """Hand the tasks out, one at a time to each worker, and collect what comes back."""
        waiting = deque(tasks)
        patience = self._job.settings.limits.total_seconds + GRACE_SECONDS
        while waiting or any(worker.task for worker in self._workers):
            while len(self._workers) < min(self._count, len(waiting)):
                self._workers.append(Worker(self._context, self._job))
            for worker in self._workers:
                if worker.task is None and waiting:
                    worker.give(what, waiting.popleft())
            busy = {worker.connection: worker for worker in self._workers if worker.task}
            ready = [busy[done] for done in wait(list(busy), timeout=1.0)]  # type: ignore[index]
            late = [w for w in busy.values() if time.monotonic() - w.since > patience]
            for worker in dict.fromkeys([*ready, *late]):
                task = worker.task
                assert task is not None
                found = worker.take() if worker in ready else Lost("It took the judge too long.")
                if isinstance(found, Lost):
                    self._workers.remove(worker)
                    worker.end()
                yield task, found


class Worker:
    """One worker process, seen from outside."""

    def __init__(self, context: multiprocessing.context.SpawnContext, job: Job) -> None:
        self.connection, theirs = context.Pipe()
        self.task: Submission | None = None
        self.since = 0.0
        self._process: BaseProcess = context.Process(target=serve, args=(theirs, job), daemon=True)
        self._process.start()
        theirs.close()

    def give(self, what: str, task: Submission) -> None:
        """Begin a task."""
        self.task, self.since = task, time.monotonic()
        with suppress(OSError):  # if it is dead, that is seen when its answer is taken
            self.connection.send((what, task))

    def take(self) -> Any:
        """The answer, or Lost."""
        try:
            found = self.connection.recv()
        except (EOFError, OSError):
            self._process.join(5)
            code = self._process.exitcode
            return Lost(f"The judge's own process ended on this notebook (exit code {code}).")
        self.task = None
        return found

    def end(self) -> None:
        """End the process."""
        self.connection.close()
        self._process.join(0.5)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()


def serve(connection: Connection, job: Job) -> None:
    """In the worker: do tasks until nobody is there any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that made us
    limit_memory()
    grader: LessonGrader | None = None
    try:
        while True:
            what, task = connection.recv()
            if what == "look":
                connection.send(look(task, job))
                continue
            if grader is None or grader.lesson != task.lesson:
                if grader is not None:
                    grader.__exit__()
                    grader = None
                manifest = job.manifests[task.lesson]
                try:
                    grader = LessonGrader(task.lesson, manifest, job.settings, job.mode).__enter__()
                except SandboxError as error:
                    reason = f"No process could be made for it: {error}"
                    connection.send(unjudged(task.lesson, "grader error", reason, job.settings))
                    continue
            connection.send(grader.grade(task))
    except (EOFError, OSError):
        pass
    finally:
        if grader is not None:
            grader.__exit__()


def limit_memory() -> None:
    """Keep this process from taking all of the machine's memory, where the system can."""
    with suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, resource.RLIM_INFINITY))


def look(submission: Submission, job: Job) -> Submission:
    """The submission with what can be told without running it."""
    stated = None
    digest, reason = "", ""
    try:
        data = read_bytes(submission.path)
        digest = hashlib.sha256(data).hexdigest()
        stated = parse_notebook(data).lesson
    except NotebookError as error:
        reason = str(error)
    except (Exception, MemoryError) as error:
        reason = f"The file cannot be read as a notebook ({type(error).__name__})."
    try:
        modified = submission.path.lstat().st_mtime
    except OSError:
        modified = 0.0
    lesson = job.lesson or decide_lesson(submission, stated, LESSONS, job.settings.lessons)
    return replace(
        submission, lesson=lesson, digest=digest or reason, modified=modified, reason=reason
    )
