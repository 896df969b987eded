// SPDX-License-Identifier: GPL-2.0
/* One aligned line per clone, for people: eighty columns, no two of them ever merged. */
#include "view/view.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "model/flags.h"
#include "model/names.h"
#include "model/nodes.h"
#include "model/outcome.h"
#include "model/policy.h"
#include "model/refusal.h"
#include "model/text.h"
#include "view/cost.h"
#include "view/ink.h"
#include "view/story.h"
#include "view/summary.h"
#include "view/table_parts.h"

/* Widths of the columns before FLAGS, which takes the rest. A wider value pushes, it never merges. */
#define TIME_WIDTH   9
#define COMM_WIDTH   12
#define TID_WIDTH    6
#define VIA_WIDTH    7
#define NODES_WIDTH  8
#define POLICY_WIDTH 7
#define US_WIDTH     5

/* An exit signal, after a blank. */
#define SIGNAL_SIZE (NAMES_TEXT_SIZE + 1)

/* Of 64 bits, and the end of the text. */
#define NUMBER_SIZE 24

static bool is_missing(const struct cs_clone *rec, enum cs_fact fact)
{
	return rec->missing & CS_MISSING(fact);
}

static double seconds(const struct view_options *options, const struct cs_head *head)
{
	return ((double)head->ts_ns - (double)options->since_ns) / 1e9;
}

/* What @used columns leave for the flags. */
static int flags_width(const struct view_options *options, int used)
{
	if (!options->width)
		return 0;
	return options->width > used ? options->width - used : 1;
}

static void table_begin(const struct view_options *options)
{
	fputs(ink_begin(options, INK_HEADING), options->out);
	fprintf(options->out, "%*s %-*s %*s %*s %-*s %-*s %-*s %*s %s", TIME_WIDTH, "TIME",
		COMM_WIDTH, "COMM", TID_WIDTH, "CALLER", TID_WIDTH, "CHILD", VIA_WIDTH, "VIA",
		NODES_WIDTH, "R/C/T/S", POLICY_WIDTH, "POLICY", US_WIDTH, "US", "FLAGS");
	fprintf(options->out, "%s\n", ink_end(options, INK_HEADING));
}

static void put(char *buf, size_t size, const char *word)
{
	struct text text = {.buf = buf, .size = size};

	text_put(&text, word);
}

static void put_number(char *buf, size_t size, uint64_t number)
{
	struct text text = {.buf = buf, .size = size};

	text_put_number(&text, number);
}

/* A name that doesn't fit ends in "~". */
static void format_comm(char *buf, size_t size, const char *comm, int width)
{
	char quoted[4 * CS_COMM_LEN + 1];

	text_quote(quoted, sizeof(quoted), comm);
	if (strlen(quoted) > (size_t)width)
		snprintf(buf, size, "%.*s~", width - 1, quoted);
	else
		put(buf, size, quoted);
}

static void format_node(char *buf, size_t size, bool missing, int node)
{
	if (missing)
		put(buf, size, "?");
	else if (node < 0)
		put(buf, size, "-");
	else
		put_number(buf, size, (uint64_t)node);
}

/* requested/CPU/task_struct/stack, and a mark where they disagree. */
static void format_nodes(char *buf, size_t size, const struct cs_clone *rec)
{
	struct text text = {.buf = buf, .size = size};
	char requested[8], cpu[8], task[8], stack[NODES_TEXT_SIZE];
	const char *const places[] = {requested, cpu, task, stack};
	struct nodes_stack pages;

	nodes_stack(rec, &pages);
	nodes_format_stack(stack, sizeof(stack), &pages);
	format_node(requested, sizeof(requested), is_missing(rec, CS_FACT_NODE_REQUESTED),
		    rec->node_requested);
	format_node(cpu, sizeof(cpu), false, rec->cpu_node);
	format_node(task, sizeof(task), is_missing(rec, CS_FACT_TASK_NODE), rec->task_node);
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		text_put(&text, i ? "/" : "");
		text_put(&text, places[i]);
	}
	text_put(&text, nodes_check(rec) == NODES_DISAGREE ? "!" : "");
}

/* The child's policy; "*" where it is not the caller's. */
static void format_policy(char *buf, size_t size, const struct cs_clone *rec)
{
	const struct cs_policy *policy = rec->error ? &rec->policy : &rec->child_policy;
	bool differs = !rec->error && !policy_equal(&rec->policy, &rec->child_policy);
	struct text text = {.buf = buf, .size = size};
	char name[POLICY_TEXT_SIZE] = "-";

	if (is_missing(rec, rec->error ? CS_FACT_POLICY : CS_FACT_CHILD_POLICY)) {
		text_put(&text, "?");
		return;
	}
	if (!policy_is_default(policy))
		policy_format(name, sizeof(name), policy);
	text_put(&text, name);
	text_put(&text, differs ? "*" : "");
}

/* A cell of a line: in a column, and maybe coloured. */
struct cell {
	int width; /* negative: at the left */
	const char *word;
	enum ink ink;
};

/* Appends a blank and the cell; returns how many bytes of it take no room. */
static size_t put_cell(struct text *text, const struct view_options *options,
		       const struct cell *cell)
{
	const char *begin = ink_begin(options, cell->ink), *end = ink_end(options, cell->ink);
	bool inked = *begin;

	text_put_char(text, ' ');
	if (inked)
		text_put(text, begin);
	if (cell->width < 0)
		text_put_left(text, (size_t)-cell->width, cell->word);
	else
		text_put_right(text, (size_t)cell->width, cell->word);
	if (inked)
		text_put(text, end);
	return inked ? strlen(begin) + strlen(end) : 0;
}

/* Of two cells. */
#define INKS_SIZE 64

/* What many clones have in common, as it is in a line. */
struct cells {
	bool used, color;
	struct cs_clone of; /* the first that had them */
	char comm[4 * CS_COMM_LEN + 2];
	char places[NODES_TEXT_SIZE + POLICY_TEXT_SIZE + INKS_SIZE]; /* way in, nodes, policy */
	size_t inks; /* bytes of it that take no room */
};

/* From where a clone's nodes and policies begin, its record is about nothing else. */
#define PLACES_AT   offsetof(struct cs_clone, cpu_node)
#define PLACES_SIZE (sizeof(struct cs_clone) - PLACES_AT)

static bool same_cells(const struct cells *cells, const struct view_options *options,
		       const struct cs_clone *rec)
{
	const struct cs_clone *of = &cells->of;

	return cells->used && cells->color == options->color && of->missing == rec->missing &&
	       !of->error == !rec->error && !memcmp(of->comm, rec->comm, sizeof(rec->comm)) &&
	       !memcmp((const char *)of + PLACES_AT, (const char *)rec + PLACES_AT, PLACES_SIZE);
}

static size_t hash(uint64_t word, size_t size)
{
	return (word * 0x9e3779b97f4a7c15ULL >> 48) % size;
}

static enum ink policy_ink(const char *policy)
{
	size_t length = strlen(policy);

	return length && policy[length - 1] == '*' ? INK_DIFFERS : INK_NONE;
}

static void make_comm(struct cells *cells, const struct view_options *options, const char *comm)
{
	struct text text = {.buf = cells->comm, .size = sizeof(cells->comm)};
	char shown[4 * CS_COMM_LEN + 1];

	format_comm(shown, sizeof(shown), comm, COMM_WIDTH);
	put_cell(&text, options, &(struct cell){-COMM_WIDTH, shown, INK_NONE});
}

static void make_places(struct cells *cells, const struct view_options *options, const char *via,
			const char *nodes, enum ink nodes_ink, const char *policy)
{
	struct text text = {.buf = cells->places, .size = sizeof(cells->places)};
	const struct cell places[] = {
		{-VIA_WIDTH, via, INK_NONE},
		{-NODES_WIDTH, nodes, nodes_ink},
		{-POLICY_WIDTH, policy, policy_ink(policy)},
	};

	cells->inks = 0;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		cells->inks += put_cell(&text, options, &places[i]);
}

static void make_cells(struct cells *cells, const struct view_options *options,
		       const struct cs_clone *rec)
{
	char nodes[NODES_TEXT_SIZE + 32], policy[POLICY_TEXT_SIZE + 1];

	format_nodes(nodes, sizeof(nodes), rec);
	format_policy(policy, sizeof(policy), rec);
	make_comm(cells, options, rec->comm);
	make_places(cells, options, via_name(rec->via), nodes,
		    nodes_check(rec) == NODES_DISAGREE ? INK_DOUBTFUL : INK_NONE, policy);
}

/* To make them anew for each clone was a third of what trace cost. */
static const struct cells *cells_of(const struct view_options *options, const struct cs_clone *rec)
{
	static struct cells known[64];
	struct cells *cells;
	uint64_t word;

	memcpy(&word, rec->comm, sizeof(word));
	word ^= (uint64_t)rec->cpu_node << 32 ^ (uint64_t)rec->stack_nodes[0] ^
		(uint64_t)rec->via << 48;
	cells = &known[hash(word, sizeof(known) / sizeof(known[0]))];
	if (same_cells(cells, options, rec))
		return cells;
	cells->used = true;
	cells->color = options->color;
	cells->of = *rec;
	make_cells(cells, options, rec);
	return cells;
}

/* The exit signal where it is not the usual one, after a blank. */
static void format_signal(char buf[SIGNAL_SIZE], uint64_t signal)
{
	char name[NAMES_TEXT_SIZE];

	signal_format(name, sizeof(name), (int)(signal & CSIGNAL));
	if (signal > CSIGNAL)
		snprintf(buf, SIGNAL_SIZE, " 0x%" PRIx64, signal);
	else if (signal && signal != 17)
		snprintf(buf, SIGNAL_SIZE, " %s", name);
	else
		snprintf(buf, SIGNAL_SIZE, "%s", "");
}

/* Flags, and after them @signal. */
static void format_flags(char *buf, size_t size, uint64_t flags, const char *signal, int width)
{
	size_t used = 0;

	if (width > 0)
		width = width > (int)strlen(signal) + 1 ? width - (int)strlen(signal) : 1;
	used = flags_format(buf, size, flags, width);
	if (used < size)
		put(buf + used, size - used, signal);
}

/* The same of a clone. */
struct flags_cell {
	bool used;
	uint64_t flags;
	int exit_signal;
	bool signal_missing;
	int width;
	char text[FLAGS_TEXT_SIZE + SIGNAL_SIZE];
};

static void format_flags_cell(struct flags_cell *cell)
{
	char signal[SIGNAL_SIZE] = " ?";

	if (!cell->signal_missing)
		format_signal(signal, (uint32_t)cell->exit_signal);
	format_flags(cell->text, sizeof(cell->text), cell->flags, signal, cell->width);
}

static const char *flags_of(const struct cs_clone *rec, int width)
{
	static struct flags_cell known[16];
	struct flags_cell *cell =
		&known[hash(rec->flags ^ (uint64_t)width, sizeof(known) / sizeof(known[0]))];
	bool missing = is_missing(rec, CS_FACT_EXIT_SIGNAL);

	if (cell->used && cell->flags == rec->flags && cell->exit_signal == rec->exit_signal &&
	    cell->signal_missing == missing && cell->width == width)
		return cell->text;
	*cell = (struct flags_cell){
		.used = true,
		.flags = rec->flags,
		.exit_signal = rec->exit_signal,
		.signal_missing = missing,
		.width = width,
	};
	format_flags_cell(cell);
	return cell->text;
}

static bool is_restart(const struct cs_clone *rec)
{
	return outcome_of(rec) == OUTCOME_RESTARTED;
}

/* What the line had no room for. */
static void print_below(const struct view_options *options, const struct clone *clone,
			const struct tries_before *before)
{
	struct refusal_verdict verdict;
	char tries[TRIES_TEXT_SIZE];
	bool retried = tries_format(tries, sizeof(tries), before);

	if (retried)
		table_line(options, INK_ASIDE, tries);
	/* A restart says no more than that. */
	if (clone->rec->error && !(retried && is_restart(clone->rec))) {
		refusal_explain(clone, options->kernel, &verdict);
		table_refusal(options, &verdict);
	}
	if (options->phases && clone->phases)
		table_phases(options, clone->phases);
	if (options->verbose)
		table_detail(options, clone);
	else if (clone->detail && !clone->rec->error)
		table_life_child(options, clone);
}

/* A restart that says nothing new. */
static bool is_folded(const struct view_options *options, const struct cs_clone *rec,
		      const struct tries_before *before)
{
	return is_restart(rec) && !options->verbose && !tries_is_news(before);
}

#define LINE_SIZE                                                                                 \
	(sizeof(struct cells) + NAMES_TEXT_SIZE + 4 * NUMBER_SIZE + INKS_SIZE + FLAGS_TEXT_SIZE + \
	 SIGNAL_SIZE)

/*
 * A line up to the caller. Without printf(), whose formats were two thirds of what trace cost, and with each number
 * put where it is to be.
 */
static void begin_line(struct text *text, const struct view_options *options,
		       const struct cs_head *head, const struct cells *cells, uint32_t tid)
{
	bool negative = head->ts_ns < options->since_ns;
	uint64_t ns = negative ? options->since_ns - head->ts_ns : head->ts_ns - options->since_ns;

	text_put_seconds_right(text, TIME_WIDTH, (ns + 500) / 1000, negative);
	text_put(text, cells->comm);
	text_put_char(text, ' ');
	text_put_number_right(text, TID_WIDTH, tid);
}

/* In place of a child, why there is none. Returns how many bytes of it take no room. */
static size_t put_error(struct text *text, const struct view_options *options, int error,
			enum ink ink)
{
	char name[NAMES_TEXT_SIZE];

	errno_format(name, sizeof(name), error);
	return put_cell(text, options, &(struct cell){TID_WIDTH, name, ink});
}

static size_t put_child(struct text *text, const struct view_options *options,
			const struct cs_clone *rec)
{
	if (rec->error)
		return put_error(text, options, rec->error, is_restart(rec) ? INK_ASIDE : INK_BAD);
	text_put_char(text, ' ');
	text_put_number_right(text, TID_WIDTH, rec->child_tid);
	return 0;
}

static void put_us(struct text *text, const struct cs_clone *rec)
{
	text_put_char(text, ' ');
	if (is_missing(rec, CS_FACT_COPY_NS))
		text_put_right(text, US_WIDTH, "?");
	else
		text_put_number_right(text, US_WIDTH, (rec->copy_ns + 500) / 1000);
	text_put_char(text, ' ');
}

static void end_line(struct text *text, const struct view_options *options, const char *flags)
{
	text_put(text, flags);
	text_put_char(text, '\n');
	fwrite(text->buf, 1, text->length, options->out);
}

static void table_clone(const struct view_options *options, const struct clone *clone,
			const struct tries_before *before)
{
	const struct cs_clone *rec = clone->rec;
	char line[LINE_SIZE];
	struct text text = {.buf = line, .size = sizeof(line)};
	const struct cells *cells;
	size_t inks;
	int used;

	if (is_folded(options, rec, before))
		return;
	cells = cells_of(options, rec);
	begin_line(&text, options, &rec->head, cells, rec->tid);
	inks = cells->inks + put_child(&text, options, rec);
	text_put(&text, cells->places);
	put_us(&text, rec);
	used = (int)(text.length - inks);
	end_line(&text, options, flags_of(rec, flags_width(options, used)));
	print_below(options, clone, before);
}

/* What befell @child, from where a clone's line has the way in. */
static void print_event(const struct view_options *options, const struct cs_head *head,
			const char *comm, const char *caller, const char *child, enum ink ink,
			const char *text)
{
	char shown[4 * CS_COMM_LEN + 1];
	int used;

	format_comm(shown, sizeof(shown), comm, COMM_WIDTH);
	used = fprintf(options->out, "%*.6f %-*s %*s %*s ", TIME_WIDTH, seconds(options, head),
		       COMM_WIDTH, shown, TID_WIDTH, caller, TID_WIDTH, child);
	table_text(options, used > 0 ? (size_t)used : 0, ink, text);
}

static void table_returned(const struct view_options *options, const struct cs_return *rec)
{
	char caller[16], child[NAMES_TEXT_SIZE], text[TABLE_LIFE_SIZE];

	if (rec->error)
		errno_format(child, sizeof(child), rec->error);
	else
		snprintf(child, sizeof(child), "%" PRIu32, rec->child_tid);
	snprintf(caller, sizeof(caller), "%" PRIu32, rec->tid);
	table_return_format(text, sizeof(text), rec);
	print_event(options, &rec->head, rec->comm, caller, child, INK_NONE, text);
}

/* The columns of a clone; what it would have said of the child is "-". */
static void table_call(const struct view_options *options, const struct cs_call *rec)
{
	char flags[FLAGS_TEXT_SIZE + SIGNAL_SIZE] = "?", signal[SIGNAL_SIZE], line[LINE_SIZE];
	struct text text = {.buf = line, .size = sizeof(line)};
	struct refusal_verdict verdict;
	struct cells cells;
	size_t inks;
	int used;

	make_comm(&cells, options, rec->comm);
	make_places(&cells, options, via_name(rec->via), "-", INK_NONE, "-");
	begin_line(&text, options, &rec->head, &cells, rec->tid);
	inks = cells.inks + put_error(&text, options, rec->error, INK_BAD);
	text_put(&text, cells.places);
	put_cell(&text, options, &(struct cell){US_WIDTH, "-", INK_NONE});
	text_put_char(&text, ' ');
	used = (int)(text.length - inks);
	format_signal(signal, rec->exit_signal);
	if (rec->args_known)
		format_flags(flags, sizeof(flags), rec->flags, signal, flags_width(options, used));
	end_line(&text, options, flags);
	refusal_explain_call(rec, options->kernel, &verdict);
	table_refusal(options, &verdict);
	if (options->verbose)
		table_call_detail(options, rec);
}

/* A line of its own, with the task in the child's column, where the clone's line has it. */
static void table_life(const struct view_options *options, const struct cs_head *head,
		       const struct life *life, const struct cs_refusal *refusal)
{
	char task[16], text[TABLE_LIFE_SIZE];
	struct table_life line = {0};

	if (!table_life_wanted(options, head))
		return;
	table_life_of(&line, head, life);
	snprintf(task, sizeof(task), "%" PRIu32, line.tid);
	table_life_format(text, sizeof(text), options, head, life);
	print_event(options, head, line.comm, "", task, table_life_ink(head), text);
	if (head->kind == CS_KIND_NAMESPACES)
		table_life_namespaces(options, (const void *)head, refusal);
}

void table_lost(const struct view_options *options, enum loss loss, uint64_t count)
{
	(void)options;
	fprintf(stderr, "clonescope: %" PRIu64 " lost: %s\n", count, loss_sentence(loss));
}

void table_end(const struct view_options *options, const struct totals *totals,
	       const struct losses *losses)
{
	summary_totals(stderr, totals, losses);
	summary_nodes(stderr, totals);
	cost_print(stderr, options->cost);
}

static void table_story(const struct view_options *options, const struct story *story)
{
	story_print(stderr, story, options->since_ns, options->phases);
}

const struct view_ops view_table = {
	.begin = table_begin,
	.clone = table_clone,
	.returned = table_returned,
	.call = table_call,
	.life = table_life,
	.lost = table_lost,
	.end = table_end,
	.story = table_story,
};
