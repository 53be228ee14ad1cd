/* SPDX-License-Identifier: ISC */
#include "lib/symtab.h"
#include "lib/types.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static const struct symbol sample[] = {
    {"late", 0x3000, 0, true},   {"early", 0x1000, 0x100, true}, {"inner", 0x1040, 0x10, true},
    {"label", 0x2000, 0, false}, {"function", 0x2000, 0, true},
};

static void fill(struct symtab *t)
{
    for (size_t i = 0; i < ARRAY_LEN(sample); i++)
        symtab_add(t, &sample[i]);
    symtab_sort(t);
}

static void symtab_finds_what_holds_an_address(void **state)
{
    (void)state;
    static const struct {
        u32 va;
        const char *text;
    } expected[] = {
        {0xfff, ""},           {0x1000, "early"},          {0x1004, "early+0x4"},
        {0x1044, "inner+0x4"}, {0x1050, "early+0x50"},     {0x1100, ""},
        {0x2000, "function"},  {0x2ffc, "function+0xffc"}, {0xffffffff, "late+0xffffcfff"},
    };
    struct symtab t = {0};
    fill(&t);
    for (size_t i = 0; i < ARRAY_LEN(expected); i++) {
        char text[SYMTAB_TEXT];
        assert_string_equal(symtab_text(&t, expected[i].va, text), expected[i].text);
    }
    symtab_fini(&t);
}

static void symtab_may_be_empty_and_large(void **state)
{
    (void)state;
    struct symtab t = {0};
    char text[SYMTAB_TEXT], name[200];
    symtab_sort(&t);
    assert_null(symtab_at(&t, 0x1000));
    assert_string_equal(symtab_text(NULL, 0x1000, text), "");
    memset(name, 'x', sizeof name);
    name[sizeof name - 1] = '\0';
    for (u32 i = 0; i < 5000; i++)
        symtab_add(&t, &(struct symbol){name, 16 * (i * 7919 % 5000), 16, true});
    symtab_sort(&t);
    for (u32 i = 0; i < 5000; i++)
        assert_int_equal(symtab_at(&t, 16 * i + 15)->va, 16 * i);
    assert_true(strlen(symtab_text(&t, 0x11, text)) < SYMTAB_TEXT); /* long names are cut */
    symtab_fini(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(symtab_finds_what_holds_an_address),
        cmocka_unit_test(symtab_may_be_empty_and_large),
    };
    return cmocka_run_group_tests_name("symtab", tests, NULL, NULL);
}
