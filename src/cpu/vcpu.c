/* SPDX-License-Identifier: ISC */
#include "cpu/vcpu.h"
#include "host/host_clock.h"
#include "host/host_map.h"

#include <string.h>

#define VCPU_SHORT  1024u /* instructions */
#define VCPU_SAMPLE 16u

static const struct state_field vcpu_fields[] = {
    STATE_FIELD(struct vcpu, enabled, BOOL, 1),
};

static const struct state_desc vcpu_state = {
    .name = "vcpu",
    .version = 1,
    .nfields = ARRAY_LEN(vcpu_fields),
    .size = sizeof(struct vcpu),
    .fields = vcpu_fields,
};

const struct vcpu_engine *const vcpu_usual = &vcpu_jit;

void vcpu_init(struct vcpu *v, unsigned number, const struct vcpu_engine *engine,
               const struct mips_model *model, bool big, struct mem *mem, struct mips_code *code,
               struct trace *trace)
{
    *v = (struct vcpu){.number = number, .engine = engine};
    mips_init(&v->mips, model, big, number, mem, code, trace);
}

void vcpu_fini(struct vcpu *v)
{
    mips_fini(&v->mips);
    host_unmap(v->mips.by_page, sizeof *v->mips.by_page);
}

void vcpu_add_state(struct vcpu *v, struct state_set *s)
{
    state_set_add(s, &vcpu_state, v->number, v);
    state_set_add(s, &mips_state, v->number, &v->mips);
    if (v->mips.cache)
        state_set_add_memory(s, "cache", v->number, v->mips.cache,
                             mips_cache_state_bytes(v->mips.model), NULL, NULL);
}

enum vcpu_exit vcpu_run(struct vcpu *v, u64 budget)
{
    /* A turn can be as short as a reading of the clock: one in so many stands for the others. */
    u64 weight = budget > VCPU_SHORT ? 1 : v->turns++ % VCPU_SAMPLE ? 0 : VCPU_SAMPLE;
    u64 start = weight ? host_clock_ticks() : 0;
    enum vcpu_exit exit = v->engine->run(v, budget);
    if (weight)
        v->host_ticks += (host_clock_ticks() - start) * weight;
    v->exits[exit]++;
    return exit;
}

void vcpu_start(struct vcpu *v, u32 pc, u32 sp, u32 arg)
{
    v->enabled = true;
    v->mips.waiting = false;
    v->mips.r[4] = arg;
    v->mips.r[29] = sp;
    mips_set_pc(&v->mips, pc);
}

void vcpu_request(struct vcpu *v)
{
    mips_request(&v->mips);
}

void vcpu_skip(struct vcpu *v, u64 n)
{
    mips_spin_skip(&v->mips, n);
}

u64 vcpu_retired(const struct vcpu *v)
{
    return v->mips.retired;
}

u64 vcpu_user_cycles(const struct vcpu *v)
{
    return mips_user_cycles(&v->mips);
}

bool vcpu_idle(const struct vcpu *v)
{
    return v->mips.waiting && v->mips.irq_lines == 0;
}

const char *vcpu_stop_reason(const struct vcpu *v)
{
    return v->mips.stop_reason;
}

const struct vcpu_engine *vcpu_engine_find(const char *name)
{
    static const struct vcpu_engine *const engines[] = {&vcpu_interp, &vcpu_jit};
    for (unsigned i = 0; i < ARRAY_LEN(engines); i++)
        if (!strcmp(engines[i]->name, name))
            return engines[i];
    return NULL;
}
