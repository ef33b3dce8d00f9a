#!/usr/bin/env python3
# registry_notes_test.py - the maker of the notes table refuses what it cannot trust; the committed table passes, and its
# words are in a form that a terminal shows well.
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
REGISTRY = ROOT / "src" / "registry"
GOOD = "21\ttcp\tplaintext,file-share\tIt is readable.\tUse another.\tRFC 2577\n"


class Notes(unittest.TestCase):
    def make(self, text):
        with tempfile.TemporaryDirectory() as folder:
            source, header = Path(folder) / "notes.tsv", Path(folder) / "notes.h"
            source.write_text(text)
            done = subprocess.run([sys.executable, "-B", REGISTRY / "notes.py", source, header], capture_output=True,
                                  text=True, timeout=60)
            return done, header.read_text() if header.exists() else None

    def test_good(self):
        done, header = self.make("# words\n" + GOOD + GOOD.replace("21", "22,30-33"))
        self.assertEqual(done.returncode, 0, done.stderr)
        for line in ("{21, 21, 2, 0},", "{22, 22, 2, 1},", "{30, 33, 2, 1},", '"RFC 2577"'):
            self.assertIn(line, header)

    def test_refused(self):
        for text, word in [
            ("# words\n", "no rows"),
            (GOOD[:-1], "cut off"),
            (GOOD.replace("\tRFC 2577", ""), "clean cells"),
            (GOOD + GOOD.replace("21", "20"), "not sorted"),
            (GOOD + GOOD.replace("21", "22,21"), "21/tcp is there twice"),
            (GOOD + GOOD.replace("21", "22-30") + GOOD.replace("21", "25"), "25/tcp is there twice"),
            (GOOD.replace("tcp", "sctp"), "sctp"),
            (GOOD.replace("21", "65536"), "65536"),
            (GOOD.replace("21", "30-20"), "30-20"),
            (GOOD.replace("plaintext", "plain"), 'unknown kind "plain"'),
            (GOOD.replace("plaintext,file-share", "plaintext,plaintext"), "a kind is told twice"),
            (GOOD.replace("plaintext,file-share", ""), "unknown kind"),
            (GOOD.replace("It is readable.", ""), "a cell is empty"),
            (GOOD.replace("Use another.", "Use another"), "no end"),
            (GOOD.replace("RFC 2577", ""), "empty"),
            (GOOD.replace("readable", "rea\x1bdable"), "clean cells"),
        ]:
            with self.subTest(text=text):
                done, header = self.make(text)
                self.assertEqual(done.returncode, 1)
                self.assertIn(word, done.stderr)
                self.assertEqual(len(done.stderr.splitlines()), 1)
                self.assertIsNone(header)

    def test_committed(self):
        done, header = self.make((REGISTRY / "notes.tsv").read_text())
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertGreater(header.count("\n"), 300)

    def test_kinds_are_in_the_manual(self):
        names = self.make(GOOD)[1].split("kind_names")[1].split('"')[1::2]
        manual = " ".join((ROOT / "man" / "lsports.1").read_text().split())
        self.assertIn("Kinds are: " + ", ".join(names) + ".", manual)

    def test_kinds_are_in_the_order_of_the_header(self):
        names = self.make(GOOD)[1].split("kind_names")[1].split('"')[1::2]
        lines = (ROOT / "include" / "lsports" / "security.h").read_text().splitlines()
        kinds = [line.split()[0].rstrip(",") for line in lines if line.startswith("\tLSP_KIND_")]
        self.assertEqual(kinds[:-1], ["LSP_KIND_" + name.upper().replace("-", "_") for name in names])


if __name__ == "__main__":
    unittest.main()
