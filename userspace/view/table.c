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

/* The child's tid, or in its place why there is none. */
static void format_child(char *buf, size_t size, const struct cs_clone *rec)
{
	if (rec->error)
		errno_format(buf, size, rec->error);
	else
		put_number(buf, size, rec->child_tid);
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

/* What many clones have in common, as text. */
struct cells {
	bool used;
	struct cs_clone of; /* the first that had them */
	char comm[4 * CS_COMM_LEN + 1];
	char nodes[NODES_TEXT_SIZE + 32];
	char policy[POLICY_TEXT_SIZE + 1];
};

/* From where a clone's nodes and policies begin, its record is about nothing else. */
#define PLACES_AT   offsetof(struct cs_clone, cpu_node)
#define PLACES_SIZE (sizeof(struct cs_clone) - PLACES_AT)

static bool same_cells(const struct cells *cells, const struct cs_clone *rec)
{
	const struct cs_clone *of = &cells->of;

	return cells->used && of->missing == rec->missing && !of->error == !rec->error &&
	       !memcmp(of->comm, rec->comm, sizeof(rec->comm)) &&
	       !memcmp((const char *)of + PLACES_AT, (const char *)rec + PLACES_AT, PLACES_SIZE);
}

static size_t hash(uint64_t word, size_t size)
{
	return (word * 0x9e3779b97f4a7c15ULL >> 32) % size;
}

/* To make them anew for each clone was a third of what trace cost. */
static const struct cells *cells_of(const struct cs_clone *rec)
{
	static struct cells known[16];
	struct cells *cells;
	uint64_t word;

	memcpy(&word, rec->comm, sizeof(word));
	word ^= (uint64_t)rec->cpu_node << 32 ^ (uint64_t)rec->stack_nodes[0];
	cells = &known[hash(word, sizeof(known) / sizeof(known[0]))];
	if (same_cells(cells, rec))
		return cells;
	memset(cells, 0, sizeof(*cells));
	cells->used = true;
	cells->of = *rec;
	format_comm(cells->comm, sizeof(cells->comm), rec->comm, COMM_WIDTH);
	format_nodes(cells->nodes, sizeof(cells->nodes), rec);
	format_policy(cells->policy, sizeof(cells->policy), rec);
	return cells;
}

static void format_us(char *buf, size_t size, const struct cs_clone *rec)
{
	if (is_missing(rec, CS_FACT_COPY_NS))
		put(buf, size, "?");
	else
		put_number(buf, size, (rec->copy_ns + 500) / 1000);
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

/* What every clone's line has before its flags, as text. */
struct columns {
	const struct cs_head *head;
	const char *comm;
	uint32_t tid;
	const char *child, *via, *nodes, *policy, *us;
	enum ink child_ink, nodes_ink, policy_ink;
};

/* Of three cells. */
#define INKS_SIZE 64

#define COLUMNS_SIZE                                                                  \
	(4 * CS_COMM_LEN + 2 * NAMES_TEXT_SIZE + NODES_TEXT_SIZE + POLICY_TEXT_SIZE + \
	 4 * NUMBER_SIZE + INKS_SIZE)

static void put_time(struct text *text, const struct view_options *options,
		     const struct cs_head *head)
{
	bool negative = head->ts_ns < options->since_ns;
	uint64_t ns = negative ? options->since_ns - head->ts_ns : head->ts_ns - options->since_ns;
	char time[2 * NUMBER_SIZE], fraction[NUMBER_SIZE];
	struct text number = {.buf = time, .size = sizeof(time)};
	uint64_t us = (ns + 500) / 1000;

	put_number(fraction, sizeof(fraction), 1000000 + us % 1000000);
	fraction[0] = '.';
	if (negative)
		text_put_char(&number, '-');
	text_put_number(&number, us / 1000000);
	text_put(&number, fraction);
	text_put_right(text, TIME_WIDTH, time);
}

static size_t put_ink(struct text *text, const char *sequence)
{
	text_put(text, sequence);
	return strlen(sequence);
}

/*
 * Prints them, and a blank for what follows; returns how wide that is. Without printf(), whose formats
 * were two thirds of what trace cost.
 */
static int print_columns(const struct view_options *options, const struct columns *columns)
{
	char line[COLUMNS_SIZE], tid[NUMBER_SIZE];
	struct text text = {.buf = line, .size = sizeof(line)};
	const struct {
		int width; /* negative: at the left */
		const char *word;
		enum ink ink;
	} cells[] = {
		{-COMM_WIDTH, columns->comm, INK_NONE},
		{TID_WIDTH, tid, INK_NONE},
		{TID_WIDTH, columns->child, columns->child_ink},
		{-VIA_WIDTH, columns->via, INK_NONE},
		{-NODES_WIDTH, columns->nodes, columns->nodes_ink},
		{-POLICY_WIDTH, columns->policy, columns->policy_ink},
		{US_WIDTH, columns->us, INK_NONE},
	};
	size_t inks = 0; /* bytes that take no room */

	put_number(tid, sizeof(tid), columns->tid);
	put_time(&text, options, columns->head);
	for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++) {
		text_put_char(&text, ' ');
		if (cells[i].ink)
			inks += put_ink(&text, ink_begin(options, cells[i].ink));
		if (cells[i].width < 0)
			text_put_left(&text, (size_t)-cells[i].width, cells[i].word);
		else
			text_put_right(&text, (size_t)cells[i].width, cells[i].word);
		if (cells[i].ink)
			inks += put_ink(&text, ink_end(options, cells[i].ink));
	}
	text_put_char(&text, ' ');
	fputs(line, options->out);
	return (int)(text.length - inks);
}

static void choose_inks(struct columns *columns, const struct cs_clone *rec)
{
	size_t length = strlen(columns->policy);

	if (rec->error)
		columns->child_ink = is_restart(rec) ? INK_ASIDE : INK_BAD;
	if (nodes_check(rec) == NODES_DISAGREE)
		columns->nodes_ink = INK_DOUBTFUL;
	if (length && columns->policy[length - 1] == '*')
		columns->policy_ink = INK_DIFFERS;
}

static void print_flags(const struct view_options *options, const char *flags)
{
	fputs(flags, options->out);
	fputc('\n', options->out);
}

static void table_clone(const struct view_options *options, const struct clone *clone,
			const struct tries_before *before)
{
	const struct cs_clone *rec = clone->rec;
	char child[NAMES_TEXT_SIZE], us[NUMBER_SIZE];
	struct columns columns = {
		.head = &rec->head,
		.tid = rec->tid,
		.child = child,
		.via = via_name(rec->via),
		.us = us,
	};
	const struct cells *cells;
	int used;

	if (is_folded(options, rec, before))
		return;
	cells = cells_of(rec);
	columns.comm = cells->comm;
	columns.nodes = cells->nodes;
	columns.policy = cells->policy;
	format_child(child, sizeof(child), rec);
	format_us(us, sizeof(us), rec);
	if (options->color)
		choose_inks(&columns, rec);
	used = print_columns(options, &columns);
	print_flags(options, flags_of(rec, flags_width(options, used)));
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
	char comm[4 * CS_COMM_LEN + 1], error[NAMES_TEXT_SIZE];
	char flags[FLAGS_TEXT_SIZE + SIGNAL_SIZE] = "?", signal[SIGNAL_SIZE];
	const struct columns columns = {
		.head = &rec->head,
		.comm = comm,
		.tid = rec->tid,
		.child = error,
		.child_ink = INK_BAD,
		.via = via_name(rec->via),
		.nodes = "-",
		.policy = "-",
		.us = "-",
	};
	struct refusal_verdict verdict;
	int used;

	format_comm(comm, sizeof(comm), rec->comm, COMM_WIDTH);
	errno_format(error, sizeof(error), rec->error);
	used = print_columns(options, &columns);
	format_signal(signal, rec->exit_signal);
	if (rec->args_known)
		format_flags(flags, sizeof(flags), rec->flags, signal, flags_width(options, used));
	print_flags(options, flags);
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
