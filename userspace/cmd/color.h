/* SPDX-License-Identifier: GPL-2.0 */
/* Whether output is coloured: --color, NO_COLOR, and what the terminal can do. */
#ifndef CLONESCOPE_CMD_COLOR_H
#define CLONESCOPE_CMD_COLOR_H

#include <stdbool.h>

struct argp_state;

enum color_when {
	COLOR_AUTO, /* on a terminal, unless NO_COLOR is set and not empty */
	COLOR_ALWAYS,
	COLOR_NEVER,
};

/* The choice called @text; one that there isn't ends the program, with status 2. */
enum color_when color_parse(struct argp_state *state, const char *text);

/* Are there to be colours in what goes to @fd? */
bool color_wanted(enum color_when when, int fd);

#endif
