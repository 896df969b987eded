/* SPDX-License-Identifier: GPL-2.0 */
/* The CLONE_* bits: their names, what each does, and text to bits and back. */
#ifndef CLONESCOPE_MODEL_FLAGS_H
#define CLONESCOPE_MODEL_FLAGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <linux/sched.h>

#include "model/nearest.h"

/* Newer than some installed linux/sched.h. All four came with Linux 7.1. */
#ifndef CLONE_AUTOREAP
#define CLONE_AUTOREAP (1ULL << 34)
#endif
#ifndef CLONE_NNP
#define CLONE_NNP (1ULL << 35)
#endif
#ifndef CLONE_PIDFD_AUTOKILL
#define CLONE_PIDFD_AUTOKILL (1ULL << 36)
#endif
#ifndef CLONE_EMPTY_MNTNS
#define CLONE_EMPTY_MNTNS (1ULL << 37)
#endif

/* Bytes that hold every name and every unknown bit, and the NUL. */
#define FLAGS_TEXT_SIZE 512

/* Bytes that hold any sentence of flags_parse(). */
#define FLAGS_WHY_SIZE 256

struct flag_info {
	uint64_t bit;
	const char *name;    /* without CLONE_: "NEWPID" */
	const char *meaning; /* what it does, one line, no full stop */
	int since;	     /* RULES_KERNEL(), the first with it; 0: before 4.0 */
	bool clone3_only;    /* clone(2) has no room for this bit */
	int rank;	     /* 0 is the most telling; no two are alike */
};

/* The whole table, in order of the bits. *@count is set to its length. */
const struct flag_info *flags_table(size_t *count);

/* The row of one bit, NULL where the bit has no name. */
const struct flag_info *flags_find(uint64_t bit);

/* The bits of @flags that have no name here. */
uint64_t flags_unknown(uint64_t flags);

/*
 * Write the names of @flags, joined by '|', into @buf; unknown bits follow as one hexadecimal
 * number. No flags at all: "-". @flags is a record's: CSIGNAL is out of it, so that 0x80 is
 * CLONE_NEWTIME.
 *
 * @width 0: everything, in order of the bits, as strace writes it.
 * @width > 0: most telling first, as many as fit into @width columns, then "+N" for the N left out
 * (the unknown bits together count as one). Wider than @width only where one name alone is.
 *
 * A @buf of less than FLAGS_TEXT_SIZE bytes cuts in the same way. Returns the length written.
 */
size_t flags_format(char *buf, size_t size, uint64_t flags, int width);

/* Begin a search for the flag or signal whose name is most like @word, which may begin with CLONE_. */
void flags_nearest(struct nearest *nearest, const char *word);

/*
 * Read flags as people write them: "0x1200011", "CLONE_VM|CLONE_VFORK|SIGCHLD", "vm|vfork",
 * "17", or any of these joined by '|'. Case, CLONE_, SIG and blanks around words don't matter.
 *
 * The low byte of a number is where clone(2) keeps the exit signal and clone3(2) keeps
 * CLONE_NEWTIME: with @clone3 it stays in *@flags, else it goes to *@exit_signal (0: none). The
 * word NEWTIME always means the flag.
 *
 * Returns 0, or -EINVAL with a sentence for people in @why (FLAGS_WHY_SIZE bytes) that names
 * the word, made safe for a terminal, and the nearest word that is known. *@flags and
 * *@exit_signal are then unchanged.
 */
int flags_parse(const char *text, bool clone3, uint64_t *flags, int *exit_signal, char *why,
		size_t why_size);

#endif
