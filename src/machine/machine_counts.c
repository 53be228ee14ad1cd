/* SPDX-License-Identifier: ISC */
#include "machine/machine_counts.h"

void machine_count(const struct machine *m, struct machine_counts *c)
{
    u64 now = machine_now(m), retired = 0, user = 0, all = now * m->ncpus;
    *c = (struct machine_counts){.ns = clock_cycles_to_ns(&m->clock, now)};
    for (unsigned i = 0; i < m->ncpus; i++) {
        const struct mips_stats *s = &m->cpu[i]->mips.stats;
        retired += vcpu_retired(m->cpu[i]);
        user += vcpu_user_cycles(m->cpu[i]);
        c->user_undone += s->user_exceptions;
        c->exceptions += s->exceptions;
        c->irqs += s->irqs;
    }
    c->user = user - c->user_undone;
    c->kernel = retired - user - (c->exceptions - c->user_undone);
    c->idle = all > retired ? all - retired : 0; /* paused in a round, some CPUs are ahead */
}
