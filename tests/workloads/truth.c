// SPDX-License-Identifier: GPL-2.0
/* Each expectation becomes one line of JSON, whichever process makes it. */
#define _GNU_SOURCE
#include <err.h>
#include <linux/sched.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "line.h"
#include "numa.h"
#include "truth.h"

/* Shared, since helper processes write too. */
static struct {
	int clones;
	int skipped;
} * written;

static int64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_BOOTTIME, &ts);
	return ts.tv_sec * 1000000000LL + ts.tv_nsec;
}

void truth_open(const char *path)
{
	line_open(path);
	written = mmap(NULL, sizeof(*written), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		       -1, 0);
	if (written == MAP_FAILED)
		err(1, "cannot map a page shared with children");
}

void truth_begin_other(struct expected *e, const char *stop, const char *via)
{
	memset(e, 0, sizeof(*e));
	e->stop = stop;
	e->via = via;
	e->match = "via";
	e->known = TRUTH_VIA | TRUTH_KERNEL_CLONE;
	e->kernel_clone = true;
	e->asked_ns = now_ns();
}

void truth_begin(struct expected *e, const char *stop, const char *via, uint64_t flags,
		 int exit_signal)
{
	truth_begin_other(e, stop, via);
	e->known |= TRUTH_CALLER | TRUTH_COMM | TRUTH_FLAGS | TRUTH_POLICY | TRUTH_VMA | TRUTH_NODE;
	e->flags = flags;
	e->exit_signal = exit_signal;
	e->tid = gettid();
	e->tgid = getpid();
	e->uid = getuid();
	prctl(PR_GET_NAME, e->comm);
	if (pinned_cpu(&e->cpu, &e->cpu_node))
		e->known |= TRUTH_CPU;
	policy_read(&e->policy);
	e->policy_copied = e->policy.mode != 0;
	/* User space cannot ask for a node: tsk_fork_get_node() knows one for kthreadd only. */
	e->node_requested = CS_NO_NODE;
	e->asked_ns = now_ns();
}

void truth_outcome(struct expected *e, pid_t tid)
{
	e->answered_ns = now_ns();
	e->known |= TRUTH_CHILD;
	if (tid < 0) {
		e->error = -tid;
		e->match = "caller";
		return;
	}
	e->match = "child_tid";
	e->child_tid = tid;
	e->child_tgid = e->flags & CLONE_THREAD ? e->tgid : tid;
}

void truth_report(struct expected *e, const struct report *report)
{
	e->known |= TRUTH_REPORT | TRUTH_CHILD_POLICY;
	e->child_policy = report->policy;
	e->child_ns_tid = report->ns_tid;
	memcpy(e->child_ns, report->ns, sizeof(e->child_ns));
}

static void put_text(FILE *to, const void *value)
{
	const unsigned char *text = value;

	fputc('"', to);
	for (; *text; text++) {
		if (*text < 0x20 || *text == '"' || *text == '\\' || *text == 0x7f)
			fprintf(to, "\\u%04x", *text);
		else
			fputc(*text, to);
	}
	fputc('"', to);
}

static void put_string(FILE *to, const void *value)
{
	put_text(to, *(const char *const *)value);
}

static void put_hex(FILE *to, const void *value)
{
	fputc('"', to);
	for (const unsigned char *byte = value; *byte; byte++)
		fprintf(to, "%02x", *byte);
	fputc('"', to);
}

static void put_int(FILE *to, const void *value)
{
	fprintf(to, "%d", *(const int *)value);
}

static void put_s64(FILE *to, const void *value)
{
	fprintf(to, "%lld", *(const long long *)value);
}

static void put_bool(FILE *to, const void *value)
{
	fputs(*(const bool *)value ? "true" : "false", to);
}

static void put_policy(FILE *to, const void *value)
{
	const struct cs_policy *policy = value;
	const char *comma = "";

	fprintf(to, "{\"mode\":%u,\"flags\":%u,\"nodes\":[", policy->mode, policy->flags);
	for (int node = 0; node < CS_MAX_NODES; node++) {
		if (!nodes_has((const uint64_t *)policy->nodes, node))
			continue;
		fprintf(to, "%s%d", comma, node);
		comma = ",";
	}
	fprintf(to, "],\"home_node\":%d}", policy->home_node);
}

static void put_ns(FILE *to, const void *value)
{
	const uint64_t *inodes = value;
	char before = '{';

	for (int i = 0; i < CHILD_NAMESPACES; i++) {
		if (!inodes[i])
			continue;
		fprintf(to, "%c\"%s\":%llu", before, child_ns_names[i],
			(unsigned long long)inodes[i]);
		before = ',';
	}
	fputs(before == '{' ? "{}" : "}", to);
}

#define KEY(fact, put, name) #name, fact, put, offsetof(struct expected, name)

static const struct {
	const char *name;
	unsigned int fact; /* 0: always known */
	void (*put)(FILE *to, const void *value);
	size_t offset;
} keys[] = {
	{KEY(0, put_string, stop)},
	{KEY(0, put_string, match)},
	{KEY(TRUTH_VIA, put_string, via)},
	{KEY(TRUTH_KERNEL_CLONE, put_bool, kernel_clone)},
	{KEY(0, put_s64, asked_ns)},
	{KEY(0, put_s64, answered_ns)},
	{KEY(TRUTH_CALLER, put_int, tid)},
	{KEY(TRUTH_CALLER, put_int, tgid)},
	{KEY(TRUTH_CALLER, put_int, uid)},
	{KEY(TRUTH_COMM, put_text, comm)},
	{"comm_hex", TRUTH_COMM_HEX, put_hex, offsetof(struct expected, comm)},
	{KEY(TRUTH_CPU, put_int, cpu)},
	{KEY(TRUTH_CPU, put_int, cpu_node)},
	{KEY(TRUTH_FLAGS, put_s64, flags)},
	{KEY(TRUTH_FLAGS, put_int, exit_signal)},
	{"asked_flags", TRUTH_ASKED, put_s64, offsetof(struct expected, flags)},
	{KEY(0, put_int, error)},
	{KEY(TRUTH_CHILD, put_int, child_tid)},
	{KEY(TRUTH_CHILD, put_int, child_tgid)},
	{KEY(TRUTH_NODE, put_int, node_requested)},
	{KEY(TRUTH_FOREIGN, put_int, foreign_node)},
	{KEY(TRUTH_POLICY, put_policy, policy)},
	{KEY(TRUTH_POLICY, put_bool, policy_copied)},
	{KEY(TRUTH_CHILD_POLICY, put_policy, child_policy)},
	{KEY(TRUTH_VMA, put_int, vma_policies)},
	{KEY(TRUTH_REPORT, put_int, child_ns_tid)},
	{KEY(TRUTH_REPORT, put_ns, child_ns)},
};

void truth_write(const struct expected *e)
{
	FILE *to = line_begin();
	char before = '{';

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (keys[i].fact && !(e->known & keys[i].fact))
			continue;
		fprintf(to, "%c\"%s\":", before, keys[i].name);
		keys[i].put(to, (const char *)e + keys[i].offset);
		before = ',';
	}
	line_end();
	__atomic_add_fetch(&written->clones, 1, __ATOMIC_RELAXED);
}

void truth_skip(const char *stop, const char *reason)
{
	FILE *to = line_begin();

	fputs("{\"stop\":", to);
	put_text(to, stop);
	fputs(",\"skipped\":", to);
	put_text(to, reason);
	line_end();
	__atomic_add_fetch(&written->skipped, 1, __ATOMIC_RELAXED);
}

void truth_write_head(void)
{
	FILE *to = line_begin();
	struct utsname name;

	uname(&name);
	fprintf(to, "{\"begin\":%lld,\"tid\":%d,\"release\":", (long long)now_ns(), gettid());
	put_text(to, name.release);
	line_end();
}

void truth_write_tail(void)
{
	FILE *to = line_begin();

	fprintf(to, "{\"end\":%lld,\"clones\":%d,\"skipped\":%d", (long long)now_ns(),
		written->clones, written->skipped);
	line_end();
}
