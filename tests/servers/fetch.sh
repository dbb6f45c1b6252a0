#!/bin/sh
# fetch.sh DIRECTORY servers|peers: packages of this Debian, unpacked below DIRECTORY/root.
# Nothing is installed: no package script runs, no server starts, the machine's mail system stays
# as it is. What is there already is not fetched again. Libraries the machine lacks come along.
set -eu
directory=$1
case $2 in
servers) groups="nsd,unbound,rbldnsd,gnutls-bin,ldnsutils,libldns3,postfix exim4-daemon-light,exim4-base" ;;
peers) groups="swaks,sslscan,monitoring-plugins-basic,monitoring-plugins-common" ;;
*) exit 2 ;;
esac
# Needed to install these packages, not to run them; and what would be a duplicate of the machine's.
left_out="adduser cpio debconf dns-root-data exim4-config iputils-ping logrotate ssl-cert openssl"

if ! command -v apt-get >/dev/null || ! command -v dpkg >/dev/null; then
    echo "needs apt-get and dpkg: the servers are Debian's packages, unpacked" >&2
    exit 1
fi
mkdir -p "$directory/deb" "$directory/root" "$directory/unpacked"
directory=$(cd "$directory" && pwd)
cd "$directory/deb"
[ ! -e "$directory/unpacked/$2" ] || exit 0

update() {
    if [ "$(id -u)" != 0 ]; then
        echo "apt-get knows no such packages; once, as root: apt-get update" >&2
        exit 1
    fi
    apt-get update -qq
}

# These packages, and those of their dependencies that are not installed. A group holds packages
# that could be installed together.
wanted() {
    for group in $groups; do
        packages=$(echo "$group" | tr , ' ')
        echo "$packages" | tr ' ' '\n'
        # shellcheck disable=SC2086
        apt-get install --simulate --no-install-recommends $packages 2>/dev/null |
            sed -n 's/^Inst \([^ ]*\).*/\1/p'
    done | sort -u | grep -vxF "$(echo "$left_out" | tr ' ' '\n')"
}

[ "$(id -u)" != 0 ] || chmod 777 . # apt-get downloads as a user of its own
apt-cache show postfix >/dev/null 2>&1 || update
missing=
for package in $(wanted); do
    set -- "${package}"_*.deb "$@"
    [ -f "$1" ] || missing="$missing $package"
    shift
done
# shellcheck disable=SC2086
if [ -n "$missing" ] && ! apt-get download -qq $missing 2>"$directory/fetch.log"; then
    update # a list too old names versions that are gone
    apt-get download -qq $missing
fi
for package in $(wanted); do
    dpkg -x "${package}"_*.deb "$directory/root"
done
touch "$directory/unpacked/$2"
