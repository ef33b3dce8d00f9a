"""Host names are asked for only with -r, and never for long."""

import os
import socket
import time

from ask import equal, true
from world import Skip, mount, port

MS_BIND = 4096


def silent_name_server(t):
    """/etc/resolv.conf names a server that never answers: the neighbour of World.veth."""
    t.needs_root("mounts over /etc/resolv.conf in its own mount namespace")
    t.world.veth()
    path = os.path.join(t.scratch, "resolv.conf")
    with open(path, "w") as file:
        file.write("nameserver 10.9.0.2\n")
    if not os.path.exists("/etc/resolv.conf"):
        raise Skip("no /etc/resolv.conf to mount over")
    mount(path, os.path.realpath("/etc/resolv.conf"), None, MS_BIND)


def strangers(t, count):
    """UDP sockets connected to addresses that nobody names."""
    socks = []
    for number in range(count):
        sock = t.world.keep(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        sock.connect((f"10.9.0.{number + 10}", 9))
        socks.append(sock)
    return socks


def test_limited(t):
    silent_name_server(t)
    strangers(t, 60)
    begin = time.monotonic()
    answer = t.run("-a", "-r")
    took = time.monotonic() - begin
    equal((answer.code, len(answer.lines)), (0, 61), f"a header and every socket\n{answer}")
    true(took < 5, f"it took {took:.1f} s")
    true("10.9.0.10:9" in answer.text, f"an address without a name stays an address\n{answer}")


def test_never_by_default(t):
    silent_name_server(t)
    strangers(t, 5)
    begin = time.monotonic()
    for words in (["-a"], ["-a", "--json"], ["-an"], ["-a", "-r", "--json"], ["-a", "-r", "--ndjson"]):
        answer = t.run(*words)
        true(answer.code == 0 and "10.9.0.10" in answer.text, f"an answer\n{answer}")
    true(time.monotonic() - begin < 1.5, "no time was spent on names")


def test_loopback_has_a_name(t):
    """From /etc/hosts, in the table; the addresses in JSON stay addresses."""
    with open("/etc/hosts") as file:
        if not any(line.split()[:1] == ["127.0.0.1"] and "localhost" in line.split() for line in file):
            raise Skip("/etc/hosts does not name 127.0.0.1")
    sock = t.world.listen("127.0.0.1")
    true(f"localhost:{port(sock)}" in t.run("-l", "-r", str(port(sock))).text, "localhost")
    true(f"127.0.0.1:{port(sock)}" in t.run("-l", str(port(sock))).text, "127.0.0.1 without -r")
    equal([r["local"]["addr"] for r in t.records("-l", "-r", str(port(sock)))], ["127.0.0.1"], "JSON")
