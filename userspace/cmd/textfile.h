/* SPDX-License-Identifier: GPL-2.0 */
/* clonescope.prom for the textfile collector of node_exporter: replaced as a whole, or not at all. */
#ifndef CLONESCOPE_CMD_TEXTFILE_H
#define CLONESCOPE_CMD_TEXTFILE_H

#include <stddef.h>

#define TEXTFILE_NAME "clonescope.prom"

/* The folder at @path, which must not be a link: its descriptor, or a negative errno. */
int textfile_open(const char *path);

/*
 * Write @text to TEXTFILE_NAME in @folder, readable by all. Links are replaced, never followed. Returns 0 or a
 * negative errno; then the file is as it was.
 */
int textfile_write(int folder, const char *text, size_t length);

#endif
