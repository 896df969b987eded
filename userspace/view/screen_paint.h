/* SPDX-License-Identifier: GPL-2.0 */
/* Texts and heat maps on a ncurses screen, with colours or without. */
#ifndef CLONESCOPE_VIEW_SCREEN_PAINT_H
#define CLONESCOPE_VIEW_SCREEN_PAINT_H

#include <curses.h>
#include <stdbool.h>

#include "model/matrix.h"
#include "view/screen_choices.h"

/* Choose colours: as many as the terminal has, none where @color is false. */
void paint_start(bool color);

/* Of what failed, and of what may not be as wished. */
attr_t paint_bad(void);
attr_t paint_doubtful(void);

/* Text at line @y, from column @x; what is wider than @width ends in "~". Never wraps. */
void paint_text(int y, int x, int width, const char *text);

/*
 * The node matrices that were chosen, from line @y on, @height lines at most. Returns the line below them.
 */
int paint_matrices(int y, int height, const struct matrix *task, const struct matrix *stack,
		   enum screen_matrix chosen);

#endif
