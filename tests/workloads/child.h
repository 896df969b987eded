/* SPDX-License-Identifier: GPL-2.0 */
/* Making one child by one exactly known call, and learning what it saw of itself. */
#ifndef WORKLOADS_CHILD_H
#define WORKLOADS_CHILD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include <clonescope/record.h>

#define CHILD_NAMESPACES 8
extern const char *const child_ns_names[CHILD_NAMESPACES];

/* Filled by the child, in memory it shares with its parent. */
struct report {
	int done; /* a futex: 1 once everything below is there */
	pid_t ns_tid;
	struct cs_policy policy;
	uint64_t ns[CHILD_NAMESPACES]; /* inode of /proc/self/ns/NAME; 0: no such kind */
};

struct request {
	const char *via; /* "fork", "vfork", "clone" or "clone3" */
	uint64_t flags;
	int exit_signal;
	pid_t set_tid;
	int cgroup;
	uint64_t tls;
	struct report *report;
};

/* A shared page for one report; never fails to return. */
struct report *report_new(void);

void report_free(struct report *report);

void report_self(struct report *report);

/* The child's tid, or -errno. */
pid_t child_make(const struct request *request);

/* Returns when the child has ended, or, under CLONE_PARENT, has reported. */
void child_wait(const struct request *request, pid_t tid);

#endif
