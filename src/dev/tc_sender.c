/* SPDX-License-Identifier: ISC */
#include "dev/tc_sender.h"

#include <string.h>

#define TC_SENDER_NS (11 * 1000000000ull / 4800) /* with start, parity and stop */

static void tc_sender_due(void *ctx)
{
    struct tc_sender *s = ctx;
    if (!s->n)
        return;
    u8 ch = s->byte[0];
    memmove(s->byte, s->byte + 1, --s->n);
    s->byte[s->n] = 0;
    if (s->n)
        event_arm_after(&s->next, TC_SENDER_NS);
    s->line.put(s->line.ctx, ch);
    if (!s->n && s->idle)
        s->idle(s->ctx);
}

void tc_sender_init(struct tc_sender *s, const struct dev_env *env,
                    const struct tc_sender_line *line)
{
    *s = (struct tc_sender){.line = *line};
    event_init(&s->next, env->clock, tc_sender_due, s);
}

void tc_sender_reset(struct tc_sender *s)
{
    memset(s->byte, 0, sizeof s->byte);
    s->n = 0;
    dev_disarm(&s->next);
}

void tc_sender_send(struct tc_sender *s, u8 ch)
{
    if (s->n == TC_SENDER_BYTES)
        return;
    s->byte[s->n++] = ch;
    if (!s->next.armed)
        event_arm_after(&s->next, TC_SENDER_NS);
}

enum err tc_sender_check(const struct tc_sender *s, const char *chip, struct error *e)
{
    return s->n <= TC_SENDER_BYTES
               ? ERR_OK
               : err_set(e, ERR_FORMAT, "%s: more bytes than there is room for", chip);
}

void tc_sender_loaded(struct tc_sender *s)
{
    event_loaded(&s->next);
}
