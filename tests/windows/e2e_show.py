"""What lsports.exe shows: rows, filters, formats, exit codes. See e2e.py."""

import csv
import io
import json
import re
import socket

from ask import complaint, equal, one, pids, ports, true

NON_ASCII = "Grüße-Δ-端口 a.exe"
QUESTIONS = (  # and the exit codes of cli.md, where 8000 is held and 8001 is not
    (["8000"], 0), (["8001"], 1), (["-l"], 0), (["-a", "8000"], 0), (["-u", "8000"], 1), (["-6", "8000"], 1),
    (["--pid", "8000"], 0), (["--pid", "-q", "8001"], 1), (["--json", "8001"], 1), (["-tlnp"], 0), (["-ano"], 0),
    (["-i", "tcp:8000"], 0), (["--state", "SYN_SENT"], 1), (["--process", "no-such-name"], 1), (["--peer", "10.0.0.1"], 1),
    (["--kill", "--dry-run", "8000"], 0), (["--kill", "--dry-run", "8001"], 1), (["--kill", "--ok-if-free", "8001"], 0),
    (["--kill", "8001"], 1), (["--why", "8000"], 1), (["--why", "8001"], 0), (["--next", "8000-8001"], 0),
    (["--next", "8000-8000"], 1), (["--info", "8000"], 0), (["--info", "no such word at all"], 1), (["70000"], 2),
    (["--nosuch"], 2), (["--kill"], 2), (["--columns", "nosuch"], 2), (["--help"], 0), (["--version"], 0),
    (["--columns", "help"], 0),
)


def seen(records):
    return sorted((r["proto"], r["family"], r["state"], r["local"]["addr"], r["local"]["port"], *pids(r)) for r in records)


def test_every_kind_of_socket(t):
    """Two processes, and nothing else is open: each socket once, under its holder."""
    tcp = t.hold("tcp:0.0.0.0:0", "tcp:127.0.0.1:0", "tcp:[::]:0", "tcp:[::1]:0", "dual:[::]:0")
    udp = t.hold("udp:0.0.0.0:0", "udp:127.0.0.1:0", "udp:[::]:0", "udp:[::1]:0")
    want = [("tcp", "inet6" if ":" in addr else "inet", "LISTEN", addr, port, tcp.pid) for _, addr, port in tcp.sockets]
    want += [("udp", "inet6" if ":" in addr else "inet", "CLOSE", addr, port, udp.pid) for _, addr, port in udp.sockets]
    records = t.records("-l")
    equal(seen(records), sorted(want), "rows")
    for record in records:
        equal((record["owner"], record["peer"], record["inode"], record["uid"]), ("known", None, None, None),
              "what Windows tells, and what it does not")
        true(re.match(r"holder(\.exe)?$", record["holders"][0]["name"]), f"name {record}")
        true(record["holders"][0]["exe"].endswith("\\holder.exe"), f"exe {record}")
        true(record["holders"][0]["user"], f"user {record}")
        true(record["holders"][0]["argv"][1:] in ([f"{w}:{a}" for w, a in tcp_words()], [f"{w}:{a}" for w, a in udp_words()]),
             f"argv {record}")
    equal(seen(t.records("-a")), sorted(want), "-a has nothing more")


def tcp_words():
    return [("tcp", "0.0.0.0:0"), ("tcp", "127.0.0.1:0"), ("tcp", "[::]:0"), ("tcp", "[::1]:0"), ("dual", "[::]:0")]


def udp_words():
    return [("udp", "0.0.0.0:0"), ("udp", "127.0.0.1:0"), ("udp", "[::]:0"), ("udp", "[::1]:0")]


def test_connection(t):
    """Both ends, each under its process; the listener's row has no peer."""
    for any_port in ("127.0.0.1:0", "[::1]:0"):
        server = t.hold(f"tcp:{any_port}")
        client = t.hold(f"to:{any_port[:-1]}{server.port}")
        equal(server.order("accept"), ["accepted", str(client.port)], "world")
        records = t.records("-a", "--state", "ESTABLISHED")
        equal(sorted((r["local"]["port"], r["peer"]["port"], *pids(r)) for r in records),
              sorted([(client.port, server.port, client.pid), (server.port, client.port, server.pid)]), "both ends")
        listener = one(t.records("-l"), port=server.port)
        equal((listener["peer"], pids(listener)), (None, [server.pid]), "listener")
        equal(t.run("--pid", "-q", str(client.port)).code, 1, "a client holds no port")
        client.end(), server.end()


def test_closed_is_gone(t):
    holder = t.hold("tcp:127.0.0.1:0")
    equal(t.run(str(holder.port)).code, 0, "open")
    equal(holder.order("close"), ["closed"], "world")
    equal((t.run(str(holder.port)).code, t.run(str(holder.port)).out), (1, b""), "closed")


def test_bound_and_left_alone(t):
    """Neither listens: bound only (CLOSE to wine), and a connection whose other end has ended. Both are somebody's."""
    holder, server = t.hold("bound:127.0.0.1:7777"), t.hold("tcp:127.0.0.1:8000")
    client = t.hold("to:127.0.0.1:8000")
    server.end()
    records = t.records("-a", "7777")
    equal(([r["state"] for r in records], [pids(r) for r in records]), (["CLOSE"], [[holder.pid]]), "bound")
    for record in t.records("-a", str(client.port)):
        equal((record["owner"], pids(record)), ("known", [client.pid]), f"left alone\n{record}")


def test_filters(t):
    """Each against the numbers that it means; 18000, 800 and 80 are not 8000."""
    t.hold("tcp:0.0.0.0:80", "tcp:127.0.0.1:800", "tcp:127.0.0.1:8000", "tcp:[::1]:8001", "tcp:127.0.0.2:18000")
    second = t.hold("udp:127.0.0.1:8000", "udp:0.0.0.0:53", name="second.exe")
    tcp, udp = ["t80", "t800", "t8000", "t8001", "t18000"], ["u8000", "u53"]
    wrong = []
    for words, want in (
            (["8000"], ["t8000", "u8000"]), (["80"], ["t80"]), (["1800"], []), (["80-800"], ["t80", "t800"]),
            (["80,53"], ["t80", "u53"]), (["tcp/8000"], ["t8000"]), (["8000/udp"], ["u8000"]), (["http"], ["t80"]),
            (["-t"], tcp), (["-u"], udp), (["-6"], ["t8001"]), (["-4", "-u"], udp), (["127.0.0.2:18000"], ["t18000"]),
            (["[::1]:8001"], ["t8001"]), (["*:80"], ["t80"]), (["--state", "LISTENING"], tcp), (["-tulnp"], tcp + udp),
            (["-ano"], tcp + udp), (["-anop", "tcp"], tcp), (["-i", ":8000"], ["t8000", "u8000"]),
            (["-i", "tcp:8000"], ["t8000"]), (["--process", "second.exe"], udp), (["--process", "second"], udp),
            (["--process", str(second.pid)], udp), (["--process", "sec"], []), (["--pid", "8000"], ["t8000", "u8000"]),
            (["-l", "--peer", "127.0.0.1"], [])):
        got = sorted(f"{r['proto'][0]}{r['local']['port']}" for r in t.records(*words))
        if got != sorted(want):
            wrong.append(f"{' '.join(words)}: {got}, expected {sorted(want)}")
    true(not wrong, "\n".join(wrong))


def test_user(t):
    holder = t.hold("tcp:127.0.0.1:0")
    user = one(t.records("-l"), port=holder.port)["holders"][0]["user"]
    equal(ports(t.records("-l", "--user", user)), [holder.port], "--user of its own")
    equal(ports(t.records("-l", "--user", user.upper())), [holder.port], "accounts have no case here")
    answer = t.run("-l", "--user", "nobody-of-that-name", "--json")
    true(answer.code in (1, 2), f"another\n{answer}")


def test_json(t):
    """One document of the contract's keys; numbers are numbers, unknown is null."""
    holder = t.hold("tcp:127.0.0.1:0", "udp:[::]:0", "to:127.0.0.1:{}".format(t.hold("tcp:127.0.0.1:0").port))
    doc = t.json("-a")
    equal([doc["schema"], doc["hidden_owners"], doc["exit"]], [1, 0, 0], "envelope")
    true({"tool", "host", "time", "complete", "not_checked", "sockets"} <= set(doc), f"keys {set(doc)}")
    record = one(doc["sockets"], port=holder.port, state="LISTEN")
    true({"proto", "family", "v6only", "state", "local", "peer", "inode", "uid", "user", "queue", "owner", "holders",
          "service"} <= set(record), f"keys {set(record)}")
    equal(set(record["holders"][0]), {"pid", "fds", "name", "exe", "argv", "uid", "user", "started"}, "of a holder")

    def walk(value, path):
        for key, inner in value.items() if isinstance(value, dict) else ():
            walk(inner, f"{path}.{key}")
        for inner in value if isinstance(value, list) else ():
            walk(inner, path + "[]")
        true(value not in ("", "-", "?") or path.endswith("argv[]"), f"{path} is {value!r}")
        true(not isinstance(value, int) or value >= 0, f"{path} is {value!r}")
    walk(doc["sockets"], "sockets")
    equal([json.loads(line) for line in t.run("-a", "--ndjson").lines], doc["sockets"], "--ndjson has the same")


def test_formats(t):
    """Lines end as on Linux, each has the same cells, and CSV is RFC 4180."""
    holder = t.hold("tcp:127.0.0.1:0", "udp:[::1]:0")
    for words in (["-l"], ["-l", "-W"], ["--plain"], ["--json"], ["--ndjson"], ["--columns", "help"], ["--help"], ["--pid", "-q"],
                  ["--info", "80"], ["--version"]):
        answer = t.run(*words)
        true(answer.code == 0 and answer.out.endswith(b"\n") and b"\r" not in answer.out, f"\\n alone\n{answer}")
        true(all("bound-idle" in line for line in answer.errors), f"nothing else is not known\n{answer}")
    lines = t.run("--plain").lines
    equal([line.count("\t") for line in lines], [lines[0].count("\t")] * 3, "tabs")
    equal(t.run("--plain", "-H", "--columns", "pid,port").lines,
          [f"{holder.pid}\t{port}" for port in sorted(port for _, _, port in holder.sockets)], "--columns")
    raw = t.run("--csv", "--columns", "proto,local,pid,args").out.decode()
    rows = list(csv.reader(io.StringIO(raw, newline=""), strict=True))
    equal((len(rows), raw.count("\r\n"), {len(row) for row in rows}), (3, 3, {4}), "CSV")
    equal({row[2] for row in rows[1:]}, {str(holder.pid)}, "its pids")


def test_terminal(t):
    """A console: the table fits its width, in colour; without colour when NO_COLOR says so."""
    holder = t.hold("tcp:127.0.0.1:0", name="x" * 120 + ".exe")
    for columns in (80, 132):
        text = printed(t.terminal("-l", columns=columns).text)
        row = [line for line in text.splitlines() if str(holder.port) in line]
        equal(len(row), 1, f"the row\n{text}")
        true(len(row[0].rstrip()) <= columns and "xxx" in row[0], f"{columns} columns\n{text}")


def printed(text):
    """What is left of a terminal's bytes when its orders are obeyed as far as needed here."""
    text = re.sub(r"\x1b\[(\d*);?(\d*)H", "\n", text)
    return re.sub(r"\x1b\[[?\d;]*[a-zA-Z]|\x1b\][^\x07]*\x07", "", text)


def test_names_that_are_not_ascii(t):
    holder = t.hold("tcp:127.0.0.1:0", name=NON_ASCII)
    stem = NON_ASCII[:-4]
    shown = one(t.records("-l"), port=holder.port)["holders"][0]
    true(shown["name"] in (NON_ASCII, stem), f"name {shown}")
    true(shown["exe"].endswith("\\" + NON_ASCII) and shown["argv"][0].endswith(NON_ASCII), f"exe, argv {shown}")
    true(stem in t.run().text, f"table {t.last}")
    for word in (stem, NON_ASCII):
        equal(ports(t.records("-l", "--process", word)), [holder.port], f"--process {word}")
    equal(t.run("-l", "--process", "Grüße").code, 1, "a part of the name")


def test_pid(t):
    """Bare pids, sorted, each once."""
    one_port = t.hold("tcp:127.0.0.1:8000", "tcp:[::1]:8000", "udp:127.0.0.1:8000")
    other = t.hold("tcp:127.0.0.2:8000")
    answer = t.run("--pid", "-q", "8000")
    equal((answer.code, answer.lines), (0, [str(pid) for pid in sorted([one_port.pid, other.pid])]), f"{answer}")
    equal(t.run("--pid", "-q", "127.0.0.2:8000").lines, [str(other.pid)], "by address")
    equal(len(t.run("--pid", "-H", "8000").lines), 4, "a row for each")


def test_two_thousand(t):
    """The tables grow between asking for their size and reading them."""
    holder = t.hold("many:127.0.0.1:2000")
    records = t.records("-l")
    equal(ports(records), sorted(port for _, _, port in holder.sockets), "ports")
    equal({pid for r in records for pid in pids(r)}, {holder.pid}, "holders")
    equal(t.run("--pid", "-q").lines, [str(holder.pid)], "one pid")


def test_exit_codes(t):
    """Those of cli.md."""
    t.hold("tcp:127.0.0.1:8000")
    wrong = [f"{' '.join(words)}: {t.last}" for words, code in QUESTIONS if t.run(*words).code != code]
    true(not wrong, "\n".join(wrong))


def test_exit_codes_are_those_of_linux(t):
    t.hold("tcp:127.0.0.1:8000")
    t.native("--version")
    wrong = [f"{' '.join(words)}: {t.native(*words)} there, here {t.last}" for words, _ in QUESTIONS
             if t.run(*words).code != t.native(*words)]
    true(not wrong, "\n".join(wrong))


def test_wrong_usage(t):
    for words, named in ((["70000"], "70000"), (["8000x"], "8000x"), (["--state", "FOO"], "FOO"), (["--colour", "x"], "--colour"),
                         (["--columns", "Größe"], "Größe"), (["--json", "--csv"], "--csv"), (["sctp/80"], "sctp/80")):
        complaint(t.run(*words), named)


def test_full_disk(t):
    t.hold("tcp:127.0.0.1:0")
    for words in (["-l"], ["--json"], ["--help"]):
        with open("/dev/full", "w", encoding="utf-8") as full:
            answer = t.run(*words, stdout=full)
        equal((answer.code, len(answer.errors)), (5, 1), f"{answer}")


def test_why(t):
    t.hold("tcp:127.0.0.1:8000", "udp:0.0.0.0:8002", "exclusive:127.0.0.1:8003")
    holder = t.holders[0]
    for word, verdict, code in (("8000", "held", 1), ("127.0.0.1:8000", "held", 1), ("8001", "free", 0),
                                ("udp/8002", "held", 1), ("tcp/8002", "free", 0), ("8003", "held", 1), ("::1:8001", None, 2)):
        answer = t.run("--why", word)
        equal(answer.code, code, f"--why {word}\n{answer}")
        if verdict is not None:
            true(f": {verdict}: " in answer.lines[0], f"--why {word}\n{answer}")
            equal(f"(pid {holder.pid}" in answer.text, verdict == "held", f"who\n{answer}")
            equal(t.json("--why", word)["ports"][0]["verdict"], verdict, f"--why {word} --json")


def test_next(t):
    """What it prints can be bound."""
    t.hold("tcp:127.0.0.1:8000", "tcp:[::]:8001", "udp:0.0.0.0:8002")
    equal(t.run("--next", "8000-8010").out, b"8002\n", "TCP")
    equal(t.run("--next", "-u", "8000-8010").out, b"8003\n", "TCP and UDP")
    equal(t.run("--next", "8000-8001").code, 1, "none")
    number = int(t.run("--next").out)
    equal(t.hold(f"dual:[::]:{number}").port, number, "bound")


def test_info(t):
    t.hold("tcp:127.0.0.1:6379")
    answer = t.run("--info", "6379")
    true(answer.code == 0 and "redis" in answer.text and f"{t.holders[0].pid}" in answer.text, f"{answer}")


def test_host(t):
    equal(t.json("-a")["host"].lower(), socket.gethostname().split(".")[0].lower(), "host")
