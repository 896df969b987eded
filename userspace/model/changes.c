// SPDX-License-Identifier: GPL-2.0
/* In what a child differs from its caller. */
#include "model/changes.h"

#include <linux/sched.h>

#include "model/policy.h"
#include "model/text.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

static const char *const change_names[CHANGE_COUNT] = {
	[CHANGE_NAMESPACES] = "namespaces",
	[CHANGE_CGROUP] = "cgroup",
	[CHANGE_UID] = "uid",
	[CHANGE_CAPS] = "caps",
	[CHANGE_SECCOMP] = "seccomp",
	[CHANGE_NO_NEW_PRIVS] = "no_new_privs",
	[CHANGE_SCHED] = "sched",
	[CHANGE_CPUS] = "cpus",
	[CHANGE_MEMS] = "mems",
	[CHANGE_POLICY] = "policy",
};

static const struct {
	const char *name;
	uint64_t flag;
} namespaces[CS_NS_COUNT] = {
	[CS_NS_CGROUP] = {"cgroup", CLONE_NEWCGROUP}, [CS_NS_IPC] = {"ipc", CLONE_NEWIPC},
	[CS_NS_MNT] = {"mnt", CLONE_NEWNS},	      [CS_NS_NET] = {"net", CLONE_NEWNET},
	[CS_NS_PID] = {"pid", CLONE_NEWPID},	      [CS_NS_TIME] = {"time", CLONE_NEWTIME},
	[CS_NS_USER] = {"user", CLONE_NEWUSER},	      [CS_NS_UTS] = {"uts", CLONE_NEWUTS},
};

/* SECCOMP_MODE_* and SCHED_* of the UAPI; 4 was SCHED_ISO, and never was in a kernel. */
static const char *const seccomp_names[] = {"none", "strict", "filter"};
static const char *const sched_names[] = {"other", "fifo", "rr",       "batch",
					  NULL,	   "idle", "deadline", "ext"};

static const char *name_in(const char *const *names, size_t count, int number)
{
	if (number < 0 || (size_t)number >= count || !names[number])
		return "?";
	return names[number];
}

const char *change_name(enum change change)
{
	return name_in(change_names, CHANGE_COUNT, change);
}

const char *seccomp_name(int mode)
{
	return name_in(seccomp_names, ARRAY_SIZE(seccomp_names), mode);
}

const char *sched_policy_name(int policy)
{
	return name_in(sched_names, ARRAY_SIZE(sched_names), policy);
}

const char *namespace_name(enum cs_ns ns)
{
	return ns < CS_NS_COUNT ? namespaces[ns].name : "?";
}

uint64_t namespace_flag(enum cs_ns ns)
{
	return ns < CS_NS_COUNT ? namespaces[ns].flag : 0;
}

static bool is_missing(const struct cs_detail *detail, enum cs_detail_fact fact)
{
	return detail->missing & CS_MISSING(fact);
}

static bool policies_known(const struct cs_clone *rec)
{
	return !(rec->missing & (CS_MISSING(CS_FACT_POLICY) | CS_MISSING(CS_FACT_CHILD_POLICY)));
}

static bool is_new(const struct cs_detail *detail, enum cs_ns ns)
{
	return detail->ns[ns] != detail->caller_ns[ns];
}

static bool has_new(const struct cs_detail *detail)
{
	for (int ns = 0; ns < CS_NS_COUNT; ns++)
		if (is_new(detail, ns))
			return true;
	return false;
}

uint32_t changes_find(const struct cs_clone *rec, const struct cs_detail *detail)
{
	const bool differs[CHANGE_COUNT] = {
		[CHANGE_NAMESPACES] = !is_missing(detail, CS_DETAIL_NAMESPACES) && has_new(detail),
		[CHANGE_CGROUP] = !is_missing(detail, CS_DETAIL_CGROUP) &&
				  detail->cgroup_id != detail->caller_cgroup_id,
		[CHANGE_UID] = detail->child_uid != rec->uid,
		[CHANGE_CAPS] = detail->caps != detail->caller_caps,
		[CHANGE_SECCOMP] = detail->seccomp != detail->caller_seccomp,
		[CHANGE_NO_NEW_PRIVS] = detail->no_new_privs != detail->caller_no_new_privs,
		[CHANGE_SCHED] = detail->sched_policy != detail->caller_sched_policy ||
				 detail->prio != detail->caller_prio,
		[CHANGE_CPUS] = !is_missing(detail, CS_DETAIL_CPUS) && detail->cpus_changed,
		[CHANGE_MEMS] = !is_missing(detail, CS_DETAIL_MEMS) && detail->mems_changed,
		[CHANGE_POLICY] =
			policies_known(rec) && !policy_equal(&rec->policy, &rec->child_policy),
	};
	uint32_t changes = 0;

	for (int change = 0; !rec->error && change < CHANGE_COUNT; change++)
		changes |= (uint32_t)differs[change] << change;
	return changes;
}

static void add_namespaces(struct text *text, const struct cs_detail *detail)
{
	text_add(text, "namespaces");
	for (int ns = 0; ns < CS_NS_COUNT; ns++)
		if (is_new(detail, ns))
			text_add(text, " %s", namespace_name(ns));
}

static void add_sched(struct text *text, const struct cs_detail *detail)
{
	text_add(text, "scheduling %s", sched_policy_name(detail->caller_sched_policy));
	if (detail->prio != detail->caller_prio)
		text_add(text, " priority %d", detail->caller_prio);
	text_add(text, " to %s", sched_policy_name(detail->sched_policy));
	if (detail->prio != detail->caller_prio)
		text_add(text, " priority %d", detail->prio);
}

static void add_cpus(struct text *text, const struct cs_detail *detail)
{
	if (detail->cpus == detail->caller_cpus)
		text_add(text, "CPUs %u others", detail->cpus);
	else
		text_add(text, "CPUs %u to %u", detail->caller_cpus, detail->cpus);
}

static void add_caps(struct text *text, const struct cs_detail *detail)
{
	text_add(text, "capabilities 0x%llx to 0x%llx", detail->caller_caps, detail->caps);
}

static void add_policy(struct text *text, const struct cs_clone *rec)
{
	char before[POLICY_TEXT_SIZE], after[POLICY_TEXT_SIZE];

	policy_format(before, sizeof(before), &rec->policy);
	policy_format(after, sizeof(after), &rec->child_policy);
	text_add(text, "memory policy %s to %s", before, after);
}

static void add_change(struct text *text, enum change change, const struct cs_clone *rec,
		       const struct cs_detail *detail)
{
	switch (change) {
	case CHANGE_NAMESPACES:
		add_namespaces(text, detail);
		break;
	case CHANGE_CGROUP:
		text_add(text, "cgroup");
		break;
	case CHANGE_UID:
		text_add(text, "uid %u to %u", rec->uid, detail->child_uid);
		break;
	case CHANGE_CAPS:
		add_caps(text, detail);
		break;
	case CHANGE_SECCOMP:
		text_add(text, "seccomp %s to %s", seccomp_name(detail->caller_seccomp),
			 seccomp_name(detail->seccomp));
		break;
	case CHANGE_NO_NEW_PRIVS:
		text_add(text, "no_new_privs %s", detail->no_new_privs ? "set" : "cleared");
		break;
	case CHANGE_SCHED:
		add_sched(text, detail);
		break;
	case CHANGE_CPUS:
		add_cpus(text, detail);
		break;
	case CHANGE_MEMS:
		text_add(text, "allowed memory nodes");
		break;
	case CHANGE_POLICY:
		add_policy(text, rec);
		break;
	case CHANGE_COUNT:
		break;
	}
}

static void add_unknown(struct text *text, const struct cs_clone *rec,
			const struct cs_detail *detail)
{
	const struct {
		const char *name;
		bool unknown;
	} unknown[] = {
		{"namespaces", is_missing(detail, CS_DETAIL_NAMESPACES)},
		{"cgroup", is_missing(detail, CS_DETAIL_CGROUP)},
		{"CPUs", is_missing(detail, CS_DETAIL_CPUS)},
		{"allowed memory nodes", is_missing(detail, CS_DETAIL_MEMS)},
		{"memory policy", !policies_known(rec)},
	};

	for (size_t i = 0; i < ARRAY_SIZE(unknown); i++)
		if (unknown[i].unknown)
			text_add(text, ", %s ?", unknown[i].name);
}

size_t changes_format(char *buf, size_t size, const struct cs_clone *rec,
		      const struct cs_detail *detail)
{
	struct text text = {.buf = buf, .size = size};
	uint32_t changes = changes_find(rec, detail);

	for (int change = 0; change < CHANGE_COUNT; change++) {
		if (!(changes & 1U << change))
			continue;
		text_add(&text, "%s", text.length ? ", " : "");
		add_change(&text, change, rec, detail);
	}
	if (!changes)
		text_add(&text, "nothing");
	add_unknown(&text, rec, detail);
	return text_end(&text);
}
