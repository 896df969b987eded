// SPDX-License-Identifier: GPL-2.0
/* The words and columns of the live screen: no terminal in here. */
#include "view/screen_text.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>

#include "model/text.h"

/* What a name gets before another column does. */
#define LEAST_NAME_WIDTH 24

static const char *const headings[RANKING_COLUMNS] = {
	[RANKING_NAME] = "NAME",       [RANKING_COUNT] = "CLONES", [RANKING_RATE] = "PER S",
	[RANKING_REFUSED] = "REFUSED", [RANKING_P50] = "P50 us",   [RANKING_P90] = "P90 us",
	[RANKING_P99] = "P99 us",      [RANKING_MAX] = "MAX us",   [RANKING_OFF] = "OFF NODE",
};

/* Those without which the others say less, first. */
static const enum ranking_column by_need[] = {
	RANKING_COUNT, RANKING_RATE, RANKING_REFUSED, RANKING_P50,
	RANKING_P99,   RANKING_MAX,  RANKING_P90,     RANKING_OFF,
};

#define NEEDS (sizeof(by_need) / sizeof(by_need[0]))

const char *screen_heading(enum ranking_column column)
{
	return headings[column];
}

size_t screen_columns(enum ranking_column columns[RANKING_COLUMNS], int width,
		      enum ranking_column sort)
{
	int room = width > LEAST_NAME_WIDTH ? width - LEAST_NAME_WIDTH : 0;
	size_t fits = (size_t)room / SCREEN_COLUMN_WIDTH, count = 0;
	bool shown[RANKING_COLUMNS] = {false};

	if (!fits)
		fits = 1;
	if (fits > NEEDS)
		fits = NEEDS;
	for (size_t i = 0; i < fits; i++)
		shown[by_need[i]] = true;
	if (sort != RANKING_NAME && !shown[sort]) {
		shown[by_need[fits - 1]] = false;
		shown[sort] = true;
	}
	for (int column = RANKING_COUNT; column < RANKING_COLUMNS; column++)
		if (shown[column])
			columns[count++] = (enum ranking_column)column;
	return count;
}

/* Eight digits, then "123.5M". */
static void add_count(struct text *text, uint64_t count)
{
	if (count < 100000000)
		text_put_number(text, count);
	else if (count < 10000000000)
		text_add(text, "%.1fM", (double)count / 1e6);
	else
		text_add(text, "%.1fG", (double)count / 1e9);
}

static void add_rate(struct text *text, double rate)
{
	if (rate > 0 && rate < 99.95)
		text_add(text, "%.1f", rate);
	else
		add_count(text, (uint64_t)(rate + 0.5));
}

static void add_us(struct text *text, uint64_t ns)
{
	if (ns < 1000000000)
		text_add(text, "%.1f", (double)ns / 1e3);
	else
		text_add(text, "%.1fs", (double)ns / 1e9);
}

static uint64_t time_of(const struct ranking_row *row, enum ranking_column column)
{
	switch (column) {
	case RANKING_P50:
		return row->p50_ns;
	case RANKING_P90:
		return row->p90_ns;
	case RANKING_P99:
		return row->p99_ns;
	default:
		return row->max_ns;
	}
}

static double rate_of(uint64_t count, double seconds)
{
	return seconds > 0 ? (double)count / seconds : 0;
}

void screen_format_cell(char buf[SCREEN_CELL_SIZE], const struct ranking_row *row,
			enum ranking_column column, double seconds)
{
	struct text text = {.buf = buf, .size = SCREEN_CELL_SIZE};

	if (column == RANKING_COUNT)
		add_count(&text, row->count);
	else if (column == RANKING_RATE)
		add_rate(&text, rate_of(row->recent, seconds));
	else if (column == RANKING_REFUSED)
		add_count(&text, row->refused);
	else if (column == RANKING_OFF)
		text_add(&text, "%.1f%%",
			 row->count ? 100.0 * (double)row->disagree / (double)row->count : 0.0);
	else if (row->timed)
		add_us(&text, time_of(row, column));
	else
		text_put(&text, "-");
	text_end(&text);
}

void screen_format_share(char buf[SCREEN_CELL_SIZE], uint64_t count, uint64_t total)
{
	double percent = total ? 100.0 * (double)count / (double)total : 0;

	if (!total)
		snprintf(buf, SCREEN_CELL_SIZE, "?");
	else if (!count)
		snprintf(buf, SCREEN_CELL_SIZE, ".");
	else if (percent < 1)
		snprintf(buf, SCREEN_CELL_SIZE, "<1%%");
	else if (percent >= 99.5 && count < total)
		snprintf(buf, SCREEN_CELL_SIZE, "99%%"); /* not all */
	else
		snprintf(buf, SCREEN_CELL_SIZE, "%.0f%%", percent);
}

void screen_format_span(char buf[SCREEN_CELL_SIZE], uint64_t ns)
{
	uint64_t seconds = ns / 1000000000;

	if (seconds < 60)
		snprintf(buf, SCREEN_CELL_SIZE, "%" PRIu64 " s", seconds);
	else if (seconds < 3600)
		snprintf(buf, SCREEN_CELL_SIZE, "%" PRIu64 " min %02" PRIu64 " s", seconds / 60,
			 seconds % 60);
	else
		snprintf(buf, SCREEN_CELL_SIZE, "%" PRIu64 " h %02" PRIu64 " min", seconds / 3600,
			 seconds / 60 % 60);
}

void screen_rate_line(char buf[SCREEN_LINE_SIZE], const struct totals_summary *all,
		      const struct totals_summary *recent, const struct losses *losses,
		      double seconds)
{
	struct text text = {.buf = buf, .size = SCREEN_LINE_SIZE};

	add_count(&text, all->count);
	text_put(&text, all->count == 1 ? " clone, " : " clones, ");
	add_rate(&text, rate_of(recent->count, seconds));
	text_put(&text, "/s; ");
	add_count(&text, all->refused);
	text_put(&text, " refused, ");
	add_rate(&text, rate_of(recent->refused, seconds));
	text_put(&text, "/s; ");
	if (all->restarted) {
		add_count(&text, all->restarted);
		text_put(&text, " restarted; ");
	}
	if (losses_total(losses)) {
		add_count(&text, losses_total(losses));
		text_put(&text, " LOST");
	} else {
		text_put(&text, "nothing lost");
	}
	text_end(&text);
}

/* Several have to share a line: no more digits than anybody reads. */
static void add_short_us(struct text *text, uint64_t ns)
{
	if (ns < 1000000)
		add_us(text, ns);
	else if (ns < 100000000)
		text_put_number(text, (ns + 500) / 1000);
	else
		text_add(text, "%.1fs", (double)ns / 1e9);
}

static void add_percentile(struct text *text, const struct histogram *times, int percent)
{
	text_add(text, "p%d ", percent);
	add_short_us(text, histogram_percentile(times, percent));
	text_put(text, "  ");
}

void screen_latency_line(char buf[SCREEN_LINE_SIZE], const struct totals_summary *all,
			 const struct totals_summary *recent)
{
	struct text text = {.buf = buf, .size = SCREEN_LINE_SIZE};

	text_put(&text, "us: ");
	if (all->copy_ns.count) {
		add_percentile(&text, &all->copy_ns, 50);
		add_percentile(&text, &all->copy_ns, 90);
		add_percentile(&text, &all->copy_ns, 99);
		text_put(&text, "max ");
		add_short_us(&text, all->copy_ns.max_ns);
	} else {
		text_put(&text, "-");
	}
	if (recent->copy_ns.count) {
		text_put(&text, " | lately ");
		add_percentile(&text, &recent->copy_ns, 50);
		text_put(&text, "p99 ");
		add_short_us(&text, histogram_percentile(&recent->copy_ns, 99));
	}
	text_end(&text);
}

void screen_nodes_line(char buf[SCREEN_LINE_SIZE], const struct totals_summary *all)
{
	struct text text = {.buf = buf, .size = SCREEN_LINE_SIZE};

	text_put(&text, "nodes disagree in ");
	if (!all->nodes_comparable) {
		text_put(&text, "-");
	} else {
		add_count(&text, all->nodes_disagree);
		text_put(&text, " of ");
		add_count(&text, all->nodes_comparable);
		text_add(&text, " (%.1f%%)",
			 100.0 * (double)all->nodes_disagree / (double)all->nodes_comparable);
	}
	text_put(&text, "; stacks ");
	add_count(&text, all->stacks_cached);
	text_put(&text, " cached, ");
	add_count(&text, all->stacks_fresh);
	text_put(&text, " fresh");
	if (all->stacks_unknown) {
		text_put(&text, ", ");
		add_count(&text, all->stacks_unknown);
		text_put(&text, " not known");
	}
	text_end(&text);
}
