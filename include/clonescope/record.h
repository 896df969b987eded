/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* The record: what the module, the BPF programs and the reader agree on. */
#ifndef CLONESCOPE_RECORD_H
#define CLONESCOPE_RECORD_H

/*
 * One clone is one struct cs_clone, filled once, when copy_process() returns
 * and before the child first runs. A view that asks for it gets one struct
 * cs_return more, when kernel_clone() returns. Nothing else crosses from the
 * kernel to the reader.
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

#define CS_RECORD_VERSION 1

/* TASK_COMM_LEN of linux/sched.h. */
#define CS_COMM_LEN 16

/* CONFIG_NODES_SHIFT is at most 10 (mm/Kconfig), so no node is cut off. */
#define CS_MAX_NODES  1024
#define CS_NODE_WORDS (CS_MAX_NODES / 64)

/* Pages in a kernel stack: 4 on x86-64, 8 with KASAN; never more than 16. */
#define CS_MAX_STACK_PAGES 16

/* A node that is not a number. -1 is the kernel's own NUMA_NO_NODE. */
#define CS_NO_NODE   (-1) /* "no preference" was asked for */
#define CS_NODE_NONE (-2) /* the thing was never allocated */

/* What kind of record this is. 0 is never a kind. */
enum cs_kind {
	CS_KIND_CLONE = 1,  /* struct cs_clone */
	CS_KIND_RETURN = 2, /* struct cs_return */
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

#define CS_ASSERT_SIZE(type, bytes) _Static_assert(sizeof(type) == (bytes), "layout of " #type)

CS_ASSERT_SIZE(struct cs_head, 16);
CS_ASSERT_SIZE(struct cs_policy, 136);
CS_ASSERT_SIZE(struct cs_clone, 424);
CS_ASSERT_SIZE(struct cs_return, 96);

#endif
