// SPDX-License-Identifier: GPL-2.0
/* Each clone as a tree of what the kernel did: every stage, why it went this way, and the time it took. */
#include "view/view.h"

#include <inttypes.h>
#include <string.h>

#include "model/branches.h"
#include "model/flags.h"
#include "model/names.h"
#include "model/outcome.h"
#include "model/refusal.h"
#include "model/stages.h"
#include "model/text.h"
#include "view/lines.h"

/* Eighty columns: where sentences begin and end, and the times beside them. */
#define SENTENCE_COLUMN 19
#define SENTENCE_WIDTH	50
#define US_WIDTH	7
#define HEAD_COLUMN	11

/* Instead of a time that nobody asked for, or that could not be learnt. */
#define NO_TIME UINT64_MAX

/* Each is three columns wide. */
struct glyphs {
	const char *fork, *last, *bar, *none;
};

static const struct glyphs ascii = {"|- ", "`- ", "|  ", "   "};
static const struct glyphs box = {"\u251c\u2500 ", "\u2514\u2500 ", "\u2502  ", "   "};

/* The tree of one clone while it is drawn. */
struct tree {
	const struct view_options *options;
	const struct glyphs *glyphs;
	const struct clone *clone;
	struct refusal_verdict verdict;
	bool last[3]; /* at each depth: nothing comes after this node */
};

/* Something stands above the next tree: an empty line is to be between. */
static bool printed;

static bool is_missing(const struct clone *clone, enum cs_fact fact)
{
	return clone->rec->missing & CS_MISSING(fact);
}

/* What leads to a node of @depth: on its @first line, or below it. Then its name, to where sentences begin. */
static void print_lead(const struct tree *tree, int depth, bool first, const char *name)
{
	const struct glyphs *glyphs = tree->glyphs;
	FILE *out = tree->options->out;

	fputs("  ", out);
	for (int i = 0; i < depth; i++) {
		if (i == depth - 1 && first)
			fputs(tree->last[i] ? glyphs->last : glyphs->fork, out);
		else
			fputs(tree->last[i] ? glyphs->none : glyphs->bar, out);
	}
	fprintf(out, "%-*s", SENTENCE_COLUMN - 2 - 3 * depth, first ? name : "");
}

static void print_line(FILE *out, const char *text, size_t length, uint64_t ns)
{
	if (ns == NO_TIME)
		fprintf(out, "%.*s\n", (int)length, text);
	else
		fprintf(out, "%-*.*s %*.1f us\n", SENTENCE_WIDTH, (int)length, text, US_WIDTH,
			(double)ns / 1e3);
}

/* One node: name, sentences, and its time on the first line. */
static void print_node(const struct tree *tree, int depth, const char *name,
		       const struct branches *branches, uint64_t ns)
{
	bool first = true;

	for (size_t i = 0; i < branches->count; i++) {
		const char *text = branches->text[i];

		do {
			size_t length = lines_fit(text, SENTENCE_WIDTH);

			print_lead(tree, depth, first, name);
			print_line(tree->options->out, text, length, first ? ns : NO_TIME);
			first = false;
			text = lines_rest(text, length);
		} while (*text);
	}
}

static void add_sentence(struct branches *branches, const char *sentence)
{
	if (branches->count == BRANCHES_MAX)
		branches->count--;
	snprintf(branches->text[branches->count++], BRANCHES_TEXT_SIZE, "%s", sentence);
}

/* Each with what speaks for it, as far as there is room. */
static void add_candidates(struct branches *branches, const struct refusal_verdict *verdict)
{
	char text[BRANCHES_TEXT_SIZE];
	size_t i, left;

	for (i = 0; i < verdict->count && branches->count < BRANCHES_MAX - 1; i++) {
		snprintf(text, sizeof(text), "%s %.900s (%s)", i ? "or" : "either",
			 verdict->reasons[i].sentence, rules_sense_text(verdict->reasons[i].sense));
		add_sentence(branches, text);
	}
	left = verdict->count - i + verdict->left_out;
	if (!left)
		return;
	snprintf(text, sizeof(text), "or %zu more", left);
	add_sentence(branches, text);
}

/* "refused: EAGAIN: pids.max 64 reached in /x"; a restart says so itself. */
static void add_verdict(struct branches *branches, const struct refusal_verdict *verdict)
{
	char line[BRANCHES_TEXT_SIZE - 16], whole[BRANCHES_TEXT_SIZE];

	if (verdict->outcome == REFUSAL_CANDIDATES && verdict->count > 1) {
		errno_format(line, sizeof(line), verdict->error);
		snprintf(whole, sizeof(whole), "refused: %s:", line);
		add_sentence(branches, whole);
		add_candidates(branches, verdict);
		return;
	}
	refusal_format(line, sizeof(line), verdict);
	snprintf(whole, sizeof(whole), "%s%s",
		 verdict->outcome == REFUSAL_RESTARTED ? "" : "refused: ", line);
	add_sentence(branches, whole);
}

static uint64_t stage_ns(const struct clone *clone, int stage)
{
	if (!clone->phases || !clone->phases->phase_ns[stage])
		return NO_TIME;
	return clone->phases->phase_ns[stage];
}

/* The last stage that was surely reached; -1: none is known to be. */
static int last_stage(const struct tree *tree)
{
	const struct refusal_verdict *verdict = &tree->verdict;

	if (!tree->clone->rec->error)
		return CS_STAGE_FINISH;
	if (!verdict->has_stages)
		return -1;
	if (verdict->first_stage == verdict->last_stage)
		return verdict->first_stage;
	return (int)verdict->first_stage - 1;
}

static bool is_drawn(const struct tree *tree, int stage)
{
	return !branches_is_namespace(stage) || branches_has_namespaces(tree->clone);
}

/* The types of namespaces hang below their stage. */
static void print_stage(struct tree *tree, int stage, int end, bool more)
{
	const struct refusal_verdict *verdict = &tree->verdict;
	bool below = branches_is_namespace(stage);
	const char *name = stage_name(stage);
	struct branches branches;

	branches_find(&branches, tree->clone, stage);
	/* Where it is all gone again, as the pid of a clone that is refused later. */
	if (!branches.count && stage_ns(tree->clone, stage) != NO_TIME)
		add_sentence(&branches, stage_text((enum cs_stage)stage));
	if (stage == end && tree->clone->rec->error && !more)
		add_verdict(&branches, verdict);
	if (below) {
		name += strlen("new_");
		tree->last[2] = stage == end || stage == CS_STAGE_NEW_TIME;
	} else {
		tree->last[1] = !more && (stage == end || (stage == CS_STAGE_NAMESPACES &&
							   branches_is_namespace(end)));
	}
	print_node(tree, below ? 3 : 2, name, &branches, stage_ns(tree->clone, stage));
}

/* Where the stage of a refusal isn't known. */
static void print_somewhere(struct tree *tree)
{
	const struct refusal_verdict *verdict = &tree->verdict;
	struct branches branches = {0};
	char text[128];

	if (verdict->has_stages) {
		snprintf(text, sizeof(text), "somewhere from %s to %s",
			 stage_name(verdict->first_stage), stage_name(verdict->last_stage));
		add_sentence(&branches, text);
	}
	add_verdict(&branches, verdict);
	tree->last[1] = true;
	print_node(tree, 2, "?", &branches, NO_TIME);
}

static void print_stages(struct tree *tree)
{
	const struct refusal_verdict *verdict = &tree->verdict;
	int end = last_stage(tree);
	bool more = tree->clone->rec->error &&
		    (!verdict->has_stages || verdict->first_stage != verdict->last_stage);

	for (int stage = 0; stage <= end; stage++)
		if (is_drawn(tree, stage))
			print_stage(tree, stage, end, more);
	if (more)
		print_somewhere(tree);
}

static const char *root_name(const struct cs_clone *rec)
{
	switch (rec->via) {
	case CS_VIA_KTHREAD:
		return "kernel_clone(), called by kernel_thread()";
	case CS_VIA_UMH:
		return "kernel_clone(), called by user_mode_thread()";
	case CS_VIA_IO_WORKER:
		return "create_io_thread()";
	case CS_VIA_VHOST:
		return "vhost_task_create()";
	default:
		return "kernel_clone()";
	}
}

static void print_copy_process(struct tree *tree)
{
	const struct clone *clone = tree->clone;
	uint64_t ns = is_missing(clone, CS_FACT_COPY_NS) ? NO_TIME : clone->rec->copy_ns;

	print_lead(tree, 1, true, "copy_process()");
	print_line(tree->options->out, "", 0, ns);
	print_stages(tree);
}

static void print_wake_up(struct tree *tree)
{
	const struct clone *clone = tree->clone;
	struct branches branches = {0};

	/* vhost_task_start() does it, whenever it wants. */
	if (clone->rec->via == CS_VIA_VHOST)
		return;
	add_sentence(&branches, "wake_up_new_task(): from now on it may run");
	print_node(tree, 1, "wake-up", &branches, NO_TIME);
	if (!(clone->rec->flags & CLONE_VFORK))
		return;
	branches.count = 0;
	add_sentence(&branches, "CLONE_VFORK set: the caller waits for exec or exit");
	print_node(tree, 1, "wait", &branches, NO_TIME);
}

static void print_outcome(struct tree *tree)
{
	const struct cs_clone *rec = tree->clone->rec;
	char error[NAMES_TEXT_SIZE];

	tree->last[0] = true;
	errno_format(error, sizeof(error), rec->error);
	print_lead(tree, 1, true, rec->error ? "returns" : "child");
	if (rec->error)
		fprintf(tree->options->out, "-%s\n", error);
	else
		fprintf(tree->options->out, "%" PRIu32 "\n", rec->child_tid);
}

static void print_head(const struct tree *tree)
{
	const struct cs_clone *rec = tree->clone->rec;
	double at = ((double)rec->head.ts_ns - (double)tree->options->since_ns) / 1e9;
	char comm[4 * CS_COMM_LEN + 1];
	char flags[FLAGS_TEXT_SIZE], signal[NAMES_TEXT_SIZE], text[2 * FLAGS_TEXT_SIZE];

	fprintf(tree->options->out, "%9.6f  %s, tid %" PRIu32 ", on CPU %" PRIu32 ", node %d: %s\n",
		at, text_quote(comm, sizeof(comm), rec->comm), rec->tid, rec->cpu, rec->cpu_node,
		via_name(rec->via));
	flags_format(flags, sizeof(flags), rec->flags, 0);
	signal_format(signal, sizeof(signal), rec->exit_signal);
	snprintf(text, sizeof(text), "%s, %s%s", rec->flags ? flags : "no flags",
		 rec->exit_signal || is_missing(tree->clone, CS_FACT_EXIT_SIGNAL)
			 ? "exit signal "
			 : "no exit signal",
		 is_missing(tree->clone, CS_FACT_EXIT_SIGNAL) ? "?"
		 : rec->exit_signal			      ? signal
							      : "");
	fprintf(tree->options->out, "%*s", HEAD_COLUMN, "");
	lines_wrap(tree->options->out, HEAD_COLUMN, LINES_WIDTH, text);
}

static void path_clone(const struct view_options *options, const struct clone *clone,
		       const struct tries_before *before)
{
	char tries[TRIES_TEXT_SIZE];
	struct tree tree = {
		.options = options,
		.glyphs = options->utf8 ? &box : &ascii,
		.clone = clone,
	};

	if (outcome_of(clone->rec) == OUTCOME_RESTARTED && !options->verbose &&
	    !tries_is_news(before))
		return;
	refusal_explain(clone, options->kernel, &tree.verdict);
	if (printed)
		fputc('\n', options->out);
	printed = true;
	print_head(&tree);
	if (tries_format(tries, sizeof(tries), before))
		fprintf(options->out, "%*s%s\n", HEAD_COLUMN, "", tries);
	fprintf(options->out, "  %s\n", root_name(clone->rec));
	print_copy_process(&tree);
	if (!clone->rec->error)
		print_wake_up(&tree);
	print_outcome(&tree);
}

static void path_begin(const struct view_options *options)
{
	(void)options;
	printed = false;
}

static void path_returned(const struct view_options *options, const struct cs_return *rec)
{
	printed = true;
	view_table.returned(options, rec);
}

static void path_call(const struct view_options *options, const struct cs_call *rec)
{
	printed = true;
	view_table.call(options, rec);
}

static void path_life(const struct view_options *options, const struct cs_head *head,
		      const struct life *life, const struct cs_refusal *refusal)
{
	printed = true;
	view_table.life(options, head, life, refusal);
}

static void path_lost(const struct view_options *options, enum loss loss, uint64_t count)
{
	view_table.lost(options, loss, count);
}

static void path_end(const struct view_options *options, const struct totals *totals,
		     const struct losses *losses)
{
	view_table.end(options, totals, losses);
}

static void path_story(const struct view_options *options, const struct story *story)
{
	view_table.story(options, story);
}

const struct view_ops view_path = {
	.begin = path_begin,
	.clone = path_clone,
	.returned = path_returned,
	.call = path_call,
	.life = path_life,
	.lost = path_lost,
	.end = path_end,
	.story = path_story,
};
