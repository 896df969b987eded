// SPDX-License-Identifier: GPL-2.0
/* The table's lines for -v: all that the record's own line had no room for. */
#include "view/table_parts.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "model/flags.h"
#include "model/names.h"
#include "model/policy.h"
#include "model/text.h"
#include "view/lines.h"

static bool is_missing(const struct cs_clone *rec, enum cs_fact fact)
{
	return rec->missing & CS_MISSING(fact);
}

static void print_policy(FILE *out, const char *label, const struct cs_policy *policy, bool missing)
{
	char text[POLICY_TEXT_SIZE];

	policy_format(text, sizeof(text), policy);
	lines_label(out, label);
	fprintf(out, "%s\n", missing ? "?" : text);
}

static void print_stack(FILE *out, const struct cs_clone *rec)
{
	lines_label(out, "kernel stack");
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
	lines_labelled(out, "not known", names);
}

static const char *yes_no(const struct cs_clone *rec, enum cs_fact fact, bool value)
{
	return is_missing(rec, fact) ? "?" : value ? "yes" : "no";
}

static void print_caller(FILE *out, const struct cs_clone *rec)
{
	char comm[4 * CS_COMM_LEN + 1];

	lines_label(out, "caller");
	fprintf(out, "%s tid %" PRIu32 " tgid %" PRIu32 " uid %" PRIu32 " cpu %" PRIu32 "\n",
		text_quote(comm, sizeof(comm), rec->comm), rec->tid, rec->tgid, rec->uid, rec->cpu);
	lines_label(out, "");
	fprintf(out, "started %.6f s after boot\n", (double)rec->start_ns / 1e9);
}

static void print_flags(FILE *out, const struct cs_clone *rec)
{
	char flags[FLAGS_TEXT_SIZE], signal[NAMES_TEXT_SIZE];

	flags_format(flags, sizeof(flags), rec->flags, 0);
	signal_format(signal, sizeof(signal), rec->exit_signal);
	lines_labelled(out, "flags", flags);
	lines_label(out, "exit signal");
	fprintf(out, "%s\n", is_missing(rec, CS_FACT_EXIT_SIGNAL) ? "?" : signal);
	lines_label(out, "kernel_clone");
	fprintf(out, "%s\n", yes_no(rec, CS_FACT_KERNEL_CLONE, rec->kernel_clone));
}

static void print_child(FILE *out, const struct cs_clone *rec)
{
	lines_label(out, "child");
	fprintf(out, "tid %" PRIu32 " tgid %" PRIu32 " started %.6f s after boot\n", rec->child_tid,
		rec->child_tgid, (double)rec->child_start_ns / 1e9);
}

static void print_copied(FILE *out, const struct cs_clone *rec)
{
	lines_label(out, "policies copied");
	fprintf(out, "the task's: %s; of VMAs: ",
		yes_no(rec, CS_FACT_POLICY_COPIED, rec->policy_copied));
	if (is_missing(rec, CS_FACT_VMA_POLICIES))
		fprintf(out, "?\n");
	else
		fprintf(out, "%" PRIu32 "\n", rec->vma_policies);
}

void table_detail(const struct view_options *options, const struct clone *clone)
{
	const struct cs_clone *rec = clone->rec;
	FILE *out = options->out;

	print_caller(out, rec);
	print_flags(out, rec);
	if (clone->detail)
		table_detail_request(out, clone);
	if (!rec->error)
		print_child(out, rec);
	if (!rec->error && clone->detail)
		table_detail_child(out, rec, clone->detail);
	print_stack(out, rec);
	print_policy(out, "policy", &rec->policy, is_missing(rec, CS_FACT_POLICY));
	if (!rec->error)
		print_policy(out, "child's policy", &rec->child_policy,
			     is_missing(rec, CS_FACT_CHILD_POLICY));
	print_copied(out, rec);
	print_missing(out, rec);
}

/* A field of clone_args, as it was passed. */
static void print_arg(FILE *out, const char *label, uint64_t value)
{
	lines_label(out, label);
	fprintf(out, "0x%" PRIx64 "\n", value);
}

void table_call_detail(const struct view_options *options, const struct cs_call *rec)
{
	FILE *out = options->out;
	char comm[4 * CS_COMM_LEN + 1], flags[FLAGS_TEXT_SIZE];

	lines_label(out, "caller");
	fprintf(out, "%s tid %" PRIu32 " tgid %" PRIu32 " uid %" PRIu32 "\n",
		text_quote(comm, sizeof(comm), rec->comm), rec->tid, rec->tgid, rec->uid);
	lines_labelled(out, "system call",
		       rec->entered ? "entered" : "refused before it was entered");
	if (!rec->args_known) {
		lines_labelled(out, "arguments", "?");
		return;
	}
	flags_format(flags, sizeof(flags), rec->flags, 0);
	lines_labelled(out, "flags", flags);
	print_arg(out, "exit signal", rec->exit_signal);
	print_arg(out, "stack", rec->stack);
	if (rec->via != CS_VIA_CLONE3)
		return;
	print_arg(out, "stack_size", rec->stack_size);
	lines_label(out, "clone_args size");
	fprintf(out, "%" PRIu64 "\n", (uint64_t)rec->args_size);
	lines_label(out, "set_tid");
	fprintf(out, "%s, %" PRIu64 " of them\n", rec->has_set_tid ? "set" : "not set",
		(uint64_t)rec->set_tid_size);
	print_arg(out, "pidfd", rec->pidfd);
	print_arg(out, "parent_tid", rec->parent_tid);
	lines_label(out, "cgroup");
	fprintf(out, "%" PRIu64 "\n", (uint64_t)rec->cgroup);
}
