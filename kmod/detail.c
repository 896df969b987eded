// SPDX-License-Identifier: GPL-2.0
/* All that is known of a clone beside its struct cs_clone. */

#include <linux/cgroup.h>
#include <linux/cred.h>
#include <linux/ctype.h>
#include <linux/err.h>
#include <linux/minmax.h>
#include <linux/percpu.h>
#include <linux/pid.h>
#include <linux/seccomp.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/uidgid.h>
#include <linux/user_namespace.h>

#include "kmod/cgroup.h"
#include "kmod/clone.h"
#include "kmod/compat.h"
#include "kmod/detail.h"
#include "kmod/namespaces.h"
#include "kmod/record.h"
#include "kmod/trace.h"

static_assert(MAX_PID_NS_LEVEL == CS_MAX_LEVELS - 1);

/*
 * Too large for the stack. One for each CPU will do: copy_process()'s return
 * handler runs with preemption off, and nothing that interrupts it clones.
 */
static DEFINE_PER_CPU(struct cs_detail, detail);

static nokprobe_inline void fill_set_tid(struct cs_detail *record,
					 const struct kernel_clone_args *args)
{
	u32 count = min_t(size_t, args->set_tid_size, MAX_PID_NS_LEVEL);

	record->set_tid_size = count;
	if (count)
		memcpy(record->set_tid, args->set_tid, count * sizeof(pid_t));
}

/* kthreadd's children all begin in kthread(), which is told what to call. */
static nokprobe_inline const void *
function_to_run(const struct kernel_clone_args *args)
{
	const struct cs_kthread_create_info *create = cs_args_fn_arg(args);
	int (*function)(void *data);

	if (!cs_current_is_kthreadd())
		return cs_args_fn(args);
	if (copy_from_kernel_nofault(&function, &create->threadfn,
				     sizeof(function)))
		return NULL;
	return function;
}

/* An address without a symbol is printed as a number: no address is told. */
static nokprobe_inline void fill_function(struct cs_detail *record,
					  const struct kernel_clone_args *args)
{
	const void *function = function_to_run(args);

	if (function)
		snprintf(record->function, sizeof(record->function), "%ps",
			 function);
	if (isalpha(record->function[0]) || record->function[0] == '_')
		return;
	memset(record->function, 0, sizeof(record->function));
	if (function || current->flags & PF_KTHREAD)
		record->missing |= CS_MISSING(CS_DETAIL_FUNCTION);
}

static nokprobe_inline void fill_name(struct cs_detail *record,
				      const struct kernel_clone_args *args)
{
	const char *name = cs_args_name(args);

	if (!cs_current_is_kthreadd())
		return;
	if (name)
		strscpy(record->name, name, sizeof(record->name));
	else
		record->missing |= CS_MISSING(CS_DETAIL_NAME);
}

static nokprobe_inline void fill_request(struct cs_detail *record,
					 const struct kernel_clone_args *args)
{
	if (args->flags & CLONE_INTO_CGROUP)
		record->cgroup_fd = args->cgroup;
	record->pidfd = (unsigned long)args->pidfd;
	record->child_tid = (unsigned long)args->child_tid;
	record->parent_tid = (unsigned long)args->parent_tid;
	record->tls = args->tls;
	if (!cs_args_fn(args)) {
		record->stack = args->stack;
		record->stack_size = args->stack_size;
	}
	fill_set_tid(record, args);
	fill_name(record, args);
	fill_function(record, args);
}

static nokprobe_inline void fill_pids(struct cs_detail *record,
				      struct task_struct *child)
{
	const struct pid *pid = task_pid(child);
	const struct task_struct *parent;
	u32 level;

	record->pid_level = pid->level;
	for (level = 0; level <= pid->level; level++)
		record->pids[level] = pid->numbers[level].nr;
	rcu_read_lock();
	parent = rcu_dereference(child->real_parent);
	record->real_parent_tid = parent->pid;
	record->real_parent_tgid = parent->tgid;
	rcu_read_unlock();
}

/* Written once, by another task, at any time: the count comes last. */
static nokprobe_inline void fill_uid_map(struct cs_detail *record,
					 struct uid_gid_map *map)
{
	u32 count = smp_load_acquire(&map->nr_extents);
	const struct uid_gid_extent *first = map->extent;

	if (!count)
		return;
	if (count > UID_GID_MAP_MAX_BASE_EXTENTS)
		first = map->forward;
	record->uid_map_first = first->first;
	record->uid_map_lower = first->lower_first;
	record->uid_map_count = first->count;
}

static nokprobe_inline void fill_creds(struct cs_detail *record,
				       const struct cred *cred)
{
	struct user_namespace *user_ns = cred->user_ns;

	record->child_uid = from_kuid(&init_user_ns, cred->uid);
	record->caps = cs_caps(cred->cap_effective);
	record->user_level = user_ns->level;
	record->user_owner = from_kuid(&init_user_ns, user_ns->owner);
	fill_uid_map(record, &user_ns->uid_map);
}

/* @child: an error pointer where the clone was refused. */
static nokprobe_inline void fill_cgroup(struct cs_detail *record,
					struct task_struct *child)
{
	struct cgroup *cgroup;

	rcu_read_lock();
	cgroup = task_dfl_cgroup(current);
	record->caller_cgroup_id = cgroup_id(cgroup);
	if (!IS_ERR(child)) {
		cgroup = task_dfl_cgroup(child);
		record->cgroup_id = cgroup_id(cgroup);
	}
	cs_cgroup_path(record->cgroup, cgroup);
	rcu_read_unlock();
}

/* What others than the two may change, as CPUs, is a moment's value. */
static nokprobe_inline void fill_child(struct cs_detail *record,
				       struct task_struct *child)
{
	fill_pids(record, child);
	cs_namespaces_of(record->ns, child);
	rcu_read_lock();
	fill_creds(record, __task_cred(child));
	rcu_read_unlock();
	record->cpus = child->nr_cpus_allowed;
	record->cpus_changed =
		!cpumask_equal(&child->cpus_mask, &current->cpus_mask);
	record->mems_changed = cs_mems_differ(child, current);
	record->seccomp = seccomp_mode(&child->seccomp);
	record->no_new_privs = task_no_new_privs(child);
	record->sched_policy = child->policy;
	record->prio = child->static_prio;
}

static nokprobe_inline void fill_caller(struct cs_detail *record)
{
	record->tid = current->pid;
	cs_namespaces_of(record->caller_ns, current);
	record->caller_cpus = current->nr_cpus_allowed;
	record->caller_seccomp = seccomp_mode(&current->seccomp);
	record->caller_no_new_privs = task_no_new_privs(current);
	record->caller_sched_policy = current->policy;
	record->caller_prio = current->static_prio;
	record->caller_caps = cs_caps(current_cred()->cap_effective);
}

/* @child: what copy_process() returned at @now. */
void cs_trace_detail(const struct cs_copy *copy, struct task_struct *child,
		     u64 now)
{
	struct cs_detail *record = this_cpu_ptr(&detail);

	memset(record, 0, sizeof(*record));
	cs_fill_head(&record->head, CS_KIND_DETAIL, sizeof(*record), now);
	fill_request(record, copy->args);
	fill_caller(record);
	fill_cgroup(record, child);
	if (!IS_ERR(child))
		fill_child(record, child);
	trace_clone_detail(record);
}
NOKPROBE_SYMBOL(cs_trace_detail);
