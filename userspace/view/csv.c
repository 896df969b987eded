// SPDX-License-Identifier: GPL-2.0
/* One row per clone, for spreadsheets and statistics (RFC 4180); a fact not learnt is an empty field. */
#include "view/view.h"

#include <inttypes.h>
#include <string.h>

#include "model/container.h"
#include "model/flags.h"
#include "model/names.h"
#include "model/nodes.h"
#include "model/policy.h"
#include "model/refusal.h"
#include "model/stages.h"
#include "model/text.h"
#include "view/ignore.h"
#include "view/tree_parts.h"

static const char header[] =
	"ts_ns,comm,tid,tgid,uid,cpu,via,flags,exit_signal,error,child_tid,child_tgid,copy_ns,"
	"node_requested,cpu_node,task_node,stack_nodes,nodes_disagree,policy,child_policy,"
	"slowest_stage,slowest_stage_ns,cgroup,container,refusal\n";

static bool is_missing(const struct cs_clone *rec, enum cs_fact fact)
{
	return rec->missing & CS_MISSING(fact);
}

static void csv_begin(const struct view_options *options)
{
	fputs(header, options->out);
}

static void put_number(FILE *out, bool known, int64_t number)
{
	if (known)
		fprintf(out, ",%" PRId64, number);
	else
		fputc(',', out);
}

/*
 * @text is of printable ASCII (text_quote()). A spreadsheet runs what begins with one of these as a formula, so
 * it gets a ' before it, and so does what begins with a ' itself. Where a ';' separates, not a ',', the rest of
 * a field would begin another: so it is written as the other bytes are that are not what they seem.
 */
static void put_text(FILE *out, const char *text)
{
	fputs(",\"", out);
	if (text[0] && strchr("=+-@'", text[0]))
		fputc('\'', out);
	for (; *text; text++) {
		if (*text == ';')
			fputs("\\x3b", out);
		else
			putc(*text, out);
		if (*text == '"')
			putc('"', out);
	}
	fputc('"', out);
}

static void put_hostile(FILE *out, const char *text, size_t size)
{
	char whole[CS_PATH_LEN + 1], quoted[4 * CS_PATH_LEN + 1];

	snprintf(whole, sizeof(whole), "%.*s", (int)size, text);
	put_text(out, text_quote(quoted, sizeof(quoted), whole));
}

static void put_request(FILE *out, const struct cs_clone *rec)
{
	char flags[FLAGS_TEXT_SIZE] = "", signal[NAMES_TEXT_SIZE] = "";

	if (rec->flags)
		flags_format(flags, sizeof(flags), rec->flags, 0);
	if (!is_missing(rec, CS_FACT_EXIT_SIGNAL) && rec->exit_signal)
		signal_format(signal, sizeof(signal), rec->exit_signal);
	put_text(out, is_missing(rec, CS_FACT_VIA) ? "" : via_name(rec->via));
	put_text(out, flags);
	put_text(out, signal);
}

static void put_outcome(FILE *out, const struct cs_clone *rec)
{
	char error[NAMES_TEXT_SIZE] = "";

	if (rec->error)
		errno_format(error, sizeof(error), rec->error);
	put_text(out, error);
	put_number(out, !rec->error, rec->child_tid);
	put_number(out, !rec->error, rec->child_tgid);
	put_number(out, !is_missing(rec, CS_FACT_COPY_NS), (int64_t)rec->copy_ns);
}

/* Nodes as JSON has them: -1 no preference, -2 never allocated. */
static void put_nodes(FILE *out, const struct cs_clone *rec)
{
	char pages[NODES_TEXT_SIZE] = "";
	enum nodes_verdict verdict = nodes_check(rec);
	struct nodes_stack stack;

	nodes_stack(rec, &stack);
	if (stack.count)
		nodes_format_stack(pages, sizeof(pages), &stack);
	put_number(out, !is_missing(rec, CS_FACT_NODE_REQUESTED), rec->node_requested);
	put_number(out, true, rec->cpu_node);
	put_number(out, !is_missing(rec, CS_FACT_TASK_NODE), rec->task_node);
	put_text(out, pages);
	put_number(out, verdict != NODES_UNKNOWN, verdict == NODES_DISAGREE);
}

static void put_policy(FILE *out, bool known, const struct cs_policy *policy)
{
	char buf[POLICY_TEXT_SIZE] = "";

	if (known)
		policy_format(buf, sizeof(buf), policy);
	put_text(out, buf);
}

static void put_phases(FILE *out, const struct cs_phases *phases)
{
	int slowest = 0;

	for (int stage = 0; phases && stage < CS_STAGE_COUNT; stage++)
		if (phases->phase_ns[stage] > phases->phase_ns[slowest])
			slowest = stage;
	put_text(out, phases ? stage_name((enum cs_stage)slowest) : "");
	put_number(out, phases, phases ? phases->phase_ns[slowest] : 0);
}

static void put_cgroup(FILE *out, const struct clone *clone)
{
	const struct cs_detail *detail = clone->detail;
	struct container container;

	if (!clone_cgroup(clone)) {
		fputs(",\"\",\"\"", out);
		return;
	}
	put_hostile(out, detail->cgroup, sizeof(detail->cgroup));
	container_find(&container, detail->cgroup);
	put_text(out, container.id);
}

static void put_refusal(const struct view_options *options, const struct clone *clone)
{
	struct refusal_verdict verdict;
	char line[REFUSAL_LINE_SIZE] = "";

	if (clone->rec->error) {
		refusal_explain(clone, options->kernel, &verdict);
		refusal_format(line, sizeof(line), &verdict);
	}
	put_text(options->out, line);
}

static void csv_clone(const struct view_options *options, const struct clone *clone,
		      const struct tries_before *before)
{
	const struct cs_clone *rec = clone->rec;
	FILE *out = options->out;

	(void)before;
	fprintf(out, "%" PRIu64, (uint64_t)rec->head.ts_ns);
	put_hostile(out, rec->comm, sizeof(rec->comm));
	put_number(out, true, rec->tid);
	put_number(out, true, rec->tgid);
	put_number(out, true, rec->uid);
	put_number(out, true, rec->cpu);
	put_request(out, rec);
	put_outcome(out, rec);
	put_nodes(out, rec);
	put_policy(out, !is_missing(rec, CS_FACT_POLICY), &rec->policy);
	put_policy(out, !rec->error && !is_missing(rec, CS_FACT_CHILD_POLICY), &rec->child_policy);
	put_phases(out, clone->phases);
	put_cgroup(out, clone);
	put_refusal(options, clone);
	fputc('\n', out);
}

static void csv_end(const struct view_options *options, const struct totals *totals,
		    const struct losses *losses)
{
	(void)options;
	(void)totals;
	(void)losses;
}

const struct view_ops view_csv = {
	.begin = csv_begin,
	.clone = csv_clone,
	.returned = ignore_returned,
	.call = ignore_call,
	.life = ignore_life,
	.lost = tree_lost,
	.end = csv_end,
};
