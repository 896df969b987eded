// SPDX-License-Identifier: GPL-2.0
/* clonescope report: what is in recordings, in one of several forms. */
#include "cmd/cmd.h"

#include <stdlib.h>
#include <unistd.h>

#include "cmd/live.h"

struct report_options {
	struct live_options live;
	const struct view_ops *view;
};

enum {
	OPTION_TREE = 256,
	OPTION_TIMELINE,
	OPTION_PERFETTO,
	OPTION_JSON,
	OPTION_CSV,
	OPTION_DOT,
};

static const struct {
	int key;
	const struct view_ops *view;
} forms[] = {
	{0, &view_report},
	{OPTION_TREE, &view_tree},
	{OPTION_TIMELINE, &view_timeline},
	{OPTION_PERFETTO, &view_perfetto},
	{OPTION_CSV, &view_csv},
	{OPTION_DOT, &view_dot},
};

static error_t take_option(int key, char *text, struct argp_state *state)
{
	struct report_options *options = state->input;

	(void)text;
	if (key == ARGP_KEY_INIT) {
		state->child_inputs[0] = &options->live;
		return 0;
	}
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if (forms[i].key != key || !key)
			continue;
		options->view = forms[i].view;
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static const struct argp_child children[] = {{&live_argp, 0, NULL, 0}, {NULL, 0, NULL, 0}};

static const struct argp_option report_argp_options[] = {
	{"tree", OPTION_TREE, NULL, 0, "who made whom", 0},
	{"timeline", OPTION_TIMELINE, NULL, 0, "bars", 0},
	{"perfetto", OPTION_PERFETTO, NULL, 0, "p", 0},
	{"json", OPTION_JSON, NULL, 0, "json", 0},
	{"csv", OPTION_CSV, NULL, 0, "csv", 0},
	{"dot", OPTION_DOT, NULL, 0, "dot", 0},
	{NULL, 0, NULL, 0, NULL, 0},
};

static const struct argp report_argp = {
	report_argp_options, take_option, "FILE...", "Report.", children, NULL, NULL,
};

int cmd_report(int argc, char **argv)
{
	struct report_options options = {.view = &view_report};
	struct live live = {.options = &options.live};

	live_take_command(&options.live, &argc, argv);
	argp_parse(&report_argp, argc, argv, 0, NULL, &options);
	options.live.source.follow = options.live.command != NULL;
	options.live.source.kinds = SOURCE_KIND(CS_KIND_REFUSAL) | SOURCE_KIND(CS_KIND_DETAIL) |
				    SOURCE_KIND(CS_KIND_PHASES) | SOURCE_KIND(CS_KIND_CALL) |
				    SOURCE_KIND(CS_KIND_START) | SOURCE_KIND(CS_KIND_EXEC) |
				    SOURCE_KIND(CS_KIND_EXIT) | SOURCE_KIND(CS_KIND_NAMESPACES);
	live.view = options.view;
	live.view_options.out = stdout;
	live.view_options.width = 80;
	return live_run(&live);
}
