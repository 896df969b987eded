/* SPDX-License-Identifier: GPL-2.0 */
/* The options that every live subcommand has: filters, backend, buffer, command. */
#ifndef CLONESCOPE_CMD_OPTIONS_H
#define CLONESCOPE_CMD_OPTIONS_H

#include <argp.h>
#include <stdbool.h>

#include "source/source.h"

#define LIVE_MAX_INPUTS 64

struct live_options {
	const struct source_ops *backend; /* NULL: the first that works */
	struct source_options source;
	bool strict;		       /* a loss is a failure */
	char *inputs[LIVE_MAX_INPUTS]; /* recordings to read in the place of a source */
	size_t input_count;
	const char *output; /* keep the records in this recording; NULL: no */
	char **words;	    /* of the command line, as it was; NULL-ended */
	char **command;	    /* NULL-ended; NULL: trace all that happens */
};

/*
 * A child parser for argp; its input is a struct live_options, zeroed. Everything after "--" is the command.
 * Wrong usage ends the program with status 2.
 */
extern const struct argp live_argp;

/* The same without what only a source of records as they happen needs: the backend and the like. */
extern const struct argp records_argp;

/*
 * Split off what follows "--" before argp sees it: argp would reorder the command's own options.
 * Shortens *@argc.
 */
void live_take_command(struct live_options *options, int *argc, char **argv);

/* All that is traced is a command's doing, now or when it was recorded. */
bool live_of_command(const struct live_options *options);

#endif
