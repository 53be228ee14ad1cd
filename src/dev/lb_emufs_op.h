/* SPDX-License-Identifier: ISC */
/*
 * What an emufs card does when told: the operations on its registers, buffer and handles.
 */
#ifndef DEV_LB_EMUFS_OP_H
#define DEV_LB_EMUFS_OP_H

#include "dev/dev.h"
#include "dev/lb_emufs_table.h"

#define LB_EMUFS_BUFFER 16384

enum lb_emufs_op {
    LB_EMUFS_OPEN = 1,
    LB_EMUFS_CREATE,
    LB_EMUFS_CREATE_NEW,
    LB_EMUFS_CLOSE,
    LB_EMUFS_READ,
    LB_EMUFS_READDIR,
    LB_EMUFS_WRITE,
    LB_EMUFS_SIZE,
    LB_EMUFS_TRUNCATE,
};

enum lb_emufs_result {
    LB_EMUFS_OK = 1,
    LB_EMUFS_BAD_HANDLE,
    LB_EMUFS_BAD_OP,
    LB_EMUFS_BAD_PATH,
    LB_EMUFS_BAD_SIZE,
    LB_EMUFS_EXISTS,
    LB_EMUFS_IS_DIR,
    LB_EMUFS_MEDIA,
    LB_EMUFS_NO_HANDLES,
    LB_EMUFS_NO_SPACE,
    LB_EMUFS_NOT_DIR,
    LB_EMUFS_UNKNOWN,
    LB_EMUFS_UNSUPPORTED,
};

struct lb_emufs_job {
    u32 handle, offset, length; /* as the guest set them; the operation leaves its answer here */
    u8 buf[LB_EMUFS_BUFFER];
    struct lb_emufs_table table;
    struct dev_stats *stats;
};

u32 lb_emufs_op(struct lb_emufs_job *j, u32 op); /* an enum lb_emufs_result */

#endif
