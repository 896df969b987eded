/* SPDX-License-Identifier: GPL-2.0 */
/* The signals that end a run, caught so that they interrupt a write that nobody reads. */
#ifndef CLONESCOPE_CMD_SIGNALS_H
#define CLONESCOPE_CMD_SIGNALS_H

#include <stdbool.h>

struct pollfd;

/* One signal that came; number 0: none. */
struct signals_seen {
	int number;
	bool from_terminal; /* the kernel sent it, and to the whole foreground group */
};

/*
 * Once, before anything is written: a pipe that is closed shall be an error like any other, and not kill us before
 * we have cleaned up.
 */
void signals_ignore_pipe(void);

/*
 * Catch SIGINT, SIGTERM and SIGHUP, but those that the caller of the program chose to ignore, and SIGCHLD. System
 * calls are interrupted, not restarted.
 */
void signals_catch(void);

/* The same for one more that would end the program. */
void signals_catch_also(int number);

/* Back to how the program was started: for a child that becomes another program. */
void signals_restore(void);

/* The oldest signal not taken yet. */
struct signals_seen signals_take(void);

/* As poll(), but a signal that comes just before the waiting ends it, too. */
int signals_poll(struct pollfd *fds, unsigned long count, int timeout_ms);

#endif
