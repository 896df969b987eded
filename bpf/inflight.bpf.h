/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* What is known of a clone in progress, kept by the thread that makes it. */
#ifndef CLONESCOPE_INFLIGHT_BPF_H
#define CLONESCOPE_INFLIGHT_BPF_H

#include "inflight_times.h"

#define EEXIST_ 17

/* Stages in an array that a mask keeps from being left. */
#define WAY_STAGES 32

/* Where a clone is, and what it has spent so far: for phases only. */
struct way {
	__u64 since_ns; /* it is in this stage */
	__u32 stage;
	__u32 passed; /* 1 << stage */
	__u32 phase_ns[WAY_STAGES];
};

/*
 * Of one thread, not of a process: two threads of one process may clone at the
 * same moment. A thread is in at most one clone.
 */
struct inflight {
	struct inflight_times at;
	__u64 flags;
	__u64 vmalloc_stack; /* address of a stack made afresh */
	struct kernel_clone_args *args;
	struct task_struct *child;
	__u32 cpu;
	__s32 cpu_node;
	__s32 node; /* argument of copy_process() */
	__u32 vma_policies;
	__u32 child_tid; /* for the record of kernel_clone()'s return */
	__s32 error;
	bool passed; /* kernel_clone() was */
	bool wanted; /* so a record of its return is, too */
	bool vfork;  /* CLONE_VFORK was asked for and there is a child */
	bool policy_copied;
	bool ucount_failed; /* inc_ucount() found no room */
	bool chrooted;	    /* current_chrooted() said so */
	__u8 pad[2];
	struct way way;		 /* if phases are wanted */
	struct cs_policy policy; /* the caller's, if policy_copied */
};

/*
 * By the last bits of the tid: that is found in a tenth of the time that a hash
 * takes. Who finds an entry taken, or in dispute, goes to the hash.
 */
#define INFLIGHT_NEAR 1024

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, INFLIGHT_NEAR);
	__type(key, __u32);
	__type(value, struct inflight);
} inflight_near SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8192);
	__type(key, __u32);
	__type(value, struct inflight);
} inflight_far SEC(".maps");

/* Entries of the hash: while there are none it need not be looked into. */
__u64 inflight_far_count;

/*
 * The arguments of calls of kernel_clone() that have not come to copy_process()
 * yet, by tid. They lie on their callers' stacks, so their address tells calls
 * apart. Nobody owns an entry: a call that kernel_clone() refuses itself leaves
 * one for the next to overwrite, so nobody can fill this up. One overwritten too
 * soon, by another tid of the same entry, is a fact missing.
 */
#define PASSED_ENTRIES 4096

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, PASSED_ENTRIES);
	__type(key, __u32);
	__type(value, __u64);
} passed SEC(".maps");

static __always_inline __u64 *passed_entry(void)
{
	__u32 at = bpf_get_current_pid_tgid() & (PASSED_ENTRIES - 1);

	return bpf_map_lookup_elem(&passed, &at);
}

static __always_inline void mark_passed(const void *args)
{
	__u64 *entry = passed_entry();

	if (entry)
		*entry = (__u64)args;
}

static __always_inline bool take_passed(const void *args)
{
	__u64 *entry = passed_entry();

	if (!entry || *entry != (__u64)args)
		return false;
	*entry = 0;
	return true;
}

/* Records that could not be kept, by cause: read by the reader. */
struct {
	__u64 ring_full;     /* no room in the ring */
	__u64 inflight_full; /* no room for what is in flight */
	__u64 return_missed; /* copy_process() returned unseen */
	__u64 follow_full;   /* a child could not be followed */
} lost;

static __always_inline void count(__u64 *counter)
{
	__sync_fetch_and_add(counter, 1);
}

static __always_inline struct inflight *near_entry(__u32 tid)
{
	__u32 at = tid & (INFLIGHT_NEAR - 1);

	return bpf_map_lookup_elem(&inflight_near, &at);
}

static __always_inline struct inflight *inflight_find(void)
{
	__u32 tid = (__u32)bpf_get_current_pid_tgid();
	struct inflight *state = near_entry(tid);

	if (state && state->at.tid == tid)
		return state;
	if (!inflight_far_count)
		return 0;
	return bpf_map_lookup_elem(&inflight_far, &tid);
}

/* The clone that this thread is inside copy_process() of, or 0. */
static __always_inline struct inflight *inside_copy_process(void)
{
	struct inflight *state = inflight_find();

	return state && state->at.enter_ns && !state->at.leave_ns ? state : 0;
}

/*
 * Whoever counts itself first and alone has it. Of two that do so at once none
 * may have it. Before 5.12 programs cannot compare and exchange.
 */
static __always_inline bool near_claim(struct inflight *state)
{
	volatile __u32 *claims = &state->at.claims;

	if (*claims)
		return false;
	__sync_fetch_and_add(&state->at.claims, 1);
	if (*claims == 1)
		return true;
	__sync_fetch_and_add(&state->at.claims, -1);
	return false;
}

/* Before 6.4 an error had 32 bits: as a long, none would be negative. */
static __always_inline struct inflight *far_begin(__u32 tid)
{
	static const struct inflight none;
	int error =
		bpf_map_update_elem(&inflight_far, &tid, &none, BPF_NOEXIST);

	if (!error) {
		__sync_fetch_and_add(&inflight_far_count, 1);
	} else if (error == -EEXIST_) {
		count(&lost.return_missed);
		error = bpf_map_update_elem(&inflight_far, &tid, &none,
					    BPF_ANY);
	}
	if (error) {
		count(&lost.inflight_full);
		return 0;
	}
	return bpf_map_lookup_elem(&inflight_far, &tid);
}

/*
 * Starts afresh for the current thread. What was left there belongs to a clone
 * whose return was missed.
 */
static __always_inline struct inflight *inflight_begin(void)
{
	__u32 tid = (__u32)bpf_get_current_pid_tgid();
	struct inflight *state = near_entry(tid);

	if (state && state->at.tid == tid)
		count(&lost.return_missed);
	else if (!state || !near_claim(state))
		state = far_begin(tid);
	if (!state)
		return 0;
	state->at.kernel_clone_ns = 0;
	state->at.enter_ns = 0;
	state->at.leave_ns = 0;
	state->at.tid = tid;
	__builtin_memset(&state->flags, 0,
			 __builtin_offsetof(struct inflight, way) -
				 __builtin_offsetof(struct inflight, flags));
	return state;
}

static __always_inline void inflight_end(struct inflight *state)
{
	__u32 tid = state->at.tid;

	if (state->at.claims) {
		state->at.enter_ns = 0;
		state->at.tid = 0;
		barrier();
		__sync_fetch_and_add(&state->at.claims, -1);
	} else if (!bpf_map_delete_elem(&inflight_far, &tid)) {
		__sync_fetch_and_add(&inflight_far_count, -1);
	}
}

#endif
