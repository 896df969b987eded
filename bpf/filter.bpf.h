/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Which clones are worth a record: the filters that the kernel side applies. */
#ifndef CLONESCOPE_FILTER_BPF_H
#define CLONESCOPE_FILTER_BPF_H

/*
 * Set by the reader before loading, so that the verifier cuts out what is not
 * asked for. The reader applies the same filters again; here they only save the
 * cost of records that nobody wants.
 */
const volatile __u32 only_tgid;
const volatile __u32 only_tid;
const volatile bool only_uid_set;
const volatile __u32 only_uid;
const volatile char only_comm[CS_COMM_LEN];
const volatile bool only_failed;
const volatile __s32 only_error;
const volatile __u64 only_flags;
const volatile __u64 only_min_ns;
const volatile bool follow;

/* The reader is about to go: no clone is begun any more. */
bool stopping;

/* Of a leader's start time in this map: it has ended, other threads have not. */
#define FOLLOWED_ENDED (1ULL << 63)

/* Followed threads: tid to start time, 0 until the first clone tells it. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__type(key, __u32);
	__type(value, __u64);
} followed SEC(".maps");

static __always_inline bool same_comm(const char *comm)
{
	for (int i = 0; i < CS_COMM_LEN; i++) {
		if (comm[i] != only_comm[i])
			return false;
		if (!comm[i])
			break;
	}
	return true;
}

/* The clock starts over when a tid is used again: both must agree. */
static __always_inline bool is_followed(__u32 tid)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	__u64 *start = bpf_map_lookup_elem(&followed, &tid);

	if (!start)
		return false;
	if (!*start)
		*start = BPF_CORE_READ(task, start_boottime);
	return (*start & ~FOLLOWED_ENDED) ==
	       BPF_CORE_READ(task, start_boottime);
}

/* Asked first, of the current thread, before anything is paid for. */
static __always_inline bool caller_wanted(void)
{
	__u64 id = bpf_get_current_pid_tgid();
	char comm[CS_COMM_LEN];

	if (stopping)
		return false;
	if (only_tgid && id >> 32 != only_tgid)
		return false;
	if (only_tid && (__u32)id != only_tid)
		return false;
	if (only_uid_set && (__u32)bpf_get_current_uid_gid() != only_uid)
		return false;
	if (only_comm[0]) {
		bpf_get_current_comm(comm, sizeof(comm));
		if (!same_comm(comm))
			return false;
	}
	return !follow || is_followed((__u32)id);
}

/* Asked when the outcome is known. */
static __always_inline bool outcome_wanted(__u64 flags, int error, __u64 ns)
{
	if (only_failed && !error)
		return false;
	if (only_error && error != only_error)
		return false;
	if ((flags & only_flags) != only_flags)
		return false;
	return ns >= only_min_ns;
}

/* A followed thread's child is followed, whoever is filtered out. */
static __always_inline int on_newtask_followed(struct task_struct *child)
{
	__u32 tid = BPF_CORE_READ(child, pid);
	__u64 start = BPF_CORE_READ(child, start_boottime);

	if (is_followed((__u32)bpf_get_current_pid_tgid()) &&
	    bpf_map_update_elem(&followed, &tid, &start, BPF_ANY))
		count(&lost.follow_full);
	return 0;
}

static __always_inline void unfollow(__u32 tid)
{
	bpf_map_delete_elem(&followed, &tid);
}

/*
 * A leader that exits alone may leave its tid and start time to a thread that
 * calls execve() (de_thread()), so it is forgotten with its last thread only.
 * Of threads that end at once several see that none is left, and any may come
 * here first: a leader that is yet to come forgets itself, when it has been
 * told of.
 */
static __always_inline int on_exit(void)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	__u64 id = bpf_get_current_pid_tgid();
	__u32 tid = id, tgid = id >> 32;
	bool last = !BPF_CORE_READ(task, signal, live.counter);
	__u64 *leader = bpf_map_lookup_elem(&followed, &tgid);

	if (last || tid != tgid)
		unfollow(tid);
	else if (leader)
		*leader |= FOLLOWED_ENDED;
	if (last && tid != tgid && leader && *leader & FOLLOWED_ENDED)
		unfollow(tgid);
	return 0;
}

/* Whoever calls execve() is the leader from now on, and lives. */
static __always_inline void on_exec(__u32 old_tid)
{
	__u32 tid = bpf_get_current_pid_tgid();
	__u64 *start = bpf_map_lookup_elem(&followed, &tid);

	if (start)
		*start &= ~FOLLOWED_ENDED;
	if (old_tid != tid)
		unfollow(old_tid);
}

#endif
