/* SPDX-License-Identifier: GPL-2.0 */
/* What each stage of copy_process() does for a clone, and which flag makes it do so. */
#ifndef CLONESCOPE_MODEL_BRANCHES_H
#define CLONESCOPE_MODEL_BRANCHES_H

#include <stdbool.h>
#include <stddef.h>

#include "model/join.h"

/* No stage has more sentences. */
#define BRANCHES_MAX 8

/* Bytes that hold any sentence; of a longer one the end is cut. */
#define BRANCHES_TEXT_SIZE 1280

struct branches {
	size_t count;
	char text[BRANCHES_MAX][BRANCHES_TEXT_SIZE];
};

/*
 * What @stage does for @clone, a sentence for each decision and each fact: "CLONE_FILES not set: table of open
 * files copied". Facts are the record's; what a flag makes the kernel do is what its source says (5.10 to 7.3).
 * For a refused clone it is what the stage would do. Safe for a terminal.
 */
void branches_find(struct branches *branches, const struct clone *clone, enum cs_stage stage);

/* A part of CS_STAGE_NAMESPACES: CS_STAGE_NEW_MNT to CS_STAGE_NEW_TIME. */
bool branches_is_namespace(enum cs_stage stage);

/* Does @clone ask for any namespace of those? Else none of these stages is entered. */
bool branches_has_namespaces(const struct clone *clone);

#endif
