/* SPDX-License-Identifier: ISC */
#include "vmm/vmm_progress.h"

#include "host/host_clock.h"
#include "lib/log.h"

#define VMM_PROGRESS_CYCLES (1u << 21) /* between looks at the host's clock */

static u64 vmm_progress_retired(const struct machine *m)
{
    u64 n = 0;
    for (unsigned i = 0; i < m->ncpus; i++)
        n += vcpu_retired(m->cpu[i]);
    return n;
}

static void vmm_progress_print(struct vmm_progress *p, u64 now)
{
    const struct machine *m = p->m;
    u64 cycles = machine_now(m), retired = vmm_progress_retired(m);
    double real = (double)(now - p->last_ns) / 1e9;
    double virtual = (double)(cycles - p->last_cycles) / m->clock.hz;
    log_info("after %.1f s: virtual time %.3f s, %llu instructions, now %.1f million a second, "
             "%.2f times real time",
             (double)(now - p->start_ns) / 1e9, (double)cycles / m->clock.hz,
             (unsigned long long)retired, (double)(retired - p->last_retired) / real / 1e6,
             virtual / real);
    p->last_ns = now;
    p->last_cycles = cycles;
    p->last_retired = retired;
}

static void vmm_progress_look(void *ctx)
{
    struct vmm_progress *p = ctx;
    u64 now = host_clock_mono_ns();
    p->observer.at = machine_now(p->m) + VMM_PROGRESS_CYCLES;
    if (now - p->last_ns >= p->every_ns)
        vmm_progress_print(p, now);
}

void vmm_progress_start(struct vmm_progress *p, struct machine *m, u64 every_ns)
{
    u64 now = host_clock_mono_ns();
    *p = (struct vmm_progress){.m = m, .every_ns = every_ns, .start_ns = now, .last_ns = now};
    p->last_cycles = machine_now(m);
    p->last_retired = vmm_progress_retired(m);
    p->observer = (struct machine_observer){
        .at = p->last_cycles + VMM_PROGRESS_CYCLES, .look = vmm_progress_look, .ctx = p};
    machine_observe(m, &p->observer);
}
