/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* The namespaces that a task is in, by the inodes that /proc/<pid>/ns shows. */
#ifndef CLONESCOPE_NAMESPACES_BPF_H
#define CLONESCOPE_NAMESPACES_BPF_H

/* pid->numbers[@level]: an array whose length BTF does not tell. */
static __always_inline struct upid *pid_number(struct pid *pid, __u32 level)
{
	return (void *)&pid->numbers + level * bpf_core_type_size(struct upid);
}

/* task_active_pid_ns(): the one that its own pid was made in. */
static __always_inline __u32 pid_ns_inode(struct task_struct *task)
{
	struct pid *pid = BPF_CORE_READ(task, thread_pid);
	struct upid *number = pid_number(pid, BPF_CORE_READ(pid, level));

	return BPF_CORE_READ(number, ns, ns.inum);
}

/* @ns: CS_NS_COUNT inodes. False: the task has none any more. */
static __always_inline bool fill_namespaces(__u32 *ns, struct task_struct *task)
{
	struct nsproxy *proxy = BPF_CORE_READ(task, nsproxy);

	if (!proxy)
		return false;
	ns[CS_NS_CGROUP] = BPF_CORE_READ(proxy, cgroup_ns, ns.inum);
	ns[CS_NS_IPC] = BPF_CORE_READ(proxy, ipc_ns, ns.inum);
	ns[CS_NS_MNT] = BPF_CORE_READ(proxy, mnt_ns, ns.inum);
	ns[CS_NS_NET] = BPF_CORE_READ(proxy, net_ns, ns.inum);
	ns[CS_NS_PID] = pid_ns_inode(task);
	ns[CS_NS_TIME] = BPF_CORE_READ(proxy, time_ns, ns.inum);
	ns[CS_NS_USER] = BPF_CORE_READ(task, cred, user_ns, ns.inum);
	ns[CS_NS_UTS] = BPF_CORE_READ(proxy, uts_ns, ns.inum);
	return true;
}

/* The same, but for PID and TIME those of the children to come. */
static __always_inline void fill_namespaces_to_come(__u32 *ns,
						    struct task_struct *task)
{
	struct nsproxy *proxy = BPF_CORE_READ(task, nsproxy);

	if (!fill_namespaces(ns, task))
		return;
	ns[CS_NS_PID] = BPF_CORE_READ(proxy, pid_ns_for_children, ns.inum);
	ns[CS_NS_TIME] = BPF_CORE_READ(proxy, time_ns_for_children, ns.inum);
}

#endif
