// SPDX-License-Identifier: GPL-2.0
/* A scheduling policy whose tasks may not fork. */
#define _GNU_SOURCE
#include "deadline.h"

#include <sched.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* glibc has no struct for it before 2.41. */
struct deadline_attr {
	uint32_t size;
	uint32_t policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t runtime;
	uint64_t deadline;
	uint64_t period;
};

/* The kernel takes deadline tasks only if they may run on any CPU. */
int deadline_become(void)
{
	struct deadline_attr attr = {
		.size = sizeof(attr),
		.policy = SCHED_DEADLINE,
		.runtime = 10000000,
		.deadline = 100000000,
		.period = 100000000,
	};
	cpu_set_t all;

	memset(&all, 0xff, sizeof(all));
	sched_setaffinity(0, sizeof(all), &all);
	return (int)syscall(SYS_sched_setattr, 0, &attr, 0);
}
