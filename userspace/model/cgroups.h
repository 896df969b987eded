/* SPDX-License-Identifier: GPL-2.0 */
/* Which cgroup a clone belongs to, refused ones as well. */
#ifndef CLONESCOPE_MODEL_CGROUPS_H
#define CLONESCOPE_MODEL_CGROUPS_H

#include "model/join.h"

struct cgroups;

/* NULL without memory. */
struct cgroups *cgroups_new(void);
void cgroups_free(struct cgroups *cgroups);

/*
 * The path, from the root of cgroup2, of the child's cgroup. A refused clone has no child, and of its caller's
 * cgroup an id only: its path is known from clones that were made there before. NULL: it is not known. Good
 * until the next call; hostile.
 */
const char *cgroups_path(struct cgroups *cgroups, const struct clone *clone);

#endif
