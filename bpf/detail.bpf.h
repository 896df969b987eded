/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* All that is known of a clone beside its struct cs_clone: struct cs_detail. */
#ifndef CLONESCOPE_DETAIL_BPF_H
#define CLONESCOPE_DETAIL_BPF_H

#define PFA_NO_NEW_PRIVS_ 0 /* bit of task->atomic_flags */
#define UID_MAP_INLINE_	  5 /* UID_GID_MAP_MAX_BASE_EXTENTS */

/*
 * The words that count of a mask of @bytes. Masks are made for many more CPUs and
 * nodes than there are: @ids is the address of how many that is, or 0.
 */
static __always_inline __u32 mask_words(__u64 ids, __u64 bytes)
{
	__u32 words = bytes / 8;
	__s32 bits;

	if (read_variable(ids, &bits) && bits > 0 &&
	    ((__u32)bits + 63) / 64 < words)
		words = ((__u32)bits + 63) / 64;
	return words;
}

static __always_inline bool masks_differ(const __u64 *a, const __u64 *b,
					 __u32 words)
{
	__u64 left, right;

	/* CONFIG_NR_CPUS is 8192 at most. */
	for (__u32 i = 0; i < 128 && i < words; i++) {
		left = right = 0;
		bpf_probe_read_kernel(&left, sizeof(left), a + i);
		bpf_probe_read_kernel(&right, sizeof(right), b + i);
		if (left != right)
			return true;
	}
	return false;
}

/* Who calls from user space has its addresses in here; before 5.18 others not. */
static __always_inline void fill_addresses(struct cs_detail *rec,
					   struct kernel_clone_args *args)
{
	__u32 bytes;

	if (BPF_CORE_READ(args, flags) & CLONE_INTO_CGROUP_)
		rec->cgroup_fd = BPF_CORE_READ(args, cgroup);
	rec->pidfd = (__u64)BPF_CORE_READ(args, pidfd);
	rec->child_tid = (__u64)BPF_CORE_READ(args, child_tid);
	rec->parent_tid = (__u64)BPF_CORE_READ(args, parent_tid);
	rec->tls = BPF_CORE_READ(args, tls);
	rec->stack = BPF_CORE_READ(args, stack);
	rec->stack_size = BPF_CORE_READ(args, stack_size);
	rec->set_tid_size = BPF_CORE_READ(args, set_tid_size);
	bytes = rec->set_tid_size * sizeof(rec->set_tid[0]);
	barrier_var(bytes); /* so that the verifier sees it compared and used */
	if (rec->set_tid_size && bytes <= sizeof(rec->set_tid))
		bpf_probe_read_kernel(rec->set_tid, bytes,
				      BPF_CORE_READ(args, set_tid));
}

/* Of a task that the kernel made for itself: what it is to run. */
static __always_inline void
fill_thread(struct cs_detail *rec, struct kernel_clone_args *args, bool kthread)
{
	const char *name = kthread ? args_name(args) : 0;
	__u64 function =
		kthread ? args_thread_function(args) : args_function(args);

	if (!function_name(rec->function, function))
		rec->missing |= CS_MISSING(CS_DETAIL_FUNCTION);
	if (name)
		bpf_probe_read_kernel_str(rec->name, sizeof(rec->name), name);
	else if (kthread)
		rec->missing |= CS_MISSING(CS_DETAIL_NAME);
}

/* @args: 0 where they were not seen. */
static __always_inline void fill_detail_request(struct cs_detail *rec,
						struct kernel_clone_args *args,
						__u8 via)
{
	bool by_kernel = via == CS_VIA_KTHREAD || via == CS_VIA_UMH ||
			 via == CS_VIA_IO_WORKER || via == CS_VIA_VHOST;

	if (args && by_kernel)
		fill_thread(rec, args, via == CS_VIA_KTHREAD);
	else if (args)
		fill_addresses(rec, args);
	else if (by_kernel)
		rec->missing |= CS_MISSING(CS_DETAIL_FUNCTION) |
				CS_MISSING(CS_DETAIL_NAME);
	else
		rec->missing |= CS_MISSING(CS_DETAIL_REQUEST);
}

static __always_inline void fill_pids(struct cs_detail *rec,
				      struct task_struct *child)
{
	struct pid *pid = BPF_CORE_READ(child, thread_pid);
	struct upid *number;

	rec->pid_level = BPF_CORE_READ(pid, level);
	for (__u32 i = 0; i < CS_MAX_LEVELS && i <= rec->pid_level; i++) {
		number = pid_number(pid, i);
		rec->pids[i] = BPF_CORE_READ(number, nr);
	}
}

/* The extents of a map lie in it while they are few. */
static __always_inline void fill_user_ns(struct cs_detail *rec,
					 struct user_namespace *ns)
{
	struct uid_gid_map *map = &ns->uid_map;
	struct uid_gid_extent *extent = &map->extent[0];

	rec->user_level = BPF_CORE_READ(ns, level);
	rec->user_owner = BPF_CORE_READ(ns, owner.val);
	if (!BPF_CORE_READ(map, nr_extents))
		return;
	if (BPF_CORE_READ(map, nr_extents) > UID_MAP_INLINE_)
		extent = BPF_CORE_READ(map, forward);
	rec->uid_map_first = BPF_CORE_READ(extent, first);
	rec->uid_map_lower = BPF_CORE_READ(extent, lower_first);
	rec->uid_map_count = BPF_CORE_READ(extent, count);
}

static __always_inline void fill_masks(struct cs_detail *rec,
				       struct task_struct *child,
				       struct task_struct *task)
{
	__u64 bytes = bpf_core_field_size(child->cpus_mask);

	rec->cpus_changed = masks_differ(
		(void *)&child->cpus_mask, (void *)&task->cpus_mask,
		mask_words(variables.nr_cpu_ids, bytes));
	if (!bpf_core_field_exists(child->mems_allowed)) {
		rec->missing |= CS_MISSING(CS_DETAIL_MEMS);
		return;
	}
	bytes = bpf_core_field_size(child->mems_allowed);
	rec->mems_changed = masks_differ(
		(void *)&child->mems_allowed, (void *)&task->mems_allowed,
		mask_words(variables.nr_node_ids, bytes));
}

static __always_inline __u64 cgroup2_id(struct task_struct *task)
{
	struct cgroup *cgroup = task_cgroup2(task);

	return BPF_CORE_READ(cgroup, kn, id);
}

/* @child: 0 where the clone was refused. */
static __always_inline void fill_cgroup(struct cs_detail *rec,
					struct task_struct *child,
					struct task_struct *task)
{
	struct task_struct *is_in = child ? child : task;

	rec->caller_cgroup_id = cgroup2_id(task);
	if (child)
		rec->cgroup_id = cgroup2_id(child);
	if (cgroup_path(rec->cgroup, task_cgroup2(is_in)) ||
	    !rec->caller_cgroup_id)
		rec->missing |= CS_MISSING(CS_DETAIL_CGROUP);
}

static __always_inline bool no_new_privs(struct task_struct *task)
{
	return BPF_CORE_READ(task, atomic_flags) & 1UL << PFA_NO_NEW_PRIVS_;
}

static __always_inline void fill_detail_child(struct cs_detail *rec,
					      struct task_struct *child)
{
	const struct cred *cred = BPF_CORE_READ(child, cred);

	fill_pids(rec, child);
	rec->real_parent_tid = BPF_CORE_READ(child, real_parent, pid);
	rec->real_parent_tgid = BPF_CORE_READ(child, real_parent, tgid);
	if (!fill_namespaces(rec->ns, child))
		rec->missing |= CS_MISSING(CS_DETAIL_NAMESPACES);
	fill_user_ns(rec, BPF_CORE_READ(cred, user_ns));
	rec->child_uid = BPF_CORE_READ(cred, uid.val);
	rec->caps = cred_caps(cred);
	rec->cpus = BPF_CORE_READ(child, nr_cpus_allowed);
	rec->seccomp = task_seccomp(child);
	rec->no_new_privs = no_new_privs(child);
	rec->sched_policy = BPF_CORE_READ(child, policy);
	rec->prio = BPF_CORE_READ(child, static_prio);
}

static __always_inline void fill_detail_caller(struct cs_detail *rec,
					       struct task_struct *task)
{
	rec->tid = (__u32)bpf_get_current_pid_tgid();
	if (!fill_namespaces(rec->caller_ns, task))
		rec->missing |= CS_MISSING(CS_DETAIL_NAMESPACES);
	rec->caller_caps = cred_caps(BPF_CORE_READ(task, cred));
	rec->caller_cpus = BPF_CORE_READ(task, nr_cpus_allowed);
	rec->caller_seccomp = task_seccomp(task);
	rec->caller_no_new_privs = no_new_privs(task);
	rec->caller_sched_policy = BPF_CORE_READ(task, policy);
	rec->caller_prio = BPF_CORE_READ(task, static_prio);
}

/*
 * @rec: zeroed. @args: 0 where copy_process() was not seen. @child: 0 where the
 * clone was refused.
 */
static __always_inline void fill_detail(struct cs_detail *rec,
					struct kernel_clone_args *args,
					struct task_struct *child, __u8 via,
					__u64 ts_ns)
{
	struct task_struct *task = (void *)bpf_get_current_task();

	fill_head(&rec->head, CS_KIND_DETAIL, sizeof(*rec), ts_ns);
	fill_detail_request(rec, args, via);
	fill_detail_caller(rec, task);
	fill_cgroup(rec, child, task);
	if (!child)
		return;
	fill_detail_child(rec, child);
	fill_masks(rec, child, task);
}

/* The same, as a record; its struct cs_clone is to follow. */
static __always_inline void send_detail(struct kernel_clone_args *args,
					struct task_struct *child, __u64 ts_ns)
{
	struct cs_detail *rec;
	__u8 via;

	if (!kind_wanted(CS_KIND_DETAIL))
		return;
	rec = reserve_record(sizeof(*rec));
	if (!rec)
		return;
	via = args ? via_args(args, false) : via_child(child, false);
	fill_detail(rec, args, child, via, ts_ns);
	bpf_ringbuf_submit(rec, BPF_RB_NO_WAKEUP);
}

#endif
