/* SPDX-License-Identifier: GPL-2.0 */
/* What was lost between the kernel and the reader, by cause. */
#ifndef CLONESCOPE_MODEL_LOSSES_H
#define CLONESCOPE_MODEL_LOSSES_H

#include <stdint.h>

enum loss {
	LOSS_RING_FULL,	    /* no room in the buffer between kernel and reader */
	LOSS_INFLIGHT_FULL, /* no room to remember a clone in progress */
	LOSS_RETURN_MISSED, /* a function was entered, its return was not seen */
	LOSS_PROBE_MISSED,  /* a probe was hit and not run: recursion, or maxactive */
	LOSS_FACT_MISSED,   /* the same, or no room, but only a fact of a record depends on it */
	LOSS_FOLLOW_FULL,   /* BPF: a followed task's child could not be followed */
	LOSS_BAD_RECORD,    /* what arrived was no record of this version */
	LOSS_NO_MEMORY,	    /* the reader could not keep a record */
	LOSS_READER_FULL,   /* the reader had no room to remember what records are joined by */
	LOSS_COUNT,
};

/* How many records each cause has cost so far. All zero: nothing was lost. */
struct losses {
	uint64_t count[LOSS_COUNT];
};

/* The cause by its name in JSON: "ring_full"; and in words, with what helps against it. */
const char *loss_name(enum loss loss);
const char *loss_sentence(enum loss loss);

/* @now less @before, cause by cause. */
void losses_since(const struct losses *now, const struct losses *before, struct losses *since);

/* @more is added to @losses, cause by cause. */
void losses_add(struct losses *losses, const struct losses *more);

uint64_t losses_total(const struct losses *losses);

#endif
