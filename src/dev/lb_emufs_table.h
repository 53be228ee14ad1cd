/* SPDX-License-Identifier: ISC */
/*
 * The handles of an emufs card: numbers that the guest knows, in front of a back end's handles.
 * Part of the card's state, but for the back end's handles, which the paths bring back.
 */
#ifndef DEV_LB_EMUFS_TABLE_H
#define DEV_LB_EMUFS_TABLE_H

#include "io/io.h"

#define LB_EMUFS_HANDLES 64 /* as many as System/161 has; 0 is the root and always open */
#define LB_EMUFS_PATH    256
#define LB_EMUFS_LOST    (~0u) /* a back end's handle: open for the guest, but not behind it */

enum lb_emufs_kind {
    LB_EMUFS_FREE,
    LB_EMUFS_FILE,
    LB_EMUFS_DIR,
};

struct lb_emufs_table {
    struct io_dir dir;
    u32 behind[LB_EMUFS_HANDLES]; /* the back end's handles; derived, but of one that follows */
    u8 kind[LB_EMUFS_HANDLES];
    char path[LB_EMUFS_HANDLES][LB_EMUFS_PATH]; /* from the root; "" but for the root: unknown */
};

void lb_emufs_table_init(struct lb_emufs_table *t, const struct io_dir *dir);
void lb_emufs_table_close_all(struct lb_emufs_table *t); /* but the root */

bool lb_emufs_table_is_open(const struct lb_emufs_table *t, u32 h);

/* Makes what the back end opened as `name` below `from` a handle: the one it has already, or the
 * lowest that is free. LB_EMUFS_HANDLES: none is free, and it is closed again. */
u32 lb_emufs_table_add(struct lb_emufs_table *t, u32 from, const char *name, u32 behind,
                       bool is_dir);
void lb_emufs_table_close(struct lb_emufs_table *t, u32 h); /* open, not the root */

/* After a load: are the values possible; and open everything again. */
MUST_CHECK enum err lb_emufs_table_check(const struct lb_emufs_table *t, struct error *e);
void lb_emufs_table_loaded(struct lb_emufs_table *t);

#endif
