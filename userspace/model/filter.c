// SPDX-License-Identifier: GPL-2.0
/* Which records the user wants to see. */
#include "model/filter.h"

#include <stdio.h>
#include <string.h>

#include "model/container.h"
#include "model/outcome.h"

void filter_set_comm(struct cs_filter *filter, const char *comm)
{
	size_t length = strnlen(comm, sizeof(filter->comm) - 1);

	memset(filter->comm, 0, sizeof(filter->comm));
	memcpy(filter->comm, comm, length);
	filter->has_comm = true;
}

/* Where cgroup2 usually is. */
#define CGROUP_ROOT "/sys/fs/cgroup"

/* A shorter beginning of an id would soon fit several. */
#define ID_DIGITS_MIN 6

/* Shorter ones were chosen by people: they are meant as a whole. */
#define ID_LENGTH_MIN 32

/* Is @path that of @above, or below it? */
static bool is_below(const char *path, const char *above)
{
	size_t length = strlen(above);

	return !strncmp(path, above, length) && (!path[length] || path[length] == '/');
}

bool filter_set_cgroup(struct cs_filter *filter, const char *text)
{
	const char *path = is_below(text, CGROUP_ROOT) ? text + strlen(CGROUP_ROOT) : text;
	bool is_path = path != text || strchr(path, '/');
	size_t length;

	path += strspn(path, "/");
	length = strlen(path);
	while (length && path[length - 1] == '/')
		length--;
	if (length + is_path >= sizeof(filter->cgroup) || !(length + is_path))
		return false;
	memset(filter->cgroup, 0, sizeof(filter->cgroup));
	filter->cgroup[0] = '/';
	memcpy(filter->cgroup + is_path, path, length);
	return true;
}

static bool is_called(const char *id, const char *name)
{
	size_t length = strlen(id);

	if (!strcmp(id, name))
		return true;
	return length >= ID_LENGTH_MIN && strspn(id, "0123456789abcdef-") == length &&
	       strlen(name) >= ID_DIGITS_MIN && !strncmp(id, name, strlen(name));
}

/* @path: up to and with @part, its last one. */
static bool is_named(const char *path, const char *part, const char *name)
{
	struct container container;

	if (!strcmp(part, name))
		return true;
	if (!container_find(&container, path) || container.monitor)
		return false;
	return is_called(container.id, name) || is_called(container.pod, name);
}

/* Any part of the way there counts: a container may be in another one. */
static bool is_in_named(const char *path, const char *name)
{
	char way[CS_PATH_LEN + 1];
	size_t length = strspn(path, "/");

	while (path[length] && length < sizeof(way)) {
		size_t part = length;

		length += strcspn(path + length, "/");
		snprintf(way, sizeof(way), "%.*s", (int)length, path);
		if (part < sizeof(way) && is_named(way, way + part, name))
			return true;
		length += strspn(path + length, "/");
	}
	return false;
}

bool filter_match_cgroup(const struct cs_filter *filter, const char *path)
{
	if (!filter->cgroup[0])
		return true;
	if (!path)
		return false;
	if (filter->cgroup[0] != '/')
		return is_in_named(path, filter->cgroup);
	return !filter->cgroup[1] || is_below(path, filter->cgroup);
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
