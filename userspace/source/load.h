/* SPDX-License-Identifier: GPL-2.0 */
/* Loads clonescope.ko where it isn't loaded, and takes it out again. */
#ifndef CLONESCOPE_SOURCE_LOAD_H
#define CLONESCOPE_SOURCE_LOAD_H

#include <stdbool.h>

#include "source/source.h"

/* A module called clonescope is in the kernel. */
bool module_is_loaded(void);

/* A reader has loaded it: the last one that uses it is to unload it. */
bool module_is_on_demand(void);

/*
 * Load the module: the one built beside this program (build/module/RELEASE/), else the one that modprobe
 * would find. Returns 0 or a negative errno with a sentence in @why (SOURCE_WHY_SIZE bytes).
 */
int module_load(char *why);

/* Take it out again, unless somebody uses it. */
void module_unload(void);

#endif
