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
labd=
trap '[ -z "$labd" ] || kill "$labd" 2>/dev/null || true; rm -rf "$lab"' EXIT INT TERM

start_lab() {
    "$build/tests/labd/labd" --with-parent --ca-out "$lab/ca.pem" --set "dns-port=$dns" \
        --set "smtp-port=$smtp" --set "https-port=$https" "$root/tests/labd/first-run.lab" \
        >"$lab/ready" &
    labd=$!
    tries=0
    until grep -qx ready "$lab/ready"; do
        tries=$((tries + 1))
        [ "$tries" -lt 100 ] && kill -0 "$labd" 2>/dev/null || return 1
        sleep 0.05
    done
}

# Where another lab has the ports, it is the next ones.
dns=5391 smtp=2591 https=8491
until start_lab; do
    [ "$dns" -lt 5399 ] || { echo "the lab did not start" >&2; exit 1; }
    dns=$((dns + 1)) smtp=$((smtp + 1)) https=$((https + 1))
done

for domain in healthy.example broken.example; do
    printf '\n$ mailcheck domain %s\n\n' "$domain"
    "$build/cli/mailcheck" domain "$domain" --resolver "127.0.0.1@$dns" --allow-private \
        --connect-to ":25::$smtp" --connect-to ":53::$dns" --connect-to ":443::$https" \
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
