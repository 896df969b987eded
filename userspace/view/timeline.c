// SPDX-License-Identifier: GPL-2.0
/* The start of each container as bars over time, and its steps; where there is none, all processes. */
#include "view/view.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "model/starts.h"
#include "view/ignore.h"
#include "view/lines.h"
#include "view/summary.h"
#include "view/tree_parts.h"

/* So many processes and steps of each start; of more, the number. */
#define MAX_ROWS  60
#define MAX_STEPS 60

/* The column of the names, and how far they are indented at most. */
#define NAME_WIDTH 29
#define MAX_INDENT 8

/* Columns of a bar, at least; at most those of the widest terminal. */
#define LEAST_BAR 20
#define MOST_BAR  400

/* Where the text of a step begins. */
#define STEP_COLUMN 28

/* What is drawn: one place in time is one column of a bar. */
struct window {
	const struct view_options *options;
	const struct tree_process *top; /* NULL: all */
	uint64_t begin_ns, end_ns;
	size_t width; /* of the bar */
};

static size_t bar_width(const struct view_options *options)
{
	size_t width =
		(size_t)options->width > NAME_WIDTH ? (size_t)options->width - NAME_WIDTH : 0;

	if (width < LEAST_BAR)
		return LEAST_BAR;
	return width < MOST_BAR ? width : MOST_BAR;
}

static size_t column_of(const struct window *window, uint64_t ns)
{
	uint64_t span_ns = window->end_ns - window->begin_ns;

	if (ns <= window->begin_ns || !span_ns)
		return 0;
	if (ns >= window->end_ns)
		return window->width - 1;
	return (size_t)((double)(ns - window->begin_ns) / (double)span_ns *
			(double)(window->width - 1));
}

static char mark_of(const struct tree_event *event)
{
	if (event->error)
		return '!';
	if (event->ready)
		return 'R';
	return event->kind == TREE_EXEC ? 'E' : event->kind == TREE_UNSHARE ? 'U' : 'S';
}

/* '-' until it calls execve(), '=' from then on, or where it was there before; the marks on top of that. */
static void draw(char *bar, const struct window *window, const struct tree_process *process)
{
	uint64_t end_ns = process->exit_ns ? process->exit_ns : window->end_ns;
	size_t first = column_of(window, process->made_ns), last = column_of(window, end_ns);

	if (last < first)
		last = first;
	memset(bar, ' ', window->width);
	memset(bar + first, process->made_ns ? '-' : '=', last - first + 1);
	for (const struct tree_event *event = process->events; event; event = event->next) {
		size_t at = column_of(window, event->ts_ns);

		if (event->ts_ns > window->end_ns)
			break;
		if (event->kind == TREE_EXEC && at < last)
			memset(bar + at, '=', last - at + 1);
	}
	for (const struct tree_event *event = process->events; event; event = event->next)
		if (event->ts_ns <= window->end_ns)
			bar[column_of(window, event->ts_ns)] = mark_of(event);
}

static void print_bar(const struct window *window, const char *bar)
{
	size_t length = window->width;

	while (length && bar[length - 1] == ' ')
		length--;
	for (size_t i = 0; i < length; i++) {
		if (window->options->utf8 && strchr("-=", bar[i]))
			fputs(bar[i] == '-' ? "\u2500" : "\u2501", window->options->out);
		else
			fputc(bar[i], window->options->out);
	}
	fputc('\n', window->options->out);
}

static void print_row(const struct window *window, const struct tree_process *process, size_t depth)
{
	size_t indent = depth < MAX_INDENT ? depth : MAX_INDENT;
	char name[256], bar[MOST_BAR];
	struct text text = {.buf = name, .size = sizeof(name)};

	text_add(&text, "%*s%" PRIu32 " ", (int)indent, "", process->tgid);
	tree_put_name(&text, process);
	text_end(&text);
	draw(bar, window, process);
	/* One that doesn't fit ends in "~". */
	if (strlen(name) >= NAME_WIDTH)
		strcpy(name + NAME_WIDTH - 2, "~");
	fprintf(window->options->out, "%-*s", NAME_WIDTH, name);
	print_bar(window, bar);
}

static void print_scale(const struct window *window)
{
	char end[32];
	struct text text = {.buf = end, .size = sizeof(end)};

	text_put_time(&text, window->end_ns - window->begin_ns);
	fprintf(window->options->out, "%-*s0%*s\n", NAME_WIDTH, "PROCESS", (int)window->width - 1,
		end);
}

static void print_rows(const struct window *window)
{
	const struct tree_process *process = window->top ? window->top : tree_first(tree_kept());
	uint64_t shown = 0, more = 0;
	size_t depth = 0;

	print_scale(window);
	for (; process; process = tree_next(process, window->top, &depth)) {
		if (process->made_ns > window->end_ns)
			continue;
		if (shown++ < MAX_ROWS)
			print_row(window, process, depth);
		else
			more++;
	}
	if (more)
		fprintf(window->options->out, "(%" PRIu64 " more)\n", more);
}

static void print_step(const struct window *window, const struct start_step *step,
		       uint64_t before_ns)
{
	char buf[TREE_WORDS_SIZE];
	struct text text = {.buf = buf, .size = sizeof(buf)};

	if (step->event)
		tree_put_event(&text, step->event);
	else
		tree_put_made(&text, step->process);
	text_end(&text);
	fprintf(window->options->out, "%9.3f  +%.3f  %7" PRIu32 "  ",
		((double)step->ts_ns - (double)window->begin_ns) / 1e9,
		((double)step->ts_ns - (double)before_ns) / 1e9, step->process->tgid);
	lines_wrap(window->options->out, STEP_COLUMN, (size_t)window->options->width, buf);
}

static void print_steps(const struct window *window)
{
	uint64_t before_ns = window->begin_ns;
	struct start_step *steps;
	size_t count;

	steps = starts_steps(tree_kept(), window->top, window->end_ns, &count);
	if (steps && count)
		fprintf(window->options->out, "\n%9s  %6s  %7s  %s\n", "SECONDS", "STEP", "PROCESS",
			"WHAT IT DID");
	for (size_t i = 0; steps && i < count && i < MAX_STEPS; i++) {
		print_step(window, &steps[i], before_ns);
		before_ns = steps[i].ts_ns;
	}
	if (count > MAX_STEPS)
		fprintf(window->options->out, "%*s(%zu more)\n", STEP_COLUMN, "",
			count - MAX_STEPS);
	free(steps);
}

static void print_start(const struct view_options *options, const struct start *start)
{
	struct window window = {
		.options = options,
		.top = start->top,
		.begin_ns = start->begin_ns,
		.end_ns = start->ready->ts_ns,
	};
	char buf[TREE_WORDS_SIZE];
	struct text text = {.buf = buf, .size = sizeof(buf)};

	window.width = bar_width(options);
	text_add(&text, "%" PRIu32 " ", start->top->tgid);
	tree_put_name(&text, start->top);
	text_add(&text, " began a container at %.3f s; ready after ",
		 (double)(window.begin_ns - tree_first_ns(tree_kept())) / 1e9);
	text_put_time(&text, window.end_ns - window.begin_ns);
	text_add(&text, ", as %" PRIu32 " ", start->process->tgid);
	tree_put_name(&text, start->process);
	text_end(&text);
	lines_wrap(options->out, 0, (size_t)options->width, buf);
	fputc('\n', options->out);
	print_rows(&window);
	print_steps(&window);
	fputc('\n', options->out);
}

/* No container was started: then all that happened, as far as there is room. */
static void print_whole(const struct view_options *options)
{
	struct window window = {
		.options = options,
		.begin_ns = tree_first_ns(tree_kept()),
		.end_ns = tree_last_ns(tree_kept()),
		.width = bar_width(options),
	};

	if (!tree_first(tree_kept()))
		return;
	print_rows(&window);
	print_steps(&window);
	fputc('\n', options->out);
}

static void print_legend(const struct view_options *options)
{
	if (tree_first(tree_kept()))
		fprintf(options->out,
			"%s its maker's program, %s one of its own since E exec\n"
			"U unshare, S setns, ! one that failed, R a container's own "
			"program: ready\n",
			options->utf8 ? "\u2500" : "-", options->utf8 ? "\u2501" : "=");
	tree_print_rest(options->out);
}

static void timeline_end(const struct view_options *options, const struct totals *totals,
			 const struct losses *losses)
{
	size_t count;
	struct start *starts = starts_find(tree_kept(), &count);

	for (size_t i = 0; starts && i < count; i++)
		print_start(options, &starts[i]);
	if (!count)
		print_whole(options);
	print_legend(options);
	free(starts);
	tree_done();
	summary_totals(options->out, totals, losses);
}

const struct view_ops view_timeline = {
	.begin = tree_begin,
	.clone = tree_clone,
	.returned = ignore_returned,
	.call = ignore_call,
	.life = tree_life,
	.lost = tree_lost,
	.end = timeline_end,
};
