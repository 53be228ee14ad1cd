/* SPDX-License-Identifier: ISC */
/*
 * stress [PROCESSES [ROUNDS]]: many processes at once, each computing, growing and shrinking,
 * talking through pipes, and (if there is a disk) writing and reading files. Prints a checksum that
 * depends on the two numbers only, not on the order in which things happened. By default as many
 * processes as there is memory for, but not more than 12.
 */
#include "bench.h"

#include "user.h"

#define STRESS_BYTES   3000u
#define STRESS_DEFAULT 12u
#define STRESS_KB      100u /* that a process takes, with its child */

static bool stress_disk;
static int stress_pid; /* of the first process: names of files are not those of another run */

static u32 stress_compute(u32 seed)
{
    static const char *const names[] = {"crc32", "sort", "ledger", "interp", "list"};
    const char *name = names[seed % COUNT_OF(names)];

    for (u32 i = 0; i < bench_count; i++)
        if (strcmp(bench_table[i].name, name) == 0) {
            bench_arena = memory(bench_table[i].arena);
            if (!bench_arena)
                sys_exit(101);
            u32 sum = bench_table[i].run(1 + seed % 3);
            sys_sbrk(-(int)page_up(bench_table[i].arena));
            return sum;
        }
    return 0;
}

static void stress_fill(u8 *bytes, u32 seed)
{
    for (u32 i = 0; i < STRESS_BYTES; i++)
        bytes[i] = (u8)(bench_random(&seed) >> 11);
}

static u32 stress_sum(const u8 *bytes)
{
    u32 sum = 0;

    for (u32 i = 0; i < STRESS_BYTES; i++)
        sum = bench_mix(sum, bytes[i]);
    return sum;
}

static void stress_read_all(int fd, u8 *bytes)
{
    u32 done = 0;
    int n = 1;

    for (; done < STRESS_BYTES && n > 0; done += (u32)n)
        n = sys_read(fd, bytes + done, STRESS_BYTES - done);
    if (done != STRESS_BYTES)
        sys_exit(102);
}

/* A grandchild sends bytes through a pipe. */
static u32 stress_pipe(u8 *bytes, u32 seed)
{
    int fds[2], status, pid;

    if (sys_pipe(fds))
        sys_exit(103);
    while ((pid = sys_fork()) < 0) /* everybody forks: wait for a place */
        sys_yield();
    stress_fill(bytes, seed);
    if (pid == 0)
        sys_exit(sys_write(fds[1], bytes, STRESS_BYTES) != (int)STRESS_BYTES);
    memset(bytes, 0, STRESS_BYTES);
    stress_read_all(fds[0], bytes);
    if (sys_wait(pid, &status) != pid || status)
        sys_exit(104);
    sys_close(fds[0]);
    sys_close(fds[1]);
    return stress_sum(bytes);
}

static u32 stress_file(u8 *bytes, u32 seed, u32 process)
{
    char name[ABI_NAME];
    struct format_text text = {name, sizeof(name), 0};
    int fd;

    format_text(&text, "stress.%d.%u", stress_pid, process);
    stress_fill(bytes, seed);
    fd = sys_open(name, ABI_CREATE);
    if (sys_write(fd, bytes, STRESS_BYTES) != (int)STRESS_BYTES)
        sys_exit(105);
    sys_close(fd);
    memset(bytes, 0, STRESS_BYTES);
    fd = sys_open(name, ABI_READ);
    stress_read_all(fd, bytes);
    sys_close(fd);
    if (sys_remove(name) != 0)
        sys_exit(106);
    return stress_sum(bytes);
}

static u32 stress_process(u32 process, u32 rounds)
{
    static u8 bytes[STRESS_BYTES];
    u32 sum = process;

    for (u32 i = 0; i < rounds; i++) {
        u32 seed = (process + 1) * 1000003u + i, file;
        sum = bench_mix(sum, stress_compute(seed));
        sum = bench_mix(sum, stress_pipe(bytes, seed));
        stress_fill(bytes, ~seed);
        file = stress_sum(bytes);
        if (stress_disk && stress_file(bytes, ~seed, process) != file)
            sys_exit(107);
        sum = bench_mix(sum, file);
    }
    return sum;
}

/* Children report through a pipe: who, and the sum. */
static void stress_report(int fd, u32 process, u32 sum)
{
    u32 report[2] = {process, sum};

    sys_exit(sys_write(fd, report, sizeof(report)) != sizeof(report));
}

static u32 stress_collect(int fd, u32 processes)
{
    u32 total = 0, report[2];

    for (u32 i = 0; i < processes; i++) {
        int status;
        sys_wait(-1, &status);
        if (status) {
            print("stress: a process ended with status %d\n", status);
            return 0;
        }
        sys_read(fd, report, sizeof(report));
        total += report[1] * (2 * report[0] + 1);
    }
    return total;
}

static bool stress_has_disk(void)
{
    int fd = sys_open("/disk0", ABI_READ);

    sys_close(fd);
    return fd >= 0;
}

/* How many fit into free memory, as /sys/mem tells it. */
static u32 stress_fitting(void)
{
    static char text[128];
    int fd = sys_open("/sys/mem", ABI_READ), n = sys_read(fd, text, sizeof(text) - 1);
    const char *at = text;
    u32 fitting = 0;

    sys_close(fd);
    for (; n > 0 && *at; at++)
        if (memcmp(at, "free ", 5) == 0)
            fitting = string_number(at + 5) / STRESS_KB;
    return fitting ? min_u32(STRESS_DEFAULT, fitting) : 1;
}

int main(int argc, char **argv)
{
    u32 processes = argc > 1 ? string_number(argv[1]) : stress_fitting();
    u32 rounds = argc > 2 ? string_number(argv[2]) : 4, sum;
    int fds[2], pid;

    if (processes < 1 || processes > 30 || sys_pipe(fds)) {
        print("usage: stress [PROCESSES up to 30 [ROUNDS]]\n");
        return 2;
    }
    stress_disk = stress_has_disk();
    stress_pid = sys_getpid();
    for (u32 i = 0; i < processes; i++) {
        pid = sys_fork();
        if (pid == 0)
            stress_report(fds[1], i, stress_process(i, rounds));
        if (pid < 0) {
            print("stress: only %u processes: %s\n", i, error_text(pid));
            return 1;
        }
    }
    sum = stress_collect(fds[0], processes);
    print("stress: %u processes, %u rounds, checksum 0x%08x\n", processes, rounds, sum);
    return sum == 0;
}
