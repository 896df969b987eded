/* SPDX-License-Identifier: GPL-2.0 */
/* What the user of the live screen has chosen, and what each key changes. */
#ifndef CLONESCOPE_VIEW_SCREEN_CHOICES_H
#define CLONESCOPE_VIEW_SCREEN_CHOICES_H

#include <stdbool.h>
#include <stddef.h>

#include "model/ranking.h"

enum screen_table {
	SCREEN_COMMAND,
	SCREEN_CONTAINER,
	SCREEN_FLAGS,
	SCREEN_POLICY,
	SCREEN_VIA,
	SCREEN_ERRNO,
	SCREEN_NODES,
	SCREEN_TABLES,
};

enum screen_matrix {
	SCREEN_MATRIX_BOTH, /* where there is room, else that of the stacks */
	SCREEN_MATRIX_TASK,
	SCREEN_MATRIX_STACK,
	SCREEN_MATRIX_OFF,
	SCREEN_MATRICES,
};

/* Keys that are no characters; a character is itself. */
enum screen_key {
	SCREEN_KEY_ENTER = 256,
	SCREEN_KEY_ESCAPE,
	SCREEN_KEY_BACKSPACE,
	SCREEN_KEY_TAB,
	SCREEN_KEY_BACK_TAB,
	SCREEN_KEY_LEFT,
	SCREEN_KEY_RIGHT,
	SCREEN_KEY_UP,
	SCREEN_KEY_DOWN,
	SCREEN_KEY_PAGE_UP,
	SCREEN_KEY_PAGE_DOWN,
	SCREEN_KEY_HOME,
	SCREEN_KEY_END,
	SCREEN_KEY_OTHER, /* one that means nothing here */
};

#define SCREEN_FILTER_SIZE 64

struct screen_choices {
	enum screen_table table;
	struct screen_order {
		enum ranking_column sort;
		bool ascending;
		char filter[SCREEN_FILTER_SIZE];
		size_t cursor; /* of the rows that pass the filter */
		size_t first;  /* that is shown */
	} orders[SCREEN_TABLES];
	enum screen_matrix matrix;
	bool recent; /* the tables are about the last interval only */
	bool frozen;
	bool help;
	bool editing;			 /* the filter */
	char before[SCREEN_FILTER_SIZE]; /* that filter, if this is given up */
};

/* What is left to do for whoever passed a key on. */
enum screen_wish {
	SCREEN_NOTHING,
	SCREEN_QUIT,
	SCREEN_ZERO, /* count from zero */
};

/* All tables sorted by count. */
void screen_choices_start(struct screen_choices *choices);

/* The chosen table's. */
struct screen_order *screen_order(struct screen_choices *choices);
const char *screen_table_name(enum screen_table table);
enum totals_kind screen_table_kind(enum screen_table table);

/* @key: a character or enum screen_key. @page: how many rows a page has. */
enum screen_wish screen_press(struct screen_choices *choices, int key, size_t page);

/* Keep the cursor among the @count rows there are, and among the @page rows shown. */
void screen_follow_cursor(struct screen_order *order, size_t count, size_t page);

#endif
