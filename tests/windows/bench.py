#!/usr/bin/env python3
# bench.py LSPORTS.EXE HOLDER.EXE TABLES.EXE - how long "lsports -l" takes with 2,000 listeners: beside wine's netstat, and beside
# a program that only calls for the tables (tables.c). Whole runs, start and end included, in turn; the median of each.
import os
import shlex
import statistics
import subprocess
import sys
import time

ROUNDS, LISTENERS = 21, 2000
WRAPPER = shlex.split(os.environ.get("MESON_EXE_WRAPPER", "wine-run"))
lsports, holder, tables = sys.argv[1:]
RUNS = {"lsports -l": [lsports, "-l"], "lsports --json": [lsports, "--json"], "netstat -ano": ["netstat.exe", "-ano"],
        "tables alone": [tables], "no question": [lsports, "--version"]}


def run(words):
    begin = time.monotonic()
    done = subprocess.run([*WRAPPER, *words], capture_output=True, check=True)
    return (time.monotonic() - begin) * 1000, done.stdout.count(b"\n")


with subprocess.Popen([*WRAPPER, holder, f"many:127.0.0.1:{LISTENERS}"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as world:
    while not world.stdout.readline().startswith(b"ready"):
        pass
    times = {name: [] for name in RUNS}
    for _ in range(ROUNDS):
        for name, words in RUNS.items():
            took, lines = run(words)
            times[name].append(took)
            if name == "lsports -l" and lines != LISTENERS + 1:
                sys.exit(f"bench: {lines} lines")
    world.stdin.close()
median = {name: statistics.median(took) for name, took in times.items()}
for name, took in median.items():
    print(f"{name:15} {took:7.1f} ms  ({min(times[name]):.1f} to {max(times[name]):.1f})")
own = median["lsports -l"] - median["tables alone"]
print(f"lsports -l takes {median['lsports -l'] / median['netstat -ano']:.2f} of netstat; "
      f"{100 * own / median['lsports -l']:.0f} % of it is neither start nor tables")
