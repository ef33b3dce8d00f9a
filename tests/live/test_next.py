"""--next: ports that really can be bound, the lowest first."""

import json
import socket

from ask import complaint, equal, true
from test_why import sysctl
from world import NOBODY


def numbers(answer):
    return [int(line) for line in answer.lines]


def test_is_bindable(t):
    """What it prints can be bound, on both families and by TCP and UDP."""
    answer = t.run("--next", "-u")
    equal((answer.code, len(answer.lines), answer.err), (0, 1, b""), f"{answer}")
    number = numbers(answer)[0]
    true(number >= 1024, f"{number}")
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        t.world.bind(kind, "::", number, v6only=0)


def is_well_known(t, number):
    port = json.loads(t.run("--info", f"tcp/{number}", "--json").text)["ports"][0]
    return any(use["source"] == "customary" for use in port["uses"]) or port["security"] != []


def test_a_name_that_nobody_met(t):
    """IANA has a name for 3000 to 3091: React, Rails and Grafana are met on 3000, a few others behind it."""
    t.needs_root("wants a quiet network namespace")
    t.world.listen("127.0.0.1", 3000)
    second = numbers(t.run("--next", "3000"))[0]
    true(3000 < second < 3010 and not is_well_known(t, second), f"{second}")


def test_from_a_start(t):
    """The start itself may be a port that another service is known for; those behind it may not."""
    t.needs_root("wants a quiet network namespace")
    equal(t.run("--next", "8080").out, b"8080\n", "8080, http-alt by name")
    t.world.listen("127.0.0.1", 8080)
    second = numbers(t.run("--next", "8080"))[0]
    true(second > 8080, f"{second}")
    for between in range(8081, second):
        equal(t.json(str(between), "-l")["sockets"], [], "passed over, though nobody is there")
        true(is_well_known(t, between), f"{between}: why was it passed over?")
    true(not is_well_known(t, second), f"{second}")
    t.world.listen("::1", second)
    true(numbers(t.run("--next", "8080"))[0] > second, "one family taken is taken")


def test_range(t):
    """All of a range is asked for, names or not."""
    t.needs_root("wants a quiet network namespace")
    t.world.listen("127.0.0.1", 8000)
    t.world.bind(socket.SOCK_STREAM, "0.0.0.0", 8001)  # idle
    t.world.udp("0.0.0.0", 8002)
    equal(t.run("--next", "8000-8010").out, b"8002\n", "TCP")
    equal(t.run("--next", "-u", "8000-8010").out, b"8003\n", "TCP and UDP")
    equal(t.run("--next", "udp/8002-8010").out, b"8003\n", "UDP alone")
    equal(numbers(t.run("--next", "8000-8010", "--count", "3")), [8002, 8003, 8004], "--count")
    answer = t.run("--next", "8000-8000")
    equal((answer.code, answer.out), (1, b""), f"none\n{answer}")
    true("could not be bound" in answer.errors[0], f"and why\n{answer}")
    equal(t.run("--next", "-q", "8000-8000").err, b"", "-q")
    answer = t.run("--next", "8000-8003", "--count", "3")
    equal((answer.code, numbers(answer)), (1, [8002, 8003]), "fewer than asked for")


def test_families(t):
    t.needs_root("wants a quiet network namespace")
    t.world.listen("::", 8000, v6only=1)
    equal(t.run("--next", "8000-8001").out, b"8001\n", "both")
    equal(t.run("--next", "-4", "8000-8001").out, b"8000\n", "-4")
    equal(t.run("--next", "-6", "8000-8001").out, b"8001\n", "-6")


def test_neither_reserved_nor_ephemeral(t):
    t.needs_root("sets the range of ephemeral ports")
    sysctl("ipv4/ip_local_port_range", "8003 8005")
    sysctl("ipv4/ip_local_reserved_ports", "8000,8002")
    equal(numbers(t.run("--next", "8000-8010", "--count", "4")), [8001, 8006, 8007, 8008], "ports")
    doc = json.loads(t.run("--next", "8000-8010", "--count", "4", "--json").text)
    equal((doc["ports"], doc["passed"]), ([8001, 8006, 8007, 8008],
                                          {"reserved": 2, "ephemeral": 3, "well_known": 0, "taken": 0}), "JSON")
    answer = t.run("--next", "8003-8005")
    equal(answer.code, 1, f"{answer}")
    true("3 are ephemeral" in answer.errors[0], f"{answer}")


def test_privileged(t):
    t.needs_root("becomes another user")
    binary = t.binary_for_all()
    equal(t.run("--next", "1022-1024").out, b"1022\n", "root")
    equal(t.run("--next", "1022-1024", uid=NOBODY, binary=binary).out, b"1024\n", "nobody")


def test_lingering(t):
    """A port in TIME_WAIT is not one that a plain bind() gets."""
    t.needs_root("wants a quiet network namespace")
    listener = t.world.listen("127.0.0.1", 8000)
    client, server = t.world.pair(listener)
    listener.close()
    server.shutdown(socket.SHUT_WR)
    t.world.await_state(client, "CLOSE_WAIT")
    client.close()
    server.close()
    equal(t.run("--next", "8000-8001").out, b"8001\n", "the next one")


def test_usage(t):
    complaint(t.run("--next", "80", "90"), "--next")
    complaint(t.run("--next", "127.0.0.1:80"), "127.0.0.1:80")
    complaint(t.run("--next", "--count", "0"), "--count")
    complaint(t.run("--count", "2"), "--count")
