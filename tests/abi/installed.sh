#!/bin/sh
# installed.sh BUILD SOURCE: installs the build below itself, compiles SOURCE against that copy
# (shared, then static) and runs it.
set -eu
build=$1 source=$2
copy=$build/installed-copy
rm -rf "$copy"
DESTDIR=$copy meson install -C "$build" --no-rebuild >"$build/installed-copy.log" 2>&1 ||
    { cat "$build/installed-copy.log"; exit 1; }
pc=$(find "$copy" -name libmailcheck.pc)
prefix=$copy$(sed -n 's/^prefix=//p' "$pc")
export PKG_CONFIG_PATH="$(dirname "$pc")"
version=$(pkg-config --modversion libmailcheck)
libdir=$(pkg-config --define-variable=prefix="$prefix" --variable=libdir libmailcheck)
flags=$(pkg-config --define-variable=prefix="$prefix" --cflags --libs libmailcheck)
extra=$(grep -o -- '-fsanitize=[a-z,]*' "$build/build.ninja" | sort -u | head -n 1 || true)
# shellcheck disable=SC2086
${CC:-cc} $extra "-DEXPECTED_VERSION=\"$version\"" "$source" -o "$build/installed-shared" $flags
LD_LIBRARY_PATH=$libdir "$build/installed-shared"
readelf -d "$build/installed-shared" | grep -q 'NEEDED.*libmailcheck\.so\.0' ||
    { echo 'not linked to libmailcheck.so.0'; exit 1; }
# Statically to the copy, and dynamically to what it needs in turn.
private=$(pkg-config --print-requires-private libmailcheck)
flags=$(pkg-config --define-variable=prefix="$prefix" --cflags libmailcheck)
# shellcheck disable=SC2046,SC2086
${CC:-cc} $extra "-DEXPECTED_VERSION=\"$version\"" "$source" -o "$build/installed-static" $flags \
    -L"$libdir" -l:libmailcheck.a $(pkg-config --libs $private) -lpthread
"$build/installed-static"
