#!/usr/bin/env bash
# wine.sh COMMAND [ARGUMENT...] - runs a command where programs for Windows run too, through wine-run beside this file:
# a Debian 13 with wine 10 (of Debian 12's wine 8 each listener has pid 0, so it would prove nothing).
#
# The command sees this machine's own files. It has network, processes and mounts of its own, so ports and tables are its
# alone and whatever it starts ends with it; wine's disk is a copy that is thrown away. Its exit code is ours.
# wine.sh alone only makes the root, some 2 GB and a minute, which is kept in ${XDG_CACHE_HOME:-~/.cache}/lsports.
# Needs root, mmdebstrap and a Debian mirror: the one that this machine's apt uses.
set -euo pipefail

release=trixie
edition=1 # of the recipe below: another number makes another root
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${XDG_CACHE_HOME:-~/.cache}/lsports
home=$cache/wine-$release-$edition
prefix=/var/wine # inside

die() {
	echo "wine.sh: $*" >&2
	exit 1
}

# make FOLDER: the root, with wine's disk in it. The mirror and how to reach it are what apt is told on this machine.
make() {
	local made=$1 mirror
	mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Label: Debian' 'Component: main' | head -n 1)
	[ -n "$mirror" ] || die "apt knows no Debian mirror here (run apt-get update first)"
	apt-config dump --format '%F "%v";%n' Acquire >"$made/apt.conf"
	mmdebstrap --quiet --variant=apt --include=wine64 --aptopt='APT::Install-Recommends "false"' \
		--aptopt="$made/apt.conf" --keyring=/usr/share/keyrings/debian-archive-keyring.gpg \
		"$release" "$made/root" "deb $mirror $release main" >&2
	mkdir -p "$made/root$prefix" "$made/run"
	export LSPORTS_WINE_ROOT=$made/root
	unshare --mount --pid --fork --kill-child bash -euc '
		mount -t proc proc "$1/proc"
		mount --rbind /dev "$1/dev"
		cd /
		"$2/wine-run" wineboot.exe --init
		unshare --root="$1" env WINEPREFIX="$3" /usr/lib/wine/wineserver64 -w' - "$made/root" "$here" "$prefix" \
		</dev/null >"$made/wineboot.log" 2>&1 || die "wineboot failed: $(cat "$made/wineboot.log")"
	[ -e "$made/root$prefix/system.reg" ] || die "wineboot left no registry: $(cat "$made/wineboot.log")"
}

[ "$(id -u)" -eq 0 ] || die "needs root, for namespaces of its own"
mkdir -p "$cache"
if [ ! -d "$home" ]; then
	command -v mmdebstrap >/dev/null || die "needs mmdebstrap: apt-get install mmdebstrap"
	exec 9>"$cache/lock"
	flock 9 # who comes second finds it made
	if [ ! -d "$home" ]; then
		made=$(mktemp -d "$cache/making.XXXXXX")
		trap 'rm -rf --one-file-system "$made"' EXIT
		chmod 755 "$made"
		make "$made"
		mv -T "$made" "$home" # whole or not at all
		trap - EXIT
	fi
	exec 9>&-
fi
[ $# -gt 0 ] || exit 0

# Started detached and before the command: services inherit the standard output of who needs them first, and a pipe
# would then stay open until they end. One program that only waits keeps them.
exec unshare --mount --net --pid --fork --kill-child --mount-proc bash -euc '
	home=$1 prefix=$2 here=$3
	shift 3
	run=$home/run view=$home/run/view
	mount -t tmpfs tmpfs "$run"
	mkdir "$run/changed" "$run/work" "$view"
	mount -t overlay overlay -o "lowerdir=$home/root,upperdir=$run/changed,workdir=$run/work" "$view"
	mount --make-unbindable "$run" # not into itself, when its place is bound below
	for place in /* /var/tmp; do
		case $place in
		/bin | /boot | /etc | /lib* | /lost+found | /proc | /run | /sbin | /sys | /usr | /var) continue ;;
		esac
		[ -d "$place" ] && [ ! -h "$place" ] || continue
		mkdir -p "$view$place"
		mount --rbind "$place" "$view$place"
	done
	mount -t proc proc "$view/proc"
	ip link set lo up
	export LSPORTS_WINE_ROOT=$view PATH=$here:$PATH
	unshare --root="$view" env WINEPREFIX="$prefix" /usr/lib/wine/wineserver64 -p </dev/null >/dev/null 2>&1
	(sleep infinity | wine-run cmd.exe >/dev/null 2>&1) &
	wine-run cmd.exe /c "net start" </dev/null >/dev/null 2>&1
	"$@"' - "$home" "$prefix" "$here" "$@"
