# Shared by the scripts beside this file: source it, do not run it.

say() { printf '%s\n' "$*" >&2; }
die() { say "$(basename "$0"): $*"; exit 1; }

# Prints the comment at the head of the script and ends, when an argument asks for help.
help_if_asked() {
    local argument
    for argument in "$@"; do
        case $argument in
        -h | --help) sed -n '2,/^set/{/^#/s/^# \{0,1\}//p;}' "$0"; exit 0 ;;
        esac
    done
}

need_swift() {
    command -v swift >/dev/null || die "no Swift toolchain found; install Swift 6.2 or later from swift.org"
}

# Packages are noted by need…, and installed by install_missing all at once.
missing_apt=()
missing_brew=()

# Notes packages as missing: missing DEBIAN-NAMES [HOMEBREW-NAMES]
missing() {
    local -a apt brew
    read -ra apt <<<"$1"
    read -ra brew <<<"${2:-}"
    missing_apt+=("${apt[@]}")
    if [ $# -gt 1 ]; then missing_brew+=("${brew[@]}"); fi
}

need_zlib() {
    clang -E -x c - <<<'#include <zlib.h>' >/dev/null 2>&1 || missing zlib1g-dev zlib
}

need_strace() {
    [ "$(uname)" != Linux ] || command -v strace >/dev/null || missing strace
}

# A program to download with, and the certificates of those who sign for servers.
need_download() {
    command -v curl >/dev/null || command -v wget >/dev/null || command -v python3 >/dev/null || missing curl curl
    [ ! -e /etc/debian_version ] || [ -e /etc/ssl/certs/ca-certificates.crt ] || missing ca-certificates
}

# strip and readelf look at static programs.
need_binutils() {
    [ "$(uname)" != Linux ] || { command -v strip && command -v readelf; } >/dev/null || missing binutils
}

# What runs the C kernels as on an aarch64.
need_emulator() {
    [ "$(uname -m)" = x86_64 ] && [ "$(uname)" = Linux ] || return 0
    command -v qemu-aarch64 >/dev/null || missing qemu-user
    command -v aarch64-linux-gnu-gcc >/dev/null || missing "gcc-aarch64-linux-gnu libc6-dev-arm64-cross"
}

# Python, and what makes a folder for its packages.
need_venv() {
    if ! command -v python3 >/dev/null; then missing "python3 python3-venv" python
    elif ! python3 -c 'import ensurepip, venv' 2>/dev/null; then missing python3-venv python
    fi
}

# Installs what is noted as missing; where that cannot be done, says what to do and ends.
install_missing() {
    if command -v apt-get >/dev/null; then
        [ ${#missing_apt[@]} = 0 ] || install_with_apt
    elif command -v brew >/dev/null; then
        [ ${#missing_brew[@]} = 0 ] || brew install "${missing_brew[@]}"
    elif [ ${#missing_apt[@]} -gt 0 ]; then
        die "neither apt-get nor brew found; install what Debian calls ${missing_apt[*]}, and start again"
    fi
    missing_apt=()
    missing_brew=()
}

install_with_apt() {
    local words="${missing_apt[*]}" log
    local by_hand="as root, and start again:
    apt-get update && apt-get install --no-install-recommends $words"
    local -a root=()
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null || die "packages are missing, and only root can install them. Run this $by_hand"
        say "sudo is asked to install $words."
        sudo -v || die "packages are missing, and sudo does not let this user install them. Run this $by_hand"
        root=(sudo)
    fi
    say "Installing $words …"
    log=$(mktemp)
    if ! { ${root[@]+"${root[@]}"} apt-get update -qq &&
        ${root[@]+"${root[@]}"} env DEBIAN_FRONTEND=noninteractive \
            apt-get install -y -qq --no-install-recommends "${missing_apt[@]}"; } >"$log" 2>&1; then
        tail -20 "$log" >&2
        rm -f "$log"
        die "the packages could not be installed (apt-get's last words are above). Run this $by_hand"
    fi
    rm -f "$log"
}

# Runs swift build, and says every ten seconds how far it is; when it fails, all that it said.
build() { # SWIFT-BUILD-OPTION…
    local log status=0
    log=$(mktemp)
    swift build "$@" 2>&1 | say_progress "$log" || status=$?
    [ $status = 0 ] || cat "$log" >&2
    rm -f "$log"
    [ $status = 0 ] || die "the build failed: swift build $*"
}

# Keeps standard input in LOG, and says its last step now and then, whether anything new comes or not.
say_progress() { # LOG
    local line step="" start=$SECONDS said=$SECONDS status
    local -a patience=(-t 5)
    # Older shells cannot tell that nothing came from that nothing will.
    [ "${BASH_VERSINFO[0]}" -ge 4 ] || patience=()
    while true; do
        status=0
        IFS= read -r ${patience[@]+"${patience[@]}"} line || status=$?
        if [ $status = 0 ]; then
            printf '%s\n' "$line" >>"$1"
            case $line in \[*/*\]*) step=$line ;; esac
        elif [ $status -le 128 ]; then
            break
        fi
        if [ $((SECONDS - said)) -ge 10 ]; then
            said=$SECONDS
            say "    $((said - start)) s: ${step:-fetching and planning}"
        fi
    done
}

# Links what a release build has compiled already as a static program, as -Xswiftc -static-executable would: compiling
# it all again takes minutes. Fails where that cannot be done.
#
# Errors are values in Swift, so nothing unwinds the stack: the tables for it, a tenth of the program, are left out.
link_static() { # PRODUCTS PROGRAM OUTPUT
    [ "$(uname)" = Linux ] && [ -e "$1/$2.product/Objects.LinkFileList" ] || return 1
    mkdir -p "$(dirname "$3")"
    echo 'SECTIONS { /DISCARD/ : { *(.eh_frame) } } INSERT AFTER .text;' >"$3.ld"
    swiftc -static-executable -use-ld=lld "@$1/$2.product/Objects.LinkFileList" -o "$3" -lz \
        -l_FoundationCollections -l_FoundationCShims \
        -Xlinker --no-eh-frame-hdr -Xlinker -T -Xlinker "$3.ld" \
        -Xlinker --gc-sections -Xlinker "--defsym=main=${2//-/_}_main" 2>/dev/null
}
