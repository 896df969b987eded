/* SPDX-License-Identifier: GPL-2.0 */
/* Shows people what tracing itself takes. */
#ifndef CLONESCOPE_VIEW_COST_H
#define CLONESCOPE_VIEW_COST_H

#include <stdio.h>

#include "model/cost.h"

/* A table: a line for each probe that ran, one for all of them, one for the reader. @cost NULL: nothing. */
void cost_print(FILE *out, const struct cost *cost);

#endif
