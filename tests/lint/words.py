#!/usr/bin/env python3
# words.py [SOURCE] - what must not be in the repository: paths of one machine, and hosts that a build would have to ask.
# Looks at the files that git knows, or at all where there is no git.
import re
import subprocess
import sys
from pathlib import Path

FORBIDDEN = [
    (re.compile(r"(?<![\w.$}*-])/(?:work|root|home|Users)/[\w.-]+"), "a path of one machine"),
    (re.compile(r"(?<![\w.$}])/tmp/[\w.-]+"), "a fixed place in /tmp: use mktemp"),
    (re.compile(r"\b[A-Z]:\\\\?(?:Users|work)\\"), "a path of one machine"),
    (re.compile(r"\b(?:registry\.)?npmjs\.(?:org|com)|\bpypi\.org|\bfiles\.pythonhosted\.org|\bcrates\.io|\brubygems\.org|"
                r"\b(?:deb|security|snapshot|ftp\.\w+)\.debian\.org|\b(?:archive|ports)\.ubuntu\.com|\bproxy\.golang\.org", re.I),
     "a package registry: nothing is fetched in a build"),
]

# (file, what stands there, why it may)
ALLOWED = [
    (r"src/registry/(ports|own)\.tsv", r".*", "the registry's own words about other people's services"),
    (r"tests/unit/test_linux_\w+\.c", r"/(tmp|home)/.*", "made-up paths of processes, never opened"),
    (r"tests/golden/.*", r"/(tmp|home)/.*", "made-up paths of processes, never opened"),
    (r"tests/fuzz/corpus/.*", r".*", "input of parsers"),
    (r"tests/lint/(words|lint_test)\.py", r".*", "the rules themselves"),
]


def committed(source):
    """As git has them; --exclude-standard and the untracked ones count too: they are about to be committed."""
    git = subprocess.run(["git", "-C", source, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                         capture_output=True)
    if git.returncode == 0:
        return sorted({Path(name) for name in git.stdout.decode().split("\0") if name})
    return sorted(path.relative_to(source) for path in source.rglob("*") if path.is_file() and ".git" not in path.parts
                  and not path.relative_to(source).parts[0].startswith("build"))


def is_allowed(name, word):
    return any(re.fullmatch(file, name) and re.fullmatch(what, word) for file, what, _ in ALLOWED)


def main():
    source = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).resolve().parents[2])
    files, faults = committed(source), 0
    for path in files:
        if not (source / path).is_file():  # deleted and not yet committed
            continue
        text = (source / path).read_bytes().decode("utf-8", "replace")
        for number, line in enumerate(text.splitlines(), 1):
            for pattern, why in FORBIDDEN:
                for found in pattern.finditer(line):
                    if not is_allowed(path.as_posix(), found[0]):
                        print(f"{path}:{number}: {found[0]}: {why}")
                        faults += 1
    print(f"words: {len(files)} files, {faults} faults")
    sys.exit(1 if faults or not files else 0)


main()
