/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Fills a record from a clone in progress and from its tasks: here, once. */
#ifndef CLONESCOPE_RECORD_BPF_H
#define CLONESCOPE_RECORD_BPF_H

#define PF_IO_WORKER_	0x00000010
#define PF_USER_WORKER_ 0x00004000
#define PF_KTHREAD_	0x00200000

#define CLONE_PARENT_ 0x00008000
#define CLONE_THREAD_ 0x00010000

#define KTHREADD_PID 2

#define TS_COMPAT_	 0x0002
#define X32_SYSCALL_BIT_ 0x40000000

/* Set by the reader once it knows which probes are planted. */
__u64 never_learnt;
__u64 never_learnt_refused; /* of refused clones, besides */

/*
 * x86-64's direct map and its array of struct page begin where KASLR put them.
 * Neither moves after boot, so each is read once.
 */
static __u64 direct_map, page_array;

/* The only node that this machine can have; -1: it can have several. */
const volatile __s32 only_node = -1;

/*
 * memdesc_nid(): the topmost log2(MAX_NUMNODES) bits of the flags, with vmemmap.
 * False: not known.
 */
static __always_inline bool page_node(const void *page, __s16 *node)
{
	__u64 flags;

	if (only_node >= 0 || max_numnodes() == 1) {
		*node = only_node >= 0 ? only_node : 0;
		return true;
	}
	if (!page_flags(page, &flags))
		return false;
	*node = (flags >> 32) * max_numnodes() >> 32;
	return true;
}

/* Where kallsyms has no data symbols there is no way to find a task's page. */
static __always_inline bool find_direct_map(void)
{
	if (direct_map)
		return true;
	if (!variables.page_offset_base || !variables.vmemmap_base)
		return false;
	bpf_probe_read_kernel(&page_array, 8,
			      (const void *)variables.vmemmap_base);
	bpf_probe_read_kernel(&direct_map, 8,
			      (const void *)variables.page_offset_base);
	return direct_map;
}

/* page_to_nid(virt_to_page(@task)): reads nothing of the task itself. */
static __always_inline void fill_task_node(struct cs_clone *rec,
					   const struct task_struct *task)
{
	__u64 pfn, page = 0;

	if (only_node < 0 && find_direct_map()) {
		pfn = ((__u64)task - direct_map) >> 12;
		page = page_array + pfn * bpf_core_type_size(struct page);
	}
	if (!page_node((void *)page, &rec->task_node))
		rec->missing |= CS_MISSING(CS_FACT_TASK_NODE);
}

/* A stack that vmalloc() did not make has no vm_struct to tell its pages. */
static __always_inline void fill_stack(struct cs_clone *rec,
				       struct task_struct *child, bool typed)
{
	struct vm_struct *vm = task_stack_vm_area(child, typed);
	struct page *pages[CS_MAX_STACK_PAGES];
	__u64 count = vm ? vm_nr_pages(vm, typed) : 0;
	__u64 bytes = count * sizeof(*pages);

	barrier_var(bytes); /* so that the verifier sees it compared and used */
	if (!count || bytes > sizeof(pages) ||
	    (only_node < 0 &&
	     bpf_probe_read_kernel(pages, bytes, CS_READ(typed, vm, pages))))
		goto missing;
	for (__u64 i = 0; i < CS_MAX_STACK_PAGES && i < count; i++)
		if (!page_node(pages[i], &rec->stack_nodes[i]))
			goto missing;
	rec->stack_pages = count;
	return;
missing:
	__builtin_memset(rec->stack_nodes, 0, sizeof(rec->stack_nodes));
	rec->missing |= CS_MISSING(CS_FACT_STACK_NODES);
}

/* @out is zeroed, which is what "no policy" means but for the home node. */
static __always_inline void fill_policy(struct cs_policy *out,
					struct mempolicy *pol)
{
	out->home_node = CS_NO_NODE;
	if (!pol)
		return;
	out->mode = BPF_CORE_READ(pol, mode);
	out->flags = BPF_CORE_READ(pol, flags) & MPOL_MODE_FLAGS_;
	policy_nodes(out, pol);
}

/* The current thread is in the system call of this number. */
static __always_inline __u8 via_number(long orig_ax)
{
	bool compat = CS_CURRENT(thread_info.status) & TS_COMPAT_;
	long nr = orig_ax & ~X32_SYSCALL_BIT_;

	if (nr == (compat ? 120 : 56))
		return CS_VIA_CLONE;
	if (nr == 435)
		return CS_VIA_CLONE3;
	if (nr == (compat ? 2 : 57))
		return CS_VIA_FORK;
	if (nr == (compat ? 190 : 58))
		return CS_VIA_VFORK;
	return CS_VIA_UNKNOWN;
}

static __always_inline __u8 via_registers(struct pt_regs *regs)
{
	return via_number(BPF_CORE_READ(regs, orig_ax));
}

static __always_inline __u8 via_syscall(void)
{
	return via_number(current_syscall());
}

/* kthreadd makes kernel threads; other kernel threads user-mode helpers. */
static __always_inline __u8 via_task(void)
{
	if (!(CS_CURRENT(flags) & PF_KTHREAD_))
		return via_syscall();
	if (CS_CURRENT(pid) == KTHREADD_PID)
		return CS_VIA_KTHREAD;
	return CS_VIA_UMH;
}

static __always_inline __u8 via_args(struct kernel_clone_args *args, bool typed)
{
	if (args_io_thread(args, typed))
		return CS_VIA_IO_WORKER;
	if (args_user_worker(args, typed))
		return CS_VIA_VHOST;
	return via_task();
}

/* Where copy_process()'s arguments were not seen, the child tells. */
static __always_inline __u8 via_child(struct task_struct *child, bool typed)
{
	struct kernel_clone_args___worker *args = 0;
	__u32 flags = CS_READ(typed, child, flags);

	if (flags & PF_IO_WORKER_)
		return CS_VIA_IO_WORKER;
	/* The bit meant something else before there were user workers. */
	if (bpf_core_field_exists(args->user_worker) && flags & PF_USER_WORKER_)
		return CS_VIA_VHOST;
	return via_task();
}

/*
 * create_io_thread() and vhost_task_create() call copy_process() themselves.
 * Of all others it is not known, unless kernel_clone()'s probe was hit.
 */
static __always_inline void fill_via(struct cs_clone *rec, __u8 via)
{
	rec->via = via;
	if (!via)
		rec->missing |= CS_MISSING(CS_FACT_VIA);
	if (via != CS_VIA_IO_WORKER && via != CS_VIA_VHOST &&
	    !rec->kernel_clone)
		rec->missing |= CS_MISSING(CS_FACT_KERNEL_CLONE);
}

/* @word as it is up to its first byte that is zero, if it has one. */
static __always_inline __u64 until_nul(__u64 word, bool *ends)
{
	__u64 nuls =
		(word - 0x0101010101010101ULL) & ~word & 0x8080808080808080ULL;

	*ends = nuls;
	/* The lowest is never wrong: what it borrows is from above it. */
	return nuls ? word & (((nuls & -nuls) >> 7) - 1) : word;
}

/* bpf_get_current_comm(): before 5.17 what follows the name may be anything. */
static __always_inline void fill_comm(char *comm, struct task_struct *task)
{
	const __u64 *from = (const void *)task->comm;
	__u64 *to = (void *)comm;
	bool ends;

	to[0] = until_nul(from[0], &ends);
	if (!ends)
		to[1] = until_nul(from[1], &ends);
}

/* As the helpers have it, for less: an initial uid is what the kernel has. */
static __always_inline void fill_caller_name(struct cs_clone *rec)
{
	struct task_struct *task;

	if (!current_is_typed()) {
		rec->uid = bpf_get_current_uid_gid();
		bpf_get_current_comm(rec->comm, sizeof(rec->comm));
		return;
	}
	task = bpf_get_current_task_btf();
	rec->uid = task->cred->uid.val;
	fill_comm(rec->comm, task);
}

static __always_inline void fill_caller(struct cs_clone *rec)
{
	__u64 id = bpf_get_current_pid_tgid();

	rec->start_ns = CS_CURRENT(start_boottime);
	rec->tid = id;
	rec->tgid = id >> 32;
	fill_caller_name(rec);
}

static __always_inline void fill_child(struct cs_clone *rec,
				       struct task_struct *child, bool typed)
{
	rec->child_tid = CS_READ(typed, child, pid);
	rec->child_tgid = CS_READ(typed, child, tgid);
	rec->child_start_ns = CS_READ(typed, child, start_boottime);
	fill_stack(rec, child, typed);
	fill_policy(&rec->child_policy, CS_READ(typed, child, mempolicy));
}

/* tsk_fork_get_node(): only kthreadd has a node of its own to ask for. */
static __always_inline __s16 node_requested(int node)
{
	if (node != CS_NO_NODE || CS_CURRENT(pid) != KTHREADD_PID)
		return node;
	return CS_CURRENT(pref_node_fork);
}

/* The request and what was seen between entry and return. */
static __always_inline void fill_request(struct cs_clone *rec,
					 struct inflight *state,
					 struct kernel_clone_args *args,
					 bool typed)
{
	rec->flags = state->flags;
	rec->exit_signal = CS_READ(typed, args, exit_signal);
	rec->kernel_clone = state->passed;
	fill_via(rec, via_args(args, typed));
	rec->cpu = state->cpu;
	rec->cpu_node = state->cpu_node;
	rec->node_requested = node_requested(state->node);
	rec->copy_ns = state->at.leave_ns - state->at.enter_ns;
	rec->policy_copied = state->policy_copied;
	rec->vma_policies = state->vma_policies;
}

/* Asked for a stack, then it was fresh; for something else, who knows. */
static __always_inline void fill_stack_origin(struct cs_clone *rec,
					      struct inflight *state,
					      struct task_struct *child,
					      bool typed)
{
	if (rec->missing & CS_MISSING(CS_FACT_STACK_ORIGIN))
		return;
	if (!state->vmalloc_stack)
		rec->stack_origin = CS_STACK_CACHED;
	else if (state->vmalloc_stack == (__u64)CS_READ(typed, child, stack))
		rec->stack_origin = CS_STACK_FRESH;
	else
		rec->missing |= CS_MISSING(CS_FACT_STACK_ORIGIN);
}

/*
 * A refused clone's child is gone again, and its stack with it. Where its
 * task_struct lay is still known; without one there was no stack either.
 */
static __always_inline void fill_refused(struct cs_clone *rec,
					 struct inflight *state)
{
	if (never_learnt_refused & CS_MISSING(CS_FACT_TASK_NODE))
		rec->missing |= CS_MISSING(CS_FACT_TASK_NODE);
	else if (state->child)
		fill_task_node(rec, state->child);
	else
		rec->task_node = CS_NODE_NONE;
	if (rec->task_node != CS_NODE_NONE)
		rec->missing |= CS_MISSING(CS_FACT_STACK_NODES) |
				CS_MISSING(CS_FACT_STACK_ORIGIN);
}

static __always_inline void fill_head(struct cs_head *head, __u16 kind,
				      __u16 size, __u64 ts_ns)
{
	head->kind = kind;
	head->size = size;
	head->version = CS_RECORD_VERSION;
	head->backend = CS_BACKEND_BPF;
	head->ts_ns = ts_ns;
}

/*
 * @rec: zeroed. copy_process() returned @child, or -@error. @typed: of @args and
 * of @child.
 */
static __always_inline void fill_clone(struct cs_clone *rec,
				       struct inflight *state,
				       struct kernel_clone_args *args,
				       struct task_struct *child, int error,
				       bool typed)
{
	fill_head(&rec->head, CS_KIND_CLONE, sizeof(*rec), state->at.leave_ns);
	rec->missing = never_learnt;
	fill_caller(rec);
	fill_request(rec, state, args, typed);
	if (state->policy_copied)
		rec->policy = state->policy;
	else
		fill_policy(&rec->policy, CS_CURRENT(mempolicy));
	rec->error = error;
	if (error) {
		fill_refused(rec, state);
	} else {
		fill_child(rec, child, typed);
		fill_task_node(rec, state->child);
		fill_stack_origin(rec, state, child, typed);
	}
}

/*
 * The child's exit_signal is the one asked for, unless the child got another's
 * (copy_process(): CLONE_PARENT) or none (CLONE_THREAD).
 */
static __always_inline void fill_exit_signal(struct cs_clone *rec,
					     struct task_struct *child)
{
	if (rec->flags & (CLONE_PARENT_ | CLONE_THREAD_))
		rec->missing |= CS_MISSING(CS_FACT_EXIT_SIGNAL);
	else
		rec->exit_signal = child->exit_signal;
}

/*
 * The verifier allows no arithmetic on a pointer that it knows the type of. By
 * way of memory it comes without; @zero, of a record, is as it was after it.
 */
static __always_inline struct task_struct *untyped(struct task_struct *task,
						   __u64 *zero)
{
	struct task_struct *same;

	*zero = (__u64)task;
	barrier();
	same = (void *)*zero;
	barrier();
	*zero = 0;
	return same;
}

/* @rec: zeroed. The task_newtask tracepoint saw @child: all there is to see. */
static __always_inline void fill_newtask(struct cs_clone *rec,
					 struct task_struct *child, __u64 flags,
					 __u64 now)
{
	struct mempolicy *pol = CS_CURRENT(mempolicy);

	fill_head(&rec->head, CS_KIND_CLONE, sizeof(*rec), now);
	rec->missing = never_learnt;
	fill_caller(rec);
	rec->flags = flags;
	fill_exit_signal(rec, child);
	fill_via(rec, via_child(child, true));
	rec->cpu = bpf_get_smp_processor_id();
	rec->cpu_node = bpf_get_numa_node_id();
	fill_policy(&rec->policy, pol);
	fill_child(rec, child, true);
	fill_task_node(rec, untyped(child, &rec->copy_ns));
	/* copy_process() lets the child point to a copy, or to nothing. */
	rec->policy_copied = pol && child->mempolicy != pol;
}

/* kernel_clone() returns; copy_process() did so before, see leave_ns. */
static __always_inline void fill_return(struct cs_return *rec,
					struct inflight *state,
					struct task_struct *task)
{
	__u64 id = bpf_get_current_pid_tgid();

	rec->start_ns = BPF_CORE_READ(task, start_boottime);
	rec->tid = id;
	rec->tgid = id >> 32;
	rec->uid = bpf_get_current_uid_gid();
	rec->child_tid = state->child_tid;
	rec->error = state->error;
	rec->flags = state->flags;
	if (state->at.leave_ns)
		rec->copy_ns = state->at.leave_ns - state->at.enter_ns;
	rec->clone_ns = rec->head.ts_ns - state->at.kernel_clone_ns;
	if (state->vfork)
		rec->vfork_ns = rec->head.ts_ns - state->at.leave_ns;
	bpf_get_current_comm(rec->comm, sizeof(rec->comm));
}

#endif
