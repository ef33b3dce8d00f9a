"""--audit: each rule in a real world where it is true, and in one beside it where it is not."""

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import time

from ask import equal, true
from test_probe_hostile import packets_to
from world import CLONE_NEWNS, NOBODY, Skip, mount, port

REUSEPORT = ((socket.SOL_SOCKET, socket.SO_REUSEPORT, 1),)
LAN = "10.9.0.1"  # of World.veth: a private network
LOW = 20000       # below every ephemeral range that the kernel has by itself


def audit(t, *args, **how):
    return t.json("--audit", "--partial", *args, **how)


def rules(doc):
    return sorted({finding["rule"] for finding in doc["findings"]})


def found(doc, rule):
    """The one finding of this rule."""
    hits = [finding for finding in doc["findings"] if finding["rule"] == rule]
    equal(len(hits), 1, f"findings of {rule} among {rules(doc)}")
    return hits[0]


def quiet(doc, rule):
    true(rule not in rules(doc), f"{rule} must not be found: {rules(doc)}")


def sysctl(name, value):
    with open(f"/proc/sys/net/{name}", "w") as file:  # of this test's own network namespace
        file.write(value)


def lan(t):
    t.needs_root("makes interfaces in a network namespace of its own")
    t.world.veth()


def inodes(finding):
    return [record["inode"] for record in finding["sockets"]]


def ino(sock):
    return os.fstat(sock.fileno()).st_ino


# -- who holds it -------------------------------------------------------------------------------------------------

def test_wrong_process_and_exposure(t):
    """5432 held by Python, open to the network; then on loopback alone; then on a number that promises nothing."""
    lan(t)
    listener = t.world.listen("0.0.0.0", 5432)
    doc = audit(t, "5432")
    finding = found(doc, "wrong-process")
    equal((finding["evidence"]["customary"], inodes(finding)), ("postgresql", [ino(listener)]), "wrong-process")
    equal((found(doc, "exposed-database")["evidence"]["scope"], doc["exit"]), ("private", 1), "exposed-database")
    listener.close()
    t.world.listen("127.0.0.1", 5432)
    doc = audit(t, "5432")
    found(doc, "wrong-process")
    quiet(doc, "exposed-database")
    t.world.listen("0.0.0.0", LOW)
    doc = audit(t, str(LOW))
    quiet(doc, "wrong-process")
    quiet(doc, "exposed-database")


def test_exposures(t):
    """One of each kind on a network, on loopback alone, and a neighbour on a number without a note."""
    lan(t)
    for rule, number, kind in (("exposed-no-login", 1883, socket.SOCK_STREAM), ("exposed-database", 27017, socket.SOCK_STREAM),
                               ("exposed-control", 23, socket.SOCK_STREAM), ("exposed-plaintext", 80, socket.SOCK_STREAM),
                               ("exposed-service", 53, socket.SOCK_DGRAM)):
        for addr, is_exposed in (("0.0.0.0", True), (LAN, True), ("127.0.0.1", False)):
            sock = t.world.bind(kind, addr, number)
            if kind == socket.SOCK_STREAM:
                sock.listen()
            doc = audit(t, str(number))
            if is_exposed:
                finding = found(doc, rule)
                equal((finding["evidence"]["scope"], inodes(finding)), ("private", [ino(sock)]), f"{rule} at {addr}")
            else:
                equal([name for name in rules(doc) if name.startswith("exposed-")], [], f"{number} at {addr}")
            sock.close()
    t.world.listen("0.0.0.0", LOW + 1)  # LOW has a note: DNP3
    equal([name for name in rules(audit(t, str(LOW + 1))) if name.startswith("exposed-")], [], "no note")


def test_odd_port(t):
    """Something that is called sshd, on 8022 and on 22."""
    lan(t)
    for number, is_odd in ((8022, True), (22, False)):
        sock = t.world.listen("0.0.0.0", number)
        process = t.world.named("sshd", keep=[sock])
        sock.close()
        doc = audit(t, str(number))
        if is_odd:
            equal(found(doc, "odd-port")["evidence"], {"serves": "ssh", "usual_port": 22}, "evidence")
        else:
            quiet(doc, "odd-port")
        process.end()


def test_root_listener(t):
    lan(t)
    sock = t.world.listen(LAN, LOW)
    equal(found(audit(t, str(LOW)), "root-listener")["severity"], "warning", "to the network")
    t.world.hand(sock, uid=NOBODY)
    quiet(audit(t, str(LOW)), "root-listener")
    t.world.listen("127.0.0.1", LOW + 1)
    equal(found(audit(t, str(LOW + 1)), "root-listener")["severity"], "info", "to this machine")


def place(t, folder, mode):
    """stand in a folder with this mode, on a file system of its own: not below /tmp."""
    os.makedirs(folder)
    path = os.path.join(folder, "server")
    shutil.copy(t.world.helper("stand"), path)
    os.chmod(folder, mode)
    return path


def test_program_place(t):
    t.needs_root("mounts a file system")
    mount("tmpfs", "/mnt", "tmpfs")
    closed, wide = place(t, "/mnt/closed", 0o755), place(t, "/mnt/wide", 0o777)
    for path, is_writable in ((closed, False), (wide, True)):
        sock = t.world.listen("127.0.0.1", LOW)
        process = t.world.stand(["server"], path, keep=[sock])
        sock.close()
        doc = audit(t, str(LOW))
        quiet(doc, "deleted-program")
        if is_writable:
            equal(found(doc, "writable-program")["evidence"]["exe"], path, "exe")
        else:
            quiet(doc, "writable-program")
            os.unlink(path)
            finding = found(audit(t, str(LOW)), "deleted-program")
            equal((finding["process"]["pid"], finding["severity"]), (process.pid, "warning"), "deleted")
        process.end()


def test_program_in_a_temporary_folder(t):
    """Where everybody writes by tradition, whatever the folder's mode is today."""
    t.needs_root("mounts a file system")
    for folder in ("/dev/shm", "/mnt"):
        mount("tmpfs", folder, "tmpfs", options="mode=755")
    for folder, is_temporary in (("/tmp", True), ("/dev/shm", True), ("/mnt", False)):
        with tempfile.TemporaryDirectory(dir=folder) as inner:
            path = place(t, os.path.join(inner, "bin"), 0o755)
            sock = t.world.listen("127.0.0.1", LOW)
            process = t.world.stand(["server"], path, keep=[sock])
            sock.close()
            doc = audit(t, str(LOW))
            if is_temporary:
                finding = found(doc, "writable-program")
                equal((finding["evidence"]["exe"], finding["process"]["pid"]), (path, process.pid), folder)
            else:
                quiet(doc, "writable-program")
            process.end()


def test_program_of_an_appimage(t):
    """It lies in /tmp, on a mount of its own on which nobody can write."""
    t.needs_root("mounts a file system")
    with tempfile.TemporaryDirectory(dir="/tmp", prefix=".mount_") as folder:
        mount("tmpfs", folder, "tmpfs", options="mode=755")
        path = place(t, os.path.join(folder, "bin"), 0o755)
        for options, is_writable in (("remount,rw", True), ("remount,ro", False)):
            subprocess.run(["mount", "-o", options, folder], check=True)
            sock = t.world.listen("127.0.0.1", LOW)
            process = t.world.stand(["server"], path, keep=[sock])
            sock.close()
            doc = audit(t, str(LOW))
            (found if is_writable else quiet)(doc, "writable-program")
            process.end()
        subprocess.run(["umount", folder], check=True)


def test_program_never_was_a_file(t):
    listener = t.world.listen("127.0.0.1")
    with open(t.world.helper("stand"), "rb") as file:
        program = file.read()
    fd = os.memfd_create("x", 0)
    os.write(fd, program)
    process = t.world.stand(["x"], f"/proc/{os.getpid()}/fd/{fd}", keep=[listener])
    listener_port = port(listener)
    listener.close()
    finding = found(audit(t, str(listener_port)), "deleted-program")
    equal((finding["severity"], finding["process"]["pid"]), ("critical", process.pid), "from memory")


# -- the port -----------------------------------------------------------------------------------------------------

def test_malware_habit(t):
    lan(t)
    t.world.listen("0.0.0.0", 31337)
    t.world.listen("0.0.0.0", 31338)
    equal(found(audit(t, "31337"), "malware-habit")["severity"], "warning", "severity")
    quiet(audit(t, "31338"), "malware-habit")


def test_ephemeral_listener(t):
    t.needs_root("sets the range of a network namespace of its own")
    sysctl("ipv4/ip_local_port_range", f"{LOW + 100} {LOW + 199}")
    sysctl("ipv4/ip_local_reserved_ports", str(LOW + 150))
    for number, is_inside in ((LOW + 100, True), (LOW + 99, False), (LOW + 150, False)):
        t.world.listen("127.0.0.1", number)
        doc = audit(t, str(number))
        if is_inside:
            equal(found(doc, "ephemeral-listener")["evidence"], {"low": LOW + 100, "high": LOW + 199}, "evidence")
            equal((doc["counts"]["warning"], doc["exit"]), (0, 0), "worth knowing, no more")
        else:
            quiet(doc, "ephemeral-listener")


# -- queues -------------------------------------------------------------------------------------------------------

def test_accept_queue(t):
    t.needs_root("wants a quiet network namespace")
    listener = t.world.listen("127.0.0.1", LOW, backlog=2)
    t.world.connect(listener)
    t.world.connect(listener)
    quiet(audit(t), "accept-queue-full")  # there is room for one more than the limit
    t.world.connect(listener)
    finding = found(audit(t), "accept-queue-full")
    equal((finding["evidence"], inodes(finding)), ({"length": 3, "limit": 2}, [ino(listener)]), "evidence")


def test_accept_overflow(t):
    """Clients that are turned away while lsports looks, and none when they have given up."""
    t.needs_root("wants a quiet network namespace")
    listener = t.world.listen("127.0.0.1", LOW, backlog=0)
    t.world.connect(listener)
    quiet(audit(t), "accept-overflow")

    def knock():
        with contextlib.ExitStack() as stack:
            for _ in range(20):
                client = stack.enter_context(socket.socket())
                client.setblocking(False)
                client.connect_ex(("127.0.0.1", LOW))
            time.sleep(0.05)
    crowd = t.world.fork(forever=knock)
    finding = found(audit(t), "accept-overflow")
    true(finding["evidence"]["overflows"] > 0 and finding["severity"] == "critical", f"evidence {finding}")
    equal(inodes(finding), [ino(listener)], "whose queue")
    crowd.end()
    time.sleep(0.3)
    quiet(audit(t), "accept-overflow")


def test_close_wait(t):
    t.needs_root("wants a quiet network namespace")
    listener = t.world.listen("127.0.0.1", LOW, backlog=128)
    for count, is_leak in ((49, False), (50, True)):
        while len(t.world.kept) < 1 + 2 * count:
            client, server = t.world.pair(listener)
            client.close()
            t.world.await_state(server, "CLOSE_WAIT")
        time.sleep(1.2)
        if is_leak:
            finding = found(audit(t), "close-wait")
            equal((finding["evidence"]["connections"], finding["process"]["pid"]), (50, os.getpid()), "who")
            older = finding["evidence"]["oldest_ms"]
            true(1200 <= older < 20000, f"the oldest is at least as old as the pause: {older}")
        else:
            quiet(audit(t), "close-wait")


def test_time_wait(t):
    """100 ports for outgoing connections; those that are over still have 79, then 80 of them."""
    t.needs_root("sets the range of a network namespace of its own")
    sysctl("ipv4/ip_local_port_range", "30000 30099")
    sysctl("ipv4/tcp_tw_reuse", "0")
    listener = t.world.listen("127.0.0.1", LOW, backlog=128)
    used = 0
    for count, is_near in ((79, False), (80, True), (97, True)):
        for used in range(used, count):
            client, server = t.world.pair(listener)
            client.close()  # who closes first keeps the port
            server.close()
        used = count
        doc = audit(t)
        if not is_near:
            quiet(doc, "time-wait")
            continue
        finding = found(doc, "time-wait")
        equal(finding["evidence"],
              {"local": "127.0.0.1", "peer": "127.0.0.1", "peer_port": LOW, "used": count, "ports": 100}, "evidence")
        equal(finding["severity"], "critical" if count == 97 else "warning", "severity")


# -- several sockets on one port ----------------------------------------------------------------------------------

def test_v6_twin(t):
    lan(t)
    four = t.world.listen("127.0.0.1", LOW)
    six = t.world.listen("::", LOW, v6only=1)
    equal(inodes(found(audit(t), "v6-twin")), [ino(six), ino(four)], "sockets")
    six.close()
    t.world.listen("::1", LOW, v6only=1)
    quiet(audit(t), "v6-twin")


def test_two_answers(t):
    """Who calls 127.0.0.1 and who calls the address on the network are told whom they reach; calling shows it."""
    lan(t)
    here = t.world.listen("127.0.0.1", LOW)
    there = t.world.listen(LAN, LOW)
    quiet(audit(t), "two-answers")  # one process has both
    here_inode, there_inode = ino(here), ino(there)

    def answer(listener):
        def forever():
            client, _ = listener.accept()
            client.sendall(str(os.getpid()).encode())
            client.close()
        return forever
    one = t.world.hand(here, forever=answer(here))
    other = t.world.hand(there, forever=answer(there))
    finding = found(audit(t), "two-answers")
    equal(inodes(finding), [there_inode, here_inode], "sockets")
    for addr, process in (("127.0.0.1", one), (LAN, other)):
        with socket.create_connection((addr, LOW), timeout=5) as client:
            equal(int(client.recv(20)), process.pid, f"who answers at {addr}")
        true(f"(pid {process.pid})" in finding["sentence"], f"{addr} in {finding['sentence']}")


def test_shared_port(t):
    """The kernel lets only sockets of one user share a port; handed to another's process they are shared all the same."""
    t.needs_root("becomes another user")
    one = t.world.listen("127.0.0.1", LOW, options=REUSEPORT)
    other = t.world.listen("127.0.0.1", LOW, options=REUSEPORT)
    quiet(audit(t), "shared-port")
    kept = {ino(one), ino(other)}
    t.world.hand(other, uid=NOBODY)
    finding = found(audit(t), "shared-port")
    equal(set(inodes(finding)), kept, "sockets")
    true(f"uid {NOBODY}" in finding["sentence"] and "uid 0" in finding["sentence"], f"sentence {finding['sentence']}")


# -- exit status --------------------------------------------------------------------------------------------------

def test_exit_status(t):
    lan(t)
    number = str(LOW)
    equal(t.run("--audit", number, "-q").code, 0, "nobody is there")
    t.world.hand(t.world.listen("127.0.0.1", LOW), uid=NOBODY)
    equal(t.run("--audit", number, "-q").code, 0, "nothing found")
    t.world.listen("127.0.0.1", LOW + 1)  # root, this machine alone: info
    equal(t.run("--audit", str(LOW + 1), "-q").code, 0, "less than a warning")
    equal(t.run("--audit", str(LOW + 1), "-q", "--severity", "info").code, 1, "as bad as was asked for")
    answer = t.run("--audit", str(LOW + 1), uid=NOBODY, binary=t.binary_for_all())
    equal((answer.code, len(answer.errors)), (3, 1), f"a hidden owner\n{answer}")
    answer = t.run("--audit", str(LOW + 1), "--partial", uid=NOBODY, binary=t.binary_for_all())
    equal(answer.code, 0, f"and that is enough\n{answer}")


def test_probe(t):
    """An HTTP server where SSH is promised."""
    lan(t)
    listener = t.world.listen("127.0.0.1", 22)

    def serve():
        client, _ = listener.accept()
        client.recv(4096)
        client.sendall(b"HTTP/1.1 200 OK\r\nServer: toy\r\n\r\n")
        client.close()
    t.world.hand(listener, forever=serve)
    doc = audit(t, "22", "--probe")
    equal(found(doc, "wrong-answer")["evidence"], {"customary": "ssh", "speaks": "http"}, "evidence")
    equal([(a["port"], a["speaks"], a["fits"]) for a in doc["answers"]], [(22, "http", False)], "answers")
    doc = audit(t, "22")
    quiet(doc, "wrong-answer")
    equal(doc["answers"], None, "nobody was asked")


def test_probe_asks_no_stranger(t):
    """A listener may be bound to an address that is not ours: it is not asked, nothing goes out for it."""
    lan(t)
    sysctl("ipv4/ip_nonlocal_bind", "1")
    subprocess.run(["ip", "route", "add", "default", "via", "10.9.0.2"], check=True)
    t.world.listen("192.0.2.1", LOW)
    t.world.listen(LAN, LOW)
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3)) as wire:
        wire.bind(("vb", 3))
        wire.settimeout(0.5)
        doc = audit(t, str(LOW), "--probe")
        equal({(a["bound_to"], a["asked_at"], a["end"]) for a in doc["answers"]},
              {("192.0.2.1", "192.0.2.1", "foreign"), (LAN, LAN, "silent")}, "answers")
        equal(packets_to(wire), 0, "packets on the wire")


def test_probe_ends_in_time(t):
    """More who never answer than there is time for: the audit ends, and says that it is not whole."""
    lan(t)
    for number in range(250):
        t.world.listen("127.0.0.1", LOW + number, backlog=8)
    begin = time.monotonic()
    doc = t.json("--audit", "--probe")
    true(time.monotonic() - begin < 6, f"five seconds of asking took {time.monotonic() - begin:.1f} s")
    ends = [answer["end"] for answer in doc["answers"]]
    true(ends.count("silent") >= 128 and "not-tried" in ends and set(ends) == {"silent", "not-tried"}, f"{ends}")
    equal((doc["exit"], doc["complete"], len(doc["not_checked"])), (3, False, 1), f"{doc['not_checked']}")
