/* SPDX-License-Identifier: ISC */
#include "cmd/run_debug.h"
#include "host/host_socket.h"
#include "lib/log.h"

#include <stdio.h>

#define RUN_DEBUG_KEY 7 /* control-G, as sys161's users know it */

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

enum err run_debug_open(struct vmm_debug **d, const struct run_options *o, struct machine *m,
                        struct host_poll *poll, struct error *e)
{
    struct vmm_debug_config config = {.poll = poll, .address = o->gdb, .dont_wait = o->no_debugger};
    enum err err = ERR_OK;
    if (o->sys161)
        err = run_debug_sys161(d, config, m, o->gdb_port, e);
    else if (o->gdb)
        err = vmm_debug_new(d, m, &config, e);
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
