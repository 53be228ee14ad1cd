/* SPDX-License-Identifier: ISC */
#include "vmm/vmm_past.h"
#include "host/host_clock.h"
#include "host/host_map.h"
#include "lib/bug.h"
#include "lib/log.h"
#include "state/state_shot.h"

#include <stdlib.h>
#include <string.h>

#define VMM_PAST_SHOTS 512u     /* at most */
#define VMM_PAST_LOOK  2000000u /* cycles between looks whether it is time for a shot */
#define VMM_PAST_COST  20u      /* times as much is computed between shots as they cost */
#define VMM_PAST_PAUSE 1000000u /* cycles between looks whether to pause */
#define VMM_PAST_ASK   1000u    /* stops that are passed between looks whether to give up */
#define VMM_PAST_NEAR  1000000u /* cycles before a place, for who goes back from there */

/* In a run: between rounds, or while one CPU alone is busy, the cycle says all. */
struct vmm_past_place {
    u64 cycle;
    int cpu; /* whose turn it is; -1: see above */
    u64 retired;
};

struct vmm_past_shot {
    struct state_shot *state;
    struct intake_mark mark;
    struct vmm_past_place place;
    u64 retired[MACHINE_MAX_CPUS];
};

struct vmm_past {
    struct machine *present;
    struct vmm_past_config config;
    struct machine_observer observer;
    struct vmm_past_shot
        shot[VMM_PAST_SHOTS]; /* in the order of time; the first is the beginning */
    unsigned nshots;
    u64 bytes;
    u64 shot_cpu, shot_cost; /* the last one's: host CPU time after it, and what it took; ns */
    u64 shot_intake;         /* what was recorded by then; bytes */

    bool changed; /* the present: nothing leads there */
    bool made, there, searched;
    struct machine past;
    struct machine_observer watcher; /* of the past, while it runs on */
    struct board board;
};

/* ---- places ---- */

static struct vmm_past_place vmm_past_place(const struct machine *m)
{
    if (m->round.open && !m->round.alone && m->running)
        return (struct vmm_past_place){.cycle = m->clock.now_base,
                                       .cpu = (int)m->running->number,
                                       .retired = vcpu_retired(m->running)};
    return (struct vmm_past_place){.cycle = machine_now(m), .cpu = -1};
}

static bool vmm_past_before(const struct vmm_past_place *a, const struct vmm_past_place *b)
{
    if (a->cycle != b->cycle)
        return a->cycle < b->cycle;
    return a->cpu != b->cpu ? a->cpu < b->cpu : a->retired < b->retired;
}

static const struct machine *vmm_past_now(const struct vmm_past *p)
{
    return p->there ? &p->past : p->present;
}

/* ---- shots ---- */

static void vmm_past_drop(struct vmm_past *p, unsigned i)
{
    state_shot_free(p->shot[i].state);
    memmove(&p->shot[i], &p->shot[i + 1], (--p->nshots - i) * sizeof p->shot[0]);
}

/* The one that is missed least: its neighbours are near, for how long ago they are. */
static unsigned vmm_past_least(const struct vmm_past *p)
{
    u64 now = p->shot[p->nshots - 1].place.cycle;
    double best = 0;
    unsigned least = 0;
    for (unsigned i = 1; i + 1 < p->nshots; i++) {
        u64 before = p->shot[i - 1].place.cycle, after = p->shot[i + 1].place.cycle;
        double gap = (double)(after - before) / (double)(now - before + 1);
        if (least && gap >= best)
            continue;
        best = gap;
        least = i;
    }
    return least;
}

static u64 vmm_past_bytes(const struct vmm_past *p)
{
    return p->bytes + intake_bytes(&p->present->intake);
}

/* Thins shots out; gives up the beginning if it is what came in that is too much, but not while
 * that is followed. */
static void vmm_past_bound(struct vmm_past *p)
{
    while (p->nshots > 2 && (p->nshots == VMM_PAST_SHOTS || vmm_past_bytes(p) > p->config.bytes)) {
        bool oldest = !p->there && intake_bytes(&p->present->intake) > p->config.bytes / 2;
        vmm_past_drop(p, oldest ? 0 : vmm_past_least(p));
        if (oldest)
            intake_forget(&p->present->intake, &p->shot[0].mark);
    }
}

/* Of the machine that is looked at, which stands between rounds. */
static void vmm_past_shoot(struct vmm_past *p, struct machine *m)
{
    struct vmm_past_place here = vmm_past_place(m);
    unsigned at = p->nshots;
    while (at && vmm_past_before(&here, &p->shot[at - 1].place))
        at--;
    if (at && !vmm_past_before(&p->shot[at - 1].place, &here))
        return;
    const struct state_shot *like = at ? p->shot[at - 1].state : NULL;
    struct vmm_past_shot shot = {
        .state = state_shot_take(&m->parts, like, host_map_touched, &p->bytes), .place = here};
    shot.mark = intake_mark(&m->intake);
    for (unsigned i = 0; i < m->ncpus; i++)
        shot.retired[i] = vcpu_retired(m->cpu[i]);
    memmove(&p->shot[at + 1], &p->shot[at], (p->nshots++ - at) * sizeof p->shot[0]);
    p->shot[at] = shot;
    vmm_past_bound(p);
}

/* What came in since the last one can be forgotten only when there is a next one. */
static bool vmm_past_is_due(const struct vmm_past *p, u64 cpu)
{
    return p->config.every || cpu - p->shot_cpu >= VMM_PAST_COST * p->shot_cost ||
           intake_bytes(&p->present->intake) > p->shot_intake + p->config.bytes / 2;
}

static void vmm_past_begin(struct vmm_past *p);

/* What disks held was too much to keep: from before that nobody can come here. */
static bool vmm_past_is_lost(const struct vmm_past *p)
{
    return p->present->intake.lost && p->nshots;
}

static void vmm_past_look(void *ctx)
{
    struct vmm_past *p = ctx;
    if (vmm_past_is_lost(p)) {
        vmm_past_begin(p);
        return;
    }
    u64 start = host_clock_cpu_ns();
    u64 every = p->config.every;
    p->observer.at = machine_now(p->present) + (every ? every : VMM_PAST_LOOK);
    if (!vmm_past_is_due(p, start))
        return;
    vmm_past_shoot(p, p->present);
    if (p->nshots == 1)
        intake_forget(&p->present->intake, &p->shot[0].mark);
    p->shot_intake = intake_bytes(&p->present->intake);
    p->shot_cpu = host_clock_cpu_ns();
    /* The first one keeps all that there is, and tells nothing of those that come. */
    p->shot_cost = p->nshots > 1 ? p->shot_cpu - start : 0;
}

/* The first shot comes as soon as the present is between rounds. */
static void vmm_past_begin(struct vmm_past *p)
{
    while (p->nshots)
        vmm_past_drop(p, p->nshots - 1);
    p->shot_cost = 0;
    p->observer.at = 0;
    if (!p->present->round.open)
        vmm_past_look(p);
}

void vmm_past_will_change(struct vmm_past *p)
{
    p->changed = true;
}

void vmm_past_goes_on(struct vmm_past *p)
{
    p->there = false;
    if (p->changed)
        vmm_past_begin(p);
    p->changed = false;
}

/* ---- the second machine ---- */

static void vmm_past_nothing(void *ctx, u64 ns, bool console)
{
    (void)ctx;
    (void)ns;
    (void)console;
}

static bool vmm_past_no(void *ctx)
{
    (void)ctx;
    return false;
}

static u64 vmm_past_no_time(void *ctx)
{
    (void)ctx;
    return 0;
}

static void vmm_past_put(void *ctx, u8 ch)
{
    (void)ctx;
    (void)ch;
}

static bool vmm_past_get(void *ctx, u8 *ch)
{
    (void)ctx;
    (void)ch;
    return false;
}

/* Nothing is connected to it. */
static struct board_setup vmm_past_setup(const struct vmm_past *p)
{
    static const struct io_console nobody = {
        .put = vmm_past_put, .get = vmm_past_get, .ended = vmm_past_no};
    struct board_setup s = *p->config.setup;
    s.s161.console = nobody;
    s.s161.screen_keys = (struct io_console){0};
    s.s161.profile = (struct board_s161_profile){0};
    s.s161.doom = 0; /* it is no state, and would count the same writes again and again */
    s.kn02.inputs = (struct io_inputs){0};
    for (unsigned i = 0; i < TC_DZ_LINES; i++)
        if (s.kn02.line[i].put)
            s.kn02.line[i] = nobody;
    return s;
}

static bool vmm_past_asked(const struct vmm_past *p)
{
    return p->config.asked && p->config.asked(p->config.ctx);
}

static void vmm_past_watch(void *ctx)
{
    struct vmm_past *p = ctx;
    bool pause = p->searched ? vmm_past_asked(p) : p->config.pauses(p->config.ctx);
    p->watcher.at = machine_now(&p->past) + VMM_PAST_PAUSE;
    p->past.control.pause |= pause;
}

static enum err vmm_past_make(struct vmm_past *p, struct error *e)
{
    const struct machine_host host = {
        .wait = vmm_past_nothing, .asked_to_end = vmm_past_no, .mono_ns = vmm_past_no_time};
    struct board_setup setup = vmm_past_setup(p);
    machine_init(&p->past, p->config.board->hz, &host);
    p->made = true;
    intake_will_follow(&p->past.intake, &p->present->intake);
    enum err err = board_make(&p->board, p->config.board, &p->past, &setup, e);
    p->past.warp = true;
    p->watcher = (struct machine_observer){.at = ~0ull, .look = vmm_past_watch, .ctx = p};
    machine_observe(&p->past, &p->watcher);
    p->past.trace.out = p->present->trace.out;
    p->past.names = p->present->names;
    return err;
}

struct machine *vmm_past_machine(const struct vmm_past *p)
{
    return p && p->there ? (struct machine *)(uintptr_t)&p->past : NULL;
}

void vmm_past_leave(struct vmm_past *p)
{
    p->there = false;
}

static void vmm_past_free_to_run(struct machine *m)
{
    m->stop_at = ~0ull;
    m->control = (struct machine_control){.step_cpu = -1, .limit_cpu = -1};
}

/* ---- going there ---- */

static void vmm_past_go_to_shot(struct vmm_past *p, unsigned i)
{
    struct machine *m = &p->past;
    const struct vmm_past_shot *s = &p->shot[i];
    p->watcher.at = ~0ull;
    m->end = MACHINE_RUNS;
    m->running = NULL;
    m->idler = m->spinning = NULL;
    state_shot_load(s->state, &m->parts, host_map_touched);
    intake_follow(&m->intake, &s->mark);
    vmm_past_free_to_run(m);
    p->there = true;
}

/* Where it is to stop. */
static void vmm_past_set_limit(struct machine *m, const struct vmm_past_place *to)
{
    m->stop_at = to->cpu < 0 ? to->cycle : ~0ull;
    m->control.limit_cpu = to->cpu;
    m->control.limit_at = to->retired;
}

/* Without breakpoints. */
static void vmm_past_run_to(struct vmm_past *p, const struct vmm_past_place *to)
{
    vmm_past_set_limit(&p->past, to);
    (void)machine_run(&p->past);
    vmm_past_free_to_run(&p->past);
}

/* The last shot not after it; there is one. */
static unsigned vmm_past_shot_for(const struct vmm_past *p, const struct vmm_past_place *to)
{
    unsigned i = p->nshots - 1;
    while (i && vmm_past_before(to, &p->shot[i].place))
        i--;
    return i;
}

/* Who goes back a little probably does it again. */
static void vmm_past_run_near(struct vmm_past *p, u64 cycle)
{
    struct machine *m = &p->past;
    u64 distance = p->config.every ? p->config.every / 20 : VMM_PAST_NEAR;
    if (cycle < machine_now(m) + 4 * distance)
        return;
    struct vmm_past_place near = {.cycle = cycle - distance, .cpu = -1};
    vmm_past_run_to(p, &near);
    if (!m->round.open && m->end == MACHINE_RUNS && intake_follows_clean(&m->intake))
        vmm_past_shoot(p, m);
}

static void vmm_past_go_to(struct vmm_past *p, const struct vmm_past_place *to)
{
    vmm_past_go_to_shot(p, vmm_past_shot_for(p, to));
    mips_debug_remove_all(p->past.code);
    vmm_past_run_near(p, to->cycle);
    vmm_past_run_to(p, to);
    vmm_past_points(p);
}

/* False: what was recorded does not lead there (a disk has failed, say); one is in the present. */
static bool vmm_past_arrived(struct vmm_past *p)
{
    if (p->past.end != MACHINE_DIVERGED)
        return true;
    log_error("the past went differently when it was followed; this is the present");
    p->there = false;
    return false;
}

static bool vmm_past_beginning(struct vmm_past *p)
{
    if (p->nshots)
        vmm_past_go_to(p, &p->shot[0].place);
    return false;
}

bool vmm_past_seek(struct vmm_past *p, u64 cycle)
{
    if (vmm_past_is_lost(p))
        vmm_past_begin(p);
    struct vmm_past_place to = {.cycle = cycle, .cpu = -1}, end = vmm_past_place(p->present);
    if (!vmm_past_before(&to, &end)) {
        vmm_past_leave(p);
        return true;
    }
    if (!p->nshots || vmm_past_before(&to, &p->shot[0].place))
        return vmm_past_beginning(p);
    vmm_past_go_to(p, &to);
    return vmm_past_arrived(p);
}

/* The last shot before a place in which this CPU had retired less; false: there is none. */
static bool vmm_past_shot_with_less(const struct vmm_past *p, const struct vmm_past_place *here,
                                    unsigned cpu, u64 retired, unsigned *shot)
{
    for (unsigned i = p->nshots; i--;) {
        *shot = i;
        if (p->shot[i].retired[cpu] < retired && !vmm_past_before(here, &p->shot[i].place))
            return true;
    }
    return false;
}

bool vmm_past_step_back(struct vmm_past *p, unsigned cpu)
{
    if (vmm_past_is_lost(p))
        vmm_past_begin(p);
    const struct machine *now = vmm_past_now(p);
    struct vmm_past_place here = vmm_past_place(now);
    struct machine *m = &p->past;
    u64 retired = vcpu_retired(now->cpu[cpu]);
    unsigned i;
    if (!vmm_past_shot_with_less(p, &here, cpu, retired, &i))
        return vmm_past_beginning(p);
    vmm_past_go_to_shot(p, i);
    mips_debug_remove_all(m->code);
    vmm_past_run_near(p, here.cycle);
    if (vcpu_retired(m->cpu[cpu]) >= retired && /* it has waited since long before */
        vmm_past_shot_with_less(p, &here, cpu, retired, &i))
        vmm_past_go_to_shot(p, i);
    m->control.limit_cpu = (int)cpu;
    m->control.limit_at = retired - 1;
    (void)machine_run(m);
    vmm_past_free_to_run(m);
    vmm_past_points(p);
    return vmm_past_arrived(p);
}

/* ---- the last stop before a place ---- */

struct vmm_past_found {
    bool any;
    struct vmm_past_place place;
    unsigned cpu;
    struct mips_hit hit;
};

/* The last of those from shot i to `end`; false: given up. */
static bool vmm_past_search(struct vmm_past *p, unsigned i, const struct vmm_past_place *end,
                            struct vmm_past_found *found)
{
    struct machine *m = &p->past;
    vmm_past_go_to_shot(p, i);
    vmm_past_points(p);
    vmm_past_set_limit(m, end);
    p->watcher.at = machine_now(m) + VMM_PAST_PAUSE;
    for (unsigned n = 0; n % VMM_PAST_ASK || !vmm_past_asked(p); n++) {
        (void)machine_run(m);
        if (m->end != MACHINE_RUNS || m->control.paused != MACHINE_HIT)
            return m->control.paused != MACHINE_ASKED;
        if (p->config.counts && !p->config.counts(p->config.ctx))
            continue;
        *found = (struct vmm_past_found){.any = true,
                                         .place = vmm_past_place(m),
                                         .cpu = m->control.cpu,
                                         .hit = m->cpu[m->control.cpu]->mips.hit};
    }
    return false;
}

/* GDB comes to a watched access from its far side, and steps back over it by itself. */
static void vmm_past_pass(struct vmm_past *p, unsigned cpu)
{
    struct machine *m = &p->past;
    mips_debug_pass(&m->cpu[cpu]->mips);
    m->control.limit_cpu = (int)cpu;
    m->control.limit_at = vcpu_retired(m->cpu[cpu]) + 1;
    (void)machine_run(m);
    vmm_past_free_to_run(m);
}

static void vmm_past_go_to_point(struct vmm_past *p, const struct vmm_past_found *f)
{
    struct machine *m = &p->past;
    struct mips *c = &m->cpu[f->cpu]->mips;
    vmm_past_go_to(p, &f->place);
    if (f->hit.watch.kind)
        vmm_past_pass(p, f->cpu);
    else if (c->pc != f->hit.va) /* an interrupt leads there, which takes no time */
        (void)machine_run(m);
    else
        mips_debug_pass(c);
    c->hit = f->hit;
    m->control.paused = MACHINE_HIT;
    m->control.cpu = f->cpu;
}

enum vmm_past_end vmm_past_run_back(struct vmm_past *p)
{
    if (vmm_past_is_lost(p))
        vmm_past_begin(p);
    struct vmm_past_place from = vmm_past_place(vmm_past_now(p)), end = from;
    struct vmm_past_found found = {0};
    for (unsigned i = p->nshots; i-- && !found.any;) {
        if (!vmm_past_before(&p->shot[i].place, &end))
            continue;
        p->searched = true;
        bool all = vmm_past_search(p, i, &end, &found);
        p->searched = false;
        if (!all) {
            if (p->there) /* whoever asked may have left the past */
                vmm_past_go_to(p, &from);
            return VMM_PAST_ASKED;
        }
        end = p->shot[i].place;
    }
    if (found.any)
        vmm_past_go_to_point(p, &found);
    else
        (void)vmm_past_beginning(p);
    return vmm_past_arrived(p) && found.any ? VMM_PAST_POINT : VMM_PAST_BEGINNING;
}

/* ---- forward again ---- */

bool vmm_past_limit(struct vmm_past *p)
{
    struct vmm_past_place here = vmm_past_place(&p->past), end = vmm_past_place(p->present);
    vmm_past_set_limit(&p->past, &end);
    p->watcher.at = p->config.pauses ? machine_now(&p->past) + VMM_PAST_PAUSE : ~0ull;
    return !vmm_past_before(&here, &end);
}

bool vmm_past_is_over(const struct vmm_past *p)
{
    struct vmm_past_place here = vmm_past_place(&p->past), end = vmm_past_place(p->present);
    return p->past.end != MACHINE_RUNS || !vmm_past_before(&here, &end);
}

void vmm_past_points(struct vmm_past *p)
{
    if (p->there)
        mips_debug_copy(p->past.code, p->present->code);
}

/* ---- all of it ---- */

enum err vmm_past_new(struct vmm_past **out, struct machine *m,
                      const struct vmm_past_config *config, struct error *e)
{
    struct vmm_past *p = xcalloc(1, sizeof *p);
    p->present = m;
    p->config = *config;
    enum err err = vmm_past_make(p, e);
    if (err) {
        vmm_past_free(p);
        return err;
    }
    m->intake.mode = INTAKE_RECORD;
    m->intake.disk_max = config->bytes;
    p->observer = (struct machine_observer){.look = vmm_past_look, .ctx = p};
    machine_observe(m, &p->observer);
    vmm_past_begin(p);
    *out = p;
    return ERR_OK;
}

void vmm_past_free(struct vmm_past *p)
{
    if (!p)
        return;
    machine_ignore(p->present, &p->observer);
    for (unsigned i = 0; i < p->nshots; i++)
        state_shot_free(p->shot[i].state);
    board_free(&p->board);
    if (p->made)
        machine_fini(&p->past);
    free(p);
}

struct vmm_past_facts vmm_past_facts(const struct vmm_past *p)
{
    return (struct vmm_past_facts){.first =
                                       p->nshots ? p->shot[0].place.cycle : machine_now(p->present),
                                   .present = machine_now(p->present),
                                   .shots = p->nshots,
                                   .bytes = vmm_past_bytes(p)};
}
