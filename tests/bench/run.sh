#!/bin/sh
# run.sh [--quick] [ROW...]: builds for speed, unpacks the peers, measures, prints one table, then what
# has a table of its own: spf, dnsbl, reply. These three may stand for a ROW too.
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

sh "$root/tests/servers/fetch.sh" "$peers" bench

quick=
rows=
parts=
for word in "$@"; do
    case $word in
    --quick) quick=--quick ;;
    spf | dnsbl | reply) parts="$parts $word" ;;
    *) rows="$rows $word" ;;
    esac
done
[ -n "$rows$parts" ] || parts="spf dnsbl reply"
failed=0

bench=$root/tests/bench
if [ -n "$rows" ] || [ "$#" = 0 ] || [ "$*" = --quick ]; then
    # shellcheck disable=SC2086
    python3 "$bench/bench.py" "$build/release" "$peers/root" "$build/work" $quick $rows || failed=1
fi
for part in $parts; do
    printf '\n%s\n' "$part"
    case $part in
    spf) python3 "$bench/spf.py" "$build/release" "$build/peers-spf" ${quick:+"$quick"} ;;
    dnsbl) python3 "$bench/dnsbl.py" "$build/release/cli/mailcheck" "$peers/root/usr/sbin/rbldnsd" ;;
    reply) "$build/release/tests/bench/bench_reply" "$root/tests/reply/replies.tsv" ;;
    esac || failed=1
done
exit "$failed"
