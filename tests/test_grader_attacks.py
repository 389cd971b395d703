"""Attacks on the grader, each by a real submission: none gives points, none reaches anybody else.

After each attack a right notebook is graded by the same grader, and has to come out right. An
attack that asks for something reports what it got: `breach` in a row's message is a hole.
"""

import os
import resource
import socket
import textwrap
import time
from pathlib import Path

import pytest
from grader_submissions import (
    ALL_CORRECT,
    LESSONS_DIR,
    NAMES,
    RIGHT,
    WRONG_LINEAR,
    Grading,
    need_walls,
    notebook,
    verdicts,
    write,
)

from checks.grader.process import Limits

COURSE = Path(__file__).parents[1]
LIMITS = Limits(seconds=1.5, memory_mb=768, output_mb=0.25, total_seconds=12)


@pytest.fixture(scope="module")
def grading():
    need_walls()
    with Grading(limits=LIMITS) as grading:
        yield grading


@pytest.fixture(autouse=True)
def the_next_is_graded_as_if_nothing_had_happened(grading, tmp_path):
    yield
    assert grading.verdicts(notebook(RIGHT), tmp_path) == ALL_CORRECT


def probe(body: str) -> str:
    """A function for relu_backward that tells what happened when it did this."""
    return (
        "import ctypes, gc, os, signal, socket, subprocess, sys, threading, time\n"
        "import numpy as np\n"
        "libc = ctypes.CDLL(None, use_errno=True)\n"
        "def relu_backward(dy, cache):\n"
        "    got = None\n"
        "    try:\n"
        f"{textwrap.indent(textwrap.dedent(body), ' ' * 8)}\n"
        "    except BaseException as error:\n"
        "        raise RuntimeError(f'contained: {type(error).__name__} {error}') from None\n"
        "    raise RuntimeError(f'bre{str()}ach: {got}' if got else 'contained: nothing there')\n"
    )


def outcome(grading: Grading, tmp_path: Path, body: str) -> tuple[str, str]:
    """Verdict and message of relu_backward; the other exercises have to be right."""
    rows = grading.rows(notebook(RIGHT | {"relu_backward": probe(body)}), tmp_path)
    assert verdicts(rows.values()) | {"relu_backward": ""} == ALL_CORRECT | {"relu_backward": ""}
    row = rows["relu_backward"]
    assert row.points == 0
    assert "breach" not in row.message
    return row.verdict, row.message


# files

READS = {
    "the library's answers": str(COURSE / "backprop_lib" / "layers.py"),
    "the exercises": str(COURSE / "checks" / "exercises" / "backward_pass.py"),
    "the solved notebooks": str(LESSONS_DIR / "solutions" / "05_backward_pass.ipynb"),
    "the tests": __file__,
    "the users of this machine": "/etc/passwd",
    "the grader's environment": f"/proc/{os.getpid()}/environ",
    "the server's memory": "/proc/1/mem",
    "the server's environment": "/proc/1/environ",
    "the server's socket": "/proc/1/fd/0",
    "the kernel's log": "/dev/kmsg",
    "the kernel's memory": "/proc/kcore",
}


@pytest.mark.parametrize("what", READS)
def test_files_that_cannot_be_read(what: str, grading: Grading, tmp_path: Path) -> None:
    path = READS[what]
    verdict, message = outcome(grading, tmp_path, f"got = open({path!r}, 'rb').read(20)")
    assert verdict == "wrong" and "contained" in message


def test_other_submissions_cannot_be_read(grading: Grading, tmp_path: Path) -> None:
    other = write(tmp_path / "in" / "bo.ipynb", notebook(RIGHT))
    outcome(grading, tmp_path, f"got = open({str(other)!r}).read(20)")
    outcome(grading, tmp_path, f"got = os.listdir({str(tmp_path)!r})")
    outcome(grading, tmp_path, "got = os.listdir('/scratch')")


def test_home_folders_and_course_cannot_be_found(grading: Grading, tmp_path: Path) -> None:
    search = f"""
    got = []
    for top in ('/', {str(COURSE.parent)!r}):
        for folder, _, names in os.walk(top):
            if folder.startswith(('/proc', '/usr', '/sys')):
                continue
            got += [folder for name in names if name in ('judge.py', 'gradebook.sqlite',
                    'backward_pass.py', '05_backward_pass.ipynb', 'id_rsa', '.netrc')]
    """
    outcome(grading, tmp_path, search)


def test_what_lies_in_the_course_folder_holds_no_answer(grading: Grading, tmp_path: Path) -> None:
    body = """
    text = open('/course/library/backprop_lib/layers.py').read()
    text += open('/course/library/backprop_lib/in_place.py').read()
    got = [w for w in ('x.T @ dy', 'dy.sum(axis=0)', 'dy @ w.T', 'dy *= y > 0') if w in text]
    """
    outcome(grading, tmp_path, body)


@pytest.mark.parametrize(
    "place", ["/tmp/x", "/course/server.py", "/usr/x", "/dev/x", "/x", np_file := os.__file__]
)
def test_places_that_cannot_be_written(place: str, grading: Grading, tmp_path: Path) -> None:
    before = Path(np_file).read_bytes()
    outcome(grading, tmp_path, f"open({place!r}, 'ab').write(b'poison'); got = 'written'")
    assert Path(np_file).read_bytes() == before


def test_a_file_of_10_gb(grading: Grading, tmp_path: Path) -> None:
    body = """
    with open('large', 'wb') as file:
        file.seek(10 * 2**30)
        file.write(b'x')
    got = 'written'
    """
    outcome(grading, tmp_path, body)
    body = """
    written = 0
    try:
        for i in range(40):
            with open(f'part{i}', 'wb') as file:
                for _ in range(60):
                    written += file.write(bytes(2**20))
    except OSError:
        pass
    got = written > 70 * 2**20
    """
    outcome(grading, tmp_path, body)


def test_many_files_deep_folders_and_links(grading: Grading, tmp_path: Path) -> None:
    body = """
    for i in range(20_000):
        open(f'f{i}', 'w').close()
    """
    outcome(grading, tmp_path, body)
    body = """
    for i in range(3000):
        os.mkdir('d')
        os.chdir('d')
    """
    outcome(grading, tmp_path, body)
    body = """
    os.symlink('/course', 'link')
    os.symlink('/', 'root')
    os.mkdir('locked', 0)
    """
    outcome(grading, tmp_path, body)


def test_nothing_is_left_for_the_next(grading: Grading, tmp_path: Path) -> None:
    places = "('/scratch/left', '/dev/shm/left', 'left', '../left', '/var/tmp/left')"
    leave = f"""
    for place in {places}:
        try:
            open(place, 'w').write('secret')
            os.chmod(place, 0o777)
        except OSError:
            pass
    """
    find = f"""
    got = [place for place in {places} if os.path.exists(place)]
    """
    outcome(grading, tmp_path, leave)
    outcome(grading, tmp_path, find)


def test_shared_memory_is_small(grading: Grading, tmp_path: Path) -> None:
    body = "got = open('/dev/shm/x', 'wb').write(bytes(8 * 2**20))"
    outcome(grading, tmp_path, body)
    for call in ("libc.memfd_create(b'x', 0)", "libc.shmget(0, 2**20, 0o1666)"):
        outcome(grading, tmp_path, f"got = {call} >= 0")


# the network


def test_no_connection_to_this_machine(grading: Grading, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        outcome(grading, tmp_path, f"got = socket.create_connection(('127.0.0.1', {port}), 1)")
        server.settimeout(0)
        with pytest.raises(BlockingIOError):
            server.accept()


@pytest.mark.parametrize(
    "call",
    [
        "socket.socket(socket.AF_INET, socket.SOCK_DGRAM)",
        "socket.socket(socket.AF_UNIX)",
        "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)",
        "socket.socketpair()",
        "socket.getaddrinfo('example.org', 80)",
    ],
)
def test_no_sockets(call: str, grading: Grading, tmp_path: Path) -> None:
    outcome(grading, tmp_path, f"got = {call}")


# processes

PROCESSES = {
    "fork": "got = os.fork() >= 0",
    "vfork by libc": "got = libc.vfork() >= 0",
    "clone with a new user": "got = libc.syscall(56, 0x10000011, 0, 0, 0, 0) >= 0",
    "clone3": "got = libc.syscall(435, ctypes.create_string_buffer(64), 64) >= 0",
    "a program": "got = subprocess.run(['/bin/ls', '/'], capture_output=True).stdout",
    "a shell": "got = os.system('ls') == 0",
    "exec": "os.execv('/bin/ls', ['ls'])",
    "multiprocessing": "import multiprocessing as m; m.Process(target=print).start(); got = 1",
    "kill everything": "os.kill(-1, 9); got = 1",
    "kill the server": "os.kill(1, 9); got = 1",
    "kill the parent": "os.kill(os.getppid(), 9); got = 1",
    "stop the server": "os.kill(1, signal.SIGSTOP); got = 1",
    "trace the server": "got = libc.ptrace(16, 1, 0, 0) == 0",
    "read the server": "got = libc.process_vm_readv(1, None, 0, None, 0, 0) >= 0",
    "open the server": "got = os.pidfd_open(1) >= 0",
    "limit the server": "import resource; resource.prlimit(1, resource.RLIMIT_AS, (0, 0)); got = 1",
    "become root": "os.setuid(0); got = 1",
    "another user": "got = libc.unshare(0x10000000) == 0",
    "another mount": "got = libc.mount(b'none', b'/scratch', b'tmpfs', 0, None) == 0",
    "another root": "os.chroot('/usr'); got = 1",
    "a device": "os.mknod('sda', 0o60666, os.makedev(8, 0)); got = 1",
    "the keyring": "got = libc.syscall(248, b'user', b'a', b'b', 1, -3) >= 0",
    "io_uring": "got = libc.syscall(425, 8, ctypes.create_string_buffer(120)) >= 0",
    "bpf": "got = libc.syscall(321, 0, 0, 0) >= 0",
    "the clock": "time.clock_settime(time.CLOCK_REALTIME, 0); got = 1",
    "other processes": "got = [p for p in os.listdir('/proc') if p.isdigit() and "
    "int(p) not in (1, os.getpid())]",
}


@pytest.mark.parametrize("what", PROCESSES)
def test_no_power_over_processes(what: str, grading: Grading, tmp_path: Path) -> None:
    outcome(grading, tmp_path, PROCESSES[what])


def test_a_system_call_by_another_numbering(grading: Grading, tmp_path: Path) -> None:
    # the x32 form of socket(): a filter that looks at numbers alone lets it pass
    outcome(grading, tmp_path, "got = libc.syscall(0x40000000 | 41, 2, 1, 0) >= 0")


@pytest.mark.parametrize(
    "bomb",
    [
        "while True: os.fork()",
        "while True: subprocess.Popen(['sleep', '100'])",
        "while True: threading.Thread(target=time.sleep, args=(99,)).start()",
        "os.setsid(); libc.prctl(1, 0)\nif os.fork() == 0:\n    time.sleep(99)",
    ],
)
def test_bombs_and_detached_children(bomb: str, grading: Grading, tmp_path: Path) -> None:
    outcome(grading, tmp_path, bomb)


def test_signal_handlers_do_not_keep_a_process_alive(grading: Grading, tmp_path: Path) -> None:
    body = """
    for number in range(1, 32):
        try:
            signal.signal(number, lambda *a: None)
        except OSError:
            pass
    while True:
        try:
            time.sleep(99)
        except BaseException:
            pass
    """
    assert outcome(grading, tmp_path, body)[0] == "time limit"


# limits: typed verdicts


@pytest.mark.parametrize(
    ("body", "verdict"),
    [
        ("os._exit(0)", "crashed"),
        ("os.abort()", "crashed"),
        ("ctypes.string_at(0)", "crashed"),
        ("libc.raise_(11) if hasattr(libc, 'raise_') else ctypes.string_at(1)", "crashed"),
        ("os.closerange(0, 100)", "crashed"),
        ("while True: pass", "time limit"),
        ("time.sleep(100)", "time limit"),
        ("time.monotonic = time.time = lambda: 0.0\nwhile True: pass", "time limit"),
        ("while True: print('x' * 10000)", "output limit"),
        ("while True: os.write(2, bytes(10000))", "output limit"),
        ("np.ones((2**16, 2**16))", "wrong"),
        ("got = [bytes(2**20) for _ in range(2000)] and 0", "wrong"),
        ("def f(): f()\nf()", "wrong"),
        ("sys.exit(3)", "wrong"),
        ("raise KeyboardInterrupt", "wrong"),
        ("input()", "wrong"),
        ("sys.stdout.close(); sys.stderr.close()", "wrong"),
    ],
)
def test_limits(body: str, verdict: str, grading: Grading, tmp_path: Path) -> None:
    assert outcome(grading, tmp_path, body)[0] == verdict


@pytest.mark.parametrize(
    ("source", "verdict"),
    [
        ("import numpy as np\ndef relu_backward(dy, x): return np.ones((2**17, 2**17))", "memory"),
        ("def relu_backward(dy, x): return [list(range(10**8))]", "memory"),
        ("while True: pass\ndef relu_backward(dy, x): return 0", "time limit"),
        ("import os; os._exit(3)\ndef relu_backward(dy, x): return 0", "crashed"),
        ("while True: print('x' * 10000)\ndef relu_backward(dy, x): return 0", "output limit"),
        (
            "import os\nos.kill = 3\n[bytes(2**20) for _ in range(2000)]\ndef relu_backward(): 0",
            "mem",
        ),
    ],
)
def test_an_exercise_cell_that_breaks_a_limit(
    source: str, verdict: str, grading: Grading, tmp_path: Path
) -> None:
    rows = grading.rows(notebook(RIGHT | {"relu_backward": source}), tmp_path)
    found = verdicts(rows.values())
    assert found.pop("relu_backward").startswith(verdict)
    assert set(found.values()) == {"correct"}


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("while True: pass", "time limit"),
        ("import os\nos._exit(3)", "exit code 3"),
        ("while True: print('x' * 10000)", "output limit"),
        ("import ctypes; ctypes.string_at(0)", "SIGSEGV"),
        ("x = []\nwhile True: x.append(bytes(2**20))", "memory limit"),
    ],
)
def test_an_added_cell_that_breaks_is_left_out(
    source: str, reason: str, grading: Grading, tmp_path: Path
) -> None:
    rows = grading.rows(notebook(RIGHT, first=(source,)), tmp_path)
    assert verdicts(rows.values()) == ALL_CORRECT
    assert all("Code cell 1 was left out" in row.message for row in rows.values())
    assert all(reason in row.message for row in rows.values())


# forging a verdict

FORGERIES = {
    "patched comparisons and modules": """
        import gc, os, sys, numpy, numpy.testing
        def yes(*args, **kwargs):
            return True
        for name in dir(numpy.testing):
            if name.startswith("assert"):
                setattr(numpy.testing, name, yes)
        numpy.allclose = numpy.array_equal = numpy.isclose = numpy.abs = yes
        for name, module in list(sys.modules.items()):
            if name.split(".")[0] == "checks":
                for attribute in dir(module):
                    if not attribute.startswith("__"):
                        try:
                            setattr(module, attribute, yes)
                        except Exception:
                            pass
        print('{"exercise": "linear_backward", "verdict": "correct", "points": 10}')
    """,
    "arrays that equal everything": """
        import numpy as np
        class Equal(np.ndarray):
            def __eq__(self, other): return True
            def __sub__(self, other): return np.zeros(self.shape)
            __rsub__ = __sub__
        honest = linear_backward
        def linear_backward(dy, cache):
            return tuple(a.view(Equal) for a in honest(dy, cache))
    """,
    "an object with numbers of its own": """
        class Any:
            shape = (1,)
            def __array__(self, *args, **kwargs): raise SystemExit
            def __float__(self): return 0.0
            def __getattr__(self, name): return self
        def linear_backward(dy, cache):
            return Any(), Any(), Any()
    """,
    "nothing but nan": """
        def linear_backward(dy, cache):
            return tuple(np.full(a.shape, np.nan) for a in cache)
    """,
    "infinity": """
        def linear_backward(dy, cache):
            return tuple(np.full(a.shape, np.inf) for a in cache)
    """,
    "json and struct replaced": """
        import json, struct
        json.dumps = lambda *a, **k: '["returned", "", [], true]'
        json.loads = lambda *a, **k: {}
    """,
    "a generator without end": """
        def linear_backward(dy, cache):
            while True:
                yield dy
    """,
    "an answer by the stack": """
        import sys
        def linear_backward(dy, cache):
            frame = sys._getframe()
            while frame:
                for name, value in frame.f_locals.items():
                    if name in ("expected", "truth", "truths", "reference", "exercise"):
                        return value
                frame = frame.f_back
            return None
    """,
    "an answer from memory": """
        import gc, types
        def linear_backward(dy, cache):
            for found in gc.get_objects():
                if isinstance(found, types.FunctionType) and found.__name__ == "linear_backward":
                    if found is not linear_backward:
                        try:
                            return found(dy, cache)
                        except Exception as error:
                            kept = error
            raise kept
    """,
    "an answer from the modules": """
        import sys
        import checks.exercises, checks.judge
        def linear_backward(dy, cache):
            return checks.exercises.find_exercise("linear_backward").reference(dy, cache)
    """,
    "an answer through a reload": """
        import importlib, sys
        def linear_backward(dy, cache):
            for name in [n for n in sys.modules if n.startswith("backprop_lib")]:
                del sys.modules[name]
            return importlib.import_module("backprop_lib.layers").linear_backward(dy, cache)
    """,
    "the import system mended": """
        import sys, importlib
        sys.meta_path[:] = [f for f in sys.meta_path if "Checks" not in str(f)]
        for name in [n for n in sys.modules if n.startswith("checks")]:
            del sys.modules[name]
        def linear_backward(dy, cache):
            from checks.exercises import find_exercise
            return find_exercise("linear_backward").reference(dy, cache)
    """,
}


@pytest.mark.parametrize("what", FORGERIES)
def test_forgeries_give_nothing(what: str, grading: Grading, tmp_path: Path) -> None:
    forgery = textwrap.dedent(FORGERIES[what])
    made = notebook(RIGHT | {"linear_backward": WRONG_LINEAR}, last=(forgery,))
    rows = grading.rows(made, tmp_path)
    assert rows["linear_backward"].points == 0
    assert rows["linear_backward"].verdict not in ("correct", "undecided")
    assert rows["linear_backward"].verdict != "grader error", rows["linear_backward"].message


TALKING = """
import sys
def me():
    frame = sys._getframe()
    while not hasattr(frame.f_locals.get('self'), 'send'):
        frame = frame.f_back
    return frame.f_locals['self']
"""
"""The protocol's own code, in a learner's hands."""

STALE = """
import threading, time
def relu_backward(dy, cache):
    mine = me()
    def late():
        while True:
            mine.send('returned', {'value': dy * 0, 'args': [dy, cache], 'overwrites': False})
            time.sleep(0.001)
    threading.Thread(target=late, daemon=True).start()
    return dy
"""

TRICKS = {
    "a class that is every array": """
        class Proxy:
            def __getattr__(self, name): return Proxy()
            def __call__(self, *args): return Proxy()
            def __array__(self, *args, **kwargs): return np.zeros((3, 4))
        def relu_backward(dy, cache): return Proxy()
    """,
    "an array that lies about its bytes": """
        class Liar(np.ndarray):
            def tobytes(self, *args): return b""
            @property
            def dtype(self): return np.dtype("f8")
            @property
            def nbytes(self): return -1
        def relu_backward(dy, cache): return dy.view(Liar)
    """,
    "a list without end": """
        class Endless(list):
            def __iter__(self):
                while True:
                    yield 1.0
        def relu_backward(dy, cache): return Endless([1])
    """,
    "a whole number that is larger than it says": """
        class Large(int):
            def __ge__(self, other): return True
            def __lt__(self, other): return True
        def relu_backward(dy, cache): return Large(10**400)
    """,
    "a dictionary with the same key again": """
        class Twice(dict):
            def items(self): return [("dx", 1.0)] * 3 + [(float("nan"), 2)] * 3
        def relu_backward(dy, cache): return Twice()
    """,
    "an error that cannot be printed": """
        class Bad(BaseException):
            def __str__(self): raise SystemExit
        def relu_backward(dy, cache): raise Bad()
    """,
    "an error of 100 MB": """
        class Long(Exception):
            def __str__(self): return "x" * 10**8
        def relu_backward(dy, cache): raise Long()
    """,
    "an error that ends iterations": """
        def relu_backward(dy, cache): raise StopIteration(dy * (cache > 0))
    """,
    "an answer inside an error": """
        def relu_backward(dy, cache): raise GeneratorExit(dy * (cache > 0))
    """,
    "another function after the first call": """
        def relu_backward(dy, cache):
            global relu_backward
            def relu_backward(dy, cache): return dy * 2
            return dy
    """,
    "a stand-in as the answer": """
        import checks
        from checks.exercises.backward_pass.relu_backward import relu_backward as theirs
        relu_backward = checks.check(theirs)
    """,
    "the library loaded anew without the stand-ins": """
        import sys
        sys.meta_path[:] = [finder for finder in sys.meta_path if "StandIn" not in str(finder)]
        for name in [n for n in sys.modules if n.split(".")[0] in ("checks", "backprop_lib")]:
            del sys.modules[name]
        sys.path += ["/course", "/"]
        def relu_backward(dy, cache):
            try:
                import checks.exercises.backward_pass.relu_backward as found
            except ImportError:
                import backprop_lib.layers as found
            return found.relu_backward(dy, cache)
    """,
    "code constants of every function in memory": """
        import gc, types
        def codes():
            todo = [f.__code__ for f in gc.get_objects() if isinstance(f, types.FunctionType)]
            while todo:
                code = todo.pop()
                yield code
                todo += [c for c in code.co_consts if isinstance(c, types.CodeType)]
        def relu_backward(dy, cache):
            for code in codes():
                if code.co_name == "relu_backward" and code is not relu_backward.__code__:
                    return types.FunctionType(code, {"np": np})(dy, cache)
    """,
    "subclasses of everything": """
        def relu_backward(dy, cache):
            todo, seen = [object], set()
            while todo:
                for kind in type.__subclasses__(todo.pop()):
                    if kind not in seen:
                        seen.add(kind)
                        todo.append(kind)
            for kind in seen:
                if kind.__name__ in ("Exercise", "Case", "Truth", "Trial"):
                    return kind
            return dy
    """,
    "compiled files of the library": """
        import importlib.util, sys, os
        def relu_backward(dy, cache):
            for folder in [*sys.path, "/course/library", os.getcwd()]:
                for name in ("layers", "network"):
                    source = os.path.join(folder, "backprop_lib", name + ".py")
                    if os.path.exists(importlib.util.cache_from_source(source)):
                        return dy * (cache > 0)
            return dy
    """,
    "files that Python runs at its start": """
        import os, sys
        for folder in ("/course/library", os.path.expanduser("~"), *sys.path):
            for name in ("sitecustomize.py", "usercustomize.py", "numpy.py"):
                try:
                    open(os.path.join(folder, name), "w").write("raise SystemExit")
                except OSError:
                    pass
        def relu_backward(dy, cache): return dy
    """,
    "questions with odd names": """
        def relu_backward(dy, cache):
            for name in ("relu_backward", "mlp_backward", "judge", "__class__", ""):
                try:
                    return me().reference(name)(dy, cache)
                except RuntimeError:
                    pass
            return dy
    """,
    "a thread that goes on answering": STALE,
    "descriptors beside the three": """
        import os
        def relu_backward(dy, cache):
            for fd in range(3, 256):
                try:
                    os.write(fd, b"")
                    kind = os.readlink(f"/proc/self/fd/{fd}")
                except OSError:
                    continue
                if "socket" in kind:
                    return dy * (cache > 0)
            return dy
    """,
    "what the server knows": """
        import sys
        def relu_backward(dy, cache):
            frame = sys._getframe()
            while frame:
                text = str([v for k, v in frame.f_locals.items() if k in ("config", "request")])
                if "20301" in text or "expected" in text:
                    return dy * (cache > 0)
                frame = frame.f_back
            return dy
    """,
}


@pytest.mark.parametrize("what", TRICKS)
def test_tricks_give_nothing(what: str, grading: Grading, tmp_path: Path) -> None:
    source = TALKING + "import numpy as np\n" + textwrap.dedent(TRICKS[what])
    rows = grading.rows(notebook(RIGHT | {"relu_backward": source}), tmp_path)
    found = verdicts(rows.values())
    assert rows["relu_backward"].points == 0
    assert found.pop("relu_backward") in ("wrong", "crashed", "time limit", "no such function")
    assert set(found.values()) == {"correct"}


FORGED_FRAMES = """
import json, os, struct

def linear_backward(dy, cache):
    body = ["returned", "0" * 16, [], ["dict", [["verdict", "correct"], ["points", 10]]]]
    header = json.dumps(body).encode()
    frame = struct.pack(">4sIQ", b"BPF1", len(header), 0) + header
    for fd in range(256):
        try:
            os.write(fd, {data})
        except OSError:
            pass
    {end}
"""


@pytest.mark.parametrize("data", ["frame", "frame[:10]", "b'x' * 4096", "frame * 100"])
@pytest.mark.parametrize("end", ["os._exit(0)", "return None", "while True: pass"])
def test_forged_frames_on_every_descriptor(
    data: str, end: str, grading: Grading, tmp_path: Path
) -> None:
    source = FORGED_FRAMES.replace("{data}", data).replace("{end}", end)
    graded = grading.graded(notebook(RIGHT | {"linear_backward": source}), tmp_path)
    found = verdicts(graded.rows)
    assert found.pop("linear_backward") in ("crashed", "time limit", "wrong")
    assert set(found.values()) == {"correct"}
    assert graded.rows[0].points == 0
    if end == "return None":
        assert "forged frames" in {flag.kind for flag in graded.flags}


def test_an_answer_forged_with_the_right_nonce_is_only_a_value(
    grading: Grading, tmp_path: Path
) -> None:
    forging = textwrap.dedent("""
        import os, sys
        def relu_backward(dy, cache):
            frame = sys._getframe()
            while not hasattr(frame.f_locals.get('self'), 'send'):
                frame = frame.f_back
            me = frame.f_locals['self']
            won = {'verdict': 'correct', 'points': 1}
            me.send('returned', {'value': won, 'args': [dy, cache], 'overwrites': False})
            os._exit(0)
    """)
    rows = grading.rows(notebook(RIGHT | {"relu_backward": forging}), tmp_path)
    assert rows["relu_backward"].points == 0
    assert verdicts(rows.values()) | {"relu_backward": "correct"} == ALL_CORRECT


def test_a_learner_cannot_ask_for_what_the_exercise_does_not_use(
    grading: Grading, tmp_path: Path
) -> None:
    asking = textwrap.dedent("""
        import sys
        def relu_backward(dy, cache):
            frame = sys._getframe()
            while not hasattr(frame.f_locals.get('self'), 'reference'):
                frame = frame.f_back
            return frame.f_locals['self'].reference('relu_backward')(dy, cache)
    """)
    row = grading.rows(notebook({"relu_backward": asking}), tmp_path)["relu_backward"]
    assert row.points == 0 and "no such function" in row.message


def test_an_endless_error_is_cut_and_stalls_nobody(grading: Grading, tmp_path: Path) -> None:
    source = TALKING + (
        "def relu_backward(dy, cache):\n"
        "    me().send('raised', '/a' * 1_500_000)\n"
        "    me().serve()\n"
    )
    begun = time.monotonic()
    row = grading.rows(notebook(RIGHT | {"relu_backward": source}), tmp_path)["relu_backward"]
    assert row.verdict == "wrong" and len(row.message) < 5000
    assert time.monotonic() - begun < 10


def test_questions_whose_answers_nobody_takes(grading: Grading, tmp_path: Path) -> None:
    source = TALKING + (
        "import numpy as np\n"
        "def mlp_backward(dscores, cache):\n"
        "    x, w = np.ones((4096, 1), np.float32), np.ones((2000, 1), np.float32)\n"
        "    body = ('linear_backward', [x, (x, w, w[0])], {})\n"
        "    for _ in range(40):\n"
        "        me().send('reference', body)\n"
        "    me().inbox.read(1)\n"
    )
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    graded = grading.graded(notebook(RIGHT | {"mlp_backward": source}), tmp_path)
    assert verdicts(graded.rows) == ALL_CORRECT | {"mlp_backward": "crashed"}
    assert "forged frames" in {flag.kind for flag in graded.flags}
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 600_000


def test_a_stolen_reference_is_of_no_use_later(grading: Grading, tmp_path: Path) -> None:
    thief = (
        "def mlp_backward(dscores, cache):\n    global kept\n    kept = linear_backward\n"
        "    return {}\n"
    )
    user = "def relu_backward(dy, cache):\n    return linear_backward(dy, (cache, cache, 0))[0]\n"
    rows = grading.rows(notebook({"mlp_backward": thief, "relu_backward": user}), tmp_path)
    assert rows["mlp_backward"].points == rows["relu_backward"].points == 0


@pytest.mark.parametrize(
    "arguments",
    [
        "np.ones((5000, 1)), (np.ones((5000, 1)), np.ones((1, 1)), np.ones(1))",
        "np.ones((10**9, 0)), (np.ones((10**9, 0)), np.ones((0, 0)), np.ones(0))",
        "10**30, (1, 2, 3)",
        "'x' * 10**6, ()",
        "object(), None",
    ],
)
def test_references_do_no_heavy_work_for_anybody(
    arguments: str, grading: Grading, tmp_path: Path
) -> None:
    asking = f"def mlp_backward(dscores, cache):\n    return linear_backward({arguments})\n"
    row = grading.rows(notebook({"mlp_backward": asking}), tmp_path)["mlp_backward"]
    assert row.verdict == "wrong" and row.points == 0


@pytest.mark.parametrize(
    "value",
    [
        "np.zeros(2**21)",
        "np.zeros((0,) * 32)",
        "np.zeros((1,) * 32)",
        "'x' * 10**7",
        "{i: i for i in range(10**3)}",
        "np.array([object()])",
        "np.zeros(3, dtype='f8,i4')",
        "memoryview(b'abc')",
        "np.ma.masked_array([1.0], [True])",
        "10**400",
        "(lambda x: x.append(x) or x)([])",
        "float('nan')",
        "np.datetime64('2020')",
        "b'bytes'",
        "{(1, 2): {3: [4]}}",
        "np.random.default_rng(0)",
        "iter([])",
    ],
)
def test_odd_values_are_wrong_and_nothing_more(
    value: str, grading: Grading, tmp_path: Path
) -> None:
    source = f"import numpy as np\ndef relu_backward(dy, cache):\n    return {value}\n"
    rows = grading.rows(notebook(RIGHT | {"relu_backward": source}), tmp_path)
    assert verdicts(rows.values()) == ALL_CORRECT | {"relu_backward": "wrong"}


@pytest.mark.parametrize("value", ["[[[]] * 10**5] * 20", "{i: i for i in range(10**6)}"])
def test_values_of_a_million_parts_run_into_a_limit(
    value: str, grading: Grading, tmp_path: Path
) -> None:
    source = f"def relu_backward(dy, cache):\n    return {value}\n"
    found = grading.verdicts(notebook(RIGHT | {"relu_backward": source}), tmp_path)
    assert found.pop("relu_backward") in ("wrong", "time limit")
    assert set(found.values()) == {"correct"}


# the world around


def test_no_secrets_reach_the_learner(
    grading: Grading, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("API_TOKEN", "secret")
    telling = "import os\ndef relu_backward(dy, cache):\n    raise ValueError(sorted(os.environ))\n"
    with Grading(limits=LIMITS) as fresh:
        row = fresh.rows(notebook({"relu_backward": telling}), tmp_path)["relu_backward"]
    assert "ValueError" in row.message and "API_TOKEN" not in row.message
    assert "HOME" in row.message


@pytest.mark.parametrize(
    "change",
    [
        "import numpy as np; np.random.seed(7); np.random.default_rng = None",
        "import random; random.seed(1); random.random = lambda: 0.5",
        "import time; time.time = time.monotonic = time.perf_counter = lambda: 1e18",
        "import numpy as np; np.dot = np.sum = np.matmul = np.zeros = None",
        "import builtins; builtins.len = lambda x: 3; builtins.isinstance = None",
        "import sys; sys.modules.clear()",
        "import sys; sys.settrace(lambda *a: 1 / 0)",
        "import gc; gc.disable(); gc.set_debug(gc.DEBUG_LEAK)",
        "import sys; sys.setrecursionlimit(10**9)",
        "import warnings; warnings.filterwarnings('error')",
        "import os; os.chdir('/'); os.environ.clear()",
        "import locale; locale.setlocale(locale.LC_ALL, 'C')",
    ],
)
def test_what_one_learner_changes_the_next_does_not_see(
    change: str, grading: Grading, tmp_path: Path
) -> None:
    rows = grading.rows(notebook(RIGHT, last=(change,)), tmp_path)
    assert "grader error" not in verdicts(rows.values()).values()


def test_unseeded_numbers_are_the_same_in_every_run(grading: Grading, tmp_path: Path) -> None:
    telling = (
        "import random, numpy as np\ndef relu_backward(dy, cache):\n"
        "    raise ValueError(random.random(), np.random.rand(), hash('x'))\n"
    )
    messages = {
        grading.rows(notebook({"relu_backward": telling}), tmp_path)["relu_backward"].message
        for _ in range(3)
    }
    assert len(messages) == 1
    assert set(NAMES) == set(ALL_CORRECT)
