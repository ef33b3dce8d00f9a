"""probing.py - asks the helper probe, and starts servers for it to talk to: each from a folder of its own, on a free
port, ended with the test; never through a package's service."""

import os
import shutil
import socket
import subprocess
import time

from world import Process, Skip, become, die_with_parent

FIELDS = ("end", "speech", "fit", "connects", "asked", "evidence", "op")
PATH = "/usr/sbin:/usr/bin:/sbin:/bin"


class Heard:
    def __init__(self, line):
        for name, value in zip(FIELDS, line.split("\t")):
            setattr(self, name, value)
        self.connects, self.evidence = int(self.connects), bytes.fromhex(self.evidence).decode("utf-8", "replace")

    def __repr__(self):
        return str(vars(self))


def probe(t, *where, limit_ms=20000):
    """What each (address, port) says, and how long all took."""
    words = [str(word) for pair in where for word in pair]
    begin = time.monotonic()
    done = subprocess.run([t.world.helper("probe"), str(limit_ms), *words], capture_output=True, timeout=60)
    took = time.monotonic() - begin
    if done.returncode:
        raise AssertionError(f"probe: exit {done.returncode}: {done.stderr.decode()}")
    return [Heard(line) for line in done.stdout.decode().splitlines()], took


def probe_one(t, addr, number):
    return probe(t, (addr, number))[0][0]


def program(name, *folders):
    found = shutil.which(name, path=":".join([*folders, PATH]))
    if not found:
        raise Skip(f"no {name}")
    return found


def serve(t, argv, number, uid=None, addr="127.0.0.1", limit_s=20):
    """Starts a server and waits until it accepts connections."""
    def setup():
        die_with_parent()
        if uid is not None:
            become(uid)
    with open(os.path.join(t.scratch, "server.log"), "ab") as log:
        popen = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log, preexec_fn=setup, cwd=t.scratch)
    t.world.processes.append(Process(popen.pid, popen=popen))
    limit = time.monotonic() + limit_s
    while True:
        try:
            socket.create_connection((addr, number), timeout=1).close()
            return popen
        except OSError:
            if popen.poll() is not None or time.monotonic() > limit:
                with open(os.path.join(t.scratch, "server.log"), errors="replace") as log:
                    raise AssertionError(f"{argv[0]} does not serve: {log.read()[-2000:]}")
            time.sleep(0.05)


def write(t, name, text):
    path = os.path.join(t.scratch, name)
    with open(path, "w") as file:
        file.write(text)
    return path
