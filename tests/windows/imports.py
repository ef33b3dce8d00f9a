#!/usr/bin/env python3
# imports.py PROGRAM.EXE - a program for people's machines needs nothing but what every Windows has: which DLLs it imports.
# SetConsoleMode and the like are of KERNEL32; the C runtime is msvcrt, which is part of Windows.
import re
import subprocess
import sys

SYSTEM = {"KERNEL32.dll", "msvcrt.dll", "IPHLPAPI.DLL", "WS2_32.dll", "ADVAPI32.dll", "ntdll.dll"}
# Where wine has only a stub that ends the program, and Windows 7 none: not to be imported by name.
NEVER = re.compile(r"\b(GetOwnerModuleFrom\w+|\w+PersistentTcpPortReservation|\w+PersistentUdpPortReservation)\b")

text = subprocess.run(["objdump", "-p", sys.argv[1]], check=True, capture_output=True, text=True).stdout
imported = set(re.findall(r"DLL Name: (\S+)", text))
faults = [f"{name} is no part of every Windows" for name in sorted(imported - SYSTEM)]
faults += [f"{name} is imported" for name in sorted(set(NEVER.findall(text)))]
if "KERNEL32.dll" not in imported:
    faults.append("no imports at all were read")
print(*faults, f"imports: {', '.join(sorted(imported))}, {len(faults)} faults", sep="\n")
sys.exit(len(faults) > 0)
