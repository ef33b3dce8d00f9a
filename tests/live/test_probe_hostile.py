"""Listeners that mean no good, and addresses that are not ours: every talk ends, in time, and leaves nothing behind."""

import os
import socket
import struct
import subprocess
import threading
import time

from ask import equal, true
from probing import probe, probe_one
from world import port, tcp_state

RESET = struct.pack("ii", 1, 0)


def listener(t, behave, addr="127.0.0.1", number=0):
    """A listener each of whose connections is given to behave(), which may block. Its port."""
    sock = t.world.listen(addr, number, backlog=128)

    def accept():
        while True:
            try:
                conn, _ = sock.accept()
            except OSError:
                return
            threading.Thread(target=quietly, args=(behave, conn, sock), daemon=True).start()
    threading.Thread(target=accept, daemon=True).start()
    return port(sock)


def quietly(behave, conn, sock):
    try:
        behave(conn, sock)
    except OSError:
        pass


def silent(conn, _):
    while conn.recv(4096):  # keeps it open
        pass


def reset(conn, _=None):
    conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    conn.close()


def send_for_ever(conn, _):
    while True:
        conn.sendall(b"x" * 65536)


def drip(pause_s):
    def behave(conn, _):
        while True:
            conn.sendall(b"y")
            time.sleep(pause_s)
    return behave


def echo(conn, _):
    while data := conn.recv(4096):
        conn.sendall(data)


def only_once(conn, sock):
    sock.shutdown(socket.SHUT_RDWR)
    sock.close()
    silent(conn, sock)


def close_when_asked(conn, _):
    conn.recv(4096)
    conn.close()


def garbage(conn, _):
    conn.sendall(b"\0\x1b[2J\xff\xfe\r\n" + bytes(range(256)))
    silent(conn, _)


def test_each(t):
    """All at once, so that none keeps the others waiting."""
    hostile = {
        "never answers": (silent, "silent", 3),
        "closes at once": (lambda conn, _: conn.close(), "closed", 1),
        "resets at once": (reset, "closed", 1),
        "closes when asked": (close_when_asked, "closed", 3),
        "resets when asked": (lambda conn, _: (conn.recv(4096), reset(conn)), "closed", 3),
        "sends without end": (send_for_ever, "endless", 1),
        "sends a byte a second": (drip(1), "answered", 1),
        "sends a byte again and again": (drip(0.05), "answered", 1),
        "echoes": (echo, "answered", 1),
        "takes one connection": (only_once, "silent", 1),
        "sends garbage": (garbage, "answered", 1),
        "sends a line of a megabyte": (lambda conn, _: conn.sendall(b"z" * (1 << 20)), "endless", 1),
    }
    numbers = {name: listener(t, behave) for name, (behave, _, _) in hostile.items()}
    heard, took = probe(t, *[("127.0.0.1", number) for number in numbers.values()])
    equal({name: (one.end, one.connects, one.speech) for name, one in zip(hostile, heard)},
          {name: (end, connects, "-") for name, (_, end, connects) in hostile.items()}, "ends")
    heard = dict(zip(hostile, heard))
    equal(heard["sends a byte a second"].evidence, "y", "what came in time")
    true(5 <= len(heard["sends a byte again and again"].evidence) <= 25, f"one second of it: {heard}")
    equal(len(heard["sends without end"].evidence), 160, "evidence is cut")
    true(heard["sends garbage"].evidence.startswith("\0\x1b[2J"), "evidence is raw")
    true(2 <= took < 4.5, f"three messages of 0.6 s and 0.3 s of listening took {took:.1f} s")


def test_nothing_is_left(t):
    t.needs_root("a quiet network namespace")
    numbers = [listener(t, silent), listener(t, send_for_ever), port(t.world.listen("127.0.0.1"))]
    probe(t, *[("127.0.0.1", number) for number in numbers])
    ours = [record for record in t.records("-a", "-t") if record["peer"] and record["peer"]["port"] in numbers]
    equal([record["state"] for record in ours if record["state"] != "TIME_WAIT"], [], f"our ends of the connections: {ours}")


def test_queue_is_full(t):
    full = t.world.listen("127.0.0.1", backlog=0)
    waiting = [t.world.connect(full, wait=False) for _ in range(4)]
    t.world.await_state(waiting[0], "ESTABLISHED")
    true(tcp_state(waiting[3]) == "SYN_SENT", "the queue is full")
    heard = probe_one(t, "127.0.0.1", port(full))
    equal((heard.end, heard.connects), ("stuck", 0), f"{heard}")


def test_nobody(t):
    gone = t.world.bind(socket.SOCK_STREAM, "127.0.0.1")
    heard = probe_one(t, "127.0.0.1", port(gone))
    equal((heard.end, heard.connects), ("refused", 0), f"{heard}")


def test_meets_itself(t):
    """The one ephemeral port is the one that is asked for: a connect would reach the socket that connects."""
    t.needs_root("sets the range of ephemeral ports")
    with open("/proc/sys/net/ipv4/ip_local_port_range", "w") as file:
        file.write("50500 50500")
    heard = probe_one(t, "127.0.0.1", 50500)
    equal((heard.end, heard.connects), ("refused", 0), f"{heard}")


def test_many(t):
    """A hundred that never answer: at most 64 at once, and no longer than it may take in all."""
    numbers = [port(t.world.listen("127.0.0.1", backlog=8)) for _ in range(100)]
    where = [("127.0.0.1", number) for number in numbers]
    heard, took = probe(t, *where)
    equal([one.end for one in heard], ["silent"] * 100, "ends")
    true(took < 8, f"two rounds took {took:.1f} s")
    heard, took = probe(t, *where, limit_ms=1000)
    true(took < 2, f"a second took {took:.1f} s")
    equal([one.end for one in heard].count("not-tried"), 36, f"{heard}")


def test_own_addresses(t):
    t.needs_root("makes a link")
    t.world.veth()
    numbers = [listener(t, lambda conn, _: conn.sendall(b"SSH-2.0-mine\r\n"), addr)
               for addr in ("10.9.0.1", "fd09::1", "::1", "127.8.8.8")]
    heard, _ = probe(t, ("10.9.0.1", numbers[0]), ("fd09::1", numbers[1]), ("::1", numbers[2]), ("127.8.8.8", numbers[3]),
                     ("::ffff:10.9.0.1", numbers[0]))
    equal([(one.end, one.speech) for one in heard], [("answered", "ssh")] * 5, f"{heard}")


def test_nothing_leaves_this_machine(t):
    """What is on the wire while addresses are asked that are not ours, on the link and behind a router."""
    t.needs_root("makes a link and listens on it")
    t.world.veth()
    for words in ("route add default via 10.9.0.2", "-6 route add default via fd09::2"):
        subprocess.run(["ip", *words.split()], check=True)
    for family in ("ipv4", "ipv6"):  # the worst case: every address may be bound
        with open(f"/proc/sys/net/{family}/ip_nonlocal_bind", "w") as file:
            file.write("1")
    foreign = ("10.9.0.2", "10.9.0.255", "192.0.2.1", "fd09::2", "2001:db8::1", "::ffff:192.0.2.1", "0.0.0.0", "::",
               "224.0.0.1", "255.255.255.255")
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3)) as wire:
        wire.bind(("vb", 3))
        wire.settimeout(0.5)
        equal(packets_to(wire), 0, "before")
        heard, took = probe(t, *[(addr, 80) for addr in foreign])
        equal([(one.end, one.connects) for one in heard], [("foreign", 0)] * len(foreign), f"{heard}")
        true(took < 1, "nothing is waited for")
        equal(packets_to(wire), 0, "packets on the wire")
        with socket.socket() as sock:  # and the wire is one that shows them
            sock.setblocking(False)
            sock.connect_ex(("192.0.2.1", 80))
            true(packets_to(wire) > 0, "a packet that does leave is seen")


def packets_to(wire):
    """TCP segments that came out of the machine."""
    count = 0
    while True:
        try:
            frame = wire.recv(2048)
        except socket.timeout:
            return count
        ethertype = frame[12:14]
        count += (ethertype == b"\x08\x00" and frame[23] == 6) or (ethertype == b"\x86\xdd" and frame[20] == 6)


def test_no_descriptors(t):
    """As many as there are: the others say why not, none is called silent."""
    numbers = [listener(t, lambda conn, _: conn.sendall(b"SSH-2.0-x\r\n")) for _ in range(20)]
    words = [word for number in numbers for word in ("127.0.0.1", str(number))]
    done = subprocess.run(["prlimit", "--nofile=12", t.world.helper("probe"), "5000", *words], capture_output=True, timeout=30)
    lines = [line.split("\t") for line in done.stdout.decode().splitlines()]
    equal(done.returncode, 0, f"{done}")
    ends = sorted({(line[0], line[6]) for line in lines})
    equal(ends, [("answered", "-"), ("failed", "socket")], f"{lines}")
