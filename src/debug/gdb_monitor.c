/* SPDX-License-Identifier: ISC */
/*
 * GDB's "monitor": help, what concerns the debugger's own view (address spaces, physical memory),
 * and the target's commands.
 */
#include "debug/gdb_int.h"
#include "lib/num.h"

#include <stdio.h>
#include <string.h>

enum {
    GDB_MONITOR_WORDS = 16,
    GDB_MONITOR_LINE = 512,
    GDB_MONITOR_OUT = 128 << 10, /* bytes; a target's command may not say more */
    GDB_MONITOR_CHUNK = 2048,
    GDB_MONITOR_DUMP = 4096,
};

static unsigned gdb_monitor_split(char *line, char **word)
{
    unsigned n = 0;
    char *rest;
    for (char *w = strtok_r(line, " \t\n", &rest); w && n < GDB_MONITOR_WORDS;
         w = strtok_r(NULL, " \t\n", &rest))
        word[n++] = w;
    return n;
}

/* ---- our own commands ---- */

static void gdb_monitor_help_line(struct buf *out, const char *name, const char *args,
                                  const char *help)
{
    char left[64];
    snprintf(left, sizeof left, "%s%s%s", name, args ? " " : "", args ? args : "");
    buf_printf(out, "  %-24s %s\n", left, help);
}

static void gdb_monitor_help(const struct gdb_stub *g, struct buf *out)
{
    const struct debug_target *t = g->t;
    for (unsigned i = 0; i < t->ncommands; i++)
        gdb_monitor_help_line(out, t->command[i].name, t->command[i].args, t->command[i].help);
    if (t->spaces.name) {
        const char *name = t->spaces.name;
        gdb_monitor_help_line(out, name, NULL, "address spaces, and which one is looked at");
        gdb_monitor_help_line(out, name, "N|current",
                              "memory and breakpoints of programs are those of this one");
        gdb_monitor_help_line(out, "bind", "ADDR N|any",
                              "a breakpoint at this address is for that one");
        gdb_monitor_help_line(out, "unbind", "ADDR", "it follows the choice again");
    }
    gdb_monitor_help_line(out, "phys", "ADDR [BYTES]", "physical memory, in words");
    gdb_monitor_help_line(out, "help", NULL, "this list");
}

static enum err gdb_monitor_space_number(const struct gdb_stub *g, const char *word,
                                         const char *any, u32 *space, struct error *e)
{
    u64 n;
    *space = DEBUG_ANY_SPACE;
    if (!strcmp(word, any))
        return ERR_OK;
    enum err err = num_parse(word, 0, g->t->spaces.count - 1, &n, e);
    if (!err)
        *space = (u32)n;
    return err;
}

static void gdb_monitor_spaces(const struct gdb_stub *g, struct buf *out)
{
    const char *name = g->t->spaces.name;
    if (g->points.space == DEBUG_ANY_SPACE)
        buf_printf(out, "looking at what each thread sees; breakpoints are for every %s\n", name);
    else
        buf_printf(out, "looking at %s %u; breakpoints of programs are for it alone\n", name,
                   g->points.space);
    for (unsigned i = 0; i < g->points.nbinds; i++) {
        buf_printf(out, "breakpoint at 0x%llx is for ", (unsigned long long)g->points.bind[i].addr);
        if (g->points.bind[i].space == DEBUG_ANY_SPACE)
            buf_printf(out, "every %s\n", name);
        else
            buf_printf(out, "%s %u\n", name, g->points.bind[i].space);
    }
    g->t->spaces.list(g->t->ctx, out);
}

static enum err gdb_monitor_space(struct gdb_stub *g, unsigned argc, char **argv, struct buf *out,
                                  struct error *e)
{
    u32 space;
    if (argc > 1) {
        enum err err = gdb_monitor_space_number(g, argv[1], "current", &space, e);
        if (!err)
            err = gdb_points_set_space(&g->points, space, e);
        if (err)
            return err;
    }
    gdb_monitor_spaces(g, out);
    return ERR_OK;
}

static enum err gdb_monitor_bind(struct gdb_stub *g, unsigned argc, char **argv, struct error *e)
{
    u64 addr;
    u32 space;
    if (argc != 3)
        return err_set(e, ERR_USAGE, "usage: bind ADDR N|any");
    enum err err = num_parse(argv[1], 0, ~0ull, &addr, e);
    if (!err)
        err = gdb_monitor_space_number(g, argv[2], "any", &space, e);
    if (!err && !g->t->spaces.covers(g->t->ctx, addr))
        err = err_set(e, ERR_USAGE, "%s means the same in every %s", argv[1], g->t->spaces.name);
    return err ? err : gdb_points_bind(&g->points, addr, space, e);
}

static enum err gdb_monitor_unbind(struct gdb_stub *g, unsigned argc, char **argv, struct error *e)
{
    u64 addr;
    if (argc != 2)
        return err_set(e, ERR_USAGE, "usage: unbind ADDR");
    enum err err = num_parse(argv[1], 0, ~0ull, &addr, e);
    return err ? err : gdb_points_unbind(&g->points, addr, e);
}

static u32 gdb_monitor_word(const struct gdb_stub *g, const u8 *p)
{
    return g->t->big ? (u32)p[0] << 24 | (u32)p[1] << 16 | (u32)p[2] << 8 | p[3]
                     : (u32)p[3] << 24 | (u32)p[2] << 16 | (u32)p[1] << 8 | p[0];
}

static enum err gdb_monitor_phys(struct gdb_stub *g, unsigned argc, char **argv, struct buf *out,
                                 struct error *e)
{
    struct debug_place p = {.view = DEBUG_PHYSICAL, .thread = g->general};
    u8 data[GDB_MONITOR_DUMP];
    u64 len = 64;
    if (argc < 2)
        return err_set(e, ERR_USAGE, "usage: phys ADDR [BYTES]");
    enum err err = num_parse(argv[1], 0, ~0ull, &p.addr, e);
    if (!err && argc > 2)
        err = num_parse(argv[2], 1, sizeof data, &len, e);
    if (err)
        return err;
    p.addr &= ~3ull;
    u32 n = g->t->ops->mem_read(g->t->ctx, &p, data, (u32)(len + 3) & ~3u);
    if (n < 4)
        return err_set(e, ERR_USAGE, "0x%llx is not memory", (unsigned long long)p.addr);
    for (u32 i = 0; i + 4 <= n; i += 4) {
        if (i % 16 == 0)
            buf_printf(out, "0x%08llx:", (unsigned long long)p.addr + i);
        buf_printf(out, " 0x%08x%s", gdb_monitor_word(g, data + i),
                   i % 16 == 12 || i + 8 > n ? "\n" : "");
    }
    return ERR_OK;
}

/* ---- the command ---- */

static enum err gdb_monitor_target(struct gdb_stub *g, unsigned argc, char **argv, struct buf *out,
                                   struct error *e)
{
    for (unsigned i = 0; i < g->t->ncommands; i++)
        if (!strcmp(argv[0], g->t->command[i].name))
            return g->t->command[i].run(g->t->ctx, g->general, argc, argv, out, e);
    return err_set(e, ERR_USAGE, "there is no command '%s' (try: monitor help)", argv[0]);
}

static enum err gdb_monitor_run(struct gdb_stub *g, unsigned argc, char **argv, struct buf *out,
                                struct error *e)
{
    bool spaces = g->t->spaces.name;
    if (!argc || !strcmp(argv[0], "help")) {
        gdb_monitor_help(g, out);
        return ERR_OK;
    }
    if (!strcmp(argv[0], "phys"))
        return gdb_monitor_phys(g, argc, argv, out, e);
    if (spaces && !strcmp(argv[0], g->t->spaces.name))
        return gdb_monitor_space(g, argc, argv, out, e);
    if (spaces && !strcmp(argv[0], "bind"))
        return gdb_monitor_bind(g, argc, argv, e);
    if (spaces && !strcmp(argv[0], "unbind"))
        return gdb_monitor_unbind(g, argc, argv, e);
    return gdb_monitor_target(g, argc, argv, out, e);
}

static void gdb_monitor_say(struct gdb_stub *g, const struct buf *text)
{
    size_t len = text->len < GDB_MONITOR_OUT ? text->len : GDB_MONITOR_OUT;
    for (size_t i = 0; i < len; i += GDB_MONITOR_CHUNK) {
        size_t n = len - i < GDB_MONITOR_CHUNK ? len - i : GDB_MONITOR_CHUNK;
        buf_put_u8(&g->reply, 'O');
        gdb_packet_hex(&g->reply, text->data + i, n);
        gdb_stub_send(g);
    }
}

void gdb_monitor(struct gdb_stub *g, struct gdb_args *a)
{
    char line[GDB_MONITOR_LINE] = "", *word[GDB_MONITOR_WORDS];
    struct buf out = {0};
    struct error e;
    u32 len = gdb_args_left(a) / 2;
    if (len >= sizeof line || !gdb_args_bytes(a, (u8 *)line, len)) {
        gdb_stub_refuse(g, "a monitor command has less than %d characters", GDB_MONITOR_LINE);
        return;
    }
    if (g->state != GDB_STOPPED) {
        gdb_stub_refuse(g, "it is not stopped");
        return;
    }
    if (gdb_monitor_run(g, gdb_monitor_split(line, word), word, &out, &e))
        buf_printf(&out, "%s\n", e.msg);
    gdb_monitor_say(g, &out);
    gdb_stub_ok(g);
    buf_fini(&out);
}
