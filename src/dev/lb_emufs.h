/* SPDX-License-Identifier: ISC */
/*
 * Emulator passthrough file system (device 7): files of the host by name and handle.
 */
#ifndef DEV_LB_EMUFS_H
#define DEV_LB_EMUFS_H

#include "dev/lb.h"
#include "io/io.h"

struct lb_emufs;

/* `dir` is copied; whoever opened it frees it, after the card. */
struct lb_emufs *lb_emufs_new(const struct dev_env *env, struct dev_line line,
                              const struct io_dir *dir);
void lb_emufs_free(struct lb_emufs *f);

/* For shots (state_set_only_shots): what the back end calls that which is open. */
void lb_emufs_add_handles(struct lb_emufs *f, u32 slot, struct state_set *s);

extern const struct lb_class lb_emufs_class;

#endif
