/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* How far a clone in progress has come: the part of its state that the reader looks at. */
#ifndef CLONESCOPE_INFLIGHT_TIMES_H
#define CLONESCOPE_INFLIGHT_TIMES_H

#ifndef __VMLINUX_H__
#include <linux/types.h>
#endif

/* CLOCK_BOOTTIME, ns. The first member of struct inflight. */
struct inflight_times {
	__u64 kernel_clone_ns; /* kernel_clone() was entered; 0: not seen */
	__u64 enter_ns;	       /* copy_process() was entered; 0: not yet */
	__u64 leave_ns;	       /* copy_process() returned; 0: not yet */
	__u32 tid;	       /* the thread whose clone it is */
	__u32 claims;	       /* of entries that several threads may want */
};

#endif
