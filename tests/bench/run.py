#!/usr/bin/env python3
"""run.py - how fast lsports is, against the tools installed beside it, in worlds that it makes itself.

  run.py BINARY [--world NAME…] [--runs N] [--helpers DIR]

Root only: the worlds live in a network namespace of their own. Each line is a median of paired runs
(A B A B …) in one session; a ratio over its limit is "OVER" and makes the exit code 1. Never a unit test:
it measures this machine in this minute. See README.md.
"""

import argparse
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(HERE.parent / "live"))

from world import CLONE_NEWNET, die_with_parent, loopback_up, unshare  # noqa: E402

# PROCESSES LISTENERS PAIRS UDP FDS, as world.c wants them.
IDLE = (10, 12, 10, 4, 10)
BUSY = (20, 2000, 20000, 1000, 10)
HUGE = (1000, 0, 100000, 0, 50)
LISTENERS = (10, 1000, 0, 0, 0)

OURSELVES = "lsports"  # as command B: the same binary

# name: world, command A (of lsports), command B, highest ratio of A to B, runs, highest peak of A in MiB
PAIRS = {
    "idle-l": (IDLE, ["-l"], ["ss", "-tulnp"], 0.5, 41, None),
    "idle-a": (IDLE, ["-a"], ["ss", "-tuanp"], 0.5, 41, None),
    "idle-pid": (IDLE, ["--pid", "PORT"], ["lsof", "-nP", "-i", ":PORT"], 0.2, 21, None),
    "busy-l": (BUSY, ["-l"], ["ss", "-tulnp"], 0.35, 15, None),
    "busy-a": (BUSY, ["-a"], ["ss", "-tuanp"], 0.4, 15, None),
    "busy-pid": (BUSY, ["--pid", "PORT"], ["lsof", "-nP", "-i", ":PORT"], 0.2, 7, None),
    "busy-audit": (BUSY, ["--audit", "--partial", "--severity", "critical"], [OURSELVES, "-l"], 1.3, 15, None),
    "huge-a": (HUGE, ["-a"], ["ss", "-tuanp"], 0.06, 3, 96),
}
GROWTH = "growth-l"
SOCKETS_ONLY = ["-l", "--columns", "proto,local,state"]  # no column that needs a process: no descriptors are walked
ROW = "{:10} {:44} {:24} {:>10} {:>10} {:>7} {:>6} {:>9} {}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary")
    parser.add_argument("--world", action="append", choices=[*PAIRS, GROWTH], help="only these lines of the table")
    parser.add_argument("--runs", type=int, help="pairs of runs, in place of each line's own number")
    parser.add_argument("--helpers", help="folder with the compiled helpers; without it they are compiled")
    options = parser.parse_args()
    if os.geteuid() != 0:
        parser.error("only root may make network namespaces")
    binary = os.path.abspath(options.binary)
    with tempfile.TemporaryDirectory(prefix="lsports-bench-") as folder:
        helpers = options.helpers or build_helpers(folder)
        return run_all(Bench(binary, helpers, options.runs), options.world or [*PAIRS, GROWTH])


def build_helpers(folder):
    for source in HERE.glob("*.c"):
        subprocess.run([*os.environ.get("CC", "cc").split(), "-std=c11", "-O2", str(source),
                        "-o", f"{folder}/{source.stem}"], check=True)
    return folder


class Inhabited:
    """with Inhabited(…) as port: the world exists, and one of its listeners is at port."""

    def __init__(self, helpers, numbers):
        self.command = [f"{helpers}/world", *map(str, numbers)]

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                        preexec_fn=die_with_parent)
        words = self.process.stdout.readline().split()
        if words[:1] != ["ready"]:
            raise RuntimeError(f"{' '.join(self.command)} failed")
        return words[1]

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()


class Bench:
    def __init__(self, binary, helpers, runs):
        self.binary, self.helpers, self.runs = binary, helpers, runs
        self.over = 0

    def measure(self, runs, a, b=None, middle=statistics.median):
        """{letter: (seconds, highest peak in MiB)}"""
        command = [f"{self.helpers}/stopwatch", str(self.runs or runs), *a] + (["--", *b] if b else [])
        lines = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout.split("\n")
        result = {}
        for letter in "AB" if b else "A":
            rows = [line.split() for line in lines if line.startswith(letter)]
            if any(row[3] != "0" for row in rows):
                raise RuntimeError(f"{a if letter == 'A' else b} ended with {sorted({row[3] for row in rows})}")
            result[letter] = (middle(int(row[1]) for row in rows) / 1e9,
                              max(int(row[2]) for row in rows) / 1024)
        return result

    def show(self, name, texts, seconds, limit, peak, peak_limit):
        ratio = seconds[0] / seconds[1]
        good = ratio <= limit and (peak_limit is None or peak <= peak_limit)
        self.over += not good
        print(ROW.format(name, *texts, *(f"{s * 1000:.2f} ms" for s in seconds), f"{ratio:.3f}x", f"{limit}x",
                         f"{peak:.1f} MiB", ("ok" if good else "OVER") +
                         (f" (at most {peak_limit} MiB)" if peak_limit else "")), flush=True)

    def pair(self, name):
        numbers, a, b, limit, runs, peak_limit = PAIRS[name]
        if b[0] != OURSELVES and not shutil.which(b[0]):
            print(f"{name:10} skipped: no {b[0]} here")
            return
        with Inhabited(self.helpers, numbers) as port:
            a = [word.replace("PORT", port) for word in a]
            b = [self.binary if word == OURSELVES else word.replace("PORT", port) for word in b]
            self.measure(1, [self.binary, *a], b)  # warms the caches
            result = self.measure(runs, [self.binary, *a], b)
        self.show(name, ("lsports " + " ".join(a), " ".join(b).replace(self.binary, OURSELVES)), (result["A"][0], result["B"][0]), limit,
                  result["A"][1], peak_limit)

    def growth(self):
        """A: among 200,000 connected sockets; B: among none. One world, then more in it: the two cannot be paired. So the
        shortest runs are compared, because other work on the machine only ever adds; and the start of the program
        is taken off, so that what is left is the read."""
        with Inhabited(self.helpers, LISTENERS):
            without = self.read_alone()
            with Inhabited(self.helpers, HUGE):
                among = self.read_alone()
        self.show(GROWTH, ("lsports " + " ".join(SOCKETS_ONLY), "the same, no connections"), (among[0], without[0]),
                  1.2, among[1], None)

    def read_alone(self):
        question, start = [self.binary, *SOCKETS_ONLY], [self.binary, "--version"]
        result = self.measure(301, question, start, min)
        return result["A"][0] - result["B"][0], result["A"][1]


def run_all(bench, names):
    print(ROW.format("world", "A", "B", "median A", "median B", "ratio", "limit", "peak A", ""))
    for name in names:
        unshare(CLONE_NEWNET)  # each in one of its own: what the one before left in TIME_WAIT is none of its sockets
        loopback_up()
        bench.growth() if name == GROWTH else bench.pair(name)
    return 1 if bench.over else 0


if __name__ == "__main__":
    sys.exit(main())
