/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* What happens to a task once it is there: start, exec, exit, namespaces. */
#ifndef CLONESCOPE_LIFE_BPF_H
#define CLONESCOPE_LIFE_BPF_H

/*
 * The filters that name callers say nothing of the children they make: whose
 * lives are shown is the reader's to decide.
 */
static __always_inline bool life_wanted(enum cs_kind kind)
{
	if (!kind_wanted(kind) || stopping)
		return false;
	return !follow || is_followed((__u32)bpf_get_current_pid_tgid());
}

/* schedule_tail() was entered by a new task. */
static __always_inline int on_schedule_tail(void)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	__u64 id = bpf_get_current_pid_tgid();
	struct cs_start *rec;

	if (!life_wanted(CS_KIND_START))
		return 0;
	rec = reserve_record(sizeof(*rec));
	if (!rec)
		return 0;
	fill_head(&rec->head, CS_KIND_START, sizeof(*rec),
		  bpf_ktime_get_boot_ns());
	rec->start_ns = BPF_CORE_READ(task, start_boottime);
	rec->tid = id;
	rec->tgid = id >> 32;
	rec->cpu = bpf_get_smp_processor_id();
	rec->node = bpf_get_numa_node_id();
	bpf_ringbuf_submit(rec, wakeup());
	return 0;
}

static __always_inline void send_exec(int old_tid, struct linux_binprm *bprm)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	__u64 id = bpf_get_current_pid_tgid();
	struct cs_exec *rec;

	if (!life_wanted(CS_KIND_EXEC))
		return;
	rec = reserve_record(sizeof(*rec));
	if (!rec)
		return;
	fill_head(&rec->head, CS_KIND_EXEC, sizeof(*rec),
		  bpf_ktime_get_boot_ns());
	rec->start_ns = BPF_CORE_READ(task, start_boottime);
	rec->tid = id;
	rec->tgid = id >> 32;
	rec->old_tid = old_tid;
	bpf_get_current_comm(rec->comm, sizeof(rec->comm));
	bpf_probe_read_kernel_str(rec->file, sizeof(rec->file),
				  BPF_CORE_READ(bprm, filename));
	bpf_ringbuf_submit(rec, wakeup());
}

/* do_exit() has counted the thread out already, and set its exit code. */
static __always_inline void send_exit(void)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	__u64 id = bpf_get_current_pid_tgid();
	struct cs_exit *rec;

	if (!life_wanted(CS_KIND_EXIT))
		return;
	rec = reserve_record(sizeof(*rec));
	if (!rec)
		return;
	fill_head(&rec->head, CS_KIND_EXIT, sizeof(*rec),
		  bpf_ktime_get_boot_ns());
	rec->start_ns = BPF_CORE_READ(task, start_boottime);
	rec->tid = id;
	rec->tgid = id >> 32;
	rec->code = BPF_CORE_READ(task, exit_code);
	rec->last_thread = !BPF_CORE_READ(task, signal, live.counter);
	bpf_get_current_comm(rec->comm, sizeof(rec->comm));
	bpf_ringbuf_submit(rec, wakeup());
}

/* The system call's first or second argument, in 64-bit or 32-bit code. */
static __always_inline __u64 syscall_argument(struct task_struct *task,
					      bool second)
{
	struct pt_regs *regs = current_regs();

	if (BPF_CORE_READ(task, thread_info.status) & TS_COMPAT_)
		return second ? BPF_CORE_READ(regs, cx)
			      : BPF_CORE_READ(regs, bx);
	return second ? BPF_CORE_READ(regs, si) : BPF_CORE_READ(regs, di);
}

/* Right before the record of the call itself, and of its time. */
static __always_inline void send_namespaces_refusal(bool is_setns, __u64 now)
{
	struct cs_refusal *rec;

	if (!kind_wanted(CS_KIND_REFUSAL))
		return;
	rec = reserve_record(sizeof(*rec));
	if (!rec)
		return;
	fill_namespaces_refusal(rec, is_setns ? 0 : unshare_find(), now);
	bpf_ringbuf_submit(rec, BPF_RB_NO_WAKEUP);
}

/*
 * unshare() or setns() returned @ret. What it was asked is still in the user's
 * registers: nothing changes them while the call runs.
 */
static __always_inline void send_namespaces(bool is_setns, long ret)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	__u64 id = bpf_get_current_pid_tgid();
	__u64 now = bpf_ktime_get_boot_ns();
	struct cs_namespaces *rec;

	if (ret < 0)
		send_namespaces_refusal(is_setns, now);
	rec = reserve_record(sizeof(*rec));
	if (!rec)
		return;
	fill_head(&rec->head, CS_KIND_NAMESPACES, sizeof(*rec), now);
	rec->start_ns = BPF_CORE_READ(task, start_boottime);
	rec->tid = id;
	rec->tgid = id >> 32;
	rec->flags = syscall_argument(task, is_setns);
	if (is_setns) /* an int */
		rec->flags = (__u32)rec->flags;
	rec->error = ret < 0 ? -ret : 0;
	rec->is_setns = is_setns;
	bpf_get_current_comm(rec->comm, sizeof(rec->comm));
	fill_namespaces_to_come(rec->ns, task);
	bpf_ringbuf_submit(rec, wakeup());
}

static __always_inline int on_namespaces(bool is_setns, long ret)
{
	if (life_wanted(CS_KIND_NAMESPACES))
		send_namespaces(is_setns, ret);
	if (!is_setns)
		unshare_end();
	return 0;
}

#endif
