/* SPDX-License-Identifier: GPL-2.0 */
/* What the table shows below a record's line, and instead of one. */
#ifndef CLONESCOPE_VIEW_TABLE_PARTS_H
#define CLONESCOPE_VIEW_TABLE_PARTS_H

#include <stddef.h>

#include "model/refusal.h"
#include "view/ink.h"
#include "view/view.h"

/* Bytes that hold any text of table_life_format(). */
#define TABLE_LIFE_SIZE 1024

/* The task of a life record, and the name to show for it. */
struct table_life {
	uint32_t tid;
	const char *comm; /* hostile */
};

/* The rest of a line that is printed up to @column: wrapped to end before the width of the output. */
void table_text(const struct view_options *options, size_t column, enum ink ink, const char *text);

/* A sentence below a record's line. */
void table_line(const struct view_options *options, enum ink ink, const char *text);

/* Why it was refused: the sentence and what helps, or a line for each candidate. */
void table_refusal(const struct view_options *options, const struct refusal_verdict *verdict);

/* The stages that took time. */
void table_phases(const struct view_options *options, const struct cs_phases *phases);

/* -v: all that the line had no room for. */
void table_detail(const struct view_options *options, const struct clone *clone);
void table_call_detail(const struct view_options *options, const struct cs_call *rec);

/* -v, of a clone with a struct cs_detail: its request, and its child. */
void table_detail_request(FILE *out, const struct clone *clone);
void table_detail_child(FILE *out, const struct cs_clone *rec, const struct cs_detail *detail);

void table_life_of(struct table_life *line, const struct cs_head *head, const struct life *life);

/* Threads' comings and goings are for -v. */
bool table_life_wanted(const struct view_options *options, const struct cs_head *head);

/* "exec /bin/ls", "exit 0, lived 5.8 ms"; safe for a terminal. */
void table_life_format(char *buf, size_t size, const struct view_options *options,
		       const struct cs_head *head, const struct life *life);

/* Whether it went wrong. */
enum ink table_life_ink(const struct cs_head *head);

/* Below the line of unshare() or setns(): where the task is now, or why it was refused. */
void table_life_namespaces(const struct view_options *options, const struct cs_namespaces *rec,
			   const struct cs_refusal *refusal);

/* Below a clone's line, of a clone with a struct cs_detail: in which container the child is. */
void table_life_child(const struct view_options *options, const struct clone *clone);

/* "returned after 9.3 ms, held for 8.3 ms" */
void table_return_format(char *buf, size_t size, const struct cs_return *rec);

/* The records are on standard output; what was lost and what sums them up is none of them. */
void table_lost(const struct view_options *options, enum loss loss, uint64_t count);
void table_end(const struct view_options *options, const struct totals *totals,
	       const struct losses *losses);

#endif
