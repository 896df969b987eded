/* SPDX-License-Identifier: GPL-2.0 */
/* How a clone ended: a child, a refusal, or neither because the call starts over. */
#ifndef CLONESCOPE_MODEL_OUTCOME_H
#define CLONESCOPE_MODEL_OUTCOME_H

#include <clonescope/record.h>

/* What copy_process() returns when a signal is pending; user space never sees it. */
#define OUTCOME_ERESTARTNOINTR 513

enum outcome {
	OUTCOME_MADE,	   /* there is a child */
	OUTCOME_REFUSED,   /* cs_clone.error says why */
	OUTCOME_RESTARTED, /* ERESTARTNOINTR: the kernel runs the same call again */
};

/* How @rec ended. A restart is neither success nor failure, and is counted as neither. */
enum outcome outcome_of(const struct cs_clone *rec);

#endif
