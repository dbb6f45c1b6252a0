#!/bin/sh
# run.sh [--quick] [ROW...]: builds for speed, unpacks the peers, measures, prints one table.
# BUILD: where to build (default: build-bench below the source). Nothing is installed; everything
# talks on loopback only. Rows are measured in pairs, ours and the peer's by turns.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
build=${BUILD:-$root/build-bench}
peers=$build/peers

. "$root/tests/packages.sh"
# shellcheck disable=SC2086
need_packages $BUILD_PACKAGES $LAB_PACKAGES

mkdir -p "$build"
[ -f "$build/release/build.ninja" ] ||
    meson setup "$build/release" "$root" --buildtype=release -Dtests=enabled -Dexamples=false \
        >"$build/setup.log" 2>&1 || { cat "$build/setup.log"; exit 1; }
ninja -C "$build/release" bench >"$build/build.log" 2>&1 || { cat "$build/build.log"; exit 1; }

# The peers, as Debian builds them. What cannot be fetched leaves its rows out, and says so.
unpack() {
    [ -e "$peers/$1" ] && return 0
    mkdir -p "$peers/deb"
    (cd "$peers/deb" && apt-get download "$1" >"$1.log" 2>&1 && dpkg -x "$1"_*.deb "$peers/root") &&
        touch "$peers/$1" || echo "the package $1 cannot be fetched" >&2
}
for package in nsd ldnsutils libldns3 postfix swaks libnet-ssleay-perl monitoring-plugins-basic; do
    unpack "$package"
done

exec python3 "$root/tests/bench/bench.py" "$build/release" "$peers/root" "$build/work" "$@"
