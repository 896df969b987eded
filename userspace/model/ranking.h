/* SPDX-License-Identifier: GPL-2.0 */
/* Groups of clones as they were at one moment, sorted by any column, filtered by name. */
#ifndef CLONESCOPE_MODEL_RANKING_H
#define CLONESCOPE_MODEL_RANKING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/totals.h"

enum ranking_column {
	RANKING_NAME,
	RANKING_COUNT,
	RANKING_RATE,
	RANKING_REFUSED,
	RANKING_P50,
	RANKING_P90,
	RANKING_P99,
	RANKING_MAX,
	RANKING_OFF, /* the share of clones whose nodes disagree */
	RANKING_COLUMNS,
};

struct ranking_row {
	char *name; /* safe for a terminal */
	bool is_other;
	bool timed; /* else the times mean nothing */
	uint64_t count;
	uint64_t recent; /* of these, in the last interval */
	uint64_t refused;
	uint64_t disagree;
	uint64_t p50_ns, p90_ns, p99_ns, max_ns;
};

/* All zero is the empty one. */
struct ranking {
	size_t count;
	struct ranking_row *rows;
};

/*
 * Take the groups of @kind out of @all, and how often each came lately out of @recent. What was in @ranking is
 * freed. False without memory: then it is empty.
 */
bool ranking_take(struct ranking *ranking, const struct totals *all, const struct totals *recent,
		  enum totals_kind kind);
void ranking_free(struct ranking *ranking);

/* Equals by name; "(other)" is last in any order, and what was not timed comes after what was. */
void ranking_sort(struct ranking *ranking, enum ranking_column column, bool ascending);

/* Is @filter in its name? Capitals don't matter; "" is in every name. */
bool ranking_match(const struct ranking_row *row, const char *filter);

#endif
