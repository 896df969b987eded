/* SPDX-License-Identifier: GPL-2.0 */
/* Tasks that were seen in clones, so that what becomes of them can be joined to these. */
#ifndef CLONESCOPE_MODEL_LIVES_H
#define CLONESCOPE_MODEL_LIVES_H

#include <stdbool.h>
#include <stdint.h>

#include <clonescope/record.h>

#include "model/join.h"
#include "model/nodes.h"

/* So many tasks are remembered; of more, some that were seen longest ago are forgotten. */
#define LIVES_MAX 16384

/* A task: tid and start_ns are its identity. */
struct life {
	uint32_t tid; /* 0: no task */
	uint64_t start_ns;
	uint64_t made_ns;     /* copy_process() returned it; 0: not seen, and the rest not known */
	bool task_node_known; /* task_node is */
	int task_node;	      /* of its task_struct */
	struct nodes_stack stack;
	char comm[CS_COMM_LEN]; /* when it was made: its parent's, hostile */

	uint32_t maker_tgid; /* the process that called; 0: not seen */
	int32_t inner_tid; /* in its innermost pid namespace; 0: not known, or that is the initial one */
	/*
	 * It is in a pid namespace that was made, or entered, while we looked on, and neither it nor who made it
	 * there has called execve() since: the next to do so becomes a container's own program.
	 */
	bool fresh;
	bool children_fresh; /* its children will be: it has called unshare() or setns() for them */
};

struct lives;

/* NULL without memory. */
struct lives *lives_new(void);
void lives_free(struct lives *lives);

/* Remember the caller and, where there is one, the child. */
void lives_add(struct lives *lives, const struct clone *clone);

/* What @head (struct cs_exec, cs_namespaces) changes of its task, and is to be told of no sooner than after it. */
void lives_change(struct lives *lives, const struct cs_head *head);

/*
 * The task that @head (any but a clone or a part of one) is of. NULL: no clone of it or by it
 * was seen. Good until the next lives_add().
 */
const struct life *lives_find(const struct lives *lives, const struct cs_head *head);

/* Its last record was taken: make room for others. */
void lives_forget(struct lives *lives, const struct cs_head *head);

/*
 * Tasks that were forgotten to make room, though their end was not seen: what becomes of them is not joined to
 * their clones. It says something only where ends are told of, to lives_forget().
 */
uint64_t lives_forgotten(const struct lives *lives);

/* Is the node that it first ran on the node of its task_struct or of a page of its stack? All known, or unknown. */
enum nodes_verdict lives_first_node(const struct life *life, const struct cs_start *start);

#endif
