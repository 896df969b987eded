// SPDX-License-Identifier: GPL-2.0
/* Calls of the clone family that fail before copy_process(): struct cs_call. */

#include <linux/cred.h>
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/preempt.h>
#include <linux/seccomp.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <linux/uaccess.h>
#include <linux/uidgid.h>
#include <uapi/linux/sched.h>

#include "kmod/call.h"
#include "kmod/compat.h"
#include "kmod/plan.h"
#include "kmod/record.h"
#include "kmod/trace.h"

struct cs_inflight cs_callers;
atomic_long_t cs_calls_untold;

/* What cs_callers leads to. */
static char entered, refused;

/* A mark is left behind where the end of a call was not seen. */
static nokprobe_inline void mark(char *state)
{
	cs_inflight_release(&cs_callers);
	cs_inflight_claim(&cs_callers, state);
}

static nokprobe_inline char *take_mark(void)
{
	char *state = cs_inflight_find(&cs_callers);

	if (state)
		cs_inflight_release(&cs_callers);
	return state;
}

/* The code of a system call was reached: neither seccomp nor a tracer took it. */
int cs_on_clone_call(struct kprobe *probe, struct pt_regs *regs)
{
	mark(&entered);
	return 0;
}
NOKPROBE_SYMBOL(cs_on_clone_call);

/*
 * copy_process() has returned. Where it refused, there is a struct cs_clone that
 * tells it. Outside a call of the family nobody would take that mark away again.
 * Where there is a child the call will not fail, however long vfork() holds it.
 */
void cs_call_copied(bool was_refused)
{
	if (!was_refused)
		cs_inflight_release(&cs_callers);
	else if (!(current->flags & PF_KTHREAD) && cs_via_syscall())
		mark(&refused);
}
NOKPROBE_SYMBOL(cs_call_copied);

static nokprobe_inline void fill_caller(struct cs_call *record)
{
	record->start_ns = current->start_boottime;
	record->tid = current->pid;
	record->tgid = current->tgid;
	record->uid = from_kuid(&init_user_ns, current_uid());
	record->seccomp = seccomp_mode(&current->seccomp);
	strscpy(record->comm, current->comm, sizeof(record->comm));
}

static nokprobe_inline void fill_clone(struct cs_call *record, u64 flags,
				       u64 stack, u64 parent_tid)
{
	record->args_known = 1;
	record->flags = lower_32_bits(flags) & ~CSIGNAL;
	record->exit_signal = flags & CSIGNAL;
	record->stack = stack;
	record->pidfd = parent_tid;
	record->parent_tid = parent_tid;
}

static nokprobe_inline void fill_clone3(struct cs_call *record,
					unsigned long address, u64 size)
{
	struct clone_args args = {};

	record->args_size = size;
	if (copy_from_user_nofault(&args, (const void __user *)address,
				   min_t(u64, size, sizeof(args))))
		return;
	record->args_known = 1;
	record->flags = args.flags;
	record->exit_signal = args.exit_signal;
	record->stack = args.stack;
	record->stack_size = args.stack_size;
	record->set_tid_size = args.set_tid_size;
	record->has_set_tid = args.set_tid != 0;
	record->cgroup = args.cgroup;
	record->pidfd = args.pidfd;
	record->parent_tid = args.parent_tid;
}

/* The registers are still as the call found them; clone() has pidfd's place. */
static nokprobe_inline void fill_request(struct cs_call *record,
					 struct pt_regs *regs)
{
	unsigned long args[6];

	syscall_get_arguments(current, regs, args);
	switch (record->via) {
	case CS_VIA_CLONE3:
		fill_clone3(record, args[0], args[1]);
		break;
	case CS_VIA_CLONE:
		fill_clone(record, args[0], args[1], args[2]);
		break;
	case CS_VIA_VFORK:
		fill_clone(record, CLONE_VFORK | CLONE_VM | SIGCHLD, 0, 0);
		break;
	default:
		fill_clone(record, SIGCHLD, 0, 0);
	}
}

static nokprobe_inline void trace_call(enum cs_via via, struct pt_regs *regs,
				       long ret, bool was_entered)
{
	struct cs_call record;

	memset(&record, 0, sizeof(record));
	cs_fill_head(&record.head, CS_KIND_CALL, sizeof(record),
		     ktime_get_boot_fast_ns());
	fill_caller(&record);
	record.error = -ret;
	record.via = via;
	record.entered = was_entered;
	fill_request(&record, regs);
	trace_clone_call(&record);
}

/* Whether a probe tells that the code of such a call was reached. */
static nokprobe_inline bool is_told(enum cs_via via)
{
	u64 facts = CS_CALL_FACT(via);

	if (cs_syscall_is_32bit())
		facts |= CS_CALL_FACT_32BIT;
	return !(facts & ~cs_plan_told(CS_EVENT_CALL));
}

/* Nothing but these comes between a call and its own code. */
static nokprobe_inline bool may_be_kept_out(void)
{
	return seccomp_mode(&current->seccomp) || current->ptrace;
}

/* A call that is to be made again, after a signal, has not failed. */
static nokprobe_inline bool is_restart(long ret)
{
	return ret <= -512 && ret >= -516; /* -ERESTARTSYS and its kin */
}

/*
 * Without a mark, a call that something may have kept out has been, unless no
 * probe tells. Where there may have been no room for the mark, nothing is known
 * of the call, not even that copy_process() was not reached.
 */
static nokprobe_inline void end_call(enum cs_via via, struct pt_regs *regs,
				     long ret)
{
	const char *state = take_mark();
	bool was_entered = state || !may_be_kept_out();

	if (!IS_ERR_VALUE(ret) || is_restart(ret) || state == &refused)
		return;
	if (!state && cs_inflight_overflowed(&cs_callers))
		atomic_long_inc(&cs_calls_untold);
	else if (was_entered || is_told(via))
		trace_call(via, regs, ret, was_entered);
}

/*
 * Of every system call of the machine: all others must leave at once. Since 6.13
 * it is called with preemption on, and the marks' table is under RCU.
 */
void cs_on_sys_exit(void *unused, struct pt_regs *regs, long ret)
{
	enum cs_via via = cs_via_syscall();

	if (likely(!via))
		return;
	preempt_disable_notrace();
	end_call(via, regs, ret);
	preempt_enable_notrace();
}
NOKPROBE_SYMBOL(cs_on_sys_exit);
