/* SPDX-License-Identifier: GPL-2.0 */
/* Clones that were counted in the place of records, by BPF programs or here. */
#ifndef CLONESCOPE_SOURCE_FOLDS_H
#define CLONESCOPE_SOURCE_FOLDS_H

#include <stddef.h>

#include "source/source.h"

struct folds;

/* For folds_add(). NULL without memory. */
struct folds *folds_new(void);

/* Of the map @fd, with @entries of struct fold (bpf/folds.h). NULL: see errno. */
struct folds *folds_open(int fd, size_t entries);
void folds_close(struct folds *folds);

/* Count @rec, of folds_new(). False: it is to be a record as ever. */
bool folds_add(struct folds *folds, const struct cs_clone *rec);

/*
 * Hand over what was counted since the last time, as struct source_folded. Returns how many of these, or what
 * @take returned if that was negative.
 */
int folds_read(struct folds *folds, source_record_fn take, void *context);

#endif
