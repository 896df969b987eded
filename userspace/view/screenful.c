// SPDX-License-Identifier: GPL-2.0
/* The table on a terminal: its heading comes again on every screenful. */
#include "view/screenful.h"

#include <stdlib.h>
#include <string.h>

/* What one record prints, until its lines are counted. */
static struct {
	FILE *stream;
	char *text;
	size_t size;
	int lines; /* since the last heading, that included */
} page;

/* Lines on a screen of that width. Sequences that colour take no room; a wider line wraps. */
static int count_lines(const char *text, size_t length, int width)
{
	int lines = 0, column = 0;

	for (size_t i = 0; i < length; i++) {
		if (text[i] == '\033') {
			i += strcspn(text + i, "m");
		} else if (text[i] != '\n') {
			lines += column && column % width == 0;
			column++;
		} else {
			lines++;
			column = 0;
		}
	}
	return lines;
}

/* A view for one record: what it prints goes to page.text. */
static struct view_options hold(const struct view_options *options)
{
	struct view_options held = *options;

	if (!page.stream)
		page.stream = open_memstream(&page.text, &page.size);
	else
		rewind(page.stream);
	held.out = page.stream ? page.stream : options->out;
	return held;
}

static void let_go(const struct view_options *options)
{
	int lines;

	if (!page.stream || fflush(page.stream))
		return;
	lines = count_lines(page.text, page.size, options->width);
	if (lines && page.lines + lines > options->height - 1 && page.lines > 1) {
		view_table.begin(options);
		page.lines = 1;
	}
	page.lines += lines;
	fwrite(page.text, 1, page.size, options->out);
}

static void screenful_begin(const struct view_options *options)
{
	page.lines = 1;
	view_table.begin(options);
}

static void screenful_clone(const struct view_options *options, const struct clone *clone,
			    const struct tries_before *before)
{
	const struct view_options held = hold(options);

	view_table.clone(&held, clone, before);
	let_go(options);
}

static void screenful_returned(const struct view_options *options, const struct cs_return *rec)
{
	const struct view_options held = hold(options);

	view_table.returned(&held, rec);
	let_go(options);
}

static void screenful_call(const struct view_options *options, const struct cs_call *rec)
{
	const struct view_options held = hold(options);

	view_table.call(&held, rec);
	let_go(options);
}

static void screenful_life(const struct view_options *options, const struct cs_head *head,
			   const struct life *life, const struct cs_refusal *refusal)
{
	const struct view_options held = hold(options);

	view_table.life(&held, head, life, refusal);
	let_go(options);
}

void screenful_of(struct view_ops *view)
{
	*view = view_table;
	view->begin = screenful_begin;
	view->clone = screenful_clone;
	view->returned = screenful_returned;
	view->call = screenful_call;
	view->life = screenful_life;
}

void screenful_end(void)
{
	if (page.stream)
		fclose(page.stream);
	free(page.text);
	memset(&page, 0, sizeof(page));
}
