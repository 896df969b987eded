/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Calls of the clone family that fail before copy_process(): struct cs_call. */
#ifndef CLONESCOPE_CALL_BPF_H
#define CLONESCOPE_CALL_BPF_H

#define CLONE_VM_ 0x00000100
#define CSIGNAL_  0x000000ff
#define SIGCHLD_  17

#define ERESTARTSYS_	       512 /* the first of those that restart a call */
#define ERESTART_RESTARTBLOCK_ 516

/*
 * How far a call has come: of threads that are in one, by tid. An entry is made
 * when the system call's own code is reached, and goes with the call: when
 * copy_process() has made a child, or when the call returns an error.
 */
struct call_way {
	bool refused; /* by copy_process(): its struct cs_clone tells all */
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8192);
	__type(key, __u32);
	__type(value, struct call_way);
} calls SEC(".maps");

/* There was no room for an entry once: no entry means nothing any more. */
bool calls_full;

/* Set by the reader: it is not seen whether clone3()'s own code is reached. */
bool clone3_unseen;

/* Threads of the kernel call no system calls: nothing would take it away again. */
static __always_inline void call_mark(bool refused)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	__u32 tid = (__u32)bpf_get_current_pid_tgid();
	struct call_way way = {.refused = refused};

	if (BPF_CORE_READ(task, flags) & PF_KTHREAD_)
		return;
	if (bpf_map_update_elem(&calls, &tid, &way, BPF_ANY))
		calls_full = true;
}

static __always_inline void call_forget(void)
{
	__u32 tid = (__u32)bpf_get_current_pid_tgid();

	bpf_map_delete_elem(&calls, &tid);
}

/* struct clone_args of linux/sched.h, as far as any kernel knows it. */
struct asked {
	__u64 flags;
	__u64 pidfd;
	__u64 child_tid;
	__u64 parent_tid;
	__u64 exit_signal;
	__u64 stack;
	__u64 stack_size;
	__u64 tls;
	__u64 set_tid;
	__u64 set_tid_size;
	__u64 cgroup;
};

/* What the caller's memory says now; the kernel reads it once, earlier. */
static __always_inline void fill_clone_args(struct cs_call *rec, __u64 address,
					    __u64 bytes)
{
	struct asked args = {};

	rec->args_size = bytes;
	if (bytes > sizeof(args))
		bytes = sizeof(args);
	barrier_var(bytes); /* so that the verifier sees it compared and used */
	if (bytes > sizeof(args) ||
	    bpf_probe_read_user(&args, bytes, (const void *)address))
		return;
	rec->args_known = 1;
	rec->flags = args.flags;
	rec->exit_signal = args.exit_signal;
	rec->stack = args.stack;
	rec->stack_size = args.stack_size;
	rec->set_tid_size = args.set_tid_size;
	rec->has_set_tid = args.set_tid != 0;
	rec->cgroup = args.cgroup;
	rec->pidfd = args.pidfd;
	rec->parent_tid = args.parent_tid;
}

/* The arguments of clone(): pidfd goes where parent_tid goes. */
static __always_inline void fill_clone_registers(struct cs_call *rec,
						 __u32 flags, __u64 stack,
						 __u64 parent_tid)
{
	rec->args_known = 1;
	rec->flags = flags & ~CSIGNAL_;
	rec->exit_signal = flags & CSIGNAL_;
	rec->stack = stack;
	rec->pidfd = parent_tid;
	rec->parent_tid = parent_tid;
}

/* The registers of the call's arguments are as they were. */
static __always_inline void fill_call_args(struct cs_call *rec,
					   struct pt_regs *regs, bool compat)
{
	__u64 first =
		compat ? BPF_CORE_READ(regs, bx) : BPF_CORE_READ(regs, di);
	__u64 second =
		compat ? BPF_CORE_READ(regs, cx) : BPF_CORE_READ(regs, si);

	if (rec->via == CS_VIA_CLONE3)
		fill_clone_args(rec, first, second);
	else if (rec->via == CS_VIA_CLONE)
		fill_clone_registers(rec, first, second,
				     BPF_CORE_READ(regs, dx));
	else if (rec->via == CS_VIA_VFORK)
		fill_clone_registers(rec, CLONE_VFORK_ | CLONE_VM_ | SIGCHLD_,
				     0, 0);
	else
		fill_clone_registers(rec, SIGCHLD_, 0, 0);
}

static __always_inline void fill_call_caller(struct cs_call *rec,
					     struct task_struct *task)
{
	__u64 id = bpf_get_current_pid_tgid();

	rec->start_ns = BPF_CORE_READ(task, start_boottime);
	rec->tid = id;
	rec->tgid = id >> 32;
	rec->uid = bpf_get_current_uid_gid();
	bpf_get_current_comm(rec->comm, sizeof(rec->comm));
	rec->seccomp = task_seccomp(task);
}

/* Nothing but seccomp and tracers comes between a call and its own code. */
static __always_inline bool may_be_kept_out(struct task_struct *task)
{
	return task_seccomp(task) || BPF_CORE_READ(task, ptrace);
}

static __always_inline void send_call(struct task_struct *task,
				      struct pt_regs *regs, __u8 via, int error,
				      bool entered)
{
	struct cs_call *rec = reserve_record(sizeof(*rec));

	if (!rec)
		return;
	fill_head(&rec->head, CS_KIND_CALL, sizeof(*rec),
		  bpf_ktime_get_boot_ns());
	fill_call_caller(rec, task);
	rec->error = error;
	rec->via = via;
	rec->entered = entered;
	fill_call_args(rec, regs,
		       BPF_CORE_READ(task, thread_info.status) & TS_COMPAT_);
	if (outcome_wanted(rec->flags, error, 0))
		bpf_ringbuf_submit(rec, wakeup());
	else
		bpf_ringbuf_discard(rec, BPF_RB_NO_WAKEUP);
}

/* Of every system call of the machine: the usual ones must leave at once. */
static __always_inline int on_sys_exit(struct pt_regs *regs, long ret)
{
	struct task_struct *task;
	struct call_way *way;
	bool entered, refused;
	__u32 tid;
	__u8 via;

	if (ret >= 0 || ret < -MAX_ERRNO_)
		return 0;
	task = (void *)bpf_get_current_task();
	via = via_registers(regs);
	if (!via)
		return 0;
	tid = (__u32)bpf_get_current_pid_tgid();
	way = bpf_map_lookup_elem(&calls, &tid);
	entered = way;
	refused = way && way->refused;
	call_forget();
	if (refused || !caller_wanted() ||
	    (ret <= -ERESTARTSYS_ && ret >= -ERESTART_RESTARTBLOCK_))
		return 0;
	if (!entered && calls_full) {
		count(&lost.inflight_full);
		return 0;
	}
	if (!entered && !may_be_kept_out(task))
		entered = true;
	if (!entered && clone3_unseen && via == CS_VIA_CLONE3)
		return 0;
	send_call(task, regs, via, -ret, entered);
	return 0;
}

#endif
