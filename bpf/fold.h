/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Equal clones that are counted and not sent: what programs and reader share. */
#ifndef CLONESCOPE_FOLD_H
#define CLONESCOPE_FOLD_H

#ifndef __VMLINUX_H__
#include <stdbool.h>
#endif

#include <clonescope/buckets.h>
#include <clonescope/record.h>

#define FOLD_INLINE inline __attribute__((always_inline))

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
typedef __u64 __attribute__((may_alias)) fold_word;
#define FOLD_KEY_WORDS (sizeof(struct fold_key) / sizeof(fold_word))
_Static_assert(sizeof(struct fold_key) == 48, "a fold_key has padding");

/*
 * Counts of one key. Each CPU has FOLDS_PER_CPU of these, which only that CPU
 * changes; counts never go back, so that the reader goes by what they have grown.
 *
 * A new least or greatest time is never counted: it is sent, as a record. So
 * records and counts together have both ends exactly.
 *
 * Where all has been drained another key may take the entry over, but not before
 * the reader has looked once more: or two keys would push each other out.
 */
struct fold {
	struct fold_key key;
	__u64 min_ns;
	__u64 max_ns;
	__u32 changes; /* of the key, times 2; odd: one is being made */
	__u32 counted; /* all buckets, modulo 2^32 */
	__u32 drained; /* as much of it as the reader has; the reader's to write */
	__u32 fresh; /* taken over since the reader looked last */
	__u32 buckets[CS_BUCKETS];
};

/* A key is in one of four entries: they differ in the last bits of where. */
#define FOLDS_PER_CPU 64
#define FOLD_WAYS     4

/* A policy is told by far more than a key has room for; few tasks have one. */
static FOLD_INLINE bool may_fold(const struct cs_clone *rec)
{
	if (rec->error || rec->policy.mode || rec->child_policy.mode ||
	    rec->policy_copied || rec->vma_policies)
		return false;
	for (int i = 1; i < CS_MAX_STACK_PAGES && i < rec->stack_pages; i++)
		if (rec->stack_nodes[i] != rec->stack_nodes[0])
			return false;
	return true;
}

static FOLD_INLINE void fill_fold_key(struct fold_key *key,
				      const struct cs_clone *rec)
{
	__builtin_memcpy(key->comm, rec->comm, sizeof(key->comm));
	key->flags = rec->flags;
	key->missing = rec->missing;
	key->exit_signal = rec->exit_signal;
	key->via = rec->via;
	key->stack_origin = rec->stack_origin;
	key->stack_pages = rec->stack_pages;
	key->cpu_node = rec->cpu_node;
	key->node_requested = rec->node_requested;
	key->task_node = rec->task_node;
	key->stack_node = rec->stack_nodes[0];
}

static FOLD_INLINE __u32 hash_fold_key(const struct fold_key *key)
{
	const fold_word *words = (const void *)key;
	__u64 hash = 0;

	for (__u32 i = 0; i < FOLD_KEY_WORDS; i++)
		hash = (hash ^ words[i]) * 0x9e3779b97f4a7c15ULL;
	hash = (hash ^ hash >> 32) * 0x9e3779b97f4a7c15ULL;
	return hash >> 40; /* a product's upper bits hang on all of the lower */
}

static FOLD_INLINE bool same_fold_key(const struct fold_key *a,
				      const struct fold_key *b)
{
	const fold_word *left = (const void *)a;
	const fold_word *right = (const void *)b;

	for (__u32 i = 0; i < FOLD_KEY_WORDS; i++)
		if (left[i] != right[i])
			return false;
	return true;
}

/* False: it is to be sent, as it is an end. */
static FOLD_INLINE bool fold_count(struct fold *fold, __u64 ns)
{
	__u32 bucket = cs_bucket(ns);

	if (ns < fold->min_ns || ns > fold->max_ns) {
		if (ns < fold->min_ns)
			fold->min_ns = ns;
		if (ns > fold->max_ns)
			fold->max_ns = ns;
		return false;
	}
	if (bucket >= CS_BUCKETS) /* never: for the verifier */
		return false;
	fold->buckets[bucket]++;
	fold->counted++;
	return true;
}

static FOLD_INLINE bool fold_may_go(const struct fold *fold)
{
	return fold->counted == fold->drained && !fold->fresh;
}

/* The clone that does so is sent. */
static FOLD_INLINE void fold_take_over(struct fold *fold,
				       const struct fold_key *key, __u64 ns)
{
	fold->changes++;
	__asm__ volatile("" ::: "memory");
	fold->key = *key;
	fold->min_ns = ns;
	fold->max_ns = ns;
	fold->fresh = 1;
	__asm__ volatile("" ::: "memory");
	fold->changes++;
}

#endif
