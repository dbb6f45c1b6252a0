#!/bin/sh
# fetch.sh DIRECTORY servers|peers|suite|bench|spf: packages of this Debian, unpacked below DIRECTORY/root.
# Nothing is installed: no package script runs, no server starts, the machine's mail system stays
# as it is. What is there already is not fetched again. Libraries the machine lacks come along.
set -eu
directory=$1
# A group holds packages, by commas, that could be installed together.
case $2 in
servers)
    groups="nsd,unbound,rbldnsd,gnutls-bin,ldnsutils,libldns3,postfix"
    groups="$groups exim4-daemon-light,exim4-base"
    ;;
peers)
    groups="swaks,libnet-ssleay-perl,libnet-dns-perl"
    groups="$groups sslscan,monitoring-plugins-basic,monitoring-plugins-common"
    ;;
bench)
    groups="nsd,rbldnsd,ldnsutils,libldns3,postfix"
    groups="$groups swaks,libnet-ssleay-perl monitoring-plugins-basic"
    ;;
suite | spf) # without what Python itself would bring
    groups=
    ;;
*) exit 2 ;;
esac
case $2 in
suite) only="python3-spf python3-yaml" ;; # the suite of SPF, and what reads it
spf) only="libspf2-2 libspf2-dev python3-spf python3-dns" ;;
*) only= ;;
esac
# What these packages need to be installed and kept, not to run.
left_out="adduser cpio cron cron-daemon-common debconf dmsetup dns-root-data exim4-config
iputils-ping libapparmor1 libargon2-1 libcryptsetup12 libdbus-1-3 libdevmapper1.02.1 libfdisk1
libip4tc2 libjson-c5 libkmod2 libsasl2-modules-db libsystemd-shared logrotate netbase openssl
sensible-utils ssl-cert systemd systemd-sysv"

if ! command -v apt-get >/dev/null || ! command -v dpkg >/dev/null; then
    echo "needs apt-get and dpkg: the servers are Debian's packages, unpacked" >&2
    exit 1
fi
[ ! -e "$directory/unpacked/$2" ] || exit 0
mkdir -p "$directory/deb" "$directory/root" "$directory/unpacked"
directory=$(cd "$directory" && pwd)
cd "$directory/deb"

update() {
    if [ "$(id -u)" != 0 ]; then
        echo "apt-get cannot find such packages; once, as root: apt-get update" >&2
        exit 1
    fi
    apt-get update -qq
}

# These packages, and those of their dependencies that are not installed.
list_wanted() {
    for group in $groups; do
        packages=$(echo "$group" | tr , ' ')
        echo "$packages" | tr ' ' '\n'
        # shellcheck disable=SC2086
        apt-get install --simulate --no-install-recommends $packages 2>/dev/null |
            sed -n 's/^Inst \([^ ]*\).*/\1/p'
    done | sort -u | grep -vxF "$(echo "$left_out" | tr -s ' ' '\n')"
}

list_missing() {
    for package in $wanted; do
        ls "${package}"_*.deb >/dev/null 2>&1 || echo "$package"
    done
}

[ "$(id -u)" != 0 ] || chmod 777 . # apt-get downloads as a user of its own
apt-cache show postfix >/dev/null 2>&1 || update
wanted=${only:-$(list_wanted)}
missing=$(list_missing)
# shellcheck disable=SC2086
if [ -n "$missing" ] && ! apt-get download -qq $missing 2>"$directory/fetch.log"; then
    update # a list too old names versions that are gone
    apt-get download -qq $(list_missing)
fi
for package in $wanted; do
    dpkg -x "${package}"_*.deb "$directory/root"
done
touch "$directory/unpacked/$2"
