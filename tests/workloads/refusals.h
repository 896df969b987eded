/* SPDX-License-Identifier: GPL-2.0 */
/* The provocations: clones that the kernel is to refuse, one rule each, and how they are told. */
#ifndef WORKLOADS_REFUSALS_H
#define WORKLOADS_REFUSALS_H

#include <linux/sched.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* A user with no other processes, so that all that is counted for it is ours. */
#define LONELY_UID 54321

/* What a thread must ask for to be one. */
#define THREAD_NEEDS (CLONE_VM | CLONE_SIGHAND | CLONE_THREAD)

/* A version of the kernel, to be compared as a number. */
#define KERNEL(major, minor) ((major) << 8 | (minor))

/* One call of the clone family, as raw as it gets. Its child, if there is one, ends at once. */
struct ask {
	const char *call;	/* "fork", "vfork", "clone" or "clone3" */
	struct clone_args args; /* clone() has exit_signal in its flags, and no use for some */
	size_t size;		/* of clone_args, as it is told to clone3() */
	const void *where;	/* NULL: args; else what is told to clone3() in its place */
};

struct provocation {
	const char *rule; /* of the table of rules, such as "C4" */
	const char *name;
	int error;	  /* errno that is to be the answer */
	const char *call; /* NULL: "clone3" */
	uint64_t flags;
	int exit_signal; /* 0: SIGCHLD, where it is not a thread */
	int since;	 /* KERNEL(), the first that has the rule so; 0: all */
	int until;	 /* the last; 0: all */
	/* 0: refused as it should be, or told why not. NULL: the call alone does it. */
	int (*provoke)(const struct provocation *provocation);
	struct clone_args args; /* what is to be there besides flags and exit_signal */
	size_t size;		/* 0: that of struct clone_args */
	/* What the sentence about it must name: see expect_number(). */
	struct {
		const char *name;
		long long value;
	} number;
};

/* By theme; each list ends with a row that has no rule. */
extern const struct provocation provocations_args[];
extern const struct provocation provocations_flags[];
extern const struct provocation provocations_users[];
extern const struct provocation provocations_limits[];
extern const struct provocation provocations_namespaces[];
extern const struct provocation provocations_pids[];
extern const struct provocation provocations_cgroups[];
extern const struct provocation provocations_calls[];

/* refusal.c: making a call and telling it. */

/* Where to tell: NULL is standard output. Forked processes tell there too. */
void tell_to(const char *path);

/* What a provocation asks for, before anything is changed. */
struct ask ask_of(const struct provocation *provocation);

/* The child's tid or -errno, as the system call said. */
pid_t ask(const struct ask *ask);

/* From now on the sentence is to name this: a number as a word, a text as it is. */
void expect_number(const char *name, long long value);
void expect_text(const char *name, const char *value);

/* For a caller that is about to lose sight of /proc. */
void know_self(void);

/*
 * Asks once and tells what the answer was. Returns 0 if it was the right one. What follows the
 * first such call of a process is no part of the provocation.
 */
int refuse(const struct provocation *provocation, const struct ask *ask);

/* The same, once as many children as there is room for were made; at most @most. */
int refuse_at_last(const struct provocation *provocation, const struct ask *ask, int most);

/*
 * For what takes several calls: the time before them, and one line about them all. @tries records
 * of @error are to be seen, and then a child: 0 where it is not to be looked for.
 */
void tell_begin(void);
void tell(const struct provocation *provocation, int error, int tries, pid_t child);

/* Tells that it can't be provoked here. Returns 0. */
int skip(const struct provocation *provocation, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Two lists of a whole truth: what ran on, and how much was told. */
void tell_head(void);
void tell_tail(void);

/* surroundings.c: what is changed so that the kernel refuses. 0 or -errno. */

int running_kernel(void);

/* Sysctls are put back by sysctls_restore(), whichever process has set them and however it ended. */
int sysctl_set(const char *path, long long value);
void sysctls_init(void);
void sysctls_restore(void);

int write_file(const char *path, const char *text);
long long read_number(const char *path);

/* All of it: user, group, capabilities. */
int become_user(void);

/* A new user namespace in which the caller is root. */
int enter_user_ns(void);

/* The inode of /proc/self/ns/@name. */
uint64_t ns_inode(const char *name);

/* Runs @provoke as the only process of a pid namespace, that deep. Returns what it does. */
int in_pid_ns(int depth, int (*provoke)(const struct provocation *provocation),
	      const struct provocation *provocation);

/* A child that has called unshare(@flags) and stays. */
int hold_namespaces(int flags);

/* A cgroup for provocations; made with its controllers, removed with all below it. */
#define CGROUPS "/sys/fs/cgroup/cs-refusals"
int cgroups_init(void);
void cgroups_remove(void);

/* @path is below CGROUPS, as in "a/b". */
int cgroup_make(const char *path);
int cgroup_write(const char *path, const char *file, const char *text);
int cgroup_open(const char *path);

#endif
