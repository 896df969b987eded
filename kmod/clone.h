/* SPDX-License-Identifier: GPL-2.0 */
/* A clone in progress, and the probe handlers that follow it. */
#ifndef CLONESCOPE_CLONE_H
#define CLONESCOPE_CLONE_H

#include <linux/kprobes.h>
#include <linux/sched.h>
#include <linux/types.h>

#include "clonescope/record.h"
#include "kmod/inflight.h"
#include "kmod/phases.h"
#include "kmod/ucount.h"

struct kernel_clone_args;

/* What is known of a call of copy_process() that has not returned yet. */
struct cs_copy {
	u64 entry_ns;
	u64 untold; /* CS_MISSING() of what nested probes cannot tell here */
	const struct kernel_clone_args *args; /* the caller's, on its stack */
	const struct task_struct *child;      /* NULL: not allocated so far */
	const void *vm_area; /* what find_vm_area() was first asked for */
	int node_requested;
	u32 cpu;
	u32 vma_policies;
	bool kernel_clone;
	bool policy_copied;
	bool has_way;
	struct cs_seen seen;
	/* From here on as it was found, unless the bool above tells of it. */
	struct cs_policy policy;
	struct cs_way way;
};

/* The same for a call of kernel_clone(). */
struct cs_kernel_clone {
	u64 entry_ns;
	u64 copied_ns; /* copy_process() returned; 0: not seen */
	u64 copy_ns;
	u64 flags;
	u32 child_tid;
};

extern struct cs_inflight cs_copies;	    /* of struct cs_copy */
extern struct cs_inflight cs_kernel_clones; /* of struct cs_kernel_clone */

/* kthreadd_task is not exported; rest_init() makes kthreadd second, always. */
static nokprobe_inline bool cs_current_is_kthreadd(void)
{
	return current->flags & PF_KTHREAD && current->pid == 2;
}

int cs_on_kernel_clone(struct kprobe *probe, struct pt_regs *regs);
int cs_on_arch_dup_task_struct(struct kprobe *probe, struct pt_regs *regs);
int cs_on_find_vm_area(struct kprobe *probe, struct pt_regs *regs);
int cs_on_mpol_dup(struct kprobe *probe, struct pt_regs *regs);

int cs_on_copy_process(struct kretprobe_instance *instance,
		       struct pt_regs *regs);
int cs_on_copy_process_return(struct kretprobe_instance *instance,
			      struct pt_regs *regs);

int cs_on_kernel_clone_call(struct kretprobe_instance *instance,
			    struct pt_regs *regs);
int cs_on_kernel_clone_return(struct kretprobe_instance *instance,
			      struct pt_regs *regs);

#endif
