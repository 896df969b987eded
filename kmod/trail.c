// SPDX-License-Identifier: GPL-2.0
/* Reads in a task_struct that was given up how far copy_process() had come. */

#include <linux/kprobes.h>
#include <linux/list.h>
#include <linux/sched.h>
#include <linux/uaccess.h>

#include "clonescope/record.h"
#include "kmod/compat.h"
#include "kmod/refusal.h"

/* What is left of a child. */
struct remains {
	const void *stack, *real_cred, *files, *fs, *mm, *nsproxy, *sighand;
	const struct list_head *children, *group_node, *shm;
	pid_t pid;
	u64 start_time;
};

#define TAKE(to, from) copy_from_kernel_nofault(&(to), &(from), sizeof(to))

/* Its memory may be gone already. The stack, which would tell, comes last. */
static nokprobe_inline bool take(struct remains *remains,
				 const struct task_struct *child)
{
	return !(TAKE(remains->real_cred, child->real_cred) ||
		 TAKE(remains->files, child->files) ||
		 TAKE(remains->fs, child->fs) || TAKE(remains->mm, child->mm) ||
		 TAKE(remains->nsproxy, child->nsproxy) ||
		 TAKE(remains->sighand, child->sighand) ||
		 TAKE(remains->children, child->children.next) ||
		 TAKE(remains->group_node, child->se.group_node.next) ||
		 TAKE(remains->shm, cs_shm_list(child)->next) ||
		 TAKE(remains->pid, child->pid) ||
		 TAKE(remains->start_time, child->start_time) ||
		 TAKE(remains->stack, child->stack));
}

static nokprobe_inline u32 bit(enum cs_trail trail, bool passed)
{
	return passed ? CS_TRAIL(trail) : 0;
}

/*
 * All fields are copies of the caller's, until they are made the child's own
 * or, what has been undone, taken away. The copy of a list's head points into
 * the caller, and an empty one to itself.
 */
static nokprobe_inline u32 read_trail(const struct remains *remains,
				      const struct task_struct *child)
{
	return CS_TRAIL(CS_TRAIL_TASK) |
	       bit(CS_TRAIL_CREDS, !remains->real_cred) |
	       bit(CS_TRAIL_LIMITS, remains->children == &child->children) |
	       bit(CS_TRAIL_SCHED,
		   remains->group_node == &child->se.group_node) |
	       bit(CS_TRAIL_SECURITY, remains->shm == cs_shm_list(child)) |
	       bit(CS_TRAIL_FILES, !remains->files && current->files) |
	       bit(CS_TRAIL_FS, !remains->fs && current->fs) |
	       bit(CS_TRAIL_MM, remains->mm && remains->mm != current->mm) |
	       bit(CS_TRAIL_NAMESPACES, !remains->nsproxy) |
	       bit(CS_TRAIL_PID, remains->pid != current->pid) |
	       bit(CS_TRAIL_CGROUP, remains->start_time != current->start_time);
}

/*
 * @child: what arch_dup_task_struct() copied the caller to; NULL: nothing.
 * Returns whether @trail could be read.
 *
 * copy_process() gives the stack of a task that it gives up back at once, and
 * leaves the task_struct to RCU, if there are memory cgroups. So it is most
 * often still as it was left; where somebody has taken it meanwhile, it has a
 * stack again. dup_task_struct() frees what it gives up at once: before that
 * task had a stack of its own, it had its parent's in the copy.
 */
bool cs_trail_read(u32 *trail, const struct task_struct *child)
{
	struct remains remains;

	*trail = 0;
	if (!child)
		return true;
	if (!IS_ENABLED(CONFIG_MEMCG) || !IS_ENABLED(CONFIG_SYSVIPC) ||
	    !take(&remains, child) || !remains.sighand)
		return false;
	if (!remains.stack)
		*trail = read_trail(&remains, child);
	return !remains.stack || remains.stack == current->stack;
}
NOKPROBE_SYMBOL(cs_trail_read);
