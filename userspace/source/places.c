// SPDX-License-Identifier: GPL-2.0
/* The places in the kernel that a source has looked at. */
#include <stdio.h>

#include "source/source.h"

void source_place_add(struct source *source, const char *tells, const char *where, bool used,
		      const char *why)
{
	struct source_places *places = &source->places;
	struct source_place *place = &places->place[places->count];

	if (places->count == SOURCE_MAX_PLACES)
		return;
	places->count++;
	place->tells = tells;
	place->used = used;
	snprintf(place->where, sizeof(place->where), "%s", where);
	snprintf(place->why, sizeof(place->why), "%s", why ? why : "");
}
