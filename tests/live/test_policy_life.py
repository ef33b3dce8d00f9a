"""A policy over time: what people wrote in it stays, what is no drift is not said, and the file is never half of one."""

import http.client
import os
import random
import shutil
import signal
import socket
import subprocess
import threading
import time

from ask import complaint, equal, ports, true
from test_policy import HEAD, drift, held, lock, policy_path, write
from world import NOBODY, Skip, port


def ephemeral(t):
    """A UDP socket on a port of the system's choice that has no name in the registry."""
    while True:
        sock = t.world.udp("127.0.0.1")
        if not t.json("--info", str(port(sock)))["ports"][0]["uses"]:
            return sock
        sock.close()


def text_of(t):
    with open(policy_path(t), encoding="utf-8") as file:
        return file.read()


def test_relock(t):
    """What still holds stays as it is written; what goes is told."""
    t.needs_root("wants a quiet network namespace")
    stays, goes = t.world.listen("127.0.0.1"), t.world.listen("127.0.0.1")
    kept = f"# ask Ada\ntcp loopback:{port(stays)} exe=*/python*   # hers\n"
    gone = f"tcp 127.0.0.1:{port(goes)} user=root # once"
    write(t, f"{kept}{gone}\nudp *:40000-40010 # may be\n")
    goes.close()
    comes = t.world.listen("127.0.0.1")
    answer = t.run("--lock", policy_path(t))
    equal((answer.code, answer.errors), (0, [f"lsports: {policy_path(t)}: removed: {gone}"]), "told")
    text = text_of(t)
    true(text.startswith(HEAD) and kept in text and "\nudp *:40000-40010 # may be\n" in text, f"kept:\n{text}")
    true(gone not in text and f"tcp  127.0.0.1:{port(comes)} " in text, f"changed:\n{text}")
    equal(drift(t), (0, []), "no drift")
    equal((t.run("--lock", policy_path(t)).err, text_of(t)), (b"", text), "once more: the same")


def test_restart(t):
    """Another pid is no drift, nor another port of the system's choice for UDP; for a TCP server that is one."""
    t.needs_root("wants a quiet network namespace")
    first, server = ephemeral(t), t.world.listen("127.0.0.1")
    process = held(t, "daemon", first, server)
    number = port(server)
    first.close()
    server.close()
    rules = lock(t)
    true(any("udp  127.0.0.1:" in rule and "-" in rule.split()[1] for rule in rules), f"a range: {rules}")
    process.end()
    second = ephemeral(t)
    server = t.world.listen("127.0.0.1", number, options=[(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)])
    process = held(t, "daemon", second, server)
    second.close()
    server.close()
    equal(drift(t), (0, []), "a new pid, a new UDP port")
    process.end()
    server = t.world.listen("127.0.0.1")
    held(t, "daemon", server)
    server.close()
    code, changes = drift(t)
    equal((code, sorted(what for what, _, _ in changes)), (1, ["closed", "opened"]), "a new TCP port")


def test_client(t):
    """The socket of one who asks a name server is gone a second later; one that stays is drift."""
    t.needs_root("wants a quiet network namespace")
    lock(t)
    sock = ephemeral(t)
    process = held(t, "asker", sock)
    number = port(sock)
    sock.close()
    other = ephemeral(t)
    late = other.getsockname()
    other.close()
    threading.Timer(0.3, process.end).start()
    threading.Timer(0.4, lambda: other.__init__(socket.AF_INET, socket.SOCK_DGRAM) or other.bind(late)).start()
    begin = time.monotonic()
    equal(drift(t), (0, []), "gone, and another one asks")
    true(time.monotonic() - begin >= 1 and ports(t.records("-u")) == [late[1]], "was looked at twice")
    other.close()
    sock = t.world.udp("127.0.0.1", number)
    equal(drift(t), (1, [("opened", number, [])]), "stays")
    begin = time.monotonic()
    equal(drift(t, "-t"), (0, []), "not asked")
    true(time.monotonic() - begin < 1, "no second look without need")


def test_upgraded(t):
    """The file of a running program was replaced: the same program."""
    t.needs_root("wants a quiet network namespace")
    sock = t.world.listen("127.0.0.1")
    held(t, "server", sock)
    sock.close()
    rules = lock(t)
    os.unlink(os.path.join(t.scratch, "server"))
    equal(drift(t), (0, []), "no drift")
    equal((lock(t, anew=False), lock(t)), (rules, rules), "written the same, and anew")


def test_file_keeps(t):
    """Mode and owner stay; links and folders that may not be written are told with the way out."""
    t.needs_root("gives a file away")
    t.world.listen("127.0.0.1")
    lock(t)
    os.chmod(policy_path(t), 0o640)
    os.chown(policy_path(t), NOBODY, 12)
    t.world.listen("127.0.0.1")
    lock(t, anew=False)
    now = os.stat(policy_path(t))
    equal((now.st_mode & 0o7777, now.st_uid, now.st_gid), (0o640, NOBODY, 12), "mode, owner, group")
    os.symlink("policy", os.path.join(t.scratch, "link"))
    complaint(t.run("--lock", os.path.join(t.scratch, "link")), "name the file that it leads to")
    complaint(t.run("--lock", "/dev/stdout"), "- is standard output")
    binary = t.binary_for_all()
    answer = t.run("--lock", os.path.join(t.scratch, "new"), "--partial", uid=NOBODY, binary=binary)
    equal((answer.code, "its folder must be writable" in answer.err.decode()), (4, True), f"{answer}")
    complaint(t.run("--diff", policy_path(t), uid=NOBODY - 1, binary=binary), "cannot be read")


def test_killed(t):
    """Ended at any moment, it leaves the old file or the new one."""
    socks = [t.world.listen("127.0.0.1") for _ in range(2)]
    numbers = [str(port(sock)) for sock in socks]
    whole, ended = [], 0
    for number in numbers:
        write(t, "")
        equal(t.run("--lock", policy_path(t), "--partial", number).code, 0, "--lock")
        whole.append(text_of(t))
    for turn in range(80):
        write(t, "")
        before = text_of(t)
        process = subprocess.Popen([t.binary, "--lock", policy_path(t), "--partial", numbers[turn % 2]],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(random.uniform(0, 0.006))
        process.kill()
        ended += process.wait() == -signal.SIGKILL
        true(text_of(t) in (before, whole[turn % 2]), f"turn {turn}: {text_of(t)}")
    true(ended > 0, "some were ended in the middle")


def test_node_exporter(t):
    """Prometheus's own node_exporter serves what we write, hostile names and all, and finds no fault with it."""
    t.needs_root("wants a quiet network namespace")
    program = shutil.which("prometheus-node-exporter") or shutil.which("node_exporter")
    if not program:
        raise Skip("node_exporter is not installed (Debian: prometheus-node-exporter)")
    held(t, 'a "name" \\ \n\x1b[31m', t.world.listen("127.0.0.1", 8000))
    lock(t)
    t.world.listen("0.0.0.0", 8001)
    text = t.run("--diff", policy_path(t), "--format", "openmetrics").text
    with open(os.path.join(t.scratch, "lsports.prom"), "w", encoding="utf-8") as file:
        file.write(text)
    with subprocess.Popen([program, "--collector.disable-defaults", "--collector.textfile", "--web.listen-address=127.0.0.1:9100",
                           f"--collector.textfile.directory={t.scratch}"], stderr=subprocess.DEVNULL) as process:
        try:
            served = get("127.0.0.1", 9100, "/metrics").splitlines()
        finally:
            process.kill()
    true("node_textfile_scrape_error 0" in served, "no error")
    # it sorts labels, and gives each series those that others have
    ours = sorted(line.split("{")[0].split(" ")[0] + line.rpartition(" ")[2] for line in text.splitlines() if line[0] != "#")
    theirs = sorted(line.split("{")[0].split(" ")[0] + line.rpartition(" ")[2] for line in served if line.startswith("lsports_"))
    equal(theirs, ours, "all of ours, with their numbers")
    true('lsports_drift{change="opened"} 1' in served, "drift")
    true(any('port="8001"' in line and 'scope="loopback"' in line for line in served), "the port")


def get(host, number, path):
    for _ in range(100):
        try:
            link = http.client.HTTPConnection(host, number, timeout=10)
            link.request("GET", path)
            return link.getresponse().read().decode()
        except ConnectionRefusedError:
            time.sleep(0.05)
    raise AssertionError(f"nobody answers on {number}")


def test_too_much(t):
    """What could not be read back is not written."""
    t.world.listen("127.0.0.1", 0)
    write(t, "".join(f"udp 127.9.9.9:{1 + i % 60000}-65535\n" for i in range(65536)))
    before = text_of(t)
    equal(t.run("--diff", policy_path(t), "-u", "1").code, 0, "as many as there may be")
    answer = t.run("--lock", policy_path(t), "--partial")
    equal((answer.code, "too many rules" in answer.err.decode(), text_of(t) == before), (4, True, True), f"{answer}")
