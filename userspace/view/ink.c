// SPDX-License-Identifier: GPL-2.0
/* Colours of a printed line: where they mean something, and never in the place of a word. */
#include "view/ink.h"

/* Of the eight that every terminal has: a user's own palette decides how they look. */
static const char *const sequences[] = {
	[INK_NONE] = "",
	[INK_HEADING] = "\033[1m",
	[INK_BAD] = "\033[1;31m",
	[INK_DOUBTFUL] = "\033[33m",
	[INK_DIFFERS] = "\033[36m",
	[INK_REASON] = "\033[31m",
	[INK_ADVICE] = "\033[32m",
	[INK_ASIDE] = "\033[2m",
};

const char *ink_begin(const struct view_options *options, enum ink ink)
{
	return options->color ? sequences[ink] : "";
}

const char *ink_end(const struct view_options *options, enum ink ink)
{
	return options->color && ink ? "\033[m" : "";
}
