# Shared by the scripts beside this file: source it, do not run it.

say() { printf '%s\n' "$*" >&2; }
die() { say "$(basename "$0"): $*"; exit 1; }

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; elif command -v sudo >/dev/null; then sudo "$@"; else
        die "'$*' needs root and there is no sudo; run it by hand and start again"
    fi
}

need_swift() {
    command -v swift >/dev/null || die "no Swift toolchain found; install Swift 6.2 or later from swift.org"
}

# Installs Debian or Homebrew packages: install_packages APT_NAMES -- BREW_NAMES
install_packages() {
    local apt=() brew=() side=apt word
    for word in "$@"; do
        if [ "$word" = -- ]; then side=brew; elif [ $side = apt ]; then apt+=("$word"); else brew+=("$word"); fi
    done
    if command -v apt-get >/dev/null; then
        say "Installing ${apt[*]} …"
        as_root apt-get update -qq >/dev/null
        DEBIAN_FRONTEND=noninteractive as_root apt-get install -y -qq "${apt[@]}" >/dev/null
    elif command -v brew >/dev/null; then
        brew install "${brew[@]}"
    else
        die "neither apt-get nor brew found; install the equivalent of: ${apt[*]}"
    fi
}

need_zlib() {
    local probe='#include <zlib.h>'
    if ! printf '%s\n' "$probe" | clang -E -x c - >/dev/null 2>&1; then
        install_packages zlib1g-dev -- zlib
    fi
}
