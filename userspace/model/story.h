/* SPDX-License-Identifier: GPL-2.0 */
/* A run in a few lines: the steps of a container's start, the slowest clones, and what was refused. */
#ifndef CLONESCOPE_MODEL_STORY_H
#define CLONESCOPE_MODEL_STORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <clonescope/record.h>

#include "model/flags.h"
#include "model/lives.h"
#include "model/refusal.h"

/* Steps that are kept: the first ones and the last ones. */
#define STORY_FIRST 20
#define STORY_LAST  12

/* Of the slowest clones, so many. */
#define STORY_SLOWEST 3

/* Different sentences of refusals; of more only the number is known. */
#define STORY_REFUSALS 32

/* Namespaces that a step is about: CLONE_NEW*. */
#define STORY_NAMESPACES                                                                      \
	((uint64_t)CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | \
	 CLONE_NEWNET | CLONE_NEWCGROUP | CLONE_NEWTIME)

enum story_kind {
	STORY_CLONE, /* into new namespaces */
	STORY_UNSHARE,
	STORY_SETNS,
	STORY_EXEC,
	STORY_EXIT, /* of a process, with another status than 0 */
};

struct story_step {
	enum story_kind kind;
	uint64_t ts_ns;
	uint64_t before_ns; /* ts_ns of the step before, 0: there was none */
	uint32_t tid;	    /* whose step it is */
	uint32_t child_tid; /* of STORY_CLONE, 0: refused */
	int32_t inner_tid;  /* of STORY_EXEC, and as in struct life */
	uint32_t maker_tgid;
	char maker[CS_COMM_LEN]; /* what that was called; hostile, as the rest */
	char comm[CS_COMM_LEN];
	char file[CS_FILE_LEN]; /* of STORY_EXEC */
	uint64_t namespaces;	/* CLONE_NEW* */
	int error;		/* errno, positive */
	int code;		/* of STORY_EXIT, as of wait(2) */
	bool ready;		/* a container's own program: see struct life */
};

struct story_clone {
	uint64_t ts_ns;
	uint64_t copy_ns; /* 0: no clone */
	uint32_t tid;
	uint32_t child_tid;
	char comm[CS_COMM_LEN];
	uint8_t via;
	uint64_t flags;
	int stage; /* enum cs_stage that took longest, -1: not measured */
	uint64_t stage_ns;
};

struct story_refusal {
	uint64_t count;
	uint64_t made_up; /* of these clone3(), after which clone() did it */
	bool is_call;	  /* refused before copy_process() */
	int error;
	const char *advice; /* "": none */
	char sentence[REFUSAL_LINE_SIZE];
};

struct story;

/* NULL without memory. */
struct story *story_new(void);
void story_free(struct story *story);

/* Take the next clone, in the order of time. @calls_before: of struct tries_before. */
void story_add_clone(struct story *story, const struct clone *clone, unsigned int calls_before);

/* Why a clone or a call was refused; a restart is no refusal. */
void story_add_refusal(struct story *story, const struct refusal_verdict *verdict, bool is_call);

/* struct cs_exec, cs_exit, cs_namespaces; @life: the task before this, NULL: not known. */
void story_add_life(struct story *story, const struct cs_head *head, const struct life *life);

/* Were namespaces made or entered, or tried to? Else the steps are of no container. */
bool story_has_namespaces(const struct story *story);

/*
 * The step at @index, in the order of time; NULL after the last. *@left_out: how many that are not kept came
 * right before it.
 */
const struct story_step *story_step(const struct story *story, size_t index, uint64_t *left_out);

/* The first that is ready, NULL: none. */
const struct story_step *story_ready(const struct story *story);

/* The step that the most time passed before, of those up to story_ready(); NULL: none is ready. */
const struct story_step *story_longest(const struct story *story);

/* The slowest clone at 0, the next at 1; NULL after the last. */
const struct story_clone *story_slowest(const struct story *story, size_t index);

/* Most frequent first, NULL after the last. *@others: refusals that had no room. */
const struct story_refusal *story_refusal(const struct story *story, size_t index,
					  uint64_t *others);

#endif
