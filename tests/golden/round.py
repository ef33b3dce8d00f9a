#!/usr/bin/env python3
# round.py - in every world of the cases: a policy that was written just now finds no drift, and written again it is the
# same, byte for byte; the same with a policy that was there before, of another world.
#
# usage: round.py BINARY CASES_DIR

import json
import os
import pathlib
import shlex
import subprocess
import sys
import tempfile

from run import read_case

HAND = 'lsports-policy 1\n# by hand\ntcp *:22 exe=*/sshd # in\ntcp 127.0.0.1:5432\nudp loopback:*\ntcp *:1 # none\n* public:80-90'


def main():
    program = [*shlex.split(os.environ.get("MESON_EXE_WRAPPER", "")), os.path.abspath(sys.argv[1])]
    cases = pathlib.Path(sys.argv[2])
    worlds = {run.scene for path in sorted(cases.glob("*.case")) for run in read_case(path, cases.parent / "scenes")}
    passed = unreadable = 0
    faults = []
    with tempfile.TemporaryDirectory() as folder:
        scene, policy = pathlib.Path(folder) / "scene", pathlib.Path(folder) / "policy"

        def ask(*words):
            done = subprocess.run([*program, *words, "--partial"], cwd=folder, capture_output=True, timeout=20,
                                  env=os.environ | {"LSPORTS_SCENE": str(scene), "LC_ALL": "C"})
            return done.returncode, done.stdout

        for world in sorted(worlds):
            scene.write_text(world, encoding="utf-8")
            for old in (None, HAND):
                policy.unlink(missing_ok=True)
                if old:
                    policy.write_text(old, encoding="utf-8")
                code, _ = ask("--lock", "policy")
                if code != 0:  # a world whose sockets or files cannot be read
                    unreadable += 1
                    continue
                written = policy.read_bytes()
                code, out = ask("--diff", "policy", "--json")
                changes = [change for change in json.loads(out)["changes"] if change["change"] != "unsure"]
                again, _ = ask("--lock", "policy")
                if (code, changes, again, policy.read_bytes()) == (0, [], 0, written):
                    passed += 1
                else:
                    faults.append(f"{world}\n{written.decode()}\n{changes}\n{policy.read_text()}")
    print(*faults, f"{unreadable} worlds cannot be read or written", f"{passed} passed, {len(faults)} failed, 0 skipped", sep="\n")
    return bool(faults) or passed < 2 * unreadable


if __name__ == "__main__":
    sys.exit(main())
