"""--why: each verdict in a world where it is true. Binding the port here, in Python, must agree with every answer."""

import json
import os
import re
import socket
import subprocess
import time

from ask import complaint, equal, true
from test_states import kernel_lists_bound
from world import CLONE_NEWNET, NOBODY, Skip, inode, loopback_up, port, unshare

REUSEADDR = ((socket.SOL_SOCKET, socket.SO_REUSEADDR, 1),)
REUSEPORT = ((socket.SOL_SOCKET, socket.SO_REUSEPORT, 1),)
OTHER = 12345


def sysctl(name, value):
    with open(f"/proc/sys/net/{name}", "w") as file:  # of this test's own network namespace
        file.write(value)


def why(t, word, verdict, *args, code=None, **how):
    """The one port of the answer, with this verdict; and that the sentence for people tells the same."""
    doc = t.json("--why", *args, str(word), **how)
    equal(len(doc["ports"]), 1, "ports")
    one = doc["ports"][0]
    equal(one["verdict"], verdict, f"verdict of {word}: {one['sentence']}")
    wanted = code if code is not None else 0 if verdict in ("free", "other-namespace") else 1
    equal((one["exit"], doc["exit"], one["bindable"]), (wanted, wanted, wanted == 0), "exit code")
    answer = t.run("--why", *args, str(word), **how)
    equal((answer.code, answer.err), (wanted, b""), f"for people\n{answer}")
    true(f": {verdict}: " in answer.lines[0], f"the verdict's word\n{answer}")
    return one


def tried(one, addr):
    return next(a for a in one["tried"] if a["addr"] == addr)


def can_bind(addr, number, kind=socket.SOCK_STREAM, v6only=None, options=()):
    """What a program of this very moment would find."""
    with socket.socket(socket.AF_INET6 if ":" in addr else socket.AF_INET, kind) as sock:
        for level, name, value in options:
            sock.setsockopt(level, name, value)
        if v6only is not None:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, v6only)
        try:
            sock.bind((addr, number))
        except OSError as reason:
            return {98: "in_use", 13: "denied", 99: "no_address"}[reason.errno]
    return "ok"


def agree(one, kind=socket.SOCK_STREAM):
    """Each way that was tried gave what it gives us."""
    for attempt in one["tried"] + one["also"]:
        number, addr = one["port"], attempt["addr"]
        dual = {"v6only": 0} if ":" in addr else {}
        equal(attempt["plain"], can_bind(addr, number, kind, **dual), f"plain {addr}")
        if attempt.get("reuseaddr"):
            equal(attempt["reuseaddr"], can_bind(addr, number, kind, options=REUSEADDR, **dual), f"reuseaddr {addr}")
        if attempt.get("reuseport"):
            equal(attempt["reuseport"], can_bind(addr, number, kind, options=REUSEPORT, **dual), f"reuseport {addr}")
        if attempt.get("v6only"):
            equal(attempt["v6only"], can_bind(addr, number, kind, v6only=1), f"v6only {addr}")


def low_port():
    """A port below the ephemeral range: nobody has it in our own namespace, nor in those of tests beside this one."""
    return 20000 + os.getpid() % 4000 * 3


def free_port(t):
    t.needs_root("wants a quiet network namespace")
    return low_port()


# -- free ---------------------------------------------------------------------------------------------------------

def test_free(t):
    number = free_port(t)
    one = why(t, number, "free")
    equal((one["notes"], one["error"], one["evidence"], one["way_out"]), ([], None, [], None), "members")
    equal([a["addr"] for a in one["tried"]], ["0.0.0.0", "::"], "addresses")
    agree(one)
    true("IPv4 and IPv6" in one["sentence"], f"sentence {one['sentence']}")
    equal([a["addr"] for a in why(t, number, "free", "-4")["tried"]], ["0.0.0.0"], "-4")
    equal([a["addr"] for a in why(t, number, "free", "-6")["tried"]], ["::"], "-6")


def test_free_at_one_address(t):
    """127.0.0.2 is free though 127.0.0.1 is not, and what of the others is said."""
    t.needs_root("wants a quiet network namespace")
    listener = t.world.listen("127.0.0.1")
    one = why(t, f"127.0.0.2:{port(listener)}", "free")
    equal(one["addr"], "127.0.0.2", "addr")
    also = {a["addr"]: a["plain"] for a in one["also"]}
    equal(also, {"0.0.0.0": "in_use", "::": "in_use", "127.0.0.1": "in_use", "::1": "ok"}, "also")
    agree(one)


def test_nothing_is_left_behind(t):
    """Neither a socket nor a state: it can be asked again and again, and bound afterwards."""
    number = free_port(t)
    for _ in range(3):
        why(t, number, "free")
        why(t, f"udp/{number}", "free")
    equal(t.records("-a"), [], "sockets afterwards")
    t.world.listen("0.0.0.0", number)


# -- held ---------------------------------------------------------------------------------------------------------

def test_held(t):
    listener = t.world.listen("127.0.0.1")
    number = port(listener)
    one = why(t, f"127.0.0.1:{number}", "held")
    evidence = one["evidence"]
    equal([(e["state"], e["inode"], e["owner"], [h["pid"] for h in e["holders"]]) for e in evidence],
          [("LISTEN", inode(listener), "known", [os.getpid()])], "evidence")
    equal(one["error"]["op"], "bind", "error")
    true(f"pid {os.getpid()}" in one["sentence"], f"sentence {one['sentence']}")
    equal(one["way_out"], f"lsports --kill tcp/127.0.0.1:{number}", "way out")
    agree(one)
    listener.close()
    true(can_bind("127.0.0.1", number) == "ok", "bindable once it is closed")


def test_held_overlaps(t):
    """Which addresses get in each other's way, and why, as the kernel has it."""
    t.needs_root("wants a quiet network namespace")
    cases = [("127.0.0.1", None, "{}", "includes that one"),
             ("0.0.0.0", None, "127.0.0.1:{}", "every IPv4 address"),
             ("::", 0, "0.0.0.0:{}", "dual-stack"),
             ("::", 0, "127.0.0.1:{}", "dual-stack"),
             ("::", 1, "[::1]:{}", "every IPv6 address"),
             ("127.0.0.1", None, "[::]:{}", "IPv6 alone (IPV6_V6ONLY) can be bound")]
    for addr, v6only, word, words in cases:
        listener = t.world.listen(addr, v6only=v6only)
        one = why(t, word.format(port(listener)), "held")
        true(words in one["sentence"], f"{addr} against {word}: {one['sentence']}")
        equal(one["evidence"][0]["inode"], inode(listener), "evidence")
        agree(one)
        listener.close()
    listener = t.world.listen("::", v6only=1)
    agree(why(t, f"127.0.0.1:{port(listener)}", "free"))
    one = why(t, port(listener), "held")
    equal((tried(one, "0.0.0.0")["plain"], tried(one, "::")["plain"]), ("ok", "in_use"), "v6only leaves IPv4 free")
    equal(tried(one, "::")["reuseport"], "in_use", "the try at 0.0.0.0 does not open the way at ::")
    agree(one)


def test_udp(t):
    """UDP is another world: udp/N, -u, and N is TCP."""
    t.needs_root("wants a quiet network namespace")
    sock = t.world.udp("0.0.0.0")
    number = port(sock)
    why(t, number, "free")
    for args in ((f"udp/{number}",), (number, "-u")):
        one = why(t, args[0], "held", *args[1:])
        equal((one["proto"], one["evidence"][0]["inode"]), ("udp", inode(sock)), "who")
        agree(one, socket.SOCK_DGRAM)
    doc = t.json("--why", "-tu", str(number))
    equal([(p["proto"], p["verdict"]) for p in doc["ports"]], [("tcp", "free"), ("udp", "held")], "-tu")
    equal(doc["exit"], 1, "the worst code wins")
    shared = t.world.udp("0.0.0.0", options=REUSEADDR)
    one = why(t, f"udp/{port(shared)}", "held")
    equal(tried(one, "0.0.0.0")["reuseaddr"], "ok", "SO_REUSEADDR shares UDP")
    true("SO_REUSEADDR works" in one["way_out"], f"way out {one['way_out']}")


# -- the riddles --------------------------------------------------------------------------------------------------

def test_bound_idle(t):
    """netstat shows nothing, bind() fails."""
    t.needs_root("wants a quiet network namespace")
    kernel_lists_bound()
    sock = t.world.bind(socket.SOCK_STREAM, "127.0.0.1")
    one = why(t, port(sock), "bound-idle")
    evidence = one["evidence"][0]
    equal((evidence["state"], evidence["inode"], evidence["holders"][0]["pid"]), ("BOUND", inode(sock), os.getpid()), "who")
    equal(one["notes"], ["ephemeral"], "notes")
    agree(one)


def test_bound_idle_deduced(t):
    """Where the kernel does not list it (here: no netlink), it is what is left, and said to be."""
    t.needs_root("wants a quiet network namespace")
    deny = t.world.helper("deny_netlink")
    sock = t.world.bind(socket.SOCK_STREAM, "127.0.0.1")
    # the addresses come by netlink as well: there are then none to list, and that is all
    one = why(t, port(sock), "bound-idle", wrap=[deny, "socket", "1"])
    equal((one["evidence"], "deduced" in one["notes"]), ([], True), "nobody is seen")
    true("nobody is to be seen" in one["sentence"], f"sentence {one['sentence']}")


def test_client_uses_it(t):
    """An outgoing connection has the port that a server wants."""
    t.needs_root("sets the range of ephemeral ports")
    sysctl("ipv4/ip_local_port_range", "30000 30003")
    sysctl("ipv4/ip_local_reserved_ports", "30001,30003")
    listener = t.world.listen("127.0.0.1", 20200)
    client, server = t.world.pair(listener)
    number = port(client)
    true(number in (30000, 30002), f"an ephemeral port {number}")
    one = why(t, number, "client-uses-it")
    evidence = one["evidence"][0]
    equal((evidence["inode"], evidence["peer"], evidence["holders"][0]["pid"]),
          (inode(client), {"addr": "127.0.0.1", "port": 20200}, os.getpid()), "who, to where")
    true("30000-30003" in one["sentence"] and "127.0.0.1:20200" in one["sentence"], f"sentence {one['sentence']}")
    agree(one)
    # the setting that it names keeps the kernel from doing so again
    command = re.search(r"sudo sysctl -w net\.(\S+)=(\S+)$", one["way_out"])
    true(command, f"way out {one['way_out']}")
    client.close()
    server.close()
    sysctl(command[1].replace(".", "/"), command[2])
    with open("/proc/sys/net/ipv4/ip_local_reserved_ports") as file:
        equal(file.read().strip(), {30000: "30000-30001,30003", 30002: "30001-30003"}[number], "the list")


def left_in_time_wait(t, options):
    """The server's port, and the client's."""
    listener = t.world.listen("127.0.0.1", options=options)
    client, server = t.world.pair(listener)
    number, peer = port(listener), port(client)
    listener.close()
    server.shutdown(socket.SHUT_WR)
    t.world.await_state(client, "CLOSE_WAIT")
    client.close()
    server.close()
    return number, peer


def test_time_wait(t):
    t.needs_root("wants a quiet network namespace")
    number, peer = left_in_time_wait(t, REUSEADDR)
    one = why(t, number, "time-wait")
    equal([(e["state"], e["owner"], e["peer"]["port"]) for e in one["evidence"]], [("TIME_WAIT", "none", peer)], "evidence")
    true(f"towards 127.0.0.1:{peer}" in one["sentence"] and "60 s" in one["sentence"] and
         "SO_REUSEADDR can bind now" in one["sentence"], f"sentence {one['sentence']}")
    equal(tried(one, "0.0.0.0")["reuseaddr"], "ok", "SO_REUSEADDR")
    agree(one)
    t.world.listen("0.0.0.0", number, options=REUSEADDR)


def test_time_wait_without_reuseaddr(t):
    """The old server did not set it: then it does not help the new one. Tested, not assumed."""
    t.needs_root("wants a quiet network namespace")
    number, _ = left_in_time_wait(t, ())
    one = why(t, number, "time-wait")
    equal(tried(one, "0.0.0.0")["reuseaddr"], "in_use", "SO_REUSEADDR")
    true("not even SO_REUSEADDR" in one["sentence"], f"sentence {one['sentence']}")
    agree(one)


def test_privileged(t):
    t.needs_root("becomes another user")
    binary = t.binary_for_all()
    number = 1011  # nobody's: a server of another network namespace would be told too
    one = why(t, number, "privileged", uid=NOBODY, binary=binary)
    equal((one["notes"], one["error"]["errno"], one["evidence"]), (["privileged"], 13, []), "members")
    for words in ("cap_net_bind_service", f"ip_unprivileged_port_start={number}", "authbind"):
        true(words in one["way_out"], f"way out {one['way_out']}")
    one = why(t, number, "free", binary=binary)
    equal(one["notes"], ["privileged"], "root may")
    # who is there is told besides
    t.world.listen("127.0.0.1", number)
    one = why(t, number, "privileged", uid=NOBODY, binary=binary)
    equal([e["uid"] for e in one["evidence"]], [0], "evidence")
    sysctl("ipv4/ip_unprivileged_port_start", str(number))
    equal(why(t, number + 1, "free", uid=NOBODY, binary=binary)["notes"], [], "after the sysctl of the way out")


def test_address_not_here(t):
    t.needs_root("sets ip_nonlocal_bind")
    number = free_port(t)
    one = why(t, f"192.0.2.7:{number}", "address-not-here")
    true("127.0.0.1" in one["sentence"], f"sentence {one['sentence']}")
    equal(one["error"]["errno"], 99, "errno")
    agree(one)
    why(t, f"[2001:db8::7]:{number}", "address-not-here")
    sysctl("ipv4/ip_nonlocal_bind", "1")
    equal(why(t, f"192.0.2.7:{number}", "free")["notes"], ["nonlocal"], "with ip_nonlocal_bind")


def test_localhost_of_one_family(t):
    """-4 and -6 choose among the two addresses of localhost; an address that was written is asked all the same."""
    listener = t.world.listen("::1")
    number = port(listener)
    for options, addrs, code in (([], ["127.0.0.1", "::1"], 1), (["-4"], ["127.0.0.1"], 0), (["-6"], ["::1"], 1)):
        answer = t.run("--why", f"localhost:{number}", "--json", *options)
        equal(([p["addr"] for p in json.loads(answer.text)["ports"]], answer.code), (addrs, code), f"{options}")
    answer = t.run("--why", f"[::1]:{number}", "--json", "-4")
    equal(([p["addr"] for p in json.loads(answer.text)["ports"]], answer.code), (["::1"], 1), "written")
    answer = t.run("--why", f"127.0.0.1:{number},192.0.2.7:{number},[::1]:{number + 1}", "--json", "-4")
    equal(([p["addr"] for p in json.loads(answer.text)["ports"]], answer.code), (["127.0.0.1", "192.0.2.7", "::1"], 1), "in one word")


def test_localhost_without_ipv6(t):
    """Many containers have no ::1: localhost is 127.0.0.1 then, and nothing is missing."""
    t.needs_root("turns IPv6 off")
    number = free_port(t)
    equal([p["addr"] for p in json.loads(t.run("--why", f"localhost:{number}", "--json").text)["ports"]],
          ["127.0.0.1", "::1"], "both")
    sysctl("ipv6/conf/all/disable_ipv6", "1")
    one = why(t, f"localhost:{number}", "free")
    equal(one["addr"], "127.0.0.1", "what is left of it")
    one = why(t, f"[::1]:{number}", "address-not-here")
    true(one["way_out"].startswith("bind one of the other family"), f"way out {one['way_out']}")
    t.world.listen("127.0.0.1", number)
    why(t, f"localhost:{number}", "held")


def test_reuseport_group(t):
    t.needs_root("becomes another user")
    binary = t.binary_for_all()
    first = t.world.listen("127.0.0.1", options=REUSEPORT)
    second = t.world.listen("127.0.0.1", port(first), options=REUSEPORT)
    one = why(t, f"127.0.0.1:{port(first)}", "reuseport-group")
    equal((one["group"], sorted(e["inode"] for e in one["evidence"])), ("own", sorted([inode(first), inode(second)])), "mine")
    equal(tried(one, "127.0.0.1")["reuseport"], "ok", "I could join")
    agree(one)
    one = why(t, f"127.0.0.1:{port(first)}", "reuseport-group", uid=OTHER, binary=binary)
    equal((one["group"], tried(one, "127.0.0.1")["reuseport"]), ("other", "in_use"), "another's")
    true("another user's" in one["sentence"], f"sentence {one['sentence']}")


def test_reserved_and_ephemeral(t):
    t.needs_root("sets the range of ephemeral ports")
    sysctl("ipv4/ip_local_port_range", "30000 30100")
    sysctl("ipv4/ip_local_reserved_ports", "30050")
    equal(why(t, 30050, "free")["notes"], ["reserved"], "reserved")
    equal(why(t, 30051, "free")["notes"], ["ephemeral"], "ephemeral")
    equal(why(t, 40000, "free")["notes"], [], "neither")
    text = t.run("--why", "30051").text
    true("ip_local_reserved_ports=30050-30051" in text, f"the way out\n{text}")


def test_other_namespace(t):
    """The riddle of containers: free here, and somebody listens on it."""
    number = free_port(t)

    def listen_elsewhere():
        unshare(CLONE_NEWNET)
        loopback_up()
        sock = t.world.listen("127.0.0.1", number)
        return inode(sock)
    child = t.world.fork(listen_elsewhere)
    one = why(t, number, "other-namespace")
    equal([(e["inode"], [h["pid"] for h in e["holders"]]) for e in one["evidence"]], [(child.result, [child.pid])], "who")
    true(f"nsenter -t {child.pid} -n" in one["way_out"], f"way out {one['way_out']}")
    agree(one)
    why(t, number + 1, "free")
    why(t, f"udp/{number}", "free")
    doc = t.json("--why", str(number), uid=OTHER, binary=t.binary_for_all())
    equal((doc["ports"][0]["verdict"], doc["other_namespaces_seen"]), ("free", False), "who may not look says so")


def test_hidden(t):
    t.needs_root("hides root's process from another user")
    binary = t.binary_for_all()
    listener = t.world.listen("127.0.0.1")
    one = why(t, port(listener), "hidden", uid=NOBODY, binary=binary)
    equal([(e["owner"], e["uid"], e["holders"]) for e in one["evidence"]], [("hidden", 0, [])], "evidence")
    true("user root" in one["sentence"], f"sentence {one['sentence']}")
    equal(one["way_out"], f"sudo lsports --why tcp/{port(listener)}", "way out")
    why(t, port(listener), "held", binary=binary)


def test_refused(t):
    """bind() fails for another reason: a link-local address wants its device."""
    number = free_port(t)
    one = why(t, f"[fe80::1]:{number}", "refused")
    equal(one["error"]["errno"], 22, "errno")
    true("link-local" in one["sentence"] and "errno 22" in one["sentence"], f"sentence {one['sentence']}")


def test_link_local_has_its_device(t):
    """The device of the interface that has the address is found."""
    number = free_port(t)
    for words in ("link add va type veth peer name vb", "addr add fe80::77/64 dev va nodad", "link set va up",
                  "link set vb up"):
        done = subprocess.run(["ip"] + words.split(), capture_output=True, timeout=10)
        if done.returncode:
            raise Skip(f"ip {words}: {done.stderr.decode().strip()}")
    limit = time.monotonic() + 5
    while t.json("--why", f"[fe80::77]:{number}")["exit"] != 0 and time.monotonic() < limit:
        time.sleep(0.1)
    why(t, f"[fe80::77]:{number}", "free")


# -- the command line ---------------------------------------------------------------------------------------------

def test_several(t):
    """All are judged, in the order asked; the worst code wins; -q says it by the code alone."""
    t.needs_root("wants a quiet network namespace")
    low = low_port()
    listener = t.world.listen("127.0.0.1", low + 1)
    words = [f"{low}-{low + 2}", f"127.0.0.2:{low + 1}"]
    doc = t.json("--why", *words)
    equal([(p["asked"], p["port"], p["verdict"]) for p in doc["ports"]],
          [(words[0], low, "free"), (words[0], low + 1, "held"), (words[0], low + 2, "free"), (words[1], low + 1, "free")],
          "ports")
    equal(doc["exit"], 1, "exit")
    answer = t.run("--why", "-q", str(low + 1))
    equal((answer.code, answer.out, answer.err), (1, b"", b""), f"-q\n{answer}")
    listener.close()
    equal(t.run("--why", "-q", str(low + 1)).code, 0, "-q of a free one")
    equal([p["proto"] for p in t.json("--why", "http")["ports"]], ["tcp"], "a name is TCP")


def test_usage(t):
    complaint(t.run("--why"), "--why")
    complaint(t.run("--why", "1-2000"), "1024")
    complaint(t.run("--why", "--kill", "80"), "--kill")
    complaint(t.run("--why", "-u", "tcp/80"), "tcp/80")
    complaint(t.run("--why", "--columns", "pid", "80"), "--columns")
