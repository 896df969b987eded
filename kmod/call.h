/* SPDX-License-Identifier: GPL-2.0 */
/* Calls of the clone family that fail before copy_process(). */
#ifndef CLONESCOPE_CALL_H
#define CLONESCOPE_CALL_H

#include <linux/bits.h>
#include <linux/kprobes.h>

#include "kmod/inflight.h"

/* For the plan: the code of a call is probed, and that of 32-bit calls, too. */
#define CS_CALL_FACT(via)  BIT_ULL(via)
#define CS_CALL_FACT_32BIT BIT_ULL(0)

/* Threads in a call: whether its own code, and a refusal, has been reached. */
extern struct cs_inflight cs_callers;

/* Calls that failed, of which it is not known whether a record is due. */
extern atomic_long_t cs_calls_untold;

void cs_call_copied(bool was_refused);

int cs_on_clone_call(struct kprobe *probe, struct pt_regs *regs);
void cs_on_sys_exit(void *unused, struct pt_regs *regs, long ret);

#endif
