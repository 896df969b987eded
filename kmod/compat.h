/* SPDX-License-Identifier: GPL-2.0 */
/* What differs between kernels, 5.10 to 7.3, and between architectures. */
#ifndef CLONESCOPE_COMPAT_H
#define CLONESCOPE_COMPAT_H

#include <linux/capability.h>
#include <linux/cgroup-defs.h>
#include <linux/compat.h>
#include <linux/cred.h>
#include <linux/kernfs.h>
#include <linux/mempolicy.h>
#include <linux/nodemask.h>
#include <linux/ns_common.h>
#include <linux/nsproxy.h>
#include <linux/pid_namespace.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/sched/user.h>
#include <linux/user_namespace.h>
#include <linux/version.h>
#include <asm/syscall.h>
#include <asm/unistd.h>

#if !defined(CONFIG_KRETPROBES) || !defined(CONFIG_EVENT_TRACING) || \
	!defined(CONFIG_CGROUPS)
#error clonescope needs CONFIG_KRETPROBES, CONFIG_EVENT_TRACING, CONFIG_CGROUPS
#endif

#ifndef CONFIG_64BIT
#error clone flags have 64 bits, and __print_flags() takes an unsigned long
#endif

/*
 * Until 6.4 io_uring's workers (io_thread) were alone in not passing
 * kernel_clone(); since then all who do not have user_worker set.
 */
#ifdef CS_HAVE_ARGS_USER_WORKER
#define cs_args_user_worker(args) ((args)->user_worker)
#else
#define cs_args_user_worker(args) false
#endif

/*
 * Whether a clone refused with @error before arch_dup_task_struct() may have
 * had a task_struct. 5.10 allocates the stack in between, 6.1 after it.
 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 1, 0)
#define cs_undupped_may_exist(error) ((error) == ENOMEM)
#else
#define cs_undupped_may_exist(error) false
#endif

#ifdef CONFIG_NUMA

static __always_inline const struct mempolicy *
cs_task_policy(const struct task_struct *task)
{
	return READ_ONCE(task->mempolicy);
}

/* What tsk_fork_get_node() makes of NUMA_NO_NODE; it asks for kthreadd only. */
static __always_inline int cs_pref_node_fork(const struct task_struct *task)
{
	return task->pref_node_fork;
}

#ifdef CS_HAVE_HOME_NODE
#define cs_policy_home_node(policy) ((policy)->home_node)
#else
#define cs_policy_home_node(policy) NUMA_NO_NODE
#endif

/*
 * Until "mm/mempolicy: use unified 'nodes' for bind/interleave/prefer policies"
 * (5.14) the one node of MPOL_PREFERRED shared a union with the others' mask,
 * and there was none in it for a local policy.
 */
#ifdef CS_HAVE_PREFERRED_NODE
static __always_inline bool cs_policy_has_node(const struct mempolicy *policy,
					       int node)
{
	if (policy->mode != MPOL_PREFERRED)
		return node_isset(node, policy->v.nodes);
	if (policy->flags & MPOL_F_LOCAL)
		return false;
	return policy->v.preferred_node == node;
}
#else
static __always_inline bool cs_policy_has_node(const struct mempolicy *policy,
					       int node)
{
	return node_isset(node, policy->nodes);
}
#endif

#else /* !CONFIG_NUMA: struct mempolicy is empty, and no task has one */

#define cs_task_policy(task)		 ((const struct mempolicy *)NULL)
#define cs_pref_node_fork(task)		 NUMA_NO_NODE
#define cs_policy_home_node(policy)	 NUMA_NO_NODE
#define cs_policy_has_node(policy, node) false

#endif

/*
 * The system call that the current thread is in. A 32-bit call has numbers of
 * its own, on x86 even if made by a 64-bit program (int 0x80); an x32 call has
 * the 64-bit numbers with a bit added. arm64 has neither fork nor vfork.
 */
#ifdef CONFIG_X86
#define cs_syscall_is_32bit() in_ia32_syscall()
#define CS_SYSCALL_NR_MASK    (~__X32_SYSCALL_BIT)
#else
#define cs_syscall_is_32bit() in_compat_syscall()
#define CS_SYSCALL_NR_MASK    (~0)
#endif

/* What the names of functions begin with that are a 64-bit system call. */
#ifdef CONFIG_ARM64
#define CS_SYS "__arm64_sys_"
#else
#define CS_SYS "__x64_sys_"
#endif

/* 32-bit programs share fork() and vfork() on x86, and all four elsewhere. */
#ifdef CONFIG_IA32_EMULATION
#define CS_SYS_CLONE_32BIT     "__ia32_compat_sys_ia32_clone"
#define CS_SYS_CLONE3_32BIT    "__ia32_sys_clone3"
#define CS_SYS_SHARED_BY_32BIT false
#else
#define CS_SYS_SHARED_BY_32BIT true
#endif

#define CS_NO_SUCH_SYSCALL (-2) /* -1 is "in no call" */

#ifdef __NR_fork
#define CS_NR_FORK  __NR_fork
#define CS_NR_VFORK __NR_vfork
#else
#define CS_NR_FORK  CS_NO_SUCH_SYSCALL
#define CS_NR_VFORK CS_NO_SUCH_SYSCALL
#endif

/* Capabilities were an array until "capability: just use a 'u64'" (6.3). */
#ifdef CS_HAVE_CAP_ARRAY
static __always_inline u64 cs_caps(kernel_cap_t caps)
{
	return caps.cap[0] | (u64)caps.cap[1] << 32;
}
#else
#define cs_caps(caps) ((caps).val)
#endif

/* Since 6.15 a name is changed, where it ever is, under RCU. */
#ifdef CS_HAVE_KERNFS_RCU
#define cs_kernfs_name(node) rcu_dereference_raw((node)->name)
#else
#define cs_kernfs_name(node) ((node)->name)
#endif

/* Private to fs/namespace.c. "ns: Use a common refcount_t" (5.11) moved a count. */
struct cs_mnt_namespace {
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 11, 0)
	atomic_t count;
#endif
	struct ns_common ns;
};

static __always_inline const struct ns_common *
cs_mnt_ns_common(const struct mnt_namespace *namespace)
{
	return &((const struct cs_mnt_namespace *)namespace)->ns;
}

/*
 * Since "kernel: Allow a kernel thread's name to be set in copy_process" (6.4)
 * kthreadd hands the name over, and its own struct begins with one, too.
 */
struct cs_kthread_create_info {
#ifdef CS_HAVE_ARGS_NAME
	char *full_name;
#endif
	int (*threadfn)(void *data);
};

#ifdef CS_HAVE_ARGS_NAME
#define cs_args_name(args) ((args)->name)
#else
#define cs_args_name(args) ((const char *)NULL)
#endif

/* What a thread of the kernel is to run, or NULL. Until 5.18 it was the stack. */
#ifdef CS_HAVE_ARGS_FN
#define cs_args_fn(args)     ((const void *)(args)->fn)
#define cs_args_fn_arg(args) ((const void *)(args)->fn_arg)
#else
static __always_inline const void *
cs_args_fn(const struct kernel_clone_args *args)
{
	if (!(current->flags & PF_KTHREAD) && !args->io_thread)
		return NULL;
	return (const void *)args->stack;
}

#define cs_args_fn_arg(args) ((const void *)(args)->stack_size)
#endif

#ifdef CONFIG_CPUSETS
#define cs_mems_differ(a, b) !nodes_equal((a)->mems_allowed, (b)->mems_allowed)
#else
#define cs_mems_differ(a, b) false
#endif

/* Since 6.18 sched_process_exit tells whether its thread is the last. */
#ifdef CS_HAVE_EXIT_GROUP_DEAD
#define CS_EXIT_GROUP_DEAD(name)       , bool name
#define CS_PASS_GROUP_DEAD(name)       , name
#define cs_exit_group_dead(task, name) (name)
#else
#define CS_EXIT_GROUP_DEAD(name)
#define CS_PASS_GROUP_DEAD(name)
#define cs_exit_group_dead(task, name) !atomic_read(&(task)->signal->live)
#endif

/*
 * Since 5.14 processes are counted per user and user namespace, like the
 * namespaces; before, those of a user were counted once. 6.1 took the counts
 * out of the namespaces' array.
 */
#ifdef CS_HAVE_CRED_UCOUNTS
typedef long cs_count_t;
#define cs_cred_ucounts(cred)	((cred)->ucounts)
#define cs_count(ucounts, type) atomic_long_read(&(ucounts)->ucount[type])
#define cs_user_processes(cred) 0
#ifdef CS_HAVE_RLIMIT_MAX
#define cs_nproc(ucounts) \
	atomic_long_read(&(ucounts)->rlimit[UCOUNT_RLIMIT_NPROC])
#define cs_nproc_max(ns) READ_ONCE((ns)->rlimit_max[UCOUNT_RLIMIT_NPROC])
#else
#define cs_nproc(ucounts) cs_count(ucounts, UCOUNT_RLIMIT_NPROC)
#define cs_nproc_max(ns)  READ_ONCE((ns)->ucount_max[UCOUNT_RLIMIT_NPROC])
#endif
#else
#define cs_cred_ucounts(cred)	((struct ucounts *)NULL)
#define cs_count(ucounts, type) atomic_read(&(ucounts)->ucount[type])
#define cs_user_processes(cred) atomic_read(&(cred)->user->processes)
#define cs_nproc(ucounts)	0
#define cs_nproc_max(ns)	0
#endif

/* Since 6.14 each pid namespace has a pid_max of its own. */
#ifdef CS_HAVE_PIDNS_MAX
#define cs_pidns_max(ns) READ_ONCE((ns)->pid_max)
#else
#define cs_pidns_max(ns) 0
#endif

/* Since 5.15 an instance leads to it another way. */
#ifdef CS_HAVE_GET_KRETPROBE
#define cs_kretprobe_of(instance) get_kretprobe(instance)
#else
#define cs_kretprobe_of(instance) ((instance)->rp)
#endif

#ifdef CS_HAVE_AUTOREAP
#define cs_autoreap(task) ((task)->signal->autoreap)
#else
#define cs_autoreap(task) false
#endif

/* Since 7.2 css_sets with tasks are counted for each css, a cgroup's own too. */
#ifdef CS_HAVE_CSS_POPULATED
#define cs_populated_csets(cgroup) ((cgroup)->self.nr_populated_csets)
#else
#define cs_populated_csets(cgroup) ((cgroup)->nr_populated_csets)
#endif

/* Without it, nothing tells that a task_struct has been through shm_init(). */
#ifdef CONFIG_SYSVIPC
#define cs_shm_list(task) (&(task)->sysvshm.shm_clist)
#else
#define cs_shm_list(task) ((struct list_head *)NULL)
#endif

/*
 * The beginning of the pids controller's own struct pids_cgroup, which is in
 * no header (kernel/cgroup/pids.c); the same from 5.5 to 7.3.
 */
struct cs_pids_cgroup {
	struct cgroup_subsys_state css;
	atomic64_t counter;
	atomic64_t limit;
};

#ifdef CONFIG_CGROUP_PIDS
#define CS_PIDS_ID pids_cgrp_id
#else
#define CS_PIDS_ID (-1)
#endif

#endif
