/* SPDX-License-Identifier: GPL-2.0 */
/* What of a run goes into a recording: records with their explanations, and where they come from. */
#ifndef CLONESCOPE_CMD_KEEP_H
#define CLONESCOPE_CMD_KEEP_H

#include <stdbool.h>
#include <stdint.h>

#include "cmd/options.h"
#include "model/join.h"
#include "model/losses.h"
#include "source/source.h"

struct recording_info;

/* NULL where nobody asked for a recording: all that is done with it does nothing then. */
struct keep;

/*
 * Begin the recording that @options ask for. @is_record: it is what the run is for, so say how it grows, and at
 * the end what is in it. Returns an exit status; a failure has been explained on standard error.
 */
int keep_open(struct keep **keep, const struct live_options *options, bool is_record);
void keep_close(struct keep *keep);

/* Of a live run. @kinds: SOURCE_KIND() of records asked for; @since_ns: the zero of its times. */
void keep_describe_live(struct keep *keep, const struct source *source, uint32_t kinds,
			uint64_t since_ns);

/* Of one that recordings, which @info is of, are read for. */
void keep_describe_copy(struct keep *keep, const struct source *source,
			const struct recording_info *info);

/* @kernel: as in struct view_options, for the explanation of a refusal. */
void keep_clone(struct keep *keep, const struct clone *clone, int kernel);
void keep_call(struct keep *keep, const struct cs_call *call, int kernel);
void keep_namespaces(struct keep *keep, const struct cs_namespaces *rec,
		     const struct cs_refusal *refusal, int kernel);
void keep_record(struct keep *keep, const struct cs_head *head);
void keep_loss(struct keep *keep, enum loss loss, uint64_t count);

/* To be called now and then: it writes. @lost: records so far. False: nothing more can be kept. */
bool keep_tick(struct keep *keep, uint64_t lost);

/* The last of it is written. Returns an exit status; a failure, at any time since the beginning, is explained. */
int keep_finish(struct keep *keep);

#endif
