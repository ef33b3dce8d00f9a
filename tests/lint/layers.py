#!/usr/bin/env python3
# layers.py BUILD [SOURCE] - who may call whom: the table of the rooms, held against what the code includes, what its
# libraries import, and what they keep in writable memory.
#
# Includes are read from the sources, symbols from the static libraries in the BUILD folder by nm and objdump. A room's
# library may import what is listed here and nothing else: not "no printing", but "only these".
import re
import subprocess
import sys
from pathlib import Path

STANDARD = set("""assert complex ctype errno fenv float inttypes iso646 limits locale math setjmp signal stdalign stdarg
    stdatomic stdbool stddef stdint stdio stdlib stdnoreturn string tgmath threads time uchar wchar wctype""".split())

# Of other rooms of src, a room may include these. Everybody may include include/lsports and what is the room's own.
MAY_INCLUDE = {
    "core": [],
    "registry": ["table.h", "notes.h"],  # made by the build
    "cli": ["core/filter.h", "core/mem.h", "core/scope.h"],
    "view": ["core/"],
    "act": ["core/"],
    "bind": ["core/"],
    "probe": ["core/"],
    "policy": ["core/", "view/sink.h", "view/escape.h"],
    "audit": ["core/", "probe/"],
    # src/*.c: main and what it is made of
    "": ["core/", "cli/", "view/", "registry/", "act/", "bind/", "probe/", "policy/", "audit/"],
}

# Whose functions a room's library may call beside its own.
MAY_CALL = {
    "core": [],
    "registry": [],
    "language": [],
    "cli": ["core", "registry", "language"],
    "view": ["core", "registry", "language"],
    "act": ["core", "language"],
    "bind": ["core"],
    "probe": ["core", "registry"],
    "policy": ["core", "view", "language"],
    "audit": ["core", "probe", "registry", "language"],
    "platform": ["core", "language"],
}

PURE = set("""abs bsearch calloc free malloc memchr memcmp memcpy memmove memset qsort realloc reallocarray snprintf
    strchr strcmp strcpy strcspn strlen strncmp strnlen strpbrk strrchr strspn strstr strtol strtoul strtoull vsnprintf
    """.split())

# What a single file may do that its room may not.
EXCEPT = {
    ("core", "mem"): {"exit", "fputs", "fwrite", "stderr"},  # out of memory ends the program, here alone
    ("view", "sink"): {"fwrite"},                            # a view writes to the FILE that it was given
}

PLATFORM_NEVER = set("""printf vprintf fprintf vfprintf dprintf vdprintf puts fputs putc fputc putchar fwrite perror psignal
    stdout stderr exit _exit _Exit quick_exit abort err errx warn warnx error""".split())

# Of the compiler, the linker and the sanitizers, not of the code.
MACHINERY = re.compile(r"^(_GLOBAL_OFFSET_TABLE_|__stack_chk_\w+|__(asan|ubsan|tsan|msan|sanitizer|gcov|llvm|sancov)_\w+|"
                       r"___asan\w+|__odr_asan[\w.]*|__start_\w+|__stop_\w+|__assert_fail|mcount|_mcount|__fentry__|"
                       r"__chkstk_ms|___chkstk_ms|__local_\w+)$")
SYSTEM_CONDITION = re.compile(r"^\s*#\s*(?:if|ifdef|ifndef|elif)\b.*\b(_WIN(?:32|64)|WIN32|__linux__?|linux|__APPLE__|__unix__|"
                              r"__MINGW\w*|_MSC_VER|__CYGWIN__|__(?:Free|Net|Open)BSD__|__sun|__ANDROID__|__GLIBC__)\b")
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')

faults = []


def fault(where, what):
    faults.append(f"{where}: {what}")


def includes_of(file):
    for number, line in enumerate(file.read_text().splitlines(), 1):
        found = INCLUDE.match(line)
        if found:
            yield number, found[1] == "<", found[2]


def is_contract(source, name):
    return name.startswith("lsports/") and (source / "include" / name).is_file()


def is_standard(name):
    return name.endswith(".h") and name[:-2] in STANDARD


def check_contract(source, file, number, angle, name):
    if angle and not is_standard(name):
        fault(f"{file}:{number}", f"<{name}> is no header of standard C")
    if not angle and not (file.parent / name).is_file():
        fault(f"{file}:{number}", f'"{name}" is none of the contracts')


def check_room(source, room, file, number, angle, name):
    if is_contract(source, name) or (angle and is_standard(name)):
        return
    if angle:
        fault(f"{file}:{number}", f"<{name}>: neither standard C nor a contract; the system is platform's affair")
    elif (file.parent / name).is_file() and "/" not in name:
        return
    elif not any(name == may or (may.endswith("/") and name.startswith(may)) for may in MAY_INCLUDE[room]):
        fault(f"{file}:{number}", f'"{name}": {room or "src"} may not include it')


def check_platform(source, file, number, angle, name):
    if is_contract(source, name):
        return
    if not angle and not (file.parent / name).is_file():
        fault(f"{file}:{number}", f'"{name}": platform includes contracts and its own headers only')
    if angle and file.parent.name == "none" and not is_standard(name):
        fault(f"{file}:{number}", f"<{name}>: the backend without a system includes standard C only")


def check_includes(source):
    count = 0
    for file in sorted([*source.glob("include/**/*.h"), *source.glob("src/**/*.[ch]"), *source.glob("platform/**/*.[ch]")]):
        top, *rest = file.relative_to(source).parts
        room = rest[0] if len(rest) > 1 else ""
        count += 1
        if top == "src" and room not in MAY_INCLUDE:
            fault(file, f"src/{room} is a room that layers.py does not know")
            continue
        for number, angle, name in includes_of(file):
            if top == "include":
                check_contract(source, file, number, angle, name)
            elif top == "src":
                check_room(source, room, file, number, angle, name)
            else:
                check_platform(source, file, number, angle, name)
        for number, line in enumerate(file.read_text().splitlines(), 1):
            if top != "platform" and SYSTEM_CONDITION.match(line):
                fault(f"{file}:{number}", "only platform/meson.build chooses a system")
    return count


def run(*words):
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout


def plain(symbol):
    """strlen of __strlen_chk (fortified), strtoul of __isoc23_strtoul; of Windows' C, vsnprintf of __mingw_vsnprintf and
    stderr, which is one of a table there."""
    symbol = re.sub(r"^__imp_|^__mingw_", "", symbol).replace("__acrt_iob_func", "stderr")
    symbol = re.sub(r"^__(\w+)_chk$", r"\1", symbol)
    return re.sub(r"^__isoc(?:99|23)_", "", symbol)


def object_of(line):
    """"mem" of "libcore.a:mem.c.o: U exit", also in thin archives with folders in the name."""
    return re.search(r"([\w-]+)\.c\.o(?:bj)?\b", line)[1]


def symbols_of(library):
    """(object, kind, symbol)"""
    for line in run("nm", "-A", library).splitlines():
        kind, symbol = line.split()[-2:]
        yield object_of(line), kind, symbol


def check_symbols(build):
    libraries = {path.stem[3:]: path for path in [*build.glob("src/*/lib*.a"), *build.glob("platform/*/lib*.a")]}
    missing = {"core", "registry", "cli", "view", "act", "platform", "language"} - set(libraries)
    for room in sorted(missing):
        fault(build, f"lib{room}.a is not there: build first")
    symbols = {room: list(symbols_of(path)) for room, path in libraries.items() if room in MAY_CALL}
    for room in sorted(set(libraries) - set(MAY_CALL)):
        fault(libraries[room], "is a room that layers.py does not know")
    defined = {room: {symbol for _, kind, symbol in all if kind in "TRDBWVC"} for room, all in symbols.items()}
    for room, all in symbols.items():
        known = defined[room].union(*(defined.get(other, set()) for other in MAY_CALL[room]))
        for unit, kind, symbol in all:
            if kind != "U" or symbol in known or MACHINERY.match(symbol):
                continue
            name = plain(symbol)
            if symbol.startswith("lsp_"):
                fault(f"{room}/{unit}", f"calls {symbol}, which is not of {', '.join([room, *MAY_CALL[room]])}")
            elif room in ("platform", "language"):
                if name in PLATFORM_NEVER:
                    fault(f"{room}/{unit}", f"uses {symbol}: a backend never prints and never exits")
            elif name not in PURE and name not in EXCEPT.get((room, unit), ()):
                fault(f"{room}/{unit}", f"uses {symbol}: {room} is pure")
    for room, path in libraries.items():
        check_globals(room, path)
    return len({(room, unit) for room, all in symbols.items() for unit, _, _ in all})


def check_globals(room, library):
    """Data that can be written is state that somebody shares. .data.rel.ro is const: pointers that the loader fills in."""
    unit = ""
    for line in run("objdump", "-t", library).splitlines():
        if ".c.o" in line and ":" in line:
            unit = object_of(line)
        found = re.match(r"^[0-9a-f]{8,16} (.{7}) (\S+)\s+[0-9a-f]+\s(?:\.hidden )?(\S+)$", line)
        if not found or "d" in found[1]:  # the symbol of the section itself
            continue
        section, symbol = found[2], found[3]
        if section.startswith((".data", ".bss", ".tdata", ".tbss", "*COM*", ".common")) and \
                not section.startswith(".data.rel.ro") and not MACHINERY.match(symbol):
            fault(f"{room}/{unit}", f"{symbol} in {section}: no globals but const tables")


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit("usage: layers.py BUILD [SOURCE]")
    source = Path(sys.argv[2] if len(sys.argv) > 2 else Path(__file__).resolve().parents[2])
    files = check_includes(source)
    units = check_symbols(Path(sys.argv[1]))
    print("\n".join(faults))
    print(f"layers: {files} files, {units} objects, {len(faults)} faults")
    sys.exit(1 if faults else 0)


main()
