// SPDX-License-Identifier: GPL-2.0
/* From the source through the filter to the view, until it is time to stop. */
#include "cmd/live.h"

#include <errno.h>
#include <inttypes.h>
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cmd/command.h"
#include "cmd/keep.h"
#include "cmd/output.h"
#include "cmd/rights.h"
#include "cmd/signals.h"
#include "model/rules.h"
#include "model/text.h"
#include "recording/recording.h"
#include "source/host.h"
#include "source/order.h"

/*
 * How long a record may wait before it is looked for; a full ring wakes us sooner. It is shown by the reading
 * after that one, and that soon: in less than 200 ms. Where nobody looks at single records there is time.
 */
#define READ_EVERY_MS	   80
#define READ_AT_LEISURE_MS 200

/* Losses are asked of the kernel once in so many readings. */
#define LOSSES_EVERY 10

/* Records of what becomes of a task. */
#define LIFE_KINDS                                                                            \
	(SOURCE_KIND(CS_KIND_START) | SOURCE_KIND(CS_KIND_EXEC) | SOURCE_KIND(CS_KIND_EXIT) | \
	 SOURCE_KIND(CS_KIND_NAMESPACES))

struct run {
	struct live *live;
	struct source *source;
	struct command command;
	int stopped_by;	  /* the last signal that came */
	int output_error; /* errno of the first write that failed */
	bool said_waiting;
	bool is_replay;
	struct source_options wanted; /* what the options say, and what else is needed */
	uint64_t next_interval_ns;
	bool told_all; /* as many intervals as were asked for */
};

static int fail(const char *why)
{
	fprintf(stderr, "clonescope: %s\n", why);
	return EXIT_FAILURE;
}

/*
 * Nobody reads any more, or the disk is full, or a signal ended a write that was waiting for a reader: nothing
 * more can be shown. @error: what errno said.
 */
static int output_failed(struct run *run, int error)
{
	if (!run->output_error)
		run->output_error = error ? error : EIO;
	__fpurge(run->live->view_options.out); /* or exit() would wait for a reader */
	run->live->done = true;
	return -run->output_error;
}

static void tell_clone(struct live *live, const struct clone *clone,
		       const struct tries_before *before)
{
	struct refusal_verdict verdict;

	story_add_clone(live->story, clone, before->calls);
	if (!clone->rec->error)
		return;
	refusal_explain(clone, live->view_options.kernel, &verdict);
	story_add_refusal(live->story, &verdict, false);
}

static void tell_call(struct live *live, const struct cs_call *call)
{
	struct refusal_verdict verdict;

	refusal_explain_call(call, live->view_options.kernel, &verdict);
	story_add_refusal(live->story, &verdict, true);
}

static void tell_namespaces(struct live *live, const struct cs_namespaces *rec,
			    const struct life *life, const struct cs_refusal *refusal)
{
	struct refusal_verdict verdict;

	story_add_life(live->story, &rec->head, life);
	refusal_explain_namespaces(rec, refusal, live->view_options.kernel, &verdict);
	story_add_refusal(live->story, &verdict, false);
}

static void add_up(struct totals *totals, const struct clone *clone)
{
	totals_add(totals, clone->rec);
	if (clone->detail)
		totals_add_container(totals, clone->rec, clone_cgroup(clone));
	if (clone->phases && !clone->rec->error)
		totals_add_phases(totals, clone->phases);
}

/* What becomes of tasks is asked for, or where they are: only then are they remembered. */
static bool asks_of_tasks(const struct source_options *wanted)
{
	return wanted->kinds & LIFE_KINDS || wanted->filter.cgroup[0];
}

/* Without the detail that only the filter asked for. */
static struct clone shown_of(const struct live *live, const struct clone *clone)
{
	struct clone shown = *clone;

	if (live->unseen_kinds & SOURCE_KIND(CS_KIND_DETAIL))
		shown.detail = NULL;
	return shown;
}

static void show_clone(struct live *live, const struct clone *whole)
{
	const struct cs_filter *filter = &live->options->source.filter;
	bool matches = filter_match(filter, whole->rec) &&
		       filter_match_cgroup(filter, clone_cgroup(whole));
	const struct clone shown = shown_of(live, whole), *clone = &shown;
	struct tries_before before = {0};

	if (live->counts_only) {
		if (!matches)
			return;
		keep_clone(live->keep, whole, live->view_options.kernel);
		if (filter->cgroup[0])
			lives_add(live->lives, clone);
		live->view->clone(&live->view_options, clone, &before);
		return;
	}
	/* Each of the tries, as a filter may want the last one only. */
	if (tries_take_clone(live->tries, clone->rec, &before) || matches)
		keep_clone(live->keep, whole, live->view_options.kernel);
	if (!matches)
		return;
	add_up(live->totals, clone);
	if (live->all)
		add_up(live->all, clone);
	if (asks_of_tasks(&live->options->source))
		lives_add(live->lives, clone);
	if (live->view->story)
		tell_clone(live, clone, &before);
	live->view->clone(&live->view_options, clone, &before);
}

/* Where a task is, only its clones tell: of others that are known from none, nothing is shown. */
static bool is_placed(const struct live *live, const struct cs_head *head)
{
	return !live->options->source.filter.cgroup[0] || lives_find(live->lives, head);
}

static bool matches_life(const struct live *live, const struct cs_head *head)
{
	return is_placed(live, head) && filter_match_life(&live->options->source.filter, head);
}

/* Of tasks that are known from the clones shown, and of those that the filter is about. */
static void show_life(struct live *live, const struct cs_head *head)
{
	const struct life *life = lives_find(live->lives, head);

	if (!life && !matches_life(live, head))
		return;
	keep_record(live->keep, head);
	if (!(live->unseen_kinds & SOURCE_KIND(head->kind)))
		live->view->life(&live->view_options, head, life, NULL);
	if (live->view->story)
		story_add_life(live->story, head, life);
	lives_change(live->lives, head);
	if (head->kind == CS_KIND_EXIT)
		lives_forget(live->lives, head);
}

/* Where nobody asked for lives, one that failed is shown as a refused clone is, and nothing of the others. */
static void show_namespaces(struct live *live, const struct cs_namespaces *rec)
{
	const struct cs_refusal *refusal = join_namespaces(live->join, rec);
	const struct life *life = lives_find(live->lives, &rec->head);
	bool matched = matches_life(live, &rec->head);

	if (life || matched)
		keep_namespaces(live->keep, rec, refusal, live->view_options.kernel);
	if (live->failed_namespaces ? rec->error && matched : life || matched)
		live->view->life(&live->view_options, &rec->head, life, refusal);
	if (!life && !matched)
		return;
	if (live->view->story)
		tell_namespaces(live, rec, life, refusal);
	lives_change(live->lives, &rec->head);
}

/* Nobody looks at them one by one, nor at what became of them. */
static void add_folded(struct live *live, const struct source_folded *folded)
{
	totals_add_many(live->totals, &folded->clone, folded->times);
	if (live->all)
		totals_add_many(live->all, &folded->clone, folded->times);
}

static void show_call(struct live *live, const struct cs_call *call)
{
	totals_add_call(live->totals);
	if (live->all)
		totals_add_call(live->all);
	if (live->view->story)
		tell_call(live, call);
	live->view->call(&live->view_options, call);
}

/* A record that is no clone's. */
static void show_other(struct live *live, const struct cs_head *head)
{
	const struct cs_filter *filter = &live->options->source.filter;
	const struct cs_return *back = (const void *)head;
	const struct cs_call *call = (const void *)head;
	struct tries_before before;
	bool matches;

	switch (head->kind) {
	case CS_KIND_RETURN:
		if (!filter_match_return(filter, back) || !is_placed(live, head))
			break;
		keep_record(live->keep, head);
		live->view->returned(&live->view_options, back);
		break;
	case CS_KIND_CALL:
		matches = filter_match_call(filter, call) && is_placed(live, head);
		if (tries_take_call(live->tries, call, &before) || matches)
			keep_call(live->keep, call, live->view_options.kernel);
		if (matches)
			show_call(live, call);
		break;
	case CS_KIND_START:
	case CS_KIND_EXEC:
	case CS_KIND_EXIT:
		show_life(live, head);
		break;
	case CS_KIND_NAMESPACES:
		show_namespaces(live, (const void *)head);
		break;
	case SOURCE_FOLDED:
		add_folded(live, (const void *)head);
		break;
	}
}

static void pass_intervals(struct run *run, uint64_t now_ns);

/* One record: join, filter, add up, show. */
static int take_record(const struct cs_head *head, void *context)
{
	struct run *run = context;
	struct live *live = run->live;
	struct clone clone;

	if (run->is_replay)
		pass_intervals(run, head->ts_ns);
	errno = 0;
	if (join_take(live->join, head, &clone))
		show_clone(live, &clone);
	else
		show_other(live, head);
	return ferror(live->view_options.out) ? output_failed(run, errno) : 0;
}

/* What the reader itself could not remember. Of tasks whose end nobody tells of, none is waited for. */
static uint64_t forgotten(const struct live *live)
{
	uint64_t count = join_forgotten(live->join);

	if (live->options->source.kinds & SOURCE_KIND(CS_KIND_EXIT))
		count += lives_forgotten(live->lives);
	return count;
}

static void report_losses(struct run *run)
{
	struct live *live = run->live;
	struct losses now;

	source_losses(run->source, &now);
	now.count[LOSS_READER_FULL] += forgotten(live);
	for (int i = 0; i < LOSS_COUNT; i++) {
		uint64_t count = now.count[i] - live->losses.count[i];

		if (!count)
			continue;
		keep_loss(live->keep, i, count);
		live->view->lost(&live->view_options, i, count);
	}
	live->losses = now;
}

/*
 * The first signal is the command's to act upon, if there is one; a terminal has sent ^C to it already. The
 * second one is ours in any case.
 */
static void on_signal(struct run *run, struct signals_seen signal)
{
	struct command *command = &run->command;

	if (!command->pid || command->exited || run->stopped_by)
		run->live->done = true;
	else if (!signal.from_terminal)
		kill(command->pid, signal.number);
	run->stopped_by = signal.number;
}

static void check_command(struct run *run)
{
	command_reap(&run->command);
	if (run->command.alone) {
		run->live->done = true;
	} else if (run->command.exited && !run->said_waiting) {
		run->said_waiting = true;
		fprintf(stderr, "clonescope: the command has ended, its descendants have not; "
				"^C to stop\n");
	}
}

static void check_signals(struct run *run)
{
	struct signals_seen signal;

	if (run->command.pid)
		check_command(run);
	while ((signal = signals_take()).number)
		on_signal(run, signal);
}

/* What a failed write left in the buffer would only block again. */
static void check_output(struct run *run)
{
	FILE *out = run->live->view_options.out;

	if (run->output_error)
		return;
	/* What was too much for the buffer has failed before: flushing what is left need not. */
	if (ferror(out)) {
		output_failed(run, errno);
		return;
	}
	errno = 0;
	if (fflush(out))
		output_failed(run, errno);
}

static uint64_t cpu_ns(void)
{
	struct timespec used;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
	return (uint64_t)used.tv_sec * 1000000000 + (uint64_t)used.tv_nsec;
}

/* From here on it is ours, and told of. */
static void begin_cost(struct run *run)
{
	struct live *live = run->live;

	if (!live->options->source.self_cost)
		return;
	source_cost(run->source, &live->cost_start);
	live->cost_start.reader_ns = cpu_ns();
	live->view_options.cost = &live->cost;
}

/* Of what is about to be told: all of it, or an interval. */
static void take_cost(struct run *run)
{
	struct live *live = run->live;
	const struct totals *totals = live->all ? live->all : live->totals;
	struct cost now;

	if (!live->view_options.cost)
		return;
	source_cost(run->source, &now);
	now.reader_ns = cpu_ns();
	cost_since(&now, &live->cost_start, &live->cost);
	live->cost.clones = totals_summary(totals)->count;
	if (!live->all)
		live->cost_start = now;
}

/* What was lost in the interval alone is in live->interval_losses. */
static void end_interval(struct run *run)
{
	struct live *live = run->live;
	struct losses before = live->interval_start;

	run->next_interval_ns += live->interval_ns;
	report_losses(run);
	live->interval_start = live->losses;
	losses_since(&live->losses, &before, &live->interval_losses);
	take_cost(run);
	live->on_interval(live);
	totals_reset(live->totals);
	if (live->intervals && !--live->intervals)
		live->done = run->told_all = true;
}

/* A recording's own time is that of the record that comes next. */
static void pass_intervals(struct run *run, uint64_t now_ns)
{
	while (run->live->interval_ns && !run->live->done && now_ns >= run->next_interval_ns)
		end_interval(run);
}

/* Whoever was stopped, by ^Z, makes one of all that have passed. */
static void skip_intervals(struct run *run, uint64_t now_ns)
{
	uint64_t interval_ns = run->live->interval_ns;

	if (interval_ns && now_ns > run->next_interval_ns + interval_ns)
		run->next_interval_ns = now_ns;
}

static void tick(struct live *live)
{
	if (live->on_tick && !live->done)
		live->on_tick(live);
}

static void tick_keep(struct live *live)
{
	if (!keep_tick(live->keep, losses_total(&live->losses)))
		live->done = true;
}

static void loop(struct run *run)
{
	struct live *live = run->live;
	struct pollfd fds[] = {{.fd = source_fd(run->source), .events = POLLIN}, live->also};
	int every_ms = live->at_leisure ? READ_AT_LEISURE_MS : READ_EVERY_MS;

	for (unsigned int i = 1; !live->done; i++) {
		signals_poll(fds, live->also.events ? 2 : 1, every_ms);
		live->also.revents = fds[1].revents;
		check_signals(run);
		source_read(run->source, take_record, run);
		check_output(run); /* losses may go to the same place by another way */
		if (i % LOSSES_EVERY == 0)
			report_losses(run);
		skip_intervals(run, order_now_ns());
		pass_intervals(run, order_now_ns());
		tick(live);
		check_output(run);
		tick_keep(live);
	}
}

/* As fast as it goes, and with each loss told where it happened. */
static void replay(struct run *run)
{
	while (!run->live->done) {
		signals_poll(NULL, 0, 0);
		check_signals(run);
		if (source_read(run->source, take_record, run) <= 0)
			run->live->done = true;
		report_losses(run);
		check_output(run);
		tick_keep(run->live);
	}
}

/* The command's status; where it runs on, that of the signal that made us leave it. */
static int exit_status(struct run *run)
{
	struct command *command = &run->command;

	if (!command->pid)
		return EXIT_SUCCESS;
	command_reap(command);
	if (command->exited)
		return command_exit_status(command);
	fprintf(stderr, "clonescope: the command runs on, as process %d\n", (int)command->pid);
	return run->stopped_by ? 128 + run->stopped_by : EXIT_SUCCESS;
}

static int check_written(const struct run *run)
{
	if (!run->output_error)
		return EXIT_SUCCESS;
	if (run->output_error == EINTR)
		return fail("stopped while the output was not being read: it is cut off");
	return output_status(run->output_error);
}

/* The end of a recording: of those read, and of the one written. */
static int check_kept(struct run *run)
{
	int status = EXIT_SUCCESS;

	if (run->is_replay && recording_error(run->source))
		status = fail(recording_error(run->source));
	if (keep_finish(run->live->keep))
		status = EXIT_FAILURE;
	return status;
}

/* Detach first, then read what is left, then tell the totals. */
static int finish(struct run *run)
{
	struct live *live = run->live;
	int status;

	source_stop(run->source);
	if (!run->output_error && !run->is_replay) {
		source_read(run->source, take_record, run);
		check_output(run); /* the totals may go to the same place by another way */
	}
	report_losses(run);
	status = check_kept(run);
	errno = 0;
	if (!live->interval_ns || live->all)
		take_cost(run);
	if (!live->interval_ns)
		live->view->end(&live->view_options, live->totals, &live->losses);
	else if (!run->told_all && totals_summary(live->totals)->count)
		end_interval(run); /* what came since the last one */
	if (live->view->story)
		live->view->story(&live->view_options, live->story);
	if (run->source->follows_by_records && losses_total(&live->losses))
		fprintf(stderr, "clonescope: what descendants of lost children made is missing, "
				"too\n");
	if (run->output_error)
		__fpurge(live->view_options.out);
	check_output(run);
	if (!status)
		status = check_written(run);
	if (!status && live->options->strict && losses_total(&live->losses))
		status = EXIT_FAILURE;
	return status ? status : exit_status(run);
}

/* So that scripts, too, know when to begin. */
static void say_tracing(const struct source *source, const char *passed_over)
{
	if (passed_over[0])
		fprintf(stderr, "clonescope: %s\n", passed_over);
	if (source->attach == ATTACH_AUTO)
		fprintf(stderr, "clonescope: tracing (%s)\n", source->ops->name);
	else
		fprintf(stderr, "clonescope: tracing (%s, %s)\n", source->ops->name,
			attach_name(source->attach));
}

/* RULES_KERNEL() of a release; 0: it is no number. */
static int kernel_of(const char *release)
{
	int major, minor;

	if (sscanf(release, "%d.%d", &major, &minor) != 2)
		return 0;
	return RULES_KERNEL(major, minor);
}

static const char *how_complete(const struct recording_info *info)
{
	if (info->is_complete)
		return "";
	return info->is_growing ? "; it is still being written: what is there is shown"
				: "; it was cut off: what is there is shown";
}

static void say_reading(const struct recording_info *info)
{
	char host[160], release[160], backend[160], attach[160], started[160];

	fprintf(stderr, "clonescope: recorded on %s, kernel %s (%s%s%s), %s%s\n",
		text_quote(host, sizeof(host), info->host),
		text_quote(release, sizeof(release), info->release),
		text_quote(backend, sizeof(backend), info->backend), info->attach[0] ? ", " : "",
		text_quote(attach, sizeof(attach), info->attach),
		text_quote(started, sizeof(started), info->started), how_complete(info));
}

/* Only now that there is something to keep: a recording of that name has to make room, and the one before it goes. */
static int start(struct run *run)
{
	struct live *live = run->live;

	live->source = run->source;
	if (live->on_start && live->on_start(live))
		return EXIT_FAILURE;
	return live->options->output ? keep_open(&live->keep, live->options, live->is_record)
				     : EXIT_SUCCESS;
}

/* A filter that can't be met would show nothing, and not say why. */
static bool tells_cgroups(const struct run *run)
{
	if (!run->wanted.filter.cgroup[0] ||
	    recording_info(run->source)->kinds & SOURCE_KIND(CS_KIND_DETAIL))
		return true;
	fail("-c won't do here: the recording doesn't tell of cgroups; one made with --all, -v or "
	     "-c does");
	return false;
}

static int run_replay(struct run *run)
{
	const struct live_options *options = run->live->options;
	struct live *live = run->live;
	const struct recording_info *info;
	char why[SOURCE_WHY_SIZE];

	if (recording_open(&run->source, options->inputs, options->input_count, &run->wanted, why))
		return fail(why);
	if (!tells_cgroups(run))
		return EXIT_FAILURE;
	if (start(run))
		return EXIT_FAILURE;
	info = recording_info(run->source);
	if (!live->view_says_reading)
		say_reading(info);
	live->view_options.recording = info;
	live->view_options.since_ns = info->since_ns;
	live->view_options.kernel = kernel_of(info->release);
	keep_describe_copy(live->keep, run->source, info);
	run->next_interval_ns = info->since_ns + live->interval_ns;
	begin_cost(run);
	live->view->begin(&live->view_options);
	replay(run);
	return finish(run);
}

static int run_traced(struct run *run)
{
	const struct live_options *options = run->live->options;
	struct live *live = run->live;
	char why[SOURCE_WHY_SIZE];
	int error;

	live->view_options.since_ns = order_now_ns();
	error = source_open(&run->source, options->backend, &run->wanted, why);
	if ((error == -EPERM || error == -EACCES) && !rights_suffice())
		return fail(rights_advice(why, sizeof(why)));
	if (error)
		return fail(why);
	/* Loading the probes took some megabytes, for the kernel's types: they go back. */
	malloc_trim(0);
	if (start(run))
		return EXIT_FAILURE;
	begin_cost(run);
	say_tracing(run->source, why);
	if (options->command) {
		live->view_options.since_ns = order_now_ns();
		if (source_follow(run->source, run->command.pid))
			return fail("the command cannot be followed");
		command_release(&run->command);
	}
	keep_describe_live(live->keep, run->source, run->wanted.kinds, live->view_options.since_ns);
	run->next_interval_ns = order_now_ns() + live->interval_ns;
	live->view->begin(&live->view_options);
	loop(run);
	return finish(run);
}

/* The kernel's side knows ids of the initial pid namespace only; ours would be taken for strangers'. */
static bool names_tasks(const struct live_options *options)
{
	const struct cs_filter *filter = &options->source.filter;

	return options->command || filter->has_tgid || filter->has_tid;
}

/* Nothing would ever be seen of it. Whom we may not signal is there nevertheless. */
static bool is_gone(pid_t id)
{
	return kill(id, 0) && errno == ESRCH;
}

/* Can the tasks that options name be told from others here? Else complains. */
static bool check_tasks(const struct live_options *options)
{
	const struct cs_filter *filter = &options->source.filter;
	char why[64] = "";

	if (names_tasks(options) && !host_initial_pid_namespace()) {
		fail("this is not the initial pid namespace: its process ids are not the kernel's, "
		     "so -p, -t and a command won't do here (docker run --pid=host)");
		return false;
	}
	if (filter->has_tgid && is_gone(filter->tgid))
		snprintf(why, sizeof(why), "there is no process %d", filter->tgid);
	else if (filter->has_tid && is_gone(filter->tid))
		snprintf(why, sizeof(why), "there is no thread %d", filter->tid);
	if (why[0])
		fail(why);
	return !why[0];
}

/* Which cgroup a clone is in is told by its detail, clone by clone. */
static void want_cgroups(struct run *run)
{
	uint32_t detail = SOURCE_KIND(CS_KIND_DETAIL);

	if (run->wanted.filter.cgroup[0])
		run->wanted.fold = false;
	if (!run->wanted.filter.cgroup[0] || run->wanted.kinds & detail)
		return;
	run->wanted.kinds |= detail;
	run->live->unseen_kinds |= detail;
}

int live_run(struct live *live)
{
	struct run run = {.live = live,
			  .is_replay = live->options->input_count > 0,
			  .wanted = live->options->source};
	char **command = live->options->command;
	int status = command ? command_check(command[0]) : 0;

	/* Before a recording makes room for one that would be empty. */
	if (status)
		return status;
	if (!run.is_replay && !check_tasks(live->options))
		return EXIT_FAILURE;
	want_cgroups(&run);
	signals_catch();
	live->view_options.kernel = kernel_of(host_release());
	live->totals = totals_new();
	live->join = join_new();
	live->tries = tries_new();
	live->lives = lives_new();
	live->story = story_new();
	if (!live->totals || !live->join || !live->tries || !live->lives || !live->story)
		return fail(strerror(ENOMEM));
	if (live->groups)
		totals_keep(live->totals, live->groups);
	if (command && command_hold(&run.command, command, live->takes_terminal))
		return fail("cannot fork for the command");
	status = run.is_replay ? run_replay(&run) : run_traced(&run);
	if (command && !run.command.released)
		command_abandon(&run.command);
	source_close(run.source);
	keep_close(live->keep);
	totals_free(live->totals);
	join_free(live->join);
	tries_free(live->tries);
	lives_free(live->lives);
	story_free(live->story);
	return status;
}
