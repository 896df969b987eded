/* SPDX-License-Identifier: GPL-2.0 */
/* A scheduling policy whose tasks may not fork. */
#ifndef DEADLINE_H
#define DEADLINE_H

/* Makes the caller SCHED_DEADLINE, without SCHED_FLAG_RESET_ON_FORK. Returns 0, or -1 with errno. */
int deadline_become(void);

#endif
