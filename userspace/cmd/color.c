// SPDX-License-Identifier: GPL-2.0
/* Whether output is coloured: --color, NO_COLOR, and what the terminal can do. */
#include "cmd/color.h"

#include <argp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "model/text.h"

enum color_when color_parse(struct argp_state *state, const char *text)
{
	static const char *const names[] = {
		[COLOR_AUTO] = "auto",
		[COLOR_ALWAYS] = "always",
		[COLOR_NEVER] = "never",
	};
	char quoted[128];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(text, names[i]))
			return (enum color_when)i;
	argp_error(state, "--color is auto, always or never, not %s",
		   text_quote_word(quoted, sizeof(quoted), text));
	return COLOR_AUTO;
}

/* https://no-color.org */
static bool is_refused(void)
{
	const char *no_color = getenv("NO_COLOR"), *terminal = getenv("TERM");

	return (no_color && no_color[0]) || !terminal || !strcmp(terminal, "dumb");
}

bool color_wanted(enum color_when when, int fd)
{
	if (when == COLOR_AUTO)
		return isatty(fd) && !is_refused();
	return when == COLOR_ALWAYS;
}
