// SPDX-License-Identifier: GPL-2.0
/* A recording summed up as one JSON object: what the page says, without its limits. */
#include "view/view.h"

#include <stdlib.h>
#include <string.h>

#include "model/digest.h"
#include "model/names.h"
#include "model/policy.h"
#include "model/stages.h"
#include "recording/recording.h"
#include "view/ignore.h"
#include "view/json_values.h"
#include "view/json_write.h"
#include "view/report_parts.h"
#include "view/utf8.h"

static struct digest *digest;

static void report_begin(const struct view_options *options)
{
	(void)options;
	digest = report_digest_new();
}

static void report_clone(const struct view_options *options, const struct clone *clone,
			 const struct tries_before *before)
{
	digest_add_clone(digest, clone, before, options->kernel);
}

static void report_call(const struct view_options *options, const struct cs_call *rec)
{
	digest_add_call(digest, rec, options->kernel);
}

static void report_life(const struct view_options *options, const struct cs_head *head,
			const struct life *life, const struct cs_refusal *refusal)
{
	(void)life;
	digest_add_life(digest, head, refusal, options->kernel);
}

/* They are in the object. */
static void report_lost(const struct view_options *options, enum loss loss, uint64_t count)
{
	(void)options;
	(void)loss;
	(void)count;
}

/* Made valid UTF-8, however long; null where everything was recorded. */
static json_t *command_json(const char *command)
{
	size_t length = command ? strlen(command) : 0;
	char *valid = length ? malloc(UTF8_SIZE(length)) : NULL;
	json_t *text;

	if (!valid)
		return json_null();
	utf8_replace(valid, UTF8_SIZE(length), command, length);
	text = json_string(valid);
	free(valid);
	return text;
}

/* Null where nothing was recorded: it happens now. */
static json_t *recording_json(const struct recording_info *info)
{
	if (!info)
		return json_null();
	return json_pack("{s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:b}", "files",
			 (json_int_t)info->files, "host", json_text(info->host, sizeof(info->host)),
			 "release", json_text(info->release, sizeof(info->release)), "backend",
			 json_text(info->backend, sizeof(info->backend)), "attach",
			 json_text(info->attach, sizeof(info->attach)), "started",
			 json_text(info->started, sizeof(info->started)), "command",
			 command_json(info->command), "complete", info->is_complete);
}

static json_t *span_json(void)
{
	const struct digest_span *span = digest_span(digest);

	if (!span->first_ns)
		return json_null();
	return json_pack("{s:I, s:I}", "first_ns", (json_int_t)span->first_ns, "last_ns",
			 (json_int_t)span->last_ns);
}

static json_t *counts_json(const struct totals_summary *sum)
{
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I}", "records", (json_int_t)sum->count,
			 "made", (json_int_t)sum->made, "refused", (json_int_t)sum->refused,
			 "restarted", (json_int_t)sum->restarted, "calls_refused",
			 (json_int_t)sum->calls, "incomplete", (json_int_t)sum->incomplete);
}

static json_t *lost_json(const struct losses *losses)
{
	json_t *lost = json_object();

	for (int i = 0; i < LOSS_COUNT; i++)
		json_object_set_new(lost, loss_name(i), json_number(losses->count[i]));
	return lost;
}

/* Null where nothing was timed. */
static json_t *histogram_json(const struct histogram *histogram)
{
	if (!histogram->count)
		return json_null();
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I}", "count", (json_int_t)histogram->count,
			 "min", (json_int_t)histogram->min_ns, "p50",
			 (json_int_t)histogram_percentile(histogram, 50), "p90",
			 (json_int_t)histogram_percentile(histogram, 90), "p99",
			 (json_int_t)histogram_percentile(histogram, 99), "max",
			 (json_int_t)histogram->max_ns);
}

static json_t *stages_json(const struct totals *totals)
{
	json_t *stages = json_object();

	for (int stage = 0; stage < CS_STAGE_COUNT; stage++)
		if (totals_phase(totals, stage)->count)
			json_object_set_new(stages, stage_name((enum cs_stage)stage),
					    histogram_json(totals_phase(totals, stage)));
	return stages;
}

static json_t *refusal_json(const struct tally_row *row)
{
	const struct digest_refusal *refusal = row->key;

	return json_pack("{s:I, s:i, s:s?, s:s, s:s, s:s?, s:I}", "count", (json_int_t)row->count,
			 "error", refusal->error, "error_name", errno_name(refusal->error), "of",
			 refusal->is_call	  ? "call"
			 : refusal->is_namespaces ? "namespaces"
						  : "clone",
			 "sentence", refusal->sentence, "advice", row->note, "made_up",
			 (json_int_t)row->marked);
}

static json_t *policy_row_json(const struct tally_row *row)
{
	const struct cs_policy *policy = row->key;
	const bool known = policy->mode != TOTALS_POLICY_UNKNOWN;
	char text[POLICY_TEXT_SIZE];

	report_policy_format(text, sizeof(text), policy);
	return json_pack("{s:s?, s:I, s:I}", "policy", known ? text : NULL, "children",
			 (json_int_t)row->count, "changed", (json_int_t)row->marked);
}

static json_t *container_row_json(const struct tally_row *row)
{
	const struct digest_container *key = row->key;
	const struct container *found = &key->container;
	json_t *object = json_object();

	json_object_set_new(object, "engine",
			    found->engine ? json_string(container_engine_name(found->engine))
					  : json_null());
	json_object_set_new(object, "id", found->id[0] ? json_string(found->id) : json_null());
	json_object_set_new(object, "pod", found->pod[0] ? json_string(found->pod) : json_null());
	json_object_set_new(object, "monitor", json_boolean(found->monitor));
	json_object_set_new(object, "cgroup",
			    key->cgroup[0] ? json_text(key->cgroup, sizeof(key->cgroup))
					   : json_null());
	json_object_set_new(object, "children", json_number(row->count));
	return object;
}

/* Each row, most frequent first, and under "others" how many had no room. */
static json_t *rows_json(const struct tally *tally, uint64_t others,
			 json_t *(*row_json)(const struct tally_row *row))
{
	struct tally_row **rows = NULL;
	json_t *list = json_array();
	size_t count = 0;

	if (tally) {
		others += tally_others(tally);
		rows = tally_sorted(tally, &count);
	}
	for (size_t i = 0; rows && i < count; i++)
		json_array_append_new(list, row_json(rows[i]));
	free(rows);
	return json_pack("{s:o, s:I}", "rows", list, "others", (json_int_t)others);
}

static json_t *containers_json(void)
{
	uint64_t others;
	struct tally *containers = digest_containers(digest, &others);
	json_t *object = rows_json(containers, others, container_row_json);

	tally_free(containers);
	return object;
}

static json_t *slow_json(const struct digest_clone *slow)
{
	json_t *object = json_object();

	json_object_set_new(object, "ts_ns", json_number(slow->ts_ns));
	json_object_set_new(object, "copy_ns", json_number(slow->copy_ns));
	json_object_set_new(object, "comm", json_text(slow->comm, sizeof(slow->comm)));
	json_object_set_new(object, "tid", json_number(slow->tid));
	json_object_set_new(object, "child_tid", json_number(slow->child_tid));
	json_object_set_new(object, "via",
			    slow->via ? json_string(via_name(slow->via)) : json_null());
	json_object_set_new(object, "flag_names", json_flag_names(slow->flags));
	json_object_set_new(object, "stage",
			    slow->stage < 0 ? json_null()
					    : json_string(stage_name((enum cs_stage)slow->stage)));
	json_object_set_new(object, "stage_ns",
			    slow->stage < 0 ? json_null() : json_number(slow->stage_ns));
	return object;
}

static json_t *slowest_json(void)
{
	const struct digest_clone *slow;
	json_t *list = json_array();

	for (size_t i = 0; (slow = digest_slowest(digest, i)); i++)
		json_array_append_new(list, slow_json(slow));
	return list;
}

/* A node, or why there is none. */
static json_t *node_json(int node)
{
	if (node == TOTALS_NODE_UNKNOWN)
		return json_null();
	return node == TOTALS_NODE_MIXED ? json_string("mixed") : json_integer(node);
}

static json_t *cells_json(const struct totals *totals)
{
	json_t *list = json_array();
	const struct totals_group **groups;
	size_t count;

	groups = totals_sorted(totals, TOTALS_BY_NODES, &count);
	for (size_t i = 0; groups && i < count; i++) {
		const struct totals_cell *cell = &groups[i]->key.cell;

		if (!groups[i]->is_other)
			json_array_append_new(list,
					      json_pack("{s:o, s:o, s:o, s:I, s:I}", "cpu_node",
							node_json(cell->cpu_node), "task_node",
							node_json(cell->task_node), "stack_node",
							node_json(cell->stack_node), "count",
							(json_int_t)groups[i]->count, "disagree",
							(json_int_t)groups[i]->disagree));
	}
	free(groups);
	return list;
}

static json_t *nodes_json(const struct totals *totals)
{
	const struct totals_summary *sum = totals_summary(totals);

	return json_pack("{s:I, s:I, s:o}", "comparable", (json_int_t)sum->nodes_comparable,
			 "disagree", (json_int_t)sum->nodes_disagree, "cells", cells_json(totals));
}

static json_t *commands_json(const struct totals *totals)
{
	const struct totals_group **groups;
	json_t *list = json_array();
	uint64_t others = 0;
	size_t count;

	groups = totals_sorted(totals, TOTALS_BY_COMMAND, &count);
	for (size_t i = 0; groups && i < count; i++) {
		if (groups[i]->is_other) {
			others = groups[i]->count;
			continue;
		}
		json_array_append_new(list,
				      json_pack("{s:o, s:I, s:I, s:o}", "comm",
						json_text(groups[i]->key.comm, CS_COMM_LEN),
						"count", (json_int_t)groups[i]->count, "refused",
						(json_int_t)groups[i]->refused, "copy_ns",
						histogram_json(&groups[i]->copy_ns)));
	}
	free(groups);
	return json_pack("{s:o, s:I}", "rows", list, "others", (json_int_t)others);
}

static void report_end(const struct view_options *options, const struct totals *totals,
		       const struct losses *losses)
{
	const struct totals_summary *sum = totals_summary(totals);
	json_t *object = json_object();

	json_object_set_new(object, "kind", json_string("report"));
	json_object_set_new(object, "recording", recording_json(options->recording));
	json_object_set_new(object, "span", span_json());
	json_object_set_new(object, "clones", counts_json(sum));
	json_object_set_new(object, "lost", lost_json(losses));
	json_object_set_new(object, "copy_ns", histogram_json(&sum->copy_ns));
	json_object_set_new(object, "stages", stages_json(totals));
	json_object_set_new(object, "refusals",
			    rows_json(digest_refusals(digest), 0, refusal_json));
	json_object_set_new(object, "slowest", slowest_json());
	json_object_set_new(object, "nodes", nodes_json(totals));
	json_object_set_new(object, "policies",
			    rows_json(digest_policies(digest), 0, policy_row_json));
	json_object_set_new(object, "commands", commands_json(totals));
	json_object_set_new(object, "containers", containers_json());
	json_write(options->out, object, JSON_INDENT(2));
	fputc('\n', options->out);
	digest_free(digest);
	digest = NULL;
}

const struct view_ops view_report_json = {
	.begin = report_begin,
	.clone = report_clone,
	.returned = ignore_returned,
	.call = report_call,
	.life = report_life,
	.lost = report_lost,
	.end = report_end,
};
