/* SPDX-License-Identifier: GPL-2.0 */
/* Variables of the kernel that it does not export. */
#ifndef CLONESCOPE_SYMBOLS_H
#define CLONESCOPE_SYMBOLS_H

#include <linux/types.h>

enum cs_symbol {
	CS_SYMBOL_NR_THREADS,
	CS_SYMBOL_MAX_THREADS,
	CS_SYMBOL_OVERCOMMIT,
	CS_SYMBOL_NR_OPEN,
	CS_SYMBOL_PID_MAX,
	CS_SYMBOL_USERNS_CLONE,
	CS_SYMBOL_COUNT,
};

void cs_symbols_find(void);

bool cs_symbol_read(enum cs_symbol symbol, int *value);

#endif
