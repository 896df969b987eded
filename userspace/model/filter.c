// SPDX-License-Identifier: GPL-2.0
/* Which records the user wants to see. */
#include "model/filter.h"

#include <string.h>

#include "model/outcome.h"

void filter_set_comm(struct cs_filter *filter, const char *comm)
{
	size_t length = strnlen(comm, sizeof(filter->comm) - 1);

	memset(filter->comm, 0, sizeof(filter->comm));
	memcpy(filter->comm, comm, length);
	filter->has_comm = true;
}

static bool match_caller(const struct cs_filter *filter, const struct cs_clone *rec)
{
	if (filter->has_tgid && (__u32)filter->tgid != rec->tgid)
		return false;
	if (filter->has_tid && (__u32)filter->tid != rec->tid)
		return false;
	if (filter->has_uid && filter->uid != rec->uid)
		return false;
	return !filter->has_comm || !strncmp(filter->comm, rec->comm, sizeof(rec->comm));
}

static bool match_outcome(const struct cs_filter *filter, const struct cs_clone *rec)
{
	if (filter->failed_only && outcome_of(rec) != OUTCOME_REFUSED)
		return false;
	return !filter->error || filter->error == rec->error;
}

static bool match_time(const struct cs_filter *filter, const struct cs_clone *rec)
{
	if (!filter->min_ns)
		return true;
	if (rec->missing & CS_MISSING(CS_FACT_COPY_NS))
		return false;
	return rec->copy_ns >= filter->min_ns;
}

bool filter_match(const struct cs_filter *filter, const struct cs_clone *rec)
{
	return match_caller(filter, rec) && match_outcome(filter, rec) && match_time(filter, rec) &&
	       (rec->flags & filter->flags) == filter->flags;
}

/* What a filter asks about is in both kinds of record. */
bool filter_match_return(const struct cs_filter *filter, const struct cs_return *rec)
{
	struct cs_clone same = {
		.tid = rec->tid,
		.tgid = rec->tgid,
		.uid = rec->uid,
		.flags = rec->flags,
		.error = rec->error,
		.copy_ns = rec->copy_ns,
	};

	memcpy(same.comm, rec->comm, sizeof(same.comm));
	return filter_match(filter, &same);
}

bool filter_match_call(const struct cs_filter *filter, const struct cs_call *rec)
{
	struct cs_clone same = {
		.tid = rec->tid,
		.tgid = rec->tgid,
		.uid = rec->uid,
		.flags = rec->flags,
		.error = rec->error,
	};

	memcpy(same.comm, rec->comm, sizeof(same.comm));
	return filter_match(filter, &same);
}

static void set_task(struct cs_clone *same, uint32_t tid, uint32_t tgid, const char *comm)
{
	same->tid = tid;
	same->tgid = tgid;
	if (comm)
		memcpy(same->comm, comm, sizeof(same->comm));
}

static void set_call(struct cs_clone *same, const struct cs_namespaces *rec)
{
	set_task(same, rec->tid, rec->tgid, rec->comm);
	same->flags = rec->flags;
	same->error = rec->error;
}

bool filter_match_life(const struct cs_filter *filter, const struct cs_head *head)
{
	const struct cs_start *start = (const void *)head;
	const struct cs_exec *exec = (const void *)head;
	const struct cs_exit *exit = (const void *)head;
	const struct cs_namespaces *namespaces = (const void *)head;
	struct cs_clone same = {0};

	if (head->kind == CS_KIND_START)
		set_task(&same, start->tid, start->tgid, NULL);
	else if (head->kind == CS_KIND_EXEC)
		set_task(&same, exec->tid, exec->tgid, exec->comm);
	else if (head->kind == CS_KIND_EXIT)
		set_task(&same, exit->tid, exit->tgid, exit->comm);
	else if (head->kind == CS_KIND_NAMESPACES)
		set_call(&same, namespaces);
	/* None of them has it. */
	return !filter->has_uid && filter_match(filter, &same);
}
