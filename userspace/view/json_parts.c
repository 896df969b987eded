// SPDX-License-Identifier: GPL-2.0
/* The JSON of the records that belong to a clone, with their own field names. */
#include "view/json_parts.h"

#include <stdbool.h>
#include <string.h>
#include <sys/wait.h>

#include "model/changes.h"
#include "model/container.h"
#include "model/flags.h"
#include "model/layout.h"
#include "model/names.h"
#include "model/stages.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

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

const char *const json_outcome_names[] = {
	[REFUSAL_NONE] = "none",       [REFUSAL_RESTARTED] = "restarted",
	[REFUSAL_DECIDED] = "decided", [REFUSAL_CANDIDATES] = "candidates",
	[REFUSAL_UNKNOWN] = "unknown", NULL,
};

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

const char *const json_args_fields[] = {"flags",      "flag_names",   "exit_signal", "stack",
					"stack_size", "set_tid_size", "cgroup",	     "pidfd",
					"parent_tid", "has_set_tid",  NULL};

/* --- values -------------------------------------------------------------------------------------------- */

static void put_scalar(struct json_line *line, const struct cs_head *head,
		       const struct layout_field *field, size_t index)
{
	int64_t value = layout_get(head, field, index);

	if (field->is_signed)
		json_line_integer(line, value);
	else
		json_line_number(line, (uint64_t)value);
}

/* As it lies in the record. Of a list, @count. */
static void put_field(struct json_line *line, const struct cs_head *head,
		      const struct layout_field *field, size_t count)
{
	if (field->is_text) {
		json_line_text(line, (const char *)head + field->offset, field->count);
		return;
	}
	if (field->count == 1) {
		put_scalar(line, head, field, 0);
		return;
	}
	json_line_open(line, '[');
	for (size_t i = 0; i < count; i++)
		put_scalar(line, head, field, i);
	json_line_close(line, ']');
}

/* Of a list that is ended by NULL, the names whose bits are set. */
static void put_bit_names(struct json_line *line, uint64_t bits, const char *const *names)
{
	json_line_open(line, '[');
	for (int i = 0; names[i]; i++)
		if (bits & 1ULL << i)
			json_line_word(line, names[i]);
	json_line_close(line, ']');
}

void json_put_flag_names(struct json_line *line, uint64_t flags)
{
	char text[FLAGS_TEXT_SIZE];

	json_line_open(line, '[');
	for (uint64_t left = flags; left; left &= left - 1) {
		const struct flag_info *flag = flags_find(left & -left);

		if (!flag)
			flags_format(text, sizeof(text), left & -left, 0);
		json_line_word(line, flag ? flag->name : text);
	}
	json_line_close(line, ']');
}

static void put_facts(struct json_line *line, uint64_t missing, const struct json_fact *facts,
		      int count)
{
	json_line_open(line, '[');
	for (int i = 0; i < count; i++)
		if (missing & CS_MISSING(i))
			json_line_word(line, facts[i].name);
	json_line_close(line, ']');
}

static void put_ns(struct json_line *line, const __u32 ns[CS_NS_COUNT])
{
	json_line_open(line, '{');
	for (int i = 0; i < CS_NS_COUNT; i++) {
		json_line_name(line, namespace_name(i));
		json_line_number(line, ns[i]);
	}
	json_line_close(line, '}');
}

/* Null unless @known. */
static void put_bool_if(struct json_line *line, const char *name, bool known, bool value)
{
	json_line_name(line, name);
	if (known)
		json_line_bool(line, value);
	else
		json_line_null(line);
}

static void put_number_if(struct json_line *line, const char *name, bool known, uint64_t value)
{
	json_line_name(line, name);
	if (known)
		json_line_number(line, value);
	else
		json_line_null(line);
}

/* Text that may have to be escaped; NULL: null. */
static void put_string(struct json_line *line, const char *name, const char *text)
{
	json_line_name(line, name);
	json_line_string(line, text);
}

static void put_word(struct json_line *line, const char *name, const char *word)
{
	json_line_name(line, name);
	json_line_word(line, word);
}

static void put_error_name(struct json_line *line, int error)
{
	put_word(line, "error_name", error ? errno_name(error) : NULL);
}

static size_t set_tid_count(uint32_t size)
{
	return size < CS_MAX_LEVELS ? size : CS_MAX_LEVELS - 1;
}

/* --- the fields of a record ------------------------------------------------------------------------------ */

/* Bits of facts that may be missing; above them, what else leaves fields null. */
#define FACTS	  (NEVER - 1)
#define NO_CHILD  (1ULL << 63)
#define NO_CGROUP (1ULL << 62)
#define NO_ARGS	  (1ULL << 61)
#define NEVER	  (1ULL << 60) /* it is left out: a part's tid is that of its clone */

static const char *const cgroup_alone[] = {"cgroup", NULL};
static const char *const tid_alone[] = {"tid", NULL};

/* Of records of @kind, fields that are null without something. */
static const struct {
	int kind;
	uint64_t without;
	const char *const *fields;
} conditions[] = {
	{CS_KIND_REFUSAL, NEVER, tid_alone},
	{CS_KIND_REFUSAL, NO_CGROUP, cgroup_alone},
	{CS_KIND_DETAIL, NEVER, tid_alone},
	{CS_KIND_DETAIL, NO_CGROUP, cgroup_alone},
	{CS_KIND_DETAIL, NO_CHILD, json_child_fields},
	{CS_KIND_CALL, NO_ARGS, json_args_fields},
};

static bool is_among(const char *name, const char *const *names)
{
	while (*names && strcmp(*names, name))
		names++;
	return *names;
}

/* What makes a field null: any of these bits. */
static uint64_t nulled_by(int kind, const char *name)
{
	uint64_t without = 0;

	for (int i = 0; kind == CS_KIND_REFUSAL && i < CS_REFUSAL_COUNT; i++)
		if (is_among(name, json_refusal_facts[i].fields))
			without |= CS_MISSING(i);
	for (int i = 0; kind == CS_KIND_DETAIL && i < CS_DETAIL_COUNT; i++)
		if (is_among(name, json_detail_facts[i].fields))
			without |= CS_MISSING(i);
	for (size_t i = 0; i < ARRAY_SIZE(conditions); i++)
		if (conditions[i].kind == kind && is_among(name, conditions[i].fields))
			without |= conditions[i].without;
	return without;
}

/* The same of each field of a kind of record, found once. */
static const uint64_t *nulls_of(int kind)
{
	static struct {
		bool known;
		uint64_t without[LAYOUT_MAX_FIELDS];
	} nulls[LAYOUT_KINDS];
	const struct layout *layout = layout_of(kind);

	for (size_t i = 0; !nulls[kind].known && i < layout->count; i++)
		nulls[kind].without[i] = nulled_by(kind, layout->fields[i].name);
	nulls[kind].known = true;
	return nulls[kind].without;
}

/* Writes the value of a field: some are told otherwise than as they lie in the record. */
typedef void put_fn(struct json_line *line, const struct cs_head *head,
		    const struct layout_field *field);

/* All fields of a record of @kind, by their names. @without: bits of what there is not. */
static void put_fields(struct json_line *line, int kind, const struct cs_head *head, put_fn *put,
		       uint64_t without)
{
	const struct layout *layout = layout_of(kind);
	const uint64_t *nulls = nulls_of(kind);

	for (size_t i = 0; i < layout->count; i++) {
		if (nulls[i] & NEVER)
			continue;
		json_line_name(line, layout->fields[i].name);
		if (nulls[i] & without)
			json_line_null(line);
		else
			put(line, head, &layout->fields[i]);
	}
}

static void put_any(struct json_line *line, const struct cs_head *head,
		    const struct layout_field *field)
{
	put_field(line, head, field, field->count);
}

static void put_bool(struct json_line *line, const struct cs_head *head,
		     const struct layout_field *field)
{
	json_line_bool(line, layout_get(head, field, 0));
}

/* --- why it was refused -------------------------------------------------------------------------------- */

static void put_of_refusal(struct json_line *line, const struct cs_head *head,
			   const struct layout_field *field)
{
	const struct cs_refusal *rec = (const void *)head;

	switch (field->offset) {
	case offsetof(struct cs_refusal, missing):
		put_facts(line, rec->missing, json_refusal_facts, CS_REFUSAL_COUNT);
		break;
	case offsetof(struct cs_refusal, stage):
		json_line_word(line, stage_name((enum cs_stage)rec->stage));
		break;
	case offsetof(struct cs_refusal, trail):
		put_bit_names(line, rec->trail, json_trail_names);
		break;
	case offsetof(struct cs_refusal, is):
		put_bit_names(line, rec->is, json_is_names);
		break;
	case offsetof(struct cs_refusal, set_tid):
		put_field(line, head, field, set_tid_count(rec->set_tid_size));
		break;
	default:
		put_any(line, head, field);
	}
}

/* No cgroup: neither a full one nor a target, but only where both are known. */
static void put_evidence(struct json_line *line, const struct cs_refusal *rec)
{
	const uint64_t of_cgroup = CS_MISSING(CS_REFUSAL_PIDS) | CS_MISSING(CS_REFUSAL_TARGET);
	uint64_t without = rec->missing & FACTS;

	if (!rec->cgroup[0] && rec->missing & of_cgroup)
		without |= NO_CGROUP;
	json_line_open(line, '{');
	put_fields(line, CS_KIND_REFUSAL, &rec->head, put_of_refusal, without);
	json_line_close(line, '}');
}

static void put_reasons(struct json_line *line, const struct refusal_verdict *verdict)
{
	json_line_open(line, '[');
	for (size_t i = 0; i < verdict->count; i++) {
		const struct refusal_reason *reason = &verdict->reasons[i];

		json_line_open(line, '{');
		put_string(line, "rule", reason->rule->id);
		put_string(line, "function", reason->rule->function);
		put_string(line, "sentence", reason->sentence);
		put_string(line, "speaks_for_it", rules_sense_text(reason->sense));
		put_string(line, "advice", reason->advice);
		json_line_close(line, '}');
	}
	json_line_close(line, ']');
}

void json_put_refusal(struct json_line *line, const struct refusal_verdict *verdict,
		      const struct cs_refusal *rec)
{
	const bool staged = verdict->has_stages;
	char sentence[REFUSAL_LINE_SIZE];

	refusal_format(sentence, sizeof(sentence), verdict);
	json_line_name(line, "refusal");
	json_line_open(line, '{');
	put_word(line, "outcome", json_outcome_names[verdict->outcome]);
	put_string(line, "sentence", sentence);
	put_word(line, "first_stage", staged ? stage_name(verdict->first_stage) : NULL);
	put_word(line, "last_stage", staged ? stage_name(verdict->last_stage) : NULL);
	json_line_name(line, "reasons");
	put_reasons(line, verdict);
	json_line_name(line, "left_out");
	json_line_number(line, verdict->left_out);
	json_line_name(line, "evidence");
	if (rec)
		put_evidence(line, rec);
	else
		json_line_null(line);
	json_line_close(line, '}');
}

/* --- the detail, and the stages ------------------------------------------------------------------------ */

static void put_of_detail(struct json_line *line, const struct cs_head *head,
			  const struct layout_field *field)
{
	const struct cs_detail *rec = (const void *)head;

	switch (field->offset) {
	case offsetof(struct cs_detail, missing):
		put_facts(line, rec->missing, json_detail_facts, CS_DETAIL_COUNT);
		break;
	case offsetof(struct cs_detail, set_tid):
		put_field(line, head, field, set_tid_count(rec->set_tid_size));
		break;
	case offsetof(struct cs_detail, pids):
		put_field(line, head, field,
			  rec->pid_level < CS_MAX_LEVELS ? rec->pid_level + 1 : 0);
		break;
	case offsetof(struct cs_detail, ns):
		put_ns(line, rec->ns);
		break;
	case offsetof(struct cs_detail, caller_ns):
		put_ns(line, rec->caller_ns);
		break;
	default:
		put_any(line, head, field);
	}
}

static void put_container(struct json_line *line, const struct cs_detail *rec)
{
	struct container found;

	json_line_name(line, "container");
	if (rec->missing & CS_MISSING(CS_DETAIL_CGROUP) || !container_find(&found, rec->cgroup)) {
		json_line_null(line);
		return;
	}
	json_line_open(line, '{');
	put_word(line, "engine", found.engine ? container_engine_name(found.engine) : NULL);
	put_string(line, "id", found.id[0] ? found.id : NULL);
	put_string(line, "pod", found.pod[0] ? found.pod : NULL);
	put_bool_if(line, "monitor", true, found.monitor);
	json_line_close(line, '}');
}

static void put_changed(struct json_line *line, const struct cs_clone *clone,
			const struct cs_detail *rec)
{
	uint32_t changes = changes_find(clone, rec);

	json_line_name(line, "changed");
	if (clone->error) {
		json_line_null(line);
		return;
	}
	json_line_open(line, '[');
	for (int change = 0; change < CHANGE_COUNT; change++)
		if (changes & 1U << change)
			json_line_word(line, change_name(change));
	json_line_close(line, ']');
}

void json_put_detail(struct json_line *line, const struct cs_clone *clone,
		     const struct cs_detail *rec)
{
	uint64_t without = rec->missing & FACTS;

	if (clone->error)
		without |= NO_CHILD;
	if (!rec->cgroup[0])
		without |= NO_CGROUP;
	json_line_name(line, "detail");
	json_line_open(line, '{');
	put_fields(line, CS_KIND_DETAIL, &rec->head, put_of_detail, without);
	put_container(line, rec);
	put_changed(line, clone, rec);
	json_line_close(line, '}');
}

void json_put_phases(struct json_line *line, const struct cs_phases *phases)
{
	json_line_name(line, "phases");
	json_line_open(line, '{');
	for (int stage = 0; stage < CS_STAGE_COUNT; stage++) {
		if (!phases->phase_ns[stage])
			continue;
		json_line_name(line, stage_name((enum cs_stage)stage));
		json_line_number(line, phases->phase_ns[stage]);
	}
	json_line_close(line, '}');
}

/* --- what is no clone ------------------------------------------------------------------------------------ */

static void put_of_call(struct json_line *line, const struct cs_head *head,
			const struct layout_field *field)
{
	const struct cs_call *rec = (const void *)head;

	switch (field->offset) {
	case offsetof(struct cs_call, via):
		json_line_word(line, rec->via ? via_name(rec->via) : NULL);
		break;
	case offsetof(struct cs_call, entered):
	case offsetof(struct cs_call, args_known):
	case offsetof(struct cs_call, has_set_tid):
		put_bool(line, head, field);
		break;
	default:
		put_any(line, head, field);
	}
}

void json_put_call(struct json_line *line, const struct cs_call *rec)
{
	put_fields(line, CS_KIND_CALL, &rec->head, put_of_call, rec->args_known ? 0 : NO_ARGS);
	json_line_name(line, "flag_names");
	if (rec->args_known)
		json_put_flag_names(line, rec->flags);
	else
		json_line_null(line);
	put_error_name(line, rec->error);
}

static void put_start(struct json_line *line, const struct cs_start *rec, const struct life *life)
{
	bool known = life && life->made_ns && rec->head.ts_ns >= life->made_ns;
	enum nodes_verdict where = life ? lives_first_node(life, rec) : NODES_UNKNOWN;

	put_fields(line, CS_KIND_START, &rec->head, put_any, 0);
	put_number_if(line, "delay_ns", known, known ? rec->head.ts_ns - life->made_ns : 0);
	put_bool_if(line, "elsewhere", where != NODES_UNKNOWN, where == NODES_DISAGREE);
}

static void put_exec(struct json_line *line, const struct cs_exec *rec, const struct life *life)
{
	put_fields(line, CS_KIND_EXEC, &rec->head, put_any, 0);
	put_bool_if(line, "ready", life, life && life->fresh);
}

static void put_of_exit(struct json_line *line, const struct cs_head *head,
			const struct layout_field *field)
{
	if (field->offset == offsetof(struct cs_exit, last_thread))
		put_bool(line, head, field);
	else
		put_any(line, head, field);
}

static void put_exit(struct json_line *line, const struct cs_exit *rec)
{
	bool killed = WIFSIGNALED(rec->code);

	put_fields(line, CS_KIND_EXIT, &rec->head, put_of_exit, 0);
	put_number_if(line, "status", !killed, (uint64_t)WEXITSTATUS(rec->code));
	put_word(line, "signal", killed ? signal_name(WTERMSIG(rec->code)) : NULL);
	put_number_if(line, "lived_ns", rec->head.ts_ns >= rec->start_ns,
		      rec->head.ts_ns - rec->start_ns);
}

static void put_of_namespaces(struct json_line *line, const struct cs_head *head,
			      const struct layout_field *field)
{
	const struct cs_namespaces *rec = (const void *)head;

	if (field->offset == offsetof(struct cs_namespaces, is_setns))
		put_bool(line, head, field);
	else if (field->offset == offsetof(struct cs_namespaces, ns))
		put_ns(line, rec->ns);
	else
		put_any(line, head, field);
}

static void put_namespaces(struct json_line *line, const struct cs_namespaces *rec)
{
	put_fields(line, CS_KIND_NAMESPACES, &rec->head, put_of_namespaces, 0);
	json_line_name(line, "flag_names");
	json_put_flag_names(line, rec->flags);
	put_error_name(line, rec->error);
}

void json_put_life(struct json_line *line, const struct cs_head *head, const struct life *life)
{
	switch (head->kind) {
	case CS_KIND_START:
		put_start(line, (const void *)head, life);
		break;
	case CS_KIND_EXEC:
		put_exec(line, (const void *)head, life);
		break;
	case CS_KIND_EXIT:
		put_exit(line, (const void *)head);
		break;
	case CS_KIND_NAMESPACES:
		put_namespaces(line, (const void *)head);
		break;
	}
}
