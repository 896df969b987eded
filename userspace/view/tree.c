// SPDX-License-Identifier: GPL-2.0
/* Who made whom, as a tree: when each process was made, how long it lived, and what it became. */
#include "view/view.h"

#include <inttypes.h>
#include <string.h>

#include "view/ignore.h"
#include "view/lines.h"
#include "view/summary.h"
#include "view/tree_parts.h"

/* Where the tree begins; how deep it is drawn, and how few columns its text may be left. */
#define TREE_COLUMN 22
#define MAX_DEPTH   12
#define LEAST_WIDTH 16

/* Each is three columns wide. */
struct glyphs {
	const char *fork, *last, *bar, *none;
};

static const struct glyphs ascii = {"|- ", "`- ", "|  ", "   "};
static const struct glyphs box = {"\u251c\u2500 ", "\u2514\u2500 ", "\u2502  ", "   "};

/* Where the walk is: the process at each depth that is drawn, down to the one that is shown. */
struct walk {
	const struct view_options *options;
	const struct glyphs *glyphs;
	const struct tree_process *path[MAX_DEPTH + 1];
	size_t depth; /* of the one that is shown; may be more than MAX_DEPTH */
};

static size_t drawn(const struct walk *walk)
{
	return walk->depth < MAX_DEPTH ? walk->depth : MAX_DEPTH;
}

/* What leads to the process: on its first line, or below it. */
static void print_lead(const struct walk *walk, bool first)
{
	const struct glyphs *glyphs = walk->glyphs;
	size_t depth = drawn(walk);

	for (size_t i = 1; i <= depth; i++) {
		bool last = !walk->path[i]->next;

		if (i == depth && first)
			fputs(last ? glyphs->last : glyphs->fork, walk->options->out);
		else
			fputs(last ? glyphs->none : glyphs->bar, walk->options->out);
	}
}

/* What is left of the width from @column on. */
static size_t room_from(const struct walk *walk, size_t column)
{
	size_t width = (size_t)walk->options->width;

	return width > column + LEAST_WIDTH ? width - column : LEAST_WIDTH;
}

static void print_text(const struct walk *walk, const struct tree_process *process,
		       const char *text)
{
	size_t column = TREE_COLUMN + 3 * drawn(walk);
	size_t length = lines_fit(text, room_from(walk, column));
	FILE *out = walk->options->out;

	fprintf(out, "%.*s\n", (int)length, text);
	for (text = lines_rest(text, length); *text; text = lines_rest(text, length)) {
		fprintf(out, "%*s", TREE_COLUMN, "");
		print_lead(walk, false);
		/* Below the name, and the way down to what it made is not broken. */
		fputs(process->first && walk->depth < MAX_DEPTH ? walk->glyphs->bar : "   ", out);
		length = lines_fit(text, room_from(walk, column + 3));
		fprintf(out, "%.*s\n", (int)length, text);
	}
}

static void format_lived(char *buf, size_t size, const struct tree_process *process)
{
	struct text text = {.buf = buf, .size = size};

	if (tree_lived_ns(process))
		text_put_time(&text, tree_lived_ns(process));
	else
		text_put(&text, "-");
}

static void print_process(const struct walk *walk, const struct tree_process *process)
{
	const uint64_t since_ns = tree_first_ns(tree_kept());
	char buf[TREE_WORDS_SIZE], lived[32], made[32] = "-";
	struct text text = {.buf = buf, .size = sizeof(buf)};
	size_t length;

	format_lived(lived, sizeof(lived), process);
	if (process->made_ns)
		snprintf(made, sizeof(made), "%.3f", (double)(process->made_ns - since_ns) / 1e9);
	if (walk->depth > MAX_DEPTH)
		text_add(&text, "(%zu deeper) ", walk->depth - MAX_DEPTH);
	text_add(&text, "%" PRIu32 " ", process->tgid);
	tree_put_name(&text, process);
	length = text.length;
	text_put(&text, ": ");
	tree_put_words(&text, process, ", ");
	if (text.length == length + strlen(": ") && length < sizeof(buf))
		buf[length] = '\0';
	text_end(&text);
	fprintf(walk->options->out, "%9s %9s   ", made, lived);
	print_lead(walk, true);
	print_text(walk, process, buf);
}

static void print_all(const struct view_options *options)
{
	struct walk walk = {.options = options, .glyphs = options->utf8 ? &box : &ascii};
	const struct tree_process *process = tree_first(tree_kept());

	if (process)
		fprintf(options->out, "%9s %9s   %s\n", "SECONDS", "LIVED", "PROCESS");
	while (process) {
		if (walk.depth <= MAX_DEPTH)
			walk.path[walk.depth] = process;
		print_process(&walk, process);
		process = tree_next(process, NULL, &walk.depth);
	}
	tree_print_rest(options->out);
}

static void tree_end(const struct view_options *options, const struct totals *totals,
		     const struct losses *losses)
{
	print_all(options);
	tree_done();
	summary_totals(options->out, totals, losses);
}

const struct view_ops view_tree = {
	.begin = tree_begin,
	.clone = tree_clone,
	.returned = ignore_returned,
	.call = ignore_call,
	.life = tree_life,
	.lost = tree_lost,
	.end = tree_end,
};
