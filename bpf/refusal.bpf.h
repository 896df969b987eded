/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Why a clone was refused: fills a struct cs_refusal when copy_process() did. */
#ifndef CLONESCOPE_REFUSAL_BPF_H
#define CLONESCOPE_REFUSAL_BPF_H

#include "cgroup.bpf.h"

#define CLONE_NEWPID_ 0x20000000

#define RLIMIT_NPROC_  6
#define RLIMIT_NOFILE_ 7

#define CAP_SYS_ADMIN_		21
#define CAP_CHECKPOINT_RESTORE_ 40

#define SIGNAL_UNKILLABLE_ 0x40
#define SIGKILL_BIT_	   (1ULL << 8)
#define MAX_DL_PRIO_	   0

/* JOBCTL_PENDING_MASK | JOBCTL_TRAP_FREEZE, linux/sched/jobctl.h. */
#define JOBCTL_PENDING_ (1UL << 17 | 1UL << 19 | 1UL << 20 | 1UL << 23)

#define PIDNS_ADDING_	      (1U << 31)
#define PROC_USER_INIT_INO_   0xEFFFFFFDU
#define INT_MAX_	      0x7fffffff
#define LONG_MAX_	      0x7fffffffffffffffLL
#define EAGAIN_		      11
#define CGROUP2_SUPER_MAGIC_  0x63677270
#define S_IFMT_		      0170000
#define S_IFDIR_	      0040000
#define CSS_ONLINE_	      (1U << 1)
#define CSS_DYING_	      (1U << 4)
#define MAP_EXTENTS_INLINE    5	   /* UID_GID_MAP_MAX_BASE_EXTENTS */
#define OPEN_FDS_WORDS	      2048 /* that may be empty: of 131072 fds */
#define PIDS_CGROUP_LEVELS    32
#define REFUSAL_MISSING(fact) CS_MISSING(CS_REFUSAL_##fact)

/*
 * Some functions are not static, and take numbers for pointers: so the verifier
 * looks at each by itself, once, and not on every way to a call. That are those
 * with loops, and what loops call: it looks at each turn of a loop.
 */

/* A word of the kernel's; 0: it cannot be read. */
__noinline __u64 word_at(__u64 at)
{
	__u64 word = 0;

	bpf_probe_read_kernel(&word, sizeof(word), (const void *)at);
	return word;
}

/* Bits of struct cs_refusal.missing, set by the reader: see never_learnt. */
__u64 never_learnt_refusal;

/*
 * What inc_ucount() is asked for, and what stood in its way, within a clone or an
 * unshare(); of the latter also what else was seen of it. Who clones into new
 * namespaces leaves an entry behind, for others to push out: where a failure's
 * own is gone, that is told by inflight.ucount_failed.
 */
struct ucount_call {
	__u64 enter_ns; /* of the clone; 0: it is an unshare() */
	struct user_namespace *ns;
	__u32 uid;
	__s32 type;
	bool failed;   /* of an unshare(): it found no room */
	bool chrooted; /* of an unshare(): current_chrooted() said so */
	bool known;    /* the rest */
	__s32 level;
	__u32 full_ns;
	__u32 full_uid;
	__s64 max;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, struct ucount_call);
} ucount_calls SEC(".maps");

/* Is this thread in an unshare() of which somebody wants to know? */
static __always_inline bool inside_unshare(void)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	bool compat;
	long nr;

	if (!kind_wanted(CS_KIND_NAMESPACES) ||
	    BPF_CORE_READ(task, flags) & PF_KTHREAD_)
		return false;
	nr = BPF_CORE_READ(current_regs(), orig_ax) & ~X32_SYSCALL_BIT_;
	compat = BPF_CORE_READ(task, thread_info.status) & TS_COMPAT_;
	return nr == (compat ? 310 : 272);
}

/* What is known of this thread's unshare(); 0: nothing. */
static __always_inline struct ucount_call *unshare_find(void)
{
	__u32 tid = (__u32)bpf_get_current_pid_tgid();
	struct ucount_call *call = bpf_map_lookup_elem(&ucount_calls, &tid);

	return call && !call->enter_ns ? call : 0;
}

static __always_inline struct ucount_call *unshare_find_or_make(void)
{
	__u32 tid = (__u32)bpf_get_current_pid_tgid();
	struct ucount_call *call = unshare_find(), none = {};

	if (call)
		return call;
	bpf_map_update_elem(&ucount_calls, &tid, &none, BPF_ANY);
	return bpf_map_lookup_elem(&ucount_calls, &tid);
}

/* For the next one, nothing has been seen so far. */
static __always_inline void unshare_end(void)
{
	__u32 tid = (__u32)bpf_get_current_pid_tgid();

	if (unshare_find())
		bpf_map_delete_elem(&ucount_calls, &tid);
}

static __always_inline int on_inc_ucount(struct user_namespace *ns, __u32 uid,
					 __s32 type)
{
	__u32 tid = (__u32)bpf_get_current_pid_tgid();
	struct inflight *state = inside_copy_process();
	struct ucount_call call = {.ns = ns, .uid = uid, .type = type};

	if (!state && !inside_unshare())
		return 0;
	call.enter_ns = state ? state->at.enter_ns : 0;
	bpf_map_update_elem(&ucount_calls, &tid, &call, BPF_ANY);
	return 0;
}

/*
 * Is this the level that had no room? Where the counts of the first level are
 * not known (@counts is 0), its limit decides alone or not at all (-1): a new
 * namespace has the largest there is, and nobody in it.
 */
static __always_inline int is_full(struct ucounts *counts, __s64 max,
				   __u32 type)
{
	if (counts)
		return ucount_value(counts, type) >= max;
	if (max <= 0)
		return 1;
	return max >= INT_MAX_ ? 0 : -1;
}

/*
 * inc_ucount() walks from a namespace to the initial one, at each level in the
 * name of the user that owns the one below, and stops at the first without room.
 */
static __noinline void find_full_level(struct ucount_call *call)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct ucounts *counts = cred_ucounts(BPF_CORE_READ(task, cred));
	struct user_namespace *ns = call->ns;
	__u32 uid = call->uid;
	int full;

	if (BPF_CORE_READ(counts, ns) != ns ||
	    BPF_CORE_READ(counts, uid.val) != uid)
		counts = 0;
	for (int i = 0; i < CS_MAX_LEVELS + 1 && ns; i++) {
		call->max = ucount_max(ns, call->type);
		full = is_full(counts, call->max, call->type);
		if (full) {
			call->known = full > 0;
			call->full_ns = BPF_CORE_READ(ns, ns.inum);
			call->full_uid = uid;
			call->level = BPF_CORE_READ(ns, level);
			return;
		}
		counts = BPF_CORE_READ(ns, ucounts);
		ns = BPF_CORE_READ(counts, ns);
		uid = BPF_CORE_READ(counts, uid.val);
	}
}

static __always_inline int on_inc_ucount_return(struct ucounts *ret)
{
	__u32 tid = (__u32)bpf_get_current_pid_tgid();
	struct ucount_call *call;
	struct inflight *state;

	if (ret)
		return 0;
	state = inside_copy_process();
	if (state) {
		state->ucount_failed = true;
		call = bpf_map_lookup_elem(&ucount_calls, &tid);
	} else {
		call = inside_unshare() ? unshare_find_or_make() : 0;
		if (call)
			call->failed = true;
	}
	if (call)
		find_full_level(call);
	return 0;
}

/* @ret: a bool, of which the upper bits mean nothing. */
static __always_inline int on_current_chrooted_return(__u64 ret)
{
	struct ucount_call *call;
	struct inflight *state;

	if (!(__u8)ret)
		return 0;
	state = inside_copy_process();
	if (state) {
		state->chrooted = true;
	} else if (inside_unshare()) {
		call = unshare_find_or_make();
		if (call)
			call->chrooted = true;
	}
	return 0;
}

static __always_inline void fill_full(struct cs_refusal *rec,
				      const struct ucount_call *call)
{
	rec->ucount_type = call->type;
	rec->ucount_uid = call->full_uid;
	rec->ucount_max = call->max;
	rec->ucount_ns = call->full_ns;
	rec->ucount_level = call->level;
}

/*
 * What is known of a clone that was refused: a copy of its state, so that it
 * makes no difference to the verifier which map that is in.
 */
struct refused {
	__u64 enter_ns;
	__u64 leave_ns;
	struct kernel_clone_args *args;
	struct task_struct *child;
	__s32 stage; /* -1: not known */
	__s32 error;
	bool ucount_failed;
	bool chrooted;
};

static __noinline void fill_ucount(struct cs_refusal *rec,
				   const struct refused *refused)
{
	__u32 tid = (__u32)bpf_get_current_pid_tgid();
	struct ucount_call *call;

	rec->ucount_type = -1;
	if (!refused->ucount_failed)
		return;
	call = bpf_map_lookup_elem(&ucount_calls, &tid);
	if (!call || call->enter_ns != refused->enter_ns || !call->known) {
		rec->ucount_type = 0;
		rec->missing |= REFUSAL_MISSING(UCOUNT);
		return;
	}
	fill_full(rec, call);
}

/*
 * The pointers that copy_process() takes back it sets to NULL; all else stays as
 * it came to be. Before it comes to be it is the caller's: a bytewise copy. The
 * task's state is of no use: it ends as TASK_DEAD in any case.
 */
__noinline __u32 trail_of(__u64 child_at, __u64 task_at)
{
	struct task_struct *child = (void *)child_at, *task = (void *)task_at;
	void *mm = BPF_CORE_READ(child, mm);
	__u32 trail = CS_TRAIL(CS_TRAIL_TASK);

	if (!BPF_CORE_READ(child, real_cred))
		trail |= CS_TRAIL(CS_TRAIL_CREDS);
	if (list_is_new(&child->children))
		trail |= CS_TRAIL(CS_TRAIL_LIMITS);
	if (list_is_new(&child->se.group_node))
		trail |= CS_TRAIL(CS_TRAIL_SCHED);
	if (task_shm_is_new(child))
		trail |= CS_TRAIL(CS_TRAIL_SECURITY);
	if (!BPF_CORE_READ(child, files) && BPF_CORE_READ(task, files))
		trail |= CS_TRAIL(CS_TRAIL_FILES);
	if (!BPF_CORE_READ(child, fs) && BPF_CORE_READ(task, fs))
		trail |= CS_TRAIL(CS_TRAIL_FS);
	if (mm && mm != BPF_CORE_READ(task, mm))
		trail |= CS_TRAIL(CS_TRAIL_MM);
	if (!BPF_CORE_READ(child, nsproxy))
		trail |= CS_TRAIL(CS_TRAIL_NAMESPACES);
	if (BPF_CORE_READ(child, pid) != BPF_CORE_READ(task, pid))
		trail |= CS_TRAIL(CS_TRAIL_PID);
	if (BPF_CORE_READ(child, start_time) != BPF_CORE_READ(task, start_time))
		trail |= CS_TRAIL(CS_TRAIL_CGROUP);
	return trail;
}

/*
 * With CONFIG_MEMCG the task_struct lies there for a grace period more. The
 * stack is the first thing it gets of its own and the last to be given back:
 * with the caller's, dup_task_struct() has failed; with another, or without
 * sighand, which nobody takes away, this is not that task_struct any more.
 */
static __noinline void fill_trail(struct cs_refusal *rec,
				  struct task_struct *child,
				  struct task_struct *task)
{
	void *stack;

	if (never_learnt_refused & CS_MISSING(CS_FACT_TASK_NODE))
		rec->missing |= REFUSAL_MISSING(TRAIL);
	if (!child || rec->missing & REFUSAL_MISSING(TRAIL))
		return;
	stack = BPF_CORE_READ(child, stack);
	if (!has_memory_cgroups() || !BPF_CORE_READ(child, sighand))
		rec->missing |= REFUSAL_MISSING(TRAIL);
	else if (!stack)
		rec->trail = trail_of((__u64)child, (__u64)task);
	else if (stack != BPF_CORE_READ(task, stack))
		rec->missing |= REFUSAL_MISSING(TRAIL);
}

/* task_active_pid_ns() */
static __always_inline struct pid_namespace *active_pid_ns(struct pid *pid)
{
	struct upid *number = &pid->numbers[0];
	__u32 level = BPF_CORE_READ(pid, level);

	number = (void *)number + level * bpf_core_type_size(struct upid);
	return BPF_CORE_READ(number, ns);
}

/*
 * ns_capable() for set_tid in the user namespace @ns: it, or one above it that
 * the caller made, is the caller's. Hooks of security modules are not asked.
 */
__noinline int may_set_tid(__u64 cred_at, __u64 at)
{
	const struct cred *cred = (const void *)cred_at;
	struct user_namespace *ns = (void *)at, *below = 0;
	struct user_namespace *own = BPF_CORE_READ(cred, user_ns);

	for (int i = 0; i < CS_MAX_LEVELS && ns && ns != own; i++) {
		below = ns;
		ns = (void *)word_at((__u64)&ns->parent);
	}
	if (!ns || ns != own)
		return false;
	if (below &&
	    BPF_CORE_READ(below, owner.val) == BPF_CORE_READ(cred, euid.val))
		return true;
	return (cred_caps(cred) & (1ULL << CAP_CHECKPOINT_RESTORE_ |
				   1ULL << CAP_SYS_ADMIN_)) != 0;
}

static __always_inline __u32 is_in_namespaces(struct task_struct *task)
{
	struct nsproxy *proxy = BPF_CORE_READ(task, nsproxy);
	struct pid_namespace *ns = BPF_CORE_READ(proxy, pid_ns_for_children);
	__u32 is = 0;

	if (active_pid_ns(BPF_CORE_READ(task, thread_pid)) != ns)
		is |= CS_IS(CS_IS_PIDNS_PENDING);
	if (BPF_CORE_READ(proxy, time_ns) !=
	    BPF_CORE_READ(proxy, time_ns_for_children))
		is |= CS_IS(CS_IS_TIMENS_PENDING);
	if (!(BPF_CORE_READ(ns, pid_allocated) & PIDNS_ADDING_))
		is |= CS_IS(CS_IS_PIDNS_DYING);
	if (!BPF_CORE_READ(ns, child_reaper))
		is |= CS_IS(CS_IS_PIDNS_EMPTY);
	if (may_set_tid((__u64)BPF_CORE_READ(task, cred),
			(__u64)BPF_CORE_READ(ns, user_ns)))
		is |= CS_IS(CS_IS_NS_CAPABLE);
	return is;
}

/* recalc_sigpending_tsk(), which TIF_SIGPENDING follows. */
static __always_inline bool signal_pending_(struct task_struct *task)
{
	__u64 pending =
		BPF_CORE_READ(task, pending.signal.sig[0]) |
		BPF_CORE_READ(task, signal, shared_pending.signal.sig[0]);

	return pending & ~BPF_CORE_READ(task, blocked.sig[0]) ||
	       BPF_CORE_READ(task, jobctl) & JOBCTL_PENDING_ ||
	       BPF_CORE_READ_BITFIELD_PROBED(task, frozen);
}

static __always_inline __u32 is_signalled(struct task_struct *task)
{
	struct signal_struct *signal = BPF_CORE_READ(task, signal);
	__u32 is = 0;

	if (BPF_CORE_READ(signal, flags) & SIGNAL_UNKILLABLE_)
		is |= CS_IS(CS_IS_PIDNS_INIT);
	if (signal_autoreap(signal))
		is |= CS_IS(CS_IS_AUTOREAP);
	if (signal_pending_(task))
		is |= CS_IS(CS_IS_SIGNAL_PENDING);
	if (BPF_CORE_READ(task, pending.signal.sig[0]) & SIGKILL_BIT_)
		is |= CS_IS(CS_IS_KILLED);
	if (BPF_CORE_READ(signal, nr_threads) > 1)
		is |= CS_IS(CS_IS_THREADED);
	return is;
}

static __noinline void fill_is(struct cs_refusal *rec, struct task_struct *task)
{
	struct fs_struct *fs = BPF_CORE_READ(task, fs);

	rec->is = is_in_namespaces(task) | is_signalled(task);
	if (fs && BPF_CORE_READ_BITFIELD_PROBED(fs, in_exec))
		rec->is |= CS_IS(CS_IS_FS_IN_EXEC);
	if (BPF_CORE_READ(task, normal_prio) < MAX_DL_PRIO_ &&
	    !BPF_CORE_READ_BITFIELD_PROBED(task, sched_reset_on_fork))
		rec->is |= CS_IS(CS_IS_DEADLINE);
	/* INIT_USER is the initial namespace's root. */
	if (!BPF_CORE_READ(task, cred, user, uid.val))
		rec->is |= CS_IS(CS_IS_INIT_USER);
}

/* map_id_up() of linux/user_namespace.h. -1: a map too large to look through. */
__noinline int is_mapped(__u64 at, __u32 id)
{
	struct uid_gid_map *map = (void *)at;
	struct uid_gid_extent *extent = &map->extent[0];
	__u32 count = BPF_CORE_READ(map, nr_extents);
	__u32 first;

	if (count > MAP_EXTENTS_INLINE)
		return -1;
	for (__u32 i = 0; i < MAP_EXTENTS_INLINE && i < count; i++) {
		first = BPF_CORE_READ(extent, lower_first);
		if (id >= first && id - first < BPF_CORE_READ(extent, count))
			return 1;
		extent = (void *)extent +
			 bpf_core_type_size(struct uid_gid_extent);
	}
	return 0;
}

static __noinline void fill_creds(struct cs_refusal *rec,
				  const struct cred *cred)
{
	struct user_namespace *ns = BPF_CORE_READ(cred, user_ns);
	int uid, gid;

	rec->caps = cred_caps(cred);
	rec->user_ns = BPF_CORE_READ(ns, ns.inum);
	rec->user_level = BPF_CORE_READ(ns, level);
	rec->euid = BPF_CORE_READ(cred, euid.val);
	uid = is_mapped((__u64)&ns->uid_map, rec->euid);
	gid = is_mapped((__u64)&ns->gid_map, BPF_CORE_READ(cred, egid.val));
	rec->ids_mapped = uid > 0 && gid > 0;
	if (uid && gid && !rec->ids_mapped)
		rec->missing |= REFUSAL_MISSING(MAPPED);
}

static __always_inline void fill_nproc_level(struct cs_refusal *rec,
					     struct ucounts *counts,
					     __s64 value, __s64 max)
{
	rec->nproc = value;
	rec->nproc_max = max == LONG_MAX_ ? -1 : max;
	rec->nproc_ns = BPF_CORE_READ(counts, ns, ns.inum);
	rec->nproc_uid = BPF_CORE_READ(counts, uid.val);
}

/* Before 5.14 all user namespaces count a user together. */
static __always_inline void fill_nproc_user(struct cs_refusal *rec,
					    const struct cred *cred, __s64 max)
{
	rec->nproc = nproc_of_user(cred);
	if (rec->nproc < 0) {
		rec->nproc = 0;
		rec->missing |= REFUSAL_MISSING(NPROC);
		return;
	}
	rec->nproc_max = max == LONG_MAX_ ? -1 : max;
	rec->nproc_ns = PROC_USER_INIT_INO_;
	rec->nproc_uid = BPF_CORE_READ(cred, user, uid.val);
}

/*
 * What a level counts, and how much it allows the one above it. The verifier
 * looks at them where nobody calls them, too.
 */
__noinline __s64 nproc_at(__u64 counts)
{
	return has_cred_ucounts() ? nproc_value((void *)counts) : 0;
}

__noinline __s64 nproc_max_above(__u64 counts)
{
	struct user_namespace *ns = BPF_CORE_READ((struct ucounts *)counts, ns);

	return has_cred_ucounts() ? nproc_max(ns) : 0;
}

static __always_inline struct ucounts *ucounts_above(struct ucounts *counts)
{
	struct user_namespace *ns = (void *)word_at((__u64)&counts->ns);

	return (void *)word_at((__u64)&ns->ucounts);
}

/*
 * is_rlimit_overlimit(): each level's namespace limits the one above it. The
 * child that would have been was counted then, and is not any more.
 */
static __noinline void fill_nproc(struct cs_refusal *rec,
				  struct task_struct *task)
{
	const struct cred *cred = BPF_CORE_READ(task, cred);
	struct ucounts *first = cred_ucounts(cred), *counts = first;
	__u64 limit = BPF_CORE_READ(task, signal, rlim[RLIMIT_NPROC_].rlim_cur);
	__s64 first_max = limit > LONG_MAX_ ? LONG_MAX_ : limit;
	__s64 max = first_max, value, first_value;

	if (!first) {
		fill_nproc_user(rec, cred, max);
		return;
	}
	value = first_value = nproc_at((__u64)first);
	for (int i = 0; i < CS_MAX_LEVELS && counts && value < max; i++) {
		max = nproc_max_above((__u64)counts);
		counts = ucounts_above(counts);
		value = nproc_at((__u64)counts);
	}
	if (counts && value >= max)
		fill_nproc_level(rec, counts, value, max);
	else
		fill_nproc_level(rec, first, first_value, first_max);
}

static __noinline void fill_machine(struct cs_refusal *rec)
{
	__s32 value = 0;

	if (!read_variable(variables.nr_threads, &rec->threads) ||
	    !read_variable(variables.max_threads, &rec->threads_max))
		rec->missing |= REFUSAL_MISSING(THREADS);
	if (!read_variable(variables.overcommit, &value))
		rec->missing |= REFUSAL_MISSING(OVERCOMMIT);
	rec->overcommit = value;
	value = 0;
	if (!read_variable(variables.userns_clone, &value))
		rec->missing |= REFUSAL_MISSING(USERNS_CLONE);
	rec->userns_clone = value;
}

/* The number of its highest bit, and one. */
__noinline __u32 bits_up_to_highest(__u64 word)
{
	__u32 bits = 0, half;

	for (int step = 32; step; step /= 2) {
		half = (word >> step != 0) * step;
		word >>= half;
		bits += half;
	}
	return bits + (word != 0);
}

/* Eight of the kernel's words, one or the other's bits; not 0: cannot be read. */
__noinline __u64 any_of_eight(__u64 at)
{
	__u64 chunk[8];

	if (bpf_probe_read_kernel(chunk, sizeof(chunk), (const void *)at))
		return -1;
	return chunk[0] | chunk[1] | chunk[2] | chunk[3] | chunk[4] | chunk[5] |
	       chunk[6] | chunk[7];
}

/* Of @words at @at, those that are left when all at the end that are 0 are not. */
__noinline __u32 without_zeros(__u64 at, __u32 words)
{
	for (int i = 0; i < OPEN_FDS_WORDS / 8 && words >= 8; i++) {
		if (any_of_eight(at + (words - 8) * sizeof(__u64)))
			break;
		words -= 8;
	}
	return words;
}

/* The highest fd that is open, and one; -1: not found. */
__noinline __s64 fds_in_use(__u64 at)
{
	struct fdtable *table = (void *)at;
	unsigned long *open = BPF_CORE_READ(table, open_fds);
	__u32 words =
		without_zeros((__u64)open, BPF_CORE_READ(table, max_fds) / 64);
	__u64 word = 0;

	for (int i = 0; i < 8 && words && !word; i++) {
		words--;
		if (bpf_probe_read_kernel(&word, sizeof(word), open + words))
			return -1;
	}
	if (word)
		return words * 64 + bits_up_to_highest(word);
	return words ? -1 : 0;
}

static __noinline void fill_files(struct cs_refusal *rec,
				  struct task_struct *task)
{
	struct files_struct *files = BPF_CORE_READ(task, files);
	__s64 fds = files ? fds_in_use((__u64)BPF_CORE_READ(files, fdt)) : 0;
	__s32 nr_open = 0;

	rec->nofile =
		BPF_CORE_READ(task, signal, rlim[RLIMIT_NOFILE_].rlim_cur);
	if (fds < 0 || !read_variable(variables.nr_open, &nr_open)) {
		rec->missing |= REFUSAL_MISSING(NR_OPEN);
		return;
	}
	rec->fds = fds;
	rec->nr_open = nr_open;
}

/* The entry of a radix tree's node, or its root, that is a node again. */
#define XA_NODE_TAG 2UL
#define XA_LEVELS   4 /* of 6 bits each; PID_MAX_LIMIT has 22 */

static __always_inline bool is_xa_node(__u64 entry)
{
	return (entry & 3) == XA_NODE_TAG && entry > 4096;
}

/* idr_find() of linux/idr.h, of a pid namespace's, which begins at 0. */
__noinline int pid_in_use(__u64 at, __s32 nr)
{
	struct pid_namespace *ns = (void *)at;
	__u64 entry = (__u64)BPF_CORE_READ(ns, idr.idr_rt.xa_head);
	struct xa_node *node;
	__u32 slots, slot, shift;

	if (nr <= 0 || !is_xa_node(entry))
		return false;
	for (int i = 0; i < XA_LEVELS && is_xa_node(entry); i++) {
		node = (void *)(entry - XA_NODE_TAG);
		slots = bpf_core_field_size(node->slots) / sizeof(void *);
		shift = BPF_CORE_READ(node, shift) & 31;
		slot = (__u32)nr >> shift;
		if (!i && slot >= slots)
			return false;
		slot &= slots - 1;
		if (bpf_probe_read_kernel(&entry, sizeof(entry),
					  (void **)&node->slots[0] + slot))
			return false;
	}
	return entry != 0;
}

/*
 * Where the first of the tids asked for is that is taken; 0: none is. The first
 * is of the innermost namespace; where that is to be a new one nobody is in it yet.
 */
static __always_inline struct pid_namespace *
find_tid_in_use(const struct cs_refusal *rec, struct pid_namespace *ns,
		__u32 skip)
{
	for (__u32 i = skip; i < CS_MAX_LEVELS - 1; i++) {
		if (i >= rec->set_tid_size || !ns)
			break;
		if (pid_in_use((__u64)ns, rec->set_tid[i]))
			return ns;
		ns = (void *)word_at((__u64)&ns->parent);
	}
	return 0;
}

static __noinline void fill_tid_in_use(struct cs_refusal *rec,
				       struct pid_namespace *ns, __u32 skip)
{
	ns = find_tid_in_use(rec, ns, skip);
	rec->tid_in_use_level = ns ? (__s32)BPF_CORE_READ(ns, level) : -1;
}

static __always_inline void fill_set_tid(struct cs_refusal *rec,
					 struct kernel_clone_args *args)
{
	__u64 count = BPF_CORE_READ(args, set_tid_size);
	__u64 bytes = count * sizeof(rec->set_tid[0]);

	barrier_var(bytes); /* so that the verifier sees it compared and used */
	if (!count || bytes > sizeof(rec->set_tid))
		return;
	if (bpf_probe_read_kernel(rec->set_tid, bytes,
				  BPF_CORE_READ(args, set_tid)))
		rec->missing |= REFUSAL_MISSING(TID_IN_USE);
	else
		rec->set_tid_size = count;
}

static __noinline void fill_pid_ns(struct cs_refusal *rec,
				   struct task_struct *task,
				   struct kernel_clone_args *args)
{
	struct pid_namespace *ns =
		BPF_CORE_READ(task, nsproxy, pid_ns_for_children);

	rec->pid_level = BPF_CORE_READ(ns, level);
	rec->pid_ns = BPF_CORE_READ(ns, ns.inum);
	rec->pids_used = BPF_CORE_READ(ns, pid_allocated) & ~PIDNS_ADDING_;
	if (!pid_ns_max(ns, &rec->pid_max) &&
	    !read_variable(variables.pid_max, &rec->pid_max)) {
		rec->pids_used = 0;
		rec->missing |= REFUSAL_MISSING(PID_MAX);
	}
	rec->tls = BPF_CORE_READ(args, tls);
	fill_set_tid(rec, args);
	fill_tid_in_use(rec, ns,
			!!(BPF_CORE_READ(args, flags) & CLONE_NEWPID_));
}

/* The node in kernfs that is open as @fd, if it is a directory of cgroup2. */
static __always_inline struct kernfs_node *open_cgroup(struct task_struct *task,
						       __u32 fd)
{
	struct fdtable *table = BPF_CORE_READ(task, files, fdt);
	struct inode *inode;
	struct file *file = 0;

	if (fd >= BPF_CORE_READ(table, max_fds))
		return 0;
	bpf_probe_read_kernel(&file, sizeof(file),
			      BPF_CORE_READ(table, fd) + fd);
	inode = BPF_CORE_READ(file, f_inode);
	if (BPF_CORE_READ(inode, i_sb, s_magic) != CGROUP2_SUPER_MAGIC_ ||
	    (BPF_CORE_READ(inode, i_mode) & S_IFMT_) != S_IFDIR_)
		return 0;
	return BPF_CORE_READ(inode, i_private);
}

/* The cgroup above, and that of the threads of @cgroup. 0: none. */
static __always_inline struct cgroup *cgroup_above(struct cgroup *cgroup)
{
	struct cgroup_subsys_state *css =
		(void *)word_at((__u64)&cgroup->self.parent);

	return (void *)word_at((__u64)&css->cgroup);
}

static __always_inline struct cgroup *domain_of(struct cgroup *cgroup)
{
	return (void *)word_at((__u64)&cgroup->dom_cgrp);
}

/* cgroup_is_thread_root(); what can have tasks and controllers is one. */
__noinline int is_thread_root(__u64 at)
{
	struct cgroup *cgroup = (void *)at;

	if (BPF_CORE_READ(cgroup, nr_threaded_children))
		return true;
	return cgroup_populated_csets(cgroup) &&
	       BPF_CORE_READ_BITFIELD_PROBED(cgroup, subtree_control);
}

/* cgroup_is_valid_domain(), of the @target's threaded domain. */
__noinline int is_invalid(__u64 target)
{
	struct cgroup *domain = domain_of((void *)target);
	struct cgroup *at = cgroup_above(domain);

	for (int i = 0; i < PIDS_CGROUP_LEVELS && at; i++) {
		if (domain_of(at) != at)
			return true;
		domain = cgroup_above(at);
		if (domain && is_thread_root((__u64)at))
			return true;
		at = domain;
	}
	return false;
}

static __always_inline void fill_domain(struct cs_refusal *rec,
					struct task_struct *task,
					struct cgroup *target)
{
	struct cgroup *own = BPF_CORE_READ(task, cgroups, dfl_cgrp, dom_cgrp);

	if (own != BPF_CORE_READ(target, dom_cgrp))
		rec->is |= CS_IS(CS_IS_OTHER_DOMAIN);
	if (is_invalid((__u64)target))
		rec->is |= CS_IS(CS_IS_TARGET_INVALID);
}

/* A cgroup that is gone has left its directory behind, while that is open. */
static __always_inline void fill_target(struct cs_refusal *rec,
					struct task_struct *task,
					struct kernfs_node *node)
{
	struct cgroup *cgroup = BPF_CORE_READ(node, priv);
	__u32 flags = BPF_CORE_READ(cgroup, self.flags);

	rec->target_cgroup2 = 1;
	rec->target_dying = !(flags & CSS_ONLINE_) || flags & CSS_DYING_;
	if (!cgroup)
		return;
	rec->target_subtree =
		BPF_CORE_READ_BITFIELD_PROBED(cgroup, subtree_control);
	fill_domain(rec, task, cgroup);
}

/*
 * The pids controller's state that a child is charged to: the target's, or one
 * above it that has the controller; in cgroup v1, and without a target, what
 * the caller is charged to.
 */
static __always_inline struct cgroup_subsys_state *
pids_css(struct task_struct *task, struct kernfs_node *target)
{
	__u32 id = pids_cgroup_id();
	struct cgroup *cgroup = BPF_CORE_READ(target, priv);
	struct cgroup_subsys_state *css = 0;
	struct css_set *set = BPF_CORE_READ(task, cgroups);

	for (int i = 0; i < PIDS_CGROUP_LEVELS && cgroup; i++) {
		css = (void *)word_at((__u64)(&cgroup->subsys[0] + id));
		if (css)
			return css;
		cgroup = cgroup_above(cgroup);
	}
	bpf_probe_read_kernel(&css, sizeof(css), &set->subsys[0] + id);
	return css;
}

/* The first that has no room, from @css up; the root has no limit. */
static __noinline struct cgroup *find_full_pids(struct cs_refusal *rec,
						struct cgroup_subsys_state *css)
{
	__u64 offset = bpf_core_field_offset(struct pids_cgroup___here, css);
	struct cgroup_subsys_state *parent;
	struct pids_cgroup___here *pids;

	for (int i = 0; i < PIDS_CGROUP_LEVELS && css; i++) {
		parent = (void *)word_at((__u64)&css->parent);
		if (!parent)
			return 0;
		pids = (void *)css - offset;
		rec->pids = word_at((__u64)&pids->counter.counter);
		rec->pids_max = word_at((__u64)&pids->limit.counter);
		if (rec->pids >= rec->pids_max)
			return (void *)word_at((__u64)&css->cgroup);
		css = parent;
	}
	if (css)
		rec->missing |= REFUSAL_MISSING(PIDS);
	return 0;
}

/* Which cgroup the caller is charged to and has no room; 0: none. */
static __always_inline struct cgroup *fill_pids_max(struct cs_refusal *rec,
						    struct task_struct *task,
						    struct kernfs_node *target)
{
	struct cgroup_subsys_state *css = 0;
	struct cgroup *full = 0;

	if (has_pids_cgroups())
		css = pids_css(task, target);
	if (css)
		full = find_full_pids(rec, css);
	else
		rec->missing |= REFUSAL_MISSING(PIDS);
	if (!full) {
		rec->pids = 0;
		rec->pids_max = rec->missing & REFUSAL_MISSING(PIDS) ? 0 : -1;
	}
	return full;
}

/* One of two can be the reason: of EAGAIN pids.max, of all else the target. */
static __noinline void fill_cgroups(struct cs_refusal *rec,
				    struct task_struct *task,
				    struct kernel_clone_args *args, int error)
{
	bool into = BPF_CORE_READ(args, flags) & CLONE_INTO_CGROUP_;
	struct kernfs_node *target = 0, *told;
	struct cgroup *full;
	bool of_pids;

	if (into) {
		rec->cgroup_fd = BPF_CORE_READ(args, cgroup);
		target = open_cgroup(task, rec->cgroup_fd);
	}
	if (target)
		fill_target(rec, task, target);
	full = fill_pids_max(rec, task, target);
	of_pids = full && (!into || error == EAGAIN_);
	told = of_pids ? BPF_CORE_READ(full, kn) : target;
	if (told && kernfs_path_(rec->cgroup, told))
		rec->missing |= of_pids ? REFUSAL_MISSING(PIDS)
					: REFUSAL_MISSING(TARGET);
}

/* @rec: zeroed. Nothing has been given to user space yet, nor taken from it. */
static __always_inline void fill_refusal(struct cs_refusal *rec,
					 const struct refused *refused)
{
	struct task_struct *task = (void *)bpf_get_current_task();

	fill_head(&rec->head, CS_KIND_REFUSAL, sizeof(*rec), refused->leave_ns);
	rec->missing = never_learnt_refusal;
	/* Where somebody asked for phases, the last marker passed says it. */
	if (refused->stage < 0)
		rec->missing |= REFUSAL_MISSING(STAGE);
	else
		rec->stage = refused->stage;
	rec->tid = (__u32)bpf_get_current_pid_tgid();
	fill_trail(rec, refused->child, task);
	fill_is(rec, task);
	fill_creds(rec, BPF_CORE_READ(task, cred));
	rec->chrooted = refused->chrooted;
	if (!(rec->missing & REFUSAL_MISSING(UCOUNT)))
		fill_ucount(rec, refused);
	fill_nproc(rec, task);
	fill_machine(rec);
	rec->total_vm = BPF_CORE_READ(task, mm, total_vm);
	fill_files(rec, task);
	fill_pid_ns(rec, task, refused->args);
	fill_cgroups(rec, task, refused->args, refused->error);
}

static __noinline void send_refused(const struct refused *refused)
{
	struct cs_refusal *rec = reserve_record(sizeof(*rec));

	if (!rec)
		return;
	fill_refusal(rec, refused);
	bpf_ringbuf_submit(rec, BPF_RB_NO_WAKEUP);
}

/* The clone in progress was refused. Its struct cs_clone is to follow. */
__noinline int send_refusal(int error)
{
	struct inflight *state = inflight_find();
	struct refused refused = {.error = error};

	if (!kind_wanted(CS_KIND_REFUSAL) || !state)
		return 0;
	refused.enter_ns = state->at.enter_ns;
	refused.leave_ns = state->at.leave_ns;
	refused.args = state->args;
	refused.child = state->child;
	refused.stage = last_stage(state);
	refused.ucount_failed = state->ucount_failed;
	refused.chrooted = state->chrooted;
	send_refused(&refused);
	return 0;
}

/* What only copy_process() goes by. */
#define NOT_OF_NAMESPACES                                         \
	(REFUSAL_MISSING(TRAIL) | REFUSAL_MISSING(STAGE) |        \
	 REFUSAL_MISSING(NPROC) | REFUSAL_MISSING(NR_OPEN) |      \
	 REFUSAL_MISSING(PID_MAX) | REFUSAL_MISSING(TID_IN_USE) | \
	 REFUSAL_MISSING(PIDS) | REFUSAL_MISSING(TARGET))

/* @call: what was seen of an unshare(); 0: nothing. */
static __always_inline void fill_unshare_seen(struct cs_refusal *rec,
					      struct ucount_call *call)
{
	rec->chrooted = call && call->chrooted;
	if (rec->missing & REFUSAL_MISSING(UCOUNT))
		return;
	rec->ucount_type = -1;
	if (!call || !call->failed)
		return;
	rec->ucount_type = 0;
	if (call->known)
		fill_full(rec, call);
	else
		rec->missing |= REFUSAL_MISSING(UCOUNT);
}

/* @rec: zeroed. Of an unshare() or setns() that failed. @call: as above. */
static __always_inline void fill_namespaces_refusal(struct cs_refusal *rec,
						    struct ucount_call *call,
						    __u64 now)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct pid_namespace *ns =
		BPF_CORE_READ(task, nsproxy, pid_ns_for_children);

	fill_head(&rec->head, CS_KIND_REFUSAL, sizeof(*rec), now);
	rec->missing = never_learnt_refusal | NOT_OF_NAMESPACES;
	rec->tid = (__u32)bpf_get_current_pid_tgid();
	fill_is(rec, task);
	fill_creds(rec, BPF_CORE_READ(task, cred));
	fill_unshare_seen(rec, call);
	fill_machine(rec);
	rec->total_vm = BPF_CORE_READ(task, mm, total_vm);
	rec->pid_level = BPF_CORE_READ(ns, level);
	rec->pid_ns = BPF_CORE_READ(ns, ns.inum);
}

#endif
