// SPDX-License-Identifier: GPL-2.0
/* One JSON object per line, with the record's own field names; a fact not learnt is null. */
#include "view/view.h"

#include <stdbool.h>
#include <jansson.h>

#include "model/flags.h"
#include "model/names.h"
#include "model/nodes.h"
#include "model/policy.h"
#include "view/json_line.h"
#include "view/json_parts.h"
#include "view/json_values.h"
#include "view/json_write.h"

/* A fact that is not known is null, and its value is not to be told. */
static bool tells(struct json_line *line, const char *name, const struct cs_clone *rec,
		  enum cs_fact fact)
{
	json_line_name(line, name);
	if (!(rec->missing & CS_MISSING(fact)))
		return true;
	json_line_null(line);
	return false;
}

static void put_number(struct json_line *line, const char *name, uint64_t value)
{
	json_line_name(line, name);
	json_line_number(line, value);
}

static void put_integer(struct json_line *line, const char *name, int64_t value)
{
	json_line_name(line, name);
	json_line_integer(line, value);
}

static void put_word(struct json_line *line, const char *name, const char *word)
{
	json_line_name(line, name);
	json_line_word(line, word);
}

static void put_text(struct json_line *line, const char *name, const char *text, size_t size)
{
	json_line_name(line, name);
	json_line_text(line, text, size);
}

/* Of the child: null where there is none. */
static void put_unless(struct json_line *line, const char *name, bool not, uint64_t value)
{
	json_line_name(line, name);
	if (not )
		json_line_null(line);
	else
		json_line_number(line, value);
}

static void put_head(struct json_line *line, const char *kind, const struct cs_head *head)
{
	put_word(line, "kind", kind);
	put_integer(line, "ts_ns", (int64_t)head->ts_ns);
	put_word(line, "backend", backend_name(head->backend));
}

static void put_node_list(struct json_line *line, const __u64 nodes[CS_NODE_WORDS])
{
	json_line_open(line, '[');
	for (int word = 0; word < CS_NODE_WORDS; word++)
		for (uint64_t left = nodes[word]; left; left &= left - 1)
			json_line_integer(line, word * 64 + __builtin_ctzll(left));
	json_line_close(line, ']');
}

static void put_policy(struct json_line *line, const struct cs_policy *policy)
{
	const char *mode = policy_mode_name(policy->mode);

	json_line_open(line, '{');
	put_integer(line, "mode", policy->mode);
	json_line_name(line, "mode_name");
	if (mode)
		json_line_word(line, mode);
	else
		json_line_integer(line, policy->mode);
	put_integer(line, "flags", policy->flags);
	json_line_name(line, "nodes");
	put_node_list(line, policy->nodes);
	put_integer(line, "home_node", policy->home_node);
	json_line_close(line, '}');
}

static void put_stack(struct json_line *line, const struct cs_clone *rec)
{
	json_line_open(line, '[');
	for (int i = 0; i < rec->stack_pages; i++)
		json_line_integer(line, rec->stack_nodes[i]);
	json_line_close(line, ']');
}

static void put_missing(struct json_line *line, uint64_t missing)
{
	json_line_name(line, "missing");
	json_line_open(line, '[');
	for (int fact = 0; fact < CS_FACT_COUNT; fact++)
		if (missing & CS_MISSING(fact))
			json_line_word(line, fact_name(fact));
	json_line_close(line, ']');
}

static void put_verdict(struct json_line *line, enum nodes_verdict verdict)
{
	json_line_name(line, "nodes_disagree");
	if (verdict == NODES_UNKNOWN)
		json_line_null(line);
	else
		json_line_bool(line, verdict == NODES_DISAGREE);
}

static void put_caller(struct json_line *line, const struct cs_clone *rec)
{
	put_number(line, "tid", rec->tid);
	put_number(line, "tgid", rec->tgid);
	put_number(line, "uid", rec->uid);
	put_text(line, "comm", rec->comm, CS_COMM_LEN);
	put_number(line, "start_ns", rec->start_ns);
	put_number(line, "cpu", rec->cpu);
}

static void put_request(struct json_line *line, const struct cs_clone *rec)
{
	if (tells(line, "via", rec, CS_FACT_VIA))
		json_line_word(line, via_name(rec->via));
	if (tells(line, "kernel_clone", rec, CS_FACT_KERNEL_CLONE))
		json_line_bool(line, rec->kernel_clone);
	put_number(line, "flags", rec->flags);
	json_line_name(line, "flag_names");
	json_put_flag_names(line, rec->flags);
	if (tells(line, "exit_signal", rec, CS_FACT_EXIT_SIGNAL))
		json_line_integer(line, rec->exit_signal);
}

static void put_outcome(struct json_line *line, const struct cs_clone *rec)
{
	put_integer(line, "error", rec->error);
	put_word(line, "error_name", rec->error ? errno_name(rec->error) : NULL);
	put_unless(line, "child_tid", rec->error, rec->child_tid);
	put_unless(line, "child_tgid", rec->error, rec->child_tgid);
	put_unless(line, "child_start_ns", rec->error, rec->child_start_ns);
	if (tells(line, "copy_ns", rec, CS_FACT_COPY_NS))
		json_line_number(line, rec->copy_ns);
}

static void put_nodes(struct json_line *line, const struct cs_clone *rec)
{
	put_integer(line, "cpu_node", rec->cpu_node);
	if (tells(line, "node_requested", rec, CS_FACT_NODE_REQUESTED))
		json_line_integer(line, rec->node_requested);
	if (tells(line, "task_node", rec, CS_FACT_TASK_NODE))
		json_line_integer(line, rec->task_node);
	if (tells(line, "stack_nodes", rec, CS_FACT_STACK_NODES))
		put_stack(line, rec);
	put_word(line, "stack_origin",
		 rec->stack_origin ? stack_origin_name(rec->stack_origin) : NULL);
	put_verdict(line, nodes_check(rec));
}

static void put_policies(struct json_line *line, const struct cs_clone *rec)
{
	if (tells(line, "policy", rec, CS_FACT_POLICY))
		put_policy(line, &rec->policy);
	json_line_name(line, "child_policy");
	if (rec->error || rec->missing & CS_MISSING(CS_FACT_CHILD_POLICY))
		json_line_null(line);
	else
		put_policy(line, &rec->child_policy);
	if (tells(line, "policy_copied", rec, CS_FACT_POLICY_COPIED))
		json_line_bool(line, rec->policy_copied);
	if (tells(line, "vma_policies", rec, CS_FACT_VMA_POLICIES))
		json_line_number(line, rec->vma_policies);
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
static void put_parts(struct json_line *line, const struct view_options *options,
		      const struct clone *clone)
{
	struct refusal_verdict verdict;

	if (clone->rec->error) {
		refusal_explain(clone, options->kernel, &verdict);
		json_put_refusal(line, &verdict, clone->refusal);
	}
	if (clone->detail)
		json_put_detail(line, clone->rec, clone->detail);
	if (clone->phases)
		json_put_phases(line, clone->phases);
}

static void put_tries(struct json_line *line, const struct tries_before *before)
{
	json_line_name(line, "tries_before");
	if (!before->restarts && !before->calls) {
		json_line_null(line);
		return;
	}
	json_line_open(line, '{');
	put_number(line, "restarts", before->restarts);
	put_number(line, "clone3_refused", before->calls);
	put_word(line, "clone3_error_name", before->calls ? errno_name(before->call_error) : NULL);
	put_integer(line, "since_ns", (int64_t)before->since_ns);
	json_line_close(line, '}');
}

static void json_clone(const struct view_options *options, const struct clone *clone,
		       const struct tries_before *before)
{
	const struct cs_clone *rec = clone->rec;
	struct json_line line;

	json_line_begin(&line, options->out);
	put_head(&line, "clone", &rec->head);
	put_caller(&line, rec);
	put_request(&line, rec);
	put_outcome(&line, rec);
	put_nodes(&line, rec);
	put_policies(&line, rec);
	put_missing(&line, rec->missing);
	put_tries(&line, before);
	put_parts(&line, options, clone);
	json_line_end(&line);
}

static void json_returned(const struct view_options *options, const struct cs_return *rec)
{
	struct json_line line;

	json_line_begin(&line, options->out);
	put_head(&line, "return", &rec->head);
	put_number(&line, "tid", rec->tid);
	put_number(&line, "tgid", rec->tgid);
	put_number(&line, "start_ns", rec->start_ns);
	put_text(&line, "comm", rec->comm, CS_COMM_LEN);
	put_unless(&line, "child_tid", rec->error, rec->child_tid);
	put_number(&line, "uid", rec->uid);
	put_number(&line, "flags", rec->flags);
	put_integer(&line, "error", rec->error);
	put_unless(&line, "copy_ns", !rec->copy_ns, rec->copy_ns);
	put_number(&line, "clone_ns", rec->clone_ns);
	put_unless(&line, "vfork_ns", !rec->vfork_ns, rec->vfork_ns);
	json_line_end(&line);
}

static void json_call(const struct view_options *options, const struct cs_call *rec)
{
	struct refusal_verdict verdict;
	struct json_line line;

	json_line_begin(&line, options->out);
	put_head(&line, "call", &rec->head);
	json_put_call(&line, rec);
	refusal_explain_call(rec, options->kernel, &verdict);
	json_put_refusal(&line, &verdict, NULL);
	json_line_end(&line);
}

static void put_namespaces_refusal(struct json_line *line, const struct view_options *options,
				   const struct cs_namespaces *rec,
				   const struct cs_refusal *refusal)
{
	struct refusal_verdict verdict;

	if (!rec->error)
		return;
	refusal_explain_namespaces(rec, refusal, options->kernel, &verdict);
	json_put_refusal(line, &verdict, refusal);
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
	struct json_line line;

	json_line_begin(&line, options->out);
	put_head(&line, kinds[head->kind], head);
	json_put_life(&line, head, life);
	if (head->kind == CS_KIND_NAMESPACES)
		put_namespaces_refusal(&line, options, (const void *)head, refusal);
	json_line_end(&line);
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
