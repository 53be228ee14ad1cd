/* SPDX-License-Identifier: ISC */
#include "cmd/run_debug.h"
#include "host/host_socket.h"
#include "lib/log.h"

#include <stdio.h>

#define RUN_DEBUG_PAST (256ull << 20)
#define RUN_DEBUG_KEY  7 /* control-G, as sys161's users know it */

static enum err run_debug_sys161(struct vmm_debug **d, struct vmm_debug_config config,
                                 struct machine *m, u64 port, struct error *e)
{
    char address[32];
    snprintf(address, sizeof address, "localhost:%u", (unsigned)port);
    config.address = port ? address : HOST_SOCKETS "/gdb";
    if (vmm_debug_new(d, m, &config, e)) /* the original runs on, too */
        log_warn("%s: there will be no debugger", e->msg);
    return ERR_OK;
}

/* System/161's debugger may come at any time, but hardly ever does. */
static u64 run_debug_past(const struct run_options *o)
{
    bool expected = o->gdb || o->wait_debugger;
    return o->no_history ? 0 : o->history ? o->history : expected ? RUN_DEBUG_PAST : 0;
}

enum err run_debug_open(struct vmm_debug **d, const struct run_options *o, struct vmm *v,
                        struct error *e)
{
    struct vmm_debug_config config = {.poll = v->config->poll,
                                      .address = o->gdb,
                                      .dont_wait = o->no_debugger,
                                      .past_bytes = run_debug_past(o),
                                      .board = v->config->board,
                                      .setup = &v->setup};
    enum err err = ERR_OK;
    if (o->sys161)
        err = run_debug_sys161(d, config, &v->m, o->gdb_port, e);
    else if (o->gdb)
        err = vmm_debug_new(d, &v->m, &config, e);
    if (*d && o->wait_debugger)
        vmm_debug_wait(*d);
    return err ? err_prefix(e, "--gdb") : ERR_OK;
}

bool run_debug_takes(const struct run_options *o, struct vmm_debug *d, u8 ch)
{
    bool takes = o->sys161 && d && ch == RUN_DEBUG_KEY;
    if (takes)
        vmm_debug_break(d);
    return takes;
}
