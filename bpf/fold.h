/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Equal clones that were counted and not sent: what programs and reader share. */
#ifndef CLONESCOPE_FOLD_H
#define CLONESCOPE_FOLD_H

#include <clonescope/buckets.h>
#include <clonescope/record.h>

/* What makes clones equal: all that a sum of them tells, but the time. */
struct fold_key {
	__u64 comm[CS_COMM_LEN / 8];
	__u64 flags;
	__u64 missing;
	__s32 exit_signal;
	__u8 via;
	__u8 stack_origin;
	__u16 stack_pages; /* all of them on one node */
	__s16 cpu_node;
	__s16 node_requested;
	__s16 task_node;
	__s16 stack_node;
};

/* So that it can be hashed and compared as words. */
#define FOLD_KEY_WORDS (sizeof(struct fold_key) / 8)
_Static_assert(sizeof(struct fold_key) == 48, "a fold_key has padding");

/*
 * Counts of one key. Each CPU has FOLDS_PER_CPU of these, which only that CPU
 * changes; counts never go back, so that the reader goes by what they have grown.
 *
 * A new least or greatest time is never counted: it is sent, as a record. So
 * records and counts together have both ends exactly.
 *
 * Where all has been drained another key may take the entry over.
 */
struct fold {
	struct fold_key key;
	__u64 min_ns;
	__u64 max_ns;
	__u32 changes; /* of the key, times 2; odd: one is being made */
	__u32 counted; /* all buckets, modulo 2^32 */
	__u32 drained; /* as much of it as the reader has; the reader's to write */
	__u32 buckets[CS_BUCKETS];
};

#define FOLDS_PER_CPU 64

#endif
