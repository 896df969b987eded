/* SPDX-License-Identifier: GPL-2.0 */
/* A small HTTP server: two pages to read, few clients, none of which can hold up anything. */
#ifndef CLONESCOPE_CMD_ENDPOINT_H
#define CLONESCOPE_CMD_ENDPOINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "view/exposition.h"

/* So many clients at once; others wait to be let in. */
#define ENDPOINT_CLIENTS 16

/* A client that has not got its answer by then is put out: slow or silent, it is all the same. */
#define ENDPOINT_CLIENT_MS 10000

#define ENDPOINT_WHY_SIZE     256
#define ENDPOINT_ADDRESS_SIZE 64

struct endpoint;

/* Make the page /metrics: *@text is malloc()ed and the endpoint's to free. Returns its length. */
typedef size_t (*endpoint_page_fn)(char **text, enum exposition exposition);

/* Could @listen be listened at, as far as its form goes? Else a sentence in @why (ENDPOINT_WHY_SIZE). */
bool endpoint_is_address(const char *listen, char *why);

/*
 * Listen at @listen: "127.0.0.1:9435", "[::1]:9435", ":9435" for all addresses; port 0 for any free one. On
 * failure NULL, and in @why (ENDPOINT_WHY_SIZE bytes) a sentence for people.
 */
struct endpoint *endpoint_open(const char *listen, endpoint_page_fn page, char *why);

/* The address it listens at, as in an URL. */
const char *endpoint_address(const struct endpoint *endpoint);

/* To be polled for POLLIN; then, and now and then besides, endpoint_serve() is due. */
int endpoint_fd(const struct endpoint *endpoint);

/* Do what can be done without waiting for any client. */
void endpoint_serve(struct endpoint *endpoint);

void endpoint_close(struct endpoint *endpoint);

#endif
