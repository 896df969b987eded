// SPDX-License-Identifier: GPL-2.0
/* Where the memory of clones came to lie, by the node of the CPU that made them: for a heat map. */
#include "model/matrix.h"

#include <stdlib.h>
#include <string.h>

/* Put @node among those that are there, in order; it is left out where there is no room. */
static void insert(struct matrix *matrix, int node)
{
	size_t at = 0;

	while (at < matrix->count && matrix->nodes[at] < node)
		at++;
	if (node < 0 || matrix->count == MATRIX_MAX_NODES ||
	    (at < matrix->count && matrix->nodes[at] == node))
		return;
	memmove(matrix->nodes + at + 1, matrix->nodes + at,
		(matrix->count - at) * sizeof(matrix->nodes[0]));
	matrix->nodes[at] = node;
	matrix->count++;
}

/* MATRIX_MAX_NODES: it is none of them. */
static size_t place(const struct matrix *matrix, int node)
{
	for (size_t i = 0; i < matrix->count; i++)
		if (matrix->nodes[i] == node)
			return i;
	return MATRIX_MAX_NODES;
}

static int memory_of(const struct totals_cell *cell, enum matrix_what what)
{
	return what == MATRIX_TASK ? cell->task_node : cell->stack_node;
}

static void add(struct matrix *matrix, int cpu_node, int memory_node, uint64_t count)
{
	bool mixed = memory_node == TOTALS_NODE_MIXED;
	size_t row = place(matrix, cpu_node);
	size_t column = mixed ? MATRIX_MAX_NODES : place(matrix, memory_node);

	if (memory_node < 0 && !mixed) {
		matrix->unknown += count;
	} else if (row == MATRIX_MAX_NODES || (!mixed && column == MATRIX_MAX_NODES)) {
		matrix->outside += count;
	} else {
		matrix->cells[row][column] += count;
		matrix->total += count;
		matrix->any_mixed |= mixed;
	}
}

void matrix_take(struct matrix *matrix, const struct totals *totals, enum matrix_what what)
{
	const struct totals_group **groups;
	size_t count;

	memset(matrix, 0, sizeof(*matrix));
	groups = totals_sorted(totals, TOTALS_BY_NODES, &count);
	/* Both memories', so that two matrices have the same rows. */
	for (size_t i = 0; groups && i < count; i++) {
		if (groups[i]->is_other)
			continue;
		insert(matrix, groups[i]->key.cell.cpu_node);
		insert(matrix, groups[i]->key.cell.task_node);
		insert(matrix, groups[i]->key.cell.stack_node);
	}
	for (size_t i = 0; groups && i < count; i++) {
		const struct totals_cell *cell = &groups[i]->key.cell;

		if (groups[i]->is_other)
			matrix->outside += groups[i]->count;
		else
			add(matrix, cell->cpu_node, memory_of(cell, what), groups[i]->count);
	}
	free(groups);
}

int matrix_heat(uint64_t count, uint64_t total)
{
	static const double up_to[] = {1, 5, 20, 50};
	double percent = total ? 100.0 * (double)count / (double)total : 0;
	int heat = 1;

	if (!count)
		return 0;
	while (heat < MATRIX_HOTTEST && percent >= up_to[heat - 1])
		heat++;
	return heat;
}
