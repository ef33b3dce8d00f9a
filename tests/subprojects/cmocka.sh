#!/bin/sh
# cmocka.sh - fetches cmocka's source (Debian's source package, Apache-2.0) to where meson looks for it. Once is enough.
set -eu

cd "$(dirname "$0")"
file=$(sed -n 's/^source_filename = //p' cmocka.wrap) hash=$(sed -n 's/^source_hash = //p' cmocka.wrap)
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Label: Debian' 'Component: main' | head -n 1)
[ -n "$mirror" ] || {
	echo "cmocka.sh: apt knows no Debian mirror here (run apt-get update first)" >&2
	exit 1
}
echo "$hash  packagefiles/$file" | sha256sum --check --status 2>/dev/null ||
	/usr/lib/apt/apt-helper -o APT::Sandbox::User=root download-file "${mirror}pool/main/c/cmocka/$file" "packagefiles/$file" "SHA256:$hash" >/dev/null
