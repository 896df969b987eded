// SPDX-License-Identifier: GPL-2.0
/* How a clone ended: a child, a refusal, or neither because the call starts over. */
#include "model/outcome.h"

enum outcome outcome_of(const struct cs_clone *rec)
{
	if (!rec->error)
		return OUTCOME_MADE;
	return rec->error == OUTCOME_ERESTARTNOINTR ? OUTCOME_RESTARTED : OUTCOME_REFUSED;
}
