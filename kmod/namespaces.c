// SPDX-License-Identifier: GPL-2.0
/* The namespaces of a task, by the inodes that /proc/<pid>/ns shows. */

#include <linux/cgroup.h>
#include <linux/cred.h>
#include <linux/ipc_namespace.h>
#include <linux/kprobes.h>
#include <linux/nsproxy.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/sched.h>
#include <linux/time_namespace.h>
#include <linux/user_namespace.h>
#include <linux/utsname.h>
#include <net/net_namespace.h>

#include "clonescope/record.h"
#include "kmod/compat.h"
#include "kmod/namespaces.h"

/* Types that the kernel was built without have no namespace, and inode 0. */
#define inode_of(namespace) ((namespace) ? (namespace)->ns.inum : 0)

static nokprobe_inline u32 inode_of_mnt(struct mnt_namespace *namespace)
{
	return namespace ? cs_mnt_ns_common(namespace)->inum : 0;
}

/*
 * @ns: CS_NS_COUNT inodes. @task: the current one, or its child before it runs.
 * Nobody else replaces their namespaces, which both keep.
 */
void cs_namespaces_of(u32 *ns, struct task_struct *task)
{
	const struct nsproxy *proxy = task->nsproxy;

	ns[CS_NS_CGROUP] = inode_of(proxy->cgroup_ns);
	ns[CS_NS_IPC] = inode_of(proxy->ipc_ns);
	ns[CS_NS_MNT] = inode_of_mnt(proxy->mnt_ns);
	ns[CS_NS_NET] = inode_of(proxy->net_ns);
	ns[CS_NS_PID] = ns_of_pid(task_pid(task))->ns.inum;
	ns[CS_NS_TIME] = inode_of(proxy->time_ns);
	ns[CS_NS_USER] = rcu_dereference_protected(task->real_cred, true)
				 ->user_ns->ns.inum;
	ns[CS_NS_UTS] = inode_of(proxy->uts_ns);
}
NOKPROBE_SYMBOL(cs_namespaces_of);

/* The current task's, but for PID and TIME those of its children to come. */
void cs_namespaces_to_come(u32 *ns)
{
	const struct nsproxy *proxy = current->nsproxy;

	cs_namespaces_of(ns, current);
	ns[CS_NS_PID] = proxy->pid_ns_for_children->ns.inum;
	ns[CS_NS_TIME] = inode_of(proxy->time_ns_for_children);
}
NOKPROBE_SYMBOL(cs_namespaces_to_come);
