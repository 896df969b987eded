/* SPDX-License-Identifier: GPL-2.0 */
/* Runs the command that is to be traced: held until the probes are in, then let go. */
#ifndef CLONESCOPE_CMD_COMMAND_H
#define CLONESCOPE_CMD_COMMAND_H

#include <stdbool.h>
#include <sys/types.h>

struct command {
	pid_t pid;
	int gate;   /* closing it without a word ends the held child */
	int status; /* as waitpid() gave it, once exited is true */
	bool released;
	bool with_strangers; /* there were children before: descendants can't be told from them */
	bool exited;	     /* the command itself */
	bool alone;	     /* it and all its descendants are gone */
};

/*
 * Could @name be run, as execvp() would find it? Returns 0, or says why not and returns the status that is due: 127 or
 * 126. An interpreter that is missing is not looked for.
 */
int command_check(const char *name);

/*
 * Fork a child that will run @argv and hold it there. From now on orphaned descendants become our children,
 * so that their end is seen. @off_terminal: it gets /dev/null where it would have a terminal. Returns 0 or a
 * negative errno.
 */
int command_hold(struct command *command, char **argv, bool off_terminal);

/* Let the child run its program. */
void command_release(struct command *command);

/* Collect whoever has ended. */
void command_reap(struct command *command);

/* As a shell would put it: the command's own, or 128 plus the signal that ended it. */
int command_exit_status(const struct command *command);

/* End the child, if it was never released. */
void command_abandon(struct command *command);

#endif
