#!/bin/sh
# run.sh: installs what the tests need, builds every way there is, and runs every test.
#   the first run of examples/first-run.sh
#   gcc with AddressSanitizer and UndefinedBehaviorSanitizer: all tests
#   gcc without: all tests, and the unit tests and scenarios under valgrind
#   clang: warnings as errors; each fuzz target for FUZZ_SECONDS (5)
# BUILD: where to build (default: build-test below the source).
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
build=${BUILD:-$root/build-test}
fuzz_seconds=${FUZZ_SECONDS:-5}
. "$root/tests/packages.sh"
# shellcheck disable=SC2086
need_packages $BUILD_PACKAGES $LAB_PACKAGES $TEST_PACKAGES

# Where the real servers are unpacked, once for all builds.
export SERVERS_PACKAGES="${SERVERS_PACKAGES:-$build/servers}"

passed=0
failed=0

step() {
    printf '\n== %s\n' "$*"
}

setup() {
    name=$1
    shift
    rm -rf "${build:?}/$name"
    mkdir -p "$build"
    meson setup "$build/$name" "$root" -Dtests=enabled --werror "$@" >"$build/$name.log" 2>&1 ||
        { cat "$build/$name.log"; exit 1; }
    ninja -C "$build/$name" --quiet all || exit 1
}

# Counts what meson counted: Ok, Fail, Timeout; a skipped test is a failed one.
run_tests() {
    name=$1
    shift
    log=$build/$name.tests.log
    meson test -C "$build/$name" --no-rebuild --print-errorlogs "$@" >"$log" 2>&1 || true
    cat "$log"
    grep -q '^Ok:' "$log" || { failed=$((failed + 1)); return 0; }
    passed=$((passed + $(sed -n 's/^Ok: *//p' "$log")))
    grep -h 'cannot run here' "$build/$name/meson-logs/testlog.txt" || true
    for word in Fail 'Unexpected Pass' Skipped Timeout; do
        failed=$((failed + $(sed -n "s/^$word: *//p" "$log" | grep . || echo 0)))
    done
}

step 'layout'
if (cd "$root" && find lib include cli tests examples -name '*.[ch]' |
    xargs clang-format-14 --dry-run --Werror) >"${TMPDIR:-/tmp}/layout.$$" 2>&1; then
    passed=$((passed + 1))
else
    failed=$((failed + 1))
    grep 'warning\|error' "${TMPDIR:-/tmp}/layout.$$" | head -n 20
fi
rm -f "${TMPDIR:-/tmp}/layout.$$"

step 'first run'
mkdir -p "$build"
if BUILD=$build/first sh "$root/examples/first-run.sh" >"$build/first-run.log" 2>&1 &&
    grep -q ' healthy.example: ok' "$build/first-run.log" &&
    grep -q ' broken.example: error' "$build/first-run.log"; then
    passed=$((passed + 1))
else
    failed=$((failed + 1))
    tail -n 30 "$build/first-run.log"
fi

step 'gcc, sanitizers'
CC=gcc CXX=g++ setup sanitized -Dsanitizers=true
run_tests sanitized

step 'gcc'
CC=gcc CXX=g++ setup plain
run_tests plain
step 'gcc, valgrind'
export CK_FORK=no TEST_PATIENCE=5
run_tests plain --suite unit --suite scenario --timeout-multiplier 20 \
    --wrap 'valgrind -q --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite'
unset CK_FORK TEST_PATIENCE
grep -q ' / scenarios *OK' "$build/plain.tests.log" || failed=$((failed + 1))

step 'clang, fuzz targets'
rm -rf "${build:?}/clang"
BUILD=$build sh "$root/tests/fuzz/run.sh" "$fuzz_seconds" >"$build/fuzz.log" 2>&1 || failed=$((failed + 1))
cat "$build/fuzz.log"
passed=$((passed + $(grep -c '^ok ' "$build/fuzz.log" || true)))
failed=$((failed + $(grep -c '^FAILED ' "$build/fuzz.log" || true)))

printf '\n%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
