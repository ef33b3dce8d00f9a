"""What an ordinary user sees, and what lsports says when it may not or cannot look."""

import os
import re
import shutil
import subprocess

from ask import equal, one, pids, true
from world import NOBODY, Skip, inode, mount, port, unmount_lazily

MADE_UP = 54321


def not_checked(doc):
    equal(doc["complete"], False, "complete")
    true(doc["not_checked"], "not_checked says something")
    return " ".join(doc["not_checked"])


def hints(answer):
    """What is said, but for the pid namespace that these tests may run in (a container)."""
    return [line for line in answer.errors if "pid namespace" not in line]


def test_hidden_owner_is_a_row(t):
    """Root's listener, asked by nobody: the row, its uid, and why there is no process."""
    t.needs_root("hides root's process from another user")
    binary = t.binary_for_all()
    listener = t.world.listen("127.0.0.1")
    doc = t.json("-l", str(port(listener)), uid=NOBODY, binary=binary)
    record = one(doc["sockets"], inode=inode(listener))
    equal((record["owner"], record["holders"], record["uid"], record["user"]), ("hidden", [], 0, "root"), "record")
    equal((doc["complete"], doc["hidden_owners"], doc["exit"]), (False, 1, 0), "document")


def test_hint_is_one_line_on_stderr(t):
    t.needs_root("hides root's process from another user")
    binary = t.binary_for_all()
    socks = [t.world.listen("127.0.0.1"), t.world.udp("127.0.0.1")]
    answer = t.run("-l", uid=NOBODY, binary=binary)
    equal(answer.code, 0, f"exit code\n{answer}")
    equal(len(hints(answer)), 1, f"lines on stderr\n{answer}")
    true(re.match(r"lsports: 2 of 2 owners hidden; run with sudo, or: sudo setcap "
                  r"cap_sys_ptrace,cap_dac_read_search\+ep \S+$", hints(answer)[0]), f"the hint\n{answer}")
    for sock in socks:
        true(re.search(rf":{port(sock)}\b.*\broot\b", answer.text), f"the row says root\n{answer}")
    answer = t.run("-l", "--json", uid=NOBODY, binary=binary)
    equal(answer.err, b"", "with --json the hint is a field")


def test_no_hint_when_nothing_is_hidden(t):
    t.needs_root("wants a quiet network namespace")
    binary = t.binary_for_all()
    child = t.world.fork(lambda: port(t.world.listen("127.0.0.1")), uid=NOBODY)
    for uid in (None, NOBODY):
        answer = t.run("-l", str(child.result), uid=uid, binary=binary)
        equal((answer.code, answer.err), (0, b""), f"as {uid}\n{answer}")
        true(f":{child.result}" in answer.text, f"the row\n{answer}")


def test_own_sockets_are_known(t):
    t.needs_root("runs as another user")
    binary = t.binary_for_all()
    for uid, name in ((NOBODY, "nobody"), (MADE_UP, None)):
        child = t.world.fork(lambda: port(t.world.listen("127.0.0.1")), uid=uid)
        record = one(t.records("-l", str(child.result), uid=uid, binary=binary))
        equal((record["owner"], pids(record), record["uid"], record["user"]), ("known", [child.pid], uid, name),
              f"own listener of {uid}")


def test_shared_with_root(t):
    """Held by us and by root: known, with the holder that we may see."""
    t.needs_root("runs as another user")
    binary = t.binary_for_all()
    listener = t.world.listen("127.0.0.1")
    child = t.world.fork(keep=[listener], uid=NOBODY)
    record = one(t.records("-l", str(port(listener)), uid=NOBODY, binary=binary))
    equal((record["owner"], pids(record), record["uid"]), ("known", [child.pid], 0), "record")


def test_pid_of_a_hidden_owner_is_exit_3(t):
    t.needs_root("hides root's process from another user")
    binary = t.binary_for_all()
    listener = t.world.listen("127.0.0.1")
    for words in (["--pid", str(port(listener))], ["--pid", str(port(listener)), "-q"]):
        answer = t.run(*words, uid=NOBODY, binary=binary)
        equal(answer.code, 3, f"exit code\n{answer}")
        equal(len(hints(answer)), 1, f"lines on stderr\n{answer}")
        if "-q" in words:
            equal(answer.out, b"", "-q prints no pid that it does not know")


def test_process_filter_of_hidden_owners_is_exit_3(t):
    """--process cannot be answered when owners are hidden and nothing else matched."""
    t.needs_root("hides root's process from another user")
    binary = t.binary_for_all()
    t.world.listen("127.0.0.1")
    answer = t.run("-l", "--process", "no-such-process", uid=NOBODY, binary=binary)
    equal(answer.code, 3, f"exit code\n{answer}")


def test_the_hint_works(t):
    """The command that the hint gives, run as it stands, shows the owners to an ordinary user."""
    t.needs_root("gives a file capabilities")
    if not shutil.which("setcap"):
        raise Skip("no setcap")
    binary = t.binary_for_all()
    listener = t.world.listen("127.0.0.1")
    hint = hints(t.run("-l", uid=NOBODY, binary=binary))[0]
    words = hint.split("sudo setcap ", 1)[1].split()
    equal(words[-1], binary, "the hint names this very program")
    done = subprocess.run(["setcap", *words], capture_output=True)
    if done.returncode:
        raise Skip(f"setcap: {done.stderr.decode().strip()}")
    answer = t.run("-l", str(port(listener)), "--json", uid=NOBODY, binary=binary)
    record = one(t.records("-l", str(port(listener)), uid=NOBODY, binary=binary))
    equal((record["owner"], pids(record)), ("known", [os.getpid()]), f"owner\n{answer}")
    answer = t.run("--pid", str(port(listener)), "-q", uid=NOBODY, binary=binary)
    equal((answer.code, answer.out, answer.err), (0, b"%d\n" % os.getpid(), b""), "--pid -q")


def test_hidepid(t):
    """/proc hides other users' processes: said, and every socket is listed."""
    t.needs_root("mounts /proc")
    binary = t.binary_for_all()
    listener = t.world.listen("127.0.0.1")
    own = t.world.fork(lambda: port(t.world.listen("127.0.0.1")), uid=NOBODY)

    mount("proc", "/proc", "proc", 0, "hidepid=2")  # our own mount namespace; gone with this test
    answer = t.run("-l", uid=NOBODY, binary=binary)
    equal(answer.code, 0, f"exit code\n{answer}")
    true(any("hidepid" in line for line in answer.errors), f"stderr names hidepid\n{answer}")
    doc = t.json("-l", uid=NOBODY, binary=binary)
    equal(one(doc["sockets"], inode=inode(listener))["owner"], "hidden", "root's listener")
    equal(pids(one(doc["sockets"], port=own.result)), [own.pid], "our own listener")
    true("hidepid" in not_checked(doc), f"not_checked {doc['not_checked']}")
    doc = t.json("-l", str(own.result), uid=NOBODY, binary=binary)
    equal(doc["exit"], 0, "our own alone")
    equal(t.json("-l", binary=binary)["complete"], True, "root sees through hidepid")


def test_proc_not_mounted(t):
    t.needs_root("unmounts /proc in its own mount namespace")
    t.no_sanitizer("it reads /proc itself")
    listener = t.world.listen("127.0.0.1")
    key = inode(listener)
    try:
        unmount_lazily("/proc")
    except OSError as why:
        raise Skip(str(why))
    if os.path.exists("/proc/self"):
        raise Skip("/proc is mounted twice here")
    answer = t.run("-l")
    equal(answer.code, 0, f"exit code\n{answer}")
    true(any("/proc" in line for line in answer.errors), f"stderr names /proc\n{answer}")
    true(f":{port(listener)}" in answer.text, f"the socket is listed\n{answer}")
    doc = t.json("-l")
    record = one(doc["sockets"], inode=key)
    equal((record["owner"], record["holders"], record["uid"]), ("hidden", [], 0), "record")
    true("/proc" in not_checked(doc), f"not_checked {doc['not_checked']}")
    equal(t.run("--pid", str(port(listener)), "-q").code, 3, "--pid cannot be answered")


def test_proc_is_something_else(t):
    """An empty folder where /proc should be."""
    t.needs_root("mounts over /proc in its own mount namespace")
    t.no_sanitizer("it reads /proc itself")
    listener = t.world.listen("127.0.0.1")
    mount("none", "/proc", "tmpfs")
    answer = t.run("-l")
    equal(answer.code, 0, f"exit code\n{answer}")
    true(any("/proc" in line for line in answer.errors), f"stderr names /proc\n{answer}")
    doc = t.json("-l")
    equal(one(doc["sockets"], port=port(listener))["owner"], "hidden", "owner")
    not_checked(doc)


def test_neither_proc_nor_netlink(t):
    """Nothing can be read: exit 5 and a reason, not an empty list."""
    t.needs_root("unmounts /proc in its own mount namespace")
    t.no_sanitizer("it reads /proc itself")
    deny = t.world.helper("deny_netlink")
    t.world.listen("127.0.0.1")
    mount("none", "/proc", "tmpfs")
    answer = t.run("-l", wrap=[deny, "socket", "1"])
    equal((answer.code, answer.out), (5, b""), f"exit code\n{answer}")
    true(answer.errors and answer.errors[0].startswith("lsports: "), f"a reason\n{answer}")


def test_other_pid_namespace(t):
    """In a pid namespace the processes outside cannot be seen: their sockets are hidden, not the kernel's."""
    t.needs_root("makes a pid namespace")
    listener = t.world.listen("127.0.0.1")
    doc = t.json("-l", wrap=["unshare", "--pid", "--fork", "--mount-proc"])
    record = one(doc["sockets"], inode=inode(listener))
    equal((record["owner"], record["holders"]), ("hidden", []), "record")
    true("namespace" in not_checked(doc), f"not_checked {doc['not_checked']}")
