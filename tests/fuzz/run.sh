#!/bin/sh
# run.sh TARGET [SECONDS] - builds one target with clang's libFuzzer, ASan and UBSan and lets it search.
# New inputs go to the build folder (LSPORTS_FUZZ_DIR, else build-fuzz here in the repository), findings are named at
# the end. Worth keeping ones go to tests/fuzz/corpus/TARGET under a name that says what they are, minimised with
#   FOLDER/TARGET -minimize_crash=1 FILE    or    FOLDER/TARGET -merge=1 tests/fuzz/corpus/TARGET FOLDER/corpus/TARGET
set -eu

here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
[ $# -ge 1 ] && [ -f "$here/fuzz_$1.c" ] || {
	echo "usage: run.sh TARGET [SECONDS]; targets:" "$(cd "$here" && ls fuzz_*.c | sed 's/fuzz_//; s/\.c//' | tr '\n' ' ')" >&2
	exit 2
}
target=$1
seconds=${2:-60}
folder=${LSPORTS_FUZZ_DIR:-$top/build-fuzz}
mkdir -p "$folder/corpus/$target" "$folder/found" "$folder/src/registry"

python3 -B "$top/src/registry/table.py" "$top/src/registry/ports.tsv" "$folder/src/registry/table.h"
python3 -B "$top/src/registry/notes.py" "$top/src/registry/notes.tsv" "$folder/src/registry/notes.h"
sources=$(ls "$top"/src/core/*.c)
libraries=
case $target in
operand | command) sources="$sources $(ls "$top"/src/cli/*.c) $here/small_registry.c" ;;
escape) sources="$sources $(ls "$top"/src/view/*.c) $(ls "$top"/src/registry/*.c)" ;;
policy) sources="$sources $(ls "$top"/src/policy/*.c "$top"/src/view/*.c) $(ls "$top"/src/registry/*.c) $top/platform/none/language.c" ;;
probe) sources="$sources $(ls "$top"/src/probe/*.c) $top/src/registry/service.c" ;;
service) sources="$top/src/registry/service.c" ;;
diag | procnet | process | cgroup)
	sources="$sources $top/platform/linux/cgroup_parse.c $top/platform/linux/diag_parse.c $top/platform/linux/procnet_parse.c $top/platform/linux/procstat_parse.c"
	libraries=$(pkg-config --cflags --libs libmnl)
	;;
iptable) sources="$sources $top/platform/windows/iptable_parse.c" ;;
netsh) sources="$sources $top/platform/windows/netsh_parse.c" ;;
rtnl)
	sources="$sources $top/platform/linux/rtnl_parse.c"
	libraries=$(pkg-config --cflags --libs libnl-3.0)
	;;
esac
# shellcheck disable=SC2086 # lists of words
clang -std=c11 -D_GNU_SOURCE -g -O1 -fno-omit-frame-pointer -fsanitize=fuzzer,address,undefined \
	-fno-sanitize-recover=undefined -I"$top/include" -I"$top/src" -I"$top/platform/linux" -I"$top/platform/windows" -I"$folder/src/registry" \
	"$here/fuzz_$target.c" $sources $libraries -o "$folder/$target"

exec "$folder/$target" -max_total_time="$seconds" -timeout=10 -max_len=4096 -print_final_stats=1 \
	-artifact_prefix="$folder/found/$target-" "$folder/corpus/$target" "$here/corpus/$target"
