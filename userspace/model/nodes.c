// SPDX-License-Identifier: GPL-2.0
/* NUMA: where a clone's memory came to lie, and whether the places agree. */
#include "model/nodes.h"

#include <string.h>

#include "model/text.h"

/* In a record, its nodes lie in a row. */
#define NODES_AT   offsetof(struct cs_clone, cpu_node)
#define NODES_SIZE (offsetof(struct cs_clone, policy) - NODES_AT)

/* Put @node among the distinct ones, which are kept in order. */
static void insert_node(struct nodes_stack *stack, __s16 node)
{
	unsigned int at = stack->count;

	for (unsigned int i = 0; i < stack->count; i++)
		if (stack->nodes[i] == node)
			return;
	for (; at && stack->nodes[at - 1] > node; at--)
		stack->nodes[at] = stack->nodes[at - 1];
	stack->nodes[at] = node;
	stack->count++;
}

static enum nodes_stack_kind kind_of(const struct cs_clone *rec, unsigned int distinct)
{
	if (distinct)
		return distinct == 1 ? NODES_STACK_ONE : NODES_STACK_MIXED;
	return rec->stack_pages ? NODES_STACK_UNKNOWN : NODES_STACK_NONE;
}

void nodes_stack(const struct cs_clone *rec, struct nodes_stack *out)
{
	__s16 before = -1;

	*out = (struct nodes_stack){.kind = NODES_STACK_UNKNOWN};
	if (rec->missing & CS_MISSING(CS_FACT_STACK_NODES))
		return;
	for (unsigned int i = 0; i < rec->stack_pages && i < CS_MAX_STACK_PAGES; i++) {
		__s16 node = rec->stack_nodes[i];

		if (node >= 0 && node != before) /* most are on one */
			insert_node(out, node);
		before = node;
	}
	out->kind = kind_of(rec, out->count);
}

size_t nodes_format_stack(char *buf, size_t size, const struct nodes_stack *stack)
{
	struct text text = {.buf = buf, .size = size};

	if (stack->kind == NODES_STACK_UNKNOWN)
		text_put(&text, "?");
	if (stack->kind == NODES_STACK_NONE)
		text_put(&text, "-");
	for (unsigned int i = 0; i < stack->count; i++) {
		text_put(&text, i ? "," : "");
		text_put_number(&text, (uint64_t)stack->nodes[i]); /* never negative */
	}
	return text_end(&text);
}

bool nodes_task(const struct cs_clone *rec, int *node)
{
	if (rec->missing & CS_MISSING(CS_FACT_TASK_NODE))
		return false;
	*node = rec->task_node;
	return true;
}

/* The node asked for, or a negative number where none was or it is not known. */
static int requested_node(const struct cs_clone *rec)
{
	if (rec->missing & CS_MISSING(CS_FACT_NODE_REQUESTED))
		return CS_NO_NODE;
	return rec->node_requested;
}

/* The node of the task_struct, or a negative number where there is none or it is not known. */
static int task_node(const struct cs_clone *rec)
{
	int node;

	return nodes_task(rec, &node) ? node : CS_NODE_NONE;
}

static bool differ(int a, int b)
{
	return a >= 0 && b >= 0 && a != b;
}

/* Is any page of the stack off @node? */
static bool stack_off(const struct nodes_stack *stack, int node)
{
	for (unsigned int i = 0; i < stack->count; i++)
		if (differ(stack->nodes[i], node))
			return true;
	return false;
}

/* @stack: that of @rec. */
static unsigned int disagreements(const struct cs_clone *rec, const struct nodes_stack *stack)
{
	int task = task_node(rec), requested = requested_node(rec);
	unsigned int pairs = 0;

	if (differ(task, rec->cpu_node))
		pairs |= NODES_TASK_OFF_CPU;
	if (stack_off(stack, rec->cpu_node))
		pairs |= NODES_STACK_OFF_CPU;
	if (stack_off(stack, task))
		pairs |= NODES_STACK_OFF_TASK;
	if (stack->kind == NODES_STACK_MIXED)
		pairs |= NODES_STACK_SPLIT;
	if (differ(task, requested))
		pairs |= NODES_TASK_OFF_REQUEST;
	if (stack_off(stack, requested))
		pairs |= NODES_STACK_OFF_REQUEST;
	return pairs;
}

unsigned int nodes_disagreements(const struct cs_clone *rec)
{
	struct nodes_stack stack;

	nodes_stack(rec, &stack);
	return disagreements(rec, &stack);
}

enum nodes_verdict nodes_check_with(const struct cs_clone *rec, const struct nodes_stack *stack)
{
	if (task_node(rec) < 0 && !stack->count)
		return NODES_UNKNOWN;
	return disagreements(rec, stack) ? NODES_DISAGREE : NODES_AGREE;
}

enum nodes_verdict nodes_check(const struct cs_clone *rec)
{
	struct nodes_stack stack;

	nodes_stack(rec, &stack);
	return nodes_check_with(rec, &stack);
}

bool nodes_same(const struct cs_clone *a, const struct cs_clone *b)
{
	return a->missing == b->missing &&
	       !memcmp((const char *)a + NODES_AT, (const char *)b + NODES_AT, NODES_SIZE);
}
