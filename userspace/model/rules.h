/* SPDX-License-Identifier: GPL-2.0 */
/* The rules by which the kernel refuses a clone: one table, in the order in which it checks them. */
#ifndef CLONESCOPE_MODEL_RULES_H
#define CLONESCOPE_MODEL_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <clonescope/record.h>

#include "model/text.h"

/* A kernel version, to be compared as a number. */
#define RULES_KERNEL(major, minor) ((major) << 8 | (minor))
#define RULES_MAJOR(kernel)	   ((kernel) >> 8)
#define RULES_MINOR(kernel)	   ((kernel)&0xff)

/* No fewer than there are rules: an array of this many hits is always enough. */
#define RULES_MAX 144

enum rules_tristate {
	RULES_NOT_KNOWN,
	RULES_NO,
	RULES_YES,
};

/* What some rules depend on besides the request. Each is worded so that "yes" means refused. */
enum rules_fact {
	RULES_FACT_NONE,	     /* the request alone decides */
	RULES_FACT_SAME_POINTER,     /* clone_args.pidfd == clone_args.parent_tid */
	RULES_FACT_USERNS_FORBIDDEN, /* Debian: unprivileged_userns_clone 0, no CAP_SYS_ADMIN */
	RULES_FACT_PIDNS_INIT,	     /* the caller is the init of its pid namespace */
	RULES_FACT_PIDNS_PENDING,    /* unshare or setns(NEWPID) before: children go elsewhere */
	RULES_FACT_TIMENS_PENDING,   /* unshare or setns(NEWTIME) before */
	RULES_FACT_CALLER_AUTOREAP,  /* the caller was itself made with CLONE_AUTOREAP */
	RULES_FACT_NO_CAP_SYS_ADMIN, /* the caller lacks it in its user namespace */
	RULES_FACT_COUNT,
};

/* What the rules were read in. */
#define RULES_OLDEST RULES_KERNEL(5, 10)
#define RULES_NEWEST RULES_KERNEL(7, 3)

/* "6.1", "6.1.192" or "6.1.0-18-amd64", as uname says it, to RULES_KERNEL(); 0 where it is none. */
int rules_parse_kernel(const char *text);

/*
 * What is asked of the kernel. All zero: fork() without an exit signal, nothing known of the
 * caller.
 */
struct clone_request {
	uint64_t flags;		/* without CSIGNAL, as in cs_clone.flags */
	uint64_t exit_signal;	/* clone_args has 64 bits for it */
	bool clone3;		/* passes copy_clone_args_from_user() and clone3_args_valid() */
	bool past_kernel_clone; /* copy_process() was reached, or called directly (io_uring) */
	bool has_stack;		/* the next two are known */
	uint64_t stack;
	uint64_t stack_size;
	enum rules_tristate facts[RULES_FACT_COUNT];
};

/* Which calls pass the place where a rule is checked. */
enum rules_scope {
	RULES_SCOPE_ALL,	  /* copy_process() itself */
	RULES_SCOPE_KERNEL_CLONE, /* all but those that are past_kernel_clone */
	RULES_SCOPE_CLONE3,	  /* clone3(2) only */
	RULES_SCOPE_BEFORE,	  /* before the system call itself */
};

/* How much speaks for a rule that may have refused a clone, from nothing to everything. */
enum rules_sense {
	RULES_OUT,	 /* it can't have been this one */
	RULES_REMOTE,	 /* a hook that may return any errno */
	RULES_UNLIKELY,	 /* rare, or the numbers of a moment later don't fit */
	RULES_POSSIBLE,	 /* nothing is known for or against it */
	RULES_LIKELY,	 /* the numbers of a moment later fit */
	RULES_PROVEN,	 /* its condition holds: whatever came as far as this was refused */
	RULES_WITNESSED, /* it was seen to refuse this very clone */
};

/* What a rule goes by, besides the request being one that it is about. */
enum rules_basis {
	RULES_BY_REQUEST,  /* nothing, or rule->fact: rules_check() knows it from the request */
	RULES_BY_EVIDENCE, /* what a record may hold: rule->holds() */
	RULES_BY_STATE,	   /* what no record holds */
	RULES_BY_CHANCE,   /* the same, and it is rare: no memory for a small thing, a hook */
};

/* A refused clone, a refused call, or an unshare() or setns() that failed, as far as it is known. */
struct rules_case {
	int error;				/* errno, positive */
	int kernel;				/* RULES_KERNEL(), 0: not known */
	const struct clone_request *request;	/* never NULL */
	const struct cs_clone *rec;		/* NULL: it is no clone */
	const struct cs_refusal *refusal;	/* NULL: not known */
	const struct cs_call *call;		/* NULL: it is no call of the clone family */
	const struct cs_namespaces *namespaces; /* NULL: it is no unshare() nor setns() */
};

#define RULES_ERRORS_MAX 5

/* A rule is about requests that have all of @all, one or more of @any, and none of @none. */
struct rule {
	const char *id;		      /* of the reference table: "C4" */
	int error;		      /* errno, positive; 0: none in particular */
	int others[RULES_ERRORS_MAX]; /* that it gives as well, ended by 0 */
	bool open;		      /* a hook: it may give any errno besides */
	const char *sentence;	      /* for people: "CLONE_THREAD without CLONE_SIGHAND" */
	const char *advice;	      /* what its owner can change, NULL: nothing */
	const char *function;	      /* of the kernel, where it is checked */
	enum rules_scope scope;
	enum cs_stage stage; /* of RULES_SCOPE_ALL */
	int trail;	     /* enum cs_trail that was left before, and one; 0: as the stage says */
	int since;	     /* RULES_KERNEL(), the first with it; 0: 5.10 or before */
	int until;	     /* the last with it; 0: still there */
	uint64_t all;
	uint64_t any; /* 0: no matter */
	uint64_t none;
	bool (*also)(const struct clone_request *request); /* NULL: the flags say it all */
	enum rules_fact fact; /* the sentence goes on: ", if " and rules_fact_text() */
	enum rules_basis basis;
	enum rules_sense (*holds)(const struct rules_case *c); /* RULES_BY_EVIDENCE */

	/* The sentence with numbers, NULL: there are none. False, nothing said: not known either. */
	bool (*tell)(struct text *text, const struct rules_case *c);
};

enum rules_verdict {
	RULES_MAY_REFUSE, /* it depends on rule->fact, which is not known */
	RULES_REFUSED,
};

struct rules_hit {
	const struct rule *rule;
	enum rules_verdict verdict;
};

/*
 * Write into @hits (@max; RULES_MAX is enough) the rules that go by the request, and that refuse or
 * may refuse @request on @kernel (RULES_KERNEL(); 0: on any from 5.10 on), in the order in which the
 * kernel checks: on one kernel the first RULES_REFUSED gives the errno, unless a RULES_MAY_REFUSE
 * before it does. Returns how many there are.
 */
size_t rules_check(const struct clone_request *request, int kernel, struct rules_hit *hits,
		   size_t max);

/*
 * What a record asked of copy_process(): as there is a record, the rules before that didn't
 * refuse it, and are left out. Nothing is known of the caller.
 */
void rules_request(struct clone_request *request, const struct cs_clone *rec);

/* Set the facts that @refusal tells of the caller. */
void rules_facts(struct clone_request *request, const struct cs_refusal *refusal);

/* What a call that was refused before copy_process() asked for. */
void rules_request_of_call(struct clone_request *request, const struct cs_call *call);

/* What an unshare() or a setns() asked for, in the flags of a clone. */
void rules_request_of_namespaces(struct clone_request *request, const struct cs_namespaces *rec,
				 int kernel);

/* The rule at @index of those that may be about @c, in the kernel's order, NULL after the last. */
const struct rule *rules_for(const struct rules_case *c, size_t index);

/* How much speaks for @rule, were it reached: the stage is not looked at. */
enum rules_sense rules_weigh(const struct rule *rule, const struct rules_case *c);

/* Is @rule one of @kernel, RULES_KERNEL()? 0: of any. */
bool rules_in_kernel(const struct rule *rule, int kernel);

/* Does @rule give @error? An open one may give any, but does so of these only. */
bool rules_gives(const struct rule *rule, int error);

/* "the caller is the init of its pid namespace"; "" for RULES_FACT_NONE. */
const char *rules_fact_text(enum rules_fact fact);

/* "its numbers fit, read a moment later"; for people. */
const char *rules_sense_text(enum rules_sense sense);

/* The rule at @index in the kernel's order, NULL after the last. */
const struct rule *rules_at(size_t index);

#endif
