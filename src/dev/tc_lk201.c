/* SPDX-License-Identifier: ISC */
/*
 * Keys are in 14 divisions. In "up/down" mode a key says its code when it goes down and again when
 * it goes up, but the last one up says "all up". In the other modes it says nothing then.
 *
 * A command is a byte with bit 7 set, or one without it and parameters, of which the last has it.
 * With bit 0 clear it sets a division's mode.
 */
#include "dev/tc_lk201.h"
#include "lib/bug.h"

#include <stdlib.h>
#include <string.h>

#define TC_LK201_USAGES    232u
#define TC_LK201_DIVISIONS 15u /* 0 is none */

enum {
    TC_LK201_SET_DEFAULTS = 0xd3,
    TC_LK201_REQUEST_ID = 0xab,
    TC_LK201_ENABLE_LK401 = 0xe9,
    TC_LK201_POWER_UP = 0xfd,

    TC_LK201_FIRMWARE = 0x01,
    TC_LK201_ALL_UP = 0xb3,
    TC_LK201_INPUT_ERROR = 0xb6,
    TC_LK201_MODE_ACK = 0xba,

    TC_LK201_LAST = 0x80, /* no parameter follows */
    TC_LK201_OTHER = 0x01,
    TC_LK201_UP_DOWN = 3, /* a mode */
};

struct tc_lk201 {
    struct tc_sender sender;
    u8 mode[TC_LK201_DIVISIONS];
    bool down[256]; /* by code: it was told so, in up/down mode */
    u8 command;     /* that waits for parameters; 0: none */
};

/* By USB's number; 0: an LK201 has no such key. F13 is where Print Screen is now, Help and Do are
 * F15 and F16, Compose is the left Alt. */
static const u8 tc_lk201_codes[TC_LK201_USAGES] = {
    [0x04] = 0xc2, 0xd9, 0xce, 0xcd, 0xcc, 0xd2, 0xd8, 0xdd, 0xe6,       /* a to i */
    [0x0d] = 0xe2, 0xe7, 0xec, 0xe3, 0xde, 0xeb, 0xf0, 0xc1, 0xd1,       /* j to r */
    [0x16] = 0xc7, 0xd7, 0xe1, 0xd3, 0xc6, 0xc8, 0xdc, 0xc3,             /* s to z */
    [0x1e] = 0xc0, 0xc5, 0xcb, 0xd0, 0xd6, 0xdb, 0xe0, 0xe5, 0xea, 0xef, /* 1 to 9, 0 */
    [0x28] = 0xbd, 0xbf, 0xbc, 0xbe, 0xd4,       /* return, escape, backspace, tab, space */
    [0x2d] = 0xf9, 0xf5, 0xfa, 0xf6, 0xf7, 0xf7, /* - = [ ] \ */
    [0x33] = 0xf2, 0xfb, 0xbf, 0xe8, 0xed, 0xf3, /* ; ' ` , . / */
    [0x39] = 0xb0,                               /* lock */
    [0x3a] = 0x56, 0x57, 0x58, 0x59, 0x5a, 0x64, 0x65, 0x66, 0x67, 0x68, 0x71, 0x72, /* F1 to 12 */
    [0x46] = 0x73, 0x74,                                                             /* F13, F14 */
    [0x49] = 0x8b, 0x8a, 0x8e, 0x8c, 0x8d, 0x8f, /* insert, find, prev, remove, select, next */
    [0x4f] = 0xa8, 0xa7, 0xa9, 0xaa,             /* right, left, down, up */
    [0x53] = 0xa1, 0xa2, 0xa3, 0xa0, 0x9c, 0x95, /* PF1 to PF3, - , enter */
    [0x59] = 0x96, 0x97, 0x98, 0x99, 0x9a, 0x9b, 0x9d, 0x9e, 0x9f, 0x92, 0x94, /* 1 to 9, 0, . */
    [0x64] = 0xc9,                                                             /* < > */
    [0x68] = 0x73, 0x74, 0x7c, 0x7d, 0x80, 0x81, 0x82, 0x83,                   /* F13 to F20 */
    [0xe0] = 0xaf, 0xae, 0xb1, 0xb1, 0xaf, 0xae, 0xb1, 0xb1, /* control, shift, compose */
};

/* In order of codes: where each division ends. All above is the first. */
static u32 tc_lk201_division(u8 code)
{
    static const struct {
        u8 last, division;
    } parts[] = {{0x62, 10}, {0x6e, 11}, {0x7a, 12}, {0x7d, 13}, {0x87, 14}, {0x90, 9}, {0xa5, 2},
                 {0xa8, 7},  {0xaa, 8},  {0xaf, 6},  {0xb2, 5},  {0xbc, 3},  {0xbe, 4}};
    for (unsigned i = 0; i < ARRAY_LEN(parts); i++)
        if (code <= parts[i].last)
            return parts[i].division;
    return 1;
}

/* ---- from the person ---- */

bool tc_lk201_room(const struct tc_lk201 *k)
{
    return k->sender.n < TC_SENDER_BYTES / 2;
}

static bool tc_lk201_all_are_up(const struct tc_lk201 *k)
{
    for (unsigned i = 0; i < ARRAY_LEN(k->down); i++)
        if (k->down[i])
            return false;
    return true;
}

static void tc_lk201_release(struct tc_lk201 *k, u8 code)
{
    if (!k->down[code])
        return;
    k->down[code] = false;
    tc_sender_send(&k->sender, tc_lk201_all_are_up(k) ? TC_LK201_ALL_UP : code);
}

void tc_lk201_key(struct tc_lk201 *k, u32 usage, bool down)
{
    u8 code = usage < TC_LK201_USAGES ? tc_lk201_codes[usage] : 0;
    if (!code)
        return;
    if (!down) {
        tc_lk201_release(k, code);
        return;
    }
    if (k->down[code])
        return;
    k->down[code] = k->mode[tc_lk201_division(code)] == TC_LK201_UP_DOWN;
    tc_sender_send(&k->sender, code);
}

/* ---- from the host ---- */

static void tc_lk201_defaults(struct tc_lk201 *k)
{
    static const u8 up_down[] = {6, 9, 10, 11, 12, 13, 14};
    memset(k->mode, 0, sizeof k->mode);
    for (unsigned i = 0; i < ARRAY_LEN(up_down); i++)
        k->mode[up_down[i]] = TC_LK201_UP_DOWN;
}

void tc_lk201_reset(struct tc_lk201 *k)
{
    tc_sender_reset(&k->sender);
    memset(k->down, 0, sizeof k->down);
    k->command = 0;
    tc_lk201_defaults(k);
}

static void tc_lk201_say(struct tc_lk201 *k, const u8 *data, size_t n)
{
    for (size_t i = 0; i < n; i++)
        tc_sender_send(&k->sender, data[i]);
}

/* Division 15 is that of auto-repeat rates. */
static void tc_lk201_set_mode(struct tc_lk201 *k, u8 command)
{
    u32 division = command >> 3 & 15;
    if (division && division < TC_LK201_DIVISIONS)
        k->mode[division] = command >> 1 & 3;
    tc_sender_send(&k->sender, TC_LK201_MODE_ACK);
}

static void tc_lk201_obey(struct tc_lk201 *k, u8 command)
{
    static const u8 self_test[] = {TC_LK201_FIRMWARE, 0, 0, 0}; /* no error, no key that hangs */
    if (!(command & TC_LK201_OTHER)) {
        tc_lk201_set_mode(k, command);
        return;
    }
    switch (command) {
    case TC_LK201_POWER_UP:
        tc_lk201_reset(k);
        tc_lk201_say(k, self_test, sizeof self_test);
        break;
    case TC_LK201_REQUEST_ID:
        tc_lk201_say(k, self_test, 2);
        break;
    case TC_LK201_SET_DEFAULTS:
        tc_lk201_defaults(k);
        break;
    case TC_LK201_ENABLE_LK401:
        tc_sender_send(&k->sender, TC_LK201_INPUT_ERROR);
        break;
    default: /* lamps and sounds */
        break;
    }
}

void tc_lk201_command(struct tc_lk201 *k, u8 ch)
{
    u8 command = k->command ? k->command : ch;
    k->command = ch & TC_LK201_LAST ? 0 : command;
    if (!k->command)
        tc_lk201_obey(k, command);
}

/* ---- state ---- */

static enum err tc_lk201_check(const void *scratch, struct error *e)
{
    const struct tc_lk201 *k = scratch;
    bool good = !(k->command & TC_LK201_LAST);
    for (unsigned i = 0; i < TC_LK201_DIVISIONS; i++)
        good &= k->mode[i] <= TC_LK201_UP_DOWN;
    if (!good)
        return err_set(e, ERR_FORMAT, "tc_lk201: modes that there are not");
    return tc_sender_check(&k->sender, "tc_lk201", e);
}

static void tc_lk201_loaded(void *obj)
{
    struct tc_lk201 *k = obj;
    tc_sender_loaded(&k->sender);
}

static const struct state_field tc_lk201_fields[] = {
    TC_SENDER_STATE(struct tc_lk201, sender),
    STATE_FIELD(struct tc_lk201, mode, U8, TC_LK201_DIVISIONS),
    STATE_FIELD(struct tc_lk201, down, BOOL, 256),
    STATE_FIELD(struct tc_lk201, command, U8, 1),
};

static const struct state_desc tc_lk201_state = {
    .name = "tc_lk201",
    .version = 1,
    .nfields = ARRAY_LEN(tc_lk201_fields),
    .size = sizeof(struct tc_lk201),
    .fields = tc_lk201_fields,
    .check = tc_lk201_check,
    .loaded = tc_lk201_loaded,
};

void tc_lk201_add_state(struct tc_lk201 *k, struct state_set *s)
{
    state_set_add(s, &tc_lk201_state, 0, k);
}

struct tc_lk201 *tc_lk201_new(const struct dev_env *env, const struct tc_sender_line *line)
{
    struct tc_lk201 *k = xcalloc(1, sizeof *k);
    tc_sender_init(&k->sender, env, line);
    tc_lk201_reset(k);
    return k;
}

void tc_lk201_free(struct tc_lk201 *k)
{
    free(k);
}
