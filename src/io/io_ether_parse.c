/* SPDX-License-Identifier: ISC */
#include "io/io_ether_parse.h"
#include "lib/bits.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define IO_ETHER_PART      256 /* of a word between commas, with a zero */
#define IO_ETHER_INTERFACE 15  /* characters of an interface's name: Linux's IFNAMSIZ - 1 */

/* ---- what is plugged in ---- */

static const struct {
    const char *name;
    enum io_ether_kind kind;
    const char *wants; /* behind a colon; NULL: nothing */
    unsigned max;      /* characters of that */
    bool slash;        /* it has one */
} io_ether_parse_kinds[] = {
    {"user", IO_ETHER_USER, NULL, 0, false},
    {"tap", IO_ETHER_TAP, "an interface's name", IO_ETHER_INTERFACE, false},
    {"vde", IO_ETHER_VDE, "the directory of a switch", IO_ETHER_PATH - 1, false},
    {"listen", IO_ETHER_LISTEN, "a socket's path", IO_ETHER_PATH - 1, true},
    {"connect", IO_ETHER_CONNECT, "a socket's path", IO_ETHER_PATH - 1, true},
};

static enum err io_ether_parse_kind(struct io_ether_options *o, const char *part, struct error *e)
{
    const char *colon = strchr(part, ':');
    size_t len = colon ? (size_t)(colon - part) : strlen(part);
    for (unsigned i = 0; i < ARRAY_LEN(io_ether_parse_kinds); i++) {
        const char *name = io_ether_parse_kinds[i].name, *wants = io_ether_parse_kinds[i].wants;
        if (strlen(name) != len || strncmp(name, part, len) != 0)
            continue;
        o->kind = io_ether_parse_kinds[i].kind;
        if (!wants && colon)
            return err_set(e, ERR_USAGE, "%s: nothing follows '%s' but a comma", part, name);
        if (!wants)
            return ERR_OK;
        if (!colon || !colon[1])
            return err_set(e, ERR_USAGE, "%s: wants %s: %s:...", part, wants, name);
        if (strlen(colon + 1) > io_ether_parse_kinds[i].max)
            return err_set(e, ERR_USAGE, "%s: %s can have %u characters", part, wants,
                           io_ether_parse_kinds[i].max);
        if (io_ether_parse_kinds[i].slash && !strchr(colon, '/'))
            return err_set(e, ERR_USAGE, "%s: a socket's path has a '/': %s:./%s", part, name,
                           colon + 1);
        strcpy(o->path, colon + 1);
        return ERR_OK;
    }
    return err_set(e, ERR_USAGE,
                   "'%s' is no network: there are user, tap:NAME, vde:SWITCH, listen:SOCKET and "
                   "connect:SOCKET",
                   part);
}

/* ---- keys ---- */

static enum err io_ether_parse_mac(struct io_ether_options *o, const char *value, struct error *e)
{
    u8 mac[IO_ETHER_ADDRESS];
    const char *p = value;
    for (unsigned i = 0; i < IO_ETHER_ADDRESS; i++, p += 2) {
        if (i && *p++ != ':')
            break;
        if (!isxdigit((u8)p[0]) || !isxdigit((u8)p[1]))
            break;
        unsigned byte;
        sscanf(p, "%2x", &byte);
        mac[i] = (u8)byte;
    }
    if (p - value != IO_ETHER_TEXT - 1 || *p)
        return err_set(e, ERR_USAGE, "mac=%s: should be six bytes as 02:00:00:00:00:01", value);
    static const u8 none[IO_ETHER_ADDRESS];
    if (mac[0] & 1 || !memcmp(mac, none, sizeof none))
        return err_set(e, ERR_USAGE, "mac=%s: is not the address of one card", value);
    memcpy(o->mac, mac, sizeof mac);
    return ERR_OK;
}

static enum err io_ether_parse_card(struct io_ether_options *o, const char *value, struct error *e)
{
    if (!strcmp(value, "virtio"))
        o->card = IO_ETHER_CARD_VIRTIO;
    else if (!strcmp(value, "lance"))
        o->card = IO_ETHER_CARD_LANCE;
    else
        return err_set(e, ERR_USAGE, "card=%s: should be virtio or lance", value);
    return ERR_OK;
}

static bool io_ether_parse_decimal(const char **text, u32 max, u32 *out)
{
    const char *p = *text;
    u32 n = 0;
    for (; isdigit((u8)*p) && n <= max; p++)
        n = n * 10 + (u32)(*p - '0');
    bool good = p != *text && n <= max;
    *text = p;
    *out = n;
    return good;
}

static bool io_ether_parse_address(const char **text, u32 *address)
{
    *address = 0;
    for (unsigned i = 0; i < 4; i++) {
        u32 byte;
        if ((i && *(*text)++ != '.') || !io_ether_parse_decimal(text, 255, &byte))
            return false;
        *address = *address << 8 | byte;
    }
    return true;
}

/* "[A.B.C.D]:PORT" and nothing more; without an address `address` stays. */
static bool io_ether_parse_end(const char *text, u32 *address, u16 *port)
{
    u32 n;
    if (*text != ':' && !io_ether_parse_address(&text, address))
        return false;
    if (*text++ != ':' || !io_ether_parse_decimal(&text, 65535, &n) || !n || *text)
        return false;
    *port = (u16)n;
    return true;
}

#define IO_ETHER_LOOPBACK 0x7f000001u

static enum err io_ether_parse_forward(struct io_ether_options *o, const char *value,
                                       struct error *e)
{
    struct io_ether_forward f = {.udp = !strncmp(value, "udp:", 4), .host = IO_ETHER_LOOPBACK};
    char host[IO_ETHER_PART];
    const char *from = value + 4, *dash = strchr(value, '-');
    if (o->nforwards == IO_ETHER_FORWARDS)
        return err_set(e, ERR_USAGE, "hostfwd=%s: there can be %u", value, IO_ETHER_FORWARDS);
    bool good = (f.udp || !strncmp(value, "tcp:", 4)) && dash && dash >= from;
    if (good) {
        snprintf(host, sizeof host, "%.*s", (int)(dash - from), from);
        good = io_ether_parse_end(host, &f.host, &f.host_port) &&
               io_ether_parse_end(dash + 1, &f.guest, &f.guest_port);
    }
    if (!good)
        return err_set(e, ERR_USAGE,
                       "hostfwd=%s: should be tcp or udp, the host's end and the guest's, as "
                       "tcp:127.0.0.1:8080-:80",
                       value);
    o->forward[o->nforwards++] = f;
    return ERR_OK;
}

static enum err io_ether_parse_restrict(struct io_ether_options *o, const char *value,
                                        struct error *e)
{
    (void)e;
    (void)value;
    o->restricted = true;
    return ERR_OK;
}

static const struct {
    const char *name;
    bool value, user; /* whether it wants one; whether it is for user mode only */
    enum err (*parse)(struct io_ether_options *o, const char *value, struct error *e);
} io_ether_parse_keys[] = {
    {"mac", true, false, io_ether_parse_mac},
    {"card", true, false, io_ether_parse_card},
    {"hostfwd", true, true, io_ether_parse_forward},
    {"restrict", false, true, io_ether_parse_restrict},
};

static enum err io_ether_parse_key(struct io_ether_options *o, const char *part, struct error *e)
{
    size_t len = strcspn(part, "=");
    const char *value = part[len] ? part + len + 1 : NULL;
    for (unsigned i = 0; i < ARRAY_LEN(io_ether_parse_keys); i++) {
        const char *name = io_ether_parse_keys[i].name;
        if (strlen(name) != len || strncmp(name, part, len) != 0)
            continue;
        if (io_ether_parse_keys[i].value != (value && *value))
            return err_set(e, ERR_USAGE, "'%s' takes %s value", name,
                           io_ether_parse_keys[i].value ? "a" : "no");
        if (io_ether_parse_keys[i].user && o->kind != IO_ETHER_USER)
            return err_set(e, ERR_USAGE, "'%s' is for user mode (user,%s...)", name, name);
        return io_ether_parse_keys[i].parse(o, value, e);
    }
    return err_set(e, ERR_USAGE, "there is no '%s': there are mac=, card=, hostfwd= and restrict",
                   part);
}

/* ---- the word ---- */

/* FNV: only to tell words apart. 02: an address that nobody sold. */
static void io_ether_parse_usual_mac(u8 mac[IO_ETHER_ADDRESS], const char *part, unsigned number)
{
    u32 hash = 2166136261u;
    for (const char *p = part; *p; p++)
        hash = (hash ^ (u8)*p) * 16777619u;
    hash = (hash ^ number) * 16777619u;
    static const u8 ours[] = {0x02, 'k', 'u'};
    memcpy(mac, ours, sizeof ours);
    mac[3] = (u8)(hash >> 16);
    mac[4] = (u8)(hash >> 8);
    mac[5] = (u8)hash;
}

enum err io_ether_parse(struct io_ether_options *o, const char *word, unsigned number,
                        struct error *e)
{
    char part[IO_ETHER_PART];
    enum err err = ERR_OK;
    *o = (struct io_ether_options){0};
    for (bool first = true; !err; first = false) {
        size_t len = strcspn(word, ",");
        if (len >= sizeof part)
            return err_set(e, ERR_USAGE, "%.20s...: too long", word);
        memcpy(part, word, len);
        part[len] = 0;
        if (first)
            io_ether_parse_usual_mac(o->mac, part, number);
        err = first ? io_ether_parse_kind(o, part, e) : io_ether_parse_key(o, part, e);
        if (!word[len])
            break;
        word += len + 1;
    }
    return err;
}

char *io_ether_format(char buf[IO_ETHER_TEXT], const u8 mac[IO_ETHER_ADDRESS])
{
    snprintf(buf, IO_ETHER_TEXT, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3],
             mac[4], mac[5]);
    return buf;
}
