"""Korean for people where the system knows Korean, English everywhere else, and the same bytes for programs in both."""

import os
import re
import shutil
import subprocess
import unicodedata

from ask import complaint, equal, true
from world import NOBODY, Skip, port


def catalogues(t):
    """Of the build: they stand beside the program, in src/po."""
    folder = os.path.join(os.path.dirname(os.path.abspath(t.binary)), "src", "po")
    if not os.path.exists(os.path.join(folder, "ko", "LC_MESSAGES", "lsports.mo")):
        raise Skip("built without gettext: there are no catalogues")
    return folder


def language(t, charset="UTF-8", place="ko_KR", **more):
    """The environment of one who has this Korean (or lives elsewhere), and the locale for it."""
    folder, name = os.path.join(t.scratch, "locale"), f"{place}.{charset}"
    os.makedirs(folder, exist_ok=True)
    if shutil.which("localedef") is None:
        raise Skip("no localedef")
    made = subprocess.run(["localedef", "-i", place, "-f", charset, os.path.join(folder, name)], capture_output=True)
    if made.returncode:
        raise Skip(f"no source of the locale {place} (package locales)")
    return {"LC_ALL": "", "LANG": name, "LOCPATH": folder, "LSPORTS_LOCALE_DIR": catalogues(t), **more}


def cells(text):
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def starts(line):
    """In which cell of the line each cell of the table begins: they are two blanks apart."""
    return [cells(line[:found.start()]) for found in re.finditer(r"(?:^|(?<=  ))\S", line)]


def test_table(t):
    """Titles are Korean and stand above their columns."""
    listener = t.world.listen("127.0.0.1")
    answer = t.run("--columns", "proto,local,state,process,user", str(port(listener)), env=language(t))
    equal(answer.code, 0, f"exit code\n{answer}")
    title, row = answer.lines
    equal(re.split("  +", title), ["프로토콜", "로컬 주소", "상태", "프로세스", "사용자"], "titles")
    true(f"127.0.0.1:{port(listener)}" in row and "LISTEN" in row, f"the row says what it says in English\n{answer}")
    equal(starts(row), starts(title), f"where the cells begin\n{title}\n{row}")


def test_errors(t):
    complaint(t.run("--nosuchoption", env=language(t)), "없는 옵션입니다")
    complaint(t.run("99999", env=language(t)), "1부터 65535까지")


def test_notes(t):
    """Security notes too, and the manual's option list."""
    answer = t.run("--info", "6379", env=language(t))
    true("비밀번호 없는 Redis" in answer.text and "로그인 없음" in answer.text, f"the note\n{answer}")
    true("이 도움말 표시" in t.run("--help", env=language(t)).text, "help")


def test_english_elsewhere(t):
    """A locale that is not generated, one that is not UTF-8, the C locale, and a reader who prefers English."""
    korean = language(t)
    for what, env in [
        ("no such locale", {**korean, "LOCPATH": t.scratch}),
        ("not UTF-8", language(t, "EUC-KR")),
        ("LC_ALL=C", {**korean, "LC_ALL": "C"}),
        ("LANGUAGE=en", {**korean, "LANGUAGE": "en"}),
        ("no catalogue", {**korean, "LSPORTS_LOCALE_DIR": t.scratch}),
    ]:
        answer = t.run("--nosuchoption", env=env)
        equal(answer.errors, ["lsports: '--nosuchoption' is no option; see lsports --help"], what)


def test_programs_read_the_same(t):
    """Formats for programs do not depend on the language, nor do sentences inside JSON."""
    listener = t.world.listen("127.0.0.1")
    korean, number = language(t), str(port(listener))
    for words in (["--json"], ["--ndjson"], ["--plain"], ["--csv"], ["--pid", "-q"], ["--why", "--json"],
                  ["--info", "--json"], ["--kill", "--dry-run", "--json"], ["--audit", "--json"],
                  ["--format", "openmetrics"], ["--lock", "-", "--partial"]):
        english, other = (re.sub(rb'"time":"[^"]*"', b"", t.run(*words, number, env=env).out) for env in (None, korean))
        true(len(english) > 3, f"{words}: an answer")
        equal(other, english, f"{words}: in Korean and in English")
    true("사용 중(held)" in t.run("--why", number, env=korean).text, "the same question to a person")


def test_turkish(t):
    """Where the small letter of I is another one, words that are typed mean the same."""
    listener = t.world.listen("127.0.0.1")
    turkish, number = language(t, place="tr_TR"), str(port(listener))
    for words in (["--kill", "--dry-run", "--signal", "kill"], ["--kill", "--dry-run", "--signal", "sigint"],
                  ["--state", "listen", "-i"], ["--columns", "pid,PID,via", "--sort", "INODE"]):
        answer = t.run(*words, number, env=turkish)
        equal(answer.code, 4 if "--kill" in words else 0, f"{words}: exit code (the holder is our parent)\n{answer}")


def test_catalogues_of_others(t):
    """Who runs a program with more rights than his own does not choose its texts."""
    t.needs_root("gives a file capabilities")
    if not shutil.which("setcap"):
        raise Skip("no setcap")
    binary = t.binary_for_all()
    folder = os.path.join(os.path.dirname(binary), "po")
    shutil.copytree(catalogues(t), folder)
    # LOCPATH is taken from such a program by libc; C.UTF-8 needs none
    env = {"LC_ALL": "", "LANG": "C.UTF-8", "LANGUAGE": "ko", "LSPORTS_LOCALE_DIR": folder}
    if "없는 옵션입니다" not in t.run("--nosuchoption", uid=NOBODY, binary=binary, env=env).errors[0]:
        raise Skip("LANGUAGE does nothing in C.UTF-8 here (glibc 2.39 and later)")
    done = subprocess.run(["setcap", "cap_sys_ptrace,cap_dac_read_search+ep", binary], capture_output=True)
    if done.returncode:
        raise Skip(f"setcap: {done.stderr.decode().strip()}")
    complaint(t.run("--nosuchoption", uid=NOBODY, binary=binary, env=env), "is no option")
