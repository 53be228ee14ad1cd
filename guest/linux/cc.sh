#!/bin/sh
# SPDX-License-Identifier: ISC
# cc ARGS: the cross compiler with musl and our runtime for its library. build.sh fills in @WORDS@.
# It has no object of the cross compiler's own library, which is not for an R3000.
set -eu
libc=@LIBC@

# Does it link, or stop before?
links() {
    for word in "$@"; do
        case $word in
        -c | -S | -E | -M | -MM | -r | --version | -v | -print-* | -dump*) return 1 ;;
        esac
    done
}

set -- @FLAGS@ -nostdinc -isystem "$libc/include" -isystem "$(@GCC@ -print-file-name=include)" "$@"
if links "$@"; then
    set -- -static -nostdlib "$libc/lib/crt1.o" "$libc/lib/crti.o" -L"$libc/lib" "$@" \
        -Wl,--start-group -lc -lruntime -Wl,--end-group "$libc/lib/crtn.o"
fi
exec @GCC@ "$@"
