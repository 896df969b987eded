// SPDX-License-Identifier: GPL-2.0
/* One JSON object per line, with the record's own field names; a fact not learnt is null. */
#include "view/view.h"

#include <stdbool.h>
#include <jansson.h>

#include "model/flags.h"
#include "model/names.h"
#include "model/nodes.h"
#include "model/policy.h"
#include "view/json_parts.h"
#include "view/json_write.h"

static json_t *unless_missing(const struct cs_clone *rec, enum cs_fact fact, json_t *value)
{
	if (!(rec->missing & CS_MISSING(fact)))
		return value;
	json_decref(value);
	return json_null();
}

static json_t *node_list(const __u64 nodes[CS_NODE_WORDS])
{
	json_t *list = json_array();

	for (int node = 0; node < CS_MAX_NODES; node++)
		if (nodes[node / 64] & 1ULL << node % 64)
			json_array_append_new(list, json_integer(node));
	return list;
}

static json_t *policy_json(const struct cs_policy *policy)
{
	const char *mode = policy_mode_name(policy->mode);
	json_t *name = mode ? json_string(mode) : json_integer(policy->mode);

	return json_pack("{s:i, s:o, s:i, s:o, s:i}", "mode", policy->mode, "mode_name", name,
			 "flags", policy->flags, "nodes", node_list(policy->nodes), "home_node",
			 policy->home_node);
}

static json_t *stack_json(const struct cs_clone *rec)
{
	json_t *list = json_array();

	for (int i = 0; i < rec->stack_pages; i++)
		json_array_append_new(list, json_integer(rec->stack_nodes[i]));
	return list;
}

static json_t *missing_json(uint64_t missing)
{
	json_t *names = json_array();

	for (int fact = 0; fact < CS_FACT_COUNT; fact++)
		if (missing & CS_MISSING(fact))
			json_array_append_new(names, json_string(fact_name(fact)));
	return names;
}

static json_t *verdict_json(enum nodes_verdict verdict)
{
	if (verdict == NODES_UNKNOWN)
		return json_null();
	return json_boolean(verdict == NODES_DISAGREE);
}

static void set_caller(json_t *object, const struct cs_clone *rec)
{
	json_object_set_new(object, "tid", json_number(rec->tid));
	json_object_set_new(object, "tgid", json_number(rec->tgid));
	json_object_set_new(object, "uid", json_number(rec->uid));
	json_object_set_new(object, "comm", json_text(rec->comm, CS_COMM_LEN));
	json_object_set_new(object, "start_ns", json_number(rec->start_ns));
	json_object_set_new(object, "cpu", json_number(rec->cpu));
}

static void set_request(json_t *object, const struct cs_clone *rec)
{
	json_object_set_new(object, "via",
			    unless_missing(rec, CS_FACT_VIA, json_string(via_name(rec->via))));
	json_object_set_new(
		object, "kernel_clone",
		unless_missing(rec, CS_FACT_KERNEL_CLONE, json_boolean(rec->kernel_clone)));
	json_object_set_new(object, "flags", json_number(rec->flags));
	json_object_set_new(object, "flag_names", json_flag_names(rec->flags));
	json_object_set_new(
		object, "exit_signal",
		unless_missing(rec, CS_FACT_EXIT_SIGNAL, json_integer(rec->exit_signal)));
}

static void set_outcome(json_t *object, const struct cs_clone *rec)
{
	const char *name = rec->error ? errno_name(rec->error) : NULL;

	json_object_set_new(object, "error", json_integer(rec->error));
	json_object_set_new(object, "error_name", name ? json_string(name) : json_null());
	json_object_set_new(object, "child_tid",
			    rec->error ? json_null() : json_number(rec->child_tid));
	json_object_set_new(object, "child_tgid",
			    rec->error ? json_null() : json_number(rec->child_tgid));
	json_object_set_new(object, "child_start_ns",
			    rec->error ? json_null() : json_number(rec->child_start_ns));
	json_object_set_new(object, "copy_ns",
			    unless_missing(rec, CS_FACT_COPY_NS, json_number(rec->copy_ns)));
}

static void set_nodes(json_t *object, const struct cs_clone *rec)
{
	json_object_set_new(object, "cpu_node", json_integer(rec->cpu_node));
	json_object_set_new(
		object, "node_requested",
		unless_missing(rec, CS_FACT_NODE_REQUESTED, json_integer(rec->node_requested)));
	json_object_set_new(object, "task_node",
			    unless_missing(rec, CS_FACT_TASK_NODE, json_integer(rec->task_node)));
	json_object_set_new(object, "stack_nodes",
			    unless_missing(rec, CS_FACT_STACK_NODES, stack_json(rec)));
	json_object_set_new(object, "stack_origin",
			    rec->stack_origin ? json_string(stack_origin_name(rec->stack_origin))
					      : json_null());
	json_object_set_new(object, "nodes_disagree", verdict_json(nodes_check(rec)));
}

static void set_policies(json_t *object, const struct cs_clone *rec)
{
	json_object_set_new(object, "policy",
			    unless_missing(rec, CS_FACT_POLICY, policy_json(&rec->policy)));
	json_object_set_new(object, "child_policy",
			    rec->error ? json_null()
				       : unless_missing(rec, CS_FACT_CHILD_POLICY,
							policy_json(&rec->child_policy)));
	json_object_set_new(
		object, "policy_copied",
		unless_missing(rec, CS_FACT_POLICY_COPIED, json_boolean(rec->policy_copied)));
	json_object_set_new(
		object, "vma_policies",
		unless_missing(rec, CS_FACT_VMA_POLICIES, json_number(rec->vma_policies)));
}

static json_t *new_object(const char *kind, const struct cs_head *head)
{
	return json_pack("{s:s, s:I, s:s}", "kind", kind, "ts_ns", (json_int_t)head->ts_ns,
			 "backend", backend_name(head->backend));
}

static void print(const struct view_options *options, json_t *object)
{
	json_write(options->out, object, JSON_COMPACT);
	fputc('\n', options->out);
}

static void json_begin(const struct view_options *options)
{
	(void)options;
}

/* Those that were asked for and came; why a clone was refused is told without a part, too. */
static void set_parts(json_t *object, const struct view_options *options, const struct clone *clone)
{
	struct refusal_verdict verdict;

	if (clone->rec->error) {
		refusal_explain(clone, options->kernel, &verdict);
		json_object_set_new(object, "refusal", json_refusal(&verdict, clone->refusal));
	}
	if (clone->detail)
		json_object_set_new(object, "detail", json_detail(clone->rec, clone->detail));
	if (clone->phases)
		json_object_set_new(object, "phases", json_phases(clone->phases));
}

static json_t *tries_json(const struct tries_before *before)
{
	const char *error = before->calls ? errno_name(before->call_error) : NULL;

	if (!before->restarts && !before->calls)
		return json_null();
	return json_pack("{s:I, s:I, s:s?, s:I}", "restarts", (json_int_t)before->restarts,
			 "clone3_refused", (json_int_t)before->calls, "clone3_error_name", error,
			 "since_ns", (json_int_t)before->since_ns);
}

static void json_clone(const struct view_options *options, const struct clone *clone,
		       const struct tries_before *before)
{
	const struct cs_clone *rec = clone->rec;
	json_t *object = new_object("clone", &rec->head);

	set_caller(object, rec);
	set_request(object, rec);
	set_outcome(object, rec);
	set_nodes(object, rec);
	set_policies(object, rec);
	json_object_set_new(object, "missing", missing_json(rec->missing));
	json_object_set_new(object, "tries_before", tries_json(before));
	set_parts(object, options, clone);
	print(options, object);
}

static void json_returned(const struct view_options *options, const struct cs_return *rec)
{
	json_t *object = new_object("return", &rec->head);

	json_object_set_new(object, "tid", json_number(rec->tid));
	json_object_set_new(object, "tgid", json_number(rec->tgid));
	json_object_set_new(object, "start_ns", json_number(rec->start_ns));
	json_object_set_new(object, "comm", json_text(rec->comm, CS_COMM_LEN));
	json_object_set_new(object, "child_tid",
			    rec->error ? json_null() : json_number(rec->child_tid));
	json_object_set_new(object, "uid", json_number(rec->uid));
	json_object_set_new(object, "flags", json_number(rec->flags));
	json_object_set_new(object, "error", json_integer(rec->error));
	json_object_set_new(object, "copy_ns",
			    rec->copy_ns ? json_number(rec->copy_ns) : json_null());
	json_object_set_new(object, "clone_ns", json_number(rec->clone_ns));
	json_object_set_new(object, "vfork_ns",
			    rec->vfork_ns ? json_number(rec->vfork_ns) : json_null());
	print(options, object);
}

static void json_call(const struct view_options *options, const struct cs_call *rec)
{
	json_t *object = new_object("call", &rec->head);
	struct refusal_verdict verdict;

	json_call_fields(object, rec);
	refusal_explain_call(rec, options->kernel, &verdict);
	json_object_set_new(object, "refusal", json_refusal(&verdict, NULL));
	print(options, object);
}

static void set_namespaces_refusal(json_t *object, const struct view_options *options,
				   const struct cs_namespaces *rec,
				   const struct cs_refusal *refusal)
{
	struct refusal_verdict verdict;

	if (!rec->error)
		return;
	refusal_explain_namespaces(rec, refusal, options->kernel, &verdict);
	json_object_set_new(object, "refusal", json_refusal(&verdict, refusal));
}

static void json_life(const struct view_options *options, const struct cs_head *head,
		      const struct life *life, const struct cs_refusal *refusal)
{
	static const char *const kinds[] = {
		[CS_KIND_START] = "start",
		[CS_KIND_EXEC] = "exec",
		[CS_KIND_EXIT] = "exit",
		[CS_KIND_NAMESPACES] = "namespaces",
	};
	json_t *object = new_object(kinds[head->kind], head);

	json_life_fields(object, head, life);
	if (head->kind == CS_KIND_NAMESPACES)
		set_namespaces_refusal(object, options, (const void *)head, refusal);
	print(options, object);
}

static void json_lost(const struct view_options *options, enum loss loss, uint64_t count)
{
	print(options, json_pack("{s:s, s:s, s:I}", "kind", "lost", "cause", loss_name(loss),
				 "count", (json_int_t)count));
}

static json_t *json_cost(const struct cost *cost)
{
	json_t *probes = json_array();

	for (size_t i = 0; i < cost->count; i++)
		json_array_append_new(probes,
				      json_pack("{s:s, s:I, s:I}", "probe", cost->probes[i].where,
						"runs", (json_int_t)cost->probes[i].runs, "ns",
						(json_int_t)cost->probes[i].ns));
	return json_pack("{s:s, s:I, s:I, s:o}", "kind", "cost", "clones", (json_int_t)cost->clones,
			 "reader_ns", (json_int_t)cost->reader_ns, "probes", probes);
}

static void json_end(const struct view_options *options, const struct totals *totals,
		     const struct losses *losses)
{
	const struct totals_summary *sum = totals_summary(totals);
	json_t *lost = json_object();

	if (options->cost)
		print(options, json_cost(options->cost));
	for (int i = 0; i < LOSS_COUNT; i++)
		json_object_set_new(lost, loss_name(i), json_number(losses->count[i]));
	print(options,
	      json_pack("{s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:o}", "kind", "end", "records",
			(json_int_t)sum->count, "made", (json_int_t)sum->made, "refused",
			(json_int_t)sum->refused, "restarted", (json_int_t)sum->restarted,
			"calls_refused", (json_int_t)sum->calls, "incomplete",
			(json_int_t)sum->incomplete, "lost", lost));
}

const struct view_ops view_json = {
	.begin = json_begin,
	.clone = json_clone,
	.returned = json_returned,
	.call = json_call,
	.life = json_life,
	.lost = json_lost,
	.end = json_end,
};
