// SPDX-License-Identifier: GPL-2.0
/* clonescope trace: one line per clone, as it happens. */
#include "cmd/cmd.h"

#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "cmd/color.h"
#include "cmd/live.h"
#include "cmd/terminal.h"
#include "cmd/output.h"
#include "view/json_schema.h"
#include "view/screenful.h"

struct trace_options {
	struct live_options live;
	const struct view_ops *view;
	int verbose;
	bool path, phases, life, schema;
	enum color_when color;
};

enum {
	OPTION_PATH = 256,
	OPTION_COLOR,
	OPTION_PHASES,
	OPTION_LIFE,
	OPTION_SCHEMA,
};

static const struct argp_option trace_argp_options[] = {
	{"verbose", 'v', NULL, 0, "everything that is known of a clone, on lines of its own", 0},
	{"path", OPTION_PATH, NULL, 0, "each clone as a tree of what the kernel did", 0},
	{"phases", OPTION_PHASES, NULL, 0, "what each stage of copy_process() took", 0},
	{"life", OPTION_LIFE, NULL, 0,
	 "what becomes of the children: first run, exec, exit, unshare, setns", 0},
	{"color", OPTION_COLOR, "WHEN", 0, "auto (the default), always or never", 0},
	{"json", 'j', NULL, 0, "one JSON object per line", 0},
	{"schema", OPTION_SCHEMA, NULL, 0, "with --json: print the JSON Schema of its lines", 0},
	{NULL, 0, NULL, 0, NULL, 0},
};

static error_t take_option(int key, char *text, struct argp_state *state)
{
	struct trace_options *options = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &options->live;
		return 0;
	case 'v':
		options->verbose = 1;
		return 0;
	case 'j':
		options->view = &view_json;
		return 0;
	case OPTION_PATH:
		options->path = true;
		return 0;
	case OPTION_COLOR:
		options->color = color_parse(state, text);
		return 0;
	case OPTION_PHASES:
		options->phases = true;
		return 0;
	case OPTION_LIFE:
		options->life = true;
		return 0;
	case OPTION_SCHEMA:
		options->schema = true;
		return 0;
	case ARGP_KEY_END:
		if (options->schema && options->view != &view_json)
			argp_error(state, "--schema tells of --json: give both");
		return 0;
	case ARGP_KEY_ARG:
		argp_error(state, "to trace a command, put -- before it");
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static const struct argp_child children[] = {{&live_argp, 0, NULL, 0}, {NULL, 0, NULL, 0}};

static const struct argp trace_argp = {
	trace_argp_options,
	take_option,
	"[-- COMMAND [ARG...]]",
	"Show every clone as it happens, one line each; with COMMAND, those that it and its "
	"descendants make.\v"
	"R/C/T/S are NUMA nodes: requested, of the CPU, of the child's task_struct, of its stack; "
	"! where they disagree, ? what is not known, - none. POLICY is the child's memory policy, "
	"* where it differs from the caller's. US is the time in copy_process(). +N counts flags "
	"that had no room: -v shows them all. Below a refused clone is the rule that refused "
	"it; so, with COMMAND, -x, --errno or -v, of an unshare() or setns() that failed.\n\n"
	"  clonescope trace -- make -j4\n"
	"  clonescope trace -x                  refused clones, of everybody\n"
	"  clonescope trace --flags NEWPID      new pid namespaces\n"
	"  clonescope trace --path -- sh -c 'ls; date'    how the kernel made each",
	children,
	NULL,
	NULL,
};

/* Somebody may have changed the terminal's size. */
static void on_tick(struct live *live)
{
	live->view_options.width = terminal_width();
	live->view_options.height = terminal_height();
}

/*
 * What the view needs beside the clones themselves. A refused clone's reason costs nobody else. Calls that are
 * refused earlier are looked for at the end of every system call of the machine: so only for those who ask about
 * refusals, or about one program. With these come unshare() and setns() that fail.
 */
static uint32_t wanted_kinds(const struct trace_options *options, bool of_command)
{
	const struct cs_filter *filter = &options->live.source.filter;
	uint32_t kinds = SOURCE_KIND(CS_KIND_REFUSAL);

	if (options->verbose)
		kinds |= SOURCE_KIND(CS_KIND_RETURN) | SOURCE_KIND(CS_KIND_START);
	if (options->verbose || options->path)
		kinds |= SOURCE_KIND(CS_KIND_DETAIL);
	if (options->phases || options->path)
		kinds |= SOURCE_KIND(CS_KIND_PHASES);
	if (options->life)
		kinds |= SOURCE_KIND(CS_KIND_START) | SOURCE_KIND(CS_KIND_EXEC) |
			 SOURCE_KIND(CS_KIND_EXIT) | SOURCE_KIND(CS_KIND_NAMESPACES);
	/* Of one program's children we can afford to say where they are. */
	if (options->life && of_command)
		kinds |= SOURCE_KIND(CS_KIND_DETAIL);
	if (options->verbose || of_command || filter->failed_only || filter->error)
		kinds |= SOURCE_KIND(CS_KIND_CALL) | SOURCE_KIND(CS_KIND_NAMESPACES);
	return kinds;
}

/* What the story of a command is made of besides: no clone pays for it. */
static uint32_t story_kinds(const struct trace_options *options, bool of_command)
{
	if (!of_command || !options->view->story)
		return 0;
	return SOURCE_KIND(CS_KIND_EXEC) | SOURCE_KIND(CS_KIND_NAMESPACES);
}

static void choose_view(struct live *live, const struct trace_options *options,
			struct view_ops *on_terminal)
{
	live->view = options->view;
	if (options->view == &view_table && options->path)
		live->view = &view_path;
	on_tick(live);
	if (!live->view_options.height)
		return;
	live->on_tick = on_tick;
	if (live->view == &view_table) {
		screenful_of(on_terminal);
		live->view = on_terminal;
	}
}

int cmd_trace(int argc, char **argv)
{
	struct trace_options options = {.view = &view_table};
	struct view_ops on_terminal;
	int status;
	struct live live = {.options = &options.live};
	bool of_command;

	live_take_command(&options.live, &argc, argv);
	argp_parse(&trace_argp, argc, argv, 0, NULL, &options);
	if (options.schema) {
		json_schema(stdout);
		return output_end(EXIT_SUCCESS);
	}
	of_command = live_of_command(&options.live);
	options.live.source.follow = options.live.command != NULL;
	options.live.source.kinds = wanted_kinds(&options, of_command);
	live.unseen_kinds = story_kinds(&options, of_command) & ~options.live.source.kinds;
	options.live.source.kinds |= live.unseen_kinds;
	choose_view(&live, &options, &on_terminal);
	live.failed_namespaces = !options.life;
	live.view_options.out = stdout;
	live.groups = TOTALS_KIND(TOTALS_BY_NODES);
	live.view_options.color = color_wanted(options.color, STDOUT_FILENO);
	live.view_options.verbose = options.verbose;
	live.view_options.phases = options.phases;
	live.view_options.utf8 = terminal_is_utf8();
	status = live_run(&live);
	screenful_end();
	return status;
}
