"""--info: what the registry knows, what this host does, and who is really there."""

import json
import os
import socket

from ask import equal, true
from world import NOBODY, inode, port


def ask(t, *words, **how):
    answer = t.run("--info", "--json", *words, **how)
    return json.loads(answer.text), answer.code


def setting(name):
    with open(f"/proc/sys/net/ipv4/{name}", encoding="ascii") as file:
        return [int(word) for word in file.read().split()]


def test_who_is_there_now(t):
    """The socket is told with its holder, beside the facts; a connection on the port is none of it."""
    listener = t.world.listen("127.0.0.1")
    t.world.connect(listener)
    doc, code = ask(t, f"{port(listener)}/tcp")
    entry = [entry for entry in doc["ports"] if entry["port"] == port(listener)][0]
    equal((code, len(entry["sockets"])), (0, 1), f"{doc}")
    record = entry["sockets"][0]
    equal((record["inode"], record["state"]), (inode(listener), "LISTEN"), "its socket")
    true(os.getpid() in [holder["pid"] for holder in record["holders"]], f"its holder {record}")
    answer = t.run("--info", str(port(listener)))
    equal(answer.code, 0, f"{answer}")
    true(f"127.0.0.1:{port(listener)}" in answer.lines[-1] and "1 socket, listed below" in answer.text, f"{answer}")
    nobody = t.run("--info", f"udp/{port(listener)}")
    true("nobody is on it" in nobody.text and "listed below" not in nobody.text, f"{nobody}")


def test_ranges_are_this_hosts(t):
    """What the kernel says of this network namespace, not the defaults."""
    if t.is_root:
        for name, words in (("ip_local_port_range", "20000 30000"), ("ip_unprivileged_port_start", "300")):
            try:
                with open(f"/proc/sys/net/ipv4/{name}", "w", encoding="ascii") as file:
                    file.write(words)
            except OSError:
                pass  # a read-only /proc/sys: what is there counts
    low, high = setting("ip_local_port_range")
    below = setting("ip_unprivileged_port_start")[0]
    doc, _ = ask(t, "1", str(below or 2), "22", "443", str(low), str(high), str(high + 1 if high < 65535 else low - 1))
    equal(doc["this_host"], {"ephemeral": {"low": low, "high": high}, "privileged_below": below}, "ranges")
    true(len(doc["ports"]) >= 5, f"{doc}")
    for entry in doc["ports"]:
        equal((entry["ephemeral"], entry["privileged"]), (low <= entry["port"] <= high, entry["port"] < below), f"{entry}")
        equal(entry["class"], "system" if entry["port"] < 1024 else "user" if entry["port"] < 49152 else "dynamic", f"{entry}")


def test_needs_no_rights_and_no_network(t):
    t.needs_root("becomes another user")
    answer = t.run("--info", "27017", uid=NOBODY, binary=t.binary_for_all())
    equal(answer.code, 0, f"{answer}")
    for word in ("mongodb", "registered at IANA", "security", "what to do", "source", "this host"):
        true(word in answer.text, f"'{word}'\n{answer}")


def test_words(t):
    """Every hit has every word; a name leads to its port alone; nothing found is exit 1."""
    doc, code = ask(t, "remote desktop")
    true(code == 0 and 3389 in [entry["port"] for entry in doc["ports"]], f"{doc}")
    for entry in doc["ports"]:
        text = json.dumps([entry["uses"], entry["security"]]).lower()
        true("remote" in text and "desktop" in text, f"{entry}")
    equal(ask(t, "remote", "desktop")[0]["ports"], doc["ports"], "one argument or two")
    equal([entry["port"] for entry in ask(t, "postgres")[0]["ports"]], [5432], "an alias")
    equal([entry["port"] for entry in ask(t, "ssh", "443")[0]["ports"]], [22, 443], "a name and a number")
    listener = t.world.listen("127.0.0.1")
    doc, code = ask(t, "service")
    true(code == 0 and len(doc["ports"]) > 200, f"{len(doc['ports'])} ports for a common word")
    true(all(entry["uses"] for entry in doc["ports"]), f"{port(listener)} is there without being meant")
    answer = t.run("--info", "no", "such", "words", "anywhere")
    equal((answer.code, answer.out, len(answer.errors)), (1, b"", 1), f"{answer}")
    doc, code = ask(t, "nosuchwordanywhere")
    equal((code, doc["ports"]), (1, []), f"{doc}")


def test_long_answers_are_bounded_and_say_so(t):
    """Fifty lines for a person, with a count of the rest; everything for a program."""
    answer = t.run("--info", "1000-9000/udp")
    rows = [line for line in answer.lines[1:51] if line.split()[1:2] == ["udp"]]
    equal(len(rows), 50, f"{answer}")
    true(len(answer.errors) >= 1 and any("more" in line for line in answer.errors), f"{answer}")
    more = [int(line.split()[1]) for line in answer.errors if " more: " in line][0]
    doc, _ = ask(t, "1000-9000/udp")
    equal(len(doc["ports"]), 50 + more, "all of them")


def test_hostile_words(t):
    """What was asked comes back escaped."""
    for word in (b"x\x1b[2Jy", b"bad\xff\xfe", "‮evil".encode(), b"z" * 5000):
        answer = t.run("--info", word)
        equal((answer.code, answer.out, len(answer.errors)), (1, b"", 1), f"{answer}")
        text = answer.err.decode("utf-8")
        true(not any(c in text[:-1] for c in "\x1b\n\u202e"), f"{answer}")


def test_hostile_name_of_a_holder(t):
    listener = t.world.listen("127.0.0.1")
    t.world.named("evil\x1b[31m", keep=[listener])
    number = port(listener)
    listener.close()
    answer = t.run("--info", str(number))
    equal(answer.code, 0, f"{answer}")
    true(b"\x1b" not in answer.out and "\\x1b" in answer.text, f"{answer}")


def test_fits_a_terminal(t):
    for words in (["5000"], ["8000-8100"], ["27017", "3389"]):
        for columns in (60, 80, 132):
            answer = t.terminal("--color", "never", "--info", *words, columns=columns)
            wide = [line for line in answer.lines if len(line) > columns and not line.startswith("lsports:")]
            true(len(answer.lines) > 5, f"{answer}")
            equal(wide, [], f"{words} in {columns} columns")
