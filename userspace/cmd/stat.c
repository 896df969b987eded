// SPDX-License-Identifier: GPL-2.0
/* clonescope stat: what the clones of a while add up to. */
#include "cmd/cmd.h"

#include <errno.h>
#include <stdlib.h>

#include "cmd/live.h"
#include "model/text.h"
#include "view/cost.h"
#include "view/summary.h"

enum {
	OPTION_PHASES = 256,
	OPTION_CONTAINERS,
};

struct stat_options {
	struct live_options live;
	unsigned long interval_s; /* 0: one summary at the end */
	unsigned long intervals;  /* 0: until stopped */
};

static unsigned long parse_count(struct argp_state *state, const char *text, const char *what)
{
	char quoted[128], *end;
	unsigned long value;

	errno = 0;
	value = strtoul(text, &end, 10);
	if (errno || end == text || *end || text[0] == '-' || !value || value > 1000000)
		argp_error(state, "%s is not %s", text_quote_word(quoted, sizeof(quoted), text),
			   what);
	return value;
}

static error_t take_option(int key, char *text, struct argp_state *state)
{
	struct stat_options *options = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &options->live;
		return 0;
	case OPTION_PHASES:
		options->live.source.kinds |= SOURCE_KIND(CS_KIND_PHASES);
		return 0;
	case OPTION_CONTAINERS:
		options->live.source.kinds |= SOURCE_KIND(CS_KIND_DETAIL);
		return 0;
	case ARGP_KEY_ARG:
		if (state->arg_num == 0)
			options->interval_s = parse_count(state, text, "an interval in seconds");
		else if (state->arg_num == 1)
			options->intervals = parse_count(state, text, "a number of intervals");
		else
			argp_error(state, "to trace a command, put -- before it");
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static const struct argp_option stat_argp_options[] = {
	{"phases", OPTION_PHASES, NULL, 0, "what each stage of copy_process() took", 0},
	{"containers", OPTION_CONTAINERS, NULL, 0, "by container, too, or else by cgroup", 0},
	{NULL, 0, NULL, 0, NULL, 0},
};

static const struct argp_child children[] = {{&live_argp, 0, NULL, 0}, {NULL, 0, NULL, 0}};

static const struct argp stat_argp = {
	stat_argp_options,
	take_option,
	"[INTERVAL [COUNT]] [-- COMMAND [ARG...]]",
	"Add up clones: counts, refusals and latency by command, way in, flags, policy and errno, "
	"and the matrix of NUMA nodes. Prints at the end, or every INTERVAL seconds what came "
	"since.\v"
	"Latency is the time in copy_process(), in microseconds. ! marks nodes that disagree.\n\n"
	"  clonescope stat -- make -j4\n"
	"  clonescope stat 1 10                 ten summaries, a second apart",
	children,
	NULL,
	NULL,
};

static void print_summary(FILE *out, const struct totals *totals, const struct losses *losses)
{
	summary_totals(out, totals, losses);
	for (int kind = 0; kind < TOTALS_BY_NODES; kind++)
		summary_groups(out, totals, kind);
	summary_phases(out, totals);
	summary_nodes(out, totals);
}

static void end(const struct view_options *options, const struct totals *totals,
		const struct losses *losses)
{
	print_summary(options->out, totals, losses);
	cost_print(options->out, options->cost);
}

static void on_interval(struct live *live)
{
	print_summary(live->view_options.out, live->totals, &live->interval_losses);
	cost_print(live->view_options.out, live->view_options.cost);
}

/* What is kept needs each clone; an interval, where the greatest time is to be its own, too. */
static bool only_sums(const struct stat_options *options)
{
	return !options->live.output && !options->interval_s && !options->live.source.kinds;
}

int cmd_stat(int argc, char **argv)
{
	struct view_ops view = view_totals;
	struct stat_options options = {0};
	struct live live = {.options = &options.live, .view = &view};

	live_take_command(&options.live, &argc, argv);
	argp_parse(&stat_argp, argc, argv, 0, NULL, &options);
	view.end = end;
	options.live.source.follow = options.live.command != NULL;
	options.live.source.fold = only_sums(&options);
	live.view_options.out = stdout;
	live.interval_ns = options.interval_s * 1000000000UL;
	live.at_leisure = !live.interval_ns;
	live.on_interval = on_interval;
	live.intervals = options.intervals;
	return live_run(&live);
}
