/* SPDX-License-Identifier: ISC */
/* kuseg disk info and check: what is told about images, as a table or as JSON. */
#include "cmd/cmd_disk.h"

#include "cmd/cmd.h"
#include "dev/lb_disk_model.h"
#include "lib/bug.h"
#include "lib/log.h"
#include "lib/num.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CMD_DISK_LIST_ORIGINAL (KIB(MIB(4)) / IO_SECTOR) /* System/161 uses no more sectors */

/* File names may be any bytes, JSON only UTF-8. */
static json_t *cmd_disk_list_name(const char *path)
{
    json_t *name = json_string(path);
    if (name)
        return name;
    char *plain = xstrdup(path);
    for (char *p = plain; *p; p++) {
        if (*p & 0x80)
            *p = '?';
    }
    name = json_string(plain);
    free(plain);
    return name;
}

/* rows: NULL: they have been printed. */
static int cmd_disk_list_end(json_t *rows, int status)
{
    if (rows) {
        json_dumpf(rows, stdout, JSON_INDENT(2));
        fputc('\n', stdout);
        json_decref(rows);
    }
    if (!fflush(stdout) && !ferror(stdout))
        return status;
    log_error("cannot write to standard output");
    return CMD_USAGE;
}

static void cmd_disk_list_row(const char *image, const struct io_disk_tool_info *i, bool first)
{
    char size[NUM_SIZE_LEN], host[NUM_SIZE_LEN];
    if (first)
        printf("%-6s %18s %10s %18s  %s\n", "FORMAT", "SIZE", "SECTORS", "ON THE HOST", "IMAGE");
    printf("%-6s %18s %10llu %18s  %s\n", cmd_disk_format_name(i->format),
           num_format_size(size, i->sectors * IO_SECTOR), (unsigned long long)i->sectors,
           num_format_size(host, i->allocated), image);
}

static json_t *cmd_disk_list_object(const char *image, const struct io_disk_tool_info *i)
{
    json_int_t bytes = (json_int_t)i->sectors * IO_SECTOR;
    return json_pack("{s:o, s:s, s:I, s:I, s:I, s:I}", "image", cmd_disk_list_name(image), "format",
                     cmd_disk_format_name(i->format), "bytes", bytes, "sectors",
                     (json_int_t)i->sectors, "spare_bytes", (json_int_t)i->spare, "host_bytes",
                     (json_int_t)i->allocated);
}

int cmd_disk_info(const struct cmd_disk_args *a, char **image, int n)
{
    json_t *rows = a->json ? json_array() : NULL;
    bool first = true;
    int status = CMD_OK;
    for (int i = 0; i < n; i++) {
        struct io_disk_image *d = NULL;
        struct io_disk_tool_info info;
        struct error e;
        if (io_disk_tool_open(&d, image[i], cmd_disk_format(a->format), IO_DISK_TOOL_LOOK, &e)) {
            log_error("%s", e.msg);
            status = CMD_USAGE;
            continue;
        }
        io_disk_tool_info(d, &info);
        io_disk_tool_close(d);
        if (rows)
            json_array_append_new(rows, cmd_disk_list_object(image[i], &info));
        else
            cmd_disk_list_row(image[i], &info, first);
        first = false;
    }
    return cmd_disk_list_end(rows, status);
}

/* ---- check ---- */

struct cmd_disk_report {
    const char *image;
    json_t *rows;     /* NULL: print */
    json_t *findings; /* with rows */
    bool unsound;
};

static void PRINTF_LIKE(3, 4)
    cmd_disk_list_find(struct cmd_disk_report *r, bool is_fault, const char *fmt, ...)
{
    char text[sizeof((struct error *)0)->msg];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    r->unsound |= is_fault;
    if (r->findings)
        json_array_append_new(r->findings, cmd_disk_list_name(text));
    else
        printf("%s: %s: %s\n", r->image, is_fault ? "fault" : "note", text);
}

static void cmd_disk_list_examine(struct cmd_disk_report *r, struct io_disk_image *d)
{
    struct io_disk_tool_info info;
    struct error e;
    io_disk_tool_info(d, &info);
    bool possible = info.sectors >= LB_DISK_MIN_SECTORS && info.sectors <= LB_DISK_MAX_SECTORS;
    if (!possible)
        cmd_disk_list_find(r, true, "sectors: %llu; a disk has %u to %u",
                           (unsigned long long)info.sectors, LB_DISK_MIN_SECTORS,
                           LB_DISK_MAX_SECTORS);
    if (info.spare)
        cmd_disk_list_find(r, true, "its last %u bytes are no whole sector", (unsigned)info.spare);
    if (possible && io_disk_tool_read_all(d, &e))
        cmd_disk_list_find(r, true, "%s", e.msg);
    if (info.format == IO_DISK_RAW)
        cmd_disk_list_find(r, false, "it is raw: sys161 needs a header (kuseg disk convert)");
    else if (info.sectors >= CMD_DISK_LIST_ORIGINAL)
        cmd_disk_list_find(r, false, "System/161 itself uses less than 4 GB of it");
}

static void cmd_disk_list_conclude(const struct cmd_disk_report *r)
{
    if (r->rows)
        json_array_append_new(r->rows,
                              json_pack("{s:o, s:b, s:o}", "image", cmd_disk_list_name(r->image),
                                        "sound", !r->unsound, "findings", r->findings));
    else
        printf("%s: %s\n", r->image, r->unsound ? "unsound" : "sound");
}

/* What is no image is unsound; what can't be looked at is an error. */
static int cmd_disk_list_check(const struct cmd_disk_args *a, const char *image, json_t *rows)
{
    struct cmd_disk_report r = {.image = image, .rows = rows};
    struct io_disk_image *d = NULL;
    struct error e;
    enum err err = io_disk_tool_open(&d, image, cmd_disk_format(a->format), IO_DISK_TOOL_READ, &e);
    if (err && err != ERR_FORMAT) {
        log_error("%s", e.msg);
        return CMD_USAGE;
    }
    r.findings = rows ? json_array() : NULL;
    if (err)
        cmd_disk_list_find(&r, true, "%s", e.msg);
    else
        cmd_disk_list_examine(&r, d);
    io_disk_tool_close(d);
    cmd_disk_list_conclude(&r);
    return r.unsound ? CMD_GUEST : CMD_OK;
}

int cmd_disk_check(const struct cmd_disk_args *a, char **image, int n)
{
    json_t *rows = a->json ? json_array() : NULL;
    int worst = CMD_OK;
    for (int i = 0; i < n; i++) {
        int status = cmd_disk_list_check(a, image[i], rows);
        if (status > worst)
            worst = status;
    }
    return cmd_disk_list_end(rows, worst);
}
