"""Who answers: every prediction of src/core/answer against the socket that the kernel really chose.

Sockets of every kind of address, family and device are put on one port, in pairs (in both orders) and in threes; callers
from this host and through a link try each address. The helper answer.c foretells.
"""

import errno
import itertools
import os
import random
import select
import socket
import struct
import subprocess
import time

from ask import equal, true
from world import CLONE_NEWNET, Skip, die_with_parent, inode, loopback_up, port, unshare

SO_REUSEPORT = 15
SO_BINDTODEVICE = 25
FEW_S = 3  # what nobody heard in this time, nobody will: all of it is one machine


class Oracle:
    """The helper answer.c."""

    def __init__(self, t):
        self.process = subprocess.Popen([t.world.helper("answer")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                        preexec_fn=die_with_parent)

    def say(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def ask(self, line):
        self.say(line)
        answer = self.process.stdout.readline()
        if not answer:
            raise AssertionError("world: the helper answer ended")
        return answer.split()

    def foretell(self, proto, addr, number, link):
        return {int(word) for word in self.ask(f"ask {proto} {addr} {number} {link}")}


class Caller:
    """Calls from another network namespace: what comes from it comes in through a link."""

    def __init__(self, t, ends):
        """ends: of each link that leads there its name and the addresses that the caller gets."""
        self.commands, commands = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        def work():
            unshare(CLONE_NEWNET)
            loopback_up()
            return os.getpid()
        process = t.world.fork(work, keep=[commands], forever=lambda: serve(commands, ends))
        commands.close()
        for name in ends:
            ip(f"link set {name} netns {process.pid}")
        equal(self.commands.recv(16) if self.commands.send(b"ready?") else b"", b"ready", "caller")

    def call(self, proto, addr, number):
        while select.select([self.commands], [], [], 0)[0]:
            self.commands.recv(16)  # of the last call
        self.commands.send(f"{proto} {addr} {number}".encode())

    def was_refused(self):
        return bool(select.select([self.commands], [], [], 0)[0]) and self.commands.recv(16) == b"refused"


def serve(commands, ends):
    """In the caller: is told whom to call, for ever. The last socket lives until the next call."""
    last = None
    while True:
        words = commands.recv(200).decode().split()
        if words == ["ready?"]:
            for name, addresses in ends.items():
                for addr in addresses:
                    ip(f"addr add {addr} dev {name}" + (" nodad" if ":" in addr else ""))
                ip(f"link set {name} up")
            commands.send(b"ready")
            continue
        if not words:
            os._exit(0)
        if last:
            hang_up(last)
        last = call(words[0], words[1], int(words[2]))
        select.select([last, commands], [last] if words[0] == "tcp" else [], [], FEW_S)
        if was_refused(last):
            commands.send(b"refused")


def ip(words):
    done = subprocess.run(["ip"] + words.split(), capture_output=True)
    if done.returncode:
        raise Skip(f"ip {words}: {done.stderr.decode().strip()}")


def hang_up(sock):
    if sock.type == socket.SOCK_STREAM:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # no TIME_WAIT
    sock.close()


def call(proto, addr, number, device=None):
    """Begins a call and does not wait for it."""
    sock = socket.socket(socket.AF_INET6 if ":" in addr else socket.AF_INET,
                         socket.SOCK_DGRAM if proto == "udp" else socket.SOCK_STREAM)
    if device:
        sock.setsockopt(socket.SOL_SOCKET, SO_BINDTODEVICE, device.encode())
    sock.setblocking(False)
    try:
        sock.connect(socket.getaddrinfo(addr, number)[0][4])
        if proto == "udp":
            sock.send(b"?")
    except OSError as error:
        if error.errno not in (errno.EINPROGRESS, errno.ECONNREFUSED):
            raise
    return sock


def was_refused(sock):
    """A RST or an ICMP error came back: nobody hears."""
    return sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == errno.ECONNREFUSED


def heard(socks, refused=lambda: False):
    """The one of socks that got the call, None: nobody."""
    limit = time.monotonic() + FEW_S
    while time.monotonic() < limit:
        ready, _, _ = select.select(socks, [], [], 0.001)
        if ready:
            equal(len(ready), 1, "sockets that heard one call")
            if ready[0].type == socket.SOCK_STREAM:
                hang_up(ready[0].accept()[0])
            else:
                ready[0].recv(16)
            return ready[0]
        if refused():
            return None
    return None


class Spec:
    """A socket to be made: on which address, of which kind, on which device."""

    def __init__(self, addr, v6only=None, device=None):
        self.addr, self.v6only, self.device = addr, v6only, device

    def __repr__(self):
        return self.addr + ("" if self.v6only is None else " v6only" if self.v6only else " dual") + \
            (f" on {self.device}" if self.device else "")

    def make(self, kind, number, shares):
        """Bound, and listening if it can; None: the kernel does not let it in beside the others."""
        sock = socket.socket(socket.AF_INET6 if ":" in self.addr else socket.AF_INET, kind)
        try:
            for name in shares:
                sock.setsockopt(socket.SOL_SOCKET, name, 1)
            if self.device:
                sock.setsockopt(socket.SOL_SOCKET, SO_BINDTODEVICE, self.device.encode())
            if self.v6only is not None:
                sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, self.v6only)
            sock.bind((self.addr, number))
            if kind == socket.SOCK_STREAM:
                sock.listen(8)
            return sock
        except OSError as error:
            sock.close()
            if error.errno not in (errno.EADDRINUSE, errno.EADDRNOTAVAIL):  # IPv6: the address is not the device's
                raise AssertionError(f"world: {self}: {error}") from error
            return None


def specs(devices):
    inet = ["0.0.0.0", "127.0.0.1", "10.9.0.1"]
    inet6 = [("::", True), ("::", False), ("::1", True), ("fd09::1", True), ("::ffff:0.0.0.0", False),
             ("::ffff:10.9.0.1", False)]
    return [Spec(addr, None, device) for addr in inet for device in devices] + \
        [Spec(addr, v6only, device) for addr, v6only in inet6 for device in devices]


TARGETS = ["127.0.0.1", "127.0.0.2", "::1", "10.9.0.1", "fd09::1"]
FROM_LINK = ["10.9.0.1", "fd09::1"]


class Trial:
    """One set of sockets on one port, called at every address."""

    def __init__(self, oracle, caller, link, vrf=None):
        """vrf: where the addresses on the link are; only who is bound to it finds them."""
        self.oracle, self.caller, self.link, self.vrf = oracle, caller, link, vrf
        self.calls = self.sure = self.together = 0

    def check(self, proto, socks, addr, link, refused):
        got = heard(socks, refused)
        foretold = self.oracle.foretell(proto, addr, port(socks[0]), link)
        self.calls += 1
        self.sure += len(foretold) < 2
        if (inode(got) if got else None) not in (foretold or {None}):
            raise AssertionError(f"{proto} {addr} through {link}: {self.words} in this order; the call went to "
                                 f"{self.word_of.get(got)}, foretold " +
                                 f"{[w for s, w in self.word_of.items() if s and inode(s) in foretold]}")

    def run(self, proto, chosen, shares):
        kind = socket.SOCK_DGRAM if proto == "udp" else socket.SOCK_STREAM
        socks, number = [], 0
        self.word_of = {None: "nobody"}
        for spec in chosen:
            sock = spec.make(kind, number, shares)
            if sock:
                socks.append(sock)
                self.word_of[sock] = str(spec)
                number = port(sock)
        if not socks:
            return
        self.words = [self.word_of[sock] for sock in socks]
        self.together += len(socks) == len(chosen)
        self.oracle.say("look")
        for addr in TARGETS:
            caller = call(proto, addr, number, self.vrf if addr in FROM_LINK else None)
            self.check(proto, socks, addr, 0, lambda: was_refused(caller))
            hang_up(caller)
        for addr in FROM_LINK if self.caller else []:
            self.caller.call(proto, addr, number)
            self.check(proto, socks, addr, self.link, self.caller.was_refused)
        for sock in socks:
            sock.close()


def stage(t):
    """A link va to a caller in another namespace."""
    t.needs_root("makes links and binds sockets to them")
    # addresses at once; and a refusal for each datagram
    for name in ("ipv6/conf/default/accept_dad", "ipv4/icmp_ratelimit", "ipv6/icmp/ratelimit"):
        with open(f"/proc/sys/net/{name}", "w") as file:
            file.write("0")
    t.world.veth()
    caller = Caller(t, {"vb": ["10.9.0.2/24", "fd09::2/64"]})
    ip("neigh flush dev va")
    ip("neigh del 10.9.0.2 dev va")
    ip("neigh del fd09::2 dev va")
    return caller, socket.if_nametoindex("va")


def play(t, proto, sharings, count):
    oracle = Oracle(t)
    caller, link = stage(t)
    dice = random.Random(7)  # the same each time
    all_specs = specs([None, "va", "lo"])
    sets = [(spec,) for spec in all_specs]
    sets += dice.sample(list(itertools.permutations(all_specs, 2)), count)
    sets += [tuple(dice.sample(all_specs, 3)) for _ in range(count // 2)]
    trial = Trial(oracle, caller, link)
    for chosen in sets:
        for shares in sharings:
            trial.run(proto, chosen, shares)
    true(trial.together > len(sets) // 2, f"sets whose sockets stood together: {trial.together} of {len(sets)}")
    true(trial.sure > trial.calls * 0.6, f"predictions that name one: {trial.sure} of {trial.calls}")
    print(f"{proto}: {trial.calls} calls, {trial.sure} of them foretold to one socket or none")


def test_tcp(t):
    """Listeners: alone, in pairs and in threes; and those that SO_REUSEPORT lets stand side by side."""
    play(t, "tcp", [[SO_REUSEPORT], []], 150)


def test_udp(t):
    """Datagrams: by SO_REUSEPORT, and by SO_REUSEADDR, where the newest of equals gets all."""
    play(t, "udp", [[SO_REUSEPORT], [socket.SO_REUSEADDR], [socket.SO_REUSEPORT, socket.SO_REUSEADDR]], 100)


def test_scoped_address(t):
    """A link-local address of this host, called from here and through the link."""
    oracle = Oracle(t)
    caller, link = stage(t)
    addresses = subprocess.run(["ip", "-6", "-o", "addr", "show", "dev", "va", "scope", "link"], capture_output=True,
                               text=True).stdout.split()
    own = addresses[addresses.index("inet6") + 1].split("/")[0]
    listeners = [t.world.listen("::", v6only=True)]
    number = port(listeners[0])
    oracle.say("look")
    sock = call("tcp", f"{own}%va", number)
    equal(oracle.foretell("tcp", own, number, 0), {inode(heard(listeners))}, "from here, wildcard")
    hang_up(sock)
    listeners[0].close()
    listeners = [Spec("::", True, "va").make(socket.SOCK_STREAM, number, [])]
    oracle.say("look")
    sock = call("tcp", f"{own}%va", number)
    equal(oracle.foretell("tcp", own, number, 0), {inode(heard(listeners))}, "from here, device")
    hang_up(sock)
    caller.call("tcp", f"{own}%vb", number)
    equal(oracle.foretell("tcp", own, number, link), {inode(heard(listeners))}, "through the link")


def test_connected_udp(t):
    """A connected UDP socket hears its peer alone; a new caller reaches the other."""
    oracle = Oracle(t)
    t.needs_root("a network namespace of its own")
    ours = t.world.udp("127.0.0.1", options=[(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)])
    connected = t.world.udp("127.0.0.1", port(ours), options=[(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)])
    connected.connect(("127.0.0.1", 9))
    oracle.say("look")
    equal(oracle.foretell("udp", "127.0.0.1", port(ours), 0), {inode(ours)}, "foretold")
    sock = call("udp", "127.0.0.1", port(ours))
    true(heard([ours, connected]) is ours, "and so it is")


def serve_pid(listener):
    """Answers one caller with its pid."""
    peer, _ = listener.accept()
    peer.sendall(str(os.getpid()).encode())
    peer.close()


def test_processes(t):
    """Three processes share a port by SO_REUSEPORT, a fourth has localhost: each caller gets the pid of one foretold, and
    each of those answers sometimes."""
    t.needs_root("a network namespace of its own")
    oracle = Oracle(t)
    shares = [(socket.SOL_SOCKET, SO_REUSEPORT, 1)]
    socks = [t.world.listen("0.0.0.0", options=shares)]
    number = port(socks[0])
    socks += [t.world.listen("0.0.0.0", number, options=shares) for _ in range(2)]
    socks.append(t.world.listen("127.0.0.1", number, options=shares))
    inodes = [inode(sock) for sock in socks]
    pids = {inode(sock): t.world.hand(sock, forever=lambda sock=sock: serve_pid(sock)).pid for sock in socks}
    oracle.say("look")
    for addr, which in (("127.0.0.1", inodes[3:]), ("127.0.0.9", inodes[:3])):
        foretold = oracle.foretell("tcp", addr, number, 0)
        equal(foretold, set(which), f"foretold at {addr}")
        answered = set()
        for _ in range(100):  # that one of three is never chosen: 3 * (2/3) ** 100
            with socket.create_connection((addr, number), 5) as sock:
                answered.add(int(sock.recv(16)))
        equal(answered, {pids[key] for key in foretold}, f"pids that answered at {addr}")


def test_vrf(t):
    """A link in a VRF: who is bound to neither hears nothing of it, who is bound to either does."""
    t.needs_root("makes links")
    caller, link = stage(t)
    ip("link add blue type vrf table 10")
    ip("link set blue up")
    ip("link set va master blue")
    ip("addr add fd09::1/64 dev va nodad")  # enslaving took it
    oracle = Oracle(t)
    all_specs = [Spec(addr, v6only, device) for addr, v6only in (("0.0.0.0", None), ("10.9.0.1", None), ("::", False),
                                                                 ("fd09::1", True)) for device in (None, "va", "blue")
                 if device or not addr.startswith(("10", "fd"))]  # they are no addresses outside of it
    for accept in "01":
        with open("/proc/sys/net/ipv4/tcp_l3mdev_accept", "w") as file:
            file.write(accept)
        for chosen in itertools.permutations(all_specs, 2):
            Trial(oracle, caller, link, "blue").run("tcp", chosen, [SO_REUSEPORT])


def test_reach(t):
    """From how far: with loopback alone, then with a link of a private and of a public address, and with it down."""
    t.needs_root("makes links")
    oracle = Oracle(t)
    inet, dual = t.world.listen("0.0.0.0"), t.world.listen("::", v6only=False)
    local, six = t.world.listen("127.0.0.53"), t.world.listen("::", v6only=True)
    def reach(sock):
        return oracle.ask(f"reach {inode(sock)}")
    oracle.say("look")
    equal(reach(inet), ["loopback", "lo"], "with loopback alone")
    equal(reach(dual), ["loopback", "lo"], "dual-stack with loopback alone")
    t.world.veth()
    for words in ("addr flush dev va", "addr flush dev vb", "addr add 10.9.0.1/24 dev va"):
        ip(words)
    oracle.say("look")
    equal(reach(inet), ["private", "lo", "va"], "with a private address")
    equal(reach(six), ["loopback", "lo"], "IPv6 with a private IPv4 address")
    ip("addr add 2001:db8::1/64 dev va nodad")
    oracle.say("look")
    equal(reach(inet), ["private", "lo", "va"], "IPv4 with a public IPv6 address")
    equal(reach(dual), ["public", "lo", "va"], "dual-stack with a public IPv6 address")
    equal(reach(six), ["public", "lo", "va"], "IPv6 with a public address")
    equal(reach(local), ["loopback", "lo"], "an address of lo's net")
    bound = Spec("0.0.0.0", None, "va").make(socket.SOCK_STREAM, 0, [])
    oracle.say("look")
    equal(reach(bound), ["private", "va"], "bound to the device")
    ip("link set va down")
    oracle.say("look")
    equal(reach(dual), ["loopback", "lo"], "with the link down")
    equal(reach(bound), ["loopback"], "bound to a device that is down")


def test_list(t):
    """The columns and the filter tell the same as the helper, and a plain list asks for no interface."""
    t.needs_root("a network namespace of its own")
    inet, local = t.world.listen("0.0.0.0"), t.world.listen("127.0.0.1")
    t.world.veth()
    one = t.json(f"{port(inet)}")["sockets"][0]
    equal((one["scope"], sorted(one["via"])), ("private", ["lo", "va"]), "a wildcard")
    one = t.json(f"{port(local)}")["sockets"][0]
    equal((one["scope"], one["via"]), ("loopback", ["lo"]), "localhost")
    ports = [s["local"]["port"] for s in t.json("-t", "--scope", "private")["sockets"]]
    equal(ports, [port(inet)], "--scope private")
