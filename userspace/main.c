// SPDX-License-Identifier: GPL-2.0
/* clonescope: finds the subcommand and hands over to it. */
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <clonescope/record.h>

#include "cmd/cmd.h"
#include "model/text.h"

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *summary;
} subcommands[] = {
	{"trace", cmd_trace, "one line per clone, as it happens"},
	{"stat", cmd_stat, "totals for a while, and the matrix of NUMA nodes"},
	{"top", cmd_top, "the same as stat, live on a full screen"},
	{"record", cmd_record, "all records into a file, to be looked at later"},
	{"metrics", cmd_metrics, "counters for Prometheus, over HTTP or as a file"},
	{"report", cmd_report, "from recordings: one page, a tree, a timeline, and other forms"},
	{"explain", cmd_explain, "offline: what flags mean, and what the kernel would refuse"},
	{"doctor", cmd_doctor, "what can be traced here, through what, and why not more"},
};

#define SUBCOMMANDS (sizeof(subcommands) / sizeof(subcommands[0]))

static void usage(FILE *out)
{
	fprintf(out, "Usage: clonescope SUBCOMMAND [OPTION...]\n\n"
		     "Shows how the kernel makes a new task: every fork, vfork, clone, clone3,\n"
		     "kernel thread and I/O worker.\n\n");
	for (size_t i = 0; i < SUBCOMMANDS; i++)
		fprintf(out, "  %-10s %s\n", subcommands[i].name, subcommands[i].summary);
	fprintf(out, "\n`clonescope SUBCOMMAND --help` tells more. A start:\n\n"
		     "  clonescope trace -- bash -c 'ls | wc'\n");
}

static int run_subcommand(int argc, char **argv)
{
	char quoted[128], name[64];

	for (size_t i = 0; i < SUBCOMMANDS; i++) {
		if (strcmp(argv[0], subcommands[i].name))
			continue;
		/* argp puts it before its messages and into its usage line. */
		snprintf(name, sizeof(name), "clonescope %s", argv[0]);
		argv[0] = name;
		return subcommands[i].run(argc, argv);
	}
	fprintf(stderr, "clonescope: there is no subcommand %s\n\n",
		text_quote(quoted, sizeof(quoted), argv[0]));
	usage(stderr);
	return 2;
}

int main(int argc, char **argv)
{
	argp_err_exit_status = 2;
	if (argc < 2) {
		usage(stderr);
		return 2;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help")) {
		usage(stdout);
		return 0;
	}
	if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V")) {
		printf("clonescope %s, record version %d\n", CLONESCOPE_VERSION, CS_RECORD_VERSION);
		return 0;
	}
	return run_subcommand(argc - 1, argv + 1);
}
