/* SPDX-License-Identifier: GPL-2.0 */
/* What standard output is shown on. */
#ifndef CLONESCOPE_CMD_TERMINAL_H
#define CLONESCOPE_CMD_TERMINAL_H

#include <stdbool.h>

/* A terminal's width, where it is a terminal and wider than the usual; else 80. */
int terminal_width(void);

/* Its height; 0: it is no terminal. */
int terminal_height(void);

/* Does whoever reads the output see more than ASCII? */
bool terminal_is_utf8(void);

#endif
