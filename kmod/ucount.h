/* SPDX-License-Identifier: GPL-2.0 */
/* Limits and checks that a clone meets inside functions of their own. */
#ifndef CLONESCOPE_UCOUNT_H
#define CLONESCOPE_UCOUNT_H

#include <linux/kprobes.h>
#include <linux/types.h>

struct user_namespace;

/* An inc_ucount() that has not returned yet. */
struct cs_ucount {
	struct user_namespace *ns;
	u32 uid;
	s32 type;
};

/* What of it failed within a copy_process() or an unshare(). */
struct cs_no_room {
	s64 max;
	u32 uid;
	u32 ns;
	s32 level;
	s16 type;
	bool seen;
	bool unclear; /* which of the namespaces had no room */
};

/* What these probes saw within a copy_process() or an unshare(). */
struct cs_seen {
	u64 told;    /* CS_MISSING() of what they tell, if it is a refusal */
	u8 chrooted; /* what current_chrooted() said, if it was called */
	struct cs_no_room no_room;
};

int cs_on_inc_ucount(struct kretprobe_instance *instance, struct pt_regs *regs);
int cs_on_inc_ucount_return(struct kretprobe_instance *instance,
			    struct pt_regs *regs);
int cs_on_current_chrooted_return(struct kretprobe_instance *instance,
				  struct pt_regs *regs);

#endif
