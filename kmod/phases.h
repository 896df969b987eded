/* SPDX-License-Identifier: GPL-2.0 */
/* A clone's way through the stages of copy_process(). */
#ifndef CLONESCOPE_PHASES_H
#define CLONESCOPE_PHASES_H

#include <linux/kprobes.h>
#include <linux/types.h>

#include "clonescope/record.h"

/*
 * MARKER(stage, symbol, substitute): a function that copy_process() calls, or
 * has called, at the beginning of a stage and never later; and one that serves
 * where the kernel has no such symbol. The eBPF programs have the same list. In
 * the order of copy_process(). What is not obvious:
 *
 * - tsk_fork_get_node() is not asked where the caller named a node.
 * - __mpol_dup() is called again for the policies of VMAs, in a later stage,
 *   and dup_fd() and the like by others than copy_process().
 * - copy_mnt_ns() and the other six are called whatever the flags say, if any
 *   namespace is new. Those that have nothing to do are no stage.
 * - Until 6.11 __pidfd_prepare() was there and pidfd_prepare() was not called
 *   by copy_process(). In 6.12 the first that is called is pidfs_alloc_file().
 */
#define CS_MARKERS(MARKER)                                              \
	MARKER(TASK, "tsk_fork_get_node", NULL)                         \
	MARKER(TASK, "arch_dup_task_struct", "dup_user_cpus_ptr")       \
	MARKER(CREDS, "copy_creds", NULL)                               \
	MARKER(LIMITS, "is_rlimit_overlimit", NULL)                     \
	MARKER(POLICY, "__mpol_dup", NULL)                              \
	MARKER(SCHED, "sched_fork", NULL)                               \
	MARKER(SECURITY, "perf_event_init_task", "security_task_alloc") \
	MARKER(FILES, "dup_fd", NULL)                                   \
	MARKER(FS, "copy_fs_struct", NULL)                              \
	MARKER(SIGNAL, "posix_cputimers_group_init", "tty_audit_fork")  \
	MARKER(MM, "pgd_alloc", "uprobe_start_dup_mmap")                \
	MARKER(NAMESPACES, "copy_namespaces", NULL)                     \
	MARKER(NEW_MNT, "copy_mnt_ns", NULL)                            \
	MARKER(NEW_UTS, "copy_utsname", NULL)                           \
	MARKER(NEW_IPC, "copy_ipcs", NULL)                              \
	MARKER(NEW_PID, "copy_pid_ns", NULL)                            \
	MARKER(NEW_CGROUP, "copy_cgroup_ns", NULL)                      \
	MARKER(NEW_NET, "copy_net_ns", NULL)                            \
	MARKER(NEW_TIME, "copy_time_ns", NULL)                          \
	MARKER(THREAD, "__copy_io", NULL)                               \
	MARKER(THREAD, "copy_thread", NULL)                             \
	MARKER(PID, "alloc_pid", NULL)                                  \
	MARKER(PIDFD, "__pidfd_prepare", "pidfs_alloc_file")            \
	MARKER(PIDFD, "pidfd_prepare", NULL)                            \
	MARKER(CGROUP, "cgroup_can_fork", NULL)                         \
	MARKER(PUBLISH, "sched_cgroup_fork", "attach_pid")              \
	MARKER(FINISH, "proc_fork_connector", "sched_post_fork")

struct cs_copy;

/* Where a clone is, and how long it was in each stage so far. */
struct cs_way {
	u64 since_ns; /* it is in this stage; 0: since copy_process()'s entry */
	int stage;    /* enum cs_stage */
	struct cs_phases phases;
};

bool cs_way_begin(struct cs_way *way);
int cs_on_marker(struct kprobe *probe, struct pt_regs *regs);
int cs_last_stage(const struct cs_copy *copy);
void cs_trace_phases(struct cs_copy *copy, u64 now);

#endif
