/* SPDX-License-Identifier: GPL-2.0 */
/* What the forms of a report have in common. */
#ifndef CLONESCOPE_VIEW_REPORT_PARTS_H
#define CLONESCOPE_VIEW_REPORT_PARTS_H

#include <stddef.h>

#include "model/digest.h"

/* Bytes that hold any text of report_container_format(). */
#define REPORT_CONTAINER_SIZE (4 * CS_PATH_LEN + 2 * CONTAINER_ID_SIZE)

/* Ends the program where there is no memory: a report needs no more than its beginning. */
struct digest *report_digest_new(void);

/* "interleave:0-1"; "?" where it is not known. @policy: a key of digest_policies(). */
void report_policy_format(char *buf, size_t size, const struct cs_policy *policy);

/* "docker 4f5e6d7c8b9a", "pod 3f2a...", "/user.slice": safe for a terminal. */
void report_container_format(char *buf, size_t size, const struct digest_container *container);

#endif
