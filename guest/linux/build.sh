#!/bin/bash
# SPDX-License-Identifier: ISC
# build.sh DIR: Linux 6.1, musl and busybox of Debian's archive for the DECstation, in DIR:
# DIR/vmlinux and DIR/initramfs. What was made is kept and made again only if what it is made of
# has changed; after an interruption it goes on where it was. DIR/log/STEP.log is each step's
# output. Ends with 77 and a sentence if the archive does not offer the sources.
# No step needs root.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1/log" "$1/done"
dir=$(cd "$1" && pwd)
only=${2-} # run-STEP: this script calls itself
jobs=${JOBS-$(nproc)}
cross=mipsel-linux-gnu-
cflags=(-march=r3000 -mfp32 -mabi=32 -fno-pic -no-pie -Os -fno-stack-protector)
export LC_ALL=C

# ---- steps ----

# What a step's result depends on, as one word: how it is made, our files, and the steps before it.
key_of() { # NAME, then FILES and STEPS
    local part
    {
        declare -f "run_$1"
        echo "${cflags[@]}"
        shift
        for part in "$@"; do
            if [ -f "$here/$part" ]; then
                cat "$here/$part"
            else
                cat "$dir/done/$part"
            fi
        done
    } | sha256sum | cut -d' ' -f1
}

step() { # NAME SENTENCE DEPENDENCIES...
    local name=$1 sentence=$2 key start=$SECONDS status=0
    shift 2
    key=$(key_of "$name" "$@")
    if [ "$(cat "$dir/done/$name" 2>/dev/null)" = "$key" ]; then
        return
    fi
    rm -f "$dir/done/$name"
    printf 'linux: %s ... ' "$sentence"
    # a process of its own: set -e would not hold in a function whose status is asked for
    JOBS=$jobs bash "$here/build.sh" "$dir" "run-$name" >"$dir/log/$name.log" 2>&1 || status=$?
    if [ "$status" -eq 77 ]; then
        echo "skipped"
        tail -n 1 "$dir/log/$name.log"
        exit 77
    elif [ "$status" -ne 0 ]; then
        echo "failed"
        tail -n 15 "$dir/log/$name.log" | sed 's/^/    /'
        echo "linux: the whole of it is in $dir/log/$name.log"
        exit 1
    fi
    echo "$key" >"$dir/done/$name"
    echo "$((SECONDS - start)) s"
}

unavailable() { # SENTENCE
    echo "linux: $1"
    exit 77
}

# ---- sources ----

# Debian's own entries among those that this system installs packages from, as source entries.
source_entries() {
    apt-get indextargets --format '$(CREATED_BY)|$(ORIGIN)|$(REPO_URI)|$(RELEASE)|$(COMPONENT)' |
        awk -F'|' '$1 == "Packages" && $2 == "Debian" && $5 == "main" { print "deb-src", $3, $4, $5 }' |
        sort -u
}

# apt with lists of its own in our folder, so that the system's stay as they are.
apt_src() {
    apt-get -q -o Dir::Etc::SourceList="$dir/apt/sources.list" -o Dir::Etc::SourceParts=- \
        -o Dir::State::Lists="$dir/apt/lists" -o Dir::Cache="$dir/apt/cache" \
        -o Acquire::Languages=none -o APT::Sandbox::User= "$@"
}

get_source() { # PACKAGE: unpacked and with Debian's patches into DIR/src/PACKAGE
    rm -rf "$1"-*/ "$1"
    apt_src --only-source source "$1" || unavailable "the archive did not deliver the source of $1"
    mv "$1"-*/ "$1"
}

# Unpacked without what no build for this machine reads: half of it, by size.
get_kernel() {
    rm -f linux-source-*.deb
    apt-get -q -o APT::Sandbox::User= download linux-source-6.1 ||
        unavailable "the archive did not deliver linux-source-6.1"
    rm -rf kernel kernel.new
    mkdir kernel.new
    dpkg-deb --fsys-tarfile linux-source-*.deb |
        tar -xO --wildcards '*/linux-source-6.1.tar.xz' |
        xz -dc |
        tar -x -C kernel.new --strip-components=1 --exclude='*/drivers/gpu/*.[ch]' \
            --exclude='*/Documentation/*.rst' --exclude='*/Documentation/*.yaml' \
            --exclude='*/arch/*.dts*' --exclude='*/sound/*.[ch]' --exclude='*/tools/testing/*' \
            --exclude='*/tools/perf/*' --exclude='*/drivers/media/*.[ch]' \
            --exclude='*/drivers/staging/*.[ch]' --exclude='*/drivers/net/*.bin'
    mv kernel.new kernel
    rm -f linux-source-*.deb
}

run_sources() {
    command -v apt-get >/dev/null || unavailable "there is no apt-get: the sources are Debian's"
    mkdir -p "$dir/src" "$dir/apt/lists/partial" "$dir/apt/cache/archives/partial"
    cd "$dir/src"
    source_entries >"$dir/apt/sources.list"
    [ -s "$dir/apt/sources.list" ] ||
        unavailable "apt has no lists of Debian's archive: apt-get update brings them"
    apt-cache show linux-source-6.1 >/dev/null 2>&1 ||
        unavailable "the archive that apt is configured for has no linux-source-6.1"
    apt_src update || unavailable "no answer from the archive that apt is configured for"
    for package in musl busybox; do
        apt_src --only-source --print-uris source "$package" >/dev/null ||
            unavailable "the archive that apt is configured for has no source of $package"
        get_source "$package"
    done
    get_kernel
}

# ---- kernel ----

make_kernel() {
    make -C "$dir/src/kernel" O="$dir/kernel" ARCH=mips CROSS_COMPILE="$cross" \
        KBUILD_BUILD_USER=kuseg KBUILD_BUILD_HOST=kuseg KBUILD_BUILD_TIMESTAMP=2026-01-01 "$@"
}

run_kernel() {
    mkdir -p "$dir/kernel"
    make_kernel KCONFIG_ALLCONFIG="$here/kernel.config" allnoconfig
    # an option that was not taken is a mistake in our file
    if grep '^CONFIG' "$here/kernel.config" | grep -vxFf "$dir/kernel/.config"; then
        echo "linux: the kernel's configuration did not take these lines of guest/linux/kernel.config"
        return 1
    fi
    make_kernel -j"$jobs" vmlinux
    "${cross}strip" -g -o "$dir/vmlinux.new" "$dir/kernel/vmlinux"
    mv "$dir/vmlinux.new" "$dir/vmlinux"
}

# ---- userland ----

run_libc() {
    rm -rf "$dir/libc.work" "$dir/libc"
    mkdir -p "$dir/libc.work" "$dir/libc/lib"
    cd "$dir/libc.work"
    "${cross}gcc" "${cflags[@]}" -ffreestanding -Wall -Wextra -Werror -c "$here/runtime.c"
    "${cross}ar" rc "$dir/libc/lib/libruntime.a" runtime.o
    "$dir/src/musl/configure" --target=mipsel-linux-gnu --prefix="$dir/libc" --disable-shared \
        --disable-wrapper CC="${cross}gcc" CFLAGS="${cflags[*]}" LIBCC="$dir/libc/lib/libruntime.a"
    make -j"$jobs"
    make install
    make -C "$dir/src/kernel" O="$dir/libc.work/headers" ARCH=mips INSTALL_HDR_PATH="$dir/libc" \
        headers_install
    rm -rf "$dir/libc.work"
    sed -e "s|@GCC@|${cross}gcc|" -e "s|@LIBC@|$dir/libc|" -e "s|@FLAGS@|${cflags[*]}|" \
        "$here/cc.sh" >"$dir/libc/cc"
    chmod +x "$dir/libc/cc"
}

make_busybox() {
    make -C "$dir/src/busybox" O="$dir/busybox" ARCH=mips CROSS_COMPILE="$cross" CC="$dir/libc/cc" \
        SKIP_STRIP=y "$@"
}

# Every option as not set, but ours.
no_busybox() {
    grep -rhoE '^[[:space:]]*config [A-Z0-9_]+' "$dir/src/busybox" "$dir/busybox" --include='Config*.in' |
        sed 's/.*config \(.*\)/# CONFIG_\1 is not set/' | sort -u |
        grep -vwFf <(sed -n 's/^\(CONFIG_[A-Z0-9_]*\)=.*/# \1 is not set/p' "$here/busybox.config")
}

run_busybox() {
    rm -rf "$dir/busybox"
    mkdir -p "$dir/busybox"
    make_busybox allnoconfig # for its folders; its way of taking a fragment does not work
    no_busybox >"$dir/busybox/.config"
    grep '^CONFIG' "$here/busybox.config" >>"$dir/busybox/.config"
    yes '' 2>/dev/null | make_busybox oldconfig || [ "${PIPESTATUS[1]}" -eq 0 ]
    if grep '^CONFIG' "$here/busybox.config" | grep -vxFf "$dir/busybox/.config"; then
        echo "linux: busybox's configuration did not take these lines of guest/linux/busybox.config"
        return 1
    fi
    make_busybox -j"$jobs" busybox busybox.links
}

# ---- initramfs ----

run_initramfs() {
    local program link
    mkdir -p "$dir/bin"
    for program in "$here"/programs/*.c; do
        "$dir/libc/cc" -O2 -Wall -Wextra -Werror -s -o "$dir/bin/$(basename "$program" .c)" "$program" -lm
    done
    "${cross}strip" -o "$dir/bin/busybox" "$dir/busybox/busybox"
    {
        cat "$here/initramfs.list"
        echo "file /init $here/init 0755 0 0"
        echo "file /etc/udhcpc $here/udhcpc 0755 0 0"
        echo "file /etc/passwd $here/passwd 0644 0 0"
        echo "file /etc/group $here/group 0644 0 0"
        for program in "$dir/bin"/*; do
            echo "file /bin/$(basename "$program") $program 0755 0 0"
        done
        while read -r link; do
            echo "slink /bin/$(basename "$link") busybox 0777 0 0"
        done <"$dir/busybox/busybox.links"
    } >"$dir/initramfs.list"
    "$dir/kernel/usr/gen_init_cpio" -t 0 "$dir/initramfs.list" >"$dir/initramfs.new"
    mv "$dir/initramfs.new" "$dir/initramfs"
}

# ---- all of it ----

case $only in
run-*)
    set -x
    "run_${only#run-}"
    times # of the processor, as the last line
    exit
    ;;
esac

step sources "Debian's sources of Linux 6.1, musl and busybox"
step kernel "the kernel" kernel.config sources
step libc "the C library, musl" runtime.c cc.sh sources
step busybox "the programs, busybox" busybox.config libc
programs=("$here"/programs/*.c)
step initramfs "the file system it boots to" init udhcpc passwd group initramfs.list "${programs[@]#"$here/"}" busybox kernel
