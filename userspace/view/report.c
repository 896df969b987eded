// SPDX-License-Identifier: GPL-2.0
/* A recording on one page: counts, refusals, the slowest clones, nodes, policies, commands, containers. */
#include "view/view.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "model/digest.h"
#include "model/flags.h"
#include "model/names.h"
#include "model/policy.h"
#include "model/stages.h"
#include "model/text.h"
#include "recording/recording.h"
#include "view/ignore.h"
#include "view/lines.h"
#include "view/report_parts.h"
#include "view/summary.h"

/* So that it stays one page. */
#define MAX_REFUSALS   6
#define MAX_SLOWEST    5
#define MAX_CELLS      8
#define MAX_POLICIES   5
#define MAX_COMMANDS   8
#define MAX_CONTAINERS 5

/* Where the text of a refusal begins, and how wide the name of a policy or container may be. */
#define REFUSAL_COLUMN 11
#define KEY_WIDTH      45

/* The column of the slowest clones' commands. */
#define NAME_WIDTH 13

/* So much of the command that was recorded. */
#define REPORT_COMMAND_SIZE 160

static struct digest *digest;

static void report_begin(const struct view_options *options)
{
	(void)options;
	digest = report_digest_new();
}

static void report_clone(const struct view_options *options, const struct clone *clone,
			 const struct tries_before *before)
{
	digest_add_clone(digest, clone, before, options->kernel);
}

static void report_call(const struct view_options *options, const struct cs_call *rec)
{
	digest_add_call(digest, rec, options->kernel);
}

static void report_life(const struct view_options *options, const struct cs_head *head,
			const struct life *life, const struct cs_refusal *refusal)
{
	(void)life;
	digest_add_life(digest, head, refusal, options->kernel);
}

static void report_lost(const struct view_options *options, enum loss loss, uint64_t count)
{
	(void)options;
	(void)loss;
	(void)count;
}

static const char *known(const char *text)
{
	return text[0] ? text : "?";
}

/* Where, when and how it was recorded, and what. */
static void print_recording(const struct view_options *options)
{
	const struct recording_info *info = options->recording;
	char buf[4 * REPORT_COMMAND_SIZE + 1024], quoted[4 * REPORT_COMMAND_SIZE];
	struct text text = {.buf = buf, .size = sizeof(buf)};

	if (!info)
		return;
	text_add(&text, "%s, ", text_quote(quoted, sizeof(quoted), known(info->host)));
	text_add(&text, "kernel %s ", text_quote(quoted, sizeof(quoted), known(info->release)));
	text_add(&text, "(%s%s", text_quote(quoted, sizeof(quoted), known(info->backend)),
		 info->attach[0] ? ", " : "");
	text_add(&text, "%s), ", text_quote(quoted, sizeof(quoted), info->attach));
	text_put(&text, text_quote(quoted, sizeof(quoted), known(info->started)));
	if (info->files > 1)
		text_add(&text, " (the first of %zu recordings)", info->files);
	if (info->command && info->command[0])
		text_add(&text, ": %s", text_quote(quoted, REPORT_COMMAND_SIZE, info->command));
	text_end(&text);
	lines_wrap(options->out, 0, LINES_WIDTH, buf);
	if (!info->is_complete)
		fprintf(options->out, "%s: what is there is shown\n",
			info->is_growing ? "still being written" : "cut off");
}

/* "12.3 s from the first clone to the last, 1003.2 a second". */
static void print_span(const struct view_options *options, const struct totals *totals)
{
	const struct digest_span *span = digest_span(digest);
	double seconds = (double)(span->last_ns - span->first_ns) / 1e9;

	if (!span->first_ns)
		return;
	fprintf(options->out, "%.3f s from the first clone to the last", seconds);
	if (seconds > 0)
		fprintf(options->out, ", %.1f a second",
			(double)totals_summary(totals)->count / seconds);
	fputc('\n', options->out);
}

static void print_latency(const struct view_options *options, const struct totals *totals)
{
	const struct histogram *copy = &totals_summary(totals)->copy_ns;
	static const struct {
		double percent;
		const char *name;
	} points[] = {{50, "50 % up to"}, {90, ", 90 %"}, {99, ", 99 %"}};
	char buf[256];
	struct text text = {.buf = buf, .size = sizeof(buf)};

	if (!copy->count)
		return;
	text_add(&text, "copy_process(): ");
	for (size_t i = 0; i < sizeof(points) / sizeof(points[0]); i++) {
		text_add(&text, "%s ", points[i].name);
		text_put_time(&text, histogram_percentile(copy, points[i].percent));
	}
	text_add(&text, ", all ");
	text_put_time(&text, copy->max_ns);
	text_end(&text);
	lines_wrap(options->out, 0, LINES_WIDTH, buf);
}

static void print_refusal(FILE *out, const struct tally_row *row)
{
	const struct digest_refusal *refusal = row->key;
	char buf[REFUSAL_LINE_SIZE + 64];
	struct text text = {.buf = buf, .size = sizeof(buf)};

	text_add(&text, "%s%s", refusal->is_namespaces ? "unshare or setns: " : "",
		 refusal->sentence);
	if (row->marked == row->count)
		text_add(&text, " (no harm: clone did it instead)");
	text_end(&text);
	fprintf(out, "%8" PRIu64 "x  ", row->count);
	lines_wrap(out, REFUSAL_COLUMN, LINES_WIDTH, buf);
	if (!row->note)
		return;
	fprintf(out, "%*s-> ", REFUSAL_COLUMN, "");
	lines_wrap(out, REFUSAL_COLUMN + 3, LINES_WIDTH, row->note);
}

static void print_refusals(FILE *out)
{
	const struct tally *refusals = digest_refusals(digest);
	uint64_t rest = tally_others(refusals);
	struct tally_row **rows;
	size_t count;

	rows = tally_sorted(refusals, &count);
	if (rows && count)
		fprintf(out, "\nREFUSED\n");
	for (size_t i = 0; rows && i < count; i++) {
		if (i < MAX_REFUSALS)
			print_refusal(out, rows[i]);
		else
			rest += rows[i]->count;
	}
	if (rest)
		fprintf(out, "%8" PRIu64 "x  for other reasons\n", rest);
	free(rows);
}

/* A name that doesn't fit ends in "~". */
static void format_comm(char buf[NAME_WIDTH + 1], const char *comm)
{
	char name[CS_COMM_LEN + 1], quoted[4 * CS_COMM_LEN + 1];

	snprintf(name, sizeof(name), "%.*s", CS_COMM_LEN, comm);
	text_quote(quoted, sizeof(quoted), name);
	if (strlen(quoted) > NAME_WIDTH)
		snprintf(buf, NAME_WIDTH + 1, "%.*s~", NAME_WIDTH - 1, quoted);
	else
		snprintf(buf, NAME_WIDTH + 1, "%.*s", NAME_WIDTH, quoted);
}

static void print_slow(const struct view_options *options, const struct digest_clone *slow)
{
	char name[NAME_WIDTH + 1], us[32], phase[64] = "?";
	struct text text = {.buf = phase, .size = sizeof(phase)};

	format_comm(name, slow->comm);
	snprintf(us, sizeof(us), "%.1f", (double)slow->copy_ns / 1e3);
	if (slow->stage >= 0) {
		text_add(&text, "%s, ", stage_name((enum cs_stage)slow->stage));
		text_put_time(&text, slow->stage_ns);
	}
	fprintf(options->out, "%9s %9.3f %-*s %7" PRIu32 " %7" PRIu32 " %-7s %s\n", us,
		((double)slow->ts_ns - (double)digest_span(digest)->first_ns) / 1e9, NAME_WIDTH,
		name, slow->tid, slow->child_tid, via_name(slow->via), phase);
}

static void print_slowest(const struct view_options *options)
{
	const struct digest_clone *slow;

	if (!digest_slowest(digest, 0))
		return;
	fprintf(options->out, "\n%9s %9s %-*s %7s %7s %-7s %s\n", "US", "SECOND", NAME_WIDTH,
		"SLOWEST", "CALLER", "CHILD", "VIA", "SLOWEST STAGE");
	for (size_t i = 0; i < MAX_SLOWEST && (slow = digest_slowest(digest, i)); i++)
		print_slow(options, slow);
}

/* A name that is longer than its column gets a line of its own. */
static void print_key(FILE *out, const char *key)
{
	if (strlen(key) > KEY_WIDTH)
		fprintf(out, "%s\n%*s", key, KEY_WIDTH, "");
	else
		fprintf(out, "%-*s", KEY_WIDTH, key);
}

static void print_policies(FILE *out)
{
	uint64_t rest = tally_others(digest_policies(digest));
	char policy[POLICY_TEXT_SIZE];
	struct tally_row **rows;
	size_t count;

	rows = tally_sorted(digest_policies(digest), &count);
	if (rows && count)
		fprintf(out, "\n%-*s %9s %9s\n", KEY_WIDTH, "POLICY INHERITED", "CHILDREN",
			"CHANGED");
	for (size_t i = 0; rows && i < count; i++) {
		if (i >= MAX_POLICIES) {
			rest += rows[i]->count;
			continue;
		}
		report_policy_format(policy, sizeof(policy), rows[i]->key);
		print_key(out, policy);
		fprintf(out, " %9" PRIu64 " %9" PRIu64 "\n", rows[i]->count, rows[i]->marked);
	}
	if (rest)
		fprintf(out, "%-*s %9" PRIu64 "\n", KEY_WIDTH, "(the rest)", rest);
	free(rows);
}

static void print_containers(FILE *out, const struct totals *totals)
{
	char name[REPORT_CONTAINER_SIZE];
	struct tally_row **rows = NULL;
	struct tally *containers;
	size_t count = 0;
	uint64_t rest;

	containers = digest_containers(digest, &rest);
	if (containers)
		rows = tally_sorted(containers, &count);
	if (rows && count)
		fprintf(out, "\n%-*s %9s\n", KEY_WIDTH, "CONTAINER OR CGROUP", "CHILDREN");
	else if (totals_summary(totals)->made)
		fprintf(out, "\ncontainers: not recorded; record --verbose does\n");
	for (size_t i = 0; rows && i < count; i++) {
		if (i >= MAX_CONTAINERS) {
			rest += rows[i]->count;
			continue;
		}
		report_container_format(name, sizeof(name), rows[i]->key);
		print_key(out, name);
		fprintf(out, " %9" PRIu64 "\n", rows[i]->count);
	}
	if (rest)
		fprintf(out, "%-*s %9" PRIu64 "\n", KEY_WIDTH, "(the rest)", rest);
	free(rows);
	tally_free(containers);
}

static void report_end(const struct view_options *options, const struct totals *totals,
		       const struct losses *losses)
{
	print_recording(options);
	print_span(options, totals);
	summary_totals(options->out, totals, losses);
	print_latency(options, totals);
	print_refusals(options->out);
	print_slowest(options);
	summary_busiest_nodes(options->out, totals, MAX_CELLS);
	print_policies(options->out);
	summary_busiest(options->out, totals, TOTALS_BY_COMMAND, MAX_COMMANDS);
	print_containers(options->out, totals);
	digest_free(digest);
	digest = NULL;
}

const struct view_ops view_report = {
	.begin = report_begin,
	.clone = report_clone,
	.returned = ignore_returned,
	.call = report_call,
	.life = report_life,
	.lost = report_lost,
	.end = report_end,
};
