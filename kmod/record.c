// SPDX-License-Identifier: GPL-2.0
/* Fills records from what the probes saw and what the tasks say. */

#include <linux/cred.h>
#include <linux/err.h>
#include <linux/kasan.h>
#include <linux/mm.h>
#include <linux/sched/task_stack.h>
#include <linux/string.h>
#include <linux/topology.h>
#include <linux/uidgid.h>
#include <linux/vmalloc.h>

#include "kmod/compat.h"
#include "kmod/record.h"

static_assert(MAX_NUMNODES <= CS_MAX_NODES);
static_assert(TASK_COMM_LEN == CS_COMM_LEN);
static_assert(THREAD_SIZE / PAGE_SIZE <= CS_MAX_STACK_PAGES);
static_assert(NUMA_NO_NODE == CS_NO_NODE);

/* The calls of the clone family; ia32 and 32-bit arm share their numbers. */
static const struct {
	enum cs_via via;
	int nr;
	int nr_32bit;
} calls[] = {
	{ CS_VIA_FORK, CS_NR_FORK, 2 },
	{ CS_VIA_VFORK, CS_NR_VFORK, 190 },
	{ CS_VIA_CLONE, __NR_clone, 120 },
	{ CS_VIA_CLONE3, __NR_clone3, 435 },
};

static nokprobe_inline void fill_caller(struct cs_clone *record, u32 cpu)
{
	record->start_ns = current->start_boottime;
	record->tid = current->pid;
	record->tgid = current->tgid;
	record->uid = from_kuid(&init_user_ns, current_uid());
	record->cpu = cpu;
	record->cpu_node = cpu_to_node(cpu);
	strscpy(record->comm, current->comm, sizeof(record->comm));
}

/* The call of the clone family that the current thread is in, if any. */
enum cs_via cs_via_syscall(void)
{
	int nr = syscall_get_nr(current, task_pt_regs(current));
	bool is_32bit = cs_syscall_is_32bit();
	int i;

	for (i = 0; i < ARRAY_SIZE(calls); i++) {
		if (is_32bit ? nr == calls[i].nr_32bit :
			       (nr & CS_SYSCALL_NR_MASK) == calls[i].nr)
			return calls[i].via;
	}
	return CS_VIA_UNKNOWN;
}
NOKPROBE_SYMBOL(cs_via_syscall);

/*
 * user_worker comes after io_thread, as io_uring's workers have both. Kernel
 * threads other than kthreadd clone to run a user-mode helper.
 */
static nokprobe_inline enum cs_via via(const struct kernel_clone_args *args)
{
	if (args->io_thread)
		return CS_VIA_IO_WORKER;
	if (cs_args_user_worker(args))
		return CS_VIA_VHOST;
	if (cs_current_is_kthreadd())
		return CS_VIA_KTHREAD;
	if (current->flags & PF_KTHREAD)
		return CS_VIA_UMH;
	return cs_via_syscall();
}

/* create_io_thread() and vhost_task_create() call copy_process() themselves. */
static nokprobe_inline bool bypasses_kernel_clone(enum cs_via via)
{
	return via == CS_VIA_IO_WORKER || via == CS_VIA_VHOST;
}

static nokprobe_inline void fill_request(struct cs_clone *record,
					 const struct cs_copy *copy)
{
	record->flags = copy->args->flags;
	record->exit_signal = copy->args->exit_signal;
	record->node_requested = copy->node_requested;
	record->via = via(copy->args);
	record->kernel_clone = copy->kernel_clone;
	if (record->via == CS_VIA_UNKNOWN)
		record->missing |= CS_MISSING(CS_FACT_VIA);
	/* No mark may also mean that the probe was not there yet. */
	if (!copy->kernel_clone && !bypasses_kernel_clone(record->via))
		record->missing |= CS_MISSING(CS_FACT_KERNEL_CLONE);
}

static nokprobe_inline void fill_stack_nodes(struct cs_clone *record,
					     const struct vm_struct *area)
{
	unsigned int i;

	if (!area || !area->nr_pages || area->nr_pages > CS_MAX_STACK_PAGES) {
		record->missing |= CS_MISSING(CS_FACT_STACK_NODES);
		return;
	}
	record->stack_pages = area->nr_pages;
	for (i = 0; i < record->stack_pages; i++)
		record->stack_nodes[i] = page_to_nid(area->pages[i]);
}

/*
 * A stack that find_vm_area() was not asked for came from the cache; if it was
 * asked for something else, who knows what it was asked for after that.
 */
static nokprobe_inline void fill_stack_origin(struct cs_clone *record,
					      const struct cs_copy *copy,
					      const void *stack)
{
	u64 fact = CS_MISSING(CS_FACT_STACK_ORIGIN);

	if (!IS_ENABLED(CONFIG_VMAP_STACK) || copy->untold & fact)
		record->missing |= fact;
	else if (!copy->vm_area)
		record->stack_origin = CS_STACK_CACHED;
	else if (kasan_reset_tag(copy->vm_area) == kasan_reset_tag(stack))
		record->stack_origin = CS_STACK_FRESH;
	else
		record->missing |= fact;
}

/* The child cannot run before we return, nor be freed without having run. */
static nokprobe_inline void fill_child(struct cs_clone *record,
				       const struct cs_copy *copy,
				       const struct task_struct *child)
{
	record->child_tid = child->pid;
	record->child_tgid = child->tgid;
	record->child_start_ns = child->start_boottime;
	record->task_node = page_to_nid(virt_to_page(child));
	fill_stack_nodes(record, task_stack_vm_area(child));
	fill_stack_origin(record, copy, task_stack_page(child));
	cs_record_policy(&record->child_policy, cs_task_policy(child));
}

/*
 * The child has been freed and its stack with it. The page that it was on has
 * a node all the same, and where there was no child there was no stack either.
 */
static nokprobe_inline void fill_refusal(struct cs_clone *record,
					 const struct cs_copy *copy)
{
	u64 stack = CS_MISSING(CS_FACT_STACK_NODES) |
		    CS_MISSING(CS_FACT_STACK_ORIGIN);
	u64 node = CS_MISSING(CS_FACT_TASK_NODE);

	if (copy->child) {
		record->task_node = page_to_nid(virt_to_page(copy->child));
		record->missing |= stack;
	} else if (copy->untold & node ||
		   cs_undupped_may_exist(record->error)) {
		record->missing |= node | stack;
	} else {
		record->task_node = CS_NODE_NONE;
	}
}

static nokprobe_inline void fill_outcome(struct cs_clone *record,
					 const struct cs_copy *copy,
					 const struct task_struct *child)
{
	if (!IS_ERR(child)) {
		fill_child(record, copy, child);
		return;
	}
	record->error = -PTR_ERR(child);
	fill_refusal(record, copy);
}

/*
 * Nobody but the caller replaces its policy, and it is here. A cpuset that is
 * being given other nodes may rewrite them as we read: a moment's mixture.
 */
static nokprobe_inline void fill_policy(struct cs_clone *record,
					const struct cs_copy *copy)
{
	u64 facts = CS_MISSING(CS_FACT_POLICY_COPIED) |
		    CS_MISSING(CS_FACT_VMA_POLICIES);

	record->missing |= copy->untold & facts;
	record->policy_copied = copy->policy_copied;
	record->vma_policies = copy->vma_policies;
	if (copy->policy_copied)
		record->policy = copy->policy;
	else
		cs_record_policy(&record->policy, cs_task_policy(current));
}

/* @to: zeroed. @from: NULL where there is no policy. */
void cs_record_policy(struct cs_policy *to, const struct mempolicy *from)
{
	int node;

	to->home_node = CS_NO_NODE;
	if (!from)
		return;
	to->mode = from->mode;
	to->flags = from->flags & MPOL_MODE_FLAGS;
	to->home_node = cs_policy_home_node(from);
	for (node = 0; node < nr_node_ids; node++) {
		if (cs_policy_has_node(from, node))
			to->nodes[node / 64] |= 1ULL << (node % 64);
	}
}
NOKPROBE_SYMBOL(cs_record_policy);

/* @child: what copy_process() returned. */
void cs_record_clone(struct cs_clone *record, const struct cs_copy *copy,
		     const struct task_struct *child, u64 now)
{
	memset(record, 0, sizeof(*record));
	cs_fill_head(&record->head, CS_KIND_CLONE, sizeof(*record), now);
	fill_caller(record, copy->cpu);
	fill_request(record, copy);
	record->copy_ns = now - copy->entry_ns;
	fill_outcome(record, copy, child);
	fill_policy(record, copy);
}
NOKPROBE_SYMBOL(cs_record_clone);

/* @ret: what kernel_clone() returned. */
void cs_record_return(struct cs_return *record,
		      const struct cs_kernel_clone *call, int ret, u64 now)
{
	memset(record, 0, sizeof(*record));
	cs_fill_head(&record->head, CS_KIND_RETURN, sizeof(*record), now);
	record->start_ns = current->start_boottime;
	record->tid = current->pid;
	record->tgid = current->tgid;
	record->uid = from_kuid(&init_user_ns, current_uid());
	record->child_tid = call->child_tid;
	record->error = ret < 0 ? -ret : 0;
	record->flags = call->flags;
	record->copy_ns = call->copy_ns;
	record->clone_ns = now - call->entry_ns;
	if (call->child_tid && call->flags & CLONE_VFORK)
		record->vfork_ns = now - call->copied_ns;
	strscpy(record->comm, current->comm, sizeof(record->comm));
}
NOKPROBE_SYMBOL(cs_record_return);
