/* SPDX-License-Identifier: GPL-2.0 */
/* Many records added up: counts, latency, groups by several keys, and the node matrix. */
#ifndef CLONESCOPE_MODEL_TOTALS_H
#define CLONESCOPE_MODEL_TOTALS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <clonescope/record.h>

#include "model/container.h"
#include "model/histogram.h"

/* What records are grouped by. */
enum totals_kind {
	TOTALS_BY_COMMAND,
	TOTALS_BY_VIA,
	TOTALS_BY_FLAGS,     /* flags and exit signal */
	TOTALS_BY_POLICY,    /* the caller's memory policy */
	TOTALS_BY_ERRNO,     /* refused and restarted records only */
	TOTALS_BY_CONTAINER, /* by totals_add_container() only */
	TOTALS_BY_NODES,     /* the node matrix: records that have a task_struct or a stack */
	TOTALS_KINDS,
};

#define TOTALS_KIND(kind) (1U << (kind))

/* Beside the kinds of groups: what the stages took. */
#define TOTALS_STAGES TOTALS_KIND(TOTALS_KINDS)

/* Groups of one kind; what comes after goes into the group "(other)" of that kind. */
#define TOTALS_MAX_GROUPS 4096

/* Nodes of struct totals_cell that are no node; CS_NODE_NONE is there too. */
#define TOTALS_NODE_MIXED   (-3) /* stack pages on several nodes */
#define TOTALS_NODE_UNKNOWN (-4)

/* No MPOL_* mode. */
#define TOTALS_POLICY_UNKNOWN 0xffff

/* No signal. */
#define TOTALS_SIGNAL_UNKNOWN (-1)

/* One cell of the node matrix: the nodes of the CPU, the task_struct and the stack. */
struct totals_cell {
	__s16 cpu_node;
	__s16 task_node;
	__s16 stack_node;
};

/* Flags and exit signal together; exit_signal may be TOTALS_SIGNAL_UNKNOWN. */
struct totals_flags {
	__u64 flags;
	__s64 exit_signal;
};

/* A container, a pod, or of what is in neither the path of its cgroup. */
struct totals_container {
	__u8 known;   /* 0: the cgroup is not known */
	__u8 engine;  /* enum container_engine; CONTAINER_NONE: a pod or a path */
	__u8 is_pod;  /* what is in a pod and in none of its containers */
	__u8 monitor; /* what watches the container, from outside */
	char name[CONTAINER_ID_SIZE + 4]; /* id, or path; a path is hostile */
};

/* What the records of a group have in common; which member is in use, the kind says. */
union totals_key {
	char comm[CS_COMM_LEN]; /* chosen by the traced: hostile; no NUL where it is 16 bytes */
	int via;		/* enum cs_via; CS_VIA_UNKNOWN: not known */
	struct totals_flags flags;
	struct cs_policy policy; /* mode TOTALS_POLICY_UNKNOWN: not known */
	int error;
	struct totals_cell cell;
	struct totals_container container;
};

struct totals_group {
	bool is_other; /* the rest: key means nothing */
	union totals_key key;
	const char *text; /* the key for people; a command or a path is hostile here too */

	uint64_t count; /* records, of which: */
	uint64_t refused;
	uint64_t restarted;
	uint64_t disagree; /* nodes_check() says so */
	/* copy_process() of those that made a child; for TOTALS_BY_ERRNO, of all. */
	struct histogram copy_ns;
};

/* Everything that was added, without groups. */
struct totals_summary {
	uint64_t count; /* records: made + refused + restarted */
	uint64_t made;
	uint64_t refused;
	uint64_t restarted;
	struct histogram copy_ns; /* of those made */

	uint64_t nodes_comparable; /* nodes_check() had something to compare */
	uint64_t nodes_disagree;
	uint64_t stacks_cached; /* of all that had a stack */
	uint64_t stacks_fresh;
	uint64_t stacks_unknown;
	uint64_t incomplete; /* records that miss any fact */

	uint64_t calls; /* refused before copy_process(): none of the records */
};

struct totals;

/* Empty totals, or NULL without memory. Freed by totals_free(). */
struct totals *totals_new(void);
void totals_free(struct totals *totals);

/* From now on keep groups of @kinds alone, TOTALS_KIND() of each, and TOTALS_STAGES; to begin with, of all. */
void totals_keep(struct totals *totals, unsigned int kinds);

/* Back to empty; pointers to groups are void after it. */
void totals_reset(struct totals *totals);

/* Count one record. Without memory for a new group it goes into "(other)": no record is lost. */
void totals_add(struct totals *totals, const struct cs_clone *rec);

/* The same so many times, which is not 0. */
void totals_add_many(struct totals *totals, const struct cs_clone *rec, uint64_t times);

/*
 * Count one record, besides, for the cgroup it belongs to; NULL: it is not known. Paths within one container are
 * one group.
 */
void totals_add_container(struct totals *totals, const struct cs_clone *rec, const char *cgroup);

/* Count a call that was refused before copy_process(). */
void totals_add_call(struct totals *totals);

const struct totals_summary *totals_summary(const struct totals *totals);

/* Of a clone that made a child: the times of its stages. A stage that was not entered took none. */
void totals_add_phases(struct totals *totals, const struct cs_phases *phases);

/* All times of a stage, enum cs_stage. */
const struct histogram *totals_phase(const struct totals *totals, int stage);

/*
 * The groups of one kind, most records first, equals by text, "(other)" last where it holds
 * anything. *@count is set to how many. The array is the caller's to free(); the groups are
 * not, and are good until totals_reset() or totals_free(). NULL without memory; a kind without
 * records gives *@count 0 and an array to be freed.
 */
const struct totals_group **totals_sorted(const struct totals *totals, enum totals_kind kind,
					  size_t *count);

/* Where a clone lies in the node matrix. */
void totals_cell(struct totals_cell *cell, const struct cs_clone *rec);

/* The group of @totals with the same key as @group, of the same kind but maybe of other totals; NULL: none. */
const struct totals_group *totals_same(const struct totals *totals, enum totals_kind kind,
				       const struct totals_group *group);

/* The records in all groups of one kind. */
uint64_t totals_count(const struct totals *totals, enum totals_kind kind);

#endif
