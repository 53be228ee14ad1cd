/* SPDX-License-Identifier: ISC */
/*
 * Reads sys161.conf. Differences from the original: numbers must be whole numbers (there,
 * "cpus=4x" is 4), a missing file= or hwaddr= is named with its line, RAM may be up to 508 MB.
 */
#include "machine/s161_conf.h"

#include "lib/bug.h"
#include "lib/log.h"
#include "lib/num.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define S161_CONF_MAX_WORD 1024

enum s161_conf_kind {
    S161_CONF_SIZE,
    S161_CONF_NUMBER,
    S161_CONF_TEXT,
    S161_CONF_ON,
    S161_CONF_OFF,
};

struct s161_conf_arg {
    enum s161_device device;
    const char *name;
    enum s161_conf_kind kind;
    size_t offset; /* in struct s161_slot */
    u64 min, max;
};

static const struct s161_conf_arg s161_conf_args[] = {
#define DEVICE(TAG, name, kind, what)
#define DEVICE_ARG(TAG, name, kind, member, min, max, what)                                        \
    {S161_##TAG, name, S161_CONF_##kind, offsetof(struct s161_slot, member), min, max},
#include "machine/devices.def"
#undef DEVICE
#undef DEVICE_ARG
};

static bool s161_conf_is_controller(enum s161_device d)
{
    return d == S161_MAINBOARD || d == S161_OLDMAINBOARD;
}

/* S161_EMPTY: no device has that name. */
static enum s161_device s161_conf_find_device(const char *name)
{
    if (!strcmp(name, "busctl"))
        return S161_OLDMAINBOARD;
    for (unsigned d = S161_EMPTY + 1; d < S161_DEVICES; d++) {
        if (!strcmp(name, s161_device_name(d)))
            return d;
    }
    return S161_EMPTY;
}

static enum err s161_conf_unknown_device(const char *name, struct error *e)
{
    char known[256] = "";
    size_t len = 0;
    for (unsigned d = S161_EMPTY + 1; d < S161_DEVICES; d++) {
        len += (size_t)snprintf(known + len, sizeof known - len, "%s%s", len ? ", " : "",
                                s161_device_name(d));
        BUG_ON(len >= sizeof known);
    }
    return err_set(e, ERR_CONFIG, "unknown device '%s' (known: %s)", name, known);
}

/* ---- one argument ---- */

static void s161_conf_set_text(char **member, const char *value)
{
    free(*member);
    *member = xstrdup(value);
}

static enum err s161_conf_store(const struct s161_conf_arg *a, struct s161_slot *s,
                                const char *value, struct error *e)
{
    void *member = (char *)s + a->offset;
    switch (a->kind) {
    case S161_CONF_SIZE:
        return num_parse_size(value, a->min, a->max, member, e);
    case S161_CONF_NUMBER:
        return num_parse(value, a->min, a->max, member, e);
    case S161_CONF_TEXT:
        if (!*value)
            return err_set(e, ERR_CONFIG, "needs a value");
        s161_conf_set_text(member, value);
        return ERR_OK;
    case S161_CONF_ON:
        *(bool *)member = true;
        return ERR_OK;
    case S161_CONF_OFF:
        *(bool *)member = false;
        return ERR_OK;
    }
    return ERR_OK;
}

static enum err s161_conf_unknown_arg(enum s161_device d, const char *arg, struct error *e)
{
    char known[256] = "";
    size_t len = 0;
    for (size_t i = 0; i < ARRAY_LEN(s161_conf_args); i++) {
        const struct s161_conf_arg *a = &s161_conf_args[i];
        if (a->device != d)
            continue;
        len += (size_t)snprintf(known + len, sizeof known - len, "%s%s%s", len ? ", " : "", a->name,
                                a->kind <= S161_CONF_TEXT ? "=" : "");
        BUG_ON(len >= sizeof known);
    }
    if (!len)
        return err_set(e, ERR_CONFIG, "%s: takes no arguments, not '%s'", s161_device_name(d), arg);
    return err_set(e, ERR_CONFIG, "%s: unknown argument '%s' (known: %s)", s161_device_name(d), arg,
                   known);
}

/* `given`: a bit for each argument of the table that this line had already. */
static void s161_conf_given(const struct s161_conf *c, const struct s161_slot *s, size_t i,
                            u32 *given)
{
    _Static_assert(ARRAY_LEN(s161_conf_args) <= 32, "a bit each");
    if (*given & 1u << i)
        log_warn("%s:%u: %s: %s is given twice; the last counts", c->name, s->line,
                 s161_device_name(s->device), s161_conf_args[i].name);
    *given |= 1u << i;
}

/* *index: which of the table it was. */
static enum err s161_conf_argument(struct s161_slot *s, const char *arg, size_t *index,
                                   struct error *e)
{
    size_t len = strcspn(arg, "=");
    for (size_t i = 0; i < ARRAY_LEN(s161_conf_args); i++) {
        const struct s161_conf_arg *a = &s161_conf_args[i];
        bool takes_value = a->kind <= S161_CONF_TEXT;
        if (a->device != s->device || strlen(a->name) != len || memcmp(a->name, arg, len) != 0 ||
            takes_value != (arg[len] == '='))
            continue;
        if (s161_conf_store(a, s, arg + len + takes_value, e) != ERR_OK)
            return err_prefix(e, "%s: %s", s161_device_name(s->device), a->name);
        *index = i;
        return ERR_OK;
    }
    return s161_conf_unknown_arg(s->device, arg, e);
}

/* ---- the file ---- */

/* The next word of the line at *p, up to a blank or a comment. False: no more. */
static enum err s161_conf_word(const char **p, const char *end, char word[S161_CONF_MAX_WORD],
                               bool *more, struct error *e)
{
    const char *s = *p;
    while (s < end && (*s == ' ' || *s == '\t' || *s == '\r'))
        s++;
    size_t n = 0;
    while (s < end && *s != ' ' && *s != '\t' && *s != '\r' && *s != '#') {
        if (*s == '\0')
            return err_set(e, ERR_FORMAT, "holds a zero byte: is this a text file?");
        if (n + 1 == S161_CONF_MAX_WORD)
            return err_set(e, ERR_CONFIG, "a word is longer than %d bytes", S161_CONF_MAX_WORD - 1);
        word[n++] = *s++;
    }
    word[n] = '\0';
    *p = s < end && *s == '#' ? end : s;
    *more = n > 0;
    return ERR_OK;
}

static enum err s161_conf_slot_number(const char *word, u64 *slot, struct error *e)
{
    if (num_parse(word, 0, S161_SLOTS - 1, slot, NULL) == ERR_OK)
        return ERR_OK;
    return err_set(e, ERR_CONFIG, "'%s' is not a slot (0 to %d)", word, S161_SLOTS - 1);
}

static enum err s161_conf_plug_word(struct s161_conf *c, u64 slot, const char *word, unsigned line,
                                    struct error *e)
{
    enum s161_device device = s161_conf_find_device(word);
    if (device == S161_EMPTY)
        return s161_conf_unknown_device(word, e);
    const struct s161_slot *there = &c->slot[slot];
    if (there->device != S161_EMPTY)
        return err_set(e, ERR_CONFIG, "slot %u already holds a %s (line %u)", (unsigned)slot,
                       s161_device_name(there->device), there->line);
    if (s161_conf_is_controller(device) != (slot == S161_MAINBOARD_SLOT))
        return err_set(e, ERR_CONFIG, "%s: slot %d is for a mainboard, and a mainboard for slot %d",
                       word, S161_MAINBOARD_SLOT, S161_MAINBOARD_SLOT);
    s161_conf_plug(c, (unsigned)slot, device)->line = line;
    return ERR_OK;
}

static enum err s161_conf_line(struct s161_conf *c, const char *p, const char *end, unsigned line,
                               struct error *e)
{
    char word[S161_CONF_MAX_WORD];
    bool more = false;
    u64 slot;
    u32 given = 0;
    size_t index = 0;
    enum err err = s161_conf_word(&p, end, word, &more, e);
    if (err != ERR_OK || !more)
        return err;
    err = s161_conf_slot_number(word, &slot, e);
    if (err != ERR_OK)
        return err;
    err = s161_conf_word(&p, end, word, &more, e);
    if (err != ERR_OK)
        return err;
    if (!more)
        return err_set(e, ERR_CONFIG, "slot %u: no device named", (unsigned)slot);
    err = s161_conf_plug_word(c, slot, word, line, e);
    while (err == ERR_OK && (err = s161_conf_word(&p, end, word, &more, e)) == ERR_OK && more) {
        err = s161_conf_argument(&c->slot[slot], word, &index, e);
        if (err == ERR_OK)
            s161_conf_given(c, &c->slot[slot], index, &given);
    }
    return err;
}

enum err s161_conf_parse(struct s161_conf *c, const char *text, size_t len, const char *name,
                         struct error *e)
{
    const char *p = text, *end = text + len;
    free(c->name);
    c->name = xstrdup(name);
    for (unsigned line = 1; p < end; line++) {
        const char *nl = memchr(p, '\n', (size_t)(end - p));
        const char *eol = nl ? nl : end;
        if (s161_conf_line(c, p, eol, line, e) != ERR_OK)
            return err_prefix(e, "%s:%u", name, line);
        p = nl ? nl + 1 : end;
    }
    return ERR_OK;
}

/* ---- the command line ---- */

enum err s161_conf_override(struct s161_conf *c, const char *arg, struct error *e)
{
    const char *colon = strchr(arg, ':');
    char word[16], option[S161_CONF_MAX_WORD];
    u64 slot;
    size_t index;
    if (!colon || colon == arg || (size_t)(colon - arg) >= sizeof word)
        return err_set(e, ERR_USAGE, "-C %s: should be slot:arg, for example 31:cpus=4", arg);
    snprintf(word, sizeof word, "%.*s", (int)(colon - arg), arg);
    enum err err = s161_conf_slot_number(word, &slot, e);
    if (err == ERR_OK && c->slot[slot].device == S161_EMPTY)
        err = err_set(e, ERR_CONFIG, "there is no device in slot %s", word);
    if (err == ERR_OK)
        err = s161_conf_argument(&c->slot[slot], colon + 1, &index, e);
    if (err != ERR_OK)
        return err_prefix(e, "-C %s", arg);
    snprintf(option, sizeof option, "-C %s", arg);
    s161_conf_from_option(&c->slot[slot], option);
    return ERR_OK;
}
