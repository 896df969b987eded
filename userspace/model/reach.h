/* SPDX-License-Identifier: GPL-2.0 */
/* How far a refused clone came: the stages that it can have been refused in. */
#ifndef CLONESCOPE_MODEL_REACH_H
#define CLONESCOPE_MODEL_REACH_H

#include <stdbool.h>

#include "model/join.h"
#include "model/rules.h"

/* What a refused clone's records tell of the way that it went. */
struct reach {
	int left;     /* enum cs_trail: the last that it left behind; -1: none, or none is known */
	int not_left; /* the first after that which it surely didn't; CS_TRAIL_CGROUP + 1: none */
	enum cs_stage first; /* the stages that it can have been refused in, inclusive */
	enum cs_stage last;
	int kernel;
};

void reach_of(struct reach *reach, const struct clone *clone, int kernel);

/* Can @rule have refused it, as far as the place goes where that is checked? */
bool reach_allows(const struct reach *reach, const struct rule *rule);

#endif
