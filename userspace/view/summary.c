// SPDX-License-Identifier: GPL-2.0
/* Prints totals for people. */
#include "view/summary.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "model/stages.h"
#include "model/text.h"
#include "view/lines.h"

/* More groups than this are not read by anybody; the rest is summed up in one line. */
#define MAX_ROWS 20

/* Wide enough for a command name and for most flag sets in eighty columns. */
#define KEY_WIDTH 27

static void add_losses(struct text *text, const struct losses *losses)
{
	if (losses_total(losses))
		text_add(text, ", %" PRIu64 " LOST", losses_total(losses));
	else
		text_add(text, ", nothing lost");
}

static void print_losses(FILE *out, const struct losses *losses)
{
	for (int i = 0; i < LOSS_COUNT; i++)
		if (losses->count[i])
			fprintf(out, "  lost %" PRIu64 ": %s\n", losses->count[i],
				loss_sentence(i));
}

void summary_totals(FILE *out, const struct totals *totals, const struct losses *losses)
{
	const struct totals_summary *sum = totals_summary(totals);
	char buf[512];
	struct text text = {.buf = buf, .size = sizeof(buf)};

	text_add(&text, "%" PRIu64 " clone%s: %" PRIu64 " made, %" PRIu64 " refused", sum->count,
		 sum->count == 1 ? "" : "s", sum->made, sum->refused);
	if (sum->restarted)
		text_add(&text, ", %" PRIu64 " restarted", sum->restarted);
	if (sum->calls)
		text_add(&text, ", %" PRIu64 " call%s refused before copy_process()", sum->calls,
			 sum->calls == 1 ? "" : "s");
	if (sum->incomplete)
		text_add(&text, ", %" PRIu64 " with facts missing (?)", sum->incomplete);
	add_losses(&text, losses);
	text_end(&text);
	fputc('\n', out);
	lines_wrap(out, 0, LINES_WIDTH, buf);
	print_losses(out, losses);
}

static const char *const headings[TOTALS_KINDS] = {
	[TOTALS_BY_COMMAND] = "COMMAND", [TOTALS_BY_VIA] = "VIA",
	[TOTALS_BY_FLAGS] = "FLAGS",	 [TOTALS_BY_POLICY] = "POLICY",
	[TOTALS_BY_ERRNO] = "ERRNO",	 [TOTALS_BY_CONTAINER] = "CONTAINER",
	[TOTALS_BY_NODES] = "NODES",
};

/* Microseconds from nanoseconds, "-" where nothing was timed. */
static void print_us(FILE *out, const struct histogram *histogram, double percent)
{
	if (!histogram->count)
		fprintf(out, " %8s", "-");
	else if (percent >= 100)
		fprintf(out, " %8.1f", (double)histogram->max_ns / 1e3);
	else
		fprintf(out, " %8.1f", (double)histogram_percentile(histogram, percent) / 1e3);
}

/* A key that is longer than its column gets a line of its own. */
static void print_key(FILE *out, const struct totals_group *group)
{
	char quoted[4 * 1024];

	text_quote(quoted, sizeof(quoted), group->text);
	if (strlen(quoted) > KEY_WIDTH)
		fprintf(out, "%s\n%*s", quoted, KEY_WIDTH, "");
	else
		fprintf(out, "%-*s", KEY_WIDTH, quoted);
}

static void print_group(FILE *out, const struct totals_group *group)
{
	print_key(out, group);
	fprintf(out, " %8" PRIu64 " %7" PRIu64, group->count, group->refused);
	print_us(out, &group->copy_ns, 50);
	print_us(out, &group->copy_ns, 90);
	print_us(out, &group->copy_ns, 99);
	print_us(out, &group->copy_ns, 100);
	fputc('\n', out);
}

static void print_phase(FILE *out, const char *name, const struct histogram *histogram)
{
	if (!histogram->count)
		return;
	fprintf(out, "%-*s %8" PRIu64 " %7s", KEY_WIDTH, name, histogram->count, "");
	print_us(out, histogram, 50);
	print_us(out, histogram, 90);
	print_us(out, histogram, 99);
	print_us(out, histogram, 100);
	fputc('\n', out);
}

void summary_phases(FILE *out, const struct totals *totals)
{
	/* Every clone passes this one: without it nothing was measured. */
	if (!totals_phase(totals, CS_STAGE_TASK)->count)
		return;
	fprintf(out, "\n%-*s %8s %7s %8s %8s %8s %8s\n", KEY_WIDTH, "STAGE", "COUNT", "", "P50 us",
		"P90 us", "P99 us", "MAX us");
	for (int stage = 0; stage < CS_STAGE_COUNT; stage++)
		print_phase(out, stage_name((enum cs_stage)stage), totals_phase(totals, stage));
}

void summary_groups(FILE *out, const struct totals *totals, enum totals_kind kind)
{
	summary_busiest(out, totals, kind, MAX_ROWS);
}

void summary_busiest(FILE *out, const struct totals *totals, enum totals_kind kind, size_t most)
{
	const struct totals_group **groups;
	uint64_t rest = 0;
	size_t count;

	groups = totals_sorted(totals, kind, &count);
	if (groups && count) {
		fprintf(out, "\n%-*s %8s %7s %8s %8s %8s %8s\n", KEY_WIDTH, headings[kind], "COUNT",
			"REFUSED", "P50 us", "P90 us", "P99 us", "MAX us");
		for (size_t i = 0; i < count; i++) {
			if (i < most)
				print_group(out, groups[i]);
			else
				rest += groups[i]->count;
		}
		if (rest)
			fprintf(out, "%-*s %8" PRIu64 "\n", KEY_WIDTH, "(the rest)", rest);
	}
	free(groups);
}

static void print_node(FILE *out, int node)
{
	if (node >= 0)
		fprintf(out, " %6d", node);
	else if (node == TOTALS_NODE_MIXED)
		fprintf(out, " %6s", "mixed");
	else
		fprintf(out, " %6s", node == CS_NODE_NONE ? "-" : "?");
}

static void print_cells(FILE *out, const struct totals *totals, size_t most)
{
	const struct totals_group **groups;
	uint64_t all = totals_summary(totals)->count, rest = 0;
	size_t count;

	groups = totals_sorted(totals, TOTALS_BY_NODES, &count);
	for (size_t i = 0; groups && i < count; i++) {
		if (i >= most) {
			rest += groups[i]->count;
			continue;
		}
		if (groups[i]->is_other) {
			fprintf(out, " %6s %6s %6s", "...", "...", "...");
		} else {
			print_node(out, groups[i]->key.cell.cpu_node);
			print_node(out, groups[i]->key.cell.task_node);
			print_node(out, groups[i]->key.cell.stack_node);
		}
		fprintf(out, " %9" PRIu64 " %5.1f %%%s\n", groups[i]->count,
			100.0 * (double)groups[i]->count / (double)all,
			groups[i]->disagree ? "  !" : "");
	}
	if (rest)
		fprintf(out, " %-20s %9" PRIu64 " %5.1f %%\n", "(the rest)", rest,
			100.0 * (double)rest / (double)all);
	free(groups);
}

void summary_nodes(FILE *out, const struct totals *totals)
{
	summary_busiest_nodes(out, totals, SIZE_MAX);
}

void summary_busiest_nodes(FILE *out, const struct totals *totals, size_t most)
{
	const struct totals_summary *sum = totals_summary(totals);

	if (!sum->count)
		return;
	fprintf(out, "\n %6s %6s %6s %9s %7s\n", "CPU", "TASK", "STACK", "CLONES", "SHARE");
	print_cells(out, totals, most);
	if (!sum->nodes_comparable)
		return;
	fprintf(out, "nodes disagree in %" PRIu64 " of %" PRIu64 " clones (%.1f %%)\n",
		sum->nodes_disagree, sum->nodes_comparable,
		100.0 * (double)sum->nodes_disagree / (double)sum->nodes_comparable);
	fprintf(out, "stacks: %" PRIu64 " cached, %" PRIu64 " fresh, %" PRIu64 " not known\n",
		sum->stacks_cached, sum->stacks_fresh, sum->stacks_unknown);
}
