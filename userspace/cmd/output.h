/* SPDX-License-Identifier: GPL-2.0 */
/* What every subcommand says, and ends with, when its output cannot be written. */
#ifndef CLONESCOPE_CMD_OUTPUT_H
#define CLONESCOPE_CMD_OUTPUT_H

/*
 * Before anything is opened. From now on a program that ends with output unwritten ends with status 1, and says why:
 * of --help, too.
 */
void output_start(void);

/* Write out what is left. Returns @status, or 1 where something could not be written, after saying why. */
int output_end(int status);

/* The exit status for a write that failed with @error (errno): whoever closes a pipe has seen enough. */
int output_status(int error);

#endif
