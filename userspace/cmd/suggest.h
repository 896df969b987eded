/* SPDX-License-Identifier: GPL-2.0 */
/* Says which option was probably meant by one that there isn't. */
#ifndef CLONESCOPE_CMD_SUGGEST_H
#define CLONESCOPE_CMD_SUGGEST_H

#include <argp.h>

/*
 * For ARGP_KEY_INIT: if the command line has an option that no parser of the subcommand knows, say so, name the
 * nearest one, and exit with status 2: argp itself would say the first half only. If that is -h, it is help.
 */
void suggest_option(const struct argp_state *state);

#endif
