// SPDX-License-Identifier: GPL-2.0
/* One aligned line per clone, for people: eighty columns, no two of them ever merged. */
#include "view/view.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "model/flags.h"
#include "model/names.h"
#include "model/nodes.h"
#include "model/outcome.h"
#include "model/policy.h"
#include "model/text.h"
#include "view/summary.h"

/* Widths of the columns before FLAGS, which takes the rest. A wider value pushes, it never merges. */
#define TIME_WIDTH   9
#define COMM_WIDTH   12
#define TID_WIDTH    6
#define VIA_WIDTH    7
#define NODES_WIDTH  8
#define POLICY_WIDTH 7
#define US_WIDTH     5

static bool is_missing(const struct cs_clone *rec, enum cs_fact fact)
{
	return rec->missing & CS_MISSING(fact);
}

static void table_begin(const struct view_options *options)
{
	fprintf(options->out, "%*s %-*s %*s %*s %-*s %-*s %-*s %*s %s\n", TIME_WIDTH, "TIME",
		COMM_WIDTH, "COMM", TID_WIDTH, "CALLER", TID_WIDTH, "CHILD", VIA_WIDTH, "VIA",
		NODES_WIDTH, "R/C/T/S", POLICY_WIDTH, "POLICY", US_WIDTH, "US", "FLAGS");
}

/* A name that doesn't fit ends in "~". */
static void format_comm(char *buf, size_t size, const char *comm, int width)
{
	char quoted[4 * CS_COMM_LEN + 1];

	text_quote(quoted, sizeof(quoted), comm);
	if (strlen(quoted) > (size_t)width)
		snprintf(buf, size, "%.*s~", width - 1, quoted);
	else
		snprintf(buf, size, "%s", quoted);
}

/* The child's tid, or in its place why there is none. */
static void format_child(char *buf, size_t size, const struct cs_clone *rec)
{
	if (rec->error)
		errno_format(buf, size, rec->error);
	else
		snprintf(buf, size, "%" PRIu32, rec->child_tid);
}

static void format_node(char *buf, size_t size, bool missing, int node)
{
	if (missing)
		snprintf(buf, size, "?");
	else if (node < 0)
		snprintf(buf, size, "-");
	else
		snprintf(buf, size, "%d", node);
}

/* requested/CPU/task_struct/stack, and a mark where they disagree. */
static void format_nodes(char *buf, size_t size, const struct cs_clone *rec)
{
	char requested[8], task[8], stack[NODES_TEXT_SIZE];
	struct nodes_stack pages;

	nodes_stack(rec, &pages);
	nodes_format_stack(stack, sizeof(stack), &pages);
	format_node(requested, sizeof(requested), is_missing(rec, CS_FACT_NODE_REQUESTED),
		    rec->node_requested);
	format_node(task, sizeof(task), is_missing(rec, CS_FACT_TASK_NODE), rec->task_node);
	snprintf(buf, size, "%s/%d/%s/%s%s", requested, rec->cpu_node, task, stack,
		 nodes_check(rec) == NODES_DISAGREE ? "!" : "");
}

/* The child's policy; "*" where it is not the caller's. */
static void format_policy(char *buf, size_t size, const struct cs_clone *rec)
{
	const struct cs_policy *policy = rec->error ? &rec->policy : &rec->child_policy;
	bool differs = !rec->error && !policy_equal(&rec->policy, &rec->child_policy);
	char text[POLICY_TEXT_SIZE];

	if (is_missing(rec, rec->error ? CS_FACT_POLICY : CS_FACT_CHILD_POLICY)) {
		snprintf(buf, size, "?");
		return;
	}
	policy_format(text, sizeof(text), policy);
	snprintf(buf, size, "%s%s", policy_is_default(policy) ? "-" : text, differs ? "*" : "");
}

static void format_us(char *buf, size_t size, const struct cs_clone *rec)
{
	if (is_missing(rec, CS_FACT_COPY_NS))
		snprintf(buf, size, "?");
	else
		snprintf(buf, size, "%" PRIu64, (uint64_t)((rec->copy_ns + 500) / 1000));
}

/* Flags, and the exit signal where it is not the usual one. */
static void format_flags(char *buf, size_t size, const struct cs_clone *rec, int width)
{
	char signal[NAMES_TEXT_SIZE] = "";
	size_t used = 0;

	if (is_missing(rec, CS_FACT_EXIT_SIGNAL))
		snprintf(signal, sizeof(signal), " ?");
	else if (rec->exit_signal && rec->exit_signal != 17) {
		signal[0] = ' ';
		signal_format(signal + 1, sizeof(signal) - 1, rec->exit_signal);
	}
	if (width > 0)
		width = width > (int)strlen(signal) + 1 ? width - (int)strlen(signal) : 1;
	used = flags_format(buf, size, rec->flags, width);
	if (used < size)
		snprintf(buf + used, size - used, "%s", signal);
}

/* How a line of -v begins: its label, and where its text starts. */
#define LABEL_COLUMN 10
#define TEXT_COLUMN  26

static void print_label(FILE *out, const char *label)
{
	fprintf(out, "%*s%-*s", LABEL_COLUMN, "", TEXT_COLUMN - LABEL_COLUMN, label);
}

/* Names joined by '|', broken after one where a line would pass eighty columns. */
static void print_names(FILE *out, const char *label, const char *names)
{
	int column = TEXT_COLUMN;

	print_label(out, label);
	while (*names) {
		int length = (int)strcspn(names, "|");

		length += names[length] == '|';
		if (column > TEXT_COLUMN && column + length > 80) {
			fprintf(out, "\n%*s", TEXT_COLUMN, "");
			column = TEXT_COLUMN;
		}
		fprintf(out, "%.*s", length, names);
		column += length;
		names += length;
	}
	fputc('\n', out);
}

static void print_policy(FILE *out, const char *label, const struct cs_policy *policy, bool missing)
{
	char text[POLICY_TEXT_SIZE];

	policy_format(text, sizeof(text), policy);
	print_label(out, label);
	fprintf(out, "%s\n", missing ? "?" : text);
}

static void print_stack(FILE *out, const struct cs_clone *rec)
{
	print_label(out, "stack");
	if (is_missing(rec, CS_FACT_STACK_NODES))
		fprintf(out, "?\n");
	else if (!rec->stack_pages)
		fprintf(out, "none\n");
	else {
		fprintf(out, "%s, nodes of its pages:", stack_origin_name(rec->stack_origin));
		for (int i = 0; i < rec->stack_pages; i++)
			fprintf(out, " %d", rec->stack_nodes[i]);
		fputc('\n', out);
	}
}

static void print_missing(FILE *out, const struct cs_clone *rec)
{
	char names[512] = "";

	if (!rec->missing)
		return;
	for (int fact = 0; fact < CS_FACT_COUNT; fact++)
		if (is_missing(rec, fact))
			snprintf(names + strlen(names), sizeof(names) - strlen(names), "%s%s",
				 names[0] ? "|" : "", fact_name(fact));
	print_names(out, "not known", names);
}

static const char *yes_no(const struct cs_clone *rec, enum cs_fact fact, bool value)
{
	return is_missing(rec, fact) ? "?" : value ? "yes" : "no";
}

static void print_caller(FILE *out, const struct cs_clone *rec)
{
	char comm[4 * CS_COMM_LEN + 1];

	print_label(out, "caller");
	fprintf(out, "%s tid %" PRIu32 " tgid %" PRIu32 " uid %" PRIu32 " cpu %" PRIu32 "\n",
		text_quote(comm, sizeof(comm), rec->comm), rec->tid, rec->tgid, rec->uid, rec->cpu);
	print_label(out, "");
	fprintf(out, "started %.6f s after boot\n", (double)rec->start_ns / 1e9);
}

static void print_request(FILE *out, const struct cs_clone *rec)
{
	char flags[FLAGS_TEXT_SIZE], signal[NAMES_TEXT_SIZE];

	flags_format(flags, sizeof(flags), rec->flags, 0);
	signal_format(signal, sizeof(signal), rec->exit_signal);
	print_names(out, "flags", flags);
	print_label(out, "exit signal");
	fprintf(out, "%s\n", is_missing(rec, CS_FACT_EXIT_SIGNAL) ? "?" : signal);
	print_label(out, "kernel_clone");
	fprintf(out, "%s\n", yes_no(rec, CS_FACT_KERNEL_CLONE, rec->kernel_clone));
}

static void print_child(FILE *out, const struct cs_clone *rec)
{
	print_label(out, "child");
	fprintf(out, "tid %" PRIu32 " tgid %" PRIu32 " started %.6f s after boot\n", rec->child_tid,
		rec->child_tgid, (double)rec->child_start_ns / 1e9);
}

static void print_copied(FILE *out, const struct cs_clone *rec)
{
	print_label(out, "policies copied");
	fprintf(out, "the task's: %s; of VMAs: ",
		yes_no(rec, CS_FACT_POLICY_COPIED, rec->policy_copied));
	if (is_missing(rec, CS_FACT_VMA_POLICIES))
		fprintf(out, "?\n");
	else
		fprintf(out, "%" PRIu32 "\n", rec->vma_policies);
}

/* -v: all that the line had no room for. */
static void print_rest(FILE *out, const struct cs_clone *rec)
{
	print_caller(out, rec);
	print_request(out, rec);
	if (!rec->error)
		print_child(out, rec);
	print_stack(out, rec);
	print_policy(out, "policy", &rec->policy, is_missing(rec, CS_FACT_POLICY));
	if (!rec->error)
		print_policy(out, "child's policy", &rec->child_policy,
			     is_missing(rec, CS_FACT_CHILD_POLICY));
	print_copied(out, rec);
	print_missing(out, rec);
}

static void table_clone(const struct view_options *options, const struct clone *clone)
{
	const struct cs_clone *rec = clone->rec;
	char comm[4 * CS_COMM_LEN + 1], child[NAMES_TEXT_SIZE], nodes[NODES_TEXT_SIZE + 32];
	char policy[POLICY_TEXT_SIZE + 1], us[24], flags[FLAGS_TEXT_SIZE + NAMES_TEXT_SIZE];
	double at = ((double)rec->head.ts_ns - (double)options->since_ns) / 1e9;
	int used;

	format_comm(comm, sizeof(comm), rec->comm, COMM_WIDTH);
	format_child(child, sizeof(child), rec);
	format_nodes(nodes, sizeof(nodes), rec);
	format_policy(policy, sizeof(policy), rec);
	format_us(us, sizeof(us), rec);
	used = fprintf(options->out, "%*.6f %-*s %*" PRIu32 " %*s %-*s %-*s %-*s %*s ", TIME_WIDTH,
		       at, COMM_WIDTH, comm, TID_WIDTH, rec->tid, TID_WIDTH, child, VIA_WIDTH,
		       via_name(rec->via), NODES_WIDTH, nodes, POLICY_WIDTH, policy, US_WIDTH, us);
	format_flags(flags, sizeof(flags), rec,
		     options->width ? (options->width > used ? options->width - used : 1) : 0);
	fprintf(options->out, "%s\n", flags);
	if (options->verbose)
		print_rest(options->out, rec);
}

static void table_returned(const struct view_options *options, const struct cs_return *rec)
{
	char comm[4 * CS_COMM_LEN + 1], child[NAMES_TEXT_SIZE];
	double at = ((double)rec->head.ts_ns - (double)options->since_ns) / 1e9;

	format_comm(comm, sizeof(comm), rec->comm, COMM_WIDTH);
	if (rec->error)
		errno_format(child, sizeof(child), rec->error);
	else
		snprintf(child, sizeof(child), "%" PRIu32, rec->child_tid);
	fprintf(options->out, "%*.6f %-*s %*" PRIu32 " %*s returned: kernel_clone took %.1f us",
		TIME_WIDTH, at, COMM_WIDTH, comm, TID_WIDTH, rec->tid, TID_WIDTH, child,
		(double)rec->clone_ns / 1e3);
	if (!rec->copy_ns)
		fprintf(options->out, " and refused by itself");
	if (rec->vfork_ns)
		fprintf(options->out, ", vfork held it %.1f us", (double)rec->vfork_ns / 1e3);
	fputc('\n', options->out);
}

static void table_call(const struct view_options *options, const struct cs_call *rec)
{
	(void)options;
	(void)rec;
}

static void table_life(const struct view_options *options, const struct cs_head *head)
{
	(void)options;
	(void)head;
}

static void table_lost(const struct view_options *options, enum loss loss, uint64_t count)
{
	(void)options;
	fprintf(stderr, "clonescope: %" PRIu64 " lost: %s\n", count, loss_sentence(loss));
}

/* The records are on standard output; what sums them up is not one of them. */
static void table_end(const struct view_options *options, const struct totals *totals,
		      const struct losses *losses)
{
	(void)options;
	summary_totals(stderr, totals, losses);
	summary_nodes(stderr, totals);
}

const struct view_ops view_table = {
	.begin = table_begin,
	.clone = table_clone,
	.returned = table_returned,
	.call = table_call,
	.life = table_life,
	.lost = table_lost,
	.end = table_end,
};
