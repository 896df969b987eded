// SPDX-License-Identifier: GPL-2.0
/* clonescope report: what is in recordings, in one of several forms. */
#include "cmd/cmd.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/live.h"
#include "cmd/output_file.h"
#include "cmd/terminal.h"
#include "view/html.h"
#include "view/perfetto.h"

/* What clonescope record makes where it is told no name. */
#define DEFAULT_FILE "clonescope.db"

enum {
	OPTION_TREE = 256,
	OPTION_TIMELINE,
	OPTION_PERFETTO,
	OPTION_HTML,
	OPTION_JSON,
	OPTION_CSV,
	OPTION_DOT,
};

/* Parts of clones that tell more of each, and what became of tasks. */
#define PARTS \
	(SOURCE_KIND(CS_KIND_REFUSAL) | SOURCE_KIND(CS_KIND_DETAIL) | SOURCE_KIND(CS_KIND_PHASES))
#define REFUSALS (PARTS | SOURCE_KIND(CS_KIND_CALL) | SOURCE_KIND(CS_KIND_NAMESPACES))
#define LIVES                                                            \
	(SOURCE_KIND(CS_KIND_DETAIL) | SOURCE_KIND(CS_KIND_NAMESPACES) | \
	 SOURCE_KIND(CS_KIND_EXEC) | SOURCE_KIND(CS_KIND_EXIT))

#define EVERY_KIND (SOURCE_KIND(CS_KIND_NAMESPACES + 1) - 1)

/* A form of the report: what it is shown by, and the kinds of records that it is made of. */
struct form {
	int key;
	const struct view_ops *view;
	uint32_t kinds;
	const char *begins_with; /* of one that goes into a file: how that begins */
};

static const struct form forms[] = {
	{0, &view_report, REFUSALS, NULL},
	{OPTION_TREE, &view_tree, LIVES, NULL},
	{OPTION_TIMELINE, &view_timeline, LIVES, NULL},
	{OPTION_PERFETTO, &view_perfetto,
	 REFUSALS | LIVES | SOURCE_KIND(CS_KIND_START) | SOURCE_KIND(CS_KIND_RETURN),
	 PERFETTO_BEGINS_WITH},
	{OPTION_HTML, &view_html, REFUSALS | LIVES | SOURCE_KIND(CS_KIND_START), HTML_BEGINS_WITH},
	{OPTION_JSON, &view_report_json, REFUSALS, NULL},
	{OPTION_CSV, &view_csv, PARTS, NULL},
	{OPTION_DOT, &view_dot, LIVES, NULL},
};

#define FORMS (sizeof(forms) / sizeof(forms[0]))

struct report_options {
	struct live_options live;
	const struct form *form;
	const char *path; /* of the file that it goes into */
};

static const struct argp_option report_argp_options[] = {
	{"tree", OPTION_TREE, NULL, 0, "who made whom, when, and what became of them", 0},
	{"timeline", OPTION_TIMELINE, NULL, 0, "the start of each container as bars over time", 0},
	{"json", OPTION_JSON, NULL, 0, "the page as one JSON object, without its limits", 0},
	{"csv", OPTION_CSV, NULL, 0, "one row per clone, for spreadsheets and statistics", 0},
	{"dot", OPTION_DOT, NULL, 0, "who made whom, for Graphviz", 0},
	{"html", OPTION_HTML, "FILE", 0,
	 "a page for a browser, with pictures and filters, into FILE", 0},
	{"perfetto", OPTION_PERFETTO, "FILE", 0,
	 "a trace for ui.perfetto.dev or chrome://tracing, into FILE", 0},
	{NULL, 0, NULL, 0, NULL, 0},
};

static void take_form(struct argp_state *state, const struct form *form, const char *path)
{
	struct report_options *options = state->input;

	if (options->form != &forms[0])
		argp_error(state, "a report has one form at a time");
	options->form = form;
	options->path = path;
}

static void take_input(struct argp_state *state, char *path)
{
	struct live_options *live = &((struct report_options *)state->input)->live;

	if (live->input_count == LIVE_MAX_INPUTS)
		argp_error(state, "more than %d recordings", LIVE_MAX_INPUTS);
	live->inputs[live->input_count++] = path;
}

static error_t take_option(int key, char *text, struct argp_state *state)
{
	struct report_options *options = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &options->live;
		return 0;
	case ARGP_KEY_ARG:
		take_input(state, text);
		return 0;
	case ARGP_KEY_END:
		if (options->live.command)
			argp_error(state,
				   "a report is made of a recording: first clonescope record "
				   "-- COMMAND, then clonescope report");
		if (!options->live.input_count && access(DEFAULT_FILE, F_OK))
			argp_error(state, "name a recording: clonescope record makes one");
		if (!options->live.input_count)
			take_input(state, DEFAULT_FILE);
		return 0;
	}
	for (size_t i = 1; i < FORMS; i++) {
		if (forms[i].key != key)
			continue;
		take_form(state, &forms[i], text);
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static const struct argp_child children[] = {{&records_argp, 0, NULL, 0}, {NULL, 0, NULL, 0}};

static const struct argp report_argp = {
	report_argp_options,
	take_option,
	"[FILE...]",
	"Sum up recordings on one page: counts, refusals and their reasons, the slowest clones, "
	"NUMA "
	"nodes, memory policies, commands and containers; or show them in another form.\v"
	"FILE is " DEFAULT_FILE " where none is named; several are merged by time. Bars of a "
	"timeline: - its maker's program, = one of its own.\n\n"
	"  clonescope record -o start.db -- runc run demo\n"
	"  clonescope report start.db\n"
	"  clonescope report start.db --timeline\n"
	"  clonescope report start.db --dot | dot -Tsvg >start.svg\n"
	"  clonescope report start.db --html start.html\n"
	"  clonescope report start.db --perfetto start.json",
	children,
	NULL,
	NULL,
};

/* One that nothing was written into is no report. */
static int close_file(const struct report_options *options, FILE *out, int status)
{
	bool is_empty = status && !ftell(out);

	if (out == stdout)
		return status;
	if (fclose(out) && !status) {
		fprintf(stderr, "clonescope: cannot write the output: %s\n", strerror(errno));
		status = EXIT_FAILURE;
	}
	if (is_empty)
		unlink(options->path);
	return status;
}

int cmd_report(int argc, char **argv)
{
	struct report_options options = {.form = &forms[0]};
	struct live live = {.options = &options.live};

	live_take_command(&options.live, &argc, argv);
	argp_parse(&report_argp, argc, argv, 0, NULL, &options);
	/* What is kept besides is kept whole. */
	options.live.source.kinds = options.live.output ? EVERY_KIND : options.form->kinds;
	live.view = options.form->view;
	/* The page itself begins with it. */
	live.view_says_reading = options.form->view == &view_report;
	live.view_options.out = stdout;
	live.view_options.width = terminal_width();
	live.view_options.utf8 = terminal_is_utf8();
	if (options.path)
		live.view_options.out = output_file_open(options.path, options.form->begins_with);
	if (!live.view_options.out)
		return EXIT_FAILURE;
	return close_file(&options, live.view_options.out, live_run(&live));
}
