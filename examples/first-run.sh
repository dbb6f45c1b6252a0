#!/bin/sh
# first-run.sh: installs what the build needs, builds, and diagnoses a healthy and a broken domain
# of the embedded lab: real DNS, SMTP and TLS over loopback, nothing beyond this machine.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
build=${BUILD:-$root/build}
. "$root/tests/packages.sh"
# shellcheck disable=SC2086
need_packages $BUILD_PACKAGES $LAB_PACKAGES

configure() {
    meson setup "$@" "$build" "$root" -Dtests=enabled >"${build}.log" 2>&1 ||
        { cat "${build}.log" >&2; exit 1; }
}
[ -f "$build/build.ninja" ] || configure
# A build directory that was set up without the lab gets it.
ninja -C "$build" -t query tests/labd/labd >/dev/null 2>&1 || configure --reconfigure
ninja -C "$build" --quiet cli/mailcheck tests/labd/labd

lab=$(mktemp -d)
"$build/tests/labd/labd" --with-parent --ca-out "$lab/ca.pem" --set dns-port=5391 \
    --set smtp-port=2591 --set https-port=8491 "$root/tests/labd/first-run.lab" >"$lab/ready" &
labd=$!
trap 'kill "$labd" 2>/dev/null || true; rm -rf "$lab"' EXIT INT TERM
tries=0
until grep -qx ready "$lab/ready"; do
    tries=$((tries + 1))
    [ "$tries" -lt 100 ] || { echo "the lab did not start" >&2; exit 1; }
    sleep 0.05
done

for domain in healthy.example broken.example; do
    printf '\n$ mailcheck domain %s\n\n' "$domain"
    "$build/cli/mailcheck" domain "$domain" --resolver 127.0.0.1@5391 --allow-private \
        --connect-to :25::2591 --connect-to :53::5391 --connect-to :443::8491 \
        --ca-file "$lab/ca.pem" || true
done

cat <<TEXT

That was the lab. For a domain of your own:

    $build/cli/mailcheck domain example.com          everything, in order of cause
    $build/cli/mailcheck dns example.com             records only; connects to no mail host
    $build/cli/mailcheck smtp mx.example.com -v      one dialogue, with its transcript
    $build/cli/mailcheck explain mx.none             what a finding means and how to fix it
    $build/cli/mailcheck --help                      the rest
TEXT
