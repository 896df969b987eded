// SPDX-License-Identifier: GPL-2.0
/* Hits of kprobes that ran no program, asked of their links. */
#include "source/kprobe_misses.h"

#include <stddef.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>

/*
 * struct bpf_link_info of a link to a perf event, as Linux 6.7 has it: the headers that this is built with may
 * know nothing of it. With neither place nor length for a name, the kernel leaves that out.
 */
struct link_info {
	uint32_t type;
	uint32_t id;
	uint32_t prog_id;
	uint32_t pad;
	uint32_t event_type;
	uint32_t event_pad;
	uint64_t name;
	uint32_t name_size;
	uint32_t offset;
	uint64_t address;
	uint64_t missed;
};

#define TYPE_PERF_EVENT	 7 /* BPF_LINK_TYPE_PERF_EVENT */
#define EVENT_KPROBE	 3 /* BPF_PERF_EVENT_KPROBE */
#define EVENT_KRETPROBE	 4
#define KNOWN_SINCE_SIZE (offsetof(struct link_info, missed) + sizeof(uint64_t))

/* The kernel says how much of the structure it knows. */
static bool ask(const struct bpf_link *link, struct link_info *info)
{
	uint32_t size = sizeof(*info);

	*info = (struct link_info){0};
	if (!link || bpf_obj_get_info_by_fd(bpf_link__fd(link), info, &size) ||
	    size < KNOWN_SINCE_SIZE || info->type != TYPE_PERF_EVENT)
		return false;
	return info->event_type == EVENT_KPROBE || info->event_type == EVENT_KRETPROBE;
}

uint64_t kprobe_misses(const struct bpf_link *link)
{
	struct link_info info;

	return ask(link, &info) ? info.missed : 0;
}

bool kprobe_misses_known(const struct bpf_link *link)
{
	struct link_info info;

	return ask(link, &info);
}
