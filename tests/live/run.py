#!/usr/bin/env python3
"""run.py - live tests: lsports asked about real sockets of real processes.

  run.py BINARY [FILTER…] [--helpers DIR] [--list] [--lie KIND]

Each test is a function test_…(t) of a file test_*.py here. It runs in a child process, as root in a network
namespace of its own, and ends what it started. Expected values come from what the test made.
A test that this machine or user cannot show is skipped and says why.
--lie spoils every answer of lsports (ask.py lists how): tests must then fail. Exit: 0 all passed, 1 some failed.
"""

import argparse
import importlib
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback

HERE = pathlib.Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(HERE))

import ask      # noqa: E402
import world    # noqa: E402

TEST_LIMIT_S = 90


class Test(ask.Asker):
    """What a test function gets: the asker, a world to fill, and a place for files."""

    def __init__(self, binary, helpers, scratch, lie, is_root):
        super().__init__(binary, lie)
        self.scratch = scratch
        self.world = world.World(helpers, scratch)
        self.is_root = is_root

    def needs_root(self, why):
        if not self.is_root:
            raise world.Skip(f"not root, or without its rights (namespaces): {why}")

    def no_sanitizer(self, why):
        with open(self.binary, "rb") as file:
            if b"__asan_init" in file.read():
                raise world.Skip(f"sanitizer build: {why}")

    def binary_for_all(self):
        """A copy that every user may run: build folders are often closed to others."""
        path = os.path.join(self.scratch, "lsports")
        shutil.copyfile(self.binary, path)
        os.chmod(path, 0o755)
        return path


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary")
    parser.add_argument("filter", nargs="*", help="run only tests whose name holds one of these")
    parser.add_argument("--helpers", help="folder with the compiled helpers; without it they are compiled")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--lie", choices=sorted(ask.LIES))
    options = parser.parse_args()
    binary = os.path.abspath(options.binary)
    tests = [(name, test) for name, test in find() if not options.filter or any(f in name for f in options.filter)]
    if options.list:
        print("\n".join(name for name, _ in tests))
        return 0
    if not os.access(binary, os.X_OK):
        parser.error(f"no program at {binary}")
    with tempfile.TemporaryDirectory(prefix="lsports-live-") as folder:
        os.chmod(folder, 0o755)
        helpers = os.path.abspath(options.helpers) if options.helpers else build_helpers(folder)
        return run_all(tests, binary, helpers, folder, options.lie)


def find():
    for path in sorted(HERE.glob("test_*.py")):
        module = importlib.import_module(path.stem)
        for name, value in vars(module).items():
            if name.startswith("test_") and callable(value):
                yield f"{path.stem[5:]}.{name[5:]}", value


def build_helpers(folder):
    compiler = os.environ.get("CC", "cc").split()
    if not shutil.which(compiler[0]):
        return None
    for source in HERE.glob("*.c"):
        if "<lsports/" in source.read_text():
            continue  # wants the program's own rooms: meson builds it
        subprocess.run([*compiler, "-std=c11", "-O1", "-pthread", str(source), "-o", f"{folder}/{source.stem}"],
                       check=True)
    return folder


def run_all(tests, binary, helpers, folder, lie):
    count, failed = {"ok": 0, "FAIL": 0, "skip": 0}, []
    world.adopt_orphans()
    for name, test in tests:
        begin = time.monotonic()
        verdict, why = run_one(test, binary, helpers, tempfile.mkdtemp(dir=folder), lie)
        world.end_children()
        count[verdict] += 1
        line = f"{verdict:4} {name} ({time.monotonic() - begin:.1f} s)" + (f": {why}" if why else "")
        print(line, flush=True)
        if verdict == "FAIL":
            failed.append(line)
    if failed and len(tests) > len(failed):
        print("\n".join(["once more, what failed:", *failed]))  # who shows the end of a log shows these
    print(f"{count['ok']} passed, {count['FAIL']} failed, {count['skip']} skipped")
    return 1 if count["FAIL"] else 0


def run_one(test, binary, helpers, scratch, lie):
    os.chmod(scratch, 0o755)
    read_end, write_end = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(read_end)
        os._exit(in_child(test, binary, helpers, scratch, lie, write_end))
    os.close(write_end)
    with open(read_end, "rb") as pipe:
        timed_out = not wait_for(pid)
        if timed_out:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            return "FAIL", f"no end after {TEST_LIMIT_S} s"
        text = pipe.read().decode("utf-8", "backslashreplace")
    return text[:4].strip(), text[4:].strip()


def wait_for(pid):
    limit = time.monotonic() + TEST_LIMIT_S
    while time.monotonic() < limit:
        if os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            os.waitpid(pid, 0)
            return True
        time.sleep(0.02)
    return False


def in_child(test, binary, helpers, scratch, lie, report):
    os.set_inheritable(report, False)
    verdict = "FAIL the test itself broke"
    t = None
    try:
        world.die_with_parent()
        is_root = os.geteuid() == 0 and world.has_namespaces()
        if is_root:
            world.unshare(world.CLONE_NEWNET | world.CLONE_NEWNS)
            world.mount("none", "/", None, 0x44000)  # MS_REC | MS_PRIVATE: our mounts stay ours
            world.loopback_up()
        t = Test(binary, helpers, scratch, lie, is_root)
        test(t)
        verdict = "ok  "
    except world.Skip as why:
        verdict = f"skip{why}"
    except AssertionError as why:
        verdict = f"FAIL{why}" + (f"\n  last answer: {t.last}" if t and t.last else "")
    except Exception:
        verdict = "FAIL" + traceback.format_exc()
    finally:
        if t:
            t.world.close()
        os.write(report, verdict.encode("utf-8", "backslashreplace")[:60000])
    return 0


if __name__ == "__main__":
    sys.exit(main())
