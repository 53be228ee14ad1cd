/* SPDX-License-Identifier: ISC */
/* Bytes on their way from a keyboard or mouse to the serial line that it is on, at 4800 baud. */
#ifndef DEV_TC_SENDER_H
#define DEV_TC_SENDER_H

#include "dev/dev_int.h"

#define TC_SENDER_BYTES 64u

struct tc_sender_line {
    void (*put)(void *ctx, u8 ch); /* a byte has arrived */
    void *ctx;
};

struct tc_sender {
    struct tc_sender_line line;
    void (*idle)(void *ctx); /* the last byte has gone; may send more. NULL: nobody wants to know */
    void *ctx;
    u8 byte[TC_SENDER_BYTES]; /* from the next one on */
    u32 n;
    struct event next; /* armed: the first one is on its way */
};

void tc_sender_init(struct tc_sender *s, const struct dev_env *env,
                    const struct tc_sender_line *line);
void tc_sender_reset(struct tc_sender *s);
/* One too many is lost, as one is in a keyboard whose buffer is full. */
void tc_sender_send(struct tc_sender *s, u8 ch);

MUST_CHECK enum err tc_sender_check(const struct tc_sender *s, const char *chip, struct error *e);
void tc_sender_loaded(struct tc_sender *s);

#define TC_SENDER_STATE(strukt, member)                                                            \
    STATE_FIELD(strukt, member.byte, U8, TC_SENDER_BYTES), STATE_FIELD(strukt, member.n, U32, 1),  \
        DEV_STATE_EVENT(strukt, member.next)

#endif
