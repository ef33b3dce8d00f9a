"""Who holds a socket: every process, each once, with its descriptors."""

import array
import os
import resource
import signal
import socket

from ask import equal, one, pids, true
from world import Skip, inode, port


def record_at(t, sock, *more):
    return one(t.records(str(port(sock)), *more), inode=inode(sock))


def test_prefork(t):
    """One listener, a master and six workers: all seven."""
    listener = t.world.listen("127.0.0.1")
    workers = [t.world.fork(keep=[listener]) for _ in range(6)]
    everybody = sorted([os.getpid()] + [w.pid for w in workers])
    record = record_at(t, listener)
    equal(pids(record), everybody, "holders")
    equal({tuple(h["fds"]) for h in record["holders"]}, {(listener.fileno(),)}, "descriptors")


def test_prefork_in_the_table(t):
    listener = t.world.listen("127.0.0.1")
    for _ in range(4):
        t.world.fork(keep=[listener])
    answer = t.run(str(port(listener)), "-H")
    equal(len(answer.lines), 1, f"rows\n{answer}")
    true(" +4" in answer.text, f"one row with +4\n{answer}")


def test_pid_question_has_a_row_for_each_holder(t):
    listener = t.world.listen("127.0.0.1")
    workers = [t.world.fork(keep=[listener]) for _ in range(3)]
    everybody = sorted([os.getpid()] + [w.pid for w in workers])
    records = t.records("--pid", str(port(listener)))
    equal(sorted(pid for r in records for pid in pids(r)), everybody, "pids of all records")
    equal([len(r["holders"]) for r in records], [1] * 4, "one holder a record")
    cells = t.run("--pid", str(port(listener)), "--plain", "-H", "--columns", "pid").lines
    equal(sorted(map(int, cells)), everybody, "pid column")


def test_quiet_pids_are_sorted_and_unique(t):
    """Two ports, both held by the same processes, and a dup: each pid once, in number order."""
    one_sock, other = t.world.listen("127.0.0.1"), t.world.udp("::1")
    t.world.keep(one_sock.dup())
    workers = [t.world.fork(keep=[one_sock, other]) for _ in range(5)]
    everybody = sorted([os.getpid()] + [w.pid for w in workers])
    for words in (["--pid", str(port(one_sock)), str(port(other)), "-q"], ["-q", "--pid", str(port(one_sock))]):
        answer = t.run(*words)
        equal((answer.code, answer.out), (0, b"".join(b"%d\n" % pid for pid in everybody)), " ".join(words))


def test_inherited_by_an_executed_child(t):
    """The parent closes its own: the child alone is named."""
    listener = t.world.listen("127.0.0.1")
    child = t.world.stand([b"worker"], keep=[listener])
    equal(pids(record_at(t, listener)), sorted([os.getpid(), child.pid]), "both")
    number, key = port(listener), inode(listener)
    listener.close()
    record = one(t.records(str(number)), inode=key)
    equal(pids(record), [child.pid], "the child alone")
    equal(record["holders"][0]["argv"], ["worker"], "its arguments")


def test_passed_through_a_unix_socket(t):
    """SCM_RIGHTS: the receiver holds what it never opened."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    t.world.keep(ours), t.world.keep(theirs)
    listener = t.world.listen("127.0.0.1")
    number, key = port(listener), inode(listener)
    ours.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [listener.fileno()]))])
    listener.close()

    def receive():
        control = theirs.recvmsg(1, 64)[1]
        return array.array("i", control[0][2])[0]
    child = t.world.fork(receive, keep=[theirs])
    record = one(t.records(str(number)), inode=key)
    equal([(h["pid"], h["fds"]) for h in record["holders"]], [(child.pid, [child.result])], "the receiver")


def test_in_flight_is_held_by_nobody_seen(t):
    """A descriptor inside an unread message is in no /proc/PID/fd: the row stays and claims no process."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    t.world.keep(ours), t.world.keep(theirs)
    listener = t.world.listen("127.0.0.1")
    number, key = port(listener), inode(listener)
    ours.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [listener.fileno()]))])
    listener.close()
    record = one(t.records(str(number)), inode=key)
    equal(record["holders"], [], "holders")
    true(record["owner"] in ("kernel", "hidden"), f"owner {record['owner']}")


def test_reuseport_twins(t):
    """Two sockets, two processes, one port: two rows, each with its own process."""
    reuse = [(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)]
    first = t.world.listen("127.0.0.1", options=reuse)
    second = t.world.listen("127.0.0.1", port(first), options=reuse)
    number, keys = port(first), (inode(first), inode(second))
    children = [t.world.fork(keep=[first]), t.world.fork(keep=[second])]
    first.close(), second.close()
    records = t.records(str(number))
    equal(len(records), 2, "rows")
    for key, child in zip(keys, children):
        equal(pids(one(records, inode=key)), [child.pid], "its own process")
    answer = t.run("--pid", str(number), "-q")
    equal(answer.lines, [str(pid) for pid in sorted(c.pid for c in children)], "--pid -q")


def test_threads_count_once(t):
    listener = t.world.listen("127.0.0.1")
    child = t.world.stand([b"threaded"], keep=[listener], env={"STAND_THREADS": "8"})
    number, key = port(listener), inode(listener)
    listener.close()
    record = one(t.records(str(number)), inode=key)
    equal([(h["pid"], len(h["fds"])) for h in record["holders"]], [(child.pid, 1)], "holders")


def test_duplicated_descriptors(t):
    listener = t.world.listen("127.0.0.1")
    twins = [t.world.keep(listener.dup()) for _ in range(3)]
    record = record_at(t, listener)
    fds = sorted([listener.fileno()] + [s.fileno() for s in twins])
    equal([(h["pid"], h["fds"]) for h in record["holders"]], [(os.getpid(), fds)], "one holder, four descriptors")


def test_several_ports_of_one_process(t):
    socks = [t.world.listen("127.0.0.1"), t.world.listen("::1"), t.world.udp("127.0.0.1"), t.world.udp("::1")]
    records = t.records(*[str(port(s)) for s in socks])
    equal(sorted((r["inode"], tuple(pids(r))) for r in records), sorted((inode(s), (os.getpid(),)) for s in socks),
          "each socket")


def test_high_descriptor_numbers(t):
    listener = t.world.listen("127.0.0.1")
    os.dup2(listener.fileno(), 999)
    record = record_at(t, listener)
    equal(record["holders"][0]["fds"], [listener.fileno(), 999], "descriptors")
    os.close(999)


def test_many_descriptors(t):
    """More than one directory buffer of them, with gaps: each descriptor of the socket, once."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < 8000:
        raise Skip(f"only {hard} descriptors are allowed")
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    listener = t.world.listen("127.0.0.1")
    other = os.open("/dev/null", os.O_RDONLY)
    want = [listener.fileno()]
    for fd in range(1000, 7000):
        if fd % 7 == 0 or fd > 6500:
            want.append(os.dup2(listener.fileno(), fd))
        elif fd % 7 < 5:
            os.dup2(other, fd)
    record = record_at(t, listener)
    os.closerange(1000, 7000)
    equal([h["fds"] for h in record["holders"]], [want], "descriptors")


def test_stopped_process_is_still_a_holder(t):
    listener = t.world.listen("127.0.0.1")
    child = t.world.fork(keep=[listener])
    os.kill(child.pid, signal.SIGSTOP)
    equal(pids(record_at(t, listener)), sorted([os.getpid(), child.pid]), "holders")


def test_many_holders(t):
    """More processes than any first buffer holds; processes that come and go meanwhile do no harm."""
    listener = t.world.listen("127.0.0.1")
    workers = [t.world.fork(keep=[listener]) for _ in range(120)]
    churn = t.world.fork(lambda: 0)
    equal(pids(record_at(t, listener)), sorted([os.getpid()] + [w.pid for w in workers]), f"all (not {churn.pid})")


def test_churn(t):
    """Processes and sockets are born and die all the while: every answer is whole and the steady one is in it."""
    listener = t.world.listen("127.0.0.1")

    def birth_and_death():
        if os.fork() == 0:
            with socket.socket() as s:
                s.bind(("127.0.0.1", 0))
                s.listen()
            os._exit(0)
        os.wait()
    for _ in range(2):
        t.world.fork(forever=birth_and_death)
    for _ in range(25):
        record = one(t.records("-a"), inode=inode(listener))
        equal(pids(record), [os.getpid()], "the steady listener")
