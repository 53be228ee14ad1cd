/* SPDX-License-Identifier: ISC */
/* What programs have: the system calls and a small library. */
#ifndef USER_H
#define USER_H

#include "abi.h"
#include "format.h"
#include "string.h"
#include "types.h"

/* System calls; README.md has the table. Negative: minus an error number. */
__attribute__((noreturn)) void sys_exit(int status);
int sys_spawn(const char *path, const char *const *argv);
int sys_fork(void);
int sys_wait(int pid, int *status);
int sys_getpid(void);
int sys_yield(void);
int sys_sleep(u32 milliseconds);
int sys_clock(struct abi_clock *clock);
int sys_open(const char *path, u32 flags);
int sys_close(int fd);
int sys_read(int fd, void *buffer, u32 size);
int sys_write(int fd, const void *data, u32 size);
int sys_size(int fd);
int sys_readdir(int fd, struct abi_dirent *entry);
int sys_remove(const char *path);
int sys_mkdir(const char *path);
int sys_pipe(int *fds); /* two: to read from, to write to */
int sys_sbrk(int bytes);
int sys_share(void);
int sys_cpu(void);
int sys_sync(void);
int sys_makefs(u32 disk);
int sys_kbench(u32 index, u32 iterations, u32 *checksum);
__attribute__((noreturn)) void sys_halt(u32 code);
int sys_panic(void);
int sys_net_send(const struct abi_frame *frame);
int sys_net_receive(struct abi_frame *frame, bool wait);
int sys_bug(u32 number);

/* lib.c */
void print(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
const char *error_text(int error);
void *memory(u32 bytes); /* page-aligned, cleared, never given back; null: none left */
u32 uptime_ms(void);
int run(const char *const *argv); /* spawn, wait; the status, or an error */

#endif
