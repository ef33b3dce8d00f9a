#!/usr/bin/env python3
# language.py SOURCE XGETTEXT-WORD... - every text for people has a translation in every catalogue of src/po, none of them
# is doubtful or left over, and src/po/POTFILES names exactly the files that have texts. The words are those of
# src/po/meson.build. Needs gettext.
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

MARKED = re.compile(r'\b(?:_|N_|lsp_text_of)\(\s*"')
MADE = {"src/registry/notes.h"}  # by the build, of notes.tsv
REPAIR = "meson compile -C build lsports-update-po, then translate what is new in src/po/*.po"

faults = []


def fault(where, what):
    faults.append(f"{where}: {what}")


def run(*words):
    """What it said, on either stream."""
    done = subprocess.run(words, capture_output=True, text=True, env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"})
    return done.returncode, (done.stdout + done.stderr).strip()


def check_list(source, listed):
    """Which files are to be searched."""
    marked = {path.relative_to(source).as_posix() for room in ("src", "platform") for path in source.glob(room + "/**/*.[ch]")
              if MARKED.search(path.read_text())} | MADE
    for name in sorted(marked - set(listed)):
        fault("src/po/POTFILES", f"{name} has texts and is not listed")
    for name in sorted(set(listed) - marked):
        fault("src/po/POTFILES", f"{name} is listed and has no texts")


def texts_of(path):
    """The texts of a catalogue, and the files that they are in."""
    texts, places, open_text = {}, "", None
    for line in path.read_text().splitlines():
        if line.startswith("#: "):
            places += line[2:]
        elif line.startswith("msgid "):
            open_text = line[7:-1]
        elif line.startswith('"') and open_text is not None:
            open_text += line[1:-1]
        elif line.startswith(("msgid_plural ", "msgstr")) and open_text is not None:
            texts[open_text] = places.strip()
            places, open_text = "", None
    return texts


def check_catalogue(catalogue, wanted):
    code, said = run("msgfmt", "-c", "--statistics", "-o", "/dev/null", catalogue)
    if code != 0 or "untranslated" in said or "fuzzy" in said:
        fault(catalogue, said)
    there = texts_of(catalogue)
    for text in sorted(set(wanted) - set(there)):
        fault(wanted[text], f'"{text}" is not in {catalogue.name}')
    for text in sorted(set(there) - set(wanted)):
        fault(catalogue, f'"{text}" is said nowhere')
    if "#~" in catalogue.read_text():
        fault(catalogue, "keeps texts that are gone: msgattrib --no-obsolete")


def main():
    if len(sys.argv) < 3:
        sys.exit("usage: language.py SOURCE XGETTEXT-WORD...")
    source = Path(sys.argv[1])
    for tool in ("xgettext", "msgfmt", "msgmerge"):
        if shutil.which(tool) is None:
            print(f"{tool} is not installed: the catalogues were not checked")
            sys.exit(77)
    po = source / "src" / "po"
    listed = (po / "POTFILES").read_text().split()
    check_list(source, listed)
    languages = (po / "LINGUAS").read_text().split()
    with tempfile.TemporaryDirectory() as folder:
        template = Path(folder) / "lsports.pot"
        code, said = run("xgettext", "-k_", f"--files-from={po / 'POTFILES'}", f"--directory={source}", f"--output={template}",
                         *sys.argv[2:])
        if code != 0 or said:
            fault("xgettext", said)
        wanted = texts_of(template) if template.is_file() else {}
    for language in languages:
        check_catalogue(po / f"{language}.po", wanted)
    if len(wanted) < 300:
        fault("xgettext", f"{len(wanted)} texts cannot be all")
    print("\n".join(faults))
    if faults:
        print(f"to repair: {REPAIR}")
    print(f"language: {len(wanted) - 1} texts, {len(languages)} catalogues, {len(faults)} faults")
    sys.exit(1 if faults or not languages else 0)


main()
