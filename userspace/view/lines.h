/* SPDX-License-Identifier: GPL-2.0 */
/* Lines below a record's own: labels, and text broken at blanks. */
#ifndef CLONESCOPE_VIEW_LINES_H
#define CLONESCOPE_VIEW_LINES_H

#include <stddef.h>
#include <stdio.h>

/* How a line of -v begins: its label, and where its text starts. */
#define LINES_LABEL_COLUMN 10
#define LINES_TEXT_COLUMN  26

/* What lines are broken at where no width is given. */
#define LINES_WIDTH 80

/* The beginning of a line of -v; "" goes on with the label before. */
void lines_label(FILE *out, const char *label);

/*
 * How many bytes of @text the next line of @width columns takes, blanks at the end not counted: whole words, and
 * at least one. Where the words are joined by '|', a line may end after one of these.
 */
size_t lines_fit(const char *text, size_t width);

/* The rest of @text after those bytes. */
const char *lines_rest(const char *text, size_t length);

/* So many blanks: without printf(), whose formats were most of what a line cost. */
void lines_indent(FILE *out, size_t columns);

/* Print @text from column @indent, which is where the cursor is, broken to end before @width. */
void lines_wrap(FILE *out, size_t indent, size_t width, const char *text);

/* lines_label(), then lines_wrap() at LINES_WIDTH. */
void lines_labelled(FILE *out, const char *label, const char *text);

#endif
