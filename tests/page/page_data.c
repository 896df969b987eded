// SPDX-License-Identifier: GPL-2.0
/* Writes a report page of made-up clones through the reader's own model and view, for CLONES of its arguments. */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <clonescope/record.h>

#include "model/flags.h"
#include "model/join.h"
#include "model/lives.h"
#include "model/rules.h"
#include "model/totals.h"
#include "view/view.h"

#define NODES	   4
#define START_NS   (3600 * 1000000000ULL)
#define SPAN_NS	   (60 * 1000000000ULL)
#define CONTAINERS 12

/* What is to be shown: its record is made when its turn comes. */
struct moment {
	uint64_t ts_ns;
	uint32_t task;
	uint16_t kind;
	uint8_t step; /* of a container's start */
};

struct task {
	uint64_t start_ns, end_ns;
	uint32_t parent;
	uint32_t tid, tgid;
	int error; /* it was refused: no such task */
	uint64_t flags;
	uint8_t via, program, container, node;
	bool alone; /* its stack is on another node */
};

/* Some of them are what an attacker would call a program. */
static const char *const programs[] = {
	"make",		 "cc1",		"sh",		"as",	       "ld",	  "nginx",
	"postgres",	 "python3",	"node",		"java",	       "dockerd", "containerd-shi",
	"runc:[2:INIT]", "cron",	"sshd",		"kworker/0:1", "redis",	  "bash",
	"</script>",	 "<img src=x>", "\xff\xfe\x9b", "\"'&\\n",     "git",	  "tar",
};

#define PROGRAMS (sizeof(programs) / sizeof(programs[0]))

static struct task *tasks;
static struct moment *moments;
static size_t task_count, moment_count;
static uint64_t state_of_chance = 1;

static uint64_t chance(uint64_t below)
{
	state_of_chance = state_of_chance * 6364136223846793005ULL + 1442695040888963407ULL;
	return (state_of_chance >> 33) % below;
}

/* Most are near @usual, few are a hundred times that. */
static uint64_t duration(uint64_t usual)
{
	uint64_t ns = usual / 2 + chance(usual);

	for (int i = 0; i < 6 && !chance(5); i++)
		ns = ns * (3 + chance(4)) / 2;
	return ns;
}

static void add_moment(uint64_t ts_ns, uint16_t kind, size_t task, uint8_t step)
{
	moments[moment_count++] = (struct moment){ts_ns, (uint32_t)task, kind, step};
}

static void set_kind_of_clone(struct task *task)
{
	switch (chance(10)) {
	case 0:
		task->via = CS_VIA_VFORK;
		task->flags = CLONE_VM | CLONE_VFORK;
		break;
	case 1:
	case 2:
	case 3:
		task->via = CS_VIA_CLONE3;
		task->flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD |
			      CLONE_SYSVSEM | CLONE_SETTLS | CLONE_PARENT_SETTID |
			      CLONE_CHILD_CLEARTID;
		break;
	case 4:
		task->via = CS_VIA_KTHREAD;
		task->flags = CLONE_FS | CLONE_FILES | CLONE_VM | CLONE_UNTRACED;
		break;
	default:
		task->via = CS_VIA_CLONE;
		task->flags = CLONE_CHILD_CLEARTID | CLONE_CHILD_SETTID;
	}
}

static struct task *new_task(uint64_t ts_ns, uint32_t parent)
{
	struct task *task = &tasks[task_count];

	*task = (struct task){
		.start_ns = ts_ns,
		.end_ns = UINT64_MAX,
		.parent = parent,
		.tid = 1000 + (uint32_t)task_count,
		.node = (uint8_t)chance(NODES),
		.program = (uint8_t)chance(PROGRAMS),
		.container = tasks[parent].container,
		.alone = !chance(9),
	};
	task->tgid = task->tid;
	task_count++;
	return task;
}

static void add_end(uint32_t number, uint64_t ts_ns)
{
	tasks[number].end_ns = ts_ns;
	add_moment(ts_ns, CS_KIND_EXIT, number, 0);
}

static void add_life(size_t number, uint64_t ts_ns)
{
	struct task *task = &tasks[number];

	add_moment(ts_ns + duration(40000), CS_KIND_START, number, 0);
	if (!(task->flags & CLONE_THREAD) && task->via != CS_VIA_KTHREAD)
		add_moment(ts_ns + 200000 + duration(400000), CS_KIND_EXEC, number, 0);
	if (!chance(20))
		return;
	add_end(number, ts_ns + 30000000 + duration(chance(10) ? 100000000 : 1500000000));
}

/* One that was made not long before and can clone; else the first of all. */
static uint32_t choose_parent(uint64_t ts_ns)
{
	for (int i = 0; i < 20; i++) {
		uint64_t back = chance(task_count < 4000 ? task_count : 4000);
		uint32_t number = (uint32_t)(task_count - 1 - back);
		const struct task *task = &tasks[number];

		if (!task->error && !(task->flags & CLONE_THREAD) &&
		    ts_ns > task->start_ns + 1000000 && task->end_ns > ts_ns)
			return number;
	}
	return 0;
}

/* Every fortieth is refused. */
static void add_clone(uint64_t ts_ns)
{
	uint32_t parent = choose_parent(ts_ns);
	size_t number = task_count;
	struct task *task = new_task(ts_ns, parent);

	set_kind_of_clone(task);
	if (task->flags & CLONE_THREAD)
		task->tgid = tasks[parent].tgid;
	if (!chance(40))
		task->error = chance(3) ? EAGAIN : chance(2) ? ENOMEM : EINVAL;
	add_moment(ts_ns, CS_KIND_CLONE, number, 0);
	if (!task->error)
		add_life(number, ts_ns);
	if (!chance(500))
		add_moment(ts_ns + 5000, CS_KIND_CALL, parent, 0);
}

/* As runc does it: unshare(), a child in the new namespaces, and that becomes the container's own program. */
static void add_container(uint64_t ts_ns, uint8_t container)
{
	uint32_t runc = (uint32_t)task_count, shim, init;

	new_task(ts_ns, 0)->program = 11;
	add_moment(ts_ns, CS_KIND_CLONE, runc, 0);
	add_moment(ts_ns + 900000, CS_KIND_EXEC, runc, 1);
	shim = (uint32_t)task_count;
	new_task(ts_ns + 8000000, runc)->program = 12;
	add_moment(ts_ns + 8000000, CS_KIND_CLONE, shim, 0);
	add_moment(ts_ns + 14000000 + duration(20000000), CS_KIND_NAMESPACES, shim, 0);
	ts_ns += 80000000 + duration(60000000);
	init = (uint32_t)task_count;
	new_task(ts_ns, shim)->program = 12;
	tasks[init].container = container;
	add_moment(ts_ns, CS_KIND_CLONE, init, 0);
	add_moment(ts_ns + 100000, CS_KIND_START, init, 0);
	add_moment(ts_ns + 20000000 + duration(30000000), CS_KIND_EXEC, init, 2);
	add_end(shim, ts_ns + 2000000);
	add_end(runc, ts_ns + 200000000);
	tasks[shim].end_ns = tasks[runc].end_ns = 0; /* nobody else's parents */
}

/* More in some seconds than in others; the containers at even distances. */
static void make_up(size_t clones)
{
	uint64_t ts_ns = START_NS, usual = SPAN_NS / clones, each = usual;
	uint8_t container = 1;

	tasks = calloc(clones + 4 * CONTAINERS + 1, sizeof(*tasks));
	moments = calloc(8 * (clones + 4 * CONTAINERS), sizeof(*moments));
	if (!tasks || !moments)
		exit(1);
	tasks[task_count++] = (struct task){
		.start_ns = 1, .end_ns = UINT64_MAX, .tid = 1, .tgid = 1, .program = 10};
	for (size_t i = 0; i < clones; i++) {
		if (i % 1000 == 0)
			each = usual / 4 + chance(2 * usual);
		ts_ns += each / 2 + chance(each + 1);
		if (container <= CONTAINERS && i >= container * clones / (CONTAINERS + 2))
			add_container(ts_ns, container++);
		add_clone(ts_ns);
	}
}

static int earlier(const void *one, const void *other)
{
	const struct moment *a = one, *b = other;

	if (a->ts_ns != b->ts_ns)
		return a->ts_ns < b->ts_ns ? -1 : 1;
	return (a->kind > b->kind) - (a->kind < b->kind);
}

static void set_phases(struct cs_phases *phases)
{
	*phases = (struct cs_phases){.passed = (1U << CS_STAGE_COUNT) - 1};
	for (int stage = 0; stage < CS_STAGE_COUNT; stage++)
		if (stage < CS_STAGE_NEW_MNT || stage > CS_STAGE_NEW_TIME)
			phases->phase_ns[stage] =
				(uint32_t)duration(stage == CS_STAGE_MM ? 30000 : 500);
}

static void set_detail(struct cs_detail *detail, const struct task *task)
{
	*detail = (struct cs_detail){.cgroup_id = 100 + task->container};
	detail->caller_cgroup_id = detail->cgroup_id;
	if (!task->container)
		strcpy(detail->cgroup, "/system.slice/containerd.service");
	else if (task->container == 3)
		strcpy(detail->cgroup, "/machine.slice/<b onclick=alert(1)>\"'&");
	else
		snprintf(detail->cgroup, sizeof(detail->cgroup),
			 "/system.slice/docker-%02x%062d.scope", task->container, 7);
}

static void set_refusal(struct cs_refusal *refusal, const struct task *task)
{
	*refusal = (struct cs_refusal){.pids_max = -1, .tid_in_use_level = -1, .ucount_type = -1};
	if (task->error == EAGAIN) {
		refusal->pids = refusal->pids_max = 64;
		strcpy(refusal->cgroup, "/<script>alert(1)</script>");
	}
	refusal->trail = (CS_TRAIL(CS_TRAIL_CGROUP)) - 1;
	refusal->stage = CS_STAGE_CGROUP;
}

static void set_clone(struct cs_clone *rec, const struct task *task)
{
	const struct task *parent = &tasks[task->parent];

	*rec = (struct cs_clone){
		.head = {.kind = CS_KIND_CLONE, .ts_ns = task->start_ns},
		.missing = CS_MISSING(CS_FACT_NODE_REQUESTED) * !chance(100),
		.start_ns = parent->start_ns,
		.tid = parent->tid,
		.tgid = parent->tgid,
		.flags = task->flags,
		.via = task->via ? task->via : CS_VIA_CLONE,
		.kernel_clone = 1,
		.error = task->error,
		.copy_ns = duration(task->flags & CLONE_THREAD ? 18000 : 70000),
		.cpu_node = task->node,
		.node_requested = CS_NO_NODE,
		.task_node = chance(12) ? task->node : (int16_t)chance(NODES),
		.stack_pages = task->error ? 0 : 4,
		.stack_origin = CS_STACK_FRESH,
	};
	strncpy(rec->comm, programs[parent->program], CS_COMM_LEN - 1);
	for (int i = 0; i < rec->stack_pages; i++)
		rec->stack_nodes[i] = task->alone ? (task->node + 1) % NODES : task->node;
	if (task->error)
		return;
	rec->child_tid = task->tid;
	rec->child_tgid = task->tgid;
	rec->child_start_ns = task->start_ns;
}

/* What cmd/live.c does with a clone. */
static void show_clone(const struct view_options *options, const struct task *task,
		       struct totals *totals, struct lives *lives)
{
	struct cs_clone rec;
	struct cs_refusal refusal;
	struct cs_detail detail;
	struct cs_phases phases;
	struct clone clone = {.rec = &rec, .detail = &detail, .phases = &phases};

	set_clone(&rec, task);
	set_detail(&detail, task);
	set_phases(&phases);
	if (task->error) {
		set_refusal(&refusal, task);
		clone.refusal = &refusal;
	}
	totals_add(totals, &rec);
	lives_add(lives, &clone);
	view_html.clone(options, &clone, &(struct tries_before){0});
}

static void show_call(const struct view_options *options, const struct moment *moment,
		      struct totals *totals)
{
	const struct task *task = &tasks[moment->task];
	struct cs_call call = {
		.head = {.kind = CS_KIND_CALL, .ts_ns = moment->ts_ns},
		.start_ns = task->start_ns,
		.tid = task->tid,
		.tgid = task->tgid,
		.error = ENOSYS,
		.via = CS_VIA_CLONE3,
		.seccomp = 2,
	};

	strncpy(call.comm, programs[task->program], CS_COMM_LEN - 1);
	totals_add_call(totals);
	view_html.call(options, &call);
}

union life_record {
	struct cs_head head;
	struct cs_start start;
	struct cs_exec exec;
	struct cs_exit exit;
	struct cs_namespaces namespaces;
};

#define IDENTITY(rec, task)                                                      \
	do {                                                                     \
		(rec).tid = (task)->tid;                                         \
		(rec).tgid = (task)->tgid;                                       \
		(rec).start_ns = (task)->start_ns;                               \
		strncpy((rec).comm, programs[(task)->program], CS_COMM_LEN - 1); \
	} while (0)

static void set_exec(struct cs_exec *rec, struct task *task, uint8_t step)
{
	static const char *const files[] = {"/usr/bin/%s", "/usr/sbin/runc",
					    "/docker-entrypoint.sh"};

	task->program = step == 2 ? 5 : step == 1 ? 11 : (uint8_t)chance(PROGRAMS);
	IDENTITY(*rec, task);
	rec->old_tid = rec->tid;
	snprintf(rec->file, sizeof(rec->file), files[step], programs[task->program]);
	if (!chance(2000))
		strcpy(rec->file, "</script><script>alert(2)</script><!--");
}

static void set_life(union life_record *rec, const struct moment *moment)
{
	struct task *task = &tasks[moment->task];

	memset(rec, 0, sizeof(*rec));
	if (moment->kind == CS_KIND_START) {
		rec->start = (struct cs_start){.start_ns = task->start_ns,
					       .tid = task->tid,
					       .tgid = task->tgid,
					       .node = task->node};
	} else if (moment->kind == CS_KIND_EXEC) {
		set_exec(&rec->exec, task, moment->step);
	} else if (moment->kind == CS_KIND_EXIT) {
		IDENTITY(rec->exit, task);
		rec->exit.code = chance(10) ? 0 : 256;
		rec->exit.last_thread = task->tid == task->tgid;
	} else {
		IDENTITY(rec->namespaces, task);
		rec->namespaces.flags =
			CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS;
	}
	rec->head.kind = moment->kind;
	rec->head.ts_ns = moment->ts_ns;
}

static void show_life(const struct view_options *options, const struct moment *moment,
		      struct lives *lives)
{
	union life_record rec;

	set_life(&rec, moment);
	view_html.life(options, &rec.head, lives_find(lives, &rec.head), NULL);
	lives_change(lives, &rec.head);
	if (moment->kind == CS_KIND_EXIT)
		lives_forget(lives, &rec.head);
}

static void show(const struct view_options *options)
{
	struct totals *totals = totals_new();
	struct lives *lives = lives_new();
	struct losses losses = {.count = {[LOSS_RING_FULL] = 7}};

	view_html.begin(options);
	for (size_t i = 0; i < moment_count; i++) {
		const struct moment *moment = &moments[i];

		if (moment->kind == CS_KIND_CLONE)
			show_clone(options, &tasks[moment->task], totals, lives);
		else if (moment->kind == CS_KIND_CALL)
			show_call(options, moment, totals);
		else
			show_life(options, moment, lives);
	}
	view_html.end(options, totals, &losses);
	totals_free(totals);
	lives_free(lives);
}

int main(int argc, char **argv)
{
	const struct view_options options = {
		.out = stdout, .kernel = RULES_KERNEL(6, 12), .since_ns = START_NS};

	size_t clones = argc > 1 ? strtoul(argv[1], NULL, 10) : 0;

	if (clones)
		make_up(clones);
	qsort(moments, moment_count, sizeof(*moments), earlier);
	show(&options);
	free(tasks);
	free(moments);
	return ferror(stdout) || fflush(stdout) ? 1 : 0;
}
