"""Selecting: ports, ranges, addresses, protocols, families, states, processes, users, peers; and finger habits."""

import os
import pwd
import socket
import subprocess

from ask import brief, complaint, equal, pids, ports, true
from world import NOBODY, inode, port


class Set:
    """A quiet namespace with fixed ports whose numbers are easily taken for one another."""

    def __init__(self, t):
        t.needs_root("wants fixed ports in a quiet network namespace")
        w = t.world
        self.by_name = {
            "t80": w.listen("0.0.0.0", 80), "t443": w.listen("127.0.0.1", 443), "t800": w.listen("127.0.0.1", 800),
            "t8000": w.listen("127.0.0.1", 8000), "t8000six": w.listen("::1", 8000), "u8000": w.udp("127.0.0.1", 8000),
            "t8001": w.listen("127.0.0.2", 8001), "t18000": w.listen("127.0.0.1", 18000),
            "t8080": w.listen("::", 8080, v6only=0), "t65535": w.listen("127.0.0.1", 65535),
            "u53": w.udp("0.0.0.0", 53), "t53": w.listen("127.0.0.1", 53), "u1": w.udp("::1", 1),
        }
        client, server = w.pair(self.by_name["t8000"])
        self.by_name.update(client=client, server=server)
        self.name = {inode(sock): name for name, sock in self.by_name.items()}

    def check(self, t, words, names, **how):
        got = sorted(self.name.get(r["inode"], "?" + repr(brief(r))) for r in t.records(*words, **how))
        equal(got, sorted(names), " ".join(words))


OPEN = ["t80", "t443", "t800", "t8000", "t8000six", "u8000", "t8001", "t18000", "t8080", "t65535", "u53", "t53", "u1"]
TCP = [name for name in OPEN if name[0] == "t"]
UDP = [name for name in OPEN if name[0] == "u"]
EIGHT = ["t8000", "t8000six", "u8000"]


def check_all(t, cases, question=()):
    world = Set(t)
    wrong = []
    for words, names in cases:
        try:
            world.check(t, [*question, *words], names)
        except (AssertionError, ValueError, KeyError) as why:
            wrong.append(str(why))
    true(not wrong, f"{len(wrong)} of {len(cases)}:\n" + "\n".join(wrong))


def test_ports(t):
    """18000, 800 and 80 are not 8000, in either direction."""
    check_all(t, [
        (["8000"], EIGHT), (["80"], ["t80"]), (["800"], ["t800"]), (["18000"], ["t18000"]), (["1800"], []),
        (["65535"], ["t65535"]), (["1"], ["u1"]), (["8000", "80"], EIGHT + ["t80"]), (["8000,80"], EIGHT + ["t80"]),
        (["8000", "8000"], EIGHT), ([":8000"], EIGHT),
        (["80-800"], ["t80", "t443", "t800"]), (["8000-8080"], EIGHT + ["t8001", "t8080"]),
        (["8000-8000"], EIGHT), (["1-65535"], OPEN), (["80,443"], ["t80", "t443"]),
        (["80,8000-8001"], ["t80", "t8001"] + EIGHT), (["60000-65535"], ["t65535"]),
    ])


def test_protocol_words(t):
    check_all(t, [
        (["tcp/8000"], ["t8000", "t8000six"]), (["8000/tcp"], ["t8000", "t8000six"]), (["8000/udp"], ["u8000"]),
        (["udp/8000"], ["u8000"]), (["53/udp"], ["u53"]), (["tcp/53"], ["t53"]), (["udp:53"], ["u53"]),
        (["tcp:53"], ["t53"]), (["tcp"], TCP), (["udp"], UDP), (["TCP"], TCP), (["53/UDP"], ["u53"]),
        (["tcp", "8000"], ["t8000", "t8000six"]), (["-t"], TCP), (["-u"], UDP), (["-t", "-u"], OPEN),
        (["-tu", "53"], ["u53", "t53"]), (["-t", "53"], ["t53"]), (["-u", "8000"], ["u8000"]),
    ])


def test_addresses(t):
    check_all(t, [
        (["127.0.0.1:8000"], ["t8000", "u8000"]), (["[::1]:8000"], ["t8000six"]), (["127.0.0.2:8001"], ["t8001"]),
        (["127.0.0.1:8001"], []), (["*:8080"], ["t8080"]), (["*:80"], ["t80"]), (["0.0.0.0:80"], ["t80"]),
        (["127.0.0.3:8000"], []),
    ])


def test_devices(t):
    """What the list writes can be asked for: a socket that is bound to a device, and a link-local address."""
    t.needs_root("makes interfaces in a network namespace of its own")
    subprocess.run(["ip", "link", "add", "va", "type", "veth", "peer", "name", "vb"], check=True)
    for name in "va", "vb":
        subprocess.run(["ip", "addr", "add", "fe80::7/64", "dev", name, "nodad"], check=True)
        subprocess.run(["ip", "link", "set", name, "up"], check=True)
    index = socket.if_nametoindex("va")
    first = t.world.listen("127.0.0.1", options=[(socket.SOL_SOCKET, 25, b"lo\0")])  # SO_BINDTODEVICE
    second = socket.socket(socket.AF_INET6)
    second.bind(("fe80::7", 0, 0, index))
    second.listen()
    for word in (f"127.0.0.1%lo:{port(first)}", f"[fe80::7%va]:{port(second)}", f"[fe80::7%{index}]:{port(second)}"):
        answer = t.run("-H", "--columns", "local", word)
        equal((answer.code, answer.lines), (0, [word.replace(f"%{index}]", "%va]")]), f"{word}\n{answer}")
        equal(t.run("--pid", "-q", word).lines, [str(os.getpid())], f"--pid {word}")
    for word in (f"127.0.0.1%va:{port(first)}", f"[fe80::7%vb]:{port(second)}"):
        equal(t.run(word).code, 1, f"{word}: of another device")
    equal(t.run("--why", f"[fe80::7%va]:{port(second)}").code, 1, "--why at that device")
    equal(t.run("--why", f"[fe80::7%vb]:{port(second)}").code, 0, "--why at the other")
    complaint(t.run("127.0.0.1%nosuch:80"), "'nosuch' is no interface")


def test_families(t):
    six = ["t8000six", "t8080", "u1"]
    check_all(t, [(["-6"], six), (["-4"], [n for n in OPEN if n not in six]), (["-4", "-6"], OPEN),
                  (["-6", "8000"], ["t8000six"]), (["-4", "8000"], ["t8000", "u8000"])])


def test_service_names(t):
    check_all(t, [(["http"], ["t80"]), (["https"], ["t443"]), (["domain"], ["u53", "t53"]), (["HTTP"], ["t80"]),
                  (["domain/udp"], ["u53"]), (["tcp/domain"], ["t53"])])


def test_states(t):
    """Any case, - or _, and the words of ss, netstat and Windows."""
    both = ["client", "server"]
    check_all(t, [
        (["--state", "LISTEN"], TCP), (["--state", "listen"], TCP), (["--state", "LISTENING"], TCP),
        (["--state", "ESTABLISHED"], both), (["--state", "estab"], both), (["--state", "Established"], both),
        (["--state", "LISTEN,ESTAB"], TCP + both), (["--state=listen", "80"], ["t80"]),
        (["--state", "CLOSE", "-u"], UDP), (["--state", "UNCONN"], UDP), (["--state", "time-wait"], []),
        (["--state", "TIME_WAIT"], []), (["--state", "syn-sent"], []), (["--state", "SYN_RECEIVED"], []),
        (["--state", "fin-wait-1"], []), (["--state", "FIN_WAIT_2"], []), (["--state", "close-wait"], []),
        (["--state", "last_ack"], []), (["--state", "CLOSING"], []), (["--state", "BOUND"], []),
    ])


def test_peer(t):
    world = Set(t)
    client, server = world.by_name["client"], world.by_name["server"]
    number = port(client)
    for words, names in (
            (["127.0.0.1"], ["client", "server"]), (["127.0.0.0/8"], ["client", "server"]),
            ([f"127.0.0.1:{number}"], ["server"]), (["127.0.0.1:8000"], ["client"]), (["127.0.0.2"], []),
            (["10.0.0.0/8"], []), ([f"127.0.0.0/8:{number}"], ["server"]), (["0.0.0.0/0"], ["client", "server"]),
            (["::/0"], []), (["::1"], []), ([f":{number}"], ["server"])):
        world.check(t, ["-a", "--peer", *words], names)
    equal(port(server), 8000, "the world")


def test_process(t):
    """By whole name or pid: a longer name that begins so is another program."""
    t.needs_root("wants a quiet network namespace")
    first, second, other = (t.world.listen("127.0.0.1") for _ in range(3))
    alpha = t.world.named("alpha-server", keep=[first])
    beta = t.world.named("alpha-server-two", keep=[second])
    numbers = {"alpha": port(first), "beta": port(second), "ours": port(other)}
    first.close(), second.close()
    for word, want in (("alpha-server", ["alpha"]), ("alpha-server-two", ["beta"]), (str(alpha.pid), ["alpha"]),
                       (str(beta.pid), ["beta"]), (str(os.getpid()), ["ours"]), ("no-such-name", [])):
        got = ports(t.records("-l", "--process", word))
        equal(got, sorted(numbers[name] for name in want), f"--process {word}")
    equal(t.run("-l", "--process", "no-such-name").code, 1, "exit code when nothing matched")


def test_user(t):
    t.needs_root("makes sockets of another user")
    ours = t.world.listen("127.0.0.1")
    child = t.world.fork(lambda: port(t.world.listen("127.0.0.1")), uid=NOBODY)
    name = pwd.getpwuid(NOBODY).pw_name
    for word, want in (("root", port(ours)), ("0", port(ours)), (name, child.result), (str(NOBODY), child.result)):
        equal(ports(t.records("-l", "--user", word)), [want], f"--user {word}")
    equal(t.records("-l", "--user", "4242"), [], "--user 4242")


def test_filters_combine(t):
    world = Set(t)
    world.check(t, ["-t", "-4", "8000-8080", "--process", str(os.getpid()), "--user", "0"], ["t8000", "t8001"])
    world.check(t, ["-a", "-t", "8000"], ["t8000", "t8000six", "server"])
    world.check(t, ["-a", "8000", "--state", "ESTABLISHED"], ["server"])
    world.check(t, ["--pid", "8000"], EIGHT)
    world.check(t, ["--pid", "-u", "8000"], ["u8000"])


def test_pid_ignores_connections(t):
    """Trap 9: the client and the accepted half do not hold the port."""
    world = Set(t)
    number = port(world.by_name["client"])
    answer = t.run("--pid", str(number), "-q")
    equal((answer.code, answer.out), (1, b""), "the port of a client")
    world.check(t, ["--pid", "8000/tcp"], ["t8000", "t8000six"])


# -- what fingers already know ---------------------------------------------------------------------------------

def test_listing_habits(t):
    """The bundles of netstat, ss and lsof, each against the set that it means."""
    everything = OPEN + ["client", "server"]
    check_all(t, [
        (["-tulnp"], OPEN), (["-tulpn"], OPEN), (["-tlnp"], TCP), (["-tlpn"], TCP), (["-ulnp"], UDP), (["-ltn"], TCP),
        (["-lntu"], OPEN), (["-lnp"], OPEN), (["-nlpt"], TCP), (["-tln4"], [n for n in TCP if n not in
                                                                           ("t8000six", "t8080")]),
        (["-ano"], everything), (["-an"], everything), (["-anp"], everything), (["-anop", "tcp"], TCP + ["client", "server"]),
        (["-anp", "udp"], UDP), (["-antp"], TCP + ["client", "server"]), (["-tuanp"], everything),
        (["-aunp"], UDP), (["-tulpen"], OPEN), (["-tanpe"], TCP + ["client", "server"]),
    ])


def test_port_habits(t):
    """lsof -i and the spellings of firewalls."""
    check_all(t, [
        (["-i", ":8000"], EIGHT), (["-i:8000"], EIGHT), (["-i", "tcp:8000"], ["t8000", "t8000six"]),
        (["-iTCP:8000"], ["t8000", "t8000six"]), (["-i", "udp:8000"], ["u8000"]), (["8000/tcp"], ["t8000", "t8000six"]),
        (["-i", "TCP:8000"], ["t8000", "t8000six"]), (["-n", "-i", ":80"], ["t80"]),
        (["-i", "8000"], EIGHT), (["-i", "tcp"], TCP),
    ])


def test_quiet_in_a_command(t):
    """$(lsports --pid -q PORT) is what kill wants."""
    listener = t.world.listen("127.0.0.1")
    child = t.world.fork(keep=[listener])
    number = str(port(listener))
    listener.close()
    done = t.run("-c", f"kill $({t.binary} --pid -q {number})", binary="/bin/sh")
    equal((done.code, done.err), (0, b""), "kill $(…)")
    pid, status = os.waitpid(child.pid, 0)
    true(os.WIFSIGNALED(status) and pid == child.pid, "it is the holder that ended")


def test_prefixes_never_match(t):
    """80000-like numbers cannot exist as ports; longer and shorter ones are other ports."""
    Set(t)
    complaint(t.run("80000"), "80000")
    complaint(t.run("--pid", "180000"), "180000")
    for number in ("8", "800", "18000", "1800", "180"):
        got = {r["local"]["port"] for r in t.records(number)}
        true(got <= {int(number)}, f"{number} matched {got}")
        cells = t.run(number, "--plain", "-H", "--columns", "port").lines
        true(set(cells) <= {number}, f"{number} printed {cells}")


def test_names_of_pids_and_udp(t):
    """--pid without a port: every open port's holder, UDP among them."""
    t.needs_root("wants a quiet network namespace")
    t.world.listen("127.0.0.1"), t.world.udp("127.0.0.1")
    child = t.world.fork(lambda: port(t.world.udp("127.0.0.1")))
    answer = t.run("--pid", "-q")
    equal(answer.lines, [str(pid) for pid in sorted([os.getpid(), child.pid])], "--pid -q")
    equal(sorted({pid for r in t.records("--pid") for pid in pids(r)}), sorted([os.getpid(), child.pid]), "--pid")
