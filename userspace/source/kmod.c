// SPDX-License-Identifier: GPL-2.0
/* The module's backend. */
#include "source/source.h"
#include <errno.h>
#include <stdio.h>
static int module_open(struct source **source, const struct source_options *options, char *why)
{
	(void)source;
	(void)options;
	snprintf(why, SOURCE_WHY_SIZE, "module: soon");
	return -ENODEV;
}
const struct source_ops source_module = {.name = "module", .open = module_open};
