/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Where a cgroup is: its path, from the root of its hierarchy. */
#ifndef CLONESCOPE_CGROUP_BPF_H
#define CLONESCOPE_CGROUP_BPF_H

#define CLONE_INTO_CGROUP_ 0x200000000ULL

/* A cgroup deeper than this is told by the end of its path. */
#define CGROUP_LEVELS 24

/*
 * A name, and a path that grows from its end towards its beginning. No name has
 * more than NAME_MAX bytes (255), so what is past the end stays zero.
 */
struct path_scratch {
	char name[CS_PATH_LEN];
	char path[CS_PATH_LEN];
	char zero[CS_PATH_LEN];
};

/*
 * Only for programs at copy_process()'s return: the kernel runs none of them
 * twice at a time on a CPU, whatever preempts it.
 */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct path_scratch);
} path_scratch SEC(".maps");

/* Of cgroup2. */
static __always_inline struct cgroup *task_cgroup2(struct task_struct *task)
{
	return BPF_CORE_READ(task, cgroups, dfl_cgrp);
}

/*
 * Put "/" and @name, @bytes long with its NUL, in front of the path, of which
 * @room bytes are free. Returns how many are then; 0: the name did not fit, and
 * the path begins within it.
 */
static __always_inline __u32 prepend(struct path_scratch *scratch,
				     const char *name, __u32 bytes, __u32 room)
{
	__u32 length = (bytes - 1) & (CS_PATH_LEN - 1);

	room &= CS_PATH_LEN - 1;
	if (bytes > room) {
		bpf_probe_read_kernel(scratch->path, room,
				      name + (length - room));
		return 0;
	}
	room = (room - bytes) & (CS_PATH_LEN - 1);
	scratch->path[room] = '/';
	bpf_probe_read_kernel(&scratch->path[room] + 1, length, name);
	return room;
}

/* Something is missing in front of the path. Returns as prepend() does. */
static __always_inline __u32 prepend_dots(struct path_scratch *scratch,
					  __u32 room)
{
	room = room < 3 ? 0 : room - 3;
	barrier_var(room);
	room &= CS_PATH_LEN - 1;
	__builtin_memset(&scratch->path[room], '.', 3);
	return room;
}

/*
 * The path of the node at @at, a cgroup's directory, to the end of the scratch's:
 * "/" for a root; one too long begins with "...". The names of cgroups never
 * change. Returns where it begins; -1: it cannot be read. Not static, so that the
 * verifier looks at it once, by itself, and not at each call.
 */
__noinline int find_path(__u64 at)
{
	struct kernfs_node *node = (void *)at, *parent = node;
	__u32 room = CS_PATH_LEN - 1, zero = 0;
	struct path_scratch *scratch;
	long bytes;

	scratch = bpf_map_lookup_elem(&path_scratch, &zero);
	if (!scratch || !node)
		return -1;
	scratch->path[CS_PATH_LEN - 1] = '\0';
	for (int level = 0; level < CGROUP_LEVELS && room; level++) {
		parent = kernfs_parent_(node);
		if (!parent)
			break;
		bytes = bpf_probe_read_kernel_str(scratch->name, CS_PATH_LEN,
						  BPF_CORE_READ(node, name));
		if (bytes <= 1)
			return -1;
		room = prepend(scratch, BPF_CORE_READ(node, name), bytes, room);
		node = parent;
	}
	if (parent && (!room || kernfs_parent_(node)))
		room = prepend_dots(scratch, room);
	else if (room == CS_PATH_LEN - 1)
		scratch->path[--room] = '/';
	return room;
}

/* It into @out, CS_PATH_LEN bytes. Returns 0; -1: then @out is as it was. */
static __noinline int kernfs_path_(char *out, struct kernfs_node *node)
{
	int room = find_path((__u64)node);
	struct path_scratch *scratch;
	__u32 zero = 0;

	scratch = bpf_map_lookup_elem(&path_scratch, &zero);
	if (!scratch || room < 0)
		return -1;
	room &= CS_PATH_LEN - 1;
	bpf_probe_read_kernel(out, CS_PATH_LEN, &scratch->path[room]);
	return 0;
}

/* The same, of @cgroup. */
static __always_inline int cgroup_path(char *out, struct cgroup *cgroup)
{
	return kernfs_path_(out, BPF_CORE_READ(cgroup, kn));
}

#endif
