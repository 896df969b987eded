// SPDX-License-Identifier: GPL-2.0
/* What the lines of view_json may be: from the record's own lists of fields where there are such. */
#include "view/json_schema.h"

#include <stdlib.h>
#include <string.h>
#include <jansson.h>

#include <clonescope/fields.h>

#include "model/changes.h"
#include "model/container.h"
#include "model/names.h"
#include "model/stages.h"
#include "view/json_parts.h"
#include "view/schema.h"

/* Fields of fields.h, each by its name and type. What can be above 2^63 - 1 is rounded to no integer then. */
#define ADD_FIELD(record, type, name) \
	schema_add(schema, #name, _Generic((type)0, __u64 : "number", default : "integer"));
#define ADD_ARRAY(record, type, name, length) \
	schema_add(schema, #name, _Generic((type)0, char : "string", default : "[integer]"));

/* A kind of line: kind, time and backend come first. */
static json_t *new_kind(const char *kind, const char *description)
{
	json_t *schema = schema_object(description);

	json_object_set_new(json_object_get(schema, "properties"), "kind",
			    json_pack("{s:s}", "const", kind));
	return schema;
}

static json_t *new_record(const char *kind, const char *description)
{
	json_t *schema = new_kind(kind, description);

	schema_add(schema, "ts_ns", "integer");
	schema_add(schema, "backend", "#backend");
	return schema;
}

static json_t *clone_schema(void)
{
	static const struct schema_field fields[] = {
		{"tid", "integer"},
		{"tgid", "integer"},
		{"uid", "integer"},
		{"comm", "string"},
		{"start_ns", "number"},
		{"cpu", "integer"},
		{"via", "#via?"},
		{"kernel_clone", "boolean?"},
		{"flags", "number"},
		{"flag_names", "[string]"},
		{"exit_signal", "integer?"},
		{"error", "integer"},
		{"error_name", "#errno?"},
		{"child_tid", "integer?"},
		{"child_tgid", "integer?"},
		{"child_start_ns", "number?"},
		{"copy_ns", "number?"},
		{"cpu_node", "integer"},
		{"node_requested", "integer?"},
		{"task_node", "integer?"},
		{"stack_nodes", "[integer]?"},
		{"stack_origin", "#stack_origin?"},
		{"nodes_disagree", "boolean?"},
		{"policy", "#policy?"},
		{"child_policy", "#policy?"},
		{"policy_copied", "boolean?"},
		{"vma_policies", "integer?"},
		{"missing", "[#fact]"},
		{"tries_before", "#tries?"},
		{"refusal", "#refusal"},
		{"detail", "#detail"},
		{"phases", "#phases"},
		{NULL, NULL},
	};
	static const char *const optional[] = {"refusal", "detail", "phases", NULL};
	json_t *schema = new_record("clone", "copy_process() returned, with a child or an errno");

	schema_add_all(schema, fields);
	schema_require(schema, optional);
	return schema;
}

static json_t *return_schema(void)
{
	static const struct schema_field fields[] = {
		{"tid", "integer"},	{"tgid", "integer"},	   {"start_ns", "number"},
		{"comm", "string"},	{"child_tid", "integer?"}, {"uid", "integer"},
		{"flags", "number"},	{"error", "integer"},	   {"copy_ns", "number?"},
		{"clone_ns", "number"}, {"vfork_ns", "number?"},   {NULL, NULL},
	};
	json_t *schema = new_record("return", "kernel_clone() returned to its caller");

	schema_add_all(schema, fields);
	schema_require(schema, NULL);
	return schema;
}

static void nullable_all(json_t *schema, const char *const *fields)
{
	for (; *fields; fields++)
		schema_nullable(schema, *fields);
}

static json_t *call_schema(void)
{
	static const struct schema_field fields[] = {
		{"via", "#via?"},	    {"flag_names", "[string]"},
		{"entered", "boolean"},	    {"args_known", "boolean"},
		{"has_set_tid", "boolean"}, {"error_name", "#errno?"},
		{"refusal", "#refusal"},    {NULL, NULL},
	};
	json_t *schema = new_record("call", "a call that was refused before copy_process()");

	CS_CALL_FIELDS(ADD_FIELD, ADD_ARRAY)
	schema_add_all(schema, fields);
	nullable_all(schema, json_args_fields);
	schema_require(schema, NULL);
	return schema;
}

static json_t *start_schema(void)
{
	json_t *schema = new_record("start", "a new task's first moment on a CPU");

	CS_START_FIELDS(ADD_FIELD, ADD_ARRAY)
	schema_add(schema, "delay_ns", "number?");
	schema_add(schema, "elsewhere", "boolean?");
	schema_require(schema, NULL);
	return schema;
}

static json_t *exec_schema(void)
{
	json_t *schema = new_record("exec", "a task called execve()");

	CS_EXEC_FIELDS(ADD_FIELD, ADD_ARRAY)
	schema_add(schema, "ready", "boolean?");
	schema_require(schema, NULL);
	return schema;
}

static json_t *exit_schema(void)
{
	json_t *schema = new_record("exit", "a task ended");

	CS_EXIT_FIELDS(ADD_FIELD, ADD_ARRAY)
	schema_add(schema, "last_thread", "boolean");
	schema_add(schema, "status", "integer?");
	schema_add(schema, "signal", "string?");
	schema_add(schema, "lived_ns", "number?");
	schema_require(schema, NULL);
	return schema;
}

static json_t *namespaces_schema(void)
{
	static const char *const optional[] = {"refusal", NULL};
	json_t *schema = new_record("namespaces", "unshare() or setns() returned");

	CS_NAMESPACES_FIELDS(ADD_FIELD, ADD_ARRAY)
	schema_add(schema, "flag_names", "[string]");
	schema_add(schema, "is_setns", "boolean");
	schema_add(schema, "ns", "#namespaces_of");
	schema_add(schema, "error_name", "#errno?");
	schema_add(schema, "refusal", "#refusal");
	schema_require(schema, optional);
	return schema;
}

static json_t *lost_schema(void)
{
	json_t *schema = new_kind("lost", "records were lost since the last such line");

	schema_add(schema, "cause", "#loss");
	schema_add(schema, "count", "integer");
	schema_require(schema, NULL);
	return schema;
}

static json_t *cost_schema(void)
{
	json_t *schema = new_kind("cost", "before the last line: what tracing itself took");

	schema_add(schema, "clones", "integer");
	schema_add(schema, "reader_ns", "integer");
	schema_add(schema, "probes", "[#cost_probe]");
	schema_require(schema, NULL);
	return schema;
}

static json_t *cost_probe_schema(void)
{
	json_t *schema = schema_object("a place in the kernel: how often it ran, and how long");

	schema_add(schema, "probe", "string");
	schema_add(schema, "runs", "integer");
	schema_add(schema, "ns", "integer");
	schema_require(schema, NULL);
	return schema;
}

static json_t *end_schema(void)
{
	static const char *const counts[] = {"records",	  "made",	   "refused",
					     "restarted", "calls_refused", "incomplete"};
	json_t *schema = new_kind("end", "the last line: how many there were");

	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		schema_add(schema, counts[i], "integer");
	schema_add(schema, "lost", "#losses");
	schema_require(schema, NULL);
	return schema;
}

/* What the facts that are missing leave null. */
static void nullable_facts(json_t *schema, const struct json_fact *facts, int count)
{
	for (int i = 0; i < count; i++)
		nullable_all(schema, facts[i].fields);
}

static json_t *refusal_schema(void)
{
	static const struct schema_field fields[] = {
		{"outcome", "#outcome"},    {"sentence", "string"},
		{"first_stage", "#stage?"}, {"last_stage", "#stage?"},
		{"reasons", "[#reason]"},   {"left_out", "integer"},
		{"evidence", "#evidence?"}, {NULL, NULL},
	};
	json_t *schema = schema_object("the rule of the kernel that refused it");

	schema_add_all(schema, fields);
	schema_require(schema, NULL);
	return schema;
}

static json_t *reason_schema(void)
{
	static const struct schema_field fields[] = {
		{"rule", "string?"},	     {"function", "string?"}, {"sentence", "string"},
		{"speaks_for_it", "string"}, {"advice", "string?"},   {NULL, NULL},
	};
	json_t *schema = schema_object("a rule that it was, or may have been");

	schema_add_all(schema, fields);
	schema_require(schema, NULL);
	return schema;
}

static json_t *evidence_schema(void)
{
	json_t *schema = schema_object("struct cs_refusal: what the rules were held against");

	CS_REFUSAL_FIELDS(ADD_FIELD, ADD_ARRAY)
	schema_remove(schema, "tid");
	schema_add(schema, "stage", "#stage");
	schema_add(schema, "trail", "[#trail]");
	schema_add(schema, "is", "[#is]");
	schema_add(schema, "cgroup", "string?");
	nullable_facts(schema, json_refusal_facts, CS_REFUSAL_COUNT);
	schema_add(schema, "missing", "[#refusal_fact]");
	schema_require(schema, NULL);
	return schema;
}

static json_t *detail_schema(void)
{
	json_t *schema = schema_object("struct cs_detail: all else that is known of a clone");

	CS_DETAIL_FIELDS(ADD_FIELD, ADD_ARRAY)
	schema_remove(schema, "tid");
	schema_add(schema, "ns", "#namespaces_of");
	schema_add(schema, "caller_ns", "#namespaces_of");
	schema_add(schema, "container", "#container?");
	schema_add(schema, "changed", "[#change]");
	nullable_all(schema, json_child_fields);
	nullable_facts(schema, json_detail_facts, CS_DETAIL_COUNT);
	schema_add(schema, "missing", "[#detail_fact]");
	schema_require(schema, NULL);
	return schema;
}

static json_t *policy_schema(void)
{
	static const struct schema_field fields[] = {
		{"mode", "integer"},	{"mode_name", "#mode_name"}, {"flags", "integer"},
		{"nodes", "[integer]"}, {"home_node", "integer"},    {NULL, NULL},
	};
	json_t *schema = schema_object("a memory policy");

	schema_add_all(schema, fields);
	schema_require(schema, NULL);
	return schema;
}

static json_t *tries_schema(void)
{
	static const struct schema_field fields[] = {
		{"restarts", "integer"},
		{"clone3_refused", "integer"},
		{"clone3_error_name", "#errno?"},
		{"since_ns", "integer"},
		{NULL, NULL},
	};
	json_t *schema = schema_object("what the caller had tried for the same child");

	schema_add_all(schema, fields);
	schema_require(schema, NULL);
	return schema;
}

static json_t *container_schema(void)
{
	static const struct schema_field fields[] = {
		{"engine", "#engine?"}, {"id", "string?"}, {"pod", "string?"},
		{"monitor", "boolean"}, {NULL, NULL},
	};
	json_t *schema = schema_object("what the path of a cgroup says of a container");

	schema_add_all(schema, fields);
	schema_require(schema, NULL);
	return schema;
}

static json_t *namespaces_of_schema(void)
{
	json_t *schema = schema_object("the inode of each namespace, as in /proc/PID/ns");

	for (int ns = 0; ns < CS_NS_COUNT; ns++)
		schema_add(schema, namespace_name(ns), "integer");
	schema_require(schema, NULL);
	return schema;
}

/* Those that were not entered are not there. */
static json_t *phases_schema(void)
{
	json_t *schema = schema_object("nanoseconds in each stage of copy_process()");

	for (int stage = 0; stage < CS_STAGE_COUNT; stage++)
		schema_add(schema, stage_name((enum cs_stage)stage), "integer");
	return schema;
}

static json_t *losses_schema(void)
{
	json_t *schema = schema_object("how many records each cause has cost");

	for (int loss = 0; loss < LOSS_COUNT; loss++)
		schema_add(schema, loss_name((enum loss)loss), "number");
	schema_require(schema, NULL);
	return schema;
}

static const char *stage_word(int stage)
{
	return stage_name((enum cs_stage)stage);
}

static const char *loss_word(int loss)
{
	return loss_name((enum loss)loss);
}

static const char *change_word(int change)
{
	return change_name((enum change)change);
}

static const char *engine_word(int engine)
{
	return container_engine_name((enum container_engine)engine);
}

static const char *refusal_fact_word(int fact)
{
	return json_refusal_facts[fact].name;
}

static const char *detail_fact_word(int fact)
{
	return json_detail_facts[fact].name;
}

/* The words that numbers stand for, from @first to @last. */
static const struct {
	const char *name;
	const char *(*word)(int number);
	int first, last;
} numbered[] = {
	{"backend", backend_name, CS_BACKEND_BPF, CS_BACKEND_MODULE},
	{"via", via_name, CS_VIA_FORK, CS_VIA_VHOST},
	{"stack_origin", stack_origin_name, CS_STACK_CACHED, CS_STACK_FRESH},
	{"fact", fact_name, 0, CS_FACT_COUNT - 1},
	{"stage", stage_word, 0, CS_STAGE_COUNT - 1},
	{"loss", loss_word, 0, LOSS_COUNT - 1},
	{"change", change_word, 0, CHANGE_COUNT - 1},
	{"engine", engine_word, CONTAINER_UNKNOWN, CONTAINER_CRUN},
	{"refusal_fact", refusal_fact_word, 0, CS_REFUSAL_COUNT - 1},
	{"detail_fact", detail_fact_word, 0, CS_DETAIL_COUNT - 1},
};

static const struct {
	const char *name;
	const char *const *words;
} lists[] = {
	{"trail", json_trail_names},
	{"is", json_is_names},
	{"outcome", json_outcome_names},
};

static void add_words(json_t *defs)
{
	for (size_t i = 0; i < sizeof(numbered) / sizeof(numbered[0]); i++) {
		json_t *schema = schema_words();

		for (int number = numbered[i].first; number <= numbered[i].last; number++)
			schema_word(schema, numbered[i].word(number));
		json_object_set_new(defs, numbered[i].name, schema);
	}
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		json_t *schema = schema_words();

		for (const char *const *word = lists[i].words; *word; word++)
			schema_word(schema, *word);
		json_object_set_new(defs, lists[i].name, schema);
	}
	json_object_set_new(defs, "errno",
			    json_pack("{s:s, s:s}", "type", "string", "pattern", "^E[A-Z0-9_]+$"));
	json_object_set_new(defs, "mode_name",
			    json_pack("{s:[s, s]}", "type", "string", "integer"));
}

struct definition {
	const char *name;
	json_t *(*schema)(void);
};

static const struct definition kinds[] = {
	{"clone", clone_schema},
	{"return", return_schema},
	{"call", call_schema},
	{"start", start_schema},
	{"exec", exec_schema},
	{"exit", exit_schema},
	{"namespaces", namespaces_schema},
	{"lost", lost_schema},
	{"end", end_schema},
	{"cost", cost_schema},
};

static const struct definition parts[] = {
	{"policy", policy_schema},	   {"tries", tries_schema},
	{"refusal", refusal_schema},	   {"reason", reason_schema},
	{"evidence", evidence_schema},	   {"detail", detail_schema},
	{"container", container_schema},   {"namespaces_of", namespaces_of_schema},
	{"phases", phases_schema},	   {"losses", losses_schema},
	{"cost_probe", cost_probe_schema},
};

static json_t *whole_schema(void)
{
	json_t *defs = json_object(), *any = json_array();

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		json_array_append_new(any, json_pack("{s:s+}", "$ref", "#/$defs/", kinds[i].name));
		json_object_set_new(defs, kinds[i].name, kinds[i].schema());
	}
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		json_object_set_new(defs, parts[i].name, parts[i].schema());
	add_words(defs);
	return json_pack("{s:s, s:s, s:s, s:i, s:o, s:o}", "$schema",
			 "https://json-schema.org/draft/2020-12/schema", "title",
			 "a line of clonescope trace --json", "$comment",
			 "null: not known, or there is none; docs/json.md says what each means",
			 "x-record-version", CS_RECORD_VERSION, "oneOf", any, "$defs", defs);
}

void json_schema(FILE *out)
{
	json_t *schema = whole_schema();

	json_dumpf(schema, out, JSON_INDENT(2));
	fputc('\n', out);
	json_decref(schema);
}
