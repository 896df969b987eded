// SPDX-License-Identifier: GPL-2.0
/* Fills what the rules of copy_process() compare, when one has refused. */

#include <linux/bitmap.h>
#include <linux/cgroup.h>
#include <linux/cred.h>
#include <linux/fdtable.h>
#include <linux/fs.h>
#include <linux/fs_struct.h>
#include <linux/kernfs.h>
#include <linux/magic.h>
#include <linux/minmax.h>
#include <linux/nsproxy.h>
#include <linux/percpu.h>
#include <linux/pid_namespace.h>
#include <linux/sched/deadline.h>
#include <linux/sched/signal.h>
#include <linux/uaccess.h>
#include <linux/uidgid.h>
#include <linux/user_namespace.h>

#include "kmod/cgroup.h"
#include "kmod/clone.h"
#include "kmod/compat.h"
#include "kmod/record.h"
#include "kmod/refusal.h"
#include "kmod/symbols.h"
#include "kmod/trace.h"

/* As in detail.c: too large for the stack, and one for each CPU will do. */
static DEFINE_PER_CPU(struct cs_refusal, refusal);

static nokprobe_inline u32 bit(enum cs_is is, bool true_of_caller)
{
	return true_of_caller ? CS_IS(is) : 0;
}

/* cap_capable() without its side effects, for either capability. */
static nokprobe_inline bool may_choose_pids(const struct user_namespace *ns)
{
	const struct cred *cred = current_cred();

	for (; ns->level > cred->user_ns->level; ns = ns->parent) {
		if (ns->parent == cred->user_ns &&
		    uid_eq(ns->owner, cred->euid))
			return true;
	}
	return ns == cred->user_ns &&
	       (cap_raised(cred->cap_effective, CAP_CHECKPOINT_RESTORE) ||
		cap_raised(cred->cap_effective, CAP_SYS_ADMIN));
}

static nokprobe_inline u32 what_caller_is(const struct pid_namespace *pid_ns)
{
	const struct nsproxy *namespaces = current->nsproxy;

	return bit(CS_IS_PIDNS_INIT,
		   current->signal->flags & SIGNAL_UNKILLABLE) |
	       bit(CS_IS_PIDNS_PENDING, pid_ns != task_active_pid_ns(current)) |
	       bit(CS_IS_TIMENS_PENDING,
		   namespaces->time_ns != namespaces->time_ns_for_children) |
	       bit(CS_IS_PIDNS_DYING,
		   !(READ_ONCE(pid_ns->pid_allocated) & PIDNS_ADDING)) |
	       bit(CS_IS_PIDNS_EMPTY, !READ_ONCE(pid_ns->child_reaper)) |
	       bit(CS_IS_FS_IN_EXEC,
		   current->fs && READ_ONCE(current->fs->in_exec)) |
	       bit(CS_IS_DEADLINE, dl_prio(current->normal_prio) &&
					   !current->sched_reset_on_fork) |
	       bit(CS_IS_AUTOREAP, cs_autoreap(current)) |
	       bit(CS_IS_INIT_USER,
		   uid_eq(current_cred()->user->uid, GLOBAL_ROOT_UID)) |
	       bit(CS_IS_SIGNAL_PENDING,
		   test_tsk_thread_flag(current, TIF_SIGPENDING)) |
	       bit(CS_IS_KILLED, __fatal_signal_pending(current)) |
	       bit(CS_IS_NS_CAPABLE, may_choose_pids(pid_ns->user_ns)) |
	       bit(CS_IS_THREADED, current->signal->nr_threads > 1);
}

static nokprobe_inline void fill_credentials(struct cs_refusal *record)
{
	const struct cred *cred = current_cred();

	record->caps = cs_caps(cred->cap_effective);
	record->user_ns = cred->user_ns->ns.inum;
	record->user_level = cred->user_ns->level;
	record->euid = from_kuid(&init_user_ns, cred->euid);
	record->ids_mapped = kuid_has_mapping(cred->user_ns, cred->euid) &&
			     kgid_has_mapping(cred->user_ns, cred->egid);
}

/* What nested probes saw, or that they did not see the whole call. */
static nokprobe_inline void fill_seen(struct cs_refusal *record,
				      const struct cs_seen *seen)
{
	const struct cs_no_room *no_room = &seen->no_room;
	u64 probed =
		CS_MISSING(CS_REFUSAL_CHROOTED) | CS_MISSING(CS_REFUSAL_UCOUNT);

	record->missing |= probed & ~seen->told;
	record->chrooted = seen->chrooted;
	record->ucount_type = -1;
	if (no_room->unclear)
		record->missing |= CS_MISSING(CS_REFUSAL_UCOUNT);
	if (record->missing & CS_MISSING(CS_REFUSAL_UCOUNT)) {
		record->ucount_type = 0;
	} else if (no_room->seen) {
		record->ucount_type = no_room->type;
		record->ucount_uid = no_room->uid;
		record->ucount_max = no_room->max;
		record->ucount_ns = no_room->ns;
		record->ucount_level = no_room->level;
	}
}

static nokprobe_inline void fill_trail(struct cs_refusal *record,
				       const struct cs_copy *copy)
{
	if (!cs_trail_read(&record->trail, copy->child) ||
	    copy->untold & CS_MISSING(CS_FACT_TASK_NODE))
		record->missing |= CS_MISSING(CS_REFUSAL_TRAIL);
}

static nokprobe_inline void fill_nproc(struct cs_refusal *record, s64 nproc,
				       s64 max, const struct user_namespace *ns,
				       kuid_t uid)
{
	record->nproc = nproc;
	record->nproc_max = max == LONG_MAX ? -1 : max;
	record->nproc_ns = ns->ns.inum;
	record->nproc_uid = from_kuid(&init_user_ns, uid);
}

/*
 * As is_rlimit_overlimit() goes: the limit of a namespace's creator at the time
 * is that for all processes in it together. The child was counted there, and
 * is no more.
 */
static nokprobe_inline void fill_processes(struct cs_refusal *record)
{
	const struct cred *cred = current_cred();
	const struct ucounts *own = cs_cred_ucounts(cred), *at;
	long max = min_t(unsigned long, rlimit(RLIMIT_NPROC), LONG_MAX);

	if (own)
		fill_nproc(record, cs_nproc(own), max, own->ns, own->uid);
	else
		fill_nproc(record, cs_user_processes(cred), max, &init_user_ns,
			   cred->user->uid);
	for (at = own; at; at = at->ns->ucounts) {
		if (cs_nproc(at) + 1 > max) {
			fill_nproc(record, cs_nproc(at), max, at->ns, at->uid);
			return;
		}
		max = cs_nproc_max(at->ns);
	}
}

/* Facts that are a variable of the kernel each. */
static nokprobe_inline int variable(struct cs_refusal *record,
				    enum cs_refusal_fact fact,
				    enum cs_symbol symbol)
{
	int value = 0;

	if (!cs_symbol_read(symbol, &value))
		record->missing |= CS_MISSING(fact);
	return value;
}

static nokprobe_inline u32 highest_fd(void)
{
	const struct fdtable *table;
	unsigned long last;

	if (!current->files)
		return 0;
	table = rcu_dereference_raw(current->files->fdt);
	last = find_last_bit(table->open_fds, table->max_fds);
	return last < table->max_fds ? last + 1 : 0;
}

static nokprobe_inline void fill_machine(struct cs_refusal *record)
{
	record->threads =
		variable(record, CS_REFUSAL_THREADS, CS_SYMBOL_NR_THREADS);
	record->threads_max =
		variable(record, CS_REFUSAL_THREADS, CS_SYMBOL_MAX_THREADS);
	record->overcommit =
		variable(record, CS_REFUSAL_OVERCOMMIT, CS_SYMBOL_OVERCOMMIT);
	record->userns_clone = variable(record, CS_REFUSAL_USERNS_CLONE,
					CS_SYMBOL_USERNS_CLONE);
	record->total_vm = current->mm ? current->mm->total_vm : 0;
}

static nokprobe_inline void fill_files(struct cs_refusal *record)
{
	record->nr_open =
		variable(record, CS_REFUSAL_NR_OPEN, CS_SYMBOL_NR_OPEN);
	if (!(record->missing & CS_MISSING(CS_REFUSAL_NR_OPEN)))
		record->fds = highest_fd();
	record->nofile = rlimit(RLIMIT_NOFILE);
}

static nokprobe_inline void fill_pid_ns(struct cs_refusal *record,
					const struct pid_namespace *ns)
{
	record->pid_level = ns->level;
	record->pid_ns = ns->ns.inum;
	record->pid_max = cs_pidns_max(ns);
	if (!record->pid_max)
		record->pid_max =
			variable(record, CS_REFUSAL_PID_MAX, CS_SYMBOL_PID_MAX);
	if (record->pid_max)
		record->pids_used =
			READ_ONCE(ns->pid_allocated) & ~PIDNS_ADDING;
}

/* The first of them is for a namespace to come, if that is asked for. */
static nokprobe_inline void fill_set_tid(struct cs_refusal *record,
					 const struct kernel_clone_args *args,
					 struct pid_namespace *ns)
{
	u32 i, count = min_t(size_t, args->set_tid_size, MAX_PID_NS_LEVEL);

	record->set_tid_size = args->set_tid_size;
	record->tid_in_use_level = -1;
	if (!count)
		return;
	memcpy(record->set_tid, args->set_tid, count * sizeof(pid_t));
	for (i = args->flags & CLONE_NEWPID ? 1 : 0; i < count && ns; i++) {
		if (record->set_tid[i] > 0 &&
		    idr_find(&ns->idr, record->set_tid[i])) {
			record->tid_in_use_level = ns->level;
			return;
		}
		ns = ns->parent;
	}
}

/*
 * The cgroup whose directory is @node. The kernel frees neither cgroups nor
 * inodes while we look, but nodes: another thread may be closing the fd. What
 * was a node then may be one of sysfs now; only a cgroup points back to it.
 */
static nokprobe_inline struct cgroup *cgroup_of(const struct kernfs_node *node)
{
	struct cgroup *cgroup = READ_ONCE(node->priv);
	const struct kernfs_node *back;

	if (!cgroup ||
	    copy_from_kernel_nofault(&back, &cgroup->kn, sizeof(back)) ||
	    back != node)
		return NULL;
	return cgroup;
}

/* The cgroup of a directory that is open as @fd; NULL also if it is gone. */
static nokprobe_inline struct cgroup *open_cgroup(struct cs_refusal *record,
						  unsigned int fd)
{
	const struct fdtable *table;
	const struct kernfs_node *node;
	const struct inode *inode;
	const struct file *file;

	table = rcu_dereference_raw(current->files->fdt);
	file = fd < table->max_fds ? rcu_dereference_raw(table->fd[fd]) : NULL;
	inode = file ? file_inode(file) : NULL;
	if (!inode || inode->i_sb->s_magic != CGROUP2_SUPER_MAGIC)
		return NULL;
	node = inode->i_private;
	if (!node || kernfs_type((struct kernfs_node *)node) != KERNFS_DIR)
		return NULL;
	record->target_cgroup2 = 1;
	return cgroup_of(node);
}

/* cgroup_is_thread_root(); what can have tasks and controllers is one. */
static nokprobe_inline bool is_thread_root(const struct cgroup *cgroup)
{
	return cgroup->nr_threaded_children ||
	       (cs_populated_csets(cgroup) && cgroup->subtree_control);
}

/* cgroup_is_valid_domain(), of the @target's threaded domain. */
static nokprobe_inline bool is_invalid(const struct cgroup *target)
{
	struct cgroup *at = cgroup_parent(target->dom_cgrp);

	for (; at; at = cgroup_parent(at)) {
		if (at->dom_cgrp != at ||
		    (cgroup_parent(at) && is_thread_root(at)))
			return true;
	}
	return false;
}

static nokprobe_inline void fill_domain(struct cs_refusal *record,
					const struct cgroup *target)
{
	if (task_css_set_check(current, true)->dfl_cgrp->dom_cgrp !=
	    target->dom_cgrp)
		record->is |= CS_IS(CS_IS_OTHER_DOMAIN);
	if (is_invalid(target))
		record->is |= CS_IS(CS_IS_TARGET_INVALID);
}

static nokprobe_inline struct cgroup *
fill_target(struct cs_refusal *record, const struct kernel_clone_args *args)
{
	struct cgroup *target;

	if (!(args->flags & CLONE_INTO_CGROUP))
		return NULL;
	record->cgroup_fd = args->cgroup;
	if (!current->files)
		return NULL;
	target = open_cgroup(record, args->cgroup);
	if (!target) {
		record->target_dying = record->target_cgroup2;
		return NULL;
	}
	record->target_subtree = target->subtree_control;
	record->target_dying = !(target->self.flags & CSS_ONLINE);
	fill_domain(record, target);
	cs_cgroup_path(record->cgroup, target);
	return target;
}

/*
 * Where a child of @target is charged: there, or above it, where the controller
 * begins. In cgroup v1, and without a target, where the caller is.
 */
static nokprobe_inline struct cgroup_subsys_state *
pids_charged(struct cgroup *target)
{
	struct cgroup_subsys_state *css;

	for (; target; target = cgroup_parent(target)) {
		css = rcu_dereference_raw(target->subsys[CS_PIDS_ID]);
		if (css)
			return css;
	}
	return task_css_check(current, CS_PIDS_ID, true);
}

static nokprobe_inline bool is_full(const struct cgroup_subsys_state *css)
{
	const struct cs_pids_cgroup *pids =
		container_of(css, struct cs_pids_cgroup, css);

	return atomic64_read(&pids->counter) + 1 > atomic64_read(&pids->limit);
}

/*
 * The root is not charged. Both reasons can have a path: that of the target is
 * kept, unless the errno is the one that the pids controller gives, and only it.
 */
static nokprobe_inline void fill_pids(struct cs_refusal *record,
				      const struct kernel_clone_args *args,
				      int error)
{
	struct cgroup *target = fill_target(record, args);
	struct cgroup_subsys_state *css = pids_charged(target);
	const struct cs_pids_cgroup *pids;

	record->pids_max = -1;
	while (css->parent && !is_full(css))
		css = css->parent;
	if (!css->parent)
		return;
	pids = container_of(css, struct cs_pids_cgroup, css);
	record->pids = atomic64_read(&pids->counter);
	record->pids_max = atomic64_read(&pids->limit);
	if (!(args->flags & CLONE_INTO_CGROUP) || error == EAGAIN)
		cs_cgroup_path(record->cgroup, css->cgroup);
}

static nokprobe_inline void fill_cgroups(struct cs_refusal *record,
					 const struct kernel_clone_args *args,
					 int error)
{
	if (IS_ENABLED(CONFIG_CGROUP_PIDS)) {
		fill_pids(record, args, error);
		return;
	}
	fill_target(record, args);
	record->missing |= CS_MISSING(CS_REFUSAL_PIDS);
}

/* @error: positive. To be called right before the clone's own event. */
void cs_trace_refusal(const struct cs_copy *copy, int error, u64 now)
{
	struct pid_namespace *pid_ns = current->nsproxy->pid_ns_for_children;
	struct cs_refusal *record = this_cpu_ptr(&refusal);

	memset(record, 0, sizeof(*record));
	cs_fill_head(&record->head, CS_KIND_REFUSAL, sizeof(*record), now);
	record->tid = current->pid;
	if (cs_last_stage(copy) >= 0)
		record->stage = cs_last_stage(copy);
	else
		record->missing |= CS_MISSING(CS_REFUSAL_STAGE);
	record->is |= what_caller_is(pid_ns);
	record->tls = copy->args->tls;
	fill_credentials(record);
	fill_seen(record, &copy->seen);
	fill_trail(record, copy);
	fill_processes(record);
	fill_machine(record);
	fill_files(record);
	fill_pid_ns(record, pid_ns);
	fill_set_tid(record, copy->args, pid_ns);
	fill_cgroups(record, copy->args, error);
	trace_clone_refusal(record);
}
NOKPROBE_SYMBOL(cs_trace_refusal);

/* What only copy_process() goes by. */
#define NOT_OF_NAMESPACES                                                     \
	(CS_MISSING(CS_REFUSAL_TRAIL) | CS_MISSING(CS_REFUSAL_STAGE) |        \
	 CS_MISSING(CS_REFUSAL_NPROC) | CS_MISSING(CS_REFUSAL_NR_OPEN) |      \
	 CS_MISSING(CS_REFUSAL_PID_MAX) | CS_MISSING(CS_REFUSAL_TID_IN_USE) | \
	 CS_MISSING(CS_REFUSAL_PIDS) | CS_MISSING(CS_REFUSAL_TARGET))

/* Of an unshare() or setns(); to be called right before its own event. */
void cs_trace_namespaces_refusal(const struct cs_seen *seen, u64 now)
{
	struct pid_namespace *pid_ns = current->nsproxy->pid_ns_for_children;
	struct cs_refusal *record = this_cpu_ptr(&refusal);

	memset(record, 0, sizeof(*record));
	cs_fill_head(&record->head, CS_KIND_REFUSAL, sizeof(*record), now);
	record->missing = NOT_OF_NAMESPACES;
	record->tid = current->pid;
	record->is = what_caller_is(pid_ns);
	fill_credentials(record);
	fill_seen(record, seen);
	fill_machine(record);
	record->pid_level = pid_ns->level;
	record->pid_ns = pid_ns->ns.inum;
	trace_clone_refusal(record);
}
NOKPROBE_SYMBOL(cs_trace_namespaces_refusal);
