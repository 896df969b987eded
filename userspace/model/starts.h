/* SPDX-License-Identifier: GPL-2.0 */
/* The starts of containers in a tree of processes, and their steps in the order of time. */
#ifndef CLONESCOPE_MODEL_STARTS_H
#define CLONESCOPE_MODEL_STARTS_H

#include <stddef.h>
#include <stdint.h>

#include "model/tree.h"

struct start {
	const struct tree_process *top; /* who began it: all that it made is of no other start */
	const struct tree_process *process; /* that became the container's own program */
	const struct tree_event *ready;	    /* its execve() */
	uint64_t begin_ns;		    /* of top, or the first that is known of it */
};

struct start_step {
	const struct tree_process *process;
	const struct tree_event *event; /* NULL: it was made, into new namespaces */
	uint64_t ts_ns;
};

/*
 * All starts, in the order of the tree; *@count is set to how many. The array is the caller's to free(). NULL
 * without memory, and where there is none.
 */
struct start *starts_find(const struct tree *tree, size_t *count);

/*
 * What @top and all that it made did until @end_ns, in the order of time: namespaces made and entered, execve().
 * NULL: all of the tree. The array is the caller's to free(); NULL without memory.
 */
struct start_step *starts_steps(const struct tree *tree, const struct tree_process *top,
				uint64_t end_ns, size_t *count);

#endif
