/* SPDX-License-Identifier: GPL-2.0 */
/* The stages of copy_process(), by name. */
#ifndef CLONESCOPE_MODEL_STAGES_H
#define CLONESCOPE_MODEL_STAGES_H

#include <clonescope/record.h>

/* "creds", "new_net"; "?" for what is no stage. */
const char *stage_name(enum cs_stage stage);

/* What the kernel does there, for people: "namespaces", "the network namespace". */
const char *stage_text(enum cs_stage stage);

#endif
