/* SPDX-License-Identifier: GPL-2.0 */
/* Counters for who watches a machine for months: in fixed space, and none ever goes down. */
#ifndef CLONESCOPE_MODEL_METRICS_H
#define CLONESCOPE_MODEL_METRICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <clonescope/record.h>

#include "model/container.h"
#include "model/join.h"
#include "model/losses.h"
#include "model/outcome.h"
#include "model/refusal.h"
#include "model/totals.h"

/*
 * What traced tasks can vary at will is bounded: so many are told apart, those that came first, and all that
 * comes after is counted as one more, "other".
 */
#define METRICS_MAX_REFUSALS   128 /* pairs of an errno and a rule */
#define METRICS_MAX_PLACES     256 /* triples of nodes */
#define METRICS_MAX_COMMANDS   256
#define METRICS_MAX_CONTAINERS 1024

#define METRICS_VIAS	 (CS_VIA_VHOST + 1)
#define METRICS_OUTCOMES (OUTCOME_RESTARTED + 1)
#define METRICS_PAIRS	 6 /* bits of enum nodes_pair */
#define METRICS_VERDICTS 3 /* enum nodes_verdict */
#define METRICS_ORIGINS	 (CS_STACK_FRESH + 1)

/* Upper ends of the buckets of latency; there is one more, for what took longer. */
#define METRICS_BUCKETS 15
extern const uint64_t metrics_bucket_ns[METRICS_BUCKETS];

/* Bytes of a label, NUL included. Longer ones lose their end. */
#define METRICS_LABEL_SIZE 65

/* Those refused so. @rule: one with that id; NULL: which one it was is not known, then is_uncertain or not. */
struct metrics_refusal {
	int error;
	const struct rule *rule;
	bool is_uncertain; /* there are several candidates; else no rule is known */
	uint64_t count;
};

struct metrics_place {
	struct totals_cell cell;
	uint64_t count;
};

/* A command, or a container. */
struct metrics_group {
	char name[METRICS_LABEL_SIZE]; /* of a container the id; "": a pod's own cgroup */
	char pod[METRICS_LABEL_SIZE];  /* of a container */
	enum container_engine engine;  /* of a container */
	uint64_t made;
	uint64_t refused;
};

/* Groups that are found by their names: the slots hold a place in groups[], plus one. */
struct metrics_table {
	size_t max;
	size_t count;
	struct metrics_group *groups;
	struct metrics_group other;
	uint16_t slots[4 * METRICS_MAX_CONTAINERS];
};

/* Which group a cgroup's clones are in; of two that fall into one place the last one is known. */
struct metrics_cgroup {
	uint64_t id;
	struct metrics_group *group;
};

#define METRICS_CGROUPS 4096

/* Set up by metrics_init(); no other memory is ever taken. */
struct metrics {
	uint64_t clones[METRICS_VIAS][METRICS_OUTCOMES];
	uint64_t calls[METRICS_VIAS]; /* refused before copy_process() */

	struct metrics_refusal refusals[METRICS_MAX_REFUSALS];
	size_t refusal_count;
	uint64_t other_refusals;

	/* copy_process() of those that made a child. */
	uint64_t copy_ns[METRICS_BUCKETS + 1];
	uint64_t copy_ns_sum;

	/* Of those that made a child. */
	struct metrics_place places[METRICS_MAX_PLACES];
	size_t place_count;
	uint64_t other_places;
	uint64_t verdicts[METRICS_VERDICTS];
	uint64_t pairs[METRICS_PAIRS];
	uint64_t origins[METRICS_ORIGINS];

	uint64_t missing[CS_FACT_COUNT]; /* records that lack this fact */
	uint64_t lost[LOSS_COUNT];

	struct metrics_table commands;
	struct metrics_table containers; /* max 0: nobody asked for them */
	struct metrics_group command_groups[METRICS_MAX_COMMANDS];
	struct metrics_group container_groups[METRICS_MAX_CONTAINERS];
	struct metrics_cgroup cgroups[METRICS_CGROUPS];
	struct metrics_group no_container;
	struct metrics_group unknown_container;
};

/* All zero. So many commands and containers are told apart: METRICS_MAX_ of each at most. */
void metrics_init(struct metrics *metrics, size_t commands, size_t containers);

/*
 * Count one clone. @command: its caller's, as it is to be a label; "" and "other" go to the others.
 * @verdict: why it was refused, NULL where it was not. With containers, @clone->detail tells which.
 */
void metrics_add(struct metrics *metrics, const struct clone *clone, const char *command,
		 const struct refusal_verdict *verdict);

/* Count a call that was refused before copy_process(). */
void metrics_add_call(struct metrics *metrics, const struct cs_call *call,
		      const struct refusal_verdict *verdict);

void metrics_add_lost(struct metrics *metrics, enum loss loss, uint64_t count);

/* Of all ways in; restarts are neither made nor refused. */
uint64_t metrics_clones(const struct metrics *metrics, enum outcome outcome);

#endif
