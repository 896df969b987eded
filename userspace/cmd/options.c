// SPDX-License-Identifier: GPL-2.0
/* Reads filters and the choice of a backend from the command line. */
#include "cmd/options.h"

#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/suggest.h"
#include "model/flags.h"
#include "model/names.h"
#include "model/text.h"
#include "recording/recording.h"

enum {
	OPTION_ERRNO = 256,
	OPTION_FLAGS,
	OPTION_MIN_US,
	OPTION_BACKEND,
	OPTION_ATTACH,
	OPTION_BUFFER,
	OPTION_INFLIGHT,
	OPTION_FOLLOWED,
	OPTION_STRICT,
	OPTION_SELF_COST,
};

static const struct argp_option records_argp_options[] = {
	{NULL, 0, NULL, 0, "Which clones:", 1},
	{NULL, 'p', "PID", 0, "made by this process (any of its threads)", 1},
	{NULL, 't', "TID", 0, "made by this thread", 1},
	{NULL, 'u', "USER", 0, "made by this user: a name or a number", 1},
	{NULL, 'n', "NAME", 0, "made by commands of this name", 1},
	{NULL, 'x', NULL, 0, "only those that failed", 1},
	{NULL, 'c', "CGROUP", 0, "in this cgroup or below: a path, or a container's name or id", 1},
	{"errno", OPTION_ERRNO, "ERRNO", 0, "only those refused so: EAGAIN, or a number", 1},
	{"flags", OPTION_FLAGS, "FLAGS", 0, "with all of these flags: 'NEWPID|NEWNS'", 1},
	{"min-us", OPTION_MIN_US, "US", 0, "that took copy_process this long or longer", 1},
	{NULL, 0, NULL, 0, "How:", 2},
	{"input", 'i', "FILE", 0, "read this recording; several are merged by time", 2},
	{"output", 'o', "FILE", 0, "keep all records in this recording, too", 2},
	{"strict", OPTION_STRICT, NULL, 0, "exit status 1 if anything was lost", 2},
	{NULL, 0, NULL, 0, NULL, 0},
};

static const struct argp_option live_argp_options[] = {
	{"backend", OPTION_BACKEND, "NAME", 0, "auto (the default), bpf or module", 2},
	{"attach", OPTION_ATTACH, "MODE", 0, "for bpf: auto, fentry, kprobe or tracepoint", 2},
	{"buffer", OPTION_BUFFER, "KIB", 0, "size of the buffer between kernel and reader", 2},
	{"inflight", OPTION_INFLIGHT, "N", 0, "remember so many clones in progress at once", 2},
	{"followed", OPTION_FOLLOWED, "N", 0, "for bpf: follow so many of COMMAND's tasks at once",
	 2},
	{"self-cost", OPTION_SELF_COST, NULL, 0, "tell what tracing itself took, per clone", 2},
	{NULL, 0, NULL, 0, NULL, 0},
};

static uint64_t parse_number(struct argp_state *state, const char *text, uint64_t least,
			     uint64_t most, const char *what)
{
	char quoted[128], *end;
	unsigned long long value;

	errno = 0;
	value = strtoull(text, &end, 10);
	if (errno || end == text || *end || text[0] == '-' || value < least || value > most)
		argp_error(state, "%s is not %s", text_quote_word(quoted, sizeof(quoted), text),
			   what);
	return value;
}

static uid_t parse_user(struct argp_state *state, const char *text)
{
	const struct passwd *user = getpwnam(text);
	char quoted[128];

	if (user)
		return user->pw_uid;
	if (text[0] < '0' || text[0] > '9')
		argp_error(state, "there is no user %s",
			   text_quote_word(quoted, sizeof(quoted), text));
	return (uid_t)parse_number(state, text, 0, UINT32_MAX - 1, "a user");
}

static int parse_errno(struct argp_state *state, const char *text)
{
	char quoted[128], like[NEAREST_TEXT_SIZE];
	int error = errno_parse(text);
	struct nearest nearest;

	if (error > 0)
		return error;
	nearest_begin(&nearest, text);
	errno_nearest(&nearest);
	nearest_format(like, sizeof(like), &nearest, "");
	argp_error(state, "%s is no errno%s", text_quote_word(quoted, sizeof(quoted), text),
		   like[0] ? like : ": EAGAIN, or 11");
	return error;
}

static uint64_t parse_flags(struct argp_state *state, const char *text)
{
	char why[FLAGS_WHY_SIZE];
	uint64_t flags = 0;
	int signal = 0;

	if (flags_parse(text, false, &flags, &signal, why, sizeof(why)))
		argp_error(state, "%s", why);
	if (signal)
		argp_error(state, "an exit signal is no flag: leave it out of --flags");
	return flags;
}

static const struct source_ops *parse_backend(struct argp_state *state, const char *text)
{
	char quoted[128];

	if (!strcmp(text, "auto"))
		return NULL;
	for (int i = 0; source_backends[i]; i++)
		if (!strcmp(text, source_backends[i]->name))
			return source_backends[i];
	argp_error(state, "there is no backend %s: auto, bpf or module",
		   text_quote_word(quoted, sizeof(quoted), text));
	return NULL;
}

static enum attach parse_attach(struct argp_state *state, const char *text)
{
	int attach = attach_parse(text);
	char quoted[128];

	if (attach < 0)
		argp_error(state, "there is no attach mode %s: auto, fentry, kprobe or tracepoint",
			   text_quote_word(quoted, sizeof(quoted), text));
	return (enum attach)attach;
}

/* Filters; false: not one of them. */
static bool take_filter(int key, char *text, struct argp_state *state, struct cs_filter *filter)
{
	char quoted[128];

	switch (key) {
	case 'p':
		filter->has_tgid = true;
		filter->tgid = (pid_t)parse_number(state, text, 1, INT32_MAX, "a process id");
		return true;
	case 't':
		filter->has_tid = true;
		filter->tid = (pid_t)parse_number(state, text, 1, INT32_MAX, "a thread id");
		return true;
	case 'u':
		filter->has_uid = true;
		filter->uid = parse_user(state, text);
		return true;
	case 'n':
		if (!text[0])
			argp_error(state, "a command has a name: -n '' fits none");
		filter_set_comm(filter, text);
		return true;
	case 'c':
		if (!filter_set_cgroup(filter, text))
			argp_error(state, "%s is no cgroup: a path, or a container's name or id",
				   text_quote_word(quoted, sizeof(quoted), text));
		return true;
	case 'x':
		filter->failed_only = true;
		return true;
	case OPTION_ERRNO:
		filter->error = parse_errno(state, text);
		return true;
	case OPTION_FLAGS:
		filter->flags = parse_flags(state, text);
		return true;
	case OPTION_MIN_US:
		filter->min_ns =
			parse_number(state, text, 1, UINT32_MAX, "a time in microseconds") * 1000;
		return true;
	}
	return false;
}

static error_t take_records_option(int key, char *text, struct argp_state *state)
{
	struct live_options *options = state->input;

	if (key == ARGP_KEY_INIT) {
		suggest_option(state);
		return 0;
	}
	if (take_filter(key, text, state, &options->source.filter))
		return 0;
	switch (key) {
	case 'i':
		if (options->input_count == LIVE_MAX_INPUTS)
			argp_error(state, "more than %d recordings", LIVE_MAX_INPUTS);
		options->inputs[options->input_count++] = text;
		return 0;
	case 'o':
		options->output = text;
		return 0;
	case ARGP_KEY_END:
		if (options->input_count && options->command)
			argp_error(state, "a recording can be read, or a command run, not both");
		return 0;
	case OPTION_STRICT:
		options->strict = true;
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static error_t take_option(int key, char *text, struct argp_state *state)
{
	struct live_options *options = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = options;
		return 0;
	case OPTION_BACKEND:
		options->backend = parse_backend(state, text);
		return 0;
	case OPTION_ATTACH:
		options->source.attach = parse_attach(state, text);
		if (options->source.attach && !options->backend)
			options->backend = &source_bpf;
		return 0;
	case OPTION_BUFFER:
		options->source.buffer_bytes =
			1024 * parse_number(state, text, 4, 1 << 20, "a size in KiB, 4 to 1048576");
		return 0;
	case OPTION_INFLIGHT:
		options->source.inflight =
			(uint32_t)parse_number(state, text, 16, 65536, "a number, 16 to 65536");
		return 0;
	case OPTION_FOLLOWED:
		options->source.followed =
			(uint32_t)parse_number(state, text, 1, 1 << 22, "a number, 1 to 4194304");
		return 0;
	case OPTION_SELF_COST:
		options->source.self_cost = true;
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

bool live_of_command(const struct live_options *options)
{
	return options->command || recording_of_command(options->inputs, options->input_count);
}

const struct argp records_argp = {
	records_argp_options, take_records_option, NULL, NULL, NULL, NULL, NULL};

static const struct argp_child children[] = {{&records_argp, 0, NULL, 0}, {NULL, 0, NULL, 0}};

const struct argp live_argp = {live_argp_options, take_option, NULL, NULL, children, NULL, NULL};

void live_take_command(struct live_options *options, int *argc, char **argv)
{
	options->words = argv;
	for (int i = 1; i < *argc; i++) {
		if (strcmp(argv[i], "--"))
			continue;
		if (!argv[i + 1]) {
			fprintf(stderr,
				"%s: there is no command after --\n"
				"Try `%s --help' or `%s --usage' for more information.\n",
				argv[0], argv[0], argv[0]);
			exit(2);
		}
		options->command = argv + i + 1;
		argv[i] = NULL;
		*argc = i;
	}
}
