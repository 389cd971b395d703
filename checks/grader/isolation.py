"""The walls round a learner's process: bubblewrap, a system call filter, and limits.

What can be had differs from system to system. `Walls` says which are up, as seen from inside.
"""

import functools
import os
import shutil
import sys
import sysconfig
import tempfile
from dataclasses import dataclass
from pathlib import Path

import backprop_lib
import checks

__all__ = [
    "WALLS",
    "Walls",
    "bubblewrap_command",
    "hidden_places",
    "system_call_filter",
    "why_no_bubblewrap",
    "why_no_filter",
]

WALLS: dict[str, str] = {
    "files": "nothing of this machine can be read but Python, nothing written but a small folder",
    "network": "no network, not even this machine's own",
    "processes": "no other process can be seen or signalled, and none outlives its submission",
    "system calls": "no new process, no socket, no look into another process",
    "limits": "memory, processor time, file size and open files are limited by the system",
}
"""The walls, and what each means."""

SCRATCH_BYTES = 64 * 2**20
COURSE_IN, SCRATCH_IN = "/course", "/scratch"

# What a right answer to an exercise never needs, and an attack does.
REFUSED = (
    # new programs and processes; clone is looked at more closely
    *("fork", "vfork", "execve", "execveat"),
    # signals and looks into other processes
    *("kill", "tkill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo", "pidfd_open"),
    *("pidfd_send_signal", "pidfd_getfd", "ptrace", "process_vm_readv", "process_vm_writev"),
    *("kcmp", "process_madvise", "setpriority", "sched_setscheduler", "sched_setattr"),
    *("sched_setaffinity", "sched_setparam", "ioprio_set"),
    # the network, and this machine's own sockets
    *("socket", "socketpair", "connect", "bind", "listen", "accept", "accept4"),
    # memory that no limit counts, and what would outlive the process
    *("memfd_create", "memfd_secret", "shmget", "shmat", "semget", "msgget", "mq_open"),
    *("add_key", "request_key", "keyctl", "io_uring_setup", "io_setup"),
    # namespaces, mounts, and the kernel itself
    *("unshare", "setns", "mount", "umount2", "pivot_root", "chroot", "move_mount", "open_tree"),
    *("fsopen", "fsconfig", "fsmount", "mount_setattr", "bpf", "perf_event_open", "userfaultfd"),
    *("kexec_load", "kexec_file_load", "init_module", "finit_module", "delete_module"),
    *("open_by_handle_at", "name_to_handle_at", "quotactl", "swapon", "swapoff", "acct"),
    *(
        "reboot",
        "sethostname",
        "setdomainname",
        "syslog",
        "vhangup",
        "personality",
        "lookup_dcookie",
    ),
    *("fanotify_init", "mknod", "mknodat"),
    # the clock
    *("settimeofday", "clock_settime", "clock_adjtime", "adjtimex"),
)
CLONE_THREAD = 0x00010000
EPERM, ENOSYS = 1, 38


@dataclass(frozen=True)
class Walls:
    """Which walls are up, and why others are missing."""

    up: tuple[str, ...]
    missing: tuple[tuple[str, str], ...] = ()
    """Each with the reason."""

    @property
    def complete(self) -> bool:
        """Whether none is missing."""
        return not self.missing

    def __str__(self) -> str:
        """One line for the terminal, the gradebook and the reports."""
        text = f"Walls up: {', '.join(self.up) or 'none'}."
        reasons: dict[str, list[str]] = {}
        for name, reason in self.missing:
            reasons.setdefault(reason, []).append(name)
        for reason, names in reasons.items():
            text += f" MISSING: {', '.join(names)} ({reason})."
        return text


def why_no_bubblewrap() -> str:
    """Why bubblewrap cannot be used here, empty where it can be tried."""
    if sys.platform != "linux":
        return "bubblewrap is there for Linux only"
    if shutil.which("bwrap") is None:
        return "bubblewrap is not installed: apt-get install bubblewrap"
    return ""


def why_no_filter() -> str:
    """Why system calls cannot be filtered here, empty where they can."""
    if sys.platform != "linux":
        return "system calls are filtered on Linux only"
    try:
        import pyseccomp  # noqa: F401
    except ImportError:
        return "pyseccomp is not installed: pip install pyseccomp"
    except RuntimeError:
        return "pyseccomp does not find libseccomp: apt-get install libseccomp2"
    return "" if system_call_filter() else "this system takes no filter"


@functools.cache
def system_call_filter() -> bytes:
    """The filter as a program for the kernel; empty where none can be made."""
    try:
        import pyseccomp as seccomp
    except (ImportError, RuntimeError):
        return b""
    refuse = seccomp.SyscallFilter(seccomp.ALLOW)

    def add(error: int, name: str, *conditions: object) -> None:
        try:
            refuse.add_rule(seccomp.ERRNO(error), name, *conditions)
        except (ValueError, OSError, RuntimeError):
            return  # this kernel or this processor has no such call

    for name in REFUSED:
        add(EPERM, name)
    # a thread is allowed, a process is not; clone3 hides its flags, so libc must take clone
    add(EPERM, "clone", seccomp.Arg(0, seccomp.MASKED_EQ, CLONE_THREAD, 0))
    add(ENOSYS, "clone3")
    # limits of its own process may be read and lowered, not those of another
    add(EPERM, "prlimit64", seccomp.Arg(0, seccomp.NE, 0))
    with tempfile.TemporaryFile() as file:
        refuse.export_bpf(file)
        file.seek(0)
        return file.read()


def hidden_places() -> tuple[Path, ...]:
    """Folders of the course that a learner's process must not see: the answers lie there."""
    packages = [Path(module.__file__ or "").resolve().parent for module in (backprop_lib, checks)]
    course = packages[1].parent
    others = [course / name for name in ("notebooks", "tests", "benchmarks", ".git")]
    return (*packages, *(place for place in others if place.is_dir()))


def python_places() -> list[Path]:
    """Folders that Python and its packages need."""
    lib = {Path(sysconfig.get_path(name)) for name in ("purelib", "platlib", "stdlib")}
    installed = {Path(p) for p in sys.path if Path(p).name in ("site-packages", "dist-packages")}
    prefixes = {Path(sys.prefix), Path(sys.base_prefix), Path(sys.exec_prefix)}
    wanted = sorted({p for p in lib | installed | prefixes if p.is_dir() and p != Path("/")})
    return [p for p in wanted if not any(q in p.parents for q in [*wanted, Path("/usr")])]


def bubblewrap_command(course: Path, as_root: bool) -> list[str]:
    """The beginning of the command that runs something inside bubblewrap.

    course: what is shown as /course; as_root: keep, of root's powers, those by which the server
    gives its children another user and clears up after them. Else a user namespace is made.
    """
    command = ["bwrap", "--die-with-parent", "--new-session", "--as-pid-1"]
    command += ["--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts"]
    command += ["--unshare-cgroup-try", "--hostname", "grader"]
    command += ["--cap-drop", "ALL"]
    if as_root:
        for power in ("SETUID", "SETGID", "KILL", "CHOWN", "FOWNER", "DAC_OVERRIDE"):
            command += ["--cap-add", f"CAP_{power}"]
    else:
        command += ["--unshare-user", "--uid", "1000", "--gid", "1000"]
    command += ["--ro-bind", "/usr", "/usr"]
    for name in ("bin", "sbin", "lib", "lib32", "lib64", "libx32"):
        place = Path("/", name)
        if place.is_symlink():
            command += ["--symlink", os.readlink(place), str(place)]
        elif place.is_dir():
            command += ["--ro-bind", str(place), str(place)]
    for place in (Path("/etc/ld.so.cache"), Path("/etc/alternatives"), Path("/etc/localtime")):
        command += ["--ro-bind-try", str(place), str(place)]
    shown = [place for place in python_places() if place != Path("/usr")]
    above = sorted({parent for place in shown for parent in place.parents} - {Path("/")})
    for place in above:  # else only the one who makes them could pass through
        if not any(p == place or p in place.parents for p in shown):
            command += ["--perms", "0755", "--dir", str(place)]
    for place in shown:
        command += ["--ro-bind", str(place), str(place)]
    for place in hidden_places():
        if any(p == place or p in place.parents for p in [*shown, Path("/usr")]):
            command += ["--tmpfs", str(place)]
    command += ["--ro-bind", str(course), COURSE_IN]
    command += ["--proc", "/proc", "--dev", "/dev"]
    command += ["--perms", "0711", "--size", str(SCRATCH_BYTES), "--tmpfs", SCRATCH_IN]
    command += ["--remount-ro", "/dev", "--remount-ro", "/"]
    return [*command, "--chdir", SCRATCH_IN, "--"]
