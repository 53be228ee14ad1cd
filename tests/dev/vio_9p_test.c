/* SPDX-License-Identifier: ISC */
/* The 9P device on a real directory, as its driver sees it; the protocol is io_9p_test.c's. */
#include "vio_cmocka.h"

#include "dev/vio_9p.h"
#include "io/io_9p_host.h"
#include "lib/bits.h"
#include "machine/intake.h"

#include <string.h>
#include <unistd.h>

struct place {
    char base[64];
    struct vio_rig *r;
    struct intake in;
};

static void sh(const char *dir, const char *command)
{
    char whole[512];
    snprintf(whole, sizeof whole, "cd '%s' && %s", dir, command);
    assert_int_equal(system(whole), 0);
}

static u64 now(void *ctx)
{
    const struct place *p = ctx;
    return clock_now(&p->r->clock);
}

static void plug(struct place *p)
{
    struct vio_9p_config config = {.tag = "share"};
    struct io_9p real;
    struct error e;
    p->r = vio_rig_new();
    struct vio_place place = vio_rig_place(p->r);
    assert_int_equal(io_9p_host_open(&real, &(struct io_9p_host_options){.path = p->base}, &e),
                     ERR_OK);
    config.server = intake_9p(&p->in, &real);
    vio_rig_plug(p->r, vio_9p_new(&place, &config));
}

static int setup(void **state)
{
    struct place *p = calloc(1, sizeof *p);
    strcpy(p->base, "/tmp/kuseg-vio9p-XXXXXX");
    if (!mkdtemp(p->base))
        return -1;
    sh(p->base, "printf hello >file && mkdir dir");
    intake_init(&p->in, INTAKE_LIVE, now, p);
    plug(p);
    *state = p;
    return 0;
}

static int teardown(void **state)
{
    struct place *p = *state;
    vio_rig_free(p->r);
    intake_fini(&p->in);
    sh(p->base, "rm -rf file dir made && cd / && rmdir \"$OLDPWD\"");
    free(p);
    return 0;
}

/* ---- a driver ---- */

#define ROOM 300u /* of each reply */

/* A request of these bytes behind its size; the reply's type. Both lie in pieces. */
static u8 say(struct place *p, const void *bytes, u32 len, u8 reply[ROOM])
{
    gpa at = vio_rig_alloc(p->r, len + 4), to = vio_rig_alloc(p->r, ROOM);
    struct vio_rig_buf buf[4] = {{.pa = at, .len = 3},
                                 {.pa = at + 3, .len = len + 1},
                                 {.pa = to + 100, .len = 11, .write = true},
                                 {.pa = to + 111, .len = ROOM - 111, .write = true}};
    u16 head, got;
    u32 written;
    store_le32(vio_rig_ptr(p->r, at), len + 4);
    memcpy(vio_rig_ptr(p->r, at) + 4, bytes, len);
    head = vio_rig_send(p->r, 0, buf, 4);
    while (!vio_rig_collect(p->r, 0, &got, &written))
        vio_rig_run(p->r, RIG_MS);
    assert_int_equal(got, head);
    memcpy(reply, vio_rig_ptr(p->r, to) + 100, ROOM - 100);
    assert_int_equal(load_le32(reply), written);
    return reply[4];
}

static const char version[] = "\x64\0\0\0\x20\0\0\x08\0"
                              "9P2000.L";
static const char attach[] = "\x68\0\0\1\0\0\0\xff\xff\xff\xff\0\0\0\0\0\0\0\0";
static const char walk_file[] = "\x6e\0\0\1\0\0\0\2\0\0\0\1\0\4\0file";
static const char open_file[] = "\x0c\0\0\2\0\0\0\2\0\0\0";
static const char read_file[] = "\x74\0\0\2\0\0\0\0\0\0\0\0\0\0\0\x20\0\0\0";
static const char write_file[] = "\x76\0\0\2\0\0\0\0\0\0\0\0\0\0\0\5\0\0\0WORLD";
static const char fsync_file[] = "\x32\0\0\2\0\0\0\0\0\0\0";
static const char open_sync[] = "\x0c\0\0\2\0\0\0\2\x10\x10\0";
static const char make_dir[] = "\x48\0\0\1\0\0\0\4\0made\xed\1\0\0\0\0\0\0";

#define SAY(p, what, reply) say(p, what, sizeof(what) - 1, reply)

static void start(struct place *p)
{
    u8 reply[ROOM];
    assert_true(vio_rig_start(p->r, p->r->bank.dev[0]->offered));
    assert_int_equal(SAY(p, version, reply), 101);
    assert_int_equal(SAY(p, attach, reply), 105);
}

static void assert_reads(struct place *p, const char *text)
{
    u8 reply[ROOM];
    assert_int_equal(SAY(p, read_file, reply), 117);
    assert_int_equal(load_le32(reply + 7), strlen(text));
    assert_memory_equal(reply + 11, text, strlen(text));
}

static void the_tag_is_its_name(void **state)
{
    struct place *p = *state;
    char tag[6] = "";
    u32 val = 0;
    assert_true(vio_rig_read(p->r, 2, RIG_CONFIG, &val));
    assert_int_equal(val, 5);
    for (u32 i = 0; i < 5; i++) {
        assert_true(vio_rig_read(p->r, 1, RIG_CONFIG + 2 + i, &val));
        tag[i] = (char)val;
    }
    assert_string_equal(tag, "share");
    assert_int_equal(vio_rig_get(p->r, RIG_DEVICE_FEATURES) & 1, 1);
}

static void requests_are_answered(void **state)
{
    struct place *p = *state;
    u8 reply[ROOM];
    start(p);
    assert_int_equal(SAY(p, walk_file, reply), 111);
    assert_int_equal(SAY(p, open_file, reply), 13);
    assert_reads(p, "hello");
    assert_int_equal(SAY(p, write_file, reply), 119);
    assert_reads(p, "WORLD");
    sh(p->base, "test \"$(cat file)\" = WORLD");
    assert_false(rig_broken(p->r));
}

static void a_driver_without_room_is_broken(void **state)
{
    struct place *p = *state;
    start(p);
    struct vio_rig_buf buf[2] = {{.pa = vio_rig_alloc(p->r, 64), .len = 64},
                                 {.pa = vio_rig_alloc(p->r, 64), .len = 10, .write = true}};
    vio_rig_send(p->r, 0, buf, 2);
    assert_true(rig_broken(p->r));
    start(p);
    buf[1].len = 11; /* of no request at all: an error fits */
    vio_rig_send(p->r, 0, buf, 2);
    assert_false(rig_broken(p->r));
    assert_int_equal(vio_rig_ptr(p->r, buf[1].pa)[4], IO_9P_RLERROR);
}

static void a_reset_closes_all(void **state)
{
    struct place *p = *state;
    u8 reply[ROOM];
    for (unsigned i = 0; i < 2 * IO_9P_HOST_OPEN; i++) {
        p->r->free = MEM_PAGE;
        start(p);
        assert_int_equal(SAY(p, walk_file, reply), 111);
        assert_int_equal(SAY(p, open_file, reply), 13);
    }
}

/* How many of a full queue of such requests are answered at once, and within ten milliseconds. */
static void answered(struct place *p, const void *bytes, u32 len, unsigned done[2])
{
    gpa at = vio_rig_alloc(p->r, len + 4), to = vio_rig_alloc(p->r, ROOM);
    struct vio_rig_buf buf[2] = {{.pa = at, .len = len + 4},
                                 {.pa = to, .len = ROOM, .write = true}};
    u16 head;
    u32 written;
    vio_rig_run(p->r, 50 * RIG_MS);
    store_le32(vio_rig_ptr(p->r, at), len + 4);
    memcpy(vio_rig_ptr(p->r, at) + 4, bytes, len);
    for (unsigned i = 0; i < RIG_QUEUE / 2; i++)
        vio_rig_offer(p->r, 0, vio_rig_chain(p->r, 0, buf, 2));
    done[0] = done[1] = 0;
    for (unsigned i = 0; i < 1000; i++)
        vio_rig_set(p->r, RIG_QUEUE_NOTIFY, 0);
    while (vio_rig_collect(p->r, 0, &head, &written))
        done[0]++;
    vio_rig_run(p->r, 10 * RIG_MS);
    while (vio_rig_collect(p->r, 0, &head, &written))
        done[1]++;
    vio_rig_run(p->r, 50 * RIG_MS);
    unsigned rest = RIG_QUEUE / 2 - done[0] - done[1];
    while (vio_rig_collect(p->r, 0, &head, &written))
        rest--;
    assert_int_equal(rest, 0);
}

static void what_is_made_sure_of_takes_virtual_time(void **state)
{
    struct place *p = *state;
    unsigned done[2];
    u8 reply[ROOM];
    start(p);
    assert_int_equal(SAY(p, walk_file, reply), 111);
    assert_int_equal(SAY(p, open_file, reply), 13);
    answered(p, write_file, sizeof write_file - 1, done);
    assert_int_equal(done[0], RIG_QUEUE / 2);
    answered(p, fsync_file, sizeof fsync_file - 1, done);
    assert_in_range(done[0], 1, 2);
    assert_in_range(done[1], 9, 11);
    start(p);
    assert_int_equal(SAY(p, walk_file, reply), 111);
    assert_int_equal(SAY(p, open_sync, reply), 13);
    answered(p, write_file, sizeof write_file - 1, done);
    assert_in_range(done[0], 1, 2);
    assert_in_range(done[1], 9, 11);
}

/* The other machine has the directory, and nothing open. */
static void an_open_file_moves(void **state)
{
    struct place *p = *state;
    u8 reply[ROOM];
    struct buf b = {0};
    struct error e;
    start(p);
    assert_int_equal(SAY(p, walk_file, reply), 111);
    assert_int_equal(SAY(p, open_file, reply), 13);
    struct vio_rig *old = p->r;
    state_set_save(&old->parts, &b);
    plug(p);
    p->r->clock.now_base = old->clock.now_base;
    memcpy(p->r->queue, old->queue, sizeof old->queue);
    p->r->free = old->free;
    memcpy(vio_rig_ptr(p->r, 0), vio_rig_ptr(old, 0), RIG_RAM);
    assert_int_equal(state_set_load(&p->r->parts, b.data, b.len, &e), ERR_OK);
    buf_fini(&b);
    vio_rig_free(old);
    assert_reads(p, "hello");
    assert_int_equal(SAY(p, write_file, reply), 119);
    assert_reads(p, "WORLD");
}

static u64 session(struct place *p, bool live)
{
    u8 reply[ROOM];
    start(p);
    assert_int_equal(SAY(p, walk_file, reply), 111);
    assert_int_equal(SAY(p, open_file, reply), 13);
    assert_reads(p, "hello");
    assert_int_equal(SAY(p, write_file, reply), 119);
    assert_int_equal(SAY(p, make_dir, reply), 73);
    assert_int_equal(SAY(p, make_dir, reply), 7);
    if (live)
        sh(p->base, "printf other >file"); /* by somebody else */
    assert_reads(p, "other");
    return state_set_hash(&p->r->parts);
}

/* From the log alone: the directory is not what it was, and is not touched. */
static void a_recorded_session_replays(void **state)
{
    struct place *p = *state;
    p->in.mode = INTAKE_RECORD;
    u64 recorded = session(p, true);
    struct buf log = p->in.log;
    p->in.log = (struct buf){0};
    vio_rig_free(p->r);
    sh(p->base, "rm -r file made");
    intake_replay(&p->in, log.data, log.len);
    buf_fini(&log);
    plug(p);
    assert_true(session(p, false) == recorded);
    assert_false(p->in.diverged);
    sh(p->base, "test ! -e file && test ! -e made");
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(the_tag_is_its_name),
        CASE(requests_are_answered),
        CASE(a_driver_without_room_is_broken),
        CASE(a_reset_closes_all),
        CASE(what_is_made_sure_of_takes_virtual_time),
        CASE(an_open_file_moves),
        CASE(a_recorded_session_replays),
    };
    return cmocka_run_group_tests_name("vio_9p", tests, NULL, NULL);
}
