// SPDX-License-Identifier: GPL-2.0
/* A source of made-up records, in the place of BPF's: with it the reader is as fast as it can be. */

/*
 * SYNTHETIC_CLONES says how many clones, all of one day; the run then ends as by kill, and its figures are told on
 * standard error.
 */
#include "source/source.h"

#include <errno.h>
#include <inttypes.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include "source/host.h"
#include "source/order.h"

/* As much as wakes the reader: a quarter of the ring of 4 MiB. */
#define BATCH_BYTES (1 << 20)

#define DAY_NS	(86400 * 1000000000ULL)
#define CALLERS 512
#define PID_MAX (1 << 22)
#define NODES	2

/* One in so many clones is made under a name of its own. */
#define STRANGERS 32

struct synthetic {
	struct source source;
	struct order *order;
	uint32_t kinds;
	int always; /* an fd that can always be read */
	uint64_t clones, made;
	uint64_t ts_ns, step_ns, batch_ns;
	uint64_t begin_ns;
	double begin_cpu_s;
	long tenth_kib; /* resident, when a tenth was made */
	uint64_t chance;
	struct cs_clone callers[CALLERS]; /* a clone that each makes again and again */
};

static uint64_t chance(struct synthetic *it, uint64_t below)
{
	it->chance = it->chance * 6364136223846793005ULL + 1442695040888963407ULL;
	return (it->chance >> 33) % below;
}

/* --- records ---------------------------------------------------------------------------------------- */

static const struct way {
	uint8_t via;
	int exit_signal;
	uint64_t flags;
} ways[] = {
	{CS_VIA_CLONE, SIGCHLD, CLONE_CHILD_CLEARTID | CLONE_CHILD_SETTID},
	{CS_VIA_CLONE, SIGCHLD, CLONE_CHILD_CLEARTID | CLONE_CHILD_SETTID},
	{CS_VIA_VFORK, SIGCHLD, CLONE_VM | CLONE_VFORK},
	{CS_VIA_CLONE3, 0,
	 CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM |
		 CLONE_SETTLS | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID},
};

#define WAYS (sizeof(ways) / sizeof(ways[0]))

static const char *const programs[] = {"make",	  "cc1",      "sh",   "as",   "ld",	 "nginx",
				       "python3", "postgres", "node", "java", "dockerd", "cron"};

#define PROGRAMS (sizeof(programs) / sizeof(programs[0]))

static void set_caller(struct synthetic *it, struct cs_clone *rec, uint32_t number)
{
	const struct way *way = &ways[number % WAYS];

	*rec = (struct cs_clone){
		.head = {.kind = CS_KIND_CLONE,
			 .size = sizeof(*rec),
			 .version = CS_RECORD_VERSION,
			 .backend = CS_BACKEND_BPF},
		.start_ns = it->ts_ns - (number + 1) * 1000000ULL,
		.tid = 1000 + number,
		.tgid = 1000 + number,
		.uid = number % 7 ? 1000 : 0,
		.cpu = number % 4,
		.flags = way->flags,
		.exit_signal = way->exit_signal,
		.via = way->via,
		.kernel_clone = 1,
		.stack_origin = number % 5 ? CS_STACK_CACHED : CS_STACK_FRESH,
		.cpu_node = (__s16)(number % NODES),
		.node_requested = CS_NO_NODE,
		.task_node = (__s16)(number % NODES),
		.stack_pages = 4,
		.policy.home_node = CS_NO_NODE,
		.child_policy.home_node = CS_NO_NODE,
	};
	for (int i = 0; i < rec->stack_pages; i++)
		rec->stack_nodes[i] = (__s16)(number % 11 ? rec->task_node : 0);
	strcpy(rec->comm, programs[number % PROGRAMS]);
	if (number % 16)
		return;
	rec->policy.mode = rec->child_policy.mode = 3; /* MPOL_INTERLEAVE */
	rec->policy.nodes[0] = rec->child_policy.nodes[0] = 3;
	rec->policy_copied = 1;
}

/* What is as it was when this caller cloned before is left as it is. */
static void change(struct synthetic *it, struct cs_clone *rec)
{
	uint64_t order = it->made % 200;

	rec->head.ts_ns = it->ts_ns;
	rec->copy_ns = 20000 + chance(it, 60000) * (chance(it, 50) ? 1 : 20);
	rec->error = order ? 0 : EAGAIN;
	rec->stack_pages = order ? 4 : 0;
	rec->child_tid = order ? 2000 + (uint32_t)(it->made % (PID_MAX - 2000)) : 0;
	rec->child_tgid = rec->flags & CLONE_THREAD && order ? rec->tgid : rec->child_tid;
	rec->child_start_ns = order ? it->ts_ns - 1000 : 0;
	if ((rec - it->callers) % STRANGERS == 0) /* its name was never there before */
		snprintf(rec->comm, sizeof(rec->comm), "job-%08x", (uint32_t)it->made);
}

#define HEAD(type, which, ts)                                                               \
	{                                                                                   \
		.kind = (which), .size = sizeof(struct type), .version = CS_RECORD_VERSION, \
		.backend = CS_BACKEND_BPF, .ts_ns = (ts)                                    \
	}

/* A container that comes for ten thousand clones, now and then. */
static void push_detail(struct synthetic *it, const struct cs_clone *rec)
{
	struct cs_detail detail = {
		.head = HEAD(cs_detail, CS_KIND_DETAIL, it->ts_ns),
		.tid = rec->tid,
		.cgroup_id = 1 + it->made / 10000,
		.caller_cgroup_id = 1,
	};

	if (!rec->error)
		snprintf(detail.cgroup, sizeof(detail.cgroup),
			 "/system.slice/docker-%064" PRIx64 ".scope", (uint64_t)detail.cgroup_id);
	order_push(it->order, &detail.head);
}

static void push_phases(struct synthetic *it, const struct cs_clone *rec)
{
	struct cs_phases phases = {
		.head = HEAD(cs_phases, CS_KIND_PHASES, it->ts_ns),
		.tid = rec->tid,
		.passed = (1U << CS_STAGE_COUNT) - 1,
		.told = (1U << CS_STAGE_COUNT) - 1,
	};

	for (int stage = 0; stage < CS_STAGE_COUNT; stage++)
		if (stage < CS_STAGE_NEW_MNT || stage > CS_STAGE_NEW_TIME)
			phases.phase_ns[stage] = (uint32_t)(500 + it->made % 3000);
	order_push(it->order, &phases.head);
}

static void push_refusal(struct synthetic *it, const struct cs_clone *rec)
{
	struct cs_refusal refusal = {
		.head = HEAD(cs_refusal, CS_KIND_REFUSAL, it->ts_ns),
		.missing = CS_MISSING(CS_REFUSAL_STAGE),
		.tid = rec->tid,
		.trail = CS_TRAIL(CS_TRAIL_CGROUP) - 1,
		.ucount_type = -1,
		.tid_in_use_level = -1,
		.pids = 64,
		.pids_max = 64,
		.cgroup = "/system.slice/box.service",
	};

	order_push(it->order, &refusal.head);
}

/* Each child runs, becomes another program, and ends, while others are made. */
static void push_life(struct synthetic *it, const struct cs_clone *rec)
{
	uint64_t ts_ns = it->ts_ns + it->step_ns / 2, start_ns = rec->child_start_ns;
	struct cs_start start = {.head = HEAD(cs_start, CS_KIND_START, ts_ns),
				 .start_ns = start_ns,
				 .tid = rec->child_tid,
				 .tgid = rec->child_tgid};
	struct cs_exec exec = {.head = HEAD(cs_exec, CS_KIND_EXEC, ts_ns + it->step_ns),
			       .start_ns = start_ns,
			       .tid = rec->child_tid,
			       .tgid = rec->child_tgid,
			       .old_tid = rec->child_tid,
			       .comm = "true",
			       .file = "/usr/bin/true"};
	struct cs_exit exit = {.head = HEAD(cs_exit, CS_KIND_EXIT, ts_ns + 100 * it->step_ns),
			       .start_ns = start_ns,
			       .tid = rec->child_tid,
			       .tgid = rec->child_tgid,
			       .last_thread = 1,
			       .comm = "true"};

	if (rec->error)
		return;
	if (it->kinds & SOURCE_KIND(CS_KIND_START))
		order_push(it->order, &start.head);
	if (it->kinds & SOURCE_KIND(CS_KIND_EXEC) && !(rec->flags & CLONE_THREAD))
		order_push(it->order, &exec.head);
	if (it->kinds & SOURCE_KIND(CS_KIND_EXIT))
		order_push(it->order, &exit.head);
}

static void push_clone(struct synthetic *it)
{
	struct cs_clone *rec = &it->callers[chance(it, CALLERS)];

	it->made++;
	it->ts_ns += it->step_ns;
	change(it, rec);
	if (rec->error && it->kinds & SOURCE_KIND(CS_KIND_REFUSAL))
		push_refusal(it, rec);
	if (it->kinds & SOURCE_KIND(CS_KIND_DETAIL))
		push_detail(it, rec);
	if (it->kinds & SOURCE_KIND(CS_KIND_PHASES))
		push_phases(it, rec);
	order_push(it->order, &rec->head);
	push_life(it, rec);
}

/* --- the source --------------------------------------------------------------------------------------- */

static struct synthetic *to_synthetic(const struct source *source)
{
	return (struct synthetic *)source;
}

static double cpu_s(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
	       (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static long resident_kib(void)
{
	long pages = 0;
	char line[128];

	if (!host_read_line("/proc/self/statm", line, sizeof(line)))
		sscanf(line, "%*d %ld", &pages);
	return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

static int synthetic_open(struct source **source, const struct source_options *options, char *why)
{
	const char *clones = getenv("SYNTHETIC_CLONES");
	struct synthetic *it = calloc(1, sizeof(*it));

	(void)why;
	if (!it)
		return -ENOMEM;
	it->source.ops = &source_bpf;
	it->source.attach = ATTACH_FENTRY;
	it->order = order_new();
	it->kinds = options->kinds;
	it->clones = clones ? strtoull(clones, NULL, 10) : 1000000;
	it->step_ns = it->clones ? DAY_NS / it->clones : 0;
	it->always = eventfd(1, EFD_CLOEXEC);
	it->begin_ns = order_now_ns();
	it->begin_cpu_s = cpu_s();
	it->ts_ns = it->begin_ns;
	for (uint32_t i = 0; i < CALLERS; i++)
		set_caller(it, &it->callers[i], i);
	*source = &it->source;
	return it->order && it->always >= 0 ? 0 : -ENOMEM;
}

static int synthetic_follow(struct source *source, pid_t pid)
{
	(void)source;
	(void)pid;
	return 0;
}

static int synthetic_fd(const struct source *source)
{
	return to_synthetic(source)->always;
}

/* As from the ring, a batch is held back until the next one has come. */
static int synthetic_read(struct source *source, source_record_fn take, void *context)
{
	struct synthetic *it = to_synthetic(source);
	uint64_t until_ns = it->batch_ns, batch = BATCH_BYTES / sizeof(struct cs_clone);

	it->batch_ns = it->ts_ns;
	for (uint64_t i = 0; i < batch && it->made < it->clones; i++) {
		push_clone(it);
		if (it->made == it->clones / 10)
			it->tenth_kib = resident_kib();
	}
	if (it->made == it->clones) {
		until_ns = UINT64_MAX;
		kill(getpid(), SIGTERM);
	}
	return order_flush(it->order, until_ns, take, context);
}

static void synthetic_stop(struct source *source)
{
	(void)source;
}

static void synthetic_losses(const struct source *source, struct losses *losses)
{
	(void)source;
	(void)losses;
}

/* When all is written: of a recording, too. */
static void synthetic_close(struct source *source)
{
	struct synthetic *it = to_synthetic(source);
	double real_s = (double)(order_now_ns() - it->begin_ns) / 1e9;
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	fprintf(stderr,
		"{\"clones\": %" PRIu64 ", \"cpu_s\": %.3f, \"real_s\": %.3f, \"tenth_kib\": %ld, "
		"\"end_kib\": %ld, \"peak_kib\": %ld}\n",
		it->made, cpu_s() - it->begin_cpu_s, real_s, it->tenth_kib, resident_kib(),
		usage.ru_maxrss);
	order_free(it->order);
	close(it->always);
	free(it);
}

const struct source_ops source_bpf = {
	.name = "bpf",
	.open = synthetic_open,
	.follow = synthetic_follow,
	.fd = synthetic_fd,
	.read = synthetic_read,
	.stop = synthetic_stop,
	.losses = synthetic_losses,
	.close = synthetic_close,
};
