/* SPDX-License-Identifier: GPL-2.0 */
/* What the views that show who made whom have in common: the tree, and the words for a process. */
#ifndef CLONESCOPE_VIEW_TREE_PARTS_H
#define CLONESCOPE_VIEW_TREE_PARTS_H

#include "model/text.h"
#include "model/tree.h"
#include "view/view.h"

/* Bytes that hold all that is said of a process, except where that is far-fetched. */
#define TREE_WORDS_SIZE 4096

/* Says on standard error what can't be told apart in several recordings. */
void tree_warn(const struct view_options *options);

/* Members of struct view_ops: they fill the tree. Without memory the program ends. */
void tree_begin(const struct view_options *options);
void tree_clone(const struct view_options *options, const struct clone *clone,
		const struct tries_before *before);
void tree_life(const struct view_options *options, const struct cs_head *head,
	       const struct life *life, const struct cs_refusal *refusal);

/* As the table does: on standard error, beside what is shown. */
void tree_lost(const struct view_options *options, enum loss loss, uint64_t count);

/* The tree, filled so far; tree_done() frees it. */
const struct tree *tree_kept(void);
void tree_done(void);

/* Lines for people: what is not in the tree, and why. */
void tree_print_rest(FILE *out);

/* Append its name, which may be empty; safe for a terminal. */
void tree_put_name(struct text *text, const struct tree_process *process);

/* Append "clone NEWPID": what is new to it. */
void tree_put_made(struct text *text, const struct tree_process *process);

/* Append "unshare NEWNS|NEWPID: EPERM", "exec /bin/ls: ready"; safe for a terminal. */
void tree_put_event(struct text *text, const struct tree_event *event);

/*
 * Append what it was, did, and how it ended, joined by @between: "clone NEWPID", "exec /bin/ls", "3 threads",
 * "killed by SIGKILL"; nothing where nothing is to be said. Safe for a terminal.
 */
void tree_put_words(struct text *text, const struct tree_process *process, const char *between);

#endif
