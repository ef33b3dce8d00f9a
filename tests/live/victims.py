"""victims.py - for the tests of --kill: asks it, checks its document, and makes the processes that it is about.

Whoever is to survive is looked at after every question; whoever is to end tells by which signal it did.
"""

import ctypes
import json
import os
import select
import signal
import socket
import struct
import time

from ask import equal, true
from world import own_pid

VERDICTS = {"free", "freed", "planned", "in_use", "kernel", "hidden", "taken_again", "held"}
OUTCOMES = {"planned", "ended", "killed", "survived", "gone", "refused", "declined", "denied", "failed"}
REFUSALS = {None, "init", "self", "ancestor", "container_init", "forwarder", "service_manager", "shared"}
_libc = ctypes.CDLL(None, use_errno=True)


# -- asking ----------------------------------------------------------------------------------------------------

def ask_json(t, *words, **how):
    """The document of --kill, checked; "exit" is added to it."""
    return checked(t.run("--kill", *map(str, words), "--json", **how))


def checked(answer):
    doc = json.loads(answer.text)
    equal(doc["schema"], 1, f"schema\n{answer}")
    true(isinstance(doc["dry_run"], bool), f"dry_run\n{answer}")
    for entry in doc["ports"]:
        equal(set(entry), {"port", "verdict", "exit", "held_by", "uid", "lingering", "beside"}, f"keys of a port\n{answer}")
        true(entry["verdict"] in VERDICTS, f"verdict {entry['verdict']}")
        true(isinstance(entry["lingering"], int), f"lingering {entry['lingering']}")
        true(isinstance(entry["beside"], int), f"beside {entry['beside']}")
    for process in doc["processes"]:
        true(process["outcome"] in OUTCOMES, f"outcome {process['outcome']}")
        true(process["refusal"] in REFUSALS, f"refusal {process['refusal']}")
        true(isinstance(process["pid"], int) and process["pid"] > 0, f"pid {process['pid']}")
        true(process["holds"], f"a process of the plan holds something\n{answer}")
        true(isinstance(process["clients"], int), f"clients {process['clients']}")
    equal(answer.code, max(entry["exit"] for entry in doc["ports"]), f"the worst code wins\n{answer}")
    doc["exit"], doc["errors"] = answer.code, answer.errors
    return doc


def verdicts(doc):
    return [entry["verdict"] for entry in doc["ports"]]


def outcomes(doc):
    return {process["pid"]: process["outcome"] for process in doc["processes"]}


def listed(sockets):
    return sorted((s["proto"], s["state"], s["local"]["addr"], s["local"]["port"]) for s in sockets)


# -- what became of it -----------------------------------------------------------------------------------------

def bindable(addr, number, reuse=False, kind=socket.SOCK_STREAM):
    """Whether a server could start there now."""
    family = socket.AF_INET6 if ":" in addr else socket.AF_INET
    with socket.socket(family, kind) as sock:
        if reuse:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        try:
            sock.bind((addr, number))
            if kind == socket.SOCK_STREAM:
                sock.listen()
        except OSError:
            return False
        return True


def free_number(kind=socket.SOCK_STREAM):
    with socket.socket(socket.AF_INET, kind) as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def lives(t, *processes):
    for process in processes:
        fate = t.world.fate(process)
        true(fate is None, f"pid {process.pid} should live; it ended with {fate}")


def fell(t, *processes, by=signal.SIGTERM):
    """They have ended when lsports says so, not soon after."""
    for process in processes:
        equal(t.world.fate(process), -by, f"end of pid {process.pid}")


class Watch:
    """A process that is not our child."""

    def __init__(self, pid):
        self.pid, self.fd = pid, os.pidfd_open(pid)

    @property
    def ended(self):
        return bool(select.select([self.fd], [], [], 0)[0])


def await_true(condition, what, limit_s=10):
    limit = time.monotonic() + limit_s
    while not condition():
        true(time.monotonic() < limit, f"world: waited for {what}")
        time.sleep(0.01)


# -- behaviours, for the forever= of World.fork ----------------------------------------------------------------

def on(signals, action):
    """Work for a child: these signals do that."""
    def work():
        for number in signals:
            signal.signal(number, action)
    return work


def tell_by_exit_code(number, _):
    os._exit(100 + number)


def leave_after(seconds):
    def handler(_, __):
        time.sleep(seconds)
        os._exit(7)
    return handler


def ignore_term():
    signal.signal(signal.SIGTERM, signal.SIG_IGN)


def call_me(name):
    _libc.prctl(15, name.encode(), 0, 0, 0)  # PR_SET_NAME


def be_subject_to_the_end():
    """For descendants in a nest; children of the test end with it anyhow."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)


def spawn(work):
    """A child that runs work() and then pauses for ever. Returns its pid as /proc tells it."""
    read_end, write_end = os.pipe()
    if os.fork() == 0:
        try:
            os.close(read_end)
            os.write(write_end, b"%d\n" % own_pid())
            os.close(write_end)
            work()
            while True:
                signal.pause()
        finally:
            os._exit(1)
    os.close(write_end)
    with open(read_end, "rb") as pipe:
        return int(pipe.readline())


def children_of(pid):
    with open(f"/proc/{pid}/task/{pid}/children") as file:
        return [int(word) for word in file.read().split()]


# -- a kernel without pidfds -----------------------------------------------------------------------------------

def deny_call(number, errno):
    """For the setup= of run(): this system call fails with errno. A filter of seccomp(2)."""
    code = b"".join(struct.pack("HBBI", *step) for step in (
        (0x20, 0, 0, 0), (0x15, 0, 1, number), (0x06, 0, 0, 0x00050000 | errno), (0x06, 0, 0, 0x7FFF0000)))

    class Program(ctypes.Structure):
        _fields_ = [("len", ctypes.c_ushort), ("filter", ctypes.c_void_p)]

    def setup():
        buffer = ctypes.create_string_buffer(code, len(code))
        program = Program(4, ctypes.cast(buffer, ctypes.c_void_p))
        no_new_privs, seccomp, filter_mode = 38, 22, 2
        if _libc.prctl(no_new_privs, 1, 0, 0, 0) or _libc.prctl(seccomp, filter_mode, ctypes.byref(program), 0, 0):
            raise OSError(ctypes.get_errno(), "seccomp")
    return setup
