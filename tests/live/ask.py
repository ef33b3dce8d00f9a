"""ask.py - asks lsports and compares what it says with what the test made.

A lie (run.py --lie) spoils the answer on its way to the test: a test that still passes looks at nothing.
"""

import json
import os
import pty
import re
import select
import subprocess
import time

from world import become

LIMIT_S = 20


class Answer:
    def __init__(self, argv, code, out, err):
        self.argv, self.code, self.out, self.err = argv, code, out, err

    @property
    def text(self):
        return self.out.decode("utf-8")

    @property
    def lines(self):
        return self.text.splitlines()

    @property
    def complaints(self):
        """The lines on stderr but for one: kernels before 6.8 list nobody who is bound and idle, and that is said."""
        return [line for line in self.errors if "bound-idle TCP ports" not in line]

    @property
    def errors(self):
        return self.err.decode("utf-8", "replace").splitlines()

    def __repr__(self):
        return (f"{' '.join(map(str, self.argv))}\n  exit {self.code}\n  stdout {self.out[:1500]!r}\n"
                f"  stderr {self.err[:600]!r}")


class Asker:
    def __init__(self, binary, lie=None):
        self.binary, self.lie, self.last = binary, lie, None

    def run(self, *args, wrap=(), uid=None, stdout=subprocess.PIPE, env=None, binary=None, setup=None,
            typed=None):
        """Runs lsports; wrap is put before it, setup() runs in the child first, then it becomes uid. typed: its stdin."""
        argv = [*wrap, binary or self.binary, *args]

        def prepare():
            if setup:
                setup()
            if uid is not None:
                become(uid)
        given = {"stdin": subprocess.DEVNULL} if typed is None else {"input": typed}
        done = subprocess.run(argv, **given, stdout=stdout, stderr=subprocess.PIPE, timeout=LIMIT_S,
                              env=environment(env), preexec_fn=prepare)
        self.last = spoil(self.lie, Answer(argv, done.returncode, done.stdout or b"", done.stderr))
        return self.last

    def json(self, *args, **how):
        answer = self.run(*args, "--json", **how)
        if answer.code not in (0, 1, 3):
            raise AssertionError(f"no answer\n{answer}")
        doc = json.loads(answer.text)
        doc["exit"] = answer.code
        return doc

    def records(self, *args, **how):
        return self.json(*args, **how)["sockets"]

    def terminal(self, *args, columns=100, rows=40, env=None):
        """The bytes that a terminal gets."""
        pid, master = pty.fork()
        if pid == 0:
            try:
                os.execve(self.binary, [self.binary, *args], environment(env, columns, rows))
            finally:
                os._exit(127)
        out, limit = b"", time.monotonic() + LIMIT_S
        while time.monotonic() < limit:
            if select.select([master], [], [], 0.2)[0]:
                try:
                    chunk = os.read(master, 65536)
                except OSError:
                    break
                if not chunk:
                    break
                out += chunk
        os.close(master)
        status = os.waitpid(pid, 0)[1]
        self.last = spoil(self.lie, Answer([self.binary, *args], os.waitstatus_to_exitcode(status),
                                           out.replace(b"\r\n", b"\n"), b""))
        return self.last


def environment(more, columns=None, rows=None):
    env = {"PATH": os.environ.get("PATH", "/usr/sbin:/usr/bin:/sbin:/bin"), "LC_ALL": "C.UTF-8", "TERM": "xterm"}
    if columns:
        env.update(COLUMNS=str(columns), LINES=str(rows))
    env.update({key: os.environ[key] for key in os.environ if key.endswith("SAN_OPTIONS")})
    env.update(more or {})
    return env


def without_leak_check():
    """For a sanitizer build where its leak check cannot work (traced, starved). No effect on others."""
    return {"ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"}


LIES = {
    "silent": lambda a: Answer(a.argv, a.code, b"", b""),
    "code": lambda a: Answer(a.argv, a.code + 1, a.out, a.err),
    "number": lambda a: Answer(a.argv, a.code, re.sub(rb"\d{3,}", lambda m: b"%d" % (int(m[0]) + 1), a.out), a.err),
    "extra": lambda a: Answer(a.argv, a.code, extra(a.out), a.err + b"lsports: one word more\n"),
    "rows": lambda a: Answer(a.argv, a.code, fewer(a.out), a.err),
}


def spoil(lie, answer):
    return LIES[lie](answer) if lie else answer


def extra(out):
    try:
        doc = json.loads(out)
        doc["sockets"] += doc["sockets"]
        return json.dumps(doc).encode()
    except (ValueError, KeyError, TypeError):
        return out + out + b"\x1b[2J\n"


def fewer(out):
    try:
        doc = json.loads(out)
        doc["sockets"] = doc["sockets"][1:]
        return json.dumps(doc).encode()
    except (ValueError, KeyError, TypeError):
        return b"".join(out.splitlines(True)[:-1])


# -- comparing -------------------------------------------------------------------------------------------------

def equal(got, expected, what):
    if got != expected:
        raise AssertionError(f"{what}\n  expected {expected!r}\n  got      {got!r}")


def true(condition, what):
    if not condition:
        raise AssertionError(what)


def one(records, **want):
    """The single record with these values: port=, addr=, proto=, state=, inode=."""
    found = [r for r in records if all(value_of(r, key) == value for key, value in want.items())]
    equal(len(found), 1, f"records with {want} among {[brief(r) for r in records]}")
    return found[0]


def ports(records):
    return sorted(value_of(r, "port") for r in records)


def value_of(record, key):
    if key in ("addr", "port", "interface"):
        return record["local"][key]
    return record[key]


def brief(record):
    peer = record["peer"]
    return (record["proto"], record["state"], record["local"]["addr"], record["local"]["port"],
            peer and (peer["addr"], peer["port"]), record["inode"])


def pids(record):
    return [holder["pid"] for holder in record["holders"]]


def complaint(answer, word, code=2):
    """Wrong usage, or nobody there: this exit code, nothing on stdout, one line on stderr that names the word."""
    lines = answer.complaints
    equal(answer.code, code, f"exit code\n{answer}")
    equal(answer.out, b"", f"stdout\n{answer}")
    equal(len(lines), 1, f"lines on stderr\n{answer}")
    true(lines[0].startswith("lsports: "), f"stderr begins with the program's name\n{answer}")
    true(word in lines[0], f"stderr names {word!r}\n{answer}")
