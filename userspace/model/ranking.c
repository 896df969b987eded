// SPDX-License-Identifier: GPL-2.0
/* Groups of clones as they were at one moment, sorted by any column, filtered by name. */
#include "model/ranking.h"

#include <stdlib.h>
#include <string.h>

#include "model/text.h"

/* Each byte of a name may become \xNN. */
#define NAME_SIZE (4 * 1024)

static bool fill_row(struct ranking_row *row, const struct totals_group *group)
{
	const struct histogram *times = &group->copy_ns;
	char quoted[NAME_SIZE];

	*row = (struct ranking_row){
		.name = strdup(text_quote(quoted, sizeof(quoted), group->text)),
		.is_other = group->is_other,
		.timed = times->count != 0,
		.count = group->count,
		.refused = group->refused,
		.disagree = group->disagree,
		.p50_ns = histogram_percentile(times, 50),
		.p90_ns = histogram_percentile(times, 90),
		.p99_ns = histogram_percentile(times, 99),
		.max_ns = times->max_ns,
	};
	return row->name;
}

/* A group that is new lately may be among the others of all: so these get what is left. */
static void fill_recent(struct ranking *ranking, const struct totals_group *const *groups,
			const struct totals *recent, enum totals_kind kind)
{
	uint64_t left = totals_count(recent, kind);

	for (size_t i = 0; i < ranking->count; i++) {
		const struct totals_group *same = totals_same(recent, kind, groups[i]);

		if (groups[i]->is_other)
			continue;
		ranking->rows[i].recent = same ? same->count : 0;
		left -= ranking->rows[i].recent;
	}
	for (size_t i = 0; i < ranking->count; i++)
		if (groups[i]->is_other)
			ranking->rows[i].recent = left;
}

bool ranking_take(struct ranking *ranking, const struct totals *all, const struct totals *recent,
		  enum totals_kind kind)
{
	const struct totals_group **groups;
	size_t count;
	bool ok;

	ranking_free(ranking);
	groups = totals_sorted(all, kind, &count);
	ranking->rows = calloc(count + 1, sizeof(*ranking->rows));
	ok = groups && ranking->rows;
	for (; ok && ranking->count < count; ranking->count++)
		if (!fill_row(&ranking->rows[ranking->count], groups[ranking->count]))
			break;
	ok = ok && ranking->count == count;
	if (ok)
		fill_recent(ranking, groups, recent, kind);
	else
		ranking_free(ranking);
	free(groups);
	return ok;
}

void ranking_free(struct ranking *ranking)
{
	for (size_t i = 0; i < ranking->count; i++)
		free(ranking->rows[i].name);
	free(ranking->rows);
	*ranking = (struct ranking){0};
}

/* What a column is sorted by; the share in millionths. */
static uint64_t value_of(const struct ranking_row *row, enum ranking_column column)
{
	switch (column) {
	case RANKING_RATE:
		return row->recent;
	case RANKING_REFUSED:
		return row->refused;
	case RANKING_P50:
		return row->p50_ns;
	case RANKING_P90:
		return row->p90_ns;
	case RANKING_P99:
		return row->p99_ns;
	case RANKING_MAX:
		return row->max_ns;
	case RANKING_OFF:
		return row->count ? row->disagree * 1000000 / row->count : 0;
	default:
		return row->count;
	}
}

static bool is_time(enum ranking_column column)
{
	return column >= RANKING_P50 && column <= RANKING_MAX;
}

struct order {
	enum ranking_column column;
	bool ascending;
};

static int compare(const void *a, const void *b, void *context)
{
	const struct ranking_row *first = a, *second = b;
	const struct order *order = context;
	uint64_t one = value_of(first, order->column), two = value_of(second, order->column);
	int names = strcmp(first->name, second->name);

	if (first->is_other != second->is_other)
		return first->is_other ? 1 : -1;
	if (order->column == RANKING_NAME)
		return order->ascending ? names : -names;
	if (is_time(order->column) && first->timed != second->timed)
		return first->timed ? -1 : 1;
	if (one == two)
		return names;
	return (one < two) == order->ascending ? -1 : 1;
}

void ranking_sort(struct ranking *ranking, enum ranking_column column, bool ascending)
{
	struct order order = {column, ascending};

	if (ranking->count)
		qsort_r(ranking->rows, ranking->count, sizeof(*ranking->rows), compare, &order);
}

bool ranking_match(const struct ranking_row *row, const char *filter)
{
	return strcasestr(row->name, filter) != NULL;
}
