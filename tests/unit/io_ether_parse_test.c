/* SPDX-License-Identifier: ISC */
#include "io/io_ether_parse.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static struct io_ether_options parsed(const char *word)
{
    struct io_ether_options o;
    struct error e = {.msg = ""};
    enum err err = io_ether_parse(&o, word, 0, &e);
    if (err)
        print_error("%s: %s\n", word, e.msg);
    assert_int_equal(err, ERR_OK);
    return o;
}

static void knows_each_kind(void **state)
{
    (void)state;
    assert_int_equal(parsed("user").kind, IO_ETHER_USER);
    static const struct {
        const char *word;
        enum io_ether_kind kind;
        const char *path;
    } kinds[] = {
        {"tap:kuseg0", IO_ETHER_TAP, "kuseg0"},
        {"tap:fifteen-letters", IO_ETHER_TAP, "fifteen-letters"},
        {"vde:/run/vde.ctl", IO_ETHER_VDE, "/run/vde.ctl"},
        {"listen:.sockets/pair", IO_ETHER_LISTEN, ".sockets/pair"},
        {"connect:.sockets/a:b", IO_ETHER_CONNECT, ".sockets/a:b"},
    };
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        struct io_ether_options o = parsed(kinds[i].word);
        assert_int_equal(o.kind, kinds[i].kind);
        assert_string_equal(o.path, kinds[i].path);
        assert_int_equal(o.nforwards, 0);
        assert_int_equal(o.card, IO_ETHER_CARD_USUAL);
    }
}

static void knows_each_key(void **state)
{
    (void)state;
    char text[IO_ETHER_TEXT];
    struct io_ether_options o =
        parsed("user,mac=52:54:00:aB:cd:0F,card=lance,restrict,hostfwd=tcp:127.0.0.1:8080-:80,"
               "hostfwd=udp::53-10.0.2.15:5353,hostfwd=tcp:0.0.0.0:65535-:1");
    assert_string_equal(io_ether_format(text, o.mac), "52:54:00:ab:cd:0f");
    assert_int_equal(o.card, IO_ETHER_CARD_LANCE);
    assert_true(o.restricted);
    assert_int_equal(o.nforwards, 3);
    assert_false(o.forward[0].udp);
    assert_int_equal(o.forward[0].host, 0x7f000001);
    assert_int_equal(o.forward[0].host_port, 8080);
    assert_int_equal(o.forward[0].guest, 0);
    assert_int_equal(o.forward[0].guest_port, 80);
    assert_true(o.forward[1].udp);
    assert_int_equal(o.forward[1].host, 0x7f000001);
    assert_int_equal(o.forward[1].guest, 0x0a00020f);
    assert_int_equal(o.forward[1].guest_port, 5353);
    assert_int_equal(o.forward[2].host, 0);
    assert_int_equal(o.forward[2].host_port, 65535);
    assert_int_equal(parsed("tap:a,card=virtio").card, IO_ETHER_CARD_VIRTIO);
}

/* The same for the same word and card, or else different; keys do not matter. */
static void addresses_are_made_up(void **state)
{
    (void)state;
    static const char *const words[] = {"user", "tap:a", "tap:b", "listen:./s", "connect:./s"};
    struct io_ether_options o[2 * ARRAY_LEN(words)], again;
    struct error e;
    for (unsigned i = 0; i < ARRAY_LEN(o); i++) {
        const char *word = words[i % ARRAY_LEN(words)];
        assert_int_equal(io_ether_parse(&o[i], word, i / ARRAY_LEN(words), &e), ERR_OK);
        assert_int_equal(o[i].mac[0], 0x02);
        for (unsigned k = 0; k < i; k++)
            assert_memory_not_equal(o[i].mac, o[k].mac, IO_ETHER_ADDRESS);
    }
    again = parsed("user,restrict");
    assert_memory_equal(again.mac, o[0].mac, IO_ETHER_ADDRESS);
}

static void refuses_and_says_why(void **state)
{
    (void)state;
    static const char *const bad[][2] = {
        {"", "'' is no network"},
        {"usr", "'usr' is no network"},
        {"users", "'users' is no network"},
        {"USER", "'USER' is no network"},
        {":", "':' is no network"},
        {"user:x", "user:x: nothing follows"},
        {"user,", "there is no ''"},
        {"user,,", "there is no ''"},
        {"user,speed=9", "there is no 'speed=9'"},
        {"user,=", "there is no '='"},
        {"tap", "tap: wants an interface's name"},
        {"tap:", "tap:: wants an interface's name"},
        {"tap:sixteen-letters-", "15 characters"},
        {"vde:", "wants the directory"},
        {"listen", "wants a socket's path"},
        {"connect:,mac=02:00:00:00:00:01", "wants a socket's path"},
        {"listen:1234", "a socket's path has a '/': listen:./1234"},
        {"user,mac", "'mac' takes a value"},
        {"user,mac=", "'mac' takes a value"},
        {"user,mac=02:00:00:00:00", "mac=02:00:00:00:00: should be"},
        {"user,mac=02:00:00:00:00:0", "should be six bytes"},
        {"user,mac=02:00:00:00:00:01:", "should be six bytes"},
        {"user,mac=02:00:00:00:00:011", "should be six bytes"},
        {"user,mac=02-00-00-00-00-01", "should be six bytes"},
        {"user,mac=0200:00:00:00:01", "should be six bytes"},
        {"user,mac= 2:00:00:00:00:01", "should be six bytes"},
        {"user,mac=01:00:00:00:00:01", "not the address of one card"},
        {"user,mac=ff:ff:ff:ff:ff:ff", "not the address of one card"},
        {"user,mac=00:00:00:00:00:00", "not the address of one card"},
        {"user,card=ne2000", "should be virtio or lance"},
        {"user,restrict=yes", "'restrict' takes no value"},
        {"tap:a,restrict", "'restrict' is for user mode"},
        {"tap:a,hostfwd=tcp::1-:1", "'hostfwd' is for user mode"},
        {"user,hostfwd", "'hostfwd' takes a value"},
        {"user,hostfwd=tcp", "hostfwd=tcp: should be"},
        {"user,hostfwd=tcp:", "should be tcp or udp"},
        {"user,hostfwd=-", "should be tcp or udp"},
        {"user,hostfwd=u-p", "should be tcp or udp"},
        {"user,hostfwd=icmp::1-:1", "should be tcp or udp"},
        {"user,hostfwd=tcp::8080", "should be tcp or udp"},
        {"user,hostfwd=tcp::8080-", "should be tcp or udp"},
        {"user,hostfwd=tcp::8080-80", "should be tcp or udp"},
        {"user,hostfwd=tcp::-:80", "should be tcp or udp"},
        {"user,hostfwd=tcp::0-:80", "should be tcp or udp"},
        {"user,hostfwd=tcp::65536-:80", "should be tcp or udp"},
        {"user,hostfwd=tcp::99999999999-:80", "should be tcp or udp"},
        {"user,hostfwd=tcp::8080-:80x", "should be tcp or udp"},
        {"user,hostfwd=tcp::8080-:-80", "should be tcp or udp"},
        {"user,hostfwd=tcp::8080-: 80", "should be tcp or udp"},
        {"user,hostfwd=tcp:localhost:8080-:80", "should be tcp or udp"},
        {"user,hostfwd=tcp:127.0.0:8080-:80", "should be tcp or udp"},
        {"user,hostfwd=tcp:127.0.0.256:8080-:80", "should be tcp or udp"},
        {"user,hostfwd=tcp:127.0.0.1.1:8080-:80", "should be tcp or udp"},
        {"user,hostfwd=tcp:.0.0.1:8080-:80", "should be tcp or udp"},
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct io_ether_options o;
        struct error e = {.msg = ""};
        assert_int_equal(io_ether_parse(&o, bad[i][0], 0, &e), ERR_USAGE);
        if (!strstr(e.msg, bad[i][1]))
            fail_msg("%s: '%s' does not say '%s'", bad[i][0], e.msg, bad[i][1]);
    }
}

static void refuses_more_than_fits(void **state)
{
    (void)state;
    char word[2048] = "user";
    struct io_ether_options o;
    struct error e;
    for (unsigned i = 0; i < IO_ETHER_FORWARDS; i++)
        strcat(word, ",hostfwd=tcp::1-:1");
    assert_int_equal(io_ether_parse(&o, word, 0, &e), ERR_OK);
    strcat(word, ",hostfwd=tcp::1-:1");
    assert_int_equal(io_ether_parse(&o, word, 0, &e), ERR_USAGE);
    assert_non_null(strstr(e.msg, "there can be 16"));
    memset(word, 'a', 1000);
    memcpy(word, "vde:", 4);
    word[4 + IO_ETHER_PATH - 1] = 0;
    assert_int_equal(io_ether_parse(&o, word, 0, &e), ERR_OK);
    word[4 + IO_ETHER_PATH - 1] = 'a';
    word[4 + IO_ETHER_PATH] = 0;
    assert_int_equal(io_ether_parse(&o, word, 0, &e), ERR_USAGE);
    word[4 + IO_ETHER_PATH] = 'a';
    word[1000] = 0;
    assert_int_equal(io_ether_parse(&o, word, 0, &e), ERR_USAGE);
    assert_non_null(strstr(e.msg, "too long"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_each_kind),        cmocka_unit_test(knows_each_key),
        cmocka_unit_test(addresses_are_made_up),  cmocka_unit_test(refuses_and_says_why),
        cmocka_unit_test(refuses_more_than_fits),
    };
    return cmocka_run_group_tests_name("io_ether_parse", tests, NULL, NULL);
}
