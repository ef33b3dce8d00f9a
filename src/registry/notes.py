#!/usr/bin/env python3
# notes.py - turns notes.tsv into the C table that security.c searches; run by the build.
#
# It does not repair: a file that is not sorted, notes a port twice or has an empty cell ends the build with one line.
#
#   notes.py notes.tsv notes.h
import sys

sys.dont_write_bytecode = True
import table  # noqa: E402
from table import Bad  # noqa: E402

# In the order of enum lsp_kind.
KINDS = """amplification database development directory discovery file-share finance game industrial iot legacy mail
    malware-habit management media messaging no-login plaintext printer proxy remote-control routing telephony vpn
    web""".split()


def kinds_of(text):
    kinds = text.split(",")
    for kind in kinds:
        if kind not in KINDS:
            raise Bad(f'unknown kind "{kind}"')
    if len(set(kinds)) != len(kinds):
        raise Bad("a kind is told twice")
    return sum(1 << KINDS.index(kind) for kind in kinds)


def expand(path):
    """notes.tsv as sorted [(low, high, protocol bits, note number)] and [(why, advice, source, kinds)]."""
    ranges, notes, taken, before = [], [], set(), (-1, "")
    for number, (ports, protos, kinds, why, advice, source) in table.read(path, 6):
        try:
            runs = [table.ports_of(run) for run in ports.split(",")]
            if (runs[0][0], protos) <= before:
                raise Bad("not sorted")
            before = (runs[0][0], protos)
            if not (why.endswith(".") and advice.endswith(".") and source):
                raise Bad("a cell is empty, or a sentence has no end")
            names = table.protos_of(protos)
            for low, high in runs:
                for key in ((proto, port) for proto in names for port in range(low, high + 1)):
                    if key in taken:
                        raise Bad(f"{key[1]}/{key[0]} is there twice")
                    taken.add(key)
                ranges.append((low, high, sum(1 << table.PROTOS[proto] for proto in names), len(notes)))
            notes.append((why, advice, source, kinds_of(kinds)))
        except Bad as bad:
            raise Bad(f"{path}:{number}: {bad}") from None
    if not notes:
        raise Bad(f"{path}: no rows")
    return sorted(ranges), notes


def text(ranges, notes):
    out = ["/* Made by notes.py from notes.tsv. */\n", "static const struct lsp_security_note notes[] = {\n"]
    # N_ is for xgettext: the catalogues have the sentences, not the names of sources
    out += [f'{{N_({table.literal(why)}"), N_({table.literal(advice)}"), {table.literal(source)}", {kinds:#x}}},\n'
            for why, advice, source, kinds in notes]
    out.append("};\n\n/* Sorted by port. */\nstatic const struct note_range ranges[] = {\n")
    out += [f"{{{low}, {high}, {protos}, {note}}},\n" for low, high, protos, note in ranges]
    out.append("};\n\nstatic const char *const kind_names[] = {\n")
    out += [f'N_("{kind}"),\n' for kind in KINDS]
    out.append("};\n")
    return "".join(out)


def main(argv):
    if len(argv) != 3:
        raise Bad("usage: notes.py notes.tsv notes.h")
    source = text(*expand(argv[1]))
    with open(argv[2], "w", encoding="ascii", newline="\n") as file:
        file.write(source)


if __name__ == "__main__":
    try:
        main(sys.argv)
    except (Bad, OSError, UnicodeDecodeError) as bad:
        sys.exit(f"notes.py: {bad}")
