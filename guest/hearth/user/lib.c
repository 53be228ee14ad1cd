/* SPDX-License-Identifier: ISC */
/* The library of the programs. */
#include "user.h"

struct lib_line {
    u32 length;
    char text[256];
};

static void lib_flush(struct lib_line *line)
{
    sys_write(1, line->text, line->length);
    line->length = 0;
}

static void lib_put(void *to, char c)
{
    struct lib_line *line = to;

    line->text[line->length++] = c;
    if (line->length == sizeof(line->text))
        lib_flush(line);
}

/* One write for each call (of up to 256 bytes), so that lines of several processes don't mix. */
void print(const char *fmt, ...)
{
    struct lib_line line = {.length = 0};
    va_list args;

    va_start(args, fmt);
    format(lib_put, &line, fmt, args);
    va_end(args);
    lib_flush(&line);
}

const char *error_text(int error)
{
    switch (error) {
#define ERROR(number, name, text)                                                                  \
    case -number:                                                                                  \
        return text;
#include "errors.def"
#undef ERROR
    }
    return "unknown error";
}

void *memory(u32 bytes)
{
    u32 here = (u32)sys_sbrk(0), gap = page_up(here) - here;

    return sys_sbrk((int)(gap + page_up(bytes))) < 0 ? NULL : (void *)(here + gap);
}

u32 uptime_ms(void)
{
    struct abi_clock clock = {0};

    sys_clock(&clock);
    return clock.uptime_ms;
}

/* A name without a slash is looked for in /bin, then on the disk. */
static int lib_spawn(const char *const *argv)
{
    char path[ABI_PATH];
    struct format_text text = {path, sizeof(path), 0};
    int pid = E_NOENT;

    if (!strchr(argv[0], '/')) {
        format_text(&text, "/bin/%s", argv[0]);
        pid = sys_spawn(path, argv);
    }
    return pid == E_NOENT ? sys_spawn(argv[0], argv) : pid;
}

int run(const char *const *argv)
{
    int status, pid = lib_spawn(argv);

    if (pid < 0)
        return pid;
    return sys_wait(pid, &status) < 0 ? E_NOCHILD : status;
}
