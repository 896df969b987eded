/* SPDX-License-Identifier: GPL-2.0 */
/* The end of a run, for people: how a container started, what took longest, what was refused. */
#ifndef CLONESCOPE_VIEW_STORY_H
#define CLONESCOPE_VIEW_STORY_H

#include <stdio.h>

#include "model/story.h"

/* Nothing where there is nothing to say. @since_ns: the zero of the times shown. */
void story_print(FILE *out, const struct story *story, uint64_t since_ns, bool phases);

#endif
