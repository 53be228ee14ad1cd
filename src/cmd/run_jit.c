/* SPDX-License-Identifier: ISC */
#include "cmd/run_jit.h"
#include "cpu/cpu_jit.h"

static const char *run_jit_option(const struct run_options *o)
{
    return o->code_cache ? "--code-cache" : o->jit_dump ? "--jit-dump" : o->perf ? "--perf" : NULL;
}

enum err run_jit_open(const struct run_options *o, struct machine *m, const struct run_files *f,
                      struct error *e)
{
    const char *option = run_jit_option(o);
    struct cpu_jit_knobs knobs = cpu_jit_usual;
    if (!option)
        return ERR_OK;
    if (m->cpu[0]->engine != &vcpu_jit)
        return err_set(e, ERR_USAGE, "%s is about translated code, and the engine '%s' has none",
                       option, m->cpu[0]->engine->name);
    if (o->code_cache)
        knobs.code_bytes = o->code_cache;
    if (!cpu_jit_prepare(m->code, m->cpu[0]->mips.big, &knobs))
        return err_set(e, ERR_IO, "%s: the host gives no memory for translated code: %m", option);
    const struct cpu_jit_watch watch = {.dump = f->dump, .perf = f->perf};
    cpu_jit_watch(m->code, &watch);
    return ERR_OK;
}

void run_jit_close(struct machine *m)
{
    static const struct cpu_jit_watch nobody;
    cpu_jit_watch(m->code, &nobody);
}
