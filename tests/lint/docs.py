#!/usr/bin/env python3
# docs.py BINARY [SOURCE] - the program, its manual in each language, its completions and the README name the same options and
# columns: none is missing, none is made up. The program's own --help and "--columns help" are the truth, and the English
# manual is it for the sections of the others.
import re
import shutil
import subprocess
import sys
from pathlib import Path

KNOWN_TO_MDOC = ["NAME", "SYNOPSIS", "DESCRIPTION", "ENVIRONMENT", "EXIT STATUS", "EXAMPLES", "DIAGNOSTICS", "SEE ALSO",
                 "STANDARDS", "BUGS"]

faults = []


def fault(where, what):
    faults.append(f"{where}: {what}")


def ask(binary, *words):
    return subprocess.run([binary, *words], check=True, capture_output=True, text=True).stdout


class Program:
    def __init__(self, binary):
        self.longs, self.letters = set(), set()
        for line in ask(binary, "--help").splitlines():
            option = re.match(r"^  (?:-(\w))?(?:,)? +(?:--([\w-]+))?", line)
            if option and (option[1] or option[2]):
                self.letters |= {option[1]} - {None}
                self.longs |= {option[2]} - {None}
        self.columns = [line.split()[0] for line in ask(binary, "--columns", "help").splitlines()]

    def unknown(self, word):
        """Of "--name=value", "-tulnp" and "-i:8000" the part that is no option, or None."""
        long = re.match(r"^--([a-z][\w-]*)", word)
        if long:
            return None if long[1] in self.longs else "--" + long[1]
        cluster = re.match(r"^-([A-Za-z0-9]+)", word)
        for letter in cluster[1] if cluster else "":
            if letter not in self.letters:
                return "-" + letter
            if letter == "i":  # what hangs on to it is a port
                return None
        return None


def check_known(program, where, words):
    for word in words:
        unknown = program.unknown(word)
        if unknown:
            fault(where, f"'{word}': there is no option {unknown}")


def check_all_there(program, where, longs, letters):
    for name in sorted(program.longs - set(longs)):
        fault(where, f"option --{name} is missing")
    for letter in sorted(program.letters - set(letters)):
        fault(where, f"option -{letter} is missing")


def man_options(line):
    """The options that one mdoc macro line names: "Fl l , Fl Fl listen" are -l and --listen."""
    words, at = line.lstrip(".").split(), 0
    while at < len(words):
        if words[at] == "Fl":
            dashes = "-"
            while at + 1 < len(words) and words[at + 1] == "Fl":
                dashes += "-"
                at += 1
            if at + 1 < len(words) and re.match(r"^[\w-]+$", words[at + 1]):
                yield dashes + words[at + 1]
                at += 1
        elif words[at] == "Ql" and at + 1 < len(words) and re.match(r"^--?\w", words[at + 1]):
            yield words[at + 1]
            at += 1
        at += 1


def sections_of(path):
    """(macro, title, what is in it)"""
    return re.findall(r"^\.(Sh|Ss) (.*)\n((?:(?!\.S[hs] ).*\n)*)", path.read_text(), re.M)


def check_sections(path, english):
    """As many sections in the same order; those that mdoc(7) knows by name have that name in every language."""
    ours, theirs = sections_of(path), sections_of(english)
    for (macro, title, _), (their_macro, their_title, _) in zip(ours, theirs):
        if macro != their_macro or (their_title in KNOWN_TO_MDOC and title != their_title):
            fault(path, f"section {title} stands where {english} has {their_title}")
    if len(ours) != len(theirs):
        fault(path, f"{len(ours)} sections, {len(theirs)} in {english}")


def section_like(path, english, title):
    """What is in the section of path that stands where the English manual has that title."""
    at = [their_title for _, their_title, _ in sections_of(english)].index(title)
    return (sections_of(path) + [("", "", "")] * (at + 1))[at][2]


def check_man(program, path, english):
    text = path.read_text()
    lines = [line for line in text.splitlines() if line.startswith(".") and not line.startswith('.\\"')]
    named = [word for line in lines for word in man_options(line)]
    # an option is documented where a list says what it does, or in a sentence of its own among the habits
    habits = section_like(path, english, "Habits")
    explained = [word for line in lines if line.startswith(".It ") for word in man_options(line)]
    explained += [word for line in habits.splitlines() for word in man_options(line)]
    check_known(program, path, named)
    check_all_there(program, path, [word[2:] for word in explained if word.startswith("--")],
                    [word[1] for word in explained if len(word) == 2])
    columns = re.findall(r"^\.It (\w+)", section_like(path, english, "COLUMNS"), re.M)
    for name in sorted(set(program.columns) - set(columns)):
        fault(path, f"column {name} is missing")
    for name in sorted(set(columns) - set(program.columns)):
        fault(path, f"there is no column {name}")


def habits_of(binary):
    """Options that change nothing need not be completed."""
    accepted = ask(binary, "--help").split("Accepted from other tools:")
    return set(re.findall(r"^  -(\w)\s", accepted[1], re.M)) if len(accepted) > 1 else set()


def check_completions(program, binary, folder):
    idle = habits_of(binary)
    for name in ("lsports.bash", "_lsports", "lsports.fish"):
        path = folder / name
        text = "\n".join(line for line in path.read_text().splitlines() if not line.startswith("#"))
        if name == "lsports.bash":
            longs = re.findall(r"--([\w-]+)", re.search(r"options='([^']*)'", text)[1])
            letters = program.letters  # bash completes the long ones
        elif name == "_lsports":
            arguments = text[text.index("_arguments"):]
            longs = re.findall(r"(?<![\w(-])--([a-z][\w-]*)", re.sub(r"'\([^)]*\)'?", "", arguments))
            letters = re.findall(r"\{-(\w),", arguments)
        else:
            longs = re.findall(r"^complete .*-l ([\w-]+)", text, re.M)
            letters = re.findall(r"^complete .*-s (\w)", text, re.M)
        check_known(program, path, ["--" + long for long in longs] + ["-" + letter for letter in letters])
        check_all_there(program, path, longs, set(letters) | idle)
        for line in text.splitlines():  # what a completion itself asks of lsports
            for command in re.findall(r"(?<!-c )\blsports (-[^|)>]*)", line):
                check_command(program, path, command)


def check_command(program, where, command):
    words = command.split()
    check_known(program, where, [word for word in words if word.startswith("-")])
    for option, value in zip(words, words[1:]):
        if option == "--columns" and value != "help":
            for name in sorted(set(re.sub(r"[^\w,].*", "", value).split(",")) - {""} - set(program.columns)):
                fault(where, f"there is no column {name}")


def check_readme(program, path):
    code = re.findall(r"^```[^\n]*\n(.*?)^```", path.read_text(), re.M | re.S)
    spans = re.findall(r"(?<!`)`([^`\n]+)`(?!`)", path.read_text())
    commands = [line for block in code for line in block.splitlines()] + spans
    for command in commands:
        for ours in re.findall(r"(?:^|[\s/$(])lsports\s+((?:-|\d|:|tcp|udp)[^#|;&]*)", command):
            check_command(program, path, ours)
        if command.startswith("-") and command in spans:
            check_command(program, path, command)


def check_rules(source):
    """The manual explains each rule of --audit."""
    rules = re.findall(r'^\s+(?:\[LSP_RULE_\w+\] = )?\{"([a-z0-9-]+)", lsp_look_', (source / "src/audit/rules.c").read_text(), re.M)
    section = re.search(r"^\.Sh AUDIT$(.*?)^\.Sh ", (source / "man/lsports.1").read_text(), re.M | re.S)
    told = re.findall(r"^\.It ([\w-]+(?: , [\w-]+)*)$", section[1] if section else "", re.M)
    told = [word for words in told for word in words.split(" , ")]
    if len(rules) < 10:
        fault("src/audit/rules.c", f"{len(rules)} rules cannot be all")
    for name in sorted(set(rules) ^ set(told)):
        fault("man/lsports.1", f"rule {name}: in the table or in AUDIT alone")


def check_mandoc(path):
    if shutil.which("mandoc") is None:
        return "mandoc is not installed: the manual was not linted"
    lint = subprocess.run(["mandoc", "-Tlint", "-Wwarning", path], capture_output=True, text=True)
    for line in (lint.stdout + lint.stderr).splitlines():
        fault("mandoc", line)
    return "mandoc has nothing to say" if lint.returncode == 0 else "mandoc has something to say"


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit("usage: docs.py BINARY [SOURCE]")
    binary = str(Path(sys.argv[1]).resolve())
    source = Path(sys.argv[2] if len(sys.argv) > 2 else Path(__file__).resolve().parents[2])
    program = Program(binary)
    if len(program.longs) < 20 or len(program.columns) < 20:
        fault(binary, f"{len(program.longs)} options and {len(program.columns)} columns cannot be all")
    english = source / "man/lsports.1"
    for manual in [english, *sorted(source.glob("man/*/lsports.1"))]:
        check_sections(manual, english)
        check_man(program, manual, english)
        print(check_mandoc(manual))
    check_rules(source)
    check_completions(program, binary, source / "man")
    check_readme(program, source / "README.md")
    print("\n".join(faults))
    print(f"docs: {len(program.longs)} long options, {len(program.letters)} letters, {len(program.columns)} columns, "
          f"{len(faults)} faults")
    sys.exit(1 if faults else 0)


main()
