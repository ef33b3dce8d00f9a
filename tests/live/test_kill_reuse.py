"""--kill while pids change hands and ports come and go: a stranger is never signalled.

In pid namespaces the holder of a port ends and a stranger, who holds nothing, gets its pid: between any two system calls
of lsports in turn. All signals of the stranger are blocked, so that one that was sent stays pending and tells.
"""

import json
import os
import random
import signal
import socket
import subprocess
import time

from ask import environment, equal, true, without_leak_check
from step import Stepped
from victims import await_true, bindable, fell, ignore_term
from world import CLONE_NEWNS, Skip, die_with_parent, mount, port, unshare

PID = 300
WORKERS = 20  # they mostly wait
HASTY = 4     # and these must not: all within a tick
LIMIT_S = 80


def fork_as(pid, work):
    with open("/proc/sys/kernel/ns_last_pid", "w") as file:
        file.write(str(pid - 1))
    child = os.fork()
    if child == 0:
        try:
            work()
            while True:
                signal.pause()
        finally:
            os._exit(1)
    if child != pid:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        raise AssertionError(f"world: pid {child}")
    return child


def end(pid):
    os.kill(pid, signal.SIGKILL)
    return os.waitpid(pid, 0)[1]


def births(pid):
    with open(f"/proc/{pid}/stat") as file:
        return int(file.read().rsplit(")", 1)[1].split()[19])


def was_signalled(pid):
    """Ended, or a signal is pending."""
    if os.waitpid(pid, os.WNOHANG)[0]:
        return "ended"
    with open(f"/proc/{pid}/status") as file:
        pending = [line for line in file if line.startswith(("SigPnd", "ShdPnd")) and int(line.split()[1], 16)]
    end(pid)
    return pending or None


class Attack:
    """One run of lsports: the holder is born at one call and replaced at another."""

    def __init__(self, binary, words, work=lambda: None):
        self.work = work
        self.listener = socket.socket()
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen()
        argv = [binary, "--kill", str(port(self.listener)), *words]
        self.stepped = Stepped(argv, environment(without_leak_check()))
        self.done, self.victim, self.stranger = 0, None, None

    def step_to(self, call):
        while self.done < call and self.stepped.step():
            self.done += 1

    def bear(self):
        before = signal.getsignal(signal.SIGTERM)
        self.work()  # before the fork: the child has it from its first moment
        self.victim = fork_as(PID, lambda: None)
        signal.signal(signal.SIGTERM, before)
        self.listener.close()

    def replace(self):
        self.status = end(self.victim)
        self.stranger = fork_as(PID, lambda: signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals()))

    def run_on(self):
        text, rest = self.stepped.finish()
        self.done += rest
        return text

    def abandon(self):
        os.kill(self.stepped.pid, signal.SIGKILL)
        os.waitpid(self.stepped.pid, 0x40000000)
        os.close(self.stepped.out)
        for pid in (self.victim, self.stranger):
            try:
                end(pid)
            except (TypeError, ProcessLookupError, ChildProcessError):
                pass


def length(binary, words, work):
    """How many calls a run takes that nobody disturbs, and whether it ended the holder."""
    attack = Attack(binary, words, work)
    attack.bear()
    attack.run_on()
    status = os.waitpid(attack.victim, 0)[1] if attack.stepped.code == 0 else end(attack.victim)
    return attack.done, attack.stepped.code, os.WTERMSIG(status)


def replace_at(binary, words, work, moment):
    attack = Attack(binary, words, work)
    attack.bear()
    attack.step_to(moment)
    attack.replace()
    text = attack.run_on()
    hit = was_signalled(attack.stranger)
    return {"moment": moment, "hit": hit and str(hit), "code": attack.stepped.code, "text": text.decode(),
            "by": os.WTERMSIG(attack.status), "calls": attack.done}


def explore(binary, words, work, share, path):
    """Every WORKERS-th moment of a run, in a /proc of this namespace. What it finds goes to a file."""
    found = []
    try:
        unshare(CLONE_NEWNS)
        mount("proc", "/proc", "proc")
        calls, code, by = length(binary, words, work)
        found.append({"moment": None, "hit": None, "code": code, "by": by})
        moment = share
        while moment <= calls:
            found.append(replace_at(binary, words, work, moment))
            calls = max(calls, found[-1]["calls"])
            moment += WORKERS
    except Exception as why:
        found = {"broke": f"{type(why).__name__} {why}"}
    with open(path + ".new", "w") as file:
        json.dump(found, file)
    os.rename(path + ".new", path)


def in_namespaces(t, explorer, workers=WORKERS):
    """explorer(share, path) in a pid namespace for each worker; all that they found."""
    t.needs_root("makes pid namespaces")
    if not os.path.exists("/proc/sys/kernel/ns_last_pid"):
        raise Skip("this kernel has no ns_last_pid")
    paths = [os.path.join(t.scratch, f"share{i}") for i in range(workers)]

    def start(share):
        def work():
            if os.fork() == 0:
                try:
                    die_with_parent()
                    os.dup2(os.open("/dev/null", os.O_WRONLY), 2)
                    explorer(share, paths[share])
                finally:
                    os._exit(0)
        return work
    for share in range(workers):
        t.world.nest(start(share))
    await_true(lambda: all(map(os.path.exists, paths)), "the explorers", LIMIT_S)
    found = []
    for path in paths:
        with open(path) as file:
            part = json.load(file)
        true(isinstance(part, list), f"world: {part}")
        found += part
    return found


def attack_everywhere(t, words, work, last_signal):
    found = in_namespaces(t, lambda share, path: explore(t.binary, words, work, share, path))
    whole = [run for run in found if run["moment"] is None]
    true(all((run["code"], run["by"]) == (0, last_signal) for run in whole), f"undisturbed: {whole}")
    found = sorted((run for run in found if run["moment"] is not None), key=lambda run: run["moment"])
    hits = [run for run in found if run["hit"]]
    equal(hits, [], f"strangers hit in {len(found)} runs")
    true(len(found) > 100, f"moments {len(found)}")
    equal((found[0]["code"], found[-1]["code"]), (1, 0), "the first found nobody, the last freed the port")
    # 3: it ended between two glances of the first look, which in a pid namespace leaves open who else it was
    true(all(run["code"] in (0, 1, 3) for run in found), f"codes {[r for r in found if r['code'] > 1][:3]}")
    return found


def test_pid_changes_hands(t):
    found = attack_everywhere(t, [], lambda: None, signal.SIGTERM)
    equal(found[-1]["by"], signal.SIGTERM, "the last holder was ended by lsports")
    true(all("freed" in run["text"] for run in found if run["code"] == 0), "freed is said")


def test_pid_changes_hands_before_kill(t):
    """The holder ignores TERM; KILL follows."""
    attack_everywhere(t, ["--force", "--timeout", "0.1"], ignore_term, signal.SIGKILL)


# -- a stranger that even was born in the same tick of the clock -----------------------------------------------------

def is_found_when_born_at(binary, call):
    attack = Attack(binary, [])
    attack.step_to(call)
    attack.bear()
    attack.run_on()
    return os.WTERMSIG(end_if_alive(attack.victim)) == signal.SIGTERM


def end_if_alive(pid):
    done, status = os.waitpid(pid, os.WNOHANG)
    return status if done else end(pid)


def last_birth(binary):
    """The last call at which the holder may be born and lsports still ends it."""
    low, high = 0, length(binary, [], lambda: None)[0]
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if is_found_when_born_at(binary, middle) else (low, middle)
    return low


def call_of_signal(binary, birth):
    attack = Attack(binary, [])
    attack.step_to(birth)
    attack.bear()
    while not os.waitid(os.P_PID, attack.victim, os.WEXITED | os.WNOHANG | os.WNOWAIT) and attack.stepped.step():
        attack.done += 1
    done = attack.done
    attack.run_on()
    end_if_alive(attack.victim)
    return done


def twin_at(binary, birth, moment):
    """None: the two were not of one tick."""
    attack = Attack(binary, [])
    attack.step_to(birth)
    attack.bear()
    born = births(PID)
    attack.step_to(moment)
    attack.replace()
    if births(PID) != born:
        attack.abandon()
        return None
    attack.run_on()
    hit = was_signalled(attack.stranger)
    return {"moment": moment, "hit": hit and str(hit), "code": attack.stepped.code}


def explore_twins(binary, share, path):
    found = []
    try:
        unshare(CLONE_NEWNS)
        mount("proc", "/proc", "proc")
        birth = last_birth(binary)
        for moment in range(birth + share, call_of_signal(binary, birth) + 1, HASTY):
            for _ in range(40):
                run = twin_at(binary, birth, moment)
                if run:
                    found.append(run)
                    break
    except Exception as why:
        found = {"broke": f"{type(why).__name__} {why}"}
    with open(path + ".new", "w") as file:
        json.dump(found, file)
    os.rename(path + ".new", path)


def test_stranger_of_the_same_tick(t):
    """Same pid, same start time: only that it holds no such socket tells it apart."""
    found = in_namespaces(t, lambda share, path: explore_twins(t.binary, share, path), HASTY)
    equal([run for run in found if run["hit"]], [], f"strangers hit in {len(found)} runs")
    true(len(found) > 10, f"moments {len(found)}")


# -- a busy machine ------------------------------------------------------------------------------------------------

def churn(seed, numbers):
    """Listeners, connections and short-lived children, on every port but those numbers."""
    random.seed(seed)
    kept = []

    def once():
        sock = socket.socket(random.choice([socket.AF_INET, socket.AF_INET6]),
                             random.choice([socket.SOCK_STREAM, socket.SOCK_DGRAM]))
        number = random.choice([0, random.choice(numbers) + random.choice([-1, 1]) * 500])
        try:
            sock.bind(("127.0.0.1" if sock.family == socket.AF_INET else "::1", number))
            if sock.type == socket.SOCK_STREAM:
                sock.listen()
                client = socket.create_connection(sock.getsockname()[:2])
                kept.append(client)
        except OSError:
            pass
        kept.append(sock)
        if random.random() < 0.2:
            child = os.fork()
            if child == 0:
                os._exit(0)
            os.waitpid(child, 0)
        while len(kept) > 30:
            kept.pop(random.randrange(len(kept))).close()
        time.sleep(0.002)
    return once


def test_hundred_rounds(t):
    """While others open and close ports on all sides, each round ends the right one."""
    rounds, at_once = 100, 5
    numbers = range(21000, 21000 + rounds)
    neighbours = [t.world.fork(forever=churn(seed, numbers)) for seed in range(5)]
    standing = [t.world.hand(t.world.listen("127.0.0.2", number)) for number in numbers[::10]]
    for first in range(0, rounds, at_once):
        batch = numbers[first:first + at_once]
        holders = [t.world.hand(t.world.listen("127.0.0.1", number)) for number in batch]
        asked = [subprocess.Popen([t.binary, "--kill", f"tcp/127.0.0.1:{number}", "--json"], stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, env=environment(None),
                                  preexec_fn=die_with_parent) for number in batch]
        for number, holder, lsports in zip(batch, holders, asked):
            out, err = lsports.communicate(timeout=20)
            equal(lsports.returncode, 0, f"exit code for {number}\n{out} {err}")
            doc = json.loads(out)
            equal([(p["pid"], p["outcome"]) for p in doc["processes"]], [(holder.pid, "ended")], f"who ended on {number}")
            true(bindable("127.0.0.1", number), f"{number} can be bound")
        fell(t, *holders)
        for bystander in neighbours + standing:
            true(t.world.fate(bystander) is None, f"round {first}: pid {bystander.pid} should live")
