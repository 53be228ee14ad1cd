/* SPDX-License-Identifier: ISC */
/*
 * System/161's meter: counters of the running machine, a line every so many nanoseconds of virtual
 * time, to whoever connects. A client can choose how often; whatever it sends or fails to read,
 * the guest's run stays the same and the memory for it is bounded.
 */
#ifndef VMM_VMM_METER_H
#define VMM_VMM_METER_H

#include "host/host_socket.h"
#include "machine/machine.h"

#define VMM_METER_SOCKET     HOST_SOCKETS "/meter" /* sys161's */
#define VMM_METER_CLIENTS    16
#define VMM_METER_LINE       128 /* bytes of a command, with its end */
#define VMM_METER_MIN_NS     10000u
#define VMM_METER_MAX_NS     2000000000u
#define VMM_METER_DEFAULT_NS 200000000u

struct vmm_meter_client;

struct vmm_meter {
    struct machine *m;
    struct host_poll *poll;
    struct host_listener listener;
    struct machine_observer observer;
    struct vmm_meter_client *client[VMM_METER_CLIENTS];
};

/* `meter` must not move after this. The machine and the poll set outlive it. */
void vmm_meter_init(struct vmm_meter *meter, struct machine *m, struct host_poll *p);
void vmm_meter_fini(struct vmm_meter *meter); /* safe on zeroed memory */

MUST_CHECK enum err vmm_meter_listen(struct vmm_meter *meter, const char *address, struct error *e);

/* Takes over a connected, non-blocking stream. */
void vmm_meter_add(struct vmm_meter *meter, int fd);

/* One command, without its end, which is taken apart in place. NULL: it was understood; else what
 * is wrong with it. *interval_ns changes only if it was a new interval. */
const char *vmm_meter_command(char *line, u64 *interval_ns);

#endif
