// SPDX-License-Identifier: GPL-2.0
/* What the views that show who made whom have in common: the tree, and the words for a process. */
#include "view/tree_parts.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "model/flags.h"
#include "model/names.h"
#include "model/story.h"
#include "recording/recording.h"

/* Of one process, so many events are shown; of more, the number. */
#define MAX_EVENTS 16

static struct tree *tree;

void tree_warn(const struct view_options *options)
{
	if (options->recording && !strcmp(options->recording->host, "several"))
		fprintf(stderr, "clonescope: these are recordings of several hosts: where their "
				"tasks have the same numbers, they are taken for one\n");
}

void tree_begin(const struct view_options *options)
{
	tree_warn(options);
	tree = tree_new();
	if (tree)
		return;
	fprintf(stderr, "clonescope: there is no memory for a tree\n");
	exit(EXIT_FAILURE);
}

void tree_clone(const struct view_options *options, const struct clone *clone,
		const struct tries_before *before)
{
	(void)options;
	(void)before;
	tree_add_clone(tree, clone);
}

void tree_life(const struct view_options *options, const struct cs_head *head,
	       const struct life *life, const struct cs_refusal *refusal)
{
	(void)options;
	(void)refusal;
	tree_add_life(tree, head, life);
}

void tree_lost(const struct view_options *options, enum loss loss, uint64_t count)
{
	view_table.lost(options, loss, count);
}

const struct tree *tree_kept(void)
{
	return tree;
}

void tree_done(void)
{
	tree_free(tree);
	tree = NULL;
}

void tree_print_rest(FILE *out)
{
	if (tree_left_out(tree))
		fprintf(out, "and %" PRIu64 " more, which were too many to be kept\n",
			tree_left_out(tree));
	if (tree_first(tree) && !tree_has_lives(tree))
		fprintf(out, "what became of them was not recorded; record --life does\n");
}

void tree_put_name(struct text *text, const struct tree_process *process)
{
	char comm[CS_COMM_LEN + 1], quoted[4 * CS_COMM_LEN + 1];

	snprintf(comm, sizeof(comm), "%.*s", CS_COMM_LEN, process->comm);
	text_put(text, text_quote(quoted, sizeof(quoted), comm));
}

static void put_namespaces(struct text *text, uint64_t namespaces)
{
	char flags[FLAGS_TEXT_SIZE] = "(by fd)";

	if (namespaces)
		flags_format(flags, sizeof(flags), namespaces, 0);
	text_put(text, flags);
}

void tree_put_made(struct text *text, const struct tree_process *process)
{
	text_put(text, "clone ");
	put_namespaces(text, process->flags & STORY_NAMESPACES);
}

void tree_put_event(struct text *text, const struct tree_event *event)
{
	char file[4 * CS_FILE_LEN + 1], error[NAMES_TEXT_SIZE];

	if (event->kind == TREE_EXEC) {
		text_put(text, "exec ");
		text_put(text, text_quote(file, sizeof(file), event->file));
		text_put(text, event->ready ? ": ready" : "");
	} else {
		text_put(text, event->kind == TREE_SETNS ? "setns " : "unshare ");
		put_namespaces(text, event->namespaces);
	}
	if (!event->error)
		return;
	errno_format(error, sizeof(error), event->error);
	text_add(text, ": %s", error);
}

/* What goes between two of them, and before the first nothing. */
struct list {
	struct text *text;
	const char *between;
	bool begun;
};

static struct text *next(struct list *list)
{
	if (list->begun)
		text_put(list->text, list->between);
	list->begun = true;
	return list->text;
}

static void put_events(struct list *list, const struct tree_process *process)
{
	uint64_t left = process->events_left_out;
	int shown = 0;

	for (const struct tree_event *event = process->events; event; event = event->next) {
		if (shown++ < MAX_EVENTS)
			tree_put_event(next(list), event);
		else
			left++;
	}
	if (left)
		text_add(next(list), "%" PRIu64 " more of these", left);
}

static void put_end(struct list *list, const struct tree_process *process)
{
	char signal[NAMES_TEXT_SIZE];

	if (!process->exit_ns || !process->code)
		return;
	if (WIFSIGNALED(process->code)) {
		signal_format(signal, sizeof(signal), WTERMSIG(process->code));
		text_add(next(list), "killed by %s", signal);
	} else {
		text_add(next(list), "exit %d", WEXITSTATUS(process->code));
	}
}

void tree_put_words(struct text *text, const struct tree_process *process, const char *between)
{
	struct list list = {.text = text, .between = between};

	if (process->flags & STORY_NAMESPACES)
		tree_put_made(next(&list), process);
	if (process->made_beside)
		text_put(next(&list), "its maker's sibling");
	if (process->inner_tid)
		text_add(next(&list), "pid %" PRId32 " inside", process->inner_tid);
	put_events(&list, process);
	if (process->threads)
		text_add(next(&list), "%" PRIu64 " thread%s", process->threads,
			 process->threads == 1 ? "" : "s");
	if (process->refused)
		text_add(next(&list), "%" PRIu64 " clone%s refused", process->refused,
			 process->refused == 1 ? "" : "s");
	put_end(&list, process);
}
