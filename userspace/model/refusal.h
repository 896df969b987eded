/* SPDX-License-Identifier: GPL-2.0 */
/* From the records of a refused clone to the rule of the kernel that refused it. */
#ifndef CLONESCOPE_MODEL_REFUSAL_H
#define CLONESCOPE_MODEL_REFUSAL_H

#include <stdbool.h>
#include <stddef.h>

#include <clonescope/record.h>

#include "model/join.h"
#include "model/rules.h"

/* Bytes that hold any sentence: most of them are a cgroup's path, escaped. */
#define REFUSAL_SENTENCE_SIZE 1280

/* Reasons that are kept; refusal_verdict.left_out counts the others. */
#define REFUSAL_MAX 32

/* Bytes that hold the line of refusal_format() in all but far-fetched cases; else it ends in "...". */
#define REFUSAL_LINE_SIZE 2048

enum refusal_outcome {
	REFUSAL_NONE,	   /* it was not refused: there are no reasons */
	REFUSAL_RESTARTED, /* a signal was pending, the kernel runs the call again; one reason */
	REFUSAL_DECIDED,   /* one reason: it was this rule */
	REFUSAL_CANDIDATES, /* it was one of the reasons (there may be but one); nobody can say which */
	REFUSAL_UNKNOWN, /* no known rule fits; reasons: hooks that may return any errno */
};

/* A rule that refused the clone, or may have. */
struct refusal_reason {
	const struct rule *rule; /* its id, its function, its stage */
	enum rules_sense sense;	 /* what speaks for it: rules_sense_text() */
	const char *
		advice; /* what its owner can change: "raise pids.max of that cgroup"; "": nothing */
	char sentence
		[REFUSAL_SENTENCE_SIZE]; /* with the numbers, without errno; safe for a terminal */
};

struct refusal_verdict {
	enum refusal_outcome outcome;
	int error; /* errno, positive; 0: not refused */

	/*
	 * The stages in which it can have been refused, inclusive; equal where that is known. Of a
	 * call that did not reach copy_process(), has_stages is false.
	 */
	bool has_stages;
	enum cs_stage first_stage;
	enum cs_stage last_stage;

	size_t count; /* of reasons, in the kernel's order */
	size_t left_out;
	struct refusal_reason reasons[REFUSAL_MAX];
};

/*
 * Why @clone was refused, as far as its records tell. @kernel is RULES_KERNEL() of the machine that
 * it was recorded on, 0: not known. Fills @verdict and returns verdict->count.
 */
size_t refusal_explain(const struct clone *clone, int kernel, struct refusal_verdict *verdict);

/* The same of a call that was refused before copy_process(). */
size_t refusal_explain_call(const struct cs_call *call, int kernel,
			    struct refusal_verdict *verdict);

/* The same of an unshare() or setns() that failed. @refusal: its part, NULL: there is none. */
size_t refusal_explain_namespaces(const struct cs_namespaces *rec, const struct cs_refusal *refusal,
				  int kernel, struct refusal_verdict *verdict);

/*
 * Write @verdict as one line: "EAGAIN: pids.max 64 reached in /x", "restarted: a signal was pending
 * (-ERESTARTNOINTR)", "EAGAIN: perhaps ...; or ...", "EXDEV: no rule known"; "" for REFUSAL_NONE.
 * Safe for a terminal. The advice is not in it. Returns the length of the whole line, which may be
 * more than fits.
 */
size_t refusal_format(char *buf, size_t size, const struct refusal_verdict *verdict);

#endif
