// SPDX-License-Identifier: GPL-2.0
/* What each stage of copy_process() does for a clone, and which flag makes it do so. */
#include "model/branches.h"

#include <inttypes.h>
#include <string.h>

#include "model/changes.h"
#include "model/flags.h"
#include "model/nodes.h"
#include "model/policy.h"
#include "model/text.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* A flag that decides. */
struct branch {
	enum cs_stage stage;
	uint64_t flag;
	const char *set;
	const char *not_set; /* NULL: then there is nothing to tell */
};

/* In the order of the kernel's source, stage by stage. */
static const struct branch table[] = {
	{CS_STAGE_CREDS, CLONE_THREAD, "credentials shared", "credentials copied"},
	{CS_STAGE_CREDS, CLONE_NEWUSER, "a new user namespace, all caps", NULL},
	{CS_STAGE_SECURITY, CLONE_SYSVSEM, "list of semaphore undos shared", NULL},
	{CS_STAGE_FS, CLONE_FS, "root, cwd and umask shared", "root, cwd and umask copied"},
	{CS_STAGE_SIGNAL, CLONE_SIGHAND, "signal handlers shared", "signal handlers copied"},
	{CS_STAGE_SIGNAL, CLONE_CLEAR_SIGHAND, "all back to default", NULL},
	{CS_STAGE_SIGNAL, CLONE_THREAD, "a thread of the caller's process", "a process of its own"},
	{CS_STAGE_NEW_MNT, CLONE_NEWNS, "a new one, mounts copied", "the caller's, shared"},
	{CS_STAGE_NEW_MNT, CLONE_EMPTY_MNTNS, "but without any mount", NULL},
	{CS_STAGE_NEW_UTS, CLONE_NEWUTS, "a new one, names copied", "the caller's, shared"},
	{CS_STAGE_NEW_IPC, CLONE_NEWIPC, "a new one, empty", "the caller's, shared"},
	{CS_STAGE_NEW_PID, CLONE_NEWPID, "a new one; the child is pid 1",
	 "the caller's children's"},
	{CS_STAGE_NEW_CGROUP, CLONE_NEWCGROUP, "a new one, its root is here",
	 "the caller's, shared"},
	{CS_STAGE_NEW_NET, CLONE_NEWNET, "a new one, its loopback down", "the caller's, shared"},
	{CS_STAGE_NEW_TIME, CLONE_NEWTIME, "a new one, for the child", "the caller's children's"},
	{CS_STAGE_THREAD, CLONE_IO, "I/O context shared", NULL},
	{CS_STAGE_THREAD, CLONE_SETTLS, "thread-local storage set", NULL},
	{CS_STAGE_PIDFD, CLONE_PIDFD, "a pidfd for the caller", "no pidfd"},
	{CS_STAGE_CGROUP, CLONE_INTO_CGROUP, "the one asked for", "the caller's cgroup"},
	{CS_STAGE_PUBLISH, CLONE_CHILD_SETTID, "it will store its tid", NULL},
	{CS_STAGE_PUBLISH, CLONE_CHILD_CLEARTID, "tid zeroed at its end", NULL},
	{CS_STAGE_PUBLISH, CLONE_NNP, "no_new_privs set", NULL},
	{CS_STAGE_FINISH, CLONE_PARENT_SETTID, "tid for the caller", NULL},
};

#define NAMESPACE_FLAGS                                                               \
	(CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID | CLONE_NEWCGROUP | \
	 CLONE_NEWNET | CLONE_NEWTIME)

bool branches_is_namespace(enum cs_stage stage)
{
	return stage >= CS_STAGE_NEW_MNT && stage <= CS_STAGE_NEW_TIME;
}

bool branches_has_namespaces(const struct clone *clone)
{
	return clone->rec->flags & NAMESPACE_FLAGS;
}

static bool is_missing(const struct clone *clone, enum cs_fact fact)
{
	return clone->rec->missing & CS_MISSING(fact);
}

/* The next sentence of @branches, to be written into. */
static struct text next(struct branches *branches)
{
	size_t at = branches->count < BRANCHES_MAX ? branches->count++ : BRANCHES_MAX - 1;

	branches->text[at][0] = '\0';
	return (struct text){.buf = branches->text[at], .size = BRANCHES_TEXT_SIZE};
}

static void say(struct branches *branches, const char *sentence)
{
	struct text text = next(branches);

	text_add(&text, "%s", sentence);
	text_end(&text);
}

static void say_branch(struct branches *branches, const struct branch *branch, uint64_t flags)
{
	const struct flag_info *info = flags_find(branch->flag);
	bool set = flags & branch->flag;
	struct text text;

	if (!set && !branch->not_set)
		return;
	text = next(branches);
	text_add(&text, "CLONE_%s %s: %s", info->name, set ? "set" : "not set",
		 set ? branch->set : branch->not_set);
	text_end(&text);
}

static void say_task(struct branches *branches, const struct clone *clone)
{
	const struct cs_clone *rec = clone->rec;
	char nodes[NODES_TEXT_SIZE];
	struct nodes_stack stack;
	struct text text;
	int node;

	if (!nodes_task(rec, &node)) {
		say(branches, "task_struct on node ?");
	} else if (node >= 0) {
		text = next(branches);
		text_add(&text, "task_struct on node %d", node);
		text_end(&text);
	}
	nodes_stack(rec, &stack);
	if (stack.kind == NODES_STACK_NONE || stack.kind == NODES_STACK_UNKNOWN)
		return;
	nodes_format_stack(nodes, sizeof(nodes), &stack);
	text = next(branches);
	text_add(&text, "stack of %u pages on node %s", rec->stack_pages, nodes);
	if (rec->stack_origin == CS_STACK_CACHED)
		text_add(&text, ", from this CPU's cache");
	else if (rec->stack_origin == CS_STACK_FRESH)
		text_add(&text, ", freshly allocated");
	text_end(&text);
}

static void say_policy(struct branches *branches, const struct clone *clone)
{
	char policy[POLICY_TEXT_SIZE];
	struct text text;

	if (is_missing(clone, CS_FACT_POLICY)) {
		say(branches, "the caller's memory policy: ?");
	} else if (policy_is_default(&clone->rec->policy)) {
		say(branches, "the caller has no memory policy: nothing to copy");
	} else {
		policy_format(policy, sizeof(policy), &clone->rec->policy);
		text = next(branches);
		text_add(&text, "%s, the caller's memory policy, is copied", policy);
		text_end(&text);
	}
}

static void say_sched(struct branches *branches, const struct clone *clone)
{
	const struct cs_detail *detail = clone->detail;
	struct text text;

	if (detail && !clone->rec->error) {
		text = next(branches);
		text_add(&text, "scheduling %s, priority %d",
			 sched_policy_name(detail->sched_policy), detail->prio);
		text_end(&text);
	}
	say(branches, "state TASK_NEW: nothing runs it yet");
}

static void say_files(struct branches *branches, const struct clone *clone)
{
	static const struct branch branch = {CS_STAGE_FILES, CLONE_FILES,
					     "table of open files shared",
					     "table of open files copied"};

	if (clone->rec->via == CS_VIA_VHOST)
		say(branches, "a vhost worker: it gets no table of open files");
	else
		say_branch(branches, &branch, clone->rec->flags);
}

/* Who calls decides as well as the flag: those that have no address space have none to share. */
static void say_mm(struct branches *branches, const struct clone *clone)
{
	static const struct branch branch = {CS_STAGE_MM, CLONE_VM, "address space shared",
					     "address space copied"};

	if (clone->rec->via == CS_VIA_KTHREAD || clone->rec->via == CS_VIA_UMH)
		say(branches, "the caller is a kernel thread: there is no address space");
	else
		say_branch(branches, &branch, clone->rec->flags);
	if (!(clone->rec->flags & CLONE_VM))
		say(branches, "a page is copied when one of them writes to it");
}

static void say_namespaces(struct branches *branches, const struct clone *clone)
{
	if (branches_has_namespaces(clone))
		say(branches, "a CLONE_NEW* is set: each type is asked");
	else
		say(branches, "no CLONE_NEW* set: all of them shared");
}

static void say_registers(struct branches *branches, const struct clone *clone)
{
	if (clone->rec->via == CS_VIA_KTHREAD || clone->rec->via == CS_VIA_IO_WORKER ||
	    clone->rec->via == CS_VIA_VHOST || clone->rec->via == CS_VIA_UMH)
		say(branches, "it is to start in a function of the kernel");
	else
		say(branches, "registers copied; in the child the call returns 0");
}

static void say_pid(struct branches *branches, const struct clone *clone)
{
	const struct cs_detail *detail = clone->detail;
	struct text text;

	if (clone->rec->error)
		return;
	text = next(branches);
	text_add(&text, "pid %" PRIu32, clone->rec->child_tid);
	for (unsigned int level = 1; detail && level <= detail->pid_level && level < CS_MAX_LEVELS;
	     level++)
		text_add(&text, "%s%d", level == 1 ? "; in the namespaces below: " : ", ",
			 detail->pids[level]);
	text_end(&text);
}

static void say_cgroup(struct branches *branches, const struct clone *clone)
{
	const struct cs_detail *detail = clone->detail;
	char path[4 * CS_PATH_LEN];
	struct text text;

	if (!detail || clone->rec->error || detail->missing & CS_MISSING(CS_DETAIL_CGROUP))
		return;
	text = next(branches);
	text_add(&text, "%s", text_quote(path, sizeof(path), detail->cgroup));
	text_end(&text);
}

static void say_parent(struct branches *branches, const struct clone *clone)
{
	uint64_t flags = clone->rec->flags;

	if (flags & CLONE_THREAD)
		say(branches, "CLONE_THREAD set: a child of the caller's parent");
	else if (flags & CLONE_PARENT)
		say(branches, "CLONE_PARENT set: a child of the caller's parent");
	else
		say(branches, "CLONE_PARENT not set: a child of the caller");
}

/* What is no flag's doing; NULL: only flags decide. */
static void (*const facts[CS_STAGE_COUNT])(struct branches *branches, const struct clone *clone) = {
	[CS_STAGE_TASK] = say_task,	   [CS_STAGE_POLICY] = say_policy,
	[CS_STAGE_SCHED] = say_sched,	   [CS_STAGE_MM] = say_mm,
	[CS_STAGE_FILES] = say_files,	   [CS_STAGE_NAMESPACES] = say_namespaces,
	[CS_STAGE_THREAD] = say_registers, [CS_STAGE_PID] = say_pid,
	[CS_STAGE_CGROUP] = say_cgroup,	   [CS_STAGE_PUBLISH] = say_parent,
};

/* Stages in which nothing is decided. */
static const char *const always[CS_STAGE_COUNT] = {
	[CS_STAGE_CHECKS] = "do the flags go together?",
	[CS_STAGE_LIMITS] = "room below RLIMIT_NPROC and kernel.threads-max?",
	[CS_STAGE_SECURITY] = "perf events, audit and LSM are told",
	[CS_STAGE_FINISH] = "cgroups, perf and tracers are told",
};

void branches_find(struct branches *branches, const struct clone *clone, enum cs_stage stage)
{
	branches->count = 0;
	if (stage >= CS_STAGE_COUNT)
		return;
	if (always[stage])
		say(branches, always[stage]);
	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		if (table[i].stage == stage)
			say_branch(branches, &table[i], clone->rec->flags);
	if (facts[stage])
		facts[stage](branches, clone);
}
