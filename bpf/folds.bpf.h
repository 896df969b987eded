/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Counts equal clones where only their sum is asked for. */
#ifndef CLONESCOPE_FOLDS_BPF_H
#define CLONESCOPE_FOLDS_BPF_H

#include "fold.h"

/* Set by the reader before loading: nobody looks at single clones. */
const volatile bool folding;

/* The reader makes room for all CPUs, where it asks for folding. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct fold);
} folds SEC(".maps");

/*
 * Where a record is made that may be folded. Only for the programs that tell of
 * a new task: the kernel runs none of them twice at a time on a CPU, whatever
 * preempts it, and of these only one is planted.
 */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct cs_clone);
} unfolded SEC(".maps");

/* Zeroed, for a clone: in the ring, or where only its sum is wanted beside it. */
static __always_inline struct cs_clone *begin_clone(void)
{
	struct cs_clone *rec;
	__u32 zero = 0;

	if (!folding)
		return reserve_record(sizeof(*rec));
	rec = bpf_map_lookup_elem(&unfolded, &zero);
	if (rec)
		__builtin_memset(rec, 0, sizeof(*rec));
	return rec;
}

/* A policy is told by far more than a key has room for; few tasks have one. */
static __always_inline bool may_fold(const struct cs_clone *rec)
{
	if (rec->error || rec->policy.mode || rec->child_policy.mode ||
	    rec->policy_copied || rec->vma_policies)
		return false;
	for (int i = 1; i < CS_MAX_STACK_PAGES && i < rec->stack_pages; i++)
		if (rec->stack_nodes[i] != rec->stack_nodes[0])
			return false;
	return true;
}

static __always_inline void fill_fold_key(struct fold_key *key,
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

static __always_inline __u32 hash_fold_key(const struct fold_key *key)
{
	const __u64 *words = (const void *)key;
	__u64 hash = 0;

	for (__u32 i = 0; i < FOLD_KEY_WORDS; i++)
		hash = (hash ^ words[i]) * 0x9e3779b97f4a7c15ULL;
	return hash >> 32;
}

static __always_inline bool same_fold_key(const struct fold_key *a,
					  const struct fold_key *b)
{
	const __u64 *left = (const void *)a, *right = (const void *)b;

	for (__u32 i = 0; i < FOLD_KEY_WORDS; i++)
		if (left[i] != right[i])
			return false;
	return true;
}

/* False: it is to be sent, as it is an end. */
static __always_inline bool fold_count(struct fold *fold, __u64 ns)
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

/* The clone that does so is sent. */
static __always_inline void fold_take_over(struct fold *fold,
					   const struct fold_key *key, __u64 ns)
{
	fold->changes++;
	barrier();
	fold->key = *key;
	fold->min_ns = ns;
	fold->max_ns = ns;
	barrier();
	fold->changes++;
}

/* @rec was counted, and is not to be sent. */
static __always_inline bool fold_clone(const struct cs_clone *rec)
{
	__u32 first = bpf_get_smp_processor_id() * FOLDS_PER_CPU, at, hash;
	struct fold_key key;
	struct fold *fold;

	if (!folding || !may_fold(rec))
		return false;
	fill_fold_key(&key, rec);
	hash = hash_fold_key(&key);
	for (__u32 way = 0; way < 2; way++) {
		at = first + ((hash ^ way) & (FOLDS_PER_CPU - 1));
		fold = bpf_map_lookup_elem(&folds, &at);
		if (!fold)
			return false;
		if (same_fold_key(&fold->key, &key))
			return fold_count(fold, rec->copy_ns);
	}
	for (__u32 way = 0; way < 2; way++) {
		at = first + ((hash ^ way) & (FOLDS_PER_CPU - 1));
		fold = bpf_map_lookup_elem(&folds, &at);
		if (fold && fold->counted == fold->drained) {
			fold_take_over(fold, &key, rec->copy_ns);
			return false;
		}
	}
	return false;
}

/* What begin_clone() began. */
static __always_inline void send_begun(struct cs_clone *rec)
{
	if (!folding)
		bpf_ringbuf_submit(rec, wakeup());
	else if (!fold_clone(rec) &&
		 bpf_ringbuf_output(&records, rec, sizeof(*rec), wakeup()))
		count(&lost.ring_full);
}

#endif
