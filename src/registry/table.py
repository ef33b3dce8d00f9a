#!/usr/bin/env python3
# table.py - turns ports.tsv into the C table that service.c searches; run by the build.
#
# The same file gives the same bytes. Nothing is fetched, and nothing is left to do when the program starts:
# no pointers, so no relocations; rows sorted by (protocol, port), names by their lower case.
# It does not repair: a file that is not sorted, or names a port twice, ends the build with one line.
#
#   table.py ports.tsv table.h
import re
import sys

PROTOS = {"tcp": 1, "udp": 2}  # enum lsp_proto
ORIGINS = {"iana": 1, "customary": 2}  # enum lsp_origin
CHUNK = 4096  # C11 5.2.4.1: a compiler need not take a longer string literal

NAME = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9][A-Za-z0-9-]*\Z")
ALIAS = re.compile(r"(?=.*[A-Za-z])[!-+\--~]+\Z")  # old registrations hold _ . / * +
PORTS = re.compile(r"(0|[1-9][0-9]{0,4})(?:-([1-9][0-9]{0,4}))?\Z")


class Bad(Exception):
    pass


def ports_of(text):
    match = PORTS.match(text)
    if not match:
        raise Bad(f'"{text}" is not a port or range')
    low = int(match[1])
    high = int(match[2]) if match[2] else low
    if high > 65535 or low > high or (match[2] and low == high):
        raise Bad(f'"{text}" is not a port or range')
    return low, high


def protos_of(text):
    protos = text.split(",")
    if protos != [p for p in PROTOS if p in protos]:
        raise Bad(f'"{text}" is not tcp, udp or tcp,udp')
    return protos


def read(path, columns):
    """The rows of a tab-separated file as (line number, cells); comment lines left out."""
    with open(path, encoding="utf-8", newline="\n") as file:
        text = file.read()
    if not text.endswith("\n"):
        raise Bad(f"{path}: cut off in the last line")
    for number, line in enumerate(text[:-1].split("\n"), 1):
        if line.startswith("#"):
            continue
        cells = line.split("\t")
        if len(cells) != columns or any(c != c.strip() or not c.isprintable() for c in cells):
            raise Bad(f"{path}:{number}: not {columns} clean cells")
        yield number, cells


def expand(path):
    """ports.tsv as sorted [(proto, port, name, aliases, description, origin)], ranges expanded."""
    rows, before = {}, (-1, "")
    for number, (ports, protos, name, aliases, description, origin) in read(path, 6):
        try:
            low, high = ports_of(ports)
            if (low, protos) <= before:
                raise Bad("not sorted")
            before = (low, protos)
            aliases = tuple(aliases.split(",")) if aliases else ()
            if not NAME.match(name) or not all(ALIAS.match(a) for a in aliases):
                raise Bad("bad name or alias")
            if len({a.lower() for a in (name, *aliases)}) != 1 + len(aliases):
                raise Bad("an alias is told twice")
            if origin not in ORIGINS:
                raise Bad(f'unknown origin "{origin}"')
            for proto in protos_of(protos):
                for port in range(low, high + 1):
                    if (PROTOS[proto], port) in rows:
                        raise Bad(f"{port}/{proto} is there twice")
                    rows[PROTOS[proto], port] = (name, aliases, description, ORIGINS[origin])
        except Bad as bad:
            raise Bad(f"{path}:{number}: {bad}") from None
    if not rows:
        raise Bad(f"{path}: no rows")
    return [(*key, *rows[key]) for key in sorted(rows)]


class Text:
    """All strings, each once. None crosses a chunk, so that a chunk is a literal every C11 compiler takes."""

    def __init__(self):
        self.chunks, self.offsets, self.used = [[]], {}, 0

    def add(self, string):
        if string not in self.offsets:
            size = len(string.encode()) + 1
            if size > CHUNK:
                raise Bad(f'"{string[:20]}…" is too long')
            if self.used + size > CHUNK:
                self.chunks.append([])
                self.used = 0
            self.offsets[string] = (len(self.chunks) - 1) * CHUNK + self.used
            self.chunks[-1].append(string)
            self.used += size
        return self.offsets[string]


def literal(string):
    plain = "".join(chr(b) if 32 <= b < 127 and chr(b) not in '"\\?' else f"\\{b:03o}" for b in string.encode())
    return f'"{plain}'


def table(rows):
    text = Text()
    services, names = [], []
    for proto, port, name, aliases, description, origin in rows:
        services.append(f"{{{port}, {proto}, {origin}, {text.add(name)}, {text.add(description)}}},\n")
        names += [(alias.lower(), len(services) - 1, text.add(alias)) for alias in (name, *aliases)]
    names.sort()
    starts = [next((i for i, row in enumerate(rows) if row[0] >= p), len(rows)) for p in (1, 2, 3)]
    out = ["/* Made by table.py from ports.tsv. */\n"]
    out.append(f"static const char text[][{CHUNK}] = {{\n")
    for chunk in text.chunks:
        # The last string of a chunk takes the literal's own NUL.
        out += [literal(s) + '\\0"\n' for s in chunk[:-1]] + [literal(chunk[-1]) + '",\n']
    out.append("};\n\nstatic const struct service_row rows[] = {\n")
    out += services
    out.append("};\n\n/* Where each protocol begins: rows[starts[p - 1]] up to rows[starts[p]]. */\n")
    out.append(f"static const uint16_t starts[] = {{{', '.join(map(str, starts))}}};\n\n")
    out.append("static const struct service_name names[] = {\n")
    out += [f"{{{offset}, {row}}},\n" for _, row, offset in names]
    out.append("};\n")
    return "".join(out)


def main(argv):
    if len(argv) != 3:
        raise Bad("usage: table.py ports.tsv table.h")
    source = table(expand(argv[1]))
    with open(argv[2], "w", encoding="ascii", newline="\n") as file:
        file.write(source)


if __name__ == "__main__":
    try:
        main(sys.argv)
    except (Bad, OSError, UnicodeDecodeError) as bad:
        sys.exit(f"table.py: {bad}")
