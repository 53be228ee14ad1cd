/* SPDX-License-Identifier: ISC */
#include "cmd/cmd_options.h"
#include "cmd/cmd_suggest.h"
#include "cmd/run_options.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

struct sample {
    bool flag;
    const char *text, *choice;
    struct cmd_list list;
    u64 number, size, time;
};

#define AT(member) offsetof(struct sample, member)

static const struct cmd_option table[] = {
    {"flag", 'f', CMD_FLAG, AT(flag), NULL, NULL, 0, 0, "a flag"},
    {"text", 't', CMD_TEXT, AT(text), "TEXT", NULL, 0, 0, "a text"},
    {"engine", 0, CMD_TEXT, AT(choice), "NAME", "auto interp", 0, 0, "a choice"},
    {"disk", 'd', CMD_LIST, AT(list), "FILE", NULL, 0, 0, "a list"},
    {"cpus", 'n', CMD_NUMBER, AT(number), "N", NULL, 1, 32, "a number"},
    {"memory", 'm', CMD_SIZE, AT(size), "SIZE", NULL, 1, MIB(508), "a size"},
    {"wait", 0, CMD_TIME, AT(time), "TIME", NULL, 0, UINT64_MAX, "a time"},
    {NULL, 'X', CMD_FLAG, AT(flag), NULL, NULL, 0, 0, NULL},
};

static struct error last;

/* Parses the blank-separated words; -1 on error, else the index of the first word. */
static int parse(struct sample *s, char *line)
{
    static char *argv[32];
    int argc = 0, words;
    for (char *w = strtok(line, " "); w; w = strtok(NULL, " "))
        argv[argc++] = w;
    *s = (struct sample){0};
    if (cmd_options_parse(table, ARRAY_LEN(table), argc, argv, s, &words, &last) != ERR_OK)
        return -1;
    return words;
}

static void options_store_every_kind(void **state)
{
    (void)state;
    struct sample s;
    char line[] = "run -f --text=a=b --engine interp -d one -dtwo --disk three -n4 --memory 2M "
                  "--wait 5ms kernel --text no";
    assert_int_equal(parse(&s, line), 15);
    assert_true(s.flag);
    assert_string_equal(s.text, "a=b");
    assert_string_equal(s.choice, "interp");
    assert_int_equal(s.list.n, 3);
    assert_string_equal(s.list.item[1], "two");
    assert_string_equal(s.list.item[2], "three");
    assert_int_equal(s.number, 4);
    assert_int_equal(s.size, MIB(2));
    assert_int_equal(s.time, 5000000);
    cmd_list_fini(&s.list);
}

static void options_end_at_the_first_word(void **state)
{
    (void)state;
    struct sample s;
    char dashes[] = "run -- -f", dash[] = "run - -f", bundle[] = "run -fX word";
    assert_int_equal(parse(&s, dashes), 2);
    assert_false(s.flag);
    assert_int_equal(parse(&s, dash), 1);
    assert_int_equal(parse(&s, bundle), 2);
    assert_true(s.flag);
}

static void options_name_the_mistake(void **state)
{
    (void)state;
    static const struct {
        const char *line, *msg;
    } bad[] = {
        {"run --memroy 4M", "unknown option '--memroy' (did you mean '--memory'?)"},
        {"run --zzzzz", "unknown option '--zzzzz'"},
        {"run -q", "unknown option '-q'"},
        {"run --flag=1", "option '--flag' takes no value"},
        {"run --text", "option '--text' needs a value: TEXT"},
        {"run --text=", "--text: needs a value that is not empty: TEXT"},
        {"run -n", "option '-n' needs a value: N"},
        {"run -n0", "-n: '0' is out of range (1 to 32)"},
        {"run --cpus four", "--cpus: 'four' is not a number"},
        {"run --engine jit", "--engine: 'jit' is none of: auto interp"},
        {"run --engine aut", "--engine: 'aut' is none of: auto interp"},
        {"run --memory 4X", "--memory: '4X' is not a size (write for example 512K, 16M)"},
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct sample s;
        char line[128];
        snprintf(line, sizeof line, "%s", bad[i].line);
        assert_int_equal(parse(&s, line), -1);
        assert_string_equal(last.msg, bad[i].msg);
    }
}

static void words_are_joined_by_single_blanks(void **state)
{
    (void)state;
    char a[] = "kernel", b[] = "p testbin/forktest;", c[] = "q";
    char *argv[] = {a, b, c, NULL};
    struct run_options o = {0};
    run_options_join(&o, 3, argv, 1);
    assert_string_equal(o.words, "p testbin/forktest; q");
    run_options_join(&o, 3, argv, 3);
    assert_string_equal(o.words, "");
    run_options_fini(&o);
}

static void suggestions_are_near(void **state)
{
    (void)state;
    assert_string_equal(cmd_suggest("rnu", NULL, "run"), "run");
    assert_string_equal(cmd_suggest("devics", cmd_suggest("devics", NULL, "version"), "devices"),
                        "devices");
    assert_string_equal(cmd_suggest("mem", cmd_suggest("mem", NULL, "set"), "memory"), "memory");
    assert_string_equal(cmd_suggest("trac", cmd_suggest("trac", NULL, "trace"), "trace-file"),
                        "trace");
    assert_null(cmd_suggest("frobnicate", NULL, "run"));
    assert_null(cmd_suggest("xyz", NULL, "run"));
    assert_null(cmd_suggest("averyveryverylongwordindeedandmore", NULL, "run"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_store_every_kind),
        cmocka_unit_test(options_end_at_the_first_word),
        cmocka_unit_test(options_name_the_mistake),
        cmocka_unit_test(words_are_joined_by_single_blanks),
        cmocka_unit_test(suggestions_are_near),
    };
    return cmocka_run_group_tests_name("cmd_options", tests, NULL, NULL);
}
