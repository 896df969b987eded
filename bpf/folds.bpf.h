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
	for (__u32 way = 0; way < FOLD_WAYS; way++) {
		at = first + ((hash ^ way) & (FOLDS_PER_CPU - 1));
		fold = bpf_map_lookup_elem(&folds, &at);
		if (!fold)
			return false;
		if (same_fold_key(&fold->key, &key))
			return fold_count(fold, rec->copy_ns);
	}
	for (__u32 way = 0; way < FOLD_WAYS; way++) {
		at = first + ((hash ^ way) & (FOLDS_PER_CPU - 1));
		fold = bpf_map_lookup_elem(&folds, &at);
		if (fold && fold_may_go(fold)) {
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
