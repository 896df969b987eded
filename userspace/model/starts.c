// SPDX-License-Identifier: GPL-2.0
/* The starts of containers in a tree of processes, and their steps in the order of time. */
#include "model/starts.h"

#include <stdlib.h>

#include "model/story.h"

static const struct tree_event *ready_event(const struct tree_process *process)
{
	const struct tree_event *event = process->events;

	while (event && !event->ready)
		event = event->next;
	return event;
}

/* Up to whoever began another container as well. */
static const struct tree_process *top_of(const struct tree_process *process)
{
	const uint64_t ready = process->ready;

	while (process->maker && process->maker->ready == ready)
		process = process->maker;
	return process;
}

static uint64_t begin_of(const struct tree_process *process)
{
	uint64_t begin_ns = process->made_ns;

	if (begin_ns)
		return begin_ns;
	if (process->events)
		begin_ns = process->events->ts_ns;
	if (process->first && (!begin_ns || process->first->made_ns < begin_ns))
		begin_ns = process->first->made_ns;
	return begin_ns;
}

struct start *starts_find(const struct tree *tree, size_t *count)
{
	const struct tree_process *process;
	struct start *starts;
	size_t room = 0, depth = 0;

	*count = 0;
	for (process = tree_first(tree); process; process = tree_next(process, NULL, &depth))
		room += ready_event(process) != NULL;
	starts = room ? calloc(room, sizeof(*starts)) : NULL;
	if (!starts)
		return NULL;
	for (process = tree_first(tree); process; process = tree_next(process, NULL, &depth)) {
		const struct tree_event *ready = ready_event(process);
		const struct tree_process *top = top_of(process);

		if (ready)
			starts[(*count)++] = (struct start){top, process, ready, begin_of(top)};
	}
	return starts;
}

/* Those of one process up to @end_ns; with @steps NULL they are only counted. */
static size_t add_steps(struct start_step *steps, const struct tree_process *process,
			uint64_t end_ns)
{
	size_t count = 0;

	if (process->made_ns && process->made_ns <= end_ns && process->flags & STORY_NAMESPACES) {
		if (steps)
			steps[count] = (struct start_step){process, NULL, process->made_ns};
		count++;
	}
	for (const struct tree_event *event = process->events; event; event = event->next) {
		if (event->ts_ns > end_ns)
			break;
		if (steps)
			steps[count] = (struct start_step){process, event, event->ts_ns};
		count++;
	}
	return count;
}

static int by_time(const void *a, const void *b)
{
	const struct start_step *first = a, *second = b;

	return (first->ts_ns > second->ts_ns) - (first->ts_ns < second->ts_ns);
}

struct start_step *starts_steps(const struct tree *tree, const struct tree_process *top,
				uint64_t end_ns, size_t *count)
{
	const struct tree_process *process, *begin = top ? top : tree_first(tree);
	struct start_step *steps;
	size_t room = 0, depth = 0;

	*count = 0;
	for (process = begin; process; process = tree_next(process, top, &depth))
		room += add_steps(NULL, process, end_ns);
	steps = calloc(room + 1, sizeof(*steps));
	if (!steps)
		return NULL;
	for (process = begin; process; process = tree_next(process, top, &depth))
		*count += add_steps(steps + *count, process, end_ns);
	qsort(steps, *count, sizeof(*steps), by_time);
	return steps;
}
