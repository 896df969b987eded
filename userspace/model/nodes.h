/* SPDX-License-Identifier: GPL-2.0 */
/* NUMA: where a clone's memory came to lie, and whether the places agree. */
#ifndef CLONESCOPE_MODEL_NODES_H
#define CLONESCOPE_MODEL_NODES_H

#include <stdbool.h>
#include <stddef.h>

#include <clonescope/record.h>

/* Bytes that hold any text of nodes_format_stack(): sixteen nodes of up to 1023. */
#define NODES_TEXT_SIZE 96

enum nodes_stack_kind {
	NODES_STACK_UNKNOWN, /* CS_FACT_STACK_NODES is missing */
	NODES_STACK_NONE,    /* known: there is no stack, the clone was refused before */
	NODES_STACK_ONE,     /* all pages on one node */
	NODES_STACK_MIXED,   /* pages on several nodes */
};

struct nodes_stack {
	enum nodes_stack_kind kind;
	unsigned int count;		 /* distinct nodes */
	__s16 nodes[CS_MAX_STACK_PAGES]; /* the distinct nodes, ascending */
};

/* Two places that are on different nodes: bits of nodes_disagreements(). */
enum nodes_pair {
	NODES_TASK_OFF_CPU = 1 << 0,
	NODES_STACK_OFF_CPU = 1 << 1,
	NODES_STACK_OFF_TASK = 1 << 2,
	NODES_STACK_SPLIT = 1 << 3, /* the stack's own pages */
	NODES_TASK_OFF_REQUEST = 1 << 4,
	NODES_STACK_OFF_REQUEST = 1 << 5,
};

enum nodes_verdict {
	NODES_UNKNOWN, /* nothing to compare: neither task_struct nor stack is known */
	NODES_AGREE,   /* all that is known is on one node */
	NODES_DISAGREE,
};

/* Sum up the stack's pages. A page whose node is negative is left out. */
void nodes_stack(const struct cs_clone *rec, struct nodes_stack *out);

/* "1", "0,1", "-" for no stack, "?" for not known. Returns the length. */
size_t nodes_format_stack(char *buf, size_t size, const struct nodes_stack *stack);

/* The node of the child's task_struct; CS_NODE_NONE where there is none. False: not known. */
bool nodes_task(const struct cs_clone *rec, int *node);

/*
 * Every pair of places that differ, as enum nodes_pair bits. What is missing, CS_NODE_NONE, or
 * (for the request) CS_NO_NODE is never a disagreement. A stack with one page elsewhere is
 * elsewhere.
 */
unsigned int nodes_disagreements(const struct cs_clone *rec);

/* nodes_disagreements() in one word, and whether there was anything to compare at all. */
enum nodes_verdict nodes_check(const struct cs_clone *rec);

/* Do they lie in the same places, so that all of the above is the same of both? Most do. */
bool nodes_same(const struct cs_clone *a, const struct cs_clone *b);

/* The same as nodes_check(), where nodes_stack() of @rec is known already. */
enum nodes_verdict nodes_check_with(const struct cs_clone *rec, const struct nodes_stack *stack);

#endif
