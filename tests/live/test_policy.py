"""--lock and --diff: a world is written down, something changes, and that is said; --format openmetrics: the numbers."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys

from ask import complaint, equal, true
from test_names import HOSTILE
from world import NOBODY, Skip, port

HEAD = "lsports-policy 1\n"


def policy_path(t):
    return os.path.join(t.scratch, "policy")


def lock(t, *words, anew=True):
    if anew and os.path.exists(policy_path(t)):
        os.unlink(policy_path(t))
    answer = t.run("--lock", policy_path(t), *words)
    equal((answer.code, answer.out, answer.err), (0, b"", b""), f"--lock\n{answer}")
    with open(policy_path(t), encoding="utf-8") as file:
        return [line for line in file.read().split(HEAD)[1].splitlines() if line]


def write(t, rules):
    with open(policy_path(t), "w", encoding="utf-8") as file:
        file.write(HEAD + rules)


def drift(t, *words, **how):
    """(exit code, [(change, port, keys)])"""
    doc = t.json("--diff", policy_path(t), *words, **how)
    return doc["exit"], sorted((c["change"], c["now"]["port"] if c["now"] else int(c["rule"]["text"].split()[1].rpartition(":")[2]),
                                c["keys"]) for c in doc["changes"])


def held(t, name, *socks):
    return t.world.named(name, keep=socks)


def test_nothing_changed(t):
    t.needs_root("wants a quiet network namespace")
    here = t.world.listen("127.0.0.1")
    group = [t.world.listen("127.0.0.1", options=[(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)])]
    group.append(t.world.listen("127.0.0.1", port(group[0]), options=[(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)]))
    t.world.listen("::", 8000, v6only=1)
    t.world.listen("0.0.0.0", 8000)
    t.world.listen("::", 8001, v6only=0)
    t.world.udp("::1", 8002)
    rules = lock(t)
    equal(len(rules), 5, f"rules: a group is one, twins are one: {rules}")
    me = os.readlink("/proc/self/exe")
    for rule in rules:
        true(f"exe={me} user=root" in rule, f"owner in {rule}")
    true(any(rule.startswith("tcp  *:8000 ") for rule in rules), f"the twins: {rules}")
    equal(drift(t), (0, []), "drift")
    equal((lock(t), lock(t, anew=False)), (rules, rules), "written again: the same")
    answer = t.run("--diff", policy_path(t))
    equal((answer.code, answer.out, answer.err), (0, b"", b""), "for people")
    # twins are as good as one socket for both
    for sock in t.world.kept[3:6]:
        sock.close()
    t.world.listen("::", 8000, v6only=0)
    t.world.listen("0.0.0.0", 8001)
    t.world.listen("::", 8001, v6only=1)
    equal(drift(t), (0, []), "drift of twins")
    here.close()
    equal(drift(t)[0], 1, "drift at last")


def test_opened_and_closed(t):
    t.needs_root("wants a quiet network namespace")
    old = t.world.listen("127.0.0.1")
    lock(t)
    new = t.world.udp("127.0.0.1")
    equal(drift(t), (1, [("opened", port(new), [])]), "opened")
    gone = port(old)
    old.close()
    equal(drift(t), (1, [("closed", gone, []), ("opened", port(new), [])]), "closed")
    equal(drift(t, "-u"), (1, [("opened", port(new), [])]), "-u")
    equal(drift(t, f"tcp/{gone}"), (1, [("closed", gone, [])]), "of one port")
    equal(drift(t, "-6"), (0, []), "-6")
    answer = t.run("--diff", policy_path(t), "-u")
    added = [line[2:] for line in answer.lines if line.startswith("+ ")]
    equal(len(added), 1, f"{answer}")
    with open(policy_path(t), "a", encoding="utf-8") as file:
        file.write(added[0] + "\n")
    equal(drift(t, "-u"), (0, []), "what a + line says, may be copied")
    quiet = t.run("--diff", policy_path(t), "-q")
    equal((quiet.code, quiet.out), (1, b""), "-q")


def test_widened(t):
    t.needs_root("wants a quiet network namespace")
    sock = t.world.listen("127.0.0.1")
    number = port(sock)
    lock(t)
    sock.close()
    sock = t.world.listen("0.0.0.0", number)
    equal(drift(t), (1, [("widened", number, [])]), "127.0.0.1 to 0.0.0.0")
    true(f"{policy_path(t)}:" in t.run("--diff", policy_path(t)).text, "names file and line")
    lock(t)
    sock.close()
    t.world.listen("::", number, v6only=0)
    equal(drift(t), (1, [("widened", number, [])]), "0.0.0.0 to both")
    lock(t)
    t.world.kept.pop().close()
    t.world.listen("127.0.0.1", number)
    equal(drift(t), (1, [("narrowed", number, [])]), "both to 127.0.0.1")


def test_scope_grows(t):
    """The socket is what it was; the host got an address."""
    t.needs_root("makes a link")
    sock = t.world.listen("0.0.0.0")
    true(" scope=loopback " in lock(t)[0], "written with its scope")
    t.world.veth()
    equal(drift(t), (1, [("widened", port(sock), [])]), "10.9.0.1")
    true(" scope=private " in lock(t)[0], "written again")
    equal(drift(t), (0, []), "then it is so")
    subprocess.run(["ip", "addr", "add", "203.0.113.7/24", "dev", "va"], check=True)
    equal(drift(t), (1, [("widened", port(sock), [])]), "a public address")


def test_owner(t):
    t.needs_root("becomes another user")
    sock = t.world.listen("127.0.0.1")
    number = port(sock)
    process = held(t, "first", sock)
    sock.close()
    lock(t)
    equal(drift(t), (0, []), "the same")
    process.end()
    sock = t.world.listen("127.0.0.1", number, options=[(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)])
    process = held(t, "second", sock)
    sock.close()
    equal(drift(t), (1, [("owner", number, ["exe"])]), "another program")
    with open(policy_path(t), encoding="utf-8") as file:
        text = file.read()
    write(t, text.split(HEAD)[1].replace("/first", "/*"))
    equal(drift(t), (0, []), "a wildcard")
    process.end()

    def as_nobody():
        other = socket.socket()
        other.bind(("127.0.0.1", number))
        other.listen()
        t.world.kept.append(other)
        return True
    t.world.fork(as_nobody, uid=NOBODY)
    code, changes = drift(t)
    equal((code, [(what, at) for what, at, _ in changes]), (1, [("owner", number)]), "another user")
    true("user" in changes[0][2], f"{changes}")


def test_hidden_owner(t):
    t.needs_root("becomes another user")
    binary = t.binary_for_all()
    sock = t.world.listen("127.0.0.1")
    lock(t)
    os.chmod(policy_path(t), 0o644)
    equal(drift(t, uid=NOBODY, binary=binary), (3, [("unsure", port(sock), ["exe"])]), "cannot tell")
    equal(drift(t, "--partial", uid=NOBODY, binary=binary), (0, [("unsure", port(sock), ["exe"])]), "--partial")
    write(t, f"tcp loopback:{port(sock)} user=root\n")
    os.chmod(policy_path(t), 0o644)
    equal(drift(t, uid=NOBODY, binary=binary), (0, []), "a policy that asks for no program")
    os.chmod(t.scratch, 0o777)
    other = os.path.join(t.scratch, "other")
    answer = t.run("--lock", other, uid=NOBODY, binary=binary)
    equal((answer.code, os.path.exists(other)), (3, False), f"nothing is written\n{answer}")
    equal(t.run("--lock", other, "--partial", uid=NOBODY, binary=binary).code, 0, "but with --partial")
    with open(other, encoding="utf-8") as file:
        true("# owner not seen" in file.read().replace("; owner", "# owner"), "and says so")


def test_hostile_names(t):
    """Whatever a program is called, it is written, and found again."""
    t.needs_root("wants a quiet network namespace")
    for what, name in HOSTILE.items():
        sock = t.world.listen("127.0.0.1")
        process = held(t, name.replace(b"/", b""), sock)
        sock.close()
        rules = lock(t)
        equal(len(rules), 1, f"{what}: {rules}")
        true(not re.search("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]", rules[0]), f"{what}: {rules[0]!r}")
        equal(drift(t), (0, []), f"{what}: {rules}")
        process.end()


def test_file(t):
    """Read from a pipe, written to one; what is no policy is left alone."""
    sock = t.world.listen("127.0.0.1")
    number = str(port(sock))
    text = t.run("--lock", "-", "--partial", number).out
    equal(t.run("--diff", "-", number, "--partial", typed=text).code, 0, "through pipes")
    for where, word in ((t.scratch, "folder"), ("/dev/null", "plain file"), (os.path.join(t.scratch, "a", "b"), "No such file")):
        complaint(t.run("--lock", where), word)
    with open(policy_path(t), "w", encoding="utf-8") as file:
        file.write("keep me\n")
    equal(t.run("--lock", policy_path(t)).code, 2, "no policy")
    with open(policy_path(t), encoding="utf-8") as file:
        equal(file.read(), "keep me\n", "is left alone")
    complaint(t.run("--diff", policy_path(t)), ":1: 'keep'")
    complaint(t.run("--diff", os.path.join(t.scratch, "nowhere")), "cannot be read")
    complaint(t.run("--diff", t.scratch), "cannot be read")
    write(t, "tcp *:22\ntcp *:80 prot=x\n")
    complaint(t.run("--diff", policy_path(t)), ":3: 'prot=x'")


def samples(text, name):
    """{labels: number} of one metric."""
    found = re.findall(rf"^{name}(\{{.*\}})? (\d+)$", text, re.M)
    return {labels: int(number) for labels, number in found}


def test_metrics(t):
    t.needs_root("wants a quiet network namespace")
    listener = t.world.listen("127.0.0.1", 8000)
    held(t, "ser\"ver\\", listener)
    t.world.pair(listener)
    t.world.udp("127.0.0.1", 40011)
    t.world.udp("127.0.0.1", 40012)
    lock(t)
    sock = t.world.listen("0.0.0.0", 8001)
    text = t.run("--diff", policy_path(t), "--format", "openmetrics").text
    equal(samples(text, "lsports_drift")['{change="opened"}'], 1, f"drift\n{text}")
    equal(samples(text, "lsports_policy_rules"), {"": 2}, f"rules: the ephemeral ones are one\n{text}")
    equal(samples(text, "lsports_hidden_owners"), {"": 0}, f"hidden\n{text}")
    states = samples(text, "lsports_sockets")
    equal([states[f'{{proto="{p}",state="{s}"}}'] for p, s in
           (("tcp", "LISTEN"), ("tcp", "ESTABLISHED"), ("tcp", "CLOSE_WAIT"), ("udp", "CLOSE"))], [2, 2, 0, 2], f"states\n{text}")
    opened = samples(text, "lsports_open_sockets")
    equal(len(opened), 3, f"two ephemeral ones are one series\n{text}")
    equal([number for labels, number in opened.items() if 'port="ephemeral"' in labels], [2], f"ephemeral\n{text}")
    true(any('address="0.0.0.0",port="8001",scope="loopback"' in labels for labels in opened), f"scope\n{text}")
    true(text.endswith("# EOF\n"), "the end")
    sock.close()


def test_metrics_are_valid(t):
    """By Prometheus's own checker, and by its client's strict reader of OpenMetrics; a policy and hostile names are there."""
    t.needs_root("wants a quiet network namespace")
    checker = shutil.which("promtool")
    if not checker:
        raise Skip("promtool is not installed (Debian: prometheus)")
    for name in HOSTILE.values():
        sock = t.world.listen("127.0.0.1")
        held(t, name.replace(b"/", b""), sock)
        sock.close()
    lock(t)
    text = t.run("--diff", policy_path(t), "--format", "openmetrics").out
    done = subprocess.run([checker, "check", "metrics"], input=text, capture_output=True, timeout=30)
    equal((done.returncode, done.stdout, done.stderr), (0, b"", b""), "promtool check metrics")
    read = ("import sys; from prometheus_client.openmetrics.parser import text_string_to_metric_families as read; "
            "print(len([s for f in read(sys.stdin.read()) if f.name == 'lsports_open_sockets' for s in f.samples]))")
    done = subprocess.run([sys.executable, "-c", read], input=text, capture_output=True, timeout=30)
    if b"No module named" in done.stderr:
        raise Skip("promtool is content; python3-prometheus-client is not installed")
    equal((done.returncode, int(done.stdout)), (0, len(HOSTILE)), f"OpenMetrics: {done.stderr!r}\n{text!r}")


def test_every_record_is_json(t):
    """Stable words: each change has the same members."""
    t.world.listen("127.0.0.1")
    write(t, "tcp *:1\n")
    doc = json.loads(t.run("--diff", policy_path(t), "--json").text)
    equal(list(doc["counts"]), ["opened", "closed", "widened", "narrowed", "owner", "unsure"], "counts")
    for change in doc["changes"]:
        equal(list(change), ["change", "keys", "rule", "now"], "members")
        if change["now"]:
            equal(list(change["now"]), ["proto", "addr", "port", "interface", "scope", "owner", "exe", "user", "unit", "text"],
                  "members of now")
