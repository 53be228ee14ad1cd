/* SPDX-License-Identifier: ISC */
#include "gdb_fake.h"

#include <string.h>

static const struct debug_reg fake_regs[] = {
    {.name = "a", .feature = "one", .bytes = 4},
    {.name = "none", .feature = "two", .bytes = 4, .type = "ieee_single"},
    {.name = "sp", .feature = "one", .bytes = 4, .type = "data_ptr", .group = "general"},
    {.name = "pc", .feature = "one", .bytes = 4, .type = "code_ptr", .often = true},
};

static bool fake_alive(void *ctx, unsigned thread)
{
    const struct fake *f = ctx;
    return thread == 0 || (thread == 1 && f->second);
}

static void fake_name(void *ctx, unsigned thread, struct buf *out)
{
    (void)ctx;
    buf_printf(out, "cpu<%u>", thread);
}

static void fake_extra(void *ctx, unsigned thread, struct buf *out)
{
    (void)ctx;
    buf_printf(out, "busy & %u", thread);
}

static const char *fake_fixed(void *ctx)
{
    const struct fake *f = ctx;
    return f->fixed ? "it is made of stone" : NULL;
}

static void fake_back(void *ctx, unsigned thread, bool step)
{
    struct fake *f = ctx;
    f->running = true;
    buf_printf(&f->log, "back %u%s\n", thread, step ? " step" : "");
}

static bool fake_reg_read(void *ctx, unsigned thread, unsigned reg, u8 *value)
{
    const struct fake *f = ctx;
    if (reg == 1)
        return false;
    memcpy(value, f->reg[thread][reg], 4);
    return true;
}

static bool fake_reg_write(void *ctx, unsigned thread, unsigned reg, const u8 *value)
{
    struct fake *f = ctx;
    if (reg == 1 || reg == 2)
        return false;
    memcpy(f->reg[thread][reg], value, 4);
    return true;
}

static u8 *fake_memory(struct fake *f, const struct debug_place *p, u32 *len)
{
    u64 base = p->view == DEBUG_PHYSICAL ? 0 : FAKE_RAM;
    u64 off = p->addr - base;
    if (p->addr < base || off >= FAKE_RAM_SIZE) {
        *len = 0;
        return NULL;
    }
    u32 left = (u32)(FAKE_RAM_SIZE - off);
    *len = *len < left ? *len : left;
    return (p->view == DEBUG_SPACE && p->space == 7 ? f->other : f->ram) + off;
}

static u32 fake_mem_read(void *ctx, const struct debug_place *p, u8 *data, u32 len)
{
    const u8 *from = fake_memory(ctx, p, &len);
    if (from)
        memcpy(data, from, len);
    return len;
}

static u32 fake_mem_write(void *ctx, const struct debug_place *p, const u8 *data, u32 len)
{
    u8 *to = fake_memory(ctx, p, &len);
    if (to)
        memcpy(to, data, len);
    return len;
}

static bool fake_mem_range(void *ctx, unsigned n, struct debug_range *r)
{
    (void)ctx;
    *r = (struct debug_range){.start = n ? 0x9000 : FAKE_RAM, .len = FAKE_RAM_SIZE, .rom = n};
    return n < 2;
}

static void fake_log_point(struct fake *f, const char *what, const struct debug_point *p)
{
    buf_printf(&f->log, "%s Z%u %llx,%llx", what, (unsigned)p->kind, (unsigned long long)p->addr,
               (unsigned long long)p->len);
    if (p->space != DEBUG_ANY_SPACE)
        buf_printf(&f->log, " asid %u", p->space);
    buf_printf(&f->log, "\n");
}

static enum err fake_insert(void *ctx, const struct debug_point *p, struct error *e)
{
    struct fake *f = ctx;
    if (f->points == f->max_points)
        return err_set(e, ERR_LIMIT, "no more room");
    f->points++;
    fake_log_point(f, "insert", p);
    return ERR_OK;
}

static void fake_remove(void *ctx, const struct debug_point *p)
{
    struct fake *f = ctx;
    f->points--;
    fake_log_point(f, "remove", p);
}

static void fake_resume(void *ctx, const struct debug_action *action)
{
    static const char *const names[] = {
        [DEBUG_STAY] = "-", [DEBUG_GO] = "c", [DEBUG_STEP] = "s", [DEBUG_RANGE] = "r"};
    struct fake *f = ctx;
    f->running = true;
    buf_printf(&f->log, "resume");
    for (unsigned i = 0; i < 2; i++) {
        buf_printf(&f->log, " %s", names[action[i].go]);
        if (action[i].go == DEBUG_RANGE)
            buf_printf(&f->log, "%llx-%llx", (unsigned long long)action[i].start,
                       (unsigned long long)action[i].end);
    }
    buf_printf(&f->log, "\n");
}

static void fake_pause(void *ctx)
{
    struct fake *f = ctx;
    struct debug_stop stop = {.kind = DEBUG_STOP_ASKED};
    buf_printf(&f->log, "pause\n");
    if (!f->slow)
        fake_stop(f, &stop);
}

static void fake_release(void *ctx)
{
    struct fake *f = ctx;
    f->running = true;
    buf_printf(&f->log, "release\n");
}

static void fake_kill(void *ctx)
{
    struct fake *f = ctx;
    buf_printf(&f->log, "kill\n");
}

static enum err fake_restart(void *ctx, struct error *e)
{
    struct fake *f = ctx;
    struct debug_stop stop = {.kind = DEBUG_STOP_ASKED};
    (void)e;
    buf_printf(&f->log, "restart\n");
    if (!f->slow)
        fake_stop(f, &stop);
    return ERR_OK;
}

static const struct debug_target_ops fake_ops = {.alive = fake_alive,
                                                 .thread_name = fake_name,
                                                 .thread_extra = fake_extra,
                                                 .fixed = fake_fixed,
                                                 .reg_read = fake_reg_read,
                                                 .reg_write = fake_reg_write,
                                                 .mem_read = fake_mem_read,
                                                 .mem_write = fake_mem_write,
                                                 .mem_range = fake_mem_range,
                                                 .insert = fake_insert,
                                                 .remove = fake_remove,
                                                 .resume = fake_resume,
                                                 .back = fake_back,
                                                 .pause = fake_pause,
                                                 .release = fake_release,
                                                 .kill = fake_kill,
                                                 .restart = fake_restart};

static bool fake_covers(void *ctx, u64 addr)
{
    (void)ctx;
    return addr < 0x8000;
}

static void fake_list(void *ctx, struct buf *out)
{
    (void)ctx;
    buf_printf(out, "7 is there\n");
}

static enum err fake_command(void *ctx, unsigned thread, unsigned argc, char **argv,
                             struct buf *out, struct error *e)
{
    (void)ctx;
    if (argc > 2)
        return err_set(e, ERR_USAGE, "too many words");
    buf_printf(out, "cpu%u says %s\n", thread, argc > 1 ? argv[1] : "nothing");
    return ERR_OK;
}

static enum err fake_flood(void *ctx, unsigned thread, unsigned argc, char **argv, struct buf *out,
                           struct error *e)
{
    (void)ctx, (void)thread, (void)argc, (void)argv, (void)e;
    for (unsigned i = 0; i < 100000; i++)
        buf_printf(out, "0123456789");
    return ERR_OK;
}

static const struct debug_command fake_commands[] = {
    {"say", "[WORD]", "says it", fake_command},
    {"flood", NULL, "says too much", fake_flood},
};

void fake_init(struct fake *f, bool big)
{
    *f = (struct fake){.second = true, .running = true, .max_points = 1000};
    f->target = (struct debug_target){
        .ops = &fake_ops,
        .ctx = f,
        .arch = "fake",
        .big = big,
        .watch_before = true,
        .nthreads = 2,
        .reg = fake_regs,
        .nregs = ARRAY_LEN(fake_regs),
        .pc = 3,
        .spaces = {.name = "asid", .count = 64, .covers = fake_covers, .list = fake_list},
        .command = fake_commands,
        .ncommands = ARRAY_LEN(fake_commands)};
    for (unsigned i = 0; i < FAKE_RAM_SIZE; i++) {
        f->ram[i] = (u8)i;
        f->other[i] = (u8)~i;
    }
    f->stub = gdb_stub_new(&f->target);
}

void fake_fini(struct fake *f)
{
    gdb_stub_free(f->stub);
    buf_fini(&f->log);
}

void fake_stop(struct fake *f, const struct debug_stop *s)
{
    if (gdb_stub_stopped(f->stub, s))
        f->running = false;
    else
        buf_printf(&f->log, "goes on\n");
}

void fake_stopped_at(struct fake *f, enum debug_point_kind point, unsigned thread, u64 addr)
{
    struct debug_stop stop = {
        .kind = DEBUG_STOP_POINT, .thread = thread, .point = point, .addr = addr};
    fake_stop(f, &stop);
}
