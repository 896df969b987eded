// SPDX-License-Identifier: GPL-2.0
/* Tasks that were seen in clones, so that what becomes of them can be joined to these. */
#include "model/lives.h"

#include <stdlib.h>
#include <string.h>

#include "model/flags.h"

/* Sets of a few entries, as in a cache: nothing is ever moved, and the space is bounded. */
#define WAYS 8
#define SETS (LIVES_MAX / WAYS)

struct entry {
	uint64_t seen; /* order of lives_add(), the larger the later */
	bool left;     /* a leader that ended before its threads: see may_come_back() */
	struct life life;
};

struct lives {
	uint64_t seen;
	uint64_t forgotten;
	struct entry sets[SETS][WAYS];
};

struct lives *lives_new(void)
{
	return calloc(1, sizeof(struct lives));
}

void lives_free(struct lives *lives)
{
	free(lives);
}

/* A tid alone chooses the set: tids come in rows, so they spread by themselves. */
static struct entry *find(const struct lives *lives, uint32_t tid, uint64_t start_ns)
{
	const struct entry *set = lives->sets[tid % SETS];

	for (int i = 0; i < WAYS; i++)
		if (set[i].life.tid == tid && set[i].life.start_ns == start_ns)
			return (struct entry *)&set[i];
	return NULL;
}

/* The entry of a task, made in place of the one seen longest ago. */
static struct life *see(struct lives *lives, uint32_t tid, uint64_t start_ns)
{
	struct entry *entry = find(lives, tid, start_ns);

	if (!entry) {
		entry = lives->sets[tid % SETS];
		for (int i = 1; i < WAYS; i++)
			if (lives->sets[tid % SETS][i].seen < entry->seen)
				entry = &lives->sets[tid % SETS][i];
		lives->forgotten += entry->life.made_ns != 0;
		memset(entry, 0, sizeof(*entry));
		entry->life.tid = tid;
		entry->life.start_ns = start_ns;
	}
	entry->seen = ++lives->seen;
	return &entry->life;
}

/* A thread is where its caller is, another child where its caller's children go. */
static void set_maker(struct life *child, const struct cs_clone *rec, const struct life *maker)
{
	child->maker_tgid = rec->tgid;
	memcpy(child->comm, rec->comm, sizeof(child->comm));
	child->fresh = (rec->flags & CLONE_NEWPID) || (maker && maker->fresh) ||
		       (maker && maker->children_fresh && !(rec->flags & CLONE_THREAD));
}

static int32_t inner_tid(const struct cs_detail *detail)
{
	if (!detail || !detail->pid_level || detail->pid_level >= CS_MAX_LEVELS)
		return 0;
	return detail->pids[detail->pid_level];
}

void lives_add(struct lives *lives, const struct clone *clone)
{
	const struct cs_clone *rec = clone->rec;
	const struct life *maker = NULL;
	struct life *child;

	if (rec->tid)
		maker = see(lives, rec->tid, rec->start_ns);
	if (rec->error || !rec->child_tid)
		return;
	/* Never in place of the maker's entry, which was seen just now. */
	child = see(lives, rec->child_tid, rec->child_start_ns);
	child->made_ns = rec->head.ts_ns;
	child->task_node_known = nodes_task(rec, &child->task_node);
	nodes_stack(rec, &child->stack);
	child->inner_tid = inner_tid(clone->detail);
	set_maker(child, rec, maker);
}

static bool identity(const struct cs_head *head, uint32_t *tid, uint64_t *start_ns)
{
	const struct cs_start *start = (const void *)head;
	const struct cs_exec *exec = (const void *)head;
	const struct cs_exit *exit = (const void *)head;
	const struct cs_namespaces *namespaces = (const void *)head;
	const struct cs_return *back = (const void *)head;
	const struct cs_call *call = (const void *)head;

	switch (head->kind) {
	case CS_KIND_RETURN:
		*tid = back->tid;
		*start_ns = back->start_ns;
		return true;
	case CS_KIND_CALL:
		*tid = call->tid;
		*start_ns = call->start_ns;
		return true;
	case CS_KIND_START:
		*tid = start->tid;
		*start_ns = start->start_ns;
		return true;
	case CS_KIND_EXEC:
		*tid = exec->tid;
		*start_ns = exec->start_ns;
		return true;
	case CS_KIND_EXIT:
		*tid = exit->tid;
		*start_ns = exit->start_ns;
		return true;
	case CS_KIND_NAMESPACES:
		*tid = namespaces->tid;
		*start_ns = namespaces->start_ns;
		return true;
	}
	return false;
}

static struct entry *find_task(const struct lives *lives, const struct cs_head *head)
{
	uint64_t start_ns;
	uint32_t tid;

	if (!identity(head, &tid, &start_ns) || !tid)
		return NULL;
	return find(lives, tid, start_ns);
}

const struct life *lives_find(const struct lives *lives, const struct cs_head *head)
{
	const struct entry *entry = find_task(lives, head);

	return entry ? &entry->life : NULL;
}

/* A leader that has left its threads behind may come back: as the one of them that calls execve(). */
static bool may_come_back(const struct cs_head *head)
{
	const struct cs_exit *exit = (const void *)head;

	return head->kind == CS_KIND_EXIT && exit->tid == exit->tgid && !exit->last_thread;
}

/* The last thread of a process has ended: its leader, if that went before, won't come back. */
static void forget_leader(struct lives *lives, uint32_t tgid)
{
	struct entry *set = lives->sets[tgid % SETS];

	for (int i = 0; i < WAYS; i++)
		if (set[i].left && set[i].life.tid == tgid)
			memset(&set[i], 0, sizeof(set[i]));
}

void lives_forget(struct lives *lives, const struct cs_head *head)
{
	const struct cs_exit *exit = (const void *)head;
	struct entry *entry = find_task(lives, head);

	if (entry && may_come_back(head))
		entry->left = true;
	else if (entry)
		memset(entry, 0, sizeof(*entry));
	if (head->kind == CS_KIND_EXIT && exit->last_thread)
		forget_leader(lives, exit->tgid);
}

uint64_t lives_forgotten(const struct lives *lives)
{
	return lives->forgotten;
}

void lives_change(struct lives *lives, const struct cs_head *head)
{
	const struct cs_namespaces *rec = (const void *)head;
	struct entry *entry;

	if (head->kind == CS_KIND_NAMESPACES && !rec->error && rec->flags & CLONE_NEWPID)
		see(lives, rec->tid, rec->start_ns)->children_fresh = true;
	entry = find_task(lives, head);
	if (head->kind == CS_KIND_EXEC && entry) {
		entry->life.fresh = false;
		entry->left = false;
	}
}

enum nodes_verdict lives_first_node(const struct life *life, const struct cs_start *start)
{
	if (!life->made_ns || !life->task_node_known || life->task_node < 0 || !life->stack.count ||
	    start->node < 0)
		return NODES_UNKNOWN;
	for (unsigned int i = 0; i < life->stack.count; i++)
		if (life->stack.nodes[i] == start->node)
			return NODES_AGREE;
	return life->task_node == start->node ? NODES_AGREE : NODES_DISAGREE;
}
