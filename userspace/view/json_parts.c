// SPDX-License-Identifier: GPL-2.0
/* The JSON of the records that belong to a clone, with their own field names. */
#include "view/json_parts.h"

#include <stdbool.h>
#include <string.h>
#include <sys/wait.h>

#include <clonescope/fields.h>

#include "model/changes.h"
#include "model/container.h"
#include "model/flags.h"
#include "model/names.h"
#include "model/stages.h"
#include "view/utf8.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

json_t *json_number(uint64_t value)
{
	/* What jansson has no integer for is rounded: its magnitude is right, and its sign. */
	return value > INT64_MAX ? json_real((double)value) : json_integer((json_int_t)value);
}

json_t *json_text(const char *text, size_t size)
{
	char valid[UTF8_SIZE(JSON_TEXT_MAX)];

	utf8_replace(valid, sizeof(valid), text, strnlen(text, size));
	return json_string(valid);
}

/* The names of all bits; a bit without a name as its hexadecimal number. */
json_t *json_flag_names(uint64_t flags)
{
	json_t *names = json_array();
	char text[FLAGS_TEXT_SIZE];

	for (int bit = 0; bit < 64; bit++) {
		if (!(flags & 1ULL << bit))
			continue;
		flags_format(text, sizeof(text), 1ULL << bit, 0);
		json_array_append_new(names, json_string(text));
	}
	return names;
}

static json_t *u8_list(const __u8 *values, size_t count)
{
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, json_integer(values[i]));
	return list;
}

static json_t *s32_list(const __s32 *values, size_t count)
{
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, json_integer(values[i]));
	return list;
}

static json_t *u32_list(const __u32 *values, size_t count)
{
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, json_number(values[i]));
	return list;
}

/* Fields of fields.h, each by its name. The types of arrays are those that there are. */
#define SET_FIELD(record, type, name)                       \
	json_object_set_new(object, #name,                  \
			    _Generic(rec->name, __u64       \
				     : json_number, default \
				     : json_integer)(rec->name));
#define SET_ARRAY(record, type, name, length)             \
	json_object_set_new(object, #name,                \
			    _Generic((rec->name)[0], char \
				     : json_text, __u8    \
				     : u8_list, __s32     \
				     : s32_list, __u32    \
				     : u32_list)(rec->name, length));

const struct json_fact json_refusal_facts[CS_REFUSAL_COUNT] = {
	[CS_REFUSAL_TRAIL] = {"trail", {"trail"}},
	[CS_REFUSAL_CHROOTED] = {"chrooted", {"chrooted"}},
	[CS_REFUSAL_MAPPED] = {"ids_mapped", {"ids_mapped"}},
	[CS_REFUSAL_UCOUNT] = {"ucount",
			       {"ucount_type", "ucount_uid", "ucount_max", "ucount_ns",
				"ucount_level"}},
	[CS_REFUSAL_NPROC] = {"nproc", {"nproc", "nproc_max", "nproc_ns", "nproc_uid"}},
	[CS_REFUSAL_THREADS] = {"threads", {"threads", "threads_max"}},
	[CS_REFUSAL_OVERCOMMIT] = {"overcommit", {"overcommit"}},
	[CS_REFUSAL_NR_OPEN] = {"nr_open", {"nr_open", "fds"}},
	[CS_REFUSAL_PID_MAX] = {"pid_max", {"pid_max", "pids_used"}},
	[CS_REFUSAL_TID_IN_USE] = {"tid_in_use", {"tid_in_use_level"}},
	[CS_REFUSAL_PIDS] = {"pids", {"pids", "pids_max"}},
	[CS_REFUSAL_TARGET] = {"target", {"target_subtree", "target_dying", "target_cgroup2"}},
	[CS_REFUSAL_USERNS_CLONE] = {"userns_clone", {"userns_clone"}},
	[CS_REFUSAL_STAGE] = {"stage", {"stage"}},
};

const struct json_fact json_detail_facts[CS_DETAIL_COUNT] = {
	[CS_DETAIL_NAME] = {"name", {"name"}},
	[CS_DETAIL_FUNCTION] = {"function", {"function"}},
	[CS_DETAIL_NAMESPACES] = {"namespaces", {"ns", "caller_ns"}},
	[CS_DETAIL_CGROUP] = {"cgroup", {"cgroup", "cgroup_id", "caller_cgroup_id", "container"}},
	[CS_DETAIL_CPUS] = {"cpus", {"cpus", "caller_cpus", "cpus_changed"}},
	[CS_DETAIL_MEMS] = {"mems", {"mems_changed"}},
	[CS_DETAIL_REQUEST] = {"request",
			       {"cgroup_fd", "pidfd", "child_tid", "parent_tid", "tls", "stack",
				"stack_size", "set_tid_size", "set_tid"}},
};

/* Null for what is missing, and the list of what that is. */
static void set_missing(json_t *object, uint64_t missing, const struct json_fact *facts, int count)
{
	json_t *names = json_array();

	for (int i = 0; i < count; i++) {
		if (!(missing & CS_MISSING(i)))
			continue;
		json_array_append_new(names, json_string(facts[i].name));
		for (int field = 0; facts[i].fields[field]; field++)
			json_object_set_new(object, facts[i].fields[field], json_null());
	}
	json_object_set_new(object, "missing", names);
}

/* Of a list that is ended by NULL, the names whose bits are set. */
static json_t *bit_names(uint64_t bits, const char *const *names)
{
	json_t *list = json_array();

	for (int i = 0; names[i]; i++)
		if (bits & 1ULL << i)
			json_array_append_new(list, json_string(names[i]));
	return list;
}

/* enum cs_trail and enum cs_is, in lower case. */
const char *const json_trail_names[] = {"task", "creds", "limits",     "sched", "security", "files",
					"fs",	"mm",	 "namespaces", "pid",	"cgroup",   NULL};
const char *const json_is_names[] = {
	"pidns_init",	"pidns_pending",  "timens_pending", "pidns_dying",
	"pidns_empty",	"fs_in_exec",	  "deadline",	    "autoreap",
	"init_user",	"signal_pending", "killed",	    "ns_capable",
	"other_domain", "target_invalid", "threaded",	    NULL};

_Static_assert(ARRAY_SIZE(json_trail_names) == CS_TRAIL_CGROUP + 2,
	       "every bit of the trail has a name");
_Static_assert(ARRAY_SIZE(json_is_names) == CS_IS_THREADED + 2, "every bit of cs_is has a name");

static json_t *evidence_json(const struct cs_refusal *rec)
{
	const uint64_t of_cgroup = CS_MISSING(CS_REFUSAL_PIDS) | CS_MISSING(CS_REFUSAL_TARGET);
	json_t *object = json_object();

	CS_REFUSAL_FIELDS(SET_FIELD, SET_ARRAY)
	json_object_del(object, "tid");
	json_object_set_new(object, "stage", json_string(stage_name((enum cs_stage)rec->stage)));
	json_object_set_new(object, "trail", bit_names(rec->trail, json_trail_names));
	json_object_set_new(object, "is", bit_names(rec->is, json_is_names));
	json_object_set_new(object, "set_tid",
			    s32_list(rec->set_tid, rec->set_tid_size < CS_MAX_LEVELS
							   ? rec->set_tid_size
							   : CS_MAX_LEVELS - 1));
	set_missing(object, rec->missing, json_refusal_facts, CS_REFUSAL_COUNT);
	/* "": neither a full one nor a target, but only where both are known. */
	if (!rec->cgroup[0] && (rec->missing & of_cgroup))
		json_object_set_new(object, "cgroup", json_null());
	return object;
}

static json_t *reasons_json(const struct refusal_verdict *verdict)
{
	json_t *list = json_array();

	for (size_t i = 0; i < verdict->count; i++) {
		const struct refusal_reason *reason = &verdict->reasons[i];

		json_array_append_new(
			list, json_pack("{s:s?, s:s?, s:s, s:s, s:s?}", "rule", reason->rule->id,
					"function", reason->rule->function, "sentence",
					reason->sentence, "speaks_for_it",
					rules_sense_text(reason->sense), "advice", reason->advice));
	}
	return list;
}

const char *const json_outcome_names[] = {
	[REFUSAL_NONE] = "none",       [REFUSAL_RESTARTED] = "restarted",
	[REFUSAL_DECIDED] = "decided", [REFUSAL_CANDIDATES] = "candidates",
	[REFUSAL_UNKNOWN] = "unknown", NULL,
};

json_t *json_refusal(const struct refusal_verdict *verdict, const struct cs_refusal *rec)
{
	char sentence[REFUSAL_LINE_SIZE];
	const bool staged = verdict->has_stages;

	refusal_format(sentence, sizeof(sentence), verdict);
	return json_pack(
		"{s:s, s:s, s:o, s:o, s:o, s:I, s:o}", "outcome",
		json_outcome_names[verdict->outcome], "sentence", sentence, "first_stage",
		staged ? json_string(stage_name(verdict->first_stage)) : json_null(), "last_stage",
		staged ? json_string(stage_name(verdict->last_stage)) : json_null(), "reasons",
		reasons_json(verdict), "left_out", (json_int_t)verdict->left_out, "evidence",
		rec ? evidence_json(rec) : json_null());
}

static json_t *ns_json(const __u32 ns[CS_NS_COUNT])
{
	json_t *object = json_object();

	for (int i = 0; i < CS_NS_COUNT; i++)
		json_object_set_new(object, namespace_name(i), json_number(ns[i]));
	return object;
}

static json_t *container_json(const char *path)
{
	struct container container;

	if (!container_find(&container, path))
		return json_null();
	return json_pack("{s:o, s:o, s:o, s:b}", "engine",
			 container.engine ? json_string(container_engine_name(container.engine))
					  : json_null(),
			 "id", container.id[0] ? json_string(container.id) : json_null(), "pod",
			 container.pod[0] ? json_string(container.pod) : json_null(), "monitor",
			 container.monitor);
}

static json_t *changed_json(const struct cs_clone *clone, const struct cs_detail *detail)
{
	uint32_t changes = changes_find(clone, detail);
	json_t *list = json_array();

	for (int change = 0; change < CHANGE_COUNT; change++)
		if (changes & 1U << change)
			json_array_append_new(list, json_string(change_name(change)));
	return list;
}

const char *const json_child_fields[] = {
	"pid_level",
	"pids",
	"real_parent_tid",
	"real_parent_tgid",
	"ns",
	"user_level",
	"user_owner",
	"uid_map_first",
	"uid_map_lower",
	"changed",
	"uid_map_count",
	"child_uid",
	"cpus",
	"cpus_changed",
	"mems_changed",
	"seccomp",
	"no_new_privs",
	"sched_policy",
	"prio",
	"caps",
	"cgroup_id",
	NULL,
};

static void set_null(json_t *object, const char *const *fields)
{
	for (; *fields; fields++)
		json_object_set_new(object, *fields, json_null());
}

json_t *json_detail(const struct cs_clone *clone, const struct cs_detail *rec)
{
	json_t *object = json_object();

	CS_DETAIL_FIELDS(SET_FIELD, SET_ARRAY)
	json_object_del(object, "tid");
	json_object_set_new(object, "set_tid",
			    s32_list(rec->set_tid, rec->set_tid_size < CS_MAX_LEVELS
							   ? rec->set_tid_size
							   : CS_MAX_LEVELS - 1));
	json_object_set_new(
		object, "pids",
		s32_list(rec->pids, rec->pid_level < CS_MAX_LEVELS ? rec->pid_level + 1 : 0));
	json_object_set_new(object, "ns", ns_json(rec->ns));
	json_object_set_new(object, "caller_ns", ns_json(rec->caller_ns));
	json_object_set_new(object, "container", container_json(rec->cgroup));
	json_object_set_new(object, "changed", changed_json(clone, rec));
	if (clone->error)
		set_null(object, json_child_fields);
	if (!rec->cgroup[0])
		json_object_set_new(object, "cgroup", json_null());
	set_missing(object, rec->missing, json_detail_facts, CS_DETAIL_COUNT);
	return object;
}

json_t *json_phases(const struct cs_phases *phases)
{
	json_t *object = json_object();

	for (int stage = 0; stage < CS_STAGE_COUNT; stage++)
		if (phases->phase_ns[stage])
			json_object_set_new(object, stage_name((enum cs_stage)stage),
					    json_number(phases->phase_ns[stage]));
	return object;
}

static void set_error_name(json_t *object, int error)
{
	const char *name = error ? errno_name(error) : NULL;

	json_object_set_new(object, "error_name", name ? json_string(name) : json_null());
}

const char *const json_args_fields[] = {"flags",      "flag_names",   "exit_signal", "stack",
					"stack_size", "set_tid_size", "cgroup",	     "pidfd",
					"parent_tid", "has_set_tid",  NULL};

void json_call_fields(json_t *object, const struct cs_call *rec)
{
	CS_CALL_FIELDS(SET_FIELD, SET_ARRAY)
	json_object_set_new(object, "via",
			    rec->via ? json_string(via_name(rec->via)) : json_null());
	json_object_set_new(object, "flag_names", json_flag_names(rec->flags));
	json_object_set_new(object, "entered", json_boolean(rec->entered));
	json_object_set_new(object, "args_known", json_boolean(rec->args_known));
	json_object_set_new(object, "has_set_tid", json_boolean(rec->has_set_tid));
	set_error_name(object, rec->error);
	if (!rec->args_known)
		set_null(object, json_args_fields);
}

static void set_start(json_t *object, const struct cs_start *rec, const struct life *life)
{
	bool known = life && life->made_ns && rec->head.ts_ns >= life->made_ns;
	enum nodes_verdict where = life ? lives_first_node(life, rec) : NODES_UNKNOWN;

	CS_START_FIELDS(SET_FIELD, SET_ARRAY)
	json_object_set_new(object, "delay_ns",
			    known ? json_number(rec->head.ts_ns - life->made_ns) : json_null());
	json_object_set_new(object, "elsewhere",
			    where == NODES_UNKNOWN ? json_null()
						   : json_boolean(where == NODES_DISAGREE));
}

static void set_exit(json_t *object, const struct cs_exit *rec)
{
	bool killed = WIFSIGNALED(rec->code);
	const char *signal = killed ? signal_name(WTERMSIG(rec->code)) : NULL;

	CS_EXIT_FIELDS(SET_FIELD, SET_ARRAY)
	json_object_set_new(object, "last_thread", json_boolean(rec->last_thread));
	json_object_set_new(object, "status",
			    killed ? json_null() : json_integer(WEXITSTATUS(rec->code)));
	json_object_set_new(object, "signal", signal ? json_string(signal) : json_null());
	json_object_set_new(object, "lived_ns",
			    rec->head.ts_ns >= rec->start_ns
				    ? json_number(rec->head.ts_ns - rec->start_ns)
				    : json_null());
}

static void set_exec(json_t *object, const struct cs_exec *rec, const struct life *life)
{
	CS_EXEC_FIELDS(SET_FIELD, SET_ARRAY)
	json_object_set_new(object, "ready", life ? json_boolean(life->fresh) : json_null());
}

static void set_namespaces(json_t *object, const struct cs_namespaces *rec)
{
	CS_NAMESPACES_FIELDS(SET_FIELD, SET_ARRAY)
	json_object_set_new(object, "flag_names", json_flag_names(rec->flags));
	json_object_set_new(object, "is_setns", json_boolean(rec->is_setns));
	json_object_set_new(object, "ns", ns_json(rec->ns));
	set_error_name(object, rec->error);
}

void json_life_fields(json_t *object, const struct cs_head *head, const struct life *life)
{
	switch (head->kind) {
	case CS_KIND_START:
		set_start(object, (const void *)head, life);
		break;
	case CS_KIND_EXEC:
		set_exec(object, (const void *)head, life);
		break;
	case CS_KIND_EXIT:
		set_exit(object, (const void *)head);
		break;
	case CS_KIND_NAMESPACES:
		set_namespaces(object, (const void *)head);
		break;
	}
}
