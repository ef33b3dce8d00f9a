#!/usr/bin/env python3
# zip.py OUTPUT.ZIP LSPORTS.EXE LSPORTS.1 LICENSE - what a person on Windows unpacks: the program, its manual and the licence.
# Texts have the line ends and the name of a text there, and no letters that an editor could take for others.
# The same files give the same zip: it bears no date.
import re
import subprocess
import sys
import zipfile

output, program, manual, licence = sys.argv[1:]
text = subprocess.run(["mandoc", "-Tascii", "-Owidth=78", "-Ios=Windows", manual], check=True, capture_output=True, text=True).stdout
text = re.sub(".\b", "", text)  # bold and underlined, as typewriters did it


def lines(text):
    return text.replace("\n", "\r\n").encode("ascii")


with open(program, "rb") as file:
    binary = file.read()
with open(licence, encoding="utf-8") as file:
    licence_text = file.read()
with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as archive:
    for name, content in (("lsports.exe", binary), ("lsports.txt", lines(text)), ("LICENSE.txt", lines(licence_text))):
        archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
