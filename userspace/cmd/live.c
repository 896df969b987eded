// SPDX-License-Identifier: GPL-2.0
/* From the source through the filter to the view, until it is time to stop. */
#include "cmd/live.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "cmd/command.h"
#include "source/order.h"

/* How long a record may wait before it is looked for; a full ring wakes us sooner. */
#define READ_EVERY_MS 50

/* Losses are asked of the kernel once in so many readings. */
#define LOSSES_EVERY 20

struct run {
	struct live *live;
	struct source *source;
	struct command command;
	int signals; /* a signalfd */
	int signals_seen;
	bool said_waiting;
	uint64_t next_interval_ns;
};

static int fail(const char *why)
{
	fprintf(stderr, "clonescope: %s\n", why);
	return EXIT_FAILURE;
}

static int open_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* One record: filter, add up, show. */
static int take_record(const struct cs_head *head, void *context)
{
	const struct cs_clone *clone = (const void *)head;
	const struct cs_return *back = (const void *)head;
	struct live *live = context;
	const struct cs_filter *filter = &live->options->source.filter;

	if (head->kind == CS_KIND_CLONE && filter_match(filter, clone)) {
		totals_add(live->totals, clone);
		live->view->clone(&live->view_options, clone);
	}
	if (head->kind == CS_KIND_RETURN && filter_match_return(filter, back))
		live->view->returned(&live->view_options, back);
	return 0;
}

static void report_losses(struct run *run)
{
	struct losses now;

	source_losses(run->source, &now);
	for (int i = 0; i < LOSS_COUNT; i++)
		if (now.count[i] > run->live->losses.count[i])
			run->live->view->lost(&run->live->view_options, i,
					      now.count[i] - run->live->losses.count[i]);
	run->live->losses = now;
}

/*
 * The first signal is the command's to act upon, if there is one; a terminal has sent ^C to it already
 * (SI_KERNEL). The second one is ours in any case.
 */
static void on_signal(struct run *run, const struct signalfd_siginfo *info)
{
	struct command *command = &run->command;

	if (info->ssi_signo == SIGCHLD)
		return;
	run->signals_seen++;
	if (!command->pid || command->exited || run->signals_seen > 1)
		run->live->done = true;
	else if (info->ssi_code != SI_KERNEL)
		kill(command->pid, (int)info->ssi_signo);
}

static void take_signals(struct run *run)
{
	struct signalfd_siginfo info;

	while (read(run->signals, &info, sizeof(info)) == sizeof(info))
		on_signal(run, &info);
	if (!run->command.pid)
		return;
	command_reap(&run->command);
	if (run->command.alone)
		run->live->done = true;
	else if (run->command.exited && !run->said_waiting) {
		run->said_waiting = true;
		fprintf(stderr, "clonescope: the command has ended, its descendants have not; "
				"^C to stop\n");
	}
}

/* Nobody reads any more: a reason to stop, not an error. A full disk is one. */
static void check_output(struct run *run)
{
	FILE *out = run->live->view_options.out;

	fflush(out);
	if (ferror(out))
		run->live->done = true;
}

static void check_interval(struct run *run)
{
	struct live *live = run->live;

	if (!live->interval_ns || order_now_ns() < run->next_interval_ns)
		return;
	run->next_interval_ns += live->interval_ns;
	report_losses(run);
	live->on_interval(live);
	totals_reset(live->totals);
	if (live->intervals && !--live->intervals)
		live->done = true;
}

static void loop(struct run *run)
{
	struct pollfd fds[] = {
		{.fd = run->signals, .events = POLLIN},
		{.fd = source_fd(run->source), .events = POLLIN},
	};

	for (unsigned int i = 1; !run->live->done; i++) {
		poll(fds, 2, READ_EVERY_MS);
		take_signals(run);
		if (source_read(run->source, take_record, run->live) < 0)
			run->live->done = true;
		if (i % LOSSES_EVERY == 0)
			report_losses(run);
		check_interval(run);
		check_output(run);
	}
}

/* Detach first, then read what is left, then tell the totals. */
static int finish(struct run *run)
{
	struct live *live = run->live;
	FILE *out = live->view_options.out;
	int written;

	source_stop(run->source);
	source_read(run->source, take_record, live);
	fflush(out); /* the totals may go to the same place by another way */
	report_losses(run);
	if (!live->interval_ns || totals_summary(live->totals)->count)
		live->view->end(&live->view_options, live->totals, &run->live->losses);
	written = fflush(out) || ferror(out) ? -errno : 0;
	if (written && written != -EPIPE) {
		fprintf(stderr, "clonescope: cannot write the output: %s\n", strerror(-written));
		return EXIT_FAILURE;
	}
	if (live->options->strict && losses_total(&run->live->losses))
		return EXIT_FAILURE;
	return command_exit_status(&run->command);
}

/* So that scripts, too, know when to begin. */
static void say_tracing(const struct source *source)
{
	if (source->attach == ATTACH_AUTO)
		fprintf(stderr, "clonescope: tracing (%s)\n", source->ops->name);
	else
		fprintf(stderr, "clonescope: tracing (%s, %s)\n", source->ops->name,
			attach_name(source->attach));
}

static int run_traced(struct run *run)
{
	const struct live_options *options = run->live->options;
	char why[SOURCE_WHY_SIZE];

	run->live->view_options.since_ns = order_now_ns();
	if (source_open(&run->source, options->backend, &options->source, why))
		return fail(why);
	if (why[0])
		fprintf(stderr, "clonescope: %s\n", why);
	say_tracing(run->source);
	if (options->command) {
		run->live->view_options.since_ns = order_now_ns();
		if (source_follow(run->source, run->command.pid))
			return fail("the command cannot be followed");
		command_release(&run->command);
	}
	run->next_interval_ns = order_now_ns() + run->live->interval_ns;
	run->live->view->begin(&run->live->view_options);
	loop(run);
	return finish(run);
}

int live_run(struct live *live)
{
	struct run run = {.live = live, .signals = open_signals()};
	char **command = live->options->command;
	int status;

	live->totals = totals_new();
	if (run.signals < 0 || !live->totals)
		return fail(strerror(errno));
	if (command && command_hold(&run.command, command))
		return fail("cannot fork for the command");
	status = run_traced(&run);
	if (command && !run.command.released)
		command_abandon(&run.command);
	source_close(run.source);
	totals_free(live->totals);
	close(run.signals);
	return status;
}
