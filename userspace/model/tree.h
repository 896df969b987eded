/* SPDX-License-Identifier: GPL-2.0 */
/* Who made whom: the processes of a recording, with their threads counted in. */
#ifndef CLONESCOPE_MODEL_TREE_H
#define CLONESCOPE_MODEL_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <clonescope/record.h>

#include "model/join.h"
#include "model/lives.h"

/* Processes that are kept, and events of all of them; of more only the number is known. */
#define TREE_MAX_PROCESSES 262144
#define TREE_MAX_EVENTS	   1048576

enum tree_event_kind {
	TREE_EXEC,
	TREE_UNSHARE,
	TREE_SETNS,
};

struct tree_event {
	struct tree_event *next; /* in the order of time */
	enum tree_event_kind kind;
	int error; /* errno, positive */
	uint64_t ts_ns;
	uint64_t namespaces; /* CLONE_NEW*, not of TREE_EXEC */
	bool ready;	     /* a container's own program: see struct life */
	char file[];	     /* of TREE_EXEC; hostile */
};

struct tree_process {
	uint32_t tgid;
	uint64_t start_ns; /* with tgid, its identity; 0: not known */
	uint64_t made_ns;  /* 0: it was there before */
	uint64_t exit_ns;  /* 0: its end was not seen */
	int code;	   /* as of wait(2), with exit_ns */
	bool has_code;
	bool made_beside;	/* with CLONE_PARENT: its maker is not its parent */
	char comm[CS_COMM_LEN]; /* the last one known; hostile, no NUL where it is 16 bytes */
	uint64_t flags;		/* CLONE_* that it was made with */
	int32_t inner_tid;	/* as in struct life */
	uint64_t threads;	/* that were made beside the first one */
	uint64_t refused;	/* clones that were refused to it */
	uint64_t ready;		/* containers that became ready in it, or in what it made */
	uint64_t events_left_out;
	struct tree_event *events, *last_event;
	struct tree_process *maker; /* NULL: it was there before, or who made it is not kept */
	struct tree_process *first, *last; /* that it made */
	struct tree_process *next;	   /* made by the same maker, or the next without one */
};

struct tree;

/* NULL without memory. */
struct tree *tree_new(void);
void tree_free(struct tree *tree);

/* In the order of time. @life: the task before this, NULL: not known. */
void tree_add_clone(struct tree *tree, const struct clone *clone);
void tree_add_life(struct tree *tree, const struct cs_head *head, const struct life *life);

/* The first process that nobody made, or whose maker is not known; the others are its ->next. NULL: none. */
const struct tree_process *tree_first(const struct tree *tree);

/*
 * Walk: what @process has made, then what was made beside it, then beside its makers, up to @top, which is the
 * process that the walk began with; NULL: over all. Returns NULL at the end. *@depth is kept up.
 */
const struct tree_process *tree_next(const struct tree_process *process,
				     const struct tree_process *top, size_t *depth);

/* The times of the first and the last record, 0: there was none. */
uint64_t tree_first_ns(const struct tree *tree);
uint64_t tree_last_ns(const struct tree *tree);

/* Was anything recorded of what became of tasks: execve(), namespaces, ends? */
bool tree_has_lives(const struct tree *tree);

/* Processes that were made and are not kept. */
uint64_t tree_left_out(const struct tree *tree);

/* How long it lived; 0: its beginning or its end was not seen. */
uint64_t tree_lived_ns(const struct tree_process *process);

#endif
