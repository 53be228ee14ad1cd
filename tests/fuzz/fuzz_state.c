/* SPDX-License-Identifier: ISC */
/*
 * The section stream of a small machine: two chips of one kind, one of another, three pages of
 * memory. First byte even: the rest is a whole stream. Odd: patches (offset, value: 16 bits each)
 * to a good one, its length cut by the next byte, with the closing hash made right again, because a
 * hostile stream's would be.
 */
#include "fuzz.h"

#include "lib/bits.h"
#include "lib/bug.h"
#include "state/state.h"

#include <string.h>

struct fuzz_chip {
    u8 small;
    u16 half[3];
    u32 word;
    u64 when;
    bool armed[2];
};

static const struct state_field fuzz_chip_fields[] = {
    STATE_FIELD(struct fuzz_chip, small, U8, 1),   STATE_FIELD(struct fuzz_chip, half, U16, 3),
    STATE_FIELD(struct fuzz_chip, word, U32, 1),   STATE_FIELD(struct fuzz_chip, when, U64, 1),
    STATE_FIELD(struct fuzz_chip, armed, BOOL, 2),
};

static enum err fuzz_chip_check(const void *scratch, struct error *e)
{
    const struct fuzz_chip *c = scratch;
    return c->small < 200 ? ERR_OK : err_set(e, ERR_FORMAT, "small is too large");
}

static const struct state_desc fuzz_chip_desc = {
    .name = "chip",
    .version = 2,
    .nfields = ARRAY_LEN(fuzz_chip_fields),
    .size = sizeof(struct fuzz_chip),
    .fields = fuzz_chip_fields,
    .check = fuzz_chip_check,
};

static const struct state_desc fuzz_plain_desc = {
    .name = "plain",
    .version = 1,
    .nfields = 1,
    .size = sizeof(struct fuzz_chip),
    .fields = fuzz_chip_fields,
};

struct fuzz_machine {
    struct fuzz_chip chip[2], plain;
    u8 memory[3 * 4096];
    struct state_set set;
};

static void fuzz_machine_init(struct fuzz_machine *m)
{
    *m = (struct fuzz_machine){.chip = {{.small = 7, .when = 99, .armed = {true, false}}},
                               .plain = {.small = 250}};
    m->memory[4096 + 17] = 0x5a;
    for (u32 i = 0; i < 2; i++)
        state_set_add(&m->set, &fuzz_chip_desc, i, &m->chip[i]);
    state_set_add(&m->set, &fuzz_plain_desc, 0, &m->plain);
    state_set_add_memory(&m->set, "ram", 0, m->memory, sizeof m->memory, NULL, NULL);
}

/* What was taken must come out again as it went in. */
static void fuzz_state_check(struct fuzz_machine *m)
{
    static struct fuzz_machine other;
    struct buf again = {0};
    struct error e;
    BUG_ON(m->chip[0].small >= 200 || m->chip[1].small >= 200);
    fuzz_machine_init(&other);
    state_set_save(&m->set, &again);
    BUG_ON(state_set_load(&other.set, again.data, again.len, &e) != ERR_OK);
    BUG_ON(state_set_hash(&m->set) != state_set_hash(&other.set));
    buf_fini(&again);
    state_set_fini(&other.set);
}

static void fuzz_state_patch(struct buf *b, const uint8_t *data, size_t len)
{
    if (len && data[0])
        b->len -= data[0] < b->len ? data[0] : 0;
    for (size_t i = 1; i + 4 <= len; i += 4)
        memcpy(b->data + load_le16(data + i) % (b->len - 1), data + i + 2, 2);
    size_t tail = 4 + 4 + 2 + 8 + 8; /* the section "end" */
    if (b->len > tail)
        store_le64(b->data + b->len - 8, state_hash_bytes(0, b->data, b->len - tail));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static struct fuzz_machine m;
    struct buf stream = {0};
    struct error e;
    if (!len)
        return 0;
    fuzz_machine_init(&m);
    enum err err;
    if (data[0] & 1) {
        state_set_save(&m.set, &stream);
        fuzz_state_patch(&stream, data + 1, len - 1);
        err = state_set_load(&m.set, stream.data, stream.len, &e);
    } else {
        err = state_set_load(&m.set, data + 1, len - 1, &e);
    }
    if (err == ERR_OK)
        fuzz_state_check(&m);
    buf_fini(&stream);
    state_set_fini(&m.set);
    return 0;
}
