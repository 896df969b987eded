// SPDX-License-Identifier: GPL-2.0
/* clonescope record: all records into a file, to be looked at later. */
#include "cmd/cmd.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/live.h"
#include "model/text.h"
#include "recording/recorder.h"
#include "view/summary.h"

#define DEFAULT_FILE "clonescope.db"

/* Every kind that there is. */
#define ALL_KINDS (SOURCE_KIND(CS_KIND_NAMESPACES + 1) - 1)

enum {
	OPTION_PHASES = 256,
	OPTION_LIFE,
};

struct record_options {
	struct live_options live;
	uint32_t kinds; /* asked for */
};

static const struct argp_option record_argp_options[] = {
	{"all", 'a', NULL, 0, "everything below; with COMMAND, the default", 0},
	{"verbose", 'v', NULL, 0, "everything that is known of a clone and its child", 0},
	{"phases", OPTION_PHASES, NULL, 0, "what each stage of copy_process() took", 0},
	{"life", OPTION_LIFE, NULL, 0, "first run, exec, exit, unshare, setns of the children", 0},
	{NULL, 0, NULL, 0, NULL, 0},
};

static error_t take_option(int key, char *text, struct argp_state *state)
{
	struct record_options *options = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &options->live;
		return 0;
	case 'a':
		options->kinds = ALL_KINDS;
		return 0;
	case 'v':
		options->kinds |= SOURCE_KIND(CS_KIND_RETURN) | SOURCE_KIND(CS_KIND_DETAIL) |
				  SOURCE_KIND(CS_KIND_CALL);
		return 0;
	case OPTION_PHASES:
		options->kinds |= SOURCE_KIND(CS_KIND_PHASES);
		return 0;
	case OPTION_LIFE:
		options->kinds |= SOURCE_KIND(CS_KIND_START) | SOURCE_KIND(CS_KIND_EXEC) |
				  SOURCE_KIND(CS_KIND_EXIT) | SOURCE_KIND(CS_KIND_NAMESPACES);
		return 0;
	case ARGP_KEY_ARG:
		argp_error(state, "to record a command, put -- before it; a file is named by -o");
		return 0;
	}
	(void)text;
	return ARGP_ERR_UNKNOWN;
}

static const struct argp_child children[] = {{&live_argp, 0, NULL, 0}, {NULL, 0, NULL, 0}};

static const struct argp record_argp = {
	record_argp_options,
	take_option,
	"[-o FILE] [-- COMMAND [ARG...]]",
	"Keep every clone in a recording, an SQLite file; with COMMAND, those that it and its "
	"descendants make, and all that is known of them.\v"
	"FILE is " DEFAULT_FILE " where -o names no other; a recording that is there already "
	"becomes FILE.old. With -i it makes one recording of several.\n\n"
	"  clonescope record -o start.db -- runc run demo\n"
	"  clonescope report start.db\n"
	"  clonescope trace -i start.db -x      the same as live: only what was refused\n"
	"  sqlite3 start.db 'SELECT comm, flags, task_node, stack_node FROM clones'",
	children,
	NULL,
	NULL,
};

int cmd_record(int argc, char **argv)
{
	struct record_options options = {0};
	struct live live = {.options = &options.live, .view = &view_totals};

	live_take_command(&options.live, &argc, argv);
	argp_parse(&record_argp, argc, argv, 0, NULL, &options);
	if (!options.live.output)
		options.live.output = DEFAULT_FILE;
	if (options.live.command || options.live.input_count)
		options.kinds = ALL_KINDS;
	options.live.source.kinds = options.kinds | SOURCE_KIND(CS_KIND_REFUSAL);
	options.live.source.follow = options.live.command != NULL;
	live.view_options.out = stdout;
	live.groups = TOTALS_KIND(TOTALS_BY_NODES);
	live.is_record = true;
	live.at_leisure = true;
	return live_run(&live);
}
