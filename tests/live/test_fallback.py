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
    record = dict(record, v6only=None, local=dict(record["local"], interface=None), via=None)
    if record["local"]["addr"] in ("0.0.0.0", "::"):
        record["scope"] = None
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
    before = by_text(r for r in t.records("-a") if r["state"] != "BOUND")
    proc = by_text(t.records("-a", wrap=wrap(t)))
    after = by_text(r for r in t.records("-a") if r["state"] != "BOUND")
    equal(len(after), len(facts) - 2 + 5, "records: the facts without BOUND, and five more")
    equal([brief(r) for r in proc], [brief(r) for r in after], "sockets")
    for early, record, late in zip(before, proc, after):
        between(early.pop("queue"), record.pop("queue"), late.pop("queue"), f"queue of {brief(record)}")
        equal(record, late, f"record of {brief(late)}")


def between(early, queue, late, what):
    """Window probes move a few bytes of a stuck connection meanwhile: the numbers lie between two looks."""
    equal(queue and set(queue), late and set(late), what)
    for key, value in (queue or {}).items():
        true(value == late[key] or min(early[key], late[key]) <= value <= max(early[key], late[key]),
             f"{what}: {key} {early[key]} {value} {late[key]}")


def test_unknown_is_null(t):
    """v6only, interface, backlog limit and the scope of a wildcard are not known: null, never false, "" or 0."""
    listener = t.world.listen("::", v6only=0, backlog=5)
    t.world.connect(listener, "::1")
    record = one(t.records("-l", str(port(listener)), wrap=wrap(t)), state="LISTEN")
    equal((record["v6only"], record["local"]["interface"], record["queue"]),
          (None, None, {"length": 1, "limit": None}), "record")
    equal((record["scope"], record["via"]), (None, None), "reach")
    equal((record["inode"], record["owner"]), (inode(listener), "known"), "still joined")
    answer = t.run("--scope", "public", str(port(listener)), wrap=wrap(t))
    equal(answer.code, 3, "--scope of what is not known")


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
    w = t.world
    listener = w.listen("127.0.0.1")
    client, server = w.pair(listener)
    datagram, six = w.udp("127.0.0.1"), w.listen("::1")
    w.bind(socket.SOCK_STREAM, "127.0.0.1")
    number = str(port(listener))
    for words, want in (
            (["-l"], [listener, datagram, six]), (["-a", "-t"], [listener, client, server, six]), (["-a", "-u"], [datagram]),
            (["-a", "-4"], [listener, client, server, datagram]), (["-a", "-6"], [six]),
            (["-a", number], [listener, server]), (["-a", str(port(client))], [client]),
            (["--state", "established"], [client, server]), (["--state", "LISTEN,CLOSE"], [listener, datagram, six]),
            (["-t", f"{number}-65535", "-4"], [listener]), (["-l", "127.0.0.1:" + number], [listener])):
        proc = by_text(t.records(*words, wrap=wrap(t)))
        equal(sorted(r["inode"] for r in proc), sorted(map(inode, want)), " ".join(words))
        diag = by_text(r for r in t.records(*words) if r["state"] != "BOUND")
        equal(proc, diag, " ".join(words))


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
