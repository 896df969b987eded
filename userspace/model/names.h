/* SPDX-License-Identifier: GPL-2.0 */
/* Words for the numbers in a record: ways in, signals, errnos, facts, backends. */
#ifndef CLONESCOPE_MODEL_NAMES_H
#define CLONESCOPE_MODEL_NAMES_H

#include <stddef.h>

#include <clonescope/record.h>

#include "model/nearest.h"

/* Bytes that hold any text of signal_format() and errno_format(). */
#define NAMES_TEXT_SIZE 24

/* "fork", "vfork", "clone", "clone3", "kthread", "umh", "io_worker", "vhost"; "?" for any other. */
const char *via_name(int via);

/* The way in that @text names, an enum cs_via above 0; -EINVAL where there is none. */
int via_parse(const char *text);

/* "bpf", "module"; "?" for any other. */
const char *backend_name(int backend);

/* "cached", "fresh"; "?" for any other, as when it is not known. */
const char *stack_origin_name(int origin);

/*
 * The field that a fact of enum cs_fact fills, by its name in JSON: "copy_ns"; "?" for any
 * other.
 */
const char *fact_name(int fact);

/* "SIGCHLD"; 32 to 64 as strace writes them: "SIGRTMIN", "SIGRT_1", ... NULL for any other. */
const char *signal_name(int signal);

/* signal_name(), or the number where there is no name; "-" for 0, no signal. Returns the length. */
size_t signal_format(char *buf, size_t size, int signal);

/* "SIGCHLD", "chld" or "17" to 17; -EINVAL where it is no signal of 1 to 64. */
int signal_parse(const char *text);

/*
 * "EAGAIN" for 11; knows 512 to 517, the kernel's own, too. NULL where there is no name. @error
 * > 0.
 */
const char *errno_name(int error);

/* errno_name(), or the number where there is no name; "-" for 0. Returns the length. */
size_t errno_format(char *buf, size_t size, int error);

/* "EAGAIN", "eagain", "EWOULDBLOCK" or "11" to 11; -EINVAL where it is no errno (1 to 4095). */
int errno_parse(const char *text);

/* Try the names of all errnos. */
void errno_nearest(struct nearest *nearest);

#endif
