/* SPDX-License-Identifier: GPL-2.0 */
/* Where a cgroup is. */
#ifndef CLONESCOPE_CGROUP_H
#define CLONESCOPE_CGROUP_H

struct cgroup;

void cs_cgroup_path(char *path, struct cgroup *cgroup);

#endif
