/* SPDX-License-Identifier: GPL-2.0 */
/* The table on a terminal: its heading comes again on every screenful. */
#ifndef CLONESCOPE_VIEW_SCREENFUL_H
#define CLONESCOPE_VIEW_SCREENFUL_H

#include "view/view.h"

/*
 * Let @view be the table for a terminal of options.width and options.height, which may change at any time. A record
 * and its lines below are not torn apart by a heading. screenful_end() frees what that takes.
 */
void screenful_of(struct view_ops *view);
void screenful_end(void);

#endif
