// SPDX-License-Identifier: GPL-2.0
/* The probe handlers: one clone's way through the kernel, in its order. */

#include <linux/err.h>
#include <linux/ptrace.h>
#include <linux/smp.h>
#include <linux/timekeeping.h>

#include "kmod/call.h"
#include "kmod/clone.h"
#include "kmod/compat.h"
#include "kmod/detail.h"
#include "kmod/plan.h"
#include "kmod/record.h"
#include "kmod/refusal.h"
#include "kmod/trace.h"

struct cs_inflight cs_copies;
struct cs_inflight cs_kernel_clones;

/*
 * The clone_args of calls of kernel_clone() that have not reached
 * copy_process(), by tid: threads that clone at the same moment have tids close
 * to each other, so hardly two of them share an entry. They lie on their
 * callers' stacks, so the address tells them apart. Nobody owns an entry: a
 * call that kernel_clone() refuses itself, or whose copy_process() probe was
 * missed, leaves one behind for the next call to overwrite. One that is
 * overwritten too soon is a fact missing.
 */
#define PASSED_ENTRIES 4096
static const void *passed[PASSED_ENTRIES];

static nokprobe_inline const void **passed_entry(void)
{
	return &passed[current->pid & (PASSED_ENTRIES - 1)];
}

int cs_on_kernel_clone(struct kprobe *probe, struct pt_regs *regs)
{
	const void *args = (void *)regs_get_kernel_argument(regs, 0);

	WRITE_ONCE(*passed_entry(), args);
	return 0;
}
NOKPROBE_SYMBOL(cs_on_kernel_clone);

static nokprobe_inline bool take_passed(const void *args)
{
	return cmpxchg(passed_entry(), args, NULL) == args;
}

/* See tsk_fork_get_node(): pref_node_fork is asked for kthreadd alone. */
static nokprobe_inline int requested_node(int node)
{
	if (node == NUMA_NO_NODE && cs_current_is_kthreadd())
		return cs_pref_node_fork(current);
	return node;
}

int cs_on_copy_process(struct kretprobe_instance *instance,
		       struct pt_regs *regs)
{
	struct cs_copy *copy = (void *)instance->data;

	memset(copy, 0, offsetof(struct cs_copy, policy));
	copy->args = (void *)regs_get_kernel_argument(regs, 3);
	copy->node_requested =
		requested_node(regs_get_kernel_argument(regs, 2));
	copy->cpu = raw_smp_processor_id();
	copy->kernel_clone = take_passed(copy->args);
	copy->untold = CS_NESTED_FACTS & ~cs_plan_told(CS_EVENT_CLONE);
	copy->seen.told = cs_plan_told(CS_EVENT_REFUSAL);
	copy->has_way = cs_way_begin(&copy->way);
	if (!cs_inflight_claim(&cs_copies, copy)) {
		copy->untold = CS_NESTED_FACTS;
		copy->seen.told = 0;
		copy->has_way = false;
	}

	/* Last, so that our own time is not in copy_ns. */
	copy->entry_ns = ktime_get_boot_fast_ns();
	return 0;
}
NOKPROBE_SYMBOL(cs_on_copy_process);

/*
 * dup_task_struct() calls it right after it allocated the child, with that as
 * the first argument.
 */
int cs_on_arch_dup_task_struct(struct kprobe *probe, struct pt_regs *regs)
{
	struct cs_copy *copy = cs_inflight_find(&cs_copies);

	if (copy)
		copy->child = (void *)regs_get_kernel_argument(regs, 0);
	return 0;
}
NOKPROBE_SYMBOL(cs_on_arch_dup_task_struct);

/*
 * alloc_thread_stack_node() asks for the area of a stack that it has just had
 * vmalloc() make, and not for that of a cached one. The stack is the first
 * thing that copy_process() allocates, hence the first call only.
 */
int cs_on_find_vm_area(struct kprobe *probe, struct pt_regs *regs)
{
	struct cs_copy *copy = cs_inflight_find(&cs_copies);

	if (copy && !copy->vm_area)
		copy->vm_area = (void *)regs_get_kernel_argument(regs, 0);
	return 0;
}
NOKPROBE_SYMBOL(cs_on_find_vm_area);

int cs_on_mpol_dup(struct kprobe *probe, struct pt_regs *regs)
{
	struct cs_copy *copy = cs_inflight_find(&cs_copies);
	const struct mempolicy *policy;

	if (!copy)
		return 0;
	policy = (void *)regs_get_kernel_argument(regs, 0);
	if (policy != cs_task_policy(current)) {
		copy->vma_policies++;
		return 0;
	}
	copy->policy_copied = true;
	memset(&copy->policy, 0, sizeof(copy->policy));
	cs_record_policy(&copy->policy, policy);
	return 0;
}
NOKPROBE_SYMBOL(cs_on_mpol_dup);

/* Tells the call of kernel_clone() around us, if anybody asked, what we saw. */
static nokprobe_inline void tell_call(const struct cs_copy *copy,
				      const struct task_struct *child, u64 now)
{
	struct cs_kernel_clone *call = cs_inflight_find(&cs_kernel_clones);

	if (!call)
		return;
	call->copied_ns = now;
	call->copy_ns = now - copy->entry_ns;
	call->child_tid = IS_ERR(child) ? 0 : child->pid;
}

int cs_on_copy_process_return(struct kretprobe_instance *instance,
			      struct pt_regs *regs)
{
	u64 now = ktime_get_boot_fast_ns();
	struct cs_copy *copy = (void *)instance->data;
	struct task_struct *child = (void *)regs_return_value(regs);
	struct cs_clone record;

	cs_inflight_release(&cs_copies);
	tell_call(copy, child, now);
	if (trace_clone_call_enabled())
		cs_call_copied(IS_ERR(child));
	if (IS_ERR(child) && trace_clone_refusal_enabled())
		cs_trace_refusal(copy, -PTR_ERR(child), now);
	if (trace_clone_detail_enabled())
		cs_trace_detail(copy, child, now);
	if (trace_clone_phases_enabled())
		cs_trace_phases(copy, now);
	if (trace_clone_enabled()) {
		cs_record_clone(&record, copy, child, now);
		trace_clone(&record);
	}
	return 0;
}
NOKPROBE_SYMBOL(cs_on_copy_process_return);

int cs_on_kernel_clone_call(struct kretprobe_instance *instance,
			    struct pt_regs *regs)
{
	const struct kernel_clone_args *args =
		(void *)regs_get_kernel_argument(regs, 0);
	struct cs_kernel_clone *call = (void *)instance->data;

	memset(call, 0, sizeof(*call));
	call->flags = args->flags;
	if (!cs_inflight_claim(&cs_kernel_clones, call))
		return 1; /* no return handler: nothing could be told */
	call->entry_ns = ktime_get_boot_fast_ns();
	return 0;
}
NOKPROBE_SYMBOL(cs_on_kernel_clone_call);

int cs_on_kernel_clone_return(struct kretprobe_instance *instance,
			      struct pt_regs *regs)
{
	u64 now = ktime_get_boot_fast_ns();
	const struct cs_kernel_clone *call = (void *)instance->data;
	pid_t ret = regs_return_value(regs);
	struct cs_return record;

	cs_inflight_release(&cs_kernel_clones);
	/* A child whose copy_process() was missed: counted there. */
	if (ret >= 0 && !call->child_tid)
		return 0;
	cs_record_return(&record, call, ret, now);
	trace_clone_return(&record);
	return 0;
}
NOKPROBE_SYMBOL(cs_on_kernel_clone_return);
