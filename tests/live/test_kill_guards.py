"""--kill: whom it does not end unless told to, whom it cannot end, and what it asks and announces before."""

import os
import re
import shutil
import signal
import subprocess

from ask import complaint, equal, true
from test_kill import freed, one_process
from victims import (Watch, ask_json, await_true, be_subject_to_the_end, bindable, call_me, checked, children_of,
                     deny_call, fell, free_number, ignore_term, listed, lives, on, outcomes, spawn, tell_by_exit_code,
                     verdicts)
from world import CLONE_NEWPID, NOBODY, Skip, become, die_with_parent, mount, port, unshare

PIDFD_OPEN, ENOSYS = 434, 38


def refused(t, answer, number, *words):
    equal((answer.code, answer.out), (4, b""), f"exit code, stdout\n{answer}")
    for word in (f"{number}: not ended: ", "--force", *words):
        true(any(word in line for line in answer.errors), f"stderr has {word!r}\n{answer}")


# -- refused ---------------------------------------------------------------------------------------------------

def test_own_shell(t):
    """The shell that lsports was started from, and the shell of that shell."""
    for generations, words in ((1, ""), (1, "--json"), (1, "--force"), (2, ""), (2, "--force")):
        listener = t.world.listen("127.0.0.1")
        number = port(listener)
        script = f'"{t.binary}" --kill {number} {words}; echo "code $?"'
        if generations == 2:
            script = f"bash -c 'exec {listener.fileno()}<&-; {script}'; true"
        shell = subprocess.Popen(["bash", "-c", script], pass_fds=[listener.fileno()], stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, preexec_fn=die_with_parent)
        listener.close()
        out, err = shell.communicate(timeout=20)
        told = f"{generations} generations {words}: {shell.returncode} {out} {err}"
        if words == "--force":
            equal(shell.returncode, -signal.SIGTERM, told)
            true(bindable("127.0.0.1", number), told)
            continue
        true(shell.returncode == 0 and b"code 4" in out, f"the shell lives to tell; {told}")
        if words == "--json":
            true(b'"refusal":"ancestor"' in out and b'"outcome":"refused"' in out, told)
        else:
            true(f"{number}: not ended: bash (pid {shell.pid}".encode() in err and b"--force" in err, told)


def test_test_itself(t):
    """Our own process is an ancestor of lsports: a mistake would end this test."""
    listener = t.world.listen("127.0.0.1")
    answer = t.run("--kill", str(port(listener)))
    refused(t, answer, port(listener), f"(pid {os.getpid()}", "started from it")
    doc = ask_json(t, port(listener))
    equal((one_process(doc)["refusal"], one_process(doc)["outcome"]), ("ancestor", "refused"), "as JSON")
    doc = ask_json(t, port(listener), "--dry-run")
    equal((doc["exit"], one_process(doc)["refusal"], verdicts(doc)), (4, "ancestor", ["planned"]), "the plan says so")


def test_refused_beside_another(t):
    """One holder is protected: ending the other would free nothing, so it is spared too."""
    listener = t.world.listen("127.0.0.1")
    child = t.world.fork(keep=[listener])
    doc = ask_json(t, port(listener))
    lives(t, child)
    equal((doc["exit"], verdicts(doc)), (4, ["held"]), "answer")
    equal(outcomes(doc), {os.getpid(): "refused", child.pid: "refused"}, "outcomes")
    equal({p["pid"]: p["refusal"] for p in doc["processes"]}, {os.getpid(): "ancestor", child.pid: "shared"}, "refusals")


def test_container_init(t):
    """The first process of a pid namespace, seen from outside: its container would end with it."""
    t.needs_root("makes a pid namespace")
    for words in ([], ["--force"]):
        listener = t.world.listen("127.0.0.1")
        number = port(listener)

        def make():
            fd = os.dup(listener.fileno())
            listener.close()
            os.set_inheritable(fd, False)
            return spawn(lambda: os.close(fd))
        nest = t.world.nest(make, keep=[listener])
        watches = [Watch(nest["first"]), Watch(nest["result"])]
        if words:
            doc = freed(t, number, number, *words, "--timeout", "0.3")
            equal(outcomes(doc), {nest["first"]: "killed"}, "TERM does not reach it")
            true(all(watch.ended for watch in watches), "all of it ended")
            true(bindable("127.0.0.1", number), "bindable")
            continue
        refused(t, t.run("--kill", str(number)), number, f"(pid {nest['first']}", "container")
        doc = ask_json(t, number)
        equal((doc["exit"], one_process(doc)["refusal"], one_process(doc)["outcome"]),
              (4, "container_init", "refused"), "as JSON")
        true(not any(watch.ended for watch in watches), "they live")


def test_init(t):
    """Process 1 as lsports sees it, inside a pid namespace."""
    t.needs_root("makes a pid namespace")
    listener = t.world.listen("127.0.0.1")
    number = port(listener)
    argv = [t.binary, "--kill", str(number), "--json"]

    def look():
        mount("proc", "/proc", "proc")
        kept = listener.dup()
        done = subprocess.run(argv, capture_output=True, timeout=20, stdin=subprocess.DEVNULL)
        kept.close()
        return [done.returncode, done.stdout.decode(), done.stderr.decode()]
    unshare(CLONE_NEWPID)
    code, out, err = t.world.fork(look, keep=[listener]).result
    true(code == 4 and '"refusal":"init"' in out and '"outcome":"refused"' in out, f"{code} {out} {err}")


def test_proc_of_another_namespace(t):
    """A pid namespace without a /proc of its own: whom it shows, the kernel does not know by that number here."""
    t.needs_root("makes a pid namespace")
    listener = t.world.listen("127.0.0.1")
    number = port(listener)
    holder = t.world.hand(listener)
    argv = [t.binary, "--kill", str(number)]

    def look():
        done = subprocess.run(argv, capture_output=True, timeout=20, stdin=subprocess.DEVNULL)
        return [done.returncode, done.stdout.decode(), done.stderr.decode()]
    code, out, err = t.world.nest(look)["result"]
    equal((code, out), (4, ""), f"exit code and stdout\n{err}")
    true(f"still held by python3 (pid {holder.pid}" in err and "another pid namespace" in err, f"the reason\n{err}")
    lives(t, holder)


def test_docker_proxy(t):
    """It only passes the port on: the container behind it is named, and the proxy is left alone."""
    for words in ([], ["--force"]):
        listener = t.world.listen("127.0.0.1")
        number = port(listener)
        argv = ["/usr/bin/docker-proxy", "-proto", "tcp", "-host-ip", "0.0.0.0", "-host-port", str(number),
                "-container-ip", "172.17.0.2", "-container-port", "80"]
        proxy = t.world.named("docker-proxy", argv, keep=[listener])
        listener.close()
        answer = t.run("--kill", str(number), *words)
        if not words:
            lives(t, proxy)
            refused(t, answer, number, f"(pid {proxy.pid}", "172.17.0.2:80", "docker stop")
            doc = ask_json(t, number)
            equal((one_process(doc)["refusal"], one_process(doc)["outcome"]), ("forwarder", "refused"), "as JSON")
            lives(t, proxy)
            proxy.end()
        else:
            equal(answer.code, 0, f"exit code\n{answer}")
            fell(t, proxy)


def test_refused_and_innocent(t):
    """A forwarder on one port does not keep another port from being freed."""
    first, second = t.world.listen("127.0.0.1"), t.world.listen("127.0.0.1")
    numbers = [port(first), port(second)]
    proxy = t.world.named("docker-proxy", ["docker-proxy"], keep=[first])
    first.close()
    victim = t.world.hand(second)
    doc = ask_json(t, *numbers)
    lives(t, proxy)
    fell(t, victim)
    equal((verdicts(doc), doc["exit"]), (["held", "freed"], 4), "answer")


# -- what we may not do ----------------------------------------------------------------------------------------

def test_hidden_owner(t):
    """Root's holder, asked by nobody: exit 3, whose it is, and nobody is signalled."""
    t.needs_root("hides root's process from another user")
    binary = t.binary_for_all()
    listener = t.world.listen("127.0.0.1")
    number = port(listener)
    holder, bystander = t.world.hand(listener), t.world.fork(uid=NOBODY)
    os.setpgid(bystander.pid, bystander.pid)
    how = {"uid": NOBODY, "binary": binary, "setup": lambda: os.setpgid(0, bystander.pid)}
    answer = t.run("--kill", str(number), **how)  # in a process group with the bystander: kill(0) would hit it
    equal((answer.code, answer.out), (3, b""), f"exit code, stdout\n{answer}")
    for word in (f"{number}: held by", "uid 0 (root)", "sudo"):
        true(word in answer.errors[0], f"stderr has {word!r}\n{answer}")
    doc = ask_json(t, number, "--force", **how)
    equal((doc["exit"], verdicts(doc), doc["processes"]), (3, ["hidden"], []), "as JSON")
    equal((doc["ports"][0]["uid"], doc["ports"][0]["held_by"]), (0, None), "as JSON")
    equal(ask_json(t, number, "--dry-run", **how)["exit"], 3, "dry run")
    lives(t, holder, bystander)


def test_visible_and_not_ours(t):
    """Seen with the capabilities of the hint, which let nobody end anything: exit 4."""
    t.needs_root("gives a file capabilities")
    if not shutil.which("setcap"):
        raise Skip("no setcap")
    binary = t.binary_for_all()
    done = subprocess.run(["setcap", "cap_sys_ptrace,cap_dac_read_search+ep", binary], capture_output=True)
    if done.returncode:
        raise Skip(f"setcap: {done.stderr.decode().strip()}")
    listener = t.world.listen("127.0.0.1")
    number = port(listener)
    holder = t.world.hand(listener)
    for words in ([], ["--force"]):
        answer = t.run("--kill", str(number), *words, uid=NOBODY, binary=binary)
        lives(t, holder)
        equal((answer.code, answer.out), (4, b""), f"exit code, stdout\n{answer}")
        for word in (f"(pid {holder.pid}", "sudo"):
            true(word in answer.errors[0], f"stderr has {word!r}\n{answer}")
    doc = ask_json(t, number, uid=NOBODY, binary=binary)
    equal((doc["exit"], verdicts(doc), outcomes(doc)), (4, ["held"], {holder.pid: "denied"}), "as JSON")
    lives(t, holder)


def test_own_holder_as_ordinary_user(t):
    t.needs_root("runs as another user")
    binary = t.binary_for_all()
    listener = t.world.listen("127.0.0.1")
    number = port(listener)
    holder = t.world.hand(listener, uid=NOBODY)
    doc = ask_json(t, number, uid=NOBODY, binary=binary)
    fell(t, holder)
    equal((doc["exit"], verdicts(doc), outcomes(doc)), (0, ["freed"], {holder.pid: "ended"}), "answer")


def test_shared_with_root(t):
    """Ours ends, root's holds on out of sight: not freed."""
    t.needs_root("runs as another user")
    binary = t.binary_for_all()
    listener = t.world.listen("127.0.0.1")
    number = port(listener)
    roots, ours = t.world.fork(keep=[listener]), t.world.hand(listener, uid=NOBODY)
    doc = ask_json(t, number, uid=NOBODY, binary=binary)
    fell(t, ours)
    lives(t, roots)
    equal((doc["exit"], verdicts(doc)), (3, ["hidden"]), f"answer {doc}")


def test_kernel_owned(t):
    """No process holds it: said, and not called hidden or free."""
    t.needs_root("makes a network device")
    done = subprocess.run("ip link add vx0 type vxlan id 1 dstport 4789 local 127.0.0.1 dev lo".split(),
                          capture_output=True)
    done = done if done.returncode else subprocess.run("ip link set vx0 up".split(), capture_output=True)
    if done.returncode:
        raise Skip(f"no vxlan: {done.stderr.decode().strip()}")
    # where some process is closed even to root, that one might hold it
    expected, word = ((4, ["kernel"], []), "the kernel") if t.json("-l")["complete"] else ((3, ["hidden"], []), "may not see")
    answer = t.run("--kill", "4789")
    equal((answer.code, answer.out), (expected[0], b""), f"exit code, stdout\n{answer}")
    true(word in answer.errors[0], f"words\n{answer}")
    doc = ask_json(t, "udp/4789", "--force")
    equal((doc["exit"], verdicts(doc), doc["processes"]), expected, "as JSON")


def test_without_pidfds(t):
    """An old kernel: it works by the number, and says that it is not sure."""
    listener = t.world.listen("127.0.0.1")
    number = port(listener)
    holder = t.world.hand(listener)
    answer = t.run("--kill", str(number), setup=deny_call(PIDFD_OPEN, ENOSYS))
    fell(t, holder)
    equal(answer.code, 0, f"exit code\n{answer}")
    true(answer.text.startswith(f"{number}: freed"), f"stdout\n{answer}")
    true(any("cannot pin" in line and f"pid {holder.pid}" in line for line in answer.errors), f"stderr\n{answer}")


def test_without_pidfds_force(t):
    listener = t.world.listen("127.0.0.1")
    number = port(listener)
    holder = t.world.hand(listener, work=ignore_term)
    doc = ask_json(t, number, "--force", "--timeout", "0.3", setup=deny_call(PIDFD_OPEN, ENOSYS))
    fell(t, holder, by=signal.SIGKILL)
    equal((doc["exit"], outcomes(doc)), (0, {holder.pid: "killed"}), "answer")


# -- asked and announced ---------------------------------------------------------------------------------------

def test_interactive(t):
    """Only y ends; everything else, the end of input too, is no."""
    for option in ("-i", "--interactive"):
        for typed, ends in ((b"y\n", True), (b"Y\n", True), (b"n\n", False), (b"\n", False), (b"", False),
                            (b"q\ny\n", False)):
            listener = t.world.listen("127.0.0.1")
            number = port(listener)
            holder = t.world.hand(listener)
            answer = t.run("--kill", option, str(number), typed=typed)
            (fell if ends else lives)(t, holder)
            equal(answer.code, 0 if ends else 4, f"exit code\n{answer}")
            question = answer.err.decode().split("[y/N]")[0]
            for word in (f"(pid {holder.pid}", f"127.0.0.1:{number}", "?"):
                true(word in question, f"the question has {word!r}\n{answer}")
            equal(answer.text.startswith(f"{number}: freed"), ends, f"stdout\n{answer}")
            if not ends:
                true("left alone" in answer.errors[-1], f"words\n{answer}")
                holder.end()


def test_interactive_asks_for_each(t):
    socks = [t.world.listen("127.0.0.1") for _ in range(3)]
    numbers = [port(sock) for sock in socks]
    holders = [t.world.hand(sock) for sock in socks]
    doc = ask_json(t, "-i", *numbers, typed=b"y\nn\ny\n")
    answers = [outcomes(doc)[p["pid"]] for p in doc["processes"]]
    equal((answers, doc["exit"]), (["ended", "declined", "ended"], 4), "in the order of the plan")
    for process in holders:
        (lives if outcomes(doc)[process.pid] == "declined" else fell)(t, process)


def test_interactive_with_a_port_hanging_on(t):
    """-i:8000 is -i :8000 also here: it asks."""
    listener = t.world.listen("127.0.0.1")
    holder = t.world.hand(listener)
    answer = t.run("--kill", f"-i:{holder_port(t, holder)}", typed=b"n\n")
    lives(t, holder)
    equal(answer.code, 4, f"exit code\n{answer}")


def holder_port(t, holder):
    for record in t.records("-l"):
        if any(h["pid"] == holder.pid for h in record["holders"]):
            return record["local"]["port"]
    raise AssertionError("world: the holder is not listed")


def test_dry_run(t):
    """Who would end, what he holds, what goes with it: and nothing is done."""
    listener = t.world.listen("127.0.0.1", options=[])
    other, udp = t.world.listen("127.0.0.1"), t.world.udp("127.0.0.1")
    number, more = port(listener), [port(other), port(udp)]
    _, accepted = t.world.pair(listener)
    holder = t.world.hand(listener, other, udp, accepted)
    answer = t.run("--kill", str(number), "--dry-run")
    equal((answer.code, answer.err), (0, b""), f"exit code, stderr\n{answer}")
    for word in ("would end:", f"(pid {holder.pid}", "started ", f"holds: tcp 127.0.0.1:{number}",
                 f"tcp 127.0.0.1:{more[0]}", f"udp 127.0.0.1:{more[1]}", "connected clients: 1"):
        true(word in answer.text, f"stdout has {word!r}\n{answer}")
    doc = ask_json(t, number, "--dry-run", "--force", "--signal", "KILL", "--timeout", "0")
    equal((doc["dry_run"], verdicts(doc), doc["exit"]), (True, ["planned"], 0), "as JSON")
    process = one_process(doc)
    equal((process["pid"], process["outcome"], process["refusal"], process["clients"]),
          (holder.pid, "planned", None, 1), "process")
    equal(process["uid"], os.geteuid(), "uid")
    true(re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", process["started"]), f"started {process['started']}")
    equal(listed(process["goes_with_it"]), sorted([("tcp", "LISTEN", "127.0.0.1", more[0]),
                                                   ("udp", "CLOSE", "127.0.0.1", more[1])]), "goes_with_it")
    lives(t, holder)
    equal(bindable("127.0.0.1", number), False, "still held")


def test_dry_run_of_a_free_port(t):
    number = free_number()
    doc = ask_json(t, number, "--dry-run")
    equal((doc["exit"], verdicts(doc), doc["processes"]), (1, ["free"], []), "free")


def test_signals(t):
    """The signal that was asked for is the one that comes."""
    for word, number in (("INT", 2), ("SIGINT", 2), ("2", 2), ("int", 2), ("HUP", 1), ("USR1", 10), ("15", 15),
                         ("KILL", 9), ("sigterm", 15)):
        listener = t.world.listen("127.0.0.1")
        holder = t.world.hand(listener, work=on([1, 2, 10, 12, 15], tell_by_exit_code))
        freed(t, None, holder_port(t, holder), "--signal", word)
        equal(t.world.fate(holder), -9 if number == 9 else 100 + number, f"--signal {word}")


def test_signal_that_does_not_end(t):
    listener = t.world.listen("127.0.0.1")
    number = port(listener)
    holder = t.world.hand(listener, work=on([signal.SIGUSR1], lambda *_: None))
    doc = ask_json(t, number, "--signal", "USR1", "--timeout", "0.2")
    equal((doc["exit"], verdicts(doc)), (4, ["held"]), "answer")
    lives(t, holder)
    doc = freed(t, number, number, "--signal", "USR1", "--timeout", "0.2", "--force")
    fell(t, holder, by=signal.SIGKILL)


def test_bad_words(t):
    listener = t.world.listen("127.0.0.1")
    number = port(listener)
    holder = t.world.hand(listener)
    number = str(number)
    wrong = []
    for words, named in (
            (["--kill"], "--kill"), (["--kill", "tcp"], "--kill"), (["--kill", "--force"], "--kill"),
            (["--kill", "0"], "0"), (["--kill", "-1"], "-1"), (["--kill", "70000"], "70000"),
            (["--kill", number, "nosuchservice"], "nosuchservice"),
            (["--kill", number, "--signal", "FOO"], "FOO"), (["--kill", number, "--signal", "0"], "0"),
            (["--kill", number, "--signal", "-9"], "-9"), (["--kill", number, "--signal", "65"], "65"),
            (["--kill", number, "--signal", "9x"], "9x"), (["--kill", number, "--signal", ""], "--signal"),
            (["--kill", number, "--signal"], "--signal"), (["--kill", number, "-9"], "-9"),
            (["--kill", number, "--timeout", "abc"], "abc"), (["--kill", number, "--timeout", "-1"], "-1"),
            (["--kill", number, "--timeout", ""], "--timeout"), (["--kill", number, "--timeout", "3601"], "3601"),
            (["--kill", number, "--timeout", "1.2345"], "1.2345"), (["--kill", number, "--timeout", "1e3"], "1e3"),
            (["--kill", number, "--timeout", "nan"], "nan"), (["--kill", number, "--timeout"], "--timeout"),
            (["--kill", number, "--csv"], "--csv"), (["--kill", number, "--plain"], "--plain"),
            (["--kill", number, "--ndjson"], "--ndjson"), (["--kill", number, "--columns", "pid"], "--columns"),
            (["--kill", number, "--sort", "pid"], "--sort"), (["--kill", number, "--state", "LISTEN"], "--state"),
            (["--kill", number, "--process", "x"], "--process"), (["--kill", number, "--user", "root"], "--user"),
            (["--kill", number, "--peer", "1.2.3.4"], "--peer"), (["--kill", number, "-W"], "-W"),
            (["--kill", number, "-H"], "-H"), (["--kill", number, "-r"], "-r"), (["--kill", number, "-B"], "-B"),
            (["--kill", "--pid", number], "--pid"), (["--kill", number, "-l"], "-l"),
            (["--kill", number, "-a"], "-a"), (["-a", "--kill", number], "--kill"),
            (["-l", "--force", number], "--force"), (["--pid", number, "--dry-run"], "--dry-run"),
            (["--signal", "TERM", number], "--signal"), (["-l", "--ok-if-free"], "--ok-if-free"),
            (["--pid", number, "--all-states"], "--all-states"), (["-l", "--timeout", "1"], "--timeout"),
            (["-l", "--interactive", number], "--interactive")):
        try:
            complaint(t.run(*words), named)
        except AssertionError as why:
            wrong.append(f"lsports {' '.join(words)}: {why}")
    lives(t, holder)
    true(not wrong, f"{len(wrong)} wrong:\n" + "\n".join(wrong))


def test_quiet(t):
    """-q: the exit code says it."""
    listener = t.world.listen("127.0.0.1")
    number = port(listener)
    holder = t.world.hand(listener, work=ignore_term)
    answer = t.run("--kill", "-q", str(number), "--timeout", "0.2")
    lives(t, holder)
    equal((answer.code, answer.out), (4, b""), f"still held: exit code, stdout\n{answer}")
    answer = t.run("--kill", "-q", str(number), "--timeout", "0.2", "--force")
    equal((answer.code, answer.out, answer.err), (0, b"", b""), f"freed\n{answer}")
    fell(t, holder, by=signal.SIGKILL)
    answer = t.run("--kill", "-q", str(number), "--ok-if-free")
    equal((answer.code, answer.out, answer.err), (0, b"", b""), f"free, and that is fine\n{answer}")
    answer = t.run("--kill", "-q", str(number))
    equal((answer.code, answer.out), (1, b""), f"free: exit code, stdout\n{answer}")


def test_hostile_name(t):
    """The name of a process never reaches the terminal raw."""
    evil = b"x\x1b[31m\xff\xe2\x80\xae\ny"
    for words in ([], ["--dry-run"], ["--json"], ["-i"]):
        listener = t.world.listen("127.0.0.1")
        number = port(listener)
        holder = t.world.named(evil, keep=[listener])
        listener.close()
        answer = t.run("--kill", str(number), *words, typed=b"n\n")
        for raw in (b"\x1b", b"\xff", b"\xe2\x80\xae", b"\ny"):
            true(raw not in answer.out + answer.err, f"{raw} is escaped\n{answer}")
        true(str(holder.pid).encode() in answer.out + answer.err, f"it is named\n{answer}")
        if "--json" in words:
            checked(answer)
        holder.end()


def test_dying_holder_is_not_hidden(t):
    """It was signalled and not waited for, and may be looked at half dead: held or freed, but no stranger's."""
    for _ in range(15):
        listener = t.world.listen("127.0.0.1")
        number = port(listener)
        holder = t.world.stand(["stand"], keep=[listener])
        listener.close()
        doc = ask_json(t, number, "--timeout", "0")
        true(verdicts(doc)[0] in ("held", "freed"), f"verdict {doc}")
        holder.end()


def test_full_disk(t):
    """What was done cannot be told: exit 5."""
    listener = t.world.listen("127.0.0.1")
    number = port(listener)
    holder = t.world.hand(listener)
    with open("/dev/full", "w") as full:
        answer = t.run("--kill", str(number), stdout=full)
    fell(t, holder)
    equal(answer.code, 5, f"exit code\n{answer}")
    true(answer.errors, f"a reason\n{answer}")
