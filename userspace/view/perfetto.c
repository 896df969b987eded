// SPDX-License-Identifier: GPL-2.0
/* Chrome's trace format, which Perfetto reads: a track per task, a slice per clone, arrows to the children. */
#include "view/view.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "model/flags.h"
#include "model/names.h"
#include "model/nodes.h"
#include "model/policy.h"
#include "model/refusal.h"
#include "model/stages.h"
#include "model/text.h"
#include "model/tracks.h"
#include "view/json_values.h"
#include "view/json_write.h"
#include "view/perfetto.h"
#include "view/tree_parts.h"

static struct tracks *tracks;
static uint64_t flows;	/* arrows so far: each has a number */
static bool has_events; /* one stands before the next */

/* Microseconds, which need not be whole. */
struct time {
	char text[32];
};

static struct time time_of(uint64_t ns)
{
	struct time time;

	snprintf(time.text, sizeof(time.text), "%" PRIu64 ".%03u", ns / 1000,
		 (unsigned int)(ns % 1000));
	return time;
}

/* The beginning of any event; the rest of it, and '}', are the caller's to write. */
static void begin_event(FILE *out, const char *phase, const struct track *track, uint64_t ns)
{
	fprintf(out, "%s{\"ph\":\"%s\",\"pid\":%" PRIu32 ",\"tid\":%" PRIu32 ",\"ts\":%s",
		has_events ? ",\n" : "", phase, track->process_id, track->id, time_of(ns).text);
	has_events = true;
}

static void end_event(FILE *out, json_t *args)
{
	if (args) {
		fputs(",\"args\":", out);
		json_write(out, args, JSON_COMPACT);
	}
	fputc('}', out);
}

static void put_name(FILE *out, const char *category, json_t *name)
{
	fprintf(out, ",\"cat\":\"%s\",\"name\":", category);
	json_write(out, name, JSON_ENCODE_ANY);
}

static json_t *comm_json(const char *comm)
{
	return json_text(comm, CS_COMM_LEN);
}

/* A viewer shows the name and the track's number: where that is not the tid, this is in the name. */
static json_t *name_of(const struct track *track)
{
	char name[CS_COMM_LEN + 32];

	if (track->id == track->tid)
		return comm_json(track->comm);
	snprintf(name, sizeof(name), "%.*s (%" PRIu32 ")", CS_COMM_LEN, track->comm, track->tid);
	return json_text(name, sizeof(name));
}

/* What a track and its process are called in the end. */
static void name_track(FILE *out, const struct track *track)
{
	const char *const kinds[] = {"thread_name", "process_name"};
	size_t count = track->tid == track->tgid ? 2 : 1;

	for (size_t i = 0; i < count; i++) {
		begin_event(out, "M", track, 0);
		fprintf(out, ",\"name\":\"%s\"", kinds[i]);
		end_event(out, json_pack("{s:o}", "name", name_of(track)));
	}
}

static void end_track(FILE *out, struct track *track)
{
	name_track(out, track);
	tracks_remove(tracks, track);
}

static void begin_life(FILE *out, struct track *track, const char *comm, uint64_t ns, json_t *args)
{
	memcpy(track->comm, comm, CS_COMM_LEN);
	track->made = true;
	begin_event(out, "B", track, ns);
	put_name(out, "task", comm_json(comm));
	end_event(out, args);
}

static void end_life(FILE *out, struct track *track, uint64_t ns, json_t *args)
{
	if (!track->made) {
		json_decref(args);
		return;
	}
	begin_event(out, "E", track, ns);
	end_event(out, args);
	track->made = false;
}

/* A task that was there before, or whose beginning was lost, has a track all the same. */
static struct track *track_of(FILE *out, uint32_t tid, uint32_t tgid, uint64_t start_ns,
			      const char *comm)
{
	struct track *track = tracks_find(tracks, tid, start_ns);
	struct track *holder = track ? NULL : tracks_holder(tracks, tid);

	if (holder)
		end_track(out, holder);
	if (!track)
		track = tracks_add(tracks, tid, tgid, start_ns);
	if (track && comm)
		memcpy(track->comm, comm, CS_COMM_LEN);
	return track;
}

static void perfetto_begin(const struct view_options *options)
{
	tree_warn(options);
	flows = 0;
	has_events = false;
	tracks = tracks_new();
	if (!tracks) {
		fprintf(stderr, "clonescope: there is no memory for a trace\n");
		exit(EXIT_FAILURE);
	}
	fputs(PERFETTO_BEGINS_WITH ",\"clock\":\"CLOCK_BOOTTIME\"},\n\"traceEvents\":[\n",
	      options->out);
}

static json_t *flags_json(uint64_t flags)
{
	char text[FLAGS_TEXT_SIZE];

	flags_format(text, sizeof(text), flags, 0);
	return json_string(text);
}

static void set_nodes(json_t *args, const struct cs_clone *rec)
{
	char pages[NODES_TEXT_SIZE];
	struct nodes_stack stack;
	int task;

	nodes_stack(rec, &stack);
	nodes_format_stack(pages, sizeof(pages), &stack);
	json_object_set_new(args, "cpu_node", json_integer(rec->cpu_node));
	if (nodes_task(rec, &task))
		json_object_set_new(args, "task_node", json_integer(task));
	json_object_set_new(args, "stack_nodes", json_string(pages));
	if (nodes_check(rec) == NODES_DISAGREE)
		json_object_set_new(args, "nodes_disagree", json_true());
}

static json_t *clone_args(const struct view_options *options, const struct clone *clone)
{
	const struct cs_clone *rec = clone->rec;
	json_t *args = json_pack("{s:o, s:I}", "flags", flags_json(rec->flags), "cpu",
				 (json_int_t)rec->cpu);
	char line[REFUSAL_LINE_SIZE > POLICY_TEXT_SIZE ? REFUSAL_LINE_SIZE : POLICY_TEXT_SIZE];
	struct refusal_verdict verdict;

	if (rec->missing & CS_MISSING(CS_FACT_COPY_NS))
		json_object_set_new(args, "copy_ns", json_null());
	set_nodes(args, rec);
	if (!(rec->missing & CS_MISSING(CS_FACT_POLICY)) && !policy_is_default(&rec->policy)) {
		policy_format(line, sizeof(line), &rec->policy);
		json_object_set_new(args, "policy", json_string(line));
	}
	if (rec->error) {
		refusal_explain(clone, options->kernel, &verdict);
		refusal_format(line, sizeof(line), &verdict);
		json_object_set_new(args, "refusal", json_string(line));
	} else {
		json_object_set_new(args, "child", json_integer(rec->child_tid));
	}
	return args;
}

/* "clone3", "fork EAGAIN". */
static json_t *clone_name(const struct cs_clone *rec)
{
	char name[64], error[NAMES_TEXT_SIZE];

	if (!rec->error)
		return json_string(via_name(rec->via));
	errno_format(error, sizeof(error), rec->error);
	snprintf(name, sizeof(name), "%s %s", via_name(rec->via), error);
	return json_string(name);
}

static void put_slice(FILE *out, const struct track *track, const char *category, json_t *name,
		      uint64_t begin_ns, uint64_t ns, json_t *args)
{
	begin_event(out, "X", track, begin_ns);
	fprintf(out, ",\"dur\":%s", time_of(ns).text);
	put_name(out, category, name);
	end_event(out, args);
}

/* Only how long each stage took is known: they are drawn in their order, one right after the other. */
static void put_stages(FILE *out, const struct track *track, const struct cs_phases *phases,
		       uint64_t begin_ns, uint64_t end_ns)
{
	for (int stage = 0; stage < CS_STAGE_COUNT; stage++) {
		uint64_t ns = phases->phase_ns[stage];

		/* What would stick out of the clone would not be shown as a part of it. */
		if (!ns || ns > end_ns - begin_ns)
			continue;
		put_slice(out, track, "stage", json_string(stage_name((enum cs_stage)stage)),
			  begin_ns, ns, NULL);
		begin_ns += ns;
	}
}

static void put_flow(FILE *out, const char *phase, const struct track *track, uint64_t ns)
{
	begin_event(out, phase, track, ns);
	fprintf(out, ",\"id\":%" PRIu64 ",\"cat\":\"made\",\"name\":\"made\"", flows);
	if (phase[0] == 'f')
		fputs(",\"bp\":\"e\"", out);
	end_event(out, NULL);
}

static void begin_child(FILE *out, const struct cs_clone *rec)
{
	json_t *args = json_pack("{s:o, s:I}", "flags", flags_json(rec->flags), "made_by",
				 (json_int_t)rec->tid);
	struct track *child =
		track_of(out, rec->child_tid, rec->child_tgid, rec->child_start_ns, NULL);

	if (!child) {
		json_decref(args);
		return;
	}
	begin_life(out, child, rec->comm, rec->head.ts_ns, args);
	put_flow(out, "f", child, rec->head.ts_ns);
}

/* The arrow comes after the slice that it leaves, and before the stages in it. */
static void perfetto_clone(const struct view_options *options, const struct clone *clone,
			   const struct tries_before *before)
{
	const struct cs_clone *rec = clone->rec;
	const bool timed =
		!(rec->missing & CS_MISSING(CS_FACT_COPY_NS)) && rec->copy_ns <= rec->head.ts_ns;
	/* A slice without a length would have no arrows: 1 ns is as good as nothing. */
	const uint64_t ns = timed && rec->copy_ns ? rec->copy_ns : 1;
	const uint64_t begin_ns = rec->head.ts_ns >= ns ? rec->head.ts_ns - ns : 0;
	struct track *caller =
		track_of(options->out, rec->tid, rec->tgid, rec->start_ns, rec->comm);

	(void)before;
	if (!caller)
		return;
	put_slice(options->out, caller, rec->error ? "refused" : "clone", clone_name(rec), begin_ns,
		  ns, clone_args(options, clone));
	flows += !rec->error;
	if (!rec->error)
		put_flow(options->out, "s", caller, begin_ns);
	if (clone->phases && timed)
		put_stages(options->out, caller, clone->phases, begin_ns, rec->head.ts_ns);
	if (!rec->error)
		begin_child(options->out, rec);
}

/* A parent that waits for its vfork()ed child. */
static void perfetto_returned(const struct view_options *options, const struct cs_return *rec)
{
	struct track *track;

	if (!rec->vfork_ns || rec->vfork_ns > rec->head.ts_ns)
		return;
	track = track_of(options->out, rec->tid, rec->tgid, rec->start_ns, rec->comm);
	if (track)
		put_slice(options->out, track, "vfork", json_string("held by vfork"),
			  rec->head.ts_ns - rec->vfork_ns, rec->vfork_ns, NULL);
}

static void put_instant(FILE *out, const struct track *track, const char *category, json_t *name,
			uint64_t ns, json_t *args)
{
	begin_event(out, "i", track, ns);
	fputs(",\"s\":\"t\"", out);
	put_name(out, category, name);
	end_event(out, args);
}

static void perfetto_call(const struct view_options *options, const struct cs_call *rec)
{
	struct track *track = track_of(options->out, rec->tid, rec->tgid, rec->start_ns, rec->comm);
	char name[64], error[NAMES_TEXT_SIZE], line[REFUSAL_LINE_SIZE];
	struct refusal_verdict verdict;

	if (!track)
		return;
	errno_format(error, sizeof(error), rec->error);
	snprintf(name, sizeof(name), "%s %s", via_name(rec->via), error);
	refusal_explain_call(rec, options->kernel, &verdict);
	refusal_format(line, sizeof(line), &verdict);
	put_instant(options->out, track, "refused", json_string(name), rec->head.ts_ns,
		    json_pack("{s:s}", "refusal", line));
}

static void put_start(FILE *out, const struct cs_start *rec)
{
	const struct track *track = tracks_find(tracks, rec->tid, rec->start_ns);

	if (track)
		put_instant(
			out, track, "start", json_string("first ran"), rec->head.ts_ns,
			json_pack("{s:I, s:i}", "cpu", (json_int_t)rec->cpu, "node", rec->node));
}

/* From now on it is another program: a slice of its own. */
static void put_exec(FILE *out, const struct cs_exec *rec)
{
	struct track *track, *thread = tracks_holder(tracks, rec->old_tid);

	/* A thread other than the first has become the first. */
	if (thread && rec->old_tid != rec->tid) {
		end_life(out, thread, rec->head.ts_ns, NULL);
		end_track(out, thread);
	}
	track = track_of(out, rec->tid, rec->tgid, rec->start_ns, NULL);
	if (!track)
		return;
	end_life(out, track, rec->head.ts_ns, NULL);
	begin_life(out, track, rec->comm, rec->head.ts_ns,
		   json_pack("{s:o}", "exec", json_text(rec->file, sizeof(rec->file))));
}

static json_t *exit_args(const struct cs_exit *rec)
{
	if (WIFSIGNALED(rec->code))
		return json_pack("{s:i}", "signal", WTERMSIG(rec->code));
	return json_pack("{s:i}", "exit", WEXITSTATUS(rec->code));
}

static void put_exit(FILE *out, const struct cs_exit *rec)
{
	struct track *track = tracks_find(tracks, rec->tid, rec->start_ns);

	if (!track)
		return;
	end_life(out, track, rec->head.ts_ns, exit_args(rec));
	end_track(out, track);
}

static void put_namespaces(FILE *out, const struct cs_namespaces *rec)
{
	struct track *track = track_of(out, rec->tid, rec->tgid, rec->start_ns, rec->comm);
	char name[FLAGS_TEXT_SIZE + 64], flags[FLAGS_TEXT_SIZE], error[NAMES_TEXT_SIZE] = "";

	if (!track)
		return;
	flags_format(flags, sizeof(flags), rec->flags, 0);
	if (rec->error)
		errno_format(error, sizeof(error), rec->error);
	snprintf(name, sizeof(name), "%s %s%s%s", rec->is_setns ? "setns" : "unshare", flags,
		 rec->error ? ": " : "", error);
	put_instant(out, track, "namespaces", json_string(name), rec->head.ts_ns, NULL);
}

static void perfetto_life(const struct view_options *options, const struct cs_head *head,
			  const struct life *life, const struct cs_refusal *refusal)
{
	(void)life;
	(void)refusal;
	if (head->kind == CS_KIND_START)
		put_start(options->out, (const void *)head);
	else if (head->kind == CS_KIND_EXEC)
		put_exec(options->out, (const void *)head);
	else if (head->kind == CS_KIND_EXIT)
		put_exit(options->out, (const void *)head);
	else if (head->kind == CS_KIND_NAMESPACES)
		put_namespaces(options->out, (const void *)head);
}

/* What has not ended is left open: viewers draw it to the end. */
static void perfetto_end(const struct view_options *options, const struct totals *totals,
			 const struct losses *losses)
{
	struct track *track;

	(void)totals;
	(void)losses;
	while ((track = tracks_any(tracks)))
		end_track(options->out, track);
	fputs("\n]}\n", options->out);
	tracks_free(tracks);
	tracks = NULL;
}

const struct view_ops view_perfetto = {
	.begin = perfetto_begin,
	.clone = perfetto_clone,
	.returned = perfetto_returned,
	.call = perfetto_call,
	.life = perfetto_life,
	.lost = tree_lost,
	.end = perfetto_end,
};
