/* SPDX-License-Identifier: ISC */
#include "cmd/cmd_suggest.h"

#include <string.h>

#define CMD_SUGGEST_MAX 24 /* longer words are not mistyped, they are something else */
#define CMD_SUGGEST_FAR 3  /* edits that make a word another word */

static unsigned cmd_suggest_min(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* Edits (insert, delete, change, swap of neighbours) that turn a into b. */
static unsigned cmd_suggest_distance(const char *a, const char *b)
{
    size_t na = strlen(a), nb = strlen(b);
    if (na > CMD_SUGGEST_MAX || nb > CMD_SUGGEST_MAX)
        return CMD_SUGGEST_FAR;
    unsigned d[CMD_SUGGEST_MAX + 1][CMD_SUGGEST_MAX + 1];
    for (size_t i = 0; i <= na; i++)
        d[i][0] = (unsigned)i;
    for (size_t j = 0; j <= nb; j++)
        d[0][j] = (unsigned)j;
    for (size_t i = 1; i <= na; i++) {
        for (size_t j = 1; j <= nb; j++) {
            unsigned best = d[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
            best = cmd_suggest_min(best, cmd_suggest_min(d[i - 1][j], d[i][j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                best = cmd_suggest_min(best, d[i - 2][j - 2] + 1);
            d[i][j] = best;
        }
    }
    return d[na][nb];
}

/* How far off a known word is; one that was cut short is near. */
static unsigned cmd_suggest_far(const char *word, const char *known)
{
    size_t n = strlen(word);
    return n > 1 && !strncmp(word, known, n) ? 1 : cmd_suggest_distance(word, known);
}

const char *cmd_suggest(const char *word, const char *best, const char *known)
{
    unsigned limit = best ? cmd_suggest_far(word, best) : CMD_SUGGEST_FAR;
    unsigned d = cmd_suggest_far(word, known);
    return d < limit && d < strlen(known) ? known : best;
}
