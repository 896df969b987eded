/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* The ring that records go into, and which kinds of them somebody wants. */
#ifndef CLONESCOPE_RING_BPF_H
#define CLONESCOPE_RING_BPF_H

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4 << 20);
} records SEC(".maps");

/* Kinds of records that some view shows, beside struct cs_clone: 1 << kind. */
const volatile __u32 wanted_kinds;

/* The reader looks by itself now and then; a fuller ring than this wakes it. */
const volatile __u64 wakeup_bytes = 1 << 20;

static __always_inline bool kind_wanted(enum cs_kind kind)
{
	return wanted_kinds & 1U << kind;
}

static __always_inline __u64 wakeup(void)
{
	if (bpf_ringbuf_query(&records, BPF_RB_AVAIL_DATA) < wakeup_bytes)
		return BPF_RB_NO_WAKEUP;
	return BPF_RB_FORCE_WAKEUP;
}

static __always_inline void *reserve_record(__u64 size)
{
	void *rec = bpf_ringbuf_reserve(&records, size, 0);

	if (!rec)
		count(&lost.ring_full);
	else
		__builtin_memset(rec, 0, size);
	return rec;
}

#endif
