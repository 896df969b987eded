// SPDX-License-Identifier: GPL-2.0
/* Lines of JSON, each written by one write(2). */
#define _GNU_SOURCE
#include "line.h"

#include <err.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

static int out = STDOUT_FILENO;
static FILE *line;
static char *text;
static size_t bytes;

void line_open(const char *path)
{
	if (path)
		out = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0644);
	if (out < 0)
		err(1, "cannot write to %s", path);
}

FILE *line_begin(void)
{
	line = open_memstream(&text, &bytes);
	if (!line)
		err(1, "no memory for a line");
	return line;
}

void line_end(void)
{
	fputs("}\n", line);
	if (fclose(line))
		err(1, "no memory for a line");
	if (write(out, text, bytes) != (ssize_t)bytes)
		err(1, "cannot write the truth down");
	free(text);
}
