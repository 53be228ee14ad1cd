/* SPDX-License-Identifier: ISC */
/*
 * selftest: the kernel's promises to programs, one function each; prints what failed and
 * "selftest: N passed, M failed". Tests that need a disk are left out when there is none.
 */
#include "user.h"

#define SELFTEST_FILE "selftest.tmp"

static u32 selftest_passed, selftest_failed;
static char selftest_page[PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));

static void selftest_check(bool ok, const char *what, u32 line)
{
    if (ok) {
        selftest_passed++;
        return;
    }
    selftest_failed++;
    print("selftest: line %u: %s\n", line, what);
}

#define CHECK(condition) selftest_check(condition, #condition, __LINE__)

/* Run a function in a child process; its status. */
static int selftest_child(void (*function)(u32 argument), u32 argument)
{
    int status = -1, pid = sys_fork();

    if (pid == 0) {
        function(argument);
        sys_exit(0);
    }
    if (pid > 0)
        sys_wait(pid, &status);
    return status;
}

static bool selftest_all_zero(const char *bytes, u32 size)
{
    for (u32 i = 0; i < size; i++)
        if (bytes[i])
            return false;
    return true;
}

/* --- processes --- */

static void selftest_processes(void)
{
    int status, me = sys_getpid(), pid = sys_fork();

    if (pid == 0)
        sys_exit(sys_getpid() != me ? 7 : 8);
    CHECK(pid > me);
    CHECK(sys_wait(pid, &status) == pid);
    CHECK(status == 7);
    CHECK(sys_wait(pid, &status) == E_NOCHILD);
    CHECK(sys_wait(-1, &status) == E_NOCHILD);
    CHECK(run((const char *[]){"exit", "42", NULL}) == 42);
    CHECK(run((const char *[]){"/bin/no-such-program", NULL}) == E_NOENT);
    CHECK(run((const char *[]){"/bin", NULL}) == E_ISDIR);
    CHECK(run((const char *[]){"/sys/ps", NULL}) == E_NOEXEC);
}

/* A chain of n processes, each waiting for the next; the first gets their number. */
static void selftest_chain(u32 n)
{
    int status = 0, pid = 0;

    while (pid == 0 && n-- > 0)
        pid = sys_fork();
    if (pid == 0)
        sys_exit(0);
    sys_wait(pid, &status);
    sys_exit(status + 1);
}

/* Processes until there are no more; all must be gone afterwards. */
static void selftest_many_processes(void)
{
    u32 started = 0;
    int status, pid;

    CHECK(selftest_child(selftest_chain, 3) == 3);
    while ((pid = sys_fork()) > 0)
        started++;
    if (pid == 0)
        sys_exit(0);
    CHECK(pid == E_TOOMANY || pid == E_NOMEM);
    for (u32 i = 0; i < started; i++)
        CHECK(sys_wait(-1, &status) > 0 && status == 0);
    CHECK(sys_wait(-1, &status) == E_NOCHILD);
}

static void selftest_bad_calls(void)
{
    CHECK(sys_write(77, "x", 1) == E_BADFD);
    CHECK(sys_read(-1, selftest_page, 1) == E_BADFD);
    CHECK(sys_write(0, "x", 1) == E_BADFD); /* open for reading */
    CHECK(sys_write(1, (const char *)0x80000000u, 4) == E_FAULT);
    CHECK(sys_write(1, NULL, 4) == E_FAULT);
    CHECK(sys_open((const char *)0x80000000u, ABI_READ) == E_FAULT);
    CHECK(sys_clock((struct abi_clock *)0x00400000) == E_FAULT); /* our code: read-only */
    CHECK(sys_pipe((int *)4) == E_FAULT);
    CHECK(sys_spawn("/bin/exit", (const char *const *)0x10) == E_FAULT);
    CHECK(sys_close(15) == E_BADFD);
    CHECK(sys_makefs(99) == E_NODEV);
}

/* --- memory --- */

static void selftest_memory(void)
{
    u32 size = 16 * PAGE_SIZE;
    char *block = memory(size);

    CHECK(block != NULL && ((u32)block & PAGE_MASK) == 0);
    CHECK(selftest_all_zero(block, size));
    memset(block, 0x55, size);
    CHECK(sys_sbrk(-(int)size) == (int)(block + size));
    CHECK(memory(size) == block);
    CHECK(selftest_all_zero(block, size)); /* not what was there before */
    CHECK(sys_sbrk(-(int)size) > 0);
    CHECK(sys_sbrk(-0x10000000) == E_INVALID);
    CHECK(sys_sbrk(0x7fffffff) == E_NOMEM);
}

/* Down into pages of the stack that weren't there yet. */
static u32 selftest_deep(u32 n)
{
    volatile char room[1024];

    room[0] = (char)n;
    return n ? selftest_deep(n - 1) + (u8)room[0] - (u8)n : 5;
}

static void selftest_read(u32 address)
{
    (void)*(volatile u32 *)address;
}
static void selftest_write(u32 address)
{
    *(volatile u32 *)address = 1;
}
static void selftest_jump(u32 address)
{
    ((void (*)(void))address)();
}
static void selftest_stack_overflow(u32 n)
{
    selftest_deep(n);
}
static void selftest_break(u32 n)
{
    (void)n;
    __asm__ volatile("break");
}
static void selftest_illegal(u32 n)
{
    (void)n;
    __asm__ volatile(".word 0x7c000000");
}
static void selftest_privileged(u32 n)
{
    (void)n;
    __asm__ volatile("mtc0 $0, $12");
}
static void selftest_overflow(u32 n)
{
    __asm__ volatile("add $2, %0, %0" : : "r"(n) : "$2");
}

/* Each of these kills the child and nobody else. */
static void selftest_isolation(void)
{
    print("selftest: 13 processes will be killed\n");
    CHECK(selftest_child(selftest_read, 0x80000000u) == ABI_KILLED);
    CHECK(selftest_child(selftest_write, 0x80001000u) == ABI_KILLED);
    CHECK(selftest_child(selftest_write, 0xbfe00000u) == ABI_KILLED);
    CHECK(selftest_child(selftest_write, 0xc0000000u) == ABI_KILLED);
    CHECK(selftest_child(selftest_read, 0) == ABI_KILLED);
    CHECK(selftest_child(selftest_read, 0x00400002u) == ABI_KILLED);
    CHECK(selftest_child(selftest_write, 0x00400000u) == ABI_KILLED);
    CHECK(selftest_child(selftest_jump, 0x00800000u) == ABI_KILLED);
    CHECK(selftest_child(selftest_stack_overflow, 9000) == ABI_KILLED);
    CHECK(selftest_child(selftest_break, 0) == ABI_KILLED);
    CHECK(selftest_child(selftest_illegal, 0) == ABI_KILLED);
    CHECK(selftest_child(selftest_privileged, 0) == ABI_KILLED);
    CHECK(selftest_child(selftest_overflow, 0x7fffffffu) == ABI_KILLED);
    CHECK(selftest_deep(40) == 5);
}

static void selftest_change(u32 value)
{
    selftest_page[0] = (char)value;
    sys_exit(selftest_page[0]);
}

static void selftest_copies(void)
{
    selftest_page[0] = 1;
    CHECK(selftest_child(selftest_change, 9) == 9);
    CHECK(selftest_page[0] == 1);
}

/* --- time and preemption --- */

static void selftest_spin(u32 address)
{
    volatile u32 *flag = (volatile u32 *)address;

    while (!*flag)
        ;
}

/* Processes that spin until this one, which must get its turn, lets them go. */
static void selftest_preemption(void)
{
    volatile u32 *flag = (volatile u32 *)sys_share();
    int status, children = 0;

    *flag = 0;
    for (; children < 3; children++) {
        int pid = sys_fork();
        if (pid < 0)
            break;
        if (pid == 0) {
            selftest_spin((u32)flag);
            sys_exit(0);
        }
    }
    CHECK(children > 0);
    sys_yield();
    for (volatile u32 i = 0; i < 300000; i++)
        ;
    *flag = 1;
    for (; children > 0; children--)
        CHECK(sys_wait(-1, &status) > 0 && status == 0);
}

static void selftest_time(void)
{
    u32 before = uptime_ms();
    int error = sys_sleep(50);

    CHECK(error == 0 || error == E_NODEV);
    if (!error)
        CHECK(uptime_ms() - before >= 50);
}

/* --- pipes --- */

static void selftest_pipe_writer(u32 fd)
{
    for (u32 i = 0; i < 3000; i++)
        if (sys_write((int)fd, &i, sizeof(i)) != sizeof(i))
            sys_exit(1);
}

static void selftest_pipes(void)
{
    int fds[2], status, pid;
    u32 value, expected = 0;

    CHECK(sys_pipe(fds) == 0);
    pid = sys_fork();
    if (pid == 0) {
        selftest_pipe_writer((u32)fds[1]);
        sys_exit(0);
    }
    sys_close(fds[1]);
    while (sys_read(fds[0], &value, sizeof(value)) == sizeof(value) && value == expected)
        expected++;
    CHECK(expected == 3000);
    CHECK(sys_wait(pid, &status) == pid && status == 0);
    sys_close(fds[0]);
    CHECK(sys_pipe(fds) == 0);
    sys_close(fds[0]);
    CHECK(sys_write(fds[1], "x", 1) == E_PIPE);
    sys_close(fds[1]);
}

/* --- several CPUs --- */

static u32 selftest_load_linked(volatile u32 *word)
{
    u32 value;

    __asm__ volatile(".set push\n\t.set mips32\n\tll %0, %1\n\t.set pop"
                     : "=r"(value)
                     : "R"(*word)
                     : "memory");
    return value;
}

static bool selftest_store_conditional(volatile u32 *word, u32 value)
{
    __asm__ volatile(".set push\n\t.set mips32\n\tsc %0, %1\n\t.set pop"
                     : "+r"(value), "+R"(*word)
                     :
                     : "memory");
    return value;
}

static void selftest_add(volatile u32 *word, u32 value)
{
    while (!selftest_store_conditional(word, selftest_load_linked(word) + value))
        ;
}

static void selftest_or(volatile u32 *word, u32 bits)
{
    while (!selftest_store_conditional(word, selftest_load_linked(word) | bits))
        ;
}

static u32 selftest_count_cpus(void)
{
    char text[PAGE_SIZE];
    int fd = sys_open("/sys/cpus", ABI_READ), n = sys_read(fd, text, sizeof(text));
    u32 lines = 0;

    for (int i = 0; i < n; i++)
        lines += text[i] == '\n';
    sys_close(fd);
    return lines - 1;
}

/* The R3000 itself does not; then the child is killed. */
static bool selftest_can_link(void)
{
    u32 word = 0;
    int status, pid = sys_fork();

    if (pid == 0)
        sys_exit((int)selftest_load_linked(&word));
    return sys_wait(pid, &status) == pid && status == 0;
}

/* shared[0]: a counter; [1]: a bit for each CPU that took part; [2]: those to wait for. */
static void selftest_smp_child(volatile u32 *shared)
{
    for (u32 i = 0; i < 2000; i++)
        selftest_add(&shared[0], 1);
    for (u32 i = 0; i < 10000 && shared[2] && shared[1] != shared[2]; i++) {
        selftest_or(&shared[1], 1u << sys_cpu());
        for (volatile u32 j = 0; j < 100; j++)
            ;
    }
    sys_exit(0);
}

static void selftest_smp(void)
{
    volatile u32 *shared = (volatile u32 *)sys_share();
    u32 cpus = selftest_count_cpus(), children = 0;
    int status, pid;

    if (!selftest_can_link()) {
        print("selftest: the CPU has no ll and sc: shared counters left out\n");
        return;
    }
    shared[0] = shared[1] = 0;
    shared[2] = cpus == 32 ? ~0u : (1u << cpus) - 1;
    while (children < cpus + 2 && (pid = sys_fork()) >= 0) {
        if (pid == 0)
            selftest_smp_child(shared);
        children++;
    }
    CHECK(children > 0);
    if (children < cpus) /* too little memory: not all can take part */
        shared[2] = 0;
    for (u32 i = 0; i < children; i++)
        CHECK(sys_wait(-1, &status) > 0 && status == 0);
    CHECK(shared[0] == 2000 * children);
    if (shared[2])
        CHECK(shared[1] == shared[2]);
}

/* --- files --- */

static char selftest_byte(u32 i)
{
    return (char)(i * 7 + (i >> 9));
}

static void selftest_write_file(u32 size)
{
    int fd = sys_open(SELFTEST_FILE, ABI_CREATE);

    CHECK(fd >= 0);
    for (u32 done = 0; done < size;) {
        u32 n = min_u32(size - done, PAGE_SIZE);
        for (u32 i = 0; i < n; i++)
            selftest_page[i] = selftest_byte(done + i);
        CHECK(sys_write(fd, selftest_page, n) == (int)n);
        done += n;
    }
    CHECK(sys_size(fd) == (int)size);
    CHECK(sys_close(fd) == 0);
}

static void selftest_read_file(u32 size)
{
    int fd = sys_open(SELFTEST_FILE, ABI_READ), n;
    u32 done = 0, bad = 0;

    while ((n = sys_read(fd, selftest_page, 777)) > 0)
        for (int i = 0; i < n; i++, done++)
            bad += selftest_page[i] != selftest_byte(done);
    CHECK(n == 0 && done == size && bad == 0);
    CHECK(sys_remove(SELFTEST_FILE) == E_BUSY);
    CHECK(sys_close(fd) == 0);
}

static void selftest_directories(void)
{
    struct abi_dirent entry;
    int fd;

    CHECK(sys_mkdir("selftest.dir") == 0);
    CHECK(sys_mkdir("selftest.dir") == E_EXISTS);
    CHECK(sys_open("selftest.dir", ABI_CREATE) == E_ISDIR);
    fd = sys_open("selftest.dir/inner", ABI_CREATE);
    CHECK(fd >= 0 && sys_write(fd, "123", 3) == 3 && sys_close(fd) == 0);
    CHECK(sys_remove("selftest.dir") == E_NOTEMPTY);
    fd = sys_open("selftest.dir", ABI_READ);
    CHECK(sys_readdir(fd, &entry) == 1 && entry.size == 3 && strcmp(entry.name, "inner") == 0);
    CHECK(sys_readdir(fd, &entry) == 0);
    CHECK(sys_read(fd, selftest_page, 10) == E_ISDIR);
    sys_close(fd);
    CHECK(sys_open("selftest.dir/inner/x", ABI_READ) == E_NOTDIR);
    CHECK(sys_open("selftest.dir/../x", ABI_READ) == E_NAME);
    CHECK(sys_remove("selftest.dir/inner") == 0);
    CHECK(sys_remove("selftest.dir") == 0);
    CHECK(sys_open("selftest.dir", ABI_READ) == E_NOENT);
}

static void selftest_files(void)
{
    int fd = sys_open(SELFTEST_FILE, ABI_CREATE);

    if (fd == E_NOENT || fd == E_NOFS || fd == E_NODEV) {
        print("selftest: no disk with a file system: files left out\n");
        return;
    }
    sys_close(fd);
    selftest_write_file(0);
    selftest_write_file(100);
    selftest_read_file(100);
    selftest_write_file(72000); /* well into the double indirect block */
    selftest_read_file(72000);
    fd = sys_open(SELFTEST_FILE, ABI_APPEND);
    CHECK(sys_write(fd, "abc", 3) == 3 && sys_size(fd) == 72003);
    sys_close(fd);
    CHECK(sys_remove(SELFTEST_FILE) == 0);
    CHECK(sys_remove(SELFTEST_FILE) == E_NOENT);
    selftest_directories();
}

static void selftest_other_file_systems(void)
{
    int fd = sys_open("/bin/exit", ABI_READ);

    CHECK(fd >= 0 && sys_read(fd, selftest_page, 4) == 4);
    CHECK(memcmp(selftest_page, "\177ELF", 4) == 0);
    CHECK(sys_write(fd, "x", 1) == E_BADFD);
    sys_close(fd);
    CHECK(sys_open("/bin/exit", ABI_WRITE) == E_READONLY);
    CHECK(sys_remove("/bin/exit") == E_READONLY);
    CHECK(sys_open("/nowhere/x", ABI_READ) == E_NOENT);
    fd = sys_open("/sys/mem", ABI_READ);
    CHECK(sys_read(fd, selftest_page, PAGE_SIZE) > 20);
    sys_close(fd);
}

int main(void)
{
    selftest_processes();
    selftest_many_processes();
    selftest_bad_calls();
    selftest_memory();
    selftest_isolation();
    selftest_copies();
    selftest_preemption();
    selftest_time();
    selftest_pipes();
    selftest_smp();
    selftest_files();
    selftest_other_file_systems();
    print("selftest: %u passed, %u failed\n", selftest_passed, selftest_failed);
    return selftest_failed != 0;
}
