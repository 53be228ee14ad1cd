/* SPDX-License-Identifier: ISC */
/*
 * What can't be opened again after a load (gone, or its path too long to keep) stays open for the
 * guest, as LB_EMUFS_LOST: its handle must not become another file.
 */
#include "dev/lb_emufs_table.h"
#include "io/io_path.h"

#include <string.h>

void lb_emufs_table_init(struct lb_emufs_table *t, const struct io_dir *dir)
{
    *t = (struct lb_emufs_table){.dir = *dir, .kind = {[0] = LB_EMUFS_DIR}};
    for (u32 h = 1; h < LB_EMUFS_HANDLES; h++)
        t->behind[h] = LB_EMUFS_LOST;
}

bool lb_emufs_table_is_open(const struct lb_emufs_table *t, u32 h)
{
    return h < LB_EMUFS_HANDLES && t->kind[h] != LB_EMUFS_FREE;
}

static void lb_emufs_table_close_behind(struct lb_emufs_table *t, u32 h)
{
    if (t->behind[h] != LB_EMUFS_LOST)
        (void)t->dir.close(t->dir.ctx, t->behind[h]);
    t->behind[h] = LB_EMUFS_LOST;
}

void lb_emufs_table_close(struct lb_emufs_table *t, u32 h)
{
    lb_emufs_table_close_behind(t, h);
    t->kind[h] = LB_EMUFS_FREE;
    memset(t->path[h], 0, LB_EMUFS_PATH);
}

void lb_emufs_table_close_all(struct lb_emufs_table *t)
{
    for (u32 h = 1; h < LB_EMUFS_HANDLES; h++)
        lb_emufs_table_close(t, h);
}

/* LB_EMUFS_HANDLES: it has none, and none is free. */
static u32 lb_emufs_table_number(const struct lb_emufs_table *t, u32 behind)
{
    u32 unused = LB_EMUFS_HANDLES;
    for (u32 h = 0; h < LB_EMUFS_HANDLES; h++) {
        if (t->kind[h] == LB_EMUFS_FREE)
            unused = h < unused ? h : unused;
        else if (t->behind[h] == behind)
            return h;
    }
    return unused;
}

static void lb_emufs_table_keep_path(struct lb_emufs_table *t, u32 h, u32 from, const char *name)
{
    bool known = from == 0 || t->path[from][0];
    char path[LB_EMUFS_PATH];
    if (known && io_path_join(t->path[from], name, path, sizeof path))
        memcpy(t->path[h], path, strlen(path));
}

u32 lb_emufs_table_add(struct lb_emufs_table *t, u32 from, const char *name, u32 behind,
                       bool is_dir)
{
    u32 h = lb_emufs_table_number(t, behind);
    if (h == LB_EMUFS_HANDLES) {
        (void)t->dir.close(t->dir.ctx, behind);
    } else if (t->kind[h] == LB_EMUFS_FREE) {
        t->kind[h] = is_dir ? LB_EMUFS_DIR : LB_EMUFS_FILE;
        t->behind[h] = behind;
        lb_emufs_table_keep_path(t, h, from, name);
    }
    return h;
}

enum err lb_emufs_table_check(const struct lb_emufs_table *t, struct error *e)
{
    for (u32 h = 0; h < LB_EMUFS_HANDLES; h++)
        if (t->kind[h] > LB_EMUFS_DIR || t->path[h][LB_EMUFS_PATH - 1])
            return err_set(e, ERR_FORMAT, "lb_emufs: handle %u is impossible", h);
    if (t->kind[0] != LB_EMUFS_DIR || t->path[0][0])
        return err_set(e, ERR_FORMAT, "lb_emufs: the root is not open");
    return ERR_OK;
}

/* The path comes from a stream: the back end refuses what leads out. Two handles never share one
 * of the back end's. */
static void lb_emufs_table_open_again(struct lb_emufs_table *t, u32 h)
{
    u32 behind = 0;
    bool is_dir = false;
    if (!t->path[h][0] || t->dir.open(t->dir.ctx, 0, t->path[h], IO_OPEN, &behind, &is_dir))
        return;
    for (u32 i = 0; i < LB_EMUFS_HANDLES; i++)
        if (t->behind[i] == behind)
            return;
    t->behind[h] = behind;
    if (is_dir != (t->kind[h] == LB_EMUFS_DIR))
        lb_emufs_table_close_behind(t, h);
}

void lb_emufs_table_loaded(struct lb_emufs_table *t)
{
    if (t->dir.follows)
        return;
    for (u32 h = 1; h < LB_EMUFS_HANDLES; h++)
        lb_emufs_table_close_behind(t, h);
    for (u32 h = 1; h < LB_EMUFS_HANDLES; h++)
        if (t->kind[h] != LB_EMUFS_FREE)
            lb_emufs_table_open_again(t, h);
}
