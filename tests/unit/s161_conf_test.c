/* SPDX-License-Identifier: ISC */
#include "machine/s161_conf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

static struct error last;

static enum err parse(struct s161_conf *c, const char *text)
{
    *c = (struct s161_conf){0};
    enum err err = s161_conf_parse(c, text, strlen(text), "sys161.conf", &last);
    return err == ERR_OK ? s161_conf_finish(c, &last) : err;
}

static const char sample[] = "# a comment\n"
                             "0\tserial\n"
                             "1 emufs # the rest is one too\r\n"
                             "\n"
                             "2 disk rpm=7200 size=5M file=LHD0.img nodoom\n"
                             "3 disk sectors=10240 file=LHD1.img paranoid nodoom doom\n"
                             "4 nic hwaddr=12 hub=/tmp/hub\n"
                             "5 emufs dir=/srv\n"
                             "6 screen columns=132\n"
                             "28 random autoseed\n"
                             "0x1d timer\n"
                             "30 trace\n"
                             "31 mainboard  ramsize=512K  cpus=8 cores=1";

static void conf_reads_every_device(void **state)
{
    (void)state;
    struct s161_conf c;
    assert_int_equal(parse(&c, sample), ERR_OK);
    assert_int_equal(c.slot[0].device, S161_SERIAL);
    assert_string_equal(c.slot[1].emufs.dir, ".");
    const struct s161_slot *d = &c.slot[2];
    assert_int_equal(d->device, S161_DISK);
    assert_int_equal(d->disk.rpm, 7200);
    assert_int_equal(d->disk.sectors, 10240);
    assert_string_equal(d->disk.file, "LHD0.img");
    assert_true(d->disk.nodoom && !d->disk.paranoid);
    assert_int_equal(c.slot[3].disk.sectors, 10240);
    assert_true(c.slot[3].disk.paranoid && !c.slot[3].disk.nodoom);
    assert_int_equal(c.slot[4].nic.hwaddr, 12);
    assert_string_equal(c.slot[4].nic.hub, "/tmp/hub");
    assert_string_equal(c.slot[5].emufs.dir, "/srv");
    assert_true(c.slot[28].random.autoseed);
    assert_int_equal(c.slot[29].device, S161_TIMER);
    assert_int_equal(c.slot[31].mainboard.ramsize, KIB(512));
    assert_int_equal(c.slot[31].mainboard.cpus, 8);
    assert_int_equal(s161_conf_find(&c, S161_SCREEN), 6);
    assert_int_equal(c.slot[6].screen.columns, 132);
    assert_int_equal(c.slot[6].screen.rows, 24);
    assert_int_equal(s161_conf_find(&c, S161_OLDMAINBOARD), -1);
    assert_int_equal(s161_conf_free_slot(&c), 7);
    s161_conf_fini(&c);
}

static void conf_knows_the_old_board(void **state)
{
    (void)state;
    struct s161_conf c;
    assert_int_equal(parse(&c, "31 busctl ramsize=4M\n0 disk file=a\n1 nic hwaddr=7\n"), ERR_OK);
    assert_int_equal(c.slot[31].device, S161_OLDMAINBOARD);
    assert_int_equal(c.slot[31].mainboard.cpus, 1);
    assert_int_equal(c.slot[0].disk.rpm, 3600);
    assert_int_equal(c.slot[0].disk.sectors, 0);
    assert_string_equal(c.slot[1].nic.hub, ".sockets/hub");
    s161_conf_fini(&c);
}

static void conf_names_file_line_and_cause(void **state)
{
    (void)state;
    static const struct {
        const char *text, *msg;
    } bad[] = {
        {"\n\n3 dsik file=x\n", "sys161.conf:3: unknown device 'dsik' (known: mainboard, "
                                "oldmainboard, timer, serial, screen, disk, emufs, nic, random, "
                                "virtio, trace)"},
        {"32 timer", "sys161.conf:1: '32' is not a slot (0 to 31)"},
        {"-1 timer", "sys161.conf:1: '-1' is not a slot (0 to 31)"},
        {"two timer", "sys161.conf:1: 'two' is not a slot (0 to 31)"},
        {"2 # timer", "sys161.conf:1: slot 2: no device named"},
        {"2 timer\n2 serial", "sys161.conf:2: slot 2 already holds a timer (line 1)"},
        {"2 timer now", "sys161.conf:1: timer: takes no arguments, not 'now'"},
        {"2 empty", "sys161.conf:1: unknown device 'empty' (known: mainboard, oldmainboard, "
                    "timer, serial, screen, disk, emufs, nic, random, virtio, trace)"},
        {"30 mainboard ramsize=4M", "sys161.conf:1: mainboard: slot 31 is for a mainboard, and a "
                                    "mainboard for slot 31"},
        {"31 timer",
         "sys161.conf:1: timer: slot 31 is for a mainboard, and a mainboard for slot 31"},
        {"31 mainboard ramsize=8K", "sys161.conf:1: mainboard: ramsize: '8K' is out of range "
                                    "(16 KB to 508 MB)"},
        {"31 mainboard ramsize=509M", "sys161.conf:1: mainboard: ramsize: '509M' is out of range "
                                      "(16 KB to 508 MB)"},
        {"31 mainboard ramsize=1000001",
         "sys161.conf:1: mainboard: ramsize is not a multiple of 4096 bytes"},
        {"31 mainboard", "sys161.conf:1: mainboard: say how much memory with ramsize=SIZE"},
        {"31 mainboard ramsize", "sys161.conf:1: mainboard: unknown argument 'ramsize' (known: "
                                 "ramsize=, cpus=, cores=)"},
        {"31 mainboard ramsize=1M cpus=33",
         "sys161.conf:1: mainboard: cpus: '33' is out of range (1 to 32)"},
        {"31 mainboard ramsize=1M cpus=0",
         "sys161.conf:1: mainboard: cpus: '0' is out of range (1 to 32)"},
        {"31 mainboard ramsize=1M cpus=4x", "sys161.conf:1: mainboard: cpus: '4x' is not a number"},
        {"31 mainboard ramsize=1M cores=2",
         "sys161.conf:1: mainboard: cores: '2' is out of range (1 to 1)"},
        {"31 oldmainboard ramsize=1M cpus=2",
         "sys161.conf:1: oldmainboard: unknown argument 'cpus=2' (known: ramsize=)"},
        {"1 timer", "sys161.conf: no mainboard: add a line as '31 mainboard ramsize=16M'"},
        {"", "sys161.conf: no mainboard: add a line as '31 mainboard ramsize=16M'"},
        {"1 disk", "sys161.conf:1: disk: name its image with file=PATH"},
        {"1 disk file=", "sys161.conf:1: disk: file: needs a value"},
        {"1 disk file=a rpm=100", "sys161.conf:1: disk: rpm=100 is not a multiple of 60"},
        {"1 disk file=a sectors=100",
         "sys161.conf:1: disk: sectors: '100' is out of range (128 to 4294967295)"},
        {"1 disk file=a size=70001", "sys161.conf:1: disk: size is not a multiple of 512 bytes"},
        {"1 disk file=a nodoom=1",
         "sys161.conf:1: disk: unknown argument 'nodoom=1' (known: file=, rpm=, sectors=, size=, "
         "paranoid, nodoom, doom)"},
        {"1 nic", "sys161.conf:1: nic: give it an address with hwaddr=N"},
        {"1 nic hwaddr=65535", "sys161.conf:1: nic: hwaddr: '65535' is out of range (1 to 65534)"},
        {"1 random seed=x", "sys161.conf:1: random: seed: 'x' is not a number"},
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct s161_conf c;
        assert_int_not_equal(parse(&c, bad[i].text), ERR_OK);
        assert_string_equal(last.msg, bad[i].msg);
        s161_conf_fini(&c);
    }
}

static void conf_survives_binary_and_long_lines(void **state)
{
    (void)state;
    struct s161_conf c = {0};
    assert_int_equal(s161_conf_parse(&c, "1 ti\0mer", 8, "f", &last), ERR_FORMAT);
    assert_string_equal(last.msg, "f:1: holds a zero byte: is this a text file?");
    char text[4096];
    memset(text, 'x', sizeof text);
    assert_int_equal(s161_conf_parse(&c, text, sizeof text, "f", &last), ERR_CONFIG);
    assert_string_equal(last.msg, "f:1: a word is longer than 1023 bytes");
    s161_conf_fini(&c);
}

static void conf_takes_overrides(void **state)
{
    (void)state;
    static const char *const good[] = {"31:cpus=4", "31:ramsize=32M", "28:seed=9"};
    struct s161_conf c = {0};
    assert_int_equal(s161_conf_read(&c, NULL, good, 3, &last), ERR_OK);
    assert_int_equal(c.slot[31].mainboard.cpus, 4);
    assert_int_equal(c.slot[31].mainboard.ramsize, MIB(32));
    assert_int_equal(c.slot[28].random.seed, 9);
    static const struct {
        const char *arg, *msg;
    } bad[] = {
        {"31:cpus=99", "-C 31:cpus=99: mainboard: cpus: '99' is out of range (1 to 32)"},
        {"7:x", "-C 7:x: there is no device in slot 7"},
        {"99:x", "-C 99:x: '99' is not a slot (0 to 31)"},
        {"cpus=4", "-C cpus=4: should be slot:arg, for example 31:cpus=4"},
        {":cpus", "-C :cpus: should be slot:arg, for example 31:cpus=4"},
        {"29:x", "-C 29:x: timer: takes no arguments, not 'x'"},
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        assert_int_not_equal(s161_conf_override(&c, bad[i].arg, &last), ERR_OK);
        assert_string_equal(last.msg, bad[i].msg);
    }
    static const char *const late = "31:ramsize=1000001";
    assert_int_equal(s161_conf_override(&c, late, &last), ERR_OK);
    assert_int_equal(s161_conf_finish(&c, &last), ERR_CONFIG);
    assert_string_equal(last.msg, "-C 31:ramsize=1000001: mainboard: ramsize is not a multiple of "
                                  "4096 bytes");
    s161_conf_fini(&c);
}

static void conf_tells_who_asked_for_a_slot(void **state)
{
    (void)state;
    struct s161_conf c = {0};
    char where[S161_CONF_WHERE];
    s161_conf_default(&c);
    assert_string_equal(s161_conf_where(&c, 29, where), "slot 29");
    s161_conf_from_option(s161_conf_plug(&c, 3, S161_EMUFS), "--emufs");
    assert_string_equal(s161_conf_where(&c, 3, where), "--emufs");
    s161_conf_fini(&c);
    assert_int_equal(parse(&c, "\n4 disk file=x\n31 mainboard ramsize=1M\n"), ERR_OK);
    assert_string_equal(s161_conf_where(&c, 4, where), "sys161.conf:2");
    assert_int_equal(s161_conf_override(&c, "4:rpm=7200", &last), ERR_OK);
    assert_string_equal(s161_conf_where(&c, 4, where), "sys161.conf:2 (with -C 4:rpm=7200)");
    s161_conf_fini(&c);
}

static void conf_takes_the_last_of_two(void **state)
{
    (void)state;
    struct s161_conf c;
    assert_int_equal(parse(&c, "31 mainboard ramsize=1M cpus=3 ramsize=2M\n"), ERR_OK);
    assert_int_equal(c.slot[31].mainboard.ramsize, MIB(2));
    s161_conf_fini(&c);
}

static void conf_names_a_missing_file(void **state)
{
    (void)state;
    struct s161_conf c = {0};
    assert_int_equal(s161_conf_read(&c, "/nonexistent/s.conf", NULL, 0, &last), ERR_IO);
    assert_string_equal(last.msg, "/nonexistent/s.conf: cannot open: No such file or directory");
    assert_int_equal(s161_conf_read(&c, "/", NULL, 0, &last), ERR_IO);
    assert_string_equal(last.msg, "/: is a directory, not a file");
    s161_conf_fini(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(conf_reads_every_device),
        cmocka_unit_test(conf_knows_the_old_board),
        cmocka_unit_test(conf_names_file_line_and_cause),
        cmocka_unit_test(conf_survives_binary_and_long_lines),
        cmocka_unit_test(conf_takes_overrides),
        cmocka_unit_test(conf_tells_who_asked_for_a_slot),
        cmocka_unit_test(conf_takes_the_last_of_two),
        cmocka_unit_test(conf_names_a_missing_file),
    };
    return cmocka_run_group_tests_name("s161_conf", tests, NULL, NULL);
}
