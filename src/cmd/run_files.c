/* SPDX-License-Identifier: ISC */
#include "cmd/run_files.h"
#include "host/host_slurp.h"
#include "host/host_out.h"
#include "host/host_perf.h"
#include "lib/log.h"

#include <string.h>

/* What the machine is made of must not be written over. */
static enum err run_files_check(const struct run_options *o, const struct s161_conf *conf,
                                const char *option, const char *path, struct error *e)
{
    const char *input = NULL;
    if (o->kernel && host_same_file(path, o->kernel))
        input = "the kernel";
    if (o->conf && host_same_file(path, o->conf))
        input = "the configuration";
    for (unsigned i = 0; i < S161_SLOTS; i++) {
        const struct s161_slot *s = &conf->slot[i];
        if (s->device == S161_DISK && s->disk.file && host_same_file(path, s->disk.file))
            input = "a disk image";
    }
    return input ? err_set(e, ERR_USAGE, "%s %s would overwrite %s", option, path, input) : ERR_OK;
}

struct run_file {
    FILE **f;
    const char *option, *path, *what;
};

static enum err run_files_open_one(const struct run_file *file, const struct run_options *o,
                                   const struct s161_conf *conf, struct error *e)
{
    if (!file->path || *file->f)
        return ERR_OK;
    enum err err = run_files_check(o, conf, file->option, file->path, e);
    if (err)
        return err;
    *file->f = host_out_open(file->path, e);
    return *file->f ? ERR_OK : err_prefix(e, "cannot write the %s", file->what);
}

enum err run_files_open(struct run_files *f, const struct run_options *o,
                        const struct s161_conf *conf, struct error *e)
{
    bool stdout_stats = o->stats_file && !strcmp(o->stats_file, "-");
    bool traced = f->trace, dumped = f->dump;
    const struct run_file files[] = {
        {&f->stats, "--stats", stdout_stats ? NULL : o->stats_file, "statistics"},
        {&f->shot, "--screen-shot", o->screen_shot, "picture"},
        {&f->folded, "--profile", o->profile_file, "profile"},
        {&f->gprof, o->sys161 ? "-P" : "--gmon", o->gmon_file, "profile"},
        {&f->trace, o->sys161 ? "-f" : "--trace-file", o->trace_file, "trace"},
        {&f->dump, "--jit-dump", o->jit_dump, "dump"},
    };
    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        enum err err = run_files_open_one(&files[i], o, conf, e);
        if (err)
            return err;
    }
    if (f->trace && !traced)
        host_out_clear(f->trace); /* the others are, when they are written */
    if (f->dump && !dumped)
        host_out_clear(f->dump);
    if (o->perf && !f->perf)
        f->perf = host_perf_open(e);
    return o->perf && !f->perf ? err_prefix(e, "--perf") : ERR_OK;
}

static bool run_files_close_one(FILE *f, const char *what, const char *path)
{
    if (!f || !(ferror(f) | fclose(f)))
        return true;
    log_error("the %s in %s is not complete: %m", what, path);
    return false;
}

bool run_files_close(struct run_files *f, const struct run_options *o)
{
    bool whole = run_files_close_one(f->folded, "profile", o->profile_file);
    whole &= run_files_close_one(f->gprof, "profile", o->gmon_file);
    whole &= run_files_close_one(f->trace, "trace", o->trace_file);
    whole &= run_files_close_one(f->dump, "dump", o->jit_dump);
    whole &= run_files_close_one(f->perf, "list of names", "/tmp");
    if (f->stats)
        fclose(f->stats); /* flushed before, as the next */
    if (f->shot)
        fclose(f->shot);
    *f = (struct run_files){0};
    return whole;
}
