// SPDX-License-Identifier: GPL-2.0
/* The handlers for limits and checks that a clone meets on its way. */

#include <linux/cred.h>
#include <linux/ptrace.h>
#include <linux/uidgid.h>
#include <linux/user_namespace.h>

#include "kmod/clone.h"
#include "kmod/compat.h"
#include "kmod/life.h"
#include "kmod/ucount.h"

/* What this thread is in that one of these can refuse, or NULL. */
static nokprobe_inline struct cs_seen *find_seen(void)
{
	struct cs_copy *copy = cs_inflight_find(&cs_copies);

	return copy ? &copy->seen : cs_inflight_find(&cs_unshares);
}

int cs_on_inc_ucount(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	struct cs_ucount *call = (void *)instance->data;

	if (!find_seen())
		return 1; /* no return handler: nobody asks */
	call->ns = (void *)regs_get_kernel_argument(regs, 0);
	call->uid = regs_get_kernel_argument(regs, 1);
	call->type = regs_get_kernel_argument(regs, 2);
	return 0;
}
NOKPROBE_SYMBOL(cs_on_inc_ucount);

static nokprobe_inline bool is_full(const struct ucounts *ucounts, int type)
{
	return cs_count(ucounts, type) >=
	       READ_ONCE(ucounts->ns->ucount_max[type]);
}

static nokprobe_inline const struct ucounts *
first_full(const struct ucounts *ucounts, int type)
{
	while (ucounts && !is_full(ucounts, type))
		ucounts = ucounts->ns->ucounts;
	return ucounts;
}

static nokprobe_inline void tell_level(struct cs_no_room *no_room,
				       struct user_namespace *ns, kuid_t uid)
{
	no_room->max = READ_ONCE(ns->ucount_max[no_room->type]);
	no_room->uid = from_kuid(&init_user_ns, uid);
	no_room->ns = ns->ns.inum;
	no_room->level = ns->level;
}

/*
 * inc_ucount() goes up from the namespace that it is called with. What that
 * one has counted for the user is found by a hash of the kernel's own, or in
 * the credentials, if they are of the same namespace and user; above that, each
 * namespace points to what it is counted in.
 *
 * If the first is not found and none above it is full, it was the first. Where
 * another one is full, it may have been either, unless the first has no limit:
 * that is how a namespace is made, and nobody has that many.
 */
static nokprobe_inline void find_level(struct cs_no_room *no_room,
				       const struct cs_ucount *call)
{
	const struct ucounts *own = cs_cred_ucounts(current_cred());
	const struct ucounts *full = call->ns->ucounts;
	bool found = own && own->ns == call->ns && own->uid.val == call->uid;
	bool limited = READ_ONCE(call->ns->ucount_max[call->type]) < INT_MAX;

	full = first_full(found ? own : full, call->type);
	if (full)
		tell_level(no_room, full->ns, full->uid);
	else
		tell_level(no_room, call->ns, KUIDT_INIT(call->uid));
	no_room->unclear = found ? !full : limited == !!full;
}

int cs_on_inc_ucount_return(struct kretprobe_instance *instance,
			    struct pt_regs *regs)
{
	const struct cs_ucount *call = (void *)instance->data;
	struct cs_seen *seen = find_seen();

	if (!seen || regs_return_value(regs) || call->type < 0 ||
	    call->type >= UCOUNT_COUNTS)
		return 0;
	seen->no_room.seen = true;
	seen->no_room.type = call->type;
	find_level(&seen->no_room, call);
	return 0;
}
NOKPROBE_SYMBOL(cs_on_inc_ucount_return);

int cs_on_current_chrooted_return(struct kretprobe_instance *instance,
				  struct pt_regs *regs)
{
	struct cs_seen *seen = find_seen();

	if (seen)
		seen->chrooted = (u8)regs_return_value(regs);
	return 0;
}
NOKPROBE_SYMBOL(cs_on_current_chrooted_return);
