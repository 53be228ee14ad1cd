/* SPDX-License-Identifier: ISC */
/*
 * The system logic of a KN02, the processor board of the DECstation 5000/200: control and status
 * register, error address, TURBOchannel slots and what answers where nobody does. Little-endian.
 * Facts: the KN02 functional specification, as the kernels for it tell it.
 */
#ifndef DEV_TC_KN02_H
#define DEV_TC_KN02_H

#include "dev/dev.h"
#include "dev/tc_slot.h"
#include "mem/mem.h"
#include "state/state.h"

#define TC_KN02_SLOTS     0x1e000000u /* of the TURBOchannel */
#define TC_KN02_SLOT_SIZE TC_SLOT_SIZE
#define TC_KN02_NSLOTS    7u /* 0 to 2 options, 5 SCSI, 6 Ethernet, the others reserved */
#define TC_KN02_SYSTEM    0x1fc00000u
#define TC_KN02_PROM      0x1fc00000u
#define TC_KN02_GATE      0x1fc80000u /* unused on a real one; see tc_prom.h */
#define TC_KN02_VIRTIO    0x1fc90000u /* likewise; as many pages as there are devices */
#define TC_KN02_CHKSYN    0x1fd00000u
#define TC_KN02_ERRADDR   0x1fd80000u
#define TC_KN02_DZ        0x1fe00000u
#define TC_KN02_RTC       0x1fe80000u
#define TC_KN02_CSR       0x1ff00000u

/* Interrupts in the CSR: the slot's number, and */
#define TC_KN02_IRQ_VIRTIO 5u /* the SCSI controller's, which is not there */
#define TC_KN02_IRQ_DZ     7u

/* Lines to the CPU. */
enum tc_kn02_line {
    TC_KN02_LINE_IO,  /* one of the CSR's is up and not masked */
    TC_KN02_LINE_BUS, /* the error address is valid */
};

struct tc_kn02;

/* `line` is set with an enum tc_kn02_line. */
struct tc_kn02 *tc_kn02_new(const struct dev_env *env, const struct dev_line *line);
void tc_kn02_free(struct tc_kn02 *k);
void tc_kn02_reset(struct tc_kn02 *k); /* and the cards */

/* Before tc_kn02_map; the card's RAM is there already. */
void tc_kn02_plug(struct tc_kn02 *k, unsigned slot, const struct tc_class *cls, void *dev);
/* Its registers and the slots. */
void tc_kn02_map(struct tc_kn02 *k, struct mem *m);
/* Where nothing answers: a read is a bus error, a write is lost; both show in the error address. */
void tc_kn02_map_hole(struct tc_kn02 *k, struct mem *m, gpa base, u64 size);

/* Where a slot is. */
static inline gpa tc_kn02_slot(unsigned slot)
{
    return TC_KN02_SLOTS + slot * TC_KN02_SLOT_SIZE;
}

struct dev_line tc_kn02_irq(struct tc_kn02 *k, unsigned n);
void tc_kn02_add_state(struct tc_kn02 *k, struct state_set *s); /* and that of the cards */

#endif
