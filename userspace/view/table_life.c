// SPDX-License-Identifier: GPL-2.0
/* The table's words for what became of a task: first run, exec, exit, unshare, setns. */
#include "view/table_parts.h"

#include <inttypes.h>
#include <sys/wait.h>

#include "model/changes.h"
#include "model/container.h"
#include "model/flags.h"
#include "model/names.h"
#include "model/text.h"

enum ink table_life_ink(const struct cs_head *head)
{
	const struct cs_exit *exit = (const void *)head;
	const struct cs_namespaces *namespaces = (const void *)head;

	if (head->kind == CS_KIND_EXIT && exit->code)
		return WIFSIGNALED(exit->code) ? INK_BAD : INK_DOUBTFUL;
	if (head->kind == CS_KIND_NAMESPACES && namespaces->error)
		return INK_BAD;
	return INK_NONE;
}

void table_life_of(struct table_life *line, const struct cs_head *head, const struct life *life)
{
	const struct cs_start *start = (const void *)head;
	const struct cs_exec *exec = (const void *)head;
	const struct cs_exit *exit = (const void *)head;
	const struct cs_namespaces *namespaces = (const void *)head;

	*line = (struct table_life){.comm = "?"};
	if (head->kind == CS_KIND_START && life && life->made_ns)
		*line = (struct table_life){.tid = start->tid, .comm = life->comm};
	else if (head->kind == CS_KIND_START)
		line->tid = start->tid;
	else if (head->kind == CS_KIND_EXEC)
		*line = (struct table_life){.tid = exec->tid, .comm = exec->comm};
	else if (head->kind == CS_KIND_EXIT) /* the last thread's exit is that of the process */
		*line = (struct table_life){.tid = exit->last_thread ? exit->tgid : exit->tid,
					    .comm = exit->comm};
	else if (head->kind == CS_KIND_NAMESPACES)
		*line = (struct table_life){.tid = namespaces->tid, .comm = namespaces->comm};
}

static void add_start(struct text *text, const struct cs_start *rec, const struct life *life)
{
	text_add(text, "first ran on CPU %" PRIu32 ", node %d", rec->cpu, rec->node);
	if (!life || !life->made_ns)
		return;
	if (lives_first_node(life, rec) == NODES_DISAGREE)
		text_add(text, "!");
	if (rec->head.ts_ns >= life->made_ns) {
		text_add(text, ", after ");
		text_put_time(text, rec->head.ts_ns - life->made_ns);
	}
}

static void add_exec(struct text *text, const struct cs_exec *rec, const struct life *life)
{
	char file[4 * CS_FILE_LEN + 1];

	text_add(text, "exec %s", text_quote(file, sizeof(file), rec->file));
	if (rec->old_tid != rec->tid)
		text_add(text, ", by its thread %" PRIu32, rec->old_tid);
	if (life && life->fresh && life->inner_tid)
		text_add(text, ": ready, as pid %" PRId32 " inside", life->inner_tid);
	else if (life && life->fresh)
		text_add(text, ": ready");
}

static void add_exit(struct text *text, const struct view_options *options,
		     const struct cs_exit *rec)
{
	char signal[NAMES_TEXT_SIZE];

	if (!rec->last_thread)
		text_add(text, "thread ");
	if (WIFSIGNALED(rec->code)) {
		signal_format(signal, sizeof(signal), WTERMSIG(rec->code));
		text_add(text, "killed by %s%s", signal, WCOREDUMP(rec->code) ? " (core)" : "");
	} else {
		text_add(text, "exit %d", WEXITSTATUS(rec->code));
	}
	if (rec->last_thread && rec->tid != rec->tgid) {
		text_add(text, ", with its thread %" PRIu32, rec->tid);
		return;
	}
	/* The command itself waited for us before it began. */
	if (rec->head.ts_ns < rec->start_ns || rec->start_ns < options->since_ns)
		return;
	text_add(text, ", lived ");
	text_put_time(text, rec->head.ts_ns - rec->start_ns);
}

static void add_namespaces(struct text *text, const struct cs_namespaces *rec)
{
	char flags[FLAGS_TEXT_SIZE], error[NAMES_TEXT_SIZE];

	flags_format(flags, sizeof(flags), rec->flags, 0);
	text_add(text, "%s %s", rec->is_setns ? "setns" : "unshare", flags);
	if (!rec->error)
		return;
	errno_format(error, sizeof(error), rec->error);
	text_add(text, ": %s", error);
}

void table_return_format(char *buf, size_t size, const struct cs_return *rec)
{
	struct text text = {.buf = buf, .size = size};

	if (rec->error && !rec->copy_ns)
		text_add(&text, "kernel_clone() refused it after ");
	else
		text_add(&text, "returned after ");
	text_put_time(&text, rec->clone_ns);
	if (rec->vfork_ns) {
		text_add(&text, ", held for ");
		text_put_time(&text, rec->vfork_ns);
	}
	text_end(&text);
}

void table_life_format(char *buf, size_t size, const struct view_options *options,
		       const struct cs_head *head, const struct life *life)
{
	struct text text = {.buf = buf, .size = size};

	switch (head->kind) {
	case CS_KIND_START:
		add_start(&text, (const void *)head, life);
		break;
	case CS_KIND_EXEC:
		add_exec(&text, (const void *)head, life);
		break;
	case CS_KIND_EXIT:
		add_exit(&text, options, (const void *)head);
		break;
	case CS_KIND_NAMESPACES:
		add_namespaces(&text, (const void *)head);
		break;
	}
	text_end(&text);
}

bool table_life_wanted(const struct view_options *options, const struct cs_head *head)
{
	const struct cs_start *start = (const void *)head;
	const struct cs_exit *exit = (const void *)head;

	if (options->verbose)
		return true;
	if (head->kind == CS_KIND_START)
		return start->tid == start->tgid;
	return head->kind != CS_KIND_EXIT || exit->last_thread;
}

/* "net:4026532173 uts:4026532170", those of @wanted, bits 1 << enum cs_ns. */
static void add_inodes(struct text *text, const uint32_t *inodes, uint32_t wanted)
{
	const char *between = "";

	for (int ns = 0; ns < CS_NS_COUNT; ns++) {
		if (!(wanted & 1U << ns))
			continue;
		text_add(text, "%s%s:%" PRIu32, between, namespace_name(ns), inodes[ns]);
		between = " ";
	}
}

void table_life_namespaces(const struct view_options *options, const struct cs_namespaces *rec,
			   const struct cs_refusal *refusal)
{
	const uint32_t of_children = 1U << CS_NS_PID | 1U << CS_NS_TIME;
	struct refusal_verdict verdict;
	char buf[TABLE_LIFE_SIZE];
	struct text text = {.buf = buf, .size = sizeof(buf)};
	uint32_t wanted = 0;

	if (rec->error) {
		refusal_explain_namespaces(rec, refusal, options->kernel, &verdict);
		table_refusal(options, &verdict);
		return;
	}
	for (int ns = 0; ns < CS_NS_COUNT; ns++)
		if (rec->flags & namespace_flag(ns))
			wanted |= 1U << ns;
	if (!wanted)
		return;
	text_add(&text, wanted & ~of_children ? "now in " : "");
	add_inodes(&text, rec->ns, wanted & ~of_children);
	if (wanted & of_children) {
		text_add(&text,
			 wanted & ~of_children ? "; its children in " : "its children will be in ");
		add_inodes(&text, rec->ns, wanted & of_children);
	}
	text_end(&text);
	table_line(options, INK_NONE, buf);
}

static void add_container(struct text *text, const char *path)
{
	struct container container;
	char quoted[4 * CS_PATH_LEN + 1];

	if (container_find(&container, path) && container.engine)
		text_add(text, "; %s %s %s", container.monitor ? "monitor of" : "container",
			 container_engine_name(container.engine), container.id);
	else
		text_add(text, "; cgroup %s", text_quote(quoted, sizeof(quoted), path));
}

/* A thread is where its process is; of another child, only what sets it apart from the host. */
void table_life_child(const struct view_options *options, const struct clone *clone)
{
	const struct cs_detail *detail = clone->detail;
	char buf[TABLE_LIFE_SIZE];
	struct text text = {.buf = buf, .size = sizeof(buf)};
	bool cgroup_known = !(detail->missing & CS_MISSING(CS_DETAIL_CGROUP));
	uint32_t differs = 0;

	if (clone->rec->flags & CLONE_THREAD)
		return;
	for (int ns = 0; ns < CS_NS_COUNT; ns++)
		if (detail->ns[ns] != detail->caller_ns[ns])
			differs |= 1U << ns;
	if (detail->missing & CS_MISSING(CS_DETAIL_NAMESPACES))
		differs = 0;
	if (detail->pid_level && detail->pid_level < CS_MAX_LEVELS)
		text_add(&text, "pid %" PRId32 " inside", detail->pids[detail->pid_level]);
	if (differs) {
		text_add(&text, "%snew: ", text.length ? "; " : "");
		add_inodes(&text, detail->ns, differs);
	}
	if (text.length && cgroup_known && detail->cgroup[0])
		add_container(&text, detail->cgroup);
	text_end(&text);
	if (text.length)
		table_line(options, INK_NONE, buf);
}
