/* SPDX-License-Identifier: GPL-2.0 */
/* Puts the records of one clone together again. */
#ifndef CLONESCOPE_MODEL_JOIN_H
#define CLONESCOPE_MODEL_JOIN_H

#include <stdbool.h>
#include <stdint.h>

#include <clonescope/record.h>

/* One clone: its record, and the parts that there are. NULL: nobody asked for it, or it was lost. */
struct clone {
	const struct cs_clone *rec;
	const struct cs_refusal *refusal;
	const struct cs_detail *detail;
	const struct cs_phases *phases;
};

/*
 * The path, from the root of cgroup2, of the child's cgroup; of a refused clone, of its caller's. NULL: it is not known.
 * Hostile.
 */
const char *clone_cgroup(const struct clone *clone);

struct join;

/* NULL without memory. */
struct join *join_new(void);
void join_free(struct join *join);

/*
 * Take the next record, in the order of time; the parts of a clone come before its struct cs_clone. True where
 * @head completes @clone, which is good until the next call; false for a part, and for records that are no
 * clone's.
 */
bool join_take(struct join *join, const struct cs_head *head, struct clone *clone);

/* The part of @rec, an unshare() or setns() that failed; NULL: there is none. Good until the next call. */
const struct cs_refusal *join_namespaces(struct join *join, const struct cs_namespaces *rec);

/* Parts that there was no room for: their clones are told without. */
uint64_t join_forgotten(const struct join *join);

#endif
