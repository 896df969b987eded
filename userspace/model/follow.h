/* SPDX-License-Identifier: GPL-2.0 */
/* The tasks that are followed with all they create, told apart from later users of a tid. */
#ifndef CLONESCOPE_MODEL_FOLLOW_H
#define CLONESCOPE_MODEL_FOLLOW_H

#include <stddef.h>
#include <stdint.h>

#include <clonescope/record.h>

/* One entry per tid, so never more than the machine's pid_max. */
struct follow_set;

/* An empty set, or NULL without memory. The caller frees it with follow_free(). */
struct follow_set *follow_new(void);
void follow_free(struct follow_set *set);

/*
 * Follow the task @tid that started at @start_ns (task->start_boottime). @start_ns 0: not known
 * yet, the first record of a caller with this tid settles it. An older entry of the same tid is
 * replaced. Returns 0 or -ENOMEM.
 */
int follow_add(struct follow_set *set, uint32_t tid, uint64_t start_ns);

/*
 * Is the caller of @rec followed? If so its child, where there is one, is followed from now on.
 * Give it every record, and in order of time.
 *
 * Returns 0: no; 1: yes; -ENOMEM: yes, but there was no memory to follow the child.
 */
int follow_match(struct follow_set *set, const struct cs_clone *rec);

/* Is this task followed? Returns 0 or 1. */
int follow_match_task(struct follow_set *set, uint32_t tid, uint64_t start_ns);

/* How many tids are followed. */
size_t follow_count(const struct follow_set *set);

#endif
