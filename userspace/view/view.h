/* SPDX-License-Identifier: GPL-2.0 */
/* How records are shown: one interface for every output format. */
#ifndef CLONESCOPE_VIEW_VIEW_H
#define CLONESCOPE_VIEW_VIEW_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <clonescope/record.h>

#include "model/cost.h"
#include "model/join.h"
#include "model/lives.h"
#include "model/losses.h"
#include "model/story.h"
#include "model/totals.h"
#include "model/tries.h"

struct recording_info;

/* What a view is told at its beginning. */
struct view_options {
	FILE *out;
	int width;		 /* columns, 0: as many as it takes */
	int height;		 /* lines, of a terminal; 0: it is none */
	bool color;		 /* escape sequences may be among the text */
	int verbose;		 /* more than one line per record */
	bool phases;		 /* what each stage of copy_process() took, where it was measured */
	int kernel;		 /* RULES_KERNEL() of the kernel that was traced; 0: not known */
	bool utf8;		 /* out is read by somebody who sees more than ASCII */
	uint64_t since_ns;	 /* the zero of the times shown, CLOCK_BOOTTIME */
	const struct cost *cost; /* of tracing itself, at an end; NULL: nobody asked */
	const struct recording_info *recording; /* that is shown; NULL: it happens now */
};

/* A view shows each record as it comes. It writes to options.out and looks at ferror() no sooner than its caller. */
struct view_ops {
	void (*begin)(const struct view_options *options);
	/* @before: what its caller had tried for it before. */
	void (*clone)(const struct view_options *options, const struct clone *clone,
		      const struct tries_before *before);
	void (*returned)(const struct view_options *options, const struct cs_return *rec);
	void (*call)(const struct view_options *options, const struct cs_call *rec);
	/*
	 * What became of a task: struct cs_start, cs_exec, cs_exit, cs_namespaces. @life: the task, NULL where
	 * no clone of it or by it was shown. @refusal: of a cs_namespaces that failed, NULL: there is none.
	 */
	void (*life)(const struct view_options *options, const struct cs_head *head,
		     const struct life *life, const struct cs_refusal *refusal);
	void (*lost)(const struct view_options *options, enum loss loss, uint64_t count);
	void (*end)(const struct view_options *options, const struct totals *totals,
		    const struct losses *losses);
	void (*story)(const struct view_options *options, const struct story *story); /* or NULL */
};

extern const struct view_ops view_table; /* aligned lines for people */
extern const struct view_ops view_path;	 /* each clone as a tree of what the kernel did */
extern const struct view_ops
	view_totals; /* no single record: what they add up to; to build others on */
extern const struct view_ops view_json; /* one JSON object per line */
extern const struct view_ops view_html; /* a page for a browser */

extern const struct view_ops view_report;      /* a page that sums up */
extern const struct view_ops view_report_json; /* the same as one JSON object */
extern const struct view_ops view_tree;	       /* who made whom */
extern const struct view_ops view_timeline;    /* the start of a container, as bars */
extern const struct view_ops view_perfetto;    /* Chrome's trace format */
extern const struct view_ops view_csv;	       /* one row per clone */
extern const struct view_ops view_dot;	       /* who made whom, for Graphviz */

#endif
