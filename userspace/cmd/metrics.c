// SPDX-License-Identifier: GPL-2.0
/* clonescope metrics: counters for Prometheus, over HTTP or as a file for node_exporter. */
#include "cmd/cmd.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <time.h>
#include <unistd.h>

#include "cmd/endpoint.h"
#include "cmd/live.h"
#include "cmd/privileges.h"
#include "cmd/textfile.h"
#include "model/metrics.h"
#include "model/text.h"
#include "recording/recording.h"
#include "source/host.h"
#include "source/order.h"
#include "view/cost.h"
#include "view/openmetrics.h"
#include "view/utf8.h"

#define DEFAULT_LISTEN	   "127.0.0.1:9435"
#define DEFAULT_EVERY_S	   15
#define DEFAULT_COMMANDS   32
#define DEFAULT_CONTAINERS 64

enum {
	OPTION_LISTEN = 256,
	OPTION_TEXTFILE,
	OPTION_EVERY,
	OPTION_COMMANDS,
	OPTION_CONTAINERS,
	OPTION_CALLS,
};

struct metrics_options {
	struct live_options live;
	const char *listen; /* NULL: nowhere */
	const char *textfile;
	unsigned long every_s; /* 0: not said */
	unsigned long commands;
	unsigned long containers; /* 0: they are not told apart */
	bool calls;
};

/* A view has no context of its own. */
static struct metrics metrics;
static struct openmetrics_self self;
static const struct source *source;

/* Where the counters go. */
static struct {
	struct endpoint *endpoint; /* NULL: not there */
	int folder;		   /* -1: not there */
	const char *folder_name;
	uint64_t every_ns;
	uint64_t next_ns;
	int error; /* errno of the last file, 0: it was written */
} output = {.folder = -1};

static const struct argp_option metrics_argp_options[] = {
	{"listen", OPTION_LISTEN, "ADDRESS:PORT", 0,
	 "serve HTTP there (default: " DEFAULT_LISTEN ")", 0},
	{"textfile", OPTION_TEXTFILE, "DIR", 0,
	 "write DIR/" TEXTFILE_NAME " for node_exporter; then HTTP with --listen only", 0},
	{"every", OPTION_EVERY, "SECONDS", 0,
	 "with --textfile: how often it is written (default: 15)", 0},
	{"commands", OPTION_COMMANDS, "N", 0,
	 "tell so many commands apart, 0 to 256 (default: 32); the rest is `other'", 0},
	{"containers", OPTION_CONTAINERS, "N", OPTION_ARG_OPTIONAL,
	 "tell containers apart, 1 to 1024 (default: 64): a second, larger record per clone", 0},
	{"calls", OPTION_CALLS, NULL, 0,
	 "count calls refused before copy_process, too: a probe in every system call", 0},
	{NULL, 0, NULL, 0, NULL, 0},
};

static unsigned long parse_count(struct argp_state *state, const char *text, unsigned long least,
				 unsigned long most, const char *what)
{
	char quoted[128], *end;
	unsigned long value;

	errno = 0;
	value = strtoul(text, &end, 10);
	if (errno || end == text || *end || text[0] == '-' || value < least || value > most)
		argp_error(state, "%s is not %s", text_quote_word(quoted, sizeof(quoted), text),
			   what);
	return value;
}

static void check_options(struct argp_state *state, struct metrics_options *options)
{
	if (options->every_s && !options->textfile)
		argp_error(state, "--every is for --textfile");
	if (!options->every_s)
		options->every_s = DEFAULT_EVERY_S;
	if (options->listen && options->live.input_count)
		argp_error(state, "a recording is not served: -i prints its counters, or writes "
				  "them with --textfile");
	if (!options->listen && !options->textfile && !options->live.input_count)
		options->listen = DEFAULT_LISTEN;
}

static error_t take_option(int key, char *text, struct argp_state *state)
{
	struct metrics_options *options = state->input;
	char why[ENDPOINT_WHY_SIZE];

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &options->live;
		return 0;
	case OPTION_LISTEN:
		if (!endpoint_is_address(text, why))
			argp_error(state, "%s", why);
		options->listen = text;
		return 0;
	case OPTION_TEXTFILE:
		options->textfile = text;
		return 0;
	case OPTION_EVERY:
		options->every_s = parse_count(state, text, 1, 86400, "a number of seconds");
		return 0;
	case OPTION_COMMANDS:
		options->commands = parse_count(state, text, 0, METRICS_MAX_COMMANDS,
						"a number of commands, 0 to 256");
		return 0;
	case OPTION_CONTAINERS:
		options->containers = text ? parse_count(state, text, 1, METRICS_MAX_CONTAINERS,
							 "a number of containers, 1 to 1024")
					   : DEFAULT_CONTAINERS;
		return 0;
	case OPTION_CALLS:
		options->calls = true;
		return 0;
	case ARGP_KEY_ARG:
		argp_error(state, "to trace a command, put -- before it");
		return 0;
	case ARGP_KEY_SUCCESS:
		check_options(state, options);
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static const struct argp_child children[] = {{&live_argp, 0, NULL, 0}, {NULL, 0, NULL, 0}};

static const struct argp metrics_argp = {
	metrics_argp_options,
	take_option,
	"[-- COMMAND [ARG...]]",
	"Count clones, refusals, latency and NUMA placement for Prometheus: OpenMetrics over HTTP, "
	"or a file for node_exporter. Once the probes are in, all privileges are given up that "
	"counting does not need.\v"
	"Each metric, what it costs and how to watch many hosts: docs/metrics.md.\n\n"
	"  clonescope metrics\n"
	"  curl http://" DEFAULT_LISTEN "/metrics\n"
	"  clonescope metrics --textfile /var/lib/prometheus/node-exporter",
	children,
	NULL,
	NULL,
};

static void count_clone(const struct view_options *options, const struct clone *clone,
			const struct tries_before *before)
{
	char command[UTF8_SIZE(CS_COMM_LEN)];
	struct refusal_verdict verdict;

	(void)before;
	openmetrics_label(command, clone->rec->comm, CS_COMM_LEN);
	if (outcome_of(clone->rec) == OUTCOME_REFUSED)
		refusal_explain(clone, options->kernel, &verdict);
	metrics_add(&metrics, clone, command, &verdict);
}

static void count_call(const struct view_options *options, const struct cs_call *call)
{
	struct refusal_verdict verdict;

	refusal_explain_call(call, options->kernel, &verdict);
	metrics_add_call(&metrics, call, &verdict);
}

/* Said once of each cause: how often it was, the counters tell. */
static void count_lost(const struct view_options *options, enum loss loss, uint64_t count)
{
	(void)options;
	if (!metrics.lost[loss])
		fprintf(stderr, "clonescope: lost: %s\n", loss_sentence(loss));
	metrics_add_lost(&metrics, loss, count);
}

static uint64_t resident_bytes(void)
{
	unsigned long pages = 0;
	char line[128];

	if (!host_read_line("/proc/self/statm", line, sizeof(line)))
		sscanf(line, "%*u %lu", &pages);
	return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

static uint64_t clock_us(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

/* The page of all counters as they are now; *@text stays NULL without memory. */
static size_t make_page(char **text, enum exposition exposition)
{
	size_t length = 0;
	FILE *out = open_memstream(text, &length);

	if (!out)
		return 0;
	self.cpu_us = clock_us(CLOCK_PROCESS_CPUTIME_ID);
	self.resident_bytes = resident_bytes();
	self.bpf_ns = source_run_ns(source);
	openmetrics_print(out, exposition, &metrics, &self);
	if (fclose(out)) {
		free(*text);
		*text = NULL;
	}
	return length;
}

/* What goes wrong again and again is said once, until it is another thing. */
static int write_textfile(void)
{
	char *text = NULL;
	size_t length = make_page(&text, EXPOSITION_TEXT);
	int error = text ? -textfile_write(output.folder, text, length) : ENOMEM;

	char quoted[256];

	free(text);
	if (error && error != output.error)
		fprintf(stderr, "clonescope: cannot write %s/" TEXTFILE_NAME ": %s%s\n",
			text_quote_word(quoted, sizeof(quoted), output.folder_name),
			strerror(error),
			error == EACCES ? ": its folder must belong to the user that clonescope "
					  "runs as"
					: "");
	else if (!error && output.error)
		fprintf(stderr, "clonescope: " TEXTFILE_NAME " is written again\n");
	output.error = error;
	output.next_ns = order_now_ns() + output.every_ns;
	return error;
}

/* Of a recording, where nobody is to be served. */
static void print_page(FILE *out)
{
	char *text = NULL;
	size_t length = make_page(&text, EXPOSITION_TEXT);

	if (text)
		fwrite(text, 1, length, out);
	free(text);
}

/* Nobody else has counted the clones. */
static void print_cost(const struct cost *cost)
{
	struct cost own;

	if (!cost)
		return;
	own = *cost;
	own.clones = metrics_clones(&metrics, OUTCOME_MADE) +
		     metrics_clones(&metrics, OUTCOME_REFUSED) +
		     metrics_clones(&metrics, OUTCOME_RESTARTED);
	cost_print(stderr, &own);
}

/* The last file has all that was counted. */
static void end(const struct view_options *options, const struct totals *totals,
		const struct losses *losses)
{
	(void)totals;
	fprintf(stderr, "clonescope: %llu clones: %llu made, %llu refused, %llu lost\n",
		(unsigned long long)(metrics_clones(&metrics, OUTCOME_MADE) +
				     metrics_clones(&metrics, OUTCOME_REFUSED) +
				     metrics_clones(&metrics, OUTCOME_RESTARTED)),
		(unsigned long long)metrics_clones(&metrics, OUTCOME_MADE),
		(unsigned long long)metrics_clones(&metrics, OUTCOME_REFUSED),
		(unsigned long long)losses_total(losses));
	print_cost(options->cost);
	if (output.folder >= 0)
		write_textfile();
	else if (!output.endpoint)
		print_page(options->out);
}

/* What a recording says of itself is anybody's. */
static const char *label_of(char label[UTF8_SIZE(RECORDING_TEXT_SIZE)], const char *text)
{
	openmetrics_label(label, text, strlen(text));
	return label;
}

static void describe_source(const struct live *live)
{
	static char kernel[UTF8_SIZE(RECORDING_TEXT_SIZE)], backend[UTF8_SIZE(RECORDING_TEXT_SIZE)],
		attach[UTF8_SIZE(RECORDING_TEXT_SIZE)];

	source = live->source;
	self.kernel = host_release();
	self.backend = source->ops->name;
	self.attach = source->attach == ATTACH_AUTO ? "tracepoint" : attach_name(source->attach);
	if (live->options->input_count) {
		const struct recording_info *info = recording_info(source);

		self.kernel = label_of(kernel, info->release);
		self.backend = label_of(backend, info->backend);
		self.attach = label_of(attach, info->attach[0] ? info->attach : "tracepoint");
	}
}

static int give_up_privileges(const struct live *live)
{
	uint64_t keep = live->source->capabilities;
	int error;

	/* ^C is passed on to the command, which may be somebody else by then. */
	if (live->options->command)
		keep |= 1ULL << CAP_KILL;
	/* The recording is yet to be begun, and SQLite makes files beside it as it goes. */
	if (live->options->output)
		keep |= 1ULL << CAP_DAC_OVERRIDE | 1ULL << CAP_FOWNER;
	error = privileges_drop(keep);
	if (error)
		fprintf(stderr, "clonescope: cannot give up privileges: %s\n", strerror(-error));
	return error;
}

static int on_start(struct live *live)
{
	describe_source(live);
	if (give_up_privileges(live))
		return -1;
	if (output.endpoint)
		fprintf(stderr, "clonescope: metrics at http://%s/metrics\n",
			endpoint_address(output.endpoint));
	return output.folder >= 0 ? write_textfile() : 0;
}

static void on_tick(struct live *live)
{
	(void)live;
	if (output.endpoint)
		endpoint_serve(output.endpoint);
	if (output.folder >= 0 && order_now_ns() >= output.next_ns)
		write_textfile();
}

/* Before any probe is planted, as this is what most often goes wrong. */
static int open_output(const struct metrics_options *options)
{
	char why[ENDPOINT_WHY_SIZE], quoted[256];

	if (options->listen) {
		output.endpoint = endpoint_open(options->listen, make_page, why);
		if (!output.endpoint) {
			fprintf(stderr, "clonescope: %s\n", why);
			return -1;
		}
	}
	if (!options->textfile)
		return 0;
	output.every_ns = options->every_s * 1000000000UL;
	output.folder = textfile_open(options->textfile);
	output.folder_name = options->textfile;
	if (output.folder >= 0)
		return 0;
	fprintf(stderr, "clonescope: %s: %s\n",
		text_quote_word(quoted, sizeof(quoted), options->textfile),
		output.folder == -ELOOP || output.folder == -ENOTDIR
			? "not a folder; links are not followed"
			: strerror(-output.folder));
	return -1;
}

static void close_output(void)
{
	endpoint_close(output.endpoint);
	if (output.folder >= 0)
		close(output.folder);
}

static uint32_t wanted_kinds(const struct metrics_options *options)
{
	uint32_t kinds = SOURCE_KIND(CS_KIND_REFUSAL);

	if (options->containers)
		kinds |= SOURCE_KIND(CS_KIND_DETAIL);
	if (options->calls)
		kinds |= SOURCE_KIND(CS_KIND_CALL);
	return kinds;
}

int cmd_metrics(int argc, char **argv)
{
	struct metrics_options options = {.commands = DEFAULT_COMMANDS};
	struct view_ops view = view_totals;
	struct live live = {.options = &options.live, .view = &view};
	int status;

	live_take_command(&options.live, &argc, argv);
	argp_parse(&metrics_argp, argc, argv, 0, NULL, &options);
	options.live.source.follow = options.live.command != NULL;
	options.live.source.kinds = wanted_kinds(&options);
	metrics_init(&metrics, options.commands, options.containers);
	self.version = CLONESCOPE_VERSION;
	self.started_ms = clock_us(CLOCK_REALTIME) / 1000;
	if (open_output(&options))
		return EXIT_FAILURE;
	if (output.endpoint)
		live.also = (struct pollfd){.fd = endpoint_fd(output.endpoint), .events = POLLIN};
	view.clone = count_clone;
	view.call = count_call;
	view.lost = count_lost;
	view.end = end;
	live.view_options.out = stdout;
	live.counts_only = true;
	live.at_leisure = true;
	live.on_start = on_start;
	live.on_tick = on_tick;
	status = live_run(&live);
	close_output();
	return status;
}
