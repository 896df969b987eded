/* SPDX-License-Identifier: GPL-2.0 */
/* Where the memory of clones came to lie, by the node of the CPU that made them: for a heat map. */
#ifndef CLONESCOPE_MODEL_MATRIX_H
#define CLONESCOPE_MODEL_MATRIX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/totals.h"

/* More nodes than this are no picture any more; what has to do with others is counted apart. */
#define MATRIX_MAX_NODES 32

/* Of a cell: 0 is empty, this is half of all clones or more. */
#define MATRIX_HOTTEST 5

enum matrix_what {
	MATRIX_TASK,  /* task_struct */
	MATRIX_STACK, /* kernel stack */
};

struct matrix {
	size_t count;		     /* nodes */
	int nodes[MATRIX_MAX_NODES]; /* that any clone has to do with, ascending */
	uint64_t total;		     /* of all cells */
	uint64_t outside;	     /* of nodes that have no room here */
	uint64_t unknown;	     /* nothing was allocated, or it is not known where */
	/* By the node of the CPU, then that of the memory; the last column: pages on several nodes. */
	uint64_t cells[MATRIX_MAX_NODES][MATRIX_MAX_NODES + 1];
	bool any_mixed;
};

void matrix_take(struct matrix *matrix, const struct totals *totals, enum matrix_what what);

/* 0 for an empty cell, else 1 to MATRIX_HOTTEST by its share of @total: below 1, 5, 20, 50 %, and more. */
int matrix_heat(uint64_t count, uint64_t total);

#endif
