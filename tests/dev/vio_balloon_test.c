/* SPDX-License-Identifier: ISC */
/* The balloon: pages given up and reported, right and wrong ones, and its size. */
#include "vio_cmocka.h"

#include "dev/vio_balloon.h"
#include "lib/bits.h"

#include <string.h>

enum {
    INFLATE = 0,
    DEFLATE = 1,
    REPORTS = 2, /* as Linux counts */
    REPORTS_TOO = 4,
    F_REPORTING = 1 << 5,
    PAGES = 0x200, /* of the rig's RAM */
};

static struct vio_balloon *balloon(const struct vio_rig *r)
{
    return r->extra;
}

static struct vio_rig *rig(u64 features)
{
    struct vio_rig *r = vio_rig_new();
    struct vio_place place = vio_rig_place(r);
    struct vio_balloon_config config = {.target = 3};
    r->extra = vio_balloon_new(&place, &config);
    vio_rig_plug(r, vio_balloon_device(r->extra));
    memset(vio_rig_ptr(r, 0x100000), 0xaa, 0x100000);
    for (u32 i = 0x100; i < PAGES; i++) /* as if nobody had written them */
        mem_find(r->mem, 0)->page_flags[i] = 0;
    assert_true(vio_rig_start(r, features));
    return r;
}

static void collect(struct vio_rig *r, unsigned queue)
{
    u16 head;
    u32 written;
    assert_true(vio_rig_collect(r, queue, &head, &written));
    assert_int_equal(written, 0);
}

static void list(struct vio_rig *r, unsigned queue, const u32 *page, u32 n)
{
    struct vio_rig_buf buf = {.pa = vio_rig_alloc(r, 4 * n), .len = 4 * n};
    for (u32 i = 0; i < n; i++)
        store_le32(vio_rig_ptr(r, buf.pa) + 4 * i, page[i]);
    vio_rig_send(r, queue, &buf, 1);
}

/* Filled with 0xaa: 1, with zeros: 0, with neither: -1. */
static int page_is(const struct vio_rig *r, u32 page)
{
    const u8 *p = vio_rig_ptr(r, (gpa)page << MEM_PAGE_SHIFT);
    for (u32 i = 1; i < MEM_PAGE; i++)
        if (p[i] != p[0])
            return -1;
    return p[0] == 0xaa ? 1 : p[0] ? -1 : 0;
}

static unsigned pages_kept(const struct vio_rig *r)
{
    unsigned n = 0;
    for (u32 i = 0x100; i < PAGES; i++)
        n += page_is(r, i) == 1;
    return n;
}

static void identity_and_configuration(void **state)
{
    (void)state;
    struct vio_rig *r = rig(F_REPORTING);
    u32 val;
    assert_int_equal(vio_rig_get(r, 8), 5);
    assert_int_equal(r->bank.dev[0]->offered & 0xffffff, F_REPORTING);
    assert_int_equal(vio_rig_get(r, RIG_CONFIG), 3);
    assert_int_equal(vio_rig_get(r, RIG_CONFIG + 4), 0);
    assert_false(vio_rig_read(r, 4, RIG_CONFIG + 8, &val) && val);
    vio_rig_set(r, RIG_CONFIG + 4, 2);
    assert_int_equal(vio_rig_get(r, RIG_CONFIG + 4), 2);
    assert_int_equal(vio_balloon_actual(balloon(r)), 2);
    assert_int_equal(r->stats.balloon_held, 2 * 4096);
    vio_rig_set(r, RIG_CONFIG, 77); /* not the driver's */
    assert_int_equal(vio_rig_get(r, RIG_CONFIG), 3);
    vio_rig_set(r, RIG_STATUS, 0);
    assert_int_equal(vio_rig_get(r, RIG_CONFIG + 4), 0);
    assert_int_equal(r->stats.balloon_held, 2 * 4096); /* what was said last */
    vio_rig_free(r);
}

static void a_new_size_interrupts(void **state)
{
    (void)state;
    struct vio_rig *r = rig(0);
    u32 before = vio_rig_get(r, RIG_GENERATION);
    assert_false(r->line);
    vio_balloon_set(balloon(r), 256);
    assert_true(r->line);
    assert_int_equal(vio_rig_get(r, RIG_ISR), 2);
    assert_int_equal(vio_rig_get(r, RIG_CONFIG), 256);
    assert_int_not_equal(vio_rig_get(r, RIG_GENERATION), before);
    vio_rig_set(r, RIG_STATUS, 0); /* the size is the person's, and stays */
    assert_int_equal(vio_rig_get(r, RIG_CONFIG), 256);
    vio_rig_free(r);
}

static void pages_given_up_are_zeros_and_the_hosts(void **state)
{
    (void)state;
    static const u32 pages[] = {0x110, 0x111, 0x112, 0x1ff, 0x1fe, 0x150};
    struct vio_rig *r = rig(0);
    list(r, INFLATE, pages, ARRAY_LEN(pages));
    collect(r, INFLATE);
    for (u32 i = 0; i < ARRAY_LEN(pages); i++) {
        assert_int_equal(page_is(r, pages[i]), 0);
        assert_true(mem_find(r->mem, 0)->page_flags[pages[i]] & MEM_PAGE_DIRTY);
    }
    assert_int_equal(pages_kept(r), 0x100 - 6);
    assert_int_equal(r->stats.balloon_given_back, 6 * 4096);
    assert_true(r->line);
    *vio_rig_ptr(r, 0x110000) = 5; /* used again */
    list(r, DEFLATE, pages, ARRAY_LEN(pages));
    collect(r, DEFLATE);
    assert_int_equal(*vio_rig_ptr(r, 0x110000), 5);
    assert_int_equal(r->stats.balloon_given_back, 6 * 4096);
    vio_rig_free(r);
}

static void numbers_of_no_page_are_passed_over(void **state)
{
    (void)state;
    static const u32 pages[] = {0xffffffff, 0x200,   0x1fc00, 0x1f400, 0x80000000, 0x1ff,
                                0x200,      0x12345, 0x1ff,   0x1ff,   0x1fe};
    struct vio_rig *r = rig(0);
    list(r, INFLATE, pages, ARRAY_LEN(pages));
    collect(r, INFLATE);
    assert_false(rig_broken(r));
    assert_int_equal(pages_kept(r), 0x100 - 2);
    struct vio_rig_buf odd = {.pa = vio_rig_alloc(r, 7), .len = 7}; /* a number and three bytes */
    store_le32(vio_rig_ptr(r, odd.pa), 0x101);
    vio_rig_send(r, INFLATE, &odd, 1);
    collect(r, INFLATE);
    assert_int_equal(pages_kept(r), 0x100 - 3);
    vio_rig_free(r);
}

/* The list itself, and the rings, may be given up: nothing else is hurt. */
static void a_driver_may_give_up_its_own_ring(void **state)
{
    (void)state;
    struct vio_rig *r = rig(0);
    u32 page = (u32)(r->queue[0][0].desc >> MEM_PAGE_SHIFT);
    list(r, INFLATE, &page, 1);
    assert_int_equal(load_le32(vio_rig_ptr(r, r->queue[0][0].desc)), 0);
    vio_rig_set(r, RIG_QUEUE_NOTIFY, 0);
    assert_true(vio_rig_start(r, 0));
    vio_rig_free(r);
}

static void too_many_at_once_break_the_device(void **state)
{
    (void)state;
    struct vio_rig *r = rig(0);
    struct vio_rig_buf buf = {.pa = 0x100000, .len = 65536};
    vio_rig_send(r, INFLATE, &buf, 1);
    assert_false(rig_broken(r));
    buf.len = 65540;
    vio_rig_send(r, INFLATE, &buf, 1);
    vio_rig_run(r, RIG_S);
    assert_true(rig_broken(r));
    vio_rig_free(r);
}

/* Whole pages only, by either number of the queue, and only if the driver asked for that. */
static void reported_pages_go_back(void **state)
{
    (void)state;
    struct vio_rig *r = rig(F_REPORTING);
    struct vio_rig_buf buf[] = {{.pa = 0x120000, .len = 0x4000, .write = true},
                                {.pa = 0x130800, .len = 0x2000, .write = true},
                                {.pa = 0x140800, .len = 0x800, .write = true}};
    vio_rig_send(r, REPORTS, buf, 3);
    collect(r, REPORTS);
    assert_int_equal(pages_kept(r), 0x100 - 5);
    assert_int_equal(page_is(r, 0x131), 0);
    assert_int_equal(r->stats.balloon_reported, 5 * 4096);
    vio_rig_send(r, REPORTS_TOO, &(struct vio_rig_buf){0x160000, 0x1000, true}, 1);
    collect(r, REPORTS_TOO);
    assert_int_equal(pages_kept(r), 0x100 - 6);
    vio_rig_send(r, REPORTS, &(struct vio_rig_buf){0x170000, 0x1000, false}, 1);
    assert_int_equal(pages_kept(r), 0x100 - 6);
    assert_true(vio_rig_start(r, 0));
    vio_rig_send(r, REPORTS, &(struct vio_rig_buf){0x170000, 0x1000, true}, 1);
    collect(r, REPORTS);
    assert_int_equal(pages_kept(r), 0x100 - 6);
    vio_rig_free(r);
}

static unsigned dropped_lines;

static void drop_code(void *ctx, const struct mem_region *r, u64 off)
{
    (void)ctx;
    assert_int_equal(off >> MEM_PAGE_SHIFT, 0x111);
    dropped_lines++;
    if (off % MEM_PAGE == MEM_PAGE - 64)
        r->page_flags[0x111] &= (u8)~MEM_PAGE_CODE;
}

static void code_in_such_pages_is_dropped(void **state)
{
    (void)state;
    static const u32 pages[] = {0x110, 0x111, 0x112};
    struct vio_rig *r = rig(0);
    r->mem->code_written = drop_code;
    mem_find(r->mem, 0)->page_flags[0x111] |= MEM_PAGE_CODE;
    dropped_lines = 0;
    list(r, INFLATE, pages, 3);
    assert_int_equal(dropped_lines, 64);
    vio_rig_free(r);
}

/* Pages cost virtual time, so that a driver that gives up the same one for ever is slowed. */
static void giving_up_takes_time(void **state)
{
    (void)state;
    static u32 pages[16384];
    struct vio_rig *r = rig(0);
    u16 head;
    u32 written;
    for (u32 i = 0; i < ARRAY_LEN(pages); i++)
        pages[i] = 0x100 + 2 * (i % 0x80);
    list(r, INFLATE, pages, ARRAY_LEN(pages));
    collect(r, INFLATE);
    list(r, INFLATE, pages, 1);
    assert_false(vio_rig_collect(r, INFLATE, &head, &written));
    vio_rig_run(r, 8 * RIG_MS);
    collect(r, INFLATE);
    vio_rig_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(identity_and_configuration),
        cmocka_unit_test(a_new_size_interrupts),
        cmocka_unit_test(pages_given_up_are_zeros_and_the_hosts),
        cmocka_unit_test(numbers_of_no_page_are_passed_over),
        cmocka_unit_test(a_driver_may_give_up_its_own_ring),
        cmocka_unit_test(too_many_at_once_break_the_device),
        cmocka_unit_test(reported_pages_go_back),
        cmocka_unit_test(code_in_such_pages_is_dropped),
        cmocka_unit_test(giving_up_takes_time),
    };
    return cmocka_run_group_tests_name("vio_balloon", tests, NULL, NULL);
}
