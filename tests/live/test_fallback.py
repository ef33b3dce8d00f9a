"""/proc/net when netlink is refused: the same records but for what /proc cannot know.

The very binary runs under a seccomp filter (deny_netlink.c), as in a sandbox.
"""

import errno
import os
import socket

import states
from ask import brief, equal, one, true
from world import inode, port

REFUSALS = [(call, number) for call in ("socket", "send", "recv")
            for number in (errno.EPERM, errno.EACCES, errno.EAFNOSUPPORT, errno.EPROTONOSUPPORT)]


def wrap(t, call="socket", number=errno.EPERM):
    return [t.world.helper("deny_netlink"), call, str(number)]


def reduced(record):
    """What both readers can know."""
    record = dict(record, v6only=None, local=dict(record["local"], interface=None))
    if record["peer"]:
        record["peer"] = dict(record["peer"], interface=None) if "interface" in record["peer"] else record["peer"]
    if record["state"] == "LISTEN" and record["queue"]:
        record["queue"] = dict(record["queue"], limit=None)
    return record


def by_text(records):
    return sorted((reduced(r) for r in records), key=lambda r: repr(brief(r)))


def test_every_record_is_the_same(t):
    """TCP and UDP, v4 and v6, every state, every field of every holder."""
    t.needs_root("wants a quiet network namespace and a raw packet")
    t.world.veth()
    facts = (states.make(t.world, "127.0.0.1", "10.9.0.1") + states.make(t.world, "::1", "fd09::1") +
             states.make_udp(t.world, "127.0.0.1") + states.make_udp(t.world, "::1"))
    for addr in ("0.0.0.0", "::"):
        t.world.listen(addr), t.world.udp(addr)
    t.world.listen("::", v6only=1)
    diag = t.json("-a")
    proc = t.json("-a", wrap=wrap(t))
    left = by_text(r for r in diag["sockets"] if r["state"] != "BOUND")
    right = by_text(proc["sockets"])
    true(len(left) == len(facts) - 2 + 5, f"{len(left)} records for {len(facts)} facts")
    equal([brief(r) for r in right], [brief(r) for r in left], "sockets")
    for one_record, other in zip(right, left):
        equal(one_record, other, f"record of {brief(other)}")


def test_unknown_is_null(t):
    """v6only, interface and backlog limit are not known: null, never false, "" or 0."""
    listener = t.world.listen("::", v6only=0, backlog=5)
    t.world.connect(listener, "::1")
    record = one(t.records("-l", str(port(listener)), wrap=wrap(t)), state="LISTEN")
    equal((record["v6only"], record["local"]["interface"], record["queue"]),
          (None, None, {"length": 1, "limit": None}), "record")
    equal((record["inode"], record["owner"]), (inode(listener), "known"), "still joined")


def test_each_refusal(t):
    """Whatever call is refused and with which errno: the list comes, and it says where from."""
    listener, sock = t.world.listen("127.0.0.1"), t.world.udp("::1")
    for call, number in REFUSALS:
        doc = t.json("-l", str(port(listener)), str(port(sock)), wrap=wrap(t, call, number))
        what = f"{call} refused with {errno.errorcode[number]}"
        equal(sorted(r["inode"] for r in doc["sockets"]), sorted([inode(listener), inode(sock)]), what)
        true(any("/proc/net" in text for text in doc["not_checked"]), f"{what}: not_checked {doc['not_checked']}")
        answer = t.run("-l", str(port(listener)), wrap=wrap(t, call, number))
        equal(answer.code, 0, f"{what}\n{answer}")
        true(f"127.0.0.1:{port(listener)}" in answer.text, f"{what}\n{answer}")


def test_filters_are_the_same(t):
    """The kernel filters nothing here: the core must."""
    t.needs_root("wants a quiet network namespace")
    listener = t.world.listen("127.0.0.1")
    client, _ = t.world.pair(listener)
    t.world.udp("127.0.0.1"), t.world.listen("::1"), t.world.bind(socket.SOCK_STREAM, "127.0.0.1")
    for words in (["-l"], ["-a", "-t"], ["-a", "-u"], ["-a", "-4"], ["-a", "-6"], ["-a", str(port(listener))],
                  ["-a", str(port(client))], ["--state", "established"], ["--state", "LISTEN,CLOSE"],
                  [f"1-{port(listener)}"], ["-l", "127.0.0.1:" + str(port(listener))]):
        diag = by_text(r for r in t.records(*words) if r["state"] != "BOUND")
        equal(by_text(t.records(*words, wrap=wrap(t))), diag, " ".join(words))


def test_bound_is_missing_and_said(t):
    sock = t.world.bind(socket.SOCK_STREAM, "127.0.0.1")
    doc = t.json("-a", str(port(sock)), wrap=wrap(t))
    equal((doc["sockets"], doc["complete"]), ([], False), "BOUND is not in /proc/net")
    true(any("bound" in text.lower() for text in doc["not_checked"]), f"not_checked {doc['not_checked']}")


def test_pids(t):
    """The main question works without netlink."""
    listener = t.world.listen("127.0.0.1")
    answer = t.run("--pid", str(port(listener)), "-q", wrap=wrap(t))
    equal((answer.code, answer.out), (0, b"%d\n" % os.getpid()), f"--pid -q\n{answer}")


def test_many_rows(t):
    """More than one read() of /proc/net: none is lost, none is doubled."""
    t.needs_root("wants a quiet network namespace")
    socks = [t.world.listen("127.0.0.1") for _ in range(500)] + [t.world.udp("::1") for _ in range(500)]
    records = t.records("-l", wrap=wrap(t))
    equal(sorted(r["inode"] for r in records), sorted(map(inode, socks)), "inodes")


def test_process_filters(t):
    listener = t.world.listen("127.0.0.1")
    child = t.world.named("holder-of-a-port", keep=[listener])
    for words in (["--process", "holder-of-a-port"], ["--process", str(child.pid)]):
        record = one(t.records("-l", *words, wrap=wrap(t)))
        equal(record["inode"], inode(listener), " ".join(words))
