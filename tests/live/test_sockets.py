"""Which sockets are listed, where, and what is said of them: addresses, v6only, device, queues, uid."""

import json
import os
import pwd
import socket
import subprocess

from ask import brief, equal, one, ports, true, without_leak_check
from world import NOBODY, Skip, inode, port

SO_BINDTODEVICE = 25


def rows_at(t, sock, *question):
    """The records of this socket's port."""
    return [r for r in t.records(*question) if r["local"]["port"] == port(sock)]


def check_listener(t, sock, proto, state, family, addr, v6only):
    number = str(port(sock))
    for question in ((), ("-l",), ("-a",), (number,), ("-l", number)):
        record = one(rows_at(t, sock, *question), proto=proto)
        said = {key: record[key] for key in ("proto", "state", "family", "v6only", "inode", "uid", "peer", "owner")}
        said["addr"] = record["local"]["addr"]
        equal(said, {"proto": proto, "state": state, "family": family, "v6only": v6only, "inode": inode(sock),
                     "uid": os.getuid(), "peer": None, "owner": "known", "addr": addr}, f"lsports {question}")
        equal([h["pid"] for h in record["holders"]], [os.getpid()], "holder")
        equal(record["user"], pwd.getpwuid(os.getuid()).pw_name, "user")


def test_tcp4_loopback(t):
    check_listener(t, t.world.listen("127.0.0.1"), "tcp", "LISTEN", "inet", "127.0.0.1", None)


def test_tcp4_wildcard(t):
    check_listener(t, t.world.listen("0.0.0.0"), "tcp", "LISTEN", "inet", "0.0.0.0", None)


def test_tcp6_loopback(t):
    """Python makes no choice here: the system's default (bindv6only) is what must come out."""
    sock = t.world.listen("::1")
    v6only = bool(sock.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY))
    # A socket bound to an address that is not v4-mapped takes no IPv4: the kernel marks it so itself.
    record = one(rows_at(t, sock), proto="tcp")
    true(record["v6only"] in (v6only, True), f"v6only {record['v6only']}")
    equal((record["family"], record["local"]["addr"]), ("inet6", "::1"), "address")


def test_tcp6_dual_stack(t):
    check_listener(t, t.world.listen("::", v6only=0), "tcp", "LISTEN", "inet6", "::", False)


def test_tcp6_v6only(t):
    check_listener(t, t.world.listen("::", v6only=1), "tcp", "LISTEN", "inet6", "::", True)


def test_udp4_unconnected(t):
    check_listener(t, t.world.udp("127.0.0.1"), "udp", "CLOSE", "inet", "127.0.0.1", None)


def test_udp6_dual_stack(t):
    check_listener(t, t.world.udp("::", v6only=0), "udp", "CLOSE", "inet6", "::", False)


def test_udp6_v6only(t):
    check_listener(t, t.world.udp("::", v6only=1), "udp", "CLOSE", "inet6", "::", True)


def test_local_text(t):
    """Dual-stack is *:PORT, v6only [::]:PORT, an IPv4 wildcard 0.0.0.0:PORT."""
    cases = [(t.world.listen("::", v6only=0), "*"), (t.world.listen("::", v6only=1), "[::]"),
             (t.world.listen("0.0.0.0"), "0.0.0.0"), (t.world.listen("127.0.0.1"), "127.0.0.1"),
             (t.world.listen("::1"), "[::1]")]
    for sock, text in cases:
        answer = t.run(str(port(sock)), "--plain", "-H", "--columns", "local")
        equal(answer.lines, [f"{text}:{port(sock)}"], "local")


def test_same_port_v4_and_v6only_are_two(t):
    four = t.world.listen("0.0.0.0")
    six = t.world.listen("::", port(four), v6only=1)
    equal(sorted(r["inode"] for r in rows_at(t, four)), sorted([inode(four), inode(six)]), "inodes")


def test_connected_udp_only_in_all(t):
    bound = t.world.udp("127.0.0.1")
    talking = t.world.udp("127.0.0.1")
    talking.connect(("127.0.0.1", port(bound)))
    equal(rows_at(t, talking, "-l"), [], "connected UDP in -l")
    record = one(rows_at(t, talking, "-a"), proto="udp")
    equal((record["state"], record["peer"]["addr"], record["peer"]["port"], record["inode"]),
          ("ESTABLISHED", "127.0.0.1", port(bound), inode(talking)), "connected UDP in -a")


def test_connections_only_in_all(t):
    listener = t.world.listen("127.0.0.1")
    client, server = t.world.pair(listener)
    equal([brief(r) for r in rows_at(t, listener, "-l")],
          [("tcp", "LISTEN", "127.0.0.1", port(listener), None, inode(listener))], "-l")
    equal([brief(r) for r in rows_at(t, listener)],
          [("tcp", "LISTEN", "127.0.0.1", port(listener), None, inode(listener))], "no option")
    equal(rows_at(t, client, "-l"), [], "the client's port in -l")
    everything = t.records("-a")
    for sock in (client, server):
        record = one(everything, inode=inode(sock))
        equal(brief(record), ("tcp", "ESTABLISHED", *sock.getsockname(), sock.getpeername(), inode(sock)), "-a")


def test_accepted_on_dual_stack(t):
    """The accepted half of an IPv4 client on a dual-stack listener is an IPv6 socket with a mapped address."""
    listener = t.world.listen("::", v6only=0)
    client, server = t.world.pair(listener, "::ffff:127.0.0.1")
    record = one(t.records("-a"), inode=inode(server))
    equal((record["family"], record["state"], record["local"]["port"], record["peer"]["port"]),
          ("inet6", "ESTABLISHED", port(listener), port(client)), "accepted socket")
    true(record["local"]["addr"].endswith("127.0.0.1"), f"address {record['local']['addr']}")


def test_queue_limit_and_waiting(t):
    """Trap 7: on LISTEN the numbers are connections that wait and the backlog limit, not bytes."""
    for addr in ("127.0.0.1", "::1"):
        listener = t.world.listen(addr, backlog=7)
        equal(one(rows_at(t, listener), state="LISTEN")["queue"], {"length": 0, "limit": 7}, "idle queue")
        for _ in range(3):
            t.world.connect(listener)
        equal(one(rows_at(t, listener), state="LISTEN")["queue"], {"length": 3, "limit": 7}, "three wait")
        cells = t.run(str(port(listener)), "--plain", "-H", "--columns", "queue").lines
        equal(cells, ["3/7"], "the queue column")


def test_not_yet_accepted_has_no_owner(t):
    listener = t.world.listen("127.0.0.1")
    client = t.world.connect(listener)
    record = one(t.records("-a"), port=port(listener), state="ESTABLISHED")
    equal((record["inode"], record["owner"], record["holders"], record["peer"]["port"]),
          (None, "none", [], port(client)), "a connection that waits for accept()")


def test_bound_to_a_device(t):
    try:
        sock = t.world.listen("127.0.0.1", options=[(socket.SOL_SOCKET, SO_BINDTODEVICE, b"lo\0")])
    except PermissionError:
        raise Skip("this user may not bind to a device")
    equal(one(rows_at(t, sock), state="LISTEN")["local"]["interface"], "lo", "interface")
    free = t.world.listen("127.0.0.1")
    equal(one(rows_at(t, free), state="LISTEN")["local"]["interface"], None, "interface of a free socket")


def test_uid_of_the_socket(t):
    """Named and nameless users: the number always, the name when there is one."""
    t.needs_root("makes sockets of other users")
    nameless = 54321
    for uid, name in ((0, "root"), (NOBODY, pwd.getpwuid(NOBODY).pw_name), (nameless, None)):
        sock = t.world.keep(socket.socket())
        os.fchown(sock.fileno(), uid, -1)  # what the kernel tells is the owner of the socket's inode
        sock.bind(("127.0.0.1", 0))
        sock.listen()
        record = one(rows_at(t, sock), state="LISTEN")
        equal((record["uid"], record["user"]), (uid, name), "uid and user")


def test_open_and_closed(t):
    """A closed listener is gone from the next answer."""
    sock = t.world.listen("127.0.0.1")
    number = port(sock)
    equal(t.run(str(number)).code, 0, "open")
    sock.close()
    equal(t.run(str(number)).code, 1, "closed")


def test_many_listeners(t):
    """More than one netlink buffer of them: none is lost, none is doubled."""
    t.needs_root("wants a quiet network namespace")
    socks = [t.world.listen("127.0.0.1") for _ in range(700)] + [t.world.udp("::1") for _ in range(700)]
    records = t.records("-l")
    equal(sorted(r["inode"] for r in records), sorted(map(inode, socks)), "inodes")
    equal(ports(records), sorted(map(port, socks)), "ports")
    equal({r["owner"] for r in records}, {"known"}, "owners")


def test_empty_namespace(t):
    t.needs_root("wants a quiet network namespace")
    answer = t.run("-l")
    equal(answer.code, 1, "exit code")
    equal(answer.out, b"", "stdout")
    doc = t.json("-l")
    equal((doc["exit"], doc["sockets"]), (1, []), "JSON")


def test_link_local(t):
    """The address alone is not enough: its device is part of it."""
    t.needs_root("makes a network device")
    t.world.veth()
    run_ip("addr add fe80::77/64 dev va nodad")
    sock = t.world.keep(socket.socket(socket.AF_INET6))
    sock.bind(("fe80::77", 0, 0, socket.if_nametoindex("va")))
    sock.listen()
    record = one(rows_at(t, sock), state="LISTEN")
    equal((record["local"]["addr"], record["local"]["interface"]), ("fe80::77", "va"), "record")
    text = t.run(str(port(sock)), "--plain", "-H", "--columns", "local").text.strip()
    equal(text, f"[fe80::77%va]:{port(sock)}", "local")
    equal(t.run(f"[fe80::77]:{port(sock)}").code, 0, "asked without the device")


def run_ip(words):
    done = subprocess.run(["ip", *words.split()], capture_output=True)
    if done.returncode:
        raise Skip(f"ip {words}: {done.stderr.decode().strip()}")


def test_hundreds_of_ports(t):
    """More ports in one question than the kernel's filter program is given."""
    socks = [t.world.listen("127.0.0.1") for _ in range(600)]
    asked, others = socks[::2], socks[1::2]
    for words in ([str(port(s)) for s in asked], [",".join(str(port(s)) for s in asked)]):
        records = t.records(*words)
        equal(sorted(r["inode"] for r in records), sorted(map(inode, asked)), f"{len(asked)} of {len(others) * 2}")


def test_bound_idle_keeps_a_port(t):
    """Who asks for a port is shown what keeps it, a socket that netstat does not show as well."""
    idle = socket.socket()
    idle.bind(("127.0.0.1", 0))
    answer = t.run(str(port(idle)), "--json")
    record = one(json.loads(answer.text)["sockets"])
    true(record["state"] == "BOUND", f"state\n{answer}")
    true(record["inode"] == inode(idle), f"inode\n{answer}")


def test_starved_of_descriptors(t):
    """Hardly a descriptor is left to look with: the answer may fail, but says nothing false."""
    listener = t.world.listen("127.0.0.1")
    for limit in range(4, 12):
        answer = t.run(str(port(listener)), "--json", env=without_leak_check(),
                       wrap=["/bin/sh", "-c", f'ulimit -n {limit}; exec "$0" "$@"'])
        if answer.code in (5, 126, 127):
            true(answer.err, f"limit {limit}: says why\n{answer}")
            continue
        document = json.loads(answer.text)
        record = one(document["sockets"])
        true(record["owner"] in ("known", "hidden"), f"limit {limit}: owner\n{answer}")
        if not document["complete"]:
            true(document["not_checked"], f"limit {limit}: says what was not looked at\n{answer}")
            continue
        true(record["owner"] == "hidden" or record["holders"][0]["name"] is not None,
             f"limit {limit}: a process that lives has no name\n{answer}")
