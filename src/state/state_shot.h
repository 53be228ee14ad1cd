/* SPDX-License-Identifier: ISC */
/*
 * The state of a machine kept in memory, to return to. Pages of its memory that are as they were in
 * an earlier shot are shared with that one, pages of zeros are not kept.
 */
#ifndef STATE_STATE_SHOT_H
#define STATE_STATE_SHOT_H

#include "state/state.h"

struct state_shot;

/* Which pages of 4096 bytes may hold something other than zeros. */
typedef void state_shot_touched(const void *mem, size_t bytes, bool *page);

/* like: an earlier shot of the same machine; NULL: there is none. *bytes counts what all shots
 * keep, for as long as there are any. */
struct state_shot *state_shot_take(const struct state_set *s, const struct state_shot *like,
                                   state_shot_touched *touched, u64 *bytes);
/* Into that machine, or one of the same parts in the same order. */
void state_shot_load(const struct state_shot *shot, const struct state_set *s,
                     state_shot_touched *touched);
void state_shot_free(struct state_shot *shot);

#endif
