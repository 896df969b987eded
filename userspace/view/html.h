/* SPDX-License-Identifier: GPL-2.0 */
/* The report page: what is collected for it, and how that is written. */
#ifndef CLONESCOPE_VIEW_HTML_H
#define CLONESCOPE_VIEW_HTML_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <clonescope/record.h>

#include "model/intern.h"
#include "view/view.h"

/*
 * More would make a page that no browser likes; it then says how many are not on it. Its totals are of all.
 * 200,000 clones with all their phases are 40 MB, and take 80 MB to collect.
 */
#define HTML_ROWS_MAX	200000
#define HTML_EVENTS_MAX 800000

/* Different sentences of refusals: they have numbers and paths in them. */
#define HTML_REFUSALS_MAX 4096

/* So that a page is known from other files: head.html. */
#define HTML_BEGINS_WITH "<!DOCTYPE html>\n<!-- A report of clonescope."

/* A node that is not a number, besides CS_NO_NODE and CS_NODE_NONE. */
#define HTML_NODE_MIXED	  (-3)
#define HTML_NODE_UNKNOWN (-4)

/* cs_clone.copy_ns is missing, or there is none. */
#define HTML_NOT_TIMED (-1)

/* A clone; or what was refused without one: struct cs_call, struct cs_namespaces. Numbers are of struct intern. */
struct html_row {
	uint64_t ts_ns;
	int64_t copy_ns;
	uint32_t caller, child; /* tasks; child 0: there is none */
	uint32_t comm;
	uint32_t container; /* 0: not known */
	uint32_t flags;
	uint32_t refusal; /* 0: none */
	uint32_t passed;  /* bit s: the next of html.phases is the time of stage s */
	uint16_t kind;	  /* enum cs_kind */
	int16_t error;	  /* errno */
	int16_t cpu_node, node_requested, task_node, stack_node;
	uint8_t via;	 /* enum cs_via */
	uint8_t verdict; /* enum nodes_verdict */
	bool setns;	 /* of CS_KIND_NAMESPACES: else unshare() */
};

/* struct cs_start, cs_exec, cs_exit, or a cs_namespaces that worked. */
struct html_event {
	uint64_t ts_ns;
	uint32_t task;
	uint32_t comm;
	uint32_t file; /* of an exec */
	int32_t value; /* of a start its node, of an exit its code, of namespaces the number of the flags */
	uint16_t kind; /* enum cs_kind */
	bool ready;    /* an exec: of a container's own program, see struct life */
	bool setns;
};

/* A sentence, and what its owner can do; the sentence is in html.sentences. */
struct html_refusal {
	const char *advice;
	const char *rule; /* its id, "": several are possible */
	int error;
};

struct html_task {
	uint32_t tid;
	uint32_t tgid;
};

/* All that the page is about. */
struct html {
	struct intern *texts; /* names, files, containers */
	struct intern *flags; /* __u64 */
	struct intern *tasks; /* by tid and start time */
	struct intern *sentences;

	struct html_task *task_list; /* by number - 1, as the next one */
	struct html_refusal *refusals;
	size_t tasks_room, refusals_room;

	struct html_row *rows;
	struct html_event *events;
	uint32_t *phases;
	size_t row_count, rows_room;
	size_t event_count, events_room;
	size_t phase_count, phases_room;
	uint64_t rows_left_out, events_left_out;
};

/* The whole page. */
void html_write(const struct view_options *options, const struct html *html,
		const struct totals *totals, const struct losses *losses);

/* The page's own parts, before and after its data. */
void html_write_head(FILE *out);
void html_write_tail(FILE *out);

#endif
