/* SPDX-License-Identifier: GPL-2.0 */
/* Writing down what a workload did: one JSON object per line and clone. */
#ifndef WORKLOADS_TRUTH_H
#define WORKLOADS_TRUTH_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include <clonescope/record.h>

#include "child.h"

/* Groups of keys that are known together. What is not known is not written. */
enum truth_fact {
	TRUTH_CALLER = 1 << 0,	     /* tid tgid uid */
	TRUTH_COMM = 1 << 1,	     /* comm */
	TRUTH_CPU = 1 << 2,	     /* cpu cpu_node: pinned */
	TRUTH_FLAGS = 1 << 3,	     /* flags exit_signal */
	TRUTH_VIA = 1 << 4,	     /* via */
	TRUTH_CHILD = 1 << 5,	     /* child_tid child_tgid */
	TRUTH_POLICY = 1 << 6,	     /* policy policy_copied */
	TRUTH_CHILD_POLICY = 1 << 7, /* child_policy */
	TRUTH_VMA = 1 << 8,	     /* vma_policies */
	TRUTH_NODE = 1 << 9,	     /* node_requested */
	TRUTH_REPORT = 1 << 10,	     /* child_ns_tid child_ns */
	TRUTH_COMM_HEX = 1 << 11,    /* comm_hex */
	TRUTH_FOREIGN = 1 << 12,     /* foreign_node */
	TRUTH_KERNEL_CLONE = 1 << 13,
	TRUTH_ASKED = 1 << 14, /* asked_flags: no kernel_clone_args ever held them */
};

/* Keys have the names of struct cs_clone's fields. */
struct expected {
	unsigned int known; /* enum truth_fact */
	const char *stop;
	const char
		*match; /* the record's: "child_tid"; "caller": tid and time; "via": via and time */
	const char *via;
	int64_t asked_ns; /* CLOCK_BOOTTIME before and after the call */
	int64_t answered_ns;
	int tid, tgid, uid;
	char comm[CS_COMM_LEN];
	int cpu, cpu_node;
	int64_t flags;
	int exit_signal;
	int error;
	int child_tid, child_tgid;
	int node_requested;
	int vma_policies;
	int foreign_node;
	bool kernel_clone;
	bool policy_copied;
	struct cs_policy policy, child_policy;
	int child_ns_tid;
	uint64_t child_ns[CHILD_NAMESPACES];
};

/* NULL: standard output. Children of the caller may write too. */
void truth_open(const char *path);

/* Takes down the caller, as it is now, and what it is about to ask for. */
void truth_begin(struct expected *expected, const char *stop, const char *via, uint64_t flags,
		 int exit_signal);

/* A clone by someone else than the caller: only the time is taken down. */
void truth_begin_other(struct expected *expected, const char *stop, const char *via);

/* tid is what the call returned: a child's, or -errno. */
void truth_outcome(struct expected *expected, pid_t tid);

/* What the child said of itself. */
void truth_report(struct expected *expected, const struct report *report);

void truth_write(const struct expected *expected);
void truth_skip(const char *stop, const char *reason);

/* The first and the last line. */
void truth_write_head(void);
void truth_write_tail(void);

#endif
