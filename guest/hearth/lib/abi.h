/* SPDX-License-Identifier: ISC */
/* What kernel and programs agree upon: call numbers, errors, flags, addresses, structures. */
#ifndef ABI_H
#define ABI_H

enum abi_call {
#define SYSCALL(number, name) SYS_##name = number,
#include "syscall.def"
#undef SYSCALL
};

enum abi_error {
#define ERROR(number, name, text) E_##name = -number,
#include "errors.def"
#undef ERROR
};

/* open */
#define ABI_READ   0
#define ABI_WRITE  1 /* the file must exist */
#define ABI_CREATE 2 /* write; make the file if it isn't there, else empty it */
#define ABI_APPEND 4 /* each write goes to the end */

#define ABI_NAME  28   /* bytes of a file name with its 0 */
#define ABI_PATH  128  /* bytes of a path with its 0 */
#define ABI_ARGS  2048 /* bytes of all arguments of a program */
#define ABI_FILES 16   /* open files of a process */

#define ABI_SHARED 0x70000000u /* the page that share() maps */

struct abi_dirent {
    unsigned size;
    unsigned is_dir;
    char name[ABI_NAME];
};

struct abi_clock {
    unsigned seconds; /* since 1970 */
    unsigned nanoseconds;
    unsigned uptime_ms; /* since the kernel started */
    unsigned ticks;     /* time slices this process used up */
};

#define ABI_FRAME 4088 /* bytes of data in a frame of the network, at most */

/* A page. net_send looks at to, size and data. */
struct abi_frame {
    unsigned short from, to;
    unsigned size;
    char data[ABI_FRAME];
};

/* Status of a process that the kernel killed. */
#define ABI_KILLED 255

#endif
