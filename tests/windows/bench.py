#!/usr/bin/env python3
# bench.py LSPORTS.EXE HOLDER.EXE TABLES.EXE - how long "lsports -l" takes with 2,000 listeners, beside a program that only
# calls for the tables (tables.c). Whole runs, start and end included, in pairs; medians. Fails when lsports's own work, all but
# start and tables, is more than 30 % of its run. wine's netstat is no measure: it shows no TCP listener at all.
import os
import shlex
import statistics
import subprocess
import sys
import time

ROUNDS, LISTENERS, OWN_MAX = 41, 2000, 0.3
WRAPPER = shlex.split(os.environ.get("MESON_EXE_WRAPPER", "wine-run"))
lsports, holder, tables = sys.argv[1:]
RUNS = {"lsports -l": [lsports, "-l"], "tables alone": [tables], "lsports --json": [lsports, "--json"],
        "no question": [lsports, "--version"]}


def run(words):
    begin = time.monotonic()
    done = subprocess.run([*WRAPPER, *words], capture_output=True, check=True)
    return (time.monotonic() - begin) * 1000, done.stdout


with subprocess.Popen([*WRAPPER, holder, f"many:127.0.0.1:{LISTENERS}"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as world:
    while not world.stdout.readline().startswith(b"ready"):
        pass
    times = {name: [] for name in RUNS}
    for _ in range(ROUNDS):
        for name, words in RUNS.items():
            took, out = run(words)
            times[name].append(took)
            if name == "lsports -l" and out.count(b"\n") != LISTENERS + 1 or name == "tables alone" and out.split() != [
                    str(LISTENERS).encode(), b"rows"]:
                sys.exit(f"bench: {name}: not {LISTENERS} listeners: {out[:200]}")
    world.stdin.close()
for name, took in times.items():
    print(f"{name:15} {statistics.median(took):7.1f} ms  ({min(took):.1f} to {max(took):.1f})")
own = statistics.median((whole - least) / whole for whole, least in zip(times["lsports -l"], times["tables alone"]))
print(f"{100 * own:.0f} % of lsports -l is neither start nor tables")
sys.exit(own > OWN_MAX)
