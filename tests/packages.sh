# packages.sh: to be sourced. need_packages NAME... : installs what is missing, or says what to do.
# The machine's mail system stays as it is: none of these packages brings a server.

BUILD_PACKAGES="gcc libc6-dev meson ninja-build pkg-config libgnutls28-dev libunbound-dev \
libevent-dev libjansson-dev libidn2-dev libpsl-dev libexpat1-dev"
LAB_PACKAGES="check python3"
TEST_PACKAGES="g++ clang llvm libclang-rt-14-dev clang-format valgrind binutils procps iproute2 \
openssl uidmap"

missing_packages() {
    for package in "$@"; do
        dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed ||
            echo "$package"
    done
}

need_packages() {
    if ! command -v dpkg-query >/dev/null; then
        echo "this script installs packages by apt-get (Debian 12 and its kin); elsewhere install" >&2
        echo "the like of: $*" >&2
        exit 2
    fi
    missing=$(missing_packages "$@" | tr '\n' ' ')
    [ -n "$missing" ] || return 0
    if [ "$(id -u)" = 0 ]; then
        as_root=
    elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
        as_root=sudo
    else
        echo "These packages are missing: $missing" >&2
        echo "Install them once as root, then run this again (it needs root for nothing else):" >&2
        echo "    apt-get install --no-install-recommends $missing" >&2
        exit 2
    fi
    echo "Installing: $missing"
    $as_root apt-get update -qq
    # shellcheck disable=SC2086
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        $missing >/dev/null
}
