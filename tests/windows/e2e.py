#!/usr/bin/env python3
"""e2e.py - lsports.exe asked about real sockets of real Windows processes.

  e2e.py LSPORTS.EXE HOLDER.EXE [FILTER…] [--native LSPORTS] [--lie KIND]

Runs where wine.sh has made the surroundings: nobody else has a port there. MESON_EXE_WRAPPER runs the programs. Each test
makes its world with holder.c and ends it. --native names an lsports of this very system: it sees the same ports (of wine's
server), and its exit codes must be those of the .exe. --lie spoils every answer (tests/live/ask.py): tests must then fail.
"""

import argparse
import contextlib
import fcntl
import os
import pathlib
import pty
import shlex
import shutil
import struct
import subprocess
import sys
import tempfile
import termios
import time
import traceback

HERE = pathlib.Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path += [str(HERE), str(HERE.parent / "live")]

import ask            # noqa: E402
import e2e_kill       # noqa: E402
import e2e_policy     # noqa: E402
import e2e_show       # noqa: E402
from world import Skip  # noqa: E402

WRAPPER = shlex.split(os.environ.get("MESON_EXE_WRAPPER", "wine-run"))
SURROUNDINGS = {key: os.environ[key] for key in ("LSPORTS_WINE_ROOT",) if key in os.environ}
END_S = 10


class Holder:
    """A running holder.exe: .pid as Windows counts, .sockets [(what, address, port)] in the order of its words."""

    def __init__(self, program, words):
        self.popen = subprocess.Popen([*WRAPPER, program, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                      text=True)
        self.sockets = []
        for line in self.popen.stdout:
            what, *rest = line.split()
            if what == "ready":
                self.pid = int(rest[0])
                return
            self.sockets.append((what, rest[0], int(rest[1])))
        raise AssertionError(f"world: holder {' '.join(words)} did not start")

    @property
    def port(self):
        return self.sockets[0][2]

    def order(self, word):
        self.popen.stdin.write(word + "\n")
        self.popen.stdin.flush()
        return self.popen.stdout.readline().split()

    def end(self):
        self.popen.kill()
        self.popen.wait()
        self.popen.stdin.close()
        self.popen.stdout.close()

    @property
    def lives(self):
        """It answers: a process that merely was not waited for would not."""
        return self.popen.poll() is None and self.order("are you there") == ["yes"]

    @property
    def fell(self):
        """It ended, and not by itself, which would be 7."""
        try:
            return self.popen.wait(END_S) != 7
        except subprocess.TimeoutExpired:
            return False


class Test(ask.Asker):
    def __init__(self, options, scratch):
        super().__init__(options.binary, options.lie)
        self.options, self.scratch, self.holders = options, scratch, []

    def run(self, *args, wrap=None, env=None, **how):
        return super().run(*args, wrap=WRAPPER if wrap is None else wrap, env={**SURROUNDINGS, **(env or {})}, **how)

    def terminal(self, *args, columns):
        """The bytes that a terminal of that width gets from wine's console."""
        pid, master = pty.fork()
        if pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
            os.execvpe(WRAPPER[0], [*WRAPPER, self.binary, *args], ask.environment(SURROUNDINGS))
        out = b""
        with contextlib.suppress(OSError), open(master, "rb", buffering=0) as terminal:
            while chunk := terminal.read(65536):
                out += chunk
        self.last = ask.Answer([self.binary, *args], os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), out, b"")
        return self.last

    def native(self, *args):
        """The exit code of the other system's lsports."""
        if self.options.native is None:
            raise Skip("no --native lsports to compare with")
        return subprocess.run([self.options.native, *args], capture_output=True, timeout=ask.LIMIT_S).returncode

    def hold(self, *words, name=None):
        program = self.options.holder
        if name is not None:
            program = os.path.join(self.scratch, name)
            shutil.copyfile(self.options.holder, program)
        self.holders.append(Holder(program, words))
        return self.holders[-1]

    def close(self):
        for holder in self.holders:
            holder.end()
        limit = time.monotonic() + END_S
        while self.options.lie is None and self.run("-l").code != 1:
            if time.monotonic() > limit:
                raise AssertionError("ports are open after their holders ended")
            time.sleep(0.02)


def tests():
    for module in (e2e_show, e2e_kill, e2e_policy):
        for name, value in vars(module).items():
            if name.startswith("test_"):
                yield name[5:], value


def run_one(test, options):
    with tempfile.TemporaryDirectory() as scratch:
        t = Test(options, scratch)
        try:
            try:
                test(t)
            finally:
                t.close()
            return "ok", ""
        except Skip as why:
            return "skip", str(why)
        except AssertionError as why:
            return "FAIL", f"{why}\n  last answer: {t.last}"
        except Exception:
            return "FAIL", traceback.format_exc()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary", type=os.path.abspath)
    parser.add_argument("holder", type=os.path.abspath)
    parser.add_argument("filters", nargs="*")
    parser.add_argument("--native", type=os.path.abspath, default=os.environ.get("LSPORTS_NATIVE"))
    parser.add_argument("--lie", choices=ask.LIES)
    options = parser.parse_args()
    count = {"ok": 0, "FAIL": 0, "skip": 0}
    for name, test in tests():
        if options.filters and not any(part in name for part in options.filters):
            continue
        begin = time.monotonic()
        verdict, why = run_one(test, options)
        count[verdict] += 1
        print(f"{verdict:4} {name} ({time.monotonic() - begin:.1f} s)" + (f": {why}" if why else ""), flush=True)
    print(f"{count['ok']} passed, {count['FAIL']} failed, {count['skip']} skipped")
    return count["FAIL"] > 0 or count["ok"] == 0


if __name__ == "__main__":
    sys.exit(main())
