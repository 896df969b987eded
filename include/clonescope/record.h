/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* The record: what the module, the BPF programs and the reader agree on. */
#ifndef CLONESCOPE_RECORD_H
#define CLONESCOPE_RECORD_H

/*
 * One clone is one struct cs_clone, filled once, when copy_process() returns
 * and before the child first runs.
 *
 * What only some views ask for has records of its own, so that nobody else pays
 * for it. The parts of a clone (struct cs_refusal, cs_detail, cs_phases) are
 * made in the same moment, by the same thread, right before its struct
 * cs_clone, and have its tid and its head.ts_ns: by these two the reader joins
 * them. A struct cs_namespaces has a struct cs_refusal in the same way. What happens later, to the caller (struct cs_return) or to the child
 * (struct cs_start, cs_exec, cs_exit, cs_namespaces), is joined by the identity
 * of the task: tid and start time. A call that was refused before
 * kernel_clone() is a struct cs_call; of it there is no struct cs_clone.
 *
 * How the layout may change: fields are only ever appended, kinds are only
 * ever added, and CS_RECORD_VERSION grows with either. The reader refuses a
 * producer of another version, so both always mean the same bytes.
 *
 * All times are CLOCK_BOOTTIME nanoseconds, so that they compare with a task's
 * start time and with /proc/<pid>/stat. All ids are those of the initial pid
 * and user namespaces. No kernel address is ever in a record.
 *
 * Function names are those of kernel/fork.c, mm/mempolicy.c, mm/vmalloc.c and
 * kernel/kthread.c, Linux 5.10 to 7.3.
 */

#ifndef __VMLINUX_H__
#include <linux/types.h>
#endif

#define CS_RECORD_VERSION 2

/* TASK_COMM_LEN of linux/sched.h. */
#define CS_COMM_LEN 16

/* CONFIG_NODES_SHIFT is at most 10 (mm/Kconfig), so no node is cut off. */
#define CS_MAX_NODES  1024
#define CS_NODE_WORDS (CS_MAX_NODES / 64)

/* Pages in a kernel stack: 4 on x86-64, 8 with KASAN; never more than 16. */
#define CS_MAX_STACK_PAGES 16

/* MAX_PID_NS_LEVEL of linux/pid_namespace.h, and the initial one. */
#define CS_MAX_LEVELS 33

/* Longer paths lose their beginning: see cs_refusal.cgroup. */
#define CS_PATH_LEN 256

/* Longer names lose their end: of kernel functions, of files. */
#define CS_NAME_LEN 64
#define CS_FILE_LEN 128

/* A node that is not a number. -1 is the kernel's own NUMA_NO_NODE. */
#define CS_NO_NODE   (-1) /* "no preference" was asked for */
#define CS_NODE_NONE (-2) /* the thing was never allocated */

/* What kind of record this is. 0 is never a kind. */
enum cs_kind {
	CS_KIND_CLONE = 1,	 /* struct cs_clone */
	CS_KIND_RETURN = 2,	 /* struct cs_return */
	CS_KIND_REFUSAL = 3,	 /* struct cs_refusal: part of a refusal */
	CS_KIND_DETAIL = 4,	 /* struct cs_detail: part of a clone */
	CS_KIND_PHASES = 5,	 /* struct cs_phases: part of a clone */
	CS_KIND_CALL = 6,	 /* struct cs_call */
	CS_KIND_START = 7,	 /* struct cs_start */
	CS_KIND_EXEC = 8,	 /* struct cs_exec */
	CS_KIND_EXIT = 9,	 /* struct cs_exit */
	CS_KIND_NAMESPACES = 10, /* struct cs_namespaces */
};

/* Who filled the record. */
enum cs_backend {
	CS_BACKEND_BPF = 1,
	CS_BACKEND_MODULE = 2,
};

/* The way in: what made the kernel call copy_process(). */
enum cs_via {
	CS_VIA_UNKNOWN = 0,
	CS_VIA_FORK = 1,      /* fork(2) */
	CS_VIA_VFORK = 2,     /* vfork(2) */
	CS_VIA_CLONE = 3,     /* clone(2) */
	CS_VIA_CLONE3 = 4,    /* clone3(2) */
	CS_VIA_KTHREAD = 5,   /* kernel_thread(), called by kthreadd */
	CS_VIA_UMH = 6,	      /* user_mode_thread(): a user-mode helper */
	CS_VIA_IO_WORKER = 7, /* create_io_thread(): io_uring */
	CS_VIA_VHOST = 8,     /* vhost_task_create(): vhost, KVM */
};

/* Where the child's kernel stack came from. */
enum cs_stack_origin {
	CS_STACK_UNKNOWN = 0,
	CS_STACK_CACHED = 1, /* this CPU's cached_stacks[] */
	CS_STACK_FRESH = 2,  /* made by __vmalloc_node_range() */
};

/*
 * Bits of cs_clone.missing: facts that could not be learnt. The field of a
 * missing fact is zero and means nothing; it is shown as '?'.
 */
enum cs_fact {
	CS_FACT_VIA = 0,
	CS_FACT_KERNEL_CLONE = 1,
	CS_FACT_EXIT_SIGNAL = 2,
	CS_FACT_COPY_NS = 3,
	CS_FACT_NODE_REQUESTED = 4,
	CS_FACT_TASK_NODE = 5,
	CS_FACT_STACK_NODES = 6,
	CS_FACT_STACK_ORIGIN = 7,
	CS_FACT_POLICY = 8,
	CS_FACT_CHILD_POLICY = 9,
	CS_FACT_POLICY_COPIED = 10,
	CS_FACT_VMA_POLICIES = 11,
	CS_FACT_COUNT = 12,
};

#define CS_MISSING(fact) (1ULL << (fact))

/* Every record begins so. */
struct cs_head {
	__u16 kind;   /* enum cs_kind */
	__u16 size;   /* of the whole record, this head included, bytes */
	__u8 version; /* CS_RECORD_VERSION of the producer */
	__u8 backend; /* enum cs_backend */
	__u16 pad;    /* zero */
	__u64 ts_ns;  /* when it happened: see each kind */
};

/*
 * A memory policy, struct mempolicy. No policy at all (a NULL
 * task->mempolicy) is mode MPOL_DEFAULT, no flags, no nodes, no home.
 */
struct cs_policy {
	__u16 mode;		    /* MPOL_* of linux/mempolicy.h; as stored */
	__u16 flags;		    /* MPOL_F_STATIC_NODES, ...: mode flags only */
	__s32 home_node;	    /* set_mempolicy_home_node(); CS_NO_NODE: none */
	__u64 nodes[CS_NODE_WORDS]; /* bit n: node n is in the policy */
};

/* One clone, successful or not. head.ts_ns: copy_process() returned. */
struct cs_clone {
	struct cs_head head;
	__u64 missing; /* CS_MISSING() of each fact not learnt */

	/* The caller: the thread that asked, or the kernel thread that did. */
	__u64 start_ns; /* task->start_boottime; with tid, its identity */
	__u32 tid;
	__u32 tgid;
	__u32 uid;		/* real uid, initial user namespace */
	__u32 cpu;		/* at copy_process()'s entry; by raw tracepoint, its end */
	char comm[CS_COMM_LEN]; /* chosen by the caller: hostile */

	/* The request: struct kernel_clone_args as copy_process() got it. */
	__u64 flags;	   /* CLONE_*, all 64 bits, CSIGNAL taken out */
	__s32 exit_signal; /* 0: none */
	__u8 via;	   /* enum cs_via */
	__u8 kernel_clone; /* 1: kernel_clone() was passed, 0: it was not */

	/* How the child came by its stack; see stack_nodes. */
	__u8 stack_origin;  /* enum cs_stack_origin */
	__u8 policy_copied; /* 1: __mpol_dup() was called on task policy */

	/*
	 * The outcome. Where error is not 0 there is no child: child_tid,
	 * child_tgid, child_start_ns and child_policy are zero, not missing.
	 */
	__s32 error; /* errno, positive; 0: there is a child */
	__u32 child_tid;
	__u32 child_tgid;
	__u32 vma_policies;   /* policies of VMAs copied beside the task's */
	__u64 child_start_ns; /* the child's task->start_boottime */
	__u64 copy_ns;	      /* from copy_process()'s entry to its return */

	/*
	 * Nodes. node_requested is copy_process()'s argument, or where that is
	 * NUMA_NO_NODE what tsk_fork_get_node() makes of it: kthreadd's
	 * pref_node_fork. cpu_node is the node of .cpu. task_node is
	 * CS_NODE_NONE where the clone was refused before there was a
	 * task_struct; then there was no stack either, and stack_pages is 0.
	 * Of a clone refused later the stack is gone, and its facts missing.
	 * stack_nodes[i] is the node of the stack's i-th page from its low end,
	 * for stack_pages pages; the rest is zero.
	 */
	__s16 cpu_node;
	__s16 node_requested;
	__s16 task_node;
	__u16 stack_pages;
	__s16 stack_nodes[CS_MAX_STACK_PAGES];

	/*
	 * The caller's policy as __mpol_dup() found it (as it was at the
	 * return, if no copy was made) and the child's, a moment later.
	 */
	struct cs_policy policy;
	struct cs_policy child_policy;
};

/*
 * kernel_clone() returned to its caller. head.ts_ns: when. Also of a call that it
 * refused itself, without copy_process(): of that there is no struct cs_clone.
 */
struct cs_return {
	struct cs_head head;
	__u64 start_ns; /* the caller's, as in struct cs_clone */
	__u32 tid;	/* the caller's */
	__u32 tgid;
	__u32 uid;
	__u32 child_tid; /* 0: refused */
	__s32 error;	 /* errno, positive */
	__u32 pad;	 /* zero */
	__u64 flags;	 /* as in struct cs_clone */
	__u64 copy_ns;	 /* as in struct cs_clone; 0: copy_process() not reached */
	__u64 clone_ns;	 /* from kernel_clone()'s entry to its return */
	/*
	 * For CLONE_VFORK, how long the parent was held: from copy_process()'s
	 * return to kernel_clone()'s, which waits for mm_release() between.
	 */
	__u64 vfork_ns;
	char comm[CS_COMM_LEN];
};

/*
 * The stages of copy_process(), in its order (Linux 5.10 has LIMITS before
 * CREDS). A clone is in a stage from when it passes the first marker of that
 * stage until it passes the first of another; a marker is a function that is
 * called there and nowhere else in copy_process().
 */
enum cs_stage {
	CS_STAGE_CHECKS = 0,	  /* of flags, until recalc_sigpending() */
	CS_STAGE_TASK = 1,	  /* dup_task_struct(): task_struct and stack */
	CS_STAGE_CREDS = 2,	  /* copy_creds(), and in it create_user_ns() */
	CS_STAGE_LIMITS = 3,	  /* RLIMIT_NPROC, threads-max */
	CS_STAGE_POLICY = 4,	  /* mpol_dup() */
	CS_STAGE_SCHED = 5,	  /* sched_fork() */
	CS_STAGE_SECURITY = 6,	  /* perf events, audit, LSM, semaphore undo */
	CS_STAGE_FILES = 7,	  /* copy_files() */
	CS_STAGE_FS = 8,	  /* copy_fs() */
	CS_STAGE_SIGNAL = 9,	  /* copy_sighand(), copy_signal() */
	CS_STAGE_MM = 10,	  /* copy_mm() */
	CS_STAGE_NAMESPACES = 11, /* copy_namespaces(), between the types */
	CS_STAGE_NEW_MNT = 12,	  /* copy_mnt_ns() */
	CS_STAGE_NEW_UTS = 13,	  /* copy_utsname() */
	CS_STAGE_NEW_IPC = 14,	  /* copy_ipcs() */
	CS_STAGE_NEW_PID = 15,	  /* copy_pid_ns() */
	CS_STAGE_NEW_CGROUP = 16, /* copy_cgroup_ns() */
	CS_STAGE_NEW_NET = 17,	  /* copy_net_ns() */
	CS_STAGE_NEW_TIME = 18,	  /* copy_time_ns() */
	CS_STAGE_THREAD = 19,	  /* copy_io(), copy_thread() */
	CS_STAGE_PID = 20,	  /* alloc_pid() */
	CS_STAGE_PIDFD = 21,	  /* pidfd_prepare() and what follows it */
	CS_STAGE_CGROUP = 22,	  /* cgroup_can_fork() */
	CS_STAGE_PUBLISH = 23,	  /* sched_cgroup_fork() to attach_pid() */
	CS_STAGE_FINISH = 24,	  /* proc_fork_connector() to the return */
	CS_STAGE_COUNT = 25,
};

/* The types of namespaces, in the order of the arrays below. */
enum cs_ns {
	CS_NS_CGROUP = 0,
	CS_NS_IPC = 1,
	CS_NS_MNT = 2,
	CS_NS_NET = 3,
	CS_NS_PID = 4,
	CS_NS_TIME = 5,
	CS_NS_USER = 6,
	CS_NS_UTS = 7,
	CS_NS_COUNT = 8,
};

/*
 * Bits of cs_refusal.trail: what copy_process() left behind in the task_struct
 * that it gave up, read when it returned. Each says that a stage was passed.
 * Source: the bad_fork_* labels and what they undo, 5.10 to 7.3.
 */
enum cs_trail {
	CS_TRAIL_TASK = 0,	 /* dup_task_struct(): the stack is given back */
	CS_TRAIL_CREDS = 1,	 /* copy_creds(): real_cred is NULL again */
	CS_TRAIL_LIMITS = 2,	 /* the list of children is an empty one */
	CS_TRAIL_SCHED = 3,	 /* sched_fork() was entered: se.group_node is empty */
	CS_TRAIL_SECURITY = 4,	 /* security_task_alloc(): shm_init_task() done */
	CS_TRAIL_FILES = 5,	 /* copy_files(): files is NULL again */
	CS_TRAIL_FS = 6,	 /* copy_fs(): fs is NULL again */
	CS_TRAIL_MM = 7,	 /* copy_mm(): mm is not NULL, nor the caller's */
	CS_TRAIL_NAMESPACES = 8, /* copy_namespaces(): nsproxy is NULL again */
	CS_TRAIL_PID = 9,	 /* alloc_pid() and pidfd: pid is a new one */
	CS_TRAIL_CGROUP = 10,	 /* cgroup_can_fork(): start_time is a new one */
};

#define CS_TRAIL(bit) (1U << (bit))

/* Facts of struct cs_refusal that may be missing: its bits. */
enum cs_refusal_fact {
	CS_REFUSAL_TRAIL = 0,	      /* trail */
	CS_REFUSAL_CHROOTED = 1,      /* chrooted */
	CS_REFUSAL_MAPPED = 2,	      /* ids_mapped */
	CS_REFUSAL_UCOUNT = 3,	      /* ucount_* */
	CS_REFUSAL_NPROC = 4,	      /* nproc_* */
	CS_REFUSAL_THREADS = 5,	      /* threads, threads_max */
	CS_REFUSAL_OVERCOMMIT = 6,    /* overcommit */
	CS_REFUSAL_NR_OPEN = 7,	      /* nr_open, fds */
	CS_REFUSAL_PID_MAX = 8,	      /* pid_max, pids_used */
	CS_REFUSAL_TID_IN_USE = 9,    /* tid_in_use_level */
	CS_REFUSAL_PIDS = 10,	      /* pids_*, and cgroup where they are full */
	CS_REFUSAL_TARGET = 11,	      /* target_*, and cgroup where it is one */
	CS_REFUSAL_USERNS_CLONE = 12, /* userns_clone */
	CS_REFUSAL_STAGE = 13,	      /* stage: nobody asked for phases */
	CS_REFUSAL_COUNT = 14,
};

/* Bits of cs_refusal.is: of the caller, when copy_process() returned. */
enum cs_is {
	CS_IS_PIDNS_INIT = 0,	  /* signal->flags & SIGNAL_UNKILLABLE */
	CS_IS_PIDNS_PENDING = 1,  /* pid_ns_for_children is not its own */
	CS_IS_TIMENS_PENDING = 2, /* time_ns_for_children is not its own */
	CS_IS_PIDNS_DYING = 3,	  /* pid_ns_for_children: no PIDNS_ADDING */
	CS_IS_PIDNS_EMPTY = 4,	  /* pid_ns_for_children: no child_reaper */
	CS_IS_FS_IN_EXEC = 5,	  /* fs->in_exec */
	CS_IS_DEADLINE = 6,	  /* SCHED_DEADLINE, and no reset on fork */
	CS_IS_AUTOREAP = 7,	  /* signal->autoreap; since 7.1 */
	CS_IS_INIT_USER = 8,	  /* the user that no RLIMIT_NPROC binds */
	CS_IS_SIGNAL_PENDING = 9, /* TIF_SIGPENDING */
	CS_IS_KILLED = 10,	  /* SIGKILL is pending */
	CS_IS_NS_CAPABLE = 11,	  /* CAP_CHECKPOINT_RESTORE or CAP_SYS_ADMIN in
				      the user namespace of pid_ns_for_children:
				      it is the caller's or a child of it */

	/* Of the target of CLONE_INTO_CGROUP, known with CS_REFUSAL_TARGET: */
	CS_IS_OTHER_DOMAIN = 12,   /* dom_cgrp is not that of the caller's */
	CS_IS_TARGET_INVALID = 13, /* not cgroup_is_valid_domain() */

	CS_IS_THREADED = 14, /* its process has several threads */
};

#define CS_IS(bit) (1U << (bit))

/*
 * Why a clone was refused: what the rules of copy_process() compare, as it was
 * when it returned. A part of the struct cs_clone whose error is not 0, or of
 * such a struct cs_namespaces: unshare() shares some of the rules. Of that all
 * that copy_process() alone goes by is missing: TRAIL, STAGE, NPROC, NR_OPEN,
 * PID_MAX, TID_IN_USE, PIDS and TARGET; tls is 0.
 *
 * The kernel does not say which rule it applied: the reader holds these against
 * all of them (model/refusal.c). So each number is what the kernel had, or is
 * missing; none is a guess.
 */
struct cs_refusal {
	struct cs_head head;
	__u64 missing; /* CS_MISSING() of enum cs_refusal_fact */
	__u32 tid;     /* the caller's */
	__u32 trail;   /* CS_TRAIL() */
	__u32 is;      /* CS_IS() */
	__s32 stage;   /* enum cs_stage: the last marker passed was its */

	/* The caller's credentials. */
	__u64 caps;	   /* cred->cap_effective, in user_ns */
	__u32 user_ns;	   /* inode of its user namespace */
	__s32 user_level;  /* 0: the initial user namespace */
	__u32 euid;	   /* initial user namespace */
	__u8 chrooted;	   /* what current_chrooted() said */
	__u8 ids_mapped;   /* euid and egid are, in user_ns */
	__s8 overcommit;   /* sysctl_overcommit_memory */
	__s8 userns_clone; /* Debian's unprivileged_userns_clone */

	/*
	 * inc_ucount() found no room: the limit of user.max_*_namespaces, for
	 * ucount_uid in the namespace ucount_ns, ucount_level deep.
	 */
	__s32 ucount_type; /* enum ucount_type of the kernel, -1: never failed */
	__u32 ucount_uid;
	__s64 ucount_max;
	__u32 ucount_ns;
	__s32 ucount_level;

	/*
	 * RLIMIT_NPROC: the first level of user namespaces, from the caller's
	 * up, that has no room for one more; else the caller's own.
	 */
	__s64 nproc;	 /* processes that are counted there now */
	__s64 nproc_max; /* < 0: none */
	__u32 nproc_ns;
	__u32 nproc_uid;

	__s32 threads; /* nr_threads of the machine */
	__s32 threads_max;

	__u64 total_vm; /* pages of the caller's mm */
	__u32 nr_open;	/* fs.nr_open */
	__u32 fds;	/* the highest open fd, and one */
	__u64 nofile;	/* RLIMIT_NOFILE, soft */

	/* The pid namespace of the children, and what set_tid asked of it. */
	__s32 pid_level;
	__u32 pid_ns;
	__s32 pid_max;
	__u32 pids_used;	/* in that namespace */
	__s32 tid_in_use_level; /* of the first set_tid that is in use; -1 */
	__u32 set_tid_size;
	__s32 set_tid[CS_MAX_LEVELS - 1]; /* innermost first */
	__u64 tls;			  /* as passed */

	/* The first cgroup, from the child's up, at its pids.max. */
	__s64 pids;	/* charged there now */
	__s64 pids_max; /* -1: none is full, and these are of nobody */

	/* The target of CLONE_INTO_CGROUP. */
	__s32 cgroup_fd;      /* as passed */
	__u16 target_subtree; /* its subtree_control */
	__u8 target_dying;
	__u8 target_cgroup2; /* the fd is a directory of cgroup2 */

	/*
	 * The path of the one or the other, from the root of cgroup2, ended by
	 * NUL; one too long begins with "...". "": neither. Hostile.
	 */
	char cgroup[CS_PATH_LEN];
};

/* Facts of struct cs_detail that may be missing: its bits. */
enum cs_detail_fact {
	CS_DETAIL_NAME = 0,	  /* name: of a kernel thread */
	CS_DETAIL_FUNCTION = 1,	  /* function: of a kernel thread */
	CS_DETAIL_NAMESPACES = 2, /* ns, caller_ns */
	CS_DETAIL_CGROUP = 3,	  /* cgroup, cgroup_id, caller_cgroup_id */
	CS_DETAIL_CPUS = 4,	  /* cpus, caller_cpus, cpus_changed */
	CS_DETAIL_MEMS = 5,	  /* mems_changed */
	CS_DETAIL_REQUEST = 6,	  /* cgroup_fd to set_tid: of a system call */
	CS_DETAIL_COUNT = 7,
};

/*
 * All that is known of a clone beside its struct cs_clone, a part of which this
 * is. Of a refused clone the child's half is zero, not missing.
 */
struct cs_detail {
	struct cs_head head;
	__u64 missing; /* CS_MISSING() of enum cs_detail_fact */
	__u32 tid;     /* the caller's */

	/* The request, struct kernel_clone_args; addresses are user space's. */
	__s32 cgroup_fd; /* with CLONE_INTO_CGROUP */
	__u64 pidfd;
	__u64 child_tid;
	__u64 parent_tid;
	__u64 tls;
	__u64 stack; /* as the kernel has it: of clone3, the end */
	__u64 stack_size;
	__u32 set_tid_size;
	__s32 set_tid[CS_MAX_LEVELS - 1]; /* innermost first */
	__u32 pad;			  /* zero */
	char name[CS_COMM_LEN];		  /* of a kernel thread */
	char function[CS_NAME_LEN];	  /* that it is to run */

	/* The child. pids[0] is of the initial pid namespace. */
	__u32 pid_level;
	__s32 pids[CS_MAX_LEVELS];
	__u32 real_parent_tid; /* whose child it is: see CLONE_PARENT */
	__u32 real_parent_tgid;
	__u32 ns[CS_NS_COUNT];	      /* inodes of the child's namespaces */
	__u32 caller_ns[CS_NS_COUNT]; /* and of the caller's */
	__s32 user_level;	      /* of the child's user namespace */
	__u32 user_owner;	      /* its owner, initial user namespace */

	/* The first line of its uid map; uid_map_count 0: none is written. */
	__u32 uid_map_first;
	__u32 uid_map_lower;
	__u32 uid_map_count;

	/* What the child has, and what its caller has. */
	__u32 child_uid;
	__u32 cpus; /* how many it may run on */
	__u32 caller_cpus;
	__u8 cpus_changed;
	__u8 mems_changed; /* cpuset.mems */
	__u8 seccomp;	   /* SECCOMP_MODE_* */
	__u8 caller_seccomp;
	__u8 no_new_privs;
	__u8 caller_no_new_privs;
	__u8 sched_policy; /* SCHED_* */
	__u8 caller_sched_policy;
	__s32 prio; /* task->static_prio */
	__s32 caller_prio;
	__u64 caps; /* cap_effective */
	__u64 caller_caps;
	__u64 cgroup_id; /* of cgroup2: the inode of its directory */
	__u64 caller_cgroup_id;
	/*
	 * The child's; of a refused clone, which has none, the caller's. As in
	 * struct cs_refusal.
	 */
	char cgroup[CS_PATH_LEN];
};

/*
 * The way through copy_process(), a part of a clone. phase_ns[stage] is the time
 * spent in that stage; 0: it was not entered.
 */
struct cs_phases {
	struct cs_head head;
	__u32 tid;    /* the caller's */
	__u32 passed; /* bit s: a marker of stage s was passed */
	__u32 told;   /* bit s: one is planted */
	__u32 phase_ns[CS_STAGE_COUNT];
};

/*
 * A call of the clone family that failed before copy_process(). head.ts_ns: it
 * returned. What clone3() was asked is what its caller's memory said then.
 */
struct cs_call {
	struct cs_head head;
	__u64 start_ns; /* the caller's */
	__u32 tid;
	__u32 tgid;
	__u32 uid;
	__s32 error; /* errno, positive */
	char comm[CS_COMM_LEN];
	__u8 via;	 /* enum cs_via */
	__u8 entered;	 /* the system call was; else seccomp or a tracer */
	__u8 args_known; /* clone_args could be read */
	__u8 seccomp;	 /* SECCOMP_MODE_* of the caller */
	__u32 pad;	 /* zero */
	__u64 flags;	 /* of clone(): CSIGNAL taken out */
	__u64 exit_signal;
	__u64 args_size; /* of clone_args, as passed */
	__u64 stack;
	__u64 stack_size;
	__u64 set_tid_size;
	__u64 cgroup;
	__u64 pidfd;
	__u64 parent_tid;
	__u8 has_set_tid; /* clone_args.set_tid is not NULL */
	__u8 pad2[7];	  /* zero */
};

/* A new task's first moment on a CPU: schedule_tail(). head.ts_ns: when. */
struct cs_start {
	struct cs_head head;
	__u64 start_ns; /* with tid, the child's identity */
	__u32 tid;
	__u32 tgid;
	__u32 cpu;
	__s32 node; /* of that CPU */
};

/* A task called execve(). head.ts_ns: sched_process_exec. */
struct cs_exec {
	struct cs_head head;
	__u64 start_ns;
	__u32 tid; /* after: a thread takes its leader's */
	__u32 tgid;
	__u32 old_tid;
	__u32 pad;		/* zero */
	char comm[CS_COMM_LEN]; /* the new one */
	char file[CS_FILE_LEN]; /* bprm->filename; hostile */
};

/*
 * A task ended. head.ts_ns: sched_process_exit. Of threads that end at once
 * several can be the last: until 6.18 it is only known that all others had
 * begun to end by then.
 */
struct cs_exit {
	struct cs_head head;
	__u64 start_ns;
	__u32 tid;
	__u32 tgid;
	__s32 code;	  /* as of wait(2): task->exit_code */
	__u8 last_thread; /* of its process */
	__u8 pad[3];	  /* zero */
	char comm[CS_COMM_LEN];
};

/*
 * A task called unshare() or setns(). head.ts_ns: it returned. One that failed has
 * a struct cs_refusal as a part.
 */
struct cs_namespaces {
	struct cs_head head;
	__u64 start_ns;
	__u32 tid;
	__u32 tgid;
	__u64 flags;   /* as passed: CLONE_NEW*, ... */
	__s32 error;   /* errno, positive */
	__u8 is_setns; /* else unshare() */
	__u8 pad[3];   /* zero */
	char comm[CS_COMM_LEN];
	__u32 ns[CS_NS_COUNT]; /* now; PID and TIME: those of its children */
};

#define CS_ASSERT_SIZE(type, bytes) _Static_assert(sizeof(type) == (bytes), "layout of " #type)

CS_ASSERT_SIZE(struct cs_head, 16);
CS_ASSERT_SIZE(struct cs_policy, 136);
CS_ASSERT_SIZE(struct cs_clone, 424);
CS_ASSERT_SIZE(struct cs_return, 96);
CS_ASSERT_SIZE(struct cs_refusal, 584);
CS_ASSERT_SIZE(struct cs_detail, 840);
CS_ASSERT_SIZE(struct cs_phases, 128);
CS_ASSERT_SIZE(struct cs_call, 144);
CS_ASSERT_SIZE(struct cs_start, 40);
CS_ASSERT_SIZE(struct cs_exec, 184);
CS_ASSERT_SIZE(struct cs_exit, 56);
CS_ASSERT_SIZE(struct cs_namespaces, 96);

#endif
