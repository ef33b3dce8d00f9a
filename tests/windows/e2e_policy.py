"""--lock, --diff and --audit of lsports.exe: files with any name, accounts, paths of Windows. See e2e.py."""

import os

from ask import complaint, equal, one, true

NAME = "Prüf-Δ-端口 a.policy"


def windows_path(path):
    return "Z:" + path.replace("/", "\\")


def rules_of(path):
    with open(path, "rb") as file:
        raw = file.read()
    true(b"\r" not in raw, "lines end as on Linux")
    return [line for line in raw.decode().splitlines() if line and not line.startswith("#")]


def test_lock_and_diff(t):
    """What was locked is no drift, what came and went is; the file is written whole, and written again."""
    first = t.hold("tcp:0.0.0.0:8000", "udp:[::1]:8001", name="Grüße a.exe")
    user = one(t.records("-l"), port=8000)["holders"][0]["user"]
    file = os.path.join(t.scratch, NAME)
    path = windows_path(file)
    answer = t.run("--lock", path)
    equal((answer.code, answer.out, answer.err), (0, b"", b""), f"{answer}")
    rules = rules_of(file)
    equal([line.split()[:2] for line in rules[1:]], [["tcp", "0.0.0.0:8000"], ["udp", "[::1]:8001"]], "rules")
    for line in rules[1:]:
        true("\\\\Grüße a.exe\"" in line and f" user={user}" in line, f"who\n{line}")
    equal(sorted(os.listdir(t.scratch)), sorted([NAME, "Grüße a.exe"]), "nothing else is left")
    answer = t.run("--diff", path)
    equal((answer.code, answer.out), (0, b""), f"{answer}")
    second = t.hold("tcp:127.0.0.1:9000")
    answer = t.run("--diff", path)
    equal(answer.code, 1, f"{answer}")
    true(answer.lines[0].startswith("opened: ") and answer.lines[1].startswith("+ tcp  127.0.0.1:9000 "), f"{answer}")
    first.end()
    doc = t.json("--diff", path)
    equal((doc["exit"], doc["policy"], doc["counts"]["opened"], doc["counts"]["closed"]), (1, path, 1, 2), "JSON")
    equal(t.run("--lock", path).code, 0, "over the old one")
    equal([line.split()[1] for line in rules_of(file)[1:]], ["127.0.0.1:9000"], "the new rules alone")
    equal(t.run("--diff", path, "-q").code, 0, "no drift again")
    second.end()


def test_another_owner(t):
    first = t.hold("tcp:127.0.0.1:8000", name="first.exe")
    path = windows_path(os.path.join(t.scratch, "policy"))
    equal(t.run("--lock", path).code, 0, "lock")
    first.end()
    t.hold("tcp:127.0.0.1:8000", name="second.exe")
    answer = t.run("--diff", path)
    equal(answer.code, 1, f"{answer}")
    true(": another owner: exe\n" in answer.text and "\\\\second.exe" in answer.lines[2], f"{answer}")


def test_files_that_cannot_be(t):
    t.hold("tcp:127.0.0.1:8000")
    nowhere, here = windows_path(os.path.join(t.scratch, "nö", "policy")), windows_path(t.scratch)
    for words, named in ((["--lock", nowhere], "there is no such folder"), (["--lock", here], "it is a folder"),
                         (["--diff", nowhere], "cannot be read")):
        answer = t.run(*words)
        true(answer.code in (2, 5) and len(answer.errors) == 1 and named in answer.errors[0], f"{answer}")
    equal(os.listdir(t.scratch), [], "nothing is left")
    complaint(t.run("--diff", windows_path(os.path.join(t.scratch, "Größe"))), "Größe")


def test_audit(t):
    """A stranger on the port of ssh; nothing was denied, so the answer is whole."""
    t.hold("tcp:127.0.0.1:8000")
    answer = t.run("--audit")
    equal((answer.code, answer.err), (0, b""), f"nothing to say\n{answer}")
    stranger = t.hold("tcp:0.0.0.0:22", name="Grüße.exe")
    answer = t.run("--audit")
    equal((answer.code, answer.err), (1, b""), f"{answer}")
    true(f"Grüße.exe (pid {stranger.pid}, user " in answer.text, f"{answer}")
    doc = t.json("--audit")
    equal(([f["rule"] for f in doc["findings"]], doc["complete"]), (["wrong-process"], True), "JSON")
    answer = t.run("--audit", "--probe", "22")
    equal((answer.code, len(answer.errors)), (3, 1), f"that they cannot be asked is said once\n{answer}")
