/* SPDX-License-Identifier: ISC */
#include "io/io_ether_queue.h"
#include "lib/bug.h"
#include "lib/log.h"

#include <stdlib.h>
#include <string.h>

void io_ether_queue_init(struct io_ether_queue *q, unsigned max)
{
    *q = (struct io_ether_queue){.max = max};
    q->frame = max ? xcalloc(max, sizeof *q->frame) : NULL;
}

void io_ether_queue_fini(struct io_ether_queue *q)
{
    free(q->frame);
    q->frame = NULL;
    q->max = q->count = 0;
}

void io_ether_queue_report(const struct io_ether_queue *q, const char *label)
{
    const struct io_ether_counters *c = &q->counters;
    if (c->too_long || c->lost_in || c->lost_out)
        log_info(
            "%s: frames lost: %llu of a wrong length, %llu that the machine did not take, %llu "
            "that nobody took from it",
            label, (unsigned long long)c->too_long, (unsigned long long)c->lost_in,
            (unsigned long long)c->lost_out);
}

void io_ether_queue_put(struct io_ether_queue *q, const void *frame, size_t len)
{
    if (!io_ether_len_ok(len)) {
        q->counters.too_long++;
        return;
    }
    if (q->count == q->max) {
        q->counters.lost_in++;
        return;
    }
    struct io_ether_frame *to = &q->frame[(q->head + q->count++) % q->max];
    to->len = (u32)len;
    memcpy(to->data, frame, len);
    q->counters.in++;
}

bool io_ether_queue_take(struct io_ether_queue *q, u8 *data, u32 *len)
{
    if (q->told != q->carrier) {
        q->told = q->carrier;
        data[0] = q->told;
        *len = 1;
        return true;
    }
    if (!q->count || q->frame[q->head].len > *len)
        return false;
    *len = q->frame[q->head].len;
    memcpy(data, q->frame[q->head].data, *len);
    q->head = (q->head + 1) % q->max;
    q->count--;
    return true;
}
