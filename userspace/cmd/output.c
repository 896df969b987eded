// SPDX-License-Identifier: GPL-2.0
/* Looks whether standard output took what was written to it. */
#include "cmd/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* argp prints help and version and ends the program: nobody else sees whether that worked. */
static void check_at_exit(void)
{
	errno = 0;
	if (fflush(stdout) && output_status(errno))
		_exit(EXIT_FAILURE);
}

/*
 * A descriptor of ours that became standard output would get what is printed. What is opened here can't be
 * written, as a closed one can't.
 */
static void hold_closed_descriptors(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDONLY);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

void output_start(void)
{
	hold_closed_descriptors();
	atexit(check_at_exit);
}

int output_status(int error)
{
	if (error == EPIPE)
		return EXIT_SUCCESS;
	fprintf(stderr, "clonescope: cannot write the output: %s\n", strerror(error ? error : EIO));
	return EXIT_FAILURE;
}

/* A write that failed before has left a mark, but not its errno: another one will have the same. */
static int error_of_output(void)
{
	errno = 0;
	fputc('\n', stdout);
	fflush(stdout);
	return errno;
}

int output_end(int status)
{
	int error = 0;

	if (ferror(stdout))
		error = error_of_output();
	else if (!fflush(stdout))
		return status;
	else
		error = errno;
	__fpurge(stdout); /* or it would fail once more at the exit */
	return output_status(error) ? EXIT_FAILURE : status;
}
