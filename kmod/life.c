// SPDX-License-Identifier: GPL-2.0
/* What happens to a task once it is there: start, exec, exit, namespaces. */

#include <linux/binfmts.h>
#include <linux/ptrace.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/smp.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <linux/topology.h>

#include "kmod/compat.h"
#include "kmod/life.h"
#include "kmod/namespaces.h"
#include "kmod/plan.h"
#include "kmod/record.h"
#include "kmod/refusal.h"
#include "kmod/trace.h"

struct cs_inflight cs_unshares;

/* A new task is the current one here, for the first time. */
int cs_on_schedule_tail(struct kprobe *probe, struct pt_regs *regs)
{
	struct cs_start record = {};

	cs_fill_head(&record.head, CS_KIND_START, sizeof(record),
		     ktime_get_boot_fast_ns());
	record.start_ns = current->start_boottime;
	record.tid = current->pid;
	record.tgid = current->tgid;
	record.cpu = raw_smp_processor_id();
	record.node = cpu_to_node(record.cpu);
	trace_task_start(&record);
	return 0;
}
NOKPROBE_SYMBOL(cs_on_schedule_tail);

void cs_on_sched_process_exec(void *data, struct task_struct *task,
			      pid_t old_pid, struct linux_binprm *bprm)
{
	struct cs_exec record = {};

	cs_fill_head(&record.head, CS_KIND_EXEC, sizeof(record),
		     ktime_get_boot_fast_ns());
	record.start_ns = task->start_boottime;
	record.tid = task->pid;
	record.tgid = task->tgid;
	record.old_tid = old_pid;
	strscpy(record.comm, task->comm, sizeof(record.comm));
	strscpy(record.file, bprm->filename, sizeof(record.file));
	trace_task_exec(&record);
}
NOKPROBE_SYMBOL(cs_on_sched_process_exec);

/* do_exit() has set the exit code, and counted the thread out. */
void cs_on_sched_process_exit(
	void *data, struct task_struct *task CS_EXIT_GROUP_DEAD(group_dead))
{
	struct cs_exit record = {};

	cs_fill_head(&record.head, CS_KIND_EXIT, sizeof(record),
		     ktime_get_boot_fast_ns());
	record.start_ns = task->start_boottime;
	record.tid = task->pid;
	record.tgid = task->tgid;
	record.code = task->exit_code;
	record.last_thread = cs_exit_group_dead(task, group_dead);
	strscpy(record.comm, task->comm, sizeof(record.comm));
	trace_task_exit(&record);
}
NOKPROBE_SYMBOL(cs_on_sched_process_exit);

static nokprobe_inline void trace_namespaces(const struct cs_seen *seen,
					     bool is_setns, u64 flags, int ret)
{
	u64 now = ktime_get_boot_fast_ns();
	struct cs_namespaces record = {};

	if (ret < 0 && trace_clone_refusal_enabled())
		cs_trace_namespaces_refusal(seen, now);
	cs_fill_head(&record.head, CS_KIND_NAMESPACES, sizeof(record), now);
	record.start_ns = current->start_boottime;
	record.tid = current->pid;
	record.tgid = current->tgid;
	record.flags = flags;
	record.error = ret < 0 ? -ret : 0;
	record.is_setns = is_setns;
	strscpy(record.comm, current->comm, sizeof(record.comm));
	cs_namespaces_to_come(record.ns);
	trace_task_namespaces(&record);
}

/*
 * What the caller asked for is still in its registers: nothing changes them
 * while the call runs. Arguments past the first two may be anything.
 */
static nokprobe_inline u64 argument(int number)
{
	unsigned long arguments[6];

	syscall_get_arguments(current, task_pt_regs(current), arguments);
	return arguments[number];
}

int cs_on_unshare(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	struct cs_seen *seen = (void *)instance->data;

	memset(seen, 0, sizeof(*seen));
	seen->told = cs_plan_told(CS_EVENT_REFUSAL);
	if (!cs_inflight_claim(&cs_unshares, seen))
		seen->told = 0;
	return 0;
}
NOKPROBE_SYMBOL(cs_on_unshare);

int cs_on_unshare_return(struct kretprobe_instance *instance,
			 struct pt_regs *regs)
{
	cs_inflight_release(&cs_unshares);
	trace_namespaces((void *)instance->data, false, argument(0),
			 regs_return_value(regs));
	return 0;
}
NOKPROBE_SYMBOL(cs_on_unshare_return);

/* setns(int fd, int flags): no limit is met, no root looked at. */
int cs_on_setns_return(struct kretprobe_instance *instance,
		       struct pt_regs *regs)
{
	static const struct cs_seen nothing = { .told = ~0ULL };

	trace_namespaces(&nothing, true, (u32)argument(1),
			 regs_return_value(regs));
	return 0;
}
NOKPROBE_SYMBOL(cs_on_setns_return);
