"""The script that learners' processes are forked from: NumPy, library and setup loaded once.

Started by its path inside the walls (see isolation.py), never imported by the grader. It holds no
secret: no exercise, no reference, no input, nobody's notebook. It has one child at a time. When
that ends, or is ended, everything that it started is killed and its folder removed before the
next may start.

    server.py CONFIG         answer the grader on the socket that is standard input
    server.py CONFIG --once  no forking: be the one learner's process, over stdin and stdout
"""

import base64
import contextlib
import ctypes
import gc
import json
import os
import random
import shutil
import signal
import socket
import sys
import types
from pathlib import Path
from typing import Any

__all__: list[str] = []

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_SECCOMP = 1, 4, 22
PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS = 36, 38
SECCOMP_MODE_FILTER = 2
MODES_ABOVE = (0o700, 0o711)
"""Of the folder that holds the learners' own."""


class SockFilter(ctypes.Structure):
    """The program of a system call filter, as the kernel takes it."""

    _fields_ = [("length", ctypes.c_ushort), ("program", ctypes.c_char_p)]


class Course:
    """What every learner's process begins with."""

    def __init__(self, config: dict[str, Any]) -> None:
        here = Path(__file__).parent
        # only the lesson's own library, without its answers; not the course that may be installed
        sys.path[:] = [str(here / "library")] + [
            place for place in sys.path if place not in config["not_imported_from"]
        ]
        names = {name: load(name, here / f"{name}.py") for name in ("protocol", "learner")}
        self.protocol, self.learner = names["protocol"], names["learner"]
        for name in names:
            del sys.modules[name]  # no learner's own import shall hit them by chance
        sys.meta_path.insert(0, self.learner.StandInFinder())
        import backprop_lib

        self.library = dict(vars(backprop_lib))
        self.space = self.learner.new_space()
        self.setup_error = ""
        for number, source in enumerate(config["setup"], 1):
            kind, text = self.learner.run_cell(source, f"<setup {number}>", self.space)
            if kind != "done":
                self.setup_error = text
        if config["plots"]:
            draw_once(here / "matplotlib")
        gc.collect()
        gc.freeze()


def load(name: str, path: Path) -> types.ModuleType:
    """Load a module from its file, without making its neighbours importable."""
    import importlib.util

    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} cannot be loaded.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def draw_once(fonts: Path) -> None:
    """A throwaway plot: it loads what the first plot of each process would load again."""
    with contextlib.suppress(Exception):
        shutil.copytree(fonts, os.environ["MPLCONFIGDIR"], dirs_exist_ok=True)
        import matplotlib.pyplot as plt

        plt.plot([0, 1])
        plt.gcf().canvas.draw()
        plt.close("all")
    # of a user who is also the learners', this folder would carry files from one to the next
    shutil.rmtree(os.environ["MPLCONFIGDIR"], ignore_errors=True)


def seed_generators() -> None:
    """Every process draws the same numbers in every run, even from the generators of modules."""
    import numpy as np

    random.seed(0)
    np.random.seed(0)


def main() -> None:
    """Load the course and serve."""
    config = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    if "--once" in sys.argv:
        once(config)
    else:
        serve(config)


def once(config: dict[str, Any]) -> None:
    """Be one learner's process, over the pipes that are standard input and output."""
    if sys.platform == "win32":
        import msvcrt

        for fd in (0, 1):
            msvcrt.setmode(fd, os.O_BINARY)
    inbox, outbox = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    course = Course(config)
    limit_resources(config["limits"])
    be_learner(course, inbox, outbox)


def serve(config: dict[str, Any]) -> None:
    """Answer the grader until it hangs up: start a learner's process, or end it."""
    prctl(PR_SET_DUMPABLE, 0)  # nobody inside may look into this process or its children
    prctl(PR_SET_CHILD_SUBREAPER, 1)
    control = socket.socket(fileno=os.dup(0))
    nothing = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1):
        os.dup2(nothing, fd)
    scratch = Path.cwd()
    course = Course(config)
    answer(control, setup_error=course.setup_error, facts=facts(config))
    child, folder = 0, Path()
    while True:
        data, fds, _, _ = socket.recv_fds(control, 4096, 3)
        if not data:
            break
        request = json.loads(data)
        if request["do"] == "start":
            folder = scratch / request["folder"]
            child = os.fork()
            if child == 0:
                try:
                    control.close()
                    become_learner(config, request, course, folder, *fds)
                finally:
                    os._exit(70)
            for fd in fds:
                os.close(fd)
            answer(control, started=True)
        else:
            status = end(child)
            answer(control, status=status, clean=remove(folder))
            child = 0
    end(child)


def answer(control: socket.socket, **facts: Any) -> None:
    """Send the grader one message."""
    control.sendall(json.dumps(facts).encode())


def become_learner(
    config: dict[str, Any],
    request: dict[str, Any],
    course: Course,
    folder: Path,
    inbox: int,
    outbox: int,
    output: int,
) -> None:
    """In the forked child: put up its own walls, then serve its judge. Does not return."""
    os.setsid()
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.close(output)
    folder.mkdir(mode=0o700)
    if config["uid"] is not None:
        os.chown(folder, config["uid"], config["uid"])
    os.chdir(folder)
    for name in ("HOME", "TMPDIR", "MPLCONFIGDIR"):
        os.environ[name] = str(folder)
    limit_resources(config["limits"] | request["limits"])
    put_up_walls(config)
    be_learner(course, inbox, outbox)


def put_up_walls(config: dict[str, Any]) -> None:
    """Become a user of no rights, and let the kernel refuse what a learner never needs."""
    uid = config["uid"]
    if uid is not None:  # for good: real, effective and saved
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
    prctl(PR_SET_DUMPABLE, 0)
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    if config["seccomp"]:
        filter_system_calls(base64.b64decode(config["seccomp"]))


def be_learner(course: Course, inbox: int, outbox: int) -> None:
    """Serve the judge. Does not return."""
    seed_generators()  # Python draws a new seed after a fork
    with os.fdopen(inbox, "rb") as asked, os.fdopen(outbox, "wb") as told:
        course.learner.Learner(course, asked, told).serve()
        os._exit(0)  # a learner's exit handlers have nothing to say any more


def limit_resources(limits: dict[str, int]) -> None:
    """Set the limits that the operating system keeps, where there are such."""
    try:
        import resource
    except ImportError:  # Windows: the judge's deadlines are all there is
        return
    for name, bound in limits.items():
        kind = getattr(resource, f"RLIMIT_{name}", None)
        if kind is not None:
            with contextlib.suppress(ValueError, OSError):  # a lower one is already in force
                resource.setrlimit(kind, (bound, bound))


def filter_system_calls(program: bytes) -> None:
    """Let the kernel refuse what the filter names, in this process and all that come from it."""
    buffer = ctypes.create_string_buffer(program, len(program))
    pointer = ctypes.cast(buffer, ctypes.c_char_p)
    filter_ = SockFilter(len(program) // 8, pointer)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(filter_), 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "the system call filter was refused")


def prctl(option: int, value: int) -> None:
    """Linux's prctl, and nothing elsewhere."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def end(child: int) -> int | None:
    """Kill the child and all that it started; gives how the child ended, as os.waitpid does."""
    status = None
    while True:
        if os.getpid() == 1:  # in a process namespace of our own all else is a learner's
            with contextlib.suppress(ProcessLookupError):
                os.kill(-1, signal.SIGKILL)
        elif child and status is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(child, signal.SIGKILL)
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        for orphan in orphans():
            with contextlib.suppress(ProcessLookupError):
                os.kill(orphan, signal.SIGKILL)
        try:
            ended, ended_status = os.waitpid(-1, 0)
        except ChildProcessError:
            return status
        if ended == child:
            status = ended_status


def orphans() -> list[int]:
    """This process's children, among them what has left its group and lost its parent."""
    try:
        text = Path(f"/proc/self/task/{os.getpid()}/children").read_text()
    except OSError:  # no such file on this system
        return []
    return [int(pid) for pid in text.split()]


def remove(folder: Path) -> bool:
    """Remove a learner's folder; False where that fails or something lies beside it.

    Nor may the folder above tell the next learner anything by its times, its mode or its labels.
    """
    try:
        os.rmdir(folder)
    except OSError:
        with contextlib.suppress(OSError, RecursionError):
            shutil.rmtree(folder)
    above = folder.parent
    os.utime(above, (0, 0))
    labels = os.listxattr(above) if hasattr(os, "listxattr") else []
    mode = above.stat().st_mode & 0o7777
    return mode in MODES_ABOVE and not labels and not os.listdir(above)


def facts(config: dict[str, Any]) -> dict[str, Any]:
    """What can be seen from in here, by which the grader tells which walls are really up."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:  # tries on what each learner's process gets
        try:
            limit_resources(config["limits"])
            put_up_walls(config)
            os.write(writing, json.dumps(worn(config)).encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as told:
        tried = told.read()
    os.waitpid(child, 0)
    return {
        "pid": os.getpid(),
        "interfaces": [name for _, name in socket.if_nameindex()],
        "seen": [path for path in config["answers"] if os.path.isdir(path) and os.listdir(path)],
        **json.loads(tried or b"{}"),
    }


def worn(config: dict[str, Any]) -> dict[str, bool]:
    """Whether the system call filter and the limits hold in this process."""
    try:
        os.kill(os.getpid(), 0)
        filtered = False
    except PermissionError:
        filtered = True
    try:
        import resource
    except ImportError:
        return {"filtered": filtered, "limited": False}
    limited = resource.getrlimit(resource.RLIMIT_AS)[1] == config["limits"]["AS"]
    return {"filtered": filtered, "limited": limited}


if __name__ == "__main__":
    main()
