"""A pid that changes hands while lsports looks: the wrong process is never named.

In a pid namespace of its own the holder of a port ends and another process takes its pid, between any two system
calls of lsports in turn. Whatever the moment: the holder is the right process, one without a name, or nobody.
"""

import json
import os
import shutil
import socket
import subprocess
import time

from ask import environment, equal, true, without_leak_check
from step import Stepped
from world import CLONE_NEWPID, Skip, die_with_parent, mount, port, unshare

PID = 300
TICK_S = 1 / os.sysconf("SC_CLK_TCK")  # the kernel tells a start time in ticks: twins of one tick look the same


def next_pid(number):
    with open("/proc/sys/kernel/ns_last_pid", "w") as file:
        file.write(str(number - 1))


def start(path, word, fds=()):
    next_pid(PID)
    process = subprocess.Popen([word], executable=path, stdin=subprocess.PIPE, stdout=subprocess.PIPE, pass_fds=fds,
                               preexec_fn=die_with_parent)
    if process.pid != PID or process.stdout.readline() != b"ready\n":
        raise AssertionError(f"world: pid {process.pid}")
    return process


def end(process):
    process.kill()
    process.wait()
    process.stdin.close()
    process.stdout.close()


def one_run(argv, paths, listener, moment):
    """The port's record, whether the impostor is named, and how many calls it took: the pid changes hands at moment."""
    begin = time.monotonic()
    victim = start(paths["victim"], "victim", [listener.fileno()])
    stepped = Stepped(argv, environment(without_leak_check()))
    done = 0
    while done < moment and stepped.step():
        done += 1
    end(victim)
    time.sleep(max(0, begin + 2 * TICK_S - time.monotonic()))
    impostor = start(paths["impostor"], "impostor")
    text, rest = stepped.finish()
    end(impostor)
    records = json.loads(text)["sockets"]
    equal(len(records), 1, f"records at call {moment}: {text}")
    return records[0], b"impostor" in text, done + rest


def explore(binary, paths):
    """Runs as process 1 of the namespace and holds the listener too, so that the row stays. How many saw the victim."""
    mount("proc", "/proc", "proc")
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    argv = [binary, "-l", "--json", str(port(listener))]
    seen, moment, calls = [], 0, 0
    while moment <= calls:
        record, named, calls = one_run(argv, paths, listener, moment)
        holders = [(h["pid"], h["name"]) for h in record["holders"] if h["pid"] != os.getpid()]
        if named or holders not in ([], [(PID, "victim")], [(PID, None)]):
            return {"wrong": f"after call {moment} of {calls}: {record}"}
        seen.append(holders == [(PID, "victim")])
        moment += 1
    return {"seen": seen}


def test_pid_changes_hands(t):
    t.needs_root("makes a pid namespace")
    paths = {}
    for name in ("victim", "impostor"):
        paths[name] = os.path.join(t.scratch, name)
        shutil.copy(t.world.helper("stand"), paths[name])
    if not os.path.exists("/proc/sys/kernel/ns_last_pid"):
        raise Skip("this kernel has no ns_last_pid")
    unshare(CLONE_NEWPID)
    result = t.world.fork(lambda: explore(t.binary, paths)).result
    true("wrong" not in result, f"the wrong process was named, {result}")
    true(len(result["seen"]) > 50, f"moments {len(result['seen'])}")
    equal((result["seen"][0], result["seen"][-1]), (False, True), "victim known: at the first moment, at the last")
