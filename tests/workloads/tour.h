/* SPDX-License-Identifier: GPL-2.0 */
/* The stops of the tour, and what their visits have in common. */
#ifndef WORKLOADS_TOUR_H
#define WORKLOADS_TOUR_H

#include <stdbool.h>
#include <stdint.h>

#include "child.h"
#include "truth.h"

/* What glibc's fork() asks clone(2) for, on x86-64 and arm64. */
#define GLIBC_FORK_FLAGS (CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID)

/* The name of every task of the tour that clones. */
#define TOUR_COMM "cs-tour"

struct stop {
	const char *name;
	/* 0: the kernel did what the stop is for, or it cannot be done here and that is told. */
	int (*visit)(const struct stop *stop);
	const char *via;
	uint64_t flags;
	int exit_signal;
	int error;	/* errno that is to be the answer; 0: a child */
	bool early;	/* refused before kernel_clone() */
	int mode;	/* MPOL_* of the caller, with its mode flags */
	int vmas;	/* mappings of the caller that have a policy */
	const char *ns; /* the kind of namespace that is asked for */
};

/* stops_calls.c */
int visit_call(const struct stop *stop);
int visit_glibc_fork(const struct stop *stop);
int visit_spawn(const struct stop *stop);
int visit_pthread(const struct stop *stop);
int visit_clone_parent(const struct stop *stop);
int visit_set_tid(const struct stop *stop);
int visit_into_cgroup(const struct stop *stop);
int visit_namespace(const struct stop *stop);

/* stops_refused.c */
int visit_set_tid_in_use(const struct stop *stop);
int visit_bad_cgroup(const struct stop *stop);
int visit_bad_tls(const struct stop *stop);
int visit_as_user(const struct stop *stop);
int visit_no_processes_left(const struct stop *stop);
int visit_no_files_left(const struct stop *stop);
int visit_deadline(const struct stop *stop);
int visit_full_cgroup(const struct stop *stop);

/* stops_numa.c */
int visit_policy(const struct stop *stop);
int visit_other_nodes(const struct stop *stop);

/* stops_kernel.c */
int visit_umh(const struct stop *stop);
int visit_kthread(const struct stop *stop);
int visit_kthread_nodes(const struct stop *stop);
int visit_io_worker(const struct stop *stop);
int visit_sqpoll(const struct stop *stop);
int visit_vhost(const struct stop *stop);

/* The program as a user-mode helper: tells visit_umh() who it is. */
int umh_main(void);

/* The request a stop stands for, with a report of its own. */
struct request stop_request(const struct stop *stop);

/* Makes the clone, waits for its end and writes it down. Returns what a visit does. */
int stop_make(const struct stop *stop, const struct request *request);

/* Runs in_helper in a child, which is written down too. Returns what a visit does. */
int stop_in_helper(const struct stop *stop, int (*in_helper)(const struct stop *stop));

/* Runs a program to its end by posix_spawn(), which is written down. 0: it ended well. */
int spawn_and_tell(const struct stop *stop, const char *path, char *const argv[]);

/* Tells that a stop cannot be visited here. Returns 0. */
int stop_skip(const struct stop *stop, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
