#!/bin/sh
# run.sh [BUILD] - builds lsports for a system without a backend: what is not platform is free of any system, says so
# when it cannot answer, and does all the rest. BUILD: a folder to keep; a temporary one otherwise.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
build=${1:-$work/build}
checks=0 wrong=0

# expect CODE "WHAT" COMMAND...: runs it, keeps $work/out and $work/err
expect() {
	want=$1 what=$2 code=0
	shift 2
	"$@" >"$work/out" 2>"$work/err" || code=$?
	holds "$what: exit $want, was $code" [ "$code" -eq "$want" ]
}

# holds "WHAT" TEST...
holds() {
	what=$1
	shift
	checks=$((checks + 1))
	if ! "$@"; then
		wrong=$((wrong + 1))
		echo "not so: $what" >&2
		sed 's/^/  | /' "$work/out" "$work/err" >&2
	fi
}

lines() {
	wc -l <"$1" | tr -d ' '
}

: >"$work/out" >"$work/err"
[ -f "$build/build.ninja" ] || meson setup "$build" "$here/../.." --cross-file "$here/cross.ini" -Dwerror=true >"$work/log" 2>&1 || {
	cat "$work/log" >&2
	exit 1
}
ninja -C "$build" >"$work/log" 2>&1 || {
	cat "$work/log" >&2
	exit 1
}
lsports=$build/lsports

for question in -l -a --pid --json -tulnp; do
	expect 5 "lsports $question" "$lsports" "$question"
	holds "lsports $question: one line on stderr" [ "$(lines "$work/err")" -eq 1 ]
	holds "lsports $question: it says why" grep -q '^lsports: .*no backend for this operating system' "$work/err"
	holds "lsports $question: nothing on stdout" [ ! -s "$work/out" ]
done
for question in "--kill 8000" "--kill --dry-run 8000" "--kill --json --force 8000" "--kill --ok-if-free 8000 9000"; do
	# shellcheck disable=SC2086 # several words
	expect 5 "lsports $question" "$lsports" $question
	holds "lsports $question: one line on stderr" [ "$(lines "$work/err")" -eq 1 ]
	holds "lsports $question: it says why" grep -q '^lsports: .*no backend for this operating system' "$work/err"
	holds "lsports $question: nothing on stdout" [ ! -s "$work/out" ]
done
expect 5 "lsports --next" "$lsports" --next
holds "lsports --next: it says why" grep -q '^lsports: .*no backend for this operating system' "$work/err"
expect 3 "lsports --why 80" "$lsports" --why 80
holds "lsports --why 80: it says why" grep -q '^80/tcp: unknown: .*no backend for this operating system' "$work/out"
for question in "--help" "--version" "--columns help"; do
	# shellcheck disable=SC2086 # two words
	expect 0 "lsports $question" "$lsports" $question
	holds "lsports $question: nothing on stderr" [ ! -s "$work/err" ]
	holds "lsports $question: an answer" [ -s "$work/out" ]
done
expect 0 "lsports --info 22" "$lsports" --info 22
holds "lsports --info 22: the facts" grep -q 'ssh: Secure Shell' "$work/out"
holds "lsports --info 22: it says what is not known" grep -q '^lsports: not known: what is on the ports now: ' "$work/err"
expect 2 "lsports 70000" "$lsports" 70000
holds "lsports 70000: one line that names it" grep -q "'70000'" "$work/err"

code=0
meson test -C "$build" --no-suite live --print-errorlogs >"$work/log" 2>&1 || code=$?
passed=$(sed -n 's/^Ok: *\([0-9]*\).*/\1/p' "$work/log")
holds "the hermetic tests pass" [ "$code" -eq 0 ]
holds "there are hermetic tests" [ "${passed:-0}" -ge 10 ]
[ "$code" -eq 0 ] || cat "$work/log" >&2

echo "none: $checks checks, $wrong wrong; ${passed:-0} hermetic tests passed"
[ "$wrong" -eq 0 ]
