/* SPDX-License-Identifier: ISC */
/* The known word that a mistyped one was probably meant to be. */
#ifndef CMD_CMD_SUGGEST_H
#define CMD_CMD_SUGGEST_H

#include "lib/types.h"

/* Keeps the better of `best` (NULL: none yet) and `known`; NULL while nothing is near `word`. */
const char *cmd_suggest(const char *word, const char *best, const char *known);

#endif
