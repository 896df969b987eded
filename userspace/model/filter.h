/* SPDX-License-Identifier: GPL-2.0 */
/* Which records the user wants to see. */
#ifndef CLONESCOPE_MODEL_FILTER_H
#define CLONESCOPE_MODEL_FILTER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include <clonescope/record.h>

/* A record must pass every condition that is set. All zero: every record passes. */
struct cs_filter {
	bool has_tgid;
	bool has_tid;
	bool has_uid;
	bool has_comm;
	bool failed_only; /* a restart (ERESTARTNOINTR) is no failure */
	pid_t tgid;	  /* the caller's, as all of these */
	pid_t tid;
	uid_t uid;
	char comm[CS_COMM_LEN];	  /* NUL-terminated; as the kernel keeps it: 15 bytes */
	int error;		  /* errno, positive; 0: any outcome */
	uint64_t flags;		  /* CLONE_* that must all be set; 0: any */
	uint64_t min_ns;	  /* copy_process() took at least this; 0: any */
	char cgroup[CS_PATH_LEN]; /* begins with a slash: a path; else a name; "": any */
};

/* Want this command name; more than 15 bytes are cut, as the kernel cuts them. */
void filter_set_comm(struct cs_filter *filter, const char *comm);

/*
 * Want this cgroup and what is below it: a path, which may begin with /sys/fs/cgroup; or, without a slash, the name of any
 * cgroup on the way, or of a container, or six or more digits that its id or its pod's begins with. Returns false if
 * it is too long, or empty.
 */
bool filter_set_cgroup(struct cs_filter *filter, const char *text);

/* Is this cgroup wanted? @path: from the root of cgroup2; NULL: not known. No other condition is looked at. */
bool filter_match_cgroup(const struct cs_filter *filter, const char *path);

/* A condition on a fact that the record is missing is not met; filter->cgroup is not looked at. */
bool filter_match(const struct cs_filter *filter, const struct cs_clone *rec);

/* The same for a record of the other kind. A call that never got to copy_process() took no time there. */
bool filter_match_return(const struct cs_filter *filter, const struct cs_return *rec);
bool filter_match_call(const struct cs_filter *filter, const struct cs_call *rec);

/* The same for what became of a task: struct cs_start, cs_exec, cs_exit, cs_namespaces. */
bool filter_match_life(const struct cs_filter *filter, const struct cs_head *head);

#endif
