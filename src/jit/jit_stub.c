/* SPDX-License-Identifier: ISC */
/*
 * What rarely happens is in stubs behind the blocks; what stubs share is in thunks, one set per
 * region because they know its homes; what thunks share is common code.
 *
 * Stack: a region runs at rsp = its frame, a multiple of 16. A thunk is called, so sees the frame 8
 * bytes up; the common code behind it 16.
 */
#include "jit/jit_int.h"
#include "lib/bug.h"

#include <stddef.h>

#define JIT_FRAME(member)        x64_at(RSP, (i32)offsetof(struct jit_frame, member))
#define JIT_FRAME_UP(up, member) x64_at(RSP, (i32)((up) + offsetof(struct jit_frame, member)))

struct jit_stub *jit_stub_new(struct jit_gen *g, enum jit_stub_kind kind, u32 from)
{
    if (g->nstubs == JIT_MAX_STUBS) {
        g->failed = true;
        g->nstubs--;
    }
    struct jit_stub *s = &g->stub[g->nstubs++];
    *s = (struct jit_stub){
        .kind = (u8)kind, .from = from, .pre = g->pre, .insn = g->at, .block = g->block};
    return s;
}

u32 jit_stub_common(const struct jit_gen *g, u32 common)
{
    return common - (u32)g->j->used;
}

static void jit_stub_temps(struct jit_gen *g, u16 live, bool restore)
{
    for (unsigned r = 0; r < X64_NREGS; r++) {
        struct x64_mem m = x64_at(RSP, (i32)(offsetof(struct jit_frame, temp) + 8 * r));
        if (!(live & 1u << r))
            continue;
        if (restore)
            x64_load(&g->x, true, r, m);
        else
            x64_store(&g->x, true, m, r);
    }
}

static bool jit_stub_binds_homes(const struct jit_gen *g, const struct ir_point *p)
{
    for (unsigned k = 0; k < p->n; k++)
        if (g->home[p->map[k].slot] != X64_NONE)
            return true;
    return false;
}

/* Asks C for the access; RCX: what it has not used. Where homes are not in the way, the point is
 * applied here. */
static void jit_stub_ask(struct jit_gen *g, const struct jit_stub *s)
{
    struct x64 *x = &g->x;
    bool load = s->kind == JIT_STUB_LOAD;
    const struct ir_point *p = &g->r->point[s->point];
    bool apply = jit_stub_binds_homes(g, p);
    if (!apply)
        jit_leave_bind(g, p);
    jit_stub_temps(g, s->live, false);
    x64_store(x, false, JIT_FRAME(at), s->at_reg);
    if (!load && s->value_is_const)
        x64_store_imm(x, false, JIT_FRAME(value), (i32)s->value);
    else if (!load)
        x64_store(x, false, JIT_FRAME(value), s->value_reg);
    x64_store_imm(x, false, JIT_FRAME(point), (i32)((apply ? s->point : 0) | (u32)s->size << 16));
    x64_mov_imm(x, RCX, p->unspent);
    x64_call(x, load ? g->thunk_load : g->thunk_store);
    jit_stub_temps(g, s->live, true);
    if (load)
        x64_load(x, false, s->value_reg, JIT_FRAME(value));
    x64_jmp(x, s->back);
}

/* A helper that is seldom called. No move changes the flags, which say whether to leave. */
static void jit_stub_helper(struct jit_gen *g, const struct jit_stub *s)
{
    struct x64 *x = &g->x;
    jit_stub_temps(g, s->live, false);
    jit_float_keep(g, s->xlive, 0, false);
    jit_regs_spill_homes(g);
    jit_leave_do_call(g, &g->r->insn[s->insn]);
    jit_regs_load_homes(g, 0xffff);
    jit_float_keep(g, s->xlive, 0, true);
    jit_stub_temps(g, s->live, true);
    x64_jcc(x, X64_NE, s->back);
}

/* Where an access, or a window, is not known: the code for that is next. */
static void jit_stub_unknown(struct jit_gen *g, const struct jit_stub *s)
{
    struct x64 *x = &g->x;
    if (s->kind != JIT_STUB_WINDOW) {
        jit_stub_ask(g, s);
        return;
    }
    x64_jmp(x, g->copy[s->copy].at);
}

/* There will be no hints any more. Accesses come to C next, windows only for this. */
static void jit_stub_distrust(struct jit_gen *g, const struct jit_stub *s, u32 instead)
{
    struct x64 *x = &g->x;
    x64_store_imm(x, false, JIT_FRAME(site), (i32)s->site);
    x64_store_imm(x, false, JIT_FRAME(length), (i32)(s->access - s->site));
    x64_store_imm(x, false, JIT_FRAME(instead), (i32)instead);
    if (s->kind != JIT_STUB_WINDOW)
        return;
    jit_stub_temps(g, s->live, false);
    x64_call(x, g->thunk_patch);
    jit_stub_temps(g, s->live, true);
}

/* The hint was wrong: look up, and remember. Wrong too often, there are none any more. */
static void jit_stub_slow_access(struct jit_gen *g, const struct jit_stub *s)
{
    struct x64 *x = &g->x;
    i32 trust = (i32)(g->j->config.tlb.trust + 4 * s->hint);
    x64_alu_mem_imm(x, false, X64_SUB, x64_at(JIT_STATE, trust), 1);
    u32 distrust = x64_jcc(x, X64_S, X64_LATER);
    u32 miss = jit_memory_look_up(g, s);
    x64_store(x, false, jit_memory_hint(g, s->hint), s->t1);
    x64_jmp(x, s->retry);
    u32 not_there[2], instead = jit_memory_by_page(g, s, not_there);
    x64_patch(x, distrust, x64_here(x));
    jit_stub_distrust(g, s, instead);
    x64_patch(x, miss, x64_here(x));
    for (unsigned k = 0; k < ARRAY_LEN(not_there); k++)
        x64_patch(x, not_there[k], x64_here(x) + (instead - s->site));
    jit_stub_unknown(g, s);
}

static void jit_stub_note(struct jit_gen *g, const struct jit_stub *s)
{
    static const char *const what[] = {
        [JIT_STUB_LOAD] = "the hint was wrong: look up; not there: ask C",
        [JIT_STUB_STORE] = "the hint was wrong: look up; not there: ask C",
        [JIT_STUB_WINDOW] = "the hint was wrong: look up; not there: do without the window",
        [JIT_STUB_LEAVE] = "it is so: leave",
        [JIT_STUB_CALL] = "the helper said to leave",
        [JIT_STUB_ASK] = "it is so: ask the helper",
        [JIT_STUB_SPENT] = "the budget does not reach: give back, and leave",
    };
    if (s->kind == JIT_STUB_SPENT)
        jit_gen_note(g, JIT_PART_SPENT, s->block, what[s->kind]);
    else
        jit_gen_note(g, JIT_PART_STUB, s->insn, what[s->kind]);
}

void jit_stub_emit(struct jit_gen *g)
{
    for (unsigned k = 0; k < g->nstubs; k++) {
        const struct jit_stub *s = &g->stub[k];
        jit_stub_note(g, s);
        x64_patch(&g->x, s->from, x64_here(&g->x));
        if (s->kind <= JIT_STUB_WINDOW) {
            jit_stub_slow_access(g, s);
            continue;
        }
        if (s->kind == JIT_STUB_CALL) {
            x64_jmp(&g->x, jit_stub_common(g, g->j->failed));
            continue;
        }
        if (s->kind == JIT_STUB_ASK)
            jit_stub_helper(g, s);
        if (s->kind == JIT_STUB_SPENT)
            x64_alu_imm(&g->x, true, X64_ADD, JIT_LEFT, s->refund);
        x64_mov_imm(&g->x, RAX, s->point);
        x64_jmp(&g->x, s->pre ? g->thunk_leave_pre : g->thunk_leave);
    }
}

/* ---- thunks ---- */

static void jit_stub_name_region(struct jit_gen *g, i32 up)
{
    x64_mov_imm(&g->x, RAX, (u64)(uintptr_t)g->out);
    x64_store(&g->x, true, JIT_FRAME_UP(up, region), RAX);
}

static u32 jit_stub_slow_thunk(struct jit_gen *g, const char *what, u32 common, u16 reload)
{
    u32 at = x64_here(&g->x);
    jit_gen_note(g, JIT_PART_THUNK, 0, what);
    u16 xmms = g->float_ ? (u16)((1u << g->xmms) - 1) : 0;
    jit_regs_spill_homes(g);
    jit_float_keep(g, xmms, 8, false);
    jit_stub_name_region(g, 8);
    x64_call(&g->x, jit_stub_common(g, common));
    jit_float_keep(g, xmms, 8, true);
    jit_regs_load_homes(g, reload);
    x64_ret(&g->x);
    return at;
}

/* RAX: a point, or a chain's number. */
static u32 jit_stub_exit_thunk(struct jit_gen *g, const char *what, enum jit_how how, bool spill)
{
    u32 at = x64_here(&g->x);
    jit_gen_note(g, JIT_PART_THUNK, 0, what);
    x64_store(&g->x, false, JIT_FRAME(point), RAX);
    if (spill)
        jit_regs_spill_homes(g);
    x64_store_imm(&g->x, false, JIT_FRAME(how), (i32)how);
    jit_stub_name_region(g, 0);
    x64_jmp(&g->x, jit_stub_common(g, g->j->leave));
    return at;
}

void jit_stub_thunks(struct jit_gen *g)
{
    const struct jit *j = g->j;
    g->thunk_load = jit_stub_slow_thunk(g, "load by C", j->slow_load, JIT_VOLATILE);
    g->thunk_store = jit_stub_slow_thunk(g, "store by C", j->slow_store, JIT_VOLATILE);
    g->thunk_patch =
        jit_stub_slow_thunk(g, "overwrite what is not trusted", j->slow_patch, JIT_VOLATILE);
    g->thunk_leave = jit_stub_exit_thunk(g, "leave at point eax", JIT_AT_POINT, true);
    g->thunk_leave_pre =
        jit_stub_exit_thunk(g, "leave the check at point eax", JIT_AT_POINT, false);
    g->thunk_chain = jit_stub_exit_thunk(g, "leave by chain eax, not linked yet", JIT_CHAIN, false);
    g->out->stale = x64_here(&g->x);
    jit_gen_note(g, JIT_PART_THUNK, 0, "entered although dropped");
    x64_mov_imm(&g->x, RAX, g->out->place);
    x64_store(&g->x, true, JIT_FRAME(place), RAX);
    x64_store_imm(&g->x, false, JIT_FRAME(how), JIT_STALE);
    jit_stub_name_region(g, 0);
    x64_jmp(&g->x, jit_stub_common(g, j->leave));
}

/* ---- common code ---- */

static const u8 jit_leave_saved[] = {RBX, RBP, R12, R13, R14, R15};

/* void enter(state, code, left, exit, jit) */
static void jit_stub_common_enter(struct x64 *x)
{
    for (size_t k = 0; k < ARRAY_LEN(jit_leave_saved); k++)
        x64_push(x, jit_leave_saved[k]);
    x64_alu_imm(x, true, X64_SUB, RSP, sizeof(struct jit_frame));
    x64_store(x, true, JIT_FRAME(state), RDI);
    x64_store(x, true, JIT_FRAME(exit), RCX);
    x64_store(x, true, JIT_FRAME(jit), R8);
    x64_store_imm(x, false, JIT_FRAME(length), 0);
    x64_mov(x, true, JIT_STATE, RDI);
    x64_mov(x, true, JIT_LEFT, RDX);
    x64_jmp_reg(x, RSI);
}

static void jit_stub_common_leave(struct x64 *x)
{
    x64_store(x, true, JIT_FRAME(left), JIT_LEFT);
    x64_mov(x, true, RDI, RSP);
    x64_mov_imm(x, RAX, (u64)(uintptr_t)jit_leaving);
    x64_call_reg(x, RAX);
    x64_alu_imm(x, true, X64_ADD, RSP, sizeof(struct jit_frame));
    for (size_t k = ARRAY_LEN(jit_leave_saved); k-- > 0;)
        x64_pop(x, jit_leave_saved[k]);
    x64_ret(x);
}

/* A function of jit_ops said false. */
static void jit_stub_common_failed(const struct jit *j, struct x64 *x)
{
    x64_store_imm(x, false, JIT_FRAME(how), JIT_AS_STATE);
    x64_mov(x, true, RDI, JIT_STATE);
    x64_lea(x, true, RSI, JIT_FRAME(left));
    x64_mov_imm(x, RAX, (u64)(uintptr_t)j->config.ops.onward);
    x64_call_reg(x, RAX);
    x64_test(x, true, RAX, RAX);
    x64_jcc(x, X64_E, j->leave);
    x64_load(x, true, JIT_LEFT, JIT_FRAME(left));
    x64_load(x, false, RCX, x64_at(RAX, offsetof(struct jit_region, entry)));
    x64_alu_load(x, true, X64_ADD, RCX, x64_at(RAX, offsetof(struct jit_region, code)));
    x64_jmp_reg(x, RCX);
}

static u32 jit_stub_common_slow(const struct jit *j, struct x64 *x,
                                bool (*fn)(struct jit_frame *, u64))
{
    u32 at = x64_here(x);
    x64_lea(x, true, RDI, x64_at(RSP, 16));
    x64_lea(x, true, RSI, x64_indexed(JIT_LEFT, RCX, 0, 0));
    x64_mov_imm(x, RAX, (u64)(uintptr_t)fn);
    x64_call_reg(x, RAX);
    x64_test8(x, RAX, RAX);
    u32 other = x64_jcc(x, X64_E, X64_LATER);
    x64_ret(x);
    x64_patch(x, other, x64_here(x));
    x64_alu_imm(x, true, X64_ADD, RSP, 16);
    x64_jmp(x, j->failed);
    return at;
}

void jit_stub_commons(struct jit *j, struct x64 *x)
{
    j->enter = x64_here(x);
    jit_stub_common_enter(x);
    j->leave = x64_here(x);
    jit_stub_common_leave(x);
    j->failed = x64_here(x);
    jit_stub_common_failed(j, x);
    j->slow_load = jit_stub_common_slow(j, x, jit_slow_load);
    j->slow_store = jit_stub_common_slow(j, x, jit_slow_store);
    j->slow_patch = jit_stub_common_slow(j, x, jit_slow_patch);
    j->miss = x64_here(x);
    x64_alu_imm(x, true, X64_SUB, RAX, 1);
    x64_store(x, true, JIT_FRAME(place), RAX);
    x64_store_imm(x, false, JIT_FRAME(how), JIT_INDIRECT);
    x64_jmp(x, j->leave);
}
