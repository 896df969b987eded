/* SPDX-License-Identifier: GPL-2.0 */
/* Gives up what was needed to begin and is not needed to go on. */
#ifndef CLONESCOPE_CMD_PRIVILEGES_H
#define CLONESCOPE_CMD_PRIVILEGES_H

#include <stdint.h>

/*
 * Give up for good all capabilities but those in @keep, bits of CAP_*, and the chance to get any by execve().
 * Returns 0 or a negative errno.
 */
int privileges_drop(uint64_t keep);

#endif
