// SPDX-License-Identifier: GPL-2.0
/* The report page: collects what is shown, in rows of fixed size, and writes it at the end. */
#include "view/html.h"

#include <stdlib.h>
#include <string.h>

#include "model/container.h"
#include "model/nodes.h"
#include "model/outcome.h"
#include "model/refusal.h"
#include "view/ignore.h"

#define FIRST_ROOM 1024

static struct html html;

/* Make room in *@list for an element at @index. Without memory: -1, and the list is as it was. */
static int make_room(void *list, size_t *room, size_t index, size_t size)
{
	void **where = list;
	size_t wanted = *room ? *room : FIRST_ROOM;
	void *more;

	if (index < *room)
		return 0;
	while (wanted <= index)
		wanted *= 2;
	more = reallocarray(*where, wanted, size);
	if (!more)
		return -1;
	*where = more;
	*room = wanted;
	return 0;
}

#define MAKE_ROOM(list, room, index) make_room(&(list), &(room), index, sizeof(*(list)))

static uint32_t text_number(const char *text, size_t size)
{
	return intern_number(html.texts, text, strnlen(text, size));
}

static uint32_t flags_number(uint64_t flags)
{
	return intern_number(html.flags, &flags, sizeof(flags));
}

/* 0 without memory: as a task that is not known. */
static uint32_t task_number(uint32_t tid, uint32_t tgid, uint64_t start_ns)
{
	uint64_t identity[] = {tid, start_ns};
	uint32_t before = intern_count(html.tasks);
	uint32_t number;

	if (MAKE_ROOM(html.task_list, html.tasks_room, before))
		return 0;
	number = intern_number(html.tasks, identity, sizeof(identity));
	if (number > before)
		html.task_list[number - 1] = (struct html_task){.tid = tid, .tgid = tgid};
	return number;
}

/* "docker 0123...", or the path of the cgroup, which is all that is known then. */
static uint32_t container_number(const char *cgroup)
{
	struct container container;
	char label[CONTAINER_ID_SIZE + 32];

	if (!container_find(&container, cgroup) || !container.id[0])
		return text_number(cgroup[0] ? cgroup : "/", CS_PATH_LEN);
	snprintf(label, sizeof(label), "%s%s%s", container_engine_name(container.engine),
		 container.monitor ? " monitor " : " ", container.id);
	return text_number(label, sizeof(label));
}

/* The child's; of a refused clone its caller's. 0: not known. */
static uint32_t container_of(const struct clone *clone)
{
	const char *cgroup = clone_cgroup(clone);

	return cgroup ? container_number(cgroup) : 0;
}

/* The number of the sentence; 0 where nothing was refused, or no more sentences are taken. */
static uint32_t refusal_number(const struct refusal_verdict *verdict)
{
	char sentence[REFUSAL_LINE_SIZE];
	uint32_t before = intern_count(html.sentences), number;
	size_t length;

	if (verdict->outcome == REFUSAL_NONE || verdict->outcome == REFUSAL_RESTARTED)
		return 0;
	refusal_format(sentence, sizeof(sentence), verdict);
	length = strlen(sentence);
	number = intern_find(html.sentences, sentence, length);
	if (number || before >= HTML_REFUSALS_MAX ||
	    MAKE_ROOM(html.refusals, html.refusals_room, before))
		return number;
	number = intern_number(html.sentences, sentence, length);
	if (number)
		html.refusals[number - 1] = (struct html_refusal){
			.advice = verdict->count ? verdict->reasons[0].advice : "",
			.rule = verdict->outcome == REFUSAL_DECIDED ? verdict->reasons[0].rule->id
								    : "",
			.error = verdict->error,
		};
	return number;
}

/* The next row, zeroed; NULL where the page is full. */
static struct html_row *add_row(void)
{
	struct html_row *row;

	if (html.row_count >= HTML_ROWS_MAX ||
	    MAKE_ROOM(html.rows, html.rows_room, html.row_count)) {
		html.rows_left_out++;
		return NULL;
	}
	row = &html.rows[html.row_count++];
	*row = (struct html_row){
		.copy_ns = HTML_NOT_TIMED,
		.cpu_node = HTML_NODE_UNKNOWN,
		.node_requested = HTML_NODE_UNKNOWN,
		.task_node = HTML_NODE_UNKNOWN,
		.stack_node = HTML_NODE_UNKNOWN,
	};
	return row;
}

/* Of a full page's tasks only: those that came later have no clone on it. */
static uint32_t event_task(uint32_t tid, uint32_t tgid, uint64_t start_ns)
{
	uint64_t identity[] = {tid, start_ns};

	if (html.rows_left_out)
		return intern_find(html.tasks, identity, sizeof(identity));
	return task_number(tid, tgid, start_ns);
}

/* The next event, of @task; NULL where the page is full, or the task is not on it. */
static struct html_event *add_event(const struct cs_head *head, uint32_t task)
{
	struct html_event *event;

	if (!task || html.event_count >= HTML_EVENTS_MAX ||
	    MAKE_ROOM(html.events, html.events_room, html.event_count)) {
		html.events_left_out++;
		return NULL;
	}
	event = &html.events[html.event_count++];
	*event = (struct html_event){.ts_ns = head->ts_ns, .kind = head->kind, .task = task};
	return event;
}

/* A stage that was passed in no time at all is one, too. */
static void set_phases(struct html_row *row, const struct cs_phases *phases)
{
	if (!phases || MAKE_ROOM(html.phases, html.phases_room, html.phase_count + CS_STAGE_COUNT))
		return;
	for (int stage = 0; stage < CS_STAGE_COUNT; stage++) {
		if (!phases->phase_ns[stage])
			continue;
		row->passed |= 1U << stage;
		html.phases[html.phase_count++] = phases->phase_ns[stage];
	}
}

static int16_t stack_node(const struct cs_clone *rec)
{
	static const int16_t none[] = {
		[NODES_STACK_UNKNOWN] = HTML_NODE_UNKNOWN,
		[NODES_STACK_NONE] = CS_NODE_NONE,
		[NODES_STACK_MIXED] = HTML_NODE_MIXED,
	};
	struct nodes_stack stack;

	nodes_stack(rec, &stack);
	return stack.kind == NODES_STACK_ONE ? stack.nodes[0] : none[stack.kind];
}

static void set_nodes(struct html_row *row, const struct cs_clone *rec)
{
	int node;

	row->cpu_node = rec->cpu_node;
	if (!(rec->missing & CS_MISSING(CS_FACT_NODE_REQUESTED)))
		row->node_requested = rec->node_requested;
	if (nodes_task(rec, &node))
		row->task_node = (int16_t)node;
	row->stack_node = stack_node(rec);
	row->verdict = (uint8_t)nodes_check(rec);
}

static void html_clone(const struct view_options *options, const struct clone *clone,
		       const struct tries_before *before)
{
	const struct cs_clone *rec = clone->rec;
	struct refusal_verdict verdict;
	struct html_row *row = add_row();

	(void)before;
	if (!row)
		return;
	row->kind = CS_KIND_CLONE;
	row->ts_ns = rec->head.ts_ns;
	if (!(rec->missing & CS_MISSING(CS_FACT_COPY_NS)))
		row->copy_ns = (int64_t)rec->copy_ns;
	row->caller = task_number(rec->tid, rec->tgid, rec->start_ns);
	row->comm = text_number(rec->comm, sizeof(rec->comm));
	row->container = container_of(clone);
	row->flags = flags_number(rec->flags);
	row->error = (int16_t)rec->error;
	row->via = rec->missing & CS_MISSING(CS_FACT_VIA) ? CS_VIA_UNKNOWN : rec->via;
	set_nodes(row, rec);
	set_phases(row, clone->phases);
	if (!rec->error) {
		row->child = task_number(rec->child_tid, rec->child_tgid, rec->child_start_ns);
		return;
	}
	refusal_explain(clone, options->kernel, &verdict);
	row->refusal = refusal_number(&verdict);
}

static void html_call(const struct view_options *options, const struct cs_call *rec)
{
	struct refusal_verdict verdict;
	struct html_row *row = add_row();

	if (!row)
		return;
	row->kind = CS_KIND_CALL;
	row->ts_ns = rec->head.ts_ns;
	row->caller = task_number(rec->tid, rec->tgid, rec->start_ns);
	row->comm = text_number(rec->comm, sizeof(rec->comm));
	row->flags = rec->args_known ? flags_number(rec->flags) : 0;
	row->error = (int16_t)rec->error;
	row->via = rec->via;
	refusal_explain_call(rec, options->kernel, &verdict);
	row->refusal = refusal_number(&verdict);
}

static void refused_namespaces(const struct view_options *options, const struct cs_namespaces *rec,
			       const struct cs_refusal *refusal)
{
	struct refusal_verdict verdict;
	struct html_row *row = add_row();

	if (!row)
		return;
	row->kind = CS_KIND_NAMESPACES;
	row->setns = rec->is_setns;
	row->ts_ns = rec->head.ts_ns;
	row->caller = task_number(rec->tid, rec->tgid, rec->start_ns);
	row->comm = text_number(rec->comm, sizeof(rec->comm));
	row->flags = flags_number(rec->flags);
	row->error = (int16_t)rec->error;
	refusal_explain_namespaces(rec, refusal, options->kernel, &verdict);
	row->refusal = refusal_number(&verdict);
}

static void add_start(const struct cs_start *rec)
{
	struct html_event *event =
		add_event(&rec->head, event_task(rec->tid, rec->tgid, rec->start_ns));

	if (event)
		event->value = rec->node;
}

static void add_exec(const struct cs_exec *rec, const struct life *life)
{
	struct html_event *event =
		add_event(&rec->head, event_task(rec->tid, rec->tgid, rec->start_ns));

	if (!event)
		return;
	event->comm = text_number(rec->comm, sizeof(rec->comm));
	event->file = text_number(rec->file, sizeof(rec->file));
	event->ready = life && life->fresh;
}

static void add_exit(const struct cs_exit *rec)
{
	struct html_event *event =
		add_event(&rec->head, event_task(rec->tid, rec->tgid, rec->start_ns));

	if (!event)
		return;
	event->comm = text_number(rec->comm, sizeof(rec->comm));
	event->value = rec->code;
}

static void add_namespaces(const struct cs_namespaces *rec)
{
	struct html_event *event =
		add_event(&rec->head, event_task(rec->tid, rec->tgid, rec->start_ns));

	if (!event)
		return;
	event->comm = text_number(rec->comm, sizeof(rec->comm));
	event->value = (int32_t)flags_number(rec->flags);
	event->setns = rec->is_setns;
}

static void html_life(const struct view_options *options, const struct cs_head *head,
		      const struct life *life, const struct cs_refusal *refusal)
{
	const struct cs_namespaces *namespaces = (const void *)head;

	switch (head->kind) {
	case CS_KIND_START:
		add_start((const void *)head);
		break;
	case CS_KIND_EXEC:
		add_exec((const void *)head, life);
		break;
	case CS_KIND_EXIT:
		add_exit((const void *)head);
		break;
	case CS_KIND_NAMESPACES:
		if (namespaces->error)
			refused_namespaces(options, namespaces, refusal);
		else
			add_namespaces(namespaces);
		break;
	}
}

/* Losses are in the end's sum. */
static void html_lost(const struct view_options *options, enum loss loss, uint64_t count)
{
	(void)options;
	(void)loss;
	(void)count;
}

static void html_begin(const struct view_options *options)
{
	(void)options;
	html = (struct html){
		.texts = intern_new(),
		.flags = intern_new(),
		.tasks = intern_new(),
		.sentences = intern_new(),
	};
	if (html.texts && html.flags && html.tasks && html.sentences)
		return;
	fputs("clonescope: no memory for a page\n", stderr);
	exit(EXIT_FAILURE);
}

static void html_end(const struct view_options *options, const struct totals *totals,
		     const struct losses *losses)
{
	html_write(options, &html, totals, losses);
	intern_free(html.texts);
	intern_free(html.flags);
	intern_free(html.tasks);
	intern_free(html.sentences);
	free(html.task_list);
	free(html.refusals);
	free(html.rows);
	free(html.events);
	free(html.phases);
	html = (struct html){0};
}

const struct view_ops view_html = {
	.begin = html_begin,
	.clone = html_clone,
	.returned = ignore_returned,
	.call = html_call,
	.life = html_life,
	.lost = html_lost,
	.end = html_end,
};
