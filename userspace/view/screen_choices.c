// SPDX-License-Identifier: GPL-2.0
/* What the user of the live screen has chosen, and what each key changes. */
#include "view/screen_choices.h"

#include <string.h>

static const struct {
	const char *name;
	enum totals_kind kind;
} tables[SCREEN_TABLES] = {
	[SCREEN_COMMAND] = {"COMMAND", TOTALS_BY_COMMAND},
	[SCREEN_CONTAINER] = {"CONTAINER", TOTALS_BY_CONTAINER},
	[SCREEN_FLAGS] = {"FLAGS", TOTALS_BY_FLAGS},
	[SCREEN_POLICY] = {"POLICY", TOTALS_BY_POLICY},
	[SCREEN_VIA] = {"VIA", TOTALS_BY_VIA},
	[SCREEN_ERRNO] = {"ERRNO", TOTALS_BY_ERRNO},
	[SCREEN_NODES] = {"NODES", TOTALS_BY_NODES},
};

void screen_choices_start(struct screen_choices *choices)
{
	memset(choices, 0, sizeof(*choices));
	for (int i = 0; i < SCREEN_TABLES; i++)
		choices->orders[i].sort = RANKING_COUNT;
}

struct screen_order *screen_order(struct screen_choices *choices)
{
	return &choices->orders[choices->table];
}

const char *screen_table_name(enum screen_table table)
{
	return tables[table].name;
}

enum totals_kind screen_table_kind(enum screen_table table)
{
	return tables[table].kind;
}

/* The filter's rows are others now. */
static void restart(struct screen_order *order)
{
	order->cursor = 0;
	order->first = 0;
}

static void edit(struct screen_choices *choices, int key)
{
	struct screen_order *order = screen_order(choices);
	size_t length = strlen(order->filter);

	switch (key) {
	case SCREEN_KEY_ENTER:
		choices->editing = false;
		return;
	case SCREEN_KEY_ESCAPE:
		strcpy(order->filter, choices->before);
		choices->editing = false;
		break;
	case SCREEN_KEY_BACKSPACE:
		if (length)
			order->filter[length - 1] = '\0';
		break;
	default:
		if (key < ' ' || key > '~' || length + 1 >= sizeof(order->filter))
			return;
		order->filter[length] = (char)key;
		order->filter[length + 1] = '\0';
	}
	restart(order);
}

static void start_editing(struct screen_choices *choices)
{
	strcpy(choices->before, screen_order(choices)->filter);
	choices->editing = true;
}

static void clear_filter(struct screen_choices *choices)
{
	screen_order(choices)->filter[0] = '\0';
	restart(screen_order(choices));
}

static void choose_table(struct screen_choices *choices, int step)
{
	choices->table = (choices->table + SCREEN_TABLES + (unsigned int)step) % SCREEN_TABLES;
}

static void choose_column(struct screen_order *order, int step)
{
	order->sort = (order->sort + RANKING_COLUMNS + (unsigned int)step) % RANKING_COLUMNS;
	/* What comes first of most columns is the most; names begin with A. */
	order->ascending = order->sort == RANKING_NAME;
}

/* screen_follow_cursor() brings back what is beyond the end. */
static bool move(struct screen_order *order, int key, size_t page)
{
	size_t cursor = order->cursor;

	if (key == SCREEN_KEY_UP || key == 'k')
		order->cursor = cursor ? cursor - 1 : 0;
	else if (key == SCREEN_KEY_DOWN || key == 'j')
		order->cursor = cursor + 1;
	else if (key == SCREEN_KEY_PAGE_UP)
		order->cursor = cursor > page ? cursor - page : 0;
	else if (key == SCREEN_KEY_PAGE_DOWN)
		order->cursor = cursor + page;
	else if (key == SCREEN_KEY_HOME || key == 'g')
		order->cursor = 0;
	else if (key == SCREEN_KEY_END || key == 'G')
		order->cursor = (size_t)-1;
	else
		return false;
	return true;
}

static bool choose(struct screen_choices *choices, int key)
{
	struct screen_order *order = screen_order(choices);

	if (key >= '1' && key < '1' + SCREEN_TABLES)
		choices->table = (enum screen_table)(key - '1');
	else if (key == SCREEN_KEY_TAB || key == SCREEN_KEY_BACK_TAB)
		choose_table(choices, key == SCREEN_KEY_TAB ? 1 : -1);
	else if (key == '<' || key == SCREEN_KEY_LEFT)
		choose_column(order, -1);
	else if (key == '>' || key == SCREEN_KEY_RIGHT)
		choose_column(order, 1);
	else if (key == 'r')
		order->ascending = !order->ascending;
	else if (key == 'm')
		choices->matrix = (choices->matrix + 1) % SCREEN_MATRICES;
	else
		return false;
	return true;
}

enum screen_wish screen_press(struct screen_choices *choices, int key, size_t page)
{
	if (choices->editing) {
		edit(choices, key);
		return SCREEN_NOTHING;
	}
	if (choices->help) {
		choices->help = false;
		return SCREEN_NOTHING;
	}
	if (move(screen_order(choices), key, page) || choose(choices, key))
		return SCREEN_NOTHING;
	switch (key) {
	case 'q':
		return SCREEN_QUIT;
	case 'z':
		return SCREEN_ZERO;
	case '?':
	case 'h':
		choices->help = true;
		break;
	case ' ':
	case 'f':
		choices->frozen = !choices->frozen;
		break;
	case 'w':
		choices->recent = !choices->recent;
		break;
	case '/':
		start_editing(choices);
		break;
	case SCREEN_KEY_ESCAPE:
		clear_filter(choices);
		break;
	}
	return SCREEN_NOTHING;
}

void screen_follow_cursor(struct screen_order *order, size_t count, size_t page)
{
	size_t most_first = count > page ? count - page : 0;

	if (order->cursor >= count)
		order->cursor = count ? count - 1 : 0;
	if (order->cursor < order->first)
		order->first = order->cursor;
	if (page && order->cursor >= order->first + page)
		order->first = order->cursor - page + 1;
	if (order->first > most_first)
		order->first = most_first;
}
