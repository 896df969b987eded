/* SPDX-License-Identifier: GPL-2.0 */
/* What the chapters of the table of rules share, and nobody else includes. */
#ifndef CLONESCOPE_MODEL_RULES_TABLE_H
#define CLONESCOPE_MODEL_RULES_TABLE_H

#include <errno.h>

#include "model/flags.h"
#include "model/rules.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* What copy_namespaces() wants CAP_SYS_ADMIN for. */
#define NEW_NAMESPACES                                                                       \
	((uint64_t)CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID | CLONE_NEWNET | \
	 CLONE_NEWCGROUP | CLONE_NEWTIME)

/* MAX_PID_NS_LEVEL of linux/pid_namespace.h; user namespaces have the same limit. */
#define MAX_LEVEL 32

struct rules_chapter {
	const struct rule *rows;
	size_t count;
};

/* In the kernel's order. */
extern const struct rules_chapter rules_of_args;       /* before copy_process(): A, B */
extern const struct rules_chapter rules_of_flags;      /* the flags: C */
extern const struct rules_chapter rules_of_task;       /* task_struct to mm: D to L */
extern const struct rules_chapter rules_of_namespaces; /* M */
extern const struct rules_chapter rules_of_pid;	       /* registers, pid, pidfd: N to Q */
extern const struct rules_chapter rules_of_cgroup;     /* cgroups, and what is left: R to V */

/* Of unshare() and of setns() alone: of no clone, and not in rules_at(). */
extern const struct rules_chapter rules_of_unshare;
extern const struct rules_chapter rules_of_setns;

/* Is @rule, one of a clone, checked by unshare() as well? */
bool rules_unshare_shares(const struct rule *rule);

/* The refusal is known, and the fact of it as well. */
static inline bool knows(const struct rules_case *c, enum cs_refusal_fact fact)
{
	return c->refusal && !(c->refusal->missing & CS_MISSING(fact));
}

/* A bit of cs_refusal.is, as far as it is known. */
static inline enum rules_tristate is(const struct rules_case *c, enum cs_is bit)
{
	if (!c->refusal)
		return RULES_NOT_KNOWN;
	return c->refusal->is & CS_IS(bit) ? RULES_YES : RULES_NO;
}

/* @yes where @bit is set, @no where it is not, else nothing speaks for or against. */
static inline enum rules_sense sense_if(enum rules_tristate bit, enum rules_sense yes,
					enum rules_sense no)
{
	if (bit == RULES_NOT_KNOWN)
		return RULES_POSSIBLE;
	return bit == RULES_YES ? yes : no;
}

/*
 * "user.max_net_namespaces 1 for uid 1000 in user namespace 4026531837", @type being "net". False:
 * not known.
 */
bool rules_tell_ucount(struct text *text, const struct rules_case *c, const char *type);

/* "pids.max 64 reached in" and then this: the refusal's path of a cgroup, safe for a terminal. */
void rules_tell_path(struct text *text, const struct cs_refusal *refusal);

/* No memory for something small: rare, and all of it said in the row. */
#define NO_MEMORY(which, what, where, at, ...)                                        \
	{                                                                             \
		.id = which, .error = ENOMEM, .sentence = "no memory for " what,      \
		.function = where, .stage = at, .basis = RULES_BY_CHANCE, __VA_ARGS__ \
	}

#endif
