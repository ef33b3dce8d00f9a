"""The streams that programs read: valid, constant in shape, and the same facts in each."""

import csv
import io
import json
import os
import re
import socket
import time
from datetime import datetime, timezone

from ask import equal, one, true
from world import inode, port

DEFAULT = ["PROTO", "LOCAL", "STATE", "PID", "PROCESS", "USER", "SERVICE"]


def fill(t):
    """A bit of everything, nothing that hides."""
    t.needs_root("wants a quiet network namespace")
    listener = t.world.listen("127.0.0.1")
    t.world.pair(listener)
    t.world.connect(listener)
    shared = t.world.listen("::", v6only=0)
    for _ in range(3):
        t.world.fork(keep=[shared])
    t.world.udp("127.0.0.1"), t.world.udp("::1"), t.world.bind(socket.SOCK_STREAM, "127.0.0.1")
    alone = t.world.listen("127.0.0.1")
    t.world.named("a b,c\"d;e", [b"=1+1", b"x y"], keep=[alone])
    alone.close()
    return listener


def test_json_document(t):
    listener = fill(t)
    before = int(time.time())
    doc = t.json("-a")
    equal(sorted(set(doc) - {"exit"}), sorted(["schema", "tool", "host", "time", "complete", "hidden_owners",
                                               "not_checked", "sockets"]), "keys")
    whole = t.json("-l")  # no kernel before 6.8 can tell all of -a
    equal((whole["schema"], whole["complete"], whole["hidden_owners"], whole["not_checked"]), (1, True, 0, []), "envelope")
    true(re.match(r"lsports \d+\.\d+", doc["tool"]), f"tool {doc['tool']}")
    equal(doc["host"], socket.gethostname(), "host")
    said = datetime.fromisoformat(doc["time"].replace("Z", "+00:00"))
    true(said.tzinfo and before - 1 <= said.timestamp() <= time.time() + 1, f"time {doc['time']}")
    record = one(doc["sockets"], inode=inode(listener))
    equal(set(record), {"proto", "family", "v6only", "state", "local", "peer", "inode", "uid", "user", "queue", "scope",
                        "via", "owner", "holders", "service"}, "keys of a record")
    equal(set(record["local"]), {"addr", "port", "interface"}, "keys of local")
    equal(set(record["queue"]), {"length", "limit"}, "keys of queue")
    equal(set(record["holders"][0]), {"pid", "fds", "name", "exe", "argv", "uid", "user", "started"}, "keys of a holder")


def test_holder_details(t):
    """exe, argv, uid, user and start are those of the process."""
    listener = t.world.listen("127.0.0.1")
    before = time.time()
    child = t.world.named("detailed-server", [b"detailed-server", b"--flag", b"two words"], [listener])
    holder = [h for h in one(t.records(str(port(listener))))["holders"] if h["pid"] == child.pid][0]
    began = datetime.fromisoformat(holder.pop("started").replace("Z", "+00:00"))
    true(abs(began.astimezone(timezone.utc).timestamp() - before) < 3, f"started {began}, made at {before}")
    equal((holder["exe"], holder["argv"], holder["uid"]),
          (os.path.join(t.scratch, "detailed-server"), ["detailed-server", "--flag", "two words"], os.getuid()), "holder")


def test_json_types(t):
    """Numbers are numbers, unknown is null; never 0, -1, "-" or ""."""
    fill(t)

    def walk(value, path):
        if isinstance(value, dict):
            for key, inner in value.items():
                walk(inner, f"{path}.{key}")
        elif isinstance(value, list):
            for inner in value:
                walk(inner, path + "[]")
        elif isinstance(value, bool) or value is None:
            pass
        elif isinstance(value, (int, float)):
            true(isinstance(value, int) and value >= 0, f"{path} is {value}")
        elif not path.endswith(("argv[]", "description")):
            true(value not in ("", "-", "?"), f"{path} is {value!r}")
    walk(t.records("-a"), "sockets")


def test_ndjson_is_the_same(t):
    fill(t)
    lines = t.run("-a", "--ndjson").text.split("\n")
    equal(lines.pop(), "", "the last line ends")
    equal([json.loads(line) for line in lines], t.records("-a"), "records")


def test_csv(t):
    """RFC 4180: quotes and commas survive; cells that a spreadsheet would run are defused."""
    fill(t)
    raw = t.run("-a", "--csv", "--columns", "proto,local,pid,process,args").out.decode()
    rows = list(csv.reader(io.StringIO(raw, newline=""), strict=True))
    equal({len(row) for row in rows}, {5}, "columns in each row")
    equal(rows[0], ["proto", "local", "pid", "process", "args"], "header")
    true(any(row[3] == "a b,c\"d;e" for row in rows), f"the name with a comma and a quote: {rows}")
    for row in rows[1:]:
        true(all(not cell.startswith(("=", "+", "-", "@")) for cell in row), f"defused: {row}")
    equal(raw.count("\r\n"), len(rows), "lines end in CR LF")


def test_csv_has_each_record(t):
    fill(t)
    rows = list(csv.DictReader(io.StringIO(t.run("-a", "--csv", "--columns", "inode,port,state").out.decode())))
    want = sorted((str(r["inode"] or ""), str(r["local"]["port"]), r["state"]) for r in t.records("-a"))
    equal(sorted((row["inode"], row["port"], row["state"]) for row in rows), want, "records")


def test_plain(t):
    """Tabs, the same number in each line, whatever is unknown."""
    fill(t)
    for words in (["-l"], ["-a"], ["--pid"], ["-a", "--columns", "proto,inode,pid,args,exe,peer,queue"]):
        lines = t.run(*words, "--plain").text.split("\n")
        equal(lines.pop(), "", "the last line ends")
        equal(len({line.count("\t") for line in lines}), 1, f"tabs in each line of {words}: {lines}")
        equal(t.run(*words, "--plain", "-H").text.split("\n")[:-1], lines[1:], "-H leaves out the header alone")


def test_table(t):
    listener = fill(t)
    answer = t.run("-l")
    equal(answer.lines[0].split(), DEFAULT, f"header\n{answer}")
    row = [line for line in answer.lines if f"127.0.0.1:{port(listener)}" in line]
    equal(len(row), 1, f"row\n{answer}")
    equal(row[0].split()[:4], ["tcp", f"127.0.0.1:{port(listener)}", "LISTEN", str(os.getpid())], "cells")
    equal(t.run("-a").lines[0].split(), DEFAULT[:2] + ["PEER"] + DEFAULT[2:], "header of -a")
    true(all(line == line.rstrip() for line in answer.lines), "no blanks at line ends")


def test_table_fits_a_terminal(t):
    fill(t)
    for columns in (80, 100, 132):
        answer = t.terminal("-a", columns=columns)
        text = re.sub("\x1b\\[[0-9;]*[mK]", "", answer.text)
        true(text.splitlines() and all(len(line) <= columns for line in text.splitlines()), f"{columns} columns\n{text}")


def test_service(t):
    t.needs_root("wants port 80 in a quiet network namespace")
    t.world.listen("127.0.0.1", 80)
    t.world.listen("127.0.0.1", 2)
    service = one(t.records("80"))["service"]
    equal((service["name"], service["class"], service["source"]), ("http", "system", "iana"), "port 80")
    true(" http" in t.run("80").text, "in the table")


def test_sort(t):
    t.needs_root("wants a quiet network namespace")
    numbers = sorted(port(t.world.listen("127.0.0.1")) for _ in range(30))
    t.world.listen("127.0.0.1", 99), t.world.listen("127.0.0.1", 1000)
    numbers = [99, 1000] + numbers
    cells = t.run("-l", "--sort", "port", "--plain", "-H", "--columns", "port").lines
    equal(cells, [str(n) for n in numbers], "--sort port is by number")
    equal(t.run("-l", "--json", "--sort", "port").code, 0, "--sort with JSON")
    equal(t.run("-l").out, t.run("-l").out, "the order is the same each time")
