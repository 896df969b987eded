// SPDX-License-Identifier: GPL-2.0
/* The table's words for what became of a task: first run, exec, exit, unshare, setns. */
#include "view/table_parts.h"

#include <inttypes.h>
#include <sys/wait.h>

#include "model/flags.h"
#include "model/names.h"
#include "model/text.h"

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
	else if (head->kind == CS_KIND_EXIT)
		*line = (struct table_life){.tid = exit->tid, .comm = exit->comm};
	else if (head->kind == CS_KIND_NAMESPACES)
		*line = (struct table_life){.tid = namespaces->tid, .comm = namespaces->comm};
}

/* ns, as people read it: "5.8 ms". */
static void add_time(struct text *text, uint64_t ns)
{
	if (ns < 1000000)
		text_add(text, "%.1f us", (double)ns / 1e3);
	else if (ns < 1000000000)
		text_add(text, "%.1f ms", (double)ns / 1e6);
	else
		text_add(text, "%.1f s", (double)ns / 1e9);
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
		add_time(text, rec->head.ts_ns - life->made_ns);
	}
}

static void add_exec(struct text *text, const struct cs_exec *rec)
{
	char file[4 * CS_FILE_LEN + 1];

	text_add(text, "exec %s", text_quote(file, sizeof(file), rec->file));
	if (rec->old_tid != rec->tid)
		text_add(text, ", by its thread %" PRIu32, rec->old_tid);
}

static void add_exit(struct text *text, const struct cs_exit *rec)
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
	if (rec->head.ts_ns < rec->start_ns)
		return;
	text_add(text, ", lived ");
	add_time(text, rec->head.ts_ns - rec->start_ns);
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
	add_time(&text, rec->clone_ns);
	if (rec->vfork_ns) {
		text_add(&text, ", held for ");
		add_time(&text, rec->vfork_ns);
	}
	text_end(&text);
}

void table_life_format(char *buf, size_t size, const struct cs_head *head, const struct life *life)
{
	struct text text = {.buf = buf, .size = size};

	switch (head->kind) {
	case CS_KIND_START:
		add_start(&text, (const void *)head, life);
		break;
	case CS_KIND_EXEC:
		add_exec(&text, (const void *)head);
		break;
	case CS_KIND_EXIT:
		add_exit(&text, (const void *)head);
		break;
	case CS_KIND_NAMESPACES:
		add_namespaces(&text, (const void *)head);
		break;
	}
	text_end(&text);
}
