/* SPDX-License-Identifier: GPL-2.0 */
/* The words and columns of the live screen: no terminal in here. */
#ifndef CLONESCOPE_VIEW_SCREEN_TEXT_H
#define CLONESCOPE_VIEW_SCREEN_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include "model/losses.h"
#include "model/ranking.h"
#include "model/totals.h"

/* Below this there is no picture. */
#define SCREEN_MIN_WIDTH  40
#define SCREEN_MIN_HEIGHT 10

/* Of a column that is no name, with the blank before it. */
#define SCREEN_COLUMN_WIDTH 9

/* Bytes that hold any cell. */
#define SCREEN_CELL_SIZE 32

/* Bytes that hold any line of screen_*_line(). */
#define SCREEN_LINE_SIZE 512

const char *screen_heading(enum ranking_column column);

/*
 * The columns that have room in @width beside the name, in order; the one that is sorted by is always among them.
 * Returns how many.
 */
size_t screen_columns(enum ranking_column columns[RANKING_COLUMNS], int width,
		      enum ranking_column sort);

/* One number of a row, at most eight columns wide. @seconds: how long the last interval was. */
void screen_format_cell(char buf[SCREEN_CELL_SIZE], const struct ranking_row *row,
			enum ranking_column column, double seconds);

/* "45%", "<1%", "." for none, "?" for none at all; at most four columns wide. */
void screen_format_share(char buf[SCREEN_CELL_SIZE], uint64_t count, uint64_t total);

/* "12 s", "3 min 05 s", "2 h 10 min" */
void screen_format_span(char buf[SCREEN_CELL_SIZE], uint64_t ns);

/* How many, how often, how many failed, what was lost. */
void screen_rate_line(char buf[SCREEN_LINE_SIZE], const struct totals_summary *all,
		      const struct totals_summary *recent, const struct losses *losses,
		      double seconds);

/* Percentiles of the time in copy_process(), since the beginning and in the last interval. */
void screen_latency_line(char buf[SCREEN_LINE_SIZE], const struct totals_summary *all,
			 const struct totals_summary *recent);

/* The share of clones whose nodes disagree, and where stacks came from. */
void screen_nodes_line(char buf[SCREEN_LINE_SIZE], const struct totals_summary *all);

#endif
