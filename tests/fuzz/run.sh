#!/bin/sh
# run.sh [SECONDS [TARGET...]]: builds the fuzz targets with clang and its sanitizers, and runs all of
# them, or those named, for SECONDS (3600) each. Prints a line a target; 1 when one found something.
# BUILD: where to build, and to keep what was found and the grown corpora (default: build-fuzz below
# the source). JOBS: how many run at once (default: a processor each).
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
here=$root/tests/fuzz
build=${BUILD:-$root/build-fuzz}
seconds=${1:-3600}
[ "$#" -eq 0 ] || shift

. "$root/tests/packages.sh"
# shellcheck disable=SC2086
need_packages $BUILD_PACKAGES $LAB_PACKAGES $TEST_PACKAGES

mkdir -p "$build/corpus"
if [ ! -f "$build/clang/build.ninja" ]; then
    CC=clang CXX=clang++ meson setup "$build/clang" "$root" -Dtests=enabled --werror -Dfuzzers=true \
        -Dsanitizers=true -Db_lundef=false >"$build/clang.log" 2>&1 || { cat "$build/clang.log"; exit 1; }
fi
ninja -C "$build/clang" --quiet all || exit 1

[ "$#" -gt 0 ] || set -- $(cd "$here" && ls ./*.c | sed 's|^./||; s|\.c$||')
export here build seconds
# shellcheck disable=SC2016
printf '%s\n' "$@" | xargs -P "${JOBS:-$(nproc)}" -I TARGET sh -c '
    seeds=$here/corpus/$1
    log=$build/$1.log
    mkdir -p "$build/corpus/$1"
    if [ -n "$(ls -A "$seeds" 2>/dev/null)" ] &&
        "$build/clang/tests/fuzz/fuzz_$1" -max_total_time="$seconds" -timeout=60 -rss_limit_mb=2048 \
            -max_len=32768 -print_final_stats=1 -artifact_prefix="$build/$1-" "$build/corpus/$1" \
            "$seeds" >"$log" 2>&1; then
        echo "ok $1: $(sed -n "s/^stat::number_of_executed_units: *//p" "$log") runs"
    else
        [ -d "$seeds" ] || echo "no seeds in $seeds" >"$log"
        echo "FAILED $1"
        tail -n 30 "$log"
        exit 1
    fi' sh TARGET
