/* SPDX-License-Identifier: GPL-2.0 */
/* Colours of a printed line: where they mean something, and never in the place of a word. */
#ifndef CLONESCOPE_VIEW_INK_H
#define CLONESCOPE_VIEW_INK_H

#include "view/view.h"

enum ink {
	INK_NONE,
	INK_HEADING,
	INK_BAD,      /* it failed */
	INK_DOUBTFUL, /* it may not be what was wished: nodes that disagree */
	INK_DIFFERS,  /* the child has it otherwise than its caller */
	INK_REASON,   /* why it failed */
	INK_ADVICE,   /* what helps */
	INK_ASIDE,    /* what one may skip */
};

/* The sequence that begins @ink, or ends any; "" where there are no colours, and for INK_NONE. */
const char *ink_begin(const struct view_options *options, enum ink ink);
const char *ink_end(const struct view_options *options, enum ink ink);

#endif
