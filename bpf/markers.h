/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* The functions that tell the stages of copy_process() apart: for programs and reader. */
#ifndef CLONESCOPE_MARKERS_H
#define CLONESCOPE_MARKERS_H

/*
 * MARKER(stage, name, function): copy_process() has called @function at the
 * beginning of a stage, and calls it nowhere else. SPARE() is one that is taken
 * only where the one before it is not to be had. All are functions whose
 * prototype in BTF is right: that of mm_init() is another function's on 6.1.
 *
 * arch_dup_task_struct() and __mpol_dup(), which are probed anyway, are markers
 * too. What is not obvious:
 *
 * - tsk_fork_get_node() is not asked where the caller named a node.
 * - copy_mnt_ns() to copy_time_ns() are called whatever the flags say, if any
 *   namespace is new. Those that have nothing to do are no stage.
 * - Until 6.11 copy_process() called __pidfd_prepare(). In 6.12 that is part of
 *   it, and pidfs_alloc_file() comes after the fd is taken.
 */
/* clang-format off */
#define CS_MARKERS(MARKER, SPARE)				\
	MARKER(TASK, "task", tsk_fork_get_node)			\
	MARKER(CREDS, "creds", copy_creds)			\
	MARKER(LIMITS, "limits", is_rlimit_overlimit)		\
	MARKER(SCHED, "sched", sched_fork)			\
	MARKER(SECURITY, "security", perf_event_init_task)	\
	SPARE(SECURITY, "security", security_task_alloc)	\
	MARKER(FILES, "files", dup_fd)				\
	MARKER(FS, "fs", copy_fs_struct)			\
	MARKER(SIGNAL, "signal", posix_cputimers_group_init)	\
	SPARE(SIGNAL, "signal", tty_audit_fork)			\
	MARKER(MM, "mm", pgd_alloc)				\
	SPARE(MM, "mm", uprobe_start_dup_mmap)			\
	MARKER(NAMESPACES, "namespaces", copy_namespaces)	\
	MARKER(NEW_MNT, "new_mnt", copy_mnt_ns)			\
	MARKER(NEW_UTS, "new_uts", copy_utsname)		\
	MARKER(NEW_IPC, "new_ipc", copy_ipcs)			\
	MARKER(NEW_PID, "new_pid", copy_pid_ns)			\
	MARKER(NEW_CGROUP, "new_cgroup", copy_cgroup_ns)	\
	MARKER(NEW_NET, "new_net", copy_net_ns)			\
	MARKER(NEW_TIME, "new_time", copy_time_ns)		\
	MARKER(THREAD, "thread", __copy_io)			\
	MARKER(THREAD, "thread", copy_thread)			\
	MARKER(PID, "pid", alloc_pid)				\
	MARKER(PIDFD, "pidfd", __pidfd_prepare)			\
	SPARE(PIDFD, "pidfd", pidfs_alloc_file)			\
	MARKER(PIDFD, "pidfd", pidfd_prepare)			\
	MARKER(CGROUP, "cgroup", cgroup_can_fork)		\
	MARKER(PUBLISH, "publish", sched_cgroup_fork)		\
	SPARE(PUBLISH, "publish", attach_pid)			\
	MARKER(FINISH, "finish", proc_fork_connector)		\
	SPARE(FINISH, "finish", sched_post_fork)
/* clang-format on */

#endif
