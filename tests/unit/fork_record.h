/* SPDX-License-Identifier: GPL-2.0 */
/* A record for tests to begin with. */
#ifndef FORK_RECORD_H
#define FORK_RECORD_H

#include <string.h>

#include <clonescope/record.h>

/* A fork on node 0 that took @ns, with everything on node 0. */
static inline struct cs_clone fork_record(const char *comm, uint64_t ns)
{
	struct cs_clone rec = {.head = {.kind = CS_KIND_CLONE, .size = sizeof(rec)},
			       .tid = 1,
			       .via = CS_VIA_FORK,
			       .flags = 0x1200000,
			       .exit_signal = 17,
			       .copy_ns = ns,
			       .child_tid = 2,
			       .node_requested = CS_NO_NODE,
			       .stack_pages = 4,
			       .stack_origin = CS_STACK_CACHED,
			       .policy.home_node = CS_NO_NODE,
			       .child_policy.home_node = CS_NO_NODE};

	strncpy(rec.comm, comm, sizeof(rec.comm));
	return rec;
}

#endif
