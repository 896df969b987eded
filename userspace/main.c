// SPDX-License-Identifier: GPL-2.0
/* clonescope: finds the subcommand and hands over to it. */
#include <argp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <clonescope/record.h>

#include "cmd/cmd.h"
#include "cmd/output.h"
#include "cmd/rights.h"
#include "cmd/signals.h"
#include "model/nearest.h"
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

#define TEXT_OF(number)	 TEXT_OF_(number)
#define TEXT_OF_(number) #number

/* What argp prints for --version of any subcommand. */
const char *argp_program_version =
	"clonescope " CLONESCOPE_VERSION ", record version " TEXT_OF(CS_RECORD_VERSION);

static void usage(FILE *out)
{
	fprintf(out, "Usage: clonescope SUBCOMMAND [OPTION...]\n\n"
		     "Shows how the kernel makes a new task: every fork, vfork, clone, clone3,\n"
		     "kernel thread and I/O worker.\n\n");
	for (size_t i = 0; i < SUBCOMMANDS; i++)
		fprintf(out, "  %-10s %s\n", subcommands[i].name, subcommands[i].summary);
	fprintf(out,
		"\n`clonescope SUBCOMMAND --help` tells more, and so does `man clonescope`;\n"
		"--version tells which this is. A start:\n\n"
		"  %sclonescope trace -- bash -c 'ls | wc'\n",
		rights_prefix());
}

/* Nobody who types the bare name has read anything yet. */
static void say_what_next(void)
{
	static const struct {
		bool traces;
		const char *type, *tells;
	} next[] = {
		{true, "trace -- ls", "each clone of a command, as it happens"},
		{true, "trace", "each clone of everybody, until ^C"},
		{true, "doctor", "what can be traced here"},
		{false, "explain EAGAIN", "why the kernel refuses clones so"},
		{false, "--help", "all subcommands"},
	};
	char command[64];

	fprintf(stderr, "Usage: clonescope SUBCOMMAND [OPTION...]\n\n"
			"It shows how the kernel makes a new task. Type one of these next:\n\n");
	for (size_t i = 0; i < sizeof(next) / sizeof(next[0]); i++) {
		snprintf(command, sizeof(command), "%sclonescope %s",
			 next[i].traces ? rights_prefix() : "", next[i].type);
		fprintf(stderr, "  %-30s %s\n", command, next[i].tells);
	}
}

static int refuse(const char *word)
{
	char quoted[128], like[NEAREST_TEXT_SIZE];
	struct nearest nearest;

	nearest_begin(&nearest, word);
	for (size_t i = 0; i < SUBCOMMANDS; i++)
		nearest_try(&nearest, subcommands[i].name);
	nearest_try(&nearest, "--help");
	nearest_try(&nearest, "--version");
	fprintf(stderr,
		"clonescope: there is no subcommand %s%s\n"
		"Try `clonescope --help' for more information.\n",
		text_quote_word(quoted, sizeof(quoted), word),
		nearest_format(like, sizeof(like), &nearest, ""));
	return 2;
}

static int run_subcommand(int argc, char **argv)
{
	char name[64];

	for (size_t i = 0; i < SUBCOMMANDS; i++) {
		if (strcmp(argv[0], subcommands[i].name))
			continue;
		/* argp puts it before its messages and into its usage line. */
		snprintf(name, sizeof(name), "clonescope %s", argv[0]);
		argv[0] = name;
		return subcommands[i].run(argc, argv);
	}
	return refuse(argv[0]);
}

/* `help trace', as other programs have it, is `trace --help'. */
static int help_about(char *subcommand)
{
	char help[] = "--help";
	char *argv[] = {subcommand, help, NULL};

	return run_subcommand(2, argv);
}

int main(int argc, char **argv)
{
	argp_err_exit_status = 2;
	signals_ignore_pipe();
	output_start();
	if (argc < 2) {
		say_what_next();
		return 2;
	}
	if (!strcmp(argv[1], "help") && argc > 2)
		return help_about(argv[2]);
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help")) {
		usage(stdout);
		return output_end(EXIT_SUCCESS);
	}
	if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V")) {
		printf("%s\n", argp_program_version);
		return output_end(EXIT_SUCCESS);
	}
	return run_subcommand(argc - 1, argv + 1);
}
