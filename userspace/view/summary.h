/* SPDX-License-Identifier: GPL-2.0 */
/* Totals as text: how many, how long, in which groups, on which nodes. */
#ifndef CLONESCOPE_VIEW_SUMMARY_H
#define CLONESCOPE_VIEW_SUMMARY_H

#include <stdio.h>

#include "model/losses.h"
#include "model/totals.h"

/* One or two lines: clones, refusals, restarts; and what was lost, by cause. */
void summary_totals(FILE *out, const struct totals *totals, const struct losses *losses);

/* The groups of one kind, as a table with counts and latency; nothing where there are none. */
void summary_groups(FILE *out, const struct totals *totals, enum totals_kind kind);

/* The same with @most rows, and the rest in one. */
void summary_busiest(FILE *out, const struct totals *totals, enum totals_kind kind, size_t most);

/* What each stage of copy_process() took; nothing where nobody measured it. */
void summary_phases(FILE *out, const struct totals *totals);

/* The node matrix: node of the CPU, of the task_struct and of the stack, and the share that disagrees. */
void summary_nodes(FILE *out, const struct totals *totals);

/* The same with @most rows, and the rest in one. */
void summary_busiest_nodes(FILE *out, const struct totals *totals, size_t most);

#endif
