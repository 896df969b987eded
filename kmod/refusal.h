/* SPDX-License-Identifier: GPL-2.0 */
/* Why a clone was refused. */
#ifndef CLONESCOPE_REFUSAL_H
#define CLONESCOPE_REFUSAL_H

#include <linux/types.h>

struct cs_copy;
struct cs_seen;
struct task_struct;

void cs_trace_refusal(const struct cs_copy *copy, int error, u64 now);

void cs_trace_namespaces_refusal(const struct cs_seen *seen, u64 now);

bool cs_trail_read(u32 *trail, const struct task_struct *child);

#endif
