"""--kill: who holds a port ends, nobody else does, and "freed" is said only of a port that is."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time

from ask import equal, one, true
from test_states import kernel_lists_bound
from victims import (Watch, ask_json, await_true, be_subject_to_the_end, bindable, call_me, children_of, fell,
                     free_number, ignore_term, leave_after, listed, lives, on, outcomes, own_pid, spawn, verdicts)
from world import CLONE_NEWNET, Process, Skip, die_with_parent, loopback_up, port, unshare

KEPT = []  # what a child holds for as long as it lives
REUSE = (socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
SHARE = (socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)


def freed(t, number, *words):
    doc = ask_json(t, *(words or (number,)))
    equal((doc["exit"], verdicts(doc)), (0, ["freed"]), f"answer {doc}")
    return doc


# -- who is ended ----------------------------------------------------------------------------------------------

def http_server(t):
    """Python's own, as people start it: its number and process."""
    number = free_number()
    popen = subprocess.Popen([sys.executable, "-u", "-m", "http.server", str(number), "--bind", "127.0.0.1"],
                             cwd=t.scratch, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                             preexec_fn=die_with_parent)
    t.world.processes.append(Process(popen.pid, popen=popen))
    true(b"Serving" in popen.stdout.readline(), "world: http.server started")
    return number, t.world.processes[-1]


def test_http_server(t):
    number, server = http_server(t)
    answer = t.run("--kill", str(number))
    fell(t, server)
    equal((answer.code, answer.err), (0, b""), f"exit code, stderr\n{answer}")
    true(re.match(rf"{number}: freed; ended python3\S* \(pid {server.pid}, user \S+\)\n$", answer.text), f"words\n{answer}")
    true(bindable("127.0.0.1", number), "the port can be bound, without SO_REUSEADDR too")


def test_http_server_that_served(t):
    """A connection that it closed lingers: said, and who sets SO_REUSEADDR can bind."""
    number, server = http_server(t)
    for _ in range(2):
        with socket.create_connection(("127.0.0.1", number), timeout=10) as client:
            client.sendall(b"GET / HTTP/1.0\r\n\r\n")
            while client.recv(65536):
                pass  # until the server has closed: who does so first lingers
    await_true(lambda: sum(r["state"] == "TIME_WAIT" for r in t.records("-a", str(number))) == 2, "TIME_WAIT")
    answer = t.run("--kill", str(number))
    fell(t, server)
    equal(answer.code, 0, f"exit code\n{answer}")
    true(answer.text.startswith(f"{number}: freed; ended "), f"stdout\n{answer}")
    equal(len(answer.errors), 1, f"lines on stderr\n{answer}")
    true(re.match(rf"lsports: {number}: 2 connections linger .*minute.*SO_REUSEADDR", answer.errors[0]), f"words\n{answer}")
    equal((bindable("127.0.0.1", number), bindable("127.0.0.1", number, reuse=True)), (False, True), "bindable")


def test_lingering_is_counted(t):
    listener = t.world.listen("127.0.0.1", options=[REUSE])
    number = port(listener)
    for _ in range(3):
        client, server = t.world.pair(listener)
        server.close()
        client.close()
    holder = t.world.hand(listener)
    doc = freed(t, number)
    fell(t, holder)
    equal(doc["ports"][0]["lingering"], 3, "lingering")
    true(bindable("127.0.0.1", number, reuse=True), "bindable with SO_REUSEADDR")
    doc = ask_json(t, number)
    equal((doc["exit"], verdicts(doc), doc["ports"][0]["lingering"]), (1, ["free"], 3), "asked again")


def nginx(t):
    if not shutil.which("nginx", path="/usr/sbin:/usr/bin:/sbin:/bin"):
        raise Skip("no nginx")
    numbers = [free_number(), free_number()]
    folder = t.scratch
    with open(f"{folder}/nginx.conf", "w") as file:
        paths = "".join(f"{name}_temp_path {folder}/{name};\n"
                        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        file.write(f"daemon off;\nworker_processes 3;\npid {folder}/nginx.pid;\nerror_log {folder}/error.log;\n"
                   f"events {{ }}\nhttp {{\naccess_log off;\n{paths}"
                   + "".join(f"server {{ listen 127.0.0.1:{n}; }}\n" for n in numbers) + "}\n")

    def run():
        os.execvp("nginx", ["nginx", "-p", folder, "-c", f"{folder}/nginx.conf"])
    master = t.world.nest(lambda: spawn(run))["result"]
    await_true(lambda: len(children_of(master)) == 3, "three workers of nginx")
    return numbers, master, children_of(master)


def test_nginx(t):
    """Master and workers all end; the port that goes with it was announced."""
    t.needs_root("makes a pid namespace")
    (number, other), master, workers = nginx(t)
    watches = [Watch(pid) for pid in (master, *workers)]
    plan = ask_json(t, number, "--dry-run")
    equal((plan["exit"], plan["dry_run"], verdicts(plan)), (0, True, ["planned"]), "plan")
    equal(outcomes(plan), {pid: "planned" for pid in (master, *workers)}, "who would end")
    equal(plan["processes"][0]["pid"], master, "the master comes first: it would replace a worker")
    for process in plan["processes"]:
        equal(listed(process["holds"]), [("tcp", "LISTEN", "127.0.0.1", number)], "what it holds")
        equal(listed(process["goes_with_it"]), [("tcp", "LISTEN", "127.0.0.1", other)], "what goes with it")
    true(not any(watch.ended for watch in watches), "a dry run ends nobody")

    doc = freed(t, number)
    equal(set(outcomes(doc)), {master, *workers}, "who ended")
    true(set(outcomes(doc).values()) <= {"ended", "gone"}, f"outcomes {outcomes(doc)}")
    true(all(watch.ended for watch in watches), "all of nginx ended")
    true(bindable("127.0.0.1", number) and bindable("127.0.0.1", other), "both ports can be bound")


def test_reuseport_twins(t):
    """Two sockets, two processes, one port."""
    first = t.world.listen("127.0.0.1", options=[SHARE])
    number = port(first)
    second = t.world.listen("127.0.0.1", number, options=[SHARE])
    twins = [t.world.hand(first), t.world.hand(second)]
    doc = freed(t, number)
    fell(t, *twins)
    equal(outcomes(doc), {twin.pid: "ended" for twin in twins}, "outcomes")
    true(bindable("127.0.0.1", number), "bindable")


def test_v4_beside_v6(t):
    """An address selects; a number alone means both."""
    for words, survivor in ((("127.0.0.1:{}",), 1), (("[::1]:{}",), 0), (("-4", "{}"), 1), (("-6", "{}"), 0),
                            (("{}",), None)):
        four = t.world.listen("127.0.0.1")
        number = port(four)
        six = t.world.listen("::1", number, v6only=1)
        both = [t.world.hand(four), t.world.hand(six)]
        freed(t, number, *(word.format(number) for word in words))
        for i, holder in enumerate(both):
            (lives if i == survivor else fell)(t, holder)
        equal((bindable("127.0.0.1", number), bindable("::1", number)), (survivor != 0, survivor != 1),
              f"bindable after {words}")
        if survivor is not None:
            both[survivor].end()


def test_wildcard_and_address(t):
    """*:N selects what listens on every address, 127.0.0.1:N what listens on that one."""
    for word, kept in (("*:{}", 0), ("127.0.0.2:{}", 1)):
        one_address = t.world.listen("127.0.0.2", options=[REUSE, SHARE])
        number = port(one_address)
        every = t.world.listen("0.0.0.0", number, options=[REUSE, SHARE])
        both = [t.world.hand(one_address), t.world.hand(every)]
        freed(t, number, word.format(number))
        lives(t, both[kept])
        fell(t, both[1 - kept])
        both[kept].end()


def test_address_that_a_wildcard_covers(t):
    """Asked for 127.0.0.1:N, which *:N keeps from everybody: not free, by whom, and nobody ends."""
    for addr, word in (("0.0.0.0", "127.0.0.1:{}"), ("127.0.0.1", "*:{}"), ("::", "127.0.0.1:{}")):
        listener = t.world.listen(addr, v6only=0 if addr == "::" else None)
        number = port(listener)
        holder = t.world.hand(listener)
        answer = t.run("--kill", word.format(number))
        lives(t, holder)
        equal((answer.code, answer.out), (4, b""), f"exit code, stdout\n{answer}")
        true("not free" in answer.errors[0] and f"(pid {holder.pid}" in answer.errors[0], f"words\n{answer}")
        doc = ask_json(t, word.format(number), "--ok-if-free")
        equal((verdicts(doc), doc["ports"][0]["held_by"]["pid"], doc["processes"]), (["in_use"], holder.pid, []), "as JSON")
        equal(doc["exit"], 4, "it is not free")


def test_dual_stack(t):
    listener = t.world.listen("::", v6only=0)
    number = port(listener)
    holder = t.world.hand(listener)
    freed(t, number)
    fell(t, holder)
    true(bindable("0.0.0.0", number) and bindable("::", number), "bindable in both families")


def test_one_process_with_two_families(t):
    four = t.world.listen("127.0.0.1")
    number = port(four)
    six = t.world.listen("::1", number, v6only=1)
    holder = t.world.hand(four, six)
    doc = freed(t, number)
    fell(t, holder)
    equal(listed(one_process(doc)["holds"]), [("tcp", "LISTEN", "127.0.0.1", number), ("tcp", "LISTEN", "::1", number)],
          "holds")


def one_process(doc):
    equal(len(doc["processes"]), 1, f"processes of {doc}")
    return doc["processes"][0]


def test_udp_and_tcp(t):
    """udp/N and tcp/N are two ports."""
    for words, survivor in ((("udp/{}",), "tcp"), (("{}/tcp",), "udp"), (("-u", "{}"), "tcp"), (("tcp", "{}"), "udp"),
                            (("{}",), None)):
        tcp = t.world.listen("127.0.0.1")
        number = port(tcp)
        udp = t.world.udp("127.0.0.1", number)
        holders = {"tcp": t.world.hand(tcp), "udp": t.world.hand(udp)}
        freed(t, number, *(word.format(number) for word in words))
        for proto, holder in holders.items():
            (lives if proto == survivor else fell)(t, holder)
        equal((bindable("127.0.0.1", number), bindable("127.0.0.1", number, kind=socket.SOCK_DGRAM)),
              (survivor != "tcp", survivor != "udp"), f"bindable after {words}")
        if survivor:
            holders[survivor].end()


def test_udp_client_survives(t):
    """Connected UDP is a client; what is bound beside it is the server."""
    server = t.world.udp("127.0.0.1")
    number = port(server)
    client = t.world.udp("127.0.0.2", number)
    client.connect(("127.0.0.3", 9))
    holders = [t.world.hand(server), t.world.hand(client)]
    freed(t, number, f"udp/{number}")
    fell(t, holders[0])
    lives(t, holders[1])


def test_bound_idle(t):
    """Bound and never listening: it keeps others from the port all the same."""
    kernel_lists_bound()
    sock = t.world.bind(socket.SOCK_STREAM, "127.0.0.1")
    number = port(sock)
    holder = t.world.hand(sock)
    doc = freed(t, number)
    fell(t, holder)
    equal(listed(one_process(doc)["holds"]), [("tcp", "BOUND", "127.0.0.1", number)], "holds")
    true(bindable("127.0.0.1", number), "bindable")


def test_inherited_listener(t):
    """Parent and child hold one socket, and a third has it twice."""
    t.needs_root("makes a pid namespace")
    listener = t.world.listen("127.0.0.1")
    number = port(listener)

    def make():
        def parent():
            be_subject_to_the_end()
            spawn(be_subject_to_the_end)
        pids = [spawn(parent), spawn(lambda: os.dup(listener.fileno()))]
        listener.close()
        return pids
    parent, other = t.world.nest(make, keep=[listener])["result"]
    await_true(lambda: children_of(parent), "the child")
    pids = [parent, other, *children_of(parent)]
    watches = [Watch(pid) for pid in pids]
    doc = freed(t, number)
    equal(set(outcomes(doc)), set(pids), "who ended")
    true(all(watch.ended for watch in watches), "all ended")
    true(bindable("127.0.0.1", number), "bindable")


def test_shared_listener(t):
    """Siblings that hold one socket, one of them by two descriptors."""
    listener = t.world.listen("127.0.0.1")
    number = port(listener)
    spare = t.world.keep(listener.dup())
    holders = [t.world.fork(keep=[listener]), t.world.fork(keep=[listener, spare]), t.world.hand(listener, spare)]
    doc = freed(t, number)
    fell(t, *holders)
    equal(outcomes(doc), {holder.pid: "ended" for holder in holders}, "outcomes")
    true(bindable("127.0.0.1", number), "bindable")


def test_holder_without_main_thread(t):
    """Its first thread ended long ago; another holds the port."""
    helper = shutil.which("cc") and os.path.join(t.scratch, "leaderless")
    if not helper:
        raise Skip("no C compiler")
    with open(helper + ".c", "w") as file:
        file.write("#include <pthread.h>\n#include <sys/prctl.h>\n#include <unistd.h>\n"
                   "static void *stay(void *arg) { usleep(50000); write(1, \"ready\\n\", 6);"
                   " for (;;) pause(); return arg; }\n"
                   "int main(void) { pthread_t thread; prctl(PR_SET_PDEATHSIG, 9);"
                   " pthread_create(&thread, 0, stay, 0); pthread_exit(0); }\n")
    done = subprocess.run(["cc", "-pthread", helper + ".c", "-o", helper], capture_output=True)
    true(os.path.exists(helper), f"world: {done.stderr}")
    listener = t.world.listen("127.0.0.1")
    number = port(listener)
    holder = t.world.stand(["leaderless"], helper, keep=[listener])
    listener.close()
    freed(t, number)
    fell(t, holder)
    true(bindable("127.0.0.1", number), "bindable")


# -- who is not ------------------------------------------------------------------------------------------------

def client_at(t, number, server):
    """A connection whose local port is number, from 127.0.0.2."""
    sock = t.world.bind(socket.SOCK_STREAM, "127.0.0.2", number)
    sock.connect(server.getsockname())
    return sock


def test_client_on_the_same_number_survives(t):
    """Its local port is N, and so is its server's."""
    remote = t.world.listen("127.0.0.3")
    number = port(remote)
    client = client_at(t, number, remote)
    accepted, _ = remote.accept()
    near = t.world.listen("127.0.0.1", number)
    server, browser, victim = t.world.hand(remote, accepted), t.world.hand(client), t.world.hand(near)
    freed(t, number, f"127.0.0.1:{number}")
    fell(t, victim)
    lives(t, server, browser)
    true(bindable("127.0.0.1", number), "bindable")
    doc = freed(t, number)
    fell(t, server)
    lives(t, browser)
    equal(outcomes(doc), {server.pid: "ended"}, "plan")


def test_clients_of_the_port_survive(t):
    listener = t.world.listen("127.0.0.1", options=[REUSE])
    number = port(listener)
    clients, accepted = zip(*(t.world.pair(listener) for _ in range(3)))
    browser, server = t.world.hand(*clients), t.world.hand(listener, *accepted)
    plan = ask_json(t, number, "--dry-run")
    equal(one_process(plan)["clients"], 3, "clients announced")
    for words in ([number], [number, "--all-states"]):
        ask_json(t, *words)
        lives(t, browser)
    fell(t, server)


def test_accepted_child(t):
    """What only serves a connection is no holder; --all-states ends it too."""
    for words in ([], ["--all-states"]):
        listener = t.world.listen("127.0.0.1", options=[REUSE])
        number = port(listener)
        client, accepted = t.world.pair(listener)
        child, server = t.world.hand(accepted), t.world.hand(listener)
        doc = ask_json(t, number, *words)
        equal((doc["exit"], verdicts(doc)), (0, ["freed"]), f"answer {doc}")
        fell(t, server)
        if words:
            fell(t, child)
        else:
            lives(t, child)
            true(bindable("127.0.0.1", number, reuse=True), "bindable with SO_REUSEADDR")
            child.end()
        client.close()


def test_connections_that_keep_the_port_are_named(t):
    """The server set no SO_REUSEADDR and its child serves on: nobody can bind the port, and lsports says why."""
    listener = t.world.listen("127.0.0.1")
    number = port(listener)
    _, accepted = t.world.pair(listener)
    child, server = t.world.hand(accepted), t.world.hand(listener)
    answer = t.run("--kill", str(number))
    fell(t, server)
    lives(t, child)
    equal(bindable("127.0.0.1", number, reuse=True), False, "world: the connection keeps the port")
    true(str(child.pid).encode() in answer.out + answer.err, f"names pid {child.pid}, which keeps the port\n{answer}")


def test_all_states_ends_a_client_on_that_port(t):
    remote = t.world.listen("127.0.0.3")
    number = free_number()
    client = client_at(t, number, remote)
    browser = t.world.hand(client)
    doc = ask_json(t, number)
    equal((doc["exit"], verdicts(doc), doc["processes"]), (1, ["in_use"], []), "without --all-states")
    lives(t, browser)
    doc = freed(t, number, number, "--all-states")
    fell(t, browser)
    equal(outcomes(doc), {browser.pid: "ended"}, "with it")


def test_numbers_that_only_look_alike(t):
    """No prefix, no suffix: 1800 is neither 18001 nor 11800 nor 180."""
    number = 1800 if t.is_root else 18000 // 8
    others = [n for n in (180, 18000, 18001, 18009, 11800, 21800, 1801, 1799) if t.is_root or n > 1023]
    bystanders = [t.world.hand(t.world.listen("127.0.0.1", n)) for n in others]
    bystanders.append(t.world.hand(t.world.udp("127.0.0.1", 18000)))
    doc = ask_json(t, number)
    equal((doc["exit"], doc["processes"]), (1, []), "free")
    victim = t.world.hand(t.world.listen("127.0.0.1", number))
    equal(outcomes(freed(t, number)), {victim.pid: "ended"}, "who ended")
    fell(t, victim)
    lives(t, *bystanders)


def test_other_network_namespace(t):
    """The same number elsewhere is another port."""
    t.needs_root("makes a network namespace")
    listener = t.world.listen("127.0.0.1")
    number = port(listener)

    def elsewhere():
        unshare(CLONE_NEWNET)
        loopback_up()
        t.world.listen("127.0.0.1", number)
    stranger, victim = t.world.fork(elsewhere), t.world.hand(listener)
    equal(outcomes(freed(t, number)), {victim.pid: "ended"}, "who ended")
    fell(t, victim)
    lives(t, stranger)
    equal(ask_json(t, number)["exit"], 1, "free here")
    lives(t, stranger)


def test_holder_that_moved_away(t):
    """It made the socket here and lives in another network namespace now."""
    t.needs_root("makes a network namespace")
    listener = t.world.listen("127.0.0.1")
    number = port(listener)
    holder = t.world.hand(listener, work=lambda: unshare(CLONE_NEWNET))
    freed(t, number)
    fell(t, holder)
    true(bindable("127.0.0.1", number), "bindable")


# -- those that do not simply end ------------------------------------------------------------------------------

def test_term_ignored(t):
    listener = t.world.listen("127.0.0.1")
    number = port(listener)
    holder = t.world.hand(listener, work=ignore_term)
    answer = t.run("--kill", str(number), "--timeout", "0.3")
    lives(t, holder)
    equal((answer.code, answer.out), (4, b""), f"exit code, stdout\n{answer}")
    equal(len(answer.errors), 1, f"lines on stderr\n{answer}")
    for word in (f"{number}: still held by", f"(pid {holder.pid}", "--force"):
        true(word in answer.errors[0], f"stderr has {word!r}\n{answer}")
    doc = ask_json(t, number, "--timeout", "0.3")
    equal((doc["exit"], verdicts(doc), outcomes(doc)), (4, ["held"], {holder.pid: "survived"}), "as JSON")
    equal(doc["ports"][0]["held_by"]["pid"], holder.pid, "held_by")
    lives(t, holder)

    begin = time.monotonic()
    doc = ask_json(t, number, "--timeout", "0.5", "--force")
    fell(t, holder, by=signal.SIGKILL)
    true(time.monotonic() - begin >= 0.5, "KILL only after the time for TERM")
    equal((doc["exit"], verdicts(doc), outcomes(doc)), (0, ["freed"], {holder.pid: "killed"}), "with --force")
    true(bindable("127.0.0.1", number), "bindable")


def test_force_is_patient(t):
    """--force gives TERM its time: a server that ends by itself is not killed."""
    listener = t.world.listen("127.0.0.1")
    number = port(listener)
    holder = t.world.hand(listener, work=on([signal.SIGTERM], leave_after(0.5)))
    doc = freed(t, number, number, "--force")
    equal(t.world.fate(holder), 7, "it ended in its own way")
    equal(outcomes(doc), {holder.pid: "ended"}, "outcomes")


def test_default_patience_is_five_seconds(t):
    listener = t.world.listen("127.0.0.1")
    number = port(listener)
    holder = t.world.hand(listener, work=ignore_term)
    begin = time.monotonic()
    answer = t.run("--kill", str(number))
    equal(answer.code, 4, f"exit code\n{answer}")
    true(5 <= time.monotonic() - begin < 8, f"took {time.monotonic() - begin:.1f} s")
    lives(t, holder)


def test_graceful_server(t):
    """It takes a second to end, and is waited for."""
    listener = t.world.listen("127.0.0.1")
    number = port(listener)
    holder = t.world.hand(listener, work=on([signal.SIGTERM], leave_after(1)))
    begin = time.monotonic()
    doc = freed(t, number)
    equal(t.world.fate(holder), 7, "it ended in its own way")
    true(time.monotonic() - begin < 4, f"took {time.monotonic() - begin:.1f} s")
    equal(outcomes(doc), {holder.pid: "ended"}, "outcomes")
    true(bindable("127.0.0.1", number), "bindable")


def test_server_that_lets_go_and_stays(t):
    """Freed is freed, though its process runs on."""
    listener = t.world.listen("127.0.0.1")
    number, fd = port(listener), listener.fileno()
    holder = t.world.hand(listener, work=on([signal.SIGTERM], lambda *_: os.close(fd)))
    answer = t.run("--kill", str(number), "--timeout", "1")
    lives(t, holder)
    equal((answer.code, answer.err), (0, b""), f"exit code, stderr\n{answer}")
    true("freed" in answer.text and "still runs" in answer.text and f"pid {holder.pid}" in answer.text, f"words\n{answer}")
    true(bindable("127.0.0.1", number), "bindable")


def test_holder_that_cannot_be_waited_for(t):
    """--timeout 0 does not wait; what is said is what is so."""
    listener = t.world.listen("127.0.0.1")
    number = port(listener)
    holder = t.world.hand(listener, work=on([signal.SIGTERM], leave_after(1)))
    begin = time.monotonic()
    doc = ask_json(t, number, "--timeout", "0")
    true(time.monotonic() - begin < 0.9, f"took {time.monotonic() - begin:.1f} s")
    equal((doc["exit"], verdicts(doc)), (4, ["held"]), "it holds the port still")
    equal(t.world.fate(holder, 5), 7, "it was asked to end")


def supervised(t, number, name, delay_s):
    """A server on the port and who starts it again, in a nest: their pids. Each life writes its pid to a file."""
    path = os.path.join(t.scratch, "lives")

    def serve():
        be_subject_to_the_end()
        listener = socket.socket()
        listener.setsockopt(*REUSE)
        listener.bind(("127.0.0.1", number))
        listener.listen()
        KEPT.append(listener)
        with open(path, "a") as file:
            file.write(f"{own_pid()}\n")

    def supervise():
        call_me(name)
        for _ in range(20):
            spawn(serve)
            os.wait()
            if delay_s is None:
                break
            time.sleep(delay_s)
    supervisor = t.world.nest(lambda: spawn(supervise))["result"]
    await_true(lambda: os.path.exists(path) and lives_in(path), "the first server")
    return supervisor, path


def lives_in(path):
    with open(path) as file:
        return [int(line) for line in file]


def test_supervisor_starts_it_again(t):
    """Not freed, however fast: taken again, by whom, and who is behind it."""
    t.needs_root("makes a pid namespace")
    for words, reader in (([], "text"), (["--json"], "json")):
        number = free_number()
        supervisor, path = supervised(t, number, "watcher", 0.04)
        first = Watch(lives_in(path)[-1])
        if reader == "text":
            answer = t.run("--kill", str(number))
            equal((answer.code, answer.out), (4, b""), f"exit code, stdout\n{answer}")
            again = lives_in(path)[1]
            for word in (f"{number}: taken again by", f"(pid {again},", f"(pid {supervisor})", f"kill {supervisor}"):
                true(word in answer.errors[0], f"stderr has {word!r}\n{answer}")
        else:
            doc = ask_json(t, number)
            again = lives_in(path)[1]
            equal((doc["exit"], verdicts(doc)), (4, ["taken_again"]), f"verdict {doc}")
            equal(doc["ports"][0]["held_by"]["pid"], again, "held_by")
            equal(doc["ports"][0]["held_by"]["stop_command"], f"kill {supervisor}", "stop_command")
            equal(outcomes(doc), {first.pid: "ended"}, "the first ended")
        true(first.ended, "the first ended")
        equal(len(lives_in(path)), 2, "the second was left alone")
        true(not Watch(again).ended, "the second lives")
        os.remove(path)


SUPERVISORD = """
import os, signal, socket, time
while True:
    pid = os.fork()
    if pid == 0:
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", %d))
        listener.listen()
        while True:
            signal.pause()
    os.waitpid(pid, 0)
    time.sleep(0.8)
"""


def test_known_supervisor_is_waited_for(t):
    """Whose job it is to start again may take its time."""
    t.needs_root("makes a pid namespace")
    number, script = free_number(), os.path.join(t.scratch, "supervisord")
    with open(script, "w") as file:
        file.write(SUPERVISORD % number)

    supervisor = t.world.nest(lambda: spawn(lambda: os.execv(sys.executable, ["python3", script])))["result"]
    await_true(lambda: not bindable("127.0.0.1", number), "the first server")
    answer = t.run("--kill", str(number))
    equal(answer.code, 4, f"exit code\n{answer}")
    for word in ("taken again by", "supervisord", f"(pid {supervisor})", "supervisorctl stop"):
        true(word in answer.errors[0], f"stderr has {word!r}\n{answer}")


def test_parent_that_does_not_start_it_again(t):
    t.needs_root("makes a pid namespace")
    number = free_number()
    supervisor, path = supervised(t, number, "watcher", None)
    parent, server = Watch(supervisor), Watch(lives_in(path)[0])
    freed(t, number)
    equal((server.ended, parent.ended), (True, False), "who ended")
    true(bindable("127.0.0.1", number), "bindable")


def test_master_that_replaces_its_workers(t):
    """Four workers, each replaced as soon as it ends, by a master that takes 0.4 s to end: none is left."""
    t.needs_root("makes a pid namespace")
    number = free_number()

    def worker():
        be_subject_to_the_end()

    def master():
        listener = socket.socket()
        listener.bind(("127.0.0.1", number))
        listener.listen()
        KEPT.append(listener)
        leaving = []

        def replace(*_):
            while True:
                try:
                    if not os.waitpid(-1, os.WNOHANG)[0]:
                        return
                except ChildProcessError:
                    return
                spawn(worker)

        def leave(*_):
            if not leaving:
                leaving.append(True)
                limit = time.monotonic() + 0.4
                while time.monotonic() < limit:
                    time.sleep(0.01)
                os._exit(0)
        signal.signal(signal.SIGTERM, leave)
        signal.signal(signal.SIGCHLD, replace)
        for _ in range(4):
            spawn(worker)
    nest = t.world.nest(lambda: spawn(master))
    await_true(lambda: len(children_of(nest["result"])) == 4, "four workers")
    watches = [Watch(pid) for pid in (nest["result"], *children_of(nest["result"]))]
    freed(t, number)
    true(all(watch.ended for watch in watches), "the first ones ended")
    await_true(lambda: children_of(nest["first"]) == [], "nobody is left", limit_s=1)
    true(bindable("127.0.0.1", number), "bindable")


# -- several at once -------------------------------------------------------------------------------------------

def test_free_port(t):
    number = free_number()
    answer = t.run("--kill", str(number))
    equal((answer.code, answer.out), (1, b""), f"exit code, stdout\n{answer}")
    equal(len(answer.complaints), 1, f"lines on stderr\n{answer}")
    true(str(number) in answer.complaints[0], f"stderr names the port\n{answer}")
    answer = t.run("--kill", str(number), "--ok-if-free")
    equal((answer.code, answer.complaints), (0, []), f"exit code, stderr\n{answer}")
    true(str(number) in answer.text, f"stdout names the port\n{answer}")
    doc = ask_json(t, number)
    equal((doc["exit"], verdicts(doc), doc["processes"]), (1, ["free"], []), "as JSON")
    equal(ask_json(t, number, "--ok-if-free")["exit"], 0, "as JSON, ok")


def test_several_ports(t):
    """All are tried, and the worst code wins."""
    easy, hard, last = (t.world.listen("127.0.0.1") for _ in range(3))
    numbers = [port(easy), port(hard), free_number(), port(last)]
    holders = [t.world.hand(easy), t.world.hand(hard, work=ignore_term), t.world.hand(last)]
    doc = ask_json(t, *numbers, "--timeout", "0.3")
    fell(t, holders[0], holders[2])
    lives(t, holders[1])
    equal([(p["port"], p["verdict"], p["exit"]) for p in doc["ports"]],
          [(str(n), v, c) for n, v, c in zip(numbers, ("freed", "held", "free", "freed"), (0, 4, 1, 0))], "ports")
    equal(doc["exit"], 4, "the worst code")
    answer = t.run("--kill", *map(str, numbers), "--timeout", "0.3")
    equal(answer.code, 4, f"again\n{answer}")
    equal([line.split(":")[1].strip() for line in answer.errors[:4]], [str(n) for n in numbers], f"a line for each\n{answer}")


def test_several_ports_one_free(t):
    listener = t.world.listen("127.0.0.1")
    number, free = port(listener), free_number()
    holder = t.world.hand(listener)
    doc = ask_json(t, number, free)
    fell(t, holder)
    equal((verdicts(doc), doc["exit"]), (["freed", "free"], 1), "ports")


def test_one_process_on_two_ports(t):
    first, second = t.world.listen("127.0.0.1"), t.world.udp("127.0.0.1")
    numbers = [port(first), port(second)]
    holder = t.world.hand(first, second)
    doc = ask_json(t, *numbers)
    fell(t, holder)
    equal((doc["exit"], verdicts(doc), len(doc["processes"])), (0, ["freed", "freed"], 1), "one process, two ports")


def test_ranges_lists_and_names(t):
    t.needs_root("binds low ports")
    wanted = [9500, 9503, 9511, 8080, 80]
    unwanted = [9499, 9504, 81]
    for words in (["9500-9503", "9511,8080", "http"], ["9500-9503,9511", "http-alt", ":80"]):
        holders = {n: t.world.hand(t.world.listen("127.0.0.1", n)) for n in wanted + unwanted}
        doc = ask_json(t, *words)
        equal((doc["exit"], [p["port"] for p in doc["ports"]]), (0, words), f"answer {doc}")
        fell(t, *(holders[n] for n in wanted))
        lives(t, *(holders[n] for n in unwanted))
        for n in unwanted:
            holders[n].end()
