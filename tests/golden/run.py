#!/usr/bin/env python3
# run.py - whole runs of lsports-fake against what they must print, byte for byte.
#
# usage: run.py BINARY CASES_DIR CATALOGUES_DIR [PART-OF-A-NAME…]
# MESON_EXE_WRAPPER in the environment is what runs a binary of another system.
#
# A case is a file NAME.case: words on what it shows, then sections that begin with a line "== …":
#   == scene [NAME]   the world: ../scenes/NAME.scene, and the lines below this one
#   == language NAME  the locale of what follows, such as ko_KR.UTF-8; made for the test; skipped where that cannot be
#   == args ARGUMENTS as a shell would split them
#   == stdin          what is typed; left out: nothing
#   == file NAME      a file in the folder that the run begins in; it stays for the runs behind
#   == written NAME   what must be in that file afterwards
#   == stdout, == stderr   what must come; left out: nothing
#   == exit CODE      left out: 0
# One file may hold several runs: each "== args" begins the next, and the scene stays until another is named.
# In expected text ␛ stands for ESC, ␍ for CR and ␄ for an end without a newline, and the moment and the version, which
# no run can know, are written "«TIME»" and «VERSION». This program never writes a case: expected output is thought, not copied.

import difflib
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

LIMIT_SECONDS = 20


class Run:
    def __init__(self, name, scene, language, args):
        self.name, self.scene, self.language, self.args = name, scene, language, args
        self.want = {"stdin": "", "stdout": "", "stderr": ""}
        self.files = {}
        self.exit = 0


def read_case(path, scenes):
    """The runs of one file."""
    runs, scene, language, target, files = [], None, None, None, {}
    for line in path.read_text(encoding="utf-8").splitlines(keepends=True):
        if not line.startswith("== "):
            if target == "scene":
                scene = scene + line
            elif target and target[0] == "file":
                files[target[1]] += line
            elif target:
                runs[-1].want[target] += line
            continue
        word, _, rest = line[3:].strip().partition(" ")
        target = None
        if word == "scene":
            scene = (scenes / (rest + ".scene")).read_text(encoding="utf-8") if rest else ""
            target = "scene"
        elif word == "language":
            language = rest
        elif word == "args":
            runs.append(Run(f"{path.stem}: {rest or '(none)'}", scene, language, shlex.split(rest)))
            runs[-1].files = dict(files)
        elif word == "file":
            target = ("file", rest)
            files[rest] = ""
        elif word == "written":
            target = ("written", rest)
            runs[-1].want[target] = ""
        elif word in ("stdin", "stdout", "stderr"):
            target = word
        elif word == "exit":
            runs[-1].exit = int(rest)
        else:
            sys.exit(f"{path}: not a section: {word}")
    if not runs:
        sys.exit(f"{path}: no run")
    return runs


def settle(text):
    """What came, in the letters that cases are written in."""
    text = re.sub(r'"time":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"', '"time":"«TIME»"', text)
    text = re.sub(r'(lsports |version=")\d+\.\d+\.\d+', r'\1«VERSION»', text)
    return text.replace("\x1b", "␛").replace("\r", "␍") + ("␄\n" if text and not text.endswith("\n") else "")


def read_file(path):
    return path.read_bytes() if path.exists() else "(no file)\n".encode()


def make_locale(folder, name):
    """Whether there is one now. LOCPATH is where libc looks for it (setlocale(3))."""
    language, _, charset = name.partition(".")
    if not (folder / name).exists() and shutil.which("localedef") is not None:
        subprocess.run(["localedef", "-i", language, "-f", charset, folder / name], capture_output=True)
    return (folder / name).exists()


def play(program, catalogues, run, scene_path):
    scene_path.write_text(run.scene, encoding="utf-8")
    folder = pathlib.Path(tempfile.mkdtemp(dir=scene_path.parent))
    for name, text in run.files.items():
        (folder / name).write_text(text, encoding="utf-8")
    environment = {k: v for k, v in os.environ.items()
                   if k not in ("NO_COLOR", "COLUMNS", "LANG", "LANGUAGE", "TERM") and not k.startswith("LC_")}
    environment.update(LSPORTS_SCENE=str(scene_path), TERM="xterm", LOCPATH=str(scene_path.parent),
                       LSPORTS_LOCALE_DIR=catalogues)
    if run.language:
        environment["LANG"] = run.language
    done = subprocess.run([*program, *run.args], env=environment, input=run.want["stdin"].encode(), cwd=folder,
                          capture_output=True, timeout=LIMIT_SECONDS)
    complaints = []
    for stream in run.want.keys() - {"stdin"}:
        # Output must be UTF-8 whatever the scene holds: a byte that is not shows as a lone surrogate here.
        came = getattr(done, stream) if isinstance(stream, str) else read_file(folder / stream[1])
        came = settle(came.decode("utf-8", "surrogateescape"))
        if came != run.want[stream]:
            complaints += difflib.unified_diff(run.want[stream].splitlines(), came.splitlines(),
                                               f"{stream} expected", f"{stream} came", lineterm="")
            if came.splitlines() == run.want[stream].splitlines():
                complaints.append(f"{stream}: only the line ends differ")
    if done.returncode != run.exit:
        complaints.append(f"exit {done.returncode}, expected {run.exit}")
    return complaints


def main():
    if len(sys.argv) < 4:
        sys.exit("usage: run.py BINARY CASES_DIR CATALOGUES_DIR [PART-OF-A-NAME…]")
    program = [*shlex.split(os.environ.get("MESON_EXE_WRAPPER", "")), os.path.abspath(sys.argv[1])]
    cases, catalogues, parts = pathlib.Path(sys.argv[2]), os.path.abspath(sys.argv[3]), sys.argv[4:]
    sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    passed = failed = skipped = 0
    with tempfile.TemporaryDirectory() as folder:
        for path in sorted(cases.glob("*.case")):
            if parts and not any(part in path.stem for part in parts):
                continue
            for run in read_case(path, cases.parent / "scenes"):
                if run.language and not (list(pathlib.Path(catalogues).glob("*/LC_MESSAGES/lsports.mo")) and
                                         make_locale(pathlib.Path(folder), run.language)):
                    print(f"SKIPPED {run.name}: no locale {run.language} or no catalogues here (localedef, locales, gettext)")
                    skipped += 1
                    continue
                try:
                    complaints = play(program, catalogues, run, pathlib.Path(folder) / "scene")
                except subprocess.TimeoutExpired:
                    complaints = [f"still running after {LIMIT_SECONDS} s"]
                if complaints:
                    failed += 1
                    print(f"FAILED {run.name}", *complaints, sep="\n", end="\n\n")
                else:
                    passed += 1
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return failed > 0 or passed == 0


if __name__ == "__main__":
    sys.exit(main())
