/* SPDX-License-Identifier: GPL-2.0 */
/* All that is known of a clone beside its struct cs_clone. */
#ifndef CLONESCOPE_DETAIL_H
#define CLONESCOPE_DETAIL_H

#include <linux/types.h>

struct cs_copy;
struct task_struct;

void cs_trace_detail(const struct cs_copy *copy, struct task_struct *child,
		     u64 now);

#endif
