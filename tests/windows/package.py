#!/usr/bin/env python3
# package.py LSPORTS.EXE PACKAGE.ZIP - what a person gets needs nothing but what every Windows has, and can be read there.
import re
import subprocess
import sys
import unittest
import zipfile

PROGRAM, PACKAGE = sys.argv[1:]
SYSTEM = {"KERNEL32.dll", "msvcrt.dll", "IPHLPAPI.DLL", "WS2_32.dll", "ADVAPI32.dll", "ntdll.dll"}
# wine has only stubs of these, and they end the program; GetProcAddress would find them too.
NEVER = re.compile(r"\bGetOwnerModuleFrom\w+|\b\w+Persistent(?:Tcp|Udp)PortReservation")


class Package(unittest.TestCase):
    def test_imports(self):
        text = subprocess.run(["objdump", "-p", PROGRAM], check=True, capture_output=True, text=True).stdout
        imported = set(re.findall(r"DLL Name: (\S+)", text))
        self.assertIn("KERNEL32.dll", imported)
        self.assertEqual(imported - SYSTEM, set())
        self.assertEqual(NEVER.findall(text), [])

    def test_same_again(self):
        """The same sources give the same bytes: no date in the head, and nothing to debug with."""
        with open(PROGRAM, "rb") as file:
            program = file.read()
        head = int.from_bytes(program[0x3c:0x40], "little")
        self.assertEqual(program[head:head + 4], b"PE\0\0")
        self.assertEqual(program[head + 8:head + 12], bytes(4), "TimeDateStamp")
        self.assertNotIn("debug", subprocess.run(["objdump", "-h", PROGRAM], check=True, capture_output=True, text=True).stdout)

    def test_files(self):
        with zipfile.ZipFile(PACKAGE) as archive:
            files = {name: archive.read(name) for name in archive.namelist()}
        self.assertEqual(sorted(files), ["LICENSE.txt", "lsports.exe", "lsports.txt"])
        with open(PROGRAM, "rb") as file:
            self.assertEqual(files["lsports.exe"], file.read())
        for name in ("lsports.txt", "LICENSE.txt"):
            text = files[name].decode("ascii")
            self.assertEqual(text.count("\n"), text.count("\r\n"), name)
            self.assertEqual(re.findall(r"[^\r\n -~]", text), [], name)
        self.assertIn(b"--kill", files["lsports.txt"])
        self.assertEqual(files["lsports.txt"].count(b"Debian"), 0)
        self.assertIn(b"MIT", files["LICENSE.txt"])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
