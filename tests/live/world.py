"""world.py - makes real sockets and real processes for a test to look at, and ends them afterwards.

All that a test expects comes from here: ports from bind(), inodes from fstat(), pids from fork().
Nothing in here reads /proc/net or asks another tool what there is.
"""

import ctypes
import fcntl
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import time

CLONE_NEWNS, CLONE_NEWNET, CLONE_NEWPID = 0x00020000, 0x40000000, 0x20000000
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_CHILD_SUBREAPER = 1, 4, 36
NOBODY = 65534
_libc = ctypes.CDLL(None, use_errno=True)

TCP_STATES = {1: "ESTABLISHED", 2: "SYN_SENT", 3: "SYN_RECV", 4: "FIN_WAIT1", 5: "FIN_WAIT2", 6: "TIME_WAIT",
              7: "CLOSE", 8: "CLOSE_WAIT", 9: "LAST_ACK", 10: "LISTEN", 11: "CLOSING"}


class Skip(Exception):
    """This machine or this user cannot show it; the text says why."""


def unshare(flags):
    if _libc.unshare(flags) != 0:
        raise OSError(ctypes.get_errno(), "unshare: " + os.strerror(ctypes.get_errno()))


def has_namespaces():
    """False for the root of an ordinary container, who may make none."""
    with open("/proc/self/status") as file:
        rights = next(int(line.split()[1], 16) for line in file if line.startswith("CapEff:"))
    return rights >> 21 & 1 == 1  # CAP_SYS_ADMIN


def mount(source, target, fstype, flags=0, options=None):
    if _libc.mount(source.encode(), target.encode(), fstype and fstype.encode(), ctypes.c_ulong(flags),
                   options and options.encode()) != 0:
        raise OSError(ctypes.get_errno(), f"mount {target}: " + os.strerror(ctypes.get_errno()))


def unmount_lazily(target):
    if _libc.umount2(target.encode(), 2) != 0:
        raise OSError(ctypes.get_errno(), f"umount {target}: " + os.strerror(ctypes.get_errno()))


def die_with_parent():
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def adopt_orphans():
    _libc.prctl(PR_SET_CHILD_SUBREAPER, 1)


def end_children():
    """Ends every child, adopted ones too (a server's workers outlive a master that is killed), and theirs. Their number."""
    ended = 0
    while True:
        try:
            ended += os.waitpid(-1, os.WNOHANG)[0] != 0
        except ChildProcessError:
            return ended
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{pid}/stat", errors="replace") as file:  # names are any bytes
                    state, parent = file.read().rpartition(")")[2].split()[:2]
                if int(parent) == os.getpid() and state != "Z":
                    os.kill(int(pid), signal.SIGKILL)
            except (FileNotFoundError, ProcessLookupError):
                pass  # it has ended


def become(uid):
    os.setgroups([])
    os.setgid(uid)
    os.setuid(uid)
    die_with_parent()  # setuid() cleared it
    _libc.prctl(PR_SET_DUMPABLE, 1)  # else /proc/PID/fd of a former root is closed to its own user


def loopback_up():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        name = struct.pack("16sH14x", b"lo", 0)
        flags = struct.unpack("16sH14x", fcntl.ioctl(s, 0x8913, name))[1]
        fcntl.ioctl(s, 0x8914, struct.pack("16sH14x", b"lo", flags | 1))


def inode(sock):
    return os.fstat(sock.fileno()).st_ino


def port(sock):
    return sock.getsockname()[1]


def tcp_state(sock):
    return TCP_STATES.get(sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0])


class Process:
    """A child of ours: its pid, and what its function returned."""

    def __init__(self, pid, result=None, popen=None):
        self.pid, self.result, self.popen = pid, result, popen

    def end(self):
        if self.popen:
            self.popen.kill()
            self.popen.wait()
            return
        try:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        except (ProcessLookupError, ChildProcessError):
            pass


class World:
    def __init__(self, helpers, scratch):
        self.helpers = helpers  # folder of the compiled helpers, None: there is no compiler
        self.scratch = scratch  # a folder of this test, readable by everybody
        self.kept = []
        self.processes = []

    def close(self):
        for process in reversed(self.processes):
            process.end()
        for sock in self.kept:
            sock.close()

    def keep(self, sock):
        self.kept.append(sock)
        return sock

    def helper(self, name):
        if not self.helpers or not os.path.exists(os.path.join(self.helpers, name)):
            raise Skip(f"helper {name} is not built (no C compiler)")
        return os.path.join(self.helpers, name)

    # -- sockets ---------------------------------------------------------------------------------------------

    def bind(self, kind, addr, number=0, v6only=None, options=()):
        family = socket.AF_INET6 if ":" in addr else socket.AF_INET
        sock = self.keep(socket.socket(family, kind))
        for level, name, value in options:
            sock.setsockopt(level, name, value)
        if v6only is not None:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, v6only)
        sock.bind((addr, number))
        return sock

    def listen(self, addr, number=0, backlog=16, v6only=None, options=()):
        sock = self.bind(socket.SOCK_STREAM, addr, number, v6only, options)
        sock.listen(backlog)
        return sock

    def udp(self, addr, number=0, v6only=None, options=()):
        return self.bind(socket.SOCK_DGRAM, addr, number, v6only, options)

    def connect(self, listener, addr=None, wait=True):
        """A connection to a listener; with wait=False it is only begun."""
        sock = self.keep(socket.socket(listener.family, socket.SOCK_STREAM))
        target = (addr or listener.getsockname()[0], port(listener))
        sock.setblocking(wait)
        try:
            sock.connect(target)
        except BlockingIOError:
            pass
        return sock

    def pair(self, listener, addr=None):
        client = self.connect(listener, addr)
        server, _ = listener.accept()
        return client, self.keep(server)

    @staticmethod
    def fill(sock):
        """Writes until neither the peer's window nor our own buffer takes more."""
        sock.setblocking(False)
        still = 0
        while still < 3:
            try:
                sock.send(b"x" * 65536)
                still = 0
            except BlockingIOError:
                still += 1
                time.sleep(0.02)

    @staticmethod
    def drain(sock):
        """Reads to the peer's end of the stream."""
        sock.setblocking(True)
        sock.settimeout(10)
        while sock.recv(1 << 20):
            pass

    @staticmethod
    def await_state(sock, state):
        limit = time.monotonic() + 10
        while tcp_state(sock) != state:
            if time.monotonic() > limit:
                raise AssertionError(f"world: wanted a socket in {state}, it is in {tcp_state(sock)}")
            time.sleep(0.01)

    # -- processes -------------------------------------------------------------------------------------------

    def fork(self, work=lambda: None, keep=(), uid=None, forever=signal.pause):
        """A child that holds only the sockets of keep, does work(), whose result (JSON) comes back, and then
        forever() again and again until it is ended."""
        read_end, write_end = os.pipe()
        pid = os.fork()
        if pid == 0:
            try:
                die_with_parent()
                wanted = {0, 1, 2, write_end} | {sock.fileno() for sock in keep}
                for fd in map(int, os.listdir("/proc/self/fd")):
                    if fd not in wanted:
                        try:
                            os.close(fd)
                        except OSError:
                            pass
                if uid is not None:
                    become(uid)
                os.write(write_end, json.dumps(work()).encode() + b"\n")
                os.close(write_end)
                while True:
                    forever()
            finally:
                os._exit(1)
        os.close(write_end)
        with open(read_end, "rb") as pipe:
            text = pipe.readline()  # not to the end: what the child starts may keep it open
        process = Process(pid)
        self.processes.append(process)
        if not text:
            raise AssertionError("world: a child failed")
        process.result = json.loads(text)
        return process

    def hand(self, *socks, **how):
        """A child that alone holds these sockets: we let go of them."""
        process = self.fork(keep=socks, **how)
        for sock in socks:
            sock.close()
        return process

    def nest(self, work, keep=()):
        """work() runs in the first process of a pid namespace, which alone holds the sockets of keep, and its result
        comes back. Whatever it starts, and what those start, ends with this test and is nobody else's orphan."""
        def make():
            unshare(CLONE_NEWPID)
            read_end, write_end = os.pipe()
            if os.fork() == 0:
                try:
                    die_with_parent()
                    os.close(read_end)
                    os.set_inheritable(write_end, False)
                    os.write(write_end, json.dumps({"first": own_pid(), "result": work()}).encode() + b"\n")
                    os.close(write_end)
                    reap_for_ever()
                finally:
                    os._exit(1)
            os.close(write_end)
            for sock in keep:
                sock.close()
            with open(read_end, "rb") as pipe:
                return json.loads(pipe.readline())
        process = self.fork(make, keep=keep)
        for sock in keep:
            sock.close()
        return process.result

    def fate(self, process, limit_s=0.0):
        """How it ended: its exit code, or minus the signal; None: it lives. Then its pid is ours no more."""
        limit = time.monotonic() + limit_s
        while True:
            pid, status = (os.waitpid(process.pid, os.WNOHANG) if not process.popen else
                           (process.popen.poll() is not None, None))
            if pid:
                self.processes.remove(process)
                return process.popen.returncode if process.popen else os.waitstatus_to_exitcode(status)
            if time.monotonic() >= limit:
                return None
            time.sleep(0.01)

    def stand(self, argv, path=None, keep=(), env=None, uid=None):
        """The helper stand.c under this argv, program path and environment, holding the sockets of keep."""
        def setup():
            die_with_parent()
            if uid is not None:
                become(uid)
        popen = subprocess.Popen(argv, executable=path or self.helper("stand"), env=env or {},
                                 stdin=subprocess.PIPE, stdout=subprocess.PIPE, preexec_fn=setup,
                                 pass_fds=[sock.fileno() for sock in keep])
        self.processes.append(Process(popen.pid, popen=popen))
        if popen.stdout.readline() != b"ready\n":
            raise AssertionError("world: stand did not start")
        return self.processes[-1]

    def named(self, filename, argv=None, keep=(), env=None, uid=None):
        """stand under another file name, which may be any bytes."""
        path = os.path.join(os.fsencode(self.scratch), os.fsencode(filename))
        with open(self.helper("stand"), "rb") as source, open(path, "wb") as copy:
            copy.write(source.read())
        os.chmod(path, 0o755)
        return self.stand(argv or [os.fsencode(filename)], path, keep, env, uid)

    # -- a half-open connection ------------------------------------------------------------------------------

    def veth(self):
        """A link to nowhere: va has addresses, and a neighbour (.2) that never answers."""
        for words in ("link add va address 02:00:00:00:00:01 type veth peer name vb address 02:00:00:00:00:03",
                      "addr add 10.9.0.1/24 dev va", "addr add fd09::1/64 dev va nodad",
                      "link set va up", "link set vb up",
                      "neigh add 10.9.0.2 lladdr 02:00:00:00:00:02 dev va",
                      "neigh add fd09::2 lladdr 02:00:00:00:00:02 dev va"):
            done = subprocess.run(["ip"] + words.split(), capture_output=True)
            if done.returncode:
                raise Skip(f"ip {words}: {done.stderr.decode().strip()}")

    @staticmethod
    def inject_syn(addr, number, from_port):
        """A SYN from the neighbour that never answers, put on the wire of va. Twice is no harm."""
        peer = "fd09::2" if ":" in addr else "10.9.0.2"
        family = socket.AF_INET6 if ":" in addr else socket.AF_INET
        source, target = socket.inet_pton(family, peer), socket.inet_pton(family, addr)
        tcp = struct.pack("!HHIIBBHHH", from_port, number, 12345, 0, 5 << 4, 2, 64240, 0, 0)
        pseudo = source + target + struct.pack("!II", len(tcp), 6)
        tcp = tcp[:16] + struct.pack("!H", checksum(pseudo + tcp)) + tcp[18:]
        if family == socket.AF_INET6:
            head = struct.pack("!IHBB", 6 << 28, len(tcp), 6, 64) + source + target
        else:
            head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(tcp), 1, 0, 64, 6, 0) + source + target
            head = head[:10] + struct.pack("!H", checksum(head)) + head[12:]
        ethertype = 0x86DD if family == socket.AF_INET6 else 0x0800
        with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as wire:
            wire.bind(("vb", 0))
            wire.send(bytes.fromhex("020000000001020000000002") + struct.pack("!H", ethertype) + head + tcp)


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def own_pid():
    """Our pid as the mounted /proc tells it, also in a pid namespace inside its own."""
    return int(os.readlink("/proc/self"))


def reap_for_ever():
    while True:
        try:
            os.wait()
        except ChildProcessError:
            time.sleep(0.01)


def log(text):
    print(text, file=sys.stderr)
