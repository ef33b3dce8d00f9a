"""--kill of lsports.exe: who holds the port ends, the port is free, and nobody else ends. See e2e.py."""

import re

from ask import equal, true
from victims import ask_json, outcomes, verdicts


def bindable(t, word):
    """Whether a server of Windows can start there now."""
    try:
        t.hold(word).end()
    except AssertionError:
        return False
    return True


def test_kill_frees_the_port_and_only_that(t):
    """The stranger on the next port, and the client of the very port, live on."""
    victim, stranger = t.hold("tcp:127.0.0.1:8000"), t.hold("tcp:127.0.0.1:8001", "udp:127.0.0.1:8000")
    client = t.hold("to:127.0.0.1:8000")
    equal(victim.order("accept")[0], "accepted", "world")
    answer = t.run("--kill", "tcp/8000")
    true(victim.fell, f"the victim ended\n{answer}")
    equal(answer.code, 0, f"exit code\n{answer}")
    true(re.match(rf"tcp/8000: freed; ended holder\S* \(pid {victim.pid}, user \S+\)\n$", answer.text), f"words\n{answer}")
    true(stranger.lives and client.lives, "the others live")
    equal(t.run("tcp/8000").code, 1, "nobody is on it")
    equal(t.run("--pid", "-q", "8001", "udp/8000").lines, [str(stranger.pid)], "the stranger's are open still")
    client.end()
    true(bindable(t, "tcp:127.0.0.1:8000"), "the port can be bound")


def test_each_family_and_protocol(t):
    for word in ("tcp:0.0.0.0:8000", "tcp:[::]:8000", "tcp:[::1]:8000", "dual:[::]:8000", "udp:0.0.0.0:8000", "udp:[::1]:8000",
                 "exclusive:127.0.0.1:8000"):
        victim = t.hold(word)
        doc = ask_json(t, 8000)
        equal((doc["exit"], verdicts(doc), outcomes(doc)), (0, ["freed"], {victim.pid: outcomes(doc)[victim.pid]}), word)
        true(outcomes(doc)[victim.pid] in ("ended", "killed"), f"{word} {doc}")
        true(victim.fell and bindable(t, word), f"{word} is free")


def test_words_select(t):
    """An address, a family or a protocol selects; a number alone means all."""
    for words, left in ((["127.0.0.1:8000"], [1, 2]), (["-6", "8000"], [0, 2]), (["udp/8000"], [0, 1]), (["8000"], [])):
        all_three = [t.hold("tcp:127.0.0.1:8000"), t.hold("tcp:[::1]:8000"), t.hold("udp:127.0.0.2:8000")]
        equal(t.run("--kill", *words).code, 0, f"{words}")
        for i, holder in enumerate(all_three):
            true(holder.lives if i in left else holder.fell, f"{words}: {i}")
            holder.end()


def test_nobody(t):
    answer = t.run("--kill", "8000")
    equal((answer.code, answer.out), (1, b""), f"{answer}")
    true("8000" in answer.errors[0], f"{answer}")
    equal(t.run("--kill", "--ok-if-free", "8000").code, 0, "--ok-if-free")


def test_client_is_not_ended(t):
    server = t.hold("tcp:127.0.0.1:8000")
    client = t.hold("to:127.0.0.1:8000")
    equal(t.run("--kill", str(client.port)).code, 1, "a client's port is held by nobody")
    true(client.lives and server.lives, "both live")


def test_dry_run(t):
    holder = t.hold("tcp:127.0.0.1:8000", "udp:127.0.0.1:8001")
    doc = ask_json(t, 8000, "--dry-run")
    equal((doc["dry_run"], verdicts(doc), outcomes(doc)), (True, ["planned"], {holder.pid: "planned"}), "plan")
    equal([(s["proto"], s["local"]["port"]) for s in doc["processes"][0]["goes_with_it"]], [("udp", 8001)], "goes with it")
    true(holder.lives, "nobody ended")


def test_asked(t):
    holder = t.hold("tcp:127.0.0.1:8000")
    answer = t.run("--kill", "-i", "8000", typed=b"n\n")
    true(holder.lives and answer.code == 4 and f"(pid {holder.pid}" in answer.err.decode(), f"no\n{answer}")
    answer = t.run("--kill", "-i", "8000", typed=b"y\r\n")
    true(holder.fell and answer.code == 0, f"yes\n{answer}")


def test_several_ports(t):
    """All are tried, and the worst code wins."""
    first, second = t.hold("tcp:127.0.0.1:8000"), t.hold("udp:[::]:8002")
    doc = ask_json(t, 8000, 8001, 8002)
    equal((doc["exit"], verdicts(doc)), (1, ["freed", "free", "freed"]), "ports")
    true(first.fell and second.fell, "both ended")


def test_force(t):
    holder = t.hold("tcp:127.0.0.1:8000")
    answer = t.run("--kill", "--force", "8000")
    true(holder.fell and answer.code == 0, f"{answer}")


def test_name_that_is_not_ascii(t):
    holder = t.hold("tcp:127.0.0.1:8000", name="Grüße.exe")
    answer = t.run("--kill", "8000")
    true(holder.fell and "Grüße" in answer.text, f"{answer}")
