/* SPDX-License-Identifier: ISC */
/* The GDB stub over a fake target: packets in, packets out, literally. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "debug/gdb_agent.h"
#include "debug/gdb_packet.h"
#include "gdb_fake.h"
#include "lib/bits.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- a conversation ---- */

static void take(struct buf *b, char *text, size_t size)
{
    assert_true(b->len < size);
    memcpy(text, b->data ? b->data : (const u8 *)"", b->len);
    text[b->len] = 0;
    b->len = 0;
}

/* Bytes in, exactly these bytes out. */
static void bytes(struct fake *f, const char *in, const char *out)
{
    static char text[600000];
    assert_int_equal(gdb_stub_input(f->stub, (const u8 *)in, strlen(in)), strlen(in));
    take(gdb_stub_output(f->stub), text, sizeof text);
    assert_string_equal(text, out);
}

static char *framed(const char *packet)
{
    struct buf b = {0};
    gdb_packet_put(&b, packet, strlen(packet));
    buf_put_u8(&b, 0);
    return (char *)b.data;
}

static void send_packet(struct fake *f, const char *packet)
{
    char *in = framed(packet);
    assert_int_equal(gdb_stub_input(f->stub, (const u8 *)in, strlen(in)), strlen(in));
    free(in);
}

/* What stands in the packets that came out, without acknowledgements. */
static const char *answer(struct fake *f)
{
    static char raw[600000], text[600000];
    take(gdb_stub_output(f->stub), raw, sizeof raw);
    char *to = text;
    for (const char *p = raw; (p = strchr(p, '$')) != NULL; p++) {
        const char *end = strchr(p, '#');
        assert_non_null(end);
        to = mempcpy(to, p + 1, (size_t)(end - p - 1));
        *to++ = '|';
    }
    to[to > text ? -1 : 0] = 0;
    return text;
}

static void says(struct fake *f, const char *packet, const char *reply)
{
    send_packet(f, packet);
    assert_string_equal(answer(f), reply);
}

static void logged(struct fake *f, const char *expected)
{
    char text[4096];
    take(&f->log, text, sizeof text);
    assert_string_equal(text, expected);
}

static void *attached(struct fake *f)
{
    fake_init(f, true);
    bytes(f, "+$QStartNoAckMode#b0", "+$OK#9a");
    logged(f, "pause\n");
    return f;
}

static void says_hex(struct fake *f, const char *command, const char *expected)
{
    char packet[1200] = "qRcmd,", text[4096] = "";
    for (const char *p = command; *p; p++)
        sprintf(packet + strlen(packet), "%02x", (unsigned char)*p);
    send_packet(f, packet);
    const char *reply = answer(f);
    size_t n = 0;
    for (; *reply == 'O' && reply[1] != 'K'; reply++)
        for (reply++; *reply && *reply != '|'; reply += 2) {
            unsigned c;
            assert_int_equal(sscanf(reply, "%2x", &c), 1);
            text[n++] = (char)c;
        }
    text[n] = 0;
    assert_string_equal(reply, "OK");
    assert_string_equal(text, expected);
}

/* ---- framing ---- */

static void framing(void **state)
{
    struct fake f;
    (void)state;
    fake_init(&f, true);
    bytes(&f, "+noise", "");
    logged(&f, ""); /* nothing has been said yet */
    bytes(&f, "$qC", "");
    logged(&f, "");
    bytes(&f, "#b4", "+$QC1#c5");
    logged(&f, "pause\n");
    bytes(&f, "$qC#b5", "-");            /* damaged */
    bytes(&f, "$qC#zz", "-");            /* no checksum */
    bytes(&f, "-", "$QC1#c5");           /* say it again */
    bytes(&f, "$m10$qC#b4", "+$QC1#c5"); /* the first was cut off */
    bytes(&f, "$#00", "+$#00");
    bytes(&f, "$QStartNoAckMode#b0", "+$OK#9a");
    bytes(&f, "$qC#b4", "$QC1#c5");
    bytes(&f, "$qC#b5", "");
    bytes(&f, "-", "");
    fake_fini(&f);
}

static void packets_too_long_are_refused(void **state)
{
    struct fake f;
    (void)state;
    attached(&f);
    struct buf b = {0};
    memset(buf_extend(&b, GDB_PACKET_MAX + 1), 'm', GDB_PACKET_MAX + 1);
    buf_put_u8(&b, 0);
    says(&f, (const char *)b.data, "E.a packet has more than 16384 bytes");
    b.data[GDB_PACKET_MAX] = 0;
    says(&f, (const char *)b.data, "E01");
    says(&f, "qC", "QC1");
    buf_fini(&b);
    fake_fini(&f);
}

static void bytes_wait_for_the_target(void **state)
{
    static const char in[] = "$qC#b4$qAttached#8f";
    struct fake f;
    (void)state;
    fake_init(&f, true);
    f.slow = true;
    assert_int_equal(gdb_stub_input(f.stub, (const u8 *)in, strlen(in)), 5);
    logged(&f, "pause\n");
    assert_int_equal(gdb_stub_input(f.stub, (const u8 *)in + 5, strlen(in) - 5), 0);
    assert_int_equal(gdb_stub_output(f.stub)->len, 0);
    struct debug_stop stop = {.kind = DEBUG_STOP_ASKED, .thread = 1};
    fake_stop(&f, &stop);
    assert_int_equal(gdb_stub_input(f.stub, (const u8 *)in + 5, strlen(in) - 5), strlen(in) - 5);
    assert_string_equal(answer(&f), "QC2|1");
    fake_fini(&f);
}

static void output_is_bounded(void **state)
{
    struct fake f;
    (void)state;
    attached(&f);
    char *in = framed("m1000,100");
    while (gdb_stub_input(f.stub, (const u8 *)in, strlen(in)))
        ;
    assert_in_range(gdb_stub_output(f.stub)->len, GDB_OUT_MAX, GDB_OUT_MAX + 1024);
    gdb_stub_output(f.stub)->len = 0;
    assert_int_equal(gdb_stub_input(f.stub, (const u8 *)in, strlen(in)), strlen(in));
    free(in);
    fake_fini(&f);
}

/* ---- what IDEs send ---- */

/*
 * VS Code's C/C++ extension and CLion both drive gdb by its MI: -gdb-set mi-async on (the one says
 * target-async), -target-select remote, -break-insert -f, -exec-continue; to change breakpoints
 * while it runs, -exec-interrupt, the change, -exec-continue. What gdb 13.1 then sends, recorded.
 */
static void attach_as_ides_do(struct fake *f)
{
    bytes(f,
          "+$qSupported:multiprocess+;swbreak+;hwbreak+;qRelocInsn+;fork-events+;vfork-events+;"
          "exec-events+;vContSupported+;QThreadEvents+;no-resumed+;memory-tagging+;"
          "xmlRegisters=i386#77",
          "+$PacketSize=4000;QStartNoAckMode+;swbreak+;hwbreak+;vContSupported+;"
          "qXfer:features:read+;qXfer:memory-map:read+;qXfer:threads:read+;"
          "ConditionalBreakpoints+;ReverseStep+;ReverseContinue+#62");
    bytes(f, "+$vMustReplyEmpty#3a", "+$#00");
    bytes(f, "+$QStartNoAckMode#b0", "+$OK#9a");
    bytes(f, "+$Hg0#df", "$OK#9a");
    send_packet(f, "qXfer:features:read:target.xml:0,1000");
    assert_int_equal(strncmp(answer(f), "l<?xml version=\"1.0\"?>", 22), 0);
    bytes(f, "$qTStatus#49", "$#00");
    bytes(f, "$?#3f", "$T05thread:1;core:0;3:00001000;#4e");
    says(f, "qXfer:threads:read::0,1000",
         "l<?xml version=\"1.0\"?>\n<threads>\n"
         "<thread id=\"1\" core=\"0\" name=\"cpu&}\003"
         "60;0>\">busy &}\003"
         "38; 0</thread>\n"
         "</threads>\n");
    bytes(f, "$qAttached#8f", "$1#31");
    bytes(f, "$Hc-1#09", "$OK#9a");
    bytes(f, "$qOffsets#4b", "$#00");
    bytes(f, "$qSymbol::#5b", "$OK#9a");
}

static void ides_attach_pause_and_change_breakpoints(void **state)
{
    struct fake f;
    (void)state;
    fake_init(&f, true);
    f.second = false;
    store_be32(f.reg[0][3], FAKE_RAM);
    attach_as_ides_do(&f);
    logged(&f, "pause\n");
    /* a breakpoint, and off */
    says(&f, "Z0,1010,4", "OK");
    says(&f, "vCont?", "vCont;c;C;s;S;r");
    says(&f, "vCont;c", "");
    logged(&f, "insert Z0 1010,0\nresume c c\n");
    /* change while it runs: interrupt, remove, insert, continue */
    bytes(&f, "\003", "$T02thread:1;core:0;3:00001000;#4b");
    says(&f, "z0,1010,4", "OK");
    says(&f, "Z0,1020,4", "OK");
    says(&f, "Z0,1010,4", "OK");
    says(&f, "vCont;c", "");
    logged(&f, "pause\nremove Z0 1010,0\ninsert Z0 1020,0\ninsert Z0 1010,0\nresume c c\n");
    fake_stopped_at(&f, DEBUG_BREAK_SOFT, 0, 0x1020);
    assert_string_equal(answer(&f), "T05thread:1;core:0;swbreak:;3:00001000;");
    says(&f, "z0,1020,4", "OK");
    says(&f, "z0,1010,4", "OK");
    says(&f, "D", "OK");
    assert_true(gdb_stub_finished(f.stub));
    logged(&f, "remove Z0 1020,0\nremove Z0 1010,0\nrelease\n");
    fake_fini(&f);
}

static void while_it_runs_only_little_can_be_said(void **state)
{
    struct fake f;
    (void)state;
    attached(&f);
    bytes(&f, "\003", ""); /* it is stopped */
    says(&f, "vCont;c", "");
    logged(&f, "resume c c\n");
    says(&f, "m1000,4", "E01");
    says(&f, "vCont;c", "E.it runs already");
    says(&f, "qSupported:error-message+",
         "PacketSize=4000;QStartNoAckMode+;swbreak+;hwbreak+;vContSupported+;"
         "qXfer:features:read+;qXfer:memory-map:read+;qXfer:threads:read+;"
         "ConditionalBreakpoints+;ReverseStep+;ReverseContinue+;error-message+");
    says(&f, "m1000,4", "E.it runs: interrupt it first");
    says(&f, "qRcmd,68656c70", "E.it is not stopped");
    logged(&f, "");
    bytes(&f, "\003", "$T02thread:1;core:0;3:00000000;#4a");
    fake_fini(&f);
}

/* ---- registers and memory ---- */

static void registers(void **state)
{
    struct fake f;
    (void)state;
    attached(&f);
    store_be32(f.reg[0][0], 0x01020304);
    store_be32(f.reg[1][0], 0xa0b0c0d0);
    says(&f, "g", "01020304xxxxxxxx0000000000000000");
    says(&f, "p0", "01020304");
    says(&f, "p1", "xxxxxxxx");
    says(&f, "p4", "E01");
    says(&f, "p", "E01");
    says(&f, "Hg2", "OK");
    says(&f, "p0", "a0b0c0d0");
    says(&f, "Hg3", "E01");
    says(&f, "Hx1", "");
    says(&f, "Hgp1.1", "OK");
    says(&f, "P0=11223344", "OK");
    says(&f, "p0", "11223344");
    says(&f, "P0=112233", "E.there is no such register");
    says(&f, "P1=11223344", "E.register none cannot be written");
    says(&f, "P2=11223344", "E.register sp cannot be written");
    says(&f, "Gaaaaaaaaxxxxxxxx00000000bbbbbbbb", "OK");
    says(&f, "g", "aaaaaaaaxxxxxxxx00000000bbbbbbbb");
    says(&f, "Gccccccccxxxxxxxx0000", "E01");
    says(&f, "T1", "OK");
    says(&f, "T3", "E01");
    fake_fini(&f);
}

static void what_is_fixed_is_not_written(void **state)
{
    struct fake f;
    (void)state;
    attached(&f);
    f.fixed = true;
    says(&f, "P0=11223344", "E.it is made of stone");
    says(&f, "Gaaaaaaaaxxxxxxxx00000000bbbbbbbb", "E.it is made of stone");
    says(&f, "M1010,1:ff", "E.it is made of stone");
    says(&f, "X1010,1:a", "E.it is made of stone");
    f.fixed = false;
    says(&f, "p0", "00000000");
    says(&f, "m1010,1", "10");
    says(&f, "M1010,1:ff", "OK");
    fake_fini(&f);
}

static void memory(void **state)
{
    struct fake f;
    (void)state;
    attached(&f);
    says(&f, "m1010,4", "10111213");
    says(&f, "m10fe,4", "feff"); /* as far as it goes */
    says(&f, "m1100,4", "E01");
    says(&f, "m1000,0", "");
    says(&f, "m1000", "E01");
    says(&f, "mxyz,4", "E01");
    says(&f, "m1000,4junk", "E01");
    says(&f, "M1010,2:abcd", "OK");
    says(&f, "M1010,3:abcd", "E.M takes an address, a length, and as many bytes");
    says(&f, "M1010,1:abcd", "E.M takes an address, a length, and as many bytes");
    says(&f, "M10ff,2:abcd", "E.0x1100 is not memory");
    says(&f, "X1020,3:a}\003b", "OK"); /* "}\003" is '#' */
    says(&f, "X1020,0:", "OK");
    says(&f, "X1020,3:ab", "E.X has 2 bytes instead of 3");
    says(&f, "m1010,2", "abcd");
    says(&f, "m1020,3", "612362");
    fake_fini(&f);
}

/* ---- points ---- */

static void points(void **state)
{
    struct fake f;
    (void)state;
    attached(&f);
    says(&f, "Z1,1010,4", "OK");
    says(&f, "Z2,1020,8", "OK");
    says(&f, "Z3,1020,8", "OK");
    says(&f, "Z4,1020,1", "OK");
    says(&f, "Z1,1010,4", "OK"); /* it is there */
    says(&f, "z3,1020,8", "OK");
    says(&f, "z0,1234,4", "OK"); /* it is not there */
    logged(&f, "insert Z1 1010,0\ninsert Z2 1020,8\ninsert Z3 1020,8\ninsert Z4 1020,1\n"
               "remove Z3 1020,8\n");
    says(&f, "Z5,1020,1", "E.this breakpoint cannot be made sense of");
    says(&f, "Z0,1020", "E.this breakpoint cannot be made sense of");
    says(&f, "Z0,1020,4;", "E.this breakpoint cannot be made sense of");
    f.max_points = f.points;
    says(&f, "Z0,1050,4", "E.no more room");
    says(&f, "vCont;c", "");
    fake_stopped_at(&f, DEBUG_WATCH_WRITE, 1, 0x1024);
    assert_string_equal(answer(&f), "T05thread:2;core:1;watch:1024;3:00000000;");
    says(&f, "vCont;c", "");
    fake_stopped_at(&f, DEBUG_WATCH_ACCESS, 0, 0x1020);
    assert_string_equal(answer(&f), "T05thread:1;core:0;awatch:1020;3:00000000;");
    says(&f, "vCont;c", "");
    fake_stopped_at(&f, DEBUG_BREAK_HARD, 0, 0x1010); /* not asked for with hwbreak+ */
    assert_string_equal(answer(&f), "T05thread:1;core:0;3:00000000;");
    fake_fini(&f);
}

static void points_are_bounded(void **state)
{
    struct fake f;
    char packet[64];
    (void)state;
    attached(&f);
    for (unsigned i = 0; i < 256; i++) {
        snprintf(packet, sizeof packet, "Z0,%x,4", 0x9000 + 4 * i);
        says(&f, packet, "OK");
    }
    says(&f, "Z0,1000,4", "E.256 points are inserted: there can be no more");
    gdb_stub_reset(f.stub);
    assert_int_equal(f.points, 0);
    fake_fini(&f);
}

/* a == 5: reg 0, const8 5, equal, end */
#define IF_A_IS_5 "X7,26000022051327"
/* a != 5 */
#define IF_A_IS_NOT_5 "X8,2600002205130e27"

static void conditions_are_evaluated_here(void **state)
{
    struct fake f;
    (void)state;
    attached(&f);
    says(&f, "Z0,1010,4;" IF_A_IS_5, "OK");
    says(&f, "vCont;c", "");
    logged(&f, "insert Z0 1010,0\nresume c c\n");
    fake_stopped_at(&f, DEBUG_BREAK_SOFT, 1, 0x1010);
    assert_string_equal(answer(&f), "");
    logged(&f, "goes on\n");
    store_be32(f.reg[1][0], 5);
    fake_stopped_at(&f, DEBUG_BREAK_SOFT, 0, 0x1010); /* the other one's is not */
    logged(&f, "goes on\n");
    fake_stopped_at(&f, DEBUG_BREAK_SOFT, 1, 0x1010);
    assert_string_equal(answer(&f), "T05thread:2;core:1;3:00000000;");
    /* two breakpoints at one place: either is enough; and the condition can change */
    says(&f, "Z0,1010,4;" IF_A_IS_5 IF_A_IS_NOT_5, "OK");
    says(&f, "vCont;c", "");
    fake_stopped_at(&f, DEBUG_BREAK_SOFT, 0, 0x1010);
    assert_string_equal(answer(&f), "T05thread:1;core:0;3:00000000;");
    says(&f, "Z0,1010,4", "OK"); /* none any more */
    says(&f, "vCont;c", "");
    fake_stopped_at(&f, DEBUG_BREAK_SOFT, 0, 0x1010);
    assert_string_equal(answer(&f), "T05thread:1;core:0;3:00000000;");
    logged(&f, "resume c c\nresume c c\n");
    fake_fini(&f);
}

/* Whoever looks for a stop asks first whether it would be one. */
static void stops_that_would_be_passed(void **state)
{
    struct fake f;
    struct debug_stop stop = {
        .kind = DEBUG_STOP_POINT, .thread = 1, .point = DEBUG_BREAK_SOFT, .addr = 0x1010};
    (void)state;
    attached(&f);
    says(&f, "Z0,1010,4;" IF_A_IS_5, "OK");
    assert_false(gdb_stub_passes(f.stub, &stop)); /* nothing runs */
    says(&f, "bc", "");
    assert_true(gdb_stub_passes(f.stub, &stop));
    store_be32(f.reg[1][0], 5);
    assert_false(gdb_stub_passes(f.stub, &stop));
    stop.point = DEBUG_WATCH_WRITE;
    store_be32(f.reg[1][0], 6);
    assert_false(gdb_stub_passes(f.stub, &stop));
    fake_fini(&f);
}

static void backwards(void **state)
{
    static const struct debug_stop first = {.kind = DEBUG_STOP_FIRST},
                                   last = {.kind = DEBUG_STOP_LAST, .thread = 1},
                                   end = {.kind = DEBUG_STOP_END};
    struct fake f;
    (void)state;
    attached(&f);
    says(&f, "bx", "");
    says(&f, "bsc", "");
    logged(&f, "");
    says(&f, "bs", "");
    logged(&f, "back 0 step\n");
    fake_stop(&f, &first);
    assert_string_equal(answer(&f), "T05thread:1;core:0;replaylog:begin;3:00000000;");
    says(&f, "Hc2", "OK");
    says(&f, "bc", "");
    logged(&f, "back 1\n");
    fake_stop(&f, &last);
    assert_string_equal(answer(&f), "T05thread:2;core:1;replaylog:end;3:00000000;");
    says(&f, "vCont;c", "");
    fake_stop(&f, &end);
    assert_string_equal(answer(&f), "W00");
    says(&f, "bc", "E01");
    logged(&f, "resume c c\n");
    fake_fini(&f);
}

static void wrong_conditions_stop(void **state)
{
    static const char *const bad[] = {"Z0,1010,4;X7,260000220513", "Z0,1010,4;Xfffff,26",
                                      "Z0,1010,4;X2,zz", "Z0,1010,4;Y", "Z0,1010,4;X"};
    struct fake f;
    (void)state;
    attached(&f);
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        says(&f, bad[i], "E.this breakpoint cannot be made sense of");
    says(&f, "Z0,1010,4;X1,ff", "OK"); /* no such operation: found when it is reached */
    says(&f, "vCont;c", "");
    fake_stopped_at(&f, DEBUG_BREAK_SOFT, 0, 0x1010);
    assert_string_equal(answer(&f), "T05thread:1;core:0;3:00000000;");
    fake_fini(&f);
}

/* ---- agent expressions ---- */

static void evaluates(struct fake *f, const char *hex, u64 expected)
{
    u8 code[256];
    struct gdb_args a = {.p = (const u8 *)hex, .end = (const u8 *)hex + strlen(hex)};
    u32 n = (u32)strlen(hex) / 2;
    u64 value;
    assert_true(gdb_args_bytes(&a, code, n));
    if (!gdb_agent_eval(&f->target, 0, code, n, &value))
        fail_msg("%s cannot be evaluated", hex);
    assert_int_equal(value, expected);
}

static void agent_operations(void **state)
{
    struct fake f;
    (void)state;
    fake_init(&f, true);
    store_be32(f.reg[0][0], 0x1010);
    evaluates(&f,
              "2205220702"
              "27",
              12);
    evaluates(&f,
              "2205220703"
              "27",
              (u64)-2);
    evaluates(&f,
              "2205220704"
              "27",
              35);
    evaluates(&f,
              "2207220316802207"
              "05"
              "2927",
              7); /* pop drops the quotient */
    evaluates(&f,
              "22f91608"
              "2202"
              "05"
              "27",
              (u64)-3); /* -7 / 2 */
    evaluates(&f,
              "22f91608"
              "2202"
              "07"
              "27",
              (u64)-1); /* -7 % 2 */
    evaluates(&f,
              "22f9"
              "2202"
              "06"
              "27",
              124);
    evaluates(&f,
              "22f9"
              "2202"
              "08"
              "27",
              1);
    evaluates(&f,
              "258000000000000000"
              "22ff1608"
              "05"
              "27",
              1ull << 63); /* overflow */
    evaluates(&f,
              "2201"
              "2204"
              "09"
              "27",
              16);
    evaluates(&f,
              "2201"
              "2240"
              "09"
              "27",
              0);
    evaluates(&f,
              "22f01608"
              "2204"
              "0a"
              "27",
              (u64)-1);
    evaluates(&f,
              "22f01608"
              "22c8"
              "0a"
              "27",
              (u64)-1);
    evaluates(&f,
              "22f0"
              "2204"
              "0b"
              "27",
              15);
    evaluates(&f, "22000e27", 1);
    evaluates(&f,
              "220c"
              "220a"
              "0f"
              "27",
              8);
    evaluates(&f,
              "220c"
              "220a"
              "10"
              "27",
              14);
    evaluates(&f,
              "220c"
              "220a"
              "11"
              "27",
              6);
    evaluates(&f,
              "2200"
              "1227",
              ~0ull);
    evaluates(&f,
              "22ff1608"
              "2201"
              "14"
              "27",
              1); /* -1 < 1 */
    evaluates(&f,
              "22ff1608"
              "2201"
              "15"
              "27",
              0);
    evaluates(&f,
              "23ffff"
              "2a08"
              "27",
              0xff);
    evaluates(&f,
              "2412345678"
              "27",
              0x12345678);
    evaluates(&f,
              "260000"
              "17"
              "27",
              0x10);
    evaluates(&f,
              "260000"
              "18"
              "27",
              0x1011);
    evaluates(&f,
              "260000"
              "19"
              "27",
              0x10111213);
    evaluates(&f,
              "260000"
              "1a"
              "27",
              0x1011121314151617);
    evaluates(&f,
              "2201"
              "200008"
              "2263"
              "27"
              "2207"
              "27",
              7); /* if_goto */
    evaluates(&f,
              "2200"
              "200008"
              "2263"
              "27"
              "2207"
              "27",
              0x63);
    evaluates(&f,
              "210004"
              "ff"
              "2207"
              "27",
              7); /* goto */
    evaluates(&f,
              "2203"
              "28"
              "04"
              "27",
              9); /* dup */
    evaluates(&f,
              "2203"
              "2201"
              "2b"
              "03"
              "27",
              (u64)-2); /* swap */
    evaluates(&f,
              "2203"
              "2201"
              "3201"
              "27",
              3); /* pick */
    evaluates(&f,
              "2201"
              "2202"
              "2203"
              "33"
              "27",
              2); /* rot: 3 1 2 */
    evaluates(&f,
              "2201"
              "2202"
              "2203"
              "33"
              "2929"
              "27",
              3);
    fake_fini(&f);
    fake_init(&f, false);
    store_le32(f.reg[0][0], 0x1010);
    evaluates(&f,
              "260000"
              "19"
              "27",
              0x13121110); /* the target's byte order */
    fake_fini(&f);
}

static void agent_mistakes_are_noticed(void **state)
{
    static const char *const bad[] = {
        "",         "22",       "2205",       "27",         "0227",       "220022000527", "ff27",
        "26000427", "26000127", "2600",       "24123427",   "2290003227", "22001727",     "210000",
        "21ffff",   "200000",   "2201200000", "2201210002", "2201320527"};
    struct fake f;
    u8 code[64];
    u64 value;
    (void)state;
    fake_init(&f, true);
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct gdb_args a = {.p = (const u8 *)bad[i], .end = (const u8 *)bad[i] + strlen(bad[i])};
        u32 n = (u32)strlen(bad[i]) / 2;
        assert_true(gdb_args_bytes(&a, code, n));
        if (gdb_agent_eval(&f.target, 0, code, n, &value))
            fail_msg("%s was evaluated", bad[i]);
    }
    fake_fini(&f);
}

/* ---- resuming ---- */

static void stop_again(struct fake *f)
{
    struct debug_stop stop = {.kind = DEBUG_STOP_STEP};
    fake_stop(f, &stop);
    assert_string_equal(answer(f), "T05thread:1;core:0;3:00000000;");
}

static void resumes(struct fake *f, const char *packet, const char *log)
{
    says(f, packet, "");
    logged(f, log);
    stop_again(f);
}

static void each_thread_has_its_action(void **state)
{
    struct fake f;
    (void)state;
    attached(&f);
    resumes(&f, "vCont;s:1;c", "resume s c\n");
    resumes(&f, "vCont;s:2", "resume - s\n");
    resumes(&f, "vCont;r1000,1010:1", "resume r1000-1010 -\n");
    resumes(&f, "vCont;C05:1;S05:2", "resume c s\n");
    resumes(&f, "vCont;c:p1.2", "resume - c\n");
    resumes(&f, "vCont;s:1;c:-1", "resume s c\n");
    resumes(&f, "c", "resume c c\n");
    resumes(&f, "s", "resume s -\n");
    resumes(&f, "C05", "resume c c\n");
    says(&f, "s1040", "");
    assert_int_equal(load_be32(f.reg[0][3]), 0x1040);
    logged(&f, "resume s -\n");
    store_be32(f.reg[0][3], 0);
    stop_again(&f);
    resumes(&f, "S05;0", "resume s -\n");
    says(&f, "Hc2", "OK");
    resumes(&f, "s", "resume - s\n");
    says(&f, "vCont", "E.none of the threads would run");
    says(&f, "vCont;x:1", "E.vCont with an action or a thread that does not exist");
    says(&f, "vCont;s:9", "E.vCont with an action or a thread that does not exist");
    says(&f, "vCont;r1000:1", "E.vCont with an action or a thread that does not exist");
    f.second = false;
    says(&f, "vCont;s:2", "E.vCont with an action or a thread that does not exist");
    logged(&f, "");
    fake_fini(&f);
}

static void every_reason_is_told(void **state)
{
    static const struct {
        struct debug_stop stop;
        const char *reply;
    } stops[] = {
        {{.kind = DEBUG_STOP_STEP, .thread = 1}, "T05thread:2;core:1;3:00000000;"},
        {{.kind = DEBUG_STOP_GUEST}, "T05thread:1;core:0;3:00000000;"},
        {{.kind = DEBUG_STOP_CRASH}, "T06thread:1;core:0;3:00000000;"},
        {{.kind = DEBUG_STOP_POINT, .point = DEBUG_BREAK_HARD},
         "T05thread:1;core:0;hwbreak:;3:00000000;"},
        {{.kind = DEBUG_STOP_POINT, .point = DEBUG_WATCH_READ, .addr = 0x80001000},
         "T05thread:1;core:0;rwatch:80001000;3:00000000;"},
        {{.kind = DEBUG_STOP_END, .code = 3}, "W03"},
    };
    struct fake f;
    (void)state;
    attached(&f);
    send_packet(&f, "qSupported:swbreak+;hwbreak+");
    (void)answer(&f);
    for (size_t i = 0; i < ARRAY_LEN(stops); i++) {
        says(&f, "vCont;c", "");
        fake_stop(&f, &stops[i].stop);
        assert_string_equal(answer(&f), stops[i].reply);
    }
    says(&f, "?", "W03");
    says(&f, "g", "E01");
    says(&f, "qfThreadInfo", "l"); /* else gdb looks at them */
    says(&f, "qXfer:threads:read::0,1000", "l<?xml version=\"1.0\"?>\n<threads>\n</threads>\n");
    says(&f, "T1", "E01");
    says(&f, "vCont;c", "E.it is not there any more");
    fake_fini(&f);
}

/* ---- ends and beginnings ---- */

static void leaving(void **state)
{
    struct fake f;
    (void)state;
    attached(&f);
    says(&f, "Z0,1010,4", "OK");
    says(&f, "D;1", "OK");
    assert_true(gdb_stub_finished(f.stub));
    logged(&f, "insert Z0 1010,0\nremove Z0 1010,0\nrelease\n");
    gdb_stub_reset(f.stub);
    logged(&f, "");
    bytes(&f, "$qC#b4", "+$QC1#c5"); /* the next client */
    says(&f, "Z0,1010,4", "OK");
    gdb_stub_reset(f.stub); /* dies */
    logged(&f, "pause\ninsert Z0 1010,0\nremove Z0 1010,0\nrelease\n");
    bytes(&f, "$k#6b", "+");
    logged(&f, "pause\nkill\n");
    assert_true(gdb_stub_finished(f.stub));
    fake_fini(&f);
    attached(&f);
    says(&f, "vKill;1", "OK");
    logged(&f, "kill\n");
    assert_true(gdb_stub_finished(f.stub));
    fake_fini(&f);
}

static void extended_remote_runs_it_again(void **state)
{
    struct fake f;
    (void)state;
    attached(&f);
    says(&f, "!", "OK");
    says(&f, "vAttach;1", "T05thread:1;core:0;3:00000000;");
    says(&f, "vKill;1", "OK");
    logged(&f, "");
    says(&f, "?", "W00");
    says(&f, "vAttach;1", "E.there is nothing to attach to");
    says(&f, "vRun;", "T05thread:1;core:0;3:00000000;");
    logged(&f, "restart\n");
    says(&f, "Z0,1010,4", "OK");
    says(&f, "R0", ""); /* is not answered; breakpoints go */
    logged(&f, "insert Z0 1010,0\nremove Z0 1010,0\nrestart\n");
    says(&f, "?", "T05thread:1;core:0;3:00000000;");
    says(&f, "k", "");
    gdb_stub_reset(f.stub); /* killed, and then left */
    logged(&f, "kill\n");
    fake_fini(&f);
}

static void a_restart_takes_its_time(void **state)
{
    static const char in[] = "$vRun;#e6$qC#b4";
    struct fake f;
    (void)state;
    attached(&f);
    f.slow = true;
    assert_int_equal(gdb_stub_input(f.stub, (const u8 *)in, strlen(in)), 9);
    assert_string_equal(answer(&f), "");
    struct debug_stop stop = {.kind = DEBUG_STOP_ASKED};
    fake_stop(&f, &stop);
    assert_string_equal(answer(&f), "T05thread:1;core:0;3:00000000;");
    says(&f, "qC", "QC1");
    fake_fini(&f);
}

/* ---- documents ---- */

static const char features[] =
    "<?xml version=\"1.0\"?>\n<!DOCTYPE target SYSTEM \"gdb-target.dtd\">\n"
    "<target version=\"1.0\">\n<architecture>fake</architecture>\n"
    "<feature name=\"one\">\n"
    "<reg name=\"a\" bitsize=\"32\" regnum=\"0\" type=\"int\"/>\n"
    "<reg name=\"sp\" bitsize=\"32\" regnum=\"2\" type=\"data_ptr\" group=\"general\"/>\n"
    "<reg name=\"pc\" bitsize=\"32\" regnum=\"3\" type=\"code_ptr\"/>\n"
    "</feature>\n<feature name=\"two\">\n"
    "<reg name=\"none\" bitsize=\"32\" regnum=\"1\" type=\"ieee_single\"/>\n"
    "</feature>\n</target>\n";

static void documents_come_in_pieces(void **state)
{
    struct fake f;
    char packet[64], all[4096] = "";
    (void)state;
    attached(&f);
    for (size_t at = 0; all[0] == 0 || strlen(all) == at; at = strlen(all)) {
        snprintf(packet, sizeof packet, "qXfer:features:read:target.xml:%zx,40", at);
        send_packet(&f, packet);
        const char *piece = answer(&f);
        strcat(all, piece + 1);
        if (*piece == 'l')
            break;
        assert_int_equal(*piece, 'm');
        assert_int_equal(strlen(piece), 0x41);
    }
    assert_string_equal(all, features);
    says(&f, "qXfer:features:read:target.xml:99999,40", "E01");
    says(&f, "qXfer:features:read:target.xml:0", "E01");
    says(&f, "qXfer:features:read:other.xml:0,40", "E00");
    says(&f, "qXfer:auxv:read::0,40", "");
    send_packet(&f, "qXfer:memory-map:read::0,1000");
    const char *map = answer(&f);
    assert_non_null(strstr(map, "<memory type=\"ram\" start=\"0x1000\" length=\"0x100\"/>\n"));
    assert_non_null(strstr(map, "<memory type=\"rom\" start=\"0x9000\" length=\"0x100\"/>\n"));
    says(&f, "qfThreadInfo", "m1,2");
    says(&f, "qsThreadInfo", "l");
    says(&f, "qThreadExtraInfo,2",
         "6370753c313e2c20627573792026"
         "2031");
    says(&f, "qThreadExtraInfo,3", "E01");
    fake_fini(&f);
}

/* ---- monitor ---- */

static void monitor_commands(void **state)
{
    struct fake f;
    (void)state;
    attached(&f);
    says_hex(&f, "say", "cpu0 says nothing\n");
    says_hex(&f, "  say   hello ", "cpu0 says hello\n");
    says_hex(&f, "say a b", "too many words\n");
    says_hex(&f, "what", "there is no command 'what' (try: monitor help)\n");
    says_hex(&f, "phys 4 6", "0x00000004: 0x04050607 0x08090a0b\n");
    says_hex(&f, "phys", "usage: phys ADDR [BYTES]\n");
    says_hex(&f, "phys 0x100000", "0x100000 is not memory\n");
    send_packet(&f, "qRcmd,68656c70"); /* help */
    assert_true(strlen(answer(&f)) > 400);
    send_packet(&f, "qRcmd,"); /* nothing */
    assert_true(strlen(answer(&f)) > 400);
    says(&f, "qRcmd,xx", "E.a monitor command has less than 512 characters");
    send_packet(&f, "qRcmd,666c6f6f64"); /* flood: cut short */
    assert_in_range(strlen(answer(&f)), 1000, GDB_OUT_MAX + 8192);
    fake_fini(&f);
}

static void address_spaces_can_be_chosen(void **state)
{
    static const char any[] =
        "looking at what each thread sees; breakpoints are for every asid\n7 is there\n";
    static const char seven[] =
        "looking at asid 7; breakpoints of programs are for it alone\n7 is there\n";
    struct fake f;
    (void)state;
    attached(&f);
    says(&f, "Z0,1010,4", "OK");
    says(&f, "Z0,9010,4", "OK"); /* the same in all */
    logged(&f, "insert Z0 1010,0\ninsert Z0 9010,0\n");
    says_hex(&f, "asid", any);
    says_hex(&f, "asid 7", seven);
    logged(&f, "remove Z0 1010,0\ninsert Z0 1010,0 asid 7\n");
    says(&f, "m1010,4", "efeeedec");
    says(&f, "M1010,1:55", "OK");
    assert_int_equal(f.other[0x10], 0x55);
    says(&f, "Z0,1020,4", "OK");
    says(&f, "z0,1020,4", "OK");
    logged(&f, "insert Z0 1020,0 asid 7\nremove Z0 1020,0 asid 7\n");
    says_hex(&f, "bind 0x1010 9", "");
    logged(&f, "remove Z0 1010,0 asid 7\ninsert Z0 1010,0 asid 9\n");
    says_hex(&f, "asid current",
             "looking at what each thread sees; breakpoints are for every "
             "asid\nbreakpoint at 0x1010 is for asid 9\n7 is there\n");
    logged(&f, "");
    says(&f, "m1010,1", "10");
    says(&f, "z0,1010,4", "OK"); /* as gdb does at every stop: the binding stays */
    says(&f, "Z0,1010,4", "OK");
    logged(&f, "remove Z0 1010,0 asid 9\ninsert Z0 1010,0 asid 9\n");
    says_hex(&f, "unbind 0x1010", "");
    logged(&f, "remove Z0 1010,0 asid 9\ninsert Z0 1010,0\n");
    says_hex(&f, "asid 64", "'64' is out of range (0 to 63)\n");
    says_hex(&f, "bind 0x9010 3", "0x9010 means the same in every asid\n");
    says_hex(&f, "bind 0x9010", "usage: bind ADDR N|any\n");
    fake_fini(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(framing),
        cmocka_unit_test(packets_too_long_are_refused),
        cmocka_unit_test(bytes_wait_for_the_target),
        cmocka_unit_test(output_is_bounded),
        cmocka_unit_test(ides_attach_pause_and_change_breakpoints),
        cmocka_unit_test(while_it_runs_only_little_can_be_said),
        cmocka_unit_test(registers),
        cmocka_unit_test(what_is_fixed_is_not_written),
        cmocka_unit_test(memory),
        cmocka_unit_test(points),
        cmocka_unit_test(points_are_bounded),
        cmocka_unit_test(conditions_are_evaluated_here),
        cmocka_unit_test(stops_that_would_be_passed),
        cmocka_unit_test(backwards),
        cmocka_unit_test(wrong_conditions_stop),
        cmocka_unit_test(agent_operations),
        cmocka_unit_test(agent_mistakes_are_noticed),
        cmocka_unit_test(each_thread_has_its_action),
        cmocka_unit_test(every_reason_is_told),
        cmocka_unit_test(leaving),
        cmocka_unit_test(extended_remote_runs_it_again),
        cmocka_unit_test(a_restart_takes_its_time),
        cmocka_unit_test(documents_come_in_pieces),
        cmocka_unit_test(monitor_commands),
        cmocka_unit_test(address_spaces_can_be_chosen),
    };
    return cmocka_run_group_tests_name("gdb", tests, NULL, NULL);
}
