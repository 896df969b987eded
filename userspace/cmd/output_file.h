/* SPDX-License-Identifier: GPL-2.0 */
/* A file that a report is written into: nobody else's, and no other kind of file. */
#ifndef CLONESCOPE_CMD_OUTPUT_FILE_H
#define CLONESCOPE_CMD_OUTPUT_FILE_H

#include <stdio.h>

/*
 * Open @path to be written: a new file that only its owner may read, or one that begins with @begins_with, which
 * is emptied; "-" is standard output. No link is followed. NULL: it is something else, or cannot be written;
 * why, and what to do, was said on standard error.
 */
FILE *output_file_open(const char *path, const char *begins_with);

#endif
