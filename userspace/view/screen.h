/* SPDX-License-Identifier: GPL-2.0 */
/* The live screen: draws what it is given, hands over the keys that are pressed. */
#ifndef CLONESCOPE_VIEW_SCREEN_H
#define CLONESCOPE_VIEW_SCREEN_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "model/losses.h"
#include "model/matrix.h"
#include "model/ranking.h"
#include "model/totals.h"
#include "view/screen_choices.h"

/* Of all that happened, or of the last interval. */
struct screen_sums {
	struct totals_summary summary;
	struct ranking tables[SCREEN_TABLES];
	struct matrix task;
	struct matrix stack;
};

/* What is shown, as it was at one moment. */
struct screen_data {
	uint64_t span_ns; /* since the counting began */
	double seconds;	  /* how long the last interval was */
	struct losses losses;
	struct screen_sums all;
	struct screen_sums recent;
	bool has_containers; /* they are being asked for */
	uint64_t unseen;     /* clones that came while it was frozen */
};

/*
 * Take over the terminal that @out and @in are: until screen_close() nobody else may write to it. What is written
 * to standard error comes after that. False, and @why is set: it can't be done.
 */
bool screen_open(FILE *out, FILE *in, bool color, const char **why);

/* Give the terminal back as it was. Does nothing where it isn't taken. */
void screen_close(void);

/* The next key that was pressed: a character or enum screen_key; -1: none. */
int screen_key(void);

/* Draw what has changed. Returns how many rows of the table there is room for. */
size_t screen_draw(const struct screen_data *data, struct screen_choices *choices);

#endif
