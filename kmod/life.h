/* SPDX-License-Identifier: GPL-2.0 */
/* What happens to a task once it is there: the probe handlers. */
#ifndef CLONESCOPE_LIFE_H
#define CLONESCOPE_LIFE_H

#include <linux/kprobes.h>

#include "kmod/compat.h"
#include "kmod/inflight.h"
#include "kmod/ucount.h"

struct linux_binprm;

int cs_on_schedule_tail(struct kprobe *probe, struct pt_regs *regs);

void cs_on_sched_process_exec(void *data, struct task_struct *task,
			      pid_t old_pid, struct linux_binprm *bprm);
void cs_on_sched_process_exit(
	void *data, struct task_struct *task CS_EXIT_GROUP_DEAD(group_dead));

extern struct cs_inflight cs_unshares; /* of struct cs_seen */

int cs_on_unshare(struct kretprobe_instance *instance, struct pt_regs *regs);
int cs_on_unshare_return(struct kretprobe_instance *instance,
			 struct pt_regs *regs);
int cs_on_setns_return(struct kretprobe_instance *instance,
		       struct pt_regs *regs);

#endif
