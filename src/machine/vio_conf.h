/* SPDX-License-Identifier: ISC */
/*
 * What a virtio device was asked to be, as plain data: "rng", "blk,file=disk.img,read-only". Opens
 * nothing. A comma in a value is written twice.
 */
#ifndef MACHINE_VIO_CONF_H
#define MACHINE_VIO_CONF_H

#include "lib/err.h"
#include "lib/types.h"

enum vio_conf_kind {
#define VIRTIO(TAG, name, what) VIO_##TAG,
#define VIRTIO_ARG(...)
#include "machine/virtio.def"
#undef VIRTIO
#undef VIRTIO_ARG
    VIO_KINDS,
};

#define VIO_CONF_TEXTS_MAX 7u

struct vio_conf_texts {
    char *item[VIO_CONF_TEXTS_MAX];
    size_t n;
};

/* Only the members of its kind mean anything. Strings are owned; NULL: not given. */
struct vio_conf {
    enum vio_conf_kind kind;
    char *option; /* that asked for it, for messages; who parses it sets it */
    struct {
        char *file, *serial, *on_error;
        bool read_only;
    } blk;
    struct {
        char *tag, *dir;
        bool read_only;
    } share;
    struct {
        char *path;
        u64 cid; /* 0: not given */
    } vsock;
    struct {
        u64 size;
        char *control;
    } balloon;
    struct {
        char *socket;
        struct vio_conf_texts port;
        u64 columns, rows;
    } console;
};

/* Borrowed. */
struct vio_conf_list {
    struct vio_conf *item;
    size_t n;
};

MUST_CHECK enum err vio_conf_parse(struct vio_conf *c, const char *words, struct error *e);
const char *vio_conf_name(enum vio_conf_kind kind);
void vio_conf_fini(struct vio_conf *c); /* safe on zeroed memory */

struct vio_conf *vio_conf_list_add(struct vio_conf_list *l); /* zeroed */
void vio_conf_list_fini(struct vio_conf_list *l);

#endif
