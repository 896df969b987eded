// SPDX-License-Identifier: GPL-2.0
/* The stages of copy_process(), by name. */
#include "model/stages.h"

static const struct {
	const char *name;
	const char *text;
} stages[CS_STAGE_COUNT] = {
	[CS_STAGE_CHECKS] = {"checks", "check the flags"},
	[CS_STAGE_TASK] = {"task", "allocate task_struct and stack"},
	[CS_STAGE_CREDS] = {"creds", "copy credentials"},
	[CS_STAGE_LIMITS] = {"limits", "check RLIMIT_NPROC and threads-max"},
	[CS_STAGE_POLICY] = {"policy", "copy the memory policy"},
	[CS_STAGE_SCHED] = {"sched", "set up scheduling"},
	[CS_STAGE_SECURITY] = {"security", "perf events, audit, LSM, semaphore undo"},
	[CS_STAGE_FILES] = {"files", "copy the table of open files"},
	[CS_STAGE_FS] = {"fs", "copy root, cwd and umask"},
	[CS_STAGE_SIGNAL] = {"signal", "copy signal handlers and signal state"},
	[CS_STAGE_MM] = {"mm", "copy the address space"},
	[CS_STAGE_NAMESPACES] = {"namespaces", "copy namespaces"},
	[CS_STAGE_NEW_MNT] = {"new_mnt", "the mount namespace"},
	[CS_STAGE_NEW_UTS] = {"new_uts", "the UTS namespace"},
	[CS_STAGE_NEW_IPC] = {"new_ipc", "the IPC namespace"},
	[CS_STAGE_NEW_PID] = {"new_pid", "the pid namespace"},
	[CS_STAGE_NEW_CGROUP] = {"new_cgroup", "the cgroup namespace"},
	[CS_STAGE_NEW_NET] = {"new_net", "the network namespace"},
	[CS_STAGE_NEW_TIME] = {"new_time", "the time namespace"},
	[CS_STAGE_THREAD] = {"thread", "copy I/O context and registers"},
	[CS_STAGE_PID] = {"pid", "allocate the pid"},
	[CS_STAGE_PIDFD] = {"pidfd", "make the pidfd"},
	[CS_STAGE_CGROUP] = {"cgroup", "ask the cgroup controllers"},
	[CS_STAGE_PUBLISH] = {"publish", "make the child known"},
	[CS_STAGE_FINISH] = {"finish", "tell cgroups, perf and tracers"},
};

const char *stage_name(enum cs_stage stage)
{
	return stage < CS_STAGE_COUNT ? stages[stage].name : "?";
}

const char *stage_text(enum cs_stage stage)
{
	return stage < CS_STAGE_COUNT ? stages[stage].text : "?";
}
