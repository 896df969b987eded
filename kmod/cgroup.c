// SPDX-License-Identifier: GPL-2.0
/* The path of a cgroup, from the root of its hierarchy. */

#include <linux/cgroup.h>
#include <linux/kernfs.h>
#include <linux/kprobes.h>
#include <linux/string.h>

#include "clonescope/record.h"
#include "kmod/cgroup.h"
#include "kmod/compat.h"

/* Of a path that did not fit, what is left of its beginning. */
#define CUT "..."

static nokprobe_inline bool prepend(char **at, const char *path,
				    const char *name)
{
	size_t room = *at - path, length = strlen(name);

	if (length + 1 > room) {
		memcpy(*at - room, name + length - room, room);
		*at -= room;
		return false;
	}
	*at -= length + 1;
	**at = '/';
	memcpy(*at + 1, name, length);
	return true;
}

/*
 * @path: CS_PATH_LEN bytes; all are written. A root has the path "/".
 *
 * kernfs_path() takes a lock, and cuts off the end of what does not fit. The
 * lock is for nodes that are renamed: a cgroup of cgroup2 never is, and it keeps
 * its parents. Whoever calls keeps the cgroup.
 */
void cs_cgroup_path(char *path, struct cgroup *cgroup)
{
	char *end = path + CS_PATH_LEN - 1, *at = end;
	struct cgroup *parent;
	size_t length;

	for (; (parent = cgroup_parent(cgroup)); cgroup = parent) {
		if (prepend(&at, path, cs_kernfs_name(cgroup->kn)))
			continue;
		memcpy(path, CUT, strlen(CUT));
		break;
	}
	if (at == end)
		*--at = '/';
	length = end - at;
	memmove(path, at, length);
	memset(path + length, 0, CS_PATH_LEN - length);
}
NOKPROBE_SYMBOL(cs_cgroup_path);
