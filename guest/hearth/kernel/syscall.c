/* SPDX-License-Identifier: ISC */
/* System calls: from registers to the functions that do the work, and user pointers to our own. */
#include "syscall.h"

#include "abi.h"
#include "board.h"
#include "bug.h"
#include "clock.h"
#include "cpu.h"
#include "file.h"
#include "fs.h"
#include "hearthfs.h"
#include "kbench.h"
#include "mem.h"
#include "pipe.h"
#include "print.h"
#include "proc.h"
#include "sched.h"
#include "trap.h"
#include "vm.h"

struct syscall {
    struct proc *proc;
    struct trap_frame *frame;
    u32 a, b, c;
};

static int syscall_exit(const struct syscall *call)
{
    proc_exit((int)call->a);
}

static int syscall_copy_args(struct proc_args *args, struct vm_space *space, u32 argv)
{
    for (u32 i = 0;; i++) {
        u32 string;
        int length = vm_copy_in(space, &string, argv + 4 * i, 4);
        if (length || !string)
            return length;
        length = vm_copy_string(space, args->text + args->length, string, ABI_ARGS - args->length);
        if (length < 0)
            return length;
        args->length += (u32)length + 1;
        args->count++;
    }
}

static int syscall_spawn(const struct syscall *call)
{
    struct proc_args *args;
    char path[ABI_PATH];
    int result = vm_copy_string(call->proc->space, path, call->a, sizeof(path));

    if (result < 0)
        return result;
    args = mem_page();
    if (!args)
        return E_NOMEM;
    result = syscall_copy_args(args, call->proc->space, call->b);
    if (!result)
        result = proc_spawn(path, args);
    mem_free(args);
    return result;
}

static int syscall_fork(const struct syscall *call)
{
    return proc_fork(call->proc, call->frame);
}

static int syscall_wait(const struct syscall *call)
{
    int status = 0, pid = proc_wait((int)call->a, &status);

    if (pid > 0 && call->b &&
        vm_copy_out(call->proc->space, call->b, &status, sizeof(status), VM_WRITE))
        return E_FAULT;
    return pid;
}

static int syscall_getpid(const struct syscall *call)
{
    return (int)call->proc->pid;
}

static int syscall_yield(const struct syscall *call)
{
    (void)call;
    sched_yield();
    return 0;
}

static int syscall_sleep(const struct syscall *call)
{
    return clock_sleep(call->a);
}

static int syscall_clock(const struct syscall *call)
{
    struct abi_clock clock;

    clock_read(&clock);
    clock.ticks = call->proc->ticks;
    return vm_copy_out(call->proc->space, call->a, &clock, sizeof(clock), VM_WRITE);
}

static int syscall_new_fd(struct proc *proc, struct file *file)
{
    for (int fd = 0; fd < ABI_FILES; fd++)
        if (!proc->files[fd]) {
            proc->files[fd] = file;
            return fd;
        }
    file_close(file);
    return E_TOOMANY;
}

static struct file *syscall_file(const struct syscall *call)
{
    return call->a < ABI_FILES ? call->proc->files[call->a] : NULL;
}

static int syscall_open(const struct syscall *call)
{
    struct file *file;
    char path[ABI_PATH];
    int error = vm_copy_string(call->proc->space, path, call->a, sizeof(path));

    if (error < 0)
        return error;
    error = file_open(path, call->b, &file);
    return error ? error : syscall_new_fd(call->proc, file);
}

static int syscall_close(const struct syscall *call)
{
    struct file *file = syscall_file(call);

    if (!file)
        return E_BADFD;
    call->proc->files[call->a] = NULL;
    file_close(file);
    return 0;
}

static int syscall_read(const struct syscall *call)
{
    struct file *file = syscall_file(call);

    return file ? file_user(file, call->proc->space, call->b, call->c, false) : E_BADFD;
}

static int syscall_write(const struct syscall *call)
{
    struct file *file = syscall_file(call);

    return file ? file_user(file, call->proc->space, call->b, call->c, true) : E_BADFD;
}

static int syscall_size(const struct syscall *call)
{
    struct file *file = syscall_file(call);

    return file ? file_size(file) : E_BADFD;
}

static int syscall_readdir(const struct syscall *call)
{
    struct file *file = syscall_file(call);
    struct abi_dirent entry;
    int result;

    if (!file)
        return E_BADFD;
    result = file_readdir(file, &entry);
    if (result > 0 && vm_copy_out(call->proc->space, call->b, &entry, sizeof(entry), VM_WRITE))
        return E_FAULT;
    return result;
}

static int syscall_path(const struct syscall *call, int (*function)(const char *path))
{
    char path[ABI_PATH];
    int error = vm_copy_string(call->proc->space, path, call->a, sizeof(path));

    return error < 0 ? error : function(path);
}

static int syscall_remove(const struct syscall *call)
{
    return syscall_path(call, fs_remove);
}

static int syscall_mkdir(const struct syscall *call)
{
    return syscall_path(call, fs_mkdir);
}

static int syscall_pipe(const struct syscall *call)
{
    struct file *reader, *writer;
    int fds[2], error = pipe_open(&reader, &writer);

    if (error)
        return error;
    fds[0] = syscall_new_fd(call->proc, reader);
    fds[1] = syscall_new_fd(call->proc, writer);
    if (fds[0] < 0 || fds[1] < 0)
        error = E_TOOMANY;
    else if (vm_copy_out(call->proc->space, call->a, fds, sizeof(fds), VM_WRITE))
        error = E_FAULT;
    if (!error)
        return 0;
    for (int i = 0; i < 2; i++)
        if (fds[i] >= 0) {
            file_close(call->proc->files[fds[i]]);
            call->proc->files[fds[i]] = NULL;
        }
    return error;
}

static int syscall_sbrk(const struct syscall *call)
{
    return vm_sbrk(call->proc->space, (int)call->a);
}

static int syscall_share(const struct syscall *call)
{
    return vm_share(call->proc->space);
}

static int syscall_cpu(const struct syscall *call)
{
    (void)call;
    return (int)cpu_number();
}

/* Every operation is on the disk when it returns; see hearthfs.c. */
static int syscall_sync(const struct syscall *call)
{
    (void)call;
    return 0;
}

static int syscall_makefs(const struct syscall *call)
{
    return hearthfs_format(call->a);
}

static int syscall_kbench(const struct syscall *call)
{
    u32 checksum;
    int error = kbench_run(call->a, call->b, &checksum);

    if (error)
        return error;
    return vm_copy_out(call->proc->space, call->c, &checksum, sizeof(checksum), VM_WRITE);
}

static int syscall_halt(const struct syscall *call)
{
    print_halt(call->a);
}

static int syscall_panic(const struct syscall *call)
{
    print_panic(call->frame, "requested by process %u", call->proc->pid);
}

static int syscall_net_send(const struct syscall *call)
{
    struct abi_frame *frame = mem_page();
    int error = E_NOMEM;

    if (frame)
        error = vm_copy_in(call->proc->space, frame, call->a, sizeof(*frame));
    if (!error)
        error = board_net_send(frame);
    if (frame)
        mem_free(frame);
    return error;
}

static int syscall_net_receive(const struct syscall *call)
{
    struct abi_frame *frame = mem_page();
    int error = frame ? board_net_receive(frame, call->b) : E_NOMEM;

    if (!error)
        error = vm_copy_out(call->proc->space, call->a, frame, sizeof(*frame), VM_WRITE);
    if (frame)
        mem_free(frame);
    return error;
}

static int syscall_bug(const struct syscall *call)
{
    if (call->a)
        return E_INVALID;
    bug_list();
    return 0;
}

static int (*const syscall_table[])(const struct syscall *call) = {
#define SYSCALL(number, name) [number] = syscall_##name,
#include "syscall.def"
#undef SYSCALL
};

void syscall_do(struct proc *proc, struct trap_frame *frame)
{
    u32 number = frame->reg[TRAP_V0];
    struct syscall call = {proc, frame, frame->reg[TRAP_A0], frame->reg[TRAP_A0 + 1],
                           frame->reg[TRAP_A0 + 2]};

    cpu_self()->syscalls++;
    frame->reg[TRAP_V0] =
        (u32)(number < COUNT_OF(syscall_table) ? syscall_table[number](&call) : E_NOSYS);
}
