// SPDX-License-Identifier: GPL-2.0
/* The causes of loss: their names, and what helps against each. */
#include "model/losses.h"

static const struct {
	const char *name;
	const char *sentence;
} causes[LOSS_COUNT] = {
	[LOSS_RING_FULL] = {"ring_full", "the buffer was full: try a larger --buffer"},
	[LOSS_INFLIGHT_FULL] =
		{"inflight_full",
		 "too many clones at once to remember them all: try a larger --inflight"},
	[LOSS_RETURN_MISSED] = {"return_missed", "a function returned unseen"},
	[LOSS_PROBE_MISSED] = {"probe_missed", "the kernel skipped a probe"},
	[LOSS_FACT_MISSED] = {"fact_missed",
			      "the kernel skipped a probe, or had no room for what it tells: a "
			      "fact may be wrong or missing"},
	[LOSS_FOLLOW_FULL] = {"follow_full",
			      "too many tasks to follow them all: try a larger --followed"},
	[LOSS_BAD_RECORD] = {"bad_record", "not a record of this version"},
	[LOSS_NO_MEMORY] = {"no_memory", "the reader ran out of memory"},
	[LOSS_READER_FULL] = {"reader_full",
			      "too many tasks at once for the reader to join all that belongs "
			      "together"},
};

const char *loss_name(enum loss loss)
{
	return causes[loss].name;
}

const char *loss_sentence(enum loss loss)
{
	return causes[loss].sentence;
}

void losses_since(const struct losses *now, const struct losses *before, struct losses *since)
{
	for (int i = 0; i < LOSS_COUNT; i++)
		since->count[i] = now->count[i] - before->count[i];
}

void losses_add(struct losses *losses, const struct losses *more)
{
	for (int i = 0; i < LOSS_COUNT; i++)
		losses->count[i] += more->count[i];
}

uint64_t losses_total(const struct losses *losses)
{
	uint64_t total = 0;

	for (int i = 0; i < LOSS_COUNT; i++)
		total += losses->count[i];
	return total;
}
