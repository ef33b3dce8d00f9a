"""Every TCP state that can be made on one machine, each with its addresses, inode and owner; and BOUND."""

import os
import socket

import states
from ask import brief, equal, one
from world import Skip, inode, port

ALL = ["ESTABLISHED", "SYN_SENT", "SYN_RECV", "FIN_WAIT1", "FIN_WAIT2", "TIME_WAIT", "CLOSE_WAIT", "LAST_ACK",
       "LISTEN", "CLOSING", "BOUND"]


def told(fact):
    return (fact.proto, fact.state, *fact.local, fact.peer, fact.inode)


def by_text(rows):
    return sorted(rows, key=repr)


def make_all(t):
    t.needs_root("wants a quiet network namespace and a raw packet")
    t.world.veth()
    return (states.make(t.world, "127.0.0.1", "10.9.0.1") + states.make(t.world, "::1", "fd09::1") +
            states.make_udp(t.world, "127.0.0.1") + states.make_udp(t.world, "::1"))


def test_every_state_in_all(t):
    facts = make_all(t)
    equal(sorted({f.state for f in facts if f.proto == "tcp"}), sorted(ALL), "the world has every state")
    records = t.records("-a")
    equal(by_text(map(brief, records)), by_text(map(told, facts)), "-a")


def test_every_owner(t):
    """TIME_WAIT, SYN_RECV, orphans and unaccepted connections belong to nobody; the rest to this process."""
    facts = make_all(t)
    records = {brief(r): r for r in t.records("-a")}
    for fact in facts:
        record = records[told(fact)]
        equal((record["owner"], [h["pid"] for h in record["holders"]]),
              ("known", [os.getpid()]) if fact.held else ("none", []), f"owner of {fact}")


def test_each_state_alone(t):
    """--state X is the kernel's filter as well as ours: exactly the facts with that state."""
    facts = make_all(t)
    for state in ALL:
        want = by_text(told(f) for f in facts if f.state == state and f.proto == "tcp")
        equal(by_text(map(brief, t.records("-t", "-a", "--state", state))), want, f"-t -a --state {state}")
        everything = by_text(told(f) for f in facts if f.state == state)
        equal(by_text(map(brief, t.records("--state", state))), everything, f"--state {state}")


def test_each_family_alone(t):
    facts = make_all(t)
    for option, colon in (("-4", False), ("-6", True)):
        want = by_text(told(f) for f in facts if (":" in f.local[0]) == colon)
        equal(by_text(map(brief, t.records("-a", option))), want, f"-a {option}")


def test_open_is_listen_and_udp(t):
    facts = make_all(t)
    want = by_text(told(f) for f in facts if f.state == "LISTEN" or (f.proto == "udp" and f.state == "CLOSE"))
    equal(by_text(map(brief, t.records("-l"))), want, "-l")
    bound = by_text(want + [told(f) for f in facts if f.state == "BOUND"])
    equal(by_text(map(brief, t.records("-l", "-B"))), bound, "-l -B")
    equal(by_text(map(brief, t.records("--bound"))), bound, "--bound")


def kernel_lists_bound():
    release = os.uname().release.split("-")[0].split(".")
    if (int(release[0]), int(release[1])) < (6, 8):
        raise Skip(f"kernel {'.'.join(release)} cannot list bound sockets (6.8 can)")


def test_bound_is_shown_where_asked(t):
    kernel_lists_bound()
    for addr in ("127.0.0.1", "::1", "0.0.0.0", "::"):
        sock = t.world.bind(socket.SOCK_STREAM, addr)
        number = str(port(sock))
        for question in (("-a", number), ("-B", number), ("--state", "BOUND", number), ("--pid", number)):
            record = one(t.records(*question), port=port(sock))
            equal((record["state"], record["inode"], record["owner"], record["peer"]),
                  ("BOUND", inode(sock), "known", None), f"{question}")
        equal([r for r in t.records("-l") if r["local"]["port"] == port(sock)], [], "-l")
        answer = t.run("--pid", number, "-q")
        equal(answer.out, b"%d\n" % os.getpid(), "--pid -q")


def test_time_wait_names_nobody(t):
    """Trap 3: inode 0 is no key. A TIME_WAIT row of a port never gets a holder, and --pid finds none."""
    t.needs_root("wants a quiet network namespace")
    listener = t.world.listen("127.0.0.1")
    client, server = t.world.pair(listener)
    number = str(port(listener))
    listener.close()
    server.shutdown(socket.SHUT_WR)
    t.world.await_state(client, "CLOSE_WAIT")
    client.close()
    server.close()
    record = one(t.records("-a", number))
    equal((record["state"], record["owner"], record["holders"], record["inode"]), ("TIME_WAIT", "none", [], None), "-a")
    answer = t.run("--pid", number, "-q")
    equal((answer.code, answer.out), (1, b""), "--pid -q of a port in TIME_WAIT")
