"""Bad input, exit codes, and what happens to an answer that cannot be written."""

import os
import resource
import signal
import subprocess

from ask import complaint, environment, equal, true
from world import Skip, port

BAD = [
    (["--pid", "70000"], "70000"),
    (["70000"], "70000"),
    (["8000-"], "8000-"),
    (["-8000"], "-8000"),
    (["9000-8000"], "9000-8000"),
    (["-1"], "-1"),
    (["--pid", "-1"], "-1"),
    (["0x50"], "0x50"),
    (["80,"], "80,"),
    (["8000x"], "8000x"),
    (["nosuchservice"], "nosuchservice"),
    (["--pid", "nosuchservice"], "nosuchservice"),
    (["127.0.0.1:99999"], "99999"),
    (["[::1:80"], "[::1:80"),
    (["300.1.2.3:80"], "300.1.2.3"),
    (["sctp/80"], "sctp/80"),
    (["--columns", "foo"], "foo"),
    (["--columns", "pid,foo"], "foo"),
    (["--columns="], "--columns"),
    (["--sort", "foo"], "foo"),
    (["--color", "blue"], "blue"),
    (["--state", "FOO"], "FOO"),
    (["--state", "LISTEN,FOO"], "FOO"),
    (["--peer", "1.2.3"], "1.2.3"),
    (["--peer", "10.0.0.0/33"], "10.0.0.0/33"),
    (["--user", "nosuchuser"], "nosuchuser"),
    (["--nosuchoption"], "--nosuchoption"),
    (["-Z"], "-Z"),
    (["-l", "--nosuchoption=3"], "--nosuchoption"),
    (["--state"], "--state"),
    (["--columns"], "--columns"),
    (["-q"], "-q"),
    (["-l", "-q"], "-q"),
    (["--json", "--csv"], "--csv"),
]


def test_bad_words(t):
    """Exit 2, nothing on stdout, one line on stderr that names the word."""
    wrong = []
    for words, named in BAD:
        try:
            complaint(t.run(*words), named)
        except AssertionError as why:
            wrong.append(f"lsports {' '.join(words)}: {why}")
    true(not wrong, f"{len(wrong)} of {len(BAD)}:\n" + "\n".join(wrong))


def test_two_questions(t):
    for words in (["--pid", "-l", "80"], ["-l", "--pid", "80"], ["-a", "--pid"]):
        answer = t.run(*words)
        complaint(answer, "--pid")


def test_bad_word_cannot_hurt_the_terminal(t):
    """The word that is complained about may be hostile too."""
    for word in (b"x\x1b[2Jy", b"80\n81", b"bad\xff", "‮08".encode(), b"--op\x1btion", b"z" * 5000):
        answer = t.run(word)
        equal((answer.code, answer.out, len(answer.errors)), (2, b"", 1), f"complaint\n{answer}")
        text = answer.err.decode("utf-8")
        true("\x1b" not in text and "‮" not in text, f"escaped\n{answer}")
        for words in (["--columns", word], ["--state", word], ["--user", word]):
            answer = t.run(*words)
            equal((answer.code, len(answer.errors)), (2, 1), f"complaint\n{answer}")
            true(b"\x1b" not in answer.err, f"escaped\n{answer}")


def test_near_misses_are_helped(t):
    """A misspelt name says what would be right, or where to read it."""
    for words, near in ((["htpp"], "http"), (["--columns", "proces"], "--columns help"), (["--state", "LISTN"], "LISTEN"),
                        (["--colums", "pid"], "--help")):
        answer = t.run(*words)
        true(near in answer.err.decode(), f"{words} names {near}\n{answer}")


def test_nobody_holds_the_port(t):
    """Exit 1 and no word on stdout, whatever the format says about emptiness."""
    listener = t.world.listen("127.0.0.1")
    number = str(port(listener))
    listener.close()
    for words in (["--pid", number], [number], ["-l", number], ["--pid", number, "-q"], ["-a", number],
                  ["--pid", number, "-q", "-t"]):
        answer = t.run(*words)
        equal((answer.code, answer.out), (1, b""), f"{answer}")
    doc = t.json("--pid", number)
    equal((doc["exit"], doc["sockets"], doc["schema"]), (1, [], 1), "JSON")
    equal(t.run("--ndjson", number).out, b"", "NDJSON")


def test_some_ports_held_is_found(t):
    """One of two ports held: what is there is shown."""
    listener, closed = t.world.listen("127.0.0.1"), t.world.listen("127.0.0.1")
    number = str(port(closed))
    closed.close()
    answer = t.run("--pid", str(port(listener)), number, "-q")
    equal(answer.out, b"%d\n" % os.getpid(), "the held one")


def test_full_disk(t):
    t.world.listen("127.0.0.1")
    for words in (["-l"], ["-a"], ["-l", "--json"], ["-l", "--csv"], ["-l", "--plain"], ["-l", "--ndjson"], ["--help"],
                  ["--version"], ["--columns", "help"]):
        with open("/dev/full", "w") as full:
            answer = t.run(*words, stdout=full)
        equal(answer.code, 5, f"exit code\n{answer}")
        equal(len([line for line in answer.errors if "No space left" in line]), 1, f"says why\n{answer}")


def test_closed_stdout(t):
    t.world.listen("127.0.0.1")
    answer = t.run("-l", setup=lambda: os.close(1))
    equal(answer.code, 5, f"exit code\n{answer}")
    true(answer.errors, f"says why\n{answer}")


def test_closed_stdin_and_stderr(t):
    """Descriptors 0 and 2 missing: the answer is the same, and nothing is written into the wrong file."""
    listener = t.world.listen("127.0.0.1")
    number = str(port(listener))
    want = t.run("-l", number).out
    true(want, "a table")
    answer = t.run("-l", number, setup=lambda: (os.close(0), os.close(2)))
    equal((answer.code, answer.out), (0, want), "answer")


def many(t):
    t.needs_root("wants a quiet network namespace")
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    if hard != resource.RLIM_INFINITY and hard < 3000:
        raise Skip(f"{hard} descriptors at most")
    resource.setrlimit(resource.RLIMIT_NOFILE, (3000, hard))
    for _ in range(2500):
        t.world.udp("127.0.0.1")


def test_head(t):
    """A reader that leaves early: no word, and not an error of ours."""
    many(t)
    for words in (["-a"], ["-a", "--json"], ["-l"], ["-a", "--csv"]):
        reader, writer = os.pipe()
        child = subprocess.Popen([t.binary, *words], stdout=writer, stderr=subprocess.PIPE, env=environment({}))
        os.close(writer)
        true(len(os.read(reader, 100)) == 100, "more than one line")
        os.close(reader)
        err = child.communicate(timeout=20)[1]
        equal(err, b"", f"stderr of {words} | head -1")
        true(child.returncode in (0, -signal.SIGPIPE, 128 + signal.SIGPIPE), f"exit {child.returncode}")


def test_head_with_sigpipe_ignored(t):
    """Some callers (service managers, Python) ignore SIGPIPE: silent all the same."""
    many(t)
    true(len(t.run("-a").out) > 65536, "more than a pipe holds")
    reader, writer = os.pipe()
    child = subprocess.Popen([t.binary, "-a"], stdout=writer, stderr=subprocess.PIPE, env=environment({}),
                             restore_signals=False,
                             preexec_fn=lambda: signal.signal(signal.SIGPIPE, signal.SIG_IGN))
    os.close(writer)
    os.close(reader)
    equal(child.communicate(timeout=20)[1], b"", "stderr")
    true(child.returncode in (0, 5, -signal.SIGPIPE), f"exit {child.returncode}")


def test_help_and_version(t):
    for word in ("--help", "--version"):
        answer = t.run(word)
        equal((answer.code, answer.err), (0, b""), f"{answer}")
        true(answer.text.strip(), f"{answer}")
    true("lsports" in t.run("--version").text, "--version")
    words = t.run("--help").text
    for option in ("--pid", "--state", "--columns", "--json", "--ndjson", "--csv", "--plain", "--user", "--process"):
        true(option in words, f"--help names {option}")


def test_end_of_options(t):
    """After -- a word is a port, never an option."""
    listener = t.world.listen("127.0.0.1")
    equal(t.run("--", str(port(listener))).code, 0, "-- PORT")
    complaint(t.run("--", "-l"), "-l")


def test_columns_help(t):
    answer = t.run("--columns", "help")
    equal((answer.code, answer.err), (0, b""), f"{answer}")
    listener = t.world.listen("127.0.0.1")
    names = [line.split()[0] for line in answer.lines if line.strip()]
    true(len(names) > 10, f"the columns\n{answer}")
    for name in names:
        one_answer = t.run(str(port(listener)), "--columns", name)
        equal((one_answer.code, one_answer.err), (0, b""), f"--columns {name}\n{one_answer}")
