// SPDX-License-Identifier: GPL-2.0
/* The tasks that are followed with all they create, told apart from later users of a tid. */
#include "model/follow.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#define FOLLOW_FIRST_SLOTS 64

struct follow_entry {
	uint32_t tid; /* 0: a free slot; no task has tid 0 but the idle ones, which don't clone */
	uint64_t start_ns; /* 0: not known yet */
};

/* Open addressing with linear probing; a power of two of slots, at most half of them taken. */
struct follow_set {
	struct follow_entry *entries;
	size_t slots;
	size_t count;
};

struct follow_set *follow_new(void)
{
	struct follow_set *set = calloc(1, sizeof(*set));

	if (!set)
		return NULL;
	set->slots = FOLLOW_FIRST_SLOTS;
	set->entries = calloc(set->slots, sizeof(*set->entries));
	if (!set->entries) {
		free(set);
		return NULL;
	}
	return set;
}

void follow_free(struct follow_set *set)
{
	if (!set)
		return;
	free(set->entries);
	free(set);
}

/* The slot of @tid, or the free one where it belongs. */
static struct follow_entry *find_slot(const struct follow_set *set, uint32_t tid)
{
	size_t mask = set->slots - 1;
	/* Knuth's multiplicative hash: tids come in rows. */
	size_t at = (tid * 2654435761U) & mask;

	while (set->entries[at].tid && set->entries[at].tid != tid)
		at = (at + 1) & mask;
	return &set->entries[at];
}

static int grow(struct follow_set *set)
{
	struct follow_set bigger = {.slots = set->slots * 2, .count = set->count};

	bigger.entries = calloc(bigger.slots, sizeof(*bigger.entries));
	if (!bigger.entries)
		return -ENOMEM;
	for (size_t i = 0; i < set->slots; i++)
		if (set->entries[i].tid)
			*find_slot(&bigger, set->entries[i].tid) = set->entries[i];
	free(set->entries);
	*set = bigger;
	return 0;
}

int follow_add(struct follow_set *set, uint32_t tid, uint64_t start_ns)
{
	struct follow_entry *entry = find_slot(set, tid);

	if (!tid)
		return -EINVAL;
	if (!entry->tid) {
		if ((set->count + 1) * 2 > set->slots) {
			int err = grow(set);

			if (err)
				return err;
			entry = find_slot(set, tid);
		}
		set->count++;
	}
	*entry = (struct follow_entry){.tid = tid, .start_ns = start_ns};
	return 0;
}

/* Is this task followed? One whose start time was not known yet has it from now on. */
static bool follows(struct follow_set *set, uint32_t tid, uint64_t start_ns)
{
	struct follow_entry *entry = find_slot(set, tid);

	if (!tid || !entry->tid)
		return false;
	if (!entry->start_ns)
		entry->start_ns = start_ns;
	return entry->start_ns == start_ns;
}

int follow_match(struct follow_set *set, const struct cs_clone *rec)
{
	if (!follows(set, rec->tid, rec->start_ns))
		return 0;
	if (rec->child_tid && follow_add(set, rec->child_tid, rec->child_start_ns))
		return -ENOMEM;
	return 1;
}

int follow_match_task(struct follow_set *set, uint32_t tid, uint64_t start_ns)
{
	return follows(set, tid, start_ns);
}

size_t follow_count(const struct follow_set *set)
{
	return set->count;
}
