// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* The BPF programs: where each probe is planted, and what it tells the record. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
#include <clonescope/record.h>
#include "core_compat.bpf.h"
#include "variables.bpf.h"
#include "inflight.bpf.h"
#include "ring.bpf.h"
#include "filter.bpf.h"
#include "record.bpf.h"
#include "folds.bpf.h"
#include "cgroup.bpf.h"
#include "namespaces.bpf.h"
#include "detail.bpf.h"
#include "phases.bpf.h"
#include "refusal.bpf.h"
#include "life.bpf.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

#define CLONE_VFORK_ 0x00004000
#define MAX_ERRNO_   4095

/* For struct cs_return, the state is kept until kernel_clone() ends. */
#define want_return kind_wanted(CS_KIND_RETURN)

#include "call.bpf.h"

static __always_inline int on_kernel_clone(struct kernel_clone_args *args)
{
	struct inflight *state;

	mark_passed(args);
	if (kind_wanted(CS_KIND_CALL))
		call_mark(false);
	if (!want_return || !caller_wanted())
		return 0;
	state = inflight_begin();
	if (!state)
		return 0;
	state->flags = BPF_CORE_READ(args, flags);
	state->at.kernel_clone_ns = bpf_ktime_get_boot_ns();
	return 0;
}

/* The state that on_kernel_clone() began, or a new one; 0 if nobody wants it. */
static __always_inline struct inflight *begin_copy(void)
{
	struct inflight *state = want_return ? inflight_find() : 0;

	if (state && !state->at.enter_ns)
		return state;
	return caller_wanted() ? inflight_begin() : 0;
}

static __always_inline int on_copy_process(int node,
					   struct kernel_clone_args *args)
{
	struct inflight *state = begin_copy();

	if (!state)
		return 0;
	state->args = args;
	state->passed = take_passed(args);
	state->node = node;
	state->cpu = bpf_get_smp_processor_id();
	state->cpu_node = bpf_get_numa_node_id();
	state->at.enter_ns = bpf_ktime_get_boot_ns();
	if (want_phases) {
		state->flags = BPF_CORE_READ(args, flags);
		way_begin(&state->way, state->at.enter_ns);
	}
	return 0;
}

/* The stand-in of dup_task_struct(), which calls it at once. */
static __always_inline int on_arch_dup_task_struct(struct task_struct *dst)
{
	struct inflight *state = inflight_find();

	if (state && state->at.enter_ns)
		state->child = dst;
	if (want_phases)
		on_marker(CS_STAGE_TASK);
	return 0;
}

/*
 * alloc_thread_stack_node() asks for the area of a stack that it just made. The
 * stack comes first in copy_process(): what is asked for later is another thing.
 */
static __always_inline int on_find_vm_area(const void *addr)
{
	struct inflight *state = inflight_find();

	if (state && state->at.enter_ns && !state->vmalloc_stack)
		state->vmalloc_stack = (__u64)addr;
	return 0;
}

/* The task's own policy is copied first; dup_mmap() copies those of VMAs. */
static __always_inline int on_mpol_dup(struct mempolicy *old)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct inflight *state = inflight_find();

	if (!state || !state->at.enter_ns || state->at.leave_ns)
		return 0;
	if (state->policy_copied || old != BPF_CORE_READ(task, mempolicy)) {
		state->vma_policies++;
		return 0;
	}
	state->policy_copied = true;
	if (want_phases)
		on_marker(CS_STAGE_POLICY);
	__builtin_memset(&state->policy, 0, sizeof(state->policy));
	fill_policy(&state->policy, old);
	return 0;
}

/* What was refused to a call, however it ends, is not told as a struct cs_call. */
static __always_inline void end_call(int error)
{
	if (!kind_wanted(CS_KIND_CALL))
		return;
	if (!error)
		call_forget();
	else if (via_syscall())
		call_mark(true);
}

static __always_inline void send_clone(struct inflight *state,
				       struct kernel_clone_args *args,
				       struct task_struct *child, int error,
				       bool typed)
{
	__u64 ns = state->at.leave_ns - state->at.enter_ns;
	struct cs_clone *rec;

	state->flags = CS_READ(typed, args, flags);
	state->child_tid = error ? 0 : CS_READ(typed, child, pid);
	state->error = error;
	state->vfork = !error && state->flags & CLONE_VFORK_;
	if (!outcome_wanted(state->flags, error, ns))
		return;
	state->wanted = true;
	send_detail(state->args, error ? 0 : state->child, state->at.leave_ns);
	send_phases(state);
	if (error)
		send_refusal(error);
	rec = begin_clone();
	if (!rec)
		return;
	fill_clone(rec, state, args, child, error, typed);
	send_begun(rec);
}

/* @typed: the verifier knows what @args and @ret are; else there are no @args. */
static __always_inline int
on_copy_process_return(struct kernel_clone_args *args, struct task_struct *ret,
		       bool typed)
{
	struct inflight *state = inflight_find();
	int error = 0;

	if ((__u64)ret >= (__u64)-MAX_ERRNO_)
		error = -(long)ret;
	end_call(error);
	/* No state: it began before we did, or is nobody's concern. */
	if (!state || !state->at.enter_ns)
		return 0;
	state->at.leave_ns = bpf_ktime_get_boot_ns();
	/* From memory it comes without its type: that allows no arithmetic. */
	state->child = error ? state->child : ret;
	barrier();
	send_clone(state, typed ? args : state->args, ret, error, typed);
	if (!want_return || !state->at.kernel_clone_ns)
		inflight_end(state);
	return 0;
}

/* @ret: what kernel_clone() returns; it may have refused all by itself. */
static __always_inline int on_kernel_clone_return(int ret)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct inflight *state = inflight_find();
	__u64 now = bpf_ktime_get_boot_ns();
	struct cs_return *rec = 0;

	if (!state)
		return 0;
	if (!state->at.enter_ns && ret < 0) {
		state->error = -ret;
		state->wanted = outcome_wanted(state->flags, -ret, 0);
	}
	if (state->wanted)
		rec = reserve_record(sizeof(*rec));
	if (rec) {
		fill_head(&rec->head, CS_KIND_RETURN, sizeof(*rec), now);
		fill_return(rec, state, task);
		bpf_ringbuf_submit(rec, wakeup());
	}
	inflight_end(state);
	return 0;
}

static __always_inline int on_task_newtask(struct task_struct *child,
					   __u64 flags)
{
	struct cs_clone *rec;
	__u64 now;

	if (!caller_wanted() || !outcome_wanted(flags, 0, 0))
		return 0;
	now = bpf_ktime_get_boot_ns();
	send_detail(0, child, now);
	rec = begin_clone();
	if (!rec)
		return 0;
	fill_newtask(rec, child, flags, now);
	send_begun(rec);
	return 0;
}

/* fentry and fexit: the cheapest, where the kernel has them. */

SEC("fentry/kernel_clone")
int BPF_PROG(fentry_kernel_clone, struct kernel_clone_args *args)
{
	return on_kernel_clone(args);
}

SEC("fexit/kernel_clone")
int BPF_PROG(fexit_kernel_clone, struct kernel_clone_args *args, int ret)
{
	return on_kernel_clone_return(ret);
}

SEC("fentry/copy_process")
int BPF_PROG(fentry_copy_process, struct pid *pid, int trace, int node,
	     struct kernel_clone_args *args)
{
	return on_copy_process(node, args);
}

SEC("fexit/copy_process")
int BPF_PROG(fexit_copy_process, struct pid *pid, int trace, int node,
	     struct kernel_clone_args *args, struct task_struct *child)
{
	return on_copy_process_return(args, child, true);
}

SEC("fentry/arch_dup_task_struct")
int BPF_PROG(fentry_arch_dup_task_struct, struct task_struct *dst)
{
	return on_arch_dup_task_struct(dst);
}

/* The verifier refuses arguments that are void pointers: take the result's. */
SEC("fexit/find_vm_area")
int BPF_PROG(fexit_find_vm_area, const void *addr, struct vm_struct *vm)
{
	return on_find_vm_area(BPF_CORE_READ(vm, addr));
}

SEC("fentry/__mpol_dup")
int BPF_PROG(fentry_mpol_dup, struct mempolicy *old)
{
	return on_mpol_dup(old);
}

/* Entered with the runqueue locked, by a task that has never run before. */
SEC("fentry/schedule_tail")
int BPF_PROG(fentry_schedule_tail)
{
	return on_schedule_tail();
}

SEC("fexit/ksys_unshare")
int BPF_PROG(fexit_ksys_unshare, unsigned long flags, int ret)
{
	return on_namespaces(false, ret);
}

SEC("fexit/__x64_sys_setns")
int BPF_PROG(fexit_sys_setns, const struct pt_regs *regs, long ret)
{
	return on_namespaces(true, ret);
}

SEC("fexit/current_chrooted")
int BPF_PROG(fexit_current_chrooted, __u64 ret)
{
	return on_current_chrooted_return(ret);
}

SEC("fentry/copy_clone_args_from_user")
int BPF_PROG(fentry_copy_clone_args_from_user)
{
	call_mark(false);
	return 0;
}

/* kprobe and kretprobe: where fentry is not to be had, or where asked. */

SEC("kprobe/kernel_clone")
int BPF_KPROBE(kprobe_kernel_clone, struct kernel_clone_args *args)
{
	return on_kernel_clone(args);
}

SEC("kretprobe/kernel_clone")
int BPF_KRETPROBE(kretprobe_kernel_clone, int ret)
{
	return on_kernel_clone_return(ret);
}

SEC("kprobe/copy_process")
int BPF_KPROBE(kprobe_copy_process, struct pid *pid, int trace, int node,
	       struct kernel_clone_args *args)
{
	return on_copy_process(node, args);
}

SEC("kretprobe/copy_process")
int BPF_KRETPROBE(kretprobe_copy_process, struct task_struct *child)
{
	return on_copy_process_return(0, child, false);
}

SEC("kprobe/arch_dup_task_struct")
int BPF_KPROBE(kprobe_arch_dup_task_struct, struct task_struct *dst)
{
	return on_arch_dup_task_struct(dst);
}

SEC("kprobe/find_vm_area")
int BPF_KPROBE(kprobe_find_vm_area, const void *addr)
{
	return on_find_vm_area(addr);
}

SEC("kprobe/__mpol_dup")
int BPF_KPROBE(kprobe_mpol_dup, struct mempolicy *old)
{
	return on_mpol_dup(old);
}

SEC("kprobe/schedule_tail")
int BPF_KPROBE(kprobe_schedule_tail)
{
	return on_schedule_tail();
}

SEC("kretprobe/ksys_unshare")
int BPF_KRETPROBE(kretprobe_ksys_unshare, int ret)
{
	return on_namespaces(false, ret);
}

SEC("kretprobe/__x64_sys_setns")
int BPF_KRETPROBE(kretprobe_sys_setns, long ret)
{
	return on_namespaces(true, ret);
}

/* Only for views that show stages: fentry and kprobe for each marker. */

#define MARKER_PROGRAMS(stage, name, function)      \
	SEC("fentry/" #function)                    \
	int BPF_PROG(fentry_##function)             \
	{                                           \
		return on_marker(CS_STAGE_##stage); \
	}                                           \
	SEC("kprobe/" #function)                    \
	int BPF_KPROBE(kprobe_##function)           \
	{                                           \
		return on_marker(CS_STAGE_##stage); \
	}

CS_MARKERS(MARKER_PROGRAMS, MARKER_PROGRAMS)

SEC("kretprobe/current_chrooted")
int BPF_KRETPROBE(kretprobe_current_chrooted, __u64 ret)
{
	return on_current_chrooted_return(ret);
}

SEC("kprobe/copy_clone_args_from_user")
int BPF_KPROBE(kprobe_copy_clone_args_from_user)
{
	call_mark(false);
	return 0;
}

/*
 * In all modes: before 6.1 the kernel refuses fexit on a function that takes a
 * struct by value, as a kuid_t is.
 */

SEC("kprobe/inc_ucount")
int BPF_KPROBE(kprobe_inc_ucount, struct user_namespace *ns, __u32 uid,
	       __s32 type)
{
	return on_inc_ucount(ns, uid, type);
}

SEC("kretprobe/inc_ucount")
int BPF_KRETPROBE(kretprobe_inc_ucount, struct ucounts *ret)
{
	return on_inc_ucount_return(ret);
}

/* Raw tracepoints: everywhere, but a refused clone never gets there. */

SEC("tp_btf/task_newtask")
int BPF_PROG(tp_task_newtask, struct task_struct *child, __u64 clone_flags)
{
	return on_task_newtask(child, clone_flags);
}

/* Only for views that show calls which never get as far as copy_process(). */
SEC("raw_tp/sys_exit")
int BPF_PROG(tp_sys_exit, struct pt_regs *regs, long ret)
{
	return on_sys_exit(regs, ret);
}

/* Only for views that follow a command. */

SEC("raw_tp/task_newtask")
int BPF_PROG(tp_follow_newtask, struct task_struct *child)
{
	return on_newtask_followed(child);
}

/* For views that follow a command, and for those that show lives. */

SEC("raw_tp/sched_process_exit")
int BPF_PROG(tp_sched_process_exit)
{
	send_exit(); /* while it is followed */
	return follow ? on_exit() : 0;
}

/* A thread that calls execve() becomes the leader and leaves its tid. */
SEC("raw_tp/sched_process_exec")
int BPF_PROG(tp_sched_process_exec, struct task_struct *task, int old_pid,
	     struct linux_binprm *bprm)
{
	send_exec(old_pid, bprm);
	if (follow)
		on_exec(old_pid);
	return 0;
}
