/* SPDX-License-Identifier: GPL-2.0 */
/* Makes records of the rows of one recording, a chunk at a time. */
#ifndef CLONESCOPE_RECORDING_ROWS_H
#define CLONESCOPE_RECORDING_ROWS_H

#include <stddef.h>
#include <stdint.h>

#include <clonescope/record.h>

#include "model/losses.h"

struct sqlite3;

/* A connection's statements. */
struct rows;

/* A row of the table loss, among the records: head.kind is ROWS_LOSS. */
#define ROWS_LOSS 0xffff
struct rows_loss {
	struct cs_head head;
	uint64_t count;
	uint32_t loss; /* enum loss; LOSS_COUNT: of a cause that this program doesn't know */
	uint32_t pad;
};

/* Records one after the other, each of head.size bytes. */
struct chunk {
	char *bytes;
	size_t size;
	size_t room;
	unsigned int count;
};

/* @kinds: SOURCE_KIND() of those wanted. NULL on failure: the connection has the message. */
struct rows *rows_new(struct sqlite3 *db, uint32_t kinds, uint8_t backend, uint64_t shift_ns);
void rows_free(struct rows *rows);

/*
 * Fill @chunk with what has ids from @first to before @end, in their order. Times are shift_ns later than in the
 * file. Returns 0; -ENOMEM; -EIO: the connection has the message.
 */
int rows_read(struct rows *rows, int64_t first, int64_t end, struct chunk *chunk);

/* The least id from @first on, INT64_MAX: there is none; and the greatest of all, 0: none. */
int64_t rows_next_id(struct rows *rows, int64_t first);
int64_t rows_last_id(struct rows *rows);

#endif
