/* SPDX-License-Identifier: ISC */
/*
 * State describes itself: a field table for every chip, bus and CPU. Save, load, the state hash
 * and the register views all come from the table. A load distrusts the stream: it checks types,
 * counts and ranges, and leaves the object untouched unless everything fits.
 */
#ifndef STATE_STATE_H
#define STATE_STATE_H

#include "lib/buf.h"
#include "lib/err.h"
#include "lib/types.h"

enum state_type {
    STATE_U8,
    STATE_U16,
    STATE_U32,
    STATE_U64,
    STATE_BOOL, /* stored as one byte, 0 or 1 */
};

struct state_field {
    const char *name;
    enum state_type type;
    u16 since;  /* version of the table in which it appeared; 0: from the first */
    u32 offset; /* in the object */
    u32 count;  /* elements: 1, or the length of an array */
};

#define STATE_FIELD(strukt, member, kind, n)                                                       \
    {                                                                                              \
        .name = #member, .type = STATE_##kind, .offset = (u32)offsetof(strukt, member),            \
        .count = (n)                                                                               \
    }

/* A field that a later version of the table brought. Loading an older stream leaves it as it is. */
#define STATE_FIELD_SINCE(v, strukt, member, kind, n)                                              \
    {                                                                                              \
        .name = #member, .type = STATE_##kind, .since = (v),                                       \
        .offset = (u32)offsetof(strukt, member), .count = (n)                                      \
    }

struct state_desc {
    const char *name; /* "lb_timer": the chip */
    u16 version;
    u16 nfields;
    size_t size; /* of the object */
    const struct state_field *fields;
    /* After a load into a scratch copy and before it counts: are the values possible? NULL: any. */
    MUST_CHECK enum err (*check)(const void *scratch, struct error *e);
    /* After a load: rebuild what is derived (event queue, interrupt lines, caches). NULL: nothing.
     */
    void (*loaded)(void *obj);
};

/* Appends one section. `instance` tells several of a kind apart (slot, CPU number). */
void state_save(struct buf *out, const struct state_desc *d, u32 instance, const void *obj);

/* Loads the section for (d, instance) from the body of a stream. */
MUST_CHECK enum err state_load(struct buf_reader *body, const struct state_desc *d, u16 version,
                               void *obj, struct error *e);

/* A hash of the fields' values, equal on every host. Chain by passing the last as seed. */
u64 state_hash(u64 seed, const struct state_desc *d, const void *obj);
u64 state_hash_bytes(u64 seed, const void *p, size_t n);

/*
 * The parts of one machine, in a fixed order. A part is an object with a table, or memory, which
 * is saved sparsely (zero pages are left out).
 */
struct state_part {
    const struct state_desc *desc; /* NULL: raw memory */
    const char *name;              /* of raw memory; else desc->name */
    u32 instance;
    void *obj;
    size_t bytes; /* of raw memory */
    /* Raw memory was rewritten by a load; NULL: nobody minds. */
    void (*loaded)(void *ctx);
    /* Instead, when only some pages of it were (state_shot.h): this one; NULL: `loaded` will do. */
    void (*page_loaded)(void *ctx, u32 instance, size_t off);
    void *ctx;
    bool only_shots; /* means nothing to another process: neither saved nor hashed */
};

struct state_set {
    struct state_part *parts;
    size_t n;
};

void state_set_add(struct state_set *s, const struct state_desc *d, u32 instance, void *obj);
void state_set_add_memory(struct state_set *s, const char *name, u32 instance, void *mem,
                          size_t bytes, void (*loaded)(void *ctx), void *ctx);
/* Of the part that was added last. */
void state_set_by_page(struct state_set *s,
                       void (*page_loaded)(void *ctx, u32 instance, size_t off));
void state_set_only_shots(struct state_set *s); /* likewise; see state_shot.h */
void state_set_fini(struct state_set *s);

/* The whole machine as a stream: "kuseg-state", format version, sections, an end section with a
 * hash of all before it. Loading checks that every part is there exactly once, in any order;
 * after an error the machine's state is undefined and it must be reset or dropped. */
void state_set_save(const struct state_set *s, struct buf *out);
MUST_CHECK enum err state_set_load(const struct state_set *s, const void *data, size_t len,
                                   struct error *e);
u64 state_set_hash(const struct state_set *s);

#endif
