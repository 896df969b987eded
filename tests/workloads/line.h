/* SPDX-License-Identifier: GPL-2.0 */
/* Lines of JSON, each written by one write(2), so that several processes may write to one file. */
#ifndef LINE_H
#define LINE_H

#include <stdio.h>

/* Where lines go: a new file; NULL: standard output. Ends the process if it can't be made. */
void line_open(const char *path);

/* What is printed to it becomes one line. */
FILE *line_begin(void);

/* Closes the object, and writes the line. */
void line_end(void);

#endif
