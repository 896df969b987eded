// SPDX-License-Identifier: GPL-2.0
/* Who made whom: the processes of a recording, with their threads counted in. */
#include "model/tree.h"

#include <stdlib.h>
#include <string.h>

#include "model/flags.h"
#include "model/outcome.h"
#include "model/story.h"

/* Processes that are alive are found by their tgid: no two have the same. */
#define BUCKETS 65536

struct node {
	struct tree_process process; /* first: a process is its node */
	struct node *chain;	     /* of its bucket, the youngest first */
};

struct tree {
	struct node *buckets[BUCKETS];
	struct tree_process *first, *last; /* without a maker */
	size_t processes, events;
	uint64_t left_out;
	uint64_t first_ns, last_ns;
	bool has_lives;
};

struct tree *tree_new(void)
{
	return calloc(1, sizeof(struct tree));
}

static void free_node(struct node *node)
{
	struct tree_event *event = node->process.events;

	while (event) {
		struct tree_event *next = event->next;

		free(event);
		event = next;
	}
	free(node);
}

void tree_free(struct tree *tree)
{
	for (size_t i = 0; tree && i < BUCKETS; i++) {
		while (tree->buckets[i]) {
			struct node *node = tree->buckets[i];

			tree->buckets[i] = node->chain;
			free_node(node);
		}
	}
	free(tree);
}

static void see(struct tree *tree, uint64_t ts_ns)
{
	if (!tree->first_ns || ts_ns < tree->first_ns)
		tree->first_ns = ts_ns;
	if (ts_ns > tree->last_ns)
		tree->last_ns = ts_ns;
}

/* The youngest of this number. */
static struct tree_process *find(const struct tree *tree, uint32_t tgid)
{
	struct node *node = tree->buckets[tgid % BUCKETS];

	while (node && node->process.tgid != tgid)
		node = node->chain;
	return node ? &node->process : NULL;
}

static struct tree_process *add(struct tree *tree, uint32_t tgid, uint64_t start_ns,
				struct tree_process *maker)
{
	struct tree_process **last = maker ? &maker->last : &tree->last;
	struct tree_process **first = maker ? &maker->first : &tree->first;
	struct node *node = NULL;

	if (tree->processes < TREE_MAX_PROCESSES)
		node = calloc(1, sizeof(*node));
	if (!node)
		return NULL;
	tree->processes++;
	node->process.tgid = tgid;
	node->process.start_ns = start_ns;
	node->process.maker = maker;
	node->chain = tree->buckets[tgid % BUCKETS];
	tree->buckets[tgid % BUCKETS] = node;
	if (*last)
		(*last)->next = &node->process;
	else
		*first = &node->process;
	*last = &node->process;
	return &node->process;
}

/*
 * The process that a task is of. @start_ns: the task's; it is the process's own only where it is its first
 * thread. A process of the same number that started at another time has ended unseen.
 */
static struct tree_process *process_of(struct tree *tree, uint32_t tid, uint32_t tgid,
				       uint64_t start_ns)
{
	struct tree_process *process = find(tree, tgid);
	uint64_t own_ns = tid == tgid ? start_ns : 0;

	if (process && process->start_ns && own_ns && process->start_ns != own_ns)
		process = NULL;
	if (process && process->exit_ns)
		process = NULL;
	if (!process)
		return add(tree, tgid, own_ns, NULL);
	if (!process->start_ns)
		process->start_ns = own_ns;
	return process;
}

static void set_comm(struct tree_process *process, const char *comm)
{
	memcpy(process->comm, comm, CS_COMM_LEN);
}

static int32_t inner_tid(const struct cs_detail *detail)
{
	if (!detail || !detail->pid_level || detail->pid_level >= CS_MAX_LEVELS)
		return 0;
	return detail->pids[detail->pid_level];
}

static void add_child(struct tree *tree, const struct clone *clone, struct tree_process *maker)
{
	const struct cs_clone *rec = clone->rec;
	struct tree_process *child = NULL;

	/* Without its maker it would look as if nobody had made it. */
	if (maker)
		child = add(tree, rec->child_tgid, rec->child_start_ns, maker);
	if (!child) {
		tree->left_out++;
		return;
	}
	child->made_ns = rec->head.ts_ns;
	child->flags = rec->flags;
	child->made_beside = rec->flags & CLONE_PARENT;
	child->inner_tid = inner_tid(clone->detail);
	set_comm(child, rec->comm);
}

void tree_add_clone(struct tree *tree, const struct clone *clone)
{
	const struct cs_clone *rec = clone->rec;
	struct tree_process *maker = process_of(tree, rec->tid, rec->tgid, rec->start_ns);

	see(tree, rec->head.ts_ns);
	/* A thread may have a name of its own. */
	if (maker && (rec->tid == rec->tgid || !maker->comm[0]))
		set_comm(maker, rec->comm);
	if (rec->error) {
		if (maker)
			maker->refused += outcome_of(rec) == OUTCOME_REFUSED;
	} else if (rec->child_tgid != rec->tgid) {
		add_child(tree, clone, maker);
	} else if (maker) {
		maker->threads++;
	}
}

static struct tree_event *add_event(struct tree *tree, struct tree_process *process,
				    enum tree_event_kind kind, uint64_t ts_ns, const char *file)
{
	struct tree_event *event = NULL;
	size_t size = strnlen(file, CS_FILE_LEN);

	if (!process)
		return NULL;
	if (tree->events < TREE_MAX_EVENTS)
		event = calloc(1, sizeof(*event) + size + 1);
	if (!event) {
		process->events_left_out++;
		return NULL;
	}
	tree->events++;
	event->kind = kind;
	event->ts_ns = ts_ns;
	memcpy(event->file, file, size);
	if (process->last_event)
		process->last_event->next = event;
	else
		process->events = event;
	process->last_event = event;
	return event;
}

/* The program that ran the command was not made while we looked on: so it may be new here. */
static void add_exec(struct tree *tree, const struct cs_exec *rec, const struct life *life)
{
	struct tree_process *process = process_of(tree, rec->tid, rec->tgid, rec->start_ns);
	struct tree_event *event = add_event(tree, process, TREE_EXEC, rec->head.ts_ns, rec->file);

	if (process)
		set_comm(process, rec->comm);
	if (!event || !life || !life->fresh)
		return;
	event->ready = true;
	for (; process; process = process->maker)
		process->ready++;
}

static void add_namespaces(struct tree *tree, const struct cs_namespaces *rec)
{
	const uint64_t namespaces = rec->flags & STORY_NAMESPACES;
	struct tree_process *process;
	struct tree_event *event;

	/* unshare(CLONE_FILES), which threads of Go do. */
	if (!namespaces && !rec->is_setns)
		return;
	process = process_of(tree, rec->tid, rec->tgid, rec->start_ns);
	event = add_event(tree, process, rec->is_setns ? TREE_SETNS : TREE_UNSHARE, rec->head.ts_ns,
			  "");
	if (process && (rec->tid == rec->tgid || !process->comm[0]))
		set_comm(process, rec->comm);
	if (!event)
		return;
	event->namespaces = namespaces;
	event->error = rec->error;
}

/* The end of a process that nothing else was seen of tells nothing. Its first thread has its status. */
static void add_exit(struct tree *tree, const struct cs_exit *rec)
{
	struct tree_process *process = find(tree, rec->tgid);
	bool first = rec->tid == rec->tgid;

	if (!process || (first && process->start_ns && process->start_ns != rec->start_ns))
		return;
	if (first || !process->has_code)
		process->code = rec->code;
	process->has_code |= first;
	if (rec->last_thread)
		process->exit_ns = rec->head.ts_ns;
}

void tree_add_life(struct tree *tree, const struct cs_head *head, const struct life *life)
{
	see(tree, head->ts_ns);
	tree->has_lives = true;
	if (head->kind == CS_KIND_EXEC)
		add_exec(tree, (const void *)head, life);
	else if (head->kind == CS_KIND_EXIT)
		add_exit(tree, (const void *)head);
	else if (head->kind == CS_KIND_NAMESPACES)
		add_namespaces(tree, (const void *)head);
}

const struct tree_process *tree_first(const struct tree *tree)
{
	return tree->first;
}

const struct tree_process *tree_next(const struct tree_process *process,
				     const struct tree_process *top, size_t *depth)
{
	if (process->first) {
		++*depth;
		return process->first;
	}
	while (process != top && !process->next && process->maker) {
		--*depth;
		process = process->maker;
	}
	return process == top ? NULL : process->next;
}

uint64_t tree_first_ns(const struct tree *tree)
{
	return tree->first_ns;
}

uint64_t tree_last_ns(const struct tree *tree)
{
	return tree->last_ns;
}

bool tree_has_lives(const struct tree *tree)
{
	return tree->has_lives;
}

uint64_t tree_left_out(const struct tree *tree)
{
	return tree->left_out;
}

uint64_t tree_lived_ns(const struct tree_process *process)
{
	if (!process->made_ns || process->exit_ns < process->made_ns)
		return 0;
	return process->exit_ns - process->made_ns;
}
