// SPDX-License-Identifier: GPL-2.0
/* Gives up what was needed to begin and is not needed to go on. */
#include "cmd/privileges.h"

#include <errno.h>
#include <sys/capability.h>
#include <sys/prctl.h>

/* Of what we have, what is to stay. */
static int choose(cap_t kept, cap_t had, uint64_t keep)
{
	cap_flag_value_t value;

	for (cap_value_t cap = 0; cap < cap_max_bits(); cap++) {
		if (!(keep >> cap & 1) || cap_get_flag(had, cap, CAP_PERMITTED, &value) || !value)
			continue;
		if (cap_set_flag(kept, CAP_PERMITTED, 1, &cap, CAP_SET) ||
		    cap_set_flag(kept, CAP_EFFECTIVE, 1, &cap, CAP_SET))
			return -errno;
	}
	return cap_set_proc(kept) ? -errno : 0;
}

int privileges_drop(uint64_t keep)
{
	cap_t had = cap_get_proc(), kept = cap_init();
	int error = had && kept ? choose(kept, had, keep) : -ENOMEM;

	cap_free(had);
	cap_free(kept);
	if (!error && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		error = -errno;
	return error;
}
