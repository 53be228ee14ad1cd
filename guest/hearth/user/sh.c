/* SPDX-License-Identifier: ISC */
/*
 * The shell, first of all processes. Its argument is a list of commands separated by semicolons
 * (the boot string), done as if typed; then it reads lines. When it ends, the system halts.
 */
#include "user.h"

#define SH_LINE  512
#define SH_WORDS 24

struct sh_command {
    const char *name, *arguments, *help;
    void (*run)(u32 count, const char **word); /* word[0] is the name */
};

static int sh_status; /* of the last program */

static void sh_complain(const char *what, int error)
{
    print("sh: %s: %s\n", what, error_text(error));
}

/* --- commands that look around --- */

static bool sh_copy_to(int to, const char *path)
{
    static char buffer[PAGE_SIZE];
    int n = 0, fd = sys_open(path, ABI_READ);

    if (fd < 0) {
        sh_complain(path, fd);
        return false;
    }
    while ((n = sys_read(fd, buffer, sizeof(buffer))) > 0 && sys_write(to, buffer, (u32)n) == n)
        ;
    if (n < 0)
        sh_complain(path, n);
    else if (n > 0)
        print("sh: copying %s stopped: write error\n", path);
    sys_close(fd);
    return n == 0;
}

static void sh_sys(u32 count, const char **word)
{
    char path[ABI_PATH];
    struct format_text text = {path, sizeof(path), 0};

    (void)count;
    format_text(&text, "/sys/%s", word[0]);
    sh_copy_to(1, path);
}

static void sh_cat(u32 count, const char **word)
{
    for (u32 i = 1; i < count; i++)
        sh_copy_to(1, word[i]);
}

static void sh_ls(u32 count, const char **word)
{
    const char *path = count > 1 ? word[1] : "/";
    struct abi_dirent entry;
    int n, fd = sys_open(path, ABI_READ);

    if (fd < 0) {
        sh_complain(path, fd);
        return;
    }
    while ((n = sys_readdir(fd, &entry)) > 0)
        print("%10u %s%s\n", entry.size, entry.name, entry.is_dir ? "/" : "");
    if (n < 0)
        sh_complain(path, n);
    sys_close(fd);
}

static void sh_echo(u32 count, const char **word)
{
    for (u32 i = 1; i < count; i++)
        print("%s%s", word[i], i + 1 < count ? " " : "");
    print("\n");
}

/* --- commands that change files --- */

static void sh_write(u32 count, const char **word)
{
    int error = 0, fd = count > 1 ? sys_open(word[1], ABI_CREATE) : E_INVALID;

    for (u32 i = 2; i < count && fd >= 0 && error >= 0; i++) {
        error = sys_write(fd, word[i], strlen(word[i]));
        if (error >= 0)
            error = sys_write(fd, i + 1 < count ? " " : "\n", 1);
    }
    if (fd < 0 || error < 0)
        sh_complain("write", fd < 0 ? fd : error);
    if (fd >= 0)
        sys_close(fd);
}

static void sh_cp(u32 count, const char **word)
{
    int fd = count == 3 ? sys_open(word[2], ABI_CREATE) : E_INVALID;

    if (fd < 0) {
        sh_complain("cp", fd);
        return;
    }
    sh_copy_to(fd, word[1]);
    sys_close(fd);
}

static void sh_each(u32 count, const char **word, int (*function)(const char *path))
{
    for (u32 i = 1; i < count; i++) {
        int error = function(word[i]);
        if (error < 0)
            sh_complain(word[i], error);
    }
}

static void sh_rm(u32 count, const char **word)
{
    sh_each(count, word, sys_remove);
}

static void sh_mkdir(u32 count, const char **word)
{
    sh_each(count, word, sys_mkdir);
}

static bool sh_is_number(const char *word)
{
    return word[0] >= '0' && word[0] <= '9';
}

static void sh_format(u32 count, const char **word)
{
    u32 disk = count > 1 ? string_number(word[1]) : 0;
    int error = count > 1 && !sh_is_number(word[1]) ? E_INVALID : sys_makefs(disk);

    if (error)
        sh_complain("format", error);
    else
        print("disk%u has a new file system\n", disk);
}

static void sh_sync(u32 count, const char **word)
{
    (void)count, (void)word;
    sys_sync();
}

/* --- programs and the end --- */

static void sh_program(const char *const *argv)
{
    int status = run(argv);

    if (status < 0) {
        print("sh: %s: %s\n", argv[0], status == E_NOENT ? "unknown command" : error_text(status));
        status = 127;
    } else if (status != 0) {
        print("sh: %s ended with status %d\n", argv[0], status);
    }
    sh_status = status;
}

static void sh_run(u32 count, const char **word)
{
    if (count > 1)
        sh_program(word + 1);
}

static void sh_time(u32 count, const char **word)
{
    u32 start = uptime_ms();

    if (count > 1)
        sh_program(word + 1);
    print("%u ms\n", uptime_ms() - start);
}

/* As sh_program, without waiting for it. A fork of the shell does the waiting. */
static void sh_background(const char *const *argv)
{
    int pid = sys_fork();

    if (pid == 0) {
        sh_program(argv);
        sys_exit(sh_status);
    }
    if (pid < 0)
        sh_complain(argv[0], pid);
    else
        print("[%d]\n", pid);
}

static void sh_wait(u32 count, const char **word)
{
    int status;

    (void)count, (void)word;
    while (sys_wait(-1, &status) > 0)
        if (status)
            sh_status = status;
}

static void sh_sleep(u32 count, const char **word)
{
    int error = sys_sleep(count > 1 ? string_number(word[1]) : 1000);

    if (error < 0)
        sh_complain("sleep", error);
}

/* Without a code: the last program's status, so that scripts can end with just "halt". */
static void sh_halt(u32 count, const char **word)
{
    if (count > 1 && !sh_is_number(word[1])) {
        print("sh: halt: '%s' is no code\n", word[1]);
        return;
    }
    sys_halt(count > 1 ? string_number(word[1]) : (u32)sh_status);
}

static void sh_panic(u32 count, const char **word)
{
    (void)count, (void)word;
    sys_panic();
}

static void sh_bug(u32 count, const char **word)
{
    if (count != 2 || strcmp(word[1], "list") != 0)
        print("sh: bug: there is only 'bug list'\n");
    else if (sys_bug(0))
        sh_complain("bug", E_INVALID);
}

static void sh_help(u32 count, const char **word);

static const struct sh_command sh_commands[] = {
    {"help", "", "this list", sh_help},
    {"ps", "", "processes", sh_sys},
    {"mem", "", "memory", sh_sys},
    {"tlb", "", "what this CPU's TLB holds", sh_sys},
    {"cpus", "", "processors and what they did", sh_sys},
    {"disk", "", "disks and file systems", sh_sys},
    {"uptime", "", "time since the start", sh_sys},
    {"ls", "[DIR]", "list a directory (default /)", sh_ls},
    {"cat", "FILE...", "show files", sh_cat},
    {"write", "FILE WORDS...", "write a line to a file", sh_write},
    {"cp", "FROM TO", "copy a file", sh_cp},
    {"rm", "PATH...", "remove files or empty directories", sh_rm},
    {"mkdir", "PATH...", "make directories", sh_mkdir},
    {"format", "[N]", "make a new file system on disk N", sh_format},
    {"sync", "", "wait until all is on the disks", sh_sync},
    {"echo", "WORDS...", "say it again", sh_echo},
    {"run", "PROGRAM...", "run a program (its name alone does, too); & at the end: don't wait",
     sh_run},
    {"time", "PROGRAM...", "run a program and tell how long it took", sh_time},
    {"wait", "", "for all programs in the background", sh_wait},
    {"sleep", "[MS]", "wait some milliseconds", sh_sleep},
    {"panic", "", "let the kernel panic", sh_panic},
    {"bug", "list", "a planted bug: something breaks a list of the kernel's; it panics later", sh_bug},
    {"halt", "[CODE]", "power off; the code is the monitor's exit status", sh_halt},
};

static void sh_help(u32 count, const char **word)
{
    (void)count, (void)word;
    for (u32 i = 0; i < COUNT_OF(sh_commands); i++)
        print("%-7s %-14s %s\n", sh_commands[i].name, sh_commands[i].arguments,
              sh_commands[i].help);
    print(
        "programs: selftest, bench NAME (or bench all), stress, net, hello; ls /bin lists them\n");
}

/* --- reading and understanding lines --- */

static void sh_command(u32 count, const char **word)
{
    bool background = word[count - 1][0] == '&' && !word[count - 1][1];

    if (background)
        count--;
    word[count] = NULL;
    if (count == 0)
        return;
    for (u32 i = 0; i < COUNT_OF(sh_commands) && !background; i++)
        if (strcmp(sh_commands[i].name, word[0]) == 0) {
            sh_commands[i].run(count, word);
            return;
        }
    if (background)
        sh_background(word);
    else
        sh_program(word);
}

/* Split at blanks, in place. */
static void sh_words(char *text)
{
    const char *word[SH_WORDS + 1];
    u32 count = 0;

    while (*text && count < SH_WORDS) {
        while (*text == ' ' || *text == '\t')
            *text++ = 0;
        if (*text)
            word[count++] = text;
        while (*text && *text != ' ' && *text != '\t')
            text++;
    }
    if (*text)
        print("sh: too many words\n");
    else if (count)
        sh_command(count, word);
}

static void sh_line(char *line)
{
    while (line) {
        char *end = strchr(line, ';');
        if (end)
            *end++ = 0;
        sh_words(line);
        line = end;
    }
}

int main(int argc, char **argv)
{
    static char line[SH_LINE];
    int n;

    if (argc > 1)
        sh_line(argv[1]);
    for (;;) {
        print("hearth> ");
        n = sys_read(0, line, SH_LINE - 1);
        if (n <= 0)
            return 0; /* ^D: somebody leaves; what a program said some time ago is not it */
        line[n - (line[n - 1] == '\n')] = 0;
        sh_line(line);
    }
}
