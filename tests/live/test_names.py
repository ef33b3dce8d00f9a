"""Names that help, and hostile names that must never reach a terminal as they are."""

import json
import os
import re
import sys

from ask import equal, one, true
from world import inode, port

FORMATS = ([], ["--plain"], ["--csv"], ["--json"], ["--ndjson"], ["-W"], ["--color", "always"])
HOSTILE = {
    "newline": b"a\nb\rc\td",
    "escape": b"x\x1b[2J\x1b]0;title\x07y",
    "parenthesis": b"s) R 1 (t",
    "invalid": b"bad\xff\xfe\xc3(\xed\xa0\x80\xf5",
    "c1": b"c\xc2\x9b31mred \x9b1m",
    "bidi": "left‮right⁦x⁩؜‏".encode(),
    "delete": b"d\x7fe\x08\x08f",
    "zero-width": "z\u200b\u2028\u2029\ufeffw".encode(),
    "formula": b"=cmd|' /C calc'!A0",
    "wide": "漢字かな🙂e\u0301".encode(),
    "quote": b'q"u\'o,t;e\\',
}


def columns_of(t):
    """Every column there is, by --columns help."""
    answer = t.run("--columns", "help")
    equal(answer.code, 0, f"--columns help\n{answer}")
    names = [line.split()[0].lower() for line in answer.lines if line.strip()]
    true(len(names) > 10, f"--columns help lists the columns\n{answer}")
    return names


def held_by(t, start):
    """A listener that only the process of start(listener) holds."""
    listener = t.world.listen("127.0.0.1")
    process = start(listener)
    number, key = port(listener), inode(listener)
    listener.close()
    record = one(t.records(str(number)), inode=key)
    equal([h["pid"] for h in record["holders"]], [process.pid], "its process")
    return number, record["holders"][0]


def check_clean(data, what, newlines, colour=False):
    """Nothing here that a terminal acts on. newlines: how many rows there may be."""
    text = data.decode("utf-8")  # raises when it is not
    if colour:
        text = re.sub("\x1b\\[[0-9;]*[mK]", "", text)
    bad = re.findall("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\u2028\u2029]",
                     text.replace("\r\n", "\n"))
    equal(bad, [], f"{what}: control characters in {text[:400]!r}")
    if newlines is not None:
        equal(text.count("\n"), newlines, f"{what}: lines of {text[:400]!r}")


def check_everywhere(t, number, what):
    """Every format, every column, a pipe and a terminal."""
    names = columns_of(t)
    number = str(number)
    for form in FORMATS:
        one_line = form not in (["--json"],)
        for more in ([], ["--columns", ",".join(names)], ["--pid"]):
            answer = t.run(*form, *more, "-H", number)
            equal(answer.code, 0, f"{what} {form}\n{answer}")
            check_clean(answer.out, f"{what} {form} {more}", 1 if one_line else None, "always" in form)
    for form in ([], ["-W"]):
        answer = t.terminal(number, "-H", *form, columns=80)
        check_clean(answer.out, f"{what} terminal {form}", 1, colour=True)
        answer = t.terminal(number, "-H", "--columns", "process,args,exe", *form, columns=80)
        check_clean(answer.out, f"{what} terminal, three columns {form}", 1, colour=True)


def test_long_name_is_whole(t):
    """The kernel keeps 15 bytes of it; the program's file keeps all."""
    name = "a-really-long-server-name-of-32b"
    number, holder = held_by(t, lambda s: t.world.named(name, keep=[s]))
    equal(holder["name"], name, "name")
    equal(holder["exe"], os.path.join(t.scratch, name), "exe")
    true(name in t.run(str(number), "-W").text, "in the table")


def test_fifteen_bytes_exactly(t):
    name = "fifteen-bytes-x"
    equal(held_by(t, lambda s: t.world.named(name, keep=[s]))[1]["name"], name, "name")


def test_short_name(t):
    equal(held_by(t, lambda s: t.world.named("web", keep=[s]))[1]["name"], "web", "name")


def test_main_thread_is_not_a_name(t):
    """Runtimes such as node call their first thread MainThread: the program's name helps more."""
    start = lambda s: t.world.named("nodelike", keep=[s], env={"STAND_NAME": "MainThread"})  # noqa: E731
    equal(held_by(t, start)[1]["name"], "nodelike", "name")


def test_script_in_the_arguments(t):
    """For an interpreter the name is the interpreter and argv says which script."""
    script = os.path.join(t.scratch, "orders-service.py")
    with open(script, "w") as file:
        file.write("import sys\nprint('ready', flush=True)\nsys.stdin.read()\n")
    argv = [sys.executable, script, "--port", "any thing"]
    number, holder = held_by(t, lambda s: t.world.stand(argv, sys.executable, [s], dict(os.environ)))
    equal(holder["argv"], argv, "argv in JSON")
    for words in (["-W"], ["--columns", "args"], ["--plain", "--columns", "pid,args"]):
        answer = t.run(str(number), *words)
        true("orders-service.py" in answer.text, f"{words} shows the script\n{answer}")


def test_retitled_process(t):
    """nginx-like: argv[0] rewritten to a title, the exe's name stays the name."""
    number, holder = held_by(t, lambda s: t.world.named("webd", [b"webd: worker process"], [s]))
    equal((holder["name"], holder["argv"]), ("webd", ["webd: worker process"]), "name and argv")


def test_deleted_program(t):
    """An upgraded server runs from a deleted file: the name has no " (deleted)" in it."""
    def start(sock):
        process = t.world.named("old-daemon-before-upgrade", keep=[sock])
        os.unlink(os.path.join(t.scratch, "old-daemon-before-upgrade"))
        return process
    equal(held_by(t, start)[1]["name"], "old-daemon-before-upgrade", "name")


def test_name_with_parenthesis(t):
    """Trap 4: the last ) ends the name in /proc/PID/stat; pid and start must be right all the same."""
    number, holder = held_by(t, lambda s: t.world.stand([b"x"], keep=[s], env={"STAND_NAME": "a) S 1 (b"}))
    equal((holder["uid"], holder["argv"]), (os.getuid(), ["x"]), "uid and argv")
    true(re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", holder["started"] or ""), f"started {holder['started']}")


def test_empty_argv(t):
    """A process without any argument text is still a process."""
    number, holder = held_by(t, lambda s: t.world.stand([b""], keep=[s]))
    check_everywhere(t, number, "empty argv")


def test_hostile_names(t):
    """The main thread's own name: 15 bytes of the process' choice."""
    for what, name in HOSTILE.items():
        number, _ = held_by(t, lambda s: t.world.stand([b"x"], keep=[s], env={b"STAND_NAME": name[:15]}))
        check_everywhere(t, number, f"name {what}")


def test_hostile_arguments(t):
    for what, name in HOSTILE.items():
        number, holder = held_by(t, lambda s: t.world.stand([name, b"", name * 3], keep=[s]))
        check_everywhere(t, number, f"argv {what}")
        equal(len(holder["argv"]), 3, f"argv {what}")


def test_hostile_program_files(t):
    for what, name in HOSTILE.items():
        name = name.replace(b"/", b"")
        number, _ = held_by(t, lambda s: t.world.named(name, keep=[s]))
        check_everywhere(t, number, f"file {what}")


def test_hostile_text_survives_in_json(t):
    """JSON is for programs: what is valid UTF-8 comes back byte for byte."""
    for what in ("newline", "escape", "bidi", "wide", "quote", "delete"):
        name = HOSTILE[what]
        _, holder = held_by(t, lambda s: t.world.stand([name], keep=[s]))
        equal(holder["argv"], [name.decode()], f"argv {what}")


def test_invalid_bytes_in_json(t):
    """What is not UTF-8 becomes U+FFFD, and the bytes are beside it in hex."""
    name = b"srv\xff\xfe"
    _, holder = held_by(t, lambda s: t.world.named(name, keep=[s]))
    true("�" in holder["name"] and holder["name"].startswith("srv"), f"name {holder['name']!r}")
    equal(holder.get("name_hex"), name.hex(), "name_hex")


def test_four_kilobytes_of_arguments(t):
    argv = [b"server"] + [b"word%d" % i for i in range(600)] + [b"\x1b[31m" + b"z" * 4096]
    number, holder = held_by(t, lambda s: t.world.stand(argv, keep=[s]))
    check_everywhere(t, number, "4 KiB")
    text = json.dumps(holder["argv"])
    true(text.startswith('["server", "word0"'), f"argv begins rightly: {text[:80]}")
    answer = t.terminal(str(number), "-H", columns=80)
    true(all(len(line) <= 80 for line in re.sub("\x1b\\[[0-9;]*[mK]", "", answer.text).splitlines()),
         f"a row fits the terminal\n{answer}")


def test_no_colour_into_a_pipe(t):
    listener = t.world.listen("127.0.0.1")
    for words, env in (([], {}), (["--color", "auto"], {}), (["--color", "never"], {"CLICOLOR_FORCE": "1"})):
        true(b"\x1b" not in t.run(str(port(listener)), *words, env=env).out, f"{words} into a pipe")
    true(b"\x1b[" in t.run(str(port(listener)), "--color", "always").out, "--color always")
    true(b"\x1b" not in t.terminal(str(port(listener)), env={"NO_COLOR": "1"}).out, "NO_COLOR in a terminal")
    true(b"\x1b" not in t.terminal(str(port(listener)), "--color=never").out, "--color=never in a terminal")


def test_hostile_user_language(t):
    """The words do not depend on the locale."""
    listener = t.world.listen("127.0.0.1")
    plain = t.run("-l", str(port(listener)), env={"LC_ALL": "C"}).out
    true(plain, "a table")
    equal(t.run("-l", str(port(listener)), env={"LC_ALL": "de_DE.UTF-8", "LANG": "de_DE.UTF-8"}).out, plain, "table")
