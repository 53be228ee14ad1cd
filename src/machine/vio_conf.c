/* SPDX-License-Identifier: ISC */
#include "machine/vio_conf.h"
#include "lib/bug.h"
#include "lib/num.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VIO_CONF_WORD 4096

enum vio_conf_arg_kind {
    VIO_CONF_SIZE,
    VIO_CONF_NUMBER,
    VIO_CONF_TEXT,
    VIO_CONF_TEXTS,
    VIO_CONF_ON,
};

struct vio_conf_arg {
    enum vio_conf_kind device;
    const char *name;
    enum vio_conf_arg_kind kind;
    size_t offset; /* in struct vio_conf */
    u64 min, max;
};

/* The last line ends the table. */
static const struct vio_conf_arg vio_conf_args[] = {
#define VIRTIO(TAG, name, what)
#define VIRTIO_ARG(TAG, name, kind, member, min, max, what)                                        \
    {VIO_##TAG, name, VIO_CONF_##kind, offsetof(struct vio_conf, member), min, max},
#include "machine/virtio.def"
#undef VIRTIO
#undef VIRTIO_ARG
    {.device = VIO_KINDS},
};

static const char *const vio_conf_names[] = {
#define VIRTIO(TAG, name, what) name,
#define VIRTIO_ARG(...)
#include "machine/virtio.def"
#undef VIRTIO
#undef VIRTIO_ARG
};

const char *vio_conf_name(enum vio_conf_kind kind)
{
    return vio_conf_names[kind];
}

/* The next word, whose doubled commas are single ones; false: it is too long. */
static bool vio_conf_word(const char **p, char word[VIO_CONF_WORD])
{
    const char *s = *p;
    size_t n = 0;
    for (; *s && (*s != ',' || s[1] == ','); s++) {
        if (n + 1 == VIO_CONF_WORD)
            return false;
        word[n++] = *s;
        s += *s == ',';
    }
    word[n] = '\0';
    *p = *s ? s + 1 : NULL;
    return true;
}

static enum err vio_conf_unknown_kind(const char *name, struct error *e)
{
    char known[256] = "";
    size_t len = 0;
    for (unsigned i = 0; i < VIO_KINDS; i++) {
        len += (size_t)snprintf(known + len, sizeof known - len, "%s%s", len ? ", " : "",
                                vio_conf_names[i]);
        BUG_ON(len >= sizeof known);
    }
    return err_set(e, ERR_USAGE, "there is no virtio device '%s' (known: %s)", name, known);
}

static enum err vio_conf_find_kind(struct vio_conf *c, const char *name, struct error *e)
{
    for (unsigned i = 0; i < VIO_KINDS; i++) {
        if (strcmp(name, vio_conf_names[i]))
            continue;
        c->kind = (enum vio_conf_kind)i;
        return ERR_OK;
    }
    return vio_conf_unknown_kind(name, e);
}

static enum err vio_conf_store_another(struct vio_conf_texts *t, const char *value, struct error *e)
{
    if (t->n == VIO_CONF_TEXTS_MAX)
        return err_set(e, ERR_LIMIT, "there can be %u of them", VIO_CONF_TEXTS_MAX);
    t->item[t->n++] = xstrdup(value);
    return ERR_OK;
}

static enum err vio_conf_store(struct vio_conf *c, const struct vio_conf_arg *a, const char *value,
                               struct error *e)
{
    void *member = (char *)c + a->offset;
    switch (a->kind) {
    case VIO_CONF_SIZE:
        return num_parse_size(value, a->min, a->max, member, e);
    case VIO_CONF_NUMBER:
        return num_parse(value, a->min, a->max, member, e);
    case VIO_CONF_TEXT:
        if (!*value)
            return err_set(e, ERR_USAGE, "needs a value");
        free(*(char **)member);
        *(char **)member = xstrdup(value);
        return ERR_OK;
    case VIO_CONF_TEXTS:
        return vio_conf_store_another(member, value, e);
    case VIO_CONF_ON:
        *(bool *)member = true;
        return ERR_OK;
    }
    return ERR_OK;
}

static enum err vio_conf_unknown_arg(const struct vio_conf *c, const char *word, struct error *e)
{
    char known[512] = "";
    size_t len = 0;
    for (const struct vio_conf_arg *a = vio_conf_args; a->device != VIO_KINDS; a++) {
        if (a->device != c->kind)
            continue;
        len += (size_t)snprintf(known + len, sizeof known - len, "%s%s%s", len ? ", " : "", a->name,
                                a->kind == VIO_CONF_ON ? "" : "=");
        BUG_ON(len >= sizeof known);
    }
    if (!len)
        return err_set(e, ERR_USAGE, "takes no arguments, not '%s'", word);
    return err_set(e, ERR_USAGE, "unknown argument '%s' (known: %s)", word, known);
}

static enum err vio_conf_argument(struct vio_conf *c, const char *word, struct error *e)
{
    size_t len = strcspn(word, "=");
    for (const struct vio_conf_arg *a = vio_conf_args; a->device != VIO_KINDS; a++) {
        bool takes_value = a->kind != VIO_CONF_ON;
        if (a->device != c->kind || strlen(a->name) != len || memcmp(a->name, word, len) != 0 ||
            takes_value != (word[len] == '='))
            continue;
        enum err err = vio_conf_store(c, a, word + len + takes_value, e);
        return err ? err_prefix(e, "%s", a->name) : ERR_OK;
    }
    return vio_conf_unknown_arg(c, word, e);
}

enum err vio_conf_parse(struct vio_conf *c, const char *words, struct error *e)
{
    char word[VIO_CONF_WORD];
    enum err err = ERR_OK;
    const char *p = words;
    *c = (struct vio_conf){0};
    for (bool first = true; p && !err; first = false) {
        if (!vio_conf_word(&p, word))
            err = err_set(e, ERR_LIMIT, "a word is longer than %d bytes", VIO_CONF_WORD - 1);
        else if (first)
            err = vio_conf_find_kind(c, word, e);
        else if ((err = vio_conf_argument(c, word, e)))
            err_prefix(e, "%s", vio_conf_name(c->kind));
    }
    if (err)
        vio_conf_fini(c);
    return err;
}

static void vio_conf_drop(const struct vio_conf_arg *a, void *member)
{
    struct vio_conf_texts *t = member;
    if (a->kind == VIO_CONF_TEXT)
        free(*(char **)member);
    for (size_t i = 0; a->kind == VIO_CONF_TEXTS && i < t->n; i++)
        free(t->item[i]);
}

void vio_conf_fini(struct vio_conf *c)
{
    for (const struct vio_conf_arg *a = vio_conf_args; a->device != VIO_KINDS; a++)
        vio_conf_drop(a, (char *)c + a->offset);
    free(c->option);
    *c = (struct vio_conf){0};
}

struct vio_conf *vio_conf_list_add(struct vio_conf_list *l)
{
    l->item = xrealloc(l->item, (l->n + 1) * sizeof *l->item);
    l->item[l->n] = (struct vio_conf){0};
    return &l->item[l->n++];
}

void vio_conf_list_fini(struct vio_conf_list *l)
{
    for (size_t i = 0; i < l->n; i++)
        vio_conf_fini(&l->item[i]);
    free(l->item);
    *l = (struct vio_conf_list){0};
}
