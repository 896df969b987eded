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
	char comm[CS_COMM_LEN]; /* NUL-terminated; as the kernel keeps it: 15 bytes */
	int error;		/* errno, positive; 0: any outcome */
	uint64_t flags;		/* CLONE_* that must all be set; 0: any */
	uint64_t min_ns;	/* copy_process() took at least this; 0: any */
};

/* Want this command name; more than 15 bytes are cut, as the kernel cuts them. */
void filter_set_comm(struct cs_filter *filter, const char *comm);

/* A condition on a fact that the record is missing is not met. */
bool filter_match(const struct cs_filter *filter, const struct cs_clone *rec);

/* The same for a record of the other kind. A call that never got to copy_process() took no time there. */
bool filter_match_return(const struct cs_filter *filter, const struct cs_return *rec);
bool filter_match_call(const struct cs_filter *filter, const struct cs_call *rec);

/* The same for what became of a task: struct cs_start, cs_exec, cs_exit, cs_namespaces. */
bool filter_match_life(const struct cs_filter *filter, const struct cs_head *head);

#endif
